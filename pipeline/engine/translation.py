"""A script and values of its numbers to C++ with open numbers: what a program is compiled from and is run with.

Runs the script, up to the end of its simulation, in this process, which it changes: call it in a process of its own.
"""

import sys
import traceback
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import FrameType
from typing import Any

import brian2 as b2
import numpy as np
from brian2.core.base import BrianObject
from brian2.core.network import Network

from pipeline.config.reader import fingerprint
from pipeline.engine import device as devices
from pipeline.engine import literals, populations, scheme, watching
from pipeline.engine.device import FinishedError, OpenNumbers
from pipeline.engine.pathways import by_ranges
from pipeline.engine.translated import (
    FIRST_VALUES,
    NotStandaloneError,
    Population,
    Projection,
    ScriptError,
    Translation,
    Wish,
    read,
)
from pipeline.network import naming
from pipeline.network.imported import hooked
from pipeline.network.names import HOOK
from pipeline.network.numbers import Number
from pipeline.network.sites import Survey
from pipeline.network.stage import Stage, TooLongError, countdown, pause

SCRIPT_S = 60.0
"""CPU time that a script may take outside its runs."""

AFTER_S = 20.0
"""CPU time that a script may take after a run until the next."""

MOST_SEEN = 100
"""Values of one site that are noted: of a loop, the first."""


def translate(wish: Wish, known: Survey | None = None) -> Translation:
    """Return what a script becomes; ScriptError where it is none that can be used, NotStandaloneError as it says."""
    taking = _Taking(wish, known or read(wish.path))
    return taking.translation(taking.play())


