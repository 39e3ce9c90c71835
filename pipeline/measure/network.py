"""The features of a network, whatever describes it: their table, and their values of a recording."""

import difflib
from collections.abc import Iterable, Mapping
from pathlib import Path

import numpy as np

from pipeline.config.reader import ConfigError
from pipeline.engine.recording import NetworkRecording
from pipeline.engine.simulate import Recording
from pipeline.engine.simulators import AnyRecording
from pipeline.measure import features as paper
from pipeline.measure.events import Events
from pipeline.measure.measure import Value, measure
from pipeline.measure.own import measure_own, read_own
from pipeline.measure.patterns import Feature
from pipeline.measure.table import paper_table, table
from pipeline.network.model import Model
from pipeline.network.script import ScriptModel

STATISTICS = (*paper.OVER_NEURONS, "sd")
"""Statistics over the neurons of a population, which targets may name."""


def feature_table(model: Model) -> dict[str, Feature]:
    """Return every feature of a network by its name, curves and counts included."""
    if not isinstance(model, ScriptModel):
        return paper_table()
    watched = {p.name: p.potential_unit for p in model.adopted.populations if p.potential is not None}
    found = table(list(model.populations), watched, _events(model))
    path = model.own_features
    if path is not None:
        for name, own in read_own(path).items():
            if name in found or name in model.settable:
                raise ConfigError(f"{path}: {name}: there is a feature or knob of that name already.")
            found[name] = Feature(name, own.unit, own.about, name, "scalar")
    return found


def units(model: Model) -> dict[str, str]:
    """Return the unit of each feature that is one number a network."""
    return {name: feature.unit for name, feature in feature_table(model).items() if feature.kind == "scalar"}


def refuse_unknown(names: Iterable[str], model: Model, where: str) -> None:
    """Raise ConfigError, with what there is instead, unless each name is of a feature that is one number a network."""
    known = list(units(model))
    for name in names:
        if name not in known:
            nearest_first = difflib.get_close_matches(name, known, len(known), cutoff=0)
            raise ConfigError(
                f"{where}: {name!r} is no feature that can be drawn; there are, the nearest first, "
                f"{', '.join(nearest_first)}."
            )


def measured(model: Model, recording: AnyRecording, values: Mapping[str, float]) -> dict[str, Value]:
    """Return every feature of `feature_table` of a run at the knobs `values`; all None where it diverged."""
    if isinstance(recording, Recording):
        return dict(paper.features(recording, values))
    assert isinstance(model, ScriptModel)  # no other has such a recording
    return _measured(model, recording, values)


def _measured(model: ScriptModel, recording: NetworkRecording, values: Mapping[str, float]) -> dict[str, Value]:
    names = feature_table(model)
    if recording.status != "ok":
        return dict.fromkeys(names)
    start_s, stop_s = values["transient"], values["transient"] + values["duration"]
    potentials = {
        p.name: recording.potentials[p.name] for p in model.adopted.populations if p.name in recording.potentials
    }
    found = measure(recording.spikes, potentials, start_s, stop_s, model.dt_ms / 1000, _events(model))
    path = model.own_features
    if path is not None:
        found |= measure_own(read_own(path), recording, path)
    return {name: found.get(name) for name in names}


def needs_everything(model: Model) -> bool:
    """Return whether the features of a network may ask for more than spikes and potentials."""
    return isinstance(model, ScriptModel) and model.own_features is not None


def _events(model: ScriptModel) -> Events | None:
    given = model.events
    if given is None:
        return None
    window_s = given.window_ms / 1000
    if given.period_ms is not None:
        return Events(period_s=given.period_ms / 1000, onset_s=given.onset_ms / 1000, window_s=window_s)
    return Events(times_s=np.array(given.times_ms) / 1000, window_s=window_s)


def file_of(model: Model) -> Path | None:
    """Return the file of a network's own features, None where it has none."""
    return model.own_features if isinstance(model, ScriptModel) else None
