"""The doctor against a network of the collection: a right copy has no deviation, a wrong one those that it has."""

from pathlib import Path

import brian2 as b2
import numpy as np
import pytest
from conftest import pipeline

from pipeline.doctor.compare.contrast import Comparison, compare, section, text
from pipeline.doctor.compare.counterparts import NotComparableError
from pipeline.doctor.compare.deviation import Deviation, together
from pipeline.doctor.compare.effects import ALL, Effect, effects
from pipeline.doctor.compare.reference import Reference, portrait
from pipeline.doctor.instruments.subject import Subject
from pipeline.network.reading import read_model
from tests import barrel

OTHERS = Path("tests/compared")
"""Networks of the collection as other users would write them, each with planted changes that its text tells."""


def _network(name):
    return read_model(Path("networks", name))


def _portrait_of(script):
    from pipeline.doctor.compare.reference import _portraits
    from pipeline.engine.apart import apart

    return apart(_portraits, script, {}, [{}], True, cpu_s=60)[0]


def _found(script, name):
    """Return, by what deviates, the numbers that give the reference that."""
    comparison = compare(_portrait_of(script), _network(name))
    assert len({one.what for one in comparison.deviations}) == len(comparison.deviations)
    return {one.what: dict(one.knobs) for one in comparison.deviations}


def _barrel(**faults):
    b2.start_scope()
    b2.seed(1)
    np.random.seed(1)
    network, groups = barrel.make(**faults)
    return portrait(Subject(list(network.objects), {**vars(barrel), **groups}, 0.002))


SIZES = {"E: number of neurons", "I: number of neurons", "T: number of neurons"}
CODE = {"E, I: step", "E, I: integrator"}


def test_a_right_network_deviates_in_nothing_but_its_size_and_integrator():
    """Written with other units, names and forms: none of these is a deviation."""
    comparison = compare(_barrel(), _network("gutnisky2017"))
    assert comparison.groups == {"T": "T", "E": "E", "I": "I"}
    assert {one.what for one in comparison.deviations} == SIZES | CODE


@pytest.fixture(scope="module")
def wrong():
    return compare(_barrel(leak_i=0.05, half_m=35, degree_it=95, delay_ei=0.5, charge=2.5), _network("gutnisky2017"))


def test_each_fault_is_found_as_the_numbers_that_make_it(wrong):
    found = {one.what: one for one in wrong.deviations}
    arrows = ("E<-E", "I<-E", "I<-I", "E<-T", "I<-T", "E<-I")
    charge = next(what for what in found if what.endswith("size of an event"))
    assert set(charge.removesuffix(": size of an event").split(", ")) == set(arrows)
    leak = "I: leak conductance over capacitance, passive current"
    assert set(found) - SIZES - CODE == {
        charge, leak, "E, I: effect on v of h", "I<-T: in-degree", "E<-I: delay",
    }  # fmt: skip
    assert found[leak].knobs == pytest.approx({"gL_I": 0.05})
    assert found["E, I: effect on v of h"].knobs == pytest.approx({"V_alpha_m": -35}, abs=0.1)
    assert found["E<-I: delay"].knobs == pytest.approx({"delay_EI": 0.5}, rel=0.01)
    degree = found["I<-T: in-degree"].knobs
    assert degree["K_IT"] == pytest.approx(95, rel=0.03)
    assert degree["g_IT"] / degree["K_IT"] ** 0.5 == pytest.approx(0.2 / 75**0.5, rel=0.01)  # each synapse stays
    assert found[charge].knobs == pytest.approx({f"g_{label}": 2.5 * g for label, g in barrel.GAINS.items()}, rel=0.02)


def test_all_numbers_together_multiply_what_two_deviations_change(wrong):
    whole = together(wrong.deviations, wrong.model.adopted.settings)
    assert whole["g_IT"] == pytest.approx(2.5 * 0.2 * (whole["K_IT"] / 75) ** 0.5, rel=0.02)


