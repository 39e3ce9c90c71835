"""The verb that checks a configuration before anything else reads it, and says what its run will take."""

from pathlib import Path
from typing import Annotated

import typer

from pipeline.cli.commands import app
from pipeline.config.reader import read_yaml
from pipeline.engine import machine
from pipeline.engine.scripts import ScriptEngine
from pipeline.fit import reading
from pipeline.fit.targets import protocols as protocols_of
from pipeline.plan import cost
from pipeline.plan.claim import refuse_unwritable
from pipeline.plan.demand import compiling, cost_s, programs
from pipeline.plan.run import Plan
from pipeline.records.done import Done, done
from pipeline.records.finished import figures
from pipeline.sweep import design, grid

PROBE_CPU_S = 10.0
"""CPU seconds of a probe, of all protocols together."""


@app.command()
def check(
    config: Annotated[Path, typer.Argument(help="A configuration, such as config/config.yaml.")],
    probe: Annotated[
        bool,
        typer.Option("--probe", help="Measure for ten seconds what a biological second costs; compiles if need be."),
    ] = False,
) -> None:
    """Read a configuration and all files that it names, and say what it asks for and costs, or what is wrong."""
    plan = Plan(read_yaml(config), config)
    refuse_unwritable(plan.run.results)
    typer.echo(f"{config}: can be run, and takes")
    for title, text in _takes(plan, probe):
        typer.echo(f"  {title:10}{text}")
    for name, sweep in plan.sweeps.items():
        for remark in design.said_of(sweep, plan.model):
            typer.echo(f"{plan.run.sweeps[name]}: {remark}")
    for remark in reading.said_of(plan.fit, plan.model) if plan.fit is not None else ():
        typer.echo(f"{plan.run.fit}: {remark}")


def _takes(plan: Plan, probe: bool) -> list[tuple[str, str]]:
    """Return what a run takes, as lines of a title and a text."""
    known, engine = done(plan), ScriptEngine(plan.model, plan.run.results)
    each_s, source = _cost(plan, known, engine if probe else None)
    built = plan.model.adopted.target == "runtime" or engine.built()
    engine.close()
    parts = _parts(plan, known, each_s, probe)
    n, there = _programs(plan, built, known.trials)
    left = cost.left(parts, machine.cores(), _jobs(plan, parts), n - there)
    sweeps = ", ".join(f"{name} {sweep.size:,}" for name, sweep in plan.sweeps.items())
    lines = [("points", f"{_of(left.points_done, left.points)} ({sweeps})")] if sweeps else []
    if plan.fit is not None:
        more = f" and parts of {known.trials_in_part:,} more" if known.trials_in_part else ""
        lines.append(("trials", f"{_of(left.trials_done, left.trials)}{more} ({plan.run.fit})"))
    if n == 0:
        lines.append(("programs", "none, for the network runs with Brian2's runtime target"))
    else:
        waits = f", about {_time((n - there) * cost.COMPILE_S)}" if n > there else ""
        lines.append(("programs", f"{n - there:,} to compile{waits}, {there:,} compiled already"))
    if left.biological_s_left:
        mean_s = sum(part.biological_s * part.cost_s for part in parts) / left.biological_s_left
        rest_s = left.cpu_s_left - left.biological_s_left * mean_s
        asked = f"{left.biological_s_left:,.0f} biological s at {mean_s:.2g} CPU s, {source}"
        lines.append(("CPU", f"about {_time(left.cpu_s_left)}: {asked}; {_time(rest_s)} to start and measure"))
    if left.wall_s_left:
        where = f"{machine.cores()} core{'' if machine.cores() == 1 else 's'}"
        lines.append(("time", f"about {_time(left.wall_s_left)} on {where}, figures and pages included"))
    else:
        lines.append(("time", "none, for all is done"))
    lines.append(("disk", f"about {_size(_bytes(plan, known, n))} in {plan.run.results}/ at the end"))
    if plan.run.include is not None:
        lines.append(("besides", f"sweeps and figures that {plan.run.include} adds, which are not counted here"))
    return lines


def _cost(plan: Plan, known: Done, engine: ScriptEngine | None) -> tuple[float, str]:
    """Return what a biological second costs, and from what that is known; measured now with an engine."""
    adopted = plan.model.adopted
    if engine is not None:
        typer.echo("check: measuring what a biological second costs, about ten seconds", err=True)
        return _probed(plan, engine), "as just measured here"
    recorded = [pair for pairs in known.spent.values() for pair in pairs]
    found = cost.cost_of(recorded)
    if found is not None:
        return found, f"as {len(recorded):,} runs on this processor cost"
    if adopted.cost_s is None:
        return cost_s(plan.model), "a guess, for nothing was measured; --probe measures it"
    if adopted.cost_cpu == machine.processor():
        return adopted.cost_s, "as adopt measured on this processor"
    where = adopted.cost_cpu or "a processor that was not noted"
    return adopted.cost_s, f"as adopt measured on {where}; --probe measures it here"


