"""Whether a fit finds gains that are known: networks with random gains give the targets, fits look for these gains.

Each truth is the base times factors drawn log-uniformly; its features on other networks than those of the fit are the
targets, with their standard error, at least FLOOR of the mean, as sd. Fits seek within a factor BOUNDS up and down.
A truth at which a population is silent or runs away is beyond the envelope of any fit: it is named, and the next drawn.
Goes on where it was interrupted. Writes recovery.json, recovery.md, recovery.png and recovery.svg. With --reference:
the base gains from the authors' own statistics, recovery_reference.*.
"""

import argparse
import json
import math
import os
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import matplotlib.ticker
import numpy as np
from matplotlib.figure import Figure

from benchmarks.search import Search, finished, fresh, trials_of
from networks.gutnisky2017.paper.panels import COLOURS
from pipeline.config.reader import parse
from pipeline.config.tables import write_text
from pipeline.engine.scripts import ScriptEngine
from pipeline.fit import directions
from pipeline.fit import posterior as posteriors
from pipeline.fit.fitted import fitted_row
from pipeline.fit.loss import excess
from pipeline.fit.problem import Fit
from pipeline.fit.targets import Target, protocols, read_targets
from pipeline.measure.envelope import Envelope
from pipeline.network.model import Model
from pipeline.network.reading import read_model
from pipeline.show.figures import save
from pipeline.sweep.rows import measure

GAINS = ("g_ET", "g_IT", "g_EI", "g_II")
SPREAD, BOUNDS, FLOOR = 1.5, 4.0, 0.01
TARGETS = Path("networks/gutnisky2017/targets/gutnisky2017_base.csv")
TRUTH_SEED = 9001
"""First network of the truths; fits use others."""


def draw_truths(n: int, model: Model) -> list[dict[str, float]]:
    """Return n sets of gains within a factor SPREAD of the base."""
    factors = SPREAD ** np.random.default_rng(1).uniform(-1, 1, (n, len(GAINS)))
    return [{name: model.knobs[name].value * float(f) for name, f in zip(GAINS, row, strict=True)} for row in factors]


def targets_at(
    truth: dict[str, float], like: tuple[Target, ...], model: Model, program: ScriptEngine, given: argparse.Namespace
) -> tuple[tuple[Target, ...], str | None]:
    """Return targets of the features of `like` at `truth`, where defined, and what is beyond the envelope there."""
    runs = [
        {"protocol": protocol, **model.point(protocol, {**truth, "duration": given.truth_duration, **seeds})}
        for protocol in protocols(like)
        for k in range(given.truth_networks)
        for seeds in [{"seed_network": TRUTH_SEED + k, "seed_input": TRUTH_SEED + k}]
    ]
    with ThreadPoolExecutor(given.cores) as pool:
        rows = list(pool.map(lambda run: measure(program, run, model)[0], runs))
    found = []
    for target in like:
        row = fitted_row(target, rows, Envelope())
        if row["mean"] is not None and row["n"] == given.truth_networks:
            sd = max(row["sem"], FLOOR * abs(row["mean"]))
            found.append(replace(target, mean=row["mean"], sd=sd, source="the network itself"))
    return tuple(found), max((excess(row, Envelope()) for row in rows), key=lambda found: found[0])[1]


