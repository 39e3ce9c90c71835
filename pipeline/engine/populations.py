"""The populations of a network: its groups, and the parts of them that the script names."""

import re
import weakref
from collections.abc import Mapping
from typing import Any

import brian2 as b2
from brian2.core.base import BrianObject
from brian2.core.spikesource import SpikeSource
from brian2.core.variables import ArrayVariable
from brian2.groups.subgroup import Subgroup

from pipeline.engine.translated import Population
from pipeline.network import naming
from pipeline.network.adopted import LAG

POTENTIALS = ("v", "V", "vm", "Vm", "V_m", "v_m", "u")
"""What a membrane potential is usually called; else it is the first variable that the threshold reads."""


def spike_monitor(group: BrianObject, name: str) -> b2.SpikeMonitor:
    """Return a monitor of all spikes of a group, and of when within a step they were, where the group knows that."""
    return b2.SpikeMonitor(group, [LAG] if LAG in group.variables else None, name=name)


def spiking(one: BrianObject) -> bool:
    """Return whether an object is a whole population that spikes."""
    if isinstance(one, Subgroup | b2.Synapses):
        return False
    if isinstance(one, b2.NeuronGroup):
        return "spike" in one.events
    return isinstance(one, SpikeSource) and isinstance(one, b2.PoissonGroup | b2.SpikeGeneratorGroup)


def populations(
    objects: Mapping[str, BrianObject],
    names: Mapping[str, str],
    scopes: list[Mapping[str, Any]],
    noted: naming.Noted,
) -> list[Population]:
    """Return the populations of a network, then the parts of them that the script names.

    Populations are groups that spike, and neurons that do not but have a potential.
    """
    found = []
    for one in objects.values():
        potential, unit = potential_of(one)
        if spiking(one) or potential is not None:
            found.append(Population(names[one.name], one.name, 0, int(one.N), _spikes_by(one), potential, unit))
    whole = {population.source: population for population in found}
    parts = _parts(scopes, whole)
    called = naming.names(parts, scopes, noted) if parts else {}
    taken = {population.name for population in found}
    for part in parts:
        name, group = called[part.name], whole[part.source.name]
        while name in taken:
            name += "_"
        taken.add(name)
        found.append(
            Population(
                name, group.source, int(part.start), int(part.stop), group.spikes_by, group.potential,
                group.potential_unit,
            )
        )  # fmt: skip
    return found


def _parts(scopes: list[Mapping[str, Any]], whole: Mapping[str, Population]) -> list[Any]:
    """Return the subgroups that the script holds in variables, lists or dictionaries."""
    parts: dict[int, Any] = {}
    for scope in scopes:
        for variable, value in list(scope.items()):
            if type(value) in weakref.ProxyTypes:
                continue
            if variable.startswith("__"):
                continue
            entries = [value, *(entry for _, entry, _, _ in naming.held(variable, value))]
            held = [entry for entry in entries if type(entry) not in weakref.ProxyTypes and isinstance(entry, Subgroup)]
            parts |= {id(part): part for part in held if getattr(part.source, "name", "") in whole}
    contiguous = [p for p in parts.values() if hasattr(p, "start") and hasattr(p, "stop")]
    return sorted(contiguous, key=lambda part: (part.source.name, part.start, part.stop))


def _spikes_by(one: BrianObject) -> str:
    if isinstance(one, b2.PoissonGroup):
        return "Poisson"
    if isinstance(one, b2.SpikeGeneratorGroup):
        return "given times"
    return " ".join(str(one.events["spike"]).split()) if spiking(one) else ""


def potential_of(one: BrianObject) -> tuple[str | None, str]:
    """Return the variable that is the potential of a group, None where it has none, and its unit."""
    if not isinstance(one, b2.NeuronGroup):
        return None, "1"
    changing = [name for name in one.equations.diff_eq_names if name in one.variables]
    named = [name for name in POTENTIALS if name in changing]
    read = [name for name in re.findall(r"[^\W\d]\w*", one.events.get("spike", "")) if name in changing]
    compartments = ["v"] if isinstance(one, b2.SpatialNeuron) else []
    for name in (*compartments, *named, *read):
        variable = one.variables[name]
        if isinstance(variable, ArrayVariable) and not variable.scalar:
            dimensions = variable.dim
            return name, "mV" if dimensions == b2.volt.dim else "1" if dimensions.is_dimensionless else repr(dimensions)
    return None, "1"
