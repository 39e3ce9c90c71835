"""The samplers of a fit at equal CPU time: the score of the best trial on fresh networks, over seeds.

CPU time is that of the simulations and of the sampler itself; simulations on fresh networks are not counted. Goes on
after the last seed that it finished. Writes samplers.json, samplers.md, samplers.png and samplers.svg.
"""

import argparse
import json
import os
from pathlib import Path
from typing import get_args

import numpy as np
from matplotlib.figure import Figure

from benchmarks.search import Search, finished, fresh
from pipeline.config.reader import ConfigError, parse, read_yaml
from pipeline.config.tables import write_text
from pipeline.engine.scripts import ScriptEngine
from pipeline.fit.problem import Fit
from pipeline.fit.reading import fit_targets
from pipeline.network.reading import read_model
from pipeline.show.figures import save

FIT = Path("networks/gutnisky2017/fits/base_gains.yaml")
LOOKS = 6
"""Times at which the best trial is simulated on fresh networks, evenly spaced; the last is the end."""

ALIKE = "nsga3"
"""Left out: with one objective it differs from NSGA-II in nothing that matters."""

SEPARATE = 2.0
"""Two samplers differ where their scores do by more than that many standard errors of the difference."""


def compete(search: Search, budget_s: float) -> list[float]:
    """Return the score on fresh networks of the best trial at each of LOOKS times up to the budget, in CPU s."""
    looks = [budget_s * (k + 1) / LOOKS for k in range(LOOKS)]
    scores: list[float] = []
    known: dict[str, float] = {}  # only another best trial is simulated again
    before = np.nan
    for study, cpu_s in search.batches():
        # a batch that ends after the budget does not count
        while len(scores) < LOOKS and looks[len(scores)] < cpu_s:
            scores.append(before)
        if len(scores) == LOOKS:
            return scores
        number = str(study.ranked()[0].number)
        if number not in known:
            known[number] = fresh(search, study)[2]
        before = known[number]
    return scores + [before] * (LOOKS - len(scores))


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


def text(found: dict[str, list[list[float]]], given: argparse.Namespace) -> str:
    """Return the table as Markdown."""
    looks = [given.cpu * (k + 1) / LOOKS for k in range(LOOKS)]
    lines = [
        f"Score of the best trial on fresh networks, mean ± s.e.m. over {given.seeds} seeds; {given.fit}, ranges a "
        f"factor {given.widen:g} wider up and down than in the file.",
        "",
        "| sampler | " + " | ".join(f"{look:.0f} CPU s" for look in looks) + " |",
        "|---|" + "---|" * LOOKS,
    ]
    for name, scores in found.items():
        cells = [
            f"{mean:.2f} ± {sem:.2f}" if np.isfinite(mean) else "–"
            for mean, sem in zip(*statistics(scores), strict=True)
        ]
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    return "\n".join([*lines, "", verdict(found)]) + "\n"


def draw(found: dict[str, list[list[float]]], given: argparse.Namespace) -> Figure:
    """Return the score on fresh networks against CPU time, a line a sampler."""
    figure = Figure(figsize=(3.6, 2.8), layout="constrained")
    axes = figure.subplots()
    looks = np.array([given.cpu * (k + 1) / LOOKS for k in range(LOOKS)])
    for k, (name, scores) in enumerate(found.items()):
        mean, sem = statistics(scores)
        shift = looks * (1 + 0.01 * (k - len(found) / 2))  # so that bars do not hide each other
        axes.errorbar(shift, mean, sem, marker="o", ms=3, lw=1, capsize=2, label=name)
    axes.set(xlabel="CPU time (s)", ylabel="score on fresh networks", yscale="log")
    axes.set_title(f"mean ± s.e.m. over {given.seeds} seeds", loc="left")
    axes.legend(fontsize=6)
    return figure


def main() -> None:
    """Run the benchmark."""
    every = [name for name in get_args(Fit.model_fields["sampler"].annotation) if name != ALIKE]
    options = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    options.add_argument("--results", default="results", help="folder for programs and tables")
    options.add_argument("--fit", type=Path, default=FIT, help="the fit; its sampler, seed and budget do not count")
    options.add_argument("--cpu", type=float, default=120, help="CPU s of a fit")
    options.add_argument("--seeds", type=int, default=5, help="seeds of each sampler")
    options.add_argument("--widen", type=float, default=2, help="factor by which ranges are wider than in the file")
    options.add_argument("--samplers", nargs="+", choices=every, default=every, help="which of them")
    options.add_argument("--cores", type=int, default=len(os.sched_getaffinity(0)), help="simulations at a time")
    given = options.parse_args()
    model = read_model("networks/gutnisky2017")
    program = ScriptEngine(model, given.results)
    content = read_yaml(given.fit)
    content |= {"first_trials": None, "trials": 100_000}
    for span in content["free"].values():
        span["low"], span["high"] = span["low"] / given.widen, span["high"] * given.widen
    targets = fit_targets(parse(Fit, content, given.fit), model, given.fit)
    out = Path(given.results)
    known = {key: str(value) if key == "fit" else value for key, value in vars(given).items()}
    known["samplers"] = list(given.samplers)
    found: dict[str, list[list[float]]] = finished(out / "samplers.json", known) or {}
    for seed in range(1, given.seeds + 1):
        for name in given.samplers:  # in turn, so that a half-finished run compares all of them
            try:
                fit = parse(Fit, content | {"sampler": name, "seed": seed}, given.fit)
            except ConfigError as error:
                print(f"{name} is left out: {error}", flush=True)
                continue
            if len(found.get(name, [])) >= seed:
                continue
            search = Search(fit, targets, model, program, out / "samplers" / name / f"{seed}", given.cores)
            scores = compete(search, given.cpu)
            found.setdefault(name, []).append(scores)
            print(f"seed {seed}, {name}: {', '.join(f'{score:.2f}' for score in scores)}", flush=True)
        done = argparse.Namespace(**{**vars(given), "seeds": seed})
        write_text(out / "samplers.json", json.dumps({"options": known, "results": found}, indent=1))
        write_text(out / "samplers.md", text(found, done))
        save(draw(found, done), [out / "samplers.png", out / "samplers.svg"])
    print(text(found, given))


if __name__ == "__main__":
    main()
