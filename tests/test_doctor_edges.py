"""The doctor's checks at their edges: what is right and looks alike is no finding."""

import brian2 as b2
import pytest
from brian2 import Hz, ms, mV, pF

from pipeline.doctor import diagnose, watching

pytestmark = pytest.mark.usefixtures("numpy_target")

LIF = "dv/dt = (-65*mV - v + I)/(10*ms) : volt\nI : volt"


def _kinds(*objects, duration=5 * ms, **names):
    found = diagnose(b2.Network(*objects), duration=duration, namespace=names)
    return [finding.kind for finding in found.findings if finding.level != "note"]


def _cells(equations=LIF, n=3, **more):
    group = b2.NeuronGroup(
        n, equations, **({"threshold": "v > -50*mV", "reset": "v = -65*mV", "method": "euler"} | more)
    )
    group.v = -65 * mV
    return group


def _driven(group, on_pre, **more):
    source = b2.SpikeGeneratorGroup(1, [0], [1] * ms)
    synapses = b2.Synapses(source, group, on_pre=on_pre, **more)
    synapses.connect()
    return group, source, synapses


def test_synapses_that_lead_elsewhere_or_were_made_before_are_not_left_out():
    group, source, synapses = _driven(_cells(), "v += 1*mV")
    assert _kinds(group, source) == ["left_out"]
    assert _kinds(group) == []  # its source is not there
    b2.start_scope()
    assert _kinds(group, source) == []
    del synapses


@pytest.mark.parametrize(
    ("reset", "level"), [("v = -65*mV", ["never_decays"]), ("v = -65*mV; I = 0*mV", [])], ids=["kept", "reset"]
)
def test_input_that_something_resets_decays(reset, level):
    assert _kinds(*_driven(_cells(reset=reset), "I += 1*mV")) == level


def test_a_counter_that_no_equation_reads_may_grow():
    assert _kinds(*_driven(_cells(LIF + "\nn : 1"), "v += 1*mV; n += 1")) == []


@pytest.mark.parametrize(("tau_ms", "kinds"), [(0.051, []), (0.049, ["step_too_large"])])
def test_euler_is_stable_up_to_two_time_constants(tau_ms, kinds):
    cells = _cells("dv/dt = (-65*mV - v + g)/(10*ms) : volt\ndg/dt = -g/tau : volt")
    assert _kinds(*_driven(cells, "g += 100*mV"), tau=tau_ms * ms) == kinds


@pytest.mark.parametrize(("delay", "kinds"), [(99 * ms, ["silent"]), (101 * ms, ["late_delay", "silent"])])
def test_a_long_delay_is_a_warning_beyond_what_axons_have(delay, kinds):
    assert _kinds(*_driven(_cells(), "v += 1*mV", delay=delay), duration=200 * ms) == kinds


GATE = """
dv/dt = (10*nS*(-65*mV - v) + g*m*(40*mV - v) + 5*nS*(-80*mV - v))/(100*pF) : volt
dm/dt = {} : 1
g : siemens
"""


@pytest.mark.parametrize(
    ("rate", "kinds"),
    [
        ("exp(-(-40*mV - v)/(10*mV))/ms*(1 - m) - exp((-40*mV - v)/(10*mV))/ms*m", []),
        ("exp((-40*mV - v)/(10*mV))/ms*(1 - m) - exp(-(-40*mV - v)/(10*mV))/ms*m", []),
        # both rates rise, as the time constant falls, and the steady state rises all the same
        ("(1/(1 + exp(-(v + 40*mV)/(20*mV))) - m)/(1*ms*exp(-(v + 40*mV)/(15*mV)))", []),
        ("0.1*exp((v + 40*mV)/(9*mV))/ms*(1 - m) - 4/(1 + exp(-(v + 20*mV)/(5*mV)))/ms*m", ["gate_direction"]),
    ],
    ids=["opens", "closes", "time constant", "turned"],
)
def test_a_gate_opens_or_closes_with_v(rate, kinds):
    assert _kinds(_cells(GATE.format(rate), threshold="v > 0*mV", reset="", refractory="v > 0*mV")) == kinds


@pytest.mark.parametrize(("sign", "kinds"), [("-", []), ("", ["block_direction"])])
def test_a_magnesium_block_goes_with_depolarisation(sign, kinds):
    nmda = f"s*(0*mV - v)/(1 + exp({sign}0.062*v/mV)/3.57)"
    cells = _cells(f"dv/dt = (-65*mV - v + {nmda})/(10*ms) : volt\nds/dt = -s/(50*ms) : 1")
    assert _kinds(*_driven(cells, "s += 0.1")) == kinds


def test_a_receptor_that_rectifies_is_no_error():
    """Every excitatory conductance that depolarisation blocks was called a magnesium block upside down."""
    ampa = "g_ampa*(0*mV - v)/(1 + exp((v + 40*mV)/(10*mV)))"
    cells = _cells(f"dv/dt = (-65*mV - v + {ampa})/(10*ms) : volt\ndg_ampa/dt = -g_ampa/(3*ms) : 1")
    found = diagnose(b2.Network(*_driven(cells, "g_ampa += 0.1")), duration=5 * ms).findings
    assert [(one.kind, one.level) for one in found if one.level != "note"] == [("block_direction", "warning")]


@pytest.mark.parametrize(("depression", "kinds"), [(-0.01, []), (0.01, ["one_sided_plasticity"])])
def test_a_rule_that_strengthens_and_weakens_is_none_that_only_grows(depression, kinds):
    cells = _cells()
    source = b2.PoissonGroup(2, 100 * Hz)
    traces = "w : 1\nda/dt = -a/(20*ms) : 1 (event-driven)\ndb/dt = -b/(20*ms) : 1 (event-driven)"
    pre = "v_post += w*mV; a += 0.01; w = clip(w + b, 0, 1)"
    synapses = b2.Synapses(source, cells, traces, on_pre=pre, on_post="b += depression; w = clip(w + a, 0, 1)")
    synapses.connect()
    assert _kinds(cells, source, synapses, depression=depression) == kinds


