"""What a user hands in as text and code: a script or a notebook of Python 3; others are named as what they are."""

import bisect
import linecache
import re
from dataclasses import dataclass
from pathlib import Path
from types import CodeType

from pipeline.config.reader import unreadable
from pipeline.doctor.intake.notebook import NotPythonError, joined
from pipeline.network.sites import read_source

NOTEBOOK = ".ipynb"
EXPORTED = re.compile(r"^# In ?\[[ \d*]*\]:", re.MULTILINE)
"""A line of a script that Jupyter made of a notebook."""

BRIAN_1 = re.compile(r"^[ \t]*(from brian(?:\.\w+)* import .*|import brian(?:\.\w+)*(?!\w).*)$", re.MULTILINE)
PYTHON_2 = (
    (re.compile(r"(^|[:;])\s*print\s+(?![=(.,:)\]])|(^|[:;])\s*print\s*>>"), "print without brackets"),
    (re.compile(r"\bexcept\s+[\w.]+\s*,\s*\w+\s*:|\bexcept\s*\([\w., ]+\)\s*,\s*\w+\s*:"), "`except X, e`"),
    (re.compile(r"\braise\s+[\w.]+\s*,"), "`raise X, text`"),
    (re.compile(r"(^|[:;])\s*exec\s+[^(=.\s]"), "exec without brackets"),
    (re.compile(r"<>"), "`<>` for `!=`"),
    (re.compile(r"`[^`]+`"), "backticks for repr"),
    (re.compile(r"\b0[0-7]+\b|\b0[xX]?[\da-fA-F]+[lL]\b|\b\d+[lL]\b"), "a number as Python 2 writes it"),
    (re.compile(r"\bur['\"]"), "a text as Python 2 writes it"),
)
"""What only Python 2 reads, on the line on which Python 3 stops, and what it is called."""

NAMES_OF_2 = frozenset(
    {"xrange", "raw_input", "unicode", "basestring", "unichr", "long", "execfile", "reload", "cmp", "file"}
)
MODULES_OF_2 = frozenset(
    {"cPickle", "ConfigParser", "StringIO", "cStringIO", "urllib2", "Queue", "Tkinter", "__builtin__", "commands"}
)


class UnreadableError(ValueError):
    """What is given is no Python that the doctor can run; the message says why, as a sentence."""


@dataclass(frozen=True)
class Source:
    """A script or notebook: its text and code, and of a notebook the line on which each code cell begins."""

    path: Path
    text: str
    code: CodeType
    cells: tuple[int, ...] = ()

    @property
    def interactive(self) -> bool:
        """Whether it was written for IPython, so that its names are to be there."""
        return bool(self.cells) or EXPORTED.search(self.text) is not None

    def place(self, line: int) -> str:
        """Return where a line of the text is: 'line 7', or 'cell 3, line 2' of a notebook."""
        if not self.cells:
            return f"line {line}"
        cell = max(bisect.bisect_right(self.cells, line), 1)
        return f"cell {cell}, line {line - self.cells[cell - 1] + 1}"

    def placed(self, words: str) -> str:
        """Return words in which each 'line 7' is a place of a notebook; of a script, the words as they are."""
        if not self.cells:
            return words
        return re.sub(r"(?<!, )\bline (\d+)\b", lambda found: self.place(int(found[1])), words)


def read(path: Path) -> Source:
    """Return what is at `path`, compiled; UnreadableError where it is not Python 3 for Brian2."""
    cells: tuple[int, ...] = ()
    try:
        if path.suffix == NOTEBOOK:
            text, cells = joined(path.read_text(encoding="utf-8"))
        else:
            text = read_source(path)
    except NotPythonError as error:
        raise UnreadableError(f"{path} {error}.") from None
    except SyntaxError as error:  # a coding line that names no encoding
        raise UnreadableError(f"{path} is not Python that can be run: {error.msg}.") from None
    except (OSError, UnicodeDecodeError) as error:
        raise UnreadableError(f"{unreadable(path, error)}") from None
    if (old := BRIAN_1.search(text)) and not (path.parent / "brian.py").exists():
        source = Source(path, text, compile("", str(path), "exec"), cells)
        raise UnreadableError(_brian_1(source, old[1].strip(), text.count("\n", 0, old.start(1)) + 1))
    try:
        code = compile(text, str(path), "exec")
    except SyntaxError as error:
        source = Source(path, text, compile("", str(path), "exec"), cells)
        line = error.lineno or 1
        if (written := _of_python_2(text, line)) is not None:
            raise UnreadableError(python_2(source, written, line)) from None
        where = source.place(line)
        raise UnreadableError(f"{path} is not Python that can be run: {error.msg} ({where}).") from None
    except ValueError as error:  # null bytes
        raise UnreadableError(f"{path} is not Python that can be run: {error}.") from None
    if cells:  # what Brian2 and tracebacks show of a line is Python, not JSON
        linecache.cache[str(path)] = (len(text), None, text.splitlines(keepends=True), str(path))
    return Source(path, text, code, cells)


def python_2(source: Source, written: str, line: int) -> str:
    """Return what is said of a script of Python 2, with what to do."""
    return (
        f"{source.path} is Python 2 ({written} on {source.place(line)}): Brian2 needs Python 3, so write print(...), "
        "range for xrange and `except X as e`, or let `2to3 -w` change the script: Python up to 3.12 has it, and no "
        "later one."
    )


def name_of_python_2(error: BaseException) -> str | None:
    """Return the name of Python 2 that an exception says is not there, None for another exception."""
    name = getattr(error, "name", None)
    if isinstance(error, ModuleNotFoundError):
        return name if name in MODULES_OF_2 else None
    return name if isinstance(error, NameError) and name in NAMES_OF_2 else None


def _of_python_2(text: str, line: int) -> str | None:
    written = text.splitlines()[line - 1] if 0 < line <= text.count("\n") + 1 else ""
    return next((name for pattern, name in PYTHON_2 if pattern.search(written.partition("#")[0])), None)


def _brian_1(source: Source, written: str, line: int) -> str:
    return (
        f"{source.path} is for Brian 1 (`{written}` on {source.place(line)}), which no Python of today runs: rewrite "
        "it for Brian2 by the pages 'Changes for Brian 1 users' of Brian2's documentation, beginning with "
        "`from brian2 import *`."
    )
