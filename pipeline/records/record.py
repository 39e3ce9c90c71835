"""What computed a row: version of the code, environment, processor, program, and the configuration that asked for it.

A row carries the id of its record, a file in results/records/. All rows of one origin share a record, and the same
origin has the same id on every day: the date is that of the first row.
"""

import importlib.metadata
import json
import platform
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pipeline.config import provenance
from pipeline.config.reader import fingerprint
from pipeline.config.tables import write_text
from pipeline.engine import machine
from pipeline.engine.scripts import ScriptEngine

Record = dict[str, Any]


def keep(results: Path | str, program: ScriptEngine, config: Mapping[str, Any]) -> str:
    """Write the record of what `program` computes from now on for `config`, unless it is there; return its id."""
    specified = program.specification()
    record = {
        "code": provenance.version() | {"measuring": provenance.code(provenance.MEASURING)},
        "program": {"build": program.meaning, **specified},
        "cpu": machine.processor(),  # a program runs only on the processor it was compiled for
        "libc": libc(),
        "python": platform.python_version(),
        "packages": packages(),
        "config": dict(config),
    }
    name = fingerprint(record)
    path = place(results, name)
    if read(results, name) is None:  # not there, or damaged
        date = datetime.now(UTC).isoformat(timespec="seconds")
        write_text(path, json.dumps({"date": date, **record}, indent=1))
    return name


def read(results: Path | str, name: str | None) -> Record | None:
    """Return a record; None where the row has none, or it is lost or damaged: its id is its fingerprint."""
    try:
        kept = json.loads(place(results, name or "none").read_text(encoding="utf-8"))
        record: Record = {key: value for key, value in kept.items() if key != "date"}
        return kept if fingerprint(record) == name else None
    except (OSError, ValueError, AttributeError):
        return None


def place(results: Path | str, name: str) -> Path:
    """Return the file of a record."""
    return Path(results) / "records" / f"{name}.json"


def libc() -> str:
    """Return the C library, such as 'glibc 2.36'."""
    return " ".join(platform.libc_ver())


def packages() -> dict[str, str]:
    """Return the version of every installed package by name, but for this software: `code` says which one ran."""
    found: dict[str, str] = {}
    for package in importlib.metadata.distributions():
        found.setdefault(package.name, package.version)  # the first on the path is the one that is imported
    found.pop(provenance.NAME, None)
    return dict(sorted(found.items()))


def described(path: Path | str, content: Any = None) -> dict[str, Any]:
    """Return a file of config/ as a record keeps it: its name, its SHA-256, and the `content` that was made of it."""
    about = {"file": str(path), "sha256": provenance.sha256(path)}
    return about if content is None else about | {"content": content}
