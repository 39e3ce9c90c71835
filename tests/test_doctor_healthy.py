"""Healthy scripts that a finding was wrong about: what is ordinary in the field is no fault."""

import brian2 as b2
import numpy as np
import pytest
from brian2 import ms, mV
from conftest import watched
from diagnosed import findings_of

from pipeline.doctor.diagnosis import examine
from pipeline.doctor.findings.dependence import WHITE

pytestmark = pytest.mark.usefixtures("numpy_target")


BRUNEL = """
tau, Vt, Vr = 20*ms, 20*mV, 10*mV
eqs = 'dv/dt = (mu - v)/tau : volt (unless refractory)'
mu = 19.75*mV
exc = NeuronGroup(100, eqs, threshold='v > Vt', reset='v = Vr', refractory=2*ms, method='exact')
inh = NeuronGroup(30, eqs, threshold='v > Vt', reset='v = Vr', refractory=2*ms, method='exact')
exc.v = 'rand()*Vt'
inh.v = 'rand()*Vt'
P = PoissonGroup(100, 8*Hz)
ext_inh = Synapses(P, inh, on_pre='v_post += 0.35*mV')
ext_inh.connect(p=0.3)
EE = Synapses(exc, exc, on_pre='v_post += 0.35*mV', delay=1.5*ms)
EE.connect(p=0.3)
IE = Synapses(inh, exc, on_pre='v_post -= 1.75*mV', delay=1.5*ms)
IE.connect(p=0.1)
"""


def test_the_name_of_a_projection_tells_no_sign():
    """Catches an error for ext_inh (input to inh) and IE (read as Ie): 2 events that are right, 'of the wrong sign'."""
    assert "event_sign" not in findings_of(BRUNEL)


@pytest.mark.parametrize(("event", "level"), [("w*(1 + m)", None), ("w*m", "error")], ids=["modulator", "factor"])
def test_synapses_do_nothing_only_if_their_events_are_zero(event, level):
    """Catches the error 'm of S is 0 ... These synapses do nothing' where an event moves v by 0.1 all the same."""
    told = findings_of(
        f"""
    P = PoissonGroup(20, 50*Hz)
    G = NeuronGroup(3, 'dv/dt = (1.5 - v)/(10*ms) : 1', threshold='v > 1', reset='v = 0', method='exact')
    S = Synapses(P, G, 'w : 1\\nm : 1', on_pre='v_post += {event}')
    S.connect()
    S.w = 0.1
    """
    )
    assert (told["never_set"].level if "never_set" in told else None) == level


WINDOW = """
G = NeuronGroup(3, '''dv/dt = (-65*mV - v + 0.2*a*b*(50*mV - v))/(10*ms) : volt
a = 1/(1 + exp(-(v + 55*mV)/(6*mV))) : 1
b = 1/(1 + exp((v + 50*mV)/(7*mV))) : 1''', threshold='v > -50*mV', reset='v = -65*mV', method='euler')
G.v = -65*mV
"""


def test_a_window_current_is_no_magnesium_block():
    """Catches 'the magnesium block is upside down' for a persistent sodium current, in a script without synapses."""
    assert "block_direction" not in findings_of(WINDOW)


DEGREE = """
K_d, K, g = 2.0, 20, 25
P = PoissonGroup(200, 5*Hz)
G = NeuronGroup(40, 'dv/dt = (1.5 - v)/(10*ms) : 1\\nCa : 1', threshold='v > 1', reset='v = 0', method='exact')
G.Ca = 1
S = Synapses(P, G, 'w : 1', on_pre='v_post += {event}')
S.connect(p=0.2)
S.w = {weight}
"""


@pytest.mark.parametrize(
    ("event", "weight", "told"),
    [
        ("w*Ca_post/(Ca_post + K_d)", "0.01", False),  # Hill
        ("w/K + 0.001", "0.01", False),  # not the whole weight
        ("w", "0.1/200", False),  # the size of a population
        ("w", "0.1/sqrt(K)", True),
        ("w/g", "0.1", True),  # whatever its name
    ],
)
def test_a_declared_in_degree_divides_the_whole_weight_and_may_be_one(event, weight, told):
    """Catches K_d = 2 of a Hill function taken for the in-degree that the weights assume, against 101 built."""
    assert ("in_degree" in findings_of(DEGREE.format(event=event, weight=weight))) is told


