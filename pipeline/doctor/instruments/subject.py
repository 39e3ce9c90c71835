"""What is examined: the objects of a network, the names that the user gave them, and where they were made."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import brian2 as b2
import numpy as np
from brian2.core.base import BrianObject
from brian2.core.network import _get_all_objects
from brian2.groups.group import CodeRunner
from brian2.synapses.synapses import SynapticPathway
from brian2.utils.stringtools import get_identifiers

from pipeline.doctor.instruments.caller import INSIDE
from pipeline.doctor.instruments.witness import Witness, root
from pipeline.network.naming import DEFAULT

RUN = b2.Network.run
"""Brian2's own: while a script is examined, Network.run leads to the doctor."""

MANY = 200
"""Items of a list, or of a dictionary, beyond which nobody's names for objects are in it."""


@dataclass
class Subject:
    """A network as it stands before a run."""

    objects: list[Any]
    namespace: Mapping[str, Any]
    duration_s: float
    start_s: float = 0.0
    witness: Witness | None = None
    """What was seen while it was made; None where nobody watched."""
    source: str | None = None
    run_number: int = 1
    asked_s: float = 0.0
    """How long the run is that the script asks for, where that is longer than what is looked at."""
    potentials: dict[str, tuple[str, float]] = field(default_factory=dict)
    """By group: the name of its potential, and the level above which it is in an action potential."""
    thresholds: dict[str, tuple[str, float]] = field(default_factory=dict)
    """By group: the name of its potential, and the level at which it spikes, where that is a number."""
    synapses_before: Mapping[Any, int] = field(default_factory=dict)
    """How many synapses each Synapses object had in the run before."""

    replaced: Mapping[Any, str] = field(default_factory=dict)
    """By object: the integration method of the script, where another stands in for it."""

    @property
    def span_s(self) -> float:
        """How long the run is, of which `duration_s` is looked at (s)."""
        return max(self.asked_s, self.duration_s)

    @property
    def all_objects(self) -> list[Any]:
        """All objects, contained ones included, in a fixed order."""
        return sorted(_get_all_objects(set(self.objects)), key=lambda made: made.name)

    @property
    def neurons(self) -> list[b2.NeuronGroup]:
        """Groups with differential equations (NeuronGroup, SpatialNeuron), in the order in which they were made."""
        found = [o for o in self.all_objects if isinstance(o, b2.NeuronGroup) and o.equations.diff_eq_names]
        found += [o for o in self.all_objects if isinstance(o, b2.SpatialNeuron) and o not in found]
        return sorted(found, key=lambda group: (self.line(group) or 0, group.name))

    @property
    def synapses(self) -> list[b2.Synapses]:
        """Synapses objects that act, in the order in which they were made."""
        found = [o for o in self.all_objects if isinstance(o, b2.Synapses) and o.active]
        return sorted(found, key=lambda made: (self.line(made) or 0, made.name))

    def pathways(self) -> list[SynapticPathway]:
        """Return what acts on presynaptic spikes, synapses by synapses."""
        return [path for made in self.synapses for path in made._pathways if path.prepost == "pre"]

    def pathway(self, name: str) -> SynapticPathway:
        """Return the pathway of this name, as of an Event."""
        return next(path for path in self.pathways() if path.name == name)

    def summed(self) -> dict[tuple[str, str], tuple[b2.Synapses, str]]:
        """Return, by group and variable, the synapses whose sum sets this variable in each step, and the sum."""
        found = {}
        for made in self.synapses:
            for name, updater in made.summed_updaters.items():  # Brian2 takes them out of the equations
                end = made.source if name.endswith("_pre") else made.target
                found[root(end).name, re.sub("_(post|pre)$", "", name)] = made, str(updater.expression.code)
        return found

    def operations(self) -> Iterator[tuple[Any, Any, str]]:
        """Yield all objects that run code of their own, as run_regularly and PoissonInput do: object, group, code."""
        for made in self.all_objects:
            # Brian2's own updaters have code, too, once a network has run
            kind = regular(made) or isinstance(made, b2.PoissonInput | SynapticPathway)
            code, group = getattr(made, "abstract_code", None), getattr(made, "group", None)
            if kind and isinstance(code, str) and hasattr(group, "variables"):
                yield made, group, code

    def regular_code(self) -> list[tuple[Any, Any, str]]:
        """Return what run_regularly made: object, group, code."""
        return [one for one in self.operations() if regular(one[0])]

    def poisson_inputs(self, group: str) -> list[b2.PoissonInput]:
        """Return what feeds the group of this name, or a part of it, by PoissonInput."""
        made = [one for one in self.all_objects if isinstance(one, b2.PoissonInput)]
        return [one for one in made if root(one._group).name == group]

    @property
    def operated(self) -> bool:
        """Python code of the user's acts in the run, which may read and set anything."""
        return any(isinstance(made, b2.NetworkOperation) for made in self.all_objects)

    def set_in(self, group: Any) -> set[str]:
        """Return the variables of a group that its resets, its operations or summed equations set."""
        texts = [*getattr(group, "event_codes", {}).values()]
        texts += [o.abstract_code for o in group.contained_objects if regular(o)]
        names = {variable for name, variable in self.summed() if name == group.name}
        return names.union(*map(assigned, texts))

    def label(self, made: Any) -> str:
        """Return what the script calls an object: a variable, else its `name=`, an item of a list, or Brian2's name."""
        for name, value in self.namespace.items():
            if isinstance(value, BrianObject) and value.name == made.name and not name.startswith("_"):
                return name
        if not DEFAULT.match(made.name):
            return str(made.name)
        for name, value in self.namespace.items():  # a list or a dictionary
            if isinstance(value, (list, tuple, dict)) and len(value) <= MANY and not name.startswith("_"):
                items = value.items() if isinstance(value, dict) else enumerate(value)
                for key, one in items:
                    if isinstance(one, BrianObject) and one.name == made.name:
                        return f"{name}[{key!r}]"
        if hasattr(made, "source") and isinstance(made, b2.groups.Subgroup):
            return f"{self.label(made.source)}[{made.start}:{made.stop}]"
        return str(made.name)

    def line(self, made: Any) -> int | None:
        """Return the line on which an object was made, None if unknown."""
        frames = re.findall(r"File '(.*)', line (\d+)", getattr(made, "_full_creation_stack", "") or "")
        lines = [int(line) for file, line in frames if not file.startswith(INSIDE)]
        return lines[-1] if lines else None

    def place(self, made: Any) -> str:
        """Return 'name (line n)' for an object."""
        line = self.line(made)
        return f"{self.label(made)} (line {line})" if line else self.label(made)

    def written(self, line: int | None) -> str:
        """Return a line of the script as it is written there, '' where there is none of that number."""
        lines = (self.source or "").splitlines()
        return lines[line - 1].strip() if line is not None and 0 < line <= len(lines) else ""

    @property
    def dt_s(self) -> float:
        """The smallest step of all objects."""
        return min(float(made.clock.dt_) for made in self.all_objects)


