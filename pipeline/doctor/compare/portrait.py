"""What a network does, as numbers: of each population its curves against v, of each projection one event.

Nothing of how it is written enters: two networks are compared by the portraits of both. Populations are groups, or the
parts of a group between which projections tell. All values in SI units; potentials of curves are GRID_V.
"""

import contextlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from pipeline.doctor.compare.curves import GRID_V, Item, curves, noise, refractory, reset, threshold
from pipeline.doctor.compare.parts import Part, bounds_of, parts
from pipeline.doctor.compare.sources import Input, inputs, rate
from pipeline.doctor.instruments.caller import numbers_of
from pipeline.doctor.instruments.dynamics import Dynamics
from pipeline.doctor.instruments.events import Event, event_of, reached
from pipeline.doctor.instruments.judge import used_method
from pipeline.doctor.instruments.subject import Subject, fresh_network, set_in_target
from pipeline.doctor.instruments.witness import root
from pipeline.library.integrator import late
from pipeline.network.adopted import METHOD
from pipeline.network.naming import Noted, names

NEURONS = 100
"""Of each population, so many neurons are looked at."""


@dataclass(frozen=True)
class Population:
    """A population, and what was measured of it by name; `curves` by variable, then name."""

    name: str
    group: str
    size: int
    fires: str
    """'source' without membrane equations, 'reset' where v is reset, 'spike' where not."""
    dt_s: float
    method: str
    items: Mapping[str, Item] = field(default_factory=dict)
    curves: Mapping[str, Mapping[str, Item]] = field(default_factory=dict)


@dataclass(frozen=True)
class Projection:
    """What connects two populations; `pre` is '' for input that no population sends."""

    pre: str
    post: str
    synapses: str
    form: str
    """What an event does to v, in words, as far as that is not a number."""
    sign: float
    items: Mapping[str, Item]


@dataclass(frozen=True)
class Portrait:
    """All that was measured of a network, and the numbers that its script names, in SI."""

    populations: tuple[Population, ...]
    projections: tuple[Projection, ...]
    constants: Mapping[str, float]


