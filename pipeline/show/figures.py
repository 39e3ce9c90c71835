"""How all figures look, and how they are written."""

from collections.abc import Iterable
from pathlib import Path

import matplotlib
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from pipeline.config.tables import written_whole

matplotlib.rcParams.update(
    {
        "font.size": 8,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.titlesize": 8,
        "legend.frameon": False,
        "figure.dpi": 200,
        "svg.hashsalt": "circuit",
        "svg.fonttype": "none",
    }
)


def save(figure: Figure, paths: Iterable[Path | str]) -> None:
    """Write a figure to every path, in the format of its ending, the same bytes for the same tables."""
    for path in map(Path, paths):
        with written_whole(path) as part:
            # without dates and versions, so that an unchanged figure is an unchanged file
            metadata = {"Date": None, "Creator": None} if path.suffix == ".svg" else {"Software": None}
            figure.savefig(part, format=path.suffix[1:], metadata=metadata)


def note_diverged(axes: Axes, n: int) -> None:
    """Say on the axes how many points diverged, if any."""
    if n:
        axes.text(0.99, 0.02, f"{n} diverged, left out", transform=axes.transAxes, ha="right", color="#b00")
