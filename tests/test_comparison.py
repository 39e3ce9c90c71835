"""The doctor against our network: a right network of this paper has no deviation, a wrong one those that it has."""

import math

import brian2 as b2
import numpy as np
import pytest

from pipeline.doctor import diagnose
from pipeline.doctor.comparison import Comparison, NotComparableError, compare
from pipeline.doctor.contrast import section, text
from pipeline.doctor.deviation import Deviation
from pipeline.doctor.dynamics import Dynamics
from pipeline.doctor.effects import ALL, Effect, effects
from pipeline.doctor.kinetics import neuron
from tests import barrel

SIZES = {f"number of {name} neurons" for name in "TEI"}


@pytest.fixture(scope="module", autouse=True)
def _numpy():
    """Nothing of these networks is worth compiling."""
    before = b2.prefs.codegen.target
    b2.prefs.codegen.target = "numpy"
    yield
    b2.prefs.codegen.target = before


def _material(**faults):
    b2.start_scope()
    b2.seed(1)
    np.random.seed(1)
    network, groups = barrel.make(**faults)
    return diagnose(network, duration=2 * b2.ms, namespace={**vars(barrel), **groups}).material


@pytest.fixture(scope="module")
def right(model):
    return compare(_material(), model)


@pytest.fixture(scope="module")
def wrong(model):
    return compare(_material(leak_i=0.05, half_m=35, degree_it=95, delay_ei=0.5, charge=2.5), model)


def test_a_right_network_deviates_in_nothing_but_its_size_and_integrator(right):
    """Written with other units, names and forms: none of these is a deviation."""
    assert right.groups == {"T": "T", "E": "E", "I": "I"}
    assert {deviation.what for deviation in right.deviations} == SIZES | {"integrator"}


def test_each_fault_is_found_as_the_knobs_that_make_it(wrong, model):
    found = {deviation.what: deviation for deviation in wrong.deviations}
    charges = {f"{arrow}: charge of an event (jump x tau), times ours" for arrow in
               ("E<-T", "E<-E", "E<-I", "I<-T", "I<-E", "I<-I")}  # fmt: skip
    others = {"leak conductance of I", "kinetics of the gates", "I<-T: synapses a neuron", "E<-I: delay", "integrator"}
    assert set(found) == SIZES | charges | others
    assert found["leak conductance of I"].knobs == pytest.approx({"gL_I": 0.05})
    assert found["kinetics of the gates"].knobs["V_alpha_m"] == pytest.approx(-35, abs=0.1)
    assert found["kinetics of the gates"].knobs["k_beta_m"] == pytest.approx(18, abs=0.1)
    assert found["E<-I: delay"].knobs == pytest.approx({"delay_EI": 0.5})
    degree = found["I<-T: synapses a neuron"].knobs
    assert degree["K_IT"] == pytest.approx(95, rel=0.03)
    assert degree["g_IT"] / degree["K_IT"] ** 0.5 == pytest.approx(0.2 / 75**0.5)  # each synapse as strong as ours
    assert found["E<-I: charge of an event (jump x tau), times ours"].knobs["g_EI"] == pytest.approx(
        2.5 * 0.7, rel=0.01
    )


def test_jumps_that_are_not_divided_by_tau_are_one_mistake(model):
    """2 and 3 ms are missing in the denominators: six charges, one deviation."""
    b2.start_scope()
    network, groups = barrel.make()
    for made in network.objects:
        if isinstance(made, b2.Synapses):
            made.w_ = made.w_[:] * (3 if made.source.name == groups["I"].name else 2)
    found = compare(diagnose(network, duration=2 * b2.ms, namespace={**vars(barrel), **groups}).material, model)
    charge = next(one for one in found.deviations if one.what.startswith("charge of an event"))
    assert charge.knobs == pytest.approx({f"g_{label}": g * (3 if label[1] == "I" else 2)
                                          for label, g in barrel.GAINS.items()}, rel=0.01)  # fmt: skip


def test_kinetics_of_another_form_are_said_not_to_be_the_models(model):
    """A gate whose rate is a step has no knobs; one that the neuron lacks is named."""
    b2.start_scope()
    equations = barrel.EQUATIONS.replace("1/(1 + exp(-0.7*(v/mV + 30)))", "int(v > -30*mV)").replace("*n**4", "")
    equations = "\n".join(line for line in equations.splitlines() if not line.startswith("dn/dt"))
    group = b2.NeuronGroup(1, equations, method="rk4")
    own = {name: knob.value for name, knob in model.knobs.items()}
    found = neuron(Dynamics(group, vars(barrel)), own["C"], own)
    assert "it has no gate called n" in found.strange
    assert "the rates of z are not of the model's form" in found.strange
    assert "V_z" not in found.knobs


def test_a_network_of_other_populations_is_not_compared(model):
    b2.start_scope()
    group = b2.NeuronGroup(5, "dv/dt = -v/(10*ms) : volt", threshold="v > 1*mV", reset="v = 0*mV", method="exact")
    with pytest.raises(NotComparableError, match="two groups of conductance-based neurons are needed"):
        compare(diagnose(b2.Network(group), duration=5 * b2.ms).material, model)


def test_the_effect_of_a_deviation_is_that_of_our_network_with_it(model, program):
    """Inhibition that comes 0.35 ms earlier stops a touch and hardly changes rates; what has no knobs has no effect."""
    early = Deviation("delay", "0.5 ms", "0.85 ms", {"delay_EI": 0.5})
    sign = Deviation("sign", "wrong", "right", why_not="it is a fault")
    absurd = Deviation("gain", "900", "0.7", {"g_EI": 900.0})
    delay, none, beyond, _ = found = effects([early, sign, absurd], model, program, 2)
    assert delay.change["R_E"][0] < -50
    assert delay.change["R_E"][1] < 10
    assert abs(delay.change["rate_I"][0]) < 5
    assert none == "it is a fault"
    assert beyond.startswith("beyond what the model takes: g_EI = 900 is outside its range")
    assert len(found) == 4


def test_the_comparison_is_told_as_text_and_on_the_page(wrong):
    few = Comparison(wrong.deviations[-2:], wrong.groups, wrong.curves)
    wild = Effect({"rate_E": (17.4, 0.66), "R_E": (math.nan, math.nan)}, "E runs away, 300 spikes/s")
    found = [wild, "it has no knob: see the verdict", wild]
    said = text(few, found)
    assert "T = T, E = E, I = I" in said
    assert "- integrator: rk4 at 0.05 ms; ours: 0.1 ms" in said
    assert "not simulated: it has no knob" in said
    assert "rate_E +17 ± 0.66 %, R_E undefined %; E runs away, 300 spikes/s" in said
    assert ALL in said
    html = section(few, found)
    assert "<td>integrator</td>" in html
    assert "data:image/png;base64," in html
