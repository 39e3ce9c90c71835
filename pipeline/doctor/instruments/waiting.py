"""Synapses that do nothing as long as one of their parameters is 0: their own events, tried with it at 0 and at 1."""

from typing import Any

import numpy as np
from brian2.core.variables import ArrayVariable
from brian2.utils.stringtools import get_identifiers

from pipeline.doctor.instruments.events import SYNAPSES, Queue
from pipeline.doctor.instruments.subject import Subject, fresh_network
from pipeline.doctor.instruments.witness import root

Zero = tuple[Any, str, np.ndarray]
"""Synapses, a parameter of theirs that events read, and the indices of some synapses where it is 0."""


def zeros(subject: Subject) -> list[Zero]:
    """Return the parameters of synapses that events read and that are 0 in some synapses."""
    found = []
    for made in subject.synapses:
        read = set().union(*(get_identifiers(path.code) for path in made._pathways))
        for name, equation in made.equations.items():
            variable = made.variables.get(name)
            if equation.type != "parameter" or name not in read or not isinstance(variable, ArrayVariable):
                continue
            values = np.broadcast_to(variable.get_value(), len(made))
            nothing = np.nonzero(values == 0)[0]
            if len(nothing) and values.dtype.kind in "fiu":
                found.append((made, name, nothing[:SYNAPSES]))
    return found


def waiting(subject: Subject) -> set[tuple[str, str]]:
    """Return names of synapses and of the parameter without which they change no neuron: for a forked process."""
    np.seterr(all="ignore")
    fresh_network(subject).before_run(dict(subject.namespace))
    return {(made.name, name) for made, name, some in zeros(subject) if _waits(made, name, some)}


def _waits(made: Any, name: str, some: np.ndarray) -> bool:
    """Tell whether events of some synapses change nothing of a neuron, and do once the parameter is 1."""
    neurons = [
        variable.get_value()
        for end in {root(made.source), root(made.target)}
        for variable in end.variables.values()
        if isinstance(variable, ArrayVariable) and getattr(variable.owner, "name", "") == end.name
    ]
    own = [v.get_value() for v in made.variables.values() if isinstance(v, ArrayVariable) and v.owner is made]
    before = [array.copy() for array in [*neurons, *own]]

    def changes(value: float) -> bool:
        array = made.variables[name].get_value()
        array[some if array.size == len(made) else ...] = value
        for path in made._pathways:
            code = path.code_objects[1]
            code.namespace["_queue"] = Queue(some)
            code()
        moved = any(not np.array_equal(a, b) for a, b in zip(neurons, before, strict=False))
        for array, old in zip([*neurons, *own], before, strict=True):
            array[...] = old
        return moved

    return not changes(0.0) and changes(1.0)
