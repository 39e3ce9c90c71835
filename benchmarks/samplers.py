"""The samplers of a fit at equal CPU time, of 3, 8 and 10 knobs: the best trial on fresh networks, over seeds.

CPU time is that of the simulations and of the sampler itself; simulations on fresh networks are not counted. Goes on
after the last seed in FOUND, a table of scores, all by the code of one commit. Writes samplers.md, .png and .svg.
"""

import argparse
import itertools
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import get_args

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from benchmarks.search import Search, fresh, with_rows
from pipeline.config.provenance import version
from pipeline.config.reader import parse, read_yaml
from pipeline.config.tables import Row, write_text
from pipeline.engine.scripts import ScriptEngine
from pipeline.fit.problem import Fit
from pipeline.fit.reading import fit_targets
from pipeline.network.reading import read_model
from pipeline.show.figures import save

FITS = Path("networks/gutnisky2017/fits")
FOUND = Path("benchmarks/samplers.csv")


@dataclass(frozen=True)
class Case:
    """A fit whose sampler, seed and budget do not count: how much wider its ranges are made, and what is free more."""

    fit: Path
    cpu_s: float
    widen: float = 1.0
    more: Mapping[str, Mapping[str, float]] = field(default_factory=dict)


EIGHT = FITS / "eight_knobs.yaml"
CASES = {
    3: Case(FITS / "base_gains.yaml", 120, 2.0),
    8: Case(EIGHT, 240),
    10: Case(EIGHT, 240, more={"tau_AMPA": {"low": 1.2, "high": 3.4}, "delay_II": {"low": 0.25, "high": 1}}),
}
"""By number of knobs; CPU s of a fit."""

COLUMNS = ("knobs", "sampler", "seed", "cpu_s", "score", "commit")

LOOKS = 3
"""Times at which the best trial is simulated on fresh networks, evenly spaced; the last is the end."""

LEFT_OUT = ("nsga3", "neural")
"""With one objective nsga3 differs from NSGA-II in nothing that matters; sbi seeks a posterior, not the best."""

SEPARATE = 2.0
"""Two samplers differ where their scores do by more than that many standard errors of the difference."""


def compete(search: Search, looks: list[float]) -> list[float]:
    """Return the score on fresh networks of the best trial at each of LOOKS times, in CPU s."""
    scores: list[float] = []
    known: dict[int, float] = {}  # only another best trial is simulated again
    best: int | None = None
    for study, cpu_s in search.batches():
        # a batch that ends after the budget does not count
        while len(scores) < LOOKS and looks[len(scores)] < cpu_s:
            if best is not None and best not in known:
                known[best] = fresh(search, study, best)[2]
            scores.append(np.nan if best is None else known[best])
        if len(scores) == LOOKS:
            break
        best = study.ranked()[0].number
    return scores


def statistics(scores: list[list[float]]) -> tuple[np.ndarray, np.ndarray]:
    """Return means and standard errors over seeds at each look; NaN where a seed has no trial yet."""
    table = np.array(scores)
    return table.mean(axis=0), table.std(axis=0, ddof=1) / np.sqrt(len(table)) if len(table) > 1 else np.nan * table[0]


def verdict(found: dict[str, list[list[float]]]) -> str:
    """Return which sampler wins at the end, and which others cannot be told from it."""
    ends = {name: [part[-1] for part in statistics(scores)] for name, scores in found.items()}
    order = sorted((name for name in ends if np.isfinite(ends[name][0])), key=lambda name: ends[name][0])
    if not order:
        return "No sampler finished a batch within the budget."
    best, sem = ends[order[0]]
    close = [name for name in order[1:] if not ends[name][0] - best > SEPARATE * np.hypot(sem, ends[name][1])]
    others = f"; {', '.join(close)} cannot be told from it" if close else ""
    return f"Best: {order[0]}, score {best:.2f} ± {sem:.2f}{others}."


def scores_of(table: pd.DataFrame) -> dict[int, dict[str, list[list[float]]]]:
    """Return the scores at all looks by number of knobs, sampler and seed."""
    found: dict[int, dict[str, list[list[float]]]] = {}
    for (knobs, name, _), rows in table.groupby(["knobs", "sampler", "seed"], sort=False):
        found.setdefault(int(knobs), {}).setdefault(str(name), []).append(rows.sort_values("cpu_s")["score"].tolist())
    return found


def text(table: pd.DataFrame) -> str:
    """Return the tables of all cases as Markdown."""
    lines = [f"Score of the best trial on fresh networks, mean ± s.e.m. over {_seeds(table)} seeds."]
    for number, scores in scores_of(table).items():
        lines += ["", f"| {number} knobs | " + " | ".join(f"{look:.0f} CPU s" for look in _looks(number)) + " |"]
        lines.append("|---|" + "---|" * LOOKS)
        for name, of_seeds in scores.items():
            cells = [
                f"{mean:.2f} ± {sem:.2f}" if np.isfinite(mean) else "–"
                for mean, sem in zip(*statistics(of_seeds), strict=True)
            ]
            lines.append(f"| {name} | " + " | ".join(cells) + " |")
        lines += ["", verdict(scores)]
    return "\n".join(lines) + "\n"


