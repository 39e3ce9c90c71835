"""Knobs: the model's numbers as published, and every way to get one wrong."""

import pytest

from pipeline.config.reader import ConfigError, parse, read_yaml
from pipeline.network.knobs import PaperModel
from pipeline.network.reading import read_paper
from pipeline.network.units import UNITS

PUBLISHED = {
    "gNa": (100, "mS/cm2"), "gK": (40, "mS/cm2"), "gL_E": (0.05, "mS/cm2"), "gL_I": (0.1, "mS/cm2"),
    "gKz_E": (0.5, "mS/cm2"), "gKz_I": (0, "mS/cm2"), "VNa": (55, "mV"), "VK": (-90, "mV"), "VL": (-65, "mV"),
    "phi": (0.2, "1"), "tau_z": (60, "ms"), "tau_AMPA": (2, "ms"), "tau_GABA": (3, "ms"), "V_GABA": (-85, "mV"),
    "g_ET": (0.15, "mS ms/cm2"), "g_IT": (0.2, "mS ms/cm2"), "g_EE": (0.2, "mS ms/cm2"), "g_IE": (0.6, "mS ms/cm2"),
    "g_EI": (0.7, "mS ms/cm2"), "g_II": (0.55, "mS ms/cm2"),
    "K_ET": (50, "1"), "K_IT": (75, "1"), "K_EE": (200, "1"), "K_IE": (400, "1"), "K_EI": (25, "1"), "K_II": (25, "1"),
    "delay_ET": (1, "ms"), "delay_EI": (0.85, "ms"), "delay_II": (0.5, "ms"),
    "A_T": (14, "spikes/s"), "B_T": (0.25, "1"), "T_w": (100, "ms"), "tau_c": (3, "ms"),
}  # fmt: skip


def test_the_model_has_the_published_numbers(model):
    assert model.populations == {"T": 200, "E": 1600, "I": 150}
    assert {name: (model.knobs[name].value, model.knobs[name].unit) for name in PUBLISHED} == PUBLISHED


SI = {unit: factor for unit, (factor, _) in UNITS.items()}


def test_units_convert_to_si():
    """A gain of 0.15 mS ms/cm2 jumps by 0.15/(sqrt(50) 2 ms) mS/cm2: 1.0607e-2 mS/cm2 = 0.10607 S/m2."""
    assert 0.15 * SI["mS ms/cm2"] / (50**0.5 * 2 * SI["ms"]) == pytest.approx(0.10607, rel=1e-4)
    assert SI["1/(ms mV)"] == pytest.approx(SI["1/ms"] * SI["1/mV"])
    assert SI["uA/cm2"] == pytest.approx(SI["uF/cm2"] * SI["mV"] / SI["ms"])
    assert SI["mS/cm2"] * SI["mV"] == pytest.approx(SI["uA/cm2"])


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"g_TE": 1}, ["unknown knob 'g_TE'", "nearest known: g_"]),
        ({"A_T": 300}, ["A_T = 300", "[0, 200] spikes/s"]),
        ({"A_T": -1}, ["A_T = -1", "[0, 200] spikes/s"]),
        ({"A_T": float("nan")}, ["A_T = nan", "[0, 200]"]),
        ({"A_T": "14"}, ["A_T is '14'", "number in spikes/s"]),
        ({"A_T": True}, ["A_T is True", "number"]),
        ({"seed_input": 1.5}, ["seed_input = 1.5", "integer"]),
        ({"K_ET": 201}, ["K_ET = 201", "probability K/N above 1", "200 neurons"]),
        ({"K_EI": 151}, ["K_EI = 151", "probability", "population I has 150"]),
        ({"duration": 0.05}, ["duration = 0.05 s", "shorter than one cycle"]),
        ({"t_c": 98}, ["t_c + tau_c = 101 ms", "T_w = 100 ms"]),
        ({"V_init_min": -60}, ["V_init_min = -60 mV is above V_init_max = -65 mV"]),
        ({"V_rearm": -10}, ["V_rearm = -10 mV is above V_spike = -20 mV"]),
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
        read_paper("none.yaml")
    content = model.model_dump()
    content["knobs"]["gNa"] |= {"unit": "mS"}
    with pytest.raises(ConfigError, match=r"knobs\.gNa: unit 'mS' is none of"):
        parse(PaperModel, content, "model.yaml")
    content = model.model_dump()
    content["protocols"]["touch"] |= {"C_X": 1}
    with pytest.raises(ConfigError, match="unknown knob 'C_X'"):
        parse(PaperModel, content, "model.yaml")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"gL_E": None}, ["no knob sets E.gL"]),
        ({"gL_E": {"sets": ["I.gL"]}}, ["knobs.gL_I sets 'I.gL', which knobs.gL_E sets already"]),
        ({"gL_E": {"sets": ["E.gLL"]}}, ["knobs.gL_E sets 'E.gLL', an unknown variable; nearest known: E.gL"]),
        ({"VL": {"unit": "mS/cm2"}}, ["knobs.VL has the unit 'mS/cm2', but 'E.VL' is in volt"]),
        ({"T_w": None}, ["no knob sets T.T_w"]),
    ],
)
def test_a_table_that_does_not_set_every_variable_once_in_its_dimension_is_refused(model, change, words):
    """A variable that no knob sets would silently be 0 in the program."""
    content = model.model_dump()
    for name, new in change.items():
        if new is None:
            del content["knobs"][name]
        else:
            content["knobs"][name] |= new
    with pytest.raises(ConfigError) as caught:
        parse(PaperModel, content, "model.yaml")
    assert all(word in str(caught.value) for word in ["model.yaml", *words]), caught.value
