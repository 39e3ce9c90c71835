"""Mutations of files: of tables, of YAML and JSON, of their bytes, each with what a verb must say to it."""

import copy
import functools
import json
import os
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import yaml

from pipeline.config.tables import write_table

WRONG, HARMLESS, ANY = "wrong", "harmless", "any"
"""A mutation must be refused; must change nothing; may be refused or be another right input."""


@dataclass(frozen=True)
class Mutation:
    """What is done to a file, what a verb must make of it, and the keys of which a refusal must name one."""

    what: str
    does: Callable[[Path], None]
    mark: str
    keys: tuple[str, ...] = ()


@dataclass(frozen=True)
class Table:
    """What a table is to a verb: columns that it needs, by what they hold, and those that identify a row."""

    numbers: tuple[str, ...] = ()
    """Finite, never missing: knobs, scores, times."""
    features: tuple[str, ...] = ()
    """Finite, never negative, missing where they are undefined."""
    words: tuple[str, ...] = ()
    """Names out of a known set."""
    ids: tuple[str, ...] = ()
    """Whole numbers from 0."""
    key: tuple[str, ...] = ()
    """What no two rows share."""
    maybe: tuple[str, ...] = ()
    """Finite, or missing."""
    never_below: tuple[str, ...] = ()
    """Numbers that are never negative."""
    empty: str = WRONG
    """What it is where there is no row."""


def damage(rng: random.Random, csv: bool = False) -> Iterator[Mutation]:
    """Give the mutations that any file can suffer."""

    def cut(path: Path, part: float) -> None:
        content = path.read_bytes()
        path.write_bytes(content[: int(part * len(content))])

    def into(path: Path, content: bytes) -> None:
        path.write_bytes(content)

    def folder(path: Path) -> None:
        path.unlink()
        path.mkdir()

    def itself(path: Path) -> None:
        path.unlink()
        path.symlink_to(path.name)

    def flip(path: Path, part: float) -> None:
        content = bytearray(path.read_bytes())
        content[int(part * len(content))] ^= 0xFF
        path.write_bytes(content)

    part = rng.uniform(0.2, 0.9)
    yield Mutation(f"cut at {part:.2f}", functools.partial(cut, part=part), ANY if csv else WRONG)
    for what, content in (("empty", b""), ("binary", bytes(range(256)) * 4), ("a picture", b"\x89PNG\r\n\x1a\n" * 20)):
        yield Mutation(what, functools.partial(into, content=content), WRONG)
    yield Mutation("a folder", folder, WRONG)
    yield Mutation("gone", lambda path: path.unlink(), WRONG)
    yield Mutation("a link to itself", itself, WRONG)
    yield Mutation("a byte flipped", functools.partial(flip, part=rng.uniform(0.05, 0.95)), ANY)


def read(path: Path) -> pd.DataFrame:
    """Return a CSV or Parquet file."""
    return pd.read_csv(path) if path.suffix == ".csv" else pq.read_table(path).to_pandas()


def _changed(path: Path, change: Callable[[pd.DataFrame], pd.DataFrame]) -> None:
    """Write a table with a change as its owner would with pandas: without the checksums of this software."""
    table = change(read(path))
    if path.suffix == ".csv":
        table.to_csv(path, index=False)
    else:
        pq.write_table(pa.Table.from_pandas(table, preserve_index=False), path)


def _cell(table: pd.DataFrame, column: str, row: int, value: Any) -> pd.DataFrame:
    table = table.copy()
    values = table[column].tolist()
    values[row % len(values)] = value
    table[column] = pd.Series(values, index=table.index, dtype=object if isinstance(value, str) else None)
    if isinstance(value, str):
        table[column] = table[column].map(str)
    return table


def _all(table: pd.DataFrame, column: str, make: Callable[[Any], Any]) -> pd.DataFrame:
    return table.assign(**{column: [make(value) for value in table[column]]})


