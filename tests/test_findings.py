"""What is said of small networks, each with one fault or with what looks like it and is none."""

import pytest
from conftest import watched
from diagnosed import findings_of

from pipeline.doctor.findings.finding import Finding, without_consequences
from pipeline.doctor.instruments.census import census
from pipeline.doctor.intake.kinds import kind_of

pytestmark = pytest.mark.usefixtures("numpy_target")


LIF = """
G = NeuronGroup({n}, 'dv/dt = (I - v)/(10*ms) : 1\\nI : 1', threshold='v > 1', reset='{reset}', method='euler')
G.I = {drive}
"""


def _lif(n=10, reset="v = 0", drive=2):
    return LIF.format(n=n, reset=reset, drive=drive)


def _driven(events):
    """Return a group that another drives through a decaying variable, by synapses with such events."""
    cells = _lif().replace("(I - v)", "(I + s - v)").replace("I : 1'", "I : 1\\nds/dt = -s/(5*ms) : 1'")
    return cells + f"P = PoissonGroup(10, 50*Hz)\nS = Synapses(P, G, {events})\nS.connect()"


@pytest.mark.parametrize(
    ("text", "kind", "words"),
    [
        (_lif().replace("G.I = 2", ""), "never_set", "I of G is 0"),
        (_lif(reset="v = 1.5"), "reset_above", "1.5 against 1"),
        (_lif(drive=0.02), "weak_input", "G.I 1000 times larger"),
        (
            _lif() + "P = PoissonGroup(5, 20*kHz)\nS = Synapses(P, G, on_pre='v += 0.1')\nS.connect()",
            "crowded_input",
            "2 a step",
        ),
        (
            _lif(40) + "S = Synapses(G, G, 'w : 1', on_pre='v += w')\nS.connect()\nS.w = '0.001*(1 - 2*int(j > 19))'",
            "wrong_way_round",
            "w of S",
        ),
        (
            _lif(40) + "S = Synapses(G, G, on_pre='v += 0.01')\nS.connect(i=arange(20), j=arange(20))",
            "unconnected",
            "20 to 39",
        ),
        (
            "K = 20\n" + _lif() + "S = Synapses(G, G, on_pre='v += 0.01')\nS.connect('i != j', p='K/N_pre')",
            "improbable",
            "probability of 2:",
        ),
        (
            _lif() + "P = PoissonGroup(30, 5*Hz)\nS = Synapses(P, G, on_pre='v += 2')\nS.connect()",
            "strong_inputs",
            "from its reset, and each has 30",
        ),
        (_driven("on_post='s += 0.1'"), "deaf", "at spikes of G"),
        (_driven("on_pre='s_post = 0.1'"), "replaced_input", "10 such synapses"),
        (
            _driven("on_pre='s += 0.1'") + "\nS.delay = '1*ms - 2*ms*int(rand() < 0.5)'",
            "negative_delay",
            "down to -1 ms",
        ),
        (_lif().replace("reset=", "refractory='v > 2', reset="), "never_refractory", "to 0"),
        (_lif(reset="I = 2"), "spike_counting", "does not set v"),
        (_lif() + "P = PoissonInput(G, 'v', 100, 5*kHz, 0.0001)", "crowded_input", "100 sources"),
        (
            _lif()
            + "S = Synapses(G, G, on_pre={'up': 'I += 0.1', 'down': 'I -= 0.1'}, delay={'up': 3*ms, 'down': 1*ms})\n"
            "S.connect(j='i')",
            "reversed_pulse",
            "after 3 ms",
        ),
        (
            "C = 100*pF\nG = NeuronGroup(5, '''dv/dt = (10*nS*(-70*mV - v) + g*(-90*mV - v) + 300*pA)/C : volt\n"
            "dg/dt = -g/(100*ms) : siemens''', threshold='v > -50*mV', reset='v = -60*mV; g += 1e-17*siemens', "
            "method='euler')\n"
            "G.v = -70*mV",
            "idle_term",
            "does nothing in G",
        ),
        (
            "G = NeuronGroup(10, 'dr/dt = (-r + I)/(5*ms) : 1\\nI : 1', method='euler')\nG.r = 1\n"
            "S = Synapses(G, G, '''w : 1\nI_post = w*r_pre : 1 (summed)''')\nS.connect()\nS.w = 2",
            "loop_gain",
            "sums 10 of its synapses",
        ),
    ],
    ids=[
        "never set",
        "reset",
        "weak",
        "crowded",
        "transposed",
        "lonely",
        "improbable",
        "strong",
        "deaf",
        "replaced",
        "before",
        "never refractory",
        "stays above",
        "twice",
        "pulse",
        "idle",
        "loop",
    ],
)
def test_the_fault_is_told_with_its_numbers(text, kind, words):
    told = findings_of(text, 0.4 if kind == "loop_gain" else 0.1)
    assert kind in told, list(told)
    assert words in " ".join([told[kind].says, *told[kind].evidence])


