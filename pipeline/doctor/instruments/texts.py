"""What the user wrote of an object, wherever it stands: expressions that are computed, statements that are run."""

import ast
from collections.abc import Iterator
from typing import Any

from pipeline.doctor.instruments.subject import Subject


def texts(made: Any) -> Iterator[str]:
    """Yield equations, sums, conditions of events, refractoriness, rates, and what events of an object run."""
    for equations in (getattr(made, "equations", None), getattr(made, "event_driven", None)):
        yield from (equation.expr.code for equation in (equations or {}).values() if equation.expr is not None)
    yield from (str(updater.expression.code) for updater in getattr(made, "summed_updaters", {}).values())
    found = [*getattr(made, "events", {}).values(), getattr(made, "_refractory", None), getattr(made, "_rates", None)]
    found += [*getattr(made, "event_codes", {}).values(), *(path.code for path in getattr(made, "_pathways", []))]
    yield from (text for text in found if isinstance(text, str))


def parsed(text: str) -> ast.Module:
    """Return a script, or an expression, as a tree; an empty one where it is no Python, as a cell with its magics."""
    try:
        return ast.parse(text)
    except SyntaxError:
        return ast.Module([], [])


def all_texts(subject: Subject) -> list[str]:
    """Return the texts of all objects of a network, and the code that runs regularly."""
    of_objects = [text for made in subject.all_objects for text in texts(made)]
    return [*of_objects, *(code for *_, code in subject.operations())]
