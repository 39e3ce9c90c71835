"""Names, paths and files that cannot be: each is refused before work starts."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from conftest import NETWORK, RESULTS, pipeline
from hostile import HOSTILE

from networks.gutnisky2017.paper.survey import Survey
from pipeline.cli.checks import check
from pipeline.config.reader import ConfigError, read_yaml
from pipeline.network.model import RUN_KNOBS
from pipeline.network.reading import read_model
from pipeline.plan.run import Plan
from pipeline.sweep.design import read_sweep


@pytest.mark.parametrize("word", HOSTILE)
def test_a_hostile_name_is_refused_where_it_would_name_a_file_or_a_command(model, tmp_path, word):
    """Names of sweeps, protocols, knobs, budgets and sweeps of the survey go into paths, wildcards and commands."""
    plain = {"sweeps": {}, "figures": {}} | {key: read_yaml("config/smoke.yaml")[key] for key in ("model", "results")}
    table, paper = read_yaml(f"{NETWORK}/knobs.yaml"), read_yaml("networks/gutnisky2017/paper/figures.yaml")
    knobs = {(word if name == "g_EE" else name): knob for name, knob in table["knobs"].items()}
    figure = paper["figures"]["7c"]
    for content, read in (
        (
            plain | {"sweeps": {word: "networks/gutnisky2017/smoke/touch.yaml"}},
            lambda path: Plan(read_yaml(path), path),
        ),
        (table | {"protocols": {word: {}}}, read_model),
        (table | {"knobs": knobs}, read_model),
        (paper | {"budgets": {word: {}}, "figures": {"7c": figure}}, lambda path: Survey(path, word, model)),
        (paper | {"figures": {word: figure}}, lambda path: Survey(path, "preview", model)),
        (paper | {"figures": {"7c": figure | {"sweep": word}}}, lambda path: Survey(path, "preview", model)),
    ):
        (tmp_path / "given.yaml").write_text(yaml.safe_dump(content))
        if word == "é":  # a letter as good as another, but where C++ or a Brian2 variable might be called so
            continue
        with pytest.raises(ConfigError, match=r"given\.yaml"):
            read(tmp_path / "given.yaml")


def _snakemake(folder, *arguments):
    command = [
        sys.executable,
        "-m",
        "snakemake",
        "--snakefile",
        os.path.abspath("workflow/Snakefile"),
        "--directory",
        str(folder),
    ]
    profile = ["--profile", os.path.abspath("workflow/profiles/default"), "--cores", "1"]
    return subprocess.run([*command, *profile, *arguments], capture_output=True, text=True, check=False)


@pytest.fixture
def workflow(tmp_path):
    """Write a run of one sweep into a folder and give its content, to be changed, and a function that writes it."""
    content = read_yaml("config/smoke.yaml") | {
        "sweeps": {"a": "networks/gutnisky2017/smoke/touch.yaml"},
        "figures": {},
        "fit": None,
        "include": None,
        "own": {},
    }
    for link in ("config", "networks"):
        (tmp_path / link).symlink_to(os.path.abspath(link))
    return content, lambda: (tmp_path / "run.yaml").write_text(yaml.safe_dump(content)), tmp_path


def test_a_hostile_path_of_results_runs_safely(program, workflow):
    name = "a b'c\"d$(touch pwned);touch pwned;`touch pwned` & é %s \\"
    content, write, folder = workflow
    content["results"] = f"{name}/results"
    (folder / name / "results").mkdir(parents=True)
    (folder / name / "results" / "build").symlink_to(Path(RESULTS, "build").resolve())
    write()
    done = _snakemake(folder, f"{name}/results/sweeps/a/features.parquet", "--configfile", str(folder / "run.yaml"))
    assert done.returncode == 0, done.stderr[-2000:]
    assert (folder / name / "results" / "sweeps" / "a" / "features.parquet").exists()
    assert not list(folder.rglob("pwned"))


@pytest.mark.parametrize("name", ["a\nb", "{config}", "-o", "a*", "a[b]", "\0"])
def test_a_path_that_snakemake_would_misread_is_refused(workflow, name):
    content, _, _ = workflow
    for key in ("results", "model", "include"):
        with pytest.raises(ConfigError, match=f"run.yaml: {key} = "):
            Plan(content | {key: name}, "run.yaml")


def test_a_key_given_twice_is_refused_by_the_workflow_too(workflow):
    """Snakemake takes the last one, silently."""
    _, write, folder = workflow
    write()
    with open(folder / "run.yaml", "a") as file:
        file.write("\nchunk_s: 1\nchunk_s: 2\n")
    done = _snakemake(folder, "--configfile", str(folder / "run.yaml"), "--dry-run")
    assert done.returncode != 0
    assert "run.yaml: key 'chunk_s' is given twice" in done.stderr
    assert "Traceback" not in done.stderr


DAMAGED = {
    "binary": bytes(range(256)),
    "latin-1": "model: caf\xe9\n".encode("latin-1"),
    "no date": b"model: 2020-13-45\n",
    "deep": b"[" * 20_000,
    "itself": b"sweeps: &a {x: *a}\nfigures: &b [*b]\n",
    "all itself": b"&a [*a]",
    "empty": b"",
    "a list": b"- a\n",
    "a scalar": b"3\n",
    "broken": b"a: [\n",
    "NUL": b"model: \0x\n",
    "python": b"model: !!python/object/apply:os.system [ls]\n",
}
"""What Snakemake's own loader takes badly, or does not name the file of."""


