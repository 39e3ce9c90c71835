"""`python -m networks.gutnisky2017.paper VERB`: what the rules of rules.smk run.

One figure of the paper, the page of all of them, and the comparison with the authors' program.
"""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from networks.gutnisky2017.paper import REFERENCE, SURVEY, authors, validation
from networks.gutnisky2017.paper.part import CURVES
from networks.gutnisky2017.paper.survey import Survey
from pipeline.__main__ import run
from pipeline.cli.commands import MODEL, ModelFile, Pictures
from pipeline.cli.outputs import as_folder, ending
from pipeline.config.reader import ConfigError
from pipeline.config.tables import write_text
from pipeline.engine.machine import cores
from pipeline.network.reading import read_model
from pipeline.measure.network import refuse_unknown
from pipeline.plan.columns import TRACES
from pipeline.plan.given import features_of, of_protocol, table_of
from pipeline.plan.trains import trains_of

if TYPE_CHECKING:
    import pandas as pd

app = typer.Typer(add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False)
SurveyFile = Annotated[Path, typer.Option("--survey", help="The figures of the paper.")]
Budget = Annotated[str, typer.Option(help="A budget of the survey.")]
Reference = Annotated[Path, typer.Option(help="Folder of the authors' values.")]


@app.command()
def panel(
    name: Annotated[str, typer.Argument(help="A figure of the survey, such as 7a.")],
    table: Annotated[Path, typer.Option(help="Features of its sweep, or its voltage traces.")],
    out: Pictures,
    spikes: Annotated[list[Path] | None, typer.Option(help="Spikes of its sweep; may be repeated.")] = None,
    reference: Reference = REFERENCE,
    survey: SurveyFile = SURVEY,
    budget: Budget = "preview",
    model: ModelFile = MODEL,
) -> None:
    """Draw one figure of the paper from tables; never simulates."""
    import pandas as pd

    from networks.gutnisky2017.paper import panels
    from pipeline.show import figures

    network = read_model(model)
    plan = Survey(survey, budget, network)
    wanted = plan.figures.get(name)
    if wanted is None:
        raise ConfigError(f"{survey}: has no figure {name!r}.")
    if spikes and wanted.draw != "neurons":
        raise ConfigError(f"panel: --spikes goes with a figure of neurons, which {name} is not.")
    data = features_of(table, network) if wanted.draw != "traces" else table_of(table, TRACES)
    if wanted.draw == "traces":
        drawn = panels.traces(data, pd.Series(network.point(wanted.protocol or "", {})))
    elif wanted.draw == "curve":
        protocol, knob = plan.curve(wanted)
        of_protocol(data, protocol, table)
        known = (protocol, knob) in authors.FILES
        theirs = authors.reference(reference, protocol, knob) if known else None
        drawn = panels.curve(data, protocol, knob, wanted.y, theirs, authors.excess(reference) if known else None)
    elif wanted.draw == "family":
        assert wanted.x is not None, "Figure refuses a family without"
        assert wanted.lines is not None, "Figure refuses a family without"
        drawn = panels.family(data, wanted.x, wanted.lines, wanted.y)
    elif wanted.draw == "psths":
        chosen = of_protocol(data, wanted.protocol, table) if wanted.protocol else data
        drawn = panels.psths(chosen, wanted.lines, authors.psths(reference) if plan.at_base(wanted) else None)
    else:
        if not spikes:
            raise ConfigError(f"panel: figure {name!r} shows neurons, and lacks --spikes.")
        assert wanted.protocol is not None, "Figure refuses neurons without"
        trains = trains_of(spikes, of_protocol(data, wanted.protocol, table), network)
        drawn = panels.neurons(data, trains, network.populations, wanted.protocol)
    figures.save(drawn, out)


@app.command()
def curve(
    name: Annotated[str, typer.Argument(help=f"{' or '.join(CURVES)}.")],
    table: Annotated[Path, typer.Option(help="Features of a sweep of its knob.")],
    out: Pictures,
    features: Annotated[str | None, typer.Option(help="What is drawn, such as rate_E,cv_E.")] = None,
    reference: Reference = REFERENCE,
    model: ModelFile = MODEL,
) -> None:
    """Draw rates while whisking, or responses to touch, over the authors' values; never simulates."""
    from networks.gutnisky2017.paper import panels
    from pipeline.show import figures

    protocol, knob, usual, data = _curve(name, table, model)
    chosen = usual if features is None else [one.strip() for one in features.split(",")]
    refuse_unknown(chosen, read_model(model), "curve: --features")
    theirs = authors.reference(reference, protocol, knob)
    figures.save(panels.curve(data, protocol, knob, chosen, theirs, authors.excess(reference)), out)


