"""The populations of a network: groups, or parts of a group between which projections tell."""

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import brian2 as b2
import numpy as np

from pipeline.doctor.compare.sources import inputs
from pipeline.doctor.instruments.subject import Subject
from pipeline.doctor.instruments.witness import root


@dataclass(frozen=True)
class Part:
    """Neurons `start` to `stop` of a group."""

    name: str
    group: Any
    start: int
    stop: int

    def of(self, indices: np.ndarray) -> np.ndarray:
        """Return which of these neurons of the group are in this part."""
        inside: np.ndarray = (indices >= self.start) & (indices < self.stop)
        return inside


def bounds_of(group: Any) -> tuple[int, int]:
    """Return where a group, or part of one, begins and ends in the whole group."""
    return (group.start, group.stop) if isinstance(group, b2.groups.Subgroup) else (0, len(group))


def parts(subject: Subject, words: Mapping[str, str]) -> Iterator[Part]:
    """Yield the populations: groups that spike or have equations, cut where parts of them project or are reached.

    `words`: what objects are called, by Brian2's names.
    """
    paths = subject.pathways()
    ends = [end for made in subject.synapses for end in (made.source, made.target)]
    ends += [one.group for one in inputs(subject)]
    roots = {root(end).name: root(end) for end in ends}
    roots |= {group.name: group for group in subject.neurons}
    named = {(*bounds_of(value), root(value).name): name for name, value in reversed(list(subject.namespace.items()))
             if isinstance(value, b2.groups.Subgroup) and not name.startswith("_")}  # fmt: skip
    for group in roots.values():
        cuts = {0, len(group)}
        for end in ends:
            if root(end).name == group.name:
                cuts |= set(bounds_of(end))
        for path in paths:
            for end, indices in ((path.source, path.synapse_sources), (path.target, path.synapse_targets)):
                if end.name == group.name and len(path.synapses):
                    cuts |= _range(indices.get_value(), cuts, len(group))
        order = sorted(cuts)
        for start, stop in itertools.pairwise(order):
            label = words[group.name]
            whole = (start, stop) == (0, len(group))
            name = label if whole else named.get((start, stop, group.name), f"{label}[{start}:{stop}]")
            yield Part(name, group, start, stop)


def _range(indices: np.ndarray, cuts: set[int], size: int) -> set[int]:
    """Return where a range of neurons that have synapses begins or ends, unless that is near a cut."""
    found = {int(indices.min()), int(indices.max()) + 1}
    return {place for place in found if min(abs(place - cut) for cut in cuts) > 0.02 * size}
