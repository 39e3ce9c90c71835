"""A script's runs as they come: each is looked at as far as the time goes, and then goes on, shortened."""

import contextlib
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

import brian2 as b2
from brian2.core.network import Network, _get_all_objects

from pipeline.doctor.diagnosis import Diagnosis, examine
from pipeline.doctor.instruments.caller import names_of, user_frame
from pipeline.doctor.instruments.census import held_by_networks
from pipeline.doctor.instruments.subject import RUN, Subject, now_s
from pipeline.doctor.instruments.witness import has_run, present
from pipeline.doctor.intake import device
from pipeline.doctor.intake.allowance import AGAIN_S, OBSERVE_S, RUN_S, Allowance
from pipeline.doctor.intake.kinds import Kind, kind_of
from pipeline.doctor.intake.state import State
from pipeline.doctor.runs import Run
from pipeline.doctor.union import together
from pipeline.engine.apart import ended_by

ALWAYS = 3
"""So many runs of a script are looked at, whatever they are; of later ones those that differ from all before."""


class EnoughError(BaseException):
    """Ends the script: the diagnosis is made. No `except Exception` of the script catches it."""


@dataclass
class _Asked:
    """A run that the script asks for, as things stand then."""

    network: Network
    objects: set[Any]
    duration_s: float
    names: dict[str, Any]
    profile: Any
    state: State | None = None
    """Where it begins later: what the numbers were when it was asked for."""


