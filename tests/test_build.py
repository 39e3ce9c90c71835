"""What identifies a program, and how a missing compiler is said."""

import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pytest
from conftest import RESULTS

from pipeline.config import provenance
from pipeline.config.reader import ConfigError
from pipeline.engine import programs, project
from pipeline.engine.machine import FAST_FLAGS
from pipeline.engine.scripts import ScriptEngine
from pipeline.engine.translated import Translation


def translation(code: str = "a") -> Translation:
    """Return a translation of no network."""
    files = {"main.cpp": f"// {code}\nint main() {{}}\n", "objects.h": ""}
    return Translation(
        files, [], {}, [], [], [], [], [], [1.0], [1e-4], {}, False, [], None, {}, {}, [], code
    )  # fmt: skip


def test_a_program_is_identified_by_structure_and_not_by_knobs(model, program):
    """A gain is a value of the program, a size is compiled into it."""
    own, other = (program._translation(model.point("touch", {"g_ET": g}), 1) for g in (0.15, 0.3))
    assert own.code == other.code
    assert program._translation(model.point("touch", {"N_I": 100}), 1).code != own.code


def test_the_manifest_says_what_was_built(program):
    folder = program.prepare()
    specification = json.loads((folder / "manifest.json").read_text())["specification"]
    assert "-ffast-math" in specification["flags"]
    assert specification["cpu"]
    assert specification["compiler"]
    assert folder.name == programs.location(specification, "results").name


def test_a_processor_without_avx_gets_a_program_that_runs_right(model, program, monkeypatch):
    """Slower, and rounded otherwise, so spikes differ in the end; in the first cycle they are the same."""
    values = model.point("touch", {"transient": 0, "duration": 0.1})
    here, _ = program.simulate(values)
    old = tuple(flag.replace("native", "x86-64-v2") for flag in FAST_FLAGS)
    monkeypatch.setattr(programs.machine, "FAST_FLAGS", old)
    plain = ScriptEngine(model, RESULTS)
    there, build = plain.simulate(values)
    plain.close()
    assert build != program.prepare().name
    assert there.status == "ok"
    assert np.array_equal(here.spikes["T"].times_s, there.spikes["T"].times_s)
    for name in "EI":
        n = len(here.spikes[name].times_s)
        assert n > 100
        assert len(there.spikes[name].times_s) == pytest.approx(n, rel=0.1)


def test_a_program_without_its_manifest_is_built_again(quickly, tmp_path):
    """As Snakemake leaves it when it runs the rule again: the folder, but not the file that the rule makes."""
    left = programs.location(programs.specification(translation()), tmp_path)
    left.mkdir(parents=True)
    (left / "main").write_text("old")
    assert programs.ensure(translation(), tmp_path).directory == left
    assert (left / "main").read_text().startswith("// a")


def test_a_comment_changes_no_fingerprint_and_a_statement_does(tmp_path, monkeypatch):
    monkeypatch.setattr(provenance, "PACKAGE", tmp_path)
    file = tmp_path / "part.py"
    file.write_text('def f():\n    "Return 1."\n    return 1\n')
    before = provenance.code(("part.py",))
    file.write_text('# a comment\ndef f():\n    "Return one."\n    return 1  # one\n')
    assert provenance.code(("part.py",)) == before
    file.write_text('def f():\n    "Return 1."\n    return 2\n')
    assert provenance.code(("part.py",)) != before


def test_a_missing_compiler_is_one_sentence_that_names_the_package(monkeypatch):
    monkeypatch.setenv("CXX", "no-such-compiler")
    with pytest.raises(ConfigError, match=r"no-such-compiler was not found: .*apt install g\+\+"):
        programs.specification(translation())
    run = subprocess.run([sys.executable, "-m", "pipeline", "build"], capture_output=True, text=True, check=False)
    assert run.returncode == 2
    assert run.stderr.startswith("error: no-such-compiler was not found")
    assert len(run.stderr.splitlines()) == 1


def test_a_failed_compilation_is_reported_and_leaves_nothing_behind(tmp_path, monkeypatch):
    compiler = tmp_path / "c++"
    compiler.write_text(
        '#!/bin/sh\ncase "$*" in *--version*) echo c++ 1.0;; *) echo no space left >&2; exit 1;; esac\n'
    )
    compiler.chmod(0o755)
    monkeypatch.setenv("CXX", str(compiler))
    with pytest.raises(project.BuildError, match="no space left"):
        programs.ensure(translation(), tmp_path / "results")
    assert list((tmp_path / "results" / "build").iterdir()) == []


def test_processes_that_build_at_the_same_time_get_one_program(quickly, tmp_path):
    """The slower one must not disturb the program of the faster one, nor fail."""
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda _: programs.ensure(translation(), tmp_path), range(8)))
    assert len({program.directory for program in made}) == 1
    assert len(list((tmp_path / "build").iterdir())) == 1


def test_nodes_of_different_processors_share_a_folder_of_results_and_no_program(quickly, tmp_path, monkeypatch):
    here = programs.ensure(translation(), tmp_path)
    monkeypatch.setattr(programs.machine, "cpu", lambda: "another processor [avx]")
    there = programs.ensure(translation(), tmp_path)
    assert here.directory != there.directory
    assert there.specification["cpu"] == "another processor [avx]"


def test_literals_in_single_precision_are_another_program(tmp_path):
    """Else the first of two scripts with the same text would decide how both of them reckon."""
    single = replace(translation(), single=["main.cpp"])
    assert programs.specification(single) != programs.specification(translation())


@pytest.mark.parametrize("manifest", ["{", "{}", "[]"])
def test_a_broken_build_is_refused_by_name_and_not_touched(tmp_path, manifest):
    """Another node may be running it."""
    directory = programs.location(programs.specification(translation()), tmp_path)
    directory.mkdir(parents=True)
    (directory / "main").write_text("old")
    (directory / "manifest.json").write_text(manifest)
    with pytest.raises(ConfigError, match="delete the folder"):
        programs.ensure(translation(), tmp_path)
    assert (directory / "main").read_text() == "old"
