"""The verb that checks a configuration before anything else reads it."""

from pathlib import Path
from typing import Annotated

import typer

from pipeline.cli.commands import app
from pipeline.config.reader import read_yaml
from pipeline.engine.machine import cores
from pipeline.plan.demand import Demand, cost_s, programs
from pipeline.plan.run import Plan


@app.command()
def check(
    config: Annotated[Path, typer.Argument(help="A configuration, such as config/config.yaml.")],
) -> None:
    """Read a configuration and all files that it names, and say what it asks for, or what is wrong."""
    plan = Plan(read_yaml(config), config)
    said = [f"sweep {name} of {sweep.size:,} points" for name, sweep in plan.sweeps.items()]
    if plan.fit is not None:
        said.append(f"fit {plan.run.fit} of {plan.fit.trials:,} trials")
    if plan.run.include is not None:
        said.append(f"what {plan.run.include} adds")
    typer.echo(f"{config}: {', '.join(said)}")
    typer.echo(f"{config}: {_cost(plan)}")


def _cost(plan: Plan) -> str:
    """Return what a run costs: programs to build and CPU time, by what a biological second was measured to cost."""
    transient_s = plan.model.knobs["transient"].value
    biological_s = sum(sweep.size * (sweep.duration + transient_s) for sweep in plan.sweeps.values())
    if plan.fit is not None:
        biological_s += Demand(plan, plan.sweeps).fit_s()
    cpu_s = biological_s * cost_s(plan.model)
    n = programs(plan.model, plan.sweeps.values())
    built = "Brian2's runtime target, no program" if n == 0 else "1 program" if n == 1 else f"{n} programs"
    time = f"{cpu_s / 3600:.1f} CPU hours" if cpu_s >= 3600 else f"{cpu_s / 60:.1f} CPU minutes"
    return f"{built}, {biological_s:,.0f} biological s, about {time} of simulation, here on {cores()} cores"
