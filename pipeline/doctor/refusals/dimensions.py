"""Units that do not fit: what an expression has, what it should have, and which single name or number explains it."""

import ast
import copy
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import brian2 as b2
from brian2.core.functions import Function
from brian2.core.variables import Constant, Variable
from brian2.parsing.expressions import parse_expression_dimensions
from brian2.units.fundamentalunits import DIMENSIONLESS, get_dimensions, get_unit

UNITS = {
    "volt": "mV", "amp": "pA", "second": "ms", "siemens": "nS", "hertz": "Hz", "farad": "pF", "ohm": "Mohm",
    "metre": "um", "coulomb": "pcoulomb", "kelvin": "kelvin", "mmolar": "mM", "mole": "mol", "watt": "watt",
}  # fmt: skip
"""Units as they stand in equations, and a size of each that fits neurons."""
DENSE = {"siemens": "msiemens/cm**2", "amp": "uA/cm**2", "farad": "uF/cm**2", "volt": "mV/um**2"}


def unit(dim: Any) -> tuple[str, str]:
    """Return a dimension as equations write it (siemens/metre**2), and in a size that fits (msiemens/cm**2)."""
    if dim is DIMENSIONLESS:
        return "1", "1"
    for name, handy in UNITS.items():
        if getattr(b2, name).dim is dim:
            return name, handy
    for name, handy in DENSE.items():
        if getattr(b2, name).dim / b2.metre.dim**2 is dim:
            return f"{name}/metre**2", handy
    for under, small in sorted(UNITS.items(), key=lambda pair: pair[0] != "second"):
        for name, handy in UNITS.items():
            if getattr(b2, name).dim / getattr(b2, under).dim is dim:
                return f"{name}/{under}", f"{handy}/{small}"
    for under, small in UNITS.items():
        for name, handy in UNITS.items():
            if getattr(b2, name).dim * getattr(b2, under).dim is dim:
                return f"{name}*{under}", f"{handy}*{small}"
    for power in (-0.5, 0.5, -1, 2, -2):
        for name, handy in UNITS.items():
            if getattr(b2, name).dim ** power is dim:
                return f"{name}**{power}", f"{handy}**{power}"
    return str(get_unit(dim)), str(get_unit(dim))


def told(dim: Any) -> str:
    """Return a dimension in words: 'no unit', or the unit in equations."""
    return "no unit" if dim is DIMENSIONLESS else unit(dim)[0]


@dataclass(frozen=True)
class Clash:
    """Two terms that would have to have the same unit, or a term and what it should have."""

    left: str
    left_dim: Any
    right: str
    right_dim: Any


@dataclass(frozen=True)
class Repair:
    """A name or a number that would make the units fit, had it another unit."""

    text: str
    number: bool
    has: Any
    needs: Any