class Visit:
    """One run of a script: what was seen, and the time that is left."""

    def __init__(self, text: str, allowance: Allowance, say: Callable[[str], None]) -> None:
        self.allowance = allowance
        self.whole = False
        """Whether the script has come to its end."""
        self.broken: Exception | None = None
        """What the doctor itself raised."""
        self.refused: Exception | None = None
        """What Brian2 raised at a run that could not be observed."""
        self._text, self._say = text, say
        self._runs = 0
        self._synapses: WeakKeyDictionary[Any, int] = WeakKeyDictionary()
        self._looks: list[tuple[Run, Diagnosis]] = []
        self._starts: list[State] = []
        self._known: list[Kind] = []
        self._methods: WeakKeyDictionary[Any, str] = WeakKeyDictionary()
        self._longest_s = 0.0
        self._waiting: list[_Asked] = []

    @property
    def finished(self) -> int:
        """How many runs came to their end, shortened as they are."""
        return self._runs - (self.refused is not None)

    def diagnosis(self) -> Diagnosis | None:
        """Return the diagnosis of all runs that were looked at, None without one.

        The network is as it was at the beginning of the run that it tells of.
        """
        if not self._looks:
            return None
        self._joined(held_by_networks())
        found = together(self._looks, self._runs, self.whole)
        for state, (_, one) in zip(self._starts, self._looks, strict=True):
            if one.material is found.material:
                state.restore()
        return found

    @contextlib.contextmanager
    def intercepting(self) -> Iterator[None]:
        """While open, runs come here."""
        visit, original = self, Network.run

        @b2.check_units(duration=b2.second, report_period=b2.second)  # type: ignore[untyped-decorator]
        def run(
            self: Network, duration: Any, report: Any = None, report_period: Any = 10 * b2.second,
            namespace: Any = None, profile: Any = None, level: int = 0,
        ) -> None:  # fmt: skip
            visit._run(self, duration, namespace, profile)

        Network.run = run
        try:
            yield
        finally:
            Network.run = original

    def _run(self, network: Network, duration: Any, namespace: Any, profile: Any) -> None:
        frame = user_frame(sys._getframe(2))
        names = names_of(frame) if namespace is None else dict(namespace)
        asked = _Asked(network, set(network.objects), float(duration), names, profile)
        with self.allowance.paused():
            if device.waits():
                asked.state = State(asked.objects)
                self._waiting.append(asked)
            else:
                device.apply(device.of_build(), asked.objects, names)
                self._begin(asked)
                device.has_run()
                has_run()

    def launch(self, run_args: device.RunArgs) -> None:
        """Begin the runs that wait, with these values of variables (as of `device.run`); without any, do nothing."""
        waiting, self._waiting = self._waiting, []
        with self.allowance.paused() if waiting else contextlib.nullcontext():
            for before, asked in zip([None, *waiting], waiting, strict=False):
                assert asked.state is not None
                if before is None:
                    asked.state.restore()
                    device.apply(run_args, asked.objects, asked.names)
                else:
                    asked.state.restore(since=before.state)
                with _objects(asked):
                    self._begin(asked)
                device.has_run()

    def _begin(self, asked: _Asked) -> None:
        if not asked.objects or asked.duration_s <= 0:
            RUN(asked.network, asked.duration_s * b2.second, namespace=asked.names)
            return
        self._runs += 1
        device.stand_in(asked.objects, self._methods)
        self._joined({id(made) for made in _get_all_objects(asked.objects)})
        seen = True
        try:
            if self._worth(asked):
                seen = self._look(asked)
        except EnoughError:
            raise
        except Exception as error:  # the doctor's own fault, not the script's
            self.broken = error
            raise EnoughError from error
        try:
            self._go_on(asked)
        except Exception as error:
            if not seen:
                self.refused = error
            raise
        if self._looks and self.allowance.left_s < 1:
            raise EnoughError

    def _joined(self, present: set[int]) -> None:
        """Forget of objects that were absent from a run that they are, now that a network has them (by id())."""
        for material in [one.material for _, one in self._looks if one.material is not None]:
            absent = material.census.absent
            absent[:] = [one for one in absent if one.made() is None or id(one.made()) not in present]

    def _worth(self, asked: _Asked) -> bool:
        """Tell whether a run is to be looked at: it is among the first or differs, and there is time."""
        kind = kind_of(asked.objects, asked.names, now_s(asked.network), asked.duration_s)
        new = self._runs <= ALWAYS or not any(kind.like(known) for known in self._known)
        time_left = time.monotonic() + 1.3 * self._longest_s < self.allowance.last_s
        if not self._looks or (new and time_left):
            self._known.append(kind)
            return True
        return False

    def _look(self, asked: _Asked) -> bool:
        """Look at a run; return whether it could be observed. EnoughError where later ones would say nothing."""
        begin_s = self.allowance.spent_s
        network, start_s = asked.network, now_s(asked.network)
        subject = Subject(
            list(asked.objects),
            asked.names,
            min(asked.duration_s, RUN_S),
            start_s,
            present(asked.objects),
            self._text,
            self._runs,
            asked_s=asked.duration_s,
            synapses_before=self._synapses,
            replaced=self._methods,
        )
        self._synapses = WeakKeyDictionary({made: len(made) for made in subject.synapses})
        self._say(f"run {self._runs}: {asked.duration_s:.4g} s of {_neurons(asked)} neurons")
        start = State(network.objects)
        first = not self._looks
        most_s = min(OBSERVE_S if first else AGAIN_S, 0.4 * self.allowance.left_s)
        with ended_by(self.allowance.last_s):
            found = examine(subject, observe_s=most_s)
        self._looks.append((Run(self._runs, start_s, asked.duration_s), found))
        self._starts.append(start)
        self._longest_s = max(self._longest_s, self.allowance.spent_s - begin_s)
        seen = found.material.seen if found.material is not None else None
        if seen is not None and seen.not_finite is not None:
            raise EnoughError
        return seen is not None

    def _go_on(self, asked: _Asked) -> None:
        """Run for the script, as far as a few seconds of CPU time go, so that its next lines have something."""
        network, begin, most_s = asked.network, time.process_time(), self.allowance.run_s()

        def stop_in_time() -> None:
            if time.process_time() - begin > most_s:
                network.stop()

        clock = min((o.clock for o in network.objects if hasattr(o, "clock")), key=lambda c: float(c.dt_))
        watch = b2.NetworkOperation(stop_in_time, clock=clock, when="end")
        network.objects.add(watch)
        try:
            RUN(network, asked.duration_s * b2.second, namespace=asked.names, profile=asked.profile)
        finally:
            network.objects.discard(watch)


class FirstNetwork(Visit):
    """The visit that ends at the first run, of whose network `use` is made."""

    def __init__(self, allowance: Allowance, use: Callable[[Subject], Any]) -> None:
        super().__init__("", allowance, lambda text: None)
        self._use = use
        self.found: list[Any] = []

    def _look(self, asked: _Asked) -> bool:
        subject = Subject(list(asked.objects), asked.names, asked.duration_s, now_s(asked.network))
        self.found.append(self._use(subject))
        raise EnoughError


@contextlib.contextmanager
def _objects(asked: _Asked) -> Iterator[None]:
    """While open, a network has the objects that it had when the run was asked for."""
    now, asked.network.objects = asked.network.objects, asked.objects
    try:
        yield
    finally:
        asked.network.objects = now


def _neurons(asked: _Asked) -> int:
    return sum(len(o) for o in asked.objects if isinstance(o, b2.NeuronGroup))
