"""Whether posteriors are calibrated: knobs drawn from the prior of a fit are found again as often as intervals say.

Simulation-based calibration (Talts et al. 2018, arXiv:1804.06788). Each truth is drawn from the ranges of a fit, one
network there is the recording, its features are the targets, and the spread over SPREAD further networks there is their
sd, as if as many animals had been recorded; with `errors: network` the search alone knows it. The rank of the truth in
the sample of the posterior is then uniform, and intervals of 50 and 90 % cover it as often. A truth at which a network
is silent or runs away is beyond the envelope, and where too few trials live there is no posterior: these are counted,
and the next one is drawn. Goes on with the first truth that is not in FOUND, where the ranks of each fit are a table.
Writes calibration.md, .png and .svg.
"""

import argparse
import os
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from scipy.stats import binom

from benchmarks.search import Search, fresh, trials_of, with_rows
from pipeline.config.provenance import version
from pipeline.config.reader import fingerprint, parse, read_yaml
from pipeline.config.tables import Row, write_text
from pipeline.engine.scripts import ScriptEngine
from pipeline.fit import directions
from pipeline.fit import posterior as posteriors
from pipeline.fit.estimate import estimate
from pipeline.fit.fitted import fitted_row
from pipeline.fit.free import knob_values
from pipeline.fit.loss import excess
from pipeline.fit.problem import Effort, Fit
from pipeline.fit.reading import fit_targets
from pipeline.fit.targets import Target, protocols
from pipeline.fit.trust import earlier, trust
from pipeline.measure.envelope import Envelope
from pipeline.network.model import Model
from pipeline.network.reading import read_model
from pipeline.show.figures import save
from pipeline.show.style import grid, lowest
from pipeline.sweep.rows import measure

CASES = Path("benchmarks/calibration")
FOUND = CASES / "found"

COLUMNS = (
    *("truth", "knob", "beyond", "value", "rank", "q05", "q25", "q50", "q75", "q95", "score", "targets", "trials"),
    *("cpu_s", "wall_s", "doubted", "asked", "commit"),
)
"""Of the table of a fit; `asked` is the fingerprint of its file."""

OF_A_TRUTH = ("score", "targets", "trials", "cpu_s", "wall_s")
"""What is known of a fit as a whole, the same in all rows of a truth."""

SPREAD = 24
"""Networks that give the sd of the targets of a truth."""

RECORDED, OTHERS = 900_001, 900_101
"""Seeds of the network that is recorded, and of the first that gives the sd; those of a truth follow in thousands."""

BATCH_SEEDS = 1000

PARTS = np.linspace(0, 1, 101)
"""Parts of a posterior, at which ranks are counted."""


def draw(fit: Fit, number: int) -> dict[str, float]:
    """Return the knobs of truth `number`, drawn from the prior of the fit."""
    rng = np.random.default_rng(number)
    return {
        name: float(
            np.exp(rng.uniform(np.log(span.low), np.log(span.high))) if span.log else rng.uniform(span.low, span.high)
        )
        for name, span in fit.free.items()
    }


def recorded(
    fit: Fit,
    like: tuple[Target, ...],
    truth: dict[str, float],
    number: int,
    model: Model,
    program: ScriptEngine,
    cores: int,
) -> tuple[tuple[Target, ...], str | None]:
    """Return the targets of one network at `truth`, and what is beyond the envelope there."""

    def runs(first: int, networks: int) -> list[Row]:
        effort = Effort(networks=networks, first_seed=first + BATCH_SEEDS * number, duration=fit.check.duration)
        points = fit.points(model, protocols(like), truth, effort)
        with ThreadPoolExecutor(cores) as pool:
            return list(pool.map(lambda point: measure(program, point, model)[0], points))

    envelope = Envelope.of(model, fit.envelope)
    one = runs(RECORDED, 1)
    if beyond := max((excess(row, envelope) for row in one), key=lambda found: found[0])[1]:
        return (), beyond
    others = runs(OTHERS, SPREAD)
    found = []
    for target in like:
        here, spread = (fitted_row(target, rows, envelope) for rows in (one, others))
        if here["mean"] is not None and spread["n"] == SPREAD and spread["sem"]:
            found.append(replace(target, mean=here["mean"], sd=spread["sem"] * SPREAD**0.5, source="one network"))
    return tuple(found), None


def sought(case: str, number: int, given: argparse.Namespace) -> dict[str, Any]:
    """Return what a fit to the recording of truth `number` says of each knob."""
    content = read_yaml(CASES / f"{case}.yaml")
    model = read_model(content.pop("network"))
    fit = parse(Fit, content | {"seed": number + 1}, case)
    program = ScriptEngine(model, given.results)
    truth = draw(fit, number)
    targets, beyond = recorded(fit, fit_targets(fit, model), truth, number, model, program, given.cores)
    if beyond:
        return {"beyond": beyond, "truth": truth}
    folder = Path(given.results) / "calibration" / case / f"{number}"
    return asked(Search(fit, targets, model, program, folder, given.cores), truth)


