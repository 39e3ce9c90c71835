"""What finished fits of the same knobs say, beside each other: intervals of each knob, CPU time, score.

The knobs of their networks are those that gave the targets. Writes beside.md, beside.png and beside.svg.
"""

import argparse
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from pipeline.config.tables import write_text
from pipeline.show.figures import save
from pipeline.show.style import COLOURS


@dataclass(frozen=True)
class Found:
    """One finished fit."""

    name: str
    knobs: pd.DataFrame
    """A row a knob: the network's own value (model), q05, q50, q95."""
    trials: int
    cpu_s: float
    """Of simulations; the sampler's own is not in it."""
    score: float
    """Of the best trial on fresh networks."""


def read(folder: Path) -> Found:
    """Return what a fit left in `folder`, RESULTS/fit."""
    trials, fitted = pd.read_parquet(folder / "trials.parquet"), pd.read_csv(folder / "fitted.csv")
    knobs = pd.read_csv(folder / "knobs.csv", index_col="knob")
    score = float(np.sqrt(np.mean(np.square(fitted["deviation_sd"]))))
    return Found(folder.parent.name, knobs, len(trials), float(trials["cpu_s"].sum()), score)


def text(fits: list[Found]) -> str:
    """Return the posteriors beside each other as Markdown."""
    lines = ["| knob | model |" + "".join(f" {one.name}, median (5 to 95 %) |" for one in fits)]
    lines.append("|---" * (2 + len(fits)) + "|")
    for knob, model in fits[0].knobs["model"].items():
        rows = [one.knobs.loc[knob] for one in fits]
        lines.append(
            f"| {knob} | {model:.4g} |" + "".join(f" {r.q50:.4g} ({r.q05:.4g} to {r.q95:.4g}) |" for r in rows)
        )
    for what, cells in {
        "trials": [f"{one.trials}" for one in fits],
        "CPU s of simulation": [f"{one.cpu_s:.0f}" for one in fits],
        "score on fresh networks": [f"{one.score:.2f}" for one in fits],
    }.items():
        lines.append(f"| {what} | |" + "".join(f" {cell} |" for cell in cells))
    return "\n".join(lines) + "\n"


def draw(fits: list[Found]) -> Figure:
    """Return the intervals of all relative to the model's values."""
    figure = Figure(figsize=(4.6, 2.8), layout="constrained")
    axes = figure.subplots()
    for k, one in enumerate(fits):
        low, middle, high = (one.knobs[q] / one.knobs["model"] for q in ("q05", "q50", "q95"))
        at = np.arange(len(middle)) + 0.2 * (k - (len(fits) - 1) / 2)
        colour = COLOURS[k % len(COLOURS)]
        axes.errorbar(middle, at, xerr=[middle - low, high - middle], fmt="o", ms=3, lw=1.2, color=colour,
                      label=f"{one.name}, {one.cpu_s:.0f} CPU s")  # fmt: skip
    axes.axvline(1, color="k", ls=":", lw=0.8)
    axes.set_yticks(range(len(fits[0].knobs)), list(fits[0].knobs.index))
    axes.invert_yaxis()
    axes.set(xlabel="median and 5 to 95 %, relative to the model's value")
    figure.legend(loc="outside upper center", ncols=2, fontsize=7)
    return figure


def main() -> None:
    """Run the benchmark."""
    options = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    options.add_argument("folders", nargs="+", type=Path, help="folders of finished fits, as results/eight_knobs/fit")
    options.add_argument("--results", type=Path, default=Path("results"), help="folder for table and figure")
    given = options.parse_args()
    fits = [read(folder) for folder in given.folders]
    write_text(given.results / "beside.md", text(fits))
    save(draw(fits), [given.results / "beside.png", given.results / "beside.svg"])
    print(text(fits))


if __name__ == "__main__":
    main()