@dataclass(frozen=True)
class Question:
    """An expression, the variables in it by name, and the dimension that it should have (None: any)."""

    expression: str
    variables: Mapping[str, Any]
    expected: Any = None

    def dimension(self, expression: ast.AST | str, variables: Mapping[str, Any] | None = None) -> Any:
        """Return the dimension of an expression, or None where it has none."""
        text = expression if isinstance(expression, str) else ast.unparse(expression)
        try:
            return get_dimensions(parse_expression_dimensions(text, self.variables if variables is None else variables))
        except Exception:  # Brian2 has its own for each thing that may be wrong
            return None

    def clash(self) -> Clash | None:
        """Return the innermost place where units do not fit."""
        for left, right in _same(ast.parse(self.expression.strip(), mode="eval").body):
            a, b = self.dimension(left), self.dimension(right)
            if a is not None and b is not None and a is not b:
                return Clash(ast.unparse(left), a, ast.unparse(right), b)
        for argument, function in _arguments(ast.parse(self.expression.strip(), mode="eval").body):
            has = self.dimension(argument)
            needs = getattr(self.variables.get(function), "_arg_units", [None])[0]
            if has is not None and needs is not None and not isinstance(needs, str) and needs is not bool:
                needed = get_dimensions(needs)
                if has is not needed:
                    return Clash(ast.unparse(argument), has, f"the argument of {function}", needed)
        whole = self.dimension(self.expression)
        if whole is not None and self.expected is not None and whole is not self.expected:
            return Clash(self.expression.strip(), whole, "", self.expected)
        return None

    def repairs(self) -> list[Repair]:
        """Return what would make the units fit by itself, the likeliest first: what has no unit."""
        clash = self.clash()
        if clash is None:
            return []
        ratio = clash.right_dim / clash.left_dim
        tree = ast.parse(self.expression.strip(), mode="eval")
        found = []
        called = {
            node.func.id for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
        }
        terms = {id(node) for pair in _same(tree.body) for node in pair} | {id(tree.body)}
        for node in ast.walk(tree):
            if isinstance(node, ast.Name) and node.id not in called and not _is_unit(node.id, self.variables):
                has = self.dimension(node.id)
            elif isinstance(node, ast.Constant) and not isinstance(node.value, bool):
                has = DIMENSIONLESS
            elif isinstance(node, ast.Call) and isinstance(self.variables.get(ast.unparse(node.func)), b2.TimedArray):
                has = self.dimension(node)
            else:
                continue
            for needs in (has * ratio, has / ratio) if has is not None else ():
                if self._fits(tree, node, needs):
                    number = isinstance(node, ast.Constant)
                    alone = id(node) in terms or any(
                        isinstance(o, ast.UnaryOp) and o.operand is node and id(o) in terms for o in ast.walk(tree)
                    )
                    rank = (has is not DIMENSIONLESS, number and not alone, needs is DIMENSIONLESS, number != alone)
                    found.append((rank, Repair(ast.unparse(node), number, has, needs)))
        unique = {repair.text: repair for _, repair in sorted(found, key=lambda pair: pair[0], reverse=True)}
        return list(unique.values())[::-1]

    def bracketed(self) -> str | None:
        """Return the expression with brackets about what it divides by, a/(b*c) for a/b*c, if its units then fit."""
        text = self.expression.strip()
        ends = sorted(
            (
                (node.left.right.col_offset, node.right.end_col_offset or len(text))
                for node in ast.walk(ast.parse(text, mode="eval"))
                if isinstance(node, ast.BinOp)
                and isinstance(node.op, ast.Mult)
                and isinstance(node.left, ast.BinOp)
                and isinstance(node.left.op, ast.Div)
                and isinstance(node.left.right, ast.Constant | ast.Name)
                and isinstance(node.right, ast.Constant | ast.Name)
            ),
            reverse=True,
        )
        for chosen in (ends, *([one] for one in ends)) if ends else ():
            better = text
            for begin, end in chosen:
                better = f"{better[:begin]}({better[begin:end]}){better[end:]}"
            question = Question(better, self.variables, self.expected)
            if question.dimension(better) is not None and question.clash() is None:
                return better
        return None

    def _fits(self, tree: ast.Expression, node: ast.AST, needs: Any) -> bool:
        """Tell whether the units fit once a name, or a number, has another."""
        key = node.id if isinstance(node, ast.Name) else "_number"
        changed = {**self.variables, key: Variable(name=key, dimensions=needs, scalar=True)}
        text = ast.unparse(tree) if isinstance(node, ast.Name) else ast.unparse(_replaced(tree, node))
        whole = self.dimension(text, changed)
        return whole is not None and (self.expected is None or whole is self.expected)


def _same(node: ast.AST) -> Iterator[tuple[ast.AST, ast.AST]]:
    """Yield the pairs of terms that must have one unit, the innermost first."""
    for child in ast.iter_child_nodes(node):
        yield from _same(child)
    if isinstance(node, ast.BinOp) and isinstance(node.op, (ast.Add, ast.Sub, ast.Mod)):
        yield node.left, node.right
    elif isinstance(node, ast.Compare):
        yield from zip([node.left, *node.comparators[:-1]], node.comparators, strict=True)


def _arguments(node: ast.AST) -> Iterator[tuple[ast.AST, str]]:
    for child in ast.walk(node):
        if isinstance(child, ast.Call) and isinstance(child.func, ast.Name) and child.args:
            yield child.args[0], child.func.id


def _replaced(tree: ast.Expression, node: ast.AST) -> ast.AST:
    """Return a copy of an expression in which a number, or a call, is the name _number."""

    class Swap(ast.NodeTransformer):
        def visit(self, seen: ast.AST) -> ast.AST:
            if seen is node:
                return ast.Name("_number", ast.Load())
            return copy.copy(seen) if not list(ast.iter_child_nodes(seen)) else self.generic_visit(copy.copy(seen))

        def generic_visit(self, seen: ast.AST) -> ast.AST:
            for field, value in ast.iter_fields(seen):
                if isinstance(value, list):
                    setattr(seen, field, [self.visit(v) if isinstance(v, ast.AST) else v for v in value])
                elif isinstance(value, ast.AST):
                    setattr(seen, field, self.visit(value))
            return seen

    return Swap().visit(tree)


def _is_unit(name: str, variables: Mapping[str, Any]) -> bool:
    """Tell whether a name is a unit itself (mV), or a function."""
    known = variables.get(name)
    if isinstance(known, Function):
        return True
    value = getattr(b2, name, None)
    return isinstance(value, b2.Unit) and isinstance(known, Constant)


def number_with(text: str, small: str) -> str:
    """Return an expression of Python times a unit, in brackets where it needs them."""
    text = text.strip()
    simple = re.fullmatch(r"-?[\w.]+(\[[^\]]*\]|\([^()]*\))?|\[.*\]|\(.*\)", text)
    return f"{text}*{small}" if simple else f"({text})*{small}"
