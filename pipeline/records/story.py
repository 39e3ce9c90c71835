"""What a row rests on, in words: first what it is, then what computed it."""

import textwrap
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from pipeline.config.provenance import sha256
from pipeline.config.tables import Row
from pipeline.network.model import RUN_KNOBS, Model
from pipeline.records.lineage import Found, exact
from pipeline.records.record import Record, place, read

Line = tuple[str, str]


def what(found: Found, model: Model, features: Mapping[str, str]) -> list[str]:
    """Return the lines that say what a row or a trial is: what was asked, its knobs, its status and main features.

    `features`: units of the features to show, by name.
    """
    row = found.row
    if "trial" in row:
        score = "no score" if row["score"] is None else f"score {row['score']:.6g}"
        runs = f"{', '.join(found.runs)}; explain one of them for the command that repeats it"
        if found.again:
            score, none = f"it failed or was interrupted; {found.again} took up its values", f"those of {found.again}"
        else:
            none = "none are kept"
        lines = [
            ("trial", f"{found.name}, from {row['origin']}, in {found.table}"),
            ("status", f"{row['state']}, {score}"),
            ("runs", runs if found.runs else none),
        ]
        return [*_written(lines), *_changed(row, model, "the fit")]
    sweep = "fit" if found.name.startswith("fit/") else found.name.partition("/")[0]
    seconds = f"{row['duration']:g} s after a transient of {row['transient']:g} s"
    lines = [
        ("row", f"{found.name} in {found.table}"),
        (
            "asked",
            f"{'a run of the fit' if sweep == 'fit' else f'sweep {sweep}'}, protocol {row['protocol']}, {seconds}",
        ),
        ("seeds", f"network {row['seed_network']:.0f}, input {row['seed_input']:.0f}"),
    ]
    values = [f"{name} = {_feature(row[name], unit)}" for name, unit in features.items() if row.get(name) is not None]
    after = [
        ("status", row["status"] + (f": {row['problem']}" if row["problem"] else "")),
        ("features", ", ".join(value.replace(" ", "\xa0") for value in values) or "none is defined"),
    ]
    return [*_written(lines), *_changed(row, model, "the fit" if sweep == "fit" else "the sweep"), *_written(after)]


def how(found: Found, results: Path) -> list[str]:
    """Return the lines that say what computed a row, and at what cost; of a trial, where that stands."""
    row = found.row
    if "trial" in row:
        return _written([("record", f"{place(results, name)}") for name in (row.get("record") or "").split()])
    cost = f"{row['wall_s']:.3f} s, {row['cpu_s']:.3f} CPU s, {row['memory_mb']:.0f} MB"
    manifest = results / "build" / row["build"] / "manifest.json"
    program = ("program", row["build"] + (f", manifest {manifest}" if manifest.exists() else ""))
    record = read(results, row.get("record"))
    if record is None:
        return _written([("record", "none, or lost"), program, ("cost", cost)])
    code, compiled = record["code"], record["program"]
    state = {True: " with changes on top", False: ", unchanged", None: ""}[code["dirty"]]
    lines = [
        ("code", f"commit {code['commit'] or 'unknown'}{state}; sources {code['sources']}"),
        ("compiler", f"{compiled['compiler']}, {' '.join(compiled['flags'] or [])}"),
        ("processor", f"{record['cpu']}, {record['libc']}"),
        ("cost", cost),
        program,
        ("python", record["python"]),
        *[("config", _asked(name, about)) for name, about in record["config"].items()],
        ("record", f"{place(results, row['record'])}, since {record['date']}"),
    ]
    return _written(lines)


def packages(record: Record | None, installed: Mapping[str, str], everything: bool) -> list[str]:
    """Return the lines of the packages with which a row was computed: those that differ here, or all."""
    if record is None:
        return []
    then: Mapping[str, str] = record["packages"]
    if everything:
        return _written([("packages", ", ".join(f"{name}\xa0{version}" for name, version in then.items()))])
    other = {name: version for name, version in then.items() if installed.get(name) != version}
    shown = [f"{name} {version} (here {installed.get(name, 'not installed')})" for name, version in other.items()]
    same = f"{len(then) - len(other)} as they are here; --packages lists all"
    return _written([("packages", "; ".join([*(text.replace(" ", "\xa0") for text in shown), same]))])


def _changed(row: Row, model: Model, asked: str) -> list[str]:
    """Return a table of the knobs that differ from the network's own values: value, unit, own value, what set it.

    `asked`: what sets the knobs that the protocol leaves.
    """
    protocol = model.protocols.get(f"{row.get('protocol')}", {})
    rows = [
        (
            name,
            exact(row[name]),
            "" if knob.unit == "1" else knob.unit,
            exact(knob.value),
            "the protocol" if protocol.get(name) == row[name] else asked,
        )
        for name, knob in model.settable.items()
        if name not in RUN_KNOBS and row.get(name) is not None and row[name] != knob.value
    ]
    if not rows:
        return _written([("knobs", "all as the network has them")])
    table = [("knob", "value", "unit", "the network's own", "set by"), *rows]
    widths = [max(len(cells[k]) for cells in table) for k in range(len(table[0]))]
    lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True)).rstrip() for cells in table
    ]
    return [f"{'knobs' if k == 0 else '':11}{line}" for k, line in enumerate(lines)]


def _feature(value: Any, unit: str) -> str:
    return f"{value:.4g}" + ("" if unit == "1" else f" {unit}")


def _asked(name: str, about: Mapping[str, Any]) -> str:
    try:
        same = sha256(about["file"]) == about["sha256"]
        now = "as it is now" if same else "has changed since"
    except OSError:
        now = "is not here any more"
    return f"{name} {about['file']} ({now}), SHA-256 {about['sha256'][:16]}"


def _written(lines: Iterable[Line]) -> list[str]:
    return [line for title, text in lines for line in _wrapped(title, text)]


def _wrapped(title: str, text: str) -> Sequence[str]:
    wrapper = textwrap.TextWrapper(120, f"{title:11}", " " * 11, break_long_words=False, break_on_hyphens=False)
    return [line.replace("\xa0", " ") for line in wrapper.wrap(text)]
