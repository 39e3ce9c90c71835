"""The verbs of a fit on a made-up network: what is written, how many trials count, and what is said of a dead one."""

import importlib.util
import json
import shutil
from types import SimpleNamespace

import pandas as pd
import pytest
import yaml
from fakes import BASE, CONTENT, FakeMeasurements
from typer.testing import CliRunner

import pipeline.cli.fits
import pipeline.cli.posteriors
import pipeline.show.watch
import pipeline.sweep.rows
from networks.gutnisky2017.features import UNITS
from pipeline.cli.commands import app
from pipeline.config.reader import ConfigError
from pipeline.fit import posterior as posteriors
from pipeline.fit.lifeless import alive
from pipeline.fit.problem import EXPLORED
from pipeline.fit.targets import Target
from pipeline.measure.envelope import Envelope
from pipeline.overview.found import FitFound
from pipeline.overview.verdict import _fit
from pipeline.show.fit_words import certainty

TARGETS = {("rate_E", "whisking"): 0.8, ("rate_I", "whisking"): 18.0, ("rate_E", "touch"): 4.0, ("R_E", "touch"): 0.32}


class SilentMeasurements(FakeMeasurements):
    """E fires the more the stronger g_ET is, but is silent everywhere."""

    def row(self, point):
        return super().row(point) | {"rate_E": 1e-3 * point["g_ET"] / BASE["g_ET"]}


@pytest.fixture
def verb(tmp_path, monkeypatch):
    """Run a verb on the fit of the files that are given; trials are made up, or are those of `measurements`."""
    lines = [f"{name},{where},mean,{mean},{0.03 * mean},{UNITS[name]},me" for (name, where), mean in TARGETS.items()]
    (tmp_path / "t.csv").write_text("\n".join(["feature,protocol,statistic,mean,sd,unit,source", *lines]) + "\n")
    made = {}

    class Watch:
        def __init__(self, *_):
            pass

        def telling(self, *_):
            pass

    monkeypatch.setattr(pipeline.show.watch, "Watch", Watch)

    def run(name, *options, measurements=FakeMeasurements, code=0, **change):
        def measuring(*_):
            made["last"] = measurements()
            return made["last"]

        monkeypatch.setattr(pipeline.sweep.rows, "Measurements", measuring)
        (tmp_path / "fit.yaml").write_text(
            yaml.safe_dump(CONTENT | {"targets": f"{tmp_path}/t.csv"} | change, sort_keys=False)
        )
        where = ("--out", "--results", f"{tmp_path}/results") if name == "fit" else ("--folder",)
        words = [name, *options, f"{tmp_path}/fit.yaml", where[0], f"{tmp_path}/out", *where[1:]]
        done = CliRunner().invoke(app, words)
        assert done.exit_code == code or code == 2, (done.output, done.exception)
        return done

    run.made, run.folder = made, tmp_path / "out"
    return run


@pytest.mark.parametrize("done", [0, 1])
def test_a_fit_that_was_interrupted_in_any_batch_keeps_all_that_its_trials_measured(verb, monkeypatch, done):
    monkeypatch.setattr(posteriors, "STEPS", 300)
    verb("fit")
    whole = pd.read_parquet(verb.folder / "trials.parquet")
    shutil.rmtree(verb.folder)
    # of 4 simulations a trial and 6 trials a batch
    verb("fit", measurements=lambda: FakeMeasurements(24 * done + 10), code=130)
    verb("fit")
    trials = pd.read_parquet(verb.folder / "trials.parquet")
    assert (trials["state"] == "fail").sum() == 6
    measured = [name for name in whole if " " in name]
    kept = trials.loc[trials["state"] == "complete", [*BASE, "score", *measured]].reset_index(drop=True)
    pd.testing.assert_frame_equal(kept, whole[list(kept)])
    assert kept["touch R_E"].notna().all()
    verb("posterior")
    assert json.loads((verb.folder / "posterior.json").read_text())["trials"] == 24
    assert len(json.loads((verb.folder / "surface.json").read_text())["targets"]) == 4
    trials.drop(columns=measured).to_parquet(verb.folder / "trials.parquet")
    lost = verb("posterior", code=2).exception
    assert "trials.parquet: 24 trials were simulated, but it has none of their features, such as 'whisking rate_E'" in (
        f"{lost}"
    )


