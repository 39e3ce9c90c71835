"""What all figures have in common: numbers on axes, lines and texts."""

import numpy as np
import pytest
from matplotlib.figure import Figure

from pipeline.show.style import knob_axis, log_ticks, looks, numbers, text


@pytest.mark.parametrize(
    ("low", "high", "most", "ticks"),
    [
        (0.1039, 0.3797, 5, [0.15, 0.2, 0.3]),
        (0.3, 1.4, 3, [0.3, 0.5, 1]),
        (0.45, 1.3, 3, [0.5, 0.7, 1]),
        (2.1, 2.9, 5, [2.2, 2.4, 2.6, 2.8]),
        (0.1, 10, 5, [0.1, 0.3, 1, 3, 10]),
        (1, 1000, 5, [1, 10, 100, 1000]),
        (1e-3, 1e3, 3, [1e-3, 1, 1e3]),
        (5, 5, 5, [5]),
    ],
)
def test_a_logarithmic_axis_has_numbers_at_three_round_places_or_more(low, high, most, ticks):
    assert log_ticks(np.array([low, high]), most) == pytest.approx(ticks)


def test_between_the_numbers_of_a_logarithmic_axis_there_are_ticks():
    panel = Figure().subplots()
    knob_axis(panel.xaxis, np.geomspace(0.1039, 0.3797, 40), 3)
    assert [one.get_text() for one in panel.get_xticklabels()] == ["0.15", "0.2", "0.3"]
    assert not any(one.get_text() for one in panel.get_xticklabels(minor=True))
    panel.set_xlim(0.1, 0.4)
    assert {0.1, 0.2, 0.3, 0.4}.difference(np.round(panel.get_xticks(minor=True), 6)) <= {0.1, 0.2, 0.3}


def test_looks_repeat_with_other_lines():
    found = list(looks(map(str, range(20))).values())
    assert len({(look.colour, look.line) for look in found}) == 20


def test_texts_are_never_formulas_and_break():
    assert text("a$b$") == r"a\$b\$"
    assert text("抑") == r"\u6291"
    assert max(map(len, text("x" * 100, 20).split("\n"))) <= 24
    assert text("rate of v1.2_excitatory_neurons", 16).split("\n") == ["rate of v1.2_", "excitatory_", "neurons"]
    assert text("rate of inhibitory_inputs", 20) == "rate of\ninhibitory_inputs"
    assert numbers([0.1001, 0.1002]) == ["0.1001", "0.1002"]


@pytest.mark.parametrize(
    "unit", ["spikes/s", "mV/ms", "uA/cm2", "mS ms/cm²", "1/(mV ms)", "that of_a very.long/variable"]
)
@pytest.mark.parametrize("width", [8, 16, 24, 30])
def test_no_line_breaks_within_a_unit(unit, width):
    for name in ("rate of E", "rate of very_long_population", "x" * 50, "0.1 quantile of the rate (all) of E"):
        lines = text(f"{name} ({unit})", width).split("\n")
        assert sum(line.endswith(f"({unit})") for line in lines) == 1, lines
        assert max(map(len, lines[:-1]), default=0) <= width + 4
    assert text(f"bins of 5 ms, mean rates in {unit.split()[0]}, seven", 30).count(unit.split()[0]) == 1
