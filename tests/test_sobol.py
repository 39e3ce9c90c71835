"""Sobol indices: those of a function whose indices are known, and what is said where a feature is undefined."""

import numpy as np
import pandas as pd
import pytest
from drawings import words
from synthetic import KNOBS, features_of

from pipeline.config.reader import ConfigError, parse
from pipeline.network.reading import read_model
from pipeline.show import captions, sweep_sobol
from pipeline.show.suite import of_sweep
from pipeline.sweep import grid, indices
from pipeline.sweep.design import Sweep

RANGES = {"we": {"linear": [0, 1]}, "g": {"linear": [-1, 1]}, "delay": {"log": [1, 10]}}
CUBA = read_model("networks/cuba")
"""Whose knobs are others: no axis here is one of whole numbers."""

AXES = ["g", "delay", "we"]
"""Not in the order of the ranges: a table has the knobs in that of the knob table."""


def _sweep(samples, axes=None):
    content = {"protocols": ["run"], "design": "sobol", "samples": samples, "networks": 1, "duration": 1}
    return parse(Sweep, content | {"axes": axes or RANGES}, "sweep.yaml")


def _rows(samples, networks=1, noise=0.0):
    """The function of Ishigami, whose indices are known, over the ranges; each network adds noise of its own."""
    rng, rows = np.random.default_rng(2), []
    for k, place in enumerate(grid.samples(_sweep(samples), CUBA)):
        unit = np.array([place["we"], (place["g"] + 1) / 2, np.log10(place["delay"])])
        x, y, z = np.pi * (2 * unit - 1)
        value = np.sin(x) + 7 * np.sin(y) ** 2 + 0.1 * z**4 * np.sin(x)
        rows += [
            {"point": networks * k + n, "network": n, "protocol": "run", **place, "status": "ok", "problem": None}
            | {"rate_excitatory": value + noise * rng.standard_normal()}
            for n in range(networks)
        ]
    return pd.DataFrame(rows)


KNOWN = {"we": (0.314, 0.558), "g": (0.442, 0.442), "delay": (0.0, 0.244)}
"""First-order and total indices of x, y and z (Ishigami and Homma 1990)."""


def test_indices_are_those_that_are_known_within_their_standard_errors():
    rows = _rows(1024).sample(frac=1, random_state=1)
    turn = indices.blocks(rows, AXES)
    assert turn == list(RANGES)
    found = indices.sobol(rows, turn, ["rate_excitatory"]).set_index("knob")
    for knob, (first, total) in KNOWN.items():
        one = found.loc[knob]
        assert abs(one["first"] - first) < 3 * one["first_se"] + 0.01
        assert abs(one["total"] - total) < 3 * one["total_se"] + 0.01
        assert 0.001 < one["total_se"] < 0.06
    assert found["samples"].tolist() == [1024] * 3


def test_what_a_network_has_at_all_places_is_no_noise():
    """Catches "up to 22119 % of the variance": networks have the same seeds at all places of a sweep."""
    rows = _rows(128, networks=4)
    own = np.array([-5.0, 0.0, 3.0, 2.0])
    rows["rate_excitatory"] = rows["rate_excitatory"] + own[rows["network"].to_numpy()]
    found = indices.sobol(rows, list(RANGES), ["rate_excitatory"])
    assert found["noise"].iloc[0] == pytest.approx(0, abs=1e-9)


def test_the_noise_of_networks_is_told_as_a_part_of_the_variance():
    """The variance of the function is 13.84; two networks with noise of sd 3 have a mean with variance 4.5."""
    found = indices.sobol(_rows(512, networks=2, noise=3.0), list(RANGES), ["rate_excitatory"])
    assert found["noise"].iloc[0] == pytest.approx(4.5 / (13.84 + 4.5), rel=0.1)


def test_places_of_another_design_have_no_indices():
    cube = parse(Sweep, _sweep(16).model_dump() | {"design": "latin_hypercube", "samples": 40}, "sweep.yaml")
    rows = pd.DataFrame(grid.samples(cube, CUBA))
    assert indices.blocks(rows, AXES) == []
    sobol = pd.DataFrame(grid.samples(_sweep(16), CUBA))
    assert indices.blocks(sobol, AXES) == list(RANGES)
    assert indices.blocks(sobol.iloc[1:], AXES) == []
    assert indices.blocks(sobol.iloc[::-1], ["we"]) == []


def test_a_sample_counts_only_where_the_feature_is_defined_at_all_of_its_places():
    rows = _rows(32, networks=2)
    rows.loc[3, "rate_excitatory"] = None  # a network of a place of the first sample
    rows.loc[[12, 13], "status"] = "diverged"  # a place of the second
    found = indices.sobol(rows, list(RANGES), ["rate_excitatory"])
    assert set(zip(found["samples"], found["of"], strict=True)) == {(30, 32)}
    few = rows.assign(rate_excitatory=rows["rate_excitatory"].where(rows["we"] < 0.4))
    features = features_of(["excitatory"])
    figures = of_sweep(few, AXES, features, KNOBS, {"excitatory": 10}, chosen=["rate_excitatory"])
    table = figures["sobol"].table()
    assert table["total"].isna().all()
    assert list(table["knob"]) == AXES
    assert f"defined in {table['samples'].iloc[0]} of 32 samples" in " ".join(words(figures["sobol"].draw()).split())


