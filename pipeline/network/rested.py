"""What a network's own features rest on: their file, the modules of the user that it imports, the files that it names.

Of a script the files that it names and that C libraries open, which are not seen when it runs.

It is found without running them, so that what opens a file at the last moment counts as well: by the names of modules,
and by texts that are paths of files which are there, a part that is put in later being any.
"""

import ast
import glob
import os
import re
from collections.abc import Iterator
from pathlib import Path

from pipeline.config.provenance import ROOT, stripped
from pipeline.config.provenance import sha256 as digest
from pipeline.config.reader import fingerprint
from pipeline.network.readfiles import of_the_user

LONGEST = 255
"""Characters of a text that may be a path."""

_PUT_IN = re.compile(r"%[-+ #0-9.]*[a-zA-Z]|\{[^{}]*\}")
"""Where a text has a part put in: by % or format."""

_ENDING = re.compile(r"\.\w+$")
"""How a path ends of which a part is not known, such as template_*.npy: other texts with parts put in are names."""

OPENED_IN_C = frozenset({".arrow", ".cdf", ".feather", ".h5", ".hdf", ".hdf5", ".mat", ".nc", ".nwb", ".parquet"})
"""Endings of files that libraries open with no word to Python: HDF5, NetCDF, Arrow."""

ANY = "*"


def meaning(path: Path) -> str:
    """Return a fingerprint of a file of features and of all that it rests on, the code without its comments."""
    parts = [(one.name, stripped(one) if one.suffix == ".py" else digest(one)) for one in [path, *rests_on(path)]]
    return fingerprint(*parts)


def rests_on(path: Path) -> list[Path]:
    """Return the user's modules that a Python file imports, what these import, and the files that all of them name."""
    found: set[Path] = set()
    new = [path.resolve()]
    while new:
        tree = _tree(here := new.pop())
        folders = (here.parent, Path.cwd(), ROOT)
        for one in {*_modules(tree, folders), *_named(tree, (here.parent, Path.cwd()))} - found - {path.resolve()}:
            if of_the_user(one, path):
                found.add(one)
                new += [one] if one.suffix == ".py" else []
    return sorted(found)


def opened_in_c(script: Path) -> dict[Path, int]:
    """Return the files of the user that a script and its modules name and that C libraries open: when each was changed.

    In nanoseconds, that one which the script itself writes can be told.
    """
    return {path: path.stat().st_mtime_ns for path in rests_on(script) if path.suffix.lower() in OPENED_IN_C}


def _tree(path: Path) -> ast.AST:
    try:
        return ast.parse(path.read_bytes())
    except (OSError, SyntaxError, ValueError, RecursionError, MemoryError):
        return ast.Module([], [])  # whoever runs it says what is wrong


def _modules(tree: ast.AST, folders: tuple[Path, ...]) -> Iterator[Path]:
    """Give the files of modules and of the packages that these are in, from the first folder that has them."""
    names: set[tuple[int, str]] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {(0, alias.name) for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            names |= {(node.level, base), *((node.level, f"{base}.{alias.name}".strip(".")) for alias in node.names)}
    for level, name in names:
        parts = name.split(".")
        for folder in (folders[0].joinpath(*[".."] * (level - 1)),) if level else folders:
            tried = [folder.joinpath(*parts[:n]) for n in range(1, len(parts) + 1)]
            there = [file for one in tried for file in (one.with_suffix(".py"), one / "__init__.py") if file.is_file()]
            if there:
                yield from (file.resolve() for file in there)
                break


def _named(tree: ast.AST, folders: tuple[Path, ...]) -> Iterator[Path]:
    """Give the files that texts name, from the first folder that has them."""
    for pattern in {_pattern(node) for node in ast.walk(tree)}:
        if pattern is None or len(pattern) > LONGEST or (ANY in pattern and not _ENDING.search(pattern)):
            continue
        for folder in folders:
            there = glob.glob(os.path.join(glob.escape(str(folder)), os.path.expanduser(pattern)))
            if files := [Path(one) for one in there if os.path.isfile(one)]:
                yield from (file.resolve() for file in files)
                break


def _pattern(node: ast.AST) -> str | None:
    """Return the path that an expression may be, with * for what is not known of it; None of what is no path."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return _PUT_IN.sub(ANY, node.value) if "\0" not in node.value else None
    if isinstance(node, ast.JoinedStr):
        return "".join(_pattern(part) or ANY for part in node.values)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mod):
        return _pattern(node.left)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div):
        return _joined([node.left, node.right])
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        left, right = _pattern(node.left), _pattern(node.right)
        return None if left is None and right is None else f"{left or ANY}{right or ANY}"
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in ("join", "joinpath"):
        return _joined(node.args)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "format":
        return _pattern(node.func.value)
    return None


def _joined(parts: list[ast.expr]) -> str | None:
    """Return the path of parts one below the other, from the first that is known on."""
    found = [_pattern(part) for part in parts]
    while found and found[0] is None:
        del found[0]
    return "/".join(part or ANY for part in found) if found else None
