"""Tables on disk: Parquet and CSV written whole or not at all, and a journal that survives a kill."""

import errno
import fcntl
import json
import os
import sys
import tempfile
import zlib
from collections.abc import Container, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from pipeline.config.reader import ConfigError, some, unreadable

Row = dict[str, Any]


class DamagedTableError(ConfigError):
    """A table that is there but cannot be read: `wrong` says so, without what to do about it."""

    def __init__(self, path: Path | str, said: str) -> None:
        """Refuse the table at `path`, of which its reader `said` what is wrong."""
        self.wrong = f"{path}: cannot be read as a Parquet table ({said})"
        made = Path(path).suffix == ".parquet"  # anything else may be dear to somebody
        do = "delete it and run again, which makes it anew" if made else "give one, or a table that ends in .csv"
        super().__init__(f"{self.wrong}; {do}.")


SHAPE = b"shape"
"""Key of the checksum of columns and length in the metadata of a Parquet file."""


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
        with open(name, "rb") as part:
            os.fsync(part.fileno())  # else a power cut may leave the new name with nothing in it
        os.replace(name, target)
    finally:
        Path(name).unlink(missing_ok=True)


@contextmanager
def alone(path: Path | str) -> Iterator[None]:
    """Hold the lock of a file that is made where there is none; wait, and say so, while another process holds it.

    The system takes the lock away from a process that was killed.
    """
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    with open(path, "ab") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print(f"{path}: another process is at the same work; waiting for its end", file=sys.stderr, flush=True)
            fcntl.flock(file, fcntl.LOCK_EX)
        except OSError:  # a file system without locks: as safe as before there were any
            pass
        yield


def write_rows(path: Path | str, rows: list[Row]) -> None:
    """Write rows as Parquet, with the columns of all of them; None stays null, and so does what a row lacks."""
    names = dict.fromkeys(name for row in rows for name in row)  # the first row may lack what others have
    write_table(path, pa.table({name: [row.get(name) for row in rows] for name in names}))


def write_table(path: Path | str, table: pa.Table) -> None:
    """Write an Arrow table as Parquet, with checksums of its data, and of its columns and length."""
    table = table.replace_schema_metadata({**(table.schema.metadata or {}), SHAPE: _shape(table)})
    with written_whole(path) as part:
        pq.write_table(table, part, write_page_checksum=True)


def described(table: pa.Table, about: Mapping[str, tuple[str, str]]) -> pa.Table:
    """Return a table whose columns have, in their metadata, their unit and definition, where `about` has them."""
    fields = [
        field.with_metadata(dict(zip(("unit", "definition"), about[field.name], strict=True)))
        if field.name in about
        else field
        for field in table.schema
    ]
    return pa.Table.from_arrays(table.columns, schema=pa.schema(fields, table.schema.metadata))


def _shape(table: pa.Table) -> bytes:
    return _checksum(*(name.encode() for name in table.column_names), b"%d" % table.num_rows)


def read_rows(path: Path | str, needed: Iterable[str] = ()) -> list[Row]:
    """Return the rows of a Parquet file; ConfigError where there is none, it is damaged or lacks `needed` columns."""
    rows: list[Row] = read_table(path, needed).to_pylist()
    return rows


def read_table(path: Path | str, needed: Iterable[str] = ()) -> pa.Table:
    """Return a Parquet file as an Arrow table.

    ConfigError where there is none or it lacks columns, as `read_rows` says; DamagedTableError for a damaged one.
    """
    try:
        with open(path, "rb") as file:  # not a folder, of which Arrow would join all files
            # in this thread: others that Arrow starts can abort the process as it ends
            whole = pq.ParquetFile(file, page_checksum_verification=True, pre_buffer=False)
            table = whole.read(use_threads=False)
    except FileNotFoundError:
        raise ConfigError(f"{path}: cannot be read (there is no such file).") from None
    except (OSError, ValueError, pa.ArrowException) as error:
        if isinstance(error, OSError) and error.strerror is not None:
            raise unreadable(path, error) from None
        raise DamagedTableError(path, "it is damaged, or a file of another kind") from None
    metadata = dict(table.schema.metadata or {})
    if metadata.pop(SHAPE, _shape(table)) != _shape(table):
        raise DamagedTableError(path, "its columns are not those that were written")
    if again := [name for n, name in enumerate(table.column_names) if name in table.column_names[:n]]:
        raise DamagedTableError(path, f"it has the column {again[0]!r} twice")
    refuse_without(path, table.column_names, needed)
    return table.replace_schema_metadata(metadata)


