"""Simulations and fits that are killed, fail or find the disk full: nothing is lost, doubled or silently wrong."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import RESULTS
from fakes import CONTENT, FakeMeasurements, fake_row
from journals import SWEEP, rows_of

from networks.gutnisky2017.features import UNITS
from pipeline.config import tables
from pipeline.config.reader import parse
from pipeline.engine import programs
from pipeline.engine.process import SimulationError
from pipeline.engine.programs import Compiled
from pipeline.engine.recording import NetworkRecording, Spikes
from pipeline.engine.scripts import ScriptEngine
from pipeline.engine.translator import RefusedError
from pipeline.fit import study as studies
from pipeline.fit import trials
from pipeline.fit.problem import Fit
from pipeline.fit.targets import Target
from pipeline.sweep import grid
from pipeline.sweep.design import Sweep
from pipeline.sweep.rows import Measurements, run_chunk


class Other(ScriptEngine):
    """Runs the program of another folder in place of the network's."""

    folder: Path

    def _program(self, translation):
        return Compiled(self.folder, super()._program(translation).specification)


@pytest.fixture
def failing(model, program, tmp_path):
    """Give a program that does something else the n-th time, and is the real one otherwise."""

    def make(does, n):
        folder, main = tmp_path / "program", (program.prepare() / "main").resolve()
        folder.mkdir()
        (folder / "main").write_text(
            f"#!/bin/sh\necho >> {folder}/calls\n"
            f"if [ $(wc -l < {folder}/calls) = {n} ]; then {does}; exit; fi\nexec {main}\n"
        )
        (folder / "main").chmod(0o755)
        engine = Other(model, RESULTS)
        engine.folder = folder
        return engine

    return make


@pytest.mark.parametrize(
    ("does", "words"),
    [
        ("kill -9 $$", "ended by the signal SIGKILL: no message"),
        ("exec sleep 100", "was stopped: it had not ended after 4 s"),
        ("exec echo", "handed over something else than its arrays"),
        ("exec false", "ended with code 1: no message"),
    ],
)
def test_a_program_that_fails_at_a_point_costs_that_point_once(model, failing, tmp_path, monkeypatch, does, words):
    """Killed, hanging, or with an output that is cut short: the other points are kept, and the next run does one."""
    monkeypatch.setattr(programs, "PATIENCE_S", 4)
    monkeypatch.setattr(programs, "PATIENCE", 0)
    broken = failing(does, 2)
    rows = grid.points(parse(Sweep, SWEEP, "sweep"), model).to_pylist()

    def run():
        run_chunk(
            Measurements(broken, model, "record", tmp_path / "j", "0", "t"),
            [[row] for row in rows],
            tmp_path / "out.parquet",
            None,
            lambda: 0,
        )

    with pytest.raises(SimulationError, match=f"1 of 4 points failed, the first of them point 1: .*{words}") as caught:
        run()
    assert len(str(caught.value).splitlines()) == 1
    assert not (tmp_path / "out.parquet").exists()
    assert len(rows_of(tmp_path / "j")) == 3
    run()
    assert [row["A_T"] for row in tables.read_rows(tmp_path / "out.parquet")] == [8, 9, 10, 11]
    assert len(set(rows_of(tmp_path / "j"))) == len(rows_of(tmp_path / "j")) == 4


def test_a_job_that_keeps_spikes_goes_on_at_the_point_where_it_was_interrupted(model, program, failing, tmp_path):
    """All four points were simulated again, since the spikes of those that were done were lost."""
    broken = failing("kill -9 $$", 3)
    rows = grid.points(parse(Sweep, SWEEP, "sweep"), model).to_pylist()

    def run(simulating, name="killed"):
        run_chunk(
            Measurements(simulating, model, "record", tmp_path / name / "j", "0", "t"),
            [[row] for row in rows],
            tmp_path / name / "out.parquet",
            tmp_path / name / "spikes.parquet",
            lambda: 0,
        )
        return tables.read_table(tmp_path / name / "spikes.parquet")

    with pytest.raises(SimulationError, match="1 of 4 points failed, the first of them point 2"):
        run(broken)
    kept = list((tmp_path / "killed" / "spikes").iterdir())
    assert len(kept) == 3
    kept[0].write_bytes(b"torn")  # of one that is damaged the point is simulated again
    spikes = run(broken)
    assert (broken.folder / "calls").read_text().count("\n") == 4 + 2
    assert spikes.equals(run(program, "whole"))
    assert set(spikes["point"].to_pylist()) == {0, 1, 2, 3}
    assert not list((tmp_path / "killed" / "spikes").iterdir())
    assert [row["point"] for row in tables.read_rows(tmp_path / "killed" / "out.parquet")] == [0, 1, 2, 3]


