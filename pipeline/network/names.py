"""The names that the Python code of a script reads and assigns, from its syntax tree."""

import ast
from collections.abc import Iterable, Iterator, Mapping

HOOK = "__site__"
"""Name of the hook in the rewritten script: takes the number of a site and its value, returns the value to use."""

INTROSPECTION = frozenset(
    {"globals", "locals", "vars", "eval", "exec", "dir", "inspect", "sys", "__import__", "getattr"}
)
"""With one of these, a script may read its variables without naming them."""

EVERY = ("values", "items")
"""Methods of a dictionary that give all of its entries."""

Calls = dict[tuple[str, str | int], list[tuple[ast.expr, tuple[str, ...]]]]
"""What functions are called with, by (function, argument or position), each with the names that it reads."""


def read_names(tree: ast.Module) -> set[str]:
    """Return the names that Python code reads, as names, attributes, or entries of dictionaries.

    Of a dictionary of which an entry is read whose key is not written there, or all are, all entries are.
    """
    nodes = list(ast.walk(tree))
    read = {node.id for node in nodes if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Store)}
    read |= {node.attr for node in nodes if isinstance(node, ast.Attribute) and not isinstance(node.ctx, ast.Store)}
    whole: set[str] = set()
    for node in nodes:
        if isinstance(node, ast.Subscript) and not isinstance(node.ctx, ast.Store):
            key = getattr(node.slice, "value", None)
            if isinstance(key, str):
                read.add(key)
            elif isinstance(node.value, ast.Name) and not isinstance(node.slice, ast.Constant):
                whole.add(node.value.id)
        elif isinstance(node, ast.Call):
            read |= {one.value for one in node.args if isinstance(one, ast.Constant) and isinstance(one.value, str)}
            whole |= {one.value.id for one in node.keywords if one.arg is None and isinstance(one.value, ast.Name)}
        elif isinstance(node, ast.Attribute) and node.attr in EVERY and isinstance(node.value, ast.Name):
            whole.add(node.value.id)
    return read.union(*(_entries(node) for node in nodes if isinstance(node, ast.Assign) and _names(node) & whole))


def _names(node: ast.Assign) -> set[str]:
    return {target.id for target in node.targets if isinstance(target, ast.Name)}


def _entries(node: ast.Assign) -> set[str]:
    """Return the keys of the dictionaries that an assignment writes."""
    inner = list(ast.walk(node.value))
    keys = [key for one in inner if isinstance(one, ast.Dict) for key in one.keys]
    calls = [one for one in inner if isinstance(one, ast.Call) and getattr(one.func, "id", "") == "dict"]
    found = {key.value for key in keys if isinstance(key, ast.Constant) and isinstance(key.value, str)}
    return found | {keyword.arg for one in calls for keyword in one.keywords if keyword.arg is not None}


def introspects(tree: ast.Module) -> bool:
    """Return whether Python code may read its names in ways that its tree does not show."""
    imported = {
        name.split(".")[0]
        for node in ast.walk(tree)
        if isinstance(node, ast.Import)
        for alias in node.names
        for name in (alias.name, alias.asname or "")
    }
    names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Store)}
    return bool((names | imported) & INTROSPECTION)


def note_calls(tree: ast.Module, own: set[str], found: Calls) -> None:
    """Note what functions are called with."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            for position, value in enumerate(node.args):
                found.setdefault((name, position), []).append((value, reads_of(value, own)))
            for keyword in node.keywords:
                if keyword.arg is not None:
                    found.setdefault((name, keyword.arg), []).append((keyword.value, reads_of(keyword.value, own)))


def reads_of(value: ast.expr, own: set[str]) -> tuple[str, ...]:
    """Return the names of the script's own that an expression reads, by themselves or as those of a module."""
    nodes = list(ast.walk(value))
    names = {node.id for node in nodes if isinstance(node, ast.Name)} & own - {HOOK}
    dotted = {node for node in nodes if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name)}
    return tuple(sorted(names | {node.attr for node in dotted if ast.unparse(node) in own}))


def assigned_names(tree: ast.Module) -> Iterable[str]:
    """Yield the names that a script assigns or takes as arguments, imported ones left out."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id
        elif isinstance(node, ast.arg):
            yield node.arg


def dotted_names(tree: ast.Module, modules: Mapping[str, ast.Module]) -> Iterator[str]:
    """Yield what a file calls the numbers of modules that it imports by their names: `network.tau`."""
    names = {module: top_names(own) for module, own in modules.items()}
    for node in ast.walk(tree):
        for alias in node.names if isinstance(node, ast.Import) else ():
            yield from (f"{alias.asname or alias.name}.{name}" for name in names.get(alias.name, ()))


def top_names(tree: ast.Module) -> set[str]:
    """Return the names that a file assigns at its top level, which other files can import."""
    inner = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.ClassDef | ast.Lambda)]
    local = {id(node) for one in inner for node in ast.walk(one)}
    return {
        node.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store) and id(node) not in local
    }
