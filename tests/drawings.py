"""What tests of figures look at: bytes, words and marks of a figure, and a sweep over one knob."""

import io

import numpy as np
from synthetic import grid, rows_of

EI = {"excitatory": 400, "inhibitory": 100}
WE = np.geomspace(0.8, 3.2, 5)


def drawn(figure, kind="png"):
    """Bytes of a figure as figures.save writes them; warnings are errors (pyproject)."""
    file = io.BytesIO()
    figure.savefig(file, format=kind, metadata={"Date": None, "Creator": None} if kind == "svg" else {"Software": None})
    return file.getvalue()


def words(figure):
    return " ".join(one.get_text() for one in figure.findobj(lambda artist: hasattr(artist, "get_text")))


def with_gid(axes, gid):
    return [one for one in axes.get_children() if one.get_gid() == gid]


def one_knob(**more):
    return rows_of(grid(we=WE), EI, **more)
