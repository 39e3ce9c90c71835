"""Numbers in generated C++ that become values of the program, read when it starts: pure functions on texts.

A number is opened where it stands: `const double taum = 0.02;` becomes `const double taum = open_value::of[3];`. Two
texts that are equal but for opened numbers are the same program.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

NUMBER = r"-?\s*(?:\d+\.?\d*(?:[eE][-+]?\d+)?|\.\d+(?:[eE][-+]?\d+)?)"
_CONSTANT = re.compile(rf"^(\s*const \w+ )(\w+)( = )({NUMBER}|-?\s*INFINITY)(;)\s*$", re.MULTILINE)
_SET = re.compile(rf"^(\s*\w+\[\w+\] = )({NUMBER})(;)\s*$", re.MULTILINE)
_RUN = re.compile(rf"^(\s*\w+\.run\()({NUMBER})(, NULL, 10\.0\);)\s*$", re.MULTILINE)
_FLOAT = re.compile(r"(?<![\w.\"])(?:\d+\.\d*(?:[eE][-+]?\d+)?|\.\d+(?:[eE][-+]?\d+)?|\d+[eE][-+]?\d+)(?![\w.\"])")
_TEXT = re.compile(rf'"(?:\\.|[^"\\\n])*"|(?P<number>{_FLOAT.pattern})')

Position = tuple[str, int]
"""A number in the text of a file, by its place among the numbers with a decimal point or exponent there."""


@dataclass(frozen=True)
class Value:
    """One value of a program: `kind` is constant, set, run or literal; `name` that of the constant."""

    kind: str
    file: str
    name: str
    value: float


def opened(
    files: Mapping[str, str], external: Mapping[str, Iterable[str]], positions: Iterable[Position], first: int
) -> tuple[dict[str, str], list[Value]]:
    """Return the files with their numbers opened, and the values, counted from `first`.

    Opened are the constants `external` of each code object, numbers that main.cpp assigns or runs for, and then those
    at `positions`, which `differing` found in files without them.
    """
    found: list[Value] = []
    texts = dict(files)
    by_file: dict[str, list[int]] = {}
    for file, place in positions:
        by_file.setdefault(file, []).append(place)

    def take(kind: str, file: str, name: str, text: str) -> str:
        found.append(Value(kind, file, name, float(text.replace(" ", "").replace("INFINITY", "inf"))))
        return f"open_value::of[{first + len(found) - 1}]"

    for file in sorted(texts):
        owner = re.sub(r"^code_objects/((before|after)_run_)?", "", file).removesuffix(".cpp")
        if names := set(external.get(owner, ())):

            def constant(match: re.Match[str], file: str = file, names: set[str] = names) -> str:
                if match[2] not in names:
                    return match[0]
                return match[1] + match[2] + match[3] + take("constant", file, match[2], match[4]) + match[5]

            texts[file] = _CONSTANT.sub(constant, texts[file])
        if file == "main.cpp":
            texts[file] = _SET.sub(
                lambda m: m[1] + take("set", "main.cpp", m[1].strip().partition("[")[0], m[2]) + m[3], texts[file]
            )
            texts[file] = _RUN.sub(lambda m: m[1] + take("run", "main.cpp", "", m[2]) + m[3], texts[file])
        if places := by_file.get(file):
            # last, since `differing` counts in texts in which all else is open
            matches = list(_FLOAT.finditer(texts[file]))
            text, end = "", 0
            for place in sorted(places):
                if place < len(matches):
                    match = matches[place]
                    text += texts[file][end : match.start()] + take("literal", file, f"{place}", match[0])
                    end = match.end()
            texts[file] = text + texts[file][end:]
    return texts, found


def differing(base: Mapping[str, str], other: Mapping[str, str]) -> set[Position] | None:
    """Return where two sets of files have different numbers; None where anything else differs."""
    if set(base) != set(other):
        return None
    found: set[Position] = set()
    for file, text in base.items():
        if text == other[file]:
            continue
        if _FLOAT.sub("0.0", text) != _FLOAT.sub("0.0", other[file]):
            return None
        pairs = zip(_FLOAT.finditer(text), _FLOAT.finditer(other[file]), strict=True)
        found.update((file, place) for place, (a, b) in enumerate(pairs) if a[0] != b[0])
    return found


def single(text: str) -> str:
    """Return C++ whose literals are in single precision, where they do not say otherwise themselves (`0.5L`).

    One in double precision drags all arithmetic with it.
    """
    return _TEXT.sub(lambda match: f"{match[0]}f" if match["number"] else match[0], text)
