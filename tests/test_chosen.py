"""Which features a figure shows, of which populations, in which colours."""

import numpy as np
import pandas as pd
import pytest
from drawings import EI, WE, one_knob, with_gid
from synthetic import KNOBS, features_of, grid, rows_of

from pipeline.measure.network import feature_table
from pipeline.measure.own import placed
from pipeline.measure.patterns import Feature
from pipeline.network.reading import read_model
from pipeline.show.chosen import choose, kind_label, panels, populations_of
from pipeline.show.network_figures import given
from pipeline.show.style import COLOURS
from pipeline.show.sweep_figures import curves
from pipeline.show.sweep_spread import distributions


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
