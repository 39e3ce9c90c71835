"""The numbers that a script sets, as knobs: a name for each, its value in the script's unit, how to set it."""

import ast
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from pipeline.network.hooks import Site

Key = tuple[int, int]
"""A site, and which time it is passed; -1 for each time."""

MOST_PASSES = 5
"""A site that is passed with more different numbers than that belongs to a loop, and is no knob."""


@dataclass(frozen=True)
class Number:
    """A number that a script assigned: its value in SI, its dimensions, whether it is whole, and in its best unit."""

    value: float
    dimensions: str
    """As Brian2 writes them, such as 'second'; '1' where it has none."""
    whole: bool
    best_unit: str
    in_best_unit: float


@dataclass(frozen=True)
class Found:
    """A number of a script that can be set."""

    name: str
    key: Key
    line: int
    module: str
    """The imported module in which it stands; '' for the script itself."""
    value: float
    """In `unit`, as the script writes it, to 15 digits."""
    number: Number
    """What was seen when the script ran."""
    unit: str
    template: str
    """Python that sets it, `{}` in place of the value."""
    dimensions: str
    whole: bool
    reads: tuple[str, ...]
    """Names of the script's own from which it is derived."""
    about: str

    def text(self, value: float) -> str:
        """Return the Python that stands for a value in `unit`, as a user would type it into the script."""
        return text(self.template, self.whole, value)


def text(template: str, whole: bool, value: float) -> str:
    """Return a value in a template, without a point where the script writes it without one."""
    bare = whole and float(value).is_integer() and abs(value) < 2**63
    return template.format(repr(int(value)) if bare else repr(float(value)))


def as_seen(one: Found) -> Found:
    """Return a number in the unit that suits what was seen, for one that was not what the script writes at its place.

    So it is with the default of an argument that a call gives otherwise.
    """
    value, template, unit = _in_best_unit(one.number)
    return replace(one, value=float(f"{value:.15g}"), unit=unit, template=template, whole=one.number.whole)


def _in_best_unit(number: Number) -> tuple[float, str, str]:
    """Return a number in the unit that suits it, as `in_unit` returns one that is written."""
    if number.dimensions == "1":
        return number.value, "{}", "1"
    return number.in_best_unit, "{}*" + number.best_unit, number.best_unit


def found(sites: Sequence[Site], seen: Mapping[int, Sequence[Number]]) -> tuple[list[Found], list[Site]]:
    """Return the numbers of a script that can be set, in its order, and the sites whose number changes all the time.

    A site that is passed several times with the same number is one; with different ones, one for each time. A name
    that stands in several places gets that of its function, class or dictionary before it, else a number behind it. One
    of an imported module that another file has, too, gets the name of the module before it.
    """
    entries: list[tuple[Site, int, Number]] = []
    loops: list[Site] = []
    for site in sites:
        numbers = seen.get(site.number, ())
        different = {(n.value, n.dimensions) for n in numbers}
        if len(different) > MOST_PASSES:
            loops.append(site)
        elif len(different) == 1:
            entries.append((site, -1, numbers[0]))
        elif different:
            entries += [(site, k, number) for k, number in enumerate(numbers)]
    names = _names([(site.name, site.scope, site.module) for site, _, _ in entries])
    return [_found(name, *entry) for name, entry in zip(names, entries, strict=True)], loops


def _names(wanted: list[tuple[str, str, str]]) -> list[str]:
    """Return unique names, each a word: a key of a dictionary, `"tonic spiking"`, need not be one.

    `wanted`: name, scope and module of each.
    """
    wanted = [(_word(name), _word(scope), module) for name, scope, module in wanted]
    scopes: dict[str, set[str]] = {}
    files: dict[tuple[str, str], set[str]] = {}
    for name, scope, module in wanted:
        scopes.setdefault(name, set()).add(scope)
        files.setdefault((name, scope), set()).add(module)
    result: dict[str, None] = {}
    for name, scope, module in wanted:
        said = f"{scope}_{name}" if len(scopes[name]) > 1 and scope else name
        if module and len(files[name, scope]) > 1:
            said = f"{module}_{said}"
        unique, k = said, 1
        while unique in result or (unique != name and unique in scopes):
            k += 1
            unique = f"{said}_{k}"
        result[unique] = None
    return list(result)


