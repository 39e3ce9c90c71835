"""From the name of a row to all that it rests on, and to the command that computes it again.

A point of a sweep is SWEEP/NUMBER, such as gains/17; a run of a fit fit/TRIAL/PROTOCOL/SEED, and fit/TRIAL names the
runs of a trial.
"""

import hashlib
import shlex
import textwrap
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from pipeline.config.reader import ConfigError, nearest
from pipeline.config.tables import Journal, Row, read_rows, read_table
from pipeline.network.model import Model
from pipeline.records.record import Record, place, read

_TIED = "\xa0"
"""A space at which no line is broken."""

FORMS = "SWEEP/NUMBER, such as gains/17, fit/TRIAL, or fit/TRIAL/PROTOCOL/SEED"


@dataclass(frozen=True)
class Found:
    """A row by its name, or a trial of a fit with the names of its `runs`; `table` is the file that has it."""

    name: str
    row: Row
    table: Path
    runs: tuple[str, ...] = ()


def find(name: str, results: Path, model: Model) -> Found:
    """Return the row or trial of that name; ConfigError, with what there is, where there is none."""
    parts = name.split("/")
    if len(parts) == 2 and (parts[0] != "fit" or _table(results, "fit").exists()):
        return _point(name, parts[0], parts[1], results)
    if parts[0] == "fit" and len(parts) in (2, 4) and parts[1].isdigit():
        return _trial_or_run(name, parts, results, model)
    raise ConfigError(f"explain: {name!r} is none of {FORMS}.")


def _table(results: Path, sweep: str) -> Path:
    return results / "sweeps" / sweep / "features.parquet"


def _point(name: str, sweep: str, number: str, results: Path) -> Found:
    known = sorted(path.parent.name for path in (results / "sweeps").glob("*/features.parquet"))
    if sweep not in known:
        there = nearest(sweep, known) if known else "; run the workflow first"
        raise ConfigError(f"explain: {name!r}: there is no finished sweep {sweep!r} in {results}{there}.")
    table = read_table(_table(results, sweep))
    numbers = [str(point) for point in table["point"].to_pylist()]
    if number not in numbers:
        raise ConfigError(f"explain: {name!r}: the sweep {sweep} has the points 0 to {len(table) - 1}.")
    return Found(name, table.slice(numbers.index(number), 1).to_pylist()[0], _table(results, sweep))


def _trial_or_run(name: str, parts: list[str], results: Path, model: Model) -> Found:
    table = results / "fit" / "trials.parquet"
    if not table.exists():
        raise ConfigError(f"explain: {name!r}: there is no finished fit in {results / 'fit'}.")
    trials = {str(row["trial"]): row for row in read_rows(table)}
    if parts[1] not in trials:
        raise ConfigError(f"explain: {name!r}: the fit has the trials 0 to {len(trials) - 1}.")
    trial = trials[parts[1]]
    settings = {knob: trial[knob] for knob in model.knobs if trial.get(knob) is not None}
    records = set((trial.get("record") or "").split()) or {None}  # trials and rows of before have none
    runs = {
        f"fit/{parts[1]}/{row['protocol']}/{row['seed_network']:.0f}": (row, path)
        for row, path in _simulated(results, settings, trial["origin"])
        if settings and row.get("record") in records
    }
    if len(parts) == 2:
        return Found(name, trial, table, tuple(sorted(runs)))
    if name not in runs:
        raise ConfigError(f"explain: {name!r}: the runs of this trial are {', '.join(sorted(runs)) or 'not kept'}.")
    row, path = runs[name]
    return Found(name, row, path)


def _simulated(results: Path, settings: Mapping[str, float], origin: str) -> Iterable[tuple[Row, Path]]:
    """Yield the rows with these knobs of all sweeps, where the trial came from one, and of the fit's journal."""
    for path in sorted((results / "sweeps").glob("*/features.parquet")) if origin == "sweep" else ():
        for row in _rows(read_table(path), settings):
            yield row, path
    journal = results / "fit" / "journal"
    for row in Journal(journal, "", "").rows().values():
        if all(row.get(knob) == value for knob, value in settings.items()):
            yield row, journal


def _rows(table: pa.Table, values: Mapping[str, float]) -> list[Row]:
    """Return the rows that have these values."""
    for name, value in values.items():
        table = table.filter(pc.equal(table[name], value))
    rows: list[Row] = table.to_pylist()
    return rows


