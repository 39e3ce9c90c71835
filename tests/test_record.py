"""What a record says: which code, and one record for one origin."""

import json
import subprocess

import pytest

from pipeline.config import provenance
from pipeline.records import record


def _git(folder, *arguments):
    who = ["-c", "user.name=n", "-c", "user.email=e"]
    return subprocess.run(["git", "-C", folder, *who, *arguments], capture_output=True, text=True, check=True).stdout


@pytest.fixture
def checkout(tmp_path, monkeypatch):
    """Make a git checkout with one commit, which stands for that of this code."""
    (tmp_path / "pipeline").mkdir()
    (tmp_path / "pipeline" / "part.py").write_text("x = 1\n")
    _git(tmp_path, "init", "--quiet")
    _git(tmp_path, "add", ".")
    _git(tmp_path, "commit", "--quiet", "--message", "first")
    monkeypatch.setattr(provenance, "ROOT", tmp_path)
    return tmp_path


def test_the_code_is_a_commit_clean_or_with_changes(checkout):
    clean = provenance.version()
    assert clean["commit"] == _git(checkout, "rev-parse", "HEAD").strip()
    assert clean["dirty"] is False
    (checkout / "results.csv").write_text("beside the code")
    assert provenance.version() == clean
    (checkout / "pipeline" / "part.py").write_text("x = 2\n")
    changed = provenance.version()
    assert (changed["commit"], changed["dirty"]) == (clean["commit"], True)
    assert changed["sources"] != clean["sources"]
    _git(checkout, "checkout", "pipeline")
    (checkout / "pipeline" / "new.py").write_text("")
    assert provenance.version()["dirty"] is True


def test_a_copy_without_git_has_no_commit_nor_that_of_a_checkout_around_it(checkout, tmp_path, monkeypatch):
    copy = tmp_path / "results" / "archive"
    (copy / "pipeline").mkdir(parents=True)
    (copy / "pipeline" / "part.py").write_text("x = 1\n")
    here = provenance.version()
    monkeypatch.setattr(provenance, "ROOT", copy)
    (copy / "pyproject.toml").write_text('[project]\nversion = "3.2.1"\n')
    nowhere = {"release": "3.2.1", "commit": None, "dirty": None}
    assert provenance.version() == {**nowhere, "sources": here["sources"]}
    monkeypatch.setenv("PATH", "")  # no git
    assert provenance.version()["commit"] is None


def test_the_same_origin_is_one_record_and_keeps_its_first_date(program, tmp_path):
    config = {"sweep": record.described("networks/gutnisky2017/smoke/touch.yaml")}
    name = record.keep(tmp_path, program, config)
    path = record.place(tmp_path, name)
    dated = json.loads(path.read_text()) | {"date": "2020-01-01"}
    path.write_text(json.dumps(dated))
    assert record.keep(tmp_path, program, config) == name
    assert record.read(tmp_path, name) == dated
    assert record.keep(tmp_path, program, {"sweep": record.described("networks/gutnisky2017/smoke/map.yaml")}) != name
    assert len(list(path.parent.iterdir())) == 2


def test_a_record_says_what_computed_the_rows(program, tmp_path):
    found = record.read(tmp_path, record.keep(tmp_path, program, {}))
    assert found["program"]["build"] == program.meaning
    assert found["program"]["flags"] == program.specification()["flags"]
    assert found["packages"]["numpy"] == program.specification()["versions"]["numpy"]
    assert found["cpu"]
    assert record.read(tmp_path, "0" * 16) is None
    assert record.read(tmp_path, None) is None


def test_an_installed_copy_of_this_software_is_none_of_the_packages_of_a_row(tmp_path, monkeypatch):
    """Catches a record that names the version of a copy that did not run, and other records where one is installed."""
    about = tmp_path / "thalamocortical_fit-9.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: thalamocortical-fit\nVersion: 9\n")
    before = record.packages()
    monkeypatch.syspath_prepend(tmp_path)
    assert record.packages() == before
    assert before["numpy"]
    assert "thalamocortical-fit" not in before


@pytest.mark.parametrize("damage", ["{}", "[]", "", '{"date": '])
def test_a_damaged_record_is_none_and_the_next_run_writes_it_again(program, tmp_path, damage):
    config = {"sweep": record.described("networks/gutnisky2017/smoke/touch.yaml")}
    name = record.keep(tmp_path, program, config)
    whole = record.read(tmp_path, name)
    path = record.place(tmp_path, name)
    path.write_text(damage)
    assert record.read(tmp_path, name) is None
    record.keep(tmp_path, program, config)
    again = record.read(tmp_path, name)
    assert {**again, "date": None} == {**whole, "date": None}
