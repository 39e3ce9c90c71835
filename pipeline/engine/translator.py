"""Translations on demand: a process that has Brian2 loaded, and makes each of them in a fork of itself.

Loading Brian2 takes a second and a script's first translation one or two; what follows, from warm caches, 0.1 to 0.2 s.
Whatever a script does to its process ends with that process.
"""

import contextlib
import gc
import os
import pickle
import re
import resource
import shutil
import struct
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from pipeline.config.reader import ConfigError
from pipeline.engine.translated import NotStandaloneError, ScriptError

ANSWER_S = 150.0
"""CPU time of one translation at most: the script's own, and ours."""


RUN_S = 24 * 3600.0
"""CPU time of one run with Brian2's runtime target at most."""


MOST_MEMORY = 16 * 2**30
"""Bytes of address space that a script may take, with its run where Brian2's runtime target does it."""


class RefusedError(ConfigError):
    """A script that cannot be used, in one sentence."""


class NeedsRuntimeError(Exception):
    """A script that only Brian2's runtime target can run; the message says why."""


class Translator:
    """A process that answers; started when it is first asked, ended by `close` or with this process."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._folder: str | None = None
        self._lock = threading.Lock()

    def ask(self, question: str, *arguments: Any) -> Any:
        """Return what a function of `_QUESTIONS` returns there.

        RefusedError and NeedsRuntimeError as the script deserves; RefusedError also where it ended that process.
        """
        with self._lock:
            process = self._started()
            assert process.stdin is not None  # they are pipes
            assert process.stdout is not None
            try:
                _write(process.stdin, (question, arguments))
                kind, answer = _read(process.stdout)
            except (OSError, EOFError, pickle.UnpicklingError):
                self.close()
                raise RefusedError(f"{arguments[0].path}: ended the process that ran it.") from None
            except BaseException:  # an interrupt: what is left of this answer must not be that of the next question
                self.close()
                raise
        if kind == "refused":
            raise RefusedError(answer)
        if kind == "runtime":
            raise NeedsRuntimeError(answer)
        return answer

    def _started(self) -> subprocess.Popen[bytes]:
        if self._process is None or self._process.poll() is not None:
            self.close()  # what is left of one that was killed
            self._folder = tempfile.mkdtemp(prefix="translator-")
            package = str(Path(__file__).parents[2])
            path = os.pathsep.join(filter(None, [package, os.environ.get("PYTHONPATH")]))
            env = {**os.environ, "PYTHONPATH": path, "TMPDIR": self._folder, "MPLBACKEND": "Agg"}
            env["PYTHONHASHSEED"] = "0"  # the order of sets, and so of the code that Brian2 makes of them
            command = [sys.executable, "-m", "pipeline.engine.translator"]
            self._process = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=env, start_new_session=True
            )
        return self._process

    def close(self) -> None:
        """End the process."""
        if self._process is not None:
            for pipe in (self._process.stdin, self._process.stdout):
                if pipe is not None:
                    with contextlib.suppress(OSError):
                        pipe.close()
            self._process.terminate()
            self._process.wait()
            self._process = None
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)
            self._folder = None

    def __del__(self) -> None:
        with contextlib.suppress(Exception):
            self.close()


@contextlib.contextmanager
def translator() -> Iterator[Translator]:
    """Give a translator that is ended afterwards."""
    one = Translator()
    try:
        yield one
    finally:
        one.close()


def _write(pipe: IO[bytes], content: Any) -> None:
    data = pickle.dumps(content)
    pipe.write(struct.pack("<Q", len(data)))
    pipe.write(data)
    pipe.flush()


def _read(pipe: IO[bytes]) -> Any:
    head = pipe.read(8)
    if len(head) < 8:
        raise EOFError
    return pickle.loads(pipe.read(struct.unpack("<Q", head)[0]))  # noqa: S301 (our own process wrote it)


def _answer(question: str, arguments: tuple[Any, ...]) -> tuple[str, Any]:
    os.setsid()  # a script that signals its group reaches nobody else
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, resource.RLIM_INFINITY))
    try:
        return "answer", _QUESTIONS[question](*arguments)
    except ScriptError as error:
        return "refused", str(error)
    except NotStandaloneError as error:
        return "runtime", str(error)


def _translate(*arguments: Any) -> Any:
    from pipeline.engine.translation import translate

    return translate(*arguments)


def _factors(_: Any, texts: list[str]) -> list[float]:
    """Return units in SI; the names of modules before them are left out."""
    import brian2 as b2

    return [float(eval(re.sub(r"[A-Za-z_]\w*\.(?=[A-Za-z])", "", text), vars(b2).copy())) for text in texts]  # noqa: S307


def _probe(*arguments: Any) -> Any:
    from pipeline.engine.runtime import probe

    return probe(*arguments)


def _run(*arguments: Any) -> Any:
    from pipeline.engine.runtime import run

    return run(*arguments)


_QUESTIONS = {"translate": _translate, "factors": _factors, "probe": _probe, "run": _run}


def _serve() -> None:
    """Answer questions from standard input until it ends, each in a fork."""
    questions, answers = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a script writes past Python must not come among the answers
    import brian2 as b2
    from matplotlib import pyplot  # noqa: F401 (it writes its caches where it is first loaded)

    from pipeline.engine.apart import ExperimentError, apart

    b2.BrianLogger.suppress_hierarchy("brian2")
    b2.prefs.reset_to_defaults()  # a network is the same in every folder, whatever files of preferences are there
    warm: set[str] = set()
    once: set[str] = set()
    while True:
        try:
            question, arguments = _read(questions)
        except EOFError:
            os._exit(0)
        script = arguments[0].path
        if question == "translate" and script in once and script not in warm:
            warm.add(script)
            before = dict(b2.prefs)
            with contextlib.suppress(BaseException):
                _QUESTIONS[question](*arguments)
            for name, value in before.items():  # the script may set them by a number that other points do not have
                if b2.prefs[name] != value:
                    b2.prefs[name] = value
            gc.collect()
            gc.freeze()
        try:
            reply = apart(_answer, question, arguments, cpu_s=RUN_S if question == "run" else ANSWER_S)
        except ExperimentError as error:
            reply = ("refused", f"{script}: {error}{'' if question == 'run' else ' before its run was reached'}.")
        if reply[0] == "answer" and question == "translate":
            once.add(script)
        _write(answers, reply)


if __name__ == "__main__":
    _serve()
