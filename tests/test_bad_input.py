"""Hundreds of mutated configurations: each is accepted, or refused in one line that says where and why."""

import copy
import csv
import io
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from conftest import NETWORK, RESULTS, pipeline
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from networks.gutnisky2017.paper.survey import Survey
from pipeline.cli.checks import check
from pipeline.config.reader import ConfigError, read_yaml
from pipeline.fit.reading import read_fit
from pipeline.fit.targets import COLUMNS, read_targets
from pipeline.network.model import RUN_KNOBS
from pipeline.network.reading import read_model
from pipeline.plan import run as runs
from pipeline.plan.run import Plan
from pipeline.sweep import grid
from pipeline.sweep.design import read_sweep

HOSTILE = [
    *(
        "$(touch pwned)",
        "`touch pwned`",
        "a; touch pwned",
        "a\ntouch pwned",
        "a' b",
        'a" b',
        "a b",
        "-o",
        "--help",
        "../x",
    ),
    *(
        "{config}",
        "{0}",
        "a|b",
        "a*",
        "",
        " ",
        "\0",
        "\x1b[31m",
        "é",
        "\u202e",
        "\ud800",
        "x" * 5000,
        "%s",
        "\\",
        "/dev/null",
    ),
]
"""Words that a shell, Snakemake, the compiler or a terminal might take for something else."""

WRONG = st.one_of(
    st.sampled_from(
        [
            *(None, True, False, 0, -1, 1, 1e-300, 1e300, -1e300, 10**30, -(10**400), float("nan"), float("inf")),
            *(float("-inf"), [], {}, [[]], [None], {"a": {"b": [1]}}, "1", "1e3", "nan", ".inf", "0x10", "1_000", 0.5),
            *([0, 1], [1, 0], [0, 1, 1e12], [1, 1], ["a", "a"], {1: 2}, 2**31, 2**63),
        ]
    ),
    st.sampled_from(HOSTILE),
    st.integers(),
    st.floats(),
    st.text(max_size=8),
)

SNIPPETS = [
    *(
        "\n\t",
        "\n- x\n",
        ": ",
        "{",
        "[",
        "&a ",
        "*a",
        "<<: *a\n",
        "!!python/object:os.system x\n",
        "!!timestamp 2001-99-99\n",
    ),
    *(
        "? [a]\n: 1\n",
        "--- \n",
        "%",
        "\0",
        "\ufeff",
        "\x85",
        "'",
        '"',
        "#",
        "&a [*a]\n",
        "\nabout: x\nabout: y\n",
        "|\n",
        ">",
    ),
    *("[" * 2000, "!!int 09\n", "!!float x\n", "!!binary x\n", "!!set {a}\n", "1:99:99"),
]
"""Text that breaks YAML, or does what few expect of it."""


def _places(content, at=()):
    """Return the paths of all nodes of a document but the whole."""
    inner = content.items() if isinstance(content, dict) else enumerate(content) if isinstance(content, list) else ()
    return [path for key, value in inner for path in [(*at, key), *_places(value, (*at, key))]]


@st.composite
def mutations(draw, path):
    """Return a YAML file with up to three things wrong, and where there is one, the keys on the way to it."""
    content = copy.deepcopy(read_yaml(path))
    keys = set()
    several = draw(st.integers(1, 3))
    for _ in range(several):
        places = _places(content)
        if not places:
            break
        *above, last = draw(st.sampled_from(places))
        inner = content
        for key in above:
            inner = inner[key]
        keys |= {f"{key}" for key in (*above, last)}
        match draw(st.sampled_from(["change", "change", "change", "delete", "misspell", "wrap", "add"])):
            case "change":
                inner[last] = draw(WRONG)
            case "delete":
                del inner[last]
            case "misspell" if isinstance(inner, dict):
                name = draw(st.sampled_from([f"{last}s", f"{last}"[:-1], *HOSTILE]))
                keys.add(name)
                inner[name] = inner.pop(last)
            case "wrap":
                inner[last] = [inner[last]]
            case "add" if isinstance(inner, dict):
                name = draw(st.one_of(st.sampled_from([*HOSTILE, 1, None, True, 1.5]), st.text(max_size=5)))
                keys.add(f"{name}")
                inner[name] = draw(WRONG)
    text = yaml.safe_dump(content, allow_unicode=False, sort_keys=False)
    broken = draw(st.integers(0, 3)) == 0
    if broken:
        at = draw(st.integers(0, len(text)))
        text = text[:at] + draw(st.sampled_from(SNIPPETS)) + text[at:]
    content = text.encode("utf-8", "surrogatepass" if draw(st.booleans()) else "replace")
    return content, set() if broken or several > 1 else keys


def _one_line(keys, read):
    """Read; a refusal must be one line that names a file and one of `keys`, if there are, and no other error comes."""
    try:
        read()
    except ConfigError as error:
        said = str(error)
        assert said.isprintable()
        assert len(said) < 2100
        assert said.endswith((".", "..."))
        assert "given.yaml" in said or "cannot be read" in said, said
        assert not keys or any(f"{ConfigError(key.rstrip('s')[:50])}" in said for key in keys), (said, keys)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("config")


@pytest.fixture
def quick(model, monkeypatch):
    """Read the model of config/ once: it is half of the time."""
    monkeypatch.setattr(runs, "read_model", lambda path: model if path == "networks/gutnisky2017" else read_model(path))


def _many(n):
    unhealthy = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large]
    return settings(max_examples=n, derandomize=True, deadline=None, database=None, suppress_health_check=unhealthy)


