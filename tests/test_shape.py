"""How the knobs of a sweep vary, and the figures that follow: samples crossed with listed values, distributions."""

import re
import shlex

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from conftest import pipeline
from drawings import EI, WE, drawn, with_gid, words
from matplotlib.collections import PathCollection, QuadMesh
from PIL import Image
from synthetic import KNOBS, grid, hypercube, rows_of

from pipeline.config.reader import ConfigError, parse
from pipeline.config.tables import write_table
from pipeline.measure.network import feature_table
from pipeline.network.reading import read_model
from pipeline.plan.run import Plan
from pipeline.show import captions
from pipeline.show.calls import call, fit_call
from pipeline.show.style import knob_axis, numbers
from pipeline.show.suite import of_sweep
from pipeline.show.sweep_data import is_log
from pipeline.show.sweep_maps import maps
from pipeline.show.sweep_pairs import pairs
from pipeline.show.sweep_slices import slices
from pipeline.show.sweep_spread import distributions, spread_table
from pipeline.sweep import grid as grids
from pipeline.sweep import shape
from pipeline.sweep.budget import Budget
from pipeline.sweep.design import Sweep

CUBE = {"design": "latin_hypercube", "samples": 12}


def _sweep(axes, **content):
    basis = {"protocols": ["whisking", "touch"], "networks": 2, "duration": 1}
    return parse(Sweep, basis | {"axes": axes} | content, "sweep.yaml")


CROSSED = {"g_ET": {"log": [0.1, 0.4]}, "A_T": {"values": [4, 8, 14]}, "g_EI": {"linear": [0.2, 0.8]}}


def test_each_sample_of_a_hypercube_is_simulated_at_each_listed_value(model):
    sweep = _sweep(CROSSED, **CUBE)
    rows = grids.points(sweep, model).to_pandas()
    assert len(rows) == sweep.size == 12 * 3 * 2 * 2
    alone = grids.samples(_sweep({name: CROSSED[name] for name in ("g_ET", "g_EI")}, **CUBE), model)
    assert {(one["g_ET"], one["g_EI"]) for one in alone} == set(zip(rows["g_ET"], rows["g_EI"], strict=True))
    each = rows.groupby(["g_ET", "g_EI", "protocol", "network"])["A_T"].agg(sorted)
    assert len(each) == 12 * 4
    assert all(values == [4, 8, 14] for values in each)
    assert grids.axes_of(rows, model.knobs) == ["g_ET", "g_EI", "A_T"]
    assert grids.n_chunks(sweep, model, 9.0) == 24  # 144 points of 1.5 s


def test_a_hypercube_of_listed_values_alone_is_refused():
    with pytest.raises(
        ConfigError, match=r"sweep.yaml: .*needs an axis of linear: \[low, high\] or log: \[low, high\]"
    ):
        _sweep({"A_T": {"values": [4, 8]}}, **CUBE)
    with pytest.raises(ConfigError, match="for a Latin hypercube"):
        _sweep({"A_T": {"linear": [4, 8, 3]}}, **CUBE)


def test_a_budget_leaves_a_hypercube_as_many_samples_as_a_product_of_so_many_values_would_have():
    thin = Budget(values=3, networks=1).thin(_sweep(CROSSED, design="latin_hypercube", samples=60))
    assert (thin.samples, thin.size) == (9, 9 * 3 * 2)
    assert Budget(values=30).thin(_sweep(CROSSED, **CUBE)).samples == 12
    assert Budget(networks=1).thin(_sweep(CROSSED, **CUBE)).samples == 12
    assert Budget(values=2).thin(_sweep({"A_T": {"linear": [4, 8, 5]}})).samples is None
    two = {name: CROSSED[name] for name in ("g_ET", "g_EI")}
    assert Budget(values=5).thin(_sweep(two, design="sobol", samples=64)).samples == 16
    assert Budget(values=2).thin(_sweep(two, design="sobol", samples=64)).samples == 16  # the fewest that there may be