def assigned(code: str) -> set[str]:
    """Return the names that statements assign to, or add to."""
    return set(re.findall(r"(\w+)\s*[-+*/]?=(?!=)", code))


def in_target(name: str) -> str:
    """Return a name of synapses' code without its end: that of a variable in the target."""
    return re.sub("_post$", "", name)


def set_in_target(code: str) -> set[str]:
    """Return the variables of the target that statements of an event set, by their names there."""
    return {in_target(name) for name in assigned(code)}


def split(code: str) -> list[str]:
    """Return the statements of code, one by one."""
    return [statement.strip() for statement in re.split(r"[\n;]", code) if statement.strip()]


def statements(made: b2.Synapses) -> Iterator[tuple[str, str]]:
    """Yield 'pre' or 'post' and each statement of the events' code of synapses."""
    for path in made._pathways:
        for statement in split(path.code):
            yield path.prepost, statement


def written_out(statement: str) -> tuple[str, str]:
    """Return the variable that a statement sets, and its new value: of `x /= y` this is x/(y)."""
    left, _, right = statement.partition("=")
    name = left.strip(" +-*/")
    operation = left.strip()[-1:]
    return name, f"{name} {operation} ({right.strip()})" if operation in "+-*/" else right.strip()


def added(made: b2.Synapses) -> Iterator[tuple[str, str]]:
    """Yield (variable of the target, statement) for what presynaptic events of synapses add to."""
    for when, statement in statements(made):
        hit = re.match(r"(\w+?)(_post)?\s*[-+]=", statement)
        if hit and (hit[2] or hit[1] not in made.equations) and when == "pre":
            yield hit[1], statement


def traces(made: b2.Synapses) -> set[str]:
    """Return the variables of synapses that have differential equations, those solved at events alone, too."""
    return set(made.equations.diff_eq_names) | set(getattr(made.event_driven, "diff_eq_names", ()))


def read_by(group: b2.NeuronGroup) -> set[str]:
    """Return the names that a group's equations read."""
    codes = [equation.expr.code for equation in group.equations.values() if equation.expr is not None]
    return set().union(*map(get_identifiers, codes))


def read_by_events(made: b2.Synapses) -> set[str]:
    """Return the names that the events of synapses read."""
    return set().union(*(get_identifiers(path.code) for path in made._pathways))


def in_degree(made: Any) -> float:
    """Return the mean number of synapses of a target, of synapses or of one of their pathways."""
    synapses = getattr(made, "synapses", made)
    return len(synapses) / len(made.target)


def now_s(network: b2.Network) -> float:
    """Return the time of a network; `t_` is a view of a clock once it has run with several."""
    return float(np.squeeze(np.asarray(network.t_)))


def fresh_network(subject: Subject, *more: Any) -> b2.Network:
    """Return a network of the subject's objects and `more`. It takes them from their own: only for a forked process."""
    b2.prefs.codegen.target = "numpy"
    b2.BrianLogger.suppress_hierarchy("brian2")
    for made in subject.all_objects:
        made._network = None
    network = b2.Network(*subject.objects, *more)
    network.t_ = subject.start_s
    network._clocks = {made.clock for made in network.sorted_objects}
    for clock in network._clocks:  # Brian2 leaves a clock where the last run of any network left it
        clock.variables["t"].get_value()[...] = subject.start_s
        clock.variables["timestep"].get_value()[...] = round(subject.start_s / clock.dt_)
    return network


def regular(made: Any) -> bool:
    """Tell whether an object is code that run_regularly made, not one of Brian2's own."""
    return type(made) is CodeRunner


def refine(subject: Subject, factor: int) -> None:
    """Divide the steps of all that is integrated; regular code with a clock of its own keeps its times."""
    keep = b2.NetworkOperation, b2.StateMonitor, b2.PopulationRateMonitor
    stepping = [made for made in subject.all_objects if not regular(made) and not isinstance(made, keep)]
    for clock in {made.clock for made in stepping} if factor > 1 else ():
        clock.dt = clock.dt / factor


def neuron_count(subject: Subject) -> int:
    """Return the number of neurons with equations, compartments counted."""
    return sum(len(group) for group in subject.neurons)
