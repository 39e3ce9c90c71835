"""One point of any network: raster, rates over time, and how rates are spread over neurons. Never simulates."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from pipeline.show.style import GREY, WIDTH, log_ticks, looks, mark_log, note, short, text

MOST_NEURONS = 250
MOST_POPULATIONS = 40
MOST_LINES = 8
"""Populations whose lines can be told apart; of more, rates are a picture and their spread a range."""

SOME = 5
"""Neurons that even a small population shows, if it has them."""

FEW = 10
"""A population of fewer neurons has no say in the axis of rates over time."""

NAMES_IN_TWO_LINES = 6
"""Populations that have room for that."""

READABLE = {"#F0E442": "#857b00", "#56B4E9": "#2f8fc7", "#E69F00": "#b87f00"}
"""Darker colours of names."""

SHOWN_S, SHOWN_SLOW_S, SLOW = 0.5, 2.0, 2.0
"""Seconds in the picture, those where the neurons in it fire less than so many spikes/s."""


@dataclass(frozen=True)
class Band:
    """The spikes of a population in the measured time, and the neurons of it that the raster shows."""

    name: str
    size: int
    times_s: np.ndarray
    neurons: np.ndarray
    shown: np.ndarray


def raster(
    spikes: pd.DataFrame,
    populations: Mapping[str, int],
    features_row: Mapping[str, object] | pd.Series | None,
    start_s: float,
    stop_s: float,
    title: str,
    part_of: Mapping[str, str] | None = None,
) -> Figure:
    """Return the raster of the end of a point, the rates of its populations below, and the spread of rates beside it.

    `spikes`: population, neuron, t_s. `features_row`: the point's row, for the mean rates; None takes those of the
    spikes. `part_of`: the whole of each population that is a part of another.
    """
    bands = bands_of(spikes, populations, start_s, stop_s, part_of)
    look = looks(populations)
    first_s, bin_s = window(bands, features_row, start_s, stop_s)
    figure = Figure(figsize=(WIDTH, 3.4 + 0.1 * max(0, len(bands) - 8)), layout="constrained")
    cells = figure.add_gridspec(2, 2, width_ratios=[2.7, 1], height_ratios=[2.1, 1])
    many = len(bands) > MOST_LINES
    above = figure.add_subplot(cells[0, 0])
    right = figure.add_subplot(cells[0, 1], sharey=above) if many else figure.add_subplot(cells[:, 1])
    below = figure.add_subplot(cells[1, 0], sharex=above)
    gap, heights = _heights(bands)
    total = sum(heights) + gap * len(bands)
    offset, ms, middles = 0.0, 1000 * (stop_s - first_s), []
    for band, height in zip(bands, heights, strict=True):
        own = look[band.name]
        late = band.times_s >= first_s
        row = np.searchsorted(band.shown, band.neurons)
        hit = late & (row < len(band.shown))
        hit[hit] = band.shown[row[hit]] == band.neurons[hit]
        step = height / max(len(band.shown), 1)
        at, y = 1000 * (band.times_s[hit] - first_s), offset + (row[hit] + 0.5) * step
        half = min(max(0.45 * step, 0.007 * total), 0.02 * total)
        above.vlines(
            at, y - half, y + half, color=own.colour, lw=0.7, rasterized=len(at) > 20000, gid=f"spikes {band.name}"
        )
        middle = offset + height / 2
        middles.append(middle)
        _name(above, band, features_row, stop_s - start_s, middle, own.colour, len(bands))
        if not late.any():
            said = "no spikes" if not len(band.times_s) else "no spikes in the time shown"
            above.text(ms / 2, middle, said, ha="center", va="center", color=GREY, fontsize=6.5)
        elif not hit.any():
            above.text(ms / 2, middle, "no spikes of these neurons", ha="center", va="center", color=GREY, fontsize=6.5)
        offset += height + gap
    above.set(yticks=[], ylim=(offset, -gap), xlim=(0, ms))
    above.spines["left"].set_visible(False)
    above.tick_params(labelbottom=False, length=2.5)
    below.set_xlabel(f"time from {first_s:.6g} s (ms)")
    below.tick_params(labelsize=7, length=2.5)
    _over_time(below, bands, populations, first_s, stop_s, bin_s)
    figure.suptitle(text(title, 110), x=0.01, ha="left", fontsize=8)
    if many:
        _ranges(right, bands, populations, stop_s - start_s, middles)
    else:
        _spread(right, bands, populations, stop_s - start_s)
    note(figure, _said(bands, populations, features_row, first_s, stop_s, bin_s))
    return figure


def bands_of(
    spikes: pd.DataFrame,
    populations: Mapping[str, int],
    start_s: float,
    stop_s: float,
    part_of: Mapping[str, str] | None = None,
) -> list[Band]:
    """Return what the raster draws, without the wholes that their parts cover, in the order of populations."""
    measured = spikes[(spikes["t_s"] >= start_s) & (spikes["t_s"] < stop_s)]
    drawn = uncovered(populations, part_of or {}, set(spikes["population"].unique()))[:MOST_POPULATIONS]
    shares = share({name: populations[name] for name in drawn})
    found = []
    for name in drawn:
        own = measured[measured["population"] == name]
        size, n = populations[name], shares[name]
        shown = np.unique(np.linspace(0, max(size - 1, 0), n).round().astype(int))
        found.append(Band(name, size, own["t_s"].to_numpy(float), own["neuron"].to_numpy(int), shown))
    return found


def uncovered(populations: Mapping[str, int], part_of: Mapping[str, str], recorded: set[str]) -> list[str]:
    """Return the populations to draw: no whole that its parts cover, unless only its own spikes are there."""
    hidden: set[str] = set()
    for whole, size in populations.items():
        parts = [name for name in populations if part_of.get(name) == whole]
        if parts and sum(populations[name] for name in parts) >= size:
            if whole in recorded and not recorded.intersection(parts):
                hidden.update(parts)
            else:
                hidden.add(whole)
    return [name for name in populations if name not in hidden]


def share(sizes: Mapping[str, int], most: int = MOST_NEURONS) -> dict[str, int]:
    """Return how many neurons of each population to show: some of each, and more of large ones, as their root."""
    least = max(1, min(SOME, most // max(len(sizes), 1)))
    found = {name: min(size, least) for name, size in sizes.items()}
    open_ = [name for name, size in sizes.items() if size > found[name]]
    while open_ and (left := most - sum(found.values())) > 0:
        weights = {name: sizes[name] ** 0.5 for name in open_}
        more = {name: int(left * weight / sum(weights.values())) for name, weight in weights.items()}
        if not any(more.values()):
            break
        found.update({name: min(sizes[name], found[name] + more[name]) for name in open_})
        open_ = [name for name in open_ if sizes[name] > found[name]]
    return found


def window(
    bands: list[Band], features_row: Mapping[str, object] | pd.Series | None, start_s: float, stop_s: float
) -> tuple[float, float]:
    """Return the first second that is shown and the width of the bins of rates."""
    spikes = sum(rate_of(band, features_row, stop_s - start_s) * len(band.shown) for band in bands)
    slow = spikes < SLOW * sum(len(band.shown) for band in bands)
    shown = min(SHOWN_SLOW_S if slow else SHOWN_S, stop_s - start_s)
    return stop_s - shown, 0.02 if shown > 1 else 0.005


def _heights(bands: list[Band]) -> tuple[float, list[float]]:
    """Return the gap between bands, and the height of each: a row a neuron, but room for its name."""
    count = sum(len(band.shown) for band in bands)
    least = count * (0.14 if len(bands) <= NAMES_IN_TWO_LINES else min(0.06, 0.9 / len(bands)))
    return max(0.5, count / 70), [max(float(len(band.shown)), least, 1.0) for band in bands]


def rate_of(band: Band, features_row: Mapping[str, object] | pd.Series | None, measured_s: float) -> float:
    """Return the rate of a population: that of its row, or of its spikes."""
    value = None if features_row is None else features_row.get(f"rate_{band.name}")
    if isinstance(value, int | float | np.number) and np.isfinite(value):
        return float(value)
    return len(band.times_s) / (band.size * measured_s) if band.size and measured_s > 0 else 0.0


def _name(
    axes: Axes,
    band: Band,
    features_row: Mapping[str, object] | pd.Series | None,
    measured_s: float,
    middle: float,
    colour: str,
    count: int,
) -> None:
    """Write name and rate of a population left of its band."""
    rate = f"{rate_of(band, features_row, measured_s):.3g}"
    words = (
        f"{text(short(band.name, 22))}  {rate}"
        if count > NAMES_IN_TWO_LINES
        else f"{text(short(band.name, 22))}\n{rate} spikes/s"
    )
    axes.annotate(
        words, (0, middle), (-6, 0), xycoords=("axes fraction", "data"), textcoords="offset points",
        ha="right", va="center", fontsize=7 if count <= 12 else 6, color=READABLE.get(colour, colour), linespacing=1.1,
        annotation_clip=False, gid=f"name {band.name}",
    )  # fmt: skip


def _over_time(
    axes: Axes, bands: list[Band], populations: Mapping[str, int], first_s: float, stop_s: float, bin_s: float
) -> None:
    """Draw the rate of each population in bins: lines, or a picture with a row for each of many.

    The axis is that of populations of at least FEW neurons, if there are such: one spike of one neuron is a high rate.
    """
    look = looks(populations)
    bounds = first_s + bin_s * np.arange(max(1, round((stop_s - first_s) / bin_s)) + 1)
    at = 1000 * (bounds - first_s)
    rates = [np.histogram(band.times_s, bounds)[0] / (max(band.size, 1) * bin_s) for band in bands]
    large = [one for band, one in zip(bands, rates, strict=True) if band.size >= FEW] or rates
    highest = max((float(one.max()) for one in large), default=0.0)
    if len(bands) > MOST_LINES:
        top = float(np.percentile(np.concatenate(rates), 99.5)) or 1.0
        image = axes.pcolormesh(at, np.arange(len(bands) + 1), np.array(rates), cmap="magma_r", vmin=0, vmax=top)
        image.set_edgecolor("face")
        image.set_linewidth(0.1)
        axes.set(ylim=(len(bands), 0), yticks=[], ylabel="populations\nas above")
        bar = axes.figure.colorbar(
            image, ax=axes, location="right", aspect=10, pad=0.01, extend="max" if highest > top else "neither"
        )
        bar.set_label("rate (spikes/s)")
        bar.ax.tick_params(labelsize=7, length=2)
        return
    for band, one in zip(bands, rates, strict=True):
        own = look[band.name]
        axes.stairs(one, at, baseline=None, color=own.colour, ls=own.line, lw=0.9, gid=f"rate {band.name}")
    axes.set(ylabel="rate (spikes/s)", ylim=(0, 1.08 * highest or 1.0))


def _ranges(
    axes: Axes, bands: list[Band], populations: Mapping[str, int], measured_s: float, middles: list[float]
) -> None:
    """Draw the median and the 0.1 and 0.9 quantiles of the rates of the neurons of each of many populations."""
    look = looks(populations)
    for band, middle in zip(bands, middles, strict=True):
        if band.size:
            rates = np.bincount(band.neurons, minlength=band.size) / measured_s
            low, median, high = np.quantile(rates, [0.1, 0.5, 0.9])
            colour = look[band.name].colour
            axes.plot([low, high], [middle, middle], color=colour, lw=1.2, gid=band.name)
            axes.plot([median], [middle], "o", color=colour, ms=3)
    axes.set_xlim(0, None)
    axes.set_title("rates of neurons (spikes/s):\nmedian, 0.1 to 0.9 quantile", loc="left", fontsize=7)
    axes.tick_params(axis="y", left=False, labelleft=False)
    axes.tick_params(labelsize=7, length=2.5)
    axes.spines["left"].set_visible(False)


def _goes_beyond(bands: list[Band]) -> bool:
    """Return whether a line of a rate may leave its panel."""
    small = [band.size < FEW for band in bands if len(band.times_s)]
    return len(bands) <= MOST_LINES and any(small) and not all(band.size < FEW for band in bands)


def _spread(axes: Axes, bands: list[Band], populations: Mapping[str, int], measured_s: float) -> None:
    """Draw the part of the neurons of each population at or below each rate."""
    look = looks(populations)
    each = {b.name: np.sort(np.bincount(b.neurons, minlength=b.size)) / measured_s for b in bands if b.size > 1}
    active = np.concatenate([rates[rates > 0] for rates in each.values()]) if each else np.array([])
    log = bool(len(active)) and np.percentile(active, 99) > 15 * np.median(active)
    high = float(np.max(active)) * 1.05 if len(active) else 1.0
    low = 0.7 / measured_s if log else 0.0
    for name, rates in each.items():
        parts = np.arange(1, len(rates) + 1) / len(rates)
        own = look[name]
        at = np.concatenate([[low], np.maximum(rates, low), [high]])
        axes.step(at, np.concatenate([[0], parts, [1]]), where="post", color=own.colour, ls=own.line, lw=1, gid=name)
    if log:
        axes.set_xscale("log")
        span = np.array([low, high])
        mark_log(axes.xaxis, span, log_ticks(span, 4))
    axes.set(xlabel="rate of a neuron (spikes/s)", ylabel="part of neurons at or below", xlim=(low, high))
    axes.set(ylim=(0, 1.02), yticks=[0, 0.5, 1])
    axes.tick_params(labelsize=7, length=2.5)
    if not each:
        axes.text(0.5, 0.5, "no population of\nmore than one neuron", transform=axes.transAxes, ha="center", color=GREY)


def _said(
    bands: list[Band],
    populations: Mapping[str, int],
    features_row: Mapping[str, object] | pd.Series | None,
    first_s: float,
    stop_s: float,
    bin_s: float,
) -> list[str]:
    shown, all_ = sum(len(band.shown) for band in bands), sum(band.size for band in bands)
    left_out = len(populations) - len(bands) if len(bands) == MOST_POPULATIONS else 0
    problem = None if features_row is None else features_row.get("problem")
    return [
        f"{shown} of {all_} neurons, the last {stop_s - first_s:.3g} s; rates in bins of {1000 * bin_s:g} ms",
        "rates of populations of a few neurons may go beyond the panel" if _goes_beyond(bands) else "",
        f"{left_out} further populations are not drawn" if left_out else "",
        "names: mean rate in spikes/s" if len(bands) > NAMES_IN_TWO_LINES else "",
        f"Problem: {short(problem, 80)}" if isinstance(problem, str) and problem else "",
    ]
