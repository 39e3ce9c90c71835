"""The verbs on what a fit found: its posterior, figures and page. Files are handled here."""

import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pipeline.cli.commands import MODEL, ModelFile, Pictures, app
from pipeline.cli.outputs import as_folder, ending
from pipeline.config.reader import ConfigError
from pipeline.config.tables import write_table, write_text
from pipeline.fit.problem import Fit, needed
from pipeline.fit.reading import fit_targets, read_fit
from pipeline.network.model import Model
from pipeline.network.reading import read_model
from pipeline.plan.fit_figures import FIT_FIGURES
from pipeline.plan.given import about_posterior, fit_table, refuse_no_picture

if TYPE_CHECKING:
    import pandas as pd

    from pipeline.fit.posterior import Posterior

Folder = Annotated[Path, typer.Option("--folder", help="Folder of the fit.", callback=as_folder("--folder"))]


@app.command()
def posterior(
    settings: Annotated[Path, typer.Argument(help="A fit, such as networks/cuba/fit.yaml.")],
    folder: Folder,
    model: ModelFile = MODEL,
) -> None:
    """Say what the trials of a fit leave undecided, without new simulations, and write the fitted model.

    To the folder of the fit: posterior.parquet (a sample of the free knobs), knobs.csv, directions.csv, good.csv
    (trials as good as the best), predicted.csv (what the posterior says of the targets), landscape.parquet,
    posterior.json, surface.json and model.yaml.
    """
    import numpy as np
    import pandas as pd
    import pyarrow as pa

    from pipeline.fit import directions as sure
    from pipeline.fit import neural
    from pipeline.fit import posterior as posteriors
    from pipeline.fit.equals import equals
    from pipeline.fit.estimate import estimate
    from pipeline.fit.free import knob_values
    from pipeline.fit.landscape import COLUMNS as LANDSCAPE
    from pipeline.fit.landscape import importance, landscape, rests_on
    from pipeline.fit.luck import luck
    from pipeline.fit.modelfile import fitted_network
    from pipeline.fit.polynomials import described
    from pipeline.fit.predicted import COLUMNS, against, missed, predicted
    from pipeline.fit.trust import earlier, onward, trust
    from pipeline.show.fit_words import at_bounds

    network = read_model(model)
    fit = read_fit(settings, network)
    targets = fit_targets(fit, network, settings)
    gains, fitted, trials = map(_tables(folder, fit, network, settings), ("gains.csv", "fitted.csv", "trials.parquet"))
    noise, known = posteriors.noise_sd(fitted, fit), posteriors.usable(trials, fit.free)
    best = {name: value for name, value in zip(gains["knob"], gains["fitted"], strict=True) if name in fit.free}
    alike = equals(trials, best, targets, np.nan_to_num(noise))
    score = float(alike.trials.set_index("trial").loc[alike.best, "score"])
    lucky, lucky_said = luck(score, fitted, noise, settings)
    knobs = gains.merge(importance(trials, fit.free, tuple(fit.objectives)), on="knob", how="left")
    more = " ".join([*at_bounds(gains[gains["knob"].isin(fit.free)]), onward(fit.trials, len(fit.free), settings)])
    found: posteriors.Posterior | None = None
    about: dict[str, Any] = {
        "trials": sum(trial.alive for trial in known),
        "needed": needed(len(fit.free)),
        "best": alike.best,
        "alike": alike.says(),
        "importance": rests_on(trials),
        "lucky": lucky,
        "luck": lucky_said,
    }
    try:
        found = estimate(known, fit, targets, noise)
    except posteriors.TooFewTrialsError as error:
        sample = pd.DataFrame(columns=list(fit.free), dtype=float)
        directions = pd.DataFrame(columns=["sd", "prior", "factor", "weak", "says"])
        knobs[["mean", "sd", "q05", "q50", "q95"]] = float("nan")
        reached = pd.DataFrame(columns=list(COLUMNS))
        doubt = f"{error}" if isinstance(error, posteriors.UndefinedError) else f"{error} {more}"
        about |= {"says": doubt, "direction": doubt, "doubt": doubt, "disagrees": ""}
        loss = pd.DataFrame(columns=list(LANDSCAPE))
    else:
        sample = pd.DataFrame(knob_values(found.places, fit.free), columns=list(fit.free))
        believed = trust(found, earlier(known, fit, targets, noise))
        reached = predicted(found, known)
        about |= {"missed": missed(reached), "against": against(reached, list(fit.free))}
        doubt = believed.doubt([f"{target.name} of {target.protocol}" for target in targets])
        directions, loss = sure.directions(found, not doubt), landscape(found)
        knobs = knobs.merge(sure.knob_table(found), on="knob", how="left")
        sizes = (None if math.isnan(error) else error for error in believed.error_sd.tolist())
        errors = {f"{target.protocol} {target.name}": size for target, size in zip(targets, sizes, strict=True)}
        doubt = doubt and f"{doubt} {more}"
        weakest = directions.sort_values("weak", ascending=False, kind="stable").iloc[0]
        direction = doubt or str(weakest["says"])
        disagrees = sure.disagreement(found, best, _score_of(found, trials, alike.best))
        noisy = neural.noisier(known, fit.free, targets, fit.errors) if found.neural else ""
        says = " ".join(filter(None, [direction, noisy, disagrees]))
        about |= {"says": says, "direction": direction, "noisy": noisy, "disagrees": disagrees}
        about |= {"doubt": doubt, "weak": not doubt and bool(weakest["weak"])}
        about |= {
            "neural": found.neural,
            "errors": fit.errors,
            "apart": [
                f"{target.name} of {target.protocol}"
                for target, one in zip(targets, found.emulator.apart, strict=True)
                if one and fit.errors != "independent"
            ],
            "n_effective": found.n_effective,
            "error_sd": errors,
            "untested": believed.untested,
        }
    surface = {"targets": []} if found is None else described(found, fit.seed)
    values = {**fit.set, **dict(zip(gains["knob"], gains["fitted"], strict=True))}
    comment = f"The fitted network: {model} with the best of {len(trials)} trials of {settings}.\n{about['says']}"
    for name, frame in (("posterior", sample), ("landscape", loss)):
        write_table(folder / f"{name}.parquet", pa.Table.from_pandas(frame, preserve_index=False))
    good = alike.trials.drop(columns=["score_without", "values_without"])
    for name, frame in (("knobs", knobs), ("directions", directions), ("good", good), ("predicted", reached)):
        write_text(folder / f"{name}.csv", frame.to_csv(index=False))
    write_text(folder / "posterior.json", json.dumps(about, indent=1))
    write_text(folder / "surface.json", json.dumps(surface) + "\n")
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
    from pipeline.show.calls import fit_call
    from pipeline.show.figures import save
    from pipeline.show.fit_history import history

    network = read_model(model)
    fit = read_fit(settings, network)
    table = _tables(folder, fit, network, settings)
    if name == "history":
        drawn = history(table("trials.parquet"), fit, network)
    elif name == "targets":
        drawn = fit_figures.targets(table("fitted.csv"), table("predicted.csv"))
    elif name == "corner":
        files = ("trials.parquet", "posterior.parquet", "good.csv", "knobs.csv")
        trials, sample, good, knobs = (table(file) for file in files)
        drawn = fit_figures.corner(trials, sample, good, knobs, fit, about_posterior(folder)["direction"])
    elif name == "landscape":
        surface, knobs = table("landscape.parquet"), table("knobs.csv")
        drawn = fit_figures.landscape(surface, knobs, fit, about_posterior(folder)["direction"])
    elif name == "front":
        if not fit.objectives:
            raise ConfigError(f"fit_figure: front is of a fit of several objectives, and {settings} has one.")
        drawn = fit_figures.front(table("trials.parquet"), table("pareto.csv"), list(fit.objectives))
    elif name == "importance":
        drawn = fit_figures.importance(table("knobs.csv"))
    else:
        raise ConfigError(f"fit_figure: {name!r} is none of {', '.join(FIT_FIGURES)}.")
    save(drawn, out, fit_call(name, settings, folder, network.table), FIT_FIGURES[name])


