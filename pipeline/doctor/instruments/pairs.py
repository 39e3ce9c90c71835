"""What spikes do to a plastic weight: the code of one of its synapses is run on spikes of both sides."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from brian2.core.variables import ArrayVariable
from brian2.utils.stringtools import get_identifiers

from pipeline.doctor.instruments.events import Queue
from pipeline.doctor.instruments.subject import Subject, assigned, fresh_network, statements, traces, written_out
from pipeline.doctor.instruments.witness import root

LAG_S, APART_S = 5e-3, 10.0
"""Between the spikes of a pair, and between spikes that know nothing of each other."""

PAIRS = 3
FAR = 1e9
"""A weight beyond all bounds, of whatever unit."""
RANDOM = {"rand", "randn", "poisson"}
SIDES = ("pre", "post")


@dataclass(frozen=True)
class Plasticity:
    """Changes of one weight by spikes of either side; it begins each between its bounds, or at its first value."""

    synapses: str
    weight: str
    alone: dict[str, float]
    """By side: by one spike without any other."""
    apart: dict[str, tuple[float, ...]]
    """By spikes of this side at the same times as in `together`, without the other side."""
    together: dict[str, tuple[float, ...]]
    """By each spike of the side, those of both sides LAG_S apart in turn."""
    forgets: bool
    """What the weight was before a spike makes no difference after it, on both sides: it is set anew."""

    @property
    def sees_pairs(self) -> bool:
        """A spike of one side does more or less where the other side fires, too."""
        return any(not np.allclose(self.apart[s], self.together[s], rtol=1e-6, atol=0) for s in SIDES)

    @property
    def acts(self) -> bool:
        """Spikes of both sides change the weight: a rule that is switched off does not."""
        return all(np.any([self.alone[side], *self.together[side]]) for side in SIDES)

    @property
    def one_way(self) -> float:
        """1.0 where spikes of both sides raise the weight, or do nothing, -1.0 where they lower it; else 0.0."""
        by_side = [np.array([self.alone[side], *self.together[side]]) for side in SIDES]
        for sign in (1.0, -1.0):
            if all((sign * changes >= 0).all() and (sign * changes > 0).any() for changes in by_side):
                return sign
        return 0.0


def pair_up(subject: Subject) -> list[Plasticity]:
    """Return what spikes do to each weight that both sides change. It changes the network: for a forked process.

    Rules that hang on more than synapses, their traces and spike times (a potential, chance) are left out.
    """
    np.seterr(all="ignore")
    network = fresh_network(subject)
    network.before_run(dict(subject.namespace))
    return [_plasticity(made, name) for made in subject.synapses for name in plastic(made)]


def plastic(made: Any) -> list[str]:
    """Return the weights of synapses that both sides change, by nothing else than synapses and times of spikes."""
    changed = {side: set().union(*(assigned(s) for one, s in statements(made) if one == side)) for side in SIDES}
    own = {
        name
        for name in changed["pre"] & changed["post"] - traces(made)
        if name in made.equations and isinstance(made.variables.get(name), ArrayVariable) and len(made)
    }
    inner = [s for _, s in statements(made) if assigned(s) <= set(made.equations.names) | traces(made)]
    read = set().union(*map(get_identifiers, inner)) if inner else set()
    known = {"lastspike", "t", "dt", "i", "j", "N", *made.equations.names, *traces(made)}
    beside = set(made.target.variables) - known
    beside |= {name for name, equation in made.equations.items() if "linked" in equation.flags}
    for end, side in ((made.source, "pre"), (made.target, "post")):
        beside |= {f"{name}_{side}" for name in set(end.variables) - {"lastspike", "t", "dt", "i", "N"}}
    return [] if read & (beside | RANDOM) else sorted(own)


def _reads(statement: str, weight: str) -> bool:
    """Tell whether a statement that sets the weight reads it: then bounds made two weights equal, not the statement."""
    name, value = written_out(statement)
    return name == weight and weight in get_identifiers(value)


def _plasticity(made: Any, weight: str) -> Plasticity:
    arrays = {
        (one.name, name): variable.get_value()
        for one in (made, root(made.source), root(made.target))
        for name, variable in one.variables.items()
        if isinstance(variable, ArrayVariable) and getattr(variable.owner, "name", "") == one.name
    }
    before = {key: array.copy() for key, array in arrays.items()}
    w = arrays[made.name, weight]
    one = int(np.argmin(np.abs(w - np.median(w))))
    first = float(w[one])
    ends = {"pre": (root(made.source).name, "source"), "post": (root(made.target).name, "target")}
    neuron = {
        "pre": int(made.variables["_synaptic_pre"].get_value()[one]),  # of the whole group, where it joins parts
        "post": int(made.variables["_synaptic_post"].get_value()[one]),
    }

    def play(spikes: Sequence[tuple[float, str]], at: float | None = None) -> list[float]:
        """Return the weight after each spike (time in s, side), where it was `at` (`first` without) before."""
        for key, array in arrays.items():
            array[:] = before[key]
        found = []
        for t_s, side in spikes:
            w[one] = first if at is None else at
            times = arrays.get((ends[side][0], "lastspike"))
            if times is not None:
                times[neuron[side]] = t_s
            for path in sorted((p for p in made._pathways if p.prepost == side), key=lambda p: p.order):
                path.clock.variables["t"].get_value()[...] = t_s
                code = path.code_objects[1]
                code.namespace["_queue"] = Queue(np.array([one]))
                code()
            found.append(float(w[one]))
        return found

    begin = APART_S
    ends_at = [play([(begin, side)], far)[0] for side in SIDES for far in (-FAR, FAR)]
    bounds = [end for end in ends_at if abs(end) < FAR / 2]
    if len(bounds) == len(ends_at):  # from the middle, so that no bound hides a change
        first = (min(bounds) + max(bounds)) / 2
    turns = [(begin + k * LAG_S, SIDES[k % 2]) for k in range(2 * PAIRS)]
    after = play(turns)
    same = play(turns, first * 0.9 if first else 0.1) == after
    return Plasticity(
        made.name,
        weight,
        alone={side: play([(begin, side)])[0] - first for side in SIDES},
        apart={side: tuple(x - first for x in play([turn for turn in turns if turn[1] == side])) for side in SIDES},
        together={side: tuple(x - first for x in after[k::2]) for k, side in enumerate(SIDES)},
        forgets=same and not any(_reads(s, weight) for _, s in statements(made)),
    )
