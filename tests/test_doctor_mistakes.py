"""Mistakes that the measurements hold, and that the doctor says: each beside what looks like it and is none."""

import brian2 as b2
import pytest
from diagnosed import findings_of

pytestmark = pytest.mark.usefixtures("numpy_target")


@pytest.mark.parametrize(("onto", "told"), [("ge", True), ("gi", False)], ids=["copied", "right"])
def test_a_state_that_nothing_moves_from_zero_is_told(onto, told):
    """Catches an inhibitory projection that adds to ge, as the other does: gi, which dv/dt reads, is 0 all along."""
    text = f"""
    G = NeuronGroup(10, '''dv/dt = (-60*mV - v + ge*(0*mV - v) + gi*(-80*mV - v))/(20*ms) : volt
    dge/dt = -ge/(5*ms) : 1
    dgi/dt = -gi/(9*ms) : 1''', threshold='v > -50*mV', reset='v = -60*mV', method='euler')
    G.v = -60*mV
    P = PoissonGroup(20, 50*Hz)
    E = Synapses(P, G, on_pre='ge_post += 0.2')
    E.connect()
    I = Synapses(G, G, on_pre='{onto}_post += 0.2')
    I.connect(p=0.5)
    """
    told_of = findings_of(text)
    assert ("never_set" in told_of) is told
    if told:
        assert told_of["never_set"].says.startswith("gi of G stays 0")


MORRIS_LECAR = """
defaultclock.dt = 0.05*ms
G = NeuronGroup(10, '''dv/dt = (-2*(v + 60) - 4.4*m*(v - 120) - 8*w*(v + 84) + 100)/(20*ms) : 1
dw/dt = 0.04*(n - w)*cosh((v - 2)/60)/ms : 1
m = 0.5*(1 + tanh((v + 1.2)/18)) : 1
n = 0.5*(1 + tanh((v - 2)/30)) : 1''', threshold='v > 0', refractory={refractory}, method='rk4')
G.v = '-60 + 20*rand()'
"""


@pytest.mark.parametrize(("refractory", "told"), [("2*ms", True), ("'v > 0'", False)])
def test_spikes_are_counted_against_crossings_of_the_threshold(refractory, told):
    """Catches spikes of 10 ms that count once in each 2 ms: 692 spikes for 60 action potentials, without a word."""
    assert ("spike_counting" in findings_of(MORRIS_LECAR.format(refractory=refractory), 0.4)) is told


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("G.I = 1.1 + 0.3*rand()", True),
        ("G.I = '1.1 + 0.3*rand()'", False),
        ("G.I = 1.1 + 0.3*rand(10)", False),
        ("G.I = '1.5*sin(2*pi*8*Hz*t)'", True),
        ("for k in range(10): G.I[k] = 1.1 + 0.3*rand()", False),
        ("G.run_regularly('I = 1.5*sin(2*pi*8*Hz*t)')", False),
    ],
)
def test_what_is_set_once_for_all_neurons_or_for_all_times_is_told(line, told):
    """Catches one random number for 200 neurons, which fire in lock-step, and a sine of t that is 0 for ever."""
    text = f"""
    G = NeuronGroup(10, 'dv/dt = (I - v)/(10*ms) : 1\\nI : 1', threshold='v > 1', reset='v = 0', method='euler')
    {line}
    """
    assert ("set_once" in findings_of(text)) is told


DEPRESSING = """
P = PoissonGroup(20, 20*Hz)
G = NeuronGroup(3, 'dv/dt = (1.1 - v)/(10*ms) : 1', threshold='v > 1', reset='v = 0', method='exact')
S = Synapses(P, G, 'dx/dt = (1 - x)/(800*ms) : 1 (event-driven)', on_pre='{rule}')
S.connect()
{start}
"""


@pytest.mark.parametrize(
    ("rule", "start", "told"),
    [
        ("v_post += 0.3*x; x -= 0.5*x", "", True),
        ("v_post += 0.3*x; x -= 0.5*x", "S.x = 1", False),
        ("x += 0.5*(1 - x); v_post += 0.3*x", "", False),
    ],
    ids=["empty", "full", "filled by the event"],
)
def test_resources_that_start_at_zero_are_told(rule, start, told):
    """Catches a depressing synapse that hands on nothing at first: its event was called one without effect."""
    assert ("never_set" in findings_of(DEPRESSING.format(rule=rule, start=start))) is told


def test_a_run_before_does_not_fill_them():
    """Catches events tried at the time at which a run of another network ended: x had grown meanwhile."""
    b2.Network(b2.NeuronGroup(1, "v : 1")).run(2 * b2.second)
    assert "never_set" in findings_of(DEPRESSING.format(rule="v_post += 0.3*x; x -= 0.5*x", start=""))


ADAPTING = """
G = NeuronGroup(5, '''dv/dt = (1.2 - v {sign} w + x)/(10*ms) : 1 (unless refractory)
dw/dt = -w/(100*ms) : 1
dx/dt = -x/(5*ms) : 1{flag}''', threshold='v > 1', reset='v = 0; w += 0.02', refractory=3*ms, method='euler')
P = PoissonGroup(20, 50*Hz)
S = Synapses(P, G, on_pre='x_post += 0.05')
S.connect()
"""


@pytest.mark.parametrize(
    ("sign", "flag", "kinds"),
    [("-", "", []), ("+", "", ["self_excitation"]), ("-", " (unless refractory)", ["events_while_refractory"])],
    ids=["right", "sign of the adaptation", "held input"],
)
def test_what_a_spike_does_to_its_own_neuron(sign, flag, kinds):
    """Catches adaptation that excites (w += b with + w in dv/dt), and synaptic input that is lost in 3 ms a spike."""
    assert [kind for kind in findings_of(ADAPTING.format(sign=sign, flag=flag)) if kind != "depends_on_step"] == kinds


@pytest.mark.parametrize(("flag", "told"), [("", True), (" (unless refractory)", False)], ids=["goes on", "held"])
def test_v_that_climbs_while_refractory_is_told(flag, told):
    """Catches neurons that fire the moment they may, each 20 ms, since v is not held while they are refractory."""
    text = f"""
    G = NeuronGroup(5, 'dv/dt = (1.5 - v)/(10*ms) : 1{flag}', threshold='v > 1', reset='v = 0', refractory=20*ms,
                    method='exact')
    """
    assert ("refractory_not_held" in findings_of(text)) is told
