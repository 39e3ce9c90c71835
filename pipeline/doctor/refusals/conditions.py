"""Refusals about a condition that stands where a number is needed, as in w*(x > 0): Brian2 makes none of the other."""

import ast
from collections.abc import Iterator

from pipeline.doctor.instruments.texts import parsed
from pipeline.doctor.refusals.refused import Refused
from pipeline.doctor.refusals.row import Match, Row, Told


def in_arithmetic(text: str) -> list[ast.expr]:
    """Return the conditions of an expression, or of one behind `=`, that are calculated with; none where it is none."""
    return [operand for node in ast.walk(parsed(text.strip())) for operand in _operands(node) if _is_condition(operand)]


def as_numbers(text: str) -> str:
    """Return the text with int() about each condition that is calculated with."""
    text = text.strip()
    for begin in sorted((one.col_offset for one in in_arithmetic(text)), reverse=True):
        bracket = text.rindex("(", 0, begin)  # it is there, since a condition binds less than what calculates
        text = f"{text[:bracket]}int{text[bracket:]}"
    return text


def _operands(node: ast.AST) -> Iterator[ast.expr]:
    if isinstance(node, ast.BinOp):
        yield from (node.left, node.right)
    elif isinstance(node, ast.UnaryOp) and not isinstance(node.op, ast.Not):
        yield node.operand


def _is_condition(node: ast.expr) -> bool:
    return isinstance(node, ast.Compare | ast.BoolOp) or (
        isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not)
    )


def not_a_number(refused: Refused, match: Match) -> Told:
    """Say that a condition is calculated with, and make it a number."""
    text = next((one for one in refused.texts() if in_arithmetic(one)), "")
    if not text:
        return Told(f"{refused.place} has an expression that Brian2 cannot read: {refused.message}")
    return Told(
        f"In {refused.place} a condition, which is true or false, is calculated with as a number.",
        f"{as_numbers(text)}    # int(...) is 1 where it is true, else 0",
        "",
        (text,),
    )


ROWS = (
    Row(
        "SyntaxError",
        r"Relational cannot be used in|support the 'BinOp' syntax"
        r"|(Strict)?(Greater|Less)Than\b|'(Equality|Unequality|And|Or|Not)'",
        not_a_number,
    ),
)
