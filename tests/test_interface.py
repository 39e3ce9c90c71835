"""A network from Python, as docs/any_network.md shows it: its code is run as it stands."""

import re
import shutil
from pathlib import Path

import pytest
import yaml

from pipeline import Network
from pipeline.config.reader import ConfigError, read_yaml

SCRIPT = """
from brian2 import *

we = 1.6*mV  # excitatory weight
wi = -9*mV  # inhibitory weight
tau = 10*ms
P = NeuronGroup(40, "dv/dt = (-49*mV - v)/tau : volt", threshold="v > -50*mV", reset="v = -60*mV", method="exact")
P.v = "-60*mV + 10*mV*rand()"
Ce = Synapses(P, P, on_pre="v += we")
Ce.connect("i < 32", p=0.1)
Ci = Synapses(P, P, on_pre="v += wi")
Ci.connect("i >= 32", p=0.1)
run(200*ms)
"""
DOCS = Path("docs/any_network.md")


@pytest.fixture(scope="module")
def shown(tmp_path_factory):
    """Run the Python of the page in a folder of its own, from which the package must be found as installed."""
    folder = tmp_path_factory.mktemp("python")
    (folder / "my_network.py").write_text(SCRIPT)
    code = re.search(r"## From Python\n\n<!-- .*? -->\n```python\n(.*?)```", DOCS.read_text(), re.DOTALL)[1]
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(folder / "cache"))
        patch.chdir(folder)
        scope = {}
        exec(compile(code, str(DOCS), "exec"), scope)
    yield scope | {"folder": folder}
    scope["network"].close()


def test_a_run_has_what_the_page_says(shown):
    """Catches rates, spikes and voltages that are not of the same run, or in other units."""
    run = shown["run"]
    spikes = run.spikes
    assert list(spikes.columns) == ["population", "neuron", "t_s"]
    assert run.rates["P"] == pytest.approx(len(spikes) / 40 / 2)
    voltages = run.voltages("P")
    assert voltages.shape == (20_000, 5)
    assert -70 < voltages.to_numpy().min() < voltages.to_numpy().max() <= -40
    trains = run.trains("P")
    assert len(trains) == 40
    assert sum(map(len, trains)) == len(spikes)


def test_a_sweep_has_all_combinations(shown):
    """Catches points that are lost, or that have another knob's values."""
    table = shown["table"]
    assert len(table) == 3 * 2 * 4
    assert set(table["wi"]) == {-9.0, -12.0}
    assert (table["status"] == "ok").all()


def test_a_fit_stays_in_its_ranges(shown):
    """Catches a fit whose knobs are in SI."""
    assert 0.8 <= shown["best"]["we"] <= 3


def test_nothing_is_left_where_it_was_called(shown):
    """Catches programs and studies written to the working folder instead of the cache."""
    assert sorted(path.name for path in shown["folder"].iterdir()) == ["cache", "my_network.py"]


def test_nothing_is_left_in_the_folder_of_a_network_either(tmp_path, monkeypatch):
    """What a clone has under version control stays as it is; and the table's words come before the script's."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    folder = shutil.copytree("networks/cuba", tmp_path / "cuba", ignore=shutil.ignore_patterns("results"))
    before = sorted(folder.rglob("*"))
    table = read_yaml(folder / "knobs.yaml")
    name = next(iter(table["knobs"]))
    table["knobs"][name]["about"] = "as the table says"
    (folder / "knobs.yaml").write_text(yaml.safe_dump(table))
    with Network(folder) as network:
        network.simulate(duration=0.01)
        assert network.knobs["about"][name] == "as the table says"
    assert sorted(folder.rglob("*")) == before
    assert list((tmp_path / "cache").rglob("manifest.json"))


def test_units_and_names_are_checked(shown):
    """Catches a knob that takes seconds for volts, or a misspelt one that is ignored."""
    from brian2 import ms

    from pipeline.config.reader import ConfigError

    network = shown["network"]
    with pytest.raises(ConfigError, match="we"):
        network.simulate(we=2 * ms)
    with pytest.raises(ConfigError, match="nearest known: we"):
        network.simulate(wee=2)


def test_a_fit_in_which_no_neuron_ever_fires_ends_in_what_was_seen(shown):
    """Catches a silent network that is called the best fit, in one without a lower bound of its rates."""
    from pipeline.config.reader import ConfigError

    with pytest.raises(ConfigError, match=r"in none of 2 trials the network is alive.* P was silent"):
        shown["network"].fit({"rate_P": (6, 0.5)}, free={"tau": (1e7, 2e7)}, trials=2)


def test_a_fit_refuses_what_cannot_be_fitted_in_a_sentence(shown):
    """Catches a KeyError, a page of validation, and knobs that take whole numbers or act on nothing."""
    network, target = shown["network"], {"rate_P": (6, 0.5)}
    for free, words in (
        ({"wee": (1, 2)}, "unknown knob 'wee'"),
        ({"we": (3, 0.8)}, "low"),
    ):
        with pytest.raises(ConfigError, match=words) as caught:
            network.fit(target, free=free)
        assert len(f"{caught.value}".splitlines()) == 1
    with pytest.raises(ConfigError, match="trials"):
        network.fit(target, free={"we": (0.8, 3)}, trials=0)


def test_a_script_that_is_edited_meanwhile_is_refused(shown):
    """Catches a number that was put to another place of the new text, in silence: last, since it changes the script."""
    script = shown["folder"] / "my_network.py"
    before = shown["network"].simulate(duration=0.05)
    script.write_text(SCRIPT)  # the same, written again
    assert shown["network"].simulate(duration=0.05).rates.equals(before.rates)
    script.write_text(SCRIPT.replace("we = 1.6", "dummy = 7\nwe = 1.6"))
    with pytest.raises(
        ConfigError, match=r"my_network\.py: it, or a file that it reads, has changed since it was adopt"
    ):
        shown["network"].simulate(we=1.7, duration=0.05)
