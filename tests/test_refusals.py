"""What Brian2 refuses, as the doctor tells it: each happens, and has its object, line, statement and cure."""

import re
from pathlib import Path

import pytest

from pipeline.doctor.instruments.subject import Subject
from pipeline.doctor.refusals.listing import Listing
from pipeline.doctor.refusals.refusal import TABLE, refusal, tried
from pipeline.doctor.script import examine_script

LIF = "dv/dt = -v/(10*ms) : 1', threshold='v > 1', reset='v = 0', method='exact'"
PAIR = f"G = NeuronGroup(2, '{LIF})\n"
VOLT = "G = NeuronGroup(2, 'dv/dt = -v/(10*ms) : volt', threshold='v > 1*mV', reset='v = 0*mV', method='exact')\n"

CASES = dict(part.split("\n", 1) for part in Path("tests/refused.txt").read_text().split("=== ")[1:])
"""Each: what the finding says, quotes, and would write instead; then the script, with marks on its lines."""
UNKNOWN = {
    "outside the table": ("G = NeuronGroup(1, 'v : 1')  # made\nG.v[0.5] = 1  # call", "G"),
    "an option": (
        "G = NeuronGroup(1, 'dv/dt = -v/ms : 1', method='euler', method_options={'a': 1})  # made\nrun(1*ms)  # call",
        "G",
    ),
}
OWN = {
    "index": "x = [1][2]",
    "name": "G = NeuronGroup(1, 'v : 1')\nG.v = vmax",
    "operation": "G = NeuronGroup(1, 'v : 1')\n@network_operation\ndef f():\n    {}['a']\nrun(1*ms)",
    "arrays": "np.ones(2) + np.ones(3)",
    "call": "def f(x):\n    pass\nf()",
    "file": "open('/no/such/file')",
}
HEALTHY = {
    "lif": PAIR + "S = Synapses(G, G, 'w : 1', on_pre='v_post += w')\nS.connect(p=0.5)\nM = SpikeMonitor(G)",
    "noise": "tau = 10*ms\nG = NeuronGroup(3, 'dv/dt = -v/tau + 0.1*xi*sqrt(2/tau) : 1', method='euler')\n"
    "P = PoissonInput(G, 'v', 9, 9*Hz, 0.1)",
    "gap": "G = NeuronGroup(2, '''dv/dt = (I - v)/ms : 1\nI : 1''', method='euler')\n"
    "S = Synapses(G, G, 'I_post = 0.1*(v_pre - v_post) : 1 (summed)')\nS.connect()",
}


pytestmark = pytest.mark.usefixtures("numpy_target")


def _played(body):
    """Return the source of a script, what it raised, and the finding."""
    source = f"from brian2 import *\n{body}\n"
    path = Path("script.py")
    names = {"__name__": "__main__"}
    try:
        exec(compile(source, str(path), "exec"), names)
    except Exception as error:
        return source, names, refusal(error, source, path)
    raise AssertionError("nothing was refused")


def _line(source, mark):
    return next((n for n, line in enumerate(source.splitlines(), 1) if line.endswith(f"# {mark}")), None)


@pytest.mark.parametrize("case", CASES)
def test_what_brian_refuses_is_told_with_object_line_statement_and_cure(case):
    head, _, body = CASES[case].partition("---\n")
    expected = [line.split(": ", 1) for line in head.splitlines()]
    source, _, finding = _played(body.strip())
    assert finding is not None
    assert (finding.kind, finding.level) == ("refused", "error")
    assert not finding.says.startswith("Brian2 refuses")
    evidence = "\n".join(finding.evidence)
    where = {"says": finding.says, "quotes": evidence, "write": finding.instead}
    assert {"says", "quotes"} <= {what for what, _ in expected}
    assert [text for what, text in expected if text not in where[what]] == []
    made, call = _line(source, "made"), _line(source, "call")
    assert made is None or re.search(rf"\(line {made}\)|\b[Oo]n line {made}\b", finding.says)
    assert call is None or re.search(rf"\b[Ll]ine {call}\b", f"{finding.says}\n{evidence}")


