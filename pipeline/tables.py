"""Tables on disk: Parquet and CSV written whole or not at all, and a journal that survives a kill."""

import contextlib
import json
import os
import tempfile
from collections.abc import Container, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from pipeline.parameters import ConfigError

Row = dict[str, Any]


@contextmanager
def written_whole(path: Path | str) -> Iterator[Path]:
    """Give a temporary path beside `path` to write to; it takes the place of `path` only if nothing fails."""
    target = Path(path)
    target.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=f".{target.name}.", suffix=target.suffix, dir=target.parent)
    os.close(handle)
    try:
        yield Path(name)
        os.chmod(name, 0o644)
        os.replace(name, target)
    finally:
        Path(name).unlink(missing_ok=True)


def write_rows(path: Path | str, rows: list[Row]) -> None:
    """Write rows as Parquet; None stays null."""
    write_table(path, pa.Table.from_pylist(rows))


def write_table(path: Path | str, table: pa.Table) -> None:
    """Write an Arrow table as Parquet."""
    with written_whole(path) as part:
        pq.write_table(table, part)


def read_rows(path: Path | str) -> list[Row]:
    """Return the rows of a Parquet file; ConfigError where there is none."""
    rows: list[Row] = read_table(path).to_pylist()
    return rows


def read_table(path: Path | str) -> pa.Table:
    """Return a Parquet file as an Arrow table; ConfigError where there is none."""
    try:
        return pq.read_table(path)
    except (OSError, pa.ArrowInvalid) as error:
        raise ConfigError(f"{path}: cannot be read as a Parquet table ({error}).") from None


def write_text(path: Path | str, text: str) -> None:
    """Write a text file."""
    with written_whole(path) as part:
        part.write_text(text, encoding="utf-8")


class Journal:
    """Finished rows in a folder that several processes append to, each to its own file, a line a row.

    A line is: key, tag, the row as JSON. The key identifies the row; the tag the run for which it was wanted. A row is
    on disk as soon as it is added, so a kill loses only what was being computed. A torn last line is ignored.
    """

    def __init__(self, folder: Path | str, name: str, tag: str, wanted: Container[str] | None = None) -> None:
        """Append to the file `name`; of rows in all files, keep those with a key in `wanted`, or all."""
        self._folder = Path(folder)
        self._own = self._folder / f"{name}.jsonl"
        self._tag, self._wanted = tag, wanted
        self._read: dict[Path, int] = {}
        self._rows: dict[str, Row] = {}
        self._done: set[str] = set()

    def rows(self) -> dict[str, Row]:
        """Return the finished rows of all processes by key, those since the last call included."""
        self._catch_up()
        return self._rows

    def done(self) -> int:
        """Return how many rows all processes have finished for this tag, found or computed."""
        self._catch_up()
        return len(self._done)

    def _catch_up(self) -> None:
        for path in sorted(self._folder.glob("*.jsonl")):
            begin = self._read.get(path, 0)
            if path.stat().st_size == begin:
                continue
            with open(path, "rb") as file:
                file.seek(begin)
                fresh = file.read()
            complete = fresh[: fresh.rfind(b"\n") + 1]
            self._read[path] = begin + len(complete)
            for line in complete.splitlines():
                # anything else is the end of a line that a kill tore, closed by the next process
                with contextlib.suppress(ValueError):
                    self._take(line)

    def _take(self, line: bytes) -> None:
        key, tag, content = line.decode().split(" ", 2)
        if content and (self._wanted is None or key in self._wanted):
            self._rows[key] = json.loads(content)
        if tag == self._tag:
            self._done.add(key)

    def add(self, key: str, row: Row | None) -> None:
        """Append one finished row; None where it was there already."""
        self._folder.mkdir(parents=True, exist_ok=True)
        with open(self._own, "ab") as file:
            line = f"{key} {self._tag} {'' if row is None else json.dumps(row)}\n".encode()
            if file.tell() and not _ends_line(self._own):
                line = b"\n" + line
            file.write(line)


def cut_torn_line(path: Path) -> None:
    """Cut what follows the last newline of a file, if there is one: a kill tore it, and the next line would join it."""
    if path.exists() and path.stat().st_size and not _ends_line(path):
        content = path.read_bytes()
        os.truncate(path, content.rfind(b"\n") + 1)


def _ends_line(path: Path) -> bool:
    with open(path, "rb") as file:
        file.seek(-1, os.SEEK_END)
        return file.read(1) == b"\n"
