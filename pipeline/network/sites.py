"""The places where a script assigns numbers, found in its syntax tree; the tree with a hook at each of them.

A site is an assignment (`taum = 20*ms`, `P.v = -60*mV`), an entry of a dictionary that is assigned, or an argument of a
function of the script. Whether its value is a number shows when the script runs. Modules that the script imports from
its own folder are searched as the script is, and their sites are numbered after its own.
"""

import ast
import io
import re
import tokenize
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

HOOK = "__site__"
"""Name of the hook in the rewritten script: takes the number of a site and its value, returns the value to use."""

INTROSPECTION = frozenset(
    {"globals", "locals", "vars", "eval", "exec", "dir", "inspect", "sys", "__import__", "getattr"}
)
"""With one of these, a script may read its variables without naming them."""

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
class Module:
    """A module that a script imports from its own folder; `first` is the number of its first site."""

    name: str
    path: str
    tree: ast.Module
    first: int


@dataclass(frozen=True)
class Survey:
    """What the syntax tree of a script tells: its sites, the rewritten tree, and the names that its Python reads."""

    sites: tuple[Site, ...]
    """Those of the script, then those of each module."""
    tree: ast.Module
    read: frozenset[str]
    """Names that Python code of the script reads; others reach the network through equations alone."""
    opaque: bool
    """Whether the script may read names in ways that its tree does not show."""
    modules: tuple[Module, ...] = ()


def read_source(path: Path | str) -> str:
    """Return the text of a script in the encoding that it declares (PEP 263), UTF-8 without one.

    SyntaxError, UnicodeDecodeError or OSError where it cannot be read.
    """
    with tokenize.open(path) as file:
        return file.read()


def survey(source: str, path: str, modules: Mapping[str, str] | None = None) -> Survey:
    """Return the survey of a script; SyntaxError or ValueError where it, or one of its modules, is not Python.

    `modules`: the sources of modules that it imports from its own folder, by path.
    """
    files = [_File("", path, source, ast.parse(source, path))]
    for place, text in (modules or {}).items():
        files.append(_File(Path(place).stem, place, text, _imported(ast.parse(text, place))))
    read = frozenset[str]().union(*(_read(file.tree) for file in files))
    introspects = any(_introspects(file.tree) for file in files)
    shared = set[str]().union(*(_at_top(file.tree) for file in files))
    own = [{*_assigned(file.tree), *shared, *_dotted(file.tree, files[1:])} for file in files]
    calls: _Calls = {}
    for file, names in zip(files, own, strict=True):
        _note_calls(file.tree, names, calls)
    sites: list[Site] = []
    trees: list[ast.Module] = []
    firsts: list[int] = []
    for file, names in zip(files, own, strict=True):
        firsts.append(len(sites))
        marking = _Marking(file, names, calls, len(sites))
        trees.append(ast.fix_missing_locations(marking.visit(file.tree)))
        sites += marking.sites
    rest = tuple(Module(f.name, f.path, t, k) for f, t, k in zip(files[1:], trees[1:], firsts[1:], strict=True))
    return Survey(tuple(sites), trees[0], read, introspects, rest)


def replaced(source: str, path: str, texts: Mapping[tuple[int, int], str], module: Module | None = None) -> str:
    """Return a script with other expressions at sites; only those that stand in its text, so no arguments of calls.

    `module`: whose source it is, where it is not the script's own.
    """
    tree = ast.parse(source, path)
    tree = _imported(tree) if module else tree
    marking = _Marking(_File("", path, source, tree), set(), {}, module.first if module else 0)
    marking.visit(tree)
    lines = source.splitlines(keepends=True)
    places = [(*marking.places[site], text) for (site, _), text in texts.items() if site in marking.places]
    for line, begin, end_line, end, text in sorted(places, reverse=True):
        first, last = lines[line - 1].encode(), lines[end_line - 1].encode()
        lines[line - 1 : end_line] = [(first[:begin] + text.encode() + last[end:]).decode()]
    return "".join(lines)


@dataclass(frozen=True)
class _File:
    """A file that is searched: the name of the module, '' for the script, and its tree."""

    name: str
    path: str
    source: str
    tree: ast.Module


_Calls = dict[tuple[str, str | int], list[tuple[ast.expr, tuple[str, ...]]]]
"""What functions are called with, by (function, argument or position), each with the names that it reads."""


