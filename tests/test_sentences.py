"""What sentences, quantiles and rank correlations of a sweep rest on, and of which features they are."""

import numpy as np
import pandas as pd
import pytest
from synthetic import KNOBS, features_of, grid, hypercube, rows_of

from pipeline.show import captions
from pipeline.show.chosen import choose, panels
from pipeline.show.suite import of_sweep
from pipeline.show.sweep_data import sound, without
from pipeline.show.sweep_pairs import correlations, dependence, pairs
from pipeline.show.sweep_spread import distributions, spread_table

EI = {"E": 400, "I": 100}
RATE = ["rate_E"]


def words(figure):
    texts = (one.get_text() for one in figure.findobj(lambda artist: hasattr(artist, "get_text")))
    return " ".join(" ".join(texts).split())


def wild(n=24, networks=3):
    """Return rows of a grid over three knobs in which the points with g = 2 and we > 2 ran away, and the features."""
    points = grid(g=[2, 4, 6], we=np.linspace(1, 2.4, n // 3), delay=[1.0, 2.0, 4.0])
    return rows_of(points, EI, networks=networks, runaway=lambda knobs, _: knobs["g"] == 2 and knobs["we"] > 2)


def test_no_sentence_has_a_value_of_a_point_that_ran_away_and_each_says_so():
    rows, features = wild()
    away = int(rows["problem"].notna().sum())
    assert away > 0
    assert rows.loc[rows["problem"].notna(), "rate_E"].eq(350).all()
    said = {
        "curves": captions.of_curves(rows, "we", features, KNOBS, RATE),
        "family": captions.of_family(rows, "we", "g", features, KNOBS, RATE),
        "map": captions.of_maps(rows, "we", "g", features, KNOBS, RATE),
        "slices": captions.of_slices(rows, "we", "delay", "g", features, KNOBS, RATE),
        "pairs": captions.of_pairs(rows, ["g", "we", "delay"], "rate_E", features, KNOBS),
        "dependence": captions.of_dependence(rows, ["g", "we", "delay"], features, KNOBS, RATE),
        "distributions": captions.of_distributions(rows, "g", features, KNOBS, RATE),
    }
    for one in said.values():
        assert f"without the {away} points that ran away)" in one
        assert "350" not in one
    usual = rows[rows["problem"].isna()]
    low, high = usual["rate_E"].astype(float).quantile([0.05, 0.95])
    assert f"nine tenths of its values lie between {low:.3g} and {high:.3g} spikes/s" in said["distributions"]
    means = usual.groupby(["g", "we", "delay"])["rate_E"].apply(lambda values: values.astype(float).mean())
    for kind in ("pairs",):
        assert f"lies between {means.min():.3g} and {means.max():.3g} spikes/s" in said[kind]
    for g in (2, 4, 6):  # all of three values, not the outermost alone
        here = means[g]
        assert f"between {here.min():.3g} and {here.max():.3g} spikes/s at g = {g}" in said["slices"]


def test_where_all_points_ran_away_sentences_are_of_these():
    rows, features = rows_of(grid(we=[1.0, 2.0]), EI, runaway=lambda *_: True)
    assert len(sound(rows)) == len(rows)
    assert without(rows) == "all of points that ran away"
    assert "350 spikes/s" in captions.of_curves(rows, "we", features, KNOBS, RATE)
    one = rows.assign(problem=[None] * 7 + ["E runs away"])
    assert without(one) == "without the point that ran away"


def test_quantiles_are_those_of_the_sentence_in_table_and_figure():
    rows, features = wild()
    table = spread_table(rows, "g", features, RATE).set_index("g")
    here = rows[(rows["g"] == 2) & rows["problem"].isna()]["rate_E"].astype(float)
    assert table.loc[2, "q95"] == pytest.approx(here.quantile(0.95))
    assert table.loc[2, "n"] == len(here)
    assert table.loc[2, "problems"] == (rows["problem"].notna()).sum()
    for by in ("g", None):
        assert "without the" in words(distributions(rows, by, features, KNOBS, RATE))


def test_rank_correlations_are_of_means_over_networks_without_points_that_ran_away():
    rows, features = rows_of(hypercube(30, we=(1, 2, False), g=(2, 8, False)), EI, networks=3)
    rows["rate_E"] = rows["we"] + 0.6 * (rows.index % 3 - 1)  # it rises with we, though networks differ by more
    (place,) = rows[rows["we"] == rows["we"].min()].index[:1]
    assert correlations(rows, ["we", "g"], RATE, features)[0, 0] == pytest.approx(1)
    rows.loc[place + 2, "rate_E"] = 350.0
    assert correlations(rows, ["we", "g"], RATE, features)[0, 0] < 1
    rows.loc[place + 2, "problem"] = "E runs away, 350 spikes/s"
    assert correlations(rows, ["we", "g"], RATE, features)[0, 0] == pytest.approx(1)
    assert "over 30 places (values of the knobs), means over networks, without the point that ran away" in words(
        dependence(rows, ["we", "g"], features, KNOBS, RATE)
    )
    once, _ = rows_of(hypercube(30, we=(1, 2, False), g=(2, 8, False)), EI, networks=1)
    assert "Rank correlations over 30 points; 0 may" in words(dependence(once, ["we", "g"], features, KNOBS, RATE))


def test_a_figure_of_one_feature_says_which_and_why():
    rows, features = rows_of(grid(we=[1.0, 1.3, 1.6, 2.0], g=[2.0, 4.0, 6.0], delay=[1.0, 2.0, 3.0]), EI, networks=1)
    axes = ["we", "g", "delay"]
    asked = of_sweep(rows, axes, features, KNOBS, EI, chosen=["rate_E", "rate_I"])["pairs"]
    said = "Drawn is rate_E, the first feature that was asked for, and not rate_I."
    assert asked.caption().endswith(said)
    assert said in words(asked.draw())
    assert "Drawn" not in of_sweep(rows, axes, features, KNOBS, EI, chosen=["rate_E"])["pairs"].caption()
    rows["rate_E"] = rows["we"]  # one knob acts on it
    rows["rate_I"] = rows["we"] / rows["g"]  # two on this one
    free = of_sweep(rows, axes, features, KNOBS, EI)["pairs"]
    assert free.caption().endswith("Drawn is rate_I, the first feature on which two knobs act.")
    assert words(pairs(rows, axes, "rate_I", features, KNOBS)).count("Drawn") == 0


def test_features_of_given_input_come_last_or_not_at_all():
    populations = {"T": 10, **EI}  # the input is the first of the network
    rows, features = rows_of(grid(we=[1, 2, 3, 4], g=[2, 4, 6]), populations)
    assert choose(rows, features, populations, given={"T"})[:3] == ["rate_E", "rate_I", "rate_T"]
    assert not any("_T" in name for name in panels(rows, ["we", "g"], features, populations, given={"T"}))
    assert panels(rows, ["we", "g"], features, populations)[0] == "rate_T"
    only = {name: feature for name, feature in features.items() if feature.populations == ("T",)}
    assert panels(rows, ["we", "g"], only, populations, given={"T"})[0] == "rate_T"  # there is nothing else
    figure = of_sweep(rows, ["we", "g"], features, KNOBS, populations, chosen=["rate_T", "rate_E"], given={"T"})["map"]
    assert figure.caption().startswith("The rate of E ")  # though T was asked for first, and is drawn first
    assert figure.draw().axes[0].get_title(loc="left") == "rate of T (spikes/s)"


def test_a_kind_that_only_input_varies_in_is_not_shown():
    rows, features = rows_of(grid(we=[1, 2, 3, 4]), {"E": 5, "T": 5})
    rows["cv_E"] = 0.5
    chosen = choose(rows, features, {"E": 5, "T": 5}, given={"T"})
    assert "cv_T" in choose(rows, features, {"E": 5, "T": 5})
    assert "cv_T" not in chosen
    assert features_of(["E"])["rate_E"].populations == ("E",)


def test_intervals_of_the_few_neurons_that_fired_most_are_no_finding():
    """The CV of a short run is that of neurons with three spikes, and rises with the rate whatever the network."""
    rows, features = rows_of(grid(we=[1, 2, 3, 4], g=[2, 4, 6]), {"E": 100})
    rows["cv_E"] = rows["we"] ** 2 + rows["g"]  # goes with no other feature
    for counted, shown in ((51, True), (49, False)):
        rows["n_cv_E"] = float(counted)
        assert ("cv_E" in choose(rows, features, {"E": 100})) == shown
        assert ("cv_E" in panels(rows, ["we", "g"], features, {"E": 100})) == shown


def test_means_that_differ_as_networks_do_are_alike():
    """Three equal rates have a highest one, too; with two networks each their errors are themselves uncertain."""
    noisy = pd.DataFrame({"g": [0.1, 0.2, 0.4], "mean": [0.814, 0.840, 0.826], "sem": [0.002, 0.015, 0.004], "n": 2})
    kwargs = ("g", features_of(["E"])["rate_E"], "g", KNOBS)
    assert captions._trend(noisy, *kwargs).startswith("stays near 0.827")
    assert captions._trend(noisy.assign(mean=[0.6, 1.2, 0.6]), *kwargs).startswith("peaks at 1.2")
