"""Sentences below figures."""

import re

import numpy as np
import pytest
from drawings import EI, WE, one_knob
from synthetic import KNOBS, grid, rows_of

from pipeline.show import captions
from pipeline.show.sweep_spread import spread_table


def test_captions_say_what_happens():
    rows, features = one_knob(diverge=lambda knobs, network: knobs["we"] > 3 and network < 2)
    said = captions.of_curves(rows, "we", features, KNOBS, ["rate_excitatory"])
    first, last = (rows[rows["we"] == at]["rate_excitatory"].astype(float).mean() for at in (WE[0], WE[-1]))
    assert said == (
        f"The rate of excitatory rises from {first:.3g} to {last:.3g} spikes/s as we goes from 0.8 to 3.2 mV; "
        "2 of 20 points diverged."
    )


@pytest.mark.parametrize(
    ("values", "words_"),
    [
        ([1, 5, 9, 5, 1], "peaks at 9 spikes/s at we = 1.6 mV"),
        ([4] * 5, "stays near 4 spikes/s"),
        ([9, 7, 5, 3, 1], "falls from 9 to 1 spikes/s"),
    ],
)
def test_captions_tell_peaks_and_plateaus(values, words_):
    rows, features = one_knob(networks=1)
    rows["rate_excitatory"] = values
    assert words_ in captions.of_curves(rows, "we", features, KNOBS, ["rate_excitatory"])


def test_of_angles_nothing_is_said_that_an_end_of_the_scale_makes():
    """Catches a median of 0 of phases about half a turn, a fall from 3 to -3, and a rank correlation of an angle."""
    rows, features = rows_of(grid(we=WE, g=[2.0, 4.0]), EI, events=True)
    rows = rows.assign(
        phase_excitatory=np.angle(np.exp(1j * (3.0 + 0.1 * rows["we"] + 0.02 * (rows["network"] - 1.5))))
    )
    names = ["phase_excitatory"]
    said = captions.of_distributions(rows, None, features, KNOBS, names)
    assert re.search(r"median of the phase of excitatory is -?3\.\d+ rad", said), said
    assert "rises from 3.08 to 3.32 rad" in captions.of_curves(rows[rows["g"] == 2], "we", features, KNOBS, names)
    assert "largest" in captions.of_maps(rows, "we", "g", features, KNOBS, names)
    assert "with we" not in captions.of_maps(rows, "we", "g", features, KNOBS, names)
    table = spread_table(rows, None, features, names)
    assert abs(table["q50"][0]) == pytest.approx(np.pi, abs=0.05)
    assert table["sd"][0] < 0.2
    assert "correlation" not in captions.of_pairs(rows, ["we", "g"], names[0], features, KNOBS)