def _seeds(table: pd.DataFrame) -> str:
    """Return how many seeds cases and samplers have, a range where they differ."""
    counts = table.groupby(["knobs", "sampler"])["seed"].nunique()
    return f"{counts.min()}" if counts.min() == counts.max() else f"{counts.min()} to {counts.max()}"


def _looks(knobs: int) -> list[float]:
    return [CASES[knobs].cpu_s * (k + 1) / LOOKS for k in range(LOOKS)]


def draw(table: pd.DataFrame) -> Figure:
    """Return the score on fresh networks against CPU time, a panel a case, a line a sampler."""
    found = scores_of(table)
    figure = Figure(figsize=(max(2.4 * len(found), 3.2) + 1.0, 2.8), layout="constrained")
    panels = figure.subplots(1, len(found), squeeze=False)[0]
    for axes, (number, scores) in zip(panels, found.items(), strict=True):
        looks = np.array(_looks(number))
        for k, (name, of_seeds) in enumerate(scores.items()):
            mean, sem = statistics(of_seeds)
            shift = looks * (1 + 0.01 * (k - len(scores) / 2))  # so that bars do not hide each other
            axes.errorbar(shift, mean, sem, marker="o", ms=3, lw=1, capsize=2, label=name)
        axes.set(xlabel="CPU time (s)", yscale="log")
        axes.set_title(f"{number} knobs, {_seeds(table[table['knobs'] == number])} seeds", loc="left")
    panels[0].set_ylabel("score on fresh networks")
    figure.legend(*panels[0].get_legend_handles_labels(), loc="outside right upper", fontsize=6)
    return figure


def main() -> None:
    """Run the benchmark."""
    every = [name for name in get_args(Fit.model_fields["sampler"].annotation) if name not in LEFT_OUT]
    options = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    options.add_argument("--results", default="results", help="folder for programs and tables")
    options.add_argument("--knobs", nargs="+", type=int, choices=CASES, default=list(CASES), help="which fits")
    options.add_argument("--seeds", type=int, default=5, help="seeds of each sampler; 0: print what was found")
    options.add_argument("--samplers", nargs="+", choices=every, default=every, help="which of them")
    options.add_argument("--cores", type=int, default=len(os.sched_getaffinity(0)), help="simulations at a time")
    given = options.parse_args()
    model = read_model("networks/gutnisky2017")
    program = ScriptEngine(model, given.results)
    out, commit = Path(given.results), str(version()["commit"])[:7]
    table = pd.read_csv(FOUND, dtype={"commit": str}) if FOUND.exists() else pd.DataFrame(columns=list(COLUMNS))
    if given.seeds and (others := set(table["commit"]) - {commit}):
        options.error(f"{FOUND} is of commit {others.pop()}, this is {commit}: check that out, or delete the table")
    # in turn, so that a half-finished run compares all of them
    for seed, number, name in itertools.product(range(1, given.seeds + 1), given.knobs, given.samplers):
        if ((table["knobs"] == number) & (table["sampler"] == name) & (table["seed"] == seed)).any():
            continue
        case = CASES[number]
        fit = _fit(case, name, seed)
        folder = out / "samplers" / f"{number}" / name / f"{seed}"
        search = Search(fit, fit_targets(fit, model, case.fit), model, program, folder, given.cores)
        scores = compete(search, _looks(number))
        print(f"{number} knobs, seed {seed}, {name}: {', '.join(f'{x:.2f}' for x in scores)}", flush=True)
        whose: Row = {"knobs": number, "sampler": name, "seed": seed, "commit": commit}
        looks = zip(_looks(number), scores, strict=True)
        table = with_rows(table, [whose | {"cpu_s": cpu_s, "score": score} for cpu_s, score in looks])
        write_text(FOUND, table.to_csv(index=False, float_format="%.5g"))
    write_text(out / "samplers.md", text(table))
    save(draw(table), [out / "samplers.png", out / "samplers.svg"])
    print(text(table))


def _fit(case: Case, sampler: str, seed: int) -> Fit:
    """Return the fit of a case by a sampler; its trials are more than it has time for."""
    content = read_yaml(case.fit)
    free = {
        name: span | {"low": span["low"] / case.widen, "high": span["high"] * case.widen}
        for name, span in content["free"].items()
    }
    changes = {"free": free | dict(case.more), "first_trials": None, "leaders": None, "trials": 100_000}
    if sampler != "response_surface":
        changes["errors"] = "independent"  # others have no posterior, and no networks for each trial alone
    return parse(Fit, content | changes | {"sampler": sampler, "seed": seed}, case.fit)


if __name__ == "__main__":
    main()
