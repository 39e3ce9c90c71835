"""What a fit may ask: ties, protocols of its own, objectives; and what is refused."""

import importlib.util

import pytest
import yaml

from pipeline.config.reader import ConfigError, parse
from pipeline.fit.free import Tie
from pipeline.fit.problem import Fit
from pipeline.fit.reading import fit_targets, grouped, read_fit, said_of
from pipeline.fit.targets import protocols
from pipeline.network.reading import read_model

FIT = {
    "targets": "networks/gutnisky2017/targets/gutnisky2017_base.csv",
    "free": {"g_EE": {"low": 0.1, "high": 0.4}},
    "trials": 2,
    "effort": {"networks": 2, "first_seed": 1, "duration": 1},
    "check": {"networks": 1, "first_seed": 9, "duration": 2},
}


def _read(model, tmp_path, change):
    path = tmp_path / "given.yaml"
    path.write_text(yaml.safe_dump(FIT | change))
    return read_fit(path, model)


@pytest.mark.parametrize(
    ("text", "tie"),
    [
        ("3 * g_EE", (3, "g_EE", 0)),
        (" -0.5*g_EE", (-0.5, "g_EE", 0)),
        ("2e-1 * g_EE + 0.3", (0.2, "g_EE", 0.3)),
        ("1.5 * g_EE - .25", (1.5, "g_EE", -0.25)),
    ],
)
def test_a_tie_is_number_times_knob_plus_number(text, tie):
    assert Tie.read(text) == Tie(*tie)


@pytest.mark.parametrize(
    "text",
    ["g_EE", "g_EE * 3", "3 * g_EE * 2", "3 * 2", "__import__('os')", "3 * g_EE + g_II", "3 ** g_EE", "nan * g_EE"],
)
def test_anything_else_is_no_tie(text):
    with pytest.raises(ValueError, match=r"neither NUMBER \* KNOB nor"):
        Tie.read(text)


def test_tied_knobs_follow_in_every_run(model, tmp_path):
    fit = _read(model, tmp_path, {"tied": {"g_IE": "3 * g_EE", "I_ext_E": "-2 * g_EE + 1"}})
    runs = fit.points(model, ["touch"], {"g_EE": 0.25})
    assert [(run["g_EE"], run["g_IE"], run["I_ext_E"]) for run in runs] == [(0.25, 0.75, 0.5)] * 2


def test_protocols_of_a_fit_set_knobs_and_have_their_own_networks(model, tmp_path):
    own = {
        "slow": {"protocol": "whisking", "set": {"A_T": 6}, "networks": 3, "first_seed": 5},
        "long": {"protocol": "touch", "duration": 4},
    }
    fit = _read(model, tmp_path, {"protocols": own})
    runs = fit.points(model, ["slow", "long", "touch"], {"g_EE": 0.2})
    # the first network of every protocol first, so that a bad trial costs one run
    assert [(run["protocol"], run["seed_network"]) for run in runs] == [
        *(("slow", 5), ("long", 1), ("touch", 1)),
        *(("slow", 6), ("long", 2), ("touch", 2), ("slow", 7)),
    ]
    assert {(run["protocol"], run["A_T"], run["C_T"], run["duration"]) for run in runs} == {
        *(("slow", 6, 0, 1), ("long", 14, 0.6, 4), ("touch", 14, 0.6, 1)),
    }
    # trials with networks of their own have as many: explored ones had two of `slow`
    for number, seeds in ((0, (100, 101, 102)), (1, (103, 104, 105))):
        alone = fit.own_points(model, ["slow", "long"], {"g_EE": 0.2}, number, first=100)
        assert [run["seed_network"] for run in alone if run["protocol"] == "slow"] == list(seeds)
        assert [(run["seed_network"], run["duration"]) for run in alone if run["protocol"] == "long"] == [
            *((seed, 4) for seed in seeds[:2]),
        ]
    fresh = fit.points(model, ["slow", "long"], {"g_EE": 0.2}, fit.check)
    assert [(run["seed_network"], run["duration"]) for run in fresh] == [(9, 2), (9, 4)]