@pytest.mark.parametrize(
    "name", ["gutnisky2017", "cuba", "cobahh", "brunel2000", "wang_buzsaki", "thalamocortical_loop"]
)
def test_a_network_does_not_deviate_from_itself(name):
    assert _found(Path("networks", name, "network.py"), name) == {}


def test_an_earlier_script_of_the_same_network_deviates_in_step_and_integrator_alone():
    """networks/forum_thread was written by itself, with conductances in other places and plain Brian2."""
    assert set(_found(Path("networks/forum_thread/network.py"), "gutnisky2017")) == CODE


def test_cuba_of_another_user():
    found = _found(OTHERS / "cuba.py", "cuba")
    membrane = "excitatory, inhibitory: leak conductance over capacitance, passive current, size of an event"
    inhibition = "excitatory<-inhibitory, inhibitory<-inhibitory: size of an event"
    late = "excitatory<-excitatory, inhibitory<-excitatory: delay"
    assert set(found) == {membrane, inhibition, late}
    assert found[membrane] == pytest.approx({"tau_m": 30}, rel=0.01)
    assert found[inhibition] == pytest.approx({"w_i": -7}, rel=0.02)
    assert found[late] == {}  # the reference has no delay that a number sets


def test_cobahh_of_another_user():
    """One number sets all in-degrees of the reference, and one shifts all gates: none gives these changes alone."""
    found = _found(OTHERS / "cobahh.py", "cobahh")
    decay, degree = "excitatory<-inhibitory, inhibitory<-inhibitory: decay", "excitatory<-excitatory: in-degree"
    (gate,) = set(found) - {decay, degree}
    assert gate.startswith("excitatory, inhibitory: ")
    assert all(part.endswith("of n") for part in gate.partition(": ")[2].split(", "))
    assert found[decay] == pytest.approx({"tau_i": 7}, rel=0.01)
    assert found[degree] == found[gate] == {}


def test_brunel_of_another_user():
    found = _found(OTHERS / "brunel.py", "brunel2000")
    assert sorted(next(iter(knobs.items())) for knobs in found.values()) == [
        ("delay", pytest.approx(2.5)), ("g", pytest.approx(4, rel=0.01)), ("t_ref", pytest.approx(4)),
    ]  # fmt: skip


def test_gamma_of_another_user():
    """Also where a synapse follows the potential of its source all the time."""
    knobs = {name: x for one in _found(OTHERS / "gamma.py", "wang_buzsaki").values() for name, x in one.items()}
    assert knobs.pop("phi") == pytest.approx(4, rel=0.02)
    assert knobs.pop("g_L") == pytest.approx(0.2, rel=0.02)
    assert knobs.pop("g_syn") == pytest.approx(0.15, rel=0.02)
    assert knobs == pytest.approx({"E_L": -62.5}, abs=0.5)  # as good as a drive of 1.5: the same current


def test_loop_of_another_user():
    """Was not seen while the comparison was written."""
    found = _found(OTHERS / "loop.py", "thalamocortical_loop")
    assert found == {
        "TC: effect on v of w": pytest.approx({"a_TC": 60}, rel=0.02),
        "TC<-RE: size of an event": pytest.approx({"w_TC_RE": 15}, rel=0.02),
        "RE<-E: delay": {},
    }


def test_whisking_of_another_user():
    """Was not seen while the comparison was written: one group for E and I, PoissonGroup, no units of conductance."""
    found = _found(OTHERS / "whisking.py", "gutnisky2017")
    assert found == {
        "E: steady state of z": pytest.approx({"V_z": -25}, abs=0.1),
        "T: rate": pytest.approx({"A_T": 10}, rel=0.01),
        "I<-E: size of an event": pytest.approx({"g_IE": 0.9}, rel=0.02),
        "E, I: integrator": {},
        "E, I: step": pytest.approx({"defaultclock_dt": 0.1}),
    }


def test_a_network_of_other_populations_is_not_compared():
    with pytest.raises(
        NotComparableError, match=r"0 spike sources \(none\), the reference 1 \(T\): they cannot be matched"
    ):
        compare(_portrait_of(Path("networks/cuba/network.py")), _network("gutnisky2017"))


