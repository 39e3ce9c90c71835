"""How every file of config/ is read: YAML to typed, immutable values.

`ConfigError` is the one error for bad input, here and in all that reads config/: one sentence that names file, key,
value and what is allowed.
"""

import difflib
import hashlib
import json
import os
import re
import reprlib
from collections.abc import Hashable, Iterable, Sequence
from pathlib import Path
from typing import Annotated, Any, TypeVar

import yaml
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, JsonValue, ValidationError

from pipeline.config.wording import NAME, PATH, WORD, clause

Name = Annotated[str, Field(pattern=NAME, max_length=100)]
"""The name of a knob or a protocol."""

Word = Annotated[str, Field(pattern=WORD, max_length=100)]
"""A name that goes into file names and command lines."""


Real = Annotated[float, Field(strict=True)]
"""A number in a list, where text that looks like one would be taken for it otherwise."""

SECONDS: dict[str, JsonValue] = {"unit": "s"}
"""Beside the description of a key: its unit, which the reference pages and the schemas say."""


def _at_home(path: str) -> str:
    """Return a path with ~ as the folder that it stands for in a shell."""
    expanded = os.path.expanduser(path)
    if expanded.startswith("~"):
        raise ValueError(f"there is no user {expanded.partition('/')[0][1:]!r} whose folder ~ could stand for")
    return expanded