@pytest.mark.parametrize(
    ("delay", "told"), [("1.5*ms + 0.5*ms*rand()", False), ("0.01*ms + 0.03*ms*rand()", True)], ids=["kept", "lost"]
)
def test_rounding_is_told_of_delays_that_collapse_and_by_a_name_that_the_script_has(delay, told):
    """Catches 'The delay of synapses_1, 1.503 ms, becomes 1.503 ms', the mean of drawn delays, in 9 projections."""
    text = f"""
    G = NeuronGroup(40, 'dv/dt = (1.5 - v)/(10*ms) : 1', threshold='v > 1', reset='v = 0', method='exact')
    all = {{'recurrent': Synapses(G, G, on_pre='v_post += 0.001')}}
    all['recurrent'].connect(p=0.2)
    all['recurrent'].delay = '{delay}'
    """
    subject = watched(text, 0.05)
    subject.objects.append(subject.namespace["all"]["recurrent"])
    rounding = [f for f in examine(subject).findings if f.kind == "delay_rounding"]
    assert bool(rounding) is told
    assert all("The delay of all['recurrent'], " in finding.says for finding in rounding)


OWN_REST = """
pulse = TimedArray({pulse}*nA, dt=20*ms)
G = NeuronGroup(10, '''dv/dt = (EL - v + 100*Mohm*(0.3*pulse(t) + Ib))/(15*ms) : volt (unless refractory)
EL : volt (constant)
Ib : amp (constant)''', threshold='v > -50*mV', reset='v = -65*mV', refractory=3*ms, method='euler')
G.EL = '{rest}'
G.Ib = '{bias}'
G.v = -68*mV
"""


@pytest.mark.parametrize(
    ("rest", "bias", "told"),
    [
        ("-68*mV + 3*mV*rand()", "50*pA*rand()", False),
        ("-68*mV", "1*nA", False),  # driven far, but by input
        ("0*mV", "0*pA", True),
    ],
)
def test_a_reversal_potential_of_each_neuron_is_no_input(rest, bias, told):
    """Catches 'v goes to 0 mV without input: two scales are mixed', since EL : volt counted as an input and was 0."""
    assert ("rest_beyond" in findings_of(OWN_REST.format(pulse="[0, 1, 0]", rest=rest, bias=bias))) is told


@pytest.mark.parametrize(("pulse", "told"), [("[0, 1, 0]", False), ("[0, 1, 2]", True)], ids=["over", "held"])
def test_a_pulse_that_is_over_does_not_end_early(pulse, told):
    """Catches the advice to stretch a pulse of 100 ms, [0, 1, 0], over a run of 800 ms."""
    assert ("input_ends" in findings_of(OWN_REST.format(pulse=pulse, rest="-68*mV", bias="0*pA"), 0.2)) is told


@pytest.mark.parametrize(("weight", "told"), [("0.35*mV", False), ("11*mV", True)])
def test_one_event_fires_a_neuron_only_if_it_spans_reset_to_threshold(weight, told):
    """Catches 'one event fires a neuron from rest' for 0.35 mV, where a bias holds rest 0.25 mV below threshold."""
    assert ("strong_inputs" in findings_of(BRUNEL.replace("+= 0.35*mV", f"+= {weight}"), 0.05)) is told


def test_noise_that_is_advised_is_taken_by_brian2():
    """Catches sigma*sqrt(2*tau)*xi, which Brian2 refuses beside (E - v)/tau with a DimensionMismatchError."""
    names = {"tau": 10 * ms, "sigma": 2 * mV, "E": -65 * mV}
    group = b2.NeuronGroup(1000, f"dv/dt = (E - v)/tau + {WHITE} : volt", method="euler", namespace=names)
    group.v = -65 * mV
    b2.Network(group).run(100 * ms)
    assert float(np.std(group.v / mV)) == pytest.approx(2, rel=0.1)


SLOW_NOISE = """
G = NeuronGroup(60, 'dv/dt = (1.3 + I - v)/(10*ms) : 1\\nI : 1', threshold='v > 1.5', reset='v = 0', method='euler')
G.run_regularly('I = 3*randn()'{clock})
"""


@pytest.mark.parametrize(("clock", "told"), [("", True), (", dt=1*ms", False)], ids=["each step", "each ms"])
def test_noise_hangs_on_the_step_only_where_it_is_drawn_in_each(clock, told):
    """Catches noise that is drawn once a millisecond, whatever the step is, told to hang on it."""
    assert ("noise_per_step" in findings_of(SLOW_NOISE.format(clock=clock), 0.5)) is told


