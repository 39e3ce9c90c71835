import hashlib
import io
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from matplotlib.collections import LineCollection, PatchCollection, QuadMesh
from matplotlib.figure import Figure
from synthetic import KNOBS, features_of, grid, hypercube, rows_of, spikes_of
from typer.testing import CliRunner

import pipeline.cli.sweeps  # noqa: F401, its verbs
from networks.gutnisky2017.paper import __main__ as paper
from pipeline.cli.commands import app
from pipeline.cli.figures import figure as draw_figure
from pipeline.config.reader import ConfigError, read_yaml
from pipeline.config.tables import write_rows
from pipeline.measure.network import feature_table
from pipeline.measure.own import placed
from pipeline.measure.patterns import Feature
from pipeline.network.reading import read_model
from pipeline.plan.run import Plan
from pipeline.show import captions
from pipeline.show.captions import of_raster
from pipeline.show.chosen import choose, kind_label, panels, populations_of
from pipeline.show.network_figures import given
from pipeline.show.network_raster import raster, share, uncovered
from pipeline.show.style import COLOURS, knob_axis, log_ticks, looks, numbers, text
from pipeline.show.suite import of_sweep
from pipeline.show.sweep_data import colour_limits, edges, is_log, means, table_of
from pipeline.show.sweep_figures import curves, family
from pipeline.show.sweep_maps import maps
from pipeline.show.sweep_pairs import dependence, pairs
from pipeline.show.sweep_spread import distributions

EI = {"excitatory": 400, "inhibitory": 100}
WE = np.geomspace(0.8, 3.2, 5)


def drawn(figure, kind="png"):
    """Bytes of a figure as figures.save writes them; warnings are errors (pyproject)."""
    file = io.BytesIO()
    figure.savefig(file, format=kind, metadata={"Date": None, "Creator": None} if kind == "svg" else {"Software": None})
    return file.getvalue()


def words(figure):
    return " ".join(one.get_text() for one in figure.findobj(lambda artist: hasattr(artist, "get_text")))


def with_gid(axes, gid):
    return [one for one in axes.get_children() if one.get_gid() == gid]


def one_knob(**more):
    return rows_of(grid(we=WE), EI, **more)


# what features are of


def test_every_feature_knows_its_populations_whatever_they_are_called():
    names = ["E", "E_median", "P", "median", "layer 4", "Q"]
    found = features_of(names, events=True).values()
    assert all(one.populations and set(one.populations) <= set(names) for one in found)
    assert populations_of(features_of(names)) == names


def test_a_feature_of_no_pattern_stands_alone():
    own = Feature("index", "1", "Of mine.", "Selectivity", "scalar")
    assert own.populations == ()
    rows = one_knob()[0].assign(index=np.arange(20.0))
    assert curves(rows, "we", {"index": own}, KNOBS, ["index"]).axes[0].get_ylabel() == "selectivity"


def test_a_networks_own_features_are_of_the_populations_in_their_names():
    usual = features_of(["E", "I", "L_23"])

    def own(name, unit="1", label=""):
        made = placed(Feature(name, unit, "", label or name, "scalar"), usual, ["E", "I", "L_23"])
        return made.pattern, made.populations, made.label

    assert own("rate_E", "spikes/s") == ("rate_P", ("E",), "Rate of E")
    assert own("rate_E", "1") == ("", ("E",), "rate_E")  # in another unit it is another thing
    assert own("latency_E", "ms") == ("latency_P", ("E",), "Latency of E")  # though there are no events
    assert own("z1_L_23") == ("z1_P", ("L_23",), "z1_L_23")
    assert own("z1_E_late") == ("z1_P_late", ("E",), "z1_E_late")
    assert own("flow_E_I") == ("flow_P_Q", ("E", "I"), "flow_E_I")
    assert own("index_E", label="Selectivity") == ("", ("E",), "Selectivity")
    assert own("corr_EE") == ("", (), "corr_EE")


