"""The doctor's instruments, each against what is known without it: values by hand, analytic slopes, counts."""

import brian2 as b2
import numpy as np
import pytest
from brian2 import Hz, ms, mV, nS
from conftest import watched

from pipeline.doctor.findings.kinds import KINDS
from pipeline.doctor.instruments.census import census
from pipeline.doctor.instruments.dynamics import Dynamics
from pipeline.doctor.instruments.experiments import Change, experiments
from pipeline.doctor.instruments.frame import Frame, limit, target, through
from pipeline.doctor.instruments.halving import Drift, drifts
from pipeline.doctor.instruments.origin import Scope, origin
from pipeline.doctor.instruments.slopes import never_pulls, slopes
from pipeline.doctor.instruments.subject import Subject
from pipeline.doctor.instruments.watch import observe
from pipeline.engine.apart import apart

pytestmark = pytest.mark.usefixtures("numpy_target")

LIF = "dv/dt = (-65*mV - v + I)/(10*ms) : volt\nI : volt"


def _made(text):
    return watched(text, 0.05)


NEURON = "G = NeuronGroup(4, 'dv/dt = (I - v)/(10*ms) : 1\\nI : 1', threshold='v > 1', reset='v = 0', method='euler')\n"


def test_what_is_thrown_away_is_told_with_its_line_and_ends():
    """Catches a PoissonInput without a name, which no log of Brian2 tells of."""
    found = census(_made(NEURON + "PoissonInput(G, 'v', 10, 5*Hz, 0.1)"))
    assert [(one.kind, one.ends, one.gone) for one in found.absent] == [("PoissonInput", ("G",), True)]


def test_a_monitor_in_a_dictionary_is_absent_and_one_with_a_name_is_not():
    found = census(_made(NEURON + "M = SpikeMonitor(G)\nmonitors = {'v': StateMonitor(G, 'v', record=True)}"))
    assert [(one.kind, one.gone) for one in found.absent] == [("StateMonitor", False)]


GAP = NEURON + "S = Synapses(G, G, '''w : 1\n{} = w*(v_pre - v_post) : 1{}''')\nS.connect()\nS.w = 1\n"


@pytest.mark.parametrize(("name", "flag", "idle", "unset"), [("J", "", 1, 1), ("I_post", " (summed)", 0, 0)])
def test_synapses_act_only_through_what_somebody_reads(name, flag, idle, unset):
    """Catches a current that synapses compute and no neuron has, and a sum that is called one."""
    found = census(_made(GAP.format(name, flag)))
    assert (len(found.idle), len(found.unset), len(found.unread)) == (idle, unset, idle)


@pytest.mark.parametrize(("more", "names"), [("", ["I"]), ("G.I = 0.0", []), ("G.run_regularly('I = 1')", [])])
def test_a_parameter_is_unset_only_where_nothing_ever_sets_it(more, names):
    assert [name for _, name in census(_made(NEURON + more)).unset] == names


def test_a_matrix_is_known_by_the_order_of_its_rows():
    text = NEURON + "H = NeuronGroup(3, 'x : 1')\nS = Synapses(G, H, 'w : 1', on_pre='x_post += w')\nS.connect()\n"
    text += "W = arange(12).reshape(3, 4)\nS.w = {}"
    for values, matrix in (("2*W.flatten()", ("W", (3, 4))), ("W.T.flatten()", None)):
        subject = _made(text.format(values))
        assert subject.witness.assigned[subject.namespace["S"].name, "w"][-1].matrix == matrix
        b2.start_scope()


def test_an_assignment_to_a_part_of_synapses_is_seen_to_be_lost():
    text = NEURON + "S = Synapses(G, G, 'w : 1', on_pre='v += w')\nS.connect()\nS['i == j'].w = 1\nS.w['i == j'] = 1"
    assert [(owner, name) for owner, name, _ in _made(text).witness.stray] == [("synapses", "w")]