def test_samples_that_have_a_value_by_chance_twice_are_samples_all_the_same():
    """Of 4096 samples of eight knobs a quarter of the designs were taken for another, of 16384 most."""
    places = grid.samples(_sweep(64), CUBA)
    before, here = places[5 * 9]["we"], places[5 * 10]["we"]
    for place in places[5 * 10 : 5 * 11]:  # a block whose knob stands where that of the block before does
        place["we"] = before if place["we"] == here else place["we"]
    assert indices.blocks(pd.DataFrame(places), AXES) == list(RANGES)
    grid_of_two = pd.DataFrame([(0, 0, 0), (1, 0, 0), (0, 1, 0), (0, 0, 1), (1, 1, 1)] * 4, columns=AXES)
    assert indices.order(grid_of_two.to_numpy(float)) is None
    assert indices.sobol(_rows(16), [], ["rate_excitatory"]).empty


def test_the_first_panel_that_has_indices_has_their_names():
    rows = _rows(64).assign(rate_inhibitory=1.0)
    features = features_of(["excitatory", "inhibitory"])
    chosen = ["rate_inhibitory", "rate_excitatory"]
    figures = of_sweep(rows, AXES, features, KNOBS, {"excitatory": 10, "inhibitory": 5}, chosen=chosen)
    shown = " ".join(words(figures["sobol"].draw()).split())
    assert "constant" in shown
    assert "total index" in [text.get_text() for text in figures["sobol"].draw().legends[0].get_texts()]


def test_the_figure_and_its_sentence_say_which_knob_makes_most_of_the_variance():
    features = features_of(["excitatory"])
    rows = _rows(1024)
    figures = of_sweep(rows, AXES, features, KNOBS, {"excitatory": 10}, chosen=["rate_excitatory"])
    said = captions.of_sobol(rows, AXES, features, KNOBS, ["rate_excitatory"])
    assert said.startswith("Most of the variance of the rate of excitatory is due to we (total index 0.5")
    shown = " ".join(words(figures["sobol"].draw()).split())
    assert "Of 1024 samples" in shown
    assert "ran away" not in shown
    assert list(figures["sobol"].table().columns[-3:]) == ["points", "diverged", "problems"]


def test_no_knob_is_said_to_make_most_where_the_samples_do_not_tell():
    """It was, with a total index of 0.36 ± 0.19 and another knob at 0.24 ± 0.10."""
    table = pd.DataFrame(
        [("b", 0.36, 0.19, 0.24, 0.1), ("w", 0.24, 0.1, 0.37, 0.1)],
        columns=["knob", "total", "total_se", "first", "first_se"],
    )
    of = "of the variance of the rate"
    said = f"whether b (total index 0.36 ± 0.19) or w (0.24 ± 0.10) makes more {of} takes more samples to tell"
    assert captions._most_variance(table, "the rate") == said
    said = f"the largest part {of} is due to b (total index 0.36 ± 0.02, alone 0.24 ± 0.10)"
    assert captions._most_variance(table.assign(total_se=0.02), "the rate") == said


def test_a_feature_that_few_places_make_is_told_to_need_more_samples():
    rows = _rows(64)
    rows.loc[7, "rate_excitatory"] = 1e4
    features = features_of(["excitatory"])
    figure = of_sweep(rows, AXES, features, KNOBS, {"excitatory": 10}, chosen=["rate_excitatory"])["sobol"].draw()
    assert "as of rate_excitatory, it takes more samples" in " ".join(words(figure).split())
    assert figure.axes[0].get_xlim()[1] <= 1.25


@pytest.mark.parametrize(
    ("samples", "axes", "problem"),
    [
        (12, None, "samples = 12 is no power of 2"),
        (8, None, "samples = 8 must be at least 16"),
        (8, {"we": {"linear": [0, 1]}}, "needs at least two axes"),
        (8, RANGES | {"p": {"values": [0.1, 0.2]}}, "needs at least two axes, each of linear"),
        (8, RANGES | {"p": {"linear": [0.1, 0.2, 5]}}, r"\[low, high\] for a Latin hypercube or sobol"),
    ],
)
def test_what_gives_no_indices_is_refused(samples, axes, problem):
    with pytest.raises(ConfigError, match=problem):
        _sweep(samples, axes)


def _shown(monkeypatch, first, first_se, total, total_se):
    """Draw given indices of one feature; return the figure."""
    knobs = list(RANGES)[: len(first)]
    found = pd.DataFrame({"feature": "rate_excitatory", "knob": knobs, "first": first, "total": total})
    found = found.assign(first_se=first_se, total_se=total_se, samples=16, of=16, noise=0.0)
    monkeypatch.setattr(indices, "sobol", lambda *_: found)
    rows, features = _rows(16), features_of(["excitatory"])
    return sweep_sobol.sobol(rows, knobs, features, KNOBS, ["rate_excitatory"])


@pytest.mark.parametrize("first", [[-0.5, 0.1], [0.1, 1.4]])
def test_a_line_of_the_first_order_that_leaves_its_panel_is_told(monkeypatch, first):
    """Lines of total indices alone were told; a first order of -0.5 was not to be seen at all, without a word."""
    shown = " ".join(words(_shown(monkeypatch, first, [0.1, 0.1], [0.5, 0.5], [0.1, 0.1])).split())
    assert "Where a line leaves its panel, as of rate_excitatory, it takes more samples" in shown
    figure = _shown(monkeypatch, [0.05, 0.1], [0.2, 0.1], [0.5, 0.5], [0.1, 0.1])
    assert "leaves its panel" not in " ".join(words(figure).split())
    low, high = figure.axes[0].get_xlim()
    assert low < 0.05 - 0.2  # the whole line is within
    assert high >= 1


def test_the_names_of_two_knobs_do_not_lie_on_each_other(monkeypatch):
    """With two knobs a panel was 0.2 inches high, and its two names overlapped."""
    figure = _shown(monkeypatch, [0.3, 0.4], [0.1, 0.1], [0.5, 0.5], [0.1, 0.1])
    figure.draw_without_rendering()
    upper, lower = (label.get_window_extent() for label in figure.axes[0].get_yticklabels())
    assert upper.y0 >= lower.y1