SWEEPS = [
    ({}, {}, ["distributions"]),
    ({"A_T": {"values": [4]}}, {}, ["distributions"]),
    ({"A_T": {"values": [4, 8]}}, {}, ["curves", "distributions"]),
    ({"A_T": {"linear": [4, 8]}}, CUBE, ["curves", "distributions"]),
    ({"A_T": {"values": [4, 8]}, "g_EI": {"log": [0.2, 0.8, 3]}}, {}, ["map", "family", "distributions"]),
    ({"A_T": {"linear": [4, 8]}, "g_EI": {"values": [0.2, 0.8]}}, CUBE, ["map", "family", "distributions"]),
    ({"A_T": {"linear": [4, 8]}, "g_EI": {"log": [0.2, 0.8]}}, CUBE, ["map", "pairs", "dependence", "distributions"]),
    (
        {"A_T": {"linear": [4, 8]}, "g_EI": {"log": [0.2, 0.8]}},
        CUBE | {"samples": 2},
        ["map", "pairs", "dependence", "distributions"],
    ),
    (CROSSED, CUBE, ["slices", "pairs", "dependence", "distributions"]),
    (
        {name: {"values": [0.1, 0.2, 0.3]} for name in ("g_ET", "g_EI", "g_EE")},
        {},
        ["slices", "pairs", "dependence", "distributions"],
    ),
    (
        {name: {"linear": [0.1, 0.2]} for name in ("g_ET", "g_EI", "g_EE")},
        CUBE,
        ["pairs", "dependence", "distributions"],
    ),
    (
        {name: {"linear": [0.1, 0.2]} for name in ("g_ET", "g_EI", "g_EE")},
        {"design": "sobol", "samples": 16},
        ["sobol", "pairs", "dependence", "distributions"],
    ),
]


@pytest.mark.parametrize(("axes", "more", "kinds"), SWEEPS)
def test_a_table_has_the_figures_that_the_file_of_its_sweep_says(model, axes, more, kinds):
    sweep = _sweep(axes, **more)
    wanted = shape.of_design(sweep)
    assert wanted.kinds == kinds
    rows = grids.points(sweep, model).to_pandas().assign(status="ok", problem=None)
    touch = rows[rows["protocol"] == "touch"]
    found = shape.of_table(touch, grids.axes_of(rows, model.knobs))
    assert (found.kinds, set(found.sampled), dict(found.crossed)) == (kinds, set(wanted.sampled), dict(wanted.crossed))
    features = feature_table(model)
    rows = rows.assign(**{name: 1.0 for name, feature in features.items() if feature.kind != "curve"})
    named = of_sweep(rows, grids.axes_of(rows, model.knobs), features, model.settable, model.populations)
    assert list(named) == [f"{kind}_{protocol}" for protocol in ("whisking", "touch") for kind in kinds]


def test_a_run_draws_distributions_of_samples_and_of_many_networks_and_not_of_grids(model, monkeypatch):
    drawn_of = lambda axes, **more: shape.of_design(_sweep(axes, **more)).usual  # noqa: E731
    assert drawn_of(CROSSED, **CUBE) == ["slices", "pairs", "dependence", "distributions"]
    assert drawn_of({"A_T": {"values": [4, 8]}}) == ["curves"]
    assert drawn_of({"A_T": {"values": [4, 8]}}, networks=5) == ["curves", "distributions"]
    assert drawn_of({}, networks=5) == ["distributions"]
    assert drawn_of({}) == []
    assert drawn_of({"A_T": {"values": [4, 8]}, "g_EI": {"values": [0.2, 0.8]}}, networks=9) == ["map", "family"]
    plan = Plan.__new__(Plan)
    plan.sweeps = {"a": _sweep(CROSSED, **CUBE), "b": _sweep({}, protocols=["touch"], networks=5)}
    assert plan.figures_of("a")[:2] == ["slices_whisking", "pairs_whisking"]
    assert plan.figures_of("b") == ["distributions"]


# slices


