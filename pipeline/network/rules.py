"""What values of knobs must be together, as a knob table says it: comparisons of arithmetic, such as `a + b < c`."""

import ast
import functools
import math
import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np


def _over(operation: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    """Return a division of numbers or arrays, which is NaN where it is by 0: no comparison of that holds."""

    def divided(a: Any, b: Any) -> Any:
        if np.ndim(a) == np.ndim(b) == 0:
            return operation(a, b) if b != 0 else math.nan
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.where(b == 0, math.nan, operation(a, b))

    return divided


_OPERATORS: dict[type, Callable[..., Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: _over(operator.truediv),
    ast.Mod: _over(operator.mod),
    ast.USub: operator.neg,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Eq: operator.eq,
}


@dataclass(frozen=True)
class Rule:
    """A comparison of knobs that must hold, in the units of the knob table, and why."""

    text: str
    why: str
    tree: ast.expr
    names: tuple[str, ...]

    @classmethod
    def read(cls, text: str, why: str) -> "Rule":
        """Return the rule that a text stands for; ValueError where it is no comparison of knobs and numbers.

        It takes + - * / %, comparisons, and `A if B else C`.
        """
        try:
            tree = ast.parse(text, mode="eval").body
        except SyntaxError as error:
            raise ValueError(f"{text!r} is no comparison ({error.msg})") from None
        nodes = [node for node in ast.walk(tree) if isinstance(node, ast.expr)]
        kinds = ast.Compare | ast.BinOp | ast.UnaryOp | ast.IfExp | ast.Name | ast.Constant
        parts = [node for node in ast.walk(tree) if isinstance(node, ast.operator | ast.cmpop | ast.unaryop)]
        wrong = [node for node in nodes if not isinstance(node, kinds)]
        wrong += [node for node in nodes if isinstance(node, ast.Constant) and type(node.value) not in (int, float)]
        if wrong or any(type(part) not in _OPERATORS for part in parts) or not isinstance(tree, ast.Compare):
            raise ValueError(f"{text!r} is no comparison of knobs and numbers with + - * / %")
        read = sorted((node for node in nodes if isinstance(node, ast.Name)), key=lambda node: node.col_offset)
        names = tuple(dict.fromkeys(node.id for node in read))
        if not names:
            raise ValueError(f"{text!r} names no knob")
        return cls(text, why, tree, names)

    def holds(self, values: Mapping[str, float]) -> bool:
        """Return whether it holds for the values of all knobs; what divides by 0 does not."""
        return bool(_value(self.tree, values))

    def each(self, columns: Mapping[str, np.ndarray]) -> np.ndarray:
        """Return where it holds, for columns with the values of all knobs at many points."""
        return np.asarray(_value(self.tree, columns), bool)


def _value(node: ast.expr, values: Mapping[str, Any]) -> Any:
    match node:
        case ast.Name(id=name):
            return values[name]
        case ast.Constant(value=value):
            return value
        case ast.UnaryOp(op=op, operand=operand):
            return _OPERATORS[type(op)](_value(operand, values))
        case ast.BinOp(left=left, op=op, right=right):
            return _OPERATORS[type(op)](_value(left, values), _value(right, values))
        case ast.IfExp(test=test, body=body, orelse=orelse):
            where = _value(test, values)
            if np.ndim(where) == 0:
                return _value(body if where else orelse, values)
            return np.where(where, _value(body, values), _value(orelse, values))
        case ast.Compare(left=left, ops=ops, comparators=comparators):
            sides = [_value(side, values) for side in (left, *comparators)]
            links = (_OPERATORS[type(op)](a, b) for op, (a, b) in zip(ops, pairwise(sides), strict=True))
            return functools.reduce(operator.and_, links)
    raise AssertionError(node)  # `read` takes no other
