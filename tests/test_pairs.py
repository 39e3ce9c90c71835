"""Plasticity that is tried: what pairs of spikes do to a weight, against what the rule gives by hand."""

import math

import pytest
from conftest import watched

from pipeline.doctor.instruments.pairs import LAG_S, PAIRS, pair_up, plastic
from pipeline.engine.apart import apart

pytestmark = pytest.mark.usefixtures("numpy_target")
NET = """
spikes = dict(threshold='v > 1', reset='v = 0', refractory=1*ms)
a, b = NeuronGroup(3, 'v : 1', **spikes), NeuronGroup(2, 'v : 1\\nx : 1', **spikes)
S = Synapses(a, b, '''{model}''', on_pre='''{pre}''', on_post='''{post}''')
S.connect()
S.w = 0.5
"""
TRACES = "w : 1\ndp/dt = -p/(20*ms) : 1 (event-driven)\ndq/dt = -q/(20*ms) : 1 (event-driven)"


def _tried(pre, post, model=TRACES):
    subject = watched(NET.format(model=model, pre=pre, post=post), 0.01)
    return apart(pair_up, subject, cpu_s=20)


def test_a_pair_changes_the_weight_as_the_rule_says():
    """The post-synaptic spike comes 5 ms after the first of pre: its trace has decayed by exp(-5/20)."""
    (one,) = _tried("v_post += w; p += 0.01; w = clip(w + q, 0, 1)", "q -= 0.02; w = clip(w + p, 0, 1)")
    assert one.weight == "w"
    decay = math.exp(-LAG_S / 20e-3)
    assert one.alone == {"pre": 0, "post": 0}
    assert one.together["post"][0] == pytest.approx(0.01 * decay)
    assert one.together["pre"][1] == pytest.approx(-0.02 * decay)
    assert one.apart["post"] == (0,) * PAIRS
    assert one.sees_pairs
    assert one.one_way == 0
    assert not one.forgets


def test_spikes_are_apart_by_their_times_where_the_rule_reads_these():
    """A rule on lastspike: the time of the other side's last spike is known to it."""
    rule = "w = clip(w {} 0.1*exp(-(t - lastspike_{})/(20*ms)), 0, 1)"
    (one,) = _tried(rule.format("-", "post"), rule.format("+", "pre"), "w : 1")
    assert one.together["post"][0] == pytest.approx(0.1 * math.exp(-LAG_S / 20e-3))
    assert one.together["pre"][1] == pytest.approx(-0.1 * math.exp(-LAG_S / 20e-3))


@pytest.mark.parametrize(
    ("pre", "post", "sees", "way", "forgets"),
    [
        ("p += 0.01; w += p", "q -= 0.02; w += q", False, 0, False),  # each side its own trace
        ("p += 0.01; w += 3*q", "q += 0.02; w += 2*p*q", True, 1, False),  # products and factors
        ("p += 0.01; w -= q", "q += 0.02; w += p", True, 0, False),
        ("p += 0.01; w -= q", "q += 0.02; w -= p", True, -1, False),
        ("p += 0.01; w = 0.1 - q", "q += 0.02; w = 0.1 + p", True, 0, True),
        ("p += 0.01; w = clip(w + q, 0, 1e-9)", "q += 0.02; w = clip(w + p, 0, 1e-9)", True, 1, False),  # a bound
    ],
)
def test_what_a_rule_does_is_known_from_its_pairs(pre, post, sees, way, forgets):
    (one,) = _tried(pre, post)
    assert (one.sees_pairs, one.one_way, one.forgets) == (sees, way, forgets)


@pytest.mark.parametrize(
    ("pre", "post", "names"),
    [
        ("p += 0.01; w += q", "q += 0.01; w += p", ["w"]),
        ("p += 0.01; w += q*v_post", "q += 0.01; w += p", []),  # hangs on a potential
        ("p += 0.01; w += q*x", "q += 0.01; w += p", []),  # x is the target's
        ("p += 0.01; w += q*rand()", "q += 0.01; w += p", []),
        ("p += 0.01; w += nu_pre*q", "q += 0.01; w += p", ["w"]),  # a constant with the ending of a side
        ("v_post += w", "q += 0.01; w += p", []),  # one side alone
    ],
)
def test_only_rules_of_synapses_and_spike_times_are_tried(pre, post, names):
    subject = watched(NET.format(model=TRACES, pre=pre, post=post) + "nu_pre = 0.1", 0.01)
    assert plastic(subject.synapses[0]) == names


def test_a_weight_that_begins_at_a_bound_is_tried_between_its_bounds():
    """At 0 a clip would hide that pre alone lowers it; the rule of Vogels et al. 2011."""
    pre, post = "p += 1; w = clip(w + 0.01*(q - 0.2), 0, 3)", "q += 1; w = clip(w + 0.01*p, 0, 3)"
    subject = watched(NET.format(model=TRACES, pre=pre, post=post).replace("S.w = 0.5", ""), 0.01)
    (one,) = apart(pair_up, subject, cpu_s=20)
    assert one.alone["pre"] == pytest.approx(-0.002)
    assert one.one_way == 0
