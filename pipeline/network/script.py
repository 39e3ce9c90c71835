"""A network that is a script: its folder with the knob table, which the user edits, and what is known of the script."""

import math
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from pipeline.config.reader import LARGEST_SEED, ConfigError, File, Frozen, Name, fingerprint, nearest, parse
from pipeline.network.adopted import ALL, FILE, Adopted, beside, digest, read_adopted
from pipeline.network.model import RUN_KNOBS, Knob, Model

TABLE = "knobs.yaml"
"""Name of the knob table in the folder of a network."""

OWN_FEATURES = "features.py"
"""Name of the file with a network's own features, beside its script."""


class TableKnob(Frozen):
    """A knob as the table has it: `low` and `high` are where sweeps and fits begin, `min` and `max` forbid."""

    value: float
    unit: str = "1"
    low: float | None = None
    high: float | None = None
    min: float | None = None
    max: float | None = None
    about: str = ""


class Times(Frozen):
    """When something happens to the network: with a period, or at times; responses are measured in `window_ms`."""

    period_ms: float | None = Field(None, gt=0)
    onset_ms: float = Field(0, ge=0)
    times_ms: Annotated[tuple[float, ...], Field(strict=False)] | None = None
    window_ms: float = Field(25, gt=0)

    @model_validator(mode="after")
    def _one(self) -> "Times":
        if (self.period_ms is None) == (self.times_ms is None):
            raise ValueError("takes either period_ms or times_ms")
        return self


class Integrated(Frozen):
    """What a knob table says of the integrator: the script's own, or ours for all populations or for some."""

    integrator: Literal["own", "staggered_midpoint"] | dict[Name, Literal["staggered_midpoint"]] = "own"

    @property
    def staggered(self) -> tuple[str, ...]:
        """The populations that `integrator` names, `*` for all."""
        if isinstance(self.integrator, str):
            return () if self.integrator == "own" else (ALL,)
        return tuple(self.integrator)


class KnobTable(Integrated):
    """The knob table of a network."""

    script: File
    about: str = ""
    transient: float = Field(0, ge=0)
    duration: float = Field(gt=0)
    knobs: dict[Name, TableKnob]
    protocols: dict[Name, dict[str, float]] = Field({"base": {}}, min_length=1)
    events: Times | None = None
    arithmetic: Literal["fast", "strict"] = "fast"


class ScriptModel(Model):
    """The network of a script."""

    folder: str
    path: str
    adopted: Adopted
    events: Times | None
    strict: bool

    @cached_property
    def settable(self) -> Mapping[str, Knob]:
        """The knobs of the table, and the other numbers of the script, those that are derived from others included."""
        others = {
            name: Knob(value=setting.value if math.isfinite(setting.value) else 0.0, unit=setting.unit)
            for name, setting in self.adopted.settings.items()
        }
        return others | dict(self.knobs)

    def check(self, settings: Mapping[str, float], where: str) -> None:
        """As for every network; a number that the script cannot have otherwise is refused, too."""
        super().check(settings, where)
        for name, value in settings.items():
            setting = self.adopted.settings.get(name)
            if setting is not None and setting.acts == "refused" and value != setting.value:
                raise ConfigError(f"{where}: {name} = {value:g}: the script fails with another value ({setting.on[0]})")

    def check_together(self, values: Mapping[str, float], where: str) -> None:
        """Raise ConfigError for a run that is shorter than a step, or than the period of its events."""
        if values["duration"] < self.dt_ms / 1000:
            raise ConfigError(
                f"{where}: duration = {values['duration']:g} s is shorter than a step, {self.dt_ms:g} ms."
            )

    def without_effect(self, name: str) -> bool:
        """Return whether a number acts on nothing."""
        setting = self.adopted.settings.get(name)
        return setting is not None and setting.acts == "nothing"

    @property
    def own_features(self) -> Path | None:
        """The file of the network's own features, None where there is none."""
        path = Path(self.path).parent / OWN_FEATURES
        return path if path.is_file() else None

    @property
    def files(self) -> tuple[Path, ...]:
        """The script, what is known of it, the network's own features, and what the script imports from its folder."""
        own = [self.own_features] if self.own_features else []
        return (Path(self.path), Path(self.folder, FILE), *own, *beside(Path(self.path)))

    def identity(self, protocols: Any) -> str:
        """Return a fingerprint of all on which points of these protocols rest."""
        own = self.own_features.read_text(encoding="utf-8") if self.own_features else ""
        return fingerprint(super().identity(protocols), self.adopted.sha256, self.events, self.strict, own)


def script_model(content: Any, path: Path, known: Adopted | None = None) -> ScriptModel:
    """Return the network of a knob table that was read from `path`; ConfigError for what is wrong with it.

    `known`: what is known of its script, where that is not in the folder yet.
    """
    table = parse(KnobTable, content, path)
    folder = path.parent
    adopted = known or read_adopted(folder)
    script = folder / table.script
    if not script.is_file():
        raise ConfigError(f"{path}: script = {table.script!r}: there is no such file ({script}).")
    if digest(script) != adopted.sha256:
        raise ConfigError(
            f"{script}: has changed since it was adopted; run: python -m pipeline adopt {script} --out {folder} "
            "(which keeps what you edited)."
        )
    if table.staggered != adopted.staggered:
        raise ConfigError(
            f"{path}: integrator: has changed since the script was adopted; run: python -m pipeline adopt {script} "
            f"--out {folder} (which keeps what you edited, and looks whether the integrator takes the equations)."
        )
    for name, knob in table.knobs.items():
        if name in RUN_KNOBS:
            raise ConfigError(f"{path}: knobs.{name}: is a key of its own, not a knob.")
        if name not in adopted.settings:
            raise ConfigError(f"{path}: knobs.{name}: the script sets no such number{nearest(name, adopted.settings)}.")
        if knob.unit != adopted.settings[name].unit:
            raise ConfigError(
                f"{path}: knobs.{name}.unit = {knob.unit!r}: must be {adopted.settings[name].unit!r}, in which the "
                "script writes it."
            )
    return ScriptModel(
        populations={p.name: max(p.size, 1) for p in adopted.populations if p.spikes_by},
        dt_ms=adopted.dt_ms,
        knobs={**_run_knobs(table), **{name: _knob(name, knob, path) for name, knob in table.knobs.items()}},
        protocols=table.protocols,
        folder=str(folder),
        path=str(script.resolve()),
        adopted=adopted,
        events=table.events,
        strict=table.arithmetic == "strict",
    )


def _knob(name: str, knob: TableKnob, path: Path) -> Knob:
    low = -math.inf if knob.min is None else knob.min
    high = math.inf if knob.max is None else knob.max
    if not low <= knob.value <= high:
        raise ConfigError(f"{path}: knobs.{name}.value = {knob.value:g}: is outside [{low:g}, {high:g}] {knob.unit}.")
    return Knob(value=knob.value, unit=knob.unit, min=low, max=high, about=knob.about)


def _run_knobs(table: KnobTable) -> dict[str, Knob]:
    def seed(about: str) -> Knob:
        return Knob(value=1.0, unit="1", min=0.0, max=float(LARGEST_SEED), integer=True, about=about)

    return {
        "transient": Knob(value=table.transient, unit="s", min=0, max=1e6, about="time before anything is measured"),
        "duration": Knob(value=table.duration, unit="s", min=0, max=1e6, about="time that is measured"),
        "seed_network": seed("seed of connections and initial values"),
        "seed_input": seed("seed of what is random while the network runs"),
    }