@pytest.mark.parametrize(
    "text",
    [
        _lif(),
        _lif() + "P = PoissonGroup(5, 500*Hz)\nS = Synapses(P, G, on_pre='v += 0.1')\nS.connect()",
        _lif(40) + "S = Synapses(G, G, 'w : 1', on_pre='v += w')\nS.connect()\nS.w = '0.001*(1 - 2*int(i > 19))'",
        _lif()
        + "S = Synapses(G, G, on_pre={'up': 'I += 0.1', 'down': 'I -= 0.1'}, delay={'up': 1*ms, 'down': 3*ms})\n"
        + "S.connect(j='i')",
        _lif()
        + "R = Synapses(G, G, 'dx/dt = -x/(9*ms) : 1 (event-driven)', on_pre='x += 1')\n"
        + "R.connect(j='i')\nprint(R.x[:1])",
        _lif() + "S = Synapses(G, G, on_pre='v += 0.01')\nS.connect(p='1.5*exp(-(i - j)**2/4.0)')",
        _driven("'w : 1', on_pre='s += 0.01*w', on_post='w = clip(w + 0.001, 0, 1)'") + "\nS.w = 0.5",
        _driven("on_pre='s_post = s_post + 0.01*(1 - s_post)'"),
        _driven("on_pre='s += 0.01'") + "\nS.delay = '2*ms*rand()'",
        _lif().replace("reset=", "refractory='v < 0.2', reset="),
        _lif() + "P = PoissonInput(G, 'v', 1, 5*kHz, 0.0001)",
    ],
    ids=["plain", "poisson", "Dale", "pulse", "a rule that is looked at", "a profile that is cut at 1",
         "a rule of both", "saturating", "drawn delays", "refractory below", "many sources as one"],
)  # fmt: skip
def test_what_is_right_and_looks_alike_is_not_told(text):
    assert findings_of(text) == {}


def test_what_a_finding_explains_is_not_told_beside_it():
    def made(kind):
        return Finding(kind, "warning", "")

    kept = without_consequences([made("spike_counting"), made("too_fast"), made("input_ends")])
    assert [finding.kind for finding in kept] == ["spike_counting", "input_ends"]


def test_a_warning_explains_no_error():
    """Catches an upstroke that overflows while a neuron is refractory, hidden behind the warning that rest is far."""
    rest, held = Finding("rest_beyond", "warning", ""), Finding("refractory_not_held", "error", "")
    assert without_consequences([held, rest]) == [held, rest]
    assert without_consequences([Finding("refractory_not_held", "warning", ""), rest]) == [rest]


def test_a_variable_that_is_linked_to_an_expression_stops_nobody():
    """Catches a look for values where there are none."""
    subject = watched(
        """
    A = NeuronGroup(1, 'dx/dt = -x/ms : 1\\ny = 2*x : 1')
    B = NeuronGroup(3, 'dv/dt = (z - v)/ms : 1\\nz : 1 (linked)')
    B.z = linked_var(A, 'y', index=zeros(3, dtype=int))
    """,
        0.1,
    )
    assert census(subject).unset == []
    assert kind_of(subject.objects, subject.namespace, 0.0, 0.1).like(kind_of(subject.objects, {}, 0.0, 0.1)) in (
        True,
        False,
    )


def test_a_run_whose_generator_sends_nothing_is_another():
    subject = watched("S = SpikeGeneratorGroup(1, [0, 0], [1, 2]*ms)", 0.1)
    sending, silent = (kind_of(subject.objects, {}, start_s, 0.1) for start_s in (0.0, 0.2))
    assert not sending.like(silent)