@pytest.mark.parametrize("case", UNKNOWN)
def test_what_the_table_does_not_know_is_told_without_a_cure(case):
    body, holder = UNKNOWN[case]
    source, _, finding = _played(body)
    assert finding.says.startswith(f"Brian2 refuses {holder} (line {_line(source, 'made')})")
    assert f"line {_line(source, 'call')}" in "\n".join(finding.evidence)
    assert not finding.instead


@pytest.mark.parametrize("case", OWN)
def test_what_the_users_own_code_raises_is_no_refusal(case):
    _, _, finding = _played(OWN[case])
    assert finding is None


@pytest.mark.parametrize("case", HEALTHY)
def test_a_network_that_begins_is_not_refused(case):
    names = {}
    exec(f"from brian2 import *\n{HEALTHY[case]}", names)
    objects = [names[name] for name in "GSMP" if name in names]
    assert tried(Subject(objects, names, 0.1)) is None
    assert all(made._network is None for made in objects)


def test_a_network_is_refused_before_it_is_run_and_stays_as_it_is():
    names = {}
    exec(f"from brian2 import *\n{VOLT}S = Synapses(G, G, 'w : 1', on_pre='v_post += w')\nS.connect()", names)
    finding = tried(Subject([names["G"], names["S"]], names, 0.1))
    assert finding.says.startswith("In S ")
    assert finding.instead == "w : volt"
    assert names["G"]._network is None


@pytest.mark.parametrize(
    ("body", "says", "line"),
    [
        ("G = NeuronGroup(1, 'dv/dt = -v/tau : 1')\nrun(1*ms)", "refuses this network: tau has no value", 3),
        ("G = NeuronGroup(1, 'v : volt')\nG.v = -70\nrun(1*ms)", "refuses this script: v of G (line 2)", 3),
        ("G = NeuronGroup(1, 'v : 1')\nn = Network(G)\nn.run(100)", "refuses this script: On line 4 the duration", 4),
    ],
)
def test_the_doctor_says_so_and_measures_nothing(tmp_path, body, says, line):
    path = tmp_path / "script.py"
    path.write_text(f"from brian2 import *\n{body}\n")
    diagnosis = examine_script(path)
    assert says in diagnosis.verdict.says
    assert [finding.kind for finding in diagnosis.errors] == ["refused"]
    assert f"line {line}" in "\n".join(diagnosis.errors[0].evidence)
    assert diagnosis.material is None
    assert says in str(diagnosis)


def test_what_is_refused_after_a_run_stands_beside_its_findings(tmp_path):
    path = tmp_path / "script.py"
    path.write_text("from brian2 import *\nG = NeuronGroup(1, 'v : 1')\nrun(1*ms)\nprint(G.vm)\n")
    diagnosis = examine_script(path)
    assert [finding.kind for finding in diagnosis.errors] == ["refused"]
    assert "After the first run Brian2 refuses the script: G (line 2)" in diagnosis.verdict.says
    assert diagnosis.material is not None


def test_each_row_of_the_table_says_what_it_means():
    assert len(TABLE) > 60
    assert all(row.pattern or row.error == "UnsupportedEquationsException" for row in TABLE)


def test_a_listing_finds_statements_and_where_names_get_their_value():
    listing = Listing("tau = 1\ndef f(a):\n    tau = a\nG.v = 'x'\nx = g(1,\n  b=2)\n")
    assert [(b.line, b.inside) for b in listing.bindings("tau")] == [(1, ""), (3, "f")]
    assert listing.find("tau=a") == 3
    assert listing.find("au = a") is None
    assert listing.assignments("G.v") == [4]
    assert listing.argument(5, "b") == "2"
    assert listing.target(6) == "x"
    assert listing.with_argument(4, "b", 0, "3") == ""
    assert Listing("%magic").bindings("x") == []