@pytest.mark.skipif(importlib.util.find_spec("sbi") is None, reason="sbi is not installed")
def test_a_fit_by_sbi_has_its_sample_in_the_tables_of_any_fit(verb):
    from pipeline.fit import neural

    options = {"sampler": "neural", "batch": 50, "trials": 100, "errors": "correlated"}
    verb("fit", **options)
    trials = pd.read_parquet(verb.folder / "trials.parquet")
    assert trials["origin"].value_counts().to_dict() == {EXPLORED: 98, "neural": 1, "middle": 1}
    verb("posterior", **options)
    sample = pd.read_parquet(verb.folder / "posterior.parquet")
    assert len(sample) == neural.SAMPLE
    knobs = pd.read_csv(verb.folder / "knobs.csv").set_index("knob")
    for name, value in BASE.items():
        assert knobs.loc[name, "mean"] == pytest.approx(sample[name].mean())
        assert knobs.loc[name, "q05"] < value < knobs.loc[name, "q95"]
    about = json.loads((verb.folder / "posterior.json").read_text())
    assert about["neural"]
    assert "response surface" not in about["doubt"]
    (_, said) = certainty(pd.DataFrame({"says": ["a."]}), about | {"missed": "", "against": ""})[-2:]
    assert said.startswith("This rests on a neural network trained on 100 trials")


def test_fewer_trials_are_the_first_of_those_that_were_made_and_more_cost_nothing(verb):
    verb("fit", trials=21, sampler="tpe")
    whole = pd.read_parquet(verb.folder / "trials.parquet")
    assert len(whole) == 21
    log = (verb.folder / "study.log").read_bytes()
    said = verb("fit", trials=10, sampler="tpe").output
    assert ": best of 10 trials " in said
    assert verb.made["last"].calls == 6  # the check alone, 3 networks of 2 protocols
    first = pd.read_parquet(verb.folder / "trials.parquet")
    pd.testing.assert_frame_equal(first, whole[:10])
    best = whole[:10].loc[whole["score"][:10].idxmin()]
    gains = pd.read_csv(verb.folder / "gains.csv").set_index("knob")["fitted"]
    assert [gains[name] for name in BASE] == pytest.approx([best[name] for name in BASE])
    assert (verb.folder / "study.log").read_bytes().startswith(log)  # nothing of the study is gone
    assert ": best of 21 trials " in verb("fit", trials=21, sampler="tpe").output
    assert verb.made["last"].calls == 6
    pd.testing.assert_frame_equal(pd.read_parquet(verb.folder / "trials.parquet"), whole)


def test_the_front_of_fewer_trials_is_that_of_the_first(verb):
    several = {"sampler": "random", "objectives": {"slow": ["whisking"], "fast": ["touch"]}}
    verb("fit", trials=24, **several)
    verb("fit", trials=8, **several)
    rows = pd.read_parquet(verb.folder / "trials.parquet")
    better = [
        any(
            (rows["score_slow"] <= row.score_slow)
            & (rows["score_fast"] <= row.score_fast)
            & ((rows["score_slow"] < row.score_slow) | (rows["score_fast"] < row.score_fast))
        )
        for row in rows.itertuples()
    ]
    assert len(rows) == 8
    on_front = rows["trial"][[not one for one in better]]
    pareto = pd.read_csv(verb.folder / "pareto.csv")
    assert sorted(pareto["trial"][pareto["on_front"] == "yes"]) == sorted(on_front)
    # the table is read again by all that show it
    verb("fit_figure", "front", "--out", f"{verb.folder}/front.png", trials=8, **several)
    assert (verb.folder / "front.png").exists()


def test_a_fit_in_which_every_trial_is_silent_fails_with_what_was_seen_and_goes_on(verb):
    done = verb("fit", measurements=SilentMeasurements, trials=6, sampler="random", code=1)
    trials = pd.read_parquet(verb.folder / "trials.parquet")
    failed = json.loads((verb.folder / "failed.json").read_text())
    assert failed["trials"] == len(trials) == 6
    nearest = trials.loc[trials["g_ET"].idxmax()]
    for words in (
        "in none of 6 trials the network is alive",
        "E was silent (below 0.01 spikes/s) in 6",
        "g_ET from 0.075 to 0.3 mS*ms/cm**2",
        f"nearest to life is trial {nearest['trial']} (g_ET = {nearest['g_ET']:.4g}, ",
        "whisking: E is silent, ",
    ):
        assert words in failed["says"]
    assert done.output.splitlines()[-1] == f"error: {verb.folder.parent}/fit.yaml: {failed['says']}"
    assert not (verb.folder / "gains.csv").exists()
    with pytest.raises(ConfigError, match="in none of 6 trials the network is alive"):
        raise verb("posterior", trials=6, sampler="random", code=2).exception
    more = verb("fit", trials=8, sampler="random")  # the next two are alive
    assert ": best of 8 trials " in more.output
    assert verb.made["last"].calls == 2 * 4 + 6
    assert not (verb.folder / "failed.json").exists()