def _told(one):
    return sorted((t.value, *t.params.values()) for t in trials.complete(one.study))


def test_a_killed_simulation_stops_a_fit_and_the_next_one_ends_where_it_would_have(model, program, failing, tmp_path):
    change = {"set": {"A_T": 9, "transient": 0}, "trials": 4, "batch": 2, "sampler": "qmc"}
    effort = {"networks": 1, "duration": 0.1}
    change |= {"effort": effort | {"first_seed": 1}, "check": effort | {"first_seed": 9}}
    wanted = parse(Fit, CONTENT | change, "fit.yaml")
    targets = (Target("rate_I", "whisking", "mean", 12.0, 1.0, UNITS["rate_I"], ""),)

    def study(name, simulating):
        kept = Measurements(simulating, model, "record", tmp_path / name / "journal", "fit", "fit")
        return studies.Study(wanted, targets, model, kept, tmp_path / name / "study.log", "program", [])

    broken = failing("kill -9 $$", 1)
    with pytest.raises(SimulationError, match="ended by the signal SIGKILL"):
        study("killed", broken).search(1)
    again, whole = study("killed", broken), study("whole", program)
    for one in (again, whole):
        one.search(1)
        assert trials.finished(one.study) == 4
    assert _told(again) == _told(whole)
    assert len(set(rows_of(tmp_path / "killed" / "journal"))) == len(rows_of(tmp_path / "killed" / "journal")) == 4


@pytest.fixture
def points(model, tmp_path):
    """Write the points of a sweep into a folder, and give the command that simulates them."""

    def write(folder, networks=4):
        sweep = parse(Sweep, SWEEP | {"networks": networks}, "sweep")
        tables.write_table(folder / "points.parquet", grid.points(sweep, model))
        command = [sys.executable, "-m", "pipeline", "simulate", "--points", str(folder / "points.parquet")]
        return [*command, "--out", str(folder / "0.parquet"), "--results", RESULTS]

    return write


def test_two_processes_at_the_same_chunk_simulate_each_point_once(program, points, tmp_path):
    """As after a kill of Snakemake, whose jobs go on."""
    command = points(tmp_path / "sweep", networks=16)
    both = [subprocess.Popen(command, stderr=subprocess.PIPE, text=True) for _ in range(2)]
    said = "".join(process.communicate()[1] for process in both)
    assert [process.returncode for process in both] == [0, 0]
    assert said.count("another process is at the same work; waiting for its end") == 1
    simulated = rows_of(tmp_path / "sweep" / "journal")
    assert len(simulated) == len(set(simulated)) == 64
    assert len(tables.read_rows(tmp_path / "sweep" / "0.parquet")) == 64