HODGKIN_HUXLEY = """
P = PoissonGroup(5, 20*Hz)
G = NeuronGroup(3, '''dv/dt = (I_inj - 120*nS*m**3*h*(v - 50*mV) - 36*nS*n**4*(v + 77*mV) - gl*(v + {leak}*mV)
 - g*v)/(1*pF) : volt
dm/dt = 1/exprel(-(v + 40*mV)/(10*mV))/ms*(1 - m) - 4*exp(-(v + 65*mV)/(18*mV))/ms*m : 1
dh/dt = 0.07*exp(-(v + 65*mV)/(20*mV))/ms*(1 - h) - 1/(1 + exp(-(v + 35*mV)/(10*mV)))/ms*h : 1
dn/dt = 0.1/exprel(-(v + 55*mV)/(10*mV))/ms*(1 - n) - 0.125*exp(-(v + 65*mV)/(80*mV))/ms*n : 1
dg/dt = -g/(5*ms) : siemens
gl : siemens
I_inj : amp''', threshold='v > 0*mV', refractory='v > 0*mV', method='exponential_euler')
G.gl = 0.3*nS
G.I_inj = {current}*pA
G.v = -65*mV; G.h = 0.6; G.m = 0.05; G.n = 0.3
S = Synapses(P, G, on_pre='g_post += 0.1*nS')
S.connect()
"""


@pytest.mark.parametrize(
    ("leak", "current", "told"), [(54, 10, False), (10, 0, True)], ids=["by an injected current", "by its leak"]
)
def test_a_neuron_fires_alone_only_if_no_current_is_injected(leak, current, told):
    """Catches 'fires without any input' of neurons whose I_inj the script sets."""
    text = "defaultclock.dt = 0.025*ms\n" + HODGKIN_HUXLEY.format(leak=leak, current=current)
    assert ("fires_alone" in findings_of(text, 0.1)) is told


CELLS = """
P = PoissonGroup(5, 40*Hz)
B = NeuronGroup(8, '''dv/dt = (-60*mV - v)/(10*ms) - g*(v + 10*mV)/(100*pF) : volt
dg/dt = -g/(5*ms) : siemens
t_last : second''', threshold='v > -50*mV', reset='v = -60*mV; t_last = t', method='euler')
B.v = -60*mV
B.t_last = -inf*second
"""
ORDINARY = {
    "a matrix of conductances in the right order": """
W = np.random.rand(8, 5)
S = Synapses(P, B, 'w : siemens', on_pre='g_post += w')
S.connect()
S.w = W.T.flatten()*0.1*nS""",
    "weights that are 0 for some on purpose": """
S = Synapses(P, B, 'w : siemens', on_pre='g_post += w')
S.connect()
S.w = 'int(i < 3)*0.1*nS'""",
    "release by chance": """
S = Synapses(B, B, on_pre='v_post += 0.1*mV*int(rand() < 0.5)')
S.connect(p=0.5)""",
    "homeostasis, and what decays in a million seconds": """
H = NeuronGroup(4, '''dr/dt = -r/(50*ms) : Hz
da/dt = 0.5*a*(5*Hz - r)/(5*Hz)/second : 1
dtheta/dt = -theta/(1e6*second) : 1
dv/dt = (a*0.5 + theta - v)/(10*ms) : 1''', threshold='v > 1', reset='v = 0', method='euler')
H.a = 1
H.theta = 0.1
S = Synapses(P, H, on_pre='r_post += 2*Hz')
S.connect()""",
    "events that are counted in each step": """
K = NeuronGroup(3, '''n : 1
rate : Hz''')
K.run_regularly('''rate = n/dt
n = 0''', when='end')
S = Synapses(P, K, on_pre='n_post += 1')
S.connect()
M = StateMonitor(K, 'rate', record=True)""",
    "a rate model": """
R = NeuronGroup(10, 'dr/dt = (100*Hz - r)/(10*ms) : Hz', threshold='rand() < r*dt', method='euler')""",
    "a pulse that later events take back": """
C = NeuronGroup(3, '''dv/dt = (I - v)/(10*ms) : volt
I : volt''', threshold='v > 50*mV', reset='v = 0*mV', method='euler')
on = Synapses(P, C, on_pre='I_post += 8*mV')
on.connect()
off = Synapses(P, C, on_pre='I_post -= 8*mV', delay=5*ms)
off.connect()""",
}


@pytest.mark.parametrize("text", ORDINARY.values(), ids=ORDINARY.keys())
def test_what_is_ordinary_is_no_error(text):
    """Catches errors on healthy networks that a reader of the doctor found, each certain and each wrong."""
    told = findings_of(CELLS + text)
    assert not [kind for kind, finding in told.items() if finding.level == "error"], told
    assert "event_presynaptic" not in told


def test_equations_that_take_all_neurons_at_once_are_left_out():
    """Catches a diagnosis that ended at a function of the whole group."""
    text = """
    W = np.eye(20)
    @check_units(s=1, result=1)
    def mixed(s):
        return W @ s
    G = NeuronGroup(20, 'dv/dt = (mixed(v) - 2*v)/(10*ms) : 1', threshold='v > 1', reset='v = 0', method='euler')
    """
    assert not [f for f in examine(watched(text, 0.02)).findings if f.level == "error"]
