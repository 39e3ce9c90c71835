"""Targets from a recording, and their standard errors."""

import math

import numpy as np
import pandas as pd
import pytest
from recorded import CUBA, described, verb
from trains import poisson
from typer.testing import CliRunner

from pipeline.__main__ import app
from pipeline.config.reader import ConfigError
from pipeline.engine.recording import NetworkRecording, Spikes
from pipeline.fit.targets import read_targets
from pipeline.measure.network import measured
from pipeline.network.model import Times
from pipeline.network.reading import read_model
from pipeline.recordings import aims, formats
from pipeline.recordings.described import Seen, read_described, shown


@pytest.mark.parametrize(("windows", "told"), [([[0, 3.9]], False), ([[k, k + 0.2] for k in range(4)], True)])
def test_the_rhythm_of_windows_is_no_target(tmp_path, windows, told):
    """Catches a peak at one over the length of windows, which are put one behind the other."""
    model, rng = read_model(CUBA), np.random.default_rng(4)
    formats.write(
        tmp_path / "spikes.csv", {"E": poisson(rng, 30.0, 4.0, 40), "I": poisson(rng, 30.0, 4.0, 20)}, 4.0, ""
    )
    path = described(tmp_path, {"base": {"intervals": windows}}, recorded=[[0, 4]])
    reason = aims._windowed(shown(path, read_described(path, model))[0]["base"], model)
    assert ("have a rhythm of their own" in reason.get("peak_power_excitatory", "")) is told


def test_errors_do_not_depend_on_the_order_in_which_a_file_has_its_units():
    """The same spikes from NWB and from a table sorted otherwise had errors that differed by 7 %."""
    rng = np.random.default_rng(1)
    train = poisson(rng, 5.0, 10.0, 20)
    order = rng.permutation(20)
    other = Spikes(train.times_s[::-1], order[train.neurons][::-1], 20)
    windows = np.array([[0.0, 10.0]])
    for (one, _), (two, _) in zip(
        aims._halves({"E": train}, windows), aims._halves({"E": other}, windows), strict=True
    ):
        assert sorted(one["E"].times_s) == sorted(two["E"].times_s)


def test_targets_are_the_features_of_the_recording_with_errors_of_neurons_and_of_time(tmp_path):
    """Against Poisson neurons of different rates, whose errors are known: of rates over neurons, and of counts."""
    model = read_model(CUBA)
    rng = np.random.default_rng(2)
    rates = rng.gamma(4, 2.0, 60)
    n = rng.poisson(rates * 30)
    trains = {
        "E": Spikes(rng.uniform(0, 30, n.sum()), np.repeat(np.arange(60), n), 60),
        "I": poisson(rng, 10.0, 30.0, 60),
    }
    formats.write(tmp_path / "spikes.csv", trains, 30.0, "")
    path = described(
        tmp_path, {"base": {"intervals": [[0, 29.9]]}}, features=["rate_excitatory", "cv_inhibitory", "rate_inhibitory"]
    )
    found = aims.targets(path, read_described(path, model), model)[0].set_index("feature")
    assert list(found.index) == ["rate_excitatory", "rate_inhibitory", "cv_inhibitory"]
    whole = shown(path, read_described(path, model))[0]["base"].spikes["excitatory"]
    assert found["mean"]["rate_excitatory"] == pytest.approx(len(whole.times_s) / 60 / 29.9)
    over_neurons = np.std(n / 30, ddof=1) / math.sqrt(60)
    over_time = math.sqrt(found["mean"]["rate_excitatory"] / 60 / 29.9)
    assert found["sd"]["rate_excitatory"] == pytest.approx(math.hypot(over_neurons, over_time), rel=0.3)
    assert found["mean"]["cv_inhibitory"] == pytest.approx(1, abs=0.05)
    # what a fit reads
    found.reset_index().to_csv(tmp_path / "targets.csv", index=False)
    assert [target.name for target in read_targets(tmp_path / "targets.csv", model)] == list(found.index)
    assert set(found["source"]) == {"my rig"}
    (target,) = [one for one in read_targets(tmp_path / "targets.csv", model) if one.feature == "cv_inhibitory"]
    assert (target.duration_s, target.neurons) == (29.9, (("inhibitory", 60),))


def test_a_recording_of_all_neurons_has_the_features_that_the_simulation_has(tmp_path):
    model = read_model(CUBA)
    rng = np.random.default_rng(3)
    spikes = {"excitatory": poisson(rng, 5.0, 2.0, 40), "inhibitory": poisson(rng, 9.0, 2.0, 20)}
    formats.write(tmp_path / "spikes.nwb", spikes, 2.0, "")
    groups = {name: [name] for name in spikes}
    path = described(
        tmp_path,
        {"base": {"intervals": [[0, 2]]}},
        file=str(tmp_path / "spikes.nwb"),
        column="population",
        populations=groups,
    )
    found = aims.targets(path, read_described(path, model), model)[0].set_index("feature")
    values = model.point("base", {"duration": 2.0, "transient": 0.0})
    exact = measured(model, NetworkRecording(spikes, {}, None, 0, 0, 0), values)
    assert len(found) > 5
    assert found["mean"].to_dict() == pytest.approx({name: exact[name] for name in found.index})
    assert isinstance(found, pd.DataFrame)


