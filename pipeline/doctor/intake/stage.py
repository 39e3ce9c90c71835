"""The surroundings of a script: it is `__main__`, shows nothing, starts no program, and asks nobody."""

import atexit
import builtins
import contextlib
import io
import os
import subprocess
import sys
import time
import types
import webbrowser
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import brian2 as b2
import matplotlib as mpl

from pipeline.doctor.intake.files import diverted
from pipeline.doctor.intake.source import Source

LONGEST_SLEEP_S = 0.01


class Quiet:
    """A stand-in for IPython: whatever is called does nothing."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return _nothing


def _nothing(*_: Any, **__: Any) -> None:
    """Do nothing."""


@contextlib.contextmanager
def surroundings(source: Source, arguments: Sequence[str], names: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """While open, a script may run; yields its global names. `names` are what it sees beside builtins."""
    home = source.path.resolve().parent
    main = types.ModuleType("__main__")
    if source.interactive:
        vars(main).update({"display": _nothing, "get_ipython": Quiet})
    mpl.use("Agg", force=True)
    with contextlib.ExitStack() as stack:
        script = str(stack.enter_context(diverted(home)) / source.path.name)
        vars(main).update({"__file__": script, "__builtins__": builtins, **names})
        modules = dict(sys.modules)
        replaced: list[tuple[Any, str, Any]] = [
            (sys, "argv", [script, *arguments]),
            (sys, "stdin", io.StringIO()),
            (sys, "path", [str(home), *sys.path]),
            (sys, "dont_write_bytecode", True),
            (builtins, "input", lambda *_: ""),
            (time, "sleep", _sleeping(time.sleep)),
            (webbrowser, "open", lambda *_, **__: True),
            *_programs(home, str(source.path)),
            *_pictures(),
        ]
        for owner, name, value in replaced:
            stack.callback(setattr, owner, name, getattr(owner, name))
            setattr(owner, name, value)
        stack.callback(_forget, modules, home)
        stack.callback(sys.modules.__setitem__, "__main__", sys.modules["__main__"])
        sys.modules["__main__"] = main
        b2.BrianLogger.suppress_hierarchy("brian2")
        stack.enter_context(contextlib.redirect_stdout(io.StringIO()))
        stack.enter_context(contextlib.redirect_stderr(io.StringIO()))
        yield vars(main)


def _forget(before: Mapping[str, Any], home: Path) -> None:
    """Take modules that lie beside the script out of what is imported: another script may have others."""
    for name, module in list(sys.modules.items()):
        file = getattr(module, "__file__", None)
        if name not in before and isinstance(file, str) and Path(file).parent == home:
            del sys.modules[name]


def _sleeping(original: Any) -> Any:
    return lambda seconds=0.0: original(min(float(seconds), LONGEST_SLEEP_S))


def _programs(home: Path, script: str) -> list[tuple[Any, str, Any]]:
    """Return what takes the place of calls that start or end programs."""
    start, register = subprocess.Popen, atexit.register

    class Popen(start):  # type: ignore[misc, valid-type]
        """A program: of the script's own, one that does nothing and answers nothing."""

        def __init__(self, args: Any, *more: Any, **keywords: Any) -> None:
            if _asked_by(home, script):
                args, more = [sys.executable, "-S", "-c", ""], ()
                keywords = {k: v for k, v in keywords.items() if k in ("stdout", "stderr", "text", "encoding")}
                keywords.setdefault("stdout", subprocess.DEVNULL)
                keywords.setdefault("stderr", subprocess.DEVNULL)
            super().__init__(args, *more, **keywords)

    def registering(function: Any, *arguments: Any, **keywords: Any) -> Any:
        if getattr(function, "__module__", None) != "__main__":
            register(function, *arguments, **keywords)
        return function

    end = os._exit

    def ending(code: int) -> None:
        if not _asked_by(home, script):  # a process that was forked for an experiment
            end(code)
        raise SystemExit(code)

    return [
        (os, "system", lambda *_: 0),
        (os, "popen", lambda *_, **__: io.StringIO()),
        (os, "_exit", ending),
        (subprocess, "Popen", Popen),
        (atexit, "register", registering),
    ]


def _asked_by(home: Path, script: str) -> bool:
    """Tell whether the nearest caller outside of Python's own modules is the script or a module beside it."""
    frame = sys._getframe(2)
    while frame is not None and os.path.basename(frame.f_code.co_filename) == "subprocess.py":
        frame = frame.f_back  # type: ignore[assignment]
    file = "" if frame is None else frame.f_code.co_filename
    return file == script or Path(os.path.realpath(file)).parent == home


def _pictures() -> list[tuple[Any, str, Any]]:
    """Return what takes the place of calls that show or save figures, or open windows for them."""
    from matplotlib import animation, figure, pyplot

    pyplot.switch_backend("Agg")  # pyplot itself calls it at the first figure, when it is replaced
    owners: list[tuple[Any, Sequence[str]]] = [
        (pyplot, ("show", "savefig", "pause", "switch_backend", "waitforbuttonpress", "ginput")),
        (figure.Figure, ("savefig", "show", "waitforbuttonpress", "ginput")),
        (animation.Animation, ("save", "to_html5_video", "to_jshtml")),
        (mpl, ("use",)),
        (b2, ("show",)),
    ]
    return [(owner, name, _nothing) for owner, names in owners for name in names]