class Painter:
    """Measures one network; it changes its objects, so use it in a process that ends afterwards."""

    def __init__(self, subject: Subject) -> None:
        """Prepare the network of `subject` for a run, which it will not have."""
        np.seterr(all="ignore")
        self.subject = subject
        self.dynamics = {}
        for group in subject.neurons:
            with contextlib.suppress(Exception):  # what cannot be evaluated is a population without curves
                self.dynamics[group.name] = Dynamics(group, subject.namespace)
        self._fresh = fresh_network(subject)
        self._fresh.before_run(dict(subject.namespace))
        self.words = names(subject.all_objects, [subject.namespace], Noted())  # as an adopted script's numbers say them
        self.parts = list(parts(subject, self.words))
        self._inputs = list(inputs(subject))

    def patched(self, constants: Mapping[str, float], whole: bool = True) -> Portrait:
        """Return the portrait with other values of constants that equations and events name; `whole`: see there."""
        places = [about.constants for about in self.dynamics.values()]
        places += [code.namespace for path in self.subject.pathways() for code in path.code_objects if code]
        places += [code.namespace for group in self.subject.neurons for one in group.resetter.values()
                   for code in one.code_objects if code]  # fmt: skip
        saved = [{name: place[name] for name in constants if name in place} for place in places]
        for place, kept in zip(places, saved, strict=True):
            place.update({name: constants[name] for name in kept})
        try:
            return self.portrait(constants, whole)
        finally:
            for place, kept in zip(places, saved, strict=True):
                place.update(kept)

    def portrait(self, constants: Mapping[str, float] | None = None, whole: bool = True) -> Portrait:
        """Return what the network does, not `whole`: without its projections, which take longest.

        `constants` go over those of its namespace where rates of sources are computed.
        """
        known = numbers_of(self.subject.namespace)
        for about in self.dynamics.values():
            known |= about.external
        populations = [self._population(part, constants or {}) for part in self.parts]
        rests: dict[str, float] = {}
        for part, one in zip(self.parts, populations, strict=True):
            if "rest" in one.items:  # a little above: inhibition may reverse at rest
                rest, threshold = (float(one.items[name].value[0]) for name in ("rest", "threshold"))
                up = np.clip((threshold - rest) / 2, 0, 0.01)
                rests.setdefault(part.group.name, rest + float(np.nan_to_num(up)))
        projections = [*self._projections(rests), *self._external(rests), *self._summed()] if whole else []
        return Portrait(tuple(populations), tuple(projections), known)

    def _population(self, part: Part, constants: Mapping[str, float]) -> Population:
        group, about = part.group, self.dynamics.get(part.group.name)
        label = self.words[group.name]
        dt_s = float(group.clock.dt_)
        if about is None or about.v is None:
            found = rate(group, {**self.subject.namespace, **constants})
            items = {} if found is None else {"rate": Item(found)}
            return Population(part.name, label, part.stop - part.start, "source", dt_s, "", items)
        chosen = np.unique(np.linspace(part.start, part.stop - 1, NEURONS).astype(int))
        synaptic = self._synaptic(group, about)
        items, by_variable, steady = curves(about, chosen, synaptic)
        v = np.asarray(group.state(about.v, use_units=False)[:])[part.start : part.stop]
        items["initial potential"] = Item(np.array([v.mean(), v.std()]), float(v.std() / np.sqrt(len(v))))
        items["threshold"] = Item(np.array([threshold(about, chosen[0])]))
        silent_s = refractory(about, chosen[0])
        if silent_s is not None:
            items["refractory time"] = Item(np.array([silent_s]))
        items |= noise(about, steady)
        after, jumps = reset(about, chosen[0], steady)
        for made, expression in self.subject.summed().values():
            for name in by_variable:
                if f"{name}_pre" in expression and root(made.source).name == group.name:
                    by_variable[name]["sent"] = Item(np.ones(1))
        for name in jumps.keys() & by_variable.keys():
            by_variable[name]["jump"] = Item(np.array([jumps[name]]))
        if after is not None:
            items["reset"] = Item(np.array([after]))
        method = used_method(group, self.subject.namespace)
        fires = "spike" if after is None else "reset"
        return Population(part.name, label, part.stop - part.start, fires, dt_s, method, items, by_variable)

    def _synaptic(self, group: Any, about: Dynamics) -> set[str]:
        """Return the variables that carry synaptic input: zero without it, and what they drive."""
        names = set()
        for path in self.subject.pathways():
            if root(path.target).name == group.name:
                names |= set_in_target(path.code)
        names |= {one.variable for one in self._inputs if root(one.group).name == group.name}
        names |= {variable for name, variable in self.subject.summed() if name == group.name}
        names &= set(about.states) | set(about.arrays)
        names.discard(about.potential)
        states = [name for name in about.states if name in names]
        return names | set(reached(about, states) if states else [])

    def _projections(self, rests: Mapping[str, float]) -> Iterator[Projection]:
        for path in self.subject.pathways():
            pre, post = path.synapse_sources.get_value(), path.synapse_targets.get_value()
            delays = np.broadcast_to(np.atleast_1d(path.variables["delay"].get_value()), pre.shape)
            for sender in self.parts:
                for receiver in self.parts:
                    if (sender.group.name, receiver.group.name) != (root(path.source).name, root(path.target).name):
                        continue
                    among = np.nonzero(sender.of(pre) & receiver.of(post))[0]
                    if not len(among):
                        continue
                    about = self.dynamics.get(receiver.group.name)
                    v_pre = rests.get(sender.group.name) if _reads_v_pre(path) else None
                    try:
                        event = event_of(self.subject, path, self.dynamics, dict(rests), v_pre, among)
                    except Exception:  # whatever a synapse does, the others are still looked at
                        event = None
                    items = {"in-degree": _degree(post[among], receiver)}
                    # spiking_neurons stands a spike at its nearest step, and delays to it are less by a step
                    shift = float(receiver.group.clock.dt_) if _staggered(receiver.group) else 0.0
                    items["delay"] = Item(np.array([float(delays[among].mean()) + shift * (1 + _within(event))]))
                    form, sign, more = _event(event, about)
                    label = self.words[path.synapses.name]
                    yield Projection(sender.name, receiver.name, label, form, sign, {**items, **more})

    def _summed(self) -> Iterator[Projection]:
        """Yield projections whose target adds up a variable of its sources in each step; size: of 1 of the sum."""
        for (name, variable), (made, _) in self.subject.summed().items():
            about = self.dynamics.get(name)
            if about is None or about.v is None or len(made) == 0:
                continue
            v = GRID_V[GRID_V < -0.03]
            values = about.now(np.zeros(len(v), int)) | {about.v: v}
            values |= {one: np.zeros(len(v)) for one in [*self._synaptic(made.target, about), variable]}
            dv = about.expressions[about.v]
            effect = about.evaluate(dv, {**values, variable: np.ones(len(v))}) - about.evaluate(dv, dict(values))
            slope, at_0 = (float(x) for x in np.polyfit(v, effect, 1))
            items = {"size": Item(np.array([abs(slope)])), "reversal": Item(np.array([-at_0 / (slope or np.nan)]))}
            pre, post = (made.variables[end].get_value() for end in ("_synaptic_pre", "_synaptic_post"))
            for sender in self.parts:
                for receiver in self.parts:
                    among = np.nonzero(sender.of(pre) & receiver.of(post))[0]
                    if (sender.group.name, receiver.group.name) == (root(made.source).name, name) and len(among):
                        degree = {"in-degree": _degree(post[among], receiver)}
                        sign = float(np.sign(np.interp(-0.055, v, effect)))
                        label = self.words[made.name]
                        yield Projection(sender.name, receiver.name, label, "follows its source", sign, items | degree)

    def _external(self, rests: Mapping[str, float]) -> Iterator[Projection]:
        for one in self._inputs:
            for part in self.parts:
                if part.group.name != root(one.group).name or part.name not in self._reach(one):
                    continue
                about = self.dynamics.get(part.group.name)
                if about is None or about.v is None:
                    continue
                event = one.event(about, part.start, rests.get(part.group.name, -0.065))
                form, sign, items = _event(event, about)
                items["events a second"] = Item(np.array([one.events_hz]))
                yield Projection("", part.name, self.words[one.made.name], form, sign, items)

    def _reach(self, one: Input) -> set[str]:
        start, stop = bounds_of(one.group)
        return {part.name for part in self.parts if part.start >= start and part.stop <= stop}