def test_no_spike_at_all_is_lifeless_without_an_envelope_but_a_potential_needs_none():
    envelope = Envelope.model_construct(rates={"E": (0.0, 500.0)})
    features = {"touch rate_E": 0.0, "touch v_mean_E": -65.0}
    quiet = SimpleNamespace(constraints={"envelope": -2.0}, user_attrs={"features": features})
    rate = Target("rate_E", "touch", "mean", 5.0, 0.5, "spikes/s", "")
    assert not alive(quiet, [rate], envelope)
    potential = Target("v_mean_E", "touch", "mean", -60, 1, "mV", "")
    assert alive(quiet, [potential], envelope)
    assert not alive(quiet, [rate, potential], envelope)
    assert not alive(quiet, [potential, Target("cv_E", "touch", "mean", 0.5, 0.1, "1", "")], envelope)
    assert alive(quiet, [Target("rate_E", "touch", "mean", 0.1, 0.2, "spikes/s", "")], envelope)
    features["touch rate_E"] = 0.5
    assert alive(quiet, [rate], envelope)


def test_the_page_and_the_tables_name_the_trials_that_are_as_good_as_the_best(verb, monkeypatch):
    monkeypatch.setattr(posteriors, "STEPS", 300)
    verb("fit")
    verb("posterior")
    about = json.loads((verb.folder / "posterior.json").read_text())
    good = pd.read_csv(verb.folder / "good.csv")
    trials = pd.read_parquet(verb.folder / "trials.parquet")
    least = trials.loc[trials["score"].idxmin()]
    assert good["trial"].iloc[0] == about["best"] == least["trial"]
    # each that is better than one of them is one of them
    assert sorted(good["trial"]) == sorted(trials["trial"][trials["score"] <= good["score"].max()])
    page = verb.folder.parent / "fit.html"
    verb("fit_page", "--out", f"{page}")
    assert about["alike"].split(" (")[0] in page.read_text()
    assert about["importance"] in page.read_text()
    predicted = pd.read_csv(verb.folder / "predicted.csv")
    assert f"{predicted['low'][0]:+.1f} to {predicted['high'][0]:+.1f} sd" in page.read_text()


def test_where_trials_are_too_few_it_is_said_that_more_would_tell(verb):
    verb("fit", trials=8)
    said = verb("posterior", trials=8).output
    about = json.loads((verb.folder / "posterior.json").read_text())
    assert about["doubt"] in said
    assert about["doubt"].startswith("8 trials are too few for a posterior of 3 knobs, which needs 20. More trials ")
    assert "set trials to 60 in " in about["doubt"]
    assert about["luck"].startswith("The best trial has a score of ")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"free": {"g_EE": {"low": 0.1, "high": 0.4}}}, "g_ET, g_IT, g_EI"),
        ({"free": CONTENT["free"] | {"g_ET": {"low": 0.1, "high": 0.3}}}, "g_ET from 0.075 to 0.3"),
    ],
)
def test_the_verbs_on_a_fit_refuse_the_folder_of_another(verb, change, words):
    verb("fit", trials=4)
    verb("posterior", trials=4)
    picture = ("--out", f"{verb.folder}/a.png")
    for name, options, file in (
        ("posterior", (), "gains.csv"),
        ("fit_figure", ("importance", *picture), "knobs.csv"),
        ("fit_page", ("--out", f"{verb.folder}/a.html"), "knobs.csv"),
    ):
        done = verb(name, *options, code=2, **change)
        assert isinstance(done.exception, ConfigError), (done.output, done.exception)
        assert f"{file}: is of {words}, but " in str(done.exception)


def test_a_posterior_with_other_targets_or_of_an_unfinished_fit_is_refused(verb):
    done = verb("posterior", code=2)
    assert isinstance(done.exception, ConfigError)
    assert "gains.csv: is not there, since the fit is not finished; python -m pipeline fit " in str(done.exception)
    verb("fit", trials=4)
    targets = verb.folder.parent / "t.csv"
    targets.write_text(targets.read_text().replace(",0.8,", ",0.9,"))
    done = verb("posterior", code=2, trials=4)
    assert "fitted.csv: has other targets than" in str(done.exception)
    done = verb("fit_figure", "front", "--out", f"{verb.folder}/a.png", code=2, trials=4)
    assert "front is of a fit of several objectives" in str(done.exception)