def test_a_population_has_its_colour_in_all_panels_its_own_features_included():
    rows, features = rows_of(grid(we=WE), {"E": 5, "I": 5, "T": 5})
    features |= {f"z1_{one}": placed(Feature(f"z1_{one}", "1", "", f"z1_{one}", "scalar"), {}, "EIT") for one in "TI"}
    rows = rows.assign(z1_T=rows["we"], z1_I=2 * rows["we"])
    chosen = choose(rows, features, {"E": 5, "I": 5, "T": 5}, given={"T"})
    assert chosen[:5] == ["z1_I", "z1_T", "rate_E", "rate_I", "rate_T"]  # own ones first, given input last
    figure = curves(rows, "we", features, KNOBS, chosen, ["L", "E", "I", "T"])
    colours = dict(zip("EIT", COLOURS[1:], strict=False))
    own, rates = (
        [line.get_color() for line in panel.lines if line.get_linestyle() == "-" and len(line.get_xdata()) == 5]
        for panel in figure.axes[:2]
    )
    assert figure.axes[0].get_ylabel() == "z1"
    assert own == [colours["I"], colours["T"]]
    assert rates == [colours["E"], colours["I"], colours["T"]]
    legend = figure.legends[0]
    shown = {one.get_label(): one.get_color() for one in legend.legend_handles}
    assert shown == colours
    spread = distributions(rows, "we", features, KNOBS, ["z1_T"], ["L", "E", "I", "T"])
    assert {line.get_color() for line in with_gid(spread.axes[0], "points")} == {colours["T"]}


def test_own_features_come_first_as_they_are_declared_those_that_any_network_has_included():
    model = read_model("networks/gutnisky2017/m_current")  # its script has features.py beside it
    features = feature_table(model)
    rng = np.random.default_rng(5)
    varied = {name: rng.random(6) for name, one in features.items() if one.kind == "scalar"}
    rows = pd.DataFrame({"g_EE": np.arange(6.0), "status": "ok", "problem": None, **varied})
    chosen = choose(rows, features, model.populations, given=given(model))
    assert chosen[:6] == ["rate_E", "rate_I", "rate_T", "cv_E", "cv_I", "cv_T"]
    assert {"z1_E", "R_E", "latency_E", "latency_I"} <= set(chosen)
    assert not any("quantile" in name for name in chosen)
    assert len(chosen) == len(set(chosen))
    shown = panels(rows, ["g_EE"], features, model.populations, given=given(model))
    assert len(shown) == len(set(shown))
    assert not any(name.endswith("_T") for name in shown)


def test_labels_have_units():
    features = features_of(["E", "I"])
    labels = {name: kind_label(features[name]) for name in ("rate_E", "cv_E", "corr_E_I", "fano_E", "peak_power_E")}
    assert labels["rate_E"] == "rate (spikes/s)"
    assert labels["cv_E"] == "CV of intervals"
    assert labels["fano_E"] == "Fano factor"
    assert "P" not in labels["corr_E_I"].replace("Poisson", "")


def test_chosen_features_are_defined_and_vary_and_rates_come_first():
    rows, features = one_knob()
    rows["chi_excitatory"] = rows["chi_inhibitory"] = 0.5
    rows["cv_excitatory"] = None
    chosen = choose(rows, features, EI, {})
    assert chosen[:3] == ["rate_excitatory", "rate_inhibitory", "cv_inhibitory"]
    assert not {"chi_excitatory", "cv_excitatory", "n_active_excitatory"}.intersection(chosen)


@pytest.mark.parametrize("chooser", [choose, lambda rows, *given: panels(rows, ["we"], *given)], ids=["curves", "map"])
def test_own_features_that_vary_come_first_wherever_they_are_defined(chooser):
    rows, features = one_knob()
    features = {
        **features,
        **{name: Feature(name, "1", "", name, "scalar", own=True) for name in ("mine", "flat", "rare")},
    }
    rows = rows.assign(mine=rows["we"] ** 2, flat=1.0, rare=np.nan)
    rows.loc[:3, "rare"] = [1.0, 2.0, 3.0, 4.0]
    chosen = chooser(rows, features, EI, {})
    assert chosen[:4] == ["mine", "rare", "rate_excitatory", "rate_inhibitory"]
    assert chosen[2:] == chooser(rows, dict(list(features.items())[:-3]), EI, {})  # they take no panel from others


def test_of_many_own_features_there_are_so_many_panels():
    rows, features = one_knob()
    own = {f"own{k}": Feature(f"own{k}", "1", "", f"own{k}", "scalar", own=True) for k in range(40)}
    chosen = panels(rows.assign(**dict.fromkeys(own, rows["we"])), ["we"], features | own, EI)
    assert sum(name in own for name in chosen) == 12


