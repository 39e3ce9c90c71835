"""How the figures of any network look: colours of populations, texts, axes of knobs, notes."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from math import floor, log10
from typing import Protocol

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.axis import XAxis, YAxis
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties, findfont, get_font
from matplotlib.ticker import FixedFormatter, FixedLocator, LogLocator, MaxNLocator, NullFormatter, NullLocator

from pipeline.measure.patterns import Feature
from pipeline.show.sweep_data import is_log

matplotlib.rcParams.update(
    {
        "font.size": 8,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.titlesize": 8,
        "axes.formatter.useoffset": False,
        "legend.frameon": False,
        "figure.dpi": 200,
        "svg.hashsalt": "circuit",
        "svg.fonttype": "none",
    }
)

WIDTH = 6.8
"""Inches of a figure that is as wide as a page."""

COLOURS = ("#D55E00", "#0072B2", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000", "#F0E442")
"""Those of Okabe and Ito (2008), told apart by colour-blind readers; the first two as red and blue of E and I."""

LINES = ("-", "--", ":", "-.")
MARKERS = ("o", "s", "^", "D")

UNIT = re.compile(r"(?<=\s)\((?:[^()]|\([^()]*\))*\)$")
"""A unit as `with_unit` writes it, brackets in it included."""

RED = "#b00000"
GREY = "#6b6b6b"
UNDEFINED = "#dddddd"
"""Cells without a value."""


class Knob(Protocol):
    """What a figure needs of a knob: its unit, '1' for none, and what it is."""

    @property
    def unit(self) -> str:
        """The unit of its values."""

    @property
    def about(self) -> str:
        """What it is, in a few words."""


@dataclass(frozen=True)
class Look:
    """Colour, line and marker of a population."""

    colour: str
    line: str
    marker: str


def looks(populations: Iterable[str]) -> dict[str, Look]:
    """Return how each population is drawn: eight colours, then the same with other lines and markers."""
    found = {}
    for number, name in enumerate(populations):
        again = number // len(COLOURS)
        found[name] = Look(COLOURS[number % len(COLOURS)], LINES[again % len(LINES)], MARKERS[again % len(MARKERS)])
    return found


@cache
def _glyphs() -> frozenset[int]:
    return frozenset(get_font(findfont(FontProperties())).get_charmap()) | {ord("\n")}


def text(words: str, width: int | None = None) -> str:
    r"""Return words as matplotlib may draw them: no formulas, \u escapes where the font lacks a letter, in lines.

    Lines of at most `width` letters break behind spaces; words that are longer break behind underscores, dots and
    slashes, or else anywhere. A unit in brackets at the end never does: it may make its line longer.
    """
    known = "".join(c if ord(c) in _glyphs() else c.encode("ascii", "backslashreplace").decode() for c in words)
    lines = [known] if width is None else _lines(known, width)
    return "\n".join(lines).replace("$", r"\$")


def _lines(words: str, width: int) -> list[str]:
    lines = [""]
    for piece in _pieces(words, width):
        if lines[-1] and len(lines[-1]) + len(piece.rstrip()) > width:
            lines.append("")
        lines[-1] += piece
    return [line.strip() for line in lines]


def _pieces(words: str, width: int) -> Iterator[str]:
    """Yield the parts of a text that stay in one line."""
    unit = UNIT.search(words)
    for word in re.split(r"(?<=\s)", words[: unit.start()] if unit else words):
        for piece in [word] if len(word.rstrip()) <= width else re.split(r"(?<=[_./])", word):
            while len(piece) > width + 4:
                yield piece[:width]
                piece = piece[width:]
            yield piece
    if unit:
        yield unit[0]


def short(words: str, most: int) -> str:
    """Return words cut in the middle to at most so many letters."""
    head = (most - 1) // 2
    return words if len(words) <= most else f"{words[:head]}…{words[len(words) - (most - 1 - head) :]}"


def with_unit(name: str, unit: str) -> str:
    """Return a name with its unit in brackets, if it has one."""
    return name if unit in ("1", "") else f"{name} ({unit})"


def knob_label(name: str, knobs: Mapping[str, Knob]) -> str:
    """Return the label of the axis of a knob."""
    return with_unit(name, knobs[name].unit if name in knobs else "1")


def knob_value(value: float, name: str, knobs: Mapping[str, Knob]) -> str:
    """Return the value of a knob with its unit, if it has one: '0.8 mV'."""
    unit = knobs[name].unit if name in knobs else "1"
    return f"{value:.4g}" if unit in ("1", "") else f"{value:.4g} {unit}"


def lowered(label: str) -> str:
    """Return a label without its capital, unless that is of an abbreviation or a name."""
    return label[:1].lower() + label[1:] if label[1:2].islower() and not label.startswith("Fano") else label


def feature_label(feature: Feature) -> str:
    """Return the title or label of a feature of one population: 'rate of E (spikes/s)'."""
    return with_unit(lowered(feature.label), feature.unit)


def numbers(values: Sequence[float]) -> list[str]:
    """Return numbers in three digits, or as many more as it takes to tell them apart."""
    written: list[str] = []
    for digits in range(3, 17):
        written = [_written(value, digits) for value in values]
        if len(set(written)) == len(set(values)):
            break
    return written


def _written(value: float, digits: int) -> str:
    """Return a number in so many digits, below a million without a power of ten."""
    words = f"{value:.{digits}g}"
    if "e+" in words and abs(value) < 1e6:
        words = f"{float(words):.0f}"
    return words.replace("-", "\N{MINUS SIGN}", 1) if value < 0 else words


def limits(values: np.ndarray, log: bool) -> tuple[float, float]:
    """Return the ends of an axis that holds the values and a margin."""
    low, high = float(values.min()), float(values.max())
    if log:
        margin = (high / low) ** 0.05
        return low / margin, high * margin
    margin = 0.05 * (high - low) or 0.1 * abs(high) or 1.0
    return low - margin, high + margin


def knob_axis(axis: XAxis | YAxis, values: np.ndarray, most: int = 5) -> None:
    """Give an axis the scale and the ticks of a knob's values; the limits are those that it has."""
    unique, log = np.unique(values), is_log(values)
    gaps = np.diff(np.log(unique) if log else unique)
    few = 1 < len(unique) <= most and gaps.min() > 0.12 * gaps.sum()
    if not log:
        axis.set_major_locator(FixedLocator(unique.tolist()) if few else MaxNLocator(most, steps=[1, 2, 2.5, 5, 10]))
        if few:
            axis.set_major_formatter(FixedFormatter(numbers(unique.tolist())))
        return
    horizontal = isinstance(axis, XAxis)
    axes = axis.axes
    (axes.set_xscale if horizontal else axes.set_yscale)("log")
    mark_log(axis, unique, unique.tolist() if few else log_ticks(unique, most))


