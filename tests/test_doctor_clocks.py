"""Steps, clocks and what has one value for all: each beside what looks like it and is right."""

import numpy as np
import pytest
from conftest import watched

from pipeline.doctor.diagnosis import examine
from pipeline.doctor.findings.coupling import coupled
from pipeline.doctor.findings.dependence import held_noise
from pipeline.doctor.findings.effects import idle_clocks
from pipeline.doctor.findings.ends import summed_of_others
from pipeline.doctor.findings.inputs import ending
from pipeline.doctor.findings.moments import untimely
from pipeline.doctor.findings.once import lost_values, one_delay
from pipeline.doctor.findings.pulses import missed_pulses
from pipeline.doctor.findings.symptoms import built
from pipeline.doctor.instruments.census import census
from pipeline.doctor.instruments.dynamics import Dynamics
from pipeline.doctor.instruments.halving import Drift
from pipeline.doctor.instruments.material import Material

pytestmark = pytest.mark.usefixtures("numpy_target")


def _found(text, start_s=0.0):
    subject = watched(text, 0.1)
    subject.start_s = start_s
    found = Material(subject, census=census(subject))
    found.dynamics = {group.name: Dynamics(group, subject.namespace) for group in subject.neurons}
    return found


def _said(finder, text, **more):
    """Return kind and level of what a finder says of a network that is made, and not run."""
    return [(finding.kind, finding.level) for finding in finder(_found(text, **more))]


OU = """
defaultclock.dt = 0.1*ms
every = 0.5*ms
G = NeuronGroup(5, 'dv/dt = (g - v)/(10*ms) : 1\\ng : 1', threshold='v > 1', reset='v = 0', method='euler')
G.run_regularly('g = g*exp(-{step}/(5*ms)) + 0.1*randn()', dt={every})
"""


@pytest.mark.parametrize(
    ("step", "every", "told"),
    [("dt", "every", True), ("every", "every", False), ("dt", "0.1*ms", False), ("dt", "defaultclock.dt", False)],
    ids=["dt", "its own name", "the same step", "each step"],
)
def test_dt_in_code_with_a_clock_of_its_own_is_the_groups(step, every, told):
    """Catches an exact update every 0.5 ms by a step of 0.05 ms, whose correlations are ten times as long."""
    said = _said(untimely, OU.format(step=step, every=every))
    assert said == ([("foreign_step", "warning")] if told else [])


SHARED = """
G = NeuronGroup(8, 'dv/dt = (1.2 - v)/(10*ms) : 1\\ntotal : 1', threshold='v > 1', reset='v = 0', method='euler')
S = Synapses(G, G, '''w : 1
total_{end} = w : 1 (summed)''', on_pre='v_post += 0.1*w')
S.connect(p=0.5)
S.w = 'rand()'
S.run_regularly('w = w*5/{name}', dt=5*ms)
"""


@pytest.mark.parametrize(
    ("end", "name", "told"), [("pre", "total", True), ("pre", "total_pre", False), ("post", "total", False)]
)
def test_a_sum_of_the_sender_is_not_read_from_the_receiver(end, name, told):
    """Catches a normalisation of outgoing weights that divides by the sum of the neuron which receives."""
    said = _said(summed_of_others, SHARED.format(end=end, name=name))
    assert said == ([("receiver_state", "warning")] if told else [])


DELAYED = """
G = NeuronGroup(8, 'dv/dt = (1.2 - v)/(10*ms) : 1', threshold='v > 1', reset='v = 0', method='euler')
S = Synapses(G, G, on_pre='v_post += 0.1'{delay})
S.connect(p=0.5)
S.delay = {value}
"""


@pytest.mark.parametrize(
    ("delay", "value", "told"),
    [
        (", delay=2*ms", "'1*ms + 2*ms*rand()'", True),
        (", delay=2*ms", "3*ms", False),
        ("", "'1*ms + 2*ms*rand()'", False),
    ],
    ids=["drawn", "one", "of each"],
)
def test_delays_that_are_drawn_are_not_one_for_all(delay, value, told):
    """Catches a spread of delays that is none, since delay=... made a single one of the projection."""
    said = _said(one_delay, DELAYED.format(delay=delay, value=value))
    assert said == ([("set_once", "warning")] if told else [])