def test_of_own_features_and_rates_those_come_first_that_depend_on_the_knobs():
    rows, features = one_knob()
    noise = np.random.default_rng(1).random((2, len(rows)))
    features |= {name: Feature(name, "1", "", name, "scalar", own=True) for name in ("given", "found")}
    rows = rows.assign(given=noise[0], found=rows["we"], rate_excitatory=noise[1])
    assert panels(rows, ["we"], features, EI)[:4] == ["found", "given", "rate_inhibitory", "rate_excitatory"]


def populations_in(chosen, features):
    return {name for one in chosen for name in features[one].populations}


@pytest.mark.parametrize("chooser", [choose, lambda rows, *given: panels(rows, ["we"], *given)], ids=["curves", "map"])
@pytest.mark.parametrize(("more", "shown"), [(0.04, {"E"}), (0.3, {"a", "b"})])
def test_a_whole_is_shown_without_parts_that_fire_alike_and_else_the_parts_that_cover_it(chooser, more, shown):
    populations = {"a": 5, "E": 10, "b": 5}
    rows, features = rows_of(grid(we=WE), populations)
    rows["rate_a"], rows["rate_b"] = rows["rate_E"] * (1 - more), rows["rate_E"] * (1 + more)
    rows.loc[:3, ["rate_E", "rate_a", "rate_b"]] = 0.0
    assert populations_in(chooser(rows, features, populations, {"a": "E", "b": "E"}), features) == shown


def test_of_parts_that_do_not_cover_their_whole_only_rates_are_chosen_and_behind_it():
    populations = {"a": 5, "E": 10, "b": 4}
    rows, features = rows_of(grid(we=WE), populations)
    chosen = choose(rows, features, populations, {"a": "E", "b": "E"})
    assert chosen[:4] == ["rate_E", "rate_a", "rate_b", "cv_E"]
    assert "cv_a" not in chosen


def test_panels_of_maps_leave_out_noise_and_what_goes_with_others():
    rows, features = rows_of(grid(we=WE, g=[2, 4, 6, 8]), EI)
    chosen = panels(rows, ["we", "g"], features)
    assert chosen[:2] == ["rate_excitatory", "rate_inhibitory"]
    assert "v_mean_excitatory" not in chosen  # a straight line of the rate
    assert not any(name.startswith("fano") for name in chosen)  # noise
    assert len(chosen) <= 6


# data


def test_means_and_standard_errors_are_those_of_the_points_that_are_ok():
    rows, features = one_knob(diverge=lambda knobs, network: knobs["we"] > 3 and network < 2)
    found = table_of(rows, ["we"], features, ["rate_excitatory"])
    own = rows[rows["we"] == WE[0]]["rate_excitatory"].astype(float)
    assert found["mean"][0] == pytest.approx(own.mean())
    assert found["sem"][0] == pytest.approx(own.std() / 2)
    assert found["n"].tolist() == [4, 4, 4, 4, 2]
    assert found["diverged"].tolist() == [0, 0, 0, 0, 2]
    assert list(found) == ["we", "feature", "unit", "mean", "sem", "n", "points", "diverged", "problems"]


def test_a_knob_may_be_called_as_a_column():
    rows, features = one_knob()
    found = table_of(rows.rename(columns={"we": "n"}), ["n"], features, ["rate_excitatory"])
    assert found["n (knob)"].tolist() == pytest.approx(WE.tolist())


def test_angles_are_averaged_on_the_circle():
    features = {"phase_E": features_of(["E"], events=True)["phase_E"]}
    rows = pd.DataFrame({"we": 1.0, "status": "ok", "problem": None, "phase_E": [3.1, -3.1]})
    found = means(rows, ["we"], ["phase_E"], features)
    assert abs(found["mean"][0]) == pytest.approx(np.pi)
    assert found["sem"][0] == pytest.approx(np.pi - 3.1)


@pytest.mark.parametrize(
    ("values", "log"),
    [
        ([1, 2, 4], True),
        ([1, 2, 5, 10], True),
        ([1, 2, 3], False),
        ([2, 3, 4, 5, 6, 8], False),
        ([0, 1, 2, 4], False),
        ([1, 10], False),
        ([1], False),
        ([point["we"] for point in hypercube(60, we=(0.1, 10, True))], True),
        ([point["we"] for point in hypercube(60, we=(0.1, 10, False))], False),
    ],
)
def test_axes_are_logarithmic_where_values_are_spaced_so(values, log):
    assert is_log(np.array(values, dtype=float)) is log


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


