"""The doctor: its measurements against analytic results, what it says of scripts, and that it leaves networks alone."""

import re
from pathlib import Path

import brian2 as b2
import numpy as np
import pytest
from brian2 import Hz, ms, mV, nS, pF, volt

from pipeline.doctor import diagnose, watching
from pipeline.doctor.findings.finding import Finding, ordered
from pipeline.doctor.gallery import look, scripts
from pipeline.doctor.instruments.dynamics import Dynamics, driving_force
from pipeline.doctor.instruments.envelope import currents
from pipeline.doctor.instruments.stability import safe_dt, step
from pipeline.doctor.intake import allowance
from pipeline.doctor.script import examine_script
from pipeline.doctor.show.figures import events
from pipeline.doctor.show.page import page
from pipeline.doctor.show.text import told
from pipeline.engine.apart import ExperimentError, apart

pytestmark = pytest.mark.usefixtures("numpy_target")

QUICK = (
    "conductance_sign_lif",
    "delay_below_the_step",
    "equal_time_constants",
    "gate_faster_than_the_step",
    "inhibition_depolarises_adex",
    "rate_zero_by_zero",
    "initial_value_from_zero",
    "twice_the_inputs",
    "two_populations_one_tau",
    "all_to_all_for_one_to_one",
    "array_at_the_wrong_step",
    "axon_relative_to_rest",
    "calcium_pumped_by_its_influx",
    "closed_loop",
    "connected_in_each_trial",
    "inhibitory_part_begins_early",
    "weights_before_connect",
    "conduction_in_mm_per_second",
    "current_without_decay",
    "events_into_a_summed_variable",
    "magnesium_block_upside_down",
    "membrane_of_a_square_centimetre",
    "potentiation_only",
    "refractory_but_not_held",
    "start_from_zero_volt",
    "synapse_faster_than_the_step",
    "synapses_in_a_list",
    "adex",
    "gap_junctions",
    "nmda_in_the_neuron",
    "shunting_inhibition",
    "two_time_steps",
)
COBA = """
dv/dt = (10*nS*(-70*mV - v) + g*(E - v) - I/2)/C : volt
dg/dt = -g/(5*ms) : siemens
I : amp
"""


def _group():
    group = b2.NeuronGroup(3, COBA, threshold="v > -50*mV", reset="v = -70*mV", method="euler")
    group.v = [-70, -60, -55] * mV
    group.g = [0, 1, 2] * nS
    return group, {"C": 200 * pF, "E": 0 * mV}


@pytest.mark.parametrize("path", [p for p in scripts(Path("tests/gallery")) if p.stem in QUICK], ids=lambda p: p.stem)
def test_gallery(path):
    outcome = look(path)
    assert outcome.right, outcome


def test_rates_are_those_of_brian2():
    group, names = _group()
    about = Dynamics(group, names)
    values = about.now([0, 1, 2])
    after = step(about, values, 1e-4, "euler")
    network = b2.Network(group)
    network.run(0.1 * ms, namespace=names)
    assert np.allclose(after["v"], group.v_[:], rtol=1e-12)
    assert np.allclose(after["g"], group.g_[:], rtol=1e-12)


def test_terms_add_up_to_the_rate_and_currents_know_their_sign():
    group, names = _group()
    about = Dynamics(group, names)
    values = about.now([0, 1, 2])
    total = sum(about.evaluate(term, dict(values)) for term in about.terms("v"))
    assert np.allclose(total, about.rates(values)["v"])
    assert [(round(c.reversal_v, 4), c.repels) for c in currents(about)] == [(-0.07, False), (0.0, False)]
    wrong = b2.NeuronGroup(1, "dv/dt = (v + 70*mV)/(10*ms) : volt", method="euler")
    assert [(round(c.reversal_v, 4), c.repels) for c in currents(Dynamics(wrong, {}))] == [(-0.07, True)]


@pytest.mark.parametrize(
    ("term", "reversal"),
    [("-gL*(v - EL)/C", "EL"), ("g*(E - v)", "E"), ("gL*(v + 65*mV)", "-(65 * mV)"), ("gL*EL", None), ("-v/tau", None)],
)
def test_driving_force(term, reversal):
    assert driving_force(term, "v") == reversal


def test_largest_steps_are_the_known_limits():
    decay = np.array([-1000.0 + 0j])  # 1/s; real limits 2, 2 and 2.785 (Hairer & Wanner)
    assert safe_dt("euler", decay) == pytest.approx(2e-3, rel=0.06)
    assert safe_dt("rk4", 10 * decay) == pytest.approx(2.785e-4, rel=0.06)
    assert safe_dt("rk4", 10 * decay) <= 2.786e-4


def test_effect_of_an_event_is_its_charge():
    group, names = _group()
    source = b2.SpikeGeneratorGroup(1, [0], [1] * ms)
    synapses = b2.Synapses(source, group, on_pre="g += 2*nS")
    synapses.connect()
    found = diagnose(b2.Network(group, source, synapses), duration=20 * ms, namespace=names | {"synapses": synapses})
    charge = found.charges[0]
    assert (charge.variable, charge.in_degree) == ("g", 1)
    assert charge.tau_ms == pytest.approx(5)
    assert (charge.jump, charge.unit, charge.charge) == (pytest.approx(2), "nS", pytest.approx(2 * 5))
    assert charge.zero == pytest.approx(0, abs=1e-3)
    assert charge.effect == pytest.approx(2 * 5 / 200 * 70, rel=1e-3)  # nS ms/pF x driving force in mV
    assert re.search(r"synapses +\S+ -> \S+ +g +2 nS +5 +10 +3\.5 mV +0 mV +0 +1\n", told(found))
    line, zero = events(found.material).axes[0].get_lines()[:2]
    assert np.interp(-70, *line.get_data()) == pytest.approx(charge.effect, rel=1e-3)
    assert zero.get_xdata()[0] == pytest.approx(0, abs=1e-3)
    assert not found.errors
    assert found.verdict.at_fault == "nothing"