@pytest.mark.parametrize("name", [*DAMAGED, "folder", "missing"])
def test_check_names_a_configuration_that_cannot_be_read(tmp_path, name):
    path = tmp_path / "given.yaml"
    if name == "folder":
        path.mkdir()
    elif name != "missing":
        path.write_bytes(DAMAGED[name])
    with pytest.raises(ConfigError, match=r"given\.yaml: ") as raised:
        check(path)
    assert len(f"{raised.value}".splitlines()) == 1


def test_check_says_what_a_configuration_asks_for_or_ends_in_one_sentence(tmp_path):
    said = pipeline("check", "config/smoke.yaml").stdout
    assert "gains 18" in said
    assert "(networks/gutnisky2017/smoke/fit.yaml)" in said
    run = pipeline("check", tmp_path / "none.yaml", code=2)
    assert run.stderr == f"error: {tmp_path}/none.yaml: cannot be read (No such file or directory).\n"


@pytest.mark.parametrize("target", ["run", "archive"])
def test_make_checks_the_configuration_before_snakemake_reads_it(target):
    """Say what make would do, but do nothing of it."""
    command = ["make", "--no-print-directory", "--dry-run", target, "CONFIG=a b.yaml"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    checks, *works = [line for line in done.stdout.splitlines() if "python -m pipeline" in line or "snakemake" in line]
    assert checks.endswith(f'python -m pipeline {"run" if target == "run" else "check"} "a b.yaml"')
    assert len(works) == (target == "archive")  # run checks by itself


LONG = "x" * 300


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"fit": LONG}, ["fit: xxx", "there is no such file"]),
        ({"model": LONG}, ["model: xxx", "there is no such file"]),
        ({"include": LONG}, ["include: xxx", "there is no such file"]),
        ({"sweeps": {"a": LONG}}, ["sweeps.a: xxx", "there is no such file"]),
        ({"results": LONG}, ["results = 'xxx", "255 bytes"]),
        ({"results": f"not/yet/{LONG}"}, ["results = 'not/yet/xxx", "255 bytes"]),
        ({"results": "a/" * 501}, ["results = 'a/a", "at most 1,000 characters"]),
        ({"results": "README.md"}, ["results = 'README.md' must be a folder", "a file of that name"]),
        ({"results": "README.md/x"}, ["results = 'README.md/x' must be a folder", "Not a directory"]),
        ({"results": "/dev/null"}, ["results = '/dev/null' must be a folder"]),
        ({"workers": 10**9, "storage": "sqlite:///x"}, ["workers = 1000000000", "at most 10,000"]),
    ],
)
def test_a_path_that_cannot_be_and_too_many_workers_are_refused(quick, change, words):
    content = read_yaml("config/smoke.yaml") | {"model": "networks/gutnisky2017"} | change
    with pytest.raises(ConfigError, match=r"^given\.yaml: ") as raised:
        Plan(content, "given.yaml")
    assert all(word in f"{raised.value}" for word in words), raised.value


@pytest.mark.parametrize("n", [1e7, 1e200, 1e308])
def test_an_axis_of_too_many_values_is_refused(model, tmp_path, n):
    axes = {"g_EI": {"linear": [0.1, 1, n]}, "A_T": {"linear": [6, 14, n]}}
    sweep = {"protocols": ["touch"], "axes": axes, "networks": 1, "duration": 1}
    (tmp_path / "given.yaml").write_text(yaml.safe_dump(sweep))
    with pytest.raises(ConfigError, match=r"given\.yaml: axes\.A_T: linear takes at most 1,000,000 values, not 1e\+"):
        read_sweep(tmp_path / "given.yaml", model)


def test_axes_whose_product_is_beyond_the_largest_float_are_refused(model, tmp_path):
    axes = {name: {"linear": [0, 1, 1e6]} for name in model.knobs if name not in RUN_KNOBS}
    assert len(axes) > 52
    sweep = {"protocols": ["touch"], "axes": axes, "networks": 1, "duration": 1}
    (tmp_path / "given.yaml").write_text(yaml.safe_dump(sweep))
    with pytest.raises(ConfigError, match=r"given\.yaml: .*make \d.*e\+\d{3} points, more than 1,000,000"):
        read_sweep(tmp_path / "given.yaml", model)