File = Annotated[
    str,
    Field(pattern=PATH, max_length=1000),
    AfterValidator(_at_home),
]
"""A path without control characters, a dash in front, or what stands for other characters in Snakemake's patterns.

~ in front is the folder of the user. Short enough for the longest path that systems take, 4096 characters, to hold what
a run makes below it.
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
    """Return '; nearest known: X' for an error message, or the first of all names where none is near.

    Names that are the same but for small and capital letters are the nearest.
    """
    known = list(known)
    name = f"{name}"[:100]
    alike = [one for one in known if one.casefold() == name.casefold()]
    close = difflib.get_close_matches(name, alike or known, 1, cutoff=0 if alike else 0.5)
    return f"; nearest known: {close[0]}" if close else f"; known: {some(known)}"


def some(names: Sequence[str], most: int = 10) -> str:
    """Return a list of names in words: the first `most`, and how many more there are."""
    return ", ".join(names[:most]) + (f" and {len(names) - most} more" if len(names) > most else "")


class _Loader(yaml.SafeLoader):
    """YAML loader that reads what is written: plain words, numbers and dates as those of YAML 1.2, each key once.

    PyYAML reads on, off, yes and no as true or false, 1e3 as text, 010 as 8, 1:30 as 90 and a date as no text. A number
    with a zero in front is refused, since programs differ in what it is; of a key given twice PyYAML keeps the last.
    """

    yaml_implicit_resolvers = {
        first: [
            (tag, form)
            for tag, form in found
            if tag.rpartition(":")[2] not in ("bool", "int", "float", "timestamp", "value")
        ]
        for first, found in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }

    def construct_padded(self, node: yaml.ScalarNode) -> Any:
        """Refuse a number with a zero in front."""
        line, plain = node.start_mark.line + 1, re.sub(r"^([-+]?)[0_]+(?=[0-9])", r"\1", node.value)
        raise ConfigError(
            f"{node.start_mark.name}: line {line}: {node.value} begins with 0: write {plain}, or "
            f"'{node.value}' for text."
        )

    def construct_merged(self, node: yaml.ScalarNode) -> Any:
        """Refuse the key <<, which YAML 1.2 does not have."""
        where = f"{node.start_mark.name}: line {node.start_mark.line + 1}"
        raise ConfigError(f"{where}: keys are not taken from elsewhere by <<; write them out.")

    def construct_tagged(self, node: yaml.Node) -> Any:
        """Refuse a value with a tag that says what else it is."""
        where = f"{node.start_mark.name}: line {node.start_mark.line + 1}"
        raise ConfigError(f"{where}: {node.tag} says of a value what it is, which is not known here; leave it out.")

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen = set()
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=True)
            if isinstance(key, Hashable):
                if key in seen:
                    raise ConfigError(f"{node.start_mark.name}: key {key!r} is given twice.")
                seen.add(key)
        return super().construct_mapping(node, deep)


for _tag, _form, _first in (
    ("bool", r"true|True|TRUE|false|False|FALSE", "tTfF"),
    ("int", r"[-+]?(?:0|[1-9][0-9_]*|0x[0-9a-fA-F]+)", "-+0123456789"),
    ("padded", r"[-+]?0[0-9_]+(?:\.[0-9_]*)?(?:[eE][-+]?[0-9]+)?", "-+0"),
    (
        "float",
        r"[-+]?(?:\.[0-9]+|(?:0|[1-9][0-9_]*)(?:\.[0-9_]*)?)(?:[eE][-+]?[0-9]+)?|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)",
        "-+0123456789.",
    ),
):
    _Loader.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(f"^(?:{_form})$"), list(_first))
_Loader.add_constructor("tag:yaml.org,2002:padded", _Loader.construct_padded)
_Loader.add_constructor("tag:yaml.org,2002:merge", _Loader.construct_merged)
_Loader.add_constructor(None, _Loader.construct_tagged)


def read_yaml(path: Path | str) -> Any:
    """Return the content of a YAML file; ConfigError where it is missing, malformed or gives a key twice."""
    try:
        with open(path, encoding="utf-8") as file:
            return yaml.load(file, _Loader)  # noqa: S506, derived from SafeLoader
    except (OSError, UnicodeDecodeError) as error:
        raise unreadable(path, error) from None
    except ConfigError:
        raise
    except (yaml.YAMLError, ValueError, RecursionError) as error:  # a wrong date or integer is a mere ValueError
        raise ConfigError(f"{path}: is not valid YAML ({' '.join(str(error).split())}).") from None


def read_json(path: Path | str) -> Any:
    """Return the content of a JSON file; ConfigError where it is missing or malformed."""
    try:
        return json.loads(Path(path).read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise unreadable(path, error) from None
    except RecursionError:
        raise ConfigError(f"{path}: is not valid JSON (it is too deep).") from None
    except ValueError as error:
        raise ConfigError(f"{path}: is not valid JSON ({error}).") from None


def unreadable(path: Path | str, error: Exception) -> ConfigError:
    """Return the error of a file that cannot be read, by what its reader raised."""
    why = (error.strerror if isinstance(error, OSError) else "") or " ".join(f"{error}".split())
    if isinstance(error, UnicodeDecodeError):
        why = "it is not UTF-8 text"
    return ConfigError(f"{path}: cannot be read ({why}).")


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
    if len(problem["loc"]) > 1 and isinstance(
        problem["input"], dict
    ):  # of what a value may be, what it was meant to be
        problem = next((p for p in problems if p["loc"][0] == problem["loc"][0] and len(p["loc"]) > 2), problem)
    # a branch of what a value may be, as pydantic calls it, is no key
    parts = [f"{part}" for part in problem["loc"] if not BRANCH.match(f"{part}")]
    of_name = parts[-1:] == ["[key]"]
    key = ".".join(parts[:-2] if of_name else parts)
    if problem["type"] == "extra_forbidden":
        known = kind.model_fields if len(parts) == 1 else ()
        return f"unknown key {key!r}" + (nearest(key, known) if known else "")
    if problem["type"] == "missing":
        last = problem["loc"][-1]
        return (
            f"{'.'.join(parts[:-1])} lacks value number {last + 1}"
            if isinstance(last, int)
            else f"key {key!r} is missing"
        )
    value = problem["input"]
    plain = isinstance(value, str | float | bool | None) or (isinstance(value, int) and abs(value) < 10**100)
    shown = f" = {_SHORT.repr(value)}" if plain else ""
    where = f"{key}: the name {_SHORT.repr(value)}" if of_name else f"{key}{shown}"
    says = clause(problem["type"], problem.get("ctx", {}), value, problem["msg"])
    return f"{where} {says}" if says.startswith(VERBS) and key else f"{where}: {says}" if key else says


BRANCH = re.compile(r"(?:literal|dict|function-\w+|constrained-\w+|nullable)\[.*\]$")
"""What pydantic puts between keys where a value may be of several kinds."""

VERBS = ("must ", "is empty")
"""How clauses begin that have the key as their subject."""


def fingerprint(*parts: Any) -> str:
    """Return 16 hexadecimal digits that change when any part does; parts are JSON-like."""
    text = json.dumps(parts, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:16]
