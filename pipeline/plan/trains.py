"""Spikes of a sweep, which must be those of the points that they are drawn with."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.config.reader import ConfigError, nearest
from pipeline.measure.trains import SLACK_S
from pipeline.network.model import Model
from pipeline.plan.columns import SPIKES
from pipeline.plan.given import table_of

if TYPE_CHECKING:
    import pandas as pd


def trains_of(paths: Sequence[Path], points: "pd.DataFrame", model: Model) -> "pd.DataFrame":
    """Return the spikes of `points`, which are rows of a sweep: point, population, neuron, t_s.

    ConfigError where they are not of these points: a population that the network has not, a neuron beyond its size, a
    time beyond the run, or other numbers of spikes in the measured time than the rates of the row say. A point whose
    sizes are not the network's own has no such numbers.
    """
    import pandas as pd

    where = ", ".join(map(str, paths))
    trains = pd.concat([table_of(path, SPIKES) for path in paths])
    trains = trains[trains["point"].isin(points["point"])]
    for name in trains["population"].unique():
        if name not in model.populations:
            raise ConfigError(f"{where}: unknown population {name!r}{nearest(f'{name}', model.populations)}.")
    other = f"{where}: are not the spikes of this table: "
    for point in points.to_dict("records"):
        number, start_s = point["point"], point["transient"]
        stop_s = start_s + point["duration"]
        own = trains[trains["point"] == number]
        beyond = own[~((own["t_s"] >= -SLACK_S) & (own["t_s"] <= stop_s + SLACK_S))]
        if len(beyond):
            said = f"point {number} has a spike at {beyond['t_s'].iloc[0]:g} s, but its run ends at {stop_s:g} s."
            raise ConfigError(other + said)
        if not _own_sizes(point, model):
            continue
        measured = own[(own["t_s"] >= start_s - SLACK_S) & (own["t_s"] < stop_s - SLACK_S)]
        counts = measured["population"].value_counts()
        for name, size in model.populations.items():
            strange = own["neuron"][(own["population"] == name) & ~own["neuron"].between(0, size - 1)]
            if len(strange):
                said = f"point {number} has a spike of neuron {strange.iloc[0]} of {name}, which has {size} neurons."
                raise ConfigError(other + said)
            rate = point.get(f"rate_{name}")
            if point["status"] != "ok" or rate is None or pd.isna(rate):
                continue
            expected, found = rate * size * point["duration"], int(counts.get(name, 0))
            if abs(found - expected) > 0.5:
                raise ConfigError(
                    f"{other}of point {number} there are {found} spikes of {name} in the measured time, but its "
                    f"rate of {rate:.4g} spikes/s is {expected:.0f}."
                )
    return trains


def _own_sizes(point: "dict[str, object]", model: Model) -> bool:
    """Return whether what is compiled, such as a size, is at this point what it is in the script."""
    settings = model.adopted.settings
    return all(point.get(name, one.value) == one.value for name, one in settings.items() if one.acts == "program")