def recover(truth: dict[str, float], targets: tuple[Target, ...], number: int, given: argparse.Namespace) -> dict:
    """Fit `targets`, and return for each gain truth, best trial and posterior, with what the fit cost."""
    model = read_model("networks/gutnisky2017")
    base = {name: model.knobs[name].value for name in GAINS}
    content = {
        "targets": str(TARGETS),
        "free": {name: {"low": value / BOUNDS, "high": value * BOUNDS} for name, value in base.items()},
        "sampler": given.sampler,
        "seed": number + 1,
        "trials": given.trials,
        "effort": {"networks": given.networks, "first_seed": 101, "duration": given.duration},
        "check": {"networks": 8, "first_seed": 201, "duration": 3},
    }
    fit = parse(Fit, content, "recovery")
    folder = Path(given.results) / "recovery" / f"{number}"
    search = Search(fit, targets, model, ScriptEngine(model, given.results), folder, given.cores)
    begin = time.monotonic()
    for study, cpu_s in search.batches():  # noqa: B007, the last study is what was found
        spent = {"cpu_s": cpu_s, "wall_s": time.monotonic() - begin}
        if spent["wall_s"] > 60 * given.minutes:
            break
    best, fitted, score = fresh(search, study)
    trials = trials_of(study)
    result = {"trials": len(trials), "score": score, "targets": len(targets), **spent}
    result |= {"gains": {name: {"truth": truth[name], "best": best[name]} for name in GAINS}}
    try:
        known = posteriors.usable(trials, fit.free)
        found = posteriors.posterior(known, fit.free, targets, posteriors.noise_sd(fitted, fit), fit.seed)
    except posteriors.TooFewTrialsError as error:
        return result | {"says": str(error)}
    for row in directions.knob_table(found).itertuples():
        inside = bool(row.q05 <= truth[row.knob] <= row.q95)
        result["gains"][row.knob] |= {"low": row.q05, "median": row.q50, "high": row.q95, "inside": inside}
    return result | {"says": directions.directions(found)["says"].iloc[0]}


def sought(results: list[dict]) -> list[dict]:
    """Return the results of truths that were sought: not those beyond the envelope."""
    return [result for result in results if "beyond" not in result]


def summary(results: list[dict]) -> list[dict]:
    """Return for each gain the median error of best trial and posterior median in %, and coverage."""
    rows = []
    for name in GAINS:
        here = [result["gains"][name] for result in sought(results)]
        sure = [gain for gain in here if "median" in gain]
        row = {"gain": name, "n": len(here)}
        row["best"] = float(np.median([100 * abs(gain["best"] / gain["truth"] - 1) for gain in here]))
        if sure:
            row["median"] = float(np.median([100 * abs(gain["median"] / gain["truth"] - 1) for gain in sure]))
            row["half"] = float(np.median([100 * (math.sqrt(gain["high"] / gain["low"]) - 1) for gain in sure]))
            row["inside"], row["of"] = sum(gain["inside"] for gain in sure), len(sure)
        rows.append(row)
    return rows


def _truths(results: list[dict], given: argparse.Namespace) -> str:
    if given.reference:
        return "The base gains from the authors' statistics"
    return f"{len(sought(results))} truths within a factor {SPREAD:g} of the base"


def text(results: list[dict], given: argparse.Namespace) -> str:
    """Return the tables as Markdown."""
    lines = [
        f"{_truths(results, given)}, ranges a factor {BOUNDS:g} up and "
        f"down, sampler {given.sampler}, at most {given.trials} trials and {given.minutes:g} min on {given.cores} "
        f"cores each; a trial: {given.networks} networks of {given.duration:g} s a protocol.",
        "",
        "| gain | median error of the best trial (%) | of the posterior median (%) | half the 90 % interval (%) | "
        "truth within it |",
        "|---|---|---|---|---|",
    ]
    for row in summary(results):
        sure = (
            f"{row['median']:.1f} | {row['half']:.1f} | {row['inside']} of {row['of']}" if "of" in row else "– | – | –"
        )
        lines.append(f"| {row['gain']} | {row['best']:.1f} | {sure} |")
    pooled = [gain for result in sought(results) for gain in result["gains"].values() if "inside" in gain]
    if pooled:
        lines += ["", f"In all, {sum(g['inside'] for g in pooled)} of {len(pooled)} truths lie within 90 % intervals."]
    lines += [
        "",
        "| truth | trials | min | CPU s | score on fresh networks | least determined |",
        "|---|---|---|---|---|---|",
    ]
    for number, result in enumerate(results):
        gains = ", ".join(f"{name} {gain['truth']:.3g}" for name, gain in result["gains"].items())
        if "beyond" in result:
            lines.append(f"| {number}: {gains} | – | – | – | – | not sought: {result['beyond']} |")
            continue
        lines.append(
            f"| {number}: {gains} | {result['trials']} | {result['wall_s'] / 60:.1f} | {result['cpu_s']:.0f} | "
            f"{result['score']:.2f} | {result['says']} |"
        )
    return "\n".join(lines) + "\n"