def test_cells_have_their_edges_between_values():
    assert edges(np.array([1.0, 2, 4]), log=False).tolist() == [0.5, 1.5, 3, 5]
    assert edges(np.array([1.0, 4, 16]), log=True) == pytest.approx([0.5, 2, 8, 32])
    assert edges(np.array([2.0]), log=False) == pytest.approx([1.8, 2.2])


def test_runaways_do_not_flatten_colours_but_usual_ends_stay():
    usual = np.linspace(2, 10, 30)
    none = np.zeros(30, dtype=bool)
    assert colour_limits(usual, none) == (2, 10)
    assert colour_limits(np.append(usual, 300), np.append(none, True)) == (2, 10)
    assert colour_limits(np.append(usual, 300), np.append(none, False))[1] == 10
    low, high = colour_limits(np.full(4, 3.0), none[:4])
    assert low < 3 < high
    assert colour_limits(np.full(3, np.nan), none[:3]) == (0, 1)


# curves and families


def test_curves_show_means_with_bars_on_a_logarithmic_axis_with_units():
    rows, features = one_knob()
    figure = curves(rows, "we", features, KNOBS)
    panel = figure.axes[0]
    assert panel.get_ylabel() == "rate (spikes/s)"
    assert panel.get_xscale() == "log"
    assert figure.axes[-1].get_xlabel() == "we (mV)"
    expected = table_of(rows, ["we"], features, ["rate_excitatory"])["mean"]
    line = next(one for one in panel.lines if len(one.get_xdata()) == 5)
    assert line.get_ydata() == pytest.approx(expected.to_numpy())
    assert line.get_color() == COLOURS[0]
    assert any(isinstance(one, LineCollection) for one in panel.collections)
    assert "standard errors over 4 networks" in words(figure)
    assert [one.get_text() for one in figure.legends[0].get_texts()] == ["excitatory", "inhibitory"]


def test_points_that_diverged_are_crosses_at_the_bottom_and_counted():
    rows, features = one_knob(diverge=lambda knobs, network: knobs["we"] > 3 and network < 2)
    figure = curves(rows, "we", features, KNOBS)
    (crosses,) = with_gid(figure.axes[0], "diverged")
    assert crosses.get_xdata() == pytest.approx([WE[-1]])
    assert "2 of 20 points diverged" in words(figure).replace("\n", " ")


def test_a_runaway_does_not_flatten_curves_and_is_marked_at_the_edge():
    rows, features = one_knob(runaway=lambda knobs, network: knobs["we"] > 3)
    panel = curves(rows, "we", features, KNOBS).axes[0]
    assert panel.get_ylim()[1] < 50
    assert any(len(one.get_xdata()) for one in with_gid(panel, "beyond"))


def test_labels_of_a_single_row_have_room():
    rows, features = one_knob()
    figure = curves(rows, "we", features, KNOBS, ["rate_excitatory", "rate_inhibitory", "peak_frequency_excitatory"])
    drawn(figure)
    legend = figure.legends[0].get_window_extent()
    assert not any(axes.yaxis.label.get_window_extent().overlaps(legend) for axes in figure.axes)


def test_one_network_has_no_bars_and_says_so():
    rows, features = one_knob(networks=1)
    figure = curves(rows, "we", features, KNOBS)
    assert not any(isinstance(one, LineCollection) for one in figure.axes[0].collections)
    assert "no standard errors" in words(figure)


def test_a_family_has_a_line_for_each_value_and_a_bar_of_colours_for_many():
    rows, features = rows_of(grid(we=WE, g=[2, 4, 6]), EI)
    figure = family(rows, "we", "g", features, KNOBS)
    assert figure.axes[0].get_title(loc="left") == "rate of excitatory (spikes/s)"
    assert [one.get_text() for one in figure.legends[0].get_texts()] == ["2", "4", "6"]
    rows, features = rows_of(grid(we=WE, g=np.arange(2, 14)), EI, networks=1)
    figure = family(rows, "we", "g", features, KNOBS)
    assert not figure.legends
    assert figure.axes[-1].get_ylabel() == "g"


# maps and pairs


