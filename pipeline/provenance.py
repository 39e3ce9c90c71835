"""Fingerprints of code: results are redone when what computes them changes, not when a comment does."""

import ast
from pathlib import Path

from pipeline.parameters import fingerprint

MEASURING = ("simulate.py", "features.py", "envelope.py")
"""Sources that decide what is measured on a program's run."""

FITTING = ("problem.py", "targets.py", "loss.py", "surface.py", "samplers.py")
"""Sources that decide what a study finds, beside those that measure."""


def code(names: tuple[str, ...]) -> str:
    """Return a fingerprint of files of this package; comments and docstrings of Python do not enter."""
    package = Path(__file__).parent
    return fingerprint(*[_meaning(package / name) for name in names])


def _meaning(path: Path) -> str:
    text = path.read_text(encoding="utf-8")
    if path.suffix != ".py":
        return text
    tree = ast.parse(text)
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        if isinstance(body, list):
            node.body = [part for part in body if not _is_docstring(part)]
    return ast.dump(tree)


def _is_docstring(node: ast.AST) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
