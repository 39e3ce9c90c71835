"""A Jupyter notebook as one text of Python: its code cells in order, without what only IPython understands."""

import io
import json
import re
import tokenize
from collections.abc import Sequence
from typing import Any

KEPT_CELLS = frozenset({"time", "timeit", "capture", "prun"})
"""Magics of a whole cell whose code is Python of the notebook; cells of all others are dropped."""

_CELL = re.compile(r"\s*%%(\w+)")
_TIMED = re.compile(r"(\s*)%(?:time|timeit|prun)\s+((?!-)\S.*)")
_ASSIGNED = re.compile(r"(\s*)([\w.\[\]'\", ]+?)\s*=\s*[%!](?!=)")
_LINE = re.compile(r"(\s*)(?:[%!?]|[\w.]+\?{1,2}\s*$)")


class NotPythonError(ValueError):
    """A file that is no notebook, or one of another language; the message says which."""


def joined(text: str) -> tuple[str, tuple[int, ...]]:
    """Return the code of a notebook's file, and the line of it on which each code cell begins, from 1 on.

    A line of IPython's own becomes one of Python that does nothing, so that lines keep their numbers. NotPythonError
    where the file is no notebook of Python.
    """
    lines: list[str] = []
    begins = []
    for cell in _cells(text):
        begins.append(len(lines) + 1)
        lines += plain(cell)
    return "\n".join(lines) + "\n", tuple(begins)


def _cells(text: str) -> list[str]:
    try:
        notebook = json.loads(text)
    except ValueError:
        raise NotPythonError("is no notebook: its text is not JSON") from None
    sheets = notebook.get("worksheets", [notebook]) if isinstance(notebook, dict) else []
    cells = [cell for sheet in sheets for cell in sheet.get("cells", []) if isinstance(cell, dict)]
    if not any("cells" in sheet for sheet in sheets) or not all("cell_type" in cell for cell in cells):
        raise NotPythonError("is no notebook: it has no cells")
    about = notebook.get("metadata", {})
    language = about.get("language_info", {}).get("name") or about.get("kernelspec", {}).get("language") or "python"
    if not str(language).lower().startswith(("python", "ipython")):
        raise NotPythonError(f"is a notebook of {language}, not of Python")
    return [_text(cell.get("source", cell.get("input", ""))) for cell in cells if cell["cell_type"] == "code"]


def _text(source: Any) -> str:
    return source if isinstance(source, str) else "".join(source)


def plain(cell: str) -> list[str]:
    """Return the lines of a cell as Python, as many as there were."""
    lines = cell.split("\n")
    first = next((line for line in lines if line.strip()), "")
    if whole := _CELL.match(first):
        if whole[1] not in KEPT_CELLS:
            return [""] * len(lines)
        lines[lines.index(first)] = ""
    if _is_python("\n".join(lines)):
        return lines
    found: list[str] = []
    begin = 0  # of the statement that is open
    for line in lines:
        if _within(found[begin:]):
            found.append(line)
            continue
        begin = len(found)
        found.append(_without_magic(line))
    return found


def _without_magic(line: str) -> str:
    if timed := _TIMED.fullmatch(line):
        return timed[1] + timed[2]
    if assigned := _ASSIGNED.match(line):
        return f"{assigned[1]}{assigned[2]} = []"
    if magic := _LINE.match(line):
        return f"{magic[1]}pass"
    return line


def _is_python(text: str) -> bool:
    try:
        compile(text, "cell", "exec")
    except (SyntaxError, ValueError):
        return False
    return True


def _within(lines: Sequence[str]) -> bool:
    """Tell whether the next line is still within a bracket or a string of these."""
    try:
        for _ in tokenize.generate_tokens(io.StringIO("\n".join(lines) + "\n").readline):
            pass
    except tokenize.TokenError as error:
        return "multi-line" in str(error) or "unterminated triple" in str(error)
    except SyntaxError:
        return False
    return False