def test_maps_have_true_axes_and_hatch_what_diverged():
    points = grid(g=[2, 3, 6], we=[0.5, 1, 2, 4])
    rows, features = rows_of(points, EI, diverge=lambda knobs, network: knobs["g"] == 2 and knobs["we"] == 4)
    figure = maps(rows, "g", "we", features, KNOBS)
    panel = figure.axes[0]
    mesh = next(one for one in panel.collections if isinstance(one, QuadMesh))
    assert np.asarray(mesh.get_coordinates())[0, :, 0] == pytest.approx([1.5, 2.5, 4.5, 7.5])
    assert (panel.get_xscale(), panel.get_yscale()) == ("linear", "log")
    assert mesh.get_array().mask.sum() == 1
    (hatched,) = with_gid(panel, "diverged")
    assert isinstance(hatched, PatchCollection)
    assert hatched.get_hatch()
    assert "4 of 48 points" in words(figure).replace("\n", " ")
    assert panel.get_title(loc="left") == "rate of excitatory (spikes/s)"


def test_colour_bars_have_triangles_where_values_lie_beyond():
    rows, features = rows_of(
        grid(g=[2, 3, 6, 8], we=[0.5, 1, 2, 4]), EI, runaway=lambda knobs, network: knobs["g"] == 2 and knobs["we"] == 4
    )
    figure = maps(rows, "g", "we", features, KNOBS, ["rate_excitatory", "chi_excitatory"])
    meshes = [one for axes in figure.axes[:2] for one in axes.collections if isinstance(one, QuadMesh)]
    assert [mesh.colorbar.extend for mesh in meshes] == ["max", "neither"]
    assert meshes[0].norm.vmax < 50
    (dots,) = with_gid(figure.axes[0], "problem")
    assert dots.get_xdata().tolist() == [2]


def test_a_colour_bar_of_tiny_values_has_no_factor_above_it():
    rows, features = rows_of(grid(g=[2, 3, 6], we=[0.5, 1, 2]), EI)
    rows["corr_excitatory"] = 1e-5 * rows["we"]
    figure = maps(rows, "g", "we", features, KNOBS, ["corr_excitatory"])
    drawn(figure)
    bar = figure.axes[1].yaxis
    assert bar.get_offset_text().get_text() == ""
    assert "1.2e-05" in [label.get_text() for label in bar.get_ticklabels()]


def test_a_hypercube_is_points():
    rows, features = rows_of(hypercube(40, g=(2, 8, False), we=(0.5, 5, True)), EI, networks=1)
    panel = maps(rows, "g", "we", features, KNOBS).axes[0]
    assert not any(isinstance(one, QuadMesh) for one in panel.collections)
    assert max(len(one.get_offsets()) for one in panel.collections) == 40


def test_pairs_are_a_triangle_with_the_feature_on_the_diagonal():
    points = hypercube(40, g=(2, 8, False), we=(0.5, 5, True), delay=(0.5, 4, False))
    rows, features = rows_of(points, EI, networks=1)
    figure = pairs(rows, ["g", "we", "delay"], "rate_excitatory", features, KNOBS)
    labels = [axes.get_xlabel() for axes in figure.axes]
    assert [label for label in labels if label] == ["g", "we (mV)", "delay (ms)"]
    assert figure.axes[-1].child_axes[0].get_xlabel() == "rate of excitatory (spikes/s)"
    assert sum(bool(axes.collections) for axes in figure.axes[:6]) == 6


def test_dependence_shows_rank_correlations():
    rows, features = rows_of(hypercube(60, we=(0.5, 5, True), delay=(0.5, 4, False), g=(2, 8, False)), EI, networks=1)
    figure = dependence(rows, ["we", "delay", "g"], features, KNOBS, ["rate_excitatory"])
    shown = figure.axes[0].images[0].get_array()
    assert shown.shape == (1, 3)
    assert shown[0, 0] > 0.8 > abs(shown[0, 1])


# rasters


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


# whatever comes


def nothing_varies():
    return rows_of(grid(we=[2.0], g=[4.0], delay=[1.0]), EI, networks=1)


def all_diverged():
    return rows_of(grid(we=WE, g=[2, 4], delay=[1.0]), EI, networks=1, diverge=lambda *_: True)


def all_undefined():
    rows, features = rows_of(grid(we=WE, g=[2, 4], delay=[1.0]), EI, networks=1)
    return rows.assign(**dict.fromkeys(features)), features


def no_rows():
    rows, features = nothing_varies()
    return rows[:0], features


def no_table():
    return pd.DataFrame(), nothing_varies()[1]


