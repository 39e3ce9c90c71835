"""The text of a script: where a statement stands in it, what a line assigns, and where a name gets its value."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class Binding:
    """A place that gives a name a value."""

    line: int
    inside: str
    """The function around it; empty where there is none."""


class Listing:
    """A script's text; an empty one where it is not known."""

    def __init__(self, source: str | None) -> None:
        self.lines = (source or "").splitlines()
        try:
            self._tree = ast.parse(source or "")
        except SyntaxError:  # as of a cell of a notebook, with its magics
            self._tree = ast.parse("")
        dense = [re.sub(r"\s", "", line) for line in self.lines]
        self._dense = "".join(dense)
        self._at = [number for number, line in enumerate(dense, 1) for _ in line]

    def text(self, line: int | None) -> str:
        """Return a line without its indentation and comment, empty if there is none."""
        if line is None or not 0 < line <= len(self.lines):
            return ""
        text = self.lines[line - 1].strip()
        return re.sub(r"\s+#[^'\"]*$", "", text)

    def find(self, statement: str, near: int = 0) -> int | None:
        """Return the line on which a statement begins, spaces apart: the first from line `near` on, else the first."""
        wanted = re.sub(r"\s", "", statement)
        found = []
        place = self._dense.find(wanted) if wanted else -1
        while place >= 0:
            end = place + len(wanted)
            if not (self._joined(place - 1) or self._joined(end - 1)):
                found.append(self._at[place])
            place = self._dense.find(wanted, place + 1)
        return next((line for line in found if line >= near), found[0] if found else None)

    def _joined(self, place: int) -> bool:
        """Tell whether a character and the next are of one word."""
        pair = self._dense[max(place, 0) : place + 2]
        return len(pair) == 2 and re.fullmatch(r"\w\w", pair) is not None and self._at[place] == self._at[place + 1]

    def call(self, line: int | None) -> ast.stmt | None:
        """Return the innermost simple statement that covers a line."""
        over = [
            node
            for node in ast.walk(self._tree)
            if isinstance(node, ast.stmt)
            and not isinstance(node, (ast.FunctionDef, ast.ClassDef, ast.For, ast.While, ast.If, ast.With, ast.Try))
            and line is not None
            and node.lineno <= line <= (node.end_lineno or node.lineno)
        ]
        return over[-1] if over else None

    def target(self, line: int | None) -> str:
        """Return what the statement on a line assigns to, empty where it assigns nothing."""
        statement = self.call(line)
        if isinstance(statement, ast.Assign):
            return ast.unparse(statement.targets[0])
        return ""

    def value(self, line: int | None) -> str:
        """Return the right side of the assignment on a line, empty where it assigns nothing."""
        statement = self.call(line)
        if isinstance(statement, (ast.Assign, ast.AugAssign)):
            return ast.unparse(statement.value)
        return ""

    def argument(self, line: int | None, name: str, place: int | None = None) -> str:
        """Return the text of an argument of the call on a line, by its name or its place; empty where not given."""
        node = self._argument(line, name, place)
        return "" if node is None else ast.unparse(node)

    def with_argument(self, line: int | None, name: str, place: int | None, new: str) -> str:
        """Return the text of a line in which an argument of its call is another; empty where that is not on it."""
        node = self._argument(line, name, place)
        if node is None or line is None or node.lineno != line or node.end_lineno != line:
            return ""
        text = self.lines[line - 1].encode()
        changed = text[: node.col_offset] + new.encode() + text[node.end_col_offset :]
        return re.sub(r"\s+#[^'\"]*$", "", changed.decode().strip())

    def _argument(self, line: int | None, name: str, place: int | None) -> ast.expr | None:
        statement = self.call(line)
        for node in ast.walk(statement) if statement else ():
            if not isinstance(node, ast.Call):
                continue
            for keyword in node.keywords:
                if keyword.arg == name:
                    return keyword.value
            if place is not None and place < len(node.args):
                return node.args[place]
        return None

    def bindings(self, name: str) -> list[Binding]:
        """Return where a name gets a value, in the order of lines."""
        found = [Binding(line, inside) for line, bound, inside in self._bound(self._tree, "") if bound == name]
        return sorted(found, key=lambda binding: binding.line)

    def assignments(self, target: str) -> list[int]:
        """Return the lines that assign to `target`, as G.v."""
        lines = []
        for node in ast.walk(self._tree):
            for whole in node.targets if isinstance(node, ast.Assign) else []:
                left = whole.value if isinstance(whole, ast.Subscript) else whole
                if ast.unparse(left) == target:
                    lines.append(left.lineno)
        return sorted(lines)

    def _bound(self, node: ast.AST, inside: str) -> Iterator[tuple[int, str, str]]:
        for child in ast.iter_child_nodes(node):
            within = inside
            if isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef)):
                within = child.name
                yield from ((child.lineno, argument.arg, within) for argument in child.args.args)
            if isinstance(child, ast.Name) and isinstance(child.ctx, ast.Store):
                yield child.lineno, child.id, inside
            yield from self._bound(child, within)