def test_targets_may_name_protocols_of_the_fit(model, tmp_path):
    path = tmp_path / "targets.csv"
    path.write_text("feature,protocol,statistic,mean,sd,unit,source\nR_E,touch_1,mean,0.9,0.1,spikes/touch,me\n")
    with pytest.raises(ConfigError, match="line 2: unknown protocol 'touch_1'"):
        _read(model, tmp_path, {"targets": str(path)})
    own = {"touch_1": {"protocol": "touch", "set": {"C_T": 1}}}
    fit = _read(model, tmp_path, {"targets": str(path), "protocols": own})
    assert protocols(fit_targets(fit, model)) == ("touch_1",)


def test_objectives_are_groups_of_targets(model, tmp_path):
    two = {"suppression": ["whisking", "whisking_slow"], "transmission": ["touch"]}
    fit = _read(model, tmp_path, {"objectives": two, "sampler": "nsga2"})
    groups = grouped(fit, fit_targets(fit, model))
    assert {name: {target.protocol for target in group} for name, group in groups.items()} == {
        "suppression": {"whisking", "whisking_slow"},
        "transmission": {"touch"},
    }


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"tied": {"g_IE": "3 * g_II"}}, ["tied.g_IE: 'g_II' is none of the free knobs", "nearest known: g_EE"]),
        ({"tied": {"g_IE": "eval(1)"}}, ["'eval(1)' is neither NUMBER * KNOB nor NUMBER * KNOB + NUMBER"]),
        ({"tied": {"g_IE": "100 * g_EE"}}, ["given.yaml: g_IE = 40 is outside its range"]),
        ({"tied": {"g_IX": "1 * g_EE"}}, ["unknown knob 'g_IX'"]),
        # whole at both ends and not between: the first trial stopped the fit, and so did each restart
        ({"free": {"N_E": {"low": 1600, "high": 2000}}}, ["free.N_E: takes whole numbers"]),
        # right at both ends, and contradicting between
        (
            {
                "free": {
                    "V_init_min": {"low": -75, "high": -60, "log": False},
                    "V_init_max": {"low": -70, "high": -55, "log": False},
                }
            },
            ["given.yaml: ", "V_init_min", "must hold"],
        ),
        # three protocols became one, and a slope kept the values of before
        (
            {"free": {"A_T": {"low": 5, "high": 20}}},
            ["free.A_T: protocols of the targets differ in it (14 in whisking"],
        ),
        ({"set": {"A_T": 10}}, ["set.A_T: protocols of the targets differ in it"]),
        ({"tied": {"A_T": "50 * g_EE"}}, ["tied.A_T: protocols of the targets differ in it"]),
        ({"tied": {"g_EE": "1 * g_EE"}}, ["g_EE is both free and tied"]),
        ({"tied": {"g_IE": "1 * g_EE"}, "set": {"g_IE": 1}}, ["g_IE is both tied and set"]),
        ({"protocols": {"a": {"protocol": "tuch"}}}, ["protocols.a", "unknown protocol 'tuch'"]),
        ({"protocols": {"a": {"protocol": "touch", "set": {"g_EE": 1}}}}, ["protocols.a sets g_EE, which is fitted"]),
        ({"protocols": {"a": {"protocol": "touch", "first_seed": 8}}}, ["check must use other seeds"]),
        ({"protocols": {"a b": {"protocol": "touch"}}}, ["a b"]),
        ({"objectives": {"a": ["touch"]}}, ["objectives takes at least two"]),
        ({"objectives": {"a": ["touch"], "b": ["whisking"]}}, ["'response_surface' takes one objective", "nsga2"]),
        (
            {"objectives": {"a": ["touch"], "b": ["whisking"]}, "sampler": "tpe"},
            ["'rate_E whisking_slow' must belong to one objective, not none"],
        ),
        (
            {"objectives": {"a": ["touch", "R_X touch"], "b": ["whisking"]}, "sampler": "tpe"},
            ["objectives.a: 'R_X touch' is no protocol or target"],
        ),
        ({"objectives": {"a": ["touch"], "b": ["whisking"]}, "sampler": "tpe", "prune": True}, ["one objective"]),
        ({"sampler": "nsga2", "batch": 1}, ["batch >= 2"]),
        ({"sampler": "cmaes", "batch": 3}, ["batch >= 4"]),
        ({"sampler": "cmaes", "free": {"g_EE": {"low": 0.1, "high": 0.4}}}, ["needs two free knobs"]),
        ({"envelope": {"E": [5, 1]}}, ["envelope", "0 < low < high"]),
        ({"leaders": {"best": 3, "first_seed": 2, "networks": 4, "duration": 1}}, ["leaders must use other seeds"]),
    ],
)
def test_a_wrong_fit_is_refused(model, tmp_path, change, words):
    with pytest.raises(ConfigError) as caught:
        _read(model, tmp_path, change)
    assert all(word in str(caught.value) for word in words), caught.value