def strange_names():
    return rows_of(
        grid(we=WE, g=[2, 4], delay=[1.0, 2.0]), {"抑制性_$x_{": 4, "very_long_" * 8: 5, "σ–τ": 1}, networks=1
    )


def twenty():
    return rows_of(grid(we=WE, g=[2, 4], delay=[1.0, 2.0]), {f"layer {k}": 5 for k in range(20)}, networks=1)


@pytest.mark.parametrize("axes", [[], ["we"], ["we", "g"], ["we", "g", "delay"]], ids=len)
@pytest.mark.parametrize(
    "make", [nothing_varies, all_diverged, all_undefined, no_rows, no_table, strange_names, twenty]
)
def test_any_table_gives_pictures_captions_and_tables(make, axes):
    rows, features = make()
    found = of_sweep(rows, axes, features, KNOBS, dict.fromkeys(populations_of(features), 10), {})
    for one in found.values():
        figure = one.draw()
        drawn(figure)
        assert words(figure).strip()
        assert one.caption().endswith(".")
        assert "nan" not in one.caption().split()
        assert {"feature", "unit", "mean", "n", "points", "diverged"} <= set(one.table())


def test_features_asked_for_that_are_nowhere_defined_are_empty_panels_that_say_so():
    rows, features = rows_of(grid(we=WE, g=[2, 4]), EI)
    rows["cv_excitatory"] = np.nan
    for figure in (
        curves(rows[rows["g"] == 2], "we", features, KNOBS, ["rate_excitatory", "cv_excitatory"]),
        family(rows, "we", "g", features, KNOBS, ["rate_excitatory", "cv_excitatory"]),
        maps(rows, "we", "g", features, KNOBS, ["rate_excitatory", "cv_excitatory"]),
    ):
        drawn(figure)
        assert "undefined" in words(figure)


def test_a_dependence_of_what_is_nowhere_defined_has_no_number():
    rows, features = rows_of(grid(we=WE, g=[2, 4], delay=[1.0, 2.0]), EI)
    rows["cv_excitatory"] = np.nan
    figure = dependence(rows, ["we", "g", "delay"], features, KNOBS, ["rate_excitatory", "cv_excitatory"])
    shown = [one.get_text() for one in figure.axes[0].texts]
    assert "–" not in shown[:3]
    assert shown[3:] == ["–"] * 3
    assert "undefined at all points" in words(figure)


def test_figures_by_the_number_of_axes_and_for_each_protocol():
    rows, features = rows_of(grid(we=WE, g=[2, 4, 6]), EI, protocols=("rest", "touch"), networks=1)
    found = of_sweep(rows, ["we", "g"], features, KNOBS, EI, {})
    kinds = ("map", "family", "distributions")
    assert set(found) == {f"{kind}_{protocol}" for kind in kinds for protocol in ("rest", "touch")}
    assert "protocol touch" in words(found["map_touch"].draw())
    one = rows[rows["protocol"] == "rest"]
    assert set(of_sweep(one[one["g"] == 2], ["we"], features, KNOBS, EI, {})) == {"curves", "distributions"}
    cube, features = rows_of(hypercube(30, we=(1, 2, False), g=(2, 8, False)), EI, networks=1)
    assert set(of_sweep(cube, ["we", "g"], features, KNOBS, EI, {})) == {"map", "pairs", "dependence", "distributions"}


@pytest.mark.parametrize("kind", ["png", "svg"])
def test_the_same_table_gives_the_same_bytes(kind):
    rows, features = rows_of(grid(we=WE, g=[2, 4, 6]), EI, diverge=lambda knobs, network: knobs["we"] > 3)
    spikes = spikes_of(EI, {"excitatory": 5, "inhibitory": 9}, 1.5)
    both = [
        hashlib.sha256(
            drawn(maps(rows, "we", "g", features, KNOBS, ["rate_excitatory"]), kind)
            + drawn(raster(spikes, EI, None, 0.5, 1.5, ""), kind)
        ).hexdigest()
        for _ in range(2)
    ]
    assert both[0] == both[1]


# features that were asked for