def _degree(targets: np.ndarray, part: Part) -> Item:
    degrees = np.bincount(targets - part.start, minlength=part.stop - part.start)
    return Item(degrees.mean(keepdims=True), float(degrees.std() / np.sqrt(len(degrees))))


def _reads_v_pre(path: Any) -> bool:
    texts = [path.code, *(str(one.expr) for one in path.synapses.equations.values() if one.expr is not None)]
    return any("v_pre" in text for text in texts)


def _staggered(group: Any) -> bool:
    return getattr(getattr(group, "state_updater", None), "method_choice", None) == METHOD


def _within(event: Event | None) -> float:
    """Return by how many steps what arrives is later than the step that it arrives at, see library/delays.py."""
    jumps = event.jumps if event is not None else {}
    later = [jumps[late(name)] / jump for name, jump in jumps.items() if late(name) in jumps and jump]
    return later[0] if later else 0.0


def _event(event: Event | None, about: Dynamics | None) -> tuple[str, float, dict[str, Item]]:
    """Return form, sign at rest, and items of one event."""
    if event is None or event.why_not is not None:
        return f"not measured: {event.why_not if event else 'it fails'}", 0.0, {}
    low = event.v_post < -0.03  # an exponential of v drowns events above
    v, effect = event.v_post[low], event.effect_v[low]
    slope, at_0 = (float(x) for x in np.polyfit(v, effect, 1))
    items = {"decay": Item(np.array(sorted(event.taus_s.values())[-1:] or [0.0]))}
    if abs(slope) * np.ptp(v) < 1e-3 * np.abs(effect).mean():
        items["size"] = Item(np.abs(effect.mean(keepdims=True)), event.error_v)
        form = "the same at every v"
    else:
        items["size"] = Item(np.array([abs(slope)]), event.error_v / np.ptp(v))
        items["reversal"] = Item(np.array([-at_0 / slope]))
        form = "drives v to its reversal potential" if slope < 0 else "drives v away from its reversal potential"
    if event.hangs_on_v_pre:
        form += ", by the presynaptic potential at arrival"
    return form, float(np.sign(event.at_rest)), items