ONE = {"free": {"g_EI": CONTENT["free"]["g_EI"]}}


def test_a_fit_of_one_knob_is_drawn_to_its_page(verb, monkeypatch):
    """The landscape without a pair of knobs lacked two columns, and the run never ended."""
    monkeypatch.setattr(posteriors, "STEPS", 300)
    verb("fit", trials=12, **ONE)
    verb("posterior", trials=12, **ONE)
    for name in ("history", "targets", "corner", "landscape", "importance"):
        verb("fit_figure", name, "--out", f"{verb.folder}/{name}.png", trials=12, **ONE)
    verb("fit_page", "--out", f"{verb.folder}/a.html", trials=12, **ONE)
    knobs = pd.read_csv(verb.folder / "knobs.csv").set_index("knob")
    assert knobs.loc["g_EI", "q05"] < BASE["g_EI"] < knobs.loc["g_EI", "q95"]


class NoMeasurements(FakeMeasurements):
    """The only target is defined nowhere."""

    def row(self, point):
        return super().row(point) | {"R_E": None}


def test_a_target_that_trials_lack_is_named_and_ends_nothing(verb):
    """The page was a traceback, and more trials were advised."""
    table = verb.folder.parent / "t.csv"
    lines = table.read_text().splitlines()
    table.write_text("\n".join([lines[0], *(line for line in lines if line.startswith("R_E"))]) + "\n")
    verb("fit", measurements=NoMeasurements, trials=12, **ONE)
    verb("posterior", trials=12, **ONE)
    verb("fit_figure", "landscape", "--out", f"{verb.folder}/a.png", trials=12, **ONE)
    verb("fit_page", "--out", f"{verb.folder}/a.html", trials=12, **ONE)
    said = "Most trials lack R_E of touch, and there is no other target: nothing tells knobs apart."
    assert json.loads((verb.folder / "posterior.json").read_text())["doubt"] == said


class WildMeasurements(FakeMeasurements):
    """On one of the fresh networks I runs away in both protocols, where no target sees it."""

    def row(self, point):
        return super().row(point) | ({"rate_I": 900.0} if point["seed_network"] == 101 else {})


def test_a_best_trial_that_runs_away_on_a_fresh_network_is_no_good_fit(verb, monkeypatch):
    """The page said that the fit reaches its targets, and the terminal had a score that no page had."""
    monkeypatch.setattr(posteriors, "STEPS", 300)
    table = verb.folder.parent / "t.csv"
    table.write_text("".join(line for line in table.open() if not line.startswith("rate_I")))
    said = verb("fit", measurements=WildMeasurements).output
    verb("posterior", measurements=WildMeasurements)
    verb("fit_page", "--out", f"{verb.folder}/a.html")
    sentence = (
        "2 runs of the best trial on fresh networks diverged, fell silent or ran away (whisking: I runs away, 900 "
    )
    fitted = pd.read_csv(verb.folder / "fitted.csv")
    assert sentence in said
    assert sentence in (verb.folder / "a.html").read_text()
    assert f"on fresh networks {(fitted['deviation_sd'] ** 2).mean() ** 0.5:.2f}." in said
    about = json.loads((verb.folder / "posterior.json").read_text())
    assert about["luck"] == ""
    verdict = _fit(FitFound(pd.DataFrame(), 24, 24, tables={"fitted": fitted}, posterior=about, whole=True))
    assert verdict.level == "fair"
    assert verdict.title == "The fit reaches its targets, but it does not live on every network"


class EdgyMeasurements(FakeMeasurements):
    """The networks of the search fire more than fresh ones, so that the best of these are beyond the envelope there."""

    def row(self, point):
        row = super().row(point)
        return row | {"rate_E": row["rate_E"] * (1.1 if point["seed_network"] < 100 else 1.0)}


def test_leaders_are_trials_that_are_alive(verb, monkeypatch):
    """One beyond the envelope won, and `posterior` said that the tables are of different fits."""
    monkeypatch.setattr(posteriors, "STEPS", 300)
    more = {"leaders": {"best": 6, "first_seed": 301, "networks": 4, "duration": 1}, "envelope": {"E": [0.1, 4.2]}}
    verb("fit", measurements=EdgyMeasurements, **more)
    trials = pd.read_parquet(verb.folder / "trials.parquet").set_index("trial")
    leaders = pd.read_csv(verb.folder / "leaders.csv")
    assert (trials["constraint"] > 0).any()
    assert (trials.loc[leaders["trial"], "constraint"] <= 0).all()
    verb("posterior", **more)
