"""The verbs on fits: the study, its posterior, figures and page. Files are handled here."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pipeline.cli.commands import MODEL, RESULTS, ModelFile, Pictures, Results, app
from pipeline.config.reader import ConfigError
from pipeline.config.tables import alone, read_rows, write_rows, write_table, write_text
from pipeline.fit.problem import fit_targets, read_fit
from pipeline.network.reading import read_model
from pipeline.plan.given import POINT, measured_columns, table_of
from pipeline.records.finished import FIT_FIGURES

if TYPE_CHECKING:
    import pandas as pd

Folder = Annotated[Path, typer.Option("--folder", help="Folder of the fit.")]


@app.command()
def fit(
    context: typer.Context,
    settings: Annotated[Path, typer.Argument(help="A fit, such as networks/cuba/fit.yaml.")],
    out: Annotated[Path, typer.Option(help="Folder for study.log, trials.parquet, gains.csv, artifacts, ...")],
    first: Annotated[Path | None, typer.Option(help="Features of the sweep that gives the first trials.")] = None,
    cores: Annotated[int | None, typer.Option(help="Simulations at a time; the result does not depend on it.")] = None,
    storage: Annotated[str | None, typer.Option(help="Database that workers share, in place of the fit's own.")] = None,
    worker: Annotated[int, typer.Option(help="With a database: number of this worker; 0 writes the results.")] = 0,
    model: ModelFile = MODEL,
    results: Results = RESULTS,
) -> None:
    """Fit free knobs to targets, or go on with a fit that was interrupted, and check the best on fresh networks."""
    from pipeline.engine.machine import cores as processors
    from pipeline.engine.scripts import ScriptEngine
    from pipeline.fit import study as studies
    from pipeline.fit import trials
    from pipeline.fit.fitted import fitted_row, gain_row
    from pipeline.fit.start import first_trials
    from pipeline.records import record
    from pipeline.show.watch import Watch
    from pipeline.sweep.rows import Measurements

    if cores is not None and cores < 1:
        raise ConfigError(f"fit: --cores = {cores} must be at least 1.")
    if worker < 0:
        raise ConfigError(f"fit: --worker = {worker} must be at least 0.")
    network = read_model(model)
    wanted = read_fit(settings, network)
    if storage is not None:
        wanted = wanted.model_copy(update={"storage": storage})
    if worker and wanted.storage is None:
        raise ConfigError(
            f"fit: --worker = {worker} goes with a database: --storage, or the key storage of {settings}."
        )
    targets = fit_targets(wanted, network, settings)
    begin = (
        first_trials(read_rows(first, (*POINT, *network.knobs, *measured_columns(network))), wanted, targets)
        if first
        else []
    )
    program = ScriptEngine(network, results)
    journal, name = out / "journal", f"fit-{worker}" if worker else "fit"
    context.with_resource(alone(journal / f"{name}.jsonl"))
    config = {
        "fit": record.described(settings, wanted.model_dump(mode="json", exclude={"about", "storage"})),
        "targets": record.described(wanted.targets),
        "model": record.described(network.files[0]),
    }
    computes = record.keep(results, program, config)
    measurements = Measurements(program, network, computes, journal, name, "fit")
    busy = cores or processors()
    study = studies.Study(wanted, targets, network, measurements, out / "study.log", program.meaning, begin, worker)
    study.search(busy, Watch(study, wanted, targets, network, program, out / "artifacts").telling)
    if worker:
        typer.echo(f"worker {worker}: all {trials.finished(study.study)} trials are finished")
        return
    write_rows(out / "trials.parquet", trials.rows(study.study, wanted))
    settled = study.leaders(busy)
    best, checked, fresh = study.check(busy, settled[0]["trial"] if settled else None)
    for name, rows in {
        "fitted": [fitted_row(target, checked) for target in targets],
        "gains": [gain_row(name, value, wanted, network) for name, value in wanted.knobs(best).items()],
        "leaders": settled,
        "pareto": trials.front(study.study, wanted),
    }.items():
        (out / f"{name}.csv").unlink(missing_ok=True)  # one that the fit no longer makes would be taken for its own
        if rows:
            write_text(out / f"{name}.csv", _csv(rows))
    equal = sum(row["verdict"] == "equal" for row in settled)
    found = ", ".join(f"{name} = {value:.4g}" for name, value in best.items())
    typer.echo(
        f"{out}: best of {len(trials.complete(study.study))} trials {found}; "
        f"score {trials.ranked(study.study)[0].user_attrs['score']:.2f}, on fresh networks {fresh:.2f}"
        + (f"; {equal} more are as good" if equal else "")
    )


@app.command()
def study(
    settings: Annotated[Path, typer.Argument(help="A fit, such as networks/cuba/fit.yaml.")],
    storage: Annotated[str, typer.Option(help="Database that workers share.")],
    first: Annotated[Path | None, typer.Option(help="Features of the sweep that gives the first trials.")] = None,
    model: ModelFile = MODEL,
) -> None:
    """Make the study of a fit in a database, where it is not there yet, so that workers may start in any order."""
    from pipeline.engine.scripts import meaning
    from pipeline.fit import study as studies
    from pipeline.fit import trials
    from pipeline.fit.start import first_trials

    network = read_model(model)
    wanted = read_fit(settings, network).model_copy(update={"storage": storage})
    targets = fit_targets(wanted, network, settings)
    begin = (
        first_trials(read_rows(first, (*POINT, *network.knobs, *measured_columns(network))), wanted, targets)
        if first
        else []
    )
    program = meaning(network)
    made = studies.Study(wanted, targets, network, None, settings, program, begin)
    typer.echo(f"study {made.study.study_name}: {trials.finished(made.study)} of {wanted.trials} trials are finished")


@app.command()
def posterior(
    settings: Annotated[Path, typer.Argument(help="A fit, such as networks/cuba/fit.yaml.")],
    folder: Folder,
    model: ModelFile = MODEL,
) -> None:
    """Say what the trials of a fit leave undecided, without new simulations, and write the fitted model.

    To the folder of the fit: posterior.parquet (a sample of the free knobs), knobs.csv, directions.csv, good.csv
    (trials as good as the best), landscape.parquet, posterior.json and model.yaml.
    """
    import pandas as pd
    import pyarrow as pa

    from pipeline.fit import posterior as posteriors
    from pipeline.fit.landscape import importance, landscape
    from pipeline.fit.modelfile import fitted_network
    from pipeline.fit.surface import knob_values

    network = read_model(model)
    fit = read_fit(settings, network)
    targets = fit_targets(fit, network, settings)
    gains, fitted, trials = (table_of(folder / name) for name in ("gains.csv", "fitted.csv", "trials.parquet"))
    known = posteriors.usable(trials, fit.free)
    knobs = gains.merge(importance(trials, fit.free), on="knob", how="left")
    about: dict[str, Any] = {"trials": len(known), "needed": posteriors.needed(len(fit.free))}
    try:
        found = posteriors.posterior(known, fit.free, targets, posteriors.noise_sd(fitted, fit), fit.seed)
    except posteriors.TooFewTrialsError as error:
        sample, good = pd.DataFrame(columns=list(fit.free), dtype=float), trials[:0]
        directions, loss = pd.DataFrame(columns=["sd", "prior", "factor", "says"]), pd.DataFrame()
        knobs[["mean", "sd", "q05", "q50", "q95"]] = float("nan")
        about |= {"says": str(error)}
        loss = pd.DataFrame(columns=["kind", "knob", "value", "score", "knob_2", "value_2"])
    else:
        sample = pd.DataFrame(knob_values(found.places, fit.free), columns=list(fit.free))
        good = trials[posteriors.equally_good(trials, found)].sort_values("score")
        directions, loss = posteriors.directions(found), landscape(found)
        knobs = knobs.merge(posteriors.knob_table(found), on="knob", how="left")
        errors = {f"{t.protocol} {t.name}": e for t, e in zip(targets, found.surface.error_sd.tolist(), strict=True)}
        about |= {"says": directions["says"].iloc[0], "n_effective": found.n_effective, "error_sd": errors}
    values = {**fit.set, **dict(zip(gains["knob"], gains["fitted"], strict=True))}
    comment = f"The fitted network: {model} with the best of {len(trials)} trials of {settings}.\n{about['says']}"
    for name, frame in (("posterior", sample), ("landscape", loss)):
        write_table(folder / f"{name}.parquet", pa.Table.from_pandas(frame, preserve_index=False))
    for name, frame in (("knobs", knobs), ("directions", directions), ("good", good)):
        write_text(folder / f"{name}.csv", frame.to_csv(index=False))
    write_text(folder / "posterior.json", json.dumps(about, indent=1))
    for name, text in fitted_network(network, values, folder, comment).items():
        write_text(folder / name, text)
    typer.echo(f"{folder}: {about['says']}")


@app.command("fit_figure")
def fit_figure(
    name: Annotated[str, typer.Argument(help=f"{', '.join(FIT_FIGURES)}.")],
    settings: Annotated[Path, typer.Argument(help="The fit, such as networks/cuba/fit.yaml.")],
    folder: Folder,
    out: Pictures,
    model: ModelFile = MODEL,
) -> None:
    """Draw one figure of a fit from its tables; never simulates."""
    from pipeline.show import fit_figures
    from pipeline.show.figures import save

    network = read_model(model)
    fit = read_fit(settings, network)

    def table(file: str) -> "pd.DataFrame":
        return table_of(folder / file)

    if name == "history":
        drawn = fit_figures.history(table("trials.parquet"), fit, network)
    elif name == "targets":
        drawn = fit_figures.targets(table("fitted.csv"))
    elif name == "corner":
        files = ("trials.parquet", "posterior.parquet", "good.csv", "knobs.csv")
        trials, sample, good, knobs = (table(file) for file in files)
        drawn = fit_figures.corner(trials, sample, good, knobs, fit, _says(folder))
    elif name == "landscape":
        drawn = fit_figures.landscape(table("landscape.parquet"), table("knobs.csv"), fit, _says(folder))
    elif name == "front":
        drawn = fit_figures.front(table("trials.parquet"), table("pareto.csv"), list(fit.objectives))
    elif name == "importance":
        drawn = fit_figures.importance(table("knobs.csv"))
    else:
        raise ConfigError(f"fit_figure: {name!r} is none of {', '.join(FIT_FIGURES)}.")
    save(drawn, out)


@app.command("fit_page")
def fit_page(
    settings: Annotated[Path, typer.Argument(help="The fit, such as networks/cuba/fit.yaml.")],
    folder: Folder,
    out: Annotated[Path, typer.Option(help="HTML file to write.")],
    picture: Annotated[list[Path] | None, typer.Option(help="PNG file to put into it; may be repeated.")] = None,
    model: ModelFile = MODEL,
) -> None:
    """Write the page of the report on a fit; the first trial that diverged is diagnosed."""
    import pandas as pd

    from pipeline.show import fit_page as pages
    from pipeline.show.report import Diverged
    from pipeline.sweep import cases

    network = read_model(model)
    fit = read_fit(settings, network)
    files = {"knobs": "csv", "fitted": "csv", "trials": "parquet", "directions": "csv", "good": "csv"}
    tables = {name: table_of(folder / f"{name}.{kind}") for name, kind in files.items()}
    for name, wanted in (("leaders", fit.leaders), ("pareto", fit.objectives)):
        tables[name] = table_of(folder / f"{name}.csv") if wanted else pd.DataFrame()
    trials = tables["trials"]
    diverged = []
    for n, trial in enumerate(trials[trials["diverged"].fillna(0) > 0].to_dict("records")):
        name = f"fit-{trial['trial']}"
        case = cases.of(fit.diverged(network, trial), network, out.parent / "diagnoses", name) if n == 0 else None
        diverged.append(Diverged("fit", "trial", int(trial["trial"]), trial["diverged_run"], case))
    posterior = _about(folder)
    write_text(out, pages.fit_page(pages.Tables(**tables), posterior, picture or [], diverged, "diagnoses"))
    typer.echo(f"{out}")


def _says(folder: Path) -> str:
    return str(_about(folder)["says"])


def _about(folder: Path) -> dict[str, Any]:
    """Return what is known of the posterior of a fit; ConfigError where its file is lost or damaged."""
    path = folder / "posterior.json"
    try:
        about: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ConfigError(f"{path}: cannot be read ({error}); delete it and run again, which makes it anew.") from None
    return about


def _csv(rows: list[dict[str, Any]]) -> str:
    import pandas as pd

    return str(pd.DataFrame(rows).to_csv(index=False))
