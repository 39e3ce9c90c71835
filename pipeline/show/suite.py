"""The figures that suit a sweep, with their captions and their data, by how its knobs vary. Never simulates."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from pipeline.measure.patterns import Feature
from pipeline.show import captions
from pipeline.show.chosen import choose, panels, told_last
from pipeline.show.style import Knob, text
from pipeline.show.sweep_data import table_of
from pipeline.show.sweep_figures import curves, family
from pipeline.show.sweep_maps import maps
from pipeline.show.sweep_pairs import MANY, correlations, dependence, pairs
from pipeline.show.sweep_slices import slices
from pipeline.show.sweep_sobol import sobol
from pipeline.show.sweep_sobol import table as sobol_table
from pipeline.show.sweep_spread import distributions, spread_table
from pipeline.sweep import shape

ACTS = 0.2
"""A knob acts on a feature whose rank correlation with it is beyond that."""

MOST_ROWS = 4
"""Features of a figure of slices where nobody chose."""


@dataclass(frozen=True)
class SweepFigure:
    """A figure of a sweep: what draws it, what says in a sentence what it shows, and the table of what it draws."""

    draw: Callable[[], Figure]
    caption: Callable[[], str]
    table: Callable[[], pd.DataFrame]


def of_sweep(
    rows: pd.DataFrame,
    axes: Sequence[str],
    features: Mapping[str, Feature],
    knobs: Mapping[str, Knob],
    populations: Mapping[str, int],
    part_of: Mapping[str, str] | None = None,
    chosen: Sequence[str] | None = None,
    given: Collection[str] = (),
) -> dict[str, SweepFigure]:
    """Return the figures of a sweep by name, none drawn yet.

    Their kinds are those of `Shape.kinds`. Where there are several protocols each has its own, curves_PROTOCOL for
    instance. They are of the features `chosen`, pairs of the
    first of these; where nobody chose, of those that tell most. `populations`: all of the network, in its order, which
    is that of their colours; captions are of those last that are `given` input.
    """
    protocols = list(rows["protocol"].dropna().unique()) if "protocol" in rows else []
    found = {}
    for protocol in protocols if len(protocols) > 1 else [None]:
        here = rows if protocol is None else rows[rows["protocol"] == protocol]
        for name, (draw, caption, arguments, names) in _kinds(
            here, axes, features, populations, part_of, chosen, given
        ).items():
            common = (here, *arguments, features, knobs)
            shown, told = ((), ()) if name == "pairs" else ((names,), (told_last(names, features, given),))
            table = partial(table_of, here, axes, features, names)
            if name == "sobol":
                table = partial(sobol_table, here, axes, features, names)
            elif name == "distributions":
                table = partial(spread_table, here, main_axis(shape.of_table(here, axes)), features, names)
            found[name if protocol is None else f"{name}_{protocol}"] = SweepFigure(
                draw=partial(_titled, protocol, draw, (*common, *shown)),
                caption=partial(caption, *common, *told),
                table=table,
            )
    return found


def _titled(protocol: object, draw: "Drawer", arguments: tuple[object, ...]) -> Figure:
    figure = draw(*arguments)
    if protocol is not None:
        figure.suptitle(text(f"protocol {protocol}", 100), x=0.01, ha="left", fontsize=8)
    return figure


Drawer = Callable[..., Figure]
Teller = Callable[..., str]


def _kinds(
    rows: pd.DataFrame,
    axes: Sequence[str],
    features: Mapping[str, Feature],
    populations: Mapping[str, int],
    part_of: Mapping[str, str] | None,
    chosen: Sequence[str] | None,
    given: Collection[str],
) -> dict[str, tuple[Drawer, Teller, tuple[object, ...], list[str]]]:
    """Return what draws and tells each figure, its arguments about axes, and its features."""
    form = shape.of_table(rows, axes)
    of_kind = list(chosen or choose(rows, features, populations, part_of, given=given))
    names = list(chosen or panels(rows, axes, features, populations, part_of, given=given)) if axes else of_kind
    first, reason = _one(rows, axes, names, features, bool(chosen))
    wide = list(chosen or panels(rows, axes, features, populations, part_of, MANY, given)) if axes else of_kind
    by = form.sliced_by
    plane = [axis for axis in axes if axis != by]
    known: dict[str, tuple[Drawer, Teller, tuple[object, ...], list[str]]] = {
        "curves": (partial(curves, populations=populations), captions.of_curves, tuple(axes), of_kind),
        "map": (maps, captions.of_maps, tuple(axes), names),
        "family": (family, captions.of_family, tuple(axes), names),
        "slices": (slices, captions.of_slices, (*plane, by), list(chosen or names[:MOST_ROWS])),
        "pairs": (partial(pairs, reason=reason), partial(captions.of_pairs, reason=reason), (axes, *first), first),
        "dependence": (dependence, captions.of_dependence, (axes,), wide),
        "sobol": (sobol, captions.of_sobol, (axes,), wide),
        "distributions": (
            partial(distributions, populations=populations),
            captions.of_distributions,
            (main_axis(form),),
            names,
        ),
    }
    return {kind: known[kind] for kind in form.kinds if kind != "pairs" or first}


def _one(
    rows: pd.DataFrame, axes: Sequence[str], names: Sequence[str], features: Mapping[str, Feature], chosen: bool
) -> tuple[list[str], str]:
    """Return the feature of a figure that is of one, if there is any, and why it is that where there are others.

    Where nobody chose it is the first on which two knobs act: one knob alone is no reason for all pairs.
    """
    if chosen:
        why = f"drawn is {names[0]}, the first feature that was asked for, and not {', '.join(names[1:])}"
        return list(names[:1]), why if len(names) > 1 else ""
    several = len(names) > 0 and len(axes) > 1
    strong = np.abs(correlations(rows, axes, names, features)) > ACTS if several else np.zeros((0, 0))
    for name, acts in zip(names, strong.sum(axis=1), strict=False):
        if acts > 1:
            return [name], f"drawn is {name}, the first feature on which two knobs act"
    first = names or [name for name, feature in features.items() if feature.kind != "curve"]
    return list(first[:1]), f"drawn is {first[0]}, the first of the features that tell most" if len(names) > 1 else ""


def main_axis(form: shape.Shape) -> str | None:
    """Return the knob that distributions are drawn over: the first of a grid, the crossed one of sampled points.

    None where all knobs are sampled, or there are none.
    """
    crossed = list(form.crossed)
    return (min(crossed, key=lambda name: form.crossed[name]) if form.sampled else crossed[0]) if crossed else None
