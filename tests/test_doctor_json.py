"""A diagnosis for programs and notebooks: JSON whose keys stay, exit codes, and HTML that is a part of a page."""

import json
import re
from html.parser import HTMLParser
from pathlib import Path

import brian2 as b2
import pytest
from brian2 import ms, volt
from conftest import pipeline

from pipeline.doctor import diagnose
from pipeline.doctor.diagnosis import unexamined
from pipeline.doctor.findings.finding import Charge, Finding, Verdict
from pipeline.doctor.show.record import BEGIN, Record, text

HEALTHY = """from brian2 import *
import sys
print('the script prints', sys.argv[1:])
cells = NeuronGroup(1, 'dv/dt = -v/(10*ms) : 1', method='exact')
run(1*ms)
"""
KEYS = {
    "": ["format", "script", "exit_code", "verdict", "findings", "runs", "events", "checks", "seconds", "versions"],
    "verdict": ["at_fault", "says", "refinement", "after"],
    "findings": ["kind", "level", "says", "evidence", "sure", "instead", "effect", "runs"],
    "runs": ["total", "whole", "looked"],
    "versions": ["software", "brian2", "numpy", "python"],
}


@pytest.fixture(scope="module")
def sick():
    b2.start_scope()
    b2.prefs.codegen.target = "numpy"
    group = b2.NeuronGroup(2, "dv/dt = (drive - v)/(10*ms) : volt\ndrive : volt", method="euler")
    group.drive = [0, 80] * volt
    return diagnose(b2.Network(group), duration=20 * ms, namespace={"<b>": group})


def test_data_are_on_standard_output_alone_and_say_what_was_looked_at(tmp_path):
    """Catches a CI that cannot read the data for a line of progress, or of the script, among them."""
    script = tmp_path / "theirs.py"
    script.write_text(HEALTHY)
    run = pipeline("doctor", script, "--json", "-", "--", "--trials", "3")
    data = json.loads(run.stdout)
    assert list(data) == KEYS[""]
    assert [list(data[key]) for key in ("verdict", "runs", "versions")] == [
        KEYS[key] for key in ("verdict", "runs", "versions")
    ]
    assert (data["script"], data["exit_code"], data["verdict"]["at_fault"]) == (str(script), 0, "nothing")
    assert data["runs"] == {"total": 1, "whole": True, "looked": [{"number": 1, "start_s": 0.0, "duration_s": 1e-3}]}
    assert data["versions"]["brian2"] == b2.__version__
    assert run.stderr.splitlines()[0] == f"looking at {script}: this takes about 10 s, at most 60 s"
    assert "the script prints" not in run.stdout + run.stderr


def test_a_file_of_data_takes_the_place_of_such_a_file_alone(tmp_path):
    """Catches a file of the user's own that is gone, and data that are not written where nothing could be examined."""
    script, data = tmp_path / "theirs.py", tmp_path / "made.json"
    script.write_text("x = 1\n")
    run = pipeline("doctor", script, "--json", data, code=2)
    assert "The script has no run" in run.stdout
    assert run.stdout.endswith(f"{data}\n")
    assert json.loads(data.read_text())["exit_code"] == 2
    pipeline("doctor", script, "--json", data, code=2)
    data.write_text('{"mine": 1}')
    assert "there is a file of that name" in pipeline("doctor", script, "--json", data, code=2).stderr
    assert data.read_text() == '{"mine": 1}'
    assert "must end in .json" in pipeline("doctor", script, "--json", tmp_path / "a.txt", code=2).stderr


def test_data_have_all_that_the_diagnosis_says(sick):
    """Catches a key that is renamed or lost, which breaks who reads it, and NaN, which is no JSON."""
    nan = float("nan")
    sick.charges.append(Charge("S", "a", "b", "g", 1.0, "nS", nan, None, 0.1, None, "mV", 1.0, 5.0))
    written = text(sick, Path("given/theirs.py"))
    sick.charges.pop()
    data = json.loads(written, parse_constant=pytest.fail)
    assert written.startswith(BEGIN)
    assert list(data["findings"][0]) == KEYS["findings"]
    assert [(f["kind"], f["level"]) for f in data["findings"]] == [(f.kind, f.level) for f in sick.findings]
    assert data["events"][0]["tau_ms"] is None
    assert data["exit_code"] == 1
    assert Record.model_validate(data).script == "given/theirs.py"
    parts = Record.model_json_schema()["$defs"]
    assert list(parts["Finding"]["properties"]) == KEYS["findings"]


def test_exit_codes_are_0_1_and_2(sick):
    """Catches a warning that fails a CI, and a script that could not be examined that passes it."""
    warned = type(sick)([Finding("in_degree", "warning", "x")], Verdict("nothing", "x"), material=sick.material)
    assert (warned.exit_code, sick.exit_code, unexamined("It has no run.").exit_code) == (0, 1, 2)
    late = type(sick)([], Verdict("undecided", "It could not be run."))
    assert (late.examined, late.exit_code) == (False, 2)


class _Parts(HTMLParser):
    """Collects tags that are not closed, what is loaded, and texts."""

    def __init__(self):
        super().__init__()
        self.open, self.tags, self.loaded = [], [], []

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)
        self.loaded += [value for name, value in attributes if name in ("src", "href")]
        if tag not in ("img", "br", "meta", "input", "hr"):
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def test_a_notebook_shows_a_diagnosis_with_its_pictures_and_keeps_its_own_styles(sick):
    """Catches a picture that is fetched from elsewhere, an open tag, and a rule that restyles the whole notebook."""
    shown = sick._repr_html_()
    parts = _Parts()
    parts.feed(shown)
    assert parts.open == []
    assert parts.tags[0] == "div"
    assert not {"html", "body", "head", "script", "link", "title"} & set(parts.tags)
    assert parts.loaded
    assert all(one.startswith("data:image/png;base64,") for one in parts.loaded)
    for rule in re.findall(r"([^{}]+)\{", re.search("<style>(.*?)</style>", shown, re.DOTALL)[1]):
        assert all(selector.strip().startswith(".brian2-diagnosis") for selector in rule.split(","))
    plain = re.sub(r"\s+", " ", shown)
    for finding in sick.findings:
        assert finding.says.replace("<", "&lt;").replace(">", "&gt;").replace("'", "&#x27;") in plain
    assert sick.verdict.says in shown
