"""What a run does: the sweeps and the fit that config/config.yaml names, typed and frozen.

Everything is checked here, before any work: names against the model and the features, ranges, budgets.
"""

import os
import stat
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, model_validator

from pipeline.config.reader import SECONDS, ConfigError, File, Frozen, Word, nearest, parse
from pipeline.fit.problem import Fit
from pipeline.fit.reading import fit_targets, read_fit
from pipeline.fit.targets import protocols
from pipeline.measure.network import refuse_unknown
from pipeline.network.model import Model
from pipeline.network.reading import read_model
from pipeline.sweep import grid, shape
from pipeline.sweep.design import Sweep, read_sweep

LONGEST_NAME = 255
"""Bytes that file systems take as the name of a file or folder."""

MOST_WORKERS = 10_000
"""Workers of a fit, each of them a job of the workflow."""


class Figures(Frozen):
    """What is drawn beside the figures that each sweep has, and of which features."""

    raster: str | None = Field(None, description="The sweep whose spikes are drawn; it needs `keep_spikes: true`.")
    features: dict[str, Annotated[tuple[str, ...], Field(strict=False, min_length=1)]] = Field(
        {},
        description="By the name of a sweep: the features that its figures show. Without it, those that tell most.",
    )


class Run(Frozen):
    """A whole workflow: model, sweeps, a fit or both by file, and where results go."""

    model: File = Field(description="The network: its folder, its knob table, or the `model.yaml` of a fit.")
    results: File = Field(description="The folder that all results go to.")
    sweeps: dict[Word, File] = Field({}, description="The files of the sweeps, each by a name of your choice.")
    figures: Figures = Field(Figures(), description="Rasters, and what the figures of the sweeps show.")
    fit: File | None = Field(None, description="The file of a fit.")
    include: File | None = Field(None, description="Snakemake rules that this network adds to the workflow.")
    own: dict[str, Any] = Field({}, description="What the rules of `include` are asked.")
    chunk_s: float = Field(
        120, gt=0, description="How much one job simulates, in the network's own time.", json_schema_extra=SECONDS
    )
    workers: int = Field(1, ge=1, le=MOST_WORKERS, description="Jobs that share the fit over the database `storage`.")
    storage: str | None = Field(None, description="The database of a fit with several workers: an SQLAlchemy URL.")

    @model_validator(mode="after")
    def _does_something(self) -> "Run":
        if not self.sweeps and self.fit is None:
            raise ValueError("there is nothing to do: give sweeps, a fit, or both")
        return self

    @model_validator(mode="after")
    def _workers_share(self) -> "Run":
        if self.workers > 1 and (self.storage is None or self.fit is None):
            raise ValueError(f"workers: {self.workers} share a fit over a database: give fit and storage, too")
        return self


class Plan:
    """A run with all its files read and checked; the only thing the workflow asks about config/."""

    def __init__(self, content: dict[str, Any], where: Path | str) -> None:
        """Read the files that `content` names; raises ConfigError with `where` for what is wrong with it."""
        self.run = parse(Run, content, where)
        named = {"model": self.run.model, "fit": self.run.fit, "include": self.run.include}
        for key, path in {**named, **{f"sweeps.{name}": path for name, path in self.run.sweeps.items()}}.items():
            if (
                path is not None and not os.path.isfile(path) and not (key == "model" and os.path.isdir(path))
            ):  # Path.is_file fails for a name that is too long
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
            if isinstance(name, str):
                self._known(name, f"{where}: figures.{figure}")
                self._fits(figure, name)
        for sweep, names in self.run.figures.features.items():
            self._known(sweep, f"{where}: figures.features")
            refuse_unknown(names, self.model, f"{where}: figures.features.{sweep}")
        if self.run.own and self.run.include is None:
            raise ConfigError(f"{where}: own: nothing reads it; give the key include, too, a file of rules.")
        for name, wanted in self.sweeps.items():
            grid.check(wanted, self.model, self.run.sweeps[name])

    def figures_of(self, name: str) -> list[str]:
        """Return the figures of a sweep that a run draws, for each of its protocols: see `Shape.usual`."""
        return [figure for figures in self.figures_by_protocol(name).values() for figure in figures]

    def figures_by_protocol(self, name: str) -> dict[str, list[str]]:
        """Return the figures of a sweep by their protocol, which is in their names where there are several."""
        sweep = self.sweeps[name]
        several = len(sweep.protocols) > 1
        kinds = shape.of_design(sweep).usual
        return {one: [f"{kind}_{one}" if several else kind for kind in kinds] for one in sweep.protocols}

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
        if fit.sampler == "neural":
            self._draws(fit, name)
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

    def _draws(self, fit: Fit, name: str) -> None:
        """Refuse a sweep whose places are no draws from the ranges of the fit: another prior would be learnt."""
        sweep = self.sweeps[name]
        if sweep.design != "latin_hypercube":
            raise ConfigError(
                f"{self.run.sweeps[name]}: design = {sweep.design!r} must be 'latin_hypercube', whose places are "
                f"draws, for {self.run.fit} with sampler = 'neural'."
            )
        for knob, free in fit.free.items():
            axis, scale = sweep.axes.get(knob), "log" if free.log else "linear"
            if axis is not None and getattr(axis, scale) != (free.low, free.high):
                raise ConfigError(
                    f"{self.run.sweeps[name]}: axes.{knob} must be {scale}: [{free.low:g}, {free.high:g}], the range "
                    f"of {self.run.fit} with sampler = 'neural', which would learn another prior."
                )

    def _fits(self, figure: str, name: str) -> None:
        if figure == "raster" and not self.sweeps[name].keep_spikes:
            raise ConfigError(f"{self.run.sweeps[name]}: figure 'raster' needs keep_spikes: true.")


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