def tables(kind: Table, rng: random.Random, suffix: str) -> Iterator[Mutation]:
    """Give mutations of a table as a whole, of its columns, and of values in each column that a verb needs."""

    def mutation(what: str, change: Callable[[pd.DataFrame], pd.DataFrame], mark: str, *keys: str) -> Mutation:
        return Mutation(what, functools.partial(_changed, change=change), mark, keys)

    yield from damage(rng, suffix == ".csv")
    row = rng.randrange(1000)
    yield mutation("no rows", lambda table: table[:0], kind.empty)
    yield mutation("one column", lambda table: table.iloc[:, :1], WRONG)
    yield mutation("an extra column", lambda table: table.assign(remark="mine"), HARMLESS)
    yield mutation("columns in another order", lambda table: table[list(table)[::-1]], HARMLESS)
    if kind.key:
        yield mutation("a row twice", lambda table: pd.concat([table, table.iloc[[row % len(table)]]]), WRONG)
        yield mutation("all rows twice", lambda table: pd.concat([table, table]), WRONG)
    yield mutation(
        "rows of another network",
        lambda table: pd.concat([table, pd.DataFrame({"point": [999], "tau_m": [1.0], "other": [2.0]})]),
        WRONG,
    )
    if suffix == ".csv":
        yield Mutation("a Parquet table", lambda path: write_table(path, pa.Table.from_pandas(read(path))), WRONG)
        yield Mutation("separated by ;", lambda path: path.write_text(path.read_text().replace(",", ";")), WRONG)
    else:
        yield Mutation("a CSV table", lambda path: path.write_bytes(read(path).to_csv().encode()), WRONG)
        yield Mutation("a column twice", lambda path: _twice(path), WRONG)
    for name in (*kind.numbers, *kind.features, *kind.maybe, *kind.words, *kind.ids):
        yield mutation(f"{name} gone", lambda table, name=name: table.drop(columns=name), WRONG, name)
    for name in (*kind.numbers, *kind.features, *kind.maybe, *kind.ids):
        yield mutation(f"{name} renamed", lambda t, n=name: t.rename(columns={n: f"{n}_renamed"}), WRONG, name)
        yield mutation(f"{name} as words", lambda t, n=name: _all(t, n, lambda _: "many"), WRONG, name)
        yield mutation(f"a word in {name}", lambda t, n=name: _cell(t, n, row, "many"), WRONG, name)
        yield mutation(f"{name} as lists", lambda t, n=name: _all(t, n, lambda v: [v]), WRONG, name)
        yield mutation(f"{name} as truth", lambda t, n=name: _all(t, n, lambda v: True), WRONG, name)
        yield mutation(f"inf in {name}", lambda t, n=name: _cell(t, n, row, float("inf")), WRONG, name)
        yield mutation(f"-inf in {name}", lambda t, n=name: _cell(t, n, row, float("-inf")), WRONG, name)
        missing = ANY if name in (*kind.features, *kind.maybe) else WRONG
        yield mutation(f"NaN in {name}", lambda t, n=name: _cell(t, n, row, float("nan")), missing, name)
        yield mutation(f"None for all {name}", lambda t, n=name: _all(t, n, lambda v: None), missing, name)
    for name in (*kind.features, *kind.never_below, *kind.ids):
        yield mutation(f"negative {name}", lambda t, n=name: _cell(t, n, row, -1.0), WRONG, name)
    for name in kind.ids:
        yield mutation(f"half a {name}", lambda t, n=name: _cell(t, n, row, 0.5), WRONG, name)
    for name in kind.words:
        yield mutation(f"an unknown {name}", lambda t, n=name: _cell(t, n, row, "nowhere"), WRONG, name, "nowhere")
        yield mutation(f"{name} as numbers", lambda t, n=name: _all(t, n, lambda _: 3.5), WRONG, name, "3.5")
        yield mutation(f"None in {name}", lambda t, n=name: _all(t, n, lambda _: None), WRONG, name)


def _twice(path: Path) -> None:
    table = pq.read_table(path)
    pq.write_table(table.append_column(table.column_names[1], table[1]), path)


VALUES: dict[str, Sequence[Any]] = {
    "number": ("many", float("nan"), float("inf"), [1], {"a": 1}, True, "10"),
    "truth": ("maybe", 3, [True]),
    "word": ("nowhere", 5, [], {}, "", "../x", "\x00", "x" * 5000),
    "list": ("many", {"a": 1}, 3, [[]], ["nowhere"], [float("nan")]),
    "mapping": ("many", 3, [1]),
}
"""What no key of that kind may be."""

MAYBE: dict[str, Sequence[Any]] = {
    "number": (-1, 0, 0.5, 1e300, -1e300, 2**63, 10**400, None),
    "truth": (None,),
    "word": (None,),
    "list": ([], None),
    "mapping": ({}, None),
}
"""What some key of that kind may be."""


def _kind(value: Any) -> str:
    if isinstance(value, bool):
        return "truth"
    if isinstance(value, int | float):
        return "number"
    return "list" if isinstance(value, list) else "mapping" if isinstance(value, dict) else "word"


