"""Sentences below figures."""

import pytest
from drawings import WE, one_knob
from synthetic import KNOBS

from pipeline.show import captions


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
