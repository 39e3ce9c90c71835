"""From the name of a row to all that it rests on, and to the command that computes it again.

A point of a sweep is SWEEP/NUMBER, such as gains/17; a run of a fit fit/TRIAL/PROTOCOL/SEED, and fit/TRIAL names the
runs of a trial.
"""

import shlex
import textwrap
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from pipeline.config.reader import ConfigError, nearest
from pipeline.config.tables import Journal, Row
from pipeline.network.model import Model
from pipeline.plan.columns import OF_TRIAL, of_row
from pipeline.plan.given import arrow_of
from pipeline.records.record import Record

FORMS = "SWEEP/NUMBER, such as gains/17, fit/TRIAL, or fit/TRIAL/PROTOCOL/SEED"


@dataclass(frozen=True)
class Found:
    """A row by its name, or a trial of a fit with the names of its `runs`; `table` is the file that has it.

    `again`: the trial that took up the values of one that failed or was interrupted, '' where none did.
    """

    name: str
    row: Row
    table: Path
    runs: tuple[str, ...] = ()
    again: str = ""


def find(name: str, results: Path, model: Model) -> Found:
    """Return the row or trial of that name; ConfigError, with what there is, where there is none."""
    parts = name.split("/")
    if len(parts) == 2 and (parts[0] != "fit" or _table(results, "fit").exists()):
        return _point(name, parts[0], parts[1], results, model)
    if parts[0] == "fit" and len(parts) in (2, 4) and parts[1].isdigit():
        return _trial_or_run(name, parts, results, model)
    raise ConfigError(f"explain: {name!r} is none of {FORMS}.")


def _table(results: Path, sweep: str) -> Path:
    return results / "sweeps" / sweep / "features.parquet"


def _point(name: str, sweep: str, number: str, results: Path, model: Model) -> Found:
    known = sorted(path.parent.name for path in (results / "sweeps").glob("*/features.parquet"))
    if sweep not in known:
        there = nearest(sweep, known) if known else "; name the folder of its results by --results, or run the workflow"
        raise ConfigError(f"explain: {name!r}: there is no finished sweep {sweep!r} in {results}{there}.")
    table = arrow_of(_table(results, sweep), of_row(model))
    numbers = [str(point) for point in table["point"].to_pylist()]
    if number not in numbers:
        raise ConfigError(f"explain: {name!r}: the sweep {sweep} has the points 0 to {len(table) - 1}.")
    return Found(name, table.slice(numbers.index(number), 1).to_pylist()[0], _table(results, sweep))


def _trial_or_run(name: str, parts: list[str], results: Path, model: Model) -> Found:
    table = results / "fit" / "trials.parquet"
    if not table.exists():
        raise ConfigError(f"explain: {name!r}: there is no finished fit in {results / 'fit'}.")
    trials = {str(row["trial"]): row for row in arrow_of(table, OF_TRIAL).to_pylist()}
    if parts[1] not in trials:
        raise ConfigError(f"explain: {name!r}: the fit has the trials 0 to {len(trials) - 1}.")
    trial = trials[parts[1]]
    settings = {knob: trial[knob] for knob in model.settable if trial.get(knob) is not None}
    records = set((trial.get("record") or "").split()) or {None}  # trials and rows of before have none
    runs = {
        f"fit/{parts[1]}/{row['protocol']}/{row['seed_network']:.0f}": (row, path)
        for row, path in _simulated(results, settings, trial["origin"], model)
        if settings and row.get("record") in records
    }
    if len(parts) == 2:
        again = ""
        if trial["state"] == "fail":
            whole = (other for other in trials.values() if other["state"] == "complete")
            same = (other for other in whole if all(other.get(knob) == value for knob, value in settings.items()))
            again = next((f"fit/{other['trial']}" for other in same), "")
        return Found(name, trial, table, tuple(sorted(runs)), again)
    if name not in runs:
        raise ConfigError(f"explain: {name!r}: the runs of this trial are {', '.join(sorted(runs)) or 'not kept'}.")
    row, path = runs[name]
    return Found(name, row, path)


def _simulated(results: Path, settings: Mapping[str, float], origin: str, model: Model) -> Iterable[tuple[Row, Path]]:
    """Yield the rows with these knobs of all sweeps, where the trial came from one, and of the fit's journal."""
    for path in sorted((results / "sweeps").glob("*/features.parquet")) if origin == "sweep" else ():
        for row in _rows(arrow_of(path, of_row(model)), settings):
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
    values = {name: row[name] for name in model.settable if row.get(name) is not None}
    own = {name: knob.value for name, knob in model.settable.items() if not model.follows_from(name)}
    bases = {name: own | settings for name, settings in model.protocols.items()}
    changes = {
        protocol: {name: value for name, value in values.items() if base.get(name) != value}
        for protocol, base in bases.items()
    }
    # a protocol of a fit's own is written as the model's that is nearest to it
    protocol = min(changes, key=lambda name: (name != row["protocol"], len(changes[name])))
    different = changes[protocol]
    words = [python, "-m", "pipeline", "simulate", "--protocol", protocol]
    if "duration" in different:
        words += ["--duration", exact(different.pop("duration"))]
    if values["seed_network"] == values["seed_input"]:
        words += ["--seed", exact(values["seed_network"])]
        different = {name: value for name, value in different.items() if not name.startswith("seed_")}
    for name, value in different.items():
        words += ["--set", f"{name}={exact(value)}"]
    for few in (row.get("neurons") or "").split():
        words += ["--neurons", few]
    for option, path in places.items():
        words += [option, str(path)]
    return shlex.join([*words, "--json"])


def exact(value: float) -> str:
    """Return a number to its last digit, without a point where it is whole."""
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
