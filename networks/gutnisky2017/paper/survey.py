"""The survey: every figure of the paper, the sweep that each is drawn from, and the budget of these sweeps.

A sweep's file has the full density. A budget thins it: fewer values of an axis, networks and seconds, so that all
figures can be seen before a night is spent on them.
"""

import math
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from pipeline.config.reader import ConfigError, File, Frozen, Word, nearest, parse, read_yaml
from pipeline.network.model import Model
from networks.gutnisky2017.features import UNITS
from pipeline.sweep import grid
from pipeline.sweep.budget import Budget
from pipeline.sweep.design import Sweep, read_sweep


class Figure(Frozen):
    """One figure of the paper: how it is drawn, and from which sweep."""

    draw: Literal["curve", "family", "psths", "neurons", "traces"]
    about: str
    sweep: Word | None = None
    protocol: str | None = None
    x: str | None = None
    lines: str | None = None
    y: Annotated[tuple[str, ...], Field(strict=False)] = ()

    @model_validator(mode="after")
    def _complete(self) -> "Figure":
        needed = {
            "curve": ("sweep", "x", "y"),
            "family": ("sweep", "x", "lines", "y"),
            "psths": ("sweep",),
            "neurons": ("sweep", "protocol"),
            "traces": ("protocol",),
        }[self.draw]
        for key in needed:
            if not getattr(self, key):
                raise ValueError(f"a figure with draw: {self.draw} needs {', '.join(needed)}; {key} is missing")
        for feature in self.y:
            if feature not in UNITS:
                raise ValueError(f"y: unknown feature {feature!r}{nearest(feature, UNITS)}")
        return self


class _File(Frozen):
    budgets: dict[Word, Budget] = Field(min_length=1)
    sweeps: File
    figures: dict[Word, Figure] = Field(min_length=1)


class Survey:
    """The figures of a file such as figures.yaml, and their sweeps at one budget."""

    def __init__(self, path: Path | str, budget: str, model: Model) -> None:
        """Read the file and the sweeps that its figures name; raises ConfigError for what is wrong with them."""
        content = parse(_File, read_yaml(path), path)
        if budget not in content.budgets:
            raise ConfigError(f"budget = {budget!r} is none of {path}'s{nearest(budget, content.budgets)}.")
        self.path, self.budget, self.budgets = str(path), budget, content.budgets
        self.figures = content.figures
        self.files: dict[str, str] = {}
        self.full: dict[str, Sweep] = {}
        for name, figure in content.figures.items():
            if figure.protocol is not None and figure.protocol not in model.protocols:
                raise ConfigError(
                    f"{path}: figures.{name}: unknown protocol {figure.protocol!r}"
                    f"{nearest(figure.protocol, model.protocols)}."
                )
            if figure.sweep is not None:
                self._add(figure, f"{path}: figures.{name}", content.sweeps, model)

    def _add(self, figure: Figure, where: str, folder: str, model: Model) -> None:
        name = f"{figure.sweep}"
        if name not in self.full:
            self.files[name] = f"{folder}/{name}.yaml"
            self.full[name] = read_sweep(self.files[name], model)
            grid.check(self.full[name], model, self.files[name])
        sweep = self.full[name]
        for knob in (figure.x, figure.lines):
            if knob is not None and knob not in sweep.axes:
                raise ConfigError(f"{where}: {knob!r} is no axis of {self.files[name]}{nearest(knob, sweep.axes)}.")
        if figure.protocol is not None and figure.protocol not in sweep.protocols:
            raise ConfigError(f"{where}: {self.files[name]} does not have the protocol {figure.protocol!r}.")
        if figure.draw == "neurons" and not sweep.keep_spikes:
            raise ConfigError(f"{where}: {self.files[name]} needs keep_spikes: true.")

    def sweep(self, name: str, budget: str | None = None) -> Sweep:
        """Return a sweep at a budget, by default that of this survey."""
        return self.budgets[budget or self.budget].thin(self.full[name])

    def curve(self, figure: Figure) -> tuple[str, str]:
        """Return protocol and knob of a figure drawn as a curve; without a protocol, the first of its sweep."""
        return figure.protocol or self.full[f"{figure.sweep}"].protocols[0], f"{figure.x}"

    def at_base(self, figure: Figure) -> bool:
        """Whether a figure shows the base point alone, while whisking and at touch, for which there are PSTHs."""
        sweep = self.full.get(f"{figure.sweep}")
        return sweep is not None and not sweep.axes and not sweep.set and {"whisking", "touch"} >= set(sweep.protocols)

    def label(self, name: str) -> str:
        """Return the name under which the sweep of this budget keeps its tables."""
        return f"{self.budget}_{name}"

    @property
    def sweeps(self) -> dict[str, Sweep]:
        """All sweeps at this survey's budget, by label."""
        return {self.label(name): self.sweep(name) for name in self.full}

    def biological_s(self, budget: str, transient_s: float) -> float:
        """Return the biological seconds of all sweeps at a budget."""
        sweeps = [self.sweep(name, budget) for name in self.full]
        return math.fsum(sweep.size * (sweep.duration + transient_s) for sweep in sweeps)