@pytest.mark.parametrize(
    ("expression", "operation", "does", "culprit"),
    [
        ("v + x/n", "x / n", "divides by 0", "n"),
        ("1 + n/n", "n / n", "is 0/0", "n"),
        ("int(n > 0)*(x/n)", "x / n", "divides by 0", "n"),
        ("log(n - x) + v", "log(n - x)", "is the logarithm of a negative number", "n - x"),
        ("(n - x)**0.5", "(n - x) ** 0.5", "is a power that a number below or at 0 does not have", "n - x"),
        ("v*exp(1000*x)", "exp(1000 * x)", "overflows", "1000 * x"),
    ],
)
def test_a_bad_value_is_traced_to_its_innermost_operation(expression, operation, does, culprit):
    """Catches a trace that stops at a consequence, as at a product with what is infinite."""
    group = b2.NeuronGroup(3, "v : 1\nx : 1\nn : 1")
    group.v, group.x = 2, 3
    group.n = [1, 0, 1] if "n - x" not in expression else 1
    scope = Scope(group, {})
    found = scope.trace(expression)
    assert found[:3] == (operation, does, culprit)
    assert scope.trace("v + x") is None


def test_a_sum_over_synapses_is_traced_through_its_own_subexpressions():
    text = """
    G = NeuronGroup(3, 'dv/dt = (I - v)/ms : 1\\nI : 1', method='euler')
    S = Synapses(G, G, '''n : 1
    share = 1/n : 1
    I_post = share*v_pre : 1 (summed)''')
    S.connect(i=[0, 1], j=[1, 2])
    S.n = [1, 0]
    """
    subject = _made(text)
    found = origin(subject, subject.namespace["G"], ["I", "v"], 2, "after_groups")
    assert (found.operation, found.does, found.culprit, found.holder) == ("1 / n", "divides by 0", "n", "synapses")
    assert origin(subject, subject.namespace["G"], ["I"], 1, "after_groups") is None


def test_the_run_tells_the_origin_of_what_it_meets():
    group = b2.NeuronGroup(2, "dv/dt = 1/ms : 1\ndw/dt = log(2.95 - v)/ms : 1", method="euler")
    subject = Subject([group], {}, 0.01)
    seen = apart(observe, subject, {}, 0.01, 20.0, cpu_s=30)
    assert (seen.origin.operation, seen.origin.does) == ("log(2.95 - v)", "is the logarithm of a negative number")
    assert seen.not_finite.t_s == pytest.approx(3e-3, abs=1.1e-4)


def test_slopes_are_those_of_the_terms_whatever_their_form():
    """Catches a sign that is read off one way of writing a leak."""
    group = b2.NeuronGroup(1, "dv/dt = ((v - E) + g*(E - v)*ohm)/tau : volt\ng : siemens", method="euler")
    group.g = 3e9 * nS
    about = Dynamics(group, {"E": -60 * mV, "tau": 10 * ms})
    found = {round(one.lowest, 3): one for one in slopes(about, about.now([0]))}
    assert set(found) == {0.0, 100.0, -300.0} or set(found) == {100.0, -300.0}
    assert not never_pulls(about, about.now([0]))
    group.g = 0.5e9 * nS
    assert never_pulls(about, about.now([0]))


@pytest.mark.parametrize(
    ("equation", "away"),
    [
        ("dv/dt = ((v + 60*mV) + 1*mV)/(10*ms) : volt", True),
        ("dv/dt = (0.04*v**2/mV + 5*v + 140*mV)/ms : volt", False),
        ("dv/dt = (-v - 60*mV + 2*mV*exp((v + 50*mV)/(2*mV)))/(10*ms) : volt", False),
        ("dv/dt = 1*mV/ms : volt", False),
    ],
    ids=["leak", "quadratic", "exponential", "no leak"],
)
def test_only_what_pulls_nowhere_runs_away(equation, away):
    about = Dynamics(b2.NeuronGroup(1, equation, method="euler"), {})
    assert never_pulls(about, about.now([0])) is away


def test_frames_take_levels_of_neurons_to_the_numbers_of_a_model():
    assert through((-0.065, 0.0), (-0.050, 1.0)).model(-0.035) == pytest.approx(2.0)
    assert through((-0.065, 0.0), (-0.050, 1.0)).nominal(1.0) == pytest.approx(-0.050)
    assert Frame().plain
    assert limit("v > vt and not_refractory", "v", lambda text: {"vt": 3.0}[text]) == 3.0
    assert target("u += d; v = c", "v", lambda text: {"c": -65.0}[text]) == -65.0
    assert target("v += c", "v", float) is None


