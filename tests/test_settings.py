"""Everything that can be wrong in config/ is refused before work starts, by file, key and value."""

import importlib.util

import pytest
import yaml

from networks.gutnisky2017.paper.part import read_part
from pipeline.config.reader import ConfigError, read_yaml
from pipeline.fit.reading import read_fit
from pipeline.plan.run import Plan
from pipeline.sweep import grid
from pipeline.sweep.design import read_sweep

SWEEP = {"protocols": ["touch"], "axes": {"C_T": {"values": [0.6]}}, "networks": 2, "duration": 1}
FIT = {
    "targets": "networks/gutnisky2017/targets/gutnisky2017_base.csv",
    "free": {"g_ET": {"low": 0.1, "high": 0.2}},
    "trials": 2,
    "effort": {"networks": 1, "first_seed": 1, "duration": 1},
    "check": {"networks": 1, "first_seed": 2, "duration": 1},
}


def _written(tmp_path, content):
    path = tmp_path / "given.yaml"
    path.write_text(yaml.safe_dump(content))
    return path


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"axes": {"C_X": {"values": [1]}}}, ["unknown knob 'C_X'", "nearest known: C_T"]),
        ({"axes": {"C_T": {"values": []}}}, ["axes.C_T", "empty"]),
        ({"axes": {"C_T": {"values": [0.1, 6]}}}, ["C_T = 6", "[0, 5]"]),
        ({"axes": {"C_T": {"values": ["0.6 Hz"]}}}, ["axes.C_T", "0.6 Hz", "number"]),
        ({"axes": {"C_T": {"linear": [0.1, 1, 2.5]}}}, ["whole number", "2.5"]),
        ({"axes": {"C_T": {"linear": [1, 0.1, 3]}}}, ["low < high"]),
        ({"axes": {"C_T": {"log": [0, 1, 3]}}}, ["log needs low > 0"]),
        ({"axes": {"C_T": {"linear": [0, 1]}}}, ["[low, high, n] for a product"]),
        ({"axes": {"C_T": {"linear": [0, 1, 3], "values": [1]}}}, ["exactly one of"]),
        ({"axes": {"K_EI": {"linear": [20, 160, 3]}}}, ["K_EI = 160", "probability K/N would be above 1"]),
        ({"axes": {"duration": {"values": [1]}}}, ["duration is no axis"]),
        ({"protocols": ["tuch"]}, ["unknown protocol 'tuch'", "nearest known: touch"]),
        ({"protocols": []}, ["protocols"]),
        ({"netwroks": 2}, ["unknown key 'netwroks'", "nearest known: networks"]),
        ({"networks": 0}, ["networks = 0"]),
        ({"networks": "two"}, ["networks = 'two'", "whole number"]),
        ({"duration": 0.05}, ["duration = 0.05 s", "shorter than a cycle"]),
        ({"duration": "3 s"}, ["duration = '3 s'", "number"]),
        ({"set": {"C_T": 0.4}}, ["C_T is both an axis and set"]),
        ({"set": {"seed_input": 3}}, ["seed_input is not to be set", "first_seed"]),
        ({"axes": {"C_T": {"values": [0.6, 0.6]}}}, ["axes.C_T", "listed twice"]),
        ({"protocols": ["touch", "touch"]}, ["protocol is listed twice"]),
        ({"set": {"T_w": 2000}}, ["shorter than a cycle"]),
        ({"design": "latin_hypercube"}, ["samples goes with design"]),
        ({"design": "halton"}, ["design = 'halton'", "'product', 'latin_hypercube' or 'sobol'"]),
    ],
)
def test_a_wrong_sweep_is_refused(model, tmp_path, change, words):
    path = _written(tmp_path, SWEEP | change)
    with pytest.raises(ConfigError) as caught:
        grid.check(read_sweep(path, model), model, f"{path}")
    assert all(word in str(caught.value) for word in ["given.yaml", *words]), caught.value


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"free": {}}, ["free"]),
        ({"free": {"g_XY": {"low": 1, "high": 2}}}, ["unknown knob 'g_XY'"]),
        ({"free": {"g_ET": {"low": 0.2, "high": 0.1}}}, ["low = 0.2 is not below high = 0.1"]),
        ({"free": {"g_ET": {"low": 0.1, "high": 50}}}, ["g_ET = 50", "[0, 20]"]),
        ({"free": {"g_ET": {"low": 0, "high": 1}}}, ["log needs low > 0"]),
        ({"free": {"seed_network": {"low": 1, "high": 2}}}, ["free.seed_network", "cannot be fitted"]),
        ({"set": {"g_ET": 0.1}}, ["g_ET is both free and set"]),
        ({"trials": 0}, ["trials = 0"]),
        ({"sampler": "bayes"}, ["sampler = 'bayes'", "'response_surface'"]),
        ({"check": {"networks": 3, "first_seed": 1, "duration": 1}}, ["check must use other seeds"]),
        ({"effort": {"networks": 1, "first_seed": 1, "duration": 0.01}}, ["shorter than a cycle"]),
        ({"targets": "none.csv"}, ["none.csv: cannot be read"]),
    ],
)
def test_a_wrong_fit_is_refused(model, tmp_path, change, words):
    path = _written(tmp_path, FIT | change)
    with pytest.raises(ConfigError) as caught:
        read_fit(path, model)
    assert all(word in str(caught.value) for word in words), caught.value


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"figures": {"raster": "mop"}}, ["figures.raster = 'mop'", "nearest known: map"]),
        ({"figures": {"raster": "touch"}}, ["touch.yaml", "keep_spikes"]),
        ({"include": None}, ["own: nothing reads it; give the key include"]),
        ({"include": "nowhere.smk"}, ["include: nowhere.smk: cannot be read"]),
        ({"figures": {"rose": "touch"}}, ["unknown key 'figures.rose'"]),
        ({"chunk_s": -1}, ["chunk_s = -1"]),
        ({"sweeps": {}}, ["sweeps"]),
        ({"sweeps": {"a b": "networks/gutnisky2017/sweeps/touch.yaml"}}, ["a b"]),
        ({"fit": "nowhere.yaml"}, ["nowhere.yaml: cannot be read"]),
        ({"workers": 4}, ["workers: 4 share a fit over a database: give fit and storage, too"]),
        ({"workers": 4, "fit": None, "storage": "sqlite:///x"}, ["give fit and storage, too"]),
        ({"colour": "red"}, ["unknown key 'colour'"]),
    ],
)
def test_a_wrong_run_is_refused(change, words):
    with pytest.raises(ConfigError) as caught:
        Plan(read_yaml("config/config.yaml") | change, "config")
    assert all(word in str(caught.value) for word in words), caught.value


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"rates": "touch"}, ["touch.yaml", "own.rates needs the protocol 'whisking'"]),
        ({"rates": "map"}, ["map.yaml", "'A_T' as the only axis"]),
        ({"rates": "mop"}, ["own.rates = 'mop' is none of the sweeps", "nearest known: map"]),
        ({"reference": "nowhere"}, ["reference = 'nowhere' lacks psth.csv"]),
        ({"colour": "red"}, ["config: own: unknown key 'colour'"]),
        ({"survey": "nowhere.yaml"}, ["nowhere.yaml: cannot be read"]),
    ],
)
def test_what_a_run_asks_of_the_paper_is_refused_where_it_is_wrong(change, words):
    plan = Plan(read_yaml("config/config.yaml"), "config")
    with pytest.raises(ConfigError) as caught:
        read_part(dict(plan.run.own) | change, plan, "config")
    assert all(word in str(caught.value) for word in words), caught.value


