"""Sweeps as their files in config/ describe them, typed and frozen: axes over knobs, protocols, networks."""

import math
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, model_validator

from pipeline.config.reader import LARGEST_SEED, ConfigError, Frozen, parse, read_yaml
from pipeline.network.model import RUN_KNOBS, Model, refuse_run_knobs

Span = Annotated[tuple[float, ...], Field(strict=False)]

MOST_POINTS = 1_000_000
"""Points of a sweep; more are a mistake, of which the table alone would fill the memory."""


class Axis(Frozen):
    """Values of one knob: listed, or from low to high in steps that are equal (linear) or of equal ratio (log)."""

    values: Span | None = None
    linear: Span | None = None
    log: Span | None = None

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


class Sweep(Frozen):
    """A grid of points: axes over knobs, as a full product or a Latin hypercube, repeated over networks."""

    about: str = ""
    protocols: Annotated[tuple[str, ...], Field(strict=False, min_length=1)]
    axes: dict[str, Axis] = {}
    design: Literal["product", "latin_hypercube"] = "product"
    samples: int | None = Field(None, ge=2, le=MOST_POINTS)
    design_seed: int = Field(1, ge=0, le=LARGEST_SEED)
    networks: int = Field(ge=1, le=MOST_POINTS)
    first_seed: int = Field(1, ge=0, le=LARGEST_SEED)
    duration: float = Field(gt=0)
    set: dict[str, float] = {}
    keep_spikes: bool = False

    @model_validator(mode="after")
    def _consistent(self) -> "Sweep":
        hypercube = self.design == "latin_hypercube"
        if len(set(self.protocols)) < len(self.protocols):
            raise ValueError("a protocol is listed twice")
        refuse_run_knobs(self.set)
        if hypercube != (self.samples is not None):
            raise ValueError("samples goes with design: latin_hypercube, and only with it")
        for name, axis in self.axes.items():
            if name in self.set:
                raise ValueError(f"{name} is both an axis and set")
            if name in RUN_KNOBS:
                raise ValueError(f"{name} is no axis; see the keys duration, networks and first_seed")
            if axis.values is None and (len(axis.span) == 2) != hypercube:
                raise ValueError(f"{name}: [low, high, n] for a product, [low, high] for a Latin hypercube")
            if hypercube and axis.values is not None:
                raise ValueError(f"{name}: a Latin hypercube takes linear or log, not values")
        if self.size > MOST_POINTS:
            many = f"{Decimal(self.size):.3g}"  # the product of many axes may be beyond the largest float
            raise ValueError(f"axes, protocols and networks make {many} points, more than {MOST_POINTS:,}")
        return self

    @property
    def size(self) -> int:
        """Number of points."""
        places = self.samples or math.prod(
            len(axis.span) if axis.values is not None else int(axis.span[2]) for axis in self.axes.values()
        )
        return places * len(self.protocols) * self.networks


def read_sweep(path: Path | str, model: Model) -> Sweep:
    """Return the sweep of a file, every axis value checked against the model's knobs and protocols.

    Values that contradict each other are found by `grid.check`.
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
    return sweep
