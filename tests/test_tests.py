"""Tests that assert nothing pass whatever breaks: there are none."""

import ast
from pathlib import Path

HELD = ("raises", "warns", "deprecated_call")
"""Of pytest: as much as an assert."""


def _called(function: ast.FunctionDef) -> set[str]:
    """Return the names of all that a function calls; of pytest's only those of HELD."""
    names = set()
    for node in ast.walk(function):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            names.add(node.func.id)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "pytest":
            names.update({node.attr}.intersection(HELD))
    return names


def _asserts(function: ast.FunctionDef) -> bool:
    """Tell whether a function has an assert of its own; that of a constant is none."""
    return any(isinstance(node, ast.Assert) and not isinstance(node.test, ast.Constant) for node in ast.walk(function))


def idle(sources: dict[str, str]) -> list[str]:
    """Return 'file: test' for each test function that asserts nothing, neither itself nor in a function it calls."""
    functions = [
        (file, node)
        for file, source in sources.items()
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.FunctionDef)
    ]
    holding = {*HELD, *(node.name for _, node in functions if _asserts(node))}
    while more := {node.name for _, node in functions if _called(node) & holding} - holding:
        holding |= more
    tests = [(file, node) for file, node in functions if node.name.startswith("test")]
    return [f"{file}: {node.name}" for file, node in tests if not _asserts(node) and not _called(node) & holding]


def test_every_test_asserts_something():
    sources = {path.name: path.read_text() for path in sorted(Path("tests").glob("*.py"))}
    assert len(sources) > 20
    assert idle(sources) == []


def test_a_test_that_asserts_nothing_is_found():
    source = """
def _same(a, b):
    assert a == b

def _both(a):
    _same(a, a)

def test_by_a_helper(): _both(1)
def test_by_raises():
    with pytest.raises(ValueError): int("x")
def test_that_runs(): print(1)
def test_of_a_constant():
    assert True
def test_with_a_function_of_another_kind(): result.raises()
"""
    assert idle({"a.py": source}) == [
        "a.py: test_that_runs",
        "a.py: test_of_a_constant",
        "a.py: test_with_a_function_of_another_kind",
    ]