def crossed(n=24, **more):
    points = [
        point | {"delay": delay}
        for point in hypercube(n, we=(0.5, 5, True), g=(2, 8, False))
        for delay in (0.5, 1.0, 3.0)
    ]
    return rows_of(points, EI, networks=1, **more)


def test_slices_are_maps_of_points_at_each_listed_value_in_colours_that_they_share():
    rows, features = crossed(diverge=lambda knobs, network: knobs["delay"] == 3.0)
    figure = slices(rows, "we", "g", "delay", features, KNOBS, ["rate_excitatory", "chi_excitatory"])
    drawn(figure)
    above = figure.axes[:3]
    assert [axes.get_title() for axes in above] == ["delay = 0.5 ms", "delay = 1 ms", "delay = 3 ms"]
    assert not any(isinstance(one, QuadMesh) for axes in above for one in axes.collections)
    (one,), (other,) = (
        [c for c in axes.collections if isinstance(c, PathCollection) and len(c.get_offsets()) == 24]
        for axes in above[:2]
    )
    assert one.norm is other.norm
    here = rows[rows["delay"] == 1.0].set_index("we")["rate_excitatory"].astype(float)
    at = {round(x, 9): value for (x, _), value in zip(other.get_offsets(), other.get_array(), strict=True)}
    assert at == {round(x, 9): pytest.approx(value) for x, value in here.items()}
    (gone,) = with_gid(above[2], "diverged")
    assert len(gone.get_xdata()) == 24
    assert "undefined" not in words(figure)
    assert above[0].get_xscale() == "log"
    assert above[0].get_ylabel() == "g"
    assert figure.axes[3].get_xlabel() == "we (mV)"
    assert figure.axes[6].get_ylabel().replace("\n", " ") == "rate of excitatory (spikes/s)"
    assert "24 of 72 points" in words(figure).replace("\n", " ")


def test_of_many_values_slices_show_the_ends_and_say_what_they_leave_out():
    rows, features = rows_of(grid(we=WE, g=[2, 4, 6], delay=np.arange(1.0, 9.0)), EI, networks=1)
    figure = slices(rows, "we", "g", "delay", features, KNOBS, ["rate_excitatory"])
    titles = [axes.get_title() for axes in figure.axes[:5]]
    assert (titles[0], titles[-1]) == ("delay = 1 ms", "delay = 8 ms")
    assert titles[1:4] == ["delay = 3 ms", "delay = 5 ms", "delay = 6 ms"]
    assert "Not drawn: delay = 2, 4, 7." in words(figure).replace("\n", " ")


def test_a_product_of_three_is_sliced_by_the_knob_of_fewest_values():
    rows, features = rows_of(grid(we=WE, g=[2, 4], delay=[1.0, 2.0, 3.0]), EI, networks=1)
    assert shape.of_table(rows, ["we", "g", "delay"]).sliced_by == "g"
    assert words(of_sweep(rows, ["we", "g", "delay"], features, KNOBS, EI)["slices"].draw()).count("g = ") == 2


def test_pairs_of_a_sampled_and_a_listed_knob_are_points_not_stripes():
    rows, features = crossed()
    figure = pairs(rows, ["we", "g", "delay"], "rate_excitatory", features, KNOBS)
    assert not any(isinstance(one, QuadMesh) for axes in figure.axes for one in axes.collections)
    assert "means over the other knobs" in words(figure).replace("\n", " ")


def test_pairs_are_of_the_first_feature_on_which_two_knobs_act_unless_one_is_asked_for():
    rows, features = rows_of(hypercube(60, we=(0.5, 5, True), g=(2, 8, False), p=(0.1, 0.3, False)), EI, networks=1)
    axes = ["we", "g", "p"]
    rows["rate_excitatory"] = rows["p"]  # such as the rate of an input
    bar = lambda figure: figure.axes[-1].child_axes[0].get_xlabel()  # noqa: E731
    assert bar(of_sweep(rows, axes, features, KNOBS, EI)["pairs"].draw()) == "rate of inhibitory (spikes/s)"
    asked = of_sweep(rows, axes, features, KNOBS, EI, None, ["rate_excitatory", "rate_inhibitory"])
    assert bar(asked["pairs"].draw()) == "rate of excitatory (spikes/s)"


