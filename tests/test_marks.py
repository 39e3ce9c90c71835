"""What results were made for is told by files among them: wherever a run is started, however its folder is spelt."""

import shutil
from pathlib import Path

import pytest
from small import Small

from pipeline.overview.beside import Beside
from pipeline.plan.marks import Marks

NOTHING, POINTS = "Nothing to be done", "Points of sweep a"


@pytest.fixture(scope="module")
def here(tmp_path_factory):
    """A run of two points, which has been done."""
    small = Small(tmp_path_factory.mktemp("here"))
    small.run()
    return small


def test_changed_sweeps_are_simulated_wherever_the_run_is_started(here, tmp_path):
    """With the values as parameters, which are kept in .snakemake of the working directory, the second run said
    "Nothing to be done" and kept the table of 1.2 and 1.62, while check said that one point was to do."""
    assert NOTHING in here.run()
    here.ask([1.2, 2.0])
    assert here.left() == 1
    here.run(cwd=tmp_path)
    assert here.values() == [1.2, 2.0]
    assert here.left() == 0
    assert "The run is complete" in (here.results / "index.html").read_text()
    here.ask([1.2, 1.62])  # and back, where .snakemake knows files of this name and content
    here.run()
    assert here.values() == [1.2, 1.62]
    assert NOTHING in here.run()
    shutil.rmtree(here.folder / ".snakemake")
    assert NOTHING in here.run()
    here.ask([1.62, 2.0])
    here.run()
    assert here.values() == [1.62, 2.0]


def test_a_folder_spelt_in_another_way_or_moved_is_the_same(here):
    """A sweep changed under results/ and run under its absolute path was not simulated: metadata go by the text."""
    here.ask([1.62, 2.0])
    here.run()
    here.ask([1.62, 2.0], results="./r/")
    assert POINTS not in here.run("--dry-run")  # the page, which shows where it is, may be written anew
    here.ask([1.62, 2.4], results="r")
    here.run()
    assert here.values() == [1.62, 2.4]
    here.results.rename(here.folder / "moved")
    here.ask([1.62, 2.4], results=f"{here.folder}/moved")
    assert POINTS not in here.run("--dry-run")
    (here.folder / "moved").rename(here.results)


def test_a_dry_run_writes_nothing_and_a_comment_asks_for_nothing(here):
    here.ask([1.62, 2.4])
    here.run()
    before = {path: path.stat().st_mtime_ns for path in (here.results / "made_for").rglob("*")}
    here.ask([1.62, 3.0])
    assert POINTS in here.run("--dry-run")
    assert {path: path.stat().st_mtime_ns for path in (here.results / "made_for").rglob("*")} == before
    here.ask([1.62, 2.4])
    with (here.folder / "a.yaml").open("a") as file:
        file.write("# a comment\n")
    assert NOTHING in here.run()
    assert len(list((here.results / "made_for" / "sweep_a").iterdir())) == 1


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