def _imported(tree: ast.Module) -> ast.Module:
    """Return the tree of a module without what it does only as a script: `if __name__ == "__main__":`."""
    body: list[ast.stmt] = []
    for statement in tree.body:
        body += statement.orelse if isinstance(statement, ast.If) and _asks_for_main(statement.test) else [statement]
    tree.body = body
    return tree


def _asks_for_main(test: ast.expr) -> bool:
    if not (isinstance(test, ast.Compare) and len(test.ops) == 1 and isinstance(test.ops[0], ast.Eq)):
        return False
    sides = (test.left, test.comparators[0])
    names = [side.id for side in sides if isinstance(side, ast.Name)]
    return names == ["__name__"] and any(isinstance(side, ast.Constant) and side.value == "__main__" for side in sides)


def _read(tree: ast.Module) -> set[str]:
    """Return the names that Python code reads, attributes of what it imports and of its classes among them."""
    nodes = list(ast.walk(tree))
    owners = {node.name for node in nodes if isinstance(node, ast.ClassDef)}
    owners |= {
        alias.asname or alias.name
        for node in nodes
        if isinstance(node, ast.Import | ast.ImportFrom)
        for alias in node.names
    }
    read = {node.id for node in nodes if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Store)}
    return read | {
        node.attr
        for node in nodes
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in owners
    }


def _introspects(tree: ast.Module) -> bool:
    imported = {
        name.split(".")[0]
        for node in ast.walk(tree)
        if isinstance(node, ast.Import)
        for alias in node.names
        for name in (alias.name, alias.asname or "")
    }
    names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Store)}
    return bool((names | imported) & INTROSPECTION)


class _Marking(ast.NodeTransformer):
    """Puts the hook around each value that gets a name, and notes the sites."""

    def __init__(self, file: _File, own: set[str], calls: _Calls, first: int) -> None:
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
        own = self._reads(value) if reads is None else reads
        said = (ast.get_source_segment(self._file.source, value) or "") if text is None else text
        about = self._comments.get(at.end_lineno or at.lineno) or self._comments.get(at.lineno) or ""
        number = self._first + len(self.sites)
        if text is None and value.end_lineno is not None and value.end_col_offset is not None:
            self.places[number] = (value.lineno, value.col_offset, value.end_lineno, value.end_col_offset)
        text = " ".join(said.split())
        self.sites.append(Site(number, name, scope, at.lineno, text, own, about, literal, self._file.name))
        call = ast.Call(ast.Name(HOOK, ast.Load()), [ast.Constant(number), value], [])
        return ast.copy_location(call, value)

    def _reads(self, value: ast.expr) -> tuple[str, ...]:
        return _reads(value, self._own)


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


def _note_calls(tree: ast.Module, own: set[str], found: _Calls) -> None:
    """Note what functions are called with."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            for position, value in enumerate(node.args):
                found.setdefault((name, position), []).append((value, _reads(value, own)))
            for keyword in node.keywords:
                if keyword.arg is not None:
                    found.setdefault((name, keyword.arg), []).append((keyword.value, _reads(keyword.value, own)))


def _reads(value: ast.expr, own: set[str]) -> tuple[str, ...]:
    """Return the names of the script's own that an expression reads, by themselves or as those of a module."""
    nodes = list(ast.walk(value))
    names = {node.id for node in nodes if isinstance(node, ast.Name)} & own - {HOOK}
    dotted = {node for node in nodes if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name)}
    return tuple(sorted(names | {node.attr for node in dotted if ast.unparse(node) in own}))


def _assigned(tree: ast.Module) -> Iterable[str]:
    """Yield the names that a script assigns or takes as arguments, imported ones left out."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id
        elif isinstance(node, ast.arg):
            yield node.arg


def _dotted(tree: ast.Module, modules: Sequence[_File]) -> Iterator[str]:
    """Yield what a file calls the numbers of modules that it imports by their names: `network.tau`."""
    names = {module.name: _at_top(module.tree) for module in modules}
    for node in ast.walk(tree):
        for alias in node.names if isinstance(node, ast.Import) else ():
            yield from (f"{alias.asname or alias.name}.{name}" for name in names.get(alias.name, ()))


def _at_top(tree: ast.Module) -> set[str]:
    """Return the names that a file assigns at its top level, which other files can import."""
    inner = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.ClassDef | ast.Lambda)]
    local = {id(node) for one in inner for node in ast.walk(one)}
    return {
        node.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store) and id(node) not in local
    }


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
