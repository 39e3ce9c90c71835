"""The figures that suit a sweep, with their captions and their data, by the number of its axes. Never simulates."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import pandas as pd
from matplotlib.figure import Figure

from pipeline.measure.patterns import Feature
from pipeline.show import captions
from pipeline.show.chosen import choose, panels
from pipeline.show.style import Knob, text
from pipeline.show.sweep_data import key, means, on_grid, table_of
from pipeline.show.sweep_figures import curves, family
from pipeline.show.sweep_maps import maps
from pipeline.show.sweep_pairs import dependence, pairs


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
) -> dict[str, SweepFigure]:
    """Return the figures of a sweep by name, none drawn yet.

    Over one knob curves; over two a map and a family; over more, or a hypercube, pairs and dependence. Where there are
    several protocols each has its own, curves_PROTOCOL for instance. They are of the features `chosen`, pairs of the
    first of these; where nobody chose, of those that tell most.
    """
    protocols = list(rows["protocol"].dropna().unique()) if "protocol" in rows else []
    found = {}
    for protocol in protocols if len(protocols) > 1 else [None]:
        here = rows if protocol is None else rows[rows["protocol"] == protocol]
        for name, (draw, caption, arguments, names) in _kinds(
            here, axes, features, populations, part_of, chosen
        ).items():
            given = (here, *arguments, features, knobs, *([] if name == "pairs" else [names]))
            found[name if protocol is None else f"{name}_{protocol}"] = SweepFigure(
                draw=partial(_titled, protocol, draw, given),
                caption=partial(caption, *given),
                table=partial(table_of, here, axes, features, names),
            )
    return found


def _titled(protocol: object, draw: "Drawer", given: tuple[object, ...]) -> Figure:
    figure = draw(*given)
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
) -> dict[str, tuple[Drawer, Teller, tuple[object, ...], list[str]]]:
    """Return what draws and tells each figure, its arguments about axes, and its features."""
    if not axes:
        return {}
    if len(axes) == 1:
        names = list(chosen or choose(rows, features, populations, part_of))
        return {"curves": (curves, captions.of_curves, (axes[0],), names)}
    names = list(chosen or panels(rows, axes, features, populations, part_of))
    found: dict[str, tuple[Drawer, Teller, tuple[object, ...], list[str]]] = {}
    if len(axes) == 2:
        found["map"] = (maps, captions.of_maps, tuple(axes), names)
        places = means(rows, axes, names[:1], features)
        if places.empty or on_grid(places[[key(0), key(1)]]):
            found["family"] = (family, captions.of_family, tuple(axes), names)
            return found
    first = names[:1] or [name for name, feature in features.items() if feature.kind != "curve"][:1]
    if first:
        found["pairs"] = (pairs, captions.of_pairs, (axes, first[0]), first)
    wide = list(chosen or panels(rows, axes, features, populations, part_of, most=12))
    found["dependence"] = (dependence, captions.of_dependence, (axes,), wide)
    return found
