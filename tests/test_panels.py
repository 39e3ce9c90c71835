"""Figures of the paper: they show the means, errors and neurons that the tables hold."""

import numpy as np
import pandas as pd
import pytest
from matplotlib.collections import PolyCollection

from networks.gutnisky2017.features import UNITS
from networks.gutnisky2017.paper import atlas, panels


def _row(model, protocol, network, status="ok", **values):
    point = model.point(protocol, {name: value for name, value in values.items() if name in model.knobs})
    return {"protocol": protocol, "network": network, "status": status, **dict.fromkeys(UNITS), **point, **values}


def _line(axes, label):
    container = next(c for c in axes.containers if c.get_label() == label)
    return container.lines[0].get_xydata()


def test_a_curve_shows_means_over_networks_and_the_authors_points(model):
    rows = pd.DataFrame(
        [_row(model, "touch", k, C_T=c_t, R_E=c_t + k, R_I=2.0) for c_t in (0.2, 0.6) for k in (0, 1)]
        + [_row(model, "touch", 2, "diverged", C_T=0.6)]
    )
    theirs = pd.DataFrame(
        {"C_T": [0.2, 0.6], "feature": "R_E", "program": ["published", "corrected"], "mean": [0.12, 0.3], "sem": 0.01}
    )
    axes = panels.curve(rows, "touch", "C_T", ["R_E", "R_I"], theirs, {"R_E": 0.2}).axes[0]
    assert _line(axes, "R$_{E}$") == pytest.approx(np.array([[0.2, 0.7], [0.6, 1.1]]))
    markers = [line.get_xydata().tolist() for line in axes.get_lines() if line.get_marker() in "os"]
    assert [[0.2, 0.12]] in markers
    assert [[0.6, 0.3]] in markers
    assert "1 diverged" in axes.texts[0].get_text()
    (band,) = [c for c in axes.collections if isinstance(c, PolyCollection)]
    assert band.get_paths()[0].vertices[:, 1].min() == pytest.approx(0.1)  # without what the published step adds


def test_a_family_has_a_line_for_each_value_and_leaves_out_what_is_undefined(model):
    rows = pd.DataFrame(
        [
            _row(model, "whisking", k, f_halo=f, A_T=a, rate_E=a * f + k, rate_I_halo=1.0 if f else None)
            for f in (0, 0.5)
            for a in (2, 4)
            for k in (0, 1)
        ]
    )
    figure = panels.family(rows, "A_T", "f_halo", ["rate_E", "rate_I_halo"])
    assert _line(figure.axes[0], "0.5") == pytest.approx(np.array([[2, 1.5], [4, 2.5]]))
    assert len(_line(figure.axes[1], "0")) == 0


def test_panels_without_a_value_say_so(model):
    """Over two knobs a panel each, over one a line each: what has no value at any point is named."""
    rows = pd.DataFrame(
        [_row(model, "touch", k, C_T=c, f_halo=0.0, R_E=c, R_I=None) for c in (0.2, 0.6) for k in (0, 1)]
    )
    (axes,) = panels.curve(rows, "touch", "C_T", ["R_E", "R_I"]).axes
    assert "undefined at all points: R_I" in [one.get_text() for one in axes.texts]
    known, missing = panels.family(rows, "C_T", "f_halo", ["R_E", "R_I"]).axes
    assert not known.texts
    assert [one.get_text() for one in missing.texts] == ["undefined at all points: R_I"]


def test_psths_are_means_over_networks_by_protocol_and_value(model):
    flat = {f"psth_{p}": [1.0] * 100 for p in "TEI"}
    rows = pd.DataFrame(
        [
            _row(model, protocol, k, g_EE=g, **flat | {"psth_E": [g * 10.0 + k] * 100})
            for protocol in ("whisking", "touch")
            for g in (0, 0.2)
            for k in (0, 2)
        ]
    )
    figure = panels.psths(rows, "g_EE")
    assert [axes.get_title(loc="left") for axes in figure.axes] == [
        "whisking, g_EE = 0",
        "whisking, g_EE = 0.2",
        "touch, g_EE = 0",
        "touch, g_EE = 0.2",
    ]
    of_e = {patch.get_label(): patch for patch in figure.axes[3].patches}["E"]
    assert of_e.get_data().values == pytest.approx(np.full(100, 3.0))
    assert figure.axes[3].get_ylim()[1] > 3  # a row shares its axis, and the first panel goes up to 1 only


