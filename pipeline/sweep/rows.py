"""Points to rows: each point simulated and measured, one row with knobs, seeds, status, features and cost.

Rows go to a journal as they are made. A point that a journal already holds, from an interrupted run or from a sweep
that has since grown, is not simulated again.
"""

import sys
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

import pyarrow as pa

from pipeline.config import provenance
from pipeline.config.reader import fingerprint
from pipeline.config.tables import Journal, Row, write_rows, write_table
from pipeline.engine.process import SimulationError
from pipeline.engine.recording import NetworkRecording
from pipeline.engine.scripts import ScriptEngine
from pipeline.engine.translator import RefusedError
from pipeline.measure.envelope import WHOLE, Envelope
from pipeline.measure.network import measured, needs_everything
from pipeline.measure.rates import measured_rate
from pipeline.measure.sampled import read, sampled
from pipeline.network.model import Model
from pipeline.sweep.enough import Until
from pipeline.sweep.spikes import KeptSpikes, spike_table

REPORT_S = 5.0
"""Seconds between two lines of progress."""


def measure(program: ScriptEngine, row: Row, model: Model) -> tuple[Row, NetworkRecording]:
    """Simulate the point of `row`; return the row with status, features, counts and cost, and the recording.

    `problem` says what diverged, or which population runs away: such a run has the status ok, its features are what
    they are. Where the row has `neurons`, as `measure.sampled` writes it, features are of so many alone. A network
    lives or not by all of its neurons: where no feature is the rate of these, there is a column of it, see `WHOLE`.
    """
    values = {name: row[name] for name in model.settable if row.get(name) is not None}
    recording, build = program.simulate(values, needs_everything(model))
    of = recording
    if row.get("neurons"):
        of = sampled(recording, read(row["neurons"]), row["seed_network"], row["seed_input"])
    found, divergence = measured(model, of, values), recording.divergence
    if gone := [name for name in model.populations if name not in recording.spikes and name in model.envelope]:
        raise SimulationError(
            f"with these numbers the script has no population {gone[0]}, of which features are asked."
        )
    found = with_whole(found, model, recording, values)
    complete = {
        **row,
        "status": recording.status,
        "problem": Envelope.of(model).problem(found, divergence),
        "t_diverged_s": divergence.t_s if divergence else None,
        **found,
        "wall_s": recording.wall_s,
        "cpu_s": recording.cpu_s,
        "memory_mb": recording.memory_mb,
        "build": build,
    }
    return complete, recording


def with_whole(found: Row, model: Model, recording: NetworkRecording, values: Mapping[str, float]) -> Row:
    """Return features with the rates of all neurons, where no feature is that: by these a network lives or not."""
    more = {}
    for name in model.envelope if recording.status == "ok" else ():
        if found.get(f"rate_{name}") != (whole := measured_rate(recording.spikes[name], values)):
            more[f"{WHOLE}{name}"] = whole
    return {**found, **more}


class Measurements:
    """Rows measured on demand, each once: what a journal holds is not simulated again."""

    def __init__(
        self,
        program: ScriptEngine,
        model: Model,
        record: str,
        folder: Path,
        name: str,
        tag: str,
        points: list[Row] | None = None,
    ) -> None:
        """Measure with `program`; keep rows in the journal `name` of `folder` for the run `tag`.

        `record`: the id of what computes these rows, which each of them carries.
        `points`: all that will be asked for, so that a large journal need not be read into memory; None if not known.
        """
        self._program, self._model, self._record = program, model, record
        self._envelope = Envelope.of(model)
        self._measuring = measuring(model, program.meaning)
        self._lock = threading.Lock()
        wanted = None if points is None else {key(point, self._measuring) for point in points}
        self._journal = Journal(folder, name, fingerprint(tag, self._measuring), wanted)
        self._known = dict(self._journal.rows())
        self._spikes = KeptSpikes(folder)

    def done(self) -> int:
        """Return how many points of this run all processes have finished."""
        return self._journal.done()

    def row(self, point: Row) -> Row:
        """Return the measured row of a point; may be called by several threads."""
        name = key(point, self._measuring)
        known = self._known.get(name)
        if known is None:
            return self.row_and_recording(point)[0]
        with self._lock:
            self._journal.add(name, None)
        return judged({**known, "record": known.get("record"), **point}, self._envelope)  # old journals have none

    def spare(self, points: Iterable[Row]) -> None:
        """Count points as done that are not wanted any more."""
        with self._lock:
            for point in points:
                self._journal.add(key(point, self._measuring), None)

    def row_and_recording(self, point: Row) -> tuple[Row, NetworkRecording]:
        """Return the measured row and the recording, simulated now."""
        measured, recording = measure(self._program, point, self._model)
        row = {**measured, "record": self._record}
        with self._lock:
            self._journal.add(key(point, self._measuring), row)
        return row, recording

    def row_and_spikes(self, point: Row) -> tuple[Row, pa.Table]:
        """Return the measured row and the spikes of a point, simulated where one of them is not kept."""
        name = key(point, self._measuring)
        spikes = self._spikes.of(name, point["point"]) if name in self._known else None
        if spikes is not None:
            return self.row(point), spikes
        row, recording = self.row_and_recording(point)
        spikes = spike_table(point["point"], recording)
        self._spikes.keep(name, spikes)
        return row, spikes

    def joined(self, points: Iterable[Row]) -> None:
        """Keep the spikes of points by themselves no longer: all of them are in one table."""
        for point in points:
            self._spikes.forget(key(point, self._measuring))