# distributions


def test_a_strip_has_the_points_and_the_median_at_each_value_and_says_what_diverged():
    rows, features = rows_of(
        grid(we=WE), EI, networks=20, diverge=lambda knobs, network: knobs["we"] > 3 and network < 7
    )
    figure = distributions(rows, "we", features, KNOBS, ["rate_excitatory"])
    panel = figure.axes[0]
    assert panel.get_title(loc="left") == "rate of excitatory (spikes/s)"
    assert panel.get_xlabel() == "we (mV)"
    assert panel.get_xscale() == "log"
    values = rows["rate_excitatory"].astype(float)
    medians = {line.get_xdata()[0]: line.get_ydata()[0] for line in with_gid(panel, "median")}
    assert medians == {at: pytest.approx(values[rows["we"] == at].median()) for at in WE}
    strips = [line for line in with_gid(panel, "points") if len(line.get_xdata())]
    assert [len(line.get_xdata()) for line in strips] == [20, 20, 20, 20, 13]
    for line, at in zip(strips, WE, strict=True):
        nearest = WE[np.abs(np.log(np.asarray(line.get_xdata())[:, None] / WE)).argmin(axis=1)]
        assert (nearest == at).all()
    (said,) = with_gid(panel, "diverged")
    assert (said.get_text(), said.get_position()[0]) == ("7/20", WE[-1])
    assert "7 of 100 points diverged" in words(figure).replace("\n", " ")


def test_runaways_do_not_stretch_a_strip_and_are_marked_beyond_it():
    rows, features = rows_of(
        grid(we=WE), EI, networks=8, runaway=lambda knobs, network: knobs["we"] > 3 and network < 2
    )
    panel = distributions(rows, "we", features, KNOBS, ["rate_excitatory"]).axes[0]
    assert panel.get_ylim()[1] < 60
    (beyond,) = with_gid(panel, "beyond")
    assert beyond.get_xdata() == [WE[-1]]


def test_of_a_sample_of_all_knobs_there_is_a_histogram_of_all_points():
    rows, features = rows_of(hypercube(60, we=(0.5, 5, True), g=(2, 8, False)), EI, networks=1)
    rows.loc[:4, "status"] = "diverged"
    figure = of_sweep(rows, ["we", "g"], features, KNOBS, EI, {}, ["rate_excitatory"])["distributions"].draw()
    panel = figure.axes[0]
    assert panel.get_xlabel() == "rate of excitatory (spikes/s)"
    assert panel.get_ylabel() == "points"
    assert sum(bar.get_height() for bar in panel.patches) == 55
    (median,) = with_gid(panel, "median")
    assert median.get_xdata()[0] == pytest.approx(rows["rate_excitatory"][5:].astype(float).median())


def test_the_table_of_distributions_has_their_quantiles_and_counts():
    rows, features = rows_of(grid(we=WE), EI, networks=21, diverge=lambda knobs, network: network == 20)
    rows["rate_excitatory"] = np.tile(np.arange(21.0), 5)
    table = spread_table(rows, "we", features, ["rate_excitatory"])
    first = table.iloc[0]
    assert (first["n"], first["points"], first["diverged"], first["problems"]) == (20, 21, 1, 0)
    assert first[["q05", "q25", "q50", "q75", "q95"]].tolist() == pytest.approx([0.95, 4.75, 9.5, 14.25, 18.05])
    assert list(table["we"]) == pytest.approx(list(WE))
    assert spread_table(rows.rename(columns={"we": "n"}), "n", features, ["rate_excitatory"])["n (knob)"][4] == WE[-1]
    said = captions.of_distributions(rows, "we", features, KNOBS, ["rate_excitatory"])
    assert said == (
        "The median of the rate of excitatory is 9.5 spikes/s, and nine tenths of its values lie between 0.95 and "
        "18 spikes/s; 5 of 105 points diverged."
    )


