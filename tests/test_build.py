"""What identifies a build, and how a missing compiler is said."""

import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from conftest import RESULTS

from pipeline.config import provenance
from pipeline.config.reader import ConfigError
from pipeline.engine import build
from pipeline.engine.simulate import simulate


def test_a_build_is_identified_by_structure_and_not_by_knobs(model, tmp_path):
    here = build.location(tmp_path, build.specification(model))
    knobs = model.knobs | {"g_ET": model.knobs["g_ET"].model_copy(update={"value": 0.3})}
    assert build.location(tmp_path, build.specification(model.model_copy(update={"knobs": knobs}))) == here
    for change in ({"dt_ms": 0.025}, {"populations": model.populations | {"E": 800}}):
        assert build.location(tmp_path, build.specification(model.model_copy(update=change))) != here
    assert build.location(tmp_path, build.specification(model, march="x86-64")) != here


def test_the_manifest_says_what_was_built(model, program):
    specification = json.loads((program.directory / "manifest.json").read_text())["specification"]
    assert specification["populations"] == model.populations
    assert specification["dt_ms"] == model.dt_ms
    assert {"brian2", "numpy", "sympy"} <= set(specification["versions"])
    assert "-O3" in specification["flags"]
    assert specification["cpu"]
    assert specification["compiler"]
    assert program.directory.name == build.location("results", specification).name
    assert set(program.manifest["knobs"]) == set(model.knobs)


def test_a_processor_without_avx_gets_a_program_that_runs_right(model, program):
    """Slower, and rounded otherwise, so spikes differ in the end; in the first cycle they are the same."""
    values = model.point("touch", {"transient": 0, "duration": 0.1})
    plain = build.ensure(model, RESULTS, march="x86-64-v2")
    assert "-march=x86-64-v2" in plain.manifest["specification"]["flags"]
    here, there = (simulate(built, values) for built in (program, plain))
    assert there.status == "ok"
    assert np.array_equal(here.spikes["T"].times_s, there.spikes["T"].times_s)
    for name in "EI":
        n = len(here.spikes[name].times_s)
        assert n > 100
        assert len(there.spikes[name].times_s) == pytest.approx(n, rel=0.1)


@pytest.mark.parametrize("method", ["exponential_euler", "rk4"])
def test_a_method_of_brian2_is_another_program(model, tmp_path, method):
    assert build.specification(model, method=method)["flags"] is None
    assert build.location("r", build.specification(model, method=method)) != build.location(
        "r", build.specification(model)
    )


def _compile_quickly(specified, directory):
    (directory / "main").write_text("new")
    build.write_manifest(directory, specified, {})


def test_a_program_without_its_manifest_is_built_again(model, tmp_path, monkeypatch):
    """As Snakemake leaves it when it runs the rule again: the folder, but not the file that the rule makes."""

    monkeypatch.setattr(build, "_compile_apart", _compile_quickly)
    left = build.location(tmp_path, build.specification(model))
    left.mkdir(parents=True)
    (left / "main").write_text("old")
    assert build.ensure(model, tmp_path).directory == left
    assert (left / "main").read_text() == "new"


def test_a_comment_changes_no_fingerprint_and_a_statement_does(tmp_path, monkeypatch):
    monkeypatch.setattr(provenance, "PACKAGE", tmp_path)
    file = tmp_path / "part.py"
    file.write_text('def f():\n    "Return 1."\n    return 1\n')
    before = provenance.code(("part.py",))
    file.write_text('# a comment\ndef f():\n    "Return one."\n    return 1  # one\n')
    assert provenance.code(("part.py",)) == before
    file.write_text('def f():\n    "Return 1."\n    return 2\n')
    assert provenance.code(("part.py",)) != before


def test_a_missing_compiler_is_one_sentence_that_names_the_package(model, monkeypatch):
    monkeypatch.setenv("CXX", "no-such-compiler")
    with pytest.raises(ConfigError, match=r"no-such-compiler was not found: .*apt install g\+\+"):
        build.specification(model)
    run = subprocess.run([sys.executable, "-m", "pipeline", "build"], capture_output=True, text=True, check=False)
    assert run.returncode == 2
    assert run.stderr.startswith("error: no-such-compiler was not found")
    assert len(run.stderr.splitlines()) == 1


def test_a_failed_compilation_is_reported_and_leaves_nothing_behind(model, tmp_path, monkeypatch):
    compiler = tmp_path / "c++"
    compiler.write_text(
        '#!/bin/sh\ncase "$*" in *--version*) echo c++ 1.0;; *) echo no space left >&2; exit 1;; esac\n'
    )
    compiler.chmod(0o755)
    monkeypatch.setenv("CXX", str(compiler))
    with pytest.raises(build.BuildError, match="could not be compiled"):
        build.ensure(model, tmp_path / "results")
    assert list((tmp_path / "results" / "build").iterdir()) == []


def test_processes_that_build_at_the_same_time_get_one_program(model, tmp_path, monkeypatch):
    """The slower one must not disturb the program of the faster one, nor fail."""

    monkeypatch.setattr(build, "_compile_apart", _compile_quickly)
    with ThreadPoolExecutor(8) as pool:
        programs = list(pool.map(lambda _: build.ensure(model, tmp_path), range(8)))
    assert len({program.directory for program in programs}) == 1
    assert len(list((tmp_path / "build").iterdir())) == 1


def test_nodes_of_different_processors_share_a_folder_of_results_and_no_program(model, tmp_path, monkeypatch):
    monkeypatch.setattr(build, "_compile_apart", _compile_quickly)
    here = build.ensure(model, tmp_path)
    monkeypatch.setattr(build, "cpu", lambda: "another processor [avx]")
    there = build.ensure(model, tmp_path)
    assert here.directory != there.directory
    assert there.manifest["specification"]["cpu"] == "another processor [avx]"
    assert here.meaning == there.meaning  # points that the one has simulated are points of the other, too
    other = model.model_copy(update={"dt_ms": 0.05})
    assert build.ensure(other, tmp_path).meaning != here.meaning


@pytest.mark.parametrize(("key", "value"), [("cpu", "another processor [avx]"), ("dt_ms", 0.3)])
def test_a_program_that_was_built_for_something_else_is_never_run(model, tmp_path, monkeypatch, key, value):
    """As in a folder that was renamed, or copied by hand."""
    directory = build.location(tmp_path, build.specification(model))
    directory.mkdir(parents=True)
    _compile_quickly(build.specification(model) | {key: value}, directory)
    monkeypatch.setattr(build, "_compile_apart", None)
    with pytest.raises(ConfigError, match="as this machine needs it; delete the folder") as caught:
        build.ensure(model, tmp_path)
    assert f"{directory}/manifest.json: {key} = {value} is not " in str(caught.value)
    assert len(str(caught.value)) < 600


@pytest.mark.parametrize("manifest", ["{", "{}", "[]"])
def test_a_broken_build_is_refused_by_name_and_not_touched(model, tmp_path, manifest):
    """Another node may be running it."""
    directory = build.location(tmp_path, build.specification(model))
    directory.mkdir(parents=True)
    (directory / "main").write_text("old")
    (directory / "manifest.json").write_text(manifest)
    with pytest.raises(ConfigError, match="delete the folder"):
        build.ensure(model, tmp_path)
    assert (directory / "main").read_text() == "old"
