"""What a run does: the sweeps and the fit that config/config.yaml names, typed and frozen.

Everything is checked here, before any work: names against the model and the features, ranges, budgets.
"""

import math
import os
import stat
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from pipeline.parameters import (
    LARGEST_SEED,
    RUN_KNOBS,
    ConfigError,
    File,
    Frozen,
    Model,
    Word,
    nearest,
    parse,
    read_model,
    read_yaml,
)
from pipeline.problem import Fit, fit_targets, read_fit, refuse_run_knobs
from pipeline.targets import protocols

Span = Annotated[tuple[float, ...], Field(strict=False)]

MOST_POINTS = 1_000_000
"""Points of a sweep; more are a mistake, of which the table alone would fill the memory."""

LONGEST_NAME = 255
"""Bytes that file systems take as the name of a file or folder."""

MOST_WORKERS = 10_000
"""Workers of a fit, each of them a job of the workflow."""


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


class Figures(Frozen):
    """The sweep that each figure is drawn from; a figure without one is not drawn."""

    rates: str | None = None
    response: str | None = None
    raster: str | None = None
    map: str | None = None


class Run(Frozen):
    """A whole workflow: model, sweeps and fit by file, and where results go."""

    model: File
    results: File
    reference: File
    sweeps: dict[Word, File] = Field(min_length=1)
    figures: Figures
    fit: File | None = None
    survey: File | None = None
    budget: str = "preview"
    chunk_s: float = Field(120, gt=0)
    workers: int = Field(1, ge=1, le=MOST_WORKERS)
    storage: str | None = None

    @model_validator(mode="after")
    def _workers_share(self) -> "Run":
        if self.workers > 1 and (self.storage is None or self.fit is None):
            raise ValueError(f"workers: {self.workers} share a fit over a database: give fit and storage, too")
        return self


REFERENCE = ("converged.csv", "psth.csv", "rates_vs_A_T.csv", "response_vs_C_T.csv", "response_vs_delay_EI.csv")
"""Files of the authors' values, in the folder `reference` of a run."""

CURVES = {"rates": ("whisking", "A_T"), "response": ("touch", "C_T")}
"""Protocol and axis of the figures, and of the comparison, that have a reference."""


class Plan:
    """A run with all its files read and checked; the only thing the workflow asks about config/."""

    def __init__(self, content: dict[str, Any], where: Path | str) -> None:
        """Read the files that `content` names; raises ConfigError with `where` for what is wrong with it."""
        self.run = parse(Run, content, where)
        named = {"model": self.run.model, "fit": self.run.fit, "survey": self.run.survey}
        for key, path in {**named, **{f"sweeps.{name}": path for name, path in self.run.sweeps.items()}}.items():
            if path is not None and not os.path.isfile(path):  # Path.is_file fails for a name that is too long
                raise ConfigError(f"{where}: {key}: {path}: cannot be read (there is no such file).")
        _refuse_no_folder(self.run.results, f"{where}: results")
        self.model: Model = read_model(self.run.model)
        self.sweeps: dict[str, Sweep] = {name: read_sweep(path, self.model) for name, path in self.run.sweeps.items()}
        self.fit: Fit | None = None
        if self.run.fit is not None:
            self.fit = read_fit(self.run.fit, self.model)
            self.fit_protocols = protocols(fit_targets(self.fit, self.model))
            self.fit_inputs = tuple(dict.fromkeys(self.fit.variant(name).protocol for name in self.fit_protocols))
            if self.fit.first_trials is not None:
                self._known(self.fit.first_trials.sweep, f"{self.run.fit}: first_trials.sweep")
                self._starts(self.fit, self.fit.first_trials.sweep)
        for figure, name in self.run.figures:
            if name is not None:
                self._known(name, f"{where}: figures.{figure}")
                self._fits(figure, name)
        missing = [name for name in REFERENCE if not os.path.isfile(f"{self.run.reference}/{name}")]
        if missing:
            raise ConfigError(f"{where}: reference = {self.run.reference!r} lacks {', '.join(missing)}.")

    def _known(self, sweep: str, where: str) -> None:
        if sweep not in self.sweeps:
            raise ConfigError(f"{where} = {sweep!r} is none of the sweeps{nearest(sweep, self.sweeps)}.")

    def _starts(self, fit: Fit, name: str) -> None:
        """Refuse a sweep whose points are not what the trials of the fit would simulate."""
        sweep = self.sweeps[name]
        needed = set(self.fit_protocols)
        if own := needed & set(fit.protocols):
            raise ConfigError(
                f"{self.run.fit}: first_trials: a sweep has only protocols of the model, but the fit has its own: "
                f"{', '.join(sorted(own))}."
            )
        if fit.tied:
            raise ConfigError(
                f"{self.run.fit}: first_trials: a fit with tied knobs takes no points of a sweep, in which "
                f"{', '.join(sorted(fit.tied))} is not tied."
            )
        for key, has, needs in (
            ("axes", sorted(sweep.axes), sorted(fit.free)),
            ("set", dict(sweep.set), dict(fit.set)),
            ("protocols", sorted(needed & set(sweep.protocols)), sorted(needed)),
            *((key, getattr(sweep, key), getattr(fit.effort, key)) for key in ("networks", "first_seed", "duration")),
        ):
            if has != needs:
                raise ConfigError(
                    f"{self.run.sweeps[name]}: {key} = {has} must be {needs}, as in {self.run.fit}, "
                    "which takes its first trials from this sweep."
                )

    def _fits(self, figure: str, name: str) -> None:
        sweep, path = self.sweeps[name], self.run.sweeps[name]
        if figure in CURVES:
            protocol, knob = CURVES[figure]
            if protocol not in sweep.protocols or list(sweep.axes) != [knob] or sweep.set:
                raise ConfigError(
                    f"{path}: figure {figure!r} needs the protocol {protocol!r}, {knob!r} as the only axis, and no "
                    "knob set to another value than the model's, with which the reference is compared."
                )
        if figure == "raster" and not sweep.keep_spikes:
            raise ConfigError(f"{path}: figure 'raster' needs keep_spikes: true.")
        if figure == "map" and len(sweep.axes) != 2:
            raise ConfigError(f"{path}: figure 'map' needs two axes, not {len(sweep.axes)}.")


def _refuse_no_folder(path: str, where: str) -> None:
    """Raise ConfigError, with `where`, for a path that neither is a folder nor can become one."""
    problem = None
    if any(len(os.fsencode(name)) > LONGEST_NAME for name in Path(path).parts):
        problem = f"a name takes at most {LONGEST_NAME} bytes"
    else:
        try:
            if not stat.S_ISDIR(os.stat(path).st_mode):
                problem = "there is a file of that name"
        except FileNotFoundError:
            return
        except OSError as error:  # a file on the way to it, say
            problem = error.strerror
    if problem is not None:
        raise ConfigError(f"{where} = {path!r} must be a folder, or a path where one can be made ({problem}).")


def read_sweep(path: Path | str, model: Model) -> Sweep:
    """Return the sweep of a file, every axis value checked against the model's knobs and protocols.

    Values that contradict each other are found by `grid.check`.
    """
    sweep = parse(Sweep, read_yaml(path), path)
    for protocol in sweep.protocols:
        fixed = {**sweep.set, "duration": sweep.duration, "seed_network": sweep.first_seed + sweep.networks - 1}
        model.point(protocol, fixed, f"{path}")
        for name, axis in sweep.axes.items():
            ends = axis.values if axis.values is not None else axis.span[:2]
            for value in ends:
                model.check({name: value}, f"{path}: axes")
    return sweep
