"""The doctor in the field: scripts after reports of users, each with what must be said of it first."""

import re
from pathlib import Path

import pytest
import yaml

from benchmarks.field import cured
from pipeline.doctor.findings.finding import LEVELS
from pipeline.doctor.script import examine_script
from pipeline.engine.apart import apart

FIELD = Path(__file__).parent / "field"
REPORTS = yaml.safe_load((FIELD / "reports.yaml").read_text())
FIRST = [name for name, report in REPORTS.items() if report["batch"] == 0]


def _found(path):
    """Return kind, level and sentence of each finding that is more than a note, with its evidence."""
    told = [f for f in examine_script(path, total_s=200.0).findings if f.level != LEVELS[-1]]
    return [(f.kind, f.level, " ".join([f.says, *f.evidence])) for f in told]


def test_each_script_has_a_report():
    assert sorted(path.stem for path in (FIELD / "sick").glob("*.py")) == sorted(REPORTS)


def test_each_cure_makes_another_script_that_python_takes():
    """Catches lines of a script that were moved, and its cure's left behind."""
    for name in set(REPORTS) - set(FIRST):
        sick = (FIELD / "sick" / f"{name}.py").read_text()
        better = cured(sick, REPORTS[name])
        assert better != sick
        compile(better, name, "exec")


@pytest.mark.parametrize("name", FIRST)
def test_the_cause_is_said_first(name):
    """Catches an instrument that no longer sees what it was built for, or a finding that gets in before it."""
    kind, _, says = apart(_found, FIELD / "sick" / f"{name}.py", cpu_s=150)[0]
    assert kind == REPORTS[name]["kind"]
    assert re.search(REPORTS[name]["says"], says), says
