"""How sure knobs are, and combinations of them, by the sample of a posterior; and whether the best trial lies in it."""

import math
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from scipy.linalg import eigh
from scipy.special import chdtri

from pipeline.fit.free import Free, knob_values
from pipeline.fit.posterior import Posterior

INTERVAL = (0.05, 0.95)
"""Quantiles that bound the intervals, of 90 %."""

BOUND = 0.01
"""Part of a range within which a knob counts as being at its end."""

HALF_WIDTH = 1.645
"""Half the 90 % interval of a Gaussian, in sd."""

WEAK = 0.5
"""A direction is weakly determined where more than this part of the sd that it has under the prior is left."""


def knob_table(found: Posterior) -> pd.DataFrame:
    """Return a row a knob: mean, sd, 5, 50 and 95 % quantile in its unit, and its correlation with each knob."""
    values = knob_values(found.places, found.free)
    correlation = np.atleast_2d(np.corrcoef(_relative(values, found.free), rowvar=False))
    return pd.DataFrame(
        {
            "knob": list(found.free),
            "mean": values.mean(axis=0),
            "sd": values.std(axis=0, ddof=1),
            **{f"q{100 * q:02.0f}": np.quantile(values, q, axis=0) for q in (INTERVAL[0], 0.5, INTERVAL[1])},
            **{f"r_{name}": correlation[k] for k, name in enumerate(found.free)},
        }
    )


def _relative(values: np.ndarray, free: Mapping[str, Free]) -> np.ndarray:
    """Return knobs as logarithms or, where their range is linear, over `_unit`: differences are relative."""
    columns = [
        np.log(column) if span.log else column / _unit(np.median(column), span)
        for column, span in zip(values.T, free.values(), strict=True)
    ]
    return np.array(columns).T


def _through_0(span: Free) -> bool:
    return span.low <= 0 <= span.high


def _unit(median: float, span: Free) -> float:
    """Return what differences of a knob of a linear range are relative to: its size, or the range where that has 0."""
    return span.high - span.low if _through_0(span) else abs(median)


def directions(found: Posterior, believed: bool = True) -> pd.DataFrame:
    """Return the principal directions of the posterior, that first of which most of the spread of the ranges is left.

    Of one that is not to be believed no sentence says what the targets determine.

    Principal relative to the ranges: a knob of a wide range is not uncertain for that. A row each: `sd` along it (of
    logarithms, so relative), `prior` that of the ranges, `factor` to which it is known (half the 90 % interval, of the
    knob of most weight), a weight a knob (unit vector), whether it is `weak`, and a sentence. Of a weak one weights are
    how the knobs move together, of another the powers that they have in the combination which is known; these differ
    where ranges do.
    """
    values = knob_values(found.places, found.free)
    covariance = np.atleast_2d(np.cov(_relative(values, found.free), rowvar=False))
    medians = np.median(values, axis=0)
    widths = [
        math.log(span.high / span.low) if span.log else (span.high - span.low) / _unit(median, span)
        for span, median in zip(found.free.values(), medians, strict=True)
    ]
    before = np.square(widths) / 12
    rows = []
    # combinations of knobs, each with the variance 1 under the prior, and what is left of that
    for left, combined in zip(*(found.T for found in eigh(covariance, np.diag(before))), strict=True):
        part = min(math.sqrt(max(left, 0)), 1.0)
        weak = part > WEAK
        vector = combined * before if weak else combined
        vector = vector * np.sign(vector[np.argmax(np.abs(vector))])
        size, most = np.linalg.norm(vector), vector.max()
        prior = size if weak else 1 / size
        half = HALF_WIDTH * part * (most if weak else 1 / most)
        weights = dict(zip(found.free, (vector / size).tolist(), strict=True))
        lead = list(found.free)[int(np.abs(vector).argmax())]
        of = lead if _through_0(found.free[lead]) else ""
        said = f"{_moves(weights, found.free)}: {_size_of(part, half, of, believed)}"
        row = {"sd": part * prior, "prior": prior, "factor": math.exp(half), **weights}
        rows.append(row | {"weak": weak, "says": said})
    return pd.DataFrame(rows[::-1])


def _moves(weights: Mapping[str, float], free: Mapping[str, Free]) -> str:
    """Return how knobs move along a direction; those with less than a third of the largest weight are not named.

    Of knobs whose range is below 0 the size grows where the value falls.
    """
    below = [name for name in weights if free[name].high <= 0]
    sizes = {name: -weight if name in below else weight for name, weight in weights.items()}
    lead = max(sizes, key=lambda name: abs(sizes[name]))
    named = {name: weight / sizes[lead] for name, weight in sizes.items() if 3 * abs(weight) > abs(sizes[lead])}
    if len(named) == 1:
        return f"{lead} alone"
    up, down = (
        [f"|{name}|" if name in below else name for name, weight in named.items() if sign * weight > 0]
        for sign in (1, -1)
    )
    if not down:
        return f"{_and(up)} growing together"
    return f"{_and(up)} growing while {_and(down)} {'shrinks' if len(down) == 1 else 'shrink'}"


def _size_of(part: float, half: float, of: str, believed: bool) -> str:
    """Return how far a direction is determined, by the targets or, where that is not believed, by the surface.

    `part`: what is left of the spread of the ranges; `half`: half the 90 % interval of its leading knob, relative, or
    to the range of the knob `of`.
    """
    left = f"{100 * part:.0f} % of the spread of the range is left"
    if part > WEAK:
        return f"weakly determined by these targets ({left})." if believed else f"{left}."
    factor = math.exp(half)
    close = bool(of) or factor < 1.1
    size = f"within {100 * half:.1f} % of the range of {of}" if of else f"within {100 * (factor - 1):.1f} %"
    size = size if close else f"to a factor of {factor:.2f}"
    return (f"known {size}." if close else f"known {size} only.") if believed else f"{size}."


def _and(names: Sequence[str]) -> str:
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))


def disagreement(found: Posterior, best: Mapping[str, float], score: float) -> str:
    """Return a sentence where the best trial, with that score, is not where the surface has the optimum; '' else.

    It is not where a knob lies outside its 5 to 95 % interval, or -2 log likelihood at its place exceeds the least by
    more than the 90 % of chi square, the region of that probability for all knobs together.
    """
    place = np.array([[span.place(best[name]) for name, span in found.free.items()]], float)
    lows, highs = np.quantile(knob_values(found.places, found.free), INTERVAL, axis=0)
    outside = [
        f"{name} = {best[name]:.4g} (not within {low:.4g} to {high:.4g})"
        for (name, span), low, high in zip(found.free.items(), lows.tolist(), highs.tolist(), strict=True)
        if not low <= best[name] <= high and BOUND < span.place(best[name]) < 1 - BOUND  # no end is within 5 to 95 %
    ]
    misfit = found.misfit(place)[0] - found.misfit(found.places).min()
    far = misfit > chdtri(len(found.free), 1 - (INTERVAL[1] - INTERVAL[0]))
    if not outside and not far:
        return ""
    parts = [f"outside its 5 to 95 % interval is {_and(outside)}"] if outside else []
    if far:
        parts.append("all knobs together are outside the likely region")
    return (
        f"The best trial and the response surface disagree: {', and '.join(parts)}; its score is {score:.2f}, and "
        f"{found.scores(place)[0]:.2f} by the surface, on which intervals and combinations rest: more trials "
        "may settle it."
    )