def _probed(plan: Plan, engine: ScriptEngine) -> float:
    """Return what a biological second costs: every protocol of the sweeps and the fit at the network's own values."""
    asked = [name for sweep in plan.sweeps.values() for name in sweep.protocols]
    if plan.fit is not None:
        asked += [plan.fit.variant(name).protocol for name in protocols_of(reading.fit_targets(plan.fit, plan.model))]
    protocols = list(dict.fromkeys(asked))
    spent = []
    engine.prepare()
    for name in protocols:
        values = plan.model.point(name, {})
        whole_s = values["transient"] + values["duration"]
        seconds, budget_s = min(0.1, whole_s), PROBE_CPU_S / len(protocols)
        while True:
            recording, _ = engine.simulate(values | {"transient": 0.0, "duration": seconds})
            if seconds >= whole_s or recording.cpu_s > budget_s / 8 or recording.divergence is not None:
                break
            seconds = min(whole_s, seconds * min(100.0, budget_s / 2 / max(recording.cpu_s, 0.01)))
        spent.append((recording.cpu_s, seconds))
    return cost.cost_of(spent) or cost_s(plan.model)


def _parts(plan: Plan, known: Done, each_s: float, probed: bool) -> list[cost.Part]:
    """Return the sweeps and the fit of a run, each at its own cost where that was recorded, and not just measured."""

    def second_s(name: str) -> float:
        return (None if probed else cost.cost_of(known.spent[name])) or each_s

    parts = [
        cost.Part(
            sweep.size,
            known.points[name],
            cost.point_s(sweep, plan.model),
            second_s(name),
            cost.beside_s(sweep.axes, plan.model),
        )
        for name, sweep in plan.sweeps.items()
    ]
    if plan.fit is not None:
        trial_s, check_s = cost.trial_s(plan)
        if plan.fit.leaders is not None:
            check_s += 10 * plan.fit.leaders.best * trial_s
        runs = sum(plan.fit.effort_of(protocol).networks for protocol in plan.fit_protocols)
        beside_s = runs * cost.beside_s([*plan.fit.free, *plan.fit.tied], plan.model)
        at_the_end_s = 0.0 if known.fitted else check_s
        fit_s = second_s("fit")
        parts.append(cost.Part(plan.fit.trials, known.trials, trial_s, fit_s, beside_s, at_the_end_s, trials=True))
    return parts


def _programs(plan: Plan, built: bool, trials: int) -> tuple[int, int]:
    """Return how many programs a run needs, and how many of them are there; of a fit `trials` are made."""
    folder = Path(plan.run.results) / "sweeps"
    more = {name: sweep for name, sweep in plan.sweeps.items() if compiling(plan.model, sweep.axes)}
    lacking = [sweep for name, sweep in more.items() if not (folder / name / "programs.built").is_file()]
    n = programs(plan.model, plan.sweeps.values())
    there = n if built and not lacking else n - programs(plan.model, lacking) + (n > 0 and built)
    if plan.fit is not None and compiling(plan.model, [*plan.fit.free, *plan.fit.tied]):
        return n + plan.fit.trials, there + trials  # each trial has values of its own
    return n, there


def _jobs(plan: Plan, parts: list[cost.Part]) -> int:
    """Return how many jobs of the workflow are left, but for those of a network's own rules."""
    results = Path(plan.run.results)
    drawn = [results / "figures" / f"{name}.png" for name in figures(plan)]
    jobs = sum(not path.is_file() for path in [*drawn, results / "pages" / "points.html", results / "index.html"])
    for sweep, part in zip(plan.sweeps.values(), parts, strict=False):
        if part.left:
            jobs += 2 + grid.n_chunks(sweep, plan.model, plan.run.chunk_s)
    return jobs + 3 * any(part.left or part.at_the_end_s for part in parts if part.trials)


def _bytes(plan: Plan, known: Done, n_programs: int) -> float:
    """Return the bytes on disk of all results."""
    rows = sum(sweep.size for sweep in plan.sweeps.values())
    if plan.fit is not None:
        rows += plan.fit.trials * sum(plan.fit.effort_of(protocol).networks for protocol in plan.fit_protocols)
    spikes = sum(cost.spike_bytes(sweep, plan.model, known.rates) for sweep in plan.sweeps.values())
    made = n_programs * cost.PROGRAM_BYTES + len(figures(plan)) * cost.FIGURE_BYTES + cost.REPORT_BYTES
    return rows * cost.row_bytes(plan.model) + spikes + made


def _of(n_done: int, n: int) -> str:
    return f"{n - n_done:,} to do, {n_done:,} done already"


def _time(seconds: float) -> str:
    """Return a time in two digits at most, as it is no more than estimated."""
    for unit, length in (("days", 86400), ("h", 3600), ("min", 60)):
        if seconds >= 1.5 * length:
            n = seconds / length
            return f"{n:.0f} {unit}" if n >= 9.5 else f"{n:.1f} {unit}"
    return f"{max(seconds, 1):.0f} s"


def _size(n: float) -> str:
    return f"{n / 1e9:.1f} GB" if n >= 1e9 else f"{n / 1e6:.0f} MB"