def test_a_table_of_targets_that_somebody_wrote_is_not_replaced(trains, tmp_path):
    formats.write(tmp_path / "spikes.csv", trains, 4.0, "")
    path = described(tmp_path, {"base": {"intervals": [[0, 3.9]]}}, features=["rate_excitatory"])
    own = tmp_path / "own.csv"
    own.write_text(text := "feature,protocol,statistic,mean,sd,unit,source\nrate_E,touch,mean,1,1,spikes/s,me\n")
    done = CliRunner().invoke(app, ["targets", f"{path}", "--model", CUBA, "--out", f"{own}"])
    assert "did not write" in f"{done.exception}"
    assert own.read_text() == text
    for _ in range(2):  # its own is made anew
        verb("targets", str(path), "--model", CUBA, "--out", str(tmp_path / "made.csv"))


def test_few_neurons_of_a_population_take_no_target_from_another(tmp_path):
    """Catches groups of neurons as many as the smallest population has, for all features."""
    model, rng = read_model(CUBA), np.random.default_rng(3)
    trains = {"E": poisson(rng, 5.0, 4.0, 40), "I": poisson(rng, 9.0, 4.0, 2)}
    formats.write(tmp_path / "spikes.csv", trains, 4.0, "")
    more = {"recorded": [[0, 4]], "features": ["rate_excitatory"]}
    path = described(tmp_path, {"base": {"intervals": [[0, 4]]}}, **more)
    found, said = aims.targets(path, read_described(path, model), model)
    assert found[["feature", "neurons", "duration_s"]].to_numpy().tolist() == [
        ["rate_excitatory", "excitatory=40", 4.0]
    ]
    spikes = sum(len(train.times_s) for train in trains.values())
    assert said == [f"base: 4 s in 1 windows; {spikes} spikes"]
    for name, why in (
        ("rate_inhibitory", "fewer than 3 neurons give it no standard error"),
        ("chi_excitatory", "it is undefined in base"),
    ):
        path = described(tmp_path, {"base": {"intervals": [[0, 4]]}}, recorded=[[0, 4]], features=[name])
        with pytest.raises(ConfigError, match=f"features: {name} is no target: {why}"):
            aims.targets(path, read_described(path, model), model)


def _clicks(cycles, seed, cells=30):
    """Return spikes of cells which answer every second event, at 50 ms of cycles of 100 ms, within 5 ms."""
    rng = np.random.default_rng(seed)
    hits = [np.flatnonzero(rng.random(cycles) < 0.5) for _ in range(cells)]
    times = [0.1 * hit + 0.05 + rng.uniform(0.003, 0.008, len(hit)) for hit in hits]
    return Spikes(np.concatenate(times), np.repeat(np.arange(cells), [len(hit) for hit in hits]), cells)


@pytest.mark.parametrize(
    "windows",
    [
        [(0.0, 3.0)],  # no whole number of cycles goes into a twentieth
        [(0.1 * k, 0.1 * k + 0.1) for k in range(12)],  # fewer windows than groups
        [(0.1 * k, 0.1 * k + 0.1) for k in range(20)] + [(2.0, 12.0)],  # a long one beside short ones
    ],
)
def test_the_error_over_time_keeps_the_phase_of_what_is_repeated(windows):
    """Where parts of cycles were left out, what came after them was at another phase: 30 times the right error."""
    cuba = read_model(CUBA)
    model = cuba.model_copy(update={"events": Times(period_ms=100, onset_ms=50)})
    laid = np.array(windows)
    cycles = round(float(np.sum(laid[:, 1] - laid[:, 0])) / 0.1)
    named = [f"{name}_excitatory" for name in ("rate", "response", "locking")]
    repeats = [aims._features(({"excitatory": _clicks(cycles, k)}, laid), "base", model, {}) for k in range(100)]
    exact = {name: np.std([one[name] for one in repeats], ddof=1) for name in named}
    said = []
    for k in range(5):
        whole = {"excitatory": _clicks(cycles, 200 + k)}
        shares, parts = aims._without_windows(Seen(whole, laid, 0, len(windows) != 12), 0.1)
        assert shares.sum() == pytest.approx(1)
        found = [aims._features(part, "base", model, {}) for part in parts]
        units = dict.fromkeys(named, "1")
        here = {name: aims._features((whole, laid), "base", model, {})[name] for name in named}
        said.append(aims._jackknife(here, found, shares, units))
    for name in named:
        assert np.mean([one[name] for one in said]) == pytest.approx(exact[name], rel=0.45), name