def _places(content: Any, at: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inner = content.items() if isinstance(content, dict) else enumerate(content) if isinstance(content, list) else ()
    return [path for key, value in inner for path in [(*at, key), *_places(value, (*at, key))]]


SNIPPETS = ("\n\t", ": ", "{", "[", "&a ", "*a", "!!python/object:os.system x\n", "\0", "'", "\ufeff", "%", "|\n")


def structured(
    content: Any, write: Callable[[Any], str], rng: random.Random, n: int, free: Sequence[str] = ("about", "source")
) -> Iterator[Mutation]:
    """Give mutations of a mapping that a file holds: n of its keys, and its text. `free`: keys that take any text."""
    yaml_file = write is dumped

    def whole(path: Path, changed: Any) -> None:
        path.write_text(write(changed), encoding="utf-8")

    def at(place: tuple[Any, ...], change: Callable[[Any, Any], None]) -> Callable[[Path], None]:
        changed = copy.deepcopy(content)
        inner = changed
        for key in place[:-1]:
            inner = inner[key]
        change(inner, place[-1])
        return functools.partial(whole, changed=changed)

    yield from damage(rng, csv=True)
    for value in ([1], "many", 3, None):
        yield Mutation(f"is {value!r}", functools.partial(whole, changed=value), WRONG)
    yield Mutation("an unknown key", functools.partial(whole, changed={**content, "colour": 1}), WRONG, ("colour",))
    places = _places(content)
    for place in rng.sample(places, min(n, len(places))):
        inner = content
        for key in place:
            inner = inner[key]
        name = ".".join(map(str, place))
        keys = tuple(f"{key}" for key in place[-2:])
        kind, loose = _kind(inner), place[-1] in free
        for value in rng.sample(VALUES[kind], min(3, len(VALUES[kind]))):
            mark = ANY if loose or (kind in ("list", "word") and isinstance(value, str) and loose) else WRONG
            said = (*keys, f"{value!r:.30}".strip("'[]"))
            yield Mutation(f"{name} = {value!r:.40}", at(place, lambda i, k, v=value: i.__setitem__(k, v)), mark, said)
        value = rng.choice(MAYBE[kind])
        yield Mutation(f"{name} = {value!r:.40}", at(place, lambda i, k, v=value: i.__setitem__(k, v)), ANY, keys)
        if isinstance(place[-1], str):
            yield Mutation(f"{name} gone", at(place, lambda i, k: i.pop(k)), ANY, ())
            named = f"{place[-1]}x"
            change = functools.partial(_renamed, named=named)
            yield Mutation(f"{name} misspelt", at(place, change), WRONG, (named, *keys))
    for snippet in rng.sample(SNIPPETS, 6):
        text = write(content)
        where = rng.randrange(len(text))
        broken = text[:where] + snippet + text[where:]
        yield Mutation(f"{snippet!r} put in", lambda path, b=broken: path.write_text(b, encoding="utf-8"), ANY)
    latin = write(content).encode() + "\nsource: caf\xe9\n".encode("latin-1")
    yield Mutation("latin-1", lambda path: path.write_bytes(latin) and None, WRONG)
    if yaml_file:
        first = next(iter(content))
        again = f"{write(content)}\n{yaml.safe_dump({first: content[first]})}"
        yield Mutation("a key twice", lambda path: path.write_text(again) and None, WRONG, (f"{first}",))


def _renamed(inner: Any, key: Any, named: str) -> None:
    inner[named] = inner.pop(key)


def dumped(content: Any) -> str:
    """Return YAML."""
    return str(yaml.safe_dump(content, sort_keys=False))


def as_json(content: Any) -> str:
    """Return JSON, in which NaN may stand as Python writes it."""
    return json.dumps(content)


def of_file(path: Path, rng: random.Random, n: int, free: Sequence[str] = ("about", "source")) -> list[Mutation]:
    """Return mutations of a YAML or JSON file."""
    text = path.read_text(encoding="utf-8")
    json_file = path.suffix == ".json"
    content = json.loads(text) if json_file else yaml.safe_load(text)
    return list(structured(content, as_json if json_file else dumped, rng, n, free))


def texts(cases: dict[str, tuple[str | bytes, str]]) -> Iterator[Mutation]:
    """Give mutations that put another text into a file."""
    for what, (text, mark) in cases.items():
        content = text if isinstance(text, bytes) else text.encode()
        yield Mutation(what, lambda path, c=content: path.write_bytes(c) and None, mark)


def pipe(path: Path) -> None:
    """Put a pipe in the place of a file, which nobody writes to."""
    path.unlink(missing_ok=True)
    os.mkfifo(path)
