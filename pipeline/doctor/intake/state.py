"""The numbers of a network at one moment, which can be put back."""

from collections.abc import Iterable
from typing import Any

import numpy as np
from brian2.core.network import _get_all_objects
from brian2.core.variables import ArrayVariable

Arrays = dict[tuple[int, str], tuple[Any, np.ndarray]]


class State:
    """Copies of all arrays of a network's objects: what they are now can be made what they were."""

    def __init__(self, objects: Iterable[Any]) -> None:
        self._arrays: Arrays = {}
        for made in _get_all_objects(set(objects)):
            for name, variable in getattr(made, "variables", {}).items():
                if isinstance(variable, ArrayVariable) and getattr(variable.owner, "name", None) == made.name:
                    self._arrays[id(variable), name] = variable, np.array(variable.get_value())

    def restore(self, since: "State | None" = None) -> None:
        """Put all arrays back; with `since`, an earlier state, only those that have changed from it to this one."""
        for key, (variable, value) in self._arrays.items():
            if since is not None and key in since._arrays and np.array_equal(since._arrays[key][1], value):
                continue
            now = variable.get_value()
            if np.shape(now) == value.shape and now.flags.writeable:
                now[...] = value