@pytest.mark.parametrize(
    ("equations", "threshold", "reset", "start", "nominal_v"),
    [
        ("dv/dt = (1 - v)/ms : 1", "v > 0.8", "v = 0", 0.0, -0.065),
        ("dv/dt = (0.04*v**2 + 5*v + 140)/ms : 1", "v > 30", "v = -65", -65.0, -0.065),
        ("dx/dt = (-55*mV - x)/ms : volt", "x > -50*mV", "x = -65*mV", -65 * mV, -0.065),
    ],
    ids=["unit interval", "millivolts without a unit", "volts"],
)
def test_the_potential_is_what_the_threshold_reads_in_any_unit(equations, threshold, reset, start, nominal_v):
    group = b2.NeuronGroup(2, equations, threshold=threshold, reset=reset, method="euler")
    setattr(group, threshold.split()[0], start)
    about = Dynamics(group, {})
    assert about.v == threshold.split()[0]
    assert about.frame.nominal(float(about.now([0])[about.v][0])) == pytest.approx(nominal_v)


def test_rates_that_hang_on_the_step_are_told_from_those_that_do_not():
    """Catches noise that is drawn in each step without the root of dt, and calls none what is chance."""
    noise = "I = 3*randn() : 1 (constant over dt)"
    for equations, depends in (
        (f"dv/dt = (I - v)/(10*ms) : 1\n{noise}", True),
        ("dv/dt = (0.3*sqrt(10*ms)*xi - v)/(10*ms) : 1", False),
    ):
        group = b2.NeuronGroup(100, equations, threshold="v > 0.3", reset="v = 0", method="euler")
        (found,) = drifts(Subject([group], {}, 0.2), 0.2, 20.0)
        assert found.depends is depends, found


def test_a_drift_needs_both_finer_steps_to_agree():
    assert not Drift("G", (0.1, 0.05, 0.025), (10.0, 14.0, 6.0), (0.1, 0.1, 0.1)).depends
    assert not Drift("G", (0.1, 0.05, 0.025), (10.0, 10.5, 10.6), (0.01, 0.01, 0.01)).depends
    assert Drift("G", (0.1, 0.05, 0.025), (10.0, 14.0, 16.0), (0.1, 0.1, 0.1)).depends


def test_the_change_that_cures_is_the_one_whose_sign_is_wrong():
    group = b2.NeuronGroup(1, "dv/dt = (-(v - E1) + 3*(v - E2))/tau : volt", method="euler")
    group.v = -50 * mV
    names = {"E1": -70 * mV, "E2": 0 * mV, "tau": 5 * ms}
    about = Dynamics(group, names)
    subject = Subject([group], names, 0.1, potentials={group.name: ("v", -0.02)})
    terms = about.terms("v")
    changes = [(Change("flip", group.name, term), terms) for term in terms]
    bounds = {group.name: {"v": (-0.1, 0.05)}}
    cured = [outcome.change.what for outcome in experiments(subject, bounds, changes, 0.05, 5.0) if outcome.cured]
    assert len(cured) == 1
    assert "E2" in cured[0]


def test_weights_divided_by_the_number_of_inputs_tame_a_loop():
    group = b2.NeuronGroup(10, "dr/dt = (-r + I)/(10*ms) : 1\nI : 1", method="euler")
    group.r = 1
    synapses = b2.Synapses(group, group, "w : 1\nI_post = w*r_pre : 1 (summed)")
    synapses.connect()
    synapses.w = 0.9
    subject = Subject([group, synapses], {}, 0.3)
    bounds = {group.name: {"r": (-10.0, 10.0)}}
    kept, weaker = experiments(
        subject, bounds, [(Change("none", "", ""), ()), (Change("weaker", synapses.name, "", 0.1), ())], 0.3, 10.0
    )
    assert (kept.within, weaker.within) == (False, True)