def test_populations_that_are_alike_are_not_guessed(tmp_path):
    script = tmp_path / "twins.py"
    script.write_text(
        "from brian2 import *\n"
        "groups = [NeuronGroup(100, 'dv/dt = -v/(20*ms) : volt', threshold='v > 1*mV', reset='v = 0*mV',\n"
        "                      method='exact') for _ in range(2)]\n"
        "run(1*ms) if False else Network(groups).run(1*ms)\n"
    )
    with pytest.raises(NotComparableError, match="Which population is which is not clear"):
        compare(_portrait_of(script), _network("cuba"))


def test_numbers_are_found_of_synapses_that_only_a_dictionary_holds(tmp_path):
    """Catches other names for objects in the comparison than the numbers of an adopted script are said to act on."""
    text = (
        "from brian2 import *\n"
        "w, late = 2*mV, 1.5*ms\n"
        "P = PoissonGroup(100, 20*Hz)\n"
        "G = NeuronGroup(50, 'dv/dt = (-70*mV - v)/(20*ms) : volt', threshold='v > -50*mV', reset='v = -70*mV',\n"
        "                method='exact')\n"
        "G.v = -70*mV\n"
        "s = {'in': Synapses(P, G, on_pre='v_post += w'), 'back': Synapses(G, G, on_pre='v_post += w/2')}\n"
        "for one in s.values():\n"
        "    one.connect()\n"
        "s['in'].delay = late\n"
        "Network(P, G, s).run(10*ms)\n"
    )
    script, folder = tmp_path / "known.py", tmp_path / "known"
    script.write_text(text)
    pipeline("adopt", script, "--out", folder)
    theirs = tmp_path / "theirs.py"
    other = text.replace("w, late = 2*mV, 1.5*ms", "a, b = 3*mV, 2.5*ms")
    theirs.write_text(other.replace("+= w", "+= a").replace("= late", "= b"))
    found = {}
    for one in compare(_portrait_of(theirs), read_model(folder)).deviations:
        found |= one.knobs
    assert found == {"w": pytest.approx(3, rel=0.02), "late": pytest.approx(2.5, rel=0.01)}


def test_a_number_that_the_script_cannot_have_gives_no_portrait():
    with Reference(_network("cuba")) as reference:
        assert reference.portraits([{"N_E": -900.0}]) == [None]


def test_the_effect_of_a_deviation_is_that_of_the_reference_with_it(tmp_path):
    """Without inhibition rates soar; what no number gives has no effect, what is refused says so."""
    found = [
        Deviation("inhibition", "none", "-9 mV", {"w_i": -2.0}),
        Deviation("sign", "excites", "inhibits", why_not="it is a fault"),
        Deviation("size", "-900", "3200", {"N_E": -900.0}),
    ]
    weak, none, refused, _ = effects(found, _network("cuba"), tmp_path, 2)
    assert isinstance(weak, Effect)
    before, after = weak.before["excitatory"], weak.after["excitatory"]
    assert after[0] > 2 * before[0] > 0
    assert before[1] < 0.2 * before[0]
    assert none == "it is a fault"
    assert isinstance(refused, str)


def test_the_comparison_is_told_as_text_and_on_the_page(wrong):
    late = Deviation("E<-I: delay", "0.5 ms", "0.85 ms", {"delay_EI": 0.5}, notes=("a note",))
    few = Comparison(
        wrong.model, [late, Deviation("E: integrator", "rk4", "euler", why_not="it is no part")], wrong.groups
    )
    wild = Effect({"E": (1.25, 0.05)}, {"E": (17.4, 0.66)}, "v of E is not finite")
    said = text(few, [wild, "it is no part", wild])
    assert "T is T there" in said
    assert "- E<-I: delay: 0.5 ms; the reference: 0.85 ms" in said
    assert "delay_EI = 0.5 ms. a note. E 1.25 ± 0.05 -> 17.4 ± 0.7; v of E is not finite" in said
    assert "not simulated: it is no part" in said
    assert ALL in said
    assert "<td>E: integrator</td>" in section(few, [wild, "it is no part", wild])
