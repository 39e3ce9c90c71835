"""Knobs: the model's numbers as published, and every way to get one wrong."""

from pathlib import Path

import pytest
from conftest import NETWORK

from pipeline.config.reader import ConfigError, read_yaml
from pipeline.network.model import TABLE
from pipeline.network.reading import read_model
from pipeline.network.rules import Rule
from pipeline.network.script import script_model

PUBLISHED = {
    "gNa": (100, "mS/cm**2"), "gK": (40, "mS/cm**2"), "gL_E": (0.05, "mS/cm**2"), "gL_I": (0.1, "mS/cm**2"),
    "gKz_E": (0.5, "mS/cm**2"), "gKz_I": (0, "mS/cm**2"), "VNa": (55, "mV"), "VK": (-90, "mV"), "VL": (-65, "mV"),
    "phi": (0.2, "1"), "tau_z": (60, "ms"), "tau_AMPA": (2, "ms"), "tau_GABA": (3, "ms"), "V_GABA": (-85, "mV"),
    "g_ET": (0.15, "mS*ms/cm**2"), "g_IT": (0.2, "mS*ms/cm**2"),
    "g_EE": (0.2, "mS*ms/cm**2"), "g_IE": (0.6, "mS*ms/cm**2"),
    "g_EI": (0.7, "mS*ms/cm**2"), "g_II": (0.55, "mS*ms/cm**2"),
    "K_ET": (50, "1"), "K_IT": (75, "1"), "K_EE": (200, "1"), "K_IE": (400, "1"), "K_EI": (25, "1"), "K_II": (25, "1"),
    "delay_ET": (1, "ms"), "delay_EI": (0.85, "ms"), "delay_II": (0.5, "ms"),
    "A_T": (14, "Hz"), "B_T": (0.25, "1"), "T_w": (100, "ms"), "tau_c": (3, "ms"),
}  # fmt: skip


def test_the_model_has_the_published_numbers(model):
    assert model.populations == {"T": 200, "E": 1600, "I": 150}
    assert {name: (model.knobs[name].value, model.knobs[name].unit) for name in PUBLISHED} == PUBLISHED


def test_units_convert_to_si(model):
    """A gain of 0.15 mS ms/cm2 jumps by 0.15/(sqrt(50) 2 ms) mS/cm2: 1.0607e-2 mS/cm2 = 0.10607 S/m2."""
    si = {name: setting.si(setting.value) for name, setting in model.adopted.settings.items()}
    assert si["g_ET"] / (50**0.5 * si["tau_AMPA"]) == pytest.approx(0.10607, rel=1e-4)
    assert si["I_halo_mean"] == pytest.approx(-0.02)
    assert si["a_alpha_m"] == pytest.approx(1e5)


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"g_TE": 1}, ["unknown knob 'g_TE'", "nearest known: g_"]),
        ({"A_T": 300}, ["A_T = 300", "[0, 200] Hz"]),
        ({"A_T": -1}, ["A_T = -1", "[0, 200] Hz"]),
        ({"A_T": float("nan")}, ["A_T = nan", "must be a finite number"]),
        ({"A_T": "14"}, ["A_T is '14'", "number in Hz"]),
        ({"A_T": True}, ["A_T is True", "number"]),
        ({"seed_input": 1.5}, ["seed_input = 1.5", "integer"]),
        ({"K_ET": 201}, ["K_ET = 201", "probability K/N would be above 1", "N_T = 200"]),
        ({"K_EI": 151}, ["K_EI = 151", "probability", "N_I = 150"]),
        ({"duration": 0.05}, ["duration = 0.05 s", "shorter than a cycle"]),
        ({"t_c": 98}, ["the contact ends after the cycle: t_c = 98 ms, tau_c = 3 ms, T_w = 100 ms"]),
        ({"V_init_min": -60}, ["V_init_min = -60 mV, V_init_max = -65 mV", "V_init_min <= V_init_max must hold"]),
        ({"V_rearm": -10}, ["V_rearm = -10 mV, V_spike = -20 mV", "V_rearm <= V_spike must hold"]),
    ],
)
def test_a_wrong_setting_is_refused_by_name(model, settings, words):
    with pytest.raises(ConfigError) as caught:
        model.point("whisking", settings, "here")
    assert all(word in str(caught.value) for word in ["here: ", *words]), caught.value


def test_every_knob_is_refused_out_of_its_range(model):
    for name, knob in model.knobs.items():
        with pytest.raises(ConfigError, match=f"{name} = .* is outside its range"):
            model.point("whisking", {name: knob.max + 1})


def test_settings_override_the_protocol_and_the_protocol_the_model(model):
    assert model.point("touch", {})["C_T"] == 0.6
    assert model.point("touch", {"C_T": 0.2})["C_T"] == 0.2
    assert model.point("whisking", {})["C_T"] == 0
    assert model.point("non_whisking", {})["B_T"] == 0
    with pytest.raises(ConfigError, match="unknown protocol 'tuoch'; nearest known: touch"):
        model.point("tuoch", {})


def test_a_malformed_model_is_refused_with_file_and_key(model, tmp_path):
    path = tmp_path / "model.yaml"
    path.write_text("a: 1\na: 2\n")
    with pytest.raises(ConfigError, match="key 'a' is given twice"):
        read_yaml(path)
    path.write_text("a: [1\n")
    with pytest.raises(ConfigError, match=r"model\.yaml"):
        read_yaml(path)
    with pytest.raises(ConfigError, match=r"none\.yaml: cannot be read"):
        read_model("none.yaml")
    path.write_text("knobs: {}\n")
    with pytest.raises(ConfigError, match=r"model\.yaml: is no knob table: it lacks the key 'script'"):
        read_model(path)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"protocols": {"touch": {"C_X": 1}}}, "protocols.touch: unknown knob 'C_X'"),
        ({"protocols": {"touch": {"t_c": 99}}}, "protocols.touch: the contact ends after the cycle"),
        ({"rules": {"t_c + tau_c": "why"}}, "'t_c + tau_c' is no comparison"),
        ({"rules": {"t_c < __import__('os')": "why"}}, "is no comparison of knobs and numbers"),
        ({"rules": {"1 < 2": "why"}}, "names no knob"),
        ({"rules": {"t_c < T_v": "why"}}, "unknown knob 'T_v'; nearest known: T_w"),
        ({"envelope": {"E": [3, 2]}}, "envelope.E takes [low, high]"),
        ({"envelope": {"F": [1, 2]}}, "envelope: 'F' is no population"),
    ],
)
def test_a_table_that_contradicts_its_script_or_itself_is_refused(change, words):
    """A rule that is never looked at, or an envelope of nobody, would let through what it was written against."""
    path = Path(NETWORK, TABLE)
    with pytest.raises(ConfigError) as caught:
        script_model(read_yaml(path) | change, path)
    assert words in str(caught.value), caught.value


@pytest.mark.parametrize(
    ("text", "values", "holds"),
    [
        ("a + 2*b <= 7", {"a": 3, "b": 2}, True),
        ("a + 2*b < 7", {"a": 3, "b": 2}, False),
        ("0 < a < b", {"a": 1, "b": 2}, True),
        ("0 < a < b", {"a": 3, "b": 2}, False),
        ("(a if b > 0 else -a) % 2 == 1", {"a": 3, "b": 1}, True),
        ("a / b > 0", {"a": 1, "b": 0}, False),
    ],
)
def test_a_rule_means_what_python_means(text, values, holds):
    assert Rule.read(text, "").holds(values) is holds