def test_a_psth_of_episodes_spans_the_episode(model):
    rows = pd.DataFrame([_row(model, "episodes", 0, **{f"psth_{p}": [1.0] * 1000 for p in "TEI"})])
    assert panels.psths(rows, None).axes[0].get_xlim() == (0, 1000)


def test_neurons_are_compared_with_themselves(model):
    """Neuron 1 of I fires 4 times in a second without, once with halorhodopsin; neuron 3, of the rest, the reverse."""
    rows = pd.DataFrame([_row(model, "whisking", 0, f_halo=f, duration=1, point=p) for p, f in enumerate((0, 0.5))])
    trains = [(0, "I", 1, 4), (1, "I", 1, 1), (0, "I", 3, 1), (1, "I", 3, 4)]
    spikes = pd.DataFrame(
        [(point, name, k, 0.6 + 0.01 * n) for point, name, k, count in trains for n in range(count)],
        columns=["point", "population", "neuron", "t_s"],
    )
    of_e, silenced, rest = panels.neurons(rows, spikes, {"E": 2, "I": 4}, "whisking").axes
    assert of_e.get_lines()[0].get_xydata().tolist() == [[0, 0], [0, 0]]
    assert silenced.get_lines()[0].get_xydata().tolist() == [[0, 0], [4, 1]]
    assert rest.get_lines()[0].get_xydata().tolist() == [[0, 0], [1, 4]]


@pytest.mark.parametrize(("rate_halo", "words"), [(5.0, "No paradoxical effect."), (25.0, "A paradoxical effect:")])
def test_silencing_is_said_in_words_and_numbers(model, rate_halo, words):
    """By the rates: the response of silenced neurons to touch may well grow, since E passes more of it to them."""
    grown = {"R_E": 0.6, "R_I": 1.2, "R_I_halo": 1.8, "R_I_rest": 1.4}
    rows = pd.DataFrame(
        _row(model, protocol, k, **({"f_halo": 0, "rate_E": 0.8 + 0.01 * k, "R_E": 0.3, "R_I": 1.2, "rate_I": 20.0}
                                    if not halo else
                                    {"f_halo": 0.5, "rate_E": 1.5, "rate_I": 20.0, "rate_I_halo": rate_halo,
                                     "rate_I_rest": 35.0, **grown}))
        for protocol in ("whisking", "touch") for halo in (False, True) for k in (0, 1)
    )  # fmt: skip
    said = atlas.silencing(rows)
    assert said.startswith("With 50 % of I silenced, whisking: rate (spikes/s) of the silenced half of I from 20 ± 0")
    assert "R (spikes/touch) of the silenced half of I from 1.2 ± 0 to 1.8 ± 0" in said
    assert said.count(words) == 2


def test_the_page_says_which_curves_are_off_what_ran_away_and_what_the_other_budget_would_cost():
    agreement = pd.DataFrame(
        {
            "figure": ["7a", "7c"], "feature": ["R_E", "R_E"], "knob": ["delay_EI", "C_T"], "protocol": "touch",
            "points": 5, "max_z": [2.0, 5.0], "mean_z": [0.5, 2.0], "max_deviation": [0.02, 0.2],
            "mean_deviation": [0.01, 0.1],
            "verdict": ["agrees", "off"],
        }
    )  # fmt: skip
    cost = {"points": 10, "diverged": 1, "runaway": 2, "biological_s": 100.0, "cpu_s": 20.0}
    html = atlas.page(
        agreement, {"figure_7a.png": "7a. <R>"}, "Words.", "preview", cost, {"preview": 1, "paper": 36e3}, 2
    )
    assert (
        "10 points, 1 diverged, 2 ran away, 100 biological s in 0.3 CPU min, 0.200 CPU s each, at least 0.2 min" in html
    )
    assert "paper: 36000 s, about 2.0 CPU hours, 1.0 h by the clock on 2 cores" in html
    assert "1 of 2 curves with a reference agree, 1 is off." in html
    assert '<tr class="bad"><td>7c</td><td>R_E against C_T, touch</td><td>5</td><td>+2.00</td>' in html
    assert '<img src="figure_7a.png" alt="figure 7a. &lt;R&gt;">' in html