class Finished:
    """What the journals of a sweep hold of its points, for one who looks on while jobs write them."""

    def __init__(self, folder: Path, points: list[Row], meaning: str, model: Model, keep: bool = True) -> None:
        """Look at `points` as a program of that `meaning` measures them; with `keep`, their rows are kept in memory."""
        how = measuring(model, meaning)
        self._points = {key(point, how): point for point in points}
        self._envelope = Envelope.of(model)
        self._journal = Journal(folder, "", "", self._points if keep else ())

    def done(self) -> int:
        """Return how many of the points are finished."""
        return len(self._journal.measured() & self._points.keys())

    def rows(self) -> list[Row]:
        """Return the rows of those that are finished, in the order of the points; none where they are not kept."""
        found = self._journal.rows()
        return [judged({**found[key], **point}, self._envelope) for key, point in self._points.items() if key in found]


def judged(row: Row, envelope: Envelope) -> Row:
    """Return a finished row with its problem by the limits of rates that the network has now: they may have changed."""
    return {**row, "problem": envelope.problem(row, None if row["status"] == "ok" else row["problem"])}


def measuring(model: Model, meaning: str) -> str:
    """Return a fingerprint of all that makes a row of a point, by what identifies the network, see scripts.meaning."""
    code = provenance.code(provenance.MEASURING)
    return fingerprint(code, meaning, model.own_meaning, model.events, model.own_features_alone)


def key(point: Row, measuring: str) -> str:
    """Return the key of a point in a journal: rows of it that other code made have others."""
    return fingerprint({name: value for name, value in point.items() if name != "point"}, measuring)


def run_chunk(
    measurements: Measurements,
    places: list[list[Row]],
    out: Path,
    spikes: Path | None,
    progress: Callable[[], None],
    until: Until | None = None,
) -> None:
    """Measure the points of one chunk and write their rows to `out`, in order; `progress` is called after each.

    Of each place its points in turn, all or `until` there are enough. With `spikes`, all spikes go to that Parquet file
    (point, population, neuron, t_s); those of points that are done are kept beside the journal until then. Where the
    program fails at a point, or the script does with its numbers, the others are measured all the same, then
    SimulationError names it.
    """
    done: list[Row] = []
    kept: list[pa.Table] = []
    failed: dict[int, Exception] = {}
    for place in places:
        found: list[Row] = []
        for n, point in enumerate(place):
            if until is not None and until.enough(found):
                measurements.spare(place[n:])
                break
            try:
                if spikes:
                    row, fired = measurements.row_and_spikes(point)
                    kept.append(fired)
                else:
                    row = measurements.row(point)
            except (SimulationError, RefusedError) as error:
                failed[point["point"]] = error
                continue
            found.append(row)
            progress()
        done += found
    if failed:
        number, first = next(iter(failed.items()))
        raise SimulationError(
            f"{len(failed)} of {sum(map(len, places))} points failed, the first of them point {number}: {first} The "
            "others are kept; run again."
        )
    write_rows(out, done)
    if spikes:
        write_table(spikes, pa.concat_tables(kept))
        measurements.joined(point for place in places for point in place)


class Progress:
    """Lines such as 'sweep gains: 57 of 96 points, 2.1 points/s, 19 s left' on standard error, every few seconds."""

    def __init__(self, label: str, total: int, done: int, unit: str = "points") -> None:
        self._label, self._total, self._first, self._unit = label, total, done, unit
        self._begin = time.monotonic()
        self._next = self._begin + REPORT_S

    def show(self, count: Callable[[], int], more: Callable[[], str] = str) -> None:
        """Say how far it is, unless that was said a moment ago: only then is it counted.

        Counting looks at the journals of all jobs, on a file system that all share: it takes 1 % of the time at most.
        """
        begin = time.monotonic()
        if begin >= self._next:
            done = count()
            if done < self._total:  # the end has a line of its own
                self._say(done, more())
            self._next = begin + max(REPORT_S, 100 * (time.monotonic() - begin))

    def end(self, done: int, more: str = "") -> None:
        """Say that all is done, if it is."""
        if done >= self._total:
            self._say(done, more)

    def _say(self, done: int, more: str) -> None:
        now = time.monotonic()
        rate = max(done - self._first, 1) / max(now - self._begin, 1e-3)
        left = max(self._total - done, 0)
        print(
            f"{self._label}: {min(done, self._total)} of {self._total} {self._unit}, {rate:.2g} {self._unit}/s, "
            f"{left / rate:.0f} s left{more}",
            file=sys.stderr,
            flush=True,
        )