def mark_log(axis: XAxis | YAxis, values: np.ndarray, ticks: Sequence[float]) -> None:
    """Give a logarithmic axis numbers at `ticks`, and marks without a number at whole steps of each decade."""
    axis.set_major_locator(FixedLocator(ticks))
    axis.set_major_formatter(FixedFormatter(numbers(ticks)))
    wide = values.max() > 1000 * values.min()  # then marks between the numbers are a blur
    axis.set_minor_locator(NullLocator() if wide else LogLocator(subs=range(2, 10)))
    axis.set_minor_formatter(NullFormatter())


STEPS = ((1,), (1, 3), (1, 2, 5), (1, 2, 3, 5), (1, 1.5, 2, 3, 5), (1, 1.5, 2, 3, 4, 5, 7))
"""Ticks of a decade on a logarithmic axis, the fewest first."""

LEAST_TICKS = 3
"""A value between only two numbers on a logarithmic axis would be guessed as on a linear one, and be wrong."""


def log_ticks(values: np.ndarray, most: int = 5) -> list[float]:
    """Return where a logarithmic axis of the values has numbers: at three round places or more, about `most`."""
    low, high = float(values.min()), float(values.max())
    decades = range(floor(log10(low)) - 1, floor(log10(high)) + 1)
    sets = [[float(f"{step}e{decade}") for decade in decades for step in steps] for steps in STEPS]
    inside = [[tick for tick in ticks if 0.999 * low <= tick <= 1.001 * high] for ticks in sets]
    enough = [ticks for ticks in inside if len(ticks) >= LEAST_TICKS]
    if not enough and low < high:  # in so small a range a logarithmic axis is about linear
        return [float(tick) for tick in MaxNLocator(4).tick_values(low, high) if low <= tick <= high]
    if not enough:
        return [low]
    ticks = max((one for one in enough if len(one) <= most), key=len, default=enough[0])
    return ticks if len(ticks) <= most + 1 else ticks[:: -(-len(ticks) // most)]


def say(axes: Axes, words: str) -> None:
    """Say in the middle of empty axes why they are empty."""
    axes.text(0.5, 0.5, text(words, 24), transform=axes.transAxes, ha="center", va="center", color=GREY, fontsize=7)


def note(figure: Figure, sentences: Iterable[str]) -> None:
    """Write what else there is to know at the foot of the figure."""
    width = int(figure.get_figwidth() * 16.5)
    words = " ".join(one[:1].upper() + one[1:] + "." for one in sentences if one)
    if words:
        figure.supxlabel(text(words, width), x=0.01, ha="left", fontsize=7, color="#404040")


def empty(words: str) -> Figure:
    """Return a figure that says why there is nothing in it."""
    figure = Figure(figsize=(WIDTH / 2, 1.2), layout="constrained")
    axes = figure.subplots()
    axes.set_axis_off()
    axes.text(0.5, 0.5, text(words, 42), transform=axes.transAxes, ha="center", va="center", color=GREY)
    return figure


def grid(count: int, height: float, most: int = 3) -> tuple[Figure, list[Axes]]:
    """Return a figure with so many panels, at most so many in a row."""
    columns = min(count, 2 if count == 4 and most == 3 else most)
    lines = -(-count // columns)
    wide = {1: 0.55, 2: 0.8}.get(columns, 1.0)
    # a single row has room for what stands above and below all rows, too
    figure = Figure(figsize=(WIDTH * wide, height * lines + (0.4 if lines == 1 else 0)), layout="constrained")
    cells = [axes for row in figure.subplots(lines, columns, squeeze=False) for axes in row]
    for axes in cells[count:]:
        axes.remove()
    return figure, cells[:count]


def lowest(panels: Sequence[Axes]) -> list[Axes]:
    """Return the lowest panel of each column."""
    found: dict[int, Axes] = {}
    for axes in panels:
        place = axes.get_subplotspec()
        if place is not None:
            found[place.colspan.start] = axes
    return list(found.values())
