"""Sweeps as their files in config/ describe them, typed and frozen: axes over knobs, protocols, networks."""

import math
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Literal

import numpy as np
from pydantic import Field, model_validator

from pipeline.config.reader import LARGEST_SEED, SECONDS, ConfigError, Frozen, Real, parse, read_yaml
from pipeline.network.model import RUN_KNOBS, Model, refuse_run_knobs
from pipeline.network.steps import refuse_alike, remarks
from pipeline.sweep.enough import LIVELESS, Until
from pipeline.sweep.indices import FEWEST

Span = Annotated[tuple[Real, ...], Field(strict=False)]

MOST_POINTS = 1_000_000
"""Points of a sweep; more are a mistake, of which the table alone would fill the memory."""


class Axis(Frozen):
    """Values of one knob: listed, or from low to high in steps that are equal (linear) or of equal ratio (log)."""

    values: Span | None = Field(None, description="The values themselves.")
    linear: Span | None = Field(
        None,
        description="`[low, high, n]`: n values in equal steps, of a size the nearest whole numbers; a hypercube takes "
        "no n.",
    )
    log: Span | None = Field(None, description="`[low, high, n]`: n values of equal ratio; a hypercube takes no n.")

    @model_validator(mode="after")
    def _one_kind(self) -> "Axis":
        given = [kind for kind in ("values", "linear", "log") if getattr(self, kind) is not None]
        if len(given) != 1:
            raise ValueError("an axis takes exactly one of values: [...], linear: [low, high, n], log: [low, high, n]")
        if self.values is not None:
            if not self.values:
                raise ValueError("the axis is empty; list at least one value")
            if len(set(self.values)) < len(self.values):
                raise ValueError("a value is listed twice")
            return self
        span = self.span
        if len(span) not in (2, 3) or not span[0] < span[1]:
            raise ValueError(f"{given[0]} takes [low, high] or [low, high, n] with low < high")
        if len(span) == 3 and (span[2] < 2 or span[2] != int(span[2])):
            raise ValueError(f"{given[0]} takes a whole number of at least 2 values, not {span[2]:g}")
        if len(span) == 3 and span[2] > MOST_POINTS:
            raise ValueError(f"{given[0]} takes at most {MOST_POINTS:,} values, not {span[2]:g}")
        if self.log is not None and span[0] <= 0:
            raise ValueError("log needs low > 0")
        return self

    @property
    def span(self) -> tuple[float, ...]:
        """(low, high) or (low, high, n) of a linear or log axis; the listed values otherwise."""
        return self.values or self.linear or self.log or ()

    @property
    def listed(self) -> list[float]:
        """The values of an axis of a product, in order."""
        if self.values is not None:
            return list(self.values)
        low, high, n = self.span
        spaced = np.geomspace if self.log is not None else np.linspace
        return [float(value) for value in spaced(low, high, int(n))]

    def in_whole_numbers(self) -> "Axis":
        """Return the axis of a knob that takes whole numbers alone: steps between them become the nearest, each once.

        A range without steps stays: its samples are rounded as they are drawn.
        """
        if self.values is not None or len(self.span) < 3:
            return self
        nearest_to = [float(value) for value in np.rint(self.listed)]
        return self if nearest_to == self.listed else Axis(values=tuple(dict.fromkeys(nearest_to)))


