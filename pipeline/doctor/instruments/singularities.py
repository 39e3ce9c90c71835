"""Places where a rate function is 0/0: removable singularities at potentials that the network crosses."""

import ast
from dataclasses import dataclass

import numpy as np

from pipeline.doctor.instruments.dynamics import Dynamics

SCAN_V = np.linspace(-0.15, 0.1, 2501) + 1.7e-7


@dataclass(frozen=True)
class Singularity:
    """A quotient of the equations that is 0/0, or x/0, at a potential."""

    variable: str
    quotient: str
    v: float
    removable: bool


def quotients(dynamics: Dynamics) -> list[tuple[str, str]]:
    """Return (variable, quotient) for all quotients of the equations whose denominator depends on v."""
    depends = {dynamics.v}
    for _ in dynamics.expressions:
        depends |= {
            name
            for name, text in dynamics.expressions.items()
            if name not in dynamics.states
            and depends & {n.id for n in ast.walk(ast.parse(text)) if isinstance(n, ast.Name)}
        }
    found = []
    for name, text in dynamics.expressions.items():
        for node in ast.walk(ast.parse(text, mode="eval")):
            if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div):
                names = {n.id for n in ast.walk(node.right) if isinstance(n, ast.Name)}
                if names & depends:
                    found.append((name, ast.unparse(node)))
    return found


def singularities(dynamics: Dynamics) -> list[Singularity]:
    """Return where denominators vanish between -150 and 100 mV, found by bisection."""
    if dynamics.v is None:
        return []
    found: list[Singularity] = []
    for variable, quotient in quotients(dynamics):
        node = ast.parse(quotient, mode="eval").body
        assert isinstance(node, ast.BinOp)
        above, below = ast.unparse(node.left), ast.unparse(node.right)
        for v in _roots(dynamics, below):
            size = np.abs(_at(dynamics, above, dynamics.frame.model(SCAN_V))).max()
            removable = abs(_at(dynamics, above, np.array([v]))[0]) < 1e-6 * max(size, 1e-300)
            if not any(abs(v - other.v) < 1e-6 and other.variable == variable for other in found):
                found.append(Singularity(variable, quotient, v, removable))
    return found


def _at(dynamics: Dynamics, expression: str, v: np.ndarray) -> np.ndarray:
    values = dynamics.now(np.zeros(len(v), int))
    values[dynamics.potential] = v
    for name in dynamics.states:
        if name != dynamics.v and dynamics.dimensionless(name):
            values[name] = np.full(len(v), 0.5)
    return np.broadcast_to(np.asarray(dynamics.evaluate(expression, values), float), v.shape)


def _roots(dynamics: Dynamics, expression: str) -> list[float]:
    scan = dynamics.frame.model(SCAN_V)
    values = _at(dynamics, expression, scan)
    roots = []
    for k in np.nonzero(np.diff(np.sign(values)) != 0)[0]:
        low, high = scan[k], scan[k + 1]
        sign = np.sign(values[k])
        if not np.isfinite(values[k : k + 2]).all() or abs(values[k] - values[k + 1]) > 0.5 * np.abs(values).max():
            continue
        for _ in range(50):
            middle = (low + high) / 2
            if np.sign(_at(dynamics, expression, np.array([middle]))[0]) == sign:
                low = middle
            else:
                high = middle
        roots.append(float((low + high) / 2))
    return roots
