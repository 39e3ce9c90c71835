"""Runs of the workflow that are killed, stopped or fail, and two in one folder."""

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import yaml
from conftest import RESULTS, pipeline
from journals import SWEEP, rows_of

from pipeline.config import tables
from pipeline.config.reader import ConfigError, read_yaml
from pipeline.plan.claim import claim, refuse_unwritable
from pipeline.plan.failures import GOES_ON, cause


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
