"""The tree of a script with a hook around each value that gets a name; each such site, as the tree tells of it."""

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass

from pipeline.network.names import HOOK, Calls, reads_of

CALLED_BY_BRIAN = ("network_operation", "implementation", "check_units", "declare_types")
"""Decorators of functions that Brian2 calls while it runs."""


@dataclass(frozen=True)
class Site:
    """A place of a script where a value gets a name."""

    number: int
    name: str
    scope: str
    """Function, class, dictionary or object that it belongs to; '' at the top level."""
    line: int
    text: str
    """The assigned expression as written; of an argument, its default or ''."""
    reads: tuple[str, ...]
    """Names of the script's own that the expression reads: what it is derived from."""
    about: str
    """The script's own comment."""
    literal: bool
    """Whether the script itself gives the number here: an argument without a default is given elsewhere."""
    module: str = ""
    """The imported module that it stands in; '' for the script itself."""

    @property
    def where(self) -> str:
        """The line, with the name of the file where that is not the script itself."""
        return f"{self.module}.py, line {self.line}" if self.module else f"line {self.line}"


@dataclass(frozen=True)
class File:
    """A file that is searched: the name of the module, '' for the script, and its tree."""

    name: str
    path: str
    source: str
    tree: ast.Module


class Marking(ast.NodeTransformer):
    """Puts the hook around each value that gets a name, and notes the sites."""

    def __init__(self, file: File, own: set[str], calls: Calls, first: int) -> None:
        """`own`: names of the script's own that expressions may read; `first`: the number of the first site."""
        self.sites: list[Site] = []
        self.places: dict[int, tuple[int, int, int, int]] = {}
        """Line and column of the expression of each site, and of its end; none of arguments."""
        self._file, self._first = file, first
        self._scope = ""
        self._class = ""
        self._comments = _comments(file.source)
        self._own, self._calls = own, calls

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        """Hook the arguments and the body of a function, unless Brian2 calls it in each step."""
        decorators = {getattr(d, "id", getattr(d, "attr", "")) for d in map(_callee, node.decorator_list)}
        if decorators.intersection(CALLED_BY_BRIAN):
            return node
        outer, self._scope = self._scope, (self._class if node.name == "__init__" else node.name)
        hooks = [hook for argument, default in _arguments(node) if (hook := self._argument(node, argument, default))]
        body = [self.visit(statement) for statement in node.body]
        self._scope = outer
        first = 1 if ast.get_docstring(node) is not None else 0
        node.body = body[:first] + hooks + body[first:]
        return node

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> ast.AST:
        """Leave what runs in an event loop as it is."""
        return node

    def visit_Lambda(self, node: ast.Lambda) -> ast.AST:
        """Leave lambdas as they are."""
        return node

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.AST:
        """Hook the attributes of a class and its methods."""
        outer, self._scope, self._class = (self._scope, self._class), node.name, node.name
        node.body = [self.visit(statement) for statement in node.body]
        self._scope, self._class = outer
        return node

    def visit_Assign(self, node: ast.Assign) -> ast.AST:
        """Hook the value of `a = 1`, of `a, b = 1, 2`, of `P.v = 1`."""
        node.value = self._value(node.targets[0], node.value)
        return node

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST:
        """Hook the value of `a: float = 1`."""
        if node.value is not None:
            node.value = self._value(node.target, node.value)
        return node

    def _value(self, target: ast.expr, value: ast.expr) -> ast.expr:
        if isinstance(target, ast.Tuple | ast.List) and isinstance(value, ast.Tuple | ast.List):
            if len(target.elts) == len(value.elts) and not any(isinstance(e, ast.Starred) for e in target.elts):
                value.elts = [self._value(t, v) for t, v in zip(target.elts, value.elts, strict=True)]
            return value
        name = _name(target)
        if name is None:
            return value
        self._entries(name[1], value)
        scope = name[0] or self._scope
        return self._hooked(name[1], scope, value, value)

    def _entries(self, owner: str, value: ast.expr) -> None:
        """Hook the entries of dictionaries in a value, `{'tau': 1}` and `dict(tau=1)`."""
        if isinstance(value, ast.Dict):
            for k, (key, entry) in enumerate(zip(value.keys, value.values, strict=True)):
                if isinstance(key, ast.Constant) and isinstance(key.value, str):
                    self._entries(key.value, entry)
                    value.values[k] = self._hooked(key.value, owner, entry, entry)
        elif isinstance(value, ast.Call) and getattr(value.func, "id", "") == "dict":
            for keyword in value.keywords:
                if keyword.arg is not None:
                    self._entries(keyword.arg, keyword.value)
                    keyword.value = self._hooked(keyword.arg, owner, keyword.value, keyword.value)
        elif isinstance(value, ast.List | ast.Tuple):
            for element in value.elts:
                self._entries(owner, element)

    def _argument(self, function: ast.FunctionDef, argument: ast.arg, default: ast.expr | None) -> ast.stmt | None:
        """Return `argument = hook(argument)`, to begin the function with."""
        if argument.arg in ("self", "cls"):
            return None
        called = self._class if function.name == "__init__" else function.name
        given = self._calls.get((called, argument.arg), [])
        names = [node.arg for node, _ in _arguments(function) if node.arg not in ("self", "cls")]
        given = given + self._calls.get((called, names.index(argument.arg)), [])
        reads = {name for _, names in given for name in names}
        literal = (default is not None and not given) or (bool(given) and not reads)
        text = ast.unparse(given[0][0]) if given and not reads else ast.unparse(default) if default is not None else ""
        value = ast.copy_location(ast.Name(argument.arg, ast.Load()), argument)
        hooked = self._hooked(argument.arg, self._scope, value, argument, text, tuple(sorted(reads)), literal)
        target = ast.copy_location(ast.Name(argument.arg, ast.Store()), argument)
        return ast.copy_location(ast.Assign([target], hooked), argument)

    def _hooked(
        self,
        name: str,
        scope: str,
        value: ast.expr,
        at: ast.expr | ast.arg,
        text: str | None = None,
        reads: tuple[str, ...] | None = None,
        literal: bool = True,
    ) -> ast.expr:
        own = reads_of(value, self._own) if reads is None else reads
        said = (ast.get_source_segment(self._file.source, value) or "") if text is None else text
        about = self._comments.get(at.end_lineno or at.lineno) or self._comments.get(at.lineno) or ""
        number = self._first + len(self.sites)
        if text is None and value.end_lineno is not None and value.end_col_offset is not None:
            self.places[number] = (value.lineno, value.col_offset, value.end_lineno, value.end_col_offset)
        text = " ".join(said.split())
        self.sites.append(Site(number, name, scope, at.lineno, text, own, about, literal, self._file.name))
        call = ast.Call(ast.Name(HOOK, ast.Load()), [ast.Constant(number), value], [])
        return ast.copy_location(call, value)