def _checked(sweep, model):
    grid.check(sweep, model, "given.yaml")
    grid.n_chunks(sweep, model, 120)


@_many(150)
@given(data=st.data())
def test_a_mutated_sweep_is_accepted_or_refused_in_one_line(model, folder, data):
    name = data.draw(st.sampled_from(["sweeps/gains", "sweeps/map", "smoke/examples"]))
    path = folder / "given.yaml"
    content, keys = data.draw(mutations(f"networks/gutnisky2017/{name}.yaml"))
    path.write_bytes(content)
    _one_line(keys, lambda: _checked(read_sweep(path, model), model))


@_many(200)
@given(data=st.data())
def test_a_mutated_fit_is_accepted_or_refused_in_one_line(model, folder, data):
    name = data.draw(st.sampled_from(["gutnisky2017", "hires2015", "transformation"]))
    path = folder / "given.yaml"
    content, keys = data.draw(mutations(f"networks/gutnisky2017/fits/{name}.yaml"))
    path.write_bytes(content)
    _one_line(keys, lambda: read_fit(path, model))


@_many(100)
@given(data=st.data())
def test_a_mutated_run_is_accepted_or_refused_in_one_line(quick, model, folder, data):
    path = folder / "given.yaml"
    content, keys = data.draw(mutations("config/smoke.yaml"))
    path.write_bytes(content)
    _one_line(keys, lambda: Plan(read_yaml(path), path))


@_many(100)
@given(data=st.data())
def test_a_mutated_model_is_accepted_or_refused_in_one_line(folder, data):
    path = folder / "given.yaml"
    content, keys = data.draw(mutations(f"{NETWORK}/knobs.yaml"))
    path.write_bytes(content)
    for name in ("network.py", "features.py", "adopted.json"):
        shutil.copy(Path(NETWORK, name), folder / name)

    def read():
        mutated = read_model(path)
        _checked(read_sweep("networks/gutnisky2017/smoke/map.yaml", mutated), mutated)

    _one_line(keys, read)


@_many(60)
@given(data=st.data())
def test_a_mutated_survey_is_accepted_or_refused_in_one_line(model, folder, data):
    path = folder / "given.yaml"
    content, keys = data.draw(mutations("networks/gutnisky2017/paper/figures.yaml"))
    path.write_bytes(content)
    _one_line(keys, lambda: Survey(path, "preview", model).sweeps)


CELLS = st.one_of(
    st.sampled_from([*HOSTILE, "nan", "inf", "1e999", "-1", "0", "1_0", "rate_X", "slope_A_T", "a+b", "+"]),
    st.text(max_size=5),
)


@_many(150)
@given(data=st.data())
def test_mutated_targets_are_accepted_or_refused_in_one_line(model, folder, data):
    rows = list(csv.reader(io.StringIO(Path("networks/gutnisky2017/targets/gutnisky2017_base.csv").read_text())))
    for _ in range(data.draw(st.integers(1, 3))):
        row = data.draw(st.sampled_from(rows))
        at = data.draw(st.integers(0, len(COLUMNS) - 1))
        match data.draw(st.sampled_from(["change", "change", "shorter", "longer", "twice"])):
            case "change":
                row[at : at + 1] = [data.draw(CELLS)]
            case "shorter":
                del row[at:]
            case "longer":
                row.append(data.draw(CELLS))
            case "twice":
                rows.append(row)
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    text = out.getvalue()
    if data.draw(st.integers(0, 3)) == 0:
        at = data.draw(st.integers(0, len(text)))
        text = (
            text[:at]
            + data.draw(st.sampled_from(['"', "\0", "\n\n", ",", "\ufeff", "x" * 200_000, "\ud800"]))
            + text[at:]
        )
    (folder / "given.yaml").write_bytes(text.encode("utf-8", "surrogatepass"))
    _one_line(set(), lambda: read_targets(folder / "given.yaml", model))


@pytest.mark.parametrize("word", HOSTILE)
def test_a_hostile_name_is_refused_where_it_would_name_a_file_or_a_command(model, folder, word):
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
        (folder / "given.yaml").write_text(yaml.safe_dump(content))
        if word == "é":  # a letter as good as another, but where C++ or a Brian2 variable might be called so
            continue
        with pytest.raises(ConfigError, match=r"given\.yaml"):
            read(folder / "given.yaml")


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
def test_an_axis_of_too_many_values_is_refused(model, folder, n):
    axes = {"g_EI": {"linear": [0.1, 1, n]}, "A_T": {"linear": [6, 14, n]}}
    sweep = {"protocols": ["touch"], "axes": axes, "networks": 1, "duration": 1}
    (folder / "given.yaml").write_text(yaml.safe_dump(sweep))
    with pytest.raises(ConfigError, match=r"given\.yaml: axes\.A_T: linear takes at most 1,000,000 values, not 1e\+"):
        read_sweep(folder / "given.yaml", model)


def test_axes_whose_product_is_beyond_the_largest_float_are_refused(model, folder):
    axes = {name: {"linear": [0, 1, 1e6]} for name in model.knobs if name not in RUN_KNOBS}
    assert len(axes) > 52
    sweep = {"protocols": ["touch"], "axes": axes, "networks": 1, "duration": 1}
    (folder / "given.yaml").write_text(yaml.safe_dump(sweep))
    with pytest.raises(ConfigError, match=r"given\.yaml: .*make \d.*e\+\d{3} points, more than 1,000,000"):
        read_sweep(folder / "given.yaml", model)
