"""Features that somebody asks for, of verbs and in the configuration of a run."""

import re
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

import pipeline.cli.sweeps  # noqa: F401, its verbs
from networks.gutnisky2017.paper import __main__ as paper
from pipeline.cli.commands import app
from pipeline.cli.figures import figure as draw_figure
from pipeline.config.reader import ConfigError, read_yaml
from pipeline.config.tables import write_rows
from pipeline.measure.network import feature_table
from pipeline.network.reading import read_model
from pipeline.plan.run import Plan


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