def test_each_kind_of_finding_is_in_the_table_once():
    names = [kind.name for kind in KINDS]
    assert len(set(names)) == len(names)


def test_spikes_in_the_past_are_heard_from_brian():
    generator = b2.SpikeGeneratorGroup(1, [0], [1] * ms)
    group = b2.NeuronGroup(1, LIF, threshold="v > 0*mV", reset="v = -65*mV", method="euler")
    network = b2.Network(generator, group)
    network.run(5 * ms)
    generator.set_spikes([0], [2] * ms)
    seen = apart(observe, Subject(list(network.objects), {}, 0.005, 0.005), {}, 0.005, 10.0, cpu_s=20)
    assert [one.kind for one in seen.logged] == ["ignored_spikes"]


def test_weights_are_followed_through_the_run():
    inputs = b2.PoissonGroup(5, 200 * Hz)
    group = b2.NeuronGroup(1, LIF, threshold="v > 0*mV", reset="v = -65*mV", method="euler")
    synapses = b2.Synapses(inputs, group, "w : 1", on_pre="w = clip(w - 1, 0, 0.01)")
    synapses.connect()
    synapses.w = 0.5
    seen = apart(observe, Subject([inputs, group, synapses], {}, 0.1), {}, 0.1, 10.0, cpu_s=20)
    before, after = seen.weights[synapses.name]["w"]
    assert before == (0.5, 0.5, 0.5)
    assert np.all(np.array(after) <= 0.01)
    assert seen.end_s == pytest.approx(0.1, abs=1e-3)


@pytest.mark.parametrize(
    ("more", "names"),
    [
        ("", ["x"]),
        ("M = StateMonitor(G, 'x', record=True)", []),
        ("S = Synapses(G, G, on_pre='I_post += x_pre')\nS.connect()", []),
        ("S = Synapses(G, G, on_pre='I_post += 1')\nS.connect('abs(x_pre - x_post) < 2')", []),  # a place in space
        ("print(G.x[0])", []),
    ],
)
def test_a_parameter_that_is_set_is_unused_only_where_nothing_reads_it(more, names):
    network = NEURON.replace("I : 1", "I : 1\\nx : 1") + "G.x = 'i'\n" + more
    assert [name for _, name in census(_made(network)).unused] == names


def test_what_brian_gives_a_cable_is_none_that_the_script_set():
    cable = "Im = -v*siemens/metre**2 : amp/metre**2\nx0 : 1"
    text = f"""N = SpatialNeuron(Cylinder(length=1*mm, diameter=1*um, n=3), {cable!r})
N.x0 = 1"""
    assert [name for _, name in census(_made(text)).unused] == ["x0"]


def test_monitors_of_every_kind_are_absent_where_only_a_list_holds_them():
    kinds = ["StateMonitor(G, 'v', record=True)", "SpikeMonitor(G)", "PopulationRateMonitor(G)"]
    found = census(_made(f"{NEURON}kept = [{', '.join(kinds)}]"))
    assert sorted(one.kind for one in found.absent) == ["PopulationRateMonitor", "SpikeMonitor", "StateMonitor"]


def test_a_sum_that_events_made_bad_is_traced_to_their_statement():
    """w /= total: the divisor is the target's, which nothing sets; that w is bad by then is a consequence."""
    subject = _made(
        """
        G = NeuronGroup(2, 'dv/dt = (2 - v)/ms : 1\\ntotal : 1', threshold='v > 1', reset='v = 0', method='euler')
        H = NeuronGroup(2, 'dv/dt = -v/ms : 1\\ntotal : 1', threshold='v > 1', reset='v = 0', method='euler')
        S = Synapses(G, H, 'w : 1\\ntotal_pre = w : 1 (summed)', on_pre='w /= total')
        S.connect()
        S.w = 0.5
        """
    )
    seen = apart(observe, subject, {}, 0.01, 10.0, cpu_s=20)
    assert seen.origin is not None
    assert (seen.origin.operation, seen.origin.does, seen.origin.culprit) == ("w / total", "divides by 0", "total")
    assert dict(seen.origin.values)["total"] == 0