@pytest.mark.skipif(importlib.util.find_spec("torch") is not None, reason="PyTorch is installed")
def test_gp_without_pytorch_is_refused_in_one_sentence():
    with pytest.raises(
        ConfigError, match=r"^fit.yaml: .*'gp' needs PyTorch, which is not installed: pip install torch.$"
    ):
        parse(Fit, FIT | {"sampler": "gp"}, "fit.yaml")


@pytest.mark.parametrize("name", ["base_gains", "gutnisky2017", "hires2015", "transformation"])
def test_the_fits_that_come_with_it_are_right(model, name):
    fit = read_fit(f"networks/gutnisky2017/fits/{name}.yaml", model)
    assert len(fit_targets(fit, model)) > 5


CUBA = {
    "targets": "given.csv",
    "free": {"w_e": {"low": 1, "high": 2}, "w_i": {"low": -12, "high": -6, "log": False}},
    "trials": 11,
    "effort": {"networks": 2, "first_seed": 1, "duration": 1},
    "check": {"networks": 1, "first_seed": 9, "duration": 1},
}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (
            {},
            [
                "trials = 11 cannot say how sure 2 knobs are: that takes at least 12, better 36",
                "targets of base are of 4 s, and trials measure 1 s",
                "targets are of 50 neurons of excitatory, and trials measure 3200: set neurons, as {excitatory: 50}",
            ],
        ),
        (
            {"trials": 12, "errors": "network", "neurons": {"excitatory": 50}},
            ["errors = 'network' takes trials that explore: set trials to at least 36", "targets of base are of 4 s"],
        ),
        ({"trials": 12, "neurons": {"excitatory": 50}, "effort": {"networks": 2, "first_seed": 1, "duration": 4}}, []),
    ],
)
def test_a_fit_that_is_unlike_the_recording_of_its_targets_is_told(tmp_path, change, words):
    """Catches rates of 3200 neurons in 1 s that are held against those of 50 in 4 s, without a word."""
    (tmp_path / "given.csv").write_text(
        "feature,protocol,statistic,mean,sd,unit,source,duration_s,neurons\n"
        "rate_excitatory,base,mean,5,1,spikes/s,my rig,4,excitatory=50\n"
    )
    path = tmp_path / "fit.yaml"
    path.write_text(yaml.safe_dump(CUBA | {"targets": str(tmp_path / "given.csv")} | change))
    cuba = read_model("networks/cuba")
    said = said_of(read_fit(path, cuba), cuba)
    assert [any(one.startswith(start) for one in said) for start in words] == [True] * len(words)
    assert len(said) == len(words)


def test_errors_of_networks_are_refused_where_all_trials_share_theirs(model, tmp_path):
    """Catches a posterior with independent errors that says they were those of networks."""
    with pytest.raises(ConfigError, match=r"errors = 'network' needs sampler = 'response_surface' or 'neural'"):
        _read(model, tmp_path, {"sampler": "tpe", "errors": "network"})


def test_a_range_without_the_own_value_and_a_rate_that_no_live_network_has_are_told(tmp_path):
    """Catches values in SI where the knob is in mV, and a rate in spikes a minute."""
    table = tmp_path / "given.csv"
    table.write_text("feature,protocol,statistic,mean,sd,unit,source\nrate_excitatory,base,mean,1687,10,spikes/s,x\n")
    with table.open("a") as more:
        more.write("rate_inhibitory,base,mean,-0.3,0.1,log10(spikes/s),x\n")
    free = {"w_e": {"low": 0.001, "high": 0.004}}
    path = tmp_path / "fit.yaml"
    path.write_text(yaml.safe_dump(CUBA | {"targets": str(table), "free": free, "trials": 20}))
    cuba = read_model("networks/cuba")
    assert said_of(read_fit(path, cuba), cuba) == [
        "free.w_e: the network's own value, 1.62 mV, is not within 0.001 to 0.004",
        "rate_excitatory of base is to be 1687 spikes/s, but a network counts as alive from 0 to 500 only",
    ]
