"""A network that is a script: its folder with the knob table, which the user edits, and what is known of the script."""

import math
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from pipeline.config.reader import LARGEST_SEED, SECONDS, ConfigError, File, Frozen, Name, Real, nearest, parse
from pipeline.network.adopted import ALL, Adopted, Setting, digest, read_adopted
from pipeline.network.model import OWN_FEATURES, RUN_KNOBS, Knob, Model, Times
from pipeline.network.readfiles import refuse_changed
from pipeline.network.rules import Rule


class TableKnob(Frozen):
    """A knob as the table has it: `low` and `high` are where sweeps and fits begin, `min` and `max` forbid."""

    value: float = Field(description="The value, in its unit. Another one than the script's is taken instead of it.")
    unit: str = Field("1", description="The unit, as the script writes it; 1 for a plain number.")
    low: float | None = Field(None, description="Where a sweep or a fit may begin.")
    high: float | None = Field(None, description="Where a sweep or a fit may end.")
    min: float | None = Field(None, description="Values below are refused.")
    max: float | None = Field(None, description="Values above are refused.")
    about: str = Field("", description="What it means; pages and figures say it.")


class Integrated(Frozen):
    """What a knob table says of the integrator: the script's own, or ours for all populations or for some."""

    integrator: Literal["own", "staggered_midpoint"] | dict[Name, Literal["staggered_midpoint"]] = Field(
        "own", description="The script's own, or `staggered_midpoint` for all populations or for some by name."
    )

    @property
    def staggered(self) -> tuple[str, ...]:
        """The populations that `integrator` names, `*` for all."""
        if isinstance(self.integrator, str):
            return () if self.integrator == "own" else (ALL,)
        return tuple(self.integrator)


class KnobTable(Integrated):
    """The knob table of a network."""

    script: File = Field(description="The Brian2 script, from the folder of the table.")
    about: str = Field("", description="What the network is.")
    transient: float = Field(0, ge=0, description="Time before anything is measured.", json_schema_extra=SECONDS)
    duration: float = Field(
        gt=0, description="Time that is measured, where nothing else is asked for.", json_schema_extra=SECONDS
    )
    knobs: dict[Name, TableKnob] = Field(description="The numbers of the script that can be set, by name.")
    protocols: dict[Name, dict[str, float]] = Field(
        {"base": {}}, min_length=1, description="Sets of values with a name, which sweeps and fits ask for."
    )
    events: Times | None = Field(None, description="When stimuli come; features of responses to them need it.")
    rules: dict[str, str] = Field({}, description="Comparisons of knobs that must hold, each with the reason.")
    envelope: dict[Name, Annotated[tuple[Real, Real], Field(strict=False)]] = Field(
        {},
        description="By population: the rates `[low, high]` within which the network is alive.",
        json_schema_extra={"unit": "spikes/s"},
    )
    features: Literal["all", "own"] = Field(
        "all", description="`own` leaves out all features but those of `features.py` beside the script."
    )
    source: str = Field("", description="Where the network is from.")
    arithmetic: Literal["fast", "strict"] = Field(
        "fast", description="`strict` computes numbers as they are written, and is slower."
    )

    @model_validator(mode="after")
    def _readable(self) -> "KnobTable":
        for text, why in self.rules.items():
            Rule.read(text, why)
        for name, (low, high) in self.envelope.items():
            if not 0 <= low < high:
                raise ValueError(f"envelope.{name} takes [low, high] with 0 <= low < high, in spikes/s")
        return self


def script_model(content: Any, path: Path, known: Adopted | None = None) -> Model:
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
    refuse_changed(adopted.data, script, folder)
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
    known_knobs = {*RUN_KNOBS, *adopted.settings}
    for text in table.rules:
        if unknown := [name for name in Rule.read(text, "").names if name not in known_knobs]:
            raise ConfigError(
                f"{path}: rules: {text!r}: unknown knob {unknown[0]!r}{nearest(unknown[0], known_knobs)}."
            )
        for name in Rule.read(text, "").names:
            if name in adopted.settings and adopted.settings[name].reads and name not in table.knobs:
                raise ConfigError(
                    f"{path}: rules: {text!r}: {name} follows from {', '.join(adopted.settings[name].reads)} at each "
                    "point; name these instead."
                )
    firing = {p.name for p in adopted.populations if p.spikes_by}
    if strange := sorted(set(table.envelope) - firing):
        raise ConfigError(f"{path}: envelope: {strange[0]!r} is no population{nearest(strange[0], firing)}.")
    model = Model(
        populations={p.name: max(p.size, 1) for p in adopted.populations if p.spikes_by},
        dt_ms=adopted.dt_ms,
        knobs=_run_knobs(table)
        | {name: _knob(name, knob, adopted.settings[name], path) for name, knob in table.knobs.items()},
        protocols=table.protocols,
        table=str(path),
        path=str(script.resolve()),
        adopted=adopted,
        events=table.events,
        strict=table.arithmetic == "strict",
        rules=table.rules,
        alive=table.envelope,
        own_features_alone=table.features == "own",
        source=table.source,
    )
    if model.own_features_alone and model.own_features is None:
        raise ConfigError(f"{path}: features = 'own': there is no {OWN_FEATURES} beside the script.")
    model.check({name: knob.value for name, knob in model.knobs.items()}, f"{path}: knobs")
    for name, settings in table.protocols.items():
        model.check(settings, f"{path}: protocols.{name}")
        model.check_together({n: k.value for n, k in model.knobs.items()} | settings, f"{path}: protocols.{name}")
    return model


def _knob(name: str, knob: TableKnob, setting: Setting, path: Path) -> Knob:
    least, most = (0.0, 1.0) if setting.probability else (-math.inf, math.inf)
    low = least if knob.min is None else knob.min
    high = most if knob.max is None else knob.max
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
