"""How all figures look, and how they are written."""

import shlex
from collections.abc import Iterable
from pathlib import Path

import matplotlib
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from PIL import Image

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


def save(figure: Figure, paths: Iterable[Path | str], call: str = "", says: str = "") -> None:
    """Write a figure to every path, in the format of its ending, the same bytes for the same tables.

    The picture holds what there is to see in it (`says`) and the `call` that drew it, with its own path, where they are
    given: the entries Description and Source of a PNG file, the elements dc:description and dc:source of an SVG file.
    """
    for path in map(Path, paths):
        with written_whole(path) as part:
            # without dates and versions, so that an unchanged figure is an unchanged file
            metadata: dict[str, str | None] = (
                {"Date": None, "Creator": None} if path.suffix == ".svg" else {"Software": None}
            )
            if says:
                metadata["Description"] = says
            if call:
                metadata["Source"] = f"{call} {shlex.join(['--out', str(path)])}"
            figure.savefig(part, format=path.suffix[1:], metadata=metadata)


def says(path: Path) -> str:
    """Return what there is to see in a PNG file, as it says itself; its name where it does not."""
    with Image.open(path) as image:
        return str(image.info.get("Description", path.stem))


def note_diverged(axes: Axes, n: int) -> None:
    """Say on the axes how many points diverged, if any."""
    if n:
        axes.text(0.99, 0.02, f"{n} diverged, left out", transform=axes.transAxes, ha="right", color="#b00")
