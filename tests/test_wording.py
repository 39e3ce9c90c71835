"""Plain words for each kind of error that a file of a configuration can have, and YAML that reads what is written."""

import importlib
import pkgutil

import pytest

import pipeline
from pipeline.config import wording
from pipeline.config.reader import ConfigError, Frozen, nearest, parse, read_yaml
from pipeline.fit.problem import Fit
from pipeline.network.script import KnobTable
from pipeline.plan.run import Run
from pipeline.sweep.budget import Budget
from pipeline.sweep.design import Sweep

SWEEP = {"protocols": ["touch"], "axes": {"C_T": {"values": [0.6]}}, "networks": 2, "duration": 1}
RUN = {"model": "m", "results": "r", "sweeps": {"a": "a.yaml"}}
TABLE = {"script": "a.py", "duration": 1, "knobs": {}}
EFFORT = {"networks": 1, "first_seed": 1, "duration": 1}
FIT = {"targets": "t.csv", "free": {"g": {"low": 1, "high": 2}}, "trials": 2, "effort": EFFORT, "check": EFFORT}

SAID = [
    (
        "int_type",
        Sweep,
        SWEEP | {"networks": "two"},
        "networks = 'two' must be a whole number, such as 3, without a unit or other text",
    ),
    (
        "int_type",
        Sweep,
        SWEEP | {"networks": "2"},
        "networks = '2' must be a whole number, such as 3, and is text: take away the quotes",
    ),
    ("int_type", Sweep, SWEEP | {"networks": None}, "networks = None must be a whole number, such as 3"),
    ("int_type", Sweep, SWEEP | {"networks": 2.5}, "networks = 2.5 must be a whole number, such as 3"),
    ("int_type", Sweep, SWEEP | {"networks": [2]}, "networks must be a whole number, such as 3"),
    (
        "float_type",
        Sweep,
        SWEEP | {"duration": "3 s"},
        "duration = '3 s' must be a number, without a unit or other text",
    ),
    ("float_type", Sweep, SWEEP | {"duration": {}}, "duration must be a number"),
    (
        "float_type",
        Sweep,
        SWEEP | {"axes": {"C_T": {"values": [1, "x"]}}},
        "axes.C_T.values.1 = 'x' must be a number, without",
    ),
    ("finite_number", Sweep, SWEEP | {"duration": float("inf")}, "duration = inf must be a finite number"),
    ("bool_type", Sweep, SWEEP | {"keep_spikes": "yes"}, "keep_spikes = 'yes' must be true or false"),
    ("string_type", Sweep, SWEEP | {"about": 3}, "about = 3 must be text: write '3', in quotes"),
    ("string_type", Sweep, SWEEP | {"about": True}, "about = True must be text: write 'true', in quotes"),
    ("string_type", Run, RUN | {"model": ["m"]}, "model must be text"),
    (
        "string_type",
        Sweep,
        SWEEP | {"axes": {1: {"values": [1]}}},
        "axes: the name 1 must be text: write '1', in quotes",
    ),
    ("string_unicode", Run, RUN | {"model": "\ud800"}, "model = '\\ud800' must be text that can be written as UTF-8"),
    ("string_too_long", Run, RUN | {"results": "a/" * 501}, "must have at most 1,000 characters"),
    (
        "string_pattern_mismatch",
        Run,
        RUN | {"results": "a*"},
        "results = 'a*' must be a path, without any of { } * ? [ ], control",
    ),
    (
        "string_pattern_mismatch",
        Run,
        RUN | {"sweeps": {"a b": "x"}},
        "sweeps: the name 'a b' must be a name: letters, digits and _",
    ),
    (
        "string_pattern_mismatch",
        KnobTable,
        TABLE | {"knobs": {"1a": {"value": 1}}},
        "knobs: the name '1a' must be a name: letters, digits and _, without a digit in front",
    ),
    (
        "literal_error",
        Sweep,
        SWEEP | {"design": "halton"},
        "design = 'halton' must be 'product', 'latin_hypercube' or 'sobol'",
    ),
    (
        "literal_error",
        KnobTable,
        TABLE | {"integrator": "rk4"},
        "integrator = 'rk4' must be 'own' or 'staggered_midpoint'",
    ),
    (
        "literal_error",
        KnobTable,
        TABLE | {"integrator": {"P": "rk4"}},
        "integrator.P = 'rk4' must be 'staggered_midpoint'",
    ),
    ("tuple_type", Sweep, SWEEP | {"protocols": "touch"}, "protocols = 'touch' must be a list, such as [1, 2]"),
    ("dict_type", Sweep, SWEEP | {"axes": [1]}, "axes must be a mapping of keys to values, such as {key: 1}"),
    ("model_type", Sweep, SWEEP | {"axes": {"C_T": 3}}, "axes.C_T = 3 must be a mapping of keys to values"),
    ("too_short", Sweep, SWEEP | {"protocols": []}, "protocols is empty: give at least one"),
    ("too_long", KnobTable, TABLE | {"envelope": {"E": [1, 2, 3]}}, "envelope.E must have 2 values, not 3"),
    ("missing", KnobTable, TABLE | {"envelope": {"E": [1]}}, "envelope.E lacks value number 2"),
    ("missing", Sweep, {k: v for k, v in SWEEP.items() if k != "networks"}, "key 'networks' is missing"),
    ("extra_forbidden", Sweep, SWEEP | {"netwroks": 2}, "unknown key 'netwroks'; nearest known: networks"),
    ("greater_than", Sweep, SWEEP | {"duration": 0}, "duration = 0 must be above 0"),
    ("greater_than_equal", Budget, {"values": 1}, "values = 1 must be at least 2"),
    ("less_than_equal", Run, RUN | {"workers": 20_000}, "workers = 20000 must be at most 10,000"),
    ("less_than_equal", Sweep, SWEEP | {"networks": 10**5000}, "networks must be at most 1,000,000"),
    (
        "string_pattern_mismatch",
        Fit,
        FIT | {"protocols": {"a b": {"protocol": "touch"}}},
        "protocols: the name 'a b' must be a name: letters, digits, _ and dots",
    ),
    ("value_error", Sweep, SWEEP | {"protocols": ["a", "a"]}, "a protocol is listed twice"),
    (
        "value_error",
        Sweep,
        SWEEP | {"axes": {"C_T": {"values": []}}},
        "axes.C_T: the axis is empty; list at least one value",
    ),
]
"""Kind of error, what is read, and the words that it is refused in, behind the name of the file."""


