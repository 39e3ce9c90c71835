"""The verbs that search: a fit, and the study that its workers share. Files are handled here."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pipeline.cli.commands import MODEL, RESULTS, ModelFile, Results, app
from pipeline.cli.outputs import as_folder
from pipeline.config.reader import ConfigError
from pipeline.config.tables import alone, write_rows, write_text
from pipeline.fit.problem import Fit
from pipeline.fit.reading import fit_targets, read_fit, said_of
from pipeline.fit.targets import Target
from pipeline.network.model import Model
from pipeline.network.reading import read_model
from pipeline.plan.given import FAILED, measured
from pipeline.plan.studies import note

if TYPE_CHECKING:
    from pipeline.fit.start import Tried


@app.command()
def fit(
    context: typer.Context,
    settings: Annotated[Path, typer.Argument(help="A fit, such as networks/cuba/fit.yaml.")],
    out: Annotated[
        Path,
        typer.Option(
            help="Folder for study.log, trials.parquet, gains.csv, artifacts, ...", callback=as_folder("--out")
        ),
    ],
    first: Annotated[Path | None, typer.Option(help="Features of the sweep that gives the first trials.")] = None,
    cores: Annotated[int | None, typer.Option(help="Simulations at a time; the result does not depend on it.")] = None,
    storage: Annotated[str | None, typer.Option(help="Database that workers share, in place of the fit's own.")] = None,
    worker: Annotated[int, typer.Option(help="With a database: number of this worker; 0 writes the results.")] = 0,
    model: ModelFile = MODEL,
    results: Results = RESULTS,
) -> None:
    """Fit free knobs to targets, or go on with a fit that was interrupted, and check the best on fresh networks."""
    import pandas as pd

    from pipeline.engine.machine import cores as processors
    from pipeline.engine.scripts import ScriptEngine
    from pipeline.fit import study as studies
    from pipeline.fit import trials
    from pipeline.fit.fitted import fitted_row, gain_row
    from pipeline.fit.front import front
    from pipeline.fit.lifeless import LifelessError
    from pipeline.fit.targets import rms
    from pipeline.records import record
    from pipeline.show.fit_words import unsound
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
    begin = _begin(first, wanted, targets, network)
    for remark in said_of(wanted, network):
        typer.echo(f"{settings}: {remark}", err=True)
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
    log = out / "study.log"
    study = studies.Study(
        wanted, targets, network, measurements, log, program.meaning, begin, worker, title=settings.stem
    )
    if wanted.storage is None:
        note(out, wanted, network, study.study.study_name)
    if not worker:
        (out / FAILED).unlink(missing_ok=True)  # of what the fit was when it was last run
    study.search(busy, Watch(study, wanted, targets, network, program, out / "artifacts").telling)
    if worker:
        typer.echo(f"worker {worker}: all {wanted.trials} trials are finished")
        return
    table = trials.rows(study.study, wanted)
    write_rows(out / "trials.parquet", table)
    try:
        study.refuse_lifeless()
    except LifelessError as failed:
        for name in ("fitted", "gains", "leaders", "pareto"):
            (out / f"{name}.csv").unlink(missing_ok=True)  # of another fit, whose best would be taken for this one's
        write_text(out / FAILED, json.dumps({"says": failed.says, "trials": failed.trials}, indent=1))
        typer.echo(f"error: {settings}: {failed}", err=True)
        raise typer.Exit(1) from None
    settled = study.leaders(busy)
    best, checked, _ = study.check(busy, settled[0]["trial"] if settled else None)
    knobs = wanted.knobs(best.params)
    fitted = [fitted_row(target, checked, study.envelope) for target in targets]
    for name, rows in {
        "fitted": fitted,
        "gains": [gain_row(name, value, wanted, network) for name, value in knobs.items()],
        "leaders": settled,
        "pareto": front(table, wanted),
    }.items():
        (out / f"{name}.csv").unlink(missing_ok=True)  # one that the fit no longer makes would be taken for its own
        if rows:
            write_text(out / f"{name}.csv", _csv(rows))
    equal = sum(row["verdict"] == "equal" for row in settled)
    found = ", ".join(f"{name} = {value:.4g}" for name, value in best.params.items())
    typer.echo(
        f"{out}: best of {sum(row['state'] in ('complete', 'pruned') for row in table)} trials {found}; "
        f"score {best.user_attrs['score']:.2f}, on fresh networks {rms([row['deviation_sd'] for row in fitted]):.2f}"
        + (f"; {equal} more are as good" if equal else "")
        + "".join(f". {said}" for said in unsound(pd.DataFrame(fitted)))
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

    network = read_model(model)
    wanted = read_fit(settings, network).model_copy(update={"storage": storage})
    targets = fit_targets(wanted, network, settings)
    begin = _begin(first, wanted, targets, network)
    program = meaning(network)
    made = studies.Study(wanted, targets, network, None, settings, program, begin, title=settings.stem)
    done = min(trials.finished(made.study), wanted.trials)
    typer.echo(f"study {made.study.study_name}: {done} of {wanted.trials} trials are finished")


def _begin(first: Path | None, fit: Fit, targets: tuple[Target, ...], network: Model) -> "list[Tried]":
    """Return the trials with which a fit begins, those of a table of features; none without one."""
    from pipeline.fit.start import first_trials

    return first_trials(measured(first, network).to_pylist(), fit, targets, network, first) if first else []


def _csv(rows: list[dict[str, Any]]) -> str:
    import pandas as pd

    return str(pd.DataFrame(rows).to_csv(index=False))