def test_a_part_that_is_left_out_moves_no_window_of_a_fano_factor():
    """Pieces of another length moved all later windows, and that noise was multiplied: 2.4 times the right error."""
    rng = np.random.default_rng(4)
    model, laid = read_model(CUBA), np.array([[0.0, 3.0]])
    fanos, said = [], []
    for _ in range(30):
        whole = {"excitatory": poisson(rng, 8.0, 3.0, 40)}
        shares, parts = aims._without_windows(Seen(whole, laid, 0, True), None)
        here, *found = (aims._features(part, "base", model, {}) for part in [(whole, laid), *parts])
        fanos.append(here["fano_excitatory"])
        said.append(aims._jackknife(here, found, shares, dict.fromkeys(here, "1"))["fano_excitatory"])
    assert np.mean(said) == pytest.approx(np.std(fanos, ddof=1), rel=0.4)


def test_a_response_to_events_at_given_times_is_no_target(trains, tmp_path):
    """They stay where they are when a part of the time is left out: its error over time was 11 times too large."""
    formats.write(tmp_path / "spikes.csv", {"E": poisson(np.random.default_rng(1), 20, 30.0, 4.0)}, 4.0, "")
    timed = read_model(CUBA).model_copy(update={"events": Times(times_ms=[500, 1500])})
    when, cells = {"base": {"intervals": [[0, 3.9]]}}, {"excitatory": ["E"]}
    path = described(tmp_path, when, populations=cells)
    found, _ = aims.targets(path, read_described(path, timed), timed)
    assert "rate_excitatory" in set(found["feature"])
    assert "response_excitatory" not in set(found["feature"])
    path = described(
        tmp_path,
        {"base": {"intervals": [[0, 3.9]]}},
        populations={"excitatory": ["E"]},
        features=["response_excitatory"],
    )
    with pytest.raises(ConfigError, match="response_excitatory is no target: its events come at given times"):
        aims.targets(path, read_described(path, timed), timed)


def test_the_error_of_a_median_over_neurons_is_that_of_other_neurons():
    """Leaving out one neuron at a time fails for it: in one recording of twenty it was 12 times too small."""
    rng = np.random.default_rng(1)

    def rates(n):
        return np.exp(rng.standard_normal(n))

    exact = np.std([np.median(rates(20)) for _ in range(2000)])
    said = []
    for _ in range(200):
        whole = rates(20)
        halves = [{"m": float(np.median(whole[rng.permutation(20)[:10]]))} for _ in range(aims.HALVES)]
        said.append(aims._of_halves("m", halves, 20, {"m": "1"}))
    assert np.mean(said) == pytest.approx(exact, rel=0.2)
    assert np.quantile(said, 0.05) > 0.3 * exact
    # of a mean it is the standard error
    whole = rates(400)
    halves = [{"m": float(whole[rng.permutation(400)[:200]].mean())} for _ in range(2000)]
    assert aims._of_halves("m", halves, 400, {"m": "1"}) == pytest.approx(whole.std() / 20, rel=0.1)


def test_the_error_of_an_angle_is_that_of_its_direction():
    off = 0.02 * np.random.default_rng(0).standard_normal(20)
    shares = np.full(20, 1 / 20)

    def error(angles):
        return aims._jackknife({"phase": float(angles[0])}, [{"phase": a} for a in angles], shares, {"phase": "rad"})

    assert error(np.angle(np.exp(1j * (np.pi + off)))) == pytest.approx(error(off))


def test_a_recording_of_spikes_has_what_functions_of_the_networks_own_measure_of_them(tmp_path, monkeypatch):
    """They asked for potentials, or divided by the neurons of what was not recorded: no target at all."""
    model = read_model("networks/gutnisky2017")
    rng = np.random.default_rng(4)
    trains = {"E": poisson(rng, 3.0, 4.0, 30), "I": poisson(rng, 20.0, 4.0, 20)}
    formats.write(tmp_path / "spikes.csv", trains, 4.0, "")
    protocols = {"whisking": {"intervals": [[0, 4]], "piece": 0.1}}
    path = described(tmp_path, protocols, populations={"E": ["E"], "I": ["I"]}, recorded=[[0, 4]])
    found = aims.targets(path, read_described(path, model), model)[0].set_index("feature")
    assert {"rate_E", "rate_I", "cv_I", "corr_EI", "rate_E_median"} <= set(found.index)
    assert not [name for name in found.index if name.endswith("_T") or name.startswith("chi")]
    assert found["mean"]["rate_I"] == pytest.approx(len(trains["I"].times_s) / 20 / 4)
    broken = tmp_path / "features.py"
    broken.write_text(
        "from pipeline.measure.own import feature\n\n\n@feature(unit='mV', about='x')\ndef deepest_E(recording):\n"
        "    return recording.potentials['E'].min()\n"
    )
    own = read_model(CUBA)
    monkeypatch.setattr(type(own), "own_features", broken)
    path = described(tmp_path, {"base": {"intervals": [[0, 4]]}}, features=["deepest_E"], recorded=[[0, 4]])
    read = read_described(path, own)
    with pytest.raises(ConfigError, match=r"deepest_E is no target: .*features.py, line 6: deepest_E fails \(KeyError"):
        aims.targets(path, read, own)