def _curve(name: str, table: Path, model: Path) -> "tuple[str, str, tuple[str, ...], pd.DataFrame]":
    """Return protocol, knob, usual features and rows of a curve; ConfigError where a table has none of it."""
    if name not in CURVES:
        raise ConfigError(f"curve: {name!r} is none of {', '.join(CURVES)}.")
    protocol, knob, usual = CURVES[name]
    data = features_of(table, read_model(model), [knob])
    of_protocol(data, protocol, table)
    return protocol, knob, usual, data


@app.command()
def compare(
    out: Annotated[Path, typer.Option(help="CSV file to write.", callback=ending("--out", ".csv"))],
    html: Annotated[Path, typer.Option(help="The same as a page.", callback=ending("--html", ".html"))],
    verdict: Annotated[
        Path,
        typer.Option(help="The same in a sentence, for the results page.", callback=ending("--verdict", ".json")),
    ],
    rates: Annotated[Path | None, typer.Option(help="Features of a sweep of A_T while whisking.")] = None,
    response: Annotated[Path | None, typer.Option(help="Features of a sweep of C_T at touch.")] = None,
    delays: Annotated[Path | None, typer.Option(help="Features of a sweep of delay_EI at touch.")] = None,
    reference: Reference = REFERENCE,
    model: ModelFile = MODEL,
) -> None:
    """Compare curves with those of the authors' corrected program and say where they are off."""
    given = {"rates": rates, "response": response, "delays": delays}
    sweeps = {}
    for name, path in given.items():
        if path is not None:
            protocol, knob, _, data = _curve(name, path, model)
            sweeps[protocol, knob] = data
    table = validation.compare(sweeps, reference)
    write_text(out, table.to_csv(index=False))
    write_text(html, validation.page(table, validation.missing(table, reference)))
    write_text(verdict, json.dumps(validation.verdict(table)) + "\n")
    typer.echo(f"{out}: {validation.counted(table['verdict'], 'values')} with the authors' program")


@app.command()
def atlas(
    tables: Annotated[list[Path], typer.Argument(help="Features of all sweeps of the survey.")],
    out: Annotated[
        Path,
        typer.Option(help="Folder of the figures: index.html and agreement.csv go there.", callback=as_folder("--out")),
    ],
    reference: Reference = REFERENCE,
    survey: SurveyFile = SURVEY,
    budget: Budget = "preview",
    model: ModelFile = MODEL,
) -> None:
    """Write the page of all figures of the paper: agreement with the authors, halorhodopsin, and what it cost."""
    import pandas as pd

    from networks.gutnisky2017.paper.atlas import page, silencing
    from pipeline.show.report import account

    network = read_model(model)
    plan = Survey(survey, budget, network)
    rows = {path.parent.name: features_of(path, network) for path in tables}
    if missing := [name for name in plan.sweeps if name not in rows]:
        raise ConfigError(f"atlas: lacks the table of {', '.join(missing)}, each in a folder of that name.")
    compared = [
        validation.curves(
            validation.points(rows[plan.label(f"{figure.sweep}")], reference, *plan.curve(figure), figure.y)
        ).assign(figure=name)
        for name, figure in plan.figures.items()
        if figure.draw == "curve" and plan.curve(figure) in authors.FILES
    ]
    agreement = pd.concat(compared, ignore_index=True)
    write_text(out / "agreement.csv", agreement.to_csv(index=False))
    transient_s = network.knobs["transient"].value
    needed_s = {name: plan.biological_s(name, transient_s) for name in plan.budgets}
    cost = account(pd.concat(rows.values()))
    captions = {f"figure_{name}.png": f"{name}. {figure.about}" for name, figure in plan.figures.items()}
    halo = silencing(rows[plan.label("halo")]) if plan.label("halo") in rows else ""
    write_text(out / "index.html", page(agreement, captions, halo, budget, cost, needed_s, cores()))
    typer.echo(f"{out}: {validation.counted(agreement['verdict'], 'curves of the authors')}")


@app.command()
def targets(
    out: Annotated[Path, typer.Option(help="Folder of the tables.", callback=as_folder("--out"))],
    reference: Reference = REFERENCE,
) -> None:
    """Write the targets of fits from the authors' corrected program."""
    from networks.gutnisky2017.paper.targets import TABLES

    for name, make in TABLES.items():
        table = make(reference)
        write_text(out / name, table.to_csv(index=False))
        typer.echo(f"{out / name}: {len(table)} targets")


if __name__ == "__main__":
    run(app, "python -m networks.gutnisky2017.paper")
