"""Variants of the network of Gutnisky et al.: each does what its equations say, and where it is off nothing.

One program holds all three of them, so that they are compiled once; each test switches the others off.
"""

import shutil
from pathlib import Path

import numpy as np
import pytest

from pipeline.config.reader import read_yaml
from pipeline.engine import programs
from pipeline.engine.translated import Wish
from pipeline.engine.translator import translator
from pipeline.network.reading import read_model
from pipeline.plan.run import Plan

BASE = Path("networks/gutnisky2017")
VARIANTS = ("depression", "m_current", "somatostatin")
TOGETHER = """from depression import *
from m_current import *
from somatostatin import *

T, E, I, S = thalamus(), cortex("E", N_E, M_CURRENT), cortex("I", N_I), cortex("S", N_S)
E.w = "w_inf"
projections = [depressing(T, post) for post in (E, I)]
projections += [project(pre, post) for post in (E, I) for pre in (E, I, S)]
projections += [facilitating(E, S)]
Network(T, E, I, S, projections).run(1*second)
"""
OFF = {"tau_rec": 1e-6, "gM": 0.0, "g_ES": 0.0, "g_IS": 0.0}
"""Numbers in SI with which all three are off: recovery at once, no M-current, no synapses from S."""

UNIT = 1e-2
"""uA/cm**2 in A/m**2."""

ADOPTED = [path.parent for path in BASE.parent.rglob("knobs.yaml") if "as `adopt` found them" in path.read_text()]
"""Networks whose knob table `adopt` wrote."""

ALONE = {"g_ET": 0.0, "g_EE": 0.0, "g_EI": 0.0}
"""Without synapses onto E."""

RESULTS = Path("results/test")


@pytest.mark.parametrize("folder", sorted(ADOPTED), ids=lambda folder: folder.name)
def test_the_words_of_a_knob_table_that_ships_are_those_that_adopt_gives_now(folder):
    """Catches words of an older adopt, which were taken for the user's own when the script was adopted again."""
    model = read_model(folder)
    knobs = {name: model.settable[name].about for name in model.adopted.settings if name in model.settable}
    assert len(knobs) > 5
    for name, about in knobs.items():
        setting = model.adopted.settings[name]
        assert about in (setting.about, ", ".join(setting.on)[:200]), name


@pytest.fixture(scope="module")
def simulate(tmp_path_factory):
    """Simulate a second: simulate(tau_rec=0.1) with the others off, in SI; simulate(base=True) without variants."""
    folder = tmp_path_factory.mktemp("together")
    for name in ("network", *VARIANTS):
        shutil.copy(BASE / f"{name}.py", folder)
    (folder / "together.py").write_text(TOGETHER)
    known = {}

    def _simulate(base=False, seed=1, everything=False, duration=1.0, **settings):
        if base not in known:
            path = (BASE / "network.py").resolve() if base else folder / "together.py"
            with translator() as asked:
                translation = asked.ask("translate", Wish(str(path), runs=1))
            known[base] = translation, programs.ensure(translation, RESULTS, False)
        translation, program = known[base]
        given = settings if base else OFF | settings
        assert given.keys() <= {value.name for value in translation.values if value.kind == "constant"}
        numbers = [duration if v.kind == "run" else given.get(v.name, v.value) for v in translation.values]
        return programs.simulate(program, translation, numbers, programs.Run(seed, seed, 0, everything), [duration])

    return _simulate


def _rates(recordings):
    """Return rates of E and I in a second, a row each run."""
    return np.array([[len(r.spikes[p].times_s) / r.spikes[p].size for p in "EI"] for r in recordings])


def _trains(spikes):
    order = np.argsort(spikes.neurons, kind="stable")
    return np.split(spikes.times_s[order], np.cumsum(np.bincount(spikes.neurons, minlength=spikes.size))[:-1])


@pytest.mark.parametrize("variant", VARIANTS)
def test_its_folder_is_of_the_scripts_that_are_there(variant):
    """Catches a script, or the one that it imports, changed and not adopted again, and a knob that needs a program."""
    plan = Plan(read_yaml(BASE / variant / "config.yaml"), BASE / variant / "config.yaml")
    assert plan.model.protocols == {"base": {}, "touch": {"C_T": 0.6}}
    settings = plan.model.adopted.settings
    base = {name for name in read_model(BASE).adopted.settings if not name.startswith("size")}
    assert base <= {name for name, setting in settings.items() if setting.module == "network"}
    acts = {name: setting.acts for name, setting in settings.items() if not name.startswith("size")}
    assert {name for name, act in acts.items() if act != "run time"} <= {"N_T", "N_E", "N_I", "N_S"}
    through_python = {n for n, act in acts.items() if act == "run time" and not settings[n].direct}
    assert through_python <= {"defaultclock_dt", "synapses_x"}
    own = {name for name, setting in settings.items() if not setting.module}
    assert (
        own
        == {
            "depression": {"U", "tau_rec", "synapses_x"},
            "m_current": {"gM", "V_w", "k_w", "tau_w_max"},
            "somatostatin": {
                *("N_S", "gL_S", "gKz_S", "I_ext_S", "U_S", "tau_facil"),
                *(f"{kind}_{pair}" for kind in ("g", "K", "delay") for pair in ("SE", "ES", "IS")),
            },
        }[variant]
    )
    assert all(settings[name].about for name in own)


