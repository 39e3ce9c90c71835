"""Faults put in on purpose: nothing is lost, doubled or silently wrong, and the next run finishes the work."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import yaml
from conftest import RESULTS, pipeline
from test_build import translation
from test_fit import CONTENT, FakeMeasurements, fake_row

from networks.gutnisky2017.features import UNITS
from pipeline.config import tables
from pipeline.config.reader import ConfigError, parse, read_yaml
from pipeline.engine import programs
from pipeline.engine.process import SimulationError
from pipeline.engine.programs import Compiled
from pipeline.engine.scripts import ScriptEngine
from pipeline.fit import study as studies
from pipeline.fit import trials
from pipeline.fit.problem import Fit
from pipeline.fit.targets import Target
from pipeline.plan.claim import claim, refuse_unwritable
from pipeline.plan.failures import GOES_ON, cause
from pipeline.sweep import grid
from pipeline.sweep.design import Sweep
from pipeline.sweep.rows import Measurements, run_chunk

SWEEP = {"protocols": ["whisking"], "axes": {"A_T": {"values": [8, 9, 10, 11]}}, "networks": 1, "duration": 0.1}
SWEEP |= {"set": {"transient": 0}}


def rows_of(journal):
    """Return the keys of all lines of a folder of journals that hold a row, as often as they are there."""
    lines = [line for path in sorted(Path(journal).glob("*.jsonl")) for line in path.read_bytes().splitlines()]
    return [line.split(b" ")[0] for line in lines if len(line.split(b" ", 3)) == 4 and line.split(b" ", 3)[3]]


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


def test_a_parquet_table_with_any_wrong_byte_is_refused_or_read_right(tmp_path):
    path = tmp_path / "rows.parquet"
    rows = [
        {"point": k, "x": k / 7, "psth": [k / 3] * 5, "problem": None if k % 2 else "E is silent"} for k in range(50)
    ]
    tables.write_rows(path, rows)
    content = path.read_bytes()
    refused = 0
    for at in range(0, len(content), 7):
        path.write_bytes(content[:at] + bytes([content[at] ^ 0x10]) + content[at + 1 :])
        try:
            found = tables.read_rows(path)
        except ConfigError:
            refused += 1
        else:
            assert found == rows, at
    assert refused > 50
    for size in (0, 3, 100, len(content) - 1):
        path.write_bytes(content[:size])
        with pytest.raises(ConfigError, match=r"rows.parquet: cannot be read as .*; delete it and run again"):
            tables.read_rows(path)


def test_a_journal_with_any_wrong_byte_loses_that_row_and_no_other(tmp_path):
    rows = {f"{k:016x}": {"x": k / 7, "status": "ok"} for k in range(4)}
    journal = tables.Journal(tmp_path, "0", "run")
    for key, row in rows.items():
        journal.add(key, row)
    file = tmp_path / "0.jsonl"
    content = file.read_bytes()
    for at in range(len(content)):
        file.write_bytes(content[:at] + bytes([content[at] ^ 0x01]) + content[at + 1 :])
        found = tables.Journal(tmp_path, "1", "run").rows()
        assert found.items() <= rows.items(), at
        assert len(found) >= 2, at  # a wrong end of line takes two rows with it


@pytest.mark.parametrize("damage", ["short program", "other program", "no program", "other flags", "list"])
def test_a_damaged_program_is_refused_by_name(quickly, tmp_path, damage):
    directory = programs.ensure(translation(), tmp_path).directory
    main, manifest = directory / "main", directory / "manifest.json"
    content = json.loads(manifest.read_text())
    match damage:
        case "short program":
            main.write_text("ne")
        case "other program":
            main.write_text("old")
        case "no program":
            main.unlink()
        case "other flags":
            manifest.write_text(json.dumps(content | {"specification": content["specification"] | {"flags": []}}))
        case "list":
            manifest.write_text("[]")
    with pytest.raises(ConfigError, match=r"manifest.json: .*; delete the folder .* and build again") as caught:
        programs.ensure(translation(), tmp_path)
    assert len(str(caught.value).splitlines()) == 1
    shutil.rmtree(directory)
    assert programs.ensure(translation(), tmp_path).directory == directory


def test_what_a_killed_build_leaves_is_cleared_and_the_next_one_builds(quickly, tmp_path, monkeypatch):
    """The folder that it left is renamed here to that of a program that is made at once."""
    compiler = tmp_path / "c++"
    flags = '*fsyntax-only*) ;; *"-x c++ -"*) exit 1;;'  # what is asked of flags is answered at once
    compiler.write_text(f'#!/bin/sh\ncase "$*" in *--version*) echo c++ 1.0;; {flags} *) sleep 100;; esac\n')
    compiler.chmod(0o755)
    monkeypatch.setenv("CXX", str(compiler))
    command = [sys.executable, "-m", "pipeline", "build", "--results", str(tmp_path / "results")]
    process = subprocess.Popen(command, start_new_session=True)
    folder = tmp_path / "results" / "build"
    while not (folder.exists() and list(folder.iterdir())):
        assert process.poll() is None
        time.sleep(0.02)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    (left,) = folder.iterdir()
    assert ".part-" in left.name
    (left / "main").write_text("half")
    left.rename(folder / f"{programs.location(programs.specification(translation()), '').name}.part-killed")
    made = programs.ensure(translation(), tmp_path / "results")
    assert list(folder.iterdir()) == [made.directory]
    assert made.executable.read_text().startswith("// a")


@pytest.fixture
def workflow(program, tmp_path):
    """Make a run of 32 points in a folder of its own; return its command and a copy of it with other results."""
    for link in ("config", "networks"):
        (tmp_path / link).symlink_to(os.path.abspath(link))
    content = read_yaml("config/smoke.yaml") | {"figures": {}, "fit": None, "include": None, "own": {}, "chunk_s": 8}
    (tmp_path / "a.yaml").write_text(yaml.safe_dump(SWEEP | {"networks": 8, "duration": 0.5}))

    def command(results):
        (tmp_path / results).mkdir()
        (tmp_path / results / "build").symlink_to(Path(RESULTS, "build").resolve())
        file = tmp_path / f"{results}.yaml"
        file.write_text(yaml.safe_dump(content | {"results": results, "sweeps": {"a": "a.yaml"}}))
        begin = [sys.executable, "-m", "snakemake", f"{results}/sweeps/a/features.parquet", "--cores", "2"]
        begin += ["--snakefile", os.path.abspath("workflow/Snakefile"), "--directory", str(tmp_path)]
        return [*begin, "--configfile", str(file)]

    return command


def begun(command, journal):
    """Start a run, as a terminal would, and wait for its first points."""
    ignored = signal.signal(
        signal.SIGINT, signal.default_int_handler
    )  # which a shell without a terminal leaves ignored
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True
    )
    signal.signal(signal.SIGINT, ignored)
    while len(rows_of(journal)) < 2:
        assert process.poll() is None
        time.sleep(0.02)
    return process


def test_a_run_keeps_others_out_of_its_own_results_alone(workflow, tmp_path):
    command, other = workflow("results"), workflow("other")
    held = claim(tmp_path / "results")
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert f"error: results: another run is at work there (process {os.getpid()} on " in done.stderr
    assert "Traceback" not in done.stderr
    subprocess.run(other, check=True, capture_output=True)
    os.close(held)
    assert len(tables.read_rows(tmp_path / "other" / "sweeps" / "a" / "features.parquet")) == 32


def test_a_killed_run_goes_on_by_the_same_command(workflow, tmp_path):
    command = workflow("results")
    table = tmp_path / "results" / "sweeps" / "a" / "features.parquet"
    journal = table.parent / "journal"
    run = begun(command, journal)
    run.kill()
    run.communicate()
    assert run.returncode == -signal.SIGKILL
    subprocess.run(command, check=True, capture_output=True)
    rows = tables.read_rows(table)
    assert [row["point"] for row in rows] == list(range(32))
    assert {row["status"] for row in rows} == {"ok"}
    simulated = rows_of(journal)
    assert len(simulated) == len(set(simulated)) == 32


def test_a_run_that_is_stopped_says_that_the_same_again_goes_on_and_no_more(workflow, tmp_path):
    command = workflow("results")
    whole = [*command[:3], "all", *command[4:]]
    run = begun(whole, tmp_path / "results" / "sweeps" / "a" / "journal")
    os.killpg(run.pid, signal.SIGINT)
    said = run.communicate(timeout=60)[0]
    assert run.returncode != 0
    assert "Stopping what still runs.\n" in said
    assert said.endswith(f"Stopped. {GOES_ON}\n")
    assert "in a browser: what there is so far.\n" in said
    assert "wrong" not in said
    assert not any(word in said for word in ("Exception", "Error", "set -euo pipefail", "Traceback"))


def test_a_job_that_fails_says_in_short_why_where_its_log_is_and_that_the_same_again_goes_on(workflow, tmp_path):
    command = workflow("results")
    (tmp_path / "results" / "sweeps" / "a").mkdir(parents=True)
    (tmp_path / "results" / "sweeps" / "a" / "journal").write_text("in the way")
    done = subprocess.run([*command, "--cores", "1"], capture_output=True, text=True, check=False)
    assert done.returncode != 0
    said = (done.stdout + done.stderr).splitlines()
    (failed,) = (k for k, line in enumerate(said) if line.startswith("Failed: "))
    assert re.fullmatch(r"Failed: Sweep a, chunk \d of \d: .*journal.*(File exists|Not a directory).*", said[failed])
    log = said[failed + 1].removeprefix("  The log: ")
    assert "journal" in (tmp_path / log).read_text()
    assert said[-1] == f"Not finished: 1 job failed, see above. {GOES_ON}"
    assert not any(word in line for line in said for word in ("RuleException", "set -euo pipefail", "Traceback"))
    kept = next((tmp_path / ".snakemake" / "log").iterdir()).read_text()
    assert "set -euo pipefail" in kept  # what Snakemake says is in its log


def test_the_cause_of_a_failure_is_the_last_error_of_its_log_or_its_last_line(tmp_path):
    log = tmp_path / "a.log"
    for text, expected in (
        ("error: one\nerror: two; run again.\nsweep a: 3 of 8 points\n", "two; run again."),
        ("Traceback\n\nKeyError: 'x'\n\n", "KeyError: 'x'"),
        ("", "it was ended from outside, and said nothing"),
    ):
        log.write_text(text)
        assert cause(log) == expected
    assert cause(tmp_path / "none") == "it was ended from outside, and said nothing"


def test_a_claim_ends_with_its_process_and_says_whose_it_is(tmp_path):
    code = f"from pipeline.plan.claim import claim; claim({str(tmp_path / 'r')!r}); print('held', flush=True); input()"
    process = subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout.readline() == "held\n"
    with pytest.raises(ConfigError, match=f"r: another run is at work there \\(process {process.pid} on .* since 20"):
        claim(tmp_path / "r")
    process.kill()
    process.communicate()
    os.close(claim(tmp_path / "r"))
    assert (tmp_path / "r" / "run.lock").read_text().startswith(f"process {os.getpid()} on ")


@pytest.mark.parametrize("folder", ["/proc/none/results", "/proc/results"])
def test_results_that_cannot_be_written_are_refused_by_check_and_run(tmp_path, folder):
    """check said "can be run", and the run ended in a traceback: even root makes no folder there."""
    content = {"model": "networks/cuba", "results": folder, "fit": "networks/cuba/fit.yaml"}
    (tmp_path / "run.yaml").write_text(yaml.safe_dump(content))
    said = pipeline("check", tmp_path / "run.yaml", code=2)
    assert said.stdout == ""
    assert re.match(
        rf"error: results = '{folder}' can neither be made nor written \([^()]+\); give a folder", said.stderr
    )
    with pytest.raises(ConfigError, match=f"results = '{folder}' can neither be made nor written"):
        claim(folder)
    refuse_unwritable(tmp_path / "a" / "b")
    assert [path.name for path in tmp_path.iterdir()] == ["run.yaml"]
