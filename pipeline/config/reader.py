"""How every file of config/ is read: YAML to typed, immutable values.

`ConfigError` is the one error for bad input, here and in all that reads config/: one sentence that names file, key,
value and what is allowed.
"""

import difflib
import hashlib
import json
import reprlib
from collections.abc import Hashable, Iterable
from pathlib import Path
from typing import Annotated, Any, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

Name = Annotated[str, Field(pattern=r"^[^\W\d]\w*$", max_length=100)]
"""The name of a knob or a protocol."""

Word = Annotated[str, Field(pattern=r"^\w+$", max_length=100)]
"""A name that goes into file names and command lines."""

File = Annotated[str, Field(pattern=r"^[^-\x00-\x1f\x7f{}*?\[\]][^\x00-\x1f\x7f{}*?\[\]]*$", max_length=1000)]
"""A path without control characters, a dash in front, or what stands for other characters in Snakemake's patterns.

Short enough for the longest path that systems take, 4096 characters, to hold what a run makes below it.
"""

LARGEST_SEED = 2**31 - 1


class ConfigError(ValueError):
    """Bad input, said in one sentence on one line."""

    def __init__(self, message: str) -> None:
        shown = "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in message)
        super().__init__(shown if len(shown) <= LONGEST else f"{shown[:LONGEST]} ...")


LONGEST = 2000
"""Characters of a message; what is longer quotes something huge."""


class Frozen(BaseModel):
    """A part of a configuration: typed, immutable, unknown keys refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)


def nearest(name: str, known: Iterable[str]) -> str:
    """Return '; nearest known: X' for an error message, or the list of all names where none is near."""
    known = list(known)
    name = f"{name}"[:100]
    close = difflib.get_close_matches(name, known, 1, cutoff=0.5)
    return f"; nearest known: {close[0]}" if close else f"; known: {', '.join(known)}"


class _UniqueKeyLoader(yaml.SafeLoader):
    """YAML loader that refuses a key given twice, where PyYAML would silently keep the last."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen = set()
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=True)
            if isinstance(key, Hashable):
                if key in seen:
                    raise ConfigError(f"{node.start_mark.name}: key {key!r} is given twice.")
                seen.add(key)
        return super().construct_mapping(node, deep)


def read_yaml(path: Path | str) -> Any:
    """Return the content of a YAML file; ConfigError where it is missing, malformed or gives a key twice."""
    try:
        with open(path, encoding="utf-8") as file:
            return yaml.load(file, _UniqueKeyLoader)  # noqa: S506, derived from SafeLoader
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read ({error.strerror}).") from None
    except ConfigError:
        raise
    except (yaml.YAMLError, ValueError, RecursionError) as error:  # a wrong date or integer is a mere ValueError
        raise ConfigError(f"{path}: is not valid YAML ({' '.join(str(error).split())}).") from None


_SHORT = reprlib.Repr()
_SHORT.maxlevel, _SHORT.maxstring, _SHORT.maxother, _SHORT.maxlist, _SHORT.maxdict = 2, 200, 200, 3, 3

FrozenT = TypeVar("FrozenT", bound=Frozen)


def parse(kind: type[FrozenT], content: Any, where: Path | str) -> FrozenT:
    """Return `content` as a `kind`; ConfigError names the file, the key, the value and what is allowed."""
    if not isinstance(content, dict):
        raise ConfigError(f"{where}: must be a mapping of keys, not {_SHORT.repr(content)}.")
    try:
        return kind.model_validate(content)
    except ValidationError as error:
        raise ConfigError(f"{where}: {_first_problem(error, kind)}.") from None


def _first_problem(error: ValidationError, kind: type[Frozen]) -> str:
    problems = error.errors()
    # a misspelt key is both unknown and missing: name what was written
    problem = next((p for p in problems if p["type"] == "extra_forbidden"), problems[0])
    key = ".".join(str(part) for part in problem["loc"]) or "content"
    if problem["type"] == "extra_forbidden":
        known = kind.model_fields if len(problem["loc"]) == 1 else ()
        return f"unknown key {key!r}" + (nearest(key, known) if known else "")
    if problem["type"] == "missing":
        return f"key {key!r} is missing"
    message = problem["msg"].removeprefix("Value error, ").removesuffix(".")
    value = problem["input"]
    shown = f" = {_SHORT.repr(value)}" if isinstance(value, str | int | float | bool | None) else ""
    return f"{key}{shown}: {message}"


def fingerprint(*parts: Any) -> str:
    """Return 16 hexadecimal digits that change when any part does; parts are JSON-like."""
    text = json.dumps(parts, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:16]
