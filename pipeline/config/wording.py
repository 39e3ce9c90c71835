"""What is wrong with a value, in plain words: each kind of error of pydantic as a clause that says what must be."""

from collections.abc import Callable, Mapping
from typing import Any

WHOLE = "must be a whole number, such as 3"
LIST = "must be a list, such as [1, 2]"
MAPPING = "must be a mapping of keys to values, such as {key: 1}"

PATTERNS = {
    (NAME := r"^[^\W\d]\w*$"): "must be a name: letters, digits and _, without a digit in front",
    (WORD := r"^\w+$"): "must be a name: letters, digits and _",
    (DOTTED := r"^[\w.]+$"): "must be a name: letters, digits, _ and dots",
    (PATH := r"^[^-\x00-\x1f\x7f{}*?\[\]][^\x00-\x1f\x7f{}*?\[\]]*$"): (
        "must be a path, without any of { } * ? [ ], control characters, or - in front"
    ),
}
"""What texts must look like, as regular expressions and in words."""

Say = Callable[[Mapping[str, Any], Any], str]
"""From what pydantic knows of an error, and the value, to a clause."""

CLAUSES: Mapping[str, Say] = {
    "int_type": lambda about, value: _unquoted(value, WHOLE),
    "float_type": lambda about, value: _unquoted(value, "must be a number"),
    "finite_number": lambda about, value: "must be a finite number",
    "bool_type": lambda about, value: "must be true or false",
    "string_type": lambda about, value: _text(value),
    "string_unicode": lambda about, value: "must be text that can be written as UTF-8",
    "string_too_long": lambda about, value: f"must have at most {about['max_length']:,} characters",
    "string_pattern_mismatch": lambda about, value: PATTERNS[about["pattern"]],
    "literal_error": lambda about, value: f"must be {about['expected']}",
    "tuple_type": lambda about, value: LIST,
    "dict_type": lambda about, value: MAPPING,
    "model_type": lambda about, value: MAPPING,
    "too_short": lambda about, value: "is empty: give at least one",  # the only shortest length that is asked for
    "too_long": lambda about, value: f"must have {about['max_length']:,} values, not {about['actual_length']:,}",
    "greater_than": lambda about, value: f"must be above {about['gt']:,}",
    "greater_than_equal": lambda about, value: f"must be at least {about['ge']:,}",
    "less_than_equal": lambda about, value: f"must be at most {about['le']:,}",
    "recursion_loop": lambda about, value: "must not hold itself",
    "value_error": lambda about, value: f"{about['error']}".removesuffix("."),
}


def clause(kind: str, about: Mapping[str, Any], value: Any, otherwise: str) -> str:
    """Return what must be where pydantic's error is of this kind, as a clause; `otherwise` for a kind without words."""
    return CLAUSES[kind](about, value) if kind in CLAUSES else otherwise


def _unquoted(value: Any, must: str) -> str:
    if not isinstance(value, str):
        return must
    try:
        float(value)
    except ValueError:
        return f"{must}, without a unit or other text"
    return f"{must}, and is text: take away the quotes"


def _text(value: Any) -> str:
    return f"must be text: write '{f'{value}'.lower() if isinstance(value, bool) else value}', in quotes" if (
        isinstance(value, bool | int | float)
    ) else "must be text"  # fmt: skip
