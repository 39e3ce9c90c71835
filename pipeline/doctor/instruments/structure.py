"""What was built against what was declared: in-degrees, delays on the grid of dt."""

import ast
import re
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from pipeline.doctor.instruments.subject import Subject

DECLARES = re.compile(r"^K(_?[A-Za-z0-9]+)*$")
"""Names such as K, K_ab, Kab: a mean in-degree, when a weight is divided by it or by its root."""


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

    `declared`: by name of the Synapses, from the user; else a constant called K... that divides the weight in the
    script (`S.w = g/sqrt(K)`) or in the event's code.
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
        named = _named(subject, label, [path.code for path in made._pathways])
        if named is not None:
            name, line = named
            value = subject.namespace.get(name)
            if isinstance(value, (int, float, np.number)) and value > 0:
                noise = 4 * np.sqrt(float(value) / targets)
                if abs(realised - float(value)) < noise:
                    realised_or_noise = float(value)
                    found.append(Degree(label, name, float(value), realised_or_noise, line))
                else:
                    found.append(Degree(label, name, float(value), realised, line))
    return found


def _named(subject: Subject, label: str, codes: list[str]) -> tuple[str, int | None] | None:
    """Return the one name K... by which the weight of a projection is divided, and its line."""
    texts: list[tuple[str, int | None]] = [(code, None) for code in codes]
    if subject.source:
        try:
            tree = ast.parse(subject.source)
        except SyntaxError:
            tree = ast.Module([], [])
        for node in ast.walk(tree):
            if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Attribute):
                owner = node.targets[0].value
                if isinstance(owner, ast.Name) and owner.id == label:
                    value = node.value
                    text = value.value if isinstance(value, ast.Constant) else ast.unparse(value)
                    if isinstance(text, str):
                        texts.append((text, node.lineno))
    for text, line in texts:
        names = {name for name in _divisors(text) if DECLARES.match(name)}
        if len(names) == 1:
            return names.pop(), line
    return None


def _divisors(text: str) -> set[str]:
    found: set[str] = set()
    for statement in text.split("\n"):
        right = statement.split("=")[-1]
        try:
            tree = ast.parse(right.strip(), mode="eval")
        except SyntaxError:
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div):
                found |= {n.id for n in ast.walk(node.right) if isinstance(n, ast.Name)}
    return found


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


def rounded_delays(subject: Subject) -> list[Rounded]:
    """Return, for each pathway with delays that are no multiples of dt, the one that changes most."""
    found = []
    for path in subject.pathways():
        dt = float(path.source.clock.dt_)
        asked = np.atleast_1d(path.variables["delay"].get_value())
        if not len(asked):
            continue
        made = np.floor(asked / dt + 0.5) * dt
        if len(np.unique(asked)) > 1:  # drawn from a distribution: rounding averages out unless all vanish
            asked, made = asked.mean(keepdims=True), made.mean(keepdims=True)
        worst = int(np.argmax(np.abs(made - asked)))
        if abs(made[worst] - asked[worst]) > 1e-3 * dt:
            found.append(Rounded(subject.label(path.synapses), float(asked[worst]), float(made[worst]), dt))
    return found