class Playing:
    """One run of a script: its hook, what was seen at its sites, and what its objects are called."""

    def __init__(self, wish: Wish, known: Survey) -> None:
        self.wish, self.survey = wish, known
        self.stage = Stage()
        self.noted = naming.Noted()
        self.seen: dict[int, list[Number]] = {}
        self.runs: list[float] = []
        self.first: set[int] | None = None
        self.objects: dict[str, BrianObject] = {}
        self.set: set[int] = set()
        self.scopes: list[Mapping[str, Any]] = []
        self._times: dict[int, int] = {}
        self._changed = {site for site, _ in wish.numbers}
        self._files = (wish.path, *(module.path for module in known.modules))

    def hook(self, number: int, value: Any) -> Any:
        """Return the value that the script goes on with at a site; notes numbers, and names of objects."""
        if isinstance(value, BrianObject):
            self.noted.note(value, self.survey.sites[number].name)
            return value
        times = self._times.get(number, 0)
        if times >= MOST_SEEN and number not in self._changed:
            return value
        seen = _number(value)
        if seen is None:
            return value
        self._times[number] = times + 1
        self.seen.setdefault(number, []).append(seen)
        for key in ((number, times), (number, -1)):
            if key in self.wish.numbers:
                return self._other(number, value, self.wish.numbers[key], sys._getframe(1))
        return value

    def _other(self, number: int, value: Any, text: str, frame: FrameType) -> Any:
        """Return what Python code gives at a site; ScriptError unless it is a number of the same dimensions."""
        site = self.survey.sites[number]
        where = f"{self.wish.path}, {site.where}: {site.name} = {text}"
        try:
            other = eval(text, {**vars(b2), **frame.f_globals}, frame.f_locals)  # noqa: S307 (read by numbers.in_unit)
        except Exception as error:
            raise ScriptError(f"{where}: cannot be evaluated ({type(error).__name__}: {error}).") from None
        given = _number(other)
        if given is None:
            raise ScriptError(f"{where}: is no number.")
        has, wants = given.dimensions, self.seen[number][-1].dimensions
        if has != wants:
            raise ScriptError(f"{where}: is in {has}, but must be in {wants}.")
        self.set.add(number)
        return other

    def play(self) -> str | None:
        """Run the script; return what ended it after its runs, None where it came to its end."""
        path = self.wish.path
        code = compile(self.survey.tree, path, "exec")
        scope: dict[str, Any] = {"__name__": "__main__", "__file__": path, HOOK: self.hook}
        begun = False
        try:
            with self.stage.playing(Path(path), self.wish.seed_network, SCRIPT_S):
                begun = True
                main, sys.modules["__main__"].__dict__[HOOK] = sys.modules["__main__"], self.hook
                try:
                    with hooked(self.survey.modules, self.hook):
                        exec(code, scope)  # noqa: S102 (the user's script is what was asked for)
                finally:
                    main.__dict__.pop(HOOK, None)
        except FinishedError:
            return None
        except TooLongError:
            return self._failed(f"it did not end within {SCRIPT_S:.0f} s of CPU time outside its runs")
        except SystemExit:
            return self._failed("it ended itself by exit()")
        except (NotStandaloneError, ScriptError):
            raise
        except BaseException as error:
            if not begun:
                raise
            within: BaseException | None = error
            while within is not None:  # Brian2 wraps what is raised where it makes code
                if isinstance(within, NotStandaloneError | ScriptError):
                    raise within from None
                within = within.__cause__
            return self._failed(_where(error, path, self._files), error)
        return (
            self._failed("it has no run: it ended without a call of run(...) on a network with objects")
            if not self.runs
            else None
        )

    def _failed(self, why: str, error: BaseException | None = None) -> str:
        if not self.runs or self.broken():
            if isinstance(error, NotImplementedError):
                raise NotStandaloneError(why)
            raise ScriptError(f"{self.wish.path}: {why}.")
        return why

    def broken(self) -> bool:
        """Return whether the last run failed."""
        return False

    def end_run(self) -> None:
        """End the script after its last run, where that is known; else leave it some time to come to another."""
        if self.wish.runs is not None and len(self.runs) >= self.wish.runs:
            raise FinishedError
        countdown(AFTER_S)

    def begin_run(self, net: Network, duration_s: float, scope: Mapping[str, Any]) -> float:
        """Return how long a run is to take; FinishedError at the first run of another network, or after the last."""
        pause()  # the time of a run is not the script's
        objects = {id(one) for one in net.objects}
        if not objects:
            return duration_s
        if self.first is None:
            self.first = objects
        elif not (self.first & objects) or (self.wish.runs is not None and len(self.runs) >= self.wish.runs):
            raise FinishedError
        self.first |= objects
        inner = {id(part) for one in net.objects for part in one.contained_objects}
        self.objects |= {one.name: one for one in net.sorted_objects if id(one) not in inner}
        frames = naming.frames(sys._getframe(), self._files)
        own: list[Mapping[str, Any]] = [f.f_globals for f in frames if f.f_code.co_filename == self.wish.path]
        local: list[Mapping[str, Any]] = [dict(frame.f_locals) for frame in frames]
        self.scopes = [*(own[:1] or [scope]), *local]
        taken = duration_s
        if self.wish.duration_s is not None:
            left = max(0.0, self.wish.duration_s - sum(self.runs))
            last = self.wish.runs is None or len(self.runs) + 1 >= self.wish.runs
            taken = left if last else min(duration_s, left)
        self.runs.append(taken)
        return taken