@pytest.fixture(params=["networks/stdp", "networks/gutnisky2017"])
def sweep(request, tmp_path):
    """Make a table of a sweep over two knobs, which was never simulated; return the network and the table."""
    model, rng, rows = read_model(request.param), np.random.default_rng(4), []
    axes = list(model.knobs)[:2]
    for point, (x, y) in enumerate(np.ndindex(3, 3)):
        values = model.point(next(iter(model.protocols)), {})
        values = {name: values[name] for name in model.knobs} | {axes[0]: 1.0 + x, axes[1]: 1.0 + y}
        found = {name: [1.0] if one.kind == "curve" else rng.random() for name, one in feature_table(model).items()}
        rows.append(
            {"point": point, "protocol": next(iter(model.protocols)), "network": 0, **values, "status": "ok"}
            | {"problem": None, "cpu_s": 1.0, **found}
        )
    write_rows(tmp_path / "features.parquet", rows)
    return Path(request.param), tmp_path / "features.parquet"


def test_the_features_that_are_asked_for_are_drawn_and_no_others(sweep, tmp_path):
    network, table = sweep
    names = {"stdp": "weights_mean, cv_neuron", "gutnisky2017": "cv_E,corr_EI"}[network.name]
    draw_figure("map", table, [tmp_path / "chosen.svg"], names, model=network)
    said = (tmp_path / "chosen.svg").read_text()
    titles = {
        "stdp": ["weights_mean", "CV of intervals in neuron"],
        "gutnisky2017": ["CV of intervals in E", "corr_EI"],
    }
    assert all(said.count(f">{one}") == 1 for one in titles[network.name]), said
    assert not any(f">{one}" in said for one in ("rate", "weights_low", "Fano factor"))


@pytest.mark.parametrize("wrong", ["rate_nobody", "", "psth_E"])
def test_a_feature_that_is_none_is_refused(sweep, tmp_path, wrong):
    network, table = sweep
    with pytest.raises(ConfigError, match=f"figure: --features: (unknown )?feature '{wrong}'") as caught:
        draw_figure(
            "map",
            table,
            [tmp_path / "a.png"],
            f"rate_{'neuron' if network.name == 'stdp' else 'E'},{wrong}",
            model=network,
        )
    assert re.search(r"known: .*rate_|is a curve, not one number", f"{caught.value}")
    with pytest.raises(ConfigError, match="--features goes with"):
        draw_figure("raster", table, [tmp_path / "a.png"], "rate_E", spikes=[table], model=network)


def test_curves_of_the_papers_network_may_be_of_any_of_its_features(tmp_path):
    model, rows = read_model("networks/gutnisky2017"), []
    for point, rate in enumerate((6.0, 10.0, 14.0)):
        found = {name: [1.0] if one.kind == "curve" else 0.5 for name, one in feature_table(model).items()}
        values = model.point("whisking", {"A_T": rate})
        rows.append({"point": point, "protocol": "whisking", **values, "status": "ok", "problem": None} | found)
        rows[-1] |= {"network": 0, "cpu_s": 1.0}
    write_rows(tmp_path / "features.parquet", rows)
    paper.curve("rates", tmp_path / "features.parquet", [tmp_path / "a.svg"], "cv_E,corr_EE,corr_EI")
    assert ">cv, corr<" in (tmp_path / "a.svg").read_text()


def test_a_run_says_which_features_the_figures_of_a_sweep_are_of():
    content = read_yaml("networks/stdp/config.yaml")
    content["figures"]["features"] = {"sweep": ["weights_mean", "cv_neuron"]}
    assert Plan(content, "config").run.figures.features == {"sweep": ("weights_mean", "cv_neuron")}
    for wrong, words_ in (
        (
            {"sweep": ["weights_men"]},
            "figures.features.sweep: unknown feature 'weights_men'; nearest known: weights_mean",
        ),
        ({"swep": ["weights_mean"]}, "figures.features = 'swep' is none of the sweeps"),
        ({"sweep": []}, r"figures\.features\.sweep is empty: give at least one"),
    ):
        content["figures"]["features"] = wrong
        with pytest.raises(ConfigError, match=words_):
            Plan(content, "config")


def test_the_help_of_verbs_that_take_any_network_has_no_values_of_one():
    for verb, own in (("simulate", 4), ("figure", 0)):
        said = " ".join(CliRunner().invoke(app, [verb, "--help"], env={"COLUMNS": "1000"}).stdout.split())
        assert said.count("Default: the network's own") == own
        assert not any(word in said for word in ("whisking", "default: results]", "A_T"))
    assert "Default: the first in the table" in said


# sentences


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


# small things


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
