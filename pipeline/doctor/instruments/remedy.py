"""The remedy for a driving force that is stored as a current: the same network with true conductances.

For an event X += w*(E - v_post), the state X keeps its name and its decay but becomes the conductance times one volt,
X += w*volt; where dv/dt had X, it has X*(v - E)/volt, or the contrary, so that v is pulled to E.
"""

import ast
import re
from typing import Any

from brian2.equations.equations import SUBEXPRESSION

from pipeline.doctor.instruments.experiments import rewritten


def conductance_code(path: Any) -> tuple[str, str] | None:
    """Return the variable that an event adds a driving force to, and the event's code with one volt in its place.

    None where the event is not of the form X += ... (A - v_post) ..., with subexpressions of the synapse replaced.
    """
    match = re.fullmatch(r"\s*(\w+?)(?:_post)?\s*[+-]=\s*(.+?)\s*", path.code)
    if match is None:
        return None
    variable, text = match.groups()
    for _ in range(5):
        for name, equation in path.synapses.equations.items():
            if equation.type == SUBEXPRESSION:
                text = re.sub(rf"\b{name}\b", f"({equation.expr.code})", text)
    replacer = _Force()
    tree = replacer.visit(ast.parse(text, mode="eval"))
    return (variable, f"{variable}_post += {ast.unparse(tree)}") if replacer.count == 1 else None


class _Force(ast.NodeTransformer):
    """Replaces differences that contain v_post by one volt."""

    count = 0

    def visit_BinOp(self, node: ast.BinOp) -> ast.AST:
        sides = {getattr(node.left, "id", None), getattr(node.right, "id", None)}
        if isinstance(node.op, ast.Sub) and sides & {"v_post", "v"}:
            self.count += 1
            return ast.Name("volt")
        return self.generic_visit(node)


def make_conductances(group: Any, reversals_v: dict[str, float], outward: bool) -> None:
    """Let the current variables of `reversals_v` act as conductances; changes `group`: only in a forked process.

    `outward`: dv/dt has them with a minus, so X*(v - E) pulls v to E.
    """

    def acting(name: str, expression: str, differential: bool) -> str:
        own = differential and name in reversals_v
        return expression if own else _acting(expression, reversals_v, outward)

    rewritten(group, acting)


def _acting(expression: str, reversals_v: dict[str, float], outward: bool) -> str:
    for name, e in reversals_v.items():
        force = f"(v - ({e!r})*volt)/volt" if outward else f"(({e!r})*volt - v)/volt"
        expression = re.sub(rf"\b{name}\b", f"({name}*{force})", expression)
    return expression