def test_v_that_rests_at_zero_may_start_there():
    assert _kinds(b2.NeuronGroup(2, "dv/dt = -v/(10*ms) : volt", threshold="v > 15*mV", reset="v = 0*mV")) == []
    group = b2.NeuronGroup(2, LIF, threshold="v > -50*mV", reset="v = -65*mV", method="euler")
    assert _kinds(group) == ["forgotten_start"]


def test_sizes_are_told_in_units_that_people_use():
    cells = _cells("dv/dt = (10*nS*(-65*mV - v) + g*(0*mV - v))/C : volt\ndg/dt = -g/(5*ms) : siemens")
    found = diagnose(b2.Network(*_driven(cells, "g += 2*nS")), duration=5 * ms, namespace={"C": 100 * pF})
    assert (found.charges[0].jump, found.charges[0].unit) == (pytest.approx(2), "nS")


def test_constants_of_a_group_that_is_gone_are_not_those_of_another_of_its_name():
    with watching():
        tau = 5 * ms
        gone = b2.NeuronGroup(1, "dv/dt = -v/tau : volt", method="exact", name="cells")
    del gone, tau
    cells = b2.NeuronGroup(1, "dv/dt = -v/tau : volt", method="exact", name="cells")
    assert _kinds(cells, tau=10 * ms) == []


@pytest.mark.parametrize("slope", [2 * mV, 0.5 * mV], ids=str)
def test_an_event_is_measured_beside_an_exponential_of_v(slope):
    """At 0 V exp((v - V_T)/slope) is 1e10 or more: v escapes, and differences of dv/dt lose all digits of the event."""
    cells = _cells(
        "dv/dt = (10*nS*(-65*mV - v) + 10*nS*slope*exp((v + 50*mV)/slope) + g*(0*mV - v))/(150*pF) : volt\n"
        "dg/dt = -g/(5*ms) : siemens",
        threshold="v > 0*mV",
    )
    _, source, synapses = _driven(cells, "g += 1*nS")
    network = b2.Network(cells, source, synapses)
    found = diagnose(network, duration=5 * ms, namespace={"slope": slope})
    (event,) = found.material.events
    assert event.rest_v == pytest.approx(-0.065, abs=1e-4)
    assert event.at_rest == pytest.approx(1e-9 * 5e-3 * 0.065 / 150e-12, rel=0.01)
    assert event.zero_v == pytest.approx(0, abs=1e-6)
    assert [finding.kind for finding in found.findings if finding.level != "note"] == []


@pytest.mark.parametrize(("rate", "kinds"), [("alpha + beta", []), ("alpha - 9*beta", ["gate_direction"])])
def test_a_gate_with_a_negative_time_constant_runs_away(rate, kinds):
    model = f"""dv/dt = (-65*mV - v + 30*mV*h)/(10*ms) : volt
dh/dt = (0.6 - h)*({rate}) : 1
alpha = 0.07*exp(-(v + 58*mV)/(20*mV))/ms : Hz
beta = 1/(exp(-(v + 28*mV)/(10*mV)) + 1)/ms : Hz"""
    assert _kinds(_cells(model, method="euler")) == kinds


@pytest.mark.parametrize(
    ("force", "kinds"), [("0*mV - v", []), ("E - V_r", ["fixed_force"]), ("E - v", []), ("20*mV", [])]
)
def test_a_conductance_has_a_driving_force_with_v(force, kinds):
    cells = _cells(f"dv/dt = (-65*mV - v + g*({force}))/(10*ms) : volt\ndg/dt = -g/(5*ms) : 1")
    assert _kinds(*_driven(cells, "g += 0.05"), E=0 * mV, V_r=-65 * mV) == kinds


@pytest.mark.parametrize(("scale", "kinds"), [("1", []), ("1e-9", ["idle_term"])])
def test_an_input_a_billion_times_too_small_is_told_of_a_silent_neuron(scale, kinds):
    cells = _cells(f"dv/dt = (-65*mV - v + {scale}*I)/(10*ms) : volt\nI : volt")
    cells.I = 10 * mV
    assert [kind for kind in _kinds(cells) if kind != "silent"] == kinds


def test_a_rule_that_is_switched_off_is_none_that_sees_no_pairs():
    cells = _cells()
    source = b2.PoissonGroup(2, 100 * Hz)
    traces = (
        "w : 1\non : boolean (shared)\nda/dt = -a/(20*ms) : 1 (event-driven)\ndb/dt = -b/(20*ms) : 1 (event-driven)"
    )
    pre = "v_post += w*mV; a += 0.01; w = clip(w + int(on)*b, 0, 1)"
    synapses = b2.Synapses(source, cells, traces, on_pre=pre, on_post="b -= 0.01; w = clip(w + int(on)*a, 0, 1)")
    synapses.connect()
    synapses.w = 0.5
    synapses.on = False
    assert _kinds(cells, source, synapses) == []


def test_a_network_of_a_standalone_program_is_not_called_healthy():
    """Catches `diagnose` that finds nothing wrong since nothing ran: a program's objects have no values yet."""
    b2.set_device("cpp_standalone", build_on_run=False)
    try:
        found = diagnose(b2.Network(_cells("dv/dt = 80*volt/(10*ms) : volt")), duration=5 * ms)
    finally:
        b2.set_device("runtime")
    assert found.exit_code == 2
    assert "standalone program" in str(found)
