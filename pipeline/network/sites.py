"""The places where a script assigns numbers, found in its syntax tree; the tree with a hook at each of them.

A site is an assignment (`taum = 20*ms`, `P.v = -60*mV`), an entry of a dictionary that is assigned, or an argument of a
function of the script. Whether its value is a number shows when the script runs. Modules that the script imports from
its own folder are searched as the script is, and their sites are numbered after its own.
"""

import ast
import tokenize
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pipeline.network.hooks import File, Marking, Site
from pipeline.network.names import Calls, assigned_names, dotted_names, introspects, note_calls, read_names, top_names


@dataclass(frozen=True)
class Module:
    """A module that a script imports from its own folder; `first` is the number of its first site."""

    name: str
    path: str
    tree: ast.Module
    first: int


@dataclass(frozen=True)
class Survey:
    """What the syntax tree of a script tells: its sites, the rewritten tree, and the names that its Python reads."""

    sites: tuple[Site, ...]
    """Those of the script, then those of each module."""
    tree: ast.Module
    read: frozenset[str]
    """Names that Python code of the script reads; others reach the network through equations alone."""
    opaque: bool
    """Whether the script may read names in ways that its tree does not show."""
    modules: tuple[Module, ...] = ()


def read_source(path: Path | str) -> str:
    """Return the text of a script in the encoding that it declares (PEP 263), UTF-8 without one.

    SyntaxError, UnicodeDecodeError or OSError where it cannot be read.
    """
    with tokenize.open(path) as file:
        return file.read()


def survey(source: str, path: str, modules: Mapping[str, str] | None = None) -> Survey:
    """Return the survey of a script; SyntaxError or ValueError where it, or one of its modules, is not Python.

    `modules`: the sources of modules that it imports from its own folder, by path.
    """
    files = [File("", path, source, ast.parse(source, path))]
    for place, text in (modules or {}).items():
        files.append(File(Path(place).stem, place, text, _imported(ast.parse(text, place))))
    read = frozenset[str]().union(*(read_names(file.tree) for file in files))
    opaque = any(introspects(file.tree) for file in files)
    shared = set[str]().union(*(top_names(file.tree) for file in files))
    imported = {file.name: file.tree for file in files[1:]}
    own = [{*assigned_names(file.tree), *shared, *dotted_names(file.tree, imported)} for file in files]
    calls: Calls = {}
    for file, names in zip(files, own, strict=True):
        note_calls(file.tree, names, calls)
    sites: list[Site] = []
    trees: list[ast.Module] = []
    firsts: list[int] = []
    for file, names in zip(files, own, strict=True):
        firsts.append(len(sites))
        marking = Marking(file, names, calls, len(sites))
        trees.append(ast.fix_missing_locations(marking.visit(file.tree)))
        sites += marking.sites
    rest = tuple(Module(f.name, f.path, t, k) for f, t, k in zip(files[1:], trees[1:], firsts[1:], strict=True))
    return Survey(tuple(sites), trees[0], read, opaque, rest)


def replaced(source: str, path: str, texts: Mapping[tuple[int, int], str], module: Module | None = None) -> str:
    """Return a script with other expressions at sites; only those that stand in its text, so no arguments of calls.

    Those that are for one pass of a site alone are not written: the text is that of all passes.

    `module`: whose source it is, where it is not the script's own.
    """
    tree = ast.parse(source, path)
    tree = _imported(tree) if module else tree
    marking = Marking(File("", path, source, tree), set(), {}, module.first if module else 0)
    marking.visit(tree)
    lines = [f"{line}\n" for line in source.split("\n")]  # as ast counts them; a form feed ends none
    lines[-1] = lines[-1][:-1]
    places = [
        (*marking.places[site], text) for (site, times), text in texts.items() if site in marking.places and times == -1
    ]
    for line, begin, end_line, end, text in sorted(places, reverse=True):
        first, last = lines[line - 1].encode(), lines[end_line - 1].encode()
        lines[line - 1 : end_line] = [(first[:begin] + text.encode() + last[end:]).decode()]
    return "".join(lines)


def _imported(tree: ast.Module) -> ast.Module:
    """Return the tree of a module without what it does only as a script: `if __name__ == "__main__":`."""
    body: list[ast.stmt] = []
    for statement in tree.body:
        body += statement.orelse if isinstance(statement, ast.If) and _asks_for_main(statement.test) else [statement]
    tree.body = body
    return tree


def _asks_for_main(test: ast.expr) -> bool:
    if not (isinstance(test, ast.Compare) and len(test.ops) == 1 and isinstance(test.ops[0], ast.Eq)):
        return False
    sides = (test.left, test.comparators[0])
    names = [side.id for side in sides if isinstance(side, ast.Name)]
    return names == ["__name__"] and any(isinstance(side, ast.Constant) and side.value == "__main__" for side in sides)
