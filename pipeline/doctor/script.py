"""A user's script, unmodified: nothing shown or overwritten, each `run` looked at and shortened."""

import builtins
import contextlib
import io
import os
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import CodeType, FrameType
from typing import Any, TypeVar

import brian2 as b2
import matplotlib as mpl
from brian2.codegen.runtime.numpy_rt import NumpyCodeObject
from brian2.core.network import Network

from pipeline.config.reader import unreadable
from pipeline.doctor.diagnosis import Diagnosis, examine, refused
from pipeline.doctor.findings.finding import Finding, Verdict, ordered
from pipeline.doctor.instruments.subject import RUN, Subject, now_s
from pipeline.doctor.instruments.witness import present, user_frame, watching
from pipeline.doctor.refusals.refusal import refusal
from pipeline.network.sites import read_source

Found = TypeVar("Found")

SCRIPT_S = 30.0
"""CPU time that the script itself may take outside its runs; by the clock, three times as much."""
TOTAL_S = 100.0
RUN_S, RUN_CPU_S = 1.0, 6.0
"""Of each run, so much biological time is looked at; the script then gets what fits into so much CPU time."""


devices: Any = sys.modules["brian2.devices.device"]  # the package has an object of that name


class NoNetworkError(ValueError):
    """A script that reaches no run of a network."""


class _Enough(BaseException):
    """Ends the script: the diagnosis is made."""


class _TooLong(BaseException):
    """The script took too long outside its runs."""


def examine_script(path: Path, say: Callable[[str], None] = lambda text: None) -> Diagnosis:
    """Return the diagnosis of a script: of its first run that goes wrong, or else of its first run.

    It runs in this process with numpy as the target of code generation; call it in a process of its own.
    """
    try:
        source = read_source(path)
        code = compile(source, str(path), "exec")
    except (OSError, UnicodeDecodeError) as error:
        return _plain(f"{unreadable(path, error)}")
    except SyntaxError as error:
        return _plain(f"{path} is not Python that can be run: {error.msg} (line {error.lineno}).")
    visit = _Visit(source, say)
    return visit.answer(_played(visit, path, code, {}))


def first_network(path: Path, code: CodeType, names: Mapping[str, Any], use: Callable[[Subject], Found]) -> Found:
    """Return what `use` makes of the network of a script's first run, at its beginning; NoNetworkError without one.

    `names` are what the compiled script sees beside builtins. As `examine_script`, for a process of its own.
    """
    visit = _First("", lambda text: None, use)
    problem = _played(visit, path, code, names)
    if visit.broken is not None:
        raise visit.broken
    if not visit.found:
        raise NoNetworkError(f"{path}: {problem or 'it has no run'}.")
    return visit.found[0]  # type: ignore[no-any-return]


def _played(visit: "_Visit", path: Path, code: CodeType, names: Mapping[str, Any]) -> str | None:
    """Run a script whose runs come to `visit`; return its own trouble, if it had any."""
    scope: dict[str, Any] = {"__name__": "__main__", "__file__": str(path), "__builtins__": builtins, **names}
    problem = None
    with visit.intercepting(path):
        try:
            exec(code, scope)  # noqa: S102 (the user's script is what was asked for)
        except _Enough:
            pass
        except _TooLong:
            problem = f"the script did not end within {SCRIPT_S:.0f} s outside its runs"
        except SystemExit:
            problem = "the script ended itself by exit()"
        except BaseException as error:
            problem = f"the script stopped with {_where(error, path)}"
            visit.refused = refusal(error, visit.source, path, shortened=visit.diagnosed)
    return problem


def _plain(sentence: str, evidence: tuple[str, ...] = ()) -> Diagnosis:
    finding = Finding("script", "error", sentence, evidence, "Certain.")
    return Diagnosis([finding], Verdict("undecided", "There is no network to examine."))


def _where(error: BaseException, path: Path) -> str:
    lines = [f.lineno for f in traceback.extract_tb(error.__traceback__) if f.filename == str(path)]
    cause = error
    while cause.__cause__ is not None:
        cause = cause.__cause__
    text = str(cause).strip().splitlines()
    where = f" on line {lines[-1]}" if lines else ""
    return f"{type(cause).__name__}{where}: {text[0] if text else 'no message'}"


