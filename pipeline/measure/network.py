"""The features of a network, whatever describes it: their table, and their values of a recording."""

from collections.abc import Iterable, Mapping

import numpy as np

from pipeline.config.reader import ConfigError, nearest
from pipeline.engine.recording import NetworkRecording
from pipeline.measure.events import Events
from pipeline.measure.measure import Value, measure
from pipeline.measure.own import measure_own, placed, read_own
from pipeline.measure.patterns import Feature
from pipeline.measure.table import table
from pipeline.network.model import Model


def feature_table(model: Model) -> dict[str, Feature]:
    """Return every feature of a network by its name, curves and counts included.

    A network's own come last, and take the place of those of the same name that are of any network. A population and a
    part of it are not compared: some pairs of neurons would be one neuron twice.
    """
    every = _usual(model, _events(model))
    usual = {name: one for name, one in every.items() if not model.adopted.overlap(one.populations)}
    found = {} if model.own_features_alone else dict(usual)
    path = model.own_features
    if path is not None:
        for feature in (feature for own in read_own(path) for feature in own.features):
            if feature.name in model.settable:
                raise ConfigError(f"{path}: {feature.name}: there is a knob of that name.")
            found.pop(feature.name, None)  # so that a network's own are in the order in which it declares them
            found[feature.name] = placed(feature, usual, model.populations)
    return found


def units(model: Model) -> dict[str, str]:
    """Return the unit of each feature that is one number a network."""
    return {name: feature.unit for name, feature in feature_table(model).items() if feature.kind == "scalar"}


def refuse_unknown(names: Iterable[str], model: Model, where: str) -> None:
    """Raise ConfigError, with the reason, unless each name is of a feature that is one number a network."""
    known = units(model)
    for name in names:
        if name not in known:
            raise ConfigError(f"{where}: {_lack(name, model)}.")


def _lack(name: str, model: Model) -> str:
    """Return in words why a network has no such feature of one number."""
    if name in (table := feature_table(model)):
        return f"feature {name!r} is a {table[name].kind}, not one number a network"
    if name in _usual(model, _events(model)) and not model.own_features_alone:
        return f"feature {name!r} would compare a population with a part of it, some neurons with themselves"
    for need, events in (("events", Events(times_s=np.zeros(1))), ("events with a period", Events(period_s=1.0))):
        if name in _usual(model, events) and not model.own_features_alone:
            return f"feature {name!r} needs {need}, which {model.files[0]} does not give (key events)"
    return f"unknown feature {name!r}{nearest(name, units(model))}"


def measured(
    model: Model, recording: NetworkRecording, values: Mapping[str, float], failed: dict[str, str] | None = None
) -> dict[str, Value]:
    """Return every feature of `feature_table` of a run at the knobs `values`; all None where it diverged.

    `failed`: where it is given, features of a network's own whose function fails are None, and it says why; else that
    is a ConfigError.
    """
    names = feature_table(model)
    if recording.status != "ok":
        return dict.fromkeys(names)
    found: dict[str, Value] = {}
    if not model.own_features_alone:
        start_s, stop_s = values["transient"], values["transient"] + values["duration"]
        potentials = {
            p.name: recording.potentials[p.name] for p in model.adopted.populations if p.name in recording.potentials
        }
        found = measure(recording.spikes, potentials, start_s, stop_s, model.dt_ms / 1000, _events(model))
    path = model.own_features
    if path is not None:
        for one in read_own(path):
            try:
                found |= measure_own(one, recording, values, path)
            except ConfigError as error:
                if failed is None:
                    raise
                failed.update(dict.fromkeys((feature.name for feature in one.features), str(error)))
    return {name: found.get(name) for name in names}


def needs_everything(model: Model) -> bool:
    """Return whether the features of a network ask for more than spikes and potentials."""
    path = model.own_features
    return path is not None and any(own.states for own in read_own(path))


def _usual(model: Model, events: Events | None) -> dict[str, Feature]:
    """Return the features of any network as this one would have them with such events, of all pairs of populations."""
    watched = {p.name: p.potential_unit for p in model.adopted.populations if p.potential is not None}
    return table(list(model.populations), watched, events)


def _events(model: Model) -> Events | None:
    given = model.events
    if given is None:
        return None
    window_s = given.window_ms / 1000
    if given.period_ms is not None:
        return Events(period_s=given.period_ms / 1000, onset_s=given.onset_ms / 1000, window_s=window_s)
    return Events(times_s=np.array(given.times_ms) / 1000, window_s=window_s)