@pytest.mark.parametrize(("kind", "model", "content", "words"), SAID)
def test_each_kind_of_error_is_said_in_plain_words(kind, model, content, words):
    with pytest.raises(ConfigError) as caught:
        parse(model, content, "given.yaml")
    said = f"{caught.value}"
    assert said.startswith("given.yaml: ")
    assert words in said
    assert said.endswith(".")
    assert not any(
        jargon in said for jargon in ("validation", "Input", "input", "^[", "content:", "mapping key", "literal")
    )


def test_a_mapping_that_holds_itself_is_refused(tmp_path):
    path = tmp_path / "given.yaml"
    path.write_text("protocols: [touch]\nnetworks: 1\nduration: 1\naxes: &a {C_T: *a}\n")
    with pytest.raises(ConfigError, match=r"given\.yaml: "):
        parse(Sweep, read_yaml(path), path)


ERRORS = {
    "str": {"string_type", "string_unicode"},
    "int": {"int_type"},
    "float": {"float_type", "finite_number"},
    "bool": {"bool_type"},
    "literal": {"literal_error"},
    "tuple": {"tuple_type"},
    "dict": {"dict_type"},
    "model": {"model_type"},
    "function-after": {"value_error"},
    "function-before": {"value_error"},
    "pattern": {"string_pattern_mismatch"},
    "max_length": {"string_too_long"},
    "min_length": {"too_short"},
    "ge": {"greater_than_equal"},
    "gt": {"greater_than"},
    "le": {"less_than_equal"},
}
"""Errors that a part of pydantic's schema can raise, but missing and extra_forbidden."""

SILENT = {
    *("model-field", "model-fields", "default", "nullable", "union", "no-info", "definitions", "definition-ref", "any"),
    *("arguments", "schema"),
}
"""Parts that raise none of their own, or those of what they hold."""

BOUNDS = ("pattern", "min_length", "max_length", "ge", "gt", "le", "lt", "multiple_of")


def _parts(schema):
    """Yield the kinds and the bounds in pydantic's schema of a model."""
    if isinstance(schema, dict):
        if isinstance(schema.get("type"), str):
            yield schema["type"], schema
        for bound in BOUNDS:
            if bound in schema and isinstance(schema.get("type"), str):
                yield bound, schema
        for inner in schema.values():
            yield from _parts(inner)
    elif isinstance(schema, list | tuple):
        for inner in schema:
            yield from _parts(inner)


def _models(kind=Frozen):
    for one in kind.__subclasses__():
        yield one
        yield from _models(one)


