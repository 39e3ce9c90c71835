"""Programs that all results folders share: taken where whole, never needed, never more than their limit."""

import json
import os
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from conftest import pipeline
from test_build import translation

from pipeline.engine import cache, programs, project
from pipeline.engine.scripts import ScriptEngine
from pipeline.engine.translator import Translator
from pipeline.network.reading import read_model


@pytest.fixture
def shared(tmp_path, monkeypatch):
    """Share programs in a folder of this test, and return it."""
    monkeypatch.setenv(cache.VARIABLE, str(tmp_path / "cache"))
    return tmp_path / "cache" / "programs"


@pytest.fixture
def compiled(monkeypatch):
    """Count what is compiled; a program is a text."""
    made = []

    def compile_project(files, folder, *_):
        made.append(folder)
        (folder / "main").write_text(files["main.cpp"])

    monkeypatch.setattr(project, "compile_project", compile_project)
    return made


def test_tests_never_use_the_cache_of_the_user():
    """Catches a run of the tests that leaves its programs there, or passes by what is there."""
    assert cache.programs() is None
    assert "no programs are shared" in pipeline("cache").stdout


def test_a_second_results_folder_takes_the_program_that_the_first_compiled(shared, compiled, tmp_path, capsys):
    one = programs.ensure(translation(), tmp_path / "one")
    assert capsys.readouterr().err == "compiling a program, about 10 s; it is kept for all points\n"
    two = programs.ensure(translation(), tmp_path / "two")
    assert capsys.readouterr().err == ""
    assert len(compiled) == 1
    assert two.directory == tmp_path / "two" / "build" / one.directory.name
    assert two.executable.read_bytes() == one.executable.read_bytes()
    two.executable.write_text("other")  # a copy, so neither the cache nor the other folder changes with it
    assert one.executable.read_text().startswith("// a")
    programs.ensure(translation(), tmp_path / "three")
    assert len(compiled) == 1


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04" + bytes(40)])
def test_a_translation_that_is_cut_short_is_made_again(tmp_path, content):
    """Catches a traceback on every run after one that was killed while it copied."""
    from pipeline.engine import scripts

    (tmp_path / "a.npz").write_bytes(content)
    assert scripts._read(tmp_path / "a.npz") is None


def test_another_program_is_not_taken_for_it(shared, compiled, tmp_path):
    programs.ensure(translation("a"), tmp_path / "one")
    other = programs.ensure(translation("b"), tmp_path / "two")
    assert other.executable.read_text().startswith("// b")


@pytest.mark.parametrize("damage", ["main", "manifest", "specification", "gone"])
def test_a_damaged_entry_is_noticed_not_used_and_replaced(shared, compiled, tmp_path, damage, capsys):
    name = programs.ensure(translation(), tmp_path / "one").directory.name
    entry = shared / name
    if damage == "main":
        (entry / "main").write_text("// damaged")
    elif damage == "manifest":
        (entry / "manifest.json").write_text("{")
    elif damage == "specification":
        manifest = json.loads((entry / "manifest.json").read_text())
        manifest["specification"]["cpu"] = "another"
        (entry / "manifest.json").write_text(json.dumps(manifest))
    else:
        (entry / "main").unlink()
    capsys.readouterr()
    two = programs.ensure(translation(), tmp_path / "two")
    assert f"{entry}: is damaged, and is not used" in capsys.readouterr().err
    assert two.executable.read_text().startswith("// a")
    assert len(compiled) == 2
    programs.ensure(translation(), tmp_path / "three")
    assert len(compiled) == 2
    assert sorted(path.name for path in shared.iterdir()) == [name]


def test_what_was_not_used_for_longest_is_removed_above_the_limit(shared, compiled, tmp_path, monkeypatch):
    names = {}
    for code in "abc":
        text = translation(code)
        text.files["main.cpp"] += "x" * 10_000
        names[code] = programs.ensure(text, tmp_path / "one").directory.name
    for age, code in enumerate("cba"):
        os.utime(shared / names[code], (1e9 - age, 1e9 - age))
    programs.ensure(translation("a"), tmp_path / "two")  # used now, though it is the oldest
    monkeypatch.setattr(cache, "LARGEST", 32_000)
    programs.ensure(translation("d"), tmp_path / "one")
    there = {path.name for path in shared.iterdir()}
    assert names["b"] not in there
    assert {names["a"], names["c"]} < there


def test_builders_of_several_results_folders_at_once_all_get_a_whole_program(shared, compiled, tmp_path):
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda k: programs.ensure(translation(), tmp_path / f"{k}"), range(8)))
    assert {program.executable.read_text() for program in made} == {translation().files["main.cpp"]}
    assert [path.name for path in shared.iterdir()] == [made[0].directory.name]


def test_a_cache_that_cannot_be_used_is_as_if_it_were_not_there(compiled, tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    for k, named in enumerate((str(tmp_path / "file" / "cache"), cache.OFF)):
        monkeypatch.setenv(cache.VARIABLE, named)
        assert programs.ensure(translation(), tmp_path / f"{k}").executable.is_file()
    assert len(compiled) == 2
    assert not Path(cache.OFF).exists()


def test_its_place_is_that_of_the_user_unless_another_is_named(monkeypatch, tmp_path):
    monkeypatch.delenv(cache.VARIABLE)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert cache.programs() == tmp_path / "thalamocortical-fit" / "programs"
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert cache.home() == tmp_path / ".cache" / "thalamocortical-fit"
    monkeypatch.setenv(cache.VARIABLE, "~/mine")
    assert cache.programs() == tmp_path / "mine" / "programs"


def test_a_network_in_another_results_folder_needs_neither_brian2_nor_the_compiler(
    shared, compiled, tmp_path, monkeypatch
):
    """Catches that the script is run and translated, or the program sought by what only a translation tells."""
    model = read_model("networks/cuba")
    first = ScriptEngine(model, tmp_path / "one")
    assert not first.built()
    made = first.prepare()
    first.close()
    assert first.built()
    monkeypatch.setattr(Translator, "ask", lambda *_: pytest.fail("the script was run"))
    second = ScriptEngine(model, tmp_path / "two")
    assert second.built()
    assert not (tmp_path / "two").exists()
    assert second.prepare() == tmp_path / "two" / "build" / made.name
    shutil.rmtree(shared)
    assert ScriptEngine(model, tmp_path / "two").prepare().name == made.name  # the results are whole without it
    assert len(compiled) == 1


def test_the_verb_says_where_and_how_large_it_is_and_empties_it(shared, compiled, tmp_path):
    """Catches folders of adopted scripts, with their fits, being removed with the programs."""
    made = programs.ensure(translation(), tmp_path / "one")
    (shared.parent / "my_network-0123").mkdir()
    (shared / made.directory.name / "large").write_bytes(b"0" * 1_500_000)
    assert f"{shared}: 1 program, 1.5 MB\n" in pipeline("cache").stdout
    assert f"{shared}: 1 program, 1.5 MB, removed\n" in pipeline("cache", "--clear").stdout
    assert list(shared.iterdir()) == []
    assert f"{shared}: 0 programs, 0.0 MB\n" in pipeline("cache").stdout
    assert (shared.parent / "my_network-0123").is_dir()
    assert made.executable.is_file()
