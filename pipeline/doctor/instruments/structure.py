"""What was built against what was declared: in-degrees, delays on the grid of dt."""

import ast
import contextlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from pipeline.doctor.instruments.subject import Subject
from pipeline.doctor.instruments.texts import parsed
from pipeline.doctor.instruments.witness import root

ORDER, ORDER_ROOTED = 3.0, 30.0
"""How far a count by which weights are divided, or by whose root, may be from the in-degree to be meant as one."""


@dataclass(frozen=True)
class Degree:
    """The in-degree of a projection against the one that its weights assume."""

    synapses: str
    name: str
    declared: float
    realised: float
    line: int | None

    @property
    def off(self) -> bool:
        """It is off by more than a tenth."""
        return abs(self.realised / self.declared - 1) > 0.1


def in_degrees(subject: Subject, declared: Mapping[str, float]) -> list[Degree]:
    """Return in-degrees for all projections that declare one.

    `declared`: by name of the Synapses, from the user; else a count that divides the whole weight in the script
    (`S.w = g/sqrt(K)`) or in the event's code, and that may be an in-degree: a whole number of the order of what was
    built, and not the size of a population.
    """
    found = []
    for made in subject.synapses:
        label = subject.label(made)
        if len(made) == 0:
            continue
        posts = np.unique(made.variables["_synaptic_post"].get_value())
        targets = len(made.target)
        realised = len(made) / max(targets, len(posts))
        if label in declared:
            found.append(Degree(label, "declared", float(declared[label]), realised, subject.line(made)))
            continue
        named = _named(subject, made, realised)
        if named is not None:
            name, value, line = named
            noise = 4 * np.sqrt(value / targets)
            found.append(Degree(label, name, value, value if abs(realised - value) < noise else realised, line))
    return found


def _named(subject: Subject, made: Any, realised: float) -> tuple[str, float, int | None] | None:
    """Return the one count by which the weight of a projection is divided, its value and its line."""
    label, codes = subject.label(made), [path.code for path in made._pathways]
    sizes = {len(made.source), len(made.target), len(root(made.source)), len(root(made.target))}

    def meant(name: str, rooted: bool) -> bool:
        value = subject.namespace.get(name)
        if not isinstance(value, (int, float, np.number)) or value < 2 or value != int(value) or value in sizes:
            return False
        return max(realised / value, value / realised) <= (ORDER_ROOTED if rooted else ORDER)

    texts: list[tuple[str, int | None]] = [(code, None) for code in codes]
    for node in ast.walk(parsed(subject.source or "")):
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Attribute):
            owner = node.targets[0].value
            if isinstance(owner, ast.Name) and owner.id == label:
                value = node.value
                text = value.value if isinstance(value, ast.Constant) else ast.unparse(value)
                if isinstance(text, str):
                    texts.append((text, node.lineno))
    for text, line in texts:
        names = [name for name, rooted in _divisors(text) if meant(name, rooted)]
        if len(names) == 1:
            return names[0], float(subject.namespace[names[0]]), line
    return None


def _divisors(text: str) -> list[tuple[str, bool]]:
    """Return the names that divide all of the right side of statements, and whether by their root."""
    found: list[tuple[str, bool]] = []
    for statement in text.split("\n"):
        with contextlib.suppress(SyntaxError):
            found += _below(ast.parse(statement.split("=")[-1].strip(), mode="eval").body)
    return list(dict.fromkeys(found))


def _below(node: ast.expr) -> list[tuple[str, bool]]:
    """Return what divides a product as a whole; a sum has nothing that does."""
    if isinstance(node, ast.UnaryOp):
        return _below(node.operand)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult):
        return _below(node.left) + _below(node.right)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div):
        return _below(node.left) + _factors(node.right)
    return []


def _factors(node: ast.expr) -> list[tuple[str, bool]]:
    """Return the names whose product, of themselves or of their roots, an expression is."""
    if isinstance(node, ast.Name):
        return [(node.id, False)]
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult):
        return _factors(node.left) + _factors(node.right)
    root_of = isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] == "sqrt" and node.args[0]
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Pow) and ast.unparse(node.right) in ("0.5", "1 / 2"):
        root_of = node.left
    return [(root_of.id, True)] if isinstance(root_of, ast.Name) else []


LADDER = 4
"""Different delays in equal steps from which on these are taken to be meant."""


@dataclass(frozen=True)
class Rounded:
    """A delay that the grid of dt changes."""

    synapses: str
    asked_s: float
    made_s: float
    dt_s: float

    @property
    def far(self) -> bool:
        """It changes by a tenth or more, or vanishes."""
        return abs(self.made_s - self.asked_s) >= 0.1 * self.asked_s


@dataclass(frozen=True)
class Merged:
    """Delays in equal steps that are finer than dt, so that different ones become the same."""

    synapses: str
    asked: int
    """Different delays."""
    step_s: float
    made: int
    """Those that are left."""
    dt_s: float


def merged_delays(subject: Subject) -> list[Merged]:
    """Return the pathways with delays in equal steps, of which the grid leaves half as many at most."""
    found = []
    for path in subject.pathways():
        dt_s = float(path.source.clock.dt_)
        asked = np.unique(np.round(np.atleast_1d(path.variables["delay"].get_value()) / dt_s, 6))
        steps = np.diff(asked)
        made = len(np.unique(np.floor(asked + 0.5)))
        if len(asked) >= LADDER and np.allclose(steps, steps[0], rtol=1e-3) and 2 * made <= len(asked):
            found.append(Merged(subject.label(path.synapses), len(asked), float(steps[0]) * dt_s, made, dt_s))
    return found


def rounded_delays(subject: Subject) -> list[Rounded]:
    """Return, for each pathway with delays that are no multiples of dt, the one that changes most."""
    found = []
    for path in subject.pathways():
        dt = float(path.source.clock.dt_)
        asked = np.atleast_1d(path.variables["delay"].get_value())
        if not len(asked):
            continue
        made = np.floor(asked / dt + 0.5) * dt
        if len(np.unique(asked)) > 1:  # one by one: rounding is lost among them, unless they all become the same
            if np.ptp(made) or np.ptp(asked) <= 0.1 * asked.mean():
                continue
            asked, made = asked.mean(keepdims=True), made[:1]
        worst = int(np.argmax(np.abs(made - asked)))
        if abs(made[worst] - asked[worst]) > 1e-3 * dt:
            found.append(Rounded(subject.label(path.synapses), float(asked[worst]), float(made[worst]), dt))
    return found