def asked(search: Search, truth: Mapping[str, float]) -> dict[str, Any]:
    """Run the fit; return what its posterior says of each knob, whose true values it does not know."""
    fit, targets = search.fit, search.targets
    begin = time.monotonic()
    *_, (study, cpu_s) = search.batches()
    _, fitted, score = fresh(search, study)
    trials = trials_of(study)
    known, noise = posteriors.usable(trials, fit.free), posteriors.noise_sd(fitted, fit)
    try:
        found = estimate(known, fit, targets, noise)
    except posteriors.TooFewTrialsError as error:
        return {"beyond": str(error)}
    doubt = trust(found, earlier(known, fit, targets, noise)).doubt([target.name for target in targets])
    values = knob_values(found.places, fit.free)
    table = directions.knob_table(found).set_index("knob")
    knobs = {}
    for k, name in enumerate(fit.free):
        sample = values[:, k]
        low, high = np.quantile(sample, (0.25, 0.75)).tolist()
        knobs[name] = {
            "value": truth[name], "rank": float(np.mean(sample < truth[name])), "q25": low, "q75": high,
            **table.loc[name, ["q05", "q50", "q95"]].to_dict(),
        }  # fmt: skip
    spent = {"cpu_s": cpu_s, "wall_s": time.monotonic() - begin, "trials": len(trials)}
    return {"knobs": knobs, "score": score, "targets": len(targets), "doubt": doubt, **spent}


def held(one: Any) -> dict[str, Any]:
    """Return whether the intervals of 50 and 90 % have the true value: of a knob, or of each in a table of them."""
    return {
        name: (one[low] <= one["value"]) & (one["value"] <= one[high])
        for name, low, high in (("in50", "q25", "q75"), ("in90", "q05", "q95"))
    }


def rows(number: int, result: Mapping[str, Any]) -> list[Row]:
    """Return a row a knob of truth `number`; one alone where there is no posterior."""
    if "beyond" in result:
        return [{"truth": number, "beyond": result["beyond"]}]
    whole = {name: result[name] for name in OF_A_TRUTH} | {"doubted": bool(result["doubt"])}
    return [{"truth": number, "knob": name, **one, **whole} for name, one in result["knobs"].items()]


def read(path: Path, fit: str) -> pd.DataFrame:
    """Return the rows that were found of a fit, none where another one was asked; `fit`: its fingerprint."""
    table = pd.read_csv(path) if path.exists() else pd.DataFrame(columns=list(COLUMNS))
    return table.loc[table["asked"] == fit, list(COLUMNS)]