def draw(results: list[dict]) -> Figure:
    """Return found against true gains, with the 90 % intervals."""
    figure = Figure(figsize=(6.8, 2.2), layout="constrained")
    for axes, name, row in zip(figure.subplots(1, len(GAINS)), GAINS, summary(results), strict=True):
        here = [result["gains"][name] for result in sought(results)]
        truth, best = (np.array([gain[key] for gain in here]) for key in ("truth", "best"))
        ends = [truth.min() / 1.15, truth.max() * 1.15]
        axes.plot(ends, ends, "k:", lw=0.8)
        axes.loglog(truth, best, "x", ms=4, color=COLOURS["E"], label="best trial")
        if sure := [gain for gain in here if "median" in gain]:
            true, low, median, high = (np.array([g[key] for g in sure]) for key in ("truth", "low", "median", "high"))
            axes.errorbar(
                true, median, [median - low, high - median], fmt="o", ms=3, lw=1, color=COLOURS["I"],
                label="posterior, 90 %",
            )  # fmt: skip
        covered = f", {row['inside']} of {row['of']} within" if "of" in row else ""
        axes.set_title(f"{name}{covered}", loc="left")
        axes.set(xlabel="true (mS ms/cm²)")
        for axis in (axes.xaxis, axes.yaxis):
            axis.set_major_locator(matplotlib.ticker.MaxNLocator(3))
            axis.set_minor_locator(matplotlib.ticker.NullLocator())
            axis.set_major_formatter(matplotlib.ticker.FormatStrFormatter("%.2g"))
    figure.axes[0].set_ylabel("found")
    figure.axes[0].legend(fontsize=5)
    return figure


def main() -> None:
    """Run the benchmark."""
    options = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    options.add_argument("--results", default="results", help="folder for programs and tables")
    options.add_argument("--truths", type=int, default=10, help="number of sets of gains")
    options.add_argument("--trials", type=int, default=80, help="trials of a fit, at most")
    options.add_argument("--minutes", type=float, default=8, help="of a fit, at most")
    options.add_argument("--sampler", default="response_surface", help="sampler of the fits")
    options.add_argument("--networks", type=int, default=2, help="networks of a trial")
    options.add_argument("--duration", type=float, default=2, help="measured s of a run of a trial")
    options.add_argument("--truth-networks", type=int, default=8, help="networks that give the targets")
    options.add_argument("--truth-duration", type=float, default=3, help="measured s of each")
    options.add_argument("--cores", type=int, default=len(os.sched_getaffinity(0)), help="simulations at a time")
    options.add_argument("--reference", action="store_true", help="base gains from the authors' statistics instead")
    given = options.parse_args()
    model = read_model("networks/gutnisky2017")
    like = read_targets(TARGETS, model)
    program = ScriptEngine(model, given.results)
    truths = (
        [{name: model.knobs[name].value for name in GAINS}] if given.reference else draw_truths(2 * given.truths, model)
    )
    out = Path(given.results) / ("recovery_reference" if given.reference else "recovery")
    results = finished(out.with_suffix(".json"), vars(given)) or []
    wanted = 1 if given.reference else given.truths
    while len(sought(results)) < wanted:
        number = len(results)
        truth = truths[number]
        targets, beyond = (like, None) if given.reference else targets_at(truth, like, model, program, given)
        if beyond:
            results.append({"gains": {name: {"truth": value} for name, value in truth.items()}, "beyond": beyond})
            print(f"truth {number} is not sought: {beyond}", flush=True)
            continue
        results.append(recover(truth, targets, number, given))
        gains = results[-1]["gains"].items()
        errors = ", ".join(f"{name} {100 * (gain['best'] / gain['truth'] - 1):+.0f} %" for name, gain in gains)
        print(f"truth {number}: {errors}; {results[-1]['trials']} trials", flush=True)
        write_text(f"{out}.json", json.dumps({"options": vars(given), "results": results}, indent=1))
        write_text(f"{out}.md", text(results, given))
        save(draw(results), [f"{out}.png", f"{out}.svg"])
    print(text(results, given))


if __name__ == "__main__":
    main()