def refuse_without(path: Path | str, columns: Iterable[str], needed: Iterable[str]) -> None:
    """Raise ConfigError where the table of a file lacks columns that it needs to have: it is another one."""
    found = list(columns)
    if missing := [name for name in needed if name not in found]:
        raise ConfigError(
            f"{path}: is not the table that is needed here, for it lacks the columns {some(missing, 5)}; it has "
            f"{some(found, 5) or 'none'}."
        )


def write_text(path: Path | str, text: str) -> None:
    """Write a text file."""
    with written_whole(path) as part:
        part.write_text(text, encoding="utf-8")


class Journal:
    """Finished rows in a folder that several processes append to, each to its own file, a line a row.

    A line is: key, tag, checksum of the line, the row as JSON. The key identifies the row; the tag the run for which
    it was wanted. A row is on disk as soon as it is added, so a kill loses only what was being computed. A line that
    is torn or damaged is as if it had never been written.
    """

    def __init__(self, folder: Path | str, name: str, tag: str, wanted: Container[str] | None = None) -> None:
        """Append to the file `name`; of rows in all files, keep those with a key in `wanted`, or all."""
        self._folder = Path(folder)
        self._own = self._folder / f"{name}.jsonl"
        self._tag, self._wanted = tag, wanted
        self._read: dict[Path, int] = {}
        self._rows: dict[str, Row] = {}
        self._done: set[str] = set()
        self._measured: set[str] = set()

    def rows(self) -> dict[str, Row]:
        """Return the finished rows of all processes by key, those since the last call included."""
        self._catch_up()
        return self._rows

    def measured(self) -> set[str]:
        """Return the keys of all rows that all processes have finished, wanted or not."""
        self._catch_up()
        return self._measured

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
                self._take(line)

    def _take(self, line: bytes) -> None:
        parts = line.split(b" ", 3)
        if len(parts) < 4 or parts[2] != _checksum(parts[0], parts[1], parts[3]):
            return
        key, tag = parts[0].decode(), parts[1].decode()
        if parts[3]:
            self._measured.add(key)
        if parts[3] and (self._wanted is None or key in self._wanted):
            self._rows[key] = json.loads(parts[3])
        if tag == self._tag:
            self._done.add(key)

    def add(self, key: str, row: Row | None) -> None:
        """Append one finished row; None where it was there already."""
        self._folder.mkdir(parents=True, exist_ok=True)
        first, second = key.encode(), self._tag.encode()
        content = b"" if row is None else json.dumps(row).encode()
        line = b" ".join((first, second, _checksum(first, second, content), content)) + b"\n"
        with open(self._own, "ab", buffering=0) as file:
            if file.tell() and not _ends_line(self._own):  # a kill or a full disk tore it
                line = b"\n" + line
            if file.write(line) < len(line):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(self._own))


def _checksum(*parts: bytes) -> bytes:
    return b"%08x" % zlib.crc32(b" ".join(parts))


def cut_torn_line(path: Path) -> None:
    """Cut what follows the last newline of a file, if there is one: a kill tore it, and the next line would join it."""
    if path.exists() and path.stat().st_size and not _ends_line(path):
        content = path.read_bytes()
        os.truncate(path, content.rfind(b"\n") + 1)


def _ends_line(path: Path) -> bool:
    with open(path, "rb") as file:
        file.seek(-1, os.SEEK_END)
        return file.read(1) == b"\n"