def test_switched_off_they_are_the_network_that_they_import(simulate):
    """Catches a gain that is not that of a rested synapse, a current that is not off, another network."""
    base, off = (_rates([simulate(base, seed, C_T=0.6) for seed in (1, 2, 3)]) for base in (True, False))
    error = np.hypot(base.std(axis=0, ddof=1), off.std(axis=0, ddof=1)) / np.sqrt(3)
    assert (np.abs(off.mean(axis=0) - base.mean(axis=0)) < 3 * error + 0.01 * base.mean(axis=0)).all()
    assert (_rates([simulate(C_T=0.6, tau_rec=0.1)])[0] < 0.9 * off[0]).all()


def test_what_a_synapse_releases_is_that_of_tsodyks_and_markram(simulate):
    """Catches depression after the release instead of before, a wrong recovery, one state for several neurons."""
    rate, released, tau_s, delay_s, end_s = 40.0, 0.25, 0.1, 1e-3, 0.8
    point = {"A_T": rate, "B_T": 0.0, "duration": end_s, "g_IT": 0.0, **ALONE}
    left = []
    for seed in (1, 2):
        found = simulate(seed=seed, everything=True, tau_rec=tau_s, **point)
        neurons, x = found.state("ET", "_synaptic_pre"), found.state("ET", "x")
        for neuron, train in enumerate(_trains(found.spikes["T"])):
            if len(train) == 0 or train[-1] > end_s - 1.2 * delay_s:  # a last spike that may not have arrived
                continue
            known, last = 1.0, 0.0
            for time in train:
                known = (1 - (1 - known) * np.exp(-(time - last) / tau_s)) * (1 - released)
                last = time
            assert x[neurons == neuron] == pytest.approx(known, abs=1e-3), neuron
            left.append(known / (1 - released))
    assert len(left) > 300
    assert np.mean(left) == pytest.approx(1 / (1 + released * rate * tau_s), abs=4 * np.std(left) / np.sqrt(len(left)))


def _responses(recording, population):
    """Return spikes of a neuron from each of the first nine contacts to the next."""
    spikes = recording.spikes[population]
    return np.histogram(1000 * spikes.times_s - 50, 100 * np.arange(10))[0] / spikes.size


def test_somatostatin_neurons_come_in_with_repeated_touch_and_late(simulate):
    """Catches facilitation that does not last from touch to touch, or that is there when it is off; S before I."""
    point = {"C_T": 0.6, "g_ES": 0.005, "g_IS": 0.003}  # in SI what the script has
    grown, off, peaks = [], [], {"I": [], "S": []}
    for seed in (1, 2):
        recording = simulate(seed=seed, **point)
        grown.append(_responses(recording, "S"))
        off.append(_responses(simulate(seed=seed, **point, tau_facil=1e-6), "S"))
        for population, found in peaks.items():
            after = (1000 * recording.spikes[population].times_s - 50) % 100
            found.append(np.argmax(np.histogram(after[after < 25], np.arange(0, 25.1, 0.5))[0]) / 2)
    grown, off = np.mean(grown, axis=0), np.mean(off, axis=0)
    assert grown[5:].mean() > 1.3 * grown[:2].mean() > 0.5
    assert off[5:].mean() == pytest.approx(off[:2].mean(), rel=0.1)
    assert np.mean(peaks["S"]) > np.mean(peaks["I"]) + 0.5


def test_an_m_current_slows_spikes_down_as_it_opens(simulate):
    """Catches a current of the wrong sign, one that does not change with v, and adaptation that has another cause."""
    steady = {**ALONE, "gKz_E": 0.0, "I_ext_E": 1.5 * UNIT}
    rates, ratios = [], []
    for conductance in (0.0, 1.0, 2.0):  # 0, 0.1 and 0.2 mS/cm2
        trains = _trains(simulate(**steady, gM=conductance).spikes["E"])
        assert min(map(len, trains)) > 3
        intervals = [np.diff(train) for train in trains]
        rates.append(np.mean([len(train) for train in trains]))
        ratios.append(np.mean([own[-1] / own[0] for own in intervals]))
    assert rates[0] > 1.2 * rates[1] > 1.2**2 * rates[2]
    assert ratios[0] == pytest.approx(1, abs=0.03)
    assert ratios[1] > 1.1
    assert ratios[2] > ratios[1]