def _name(target: ast.expr) -> tuple[str, str] | None:
    """Return the owner and the name that a target has: ('', 'tau'), ('', 'P_v') of P.v; None for others."""
    if isinstance(target, ast.Name):
        return "", target.id
    if isinstance(target, ast.Subscript):
        return _name(target.value) if isinstance(target.value, ast.Attribute) else None
    if isinstance(target, ast.Attribute) and isinstance(target.value, ast.Name):
        owner = target.value.id
        return ("", target.attr) if owner == "self" else ("", f"{owner}_{target.attr}")
    return None


def _arguments(node: ast.FunctionDef) -> Iterator[tuple[ast.arg, ast.expr | None]]:
    """Yield the arguments of a function with their defaults, in the order of a call."""
    arguments = node.args
    plain = [*arguments.posonlyargs, *arguments.args]
    defaults: list[ast.expr | None] = [None] * (len(plain) - len(arguments.defaults)) + list(arguments.defaults)
    yield from zip(plain, defaults, strict=True)
    yield from zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)


def _callee(decorator: ast.expr) -> ast.expr:
    return decorator.func if isinstance(decorator, ast.Call) else decorator


def _comments(source: str) -> dict[int, str]:
    """Return the comment of each line: on it, or else alone on the line above."""
    found: dict[int, str] = {}
    try:
        for token in tokenize.generate_tokens(io.StringIO(source).readline):
            if token.type == tokenize.COMMENT:
                text = re.sub(r"^[#\s:!]+", "", token.string).strip()
                alone = token.line.strip().startswith("#")
                if text and any(c.isalpha() for c in text):
                    found.setdefault(token.start[0] + (1 if alone else 0), text)
                    if not alone:
                        found[token.start[0]] = text
    except (tokenize.TokenError, IndentationError, SyntaxError):
        pass
    return found
