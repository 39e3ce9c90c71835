"""Features of spike trains of which closed forms or known trains tell the value.

The comment over a test says which mistake it would catch.
"""

import numpy as np
import pytest
from trains import DT_S, poisson, spiking

from pipeline.measure import irregularity
from pipeline.measure.measure import measure
from pipeline.measure.trains import between, of
from pipeline.recordings.recorded import cut


# a CV or local variation that depends on the rate, or has a wrong factor
@pytest.mark.parametrize("shape", [0.5, 1, 4, 16])
def test_gamma_processes_have_cv_of_one_over_root_k_and_lv_of_3_over_2k_plus_1(shape):
    rng = np.random.default_rng(5)
    lengths = rng.gamma(shape, 1 / shape, (200, 1000)) / rng.uniform(5, 50, (200, 1))
    found = irregularity.intervals(spiking(list(np.cumsum(lengths, axis=1))))
    assert irregularity.cv(found)[0] == pytest.approx(shape**-0.5, rel=0.01)
    assert irregularity.lv(found) == pytest.approx(3 / (2 * shape + 1), rel=0.01)


# the local variation must not see what a slowly changing rate does to the CV
def test_no_interval_goes_across_a_join_of_times_that_do_not_follow_one_another():
    """Neurons like clocks, cut into pieces that put other times together, had a CV of 0.3."""
    cells = spiking([np.arange(0.001 * k, 6, 0.010) for k in range(5)])
    apart = cut(cells, np.array([[0.3 * k, 0.3 * k + 0.1137] for k in range(15)]))  # 15 windows
    found = irregularity.intervals(apart)
    assert irregularity.cv(found)[0] == pytest.approx(0, abs=1e-6)
    assert irregularity.lv(found) == pytest.approx(0, abs=1e-6)
    assert len(found.lengths_s) == len(apart.times_s) - 5 * 15
    assert np.count_nonzero(~found.same) == 5 * 15 - 1
    # a part of it keeps the joins, and has those of its own
    again = cut(apart, np.array([[0.0, 0.05], [0.06, 0.2]]))
    assert again.joins_s == pytest.approx([0.05, 0.05 + 0.1137 - 0.06])
    touching = cut(cells, np.array([[0, 0.5], [0.5, 1.0]]))
    assert len(touching.joins_s) == 0
    assert len(of(again, 1, 3).joins_s) == len(between(again, 0.0, 0.1).joins_s) == 2


def test_a_slow_change_of_the_rate_raises_the_cv_and_not_the_local_variation():
    rng = np.random.default_rng(6)
    lengths = rng.gamma(4, 0.25, (50, 1000)) * np.where(np.arange(1000) < 500, 1, 9)
    found = irregularity.intervals(spiking(list(np.cumsum(lengths, axis=1))))
    assert irregularity.cv(found)[0] > 0.9
    assert irregularity.lv(found) == pytest.approx(1 / 3, rel=0.02)


# a variance with n below: 0.67 in three windows; a mean over neurons that is biased since they are known to spike
@pytest.mark.parametrize(("rate", "stop_s"), [(20, 0.3), (1, 0.3), (5, 2.0)])
def test_poisson_neurons_have_a_fano_factor_of_1_in_any_number_of_windows(rate, stop_s):
    spikes = poisson(np.random.default_rng(7), rate, stop_s, 20_000)
    assert irregularity.fano(spikes, 0, stop_s, DT_S) == pytest.approx(1, abs=0.03)


# a spike counted twice where two pairs of intervals share it, or left out at either end of a burst
def test_part_of_poisson_spikes_in_bursts():
    p = 1 - np.exp(-40 * irregularity.BURST_S)  # an interval is short; in a burst: two before, two after or one each
    spikes = poisson(np.random.default_rng(8), 40, 100, 100)
    found = irregularity.intervals(spikes)
    assert irregularity.burst(found, len(spikes.times_s)) == pytest.approx(3 * p**2 - 2 * p**3, abs=0.005)


# pairs taken for bursts, intervals of 10 ms taken for short, bursts that go on into the next neuron
def test_bursts_of_known_trains():
    def part(*trains):
        spikes = spiking(trains)
        return irregularity.burst(irregularity.intervals(spikes), len(spikes.times_s))

    assert part([0.1, 0.105, 0.110, 0.2, 0.3]) == 3 / 5
    assert part([0.1, 0.105, 0.2, 0.205, 0.3]) == 0
    assert part(0.1 + np.arange(20) * 0.010) == 0
    assert part([0.100, 0.101, 0.102, 0.2, 0.201, 0.202]) == 1  # two bursts
    assert part([0.1, 0.2, 0.201], [0.202, 0.203, 0.3]) == 0
    assert part([0.3, 0.301, 0.302], [0.1, 0.101, 0.102]) == 1
    assert part([0.1, 0.101], [0.5]) is None


# a correlation that depends on the rate, or is between populations another than within
def test_common_input_gives_the_correlation_of_its_part():
    rng = np.random.default_rng(9)
    shared = rng.uniform(0, 200, 200 * 6)
    trains = [np.r_[shared, rng.uniform(0, 200, rng.poisson(200 * 14))] for _ in range(30)]
    found = measure({"P": spiking(trains[:10]), "Q": spiking(trains[10:])}, {}, 0, 200, DT_S, None)
    for name in ("corr_P", "corr_Q", "corr_P_Q"):
        assert found[name] == pytest.approx(0.3, abs=0.02)
    alone = measure({"P": poisson(rng, 10, 100, 200)}, {}, 0, 100, DT_S, None)
    assert alone["corr_P"] == pytest.approx(0, abs=0.002)