class _Taking(Playing):
    """A run of a script on the device with open numbers."""

    def __init__(self, wish: Wish, known: Survey) -> None:
        super().__init__(wish, known)
        self.device: OpenNumbers = devices.install()
        self.device.before = self._before
        self.device.after = self.end_run
        self.device.run_args_applied = True  # values come from a file, not from the command line
        self.device.trusted = self.stage.trusted
        self._watching = watching.Watching(self.device)
        self._refined: set[str] = set()
        self._steps_s: list[float] = []

    def play(self) -> str | None:
        """As Playing.play, where the script's own choice of a device counts for nothing."""
        chosen, module = b2.set_device, sys.modules["brian2.devices.device"]
        for owner in (b2, module):
            setattr(owner, "set_device", lambda *_, **__: None)  # noqa: B010 (a module, whose names are not typed)
        try:
            with scheme.refining(self.wish.scheme.finer, self._refined):
                return super().play()
        finally:
            for owner in (b2, module):
                setattr(owner, "set_device", chosen)  # noqa: B010

    def broken(self) -> bool:
        """Return whether the last run could not be taken."""
        return self.device.running

    def _before(self, net: Network, duration_s: float, scope: dict[str, Any]) -> float:
        if refused := next((o for o in net.objects if isinstance(o, b2.NetworkOperation)), None):
            raise NotStandaloneError(f"{refused.name} is Python that runs in each step")
        taken = self.begin_run(net, duration_s, scope)
        self._set_scheme(net)
        self._steps_s.append(min(float(one.clock.dt_) for one in net.objects if hasattr(one, "clock")))
        self._watching.add(net)
        return taken

    def _set_scheme(self, net: Network) -> None:
        """Set how a network that is about to run is integrated."""
        if self.wish.scheme.staggered:
            found = naming.names(list(self.objects.values()), self.scopes, self.noted)
            try:
                scheme.stagger(net.objects, found, self.wish.scheme.staggered)
            except scheme.SchemeError as error:
                raise ScriptError(f"{self.wish.path}: integrator: staggered_midpoint: {error}.") from None
        if self.wish.scheme.finer != 1:
            scheme.refine(net.objects, self.wish.scheme.finer, self._refined)

    def translation(self, problem: str | None) -> Translation:
        """Return what was taken."""
        found = naming.names(list(self.objects.values()), self.scopes, self.noted)
        there = populations.populations(self.objects, found, self.scopes, self.noted)
        taken = self.device.taken()
        by_ranges(taken.files)
        outputs, more = self._watching.write(taken.files, self.objects, there)
        files, values = literals.opened(taken.files, taken.external, self.wish.positions, len(FIRST_VALUES))
        files["open_value.cpp"] = files["open_value.cpp"].replace("@SIZE@", str(len(FIRST_VALUES) + len(values)))
        return Translation(
            files=files,
            values=values,
            arrays=taken.arrays,
            outputs=outputs,
            more=more,
            populations=there,
            projections=projections(self.objects, found, there),
            watched=[(found.get(owner, owner), variable) for owner, variable in self._watching.watched],
            runs=list(self.runs),
            steps_s=list(self._steps_s),
            seen=self.seen,
            drawn=self.stage.drawn,
            read=sorted(self.stage.read),
            problem=problem,
            equations={
                found[one.name]: str(one.equations) for one in self.objects.values() if hasattr(one, "equations")
            },
            names=found,
            single=taken.single,
            code=fingerprint(sorted(files.items())),
        )


def projections(
    objects: Mapping[str, BrianObject], found: Mapping[str, str], there: Sequence[Population]
) -> list[Projection]:
    """Return the synapses of a network, from and to `there`; parts that have no name are called after the whole."""
    parts = {(p.source, p.start, p.stop): p.name for p in reversed(there)}

    def called(group: Any) -> str:
        whole = getattr(getattr(group, "source", group), "name", "")
        part = parts.get((whole, getattr(group, "start", 0), getattr(group, "stop", 0)))
        return part or found.get(group.name) or found.get(whole, group.name)

    return [
        Projection(found[one.name], one.name, called(one.source), called(one.target))
        for one in objects.values()
        if isinstance(one, b2.Synapses)
    ]


def _number(value: Any) -> Number | None:
    """Return a value as a number; None where it is none, or an array of them."""
    if isinstance(value, bool | np.bool_):
        return None
    if isinstance(value, b2.Quantity):
        if value.shape != () or not np.isrealobj(np.asarray(value)):
            return None
        dimensions = value.dimensions
        if not dimensions.is_dimensionless:
            try:
                best = value.get_best_unit()
                short = str(best)  # `us` for what repr calls usecond
                unit = short if getattr(b2, short, None) == best else repr(best)
                return Number(float(value), repr(dimensions), False, unit, float(value / best))
            except Exception:  # a unit that Brian2 has no name for
                return Number(float(value), repr(dimensions), False, f"({dimensions!r})", float(value))
        return Number(float(value), "1", False, "1", float(value))
    if isinstance(value, int | float | np.integer | np.floating):
        try:
            return Number(float(value), "1", isinstance(value, int | np.integer), "1", float(value))
        except OverflowError:
            return None
    return None


def _where(error: BaseException, path: str, files: Sequence[str]) -> str:
    """Return an error as a sentence: its line in the script or a file beside it, its kind, what it says first."""
    lines = [
        f"line {f.lineno}" if f.filename == path else f"{Path(f.filename).name}, line {f.lineno},"
        for f in traceback.extract_tb(error.__traceback__)
        if f.filename in files
    ]
    while error.__cause__ is not None:
        error = error.__cause__
    said = [line for line in str(error).strip().splitlines() if line.strip()]
    name = type(error).__name__
    at = f"{lines[-1]} " if lines else "it "
    return f"{at}stops with {name}: {' '.join(said[0].split())[:300] if said else 'no message'}".rstrip(".")
