"""Files with up to three things wrong: each is accepted or refused in one line."""

import copy
import csv
import io
import shutil
from pathlib import Path

import pytest
import yaml
from conftest import NETWORK
from hostile import HOSTILE
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from networks.gutnisky2017.paper.survey import Survey
from pipeline.config.reader import ConfigError, read_yaml
from pipeline.fit.reading import read_fit
from pipeline.fit.targets import COLUMNS, read_targets
from pipeline.network.reading import read_model
from pipeline.plan.run import Plan
from pipeline.sweep import grid
from pipeline.sweep.design import read_sweep

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