@pytest.mark.parametrize("reversal_mv", [-80, -70, 0, 10])
def test_an_event_that_repels_is_found_at_round_reversal_potentials(reversal_mv):
    group = b2.NeuronGroup(3, "dv/dt = (-65*mV - v - s)/(10*ms) : volt\nds/dt = -s/(5*ms) : volt", method="euler")
    group.v = -65 * mV
    source = b2.SpikeGeneratorGroup(1, [0], [1] * ms)
    synapses = b2.Synapses(source, group, on_pre="s += 0.1*(E - v_post)")
    synapses.connect()
    found = diagnose(b2.Network(group, source, synapses), duration=5 * ms, namespace={"E": reversal_mv * mV})
    assert [finding.kind for finding in found.errors] == ["event_sign"]
    assert found.charges[0].zero == pytest.approx(reversal_mv, abs=1e-3)


def test_a_network_is_left_as_it_was():
    group, names = _group()
    inputs = b2.PoissonGroup(5, 100 * Hz)
    synapses = b2.Synapses(inputs, group, on_pre="g += 2*nS")
    synapses.connect()
    monitor = b2.SpikeMonitor(inputs)
    network = b2.Network(group, inputs, synapses, monitor)
    network.run(20 * ms, namespace=names)
    before = {name: np.array(getattr(group, name)[:]) for name in ("v", "g", "I")}, monitor.num_spikes, network.t_
    state = np.random.get_state()[1].copy()
    diagnose(network, duration=20 * ms, namespace=names)
    assert all(np.array_equal(np.array(getattr(group, name)[:]), value) for name, value in before[0].items())
    assert (monitor.num_spikes, network.t_) == before[1:]
    assert np.array_equal(np.random.get_state()[1], state)
    network.run(20 * ms, namespace=names)
    assert network.t_ == pytest.approx(0.04)


def test_constants_are_compared_with_those_at_creation():
    with watching():
        tau = 10 * ms
        one = b2.NeuronGroup(1, "dv/dt = -v/tau : volt", method="exact")
        tau = 20 * ms
        two = b2.NeuronGroup(1, "dv/dt = -v/tau : volt", method="exact")
    found = diagnose(b2.Network(one, two), duration=5 * ms, namespace={"tau": tau, "one": one, "two": two})
    assert [finding.kind for finding in found.errors] == ["shared_constant"]
    assert "tau: 10 ms when one" in found.errors[0].evidence[0]


def test_constants_of_code_that_runs_regularly_are_compared_too():
    """Catches a share that two groups lose each millisecond, of which both have the last."""
    with watching():
        lost = 0.1
        one = b2.NeuronGroup(1, "dv/dt = -v/(10*ms) : 1", method="exact")
        lost = 0.5
        two = b2.NeuronGroup(1, "dv/dt = -v/(10*ms) : 1", method="exact")
        for group in (one, two):
            group.run_regularly("v -= lost*v", dt=1 * ms)
    found = diagnose(b2.Network(one, two), duration=5 * ms, namespace={"lost": lost, "one": one, "two": two})
    assert [finding.kind for finding in found.errors] == ["shared_constant"]


def test_out_of_scale_names_time_neuron_and_term():
    group = b2.NeuronGroup(4, "dv/dt = (drive - v)/(10*ms) : volt\ndrive : volt", method="euler")
    group.drive = [0, 0, 80, 0] * volt
    found = diagnose(b2.Network(group), duration=20 * ms)
    assert [finding.kind for finding in found.errors] == ["weight_scale", "divergence"]
    assert "neuron 2" in found.errors[0].evidence[0]
    assert found.verdict.at_fault == "model"
    assert "drive" in found.errors[0].evidence[1]
    assert page(found, "x").count("data:image/png") >= 1


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("import brian2_is_not_there\n", "ModuleNotFoundError on line 1"),
        ("from brian2 import *\nx = 1\n", "The script has no run"),
        ("def broken(:\n", "is not Python that can be run"),
        ("while True:\n    pass\n", "did not end within"),
        ("import sys\nsys.exit(3)\n", "ended itself by exit()"),
        ("from brian2 import *\nG = NeuronGroup(1, 'dv/dt = -v/tau : 1')\nrun(1*ms)\n", "tau has no value"),
    ],
)
def test_a_script_without_a_network_gets_a_sentence(tmp_path, monkeypatch, text, words):
    monkeypatch.setattr(allowance, "SCRIPT_S", 2.0)
    path = tmp_path / "theirs.py"
    path.write_text(text)
    said = apart(_said, path, cpu_s=60)
    assert words in said.replace("\n", " ")
    assert list(tmp_path.iterdir()) == [path]


def _said(path):
    return str(examine_script(path))


def test_findings_are_told_cause_before_consequence():
    kinds = [("divergence", "error"), ("in_degree", "warning"), ("step_too_large", "error"), ("event_sign", "error")]
    told = ordered([Finding(kind, level, "") for kind, level in kinds])
    assert [finding.kind for finding in told] == ["event_sign", "step_too_large", "divergence", "in_degree"]


def test_experiments_that_fail_or_nest_without_end_say_so():
    with pytest.raises(ExperimentError, match="ZeroDivisionError"):
        apart(lambda: 1 / 0, cpu_s=5)
    with pytest.raises(ExperimentError, match="within an experiment"):
        apart(_nested, cpu_s=5)


def _nested():
    return apart(_nested, cpu_s=5)