def test_first_trials_must_be_what_the_fit_would_simulate(tmp_path):
    sweep = read_yaml("networks/gutnisky2017/sweeps/gains.yaml")
    for key, value in {"duration": 3, "networks": 5, "first_seed": 2, "protocols": ["whisking"]}.items():
        content = read_yaml("config/config.yaml")
        content["sweeps"]["gains"] = str(_written(tmp_path, sweep | {key: value}))
        with pytest.raises(
            ConfigError, match=f"given.yaml: {key} = .* must be .*, as in networks/gutnisky2017/fits/base_gains.yaml"
        ):
            Plan(content, "config")


def test_a_sweep_gives_no_first_trials_to_a_fit_with_tied_knobs(tmp_path):
    """Its points have the model's value of the tied knob, but would enter as trials with another."""
    fit = read_yaml("networks/gutnisky2017/fits/base_gains.yaml") | {"tied": {"g_II": "0.8 * g_EI"}}
    content = read_yaml("config/config.yaml") | {"fit": str(_written(tmp_path, fit))}
    with pytest.raises(ConfigError, match=r"first_trials: a fit with tied knobs .* in which g_II is not tied"):
        Plan(content, "config")


@pytest.mark.skipif(importlib.util.find_spec("sbi") is None, reason="sbi is not installed")
@pytest.mark.parametrize(
    ("change", "span", "words"),
    [
        ({"design": "sobol", "samples": 16}, {"log": [0.1, 0.2]}, "design = 'sobol' must be 'latin_hypercube'"),
        ({}, {"log": [0.1, 0.2]}, r"axes.g_EI must be log: \[0.35, 1.4\], the range"),
        ({}, {"linear": [0.075, 0.3]}, r"axes.g_EI must be log: \[0.35, 1.4\], the range"),
    ],
)
def test_a_neural_network_learns_from_draws_of_its_own_prior_alone(tmp_path, change, span, words):
    """Catches a posterior of another prior, that of a sweep over another range or on another scale."""
    fit = read_yaml("networks/gutnisky2017/fits/base_gains.yaml") | {"sampler": "neural", "trials": 200, "batch": 100}
    content = read_yaml("config/config.yaml") | {"fit": str(_written(tmp_path, fit)), "figures": {}}
    sweep = read_yaml("networks/gutnisky2017/sweeps/gains.yaml") | change
    path = tmp_path / "sweep.yaml"
    path.write_text(yaml.safe_dump(sweep | {"axes": dict.fromkeys(sweep["axes"], span)}))
    content["sweeps"]["gains"] = str(path)
    with pytest.raises(ConfigError, match=words):
        Plan(content, "config")


def test_the_configurations_that_come_with_it_are_right():
    content = read_yaml("config/config.yaml")
    assert set(Plan(content, "config").sweeps) == set(content["sweeps"])
    Plan(content | read_yaml("config/smoke.yaml"), "config")