@app.command("fit_page")
def fit_page(
    settings: Annotated[Path, typer.Argument(help="The fit, such as networks/cuba/fit.yaml.")],
    folder: Folder,
    out: Annotated[Path, typer.Option(help="HTML file to write.", callback=ending("--out", ".html"))],
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
    table = _tables(folder, fit, network, settings)
    files = {
        "knobs": "csv",
        "fitted": "csv",
        "trials": "parquet",
        "directions": "csv",
        "good": "csv",
        "predicted": "csv",
    }
    tables = {name: table(f"{name}.{kind}") for name, kind in files.items()}
    for name, wanted in (("leaders", fit.leaders), ("pareto", fit.objectives)):
        tables[name] = table(f"{name}.csv") if wanted else pd.DataFrame()
    trials = tables["trials"]
    diverged = []
    for n, trial in enumerate(trials[trials["diverged"].fillna(0) > 0].to_dict("records")):
        name = f"fit-{trial['trial']}"
        case = cases.of(fit.diverged(network, trial), network, out.parent / "diagnoses", name) if n == 0 else None
        diverged.append(Diverged("fit", "trial", int(trial["trial"]), trial["diverged_run"], case))
    posterior = about_posterior(folder)
    for path in picture or []:
        refuse_no_picture(path)
    write_text(out, pages.fit_page(pages.Tables(**tables), posterior, picture or [], diverged, "diagnoses"))
    typer.echo(f"{out}")


def _score_of(found: "Posterior", trials: "pd.DataFrame", number: int) -> float:
    """Return the score of a trial by the errors of the targets that the posterior has."""
    from pipeline.fit.posterior import usable
    from pipeline.fit.targets import score

    (trial,) = usable(trials[trials["trial"] == number], found.free)
    return score(found.targets, trial.features)


def _tables(folder: Path, fit: Fit, network: Model, settings: Path) -> Callable[[str], "pd.DataFrame"]:
    """Return what reads a table of a fit's folder by its name; ConfigError where it is of another fit."""
    targets = fit_targets(fit, network, settings)
    return lambda name: fit_table(folder, name, fit, targets, settings)