@pytest.fixture
def disk(tmp_path):
    """Mount a disk of its own, and give its folder and a function that changes its options."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=1m", "none", folder], capture_output=True, check=False
    )
    if mounted.returncode != 0:
        pytest.skip(f"no tmpfs can be mounted here: {mounted.stderr.decode().strip()}")
    yield folder, lambda options: subprocess.run(["mount", "-o", f"remount,{options}", folder], check=True)
    subprocess.run(["umount", "-l", folder], check=True)


def _one_line(done, words):
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert words in done.stderr.splitlines()[-1]


def test_a_full_disk_stops_a_sweep_in_one_line_and_room_lets_it_finish(program, points, disk):
    folder, change = disk
    command = points(folder / "sweep")
    used_kb = shutil.disk_usage(folder).used // 1024
    change(f"size={used_kb + 28}k")  # room for some rows
    _one_line(subprocess.run(command, capture_output=True, text=True, check=False), "No space left on device")
    before = (folder / "sweep" / "journal" / "0-of-1.jsonl").read_bytes()
    whole = before.count(b"\n")
    assert 0 < whole < 16
    assert {path.name for path in (folder / "sweep").iterdir()} == {"points.parquet", "journal"}
    change("size=4m")
    subprocess.run(command, check=True, capture_output=True)
    rows = tables.read_rows(folder / "sweep" / "0.parquet")
    assert [row["point"] for row in rows] == list(range(16))
    assert (folder / "sweep" / "journal" / "0-of-1.jsonl").read_bytes().startswith(before)
    simulated = rows_of(folder / "sweep" / "journal")
    assert len(set(simulated)) == 16
    assert len(simulated) <= 17  # the row whose line is torn is simulated again, and no other


def test_a_folder_that_cannot_be_written_is_refused_in_one_line(program, points, disk):
    folder, change = disk
    command = points(folder / "sweep")
    change("ro")
    _one_line(subprocess.run(command, capture_output=True, text=True, check=False), "Read-only file system")


def _target():
    return (Target("rate_E", "whisking", "mean", 0.8, 0.03, UNITS["rate_E"], ""),)


class KeptMeasurements(FakeMeasurements):
    """Keeps rows as a journal of rows does."""

    kept: dict

    def row(self, point):
        key = json.dumps(point, sort_keys=True)
        if key not in self.kept:
            self.calls += 1
            self.kept[key] = fake_row(point)
        return self.kept[key]


@pytest.fixture
def study(model):
    """Make a study of made-up simulations in a folder."""
    kept = {}

    def make(folder):
        measurements = KeptMeasurements()
        measurements.kept = kept.setdefault(folder, {})
        wanted = parse(Fit, CONTENT | {"trials": 12, "sampler": "tpe"}, "fit.yaml")
        return studies.Study(wanted, _target(), model, measurements, folder / "study.log", "program", []), measurements

    return make


def test_a_full_disk_stops_a_fit_and_room_lets_it_end_as_it_would_have(study, disk, tmp_path):
    folder, change = disk
    whole, _ = study(tmp_path)
    whole.search(1)
    change("size=12k")
    with pytest.raises(OSError, match="No space left on device"):
        study(folder)[0].search(1)
    change("size=4m")
    again, measurements = study(folder)
    again.search(1)
    assert _told(again) == _told(whole)
    assert len(measurements.kept) == 2 * 12


@pytest.mark.parametrize("damage", ["digit", "zeros"])
def test_a_damaged_study_is_made_again_from_its_runs(study, tmp_path, capsys, damage):
    """A digit of a score that has changed is valid JSON, and would lead the sampler astray."""
    whole, first = study(tmp_path)
    whole.search(1)
    log = tmp_path / "study.log"
    lines = log.read_bytes().splitlines(keepends=True)
    at = next(k for k, line in enumerate(lines) if b'"values":[' in line)
    if damage == "digit":
        place = lines[at].index(b'"values":[') + len(b'"values":[')
        lines[at] = (
            lines[at][:place] + (b"1" if lines[at][place : place + 1] != b"1" else b"2") + lines[at][place + 1 :]
        )
    else:
        lines[at] = lines[at][:20] + bytes(30) + b"\n"
    log.write_bytes(b"".join(lines))
    again, second = study(tmp_path)
    assert f"line {at + 1} is damaged; the file is set aside as study.log.damaged" in capsys.readouterr().err
    again.search(1)
    assert _told(again) == _told(whole)
    assert (first.calls, second.calls) == (2 * 12, 0)
    assert (tmp_path / "study.log.damaged").read_bytes() == b"".join(lines)


class Refusing:
    """A program whose script fails with one value, or then has a population less."""

    meaning = "made up"

    def __init__(self, error):
        self.error = error

    def simulate(self, values, everything=False):
        spikes = {name: Spikes([0.05], [0], 4000) for name in ("neurons", "excitatory", "inhibitory")}
        if values["w_e"] == 2:
            if self.error:
                raise RefusedError(self.error)
            del spikes["inhibitory"]
        return NetworkRecording(spikes, {}, None, 0, 0, 0), "build"


@pytest.mark.parametrize(
    ("error", "words"),
    [("net.py: line 3 stops with ValueError", "line 3 stops with ValueError"), ("", "has no population inhibitory")],
)
def test_a_point_at_which_the_script_fails_costs_that_point_alone(cuba, tmp_path, error, words):
    """Catches a chunk that ended at such a point, whatever came after it, each time that it was run."""
    points = [cuba.point("base", {"w_e": w}) | {"point": k, "protocol": "base"} for k, w in enumerate((1.0, 2.0, 3.0))]
    kept = Measurements(Refusing(error), cuba, "record", tmp_path / "j", "0", "t")
    with pytest.raises(SimulationError, match=rf"1 of 3 points failed, the first of them point 1: .*{words}"):
        run_chunk(kept, [[point] for point in points], tmp_path / "out.parquet", None, lambda: None)
    assert len(rows_of(tmp_path / "j")) == 2
