"""JSON schemas for editors: they are those of the models, take every shipped file, and see a misspelt key."""

import re
from pathlib import Path

import pytest
from conftest import ROOT, pipeline
from jsonschema import Draft202012Validator

from pipeline.config.reader import read_json, read_yaml
from pipeline.plan import schemas

SHIPPED = [
    path
    for folder in ("config", "networks")
    for path in sorted(Path(ROOT, folder).rglob("*.yaml"))
    if path.name != "figures.yaml"  # what the paper's rules are asked
]


def _problems(path: Path, content: object) -> list[str]:
    """Return what the schema that the first line of a file names says of its content."""
    line = path.read_text(encoding="utf-8").partition("\n")[0]
    named = re.fullmatch(r"# yaml-language-server: \$schema=(.+\.json)", line)
    assert named, path
    schema = read_json(path.parent / named[1])
    return [error.message for error in Draft202012Validator(schema).iter_errors(content)]


def test_the_schemas_are_those_of_the_models(tmp_path):
    """After a change of a model: python -m pipeline schema."""
    pipeline("schema", "--out", tmp_path)
    written = {path.name: path.read_text() for path in tmp_path.iterdir()}
    assert written == {path.name: path.read_text() for path in (ROOT / schemas.FOLDER).iterdir()}
    assert set(written) == {"config.json", "sweep.json", "fit.json", "knobs.json", "recording.json"}
    for name in written:
        Draft202012Validator.check_schema(read_json(tmp_path / name))


def test_every_shipped_file_names_its_schema_and_is_taken_by_it():
    assert len(SHIPPED) > 60
    for path in SHIPPED:
        assert _problems(path, read_yaml(path)) == [], path


@pytest.mark.parametrize(
    ("name", "change", "says"),
    [
        ("config.yaml", {"sweps": {}}, "'sweps' was unexpected"),
        ("config.yaml", {"chunk_s": 0}, "0 is less than or equal to the minimum of 0"),
        ("sweep.yaml", {"design": "hypercube"}, "'hypercube' is not one of ['product', 'latin_hypercube', 'sobol']"),
        ("fit.yaml", {"trials": "many"}, "'many' is not of type 'integer'"),
        ("fit.yaml", {"envelope": {"excitatory": [1]}}, "{'excitatory': [1]} is not valid"),
        ("knobs.yaml", {"duration": None}, "None is not of type 'number'"),
    ],
)
def test_what_is_wrong_is_seen(name, change, says):
    path = ROOT / "networks" / "cuba" / name
    assert [found for found in _problems(path, read_yaml(path) | change) if says in found]


def test_an_envelope_is_by_population_as_in_a_file():
    path = ROOT / "networks" / "cuba" / "fit.yaml"
    assert _problems(path, read_yaml(path) | {"envelope": {"excitatory": [0.01, 100]}}) == []


def test_a_file_names_the_schema_from_where_it_is(tmp_path):
    assert schemas.line("fit", ROOT / "own" / "net") == (
        "# yaml-language-server: $schema=../../config/schemas/fit.json\n"
    )
    assert schemas.line("fit", tmp_path) == ""  # outside of a clone there are none