class Sweep(Frozen):
    """A grid of points: axes over knobs, as a full product, a Latin hypercube or for Sobol indices, over networks.

    Axes of a Latin hypercube that list their values are crossed with it: each sample is simulated at each listed value.
    """

    about: str = Field("", description="What the sweep is for; captions say it.")
    protocols: Annotated[tuple[str, ...], Field(strict=False, min_length=1)] = Field(
        description="Protocols of the network; every point is simulated in each."
    )
    axes: dict[str, Axis] = Field({}, description="The values of each knob that varies, by its name.")
    design: Literal["product", "latin_hypercube", "sobol"] = Field(
        "product",
        description="`product`: every value meets every other. `latin_hypercube`: random samples that fill the ranges "
        "evenly; axes that list `values` are crossed with them. `sobol`: samples for Sobol indices, how much of a "
        "feature's variance is due to each knob; n knobs take n + 2 places a sample.",
    )
    samples: int | None = Field(
        None, ge=2, le=MOST_POINTS, description="How many samples a hypercube has; for `sobol` a power of 2."
    )
    design_seed: int = Field(1, ge=0, le=LARGEST_SEED, description="The seed that draws the samples.")
    networks: int = Field(
        ge=1, le=MOST_POINTS, description="On how many networks all values are simulated: each has its own seeds."
    )
    first_seed: int = Field(1, ge=0, le=LARGEST_SEED, description="Seed of the first network; the next has one more.")
    duration: float = Field(gt=0, description="Time that is measured, after the transient.", json_schema_extra=SECONDS)
    set: dict[str, float] = Field({}, description="Knobs that keep another value than the network's own.")
    until: Until | None = Field(
        None, description="What is enough: places whose standard errors are small end with fewer than `networks`."
    )
    keep_spikes: bool = Field(False, description="Whether all spikes are kept, as a table.")

    @model_validator(mode="after")
    def _consistent(self) -> "Sweep":
        drawn = self.design != "product"
        if len(set(self.protocols)) < len(self.protocols):
            raise ValueError("a protocol is listed twice")
        refuse_run_knobs(self.set)
        if drawn != (self.samples is not None):
            raise ValueError("samples goes with design: latin_hypercube or sobol, and only with these")
        for name, axis in self.axes.items():
            if name in self.set:
                raise ValueError(f"{name} is both an axis and set")
            if name in RUN_KNOBS:
                raise ValueError(f"{name} is no axis; see the keys duration, networks and first_seed")
            if axis.values is None and (len(axis.span) == 2) != drawn:
                raise ValueError(f"{name}: [low, high, n] for a product, [low, high] for a Latin hypercube or sobol")
        if drawn and not self.sampled:
            raise ValueError(f"design = {self.design!r} needs an axis of linear: [low, high] or log: [low, high]")
        if self.design == "sobol":
            self._for_indices()
        if self.size > MOST_POINTS:
            many = f"{Decimal(self.size):.3g}"  # the product of many axes may be beyond the largest float
            raise ValueError(f"axes, protocols and networks make {many} points, more than {MOST_POINTS:,}")
        return self

    def _for_indices(self) -> None:
        if len(self.sampled) < 2 or self.crossed:
            raise ValueError(
                "design = 'sobol' needs at least two axes, each of linear: [low, high] or log: [low, high]"
            )
        if self.samples and self.samples & (self.samples - 1):
            raise ValueError(f"samples = {self.samples} is no power of 2, which design = 'sobol' needs")
        if self.samples and self.samples < FEWEST:
            raise ValueError(f"samples = {self.samples} must be at least {FEWEST} for design = 'sobol', better 256")

    @property
    def sampled(self) -> dict[str, Axis]:
        """The axes whose values are drawn together; none of a product."""
        return {name: axis for name, axis in self.axes.items() if axis.values is None and self.samples is not None}

    @property
    def crossed(self) -> dict[str, Axis]:
        """The axes whose values are each combined with all others."""
        return {name: axis for name, axis in self.axes.items() if name not in self.sampled}

    @property
    def places(self) -> int:
        """How many settings of the axes there are, in all protocols."""
        listed = math.prod(
            len(axis.span) if axis.values is not None else int(axis.span[2]) for axis in self.crossed.values()
        )
        each = len(self.sampled) + 2 if self.design == "sobol" else 1
        return (self.samples or 1) * each * listed * len(self.protocols)

    @property
    def size(self) -> int:
        """Number of points, with `until` the most there can be."""
        return self.places * self.networks

    @property
    def spread(self) -> float:
        """How many times longer a place may take than one that `until` ends at its least number of networks."""
        return 1.0 if self.until is None else max(1.0, self.networks / self.until.networks)

    @property
    def least(self) -> int:
        """Number of points that there are at least."""
        return self.size if self.until is None else self.places * min(self.networks, LIVELESS)


def read_sweep(path: Path | str, model: Model, thin: Callable[[Sweep], Sweep] = lambda sweep: sweep) -> Sweep:
    """Return the sweep of a file, every axis value checked against the model's knobs and protocols.

    Steps between whole numbers are made whole where a knob takes nothing else, after a budget has made them fewer
    (`thin`). Values that contradict each other are found by `grid.check`.
    """
    sweep = parse(Sweep, read_yaml(path), path)
    for protocol in sweep.protocols:
        fixed = {**sweep.set, "duration": sweep.duration, "seed_network": sweep.first_seed + sweep.networks - 1}
        model.point(protocol, fixed, f"{path}")
        for name, axis in sweep.axes.items():
            if model.without_effect(name):
                raise ConfigError(f"{path}: axes.{name}: acts on nothing in the script; all points would be the same.")
            ends = axis.values if axis.values is not None else axis.span[:2]
            for value in ends:
                model.check({name: value}, f"{path}: axes")
            refuse_alike(model, name, ends, sweep.set, f"{path}: axes")
    sweep = thin(sweep)
    axes = {name: axis.in_whole_numbers() if model.whole(name) else axis for name, axis in sweep.axes.items()}
    return sweep.model_copy(update={"axes": axes})


def said_of(sweep: Sweep, model: Model) -> list[str]:
    """Return what there is to say of the values of a sweep before it runs: those that act as others, long steps."""
    ends = {name: axis.values if axis.values is not None else axis.span[:2] for name, axis in sweep.axes.items()}
    said = remarks(model, {**{name: (value,) for name, value in sweep.set.items()}, **ends}, sweep.set)
    if sweep.design == "sobol" and sweep.networks < 2:
        said.append("networks = 1: what networks add to the indices is not told; with 2 it is")
    return said
