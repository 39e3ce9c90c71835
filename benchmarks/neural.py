"""A fit's posterior beside that of sequential neural estimation, library sbi, at so many times its CPU time.

The targets of the fit are to come from a network at the model's own values, which both seek from the same targets,
ranges and networks a trial. Writes neural.json, neural.md, neural.png and neural.svg.
"""

import argparse
import json
import os
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from benchmarks.search import finished
from benchmarks.seeds import FIT, of_own_values
from pipeline.config.reader import read_yaml
from pipeline.config.tables import write_text
from pipeline.show.figures import save

ROUND, MOST = 300, 20_000
"""Trials of a round of sbi, and more than it can make in its time."""

COLOURS = {"response_surface": "#0072B2", "neural": "#D55E00"}
NAMES = {"response_surface": "this project's", "neural": "sbi"}


def text(results: dict[str, dict[str, Any]]) -> str:
    """Return the posteriors beside each other as Markdown."""
    lines = ["| knob | true |" + "".join(f" {NAMES[way]}, median (5 to 95 %) |" for way in results)]
    lines.append("|---" * (2 + len(results)) + "|")
    first = next(iter(results.values()))["knobs"]
    for name, one in first.items():
        cells = [
            f" {k['q50']:.4g} ({k['q05']:.4g} to {k['q95']:.4g}) |"
            for k in (r["knobs"][name] for r in results.values())
        ]
        lines.append(f"| {name} | {one['truth']:.4g} |" + "".join(cells))
    for what, format_ in (("trials", "d"), ("cpu_s", ".0f"), ("score", ".2f")):
        lines.append(f"| {what} | |" + "".join(f" {result[what]:{format_}} |" for result in results.values()))
    return "\n".join(lines) + "\n"


def draw(results: dict[str, dict[str, Any]]) -> Figure:
    """Return the intervals of both relative to the true values."""
    figure = Figure(figsize=(4.6, 2.6), layout="constrained")
    axes = figure.subplots()
    for k, (way, result) in enumerate(results.items()):
        knobs = result["knobs"].values()
        low, middle, high = (np.array([one[q] / one["truth"] for one in knobs]) for q in ("q05", "q50", "q95"))
        at = np.arange(len(middle)) + 0.16 * (2 * k - 1)
        axes.errorbar(middle, at, xerr=[middle - low, high - middle], fmt="o", ms=3, lw=1.2, color=COLOURS[way],
                      label=f"{NAMES[way]}, {result['cpu_s']:.0f} CPU s")  # fmt: skip
    axes.axvline(1, color="k", ls=":", lw=0.8)
    axes.set_yticks(range(len(middle)), list(result["knobs"]))
    axes.invert_yaxis()
    axes.set(xlabel="median and 5 to 95 %, relative to the true value", xscale="log")
    axes.xaxis.set_major_formatter("{x:.2g}")
    axes.xaxis.set_minor_formatter("{x:.2g}")
    axes.tick_params(labelsize=6, which="minor")
    axes.legend(fontsize=6)
    return figure


def main() -> None:
    """Run the benchmark."""
    options = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    options.add_argument("--fit", default=FIT, help="the file of the fit")
    options.add_argument("--times", type=float, default=10.0, help="how much more CPU time sbi has")
    options.add_argument("--results", default="results", help="folder for programs and tables")
    options.add_argument("--cores", type=int, default=len(os.sched_getaffinity(0)), help="simulations at a time")
    given = options.parse_args()
    out = Path(given.results) / "neural"
    content = read_yaml(given.fit)
    results = finished(out / "neural.json", content) or {}
    neural = {"sampler": "neural", "batch": ROUND, "trials": MOST, "prune": False}
    for way, change in {"response_surface": {}, "neural": neural}.items():
        if way in results:
            continue
        most_s = given.times * results["response_surface"]["cpu_s"] if results else np.inf
        results[way] = of_own_values(content | change, out / way, given, most_s)
        write_text(out / "neural.json", json.dumps({"options": content, "results": results}, indent=1))
    write_text(out / "neural.md", text(results))
    save(draw(results), [out / "neural.png", out / "neural.svg"])
    print(text(results))


if __name__ == "__main__":
    main()
