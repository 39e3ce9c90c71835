"""A folder of results as a run of networks/cuba leaves it, of made-up numbers: nothing is simulated."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
from conftest import pipeline
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from pipeline.config.reader import read_yaml
from pipeline.config.tables import Journal, write_rows, write_table
from pipeline.engine.scripts import meaning
from pipeline.measure.network import feature_table
from pipeline.network.model import Model
from pipeline.overview.asked import written
from pipeline.plan.columns import Lists, Words, of_features
from pipeline.sweep import grid, rows
from pipeline.sweep.design import read_sweep

CUBA = "networks/cuba"
SWEEP = f"{CUBA}/sweep.yaml"
FEATURES = ("rate_excitatory", "cv_excitatory", "rate_inhibitory", "chi_excitatory")
BEST = {"w_e": 1.62, "w_i": -9.0}


def features(w_e: float, w_i: float, noise: float = 0.0) -> dict[str, float]:
    """Return made-up features: smooth in both knobs, those of the targets at BEST."""
    strong, weak = np.log(w_e / 1.62), (w_i + 9) / 9
    rate = 5.5278 * np.exp(1.5 * strong + 0.8 * weak + noise)
    return dict(
        zip(FEATURES, (rate, 0.51804 + 0.2 * weak + noise / 20, 1.006 * rate, 0.080316 * np.exp(strong)), strict=True)
    )


def measured(network: Model, n: int) -> dict[str, pa.Array]:
    """Return the columns that n measured points of a network have, beside its knobs: all is well, each number is 1."""
    columns = {}
    for name, column in of_features(network, ()).items():
        if name in ("point", "protocol", "network") or name in network.settable:
            continue
        if isinstance(column, Words):
            columns[name] = pa.array([column.known[0] if column.known else None] * n, pa.string())
        else:
            columns[name] = pa.array([[1.0] if isinstance(column, Lists) else 1.0] * n)
    return columns


def sweep_rows(model: Model, diverged: tuple[int, ...] = (), wild: tuple[int, ...] = ()) -> list[dict]:
    """Return a row for each point of the sweep; some points diverged or ran away."""
    found = []
    rng = np.random.default_rng(1)
    for point in grid.points(read_sweep(SWEEP, model), model).to_pylist():
        number = point["point"]
        known = features(point["w_e"], point["w_i"], 0.03 * rng.standard_normal())
        row = point | dict.fromkeys(feature_table(model)) | known | {"rate_neurons": known["rate_excitatory"]}
        row |= {"status": "ok", "problem": None, "t_diverged_s": None, "wall_s": 0.5, "cpu_s": 0.4, "memory_mb": 20.0}
        if number in wild:
            row["problem"] = "excitatory runs away, 480 spikes/s"
            row["rate_excitatory"] = 480.0
        if number in diverged:
            row |= dict.fromkeys(FEATURES)
            row |= {"status": "diverged", "problem": "v of excitatory became infinite at 0.2 s", "t_diverged_s": 0.2}
        found.append(row | {"build": "b", "record": "r"})
    return found


def asked(folder: Path, fit: bool = True, figures: tuple[str, ...] = ()) -> None:
    """Write run.json: the sweep of the network, and its fit."""
    config = {"model": f"{CUBA}/knobs.yaml", "results": str(folder), "sweeps": {"sweep": SWEEP}}
    config |= {"fit": f"{CUBA}/fit.yaml"} if fit else {}
    shown = {name: {"category": "Sweeps", "caption": "The sweep."} for name in figures}
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "run.json").write_text(written(config, f"{CUBA}/config.yaml", shown, ["own.html"]))


def sweep(folder: Path, model: Model, **odd: tuple[int, ...]) -> None:
    """Write the tables of the sweep, whole."""
    write_rows(folder / "sweeps" / "sweep" / "features.parquet", sweep_rows(model, **odd))


def journal(folder: Path, model: Model, n: int) -> None:
    """Write the points of the sweep, and the journal of the first n of them: it is being simulated."""
    place = folder / "sweeps" / "sweep"
    write_table(place / "points.parquet", grid.points(read_sweep(SWEEP, model), model))
    kept = Journal(place / "journal", "0-of-1", "tag")
    measuring = rows.measuring(model, meaning(model))
    for point, row in zip(
        grid.points(read_sweep(SWEEP, model), model).to_pylist()[:n], sweep_rows(model), strict=False
    ):
        kept.add(rows.key(point, measuring), row)


def trials(model: Model, n: int = 24) -> list[dict]:
    """Return trials of the fit over its ranges."""
    free = read_yaml(f"{CUBA}/fit.yaml")["free"]
    rng = np.random.default_rng(2)
    found = []
    for number in range(n):
        knobs = {name: rng.uniform(span["low"], span["high"]) for name, span in free.items()}
        known = features(**knobs, noise=0.01 * rng.standard_normal())
        target = pd.read_csv(f"{CUBA}/targets.csv").set_index("feature")
        off = [(known[name] - target["mean"][name]) / target["sd"][name] for name in FEATURES]
        found.append(
            {"trial": number, "state": "complete", "score": float(np.sqrt(np.mean(np.square(off)))), "score_sem": 0.1}
            | {
                "score_without": [[0.9, 1.0, 1.1, 1.0]],
                "values_without": None,
                "constraint": -0.5,
                "origin": "response_surface",
                **knobs,
                "runs": 4,
                "cpu_s": 2.0,
                "diverged": 0,
            }
            | {"diverged_run": None, "record": "r", "problem": None}
            | {f"base {name}": value for name, value in known.items()}
        )
    return found


def fit(folder: Path, model: Model) -> None:
    """Write the tables of the fit, as its rules make them."""
    place = folder / "fit"
    made = trials(model)
    write_rows(place / "trials.parquet", made)
    best = min(made, key=lambda trial: trial["score"])
    free = read_yaml(f"{CUBA}/fit.yaml")["free"]
    gains = [
        {"knob": name, "fitted": best[name], "model": BEST[name], "ratio": best[name] / BEST[name]}
        | {"low": span["low"], "high": span["high"], "unit": "mV"}
        for name, span in free.items()
    ]
    pd.DataFrame(gains).to_csv(place / "gains.csv", index=False)
    target = pd.read_csv(f"{CUBA}/targets.csv")
    fitted = target.drop(columns="mean").assign(target=target["mean"], n=8, diverged=0, beyond=0, problem="")
    fitted["mean"] = [best[f"base {name}"] for name in fitted["feature"]]
    fitted["sem"] = 0.1 * fitted["sd"]
    fitted["deviation_sd"] = (fitted["mean"] - fitted["target"]) / fitted["sd"]
    fitted.to_csv(place / "fitted.csv", index=False)
    pipeline("posterior", f"{CUBA}/fit.yaml", "--folder", place, "--model", CUBA)


def failed(folder: Path, says: str) -> None:
    """Write what a fit leaves that ended without a result."""
    (folder / "fit").mkdir(parents=True, exist_ok=True)
    (folder / "fit" / "failed.json").write_text(json.dumps({"says": says, "trials": 24}))
    (folder / "logs").mkdir(exist_ok=True)
    (folder / "logs" / "fit.log").write_text(f"fit: 24 of 24 trials\nerror: fit.yaml: {says}\n")


def complete(folder: Path, model: Model) -> Path:
    """Write a complete run and its page: one point diverged, two ran away, a figure that describes itself."""
    asked(folder, figures=("sweep_map", "sweep_lost"))
    sweep(folder, model, diverged=(3,), wild=(10, 11))
    fit(folder, model)
    about = PngInfo()
    about.add_text("Description", "The rate rises with w_e.")
    about.add_text("Source", "python -m pipeline figure map --table T")
    (folder / "figures").mkdir()
    Image.new("RGB", (300, 200), "white").save(folder / "figures" / "sweep_map.png", pnginfo=about)
    (folder / "verdicts").mkdir()
    said = {"title": "Agrees", "level": "good", "says": "9 of 9 agree.", "page": "own.html"}
    (folder / "verdicts" / "own.json").write_text(json.dumps(said))
    (folder / "verdicts" / "torn.json").write_text('{"title": "Tor')
    (folder / "own.html").write_text("own")
    pipeline("page", folder)
    return folder