class _Visit:
    """One run of a script: what was seen, and the time that is left."""

    def __init__(self, source: str, say: Callable[[str], None]) -> None:
        self.source, self._say = source, say
        self._begin = time.monotonic()
        self._runs = 0
        self._synapses: dict[str, int] = {}
        self._diagnosis: Diagnosis | None = None
        self.broken: Exception | None = None
        self.refused: Finding | None = None
        """What Brian2 refused, if that ended the script."""

    @property
    def diagnosed(self) -> bool:
        """Whether a run was looked at, and shortened."""
        return self._diagnosis is not None

    def answer(self, problem: str | None) -> Diagnosis:
        """Return the diagnosis, with the script's own trouble if it had any."""
        if self.broken is not None:
            raise self.broken
        if self.refused is not None:
            if self._diagnosis is None:
                return refused(self.refused, "script")
            self._diagnosis.verdict.says += f" After the first run Brian2 refuses the script: {self.refused.says}"
            self._diagnosis.findings = ordered([*self._diagnosis.findings, self.refused])
            return self._diagnosis
        if self._diagnosis is None:
            if problem is None:
                return _plain("The script has no run: it ended without calling run(...) on a network with objects.")
            return _plain(f"There was nothing to examine: {problem}.")
        if problem is not None:
            says = f"After its runs, which were shortened, {problem}."
            self._diagnosis.findings.append(Finding("script", "note", says, (), "It may come from the shortening."))
        return self._diagnosis

    @contextlib.contextmanager
    def intercepting(self, path: Path) -> Iterator[None]:
        """While open, runs come to `_run`, nothing is shown, and files go to a folder that is thrown away."""
        mpl.use("Agg", force=True)
        saved = (
            Network.run, b2.set_device, devices.set_device, devices.Device.code_object_class, builtins.open,
            io.open, sys.argv, sys.stdin, os.getcwd(), list(sys.path),
        )  # fmt: skip
        visit, home = self, str(path.resolve().parent)  # from here, before the working folder is another

        def run(
            network: Network, duration: Any, report: Any = None, report_period: Any = None, namespace: Any = None,
            profile: Any = None, level: int = 0,
        ) -> None:  # fmt: skip
            visit._run(network, duration, namespace, user_frame(sys._getframe(1)))

        def on_runtime(name: Any, *arguments: Any, **keywords: Any) -> None:
            if name == "runtime":
                saved[1](name, *arguments, **keywords)

        def as_numpy(self: Any, codeobj_class: Any = None, fallback_pref: str = "codegen.target") -> Any:
            return codeobj_class or NumpyCodeObject

        with tempfile.TemporaryDirectory() as scratch, watching():
            Network.run = b2.check_units(duration=b2.second, report_period=b2.second)(run)
            b2.set_device = devices.set_device = on_runtime
            devices.Device.code_object_class = as_numpy
            builtins.open = io.open = _diverting(saved[4], Path(scratch))
            sys.argv, sys.stdin = [str(path)], io.StringIO()
            os.chdir(home)
            sys.path.insert(0, home)
            self._count_down(SCRIPT_S)
            b2.BrianLogger.suppress_hierarchy("brian2")
            try:
                with (
                    contextlib.redirect_stdout(io.StringIO()),
                    contextlib.redirect_stderr(io.StringIO()),
                    _no_pictures(),
                ):
                    yield
            finally:
                self._pause()
                (Network.run, b2.set_device, devices.set_device, devices.Device.code_object_class, builtins.open,
                 io.open, sys.argv, sys.stdin, cwd, sys.path[:]) = saved  # fmt: skip
                os.chdir(cwd)

    def _count_down(self, seconds: float) -> None:
        def ring(*_: Any) -> None:
            raise _TooLong

        signal.signal(signal.SIGALRM, ring)
        signal.signal(signal.SIGPROF, ring)
        signal.setitimer(signal.ITIMER_PROF, seconds, 1.0)
        signal.setitimer(signal.ITIMER_REAL, 3 * seconds, 1.0)

    def _pause(self) -> float:
        """Stop the countdown; return the seconds of CPU time that are left."""
        signal.setitimer(signal.ITIMER_REAL, 0)
        return signal.setitimer(signal.ITIMER_PROF, 0)[0]

    def _run(self, network: Network, duration: Any, namespace: Any, frame: FrameType | None) -> None:
        left = self._pause()
        names = (
            dict(namespace)
            if namespace is not None
            else {**(frame.f_globals if frame else {}), **(frame.f_locals if frame else {})}
        )
        if network.objects and float(duration) > 0:
            self._runs += 1
            try:
                self._look(network, float(duration), names)
            except Exception as error:  # the doctor's own fault, not the script's
                self.broken = error
                raise _Enough from error
        try:
            self._go_on(network, float(duration), names)
        finally:
            self._count_down(max(left, 1.0))

    def _look(self, network: Network, duration_s: float, names: dict[str, Any]) -> None:
        spent = time.monotonic() - self._begin
        if self._diagnosis is not None and spent > TOTAL_S / 2:
            raise _Enough
        subject = Subject(
            list(network.objects),
            names,
            min(duration_s, RUN_S),
            now_s(network),
            present(),
            self.source,
            self._runs,
            synapses_before=self._synapses,
        )
        self._synapses = {made.name: len(made) for made in subject.synapses}
        self._say(f"run {self._runs}: {duration_s:.4g} s, looking")
        new = examine(subject, observe_s=30.0 if self._diagnosis is None else 10.0)
        if self._diagnosis is None or (new.errors and not self._diagnosis.errors):
            self._diagnosis = new
        if self._diagnosis.errors:
            raise _Enough

    def _go_on(self, network: Network, duration_s: float, names: dict[str, Any]) -> None:
        """Run for the script, as far as a few seconds of CPU time go, so that its next lines have something."""
        begin = time.process_time()

        def stop_in_time() -> None:
            if time.process_time() - begin > RUN_CPU_S:
                network.stop()

        if not network.objects:
            return
        clock = min((o.clock for o in network.objects if hasattr(o, "clock")), key=lambda c: float(c.dt_))
        watch = b2.NetworkOperation(stop_in_time, clock=clock, when="end")
        network.objects.add(watch)
        try:
            RUN(network, duration_s * b2.second, namespace=names)
        finally:
            network.objects.discard(watch)


