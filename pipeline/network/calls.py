"""What a script calls, by its syntax tree: how it may run, and the probabilities of its connections."""

import ast

from pipeline.network.sites import Survey


def may_run_again(known: Survey) -> bool:
    """Return whether a script may have another run than one at its top level."""
    calls = _calls(known, "run")
    alone = [
        node.value for node in known.tree.body if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call)
    ]  # fmt: skip
    return not (len(calls) == 1 and calls[0] in alone)


def probabilities(known: Survey) -> set[str]:
    """Return the names that are by themselves the probability of a connection, as in `connect(p=p_EE)`."""
    given = [one.value for call in _calls(known, "connect") for one in call.keywords if one.arg == "p"]
    texts = {one.value.strip() for one in given if isinstance(one, ast.Constant) and isinstance(one.value, str)}
    return {one.id for one in given if isinstance(one, ast.Name)} | {text for text in texts if text.isidentifier()}


def _calls(known: Survey, name: str) -> list[ast.Call]:
    nodes = (node for tree in (known.tree, *(module.tree for module in known.modules)) for node in ast.walk(tree))
    return [node for node in nodes if isinstance(node, ast.Call) and _called(node) == name]


def _called(node: ast.Call) -> str:
    return str(getattr(node.func, "id", getattr(node.func, "attr", "")))
