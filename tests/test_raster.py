"""The raster of a network, and what is said of it."""

import numpy as np
import pandas as pd
import pytest
from drawings import with_gid, words
from synthetic import spikes_of

from pipeline.show.captions import of_raster
from pipeline.show.network_raster import raster, share, uncovered


def test_neurons_are_shared_out_with_some_of_each_population():
    shares = share({"E": 40000, "I": 10000, "few": 3, "one": 1, "none": 0})
    assert sum(shares.values()) <= 250
    assert shares["E"] > shares["I"] > 50
    assert (shares["few"], shares["one"], shares["none"]) == (3, 1, 0)
    assert all(share({str(k): 100 for k in range(40)}).values())


def test_wholes_that_parts_cover_are_not_drawn_twice():
    sizes, part_of = {"E": 10, "a": 6, "b": 4, "I": 5}, {"a": "E", "b": "E"}
    assert uncovered(sizes, part_of, {"E", "a", "I"}) == ["a", "b", "I"]
    assert uncovered(sizes, part_of, {"E", "I"}) == ["E", "I"]
    assert uncovered({**sizes, "E": 20}, part_of, set(sizes)) == ["E", "a", "b", "I"]


def test_a_raster_shows_the_end_and_says_who_is_silent():
    populations = {"E": 400, "I": 100, "mute": 30}
    spikes = spikes_of(populations, {"E": 5, "I": 12, "mute": 0})
    figure = raster(spikes, populations, {"rate_E": 5.0, "rate_I": 12.0, "rate_mute": 0.0}, 0.5, 3.0, "point 3")
    above = figure.axes[0]
    assert above.get_xlim() == (0, 500)
    (marks,) = with_gid(above, "spikes E")
    at = np.array([segment[0, 0] for segment in marks.get_segments()])
    assert len(at)
    assert 0 <= at.min() <= at.max() < 500
    assert "no spikes" in words(figure)
    assert "12 spikes/s" in words(figure)


def test_a_logarithmic_spread_of_rates_has_three_numbers_or_more():
    spikes = spikes_of({"E": 400}, {"E": 3.0})
    fast = pd.DataFrame({"population": "E", "neuron": 0, "t_s": np.arange(0.01, 3, 0.005)})
    loud = pd.concat([spikes, *[fast.assign(neuron=neuron) for neuron in range(8)]])
    spread = raster(loud, {"E": 400}, None, 1.0, 3.0, "title").axes[1]
    assert spread.get_xscale() == "log"
    assert [one.get_text() for one in spread.get_xticklabels()] == ["1", "10", "100"]


def test_what_a_raster_shows_is_said_the_fastest_population_first():
    populations = {"E": 400, "I": 100, "mute": 30}
    spikes = spikes_of(populations, {"E": 5, "I": 12, "mute": 0})
    said = of_raster(spikes, populations, {"rate_E": 5.0, "rate_I": 12.0, "rate_mute": 0.0}, 0.5, 3.0, "base")
    assert said.startswith(
        "base: I fires at 12 spikes/s, E fires at 5 spikes/s, mute without a spike; the raster shows"
    )
    assert said.endswith("of 530 neurons in the last 0.5 s.")


def test_slow_networks_are_shown_for_longer():
    populations = {"E": 100}
    figure = raster(spikes_of(populations, {"E": 0.8}), populations, None, 0.5, 3.0, "")
    assert figure.axes[0].get_xlim() == (0, 2000)
    assert "bins of 20 ms" in words(figure)


def test_rates_over_time_are_spikes_over_neurons_and_bins():
    spikes = pd.DataFrame({"population": "E", "neuron": [0, 1, 1], "t_s": [0.9012, 0.9013, 0.9014]})
    figure = raster(spikes, {"E": 20}, {"rate_E": 30.0}, 0.5, 1.0, "")
    (stairs,) = with_gid(next(a for a in figure.axes if a.get_ylabel() == "rate (spikes/s)"), "rate E")
    assert stairs.get_data().values.max() == pytest.approx(3 / 20 / 0.005)