class _First(_Visit):
    """The visit that ends at the first run, of whose network `use` is made."""

    def __init__(self, source: str, say: Callable[[str], None], use: Callable[[Subject], Any]) -> None:
        super().__init__(source, say)
        self._use = use
        self.found: list[Any] = []

    def _look(self, network: Network, duration_s: float, names: dict[str, Any]) -> None:
        self.found.append(self._use(Subject(list(network.objects), names, duration_s, now_s(network))))
        raise _Enough


def _diverting(original: Callable[..., Any], scratch: Path) -> Callable[..., Any]:
    """Return an `open` that writes files of the working folder to `scratch` instead."""

    def opening(file: Any, mode: str = "r", *arguments: Any, **keywords: Any) -> Any:
        if isinstance(file, (str, os.PathLike)) and any(c in mode for c in "wax+"):
            target = Path(os.fspath(file)).resolve()
            if not target.is_relative_to(tempfile.gettempdir()) or target.is_relative_to(Path.cwd()):
                file = scratch / target.name
        return original(file, mode, *arguments, **keywords)

    return opening


@contextlib.contextmanager
def _no_pictures() -> Iterator[None]:
    """While open, figures are neither shown nor saved."""
    from matplotlib import figure, pyplot

    places: list[tuple[Any, str]] = [
        (pyplot, "show"), (pyplot, "savefig"), (figure.Figure, "savefig"), (pyplot, "pause"), (b2, "show"),
    ]  # fmt: skip
    saved = [getattr(owner, name) for owner, name in places]
    for owner, name in places:
        setattr(owner, name, lambda *_, **__: None)
    try:
        yield
    finally:
        for (owner, name), original in zip(places, saved, strict=True):
            setattr(owner, name, original)
        pyplot.close("all")
