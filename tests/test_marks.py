"""What results were made for is told by files among them: wherever a run is started, however its folder is spelt."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
import yaml
from conftest import RESULTS, ROOT

from pipeline.config.reader import read_yaml
from pipeline.overview.beside import Beside
from pipeline.plan.marks import Marks
from pipeline.plan.run import Plan
from pipeline.records.done import done

NOTHING, POINTS = "Nothing to be done", "Points of sweep a"
TABLE = "r/sweeps/a/features.parquet"


@pytest.fixture(scope="module")
def here(tmp_path_factory):
    """A folder with a run of two points, which has been done; its program is compiled beside those of other tests."""
    folder = tmp_path_factory.mktemp("here")
    shutil.copytree(ROOT / "networks" / "cuba", folder / "cuba")
    (folder / "r").mkdir()
    Path(RESULTS, "build").mkdir(parents=True, exist_ok=True)
    (folder / "r" / "build").symlink_to(Path(RESULTS, "build").resolve())
    _ask(folder, [1.2, 1.62])
    _run(folder)
    return folder


def _ask(folder, w_e, **more):
    sweep = {"protocols": ["base"], "axes": {"w_e": {"values": w_e}}, "networks": 1, "duration": 0.05, **more}
    (folder / "a.yaml").write_text(yaml.safe_dump(sweep | {"set": {"transient": 0.02}}))
    _config(folder, f"{folder}/r")


def _config(folder, results):
    content = {"model": f"{folder}/cuba", "results": results, "sweeps": {"a": f"{folder}/a.yaml"}}
    (folder / "run.yaml").write_text(yaml.safe_dump(content))


def _run(folder, *arguments, cwd=None):
    """Run the workflow of a folder in `cwd`; return what it said."""
    command = [sys.executable, "-m", "snakemake", "--snakefile", str(ROOT / "workflow" / "Snakefile"), "--cores", "2"]
    command += ["--nolock", "--rerun-incomplete", *arguments, "--configfile", f"{folder}/run.yaml"]
    env = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    made = subprocess.run(command, capture_output=True, text=True, check=False, cwd=cwd or folder, env=env)
    assert made.returncode == 0, made.stderr[-3000:]
    return made.stdout + made.stderr


def _values(folder):
    return sorted(pd.read_parquet(folder / TABLE)["w_e"])


def _left(folder):
    plan = Plan(read_yaml(folder / "run.yaml"), "run.yaml")
    return plan.sweeps["a"].size - done(plan).points["a"]


def test_changed_sweeps_are_simulated_wherever_the_run_is_started(here, tmp_path):
    """With the values as parameters, which are kept in .snakemake of the working directory, the second run said
    "Nothing to be done" and kept the table of 1.2 and 1.62, while check said that one point was to do."""
    assert NOTHING in _run(here)
    _ask(here, [1.2, 2.0])
    assert _left(here) == 1
    _run(here, cwd=tmp_path)
    assert _values(here) == [1.2, 2.0]
    assert _left(here) == 0
    assert "The run is complete" in (here / "r" / "index.html").read_text()
    _ask(here, [1.2, 1.62])  # and back, where .snakemake knows files of this name and content
    _run(here)
    assert _values(here) == [1.2, 1.62]
    assert NOTHING in _run(here)
    shutil.rmtree(here / ".snakemake")
    assert NOTHING in _run(here)
    _ask(here, [1.62, 2.0])
    _run(here)
    assert _values(here) == [1.62, 2.0]


def test_a_folder_spelt_in_another_way_or_moved_is_the_same(here):
    """A sweep changed under results/ and run under its absolute path was not simulated: metadata go by the text."""
    _ask(here, [1.62, 2.0])
    _run(here)
    _config(here, "./r/")
    assert POINTS not in _run(here, "--dry-run")  # the page, which shows where it is, may be written anew
    _ask(here, [1.62, 2.4])
    _config(here, "r")
    _run(here)
    assert _values(here) == [1.62, 2.4]
    (here / "r").rename(here / "moved")
    _config(here, f"{here}/moved")
    assert POINTS not in _run(here, "--dry-run")
    (here / "moved").rename(here / "r")
    _config(here, f"{here}/r")


def test_a_dry_run_writes_nothing_and_a_comment_asks_for_nothing(here):
    _ask(here, [1.62, 2.4])
    _run(here)
    before = {path: path.stat().st_mtime_ns for path in (here / "r" / "made_for").rglob("*")}
    _ask(here, [1.62, 3.0])
    assert POINTS in _run(here, "--dry-run")
    assert {path: path.stat().st_mtime_ns for path in (here / "r" / "made_for").rglob("*")} == before
    _ask(here, [1.62, 2.4])
    with (here / "a.yaml").open("a") as file:
        file.write("# a comment\n")
    assert NOTHING in _run(here)
    assert len(list((here / "r" / "made_for" / "sweep_a").iterdir())) == 1


def test_marks_are_told_apart_by_name_and_by_what_is_asked(tmp_path):
    marks = Marks(f"{tmp_path}")
    paths = [marks.of("a", 1), marks.of("a", 2), marks.of("b", 1)]
    assert len(set(paths)) == 3
    assert marks.of("a", 1) == paths[0]
    Path(paths[1]).parent.mkdir(parents=True)
    Path(paths[1]).touch()
    assert set(marks.lacking()) == {paths[0], paths[2]}


@pytest.mark.parametrize("stopped", [False, True])
def test_the_last_page_of_a_run_that_succeeded_is_of_no_stopped_one(tmp_path, monkeypatch, stopped):
    """The page of a run with older tables said "The run was stopped", though it had succeeded."""
    called = []
    beside = Beside(f"{tmp_path}")
    monkeypatch.setattr(beside, "_run", lambda *words: called.append(words))
    monkeypatch.setattr(beside, "_wait", lambda process: None)
    beside.end(stopped)
    assert called == [("page", *(["--stopped"] if stopped else []))]