# axes and numbers


@pytest.mark.parametrize("high", [3.0, 4.0, 6.0, 30.0])
def test_a_knob_that_was_sampled_on_a_log_scale_has_one_and_else_not(high):
    for log in (True, False):
        for seed in range(40):
            values = np.array([point["we"] for point in hypercube(16, seed=seed, we=(1.0, high, log))])
            assert is_log(values) is log


def test_a_map_has_unequal_steps_at_their_true_places():
    rows, features = rows_of(grid(we=[4.0, 8.0, 14.0, 20.0], g=[2, 4, 6]), EI, networks=1)
    panel = maps(rows, "we", "g", features, KNOBS, ["rate_excitatory"]).axes[0]
    mesh = next(one for one in panel.collections if isinstance(one, QuadMesh))
    assert np.asarray(mesh.get_coordinates())[0, :, 0] == pytest.approx([2, 6, 11, 17, 23])
    assert [label.get_text() for label in panel.get_xticklabels()] == ["4", "8", "14", "20"]


def test_few_values_on_a_log_axis_are_its_ticks():
    panel = maps(*rows_of_log(), KNOBS, ["rate_excitatory"]).axes[0]
    knob_axis(panel.xaxis, np.array([5.0, 10.0, 20.0]))
    assert [label.get_text() for label in panel.get_xticklabels()] == ["5", "10", "20"]


def rows_of_log():
    rows, features = rows_of(grid(we=[5.0, 10.0, 20.0], g=[2, 4, 6]), EI, networks=1)
    return rows, "we", "g", features


def test_numbers_are_written_without_powers_of_ten_where_these_say_nothing():
    assert numbers([500, 1500, 2000]) == ["500", "1500", "2000"]
    assert numbers([-0.5, 12345.0, 2e6, 1e-5]) == ["−0.5", "12300", "2e+06", "1e-05"]


# calls


def shown(folder):
    """Write a table of features that was never simulated; return it and its network."""
    network = "networks/gutnisky2017"
    model = read_model(network)
    rows = grids.points(_sweep({"A_T": {"values": [4, 8]}}, protocols=["touch"]), model)
    frame = rows.to_pandas().assign(status="ok", problem=None, cpu_s=1.0)
    for name, feature in feature_table(model).items():
        frame[name] = [[1.0]] * 4 if feature.kind == "curve" else [0.1, 0.15, 0.4, 0.45]
    write_table(folder / "a b.parquet", pa.Table.from_pandas(frame, preserve_index=False))
    return folder / "a b.parquet", network


def test_the_call_of_a_figure_draws_the_same_picture_and_stands_in_it(tmp_path):
    table, _ = shown(tmp_path)
    out = tmp_path / "one.png"
    said = call("curves", table, "networks/gutnisky2017/knobs.yaml", ["rate_E", "cv_E"], out=out)
    assert said == (
        f"python -m pipeline figure curves --network networks/gutnisky2017/knobs.yaml --table '{table}' "
        f"--features rate_E,cv_E --out {out}"
    )
    pipeline(*shlex.split(said)[3:], "--out", tmp_path / "one.svg")
    about = Image.open(out).text
    assert about["Source"] == said
    assert about["Description"].startswith("The rate of E rises from 0.125 to 0.425 spikes/s")
    svg = (tmp_path / "one.svg").read_text()
    found = re.search(r"<dc:source>(.*?)</dc:source>", svg)
    assert found
    assert found[1].endswith(f"--out {tmp_path}/one.svg")
    first = pd.read_csv(tmp_path / "one.csv")
    assert first["mean"].tolist()[:2] == pytest.approx([0.125, 0.425])
    assert fit_call("corner", "fit.yaml", "results/fit", "networks/cuba") == (
        "python -m pipeline fit_figure corner fit.yaml --network networks/cuba --folder results/fit"
    )
    assert call("raster", "t", "n", protocol="touch", spikes=["s", "u"]).endswith(
        "--table t --protocol touch --spikes s --spikes u"
    )
