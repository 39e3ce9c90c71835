"""Constants that meant one thing when a group was made and another when it runs.

Brian2 looks up a name in the equations when the run begins, so the last assignment wins, for all groups that use it.
"""

import ast
import builtins
from dataclasses import dataclass
from typing import Any

import brian2 as b2
from brian2.utils.stringtools import get_identifiers

from pipeline.doctor.instruments.subject import Subject
from pipeline.doctor.instruments.texts import parsed, texts

SHADOWED = ("any", "all")


@dataclass(frozen=True)
class Change:
    """A constant that changed between the making of groups and their run."""

    name: str
    now: float
    then: dict[str, float]
    """Its value when each group that uses it was made, by group name."""

    @property
    def shared(self) -> bool:
        """Groups that use it were made with different values: they cannot all have meant the last one."""
        return len(set(self.then.values())) > 1


def used(subject: Subject, made: Any) -> dict[str, float]:
    """Return the outside constants that an object's code uses and the value that each has in the run, SI units."""
    regular = [code for _, group, code in subject.regular_code() if group.name == made.name]
    found = {}
    for name in set().union(*map(get_identifiers, [*texts(made), *regular])):
        if name in made.variables or name in (made.namespace or {}) or name not in subject.namespace:
            continue
        value = subject.namespace[name]
        try:
            found[name] = float(value)
        except (TypeError, ValueError):
            continue
    return found


def changes(subject: Subject) -> list[Change]:
    """Return all constants whose value at the run differs from that at the making of an object that uses them."""
    then: dict[str, dict[str, float]] = {}
    now: dict[str, float] = {}
    for made in [*subject.neurons, *subject.synapses]:
        at_creation = subject.witness.made.get(made) if subject.witness else None
        if at_creation is None:
            continue
        for name, value in used(subject, made).items():
            now[name] = value
            if name in at_creation.constants:
                then.setdefault(name, {})[made.name] = at_creation.constants[name]
    return [
        Change(name, now[name], values)
        for name, values in sorted(then.items())
        if any(value != now[name] for value in values.values())
    ]


def shadowed_builtins(source: str) -> list[tuple[int, str]]:
    """Return (line, name) where a builtin that `from brian2 import *` replaced by numpy's is given a generator.

    numpy's any and all take arrays: of a generator, any(...) is always true. Its sum passes one on to Python's.
    """
    tree = parsed(source)
    stars = [
        node.lineno
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom)
        and node.module in ("brian2", "pylab", "brian2.only", "numpy")
        and any(alias.name == "*" for alias in node.names)
    ]
    if not stars:
        return []
    replaced = [name for name in SHADOWED if hasattr(b2, name) and getattr(b2, name) is not getattr(builtins, name)]
    return [
        (node.lineno, node.func.id)
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in replaced
        and node.lineno > min(stars)
        and any(isinstance(argument, ast.GeneratorExp) for argument in node.args)
    ]
