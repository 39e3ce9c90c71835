"""How the knobs of a sweep vary, each crossed with the others or sampled with them, and which figures suit that."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipeline.sweep import indices
from pipeline.sweep.design import Sweep

if TYPE_CHECKING:
    import pandas as pd

MANY_NETWORKS = 5
"""From so many networks at a place on, a figure of how they are spread tells more than their standard error."""


@dataclass(frozen=True)
class Shape:
    """The knobs that vary: how many values each crossed one has, the names of those sampled together, and networks."""

    crossed: Mapping[str, int]
    sampled: tuple[str, ...]
    networks: int
    indices: bool = False
    """Whether the places are those that Sobol indices need."""

    @property
    def sliced_by(self) -> str | None:
        """The knob at each of whose values there is a map of the two others: of three, the crossed one of fewest."""
        if len(self.crossed) + len(self.sampled) != 3 or not self.crossed:
            return None
        return min(reversed(list(self.crossed)), key=lambda name: self.crossed[name])

    @property
    def kinds(self) -> list[str]:
        """The kinds of figures that there are.

        Over one knob curves; over two a map, and a family where they are crossed; over three, one of them crossed,
        slices; over three or more, or two sampled together, pairs and dependence. Distributions of any sweep, and
        Sobol indices of one for these.
        """
        varied = len(self.crossed) + len(self.sampled)
        if varied == 0:
            return ["distributions"]
        if varied == 1:
            return ["curves", "distributions"]
        over_two = ["map"] if varied == 2 else ["slices"] if self.sliced_by else []
        rest = ["family"] if varied == 2 and not self.sampled else ["pairs", "dependence"]
        return [*(["sobol"] if self.indices else []), *over_two, *rest, "distributions"]

    @property
    def usual(self) -> list[str]:
        """The kinds that a run draws: all, but distributions only where these tell what the others do not.

        Of a sample of all knobs a distribution says how often the network does what; of many networks at the few places
        of at most one knob, how different they are. Over a grid it would depend on where its values happen to be.
        """
        varied = len(self.crossed) + len(self.sampled)
        told = bool(self.sampled) or (varied < 2 and self.networks >= MANY_NETWORKS)
        return [kind for kind in self.kinds if kind != "distributions" or told]


def of_design(sweep: Sweep) -> Shape:
    """Return how the knobs of a sweep vary, as its file says."""
    values = {
        name: sweep.samples or 0 if name in sweep.sampled else len(axis.listed) for name, axis in sweep.axes.items()
    }
    # one knob sampled alone has so many values like any other
    sampled = tuple(sweep.sampled) if len(sweep.sampled) > 1 else ()
    crossed = {name: n for name, n in values.items() if n > 1 and name not in sampled}
    return Shape(crossed, sampled, sweep.networks, sweep.design == "sobol")


def of_table(rows: "pd.DataFrame", axes: Sequence[str]) -> Shape:
    """Return how the knobs `axes` vary in the rows of a protocol.

    One is crossed where more than half of its values combined with the places of the others are there.
    """
    if rows.empty or not set(axes) <= set(rows):
        return Shape(dict.fromkeys(axes, 0), (), 0)
    places = rows[list(axes)].drop_duplicates() if axes else rows.iloc[:1]
    counts = {name: int(rows[name].nunique()) for name in axes}
    others = {name: [other for other in axes if other != name] for name in axes}
    crossed = {
        name: n
        for name, n in counts.items()
        if not others[name] or 2 * len(places) > n * len(places[others[name]].drop_duplicates())
    }
    networks = int(rows["network"].nunique()) if "network" in rows else 1
    sampled = tuple(name for name in axes if name not in crossed)
    return Shape(crossed, sampled, networks, bool(indices.blocks(rows, axes)))