def with_intervals(table: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of truths within the envelope, with whether the intervals of 50 and 90 % have the truth."""
    done = table[table["knob"].notna()]
    return done.assign(**held(done))


def text(cases: dict[str, pd.DataFrame]) -> str:
    """Return the tables as Markdown."""
    lines = [
        "| fit | truths | without a posterior | truth within 50 % | within 90 % | knobs beyond what chance allows | "
        "ranks beyond the band | doubted | CPU s a fit | min a fit |",
        "|---|---|---|---|---|---|---|---|---|---|",
    ]
    every = pd.concat([with_intervals(found).assign(fit=case) for case, found in cases.items()])
    for case, table in every.groupby("fit", sort=False):
        done = table.drop_duplicates("truth")
        n = len(done)
        of_knob = table.groupby("knob")[["in50", "in90"]].sum()
        odd = [
            name
            for name, row in of_knob.iterrows()
            if any(
                2 * min(binom.cdf(k, n, p), binom.sf(k - 1, n, p)) < 0.01 for k, p in ((row.in50, 0.5), (row.in90, 0.9))
            )
        ]
        without = cases[case]["beyond"].notna().sum()
        lines.append(
            f"| {case} | {n} | {without} | {_share(table, 'in50')} | {_share(table, 'in90')} | "
            f"{', '.join(odd) or 'none'} | {', '.join(uneven(table)) or 'none'} | {int(done['doubted'].sum())} | "
            f"{done['cpu_s'].mean():.0f} | {done['wall_s'].mean() / 60:.1f} |"
        )
    for doubted, of in ((False, "that do not doubt themselves"), (True, "that do")):
        if len(here := every[every["doubted"] == doubted]):
            done = here.drop_duplicates(["fit", "truth"])
            lines.append(
                f"| all {of} | {len(done)} | | {_share(here, 'in50')} | {_share(here, 'in90')} | | | | "
                f"{done['cpu_s'].mean():.0f} | |"
            )
    return "\n".join(lines) + "\n"


def _share(table: pd.DataFrame, column: str) -> str:
    """Return a percentage with its standard error over truths, whose knobs are not independent."""
    by_truth = 100 * table.groupby(["fit", "truth"])[column].mean()
    return f"{by_truth.mean():.0f} ± {by_truth.sem():.0f} %"


def uneven(table: pd.DataFrame) -> list[str]:
    """Return the knobs whose ranks leave the band in which 95 of 100 lines of uniform ranks stay throughout."""
    low, high = band(table["truth"].nunique())
    found = []
    for name, here in table.groupby("knob", sort=False):
        below = (here["rank"].to_numpy()[:, None] <= PARTS).mean(axis=0)
        # but for rounding; all ranks are within 0 and 1
        if ((below < low - 1e-9) | (below > high + 1e-9))[1:-1].any():
            found.append(str(name))
    return found


@cache
def band(n: int) -> tuple[np.ndarray, np.ndarray]:
    """Return between which parts of `n` uniform ranks are below PARTS: 95 of 100 such lines stay within throughout.

    By simulation, as in Sailynoja et al. (2022), Statistics and Computing 32: 32.
    """
    ranks, p = np.random.default_rng(0).random((2000, n)), PARTS
    below = (ranks[:, :, None] <= p[1:-1]).sum(axis=1)
    chance = 2 * np.minimum(binom.cdf(below, n, p[1:-1]), binom.sf(below - 1, n, p[1:-1]))
    level = np.quantile(chance.min(axis=1), 0.05)
    return binom.ppf(level / 2, n, p) / n, binom.ppf(1 - level / 2, n, p) / n


def draw_ranks(cases: dict[str, pd.DataFrame]) -> Figure:
    """Return how often the rank of the truth is below each part of the sample: the diagonal, if calibrated."""
    shown = {case: done for case, found in cases.items() if len(done := with_intervals(found))}
    figure, cells = grid(max(len(shown), 1), 2.6)
    for one, (case, table) in zip(cells, shown.items(), strict=False):
        n = table["truth"].nunique()
        low, high = band(n)
        one.fill_between(PARTS, low, high, color="#ddd", lw=0)
        one.plot([0, 1], [0, 1], "k:", lw=0.8)
        for name, here in table.groupby("knob", sort=False):
            ranks = np.sort(here["rank"])
            one.step([0, *ranks, 1], [*np.arange(n + 1) / n, 1], where="post", lw=0.8, label=name)
        one.set(xlim=(0, 1), ylim=(0, 1))
        one.set_title(f"{case}, {n} truths", loc="left", fontsize=8)
        one.legend(fontsize=5, loc="center left", bbox_to_anchor=(1, 0.5), frameon=False)
        one.set_ylabel("part of the truths")
    for one in lowest(cells):
        one.set_xlabel("rank of the truth")
    return figure


def main() -> None:
    """Run the benchmark."""
    options = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    options.add_argument(
        "cases", nargs="*", help="files of benchmarks/calibration, without .yaml; all if none is named"
    )
    options.add_argument("--results", default="results", help="folder for programs and tables")
    options.add_argument("--truths", type=int, default=40, help="truths of each fit; 0: print what was found")
    options.add_argument("--cores", type=int, default=len(os.sched_getaffinity(0)), help="simulations at a time")
    given = options.parse_args()
    out = Path(given.results) / "calibration"
    known = given.cases or sorted(path.stem for path in CASES.glob("*.yaml"))
    commit = str(version()["commit"])[:7]
    found: dict[str, pd.DataFrame] = {}
    for case in known:
        fit, path = fingerprint(read_yaml(CASES / f"{case}.yaml")), FOUND / f"{case}.csv"
        table = read(path, fit)
        while table.loc[table["knob"].notna(), "truth"].nunique() < given.truths:
            done = set(table["truth"])
            number = min(set(range(len(done) + 1)) - done)
            result = sought(case, number, given)
            of: Row = {"asked": fit, "commit": commit}
            table = with_rows(table, [row | of for row in rows(number, result)])
            write_text(path, table.to_csv(index=False, float_format="%.5g"))
            said = result.get("beyond") or f"{result['wall_s']:.0f} s, score {result['score']:.2f}, " + ", ".join(
                f"{name} {one['rank']:.2f}" for name, one in result["knobs"].items()
            )
            print(f"{case}, truth {number}: {said}", flush=True)
        found[case] = table
    write_text(out / "calibration.md", text(found))
    save(draw_ranks(found), [out / "calibration.png", out / "calibration.svg"])
    print(text(found))


if __name__ == "__main__":
    main()