@pytest.mark.parametrize(
    ("delays", "left"),
    [
        ("'0.4*ms + 10*us*j'", 2),
        ("'0.4*ms + 100*us*j'", None),
        ("'0.4*ms + 80*us*rand()'", None),  # drawn: rounding is lost among them
    ],
    ids=["finer than dt", "in steps of dt", "drawn"],
)
def test_a_ladder_of_delays_that_is_finer_than_the_step_is_told(delays, left):
    """Catches a delay line of which the grid leaves a few places, with no word of delays."""
    text = DELAYED.format(delay="", value=delays).replace("p=0.5", "j='i'")
    told = [finding for finding in built(_found(text)) if finding.kind == "delay_rounding"]
    assert [finding.level for finding in told] == (["warning"] if left else [])
    assert all(f"leaves {left}: neighbours get the same" in finding.says for finding in told)


def test_noise_whose_size_is_a_root_of_what_noise_made_negative_is_traced_within_a_step():
    """Catches 'runs away ... driven by' the potassium current, where the root of a variance was one of below 0."""
    text = """
    G = NeuronGroup(50, 'dn/dt = (0.02 - n)/(10*ms) + sqrt(n/(2*ms))*xi : 1', method='heun')
    G.n = 0.02
    """
    first = examine(watched(text, 0.05)).findings[0]
    assert (first.kind, first.level) == ("bad_operation", "error")
    assert "is the root of a negative number" in first.says


PULSED = """
defaultclock.dt = 0.1*ms
width, T, on = {width}, 7.69*ms, 20*ms
G = NeuronGroup(3, '''dv/dt = (I - v)/(10*ms) : 1
I = 3*int(t >= on)*int(t % T < width) : 1''', threshold='v > 1', reset='v = 0', method='euler')
"""


@pytest.mark.parametrize(("width", "missed"), [("0.06*ms", True), ("0.3*ms", False), ("0.1*ms", False)])
def test_pulses_that_fall_between_two_steps_are_counted(width, missed):
    """Catches stimulation at 130 Hz that reaches a cell at 60 Hz, and is taken for its refractoriness."""
    told = missed_pulses(_found(PULSED.format(width=width)))
    assert [finding.kind for finding in told] == (["missed_pulses"] if missed else [])
    assert all("of 14 pulses of G fall between two steps" in finding.says for finding in told)


PARTS = """
G = NeuronGroup(8, 'dv/dt = (a - v)/(10*ms) : 1\\na : 1', threshold='v > 1', reset='v = 0', method='euler')
{lines}
"""


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        ("G[2:4].a = 5\nG.a = 1", True),
        ("G.a[2] = 5\nG[1:6].a = 1", True),
        ("G.a = 1\nG[2:4].a = 5", False),
        ("G[2:4].a = 5\nG[4:].a = 1", False),
        ("G[2:4].a = 5\nG.a = 'a + 1'", False),
        ("G.a = 5\nG.a = 1", False),
    ],
    ids=["whole", "of a part", "the other order", "elsewhere", "by its value", "the same ones"],
)
def test_values_of_a_part_that_are_replaced_before_the_run_are_told(lines, told):
    """Catches a hot zone of a dendrite that the branch which holds it has overwritten."""
    said = _said(lost_values, PARTS.format(lines=lines))
    assert said == ([("lost_value", "warning")] if told else [])


RATES = """
G = NeuronGroup(8, '''dx/dt = (-x + {read})/(10*ms) : 1
noise = {noise} : 1 (constant over dt)''', method='euler')
{more}
"""


@pytest.mark.parametrize(
    ("read", "noise", "more", "told"),
    [
        ("2*noise", "0.4*randn()", "", True),
        ("2*noise", "0.4*randn()*sqrt(1*ms/dt)", "", False),
        ("1", "0.4*randn()", "", False),
        ("2*noise", "0.4*rand()", "", False),  # an input of random size, whose mean counts
    ],
    ids=["held", "scaled", "read by nothing", "a mean"],
)
def test_noise_that_is_held_for_a_step_and_integrated_is_told_without_spikes(read, noise, more, told):
    """Catches rate models: where nothing spikes no rate was compared at finer steps, and nothing was said."""
    said = _said(held_noise, RATES.format(read=read, noise=noise, more=more))
    assert said == ([("noise_per_step", "warning")] if told else [])


GROUP = "G = NeuronGroup(2, 'dv/dt = (1.2 - v)/(10*ms) : 1', threshold='v > 1', reset='v = 0', method='euler'{clock})\n"