def _word(name: str) -> str:
    word = re.sub(r"\W", "_", name)
    return f"_{word}" if word[:1].isdigit() else word


def _found(name: str, site: Site, time: int, number: Number) -> Found:
    written = None if site.reads else in_unit(site.text)
    value, template, unit = written or _in_best_unit(number)
    return Found(
        name=name,
        key=(site.number, time),
        line=site.line,
        module=site.module,
        value=float(f"{value:.15g}"),
        number=number,
        unit=unit,
        template=template,
        dimensions=number.dimensions,
        whole=number.whole or (written is not None and float(value).is_integer() and "." not in site.text),
        reads=site.reads,
        about=site.about,
    )


def in_unit(text: str) -> tuple[float, str, str] | None:
    """Return the number of an expression `NUMBER*unit...`, the expression with {} in its place, and the unit.

    '1' is the unit of a bare number. None for an expression of any other form.
    """
    try:
        tree = ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError):
        return None
    first = tree
    while isinstance(first, ast.BinOp) and isinstance(first.op, ast.Mult | ast.Div):
        first = first.left
    value = _literal(first)
    if value is None or not _only_units(tree, first):
        return None
    source = text.strip()
    start, end = first.col_offset, first.end_col_offset
    if not source.isascii() or "\n" in source or end is None:
        return None
    if any(c in "{}" for c in source):
        return None
    before, after = source[:start], source[end:]
    unit = re.sub(r"^\(*\s*\)*\s*", "", before + after)
    unit = re.sub(r"[A-Za-z_]\w*\.(?=[A-Za-z])", "", unit).strip()
    unit = unit.removeprefix("*").strip() if unit.startswith("*") else f"1{unit}" if unit else "1"
    if before.count("(") != before.count(")") or after.count("(") != after.count(")"):
        unit = unit.replace("(", "").replace(")", "")
    return value, f"{before}{{}}{after}", "".join(unit.split())


def _literal(node: ast.expr) -> float | None:
    sign = 1.0
    while isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub | ast.UAdd):
        sign = -sign if isinstance(node.op, ast.USub) else sign
        node = node.operand
    if isinstance(node, ast.Constant) and type(node.value) in (int, float):
        try:
            return sign * float(node.value)  # type: ignore[arg-type]
        except OverflowError:
            return None
    return None


def _only_units(tree: ast.expr, number: ast.expr) -> bool:
    """Return whether all but the number are names of units, and whole powers of these."""

    def unit(node: ast.expr) -> bool:
        if isinstance(node, ast.Name):
            return True
        if isinstance(node, ast.Attribute):
            return isinstance(node.value, ast.Name)
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Pow):
            return unit(node.left) and _literal(node.right) is not None
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult | ast.Div):
            return unit(node.left) and unit(node.right)
        return False

    node = tree
    while node is not number:
        if not (isinstance(node, ast.BinOp) and unit(node.right)):
            return False
        node = node.left
    return True


def bounds(value: float, unit: str, dimensions: str) -> tuple[float, float]:
    """Return a range to begin a sweep or a fit with: a factor 2 both ways, 10 mV around a potential, 0 to 1 for 0.

    What is 25 mV or more is a potential, what is less may be a weight.
    """
    if value == 0:
        return (0.0, 1.0)
    one_mv = {"mV": 1.0, "mvolt": 1.0, "V": 1e-3, "volt": 1e-3}.get(unit)
    if one_mv is not None and abs(value) >= 25 * one_mv:
        return (float(f"{value - 10 * one_mv:.6g}"), float(f"{value + 10 * one_mv:.6g}"))
    low, high = sorted((value / 2, value * 2))
    if 0 < value <= 1 and dimensions == "1":
        high = min(high, 1.0)
        low = min(low, 0.5)
    return (float(f"{low:.6g}"), float(f"{high:.6g}"))


def unread(names: Iterable[str], read: frozenset[str], opaque: bool) -> set[str]:
    """Return the names that no Python of the script reads: they reach the network by their name in equations alone."""
    return set() if opaque else set(names) - read