def command(row: Row, model: Model, places: Mapping[str, Path], python: str = "python") -> str:
    """Return the command that computes a row again: every knob that differs from the model's, to the last digit.

    `places`: options of files, such as {"--model": path}. ConfigError where the model has knobs that the row lacks.
    """
    if lacking := [name for name in model.knobs if row.get(name) is None]:
        raise ConfigError(f"explain: the model has knobs that this row does not have: {', '.join(lacking)}.")
    values = {name: row[name] for name in model.knobs}
    own = {name: knob.value for name, knob in model.knobs.items()}
    bases = {name: own | settings for name, settings in model.protocols.items()}
    changes = {
        protocol: {name: value for name, value in values.items() if base[name] != value}
        for protocol, base in bases.items()
    }
    # a protocol of a fit's own is written as the model's that is nearest to it
    protocol = min(changes, key=lambda name: (name != row["protocol"], len(changes[name])))
    different = changes[protocol]
    words = [python, "-m", "pipeline", "simulate", "--protocol", protocol]
    if "duration" in different:
        words += ["--duration", _exact(different.pop("duration"))]
    if values["seed_network"] == values["seed_input"]:
        words += ["--seed", _exact(values["seed_network"])]
        different = {name: value for name, value in different.items() if not name.startswith("seed_")}
    for name, value in different.items():
        words += ["--set", f"{name}={_exact(value)}"]
    for option, path in places.items():
        words += [option, str(path)]
    return shlex.join([*words, "--json"])


def _exact(value: float) -> str:
    return str(int(value)) if float(value).is_integer() else repr(float(value))


def elsewhere(record: Record | None, specification: Mapping[str, Any], measuring: str, libc: str) -> list[str]:
    """Return what differs between what computed a row and what would here, in words; empty: the row comes out again.

    `specification`, `measuring` and `libc` are those of this code, model and machine.
    """
    if record is None:
        return ["what computed it is not known"]
    then = record["program"]
    found = [
        "the processor" if key == "cpu" else f"{key} ({_short(then.get(key))} then, {_short(value)} here)"
        for key, value in specification.items()
        if then.get(key) != value
    ]
    if record["libc"] != libc:  # has the vector exp
        found.append(f"the C library ({record['libc']} then, {libc} here)")
    if record["code"]["measuring"] != measuring:
        found.append("the code that measures")
    return found


def _short(value: Any) -> str:
    return textwrap.shorten(str(value), 60, placeholder="...")


def story(found: Found, results: Path, model: Model) -> list[str]:
    """Return the lines that say what a row rests on: what was asked, what computed it, where and at what cost."""
    row = found.row
    if "trial" in row:
        score = "no score" if row["score"] is None else f"score {row['score']:.6g}"
        lines = [("trial", f"{found.name}, {row['state']}, {score}, from {row['origin']}, in {found.table}")]
        lines += [("knobs", _pairs({name: row[name] for name in model.knobs if row.get(name) is not None}))]
        lines += [("runs", ", ".join(found.runs) or "none are kept")]
        lines += [("record", f"{place(results, name)}") for name in (row.get("record") or "").split()]
        return [line for title, text in lines for line in _wrapped(title, text)]
    record, manifest = read(results, row.get("record")), results / "build" / row["build"] / "manifest.json"
    lines = [
        ("row", f"{found.name} in {found.table}"),
        ("status", row["status"] + (f": {row['problem']}" if row["problem"] else "")),
        ("protocol", row["protocol"]),
        ("knobs", _pairs({name: row[name] for name in model.knobs if name in row})),
        ("seeds", f"network {row['seed_network']:.0f}, input {row['seed_input']:.0f}"),
        ("cost", f"{row['wall_s']:.3f} s, {row['cpu_s']:.3f} CPU s, {row['memory_mb']:.0f} MB"),
        ("program", row["build"] + (f", manifest {manifest}" if manifest.exists() else "")),
    ]
    lines += _of_record(record, place(results, row["record"])) if record else [("record", "none, or lost")]
    return [line for title, text in lines for line in _wrapped(title, text)]


def _of_record(record: Record, path: Path) -> list[tuple[str, str]]:
    code, program = record["code"], record["program"]
    state = {True: " with changes on top", False: ", unchanged", None: ""}[code["dirty"]]
    return [
        ("record", f"{path}, since {record['date']}"),
        *[("config", _asked(name, about)) for name, about in record["config"].items()],
        ("code", f"commit {code['commit'] or 'unknown'}{state}; sources {code['sources']}"),
        ("compiler", f"{program['compiler']}, {' '.join(program['flags'] or [])}"),
        ("processor", f"{record['cpu']}, {record['libc']}"),
        ("python", record["python"]),
        ("packages", _pairs(record["packages"], " ")),
    ]


def _asked(name: str, about: Mapping[str, Any]) -> str:
    try:
        same = hashlib.sha256(Path(about["file"]).read_bytes()).hexdigest() == about["sha256"]
        now = "as it is now" if same else "has changed since"
    except OSError:
        now = "is not here any more"
    return f"{name} {about['file']} ({now}), SHA-256 {about['sha256'][:16]}"


def _pairs(values: Mapping[str, Any], sign: str = " = ") -> str:
    shown = {name: _exact(value) if isinstance(value, float) else value for name, value in values.items()}
    return ", ".join(f"{name}{sign}{value}".replace(" ", _TIED) for name, value in shown.items())


def _wrapped(title: str, text: str) -> list[str]:
    wrapper = textwrap.TextWrapper(120, f"{title:11}", " " * 11, break_long_words=False, break_on_hyphens=False)
    return [line.replace(_TIED, " ") for line in wrapper.wrap(text)]