@pytest.mark.parametrize(
    ("before", "clock", "level"),
    [
        ("defaultclock = Clock(dt=1*us)", "", "error"),
        ("slow = Clock(dt=1*ms)", "", "warning"),
        ("slow = Clock(dt=1*ms)", ", clock=slow", None),
        ("defaultclock.dt = 1*us", "", None),
    ],
    ids=["rebound", "unused", "used", "set"],
)
def test_a_clock_that_drives_nothing_is_told(before, clock, level):
    """Catches `defaultclock = Clock(...)` of Brian 1: the steps stay 0.1 ms, whatever the script prints."""
    said = _said(idle_clocks, f"{before}\n{GROUP.format(clock=clock)}")
    assert said == ([("idle_clock", level)] if level else [])


@pytest.mark.parametrize(
    ("rates", "on_pre"), [("5*Hz + odour(t)", "v_post += 0.1"), ("5*Hz", "v_post += 0.1*ms*odour(t)")]
)
@pytest.mark.parametrize(("start_s", "told"), [(0.1, True), (0.0, False)])
def test_an_array_that_is_over_when_a_run_begins_is_told_wherever_it_is_read(start_s, told, rates, on_pre):
    """Catches trials in a loop, each with an array of its own that is asked for times of all trials together."""
    text = f"""
    odour = TimedArray(linspace(1, 9, 10)*Hz, dt=10*ms)
    P = PoissonGroup(5, rates='{rates}')
    {GROUP.format(clock="")}
    S = Synapses(P, G, on_pre='{on_pre}')
    S.connect()
    """
    assert _said(ending, text, start_s=start_s) == ([("input_ends", "warning")] if told else [])


GAPS = """
G = NeuronGroup(20, 'dv/dt = (-v + I)/(10*ms) : 1\\nI : 1', threshold='v > 1', reset='v = 0', method='euler')
J = Synapses(G, G, 'I_post = {sum} : 1 (summed)')
J.connect(condition='i {less} j')
"""


def test_a_rectifying_junction_goes_one_way_on_purpose():
    """A declared rectifier was told as half a gap junction."""
    assert _said(coupled, GAPS.format(sum="0.1*(v_pre - v_post)", less="<")) == [("one_way_gap", "warning")]
    assert _said(coupled, GAPS.format(sum="0.1*clip(v_pre - v_post, 0, 1)", less="<")) == []


def test_coupling_that_overshoots_may_be_that_of_a_cell_and_not_of_a_junction():
    """A whole cell's conductance on each of many junctions was told as the step's fault alone."""
    (told,) = coupled(_found(GAPS.format(sum="20*(v_pre - v_post)", less="!=")))
    assert (told.kind, told.level) == ("step_too_large", "error")
    assert any("a neuron has 19 of these synapses" in line for line in told.evidence)
    assert "(20*(v_pre - v_post))/N_incoming" in told.instead


def test_the_step_that_is_too_large_is_that_of_the_group_in_trouble():
    """A step of 50 ms of slow cells was told as one of 1 ms, of the default clock, which nobody had to change."""
    found = examine(
        watched(
            """
    slow = NeuronGroup(3, 'dy/dt = -y/(20*ms) : 1\\ndx/dt = y**0.7/second : 1', method='euler', dt=50*ms)
    slow.y = 1
    P = PoissonGroup(3, 20*Hz)
    S = Synapses(P, slow, on_pre='y_post += 1')
    S.connect(j='i')
    """,
            0.5,
        )
    )
    steps = [finding for finding in found.findings if finding.kind == "step_too_large"]
    assert steps
    assert all("The step of 50 ms" in finding.says for finding in steps)
    assert not any("defaultclock" in finding.instead for finding in steps)


def test_rates_hang_on_the_step_only_where_other_random_numbers_do_not_make_as_much_of_it():
    """A burst of all neurons that came or not was 'certain' dependence on the step."""
    drift = Drift("G", (0.2, 0.1, 0.05), (1.8, 5.0, 6.0), (0.1, 0.1, 0.1), ((1.2, 6.9), (1.2, 6.8)))
    assert drift.differs
    assert not drift.depends
    apart = Drift("G", (0.2, 0.1, 0.05), (1.8, 5.0, 6.0), (0.1, 0.1, 0.1), ((1.2, 2.0), (5.2, 6.8)))
    assert apart.depends
    assert np.isfinite(apart.rates_hz).all()
