"""Synapses that do nothing as long as one of their variables is 0: their own events, tried with it at 0 and at 1."""

from typing import Any

import numpy as np
from brian2.core.variables import ArrayVariable

from pipeline.doctor.instruments.caller import numbers_of
from pipeline.doctor.instruments.events import SYNAPSES, Queue
from pipeline.doctor.instruments.subject import Subject, fresh_network, read_by_events, traces
from pipeline.doctor.instruments.witness import root

Zero = tuple[Any, str, np.ndarray]
"""Synapses, a variable of theirs that events read, and the indices of some synapses where it is 0."""


def zeros(subject: Subject) -> list[Zero]:
    """Return what events of synapses read and what is 0 in some of them: parameters, and states that rest elsewhere."""
    found = []
    for made in subject.synapses:
        read = read_by_events(made)
        names = [name for name, equation in made.equations.items() if equation.type == "parameter"]
        names += [name for name in sorted(traces(made)) if _moves_from_zero(subject, made, name)]
        for name in [n for n in names if n in read and isinstance(made.variables.get(n), ArrayVariable)]:
            values = np.broadcast_to(made.variables[name].get_value(), len(made))
            nothing = np.nonzero(values == 0)[0]
            if len(nothing) and values.dtype.kind in "fiu":
                found.append((made, name, nothing[:SYNAPSES]))
    return found


def _moves_from_zero(subject: Subject, made: Any, name: str) -> bool:
    """Tell whether a state of synapses grows from 0 by itself, as the resources of a depressing synapse do."""
    sets = [made.equations, *filter(None, [getattr(made, "event_driven", None)])]
    code = next((one[name].expr.code for one in sets if name in one.diff_eq_names), "0")
    values: dict[str, Any] = {**vars(np), **numbers_of(subject.namespace), "__builtins__": {}}
    for other, variable in made.variables.items():
        if isinstance(variable, ArrayVariable) and np.size(variable.get_value()):
            values[other] = float(np.mean(variable.get_value()))
    try:
        return float(eval(code, values | {name: 0.0})) != 0  # noqa: S307 (the user's own equation)
    except Exception:  # functions and names that only a run knows
        return False


def waiting(subject: Subject) -> set[tuple[str, str]]:
    """Return names of synapses and of the variable without which they change no neuron: for a forked process."""
    np.seterr(all="ignore")
    fresh_network(subject).before_run(dict(subject.namespace))
    return {(made.name, name) for made, name, some in zeros(subject) if _waits(made, name, some)}


def _waits(made: Any, name: str, some: np.ndarray) -> bool:
    """Tell whether events of some synapses change nothing of a neuron, and do once the variable is 1."""
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