def test_no_kind_of_error_that_a_model_can_raise_lacks_its_words():
    for module in pkgutil.walk_packages(pipeline.__path__, "pipeline."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    importlib.import_module("networks.gutnisky2017.paper.part")
    raised = set()
    for model in _models():
        for part, schema in _parts(model.__pydantic_core_schema__):
            if part in SILENT:
                continue
            assert part in ERRORS, (model, part)
            raised |= ERRORS[part]
            assert part != "min_length" or schema["min_length"] == 1, model
            if part == "pattern":
                assert schema["pattern"] in wording.PATTERNS, (model, schema["pattern"])
    assert raised | {"too_long", "recursion_loop"} == set(wording.CLAUSES)
    assert raised | {"too_long", "missing", "extra_forbidden"} == {kind for kind, *_ in SAID}


WRITTEN = [
    ("1e1", 10.0), ("1E-3", 0.001), ("-2.5e3", -2500.0), (".5", 0.5), ("5.", 5.0), ("0", 0), ("-3", -3),
    ("1_000", 1000), ("0x10", 16), (".inf", float("inf")), ("true", True), ("False", False), ("~", None), ("", None),
    ("on", "on"), ("off", "off"), ("yes", "yes"), ("No", "No"), ("y", "y"), ("n", "n"),
    ("1:30", "1:30"), ("2026-11-25", "2026-11-25"), ("'010'", "010"), ("0o10", "0o10"), ("1.0.0", "1.0.0"),
]  # fmt: skip
"""What stands in a file, and what it is."""


@pytest.mark.parametrize(("text", "value"), WRITTEN)
def test_yaml_is_read_as_it_is_written(tmp_path, text, value):
    path = tmp_path / "given.yaml"
    path.write_text(f"a: {text}\n")
    read = read_yaml(path)["a"]
    assert (read, type(read)) == (value, type(value))


def test_knobs_may_be_called_on_and_n(tmp_path):
    path = tmp_path / "given.yaml"
    path.write_text(
        "protocols: [off]\nnetworks: 1\nduration: 1\n"
        "axes: {on: {values: [1]}, n: {values: [1e1]}, yes: {values: [2]}}\n"
    )
    sweep = parse(Sweep, read_yaml(path), path)
    assert list(sweep.axes) == ["on", "n", "yes"]
    assert (sweep.protocols, sweep.axes["n"].values) == (("off",), (10.0,))


@pytest.mark.parametrize(("text", "plain"), [("010", "10"), ("-007", "-7"), ("08.5", "8.5"), ("00", "0")])
def test_a_number_with_a_zero_in_front_is_refused(tmp_path, text, plain):
    path = tmp_path / "given.yaml"
    path.write_text(f"b: 1\na: {text}\n")
    with pytest.raises(ConfigError) as caught:
        read_yaml(path)
    assert f"{caught.value}" == f"{path}: line 2: {text} begins with 0: write {plain}, or '{text}' for text."


def test_the_nearest_name_is_the_one_that_differs_in_capitals_alone():
    """Of w_E the nearest was said to be w_i."""
    assert nearest("w_E", ["w_i", "w_e", "v_e"]) == "; nearest known: w_e"
    assert nearest("TAU_M", ["tau_e", "rate", "tau_m"]) == "; nearest known: tau_m"
    assert nearest("w_x", ["w_i", "tau"]) == "; nearest known: w_i"
    assert nearest("q", ["tau", "rate"]) == "; known: tau, rate"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("a: &a {x: 1}\nb:\n  <<: *a\n  y: 2\n", "line 3: keys are not taken from elsewhere by <<; write them out."),
        ("a: 1\nb: !mine 2\n", "line 2: !mine says of a value what it is, which is not known here; leave it out."),
        ("a: !mine {b: 1}\n", "line 1: !mine says of a value what it is, which is not known here; leave it out."),
    ],
)
def test_what_of_yaml_is_not_read_is_said_in_plain_words(tmp_path, text, says):
    """It was: could not determine a constructor for the tag 'tag:yaml.org,2002:merge'."""
    path = tmp_path / "a.yaml"
    path.write_text(text)
    with pytest.raises(ConfigError) as refused:
        read_yaml(path)
    assert f"{refused.value}" == f"{path}: {says}"
    path.write_text('a: "<<"\n"<<": 1\nb: =\nc: &a 1\nd: *a\n')
    assert read_yaml(path) == {"a": "<<", "<<": 1, "b": "=", "c": 1, "d": 1}
