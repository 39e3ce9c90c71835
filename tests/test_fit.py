"""The study: recovery, determinism, resumption.

On a made-up network, whose features follow from the gains in closed form.
"""

import json
import math
from wsgiref.util import setup_testing_defaults

import optuna
import optuna_dashboard
import pandas as pd
import pytest
from fakes import BASE, CONTENT, FakeMeasurements, fake_row

from networks.gutnisky2017.features import COUNTS, UNITS
from pipeline.config.reader import ConfigError, parse
from pipeline.fit import fitted, landscape, loss, start, trials
from pipeline.fit import front as fronts
from pipeline.fit import posterior as posteriors
from pipeline.fit import study as studies
from pipeline.fit.problem import EXPLORED, Fit
from pipeline.fit.targets import Target
from pipeline.measure.envelope import Envelope

CREATE_TRIAL = 4
"""In the journal of Optuna."""


@pytest.fixture(scope="module")
def targets(model):
    base = {p: fake_row(model.point(p, {"seed_network": 0})) for p in ("whisking", "touch")}
    chosen = [("rate_E", "whisking"), ("rate_I", "whisking"), ("rate_E", "touch"), ("R_E", "touch")]
    return tuple(
        Target(feature, protocol, "mean", base[protocol][feature], 0.03 * base[protocol][feature], UNITS[feature], "")
        for feature, protocol in chosen
    )


@pytest.fixture
def study(model, targets, tmp_path):
    def make(measurements=None, log="study.log", first=(), **change):
        fit = parse(Fit, CONTENT | change, "fit.yaml")
        measurements = measurements or FakeMeasurements()
        return studies.Study(fit, targets, model, measurements, tmp_path / log, "program", list(first))

    return make


def _values(study):
    return [(trial.params, trial.values) for trial in trials.complete(study.study)]


def test_the_surface_recovers_the_base_gains(study):
    found = study()
    found.search(2)
    best, rows, score = found.check(2)
    assert {name: best.params[name] / BASE[name] for name in BASE} == pytest.approx(dict.fromkeys(BASE, 1), abs=0.05)
    assert score < 2  # a point of the sweep scores 10 to 50
    assert len(loss.collect(rows, {"R_E": "spikes/touch"})["touch", "R_E"]) == 3


@pytest.mark.parametrize("sampler", ["response_surface", "tpe", "cmaes", "random"])
def test_a_fit_does_not_depend_on_cores(study, sampler):
    one, two = study(log="one.log", sampler=sampler, trials=13), study(log="two.log", sampler=sampler, trials=13)
    one.search(1)
    two.search(2)
    assert trials.finished(one.study) == 13
    assert _values(one) == _values(two)


def test_an_interrupted_fit_goes_on_to_the_same_end(study):
    whole = study(log="whole.log")
    whole.search(1)
    # 4 simulations a trial: killed in the third batch, with some of its trials done
    with pytest.raises(KeyboardInterrupt):
        study(FakeMeasurements(fail_after=4 * 6 * 2 + 10)).search(1)
    again = study()
    assert 12 <= trials.finished(again.study) < 24
    counted = FakeMeasurements()
    again = study(counted)
    done = trials.finished(again.study)
    again.search(1)
    assert counted.calls == 4 * (24 - done)  # finished trials are not run again
    assert sorted(map(repr, _values(again))) == sorted(map(repr, _values(whole)))


def test_a_fit_that_is_killed_while_a_batch_is_asked_goes_on_to_the_same_end(study, tmp_path):
    """The rest of the batch was never proposed, and what had been had lost where it came from."""
    whole = study(log="whole.log")
    whole.search(1)
    lines = (tmp_path / "whole.log").read_text().splitlines(keepends=True)
    asked = [k for k, line in enumerate(lines) if json.loads(line)["op_code"] == CREATE_TRIAL]
    for cut in range(asked[14], asked[15] + 1):  # in the third batch of 6
        (tmp_path / "cut.log").write_text("".join(lines[:cut]))
        again = study(log="cut.log")
        again.search(1)
        assert sorted(map(repr, _values(again))) == sorted(map(repr, _values(whole)))
        origins = [trial.user_attrs.get("origin") for trial in trials.complete(again.study)]
        assert sorted(map(str, origins)) == sorted(
            str(t.user_attrs.get("origin")) for t in trials.complete(whole.study)
        )


def test_networks_of_trials_alone_are_never_those_of_the_check(study):
    """Their seeds followed from those of the check, which may be changed afterwards."""
    check = {"networks": 3, "first_seed": 100, "duration": 1}
    first = 104
    study(trials=10, batch=10).search(2)  # from now on the seeds of later trials are fixed
    with pytest.raises(ConfigError, match=rf"check: seeds 100 to 159 are not fresh: .* seeds {first + 40} to"):
        study(trials=34, batch=10, check=check | {"networks": 60})
    made = study(trials=34, batch=10)
    made.search(2)
    assert fitted_seeds(made) == set(range(first + 2 * 21, first + 2 * 28)) | set(range(first + 58, first + 68))
    with pytest.raises(
        ConfigError, match=rf"check: seeds 100 to 159 are not fresh: .* seeds {first + 40} to {first + 67}; "
    ):
        study(trials=34, batch=10, check=check | {"networks": 60})
    study(trials=34, batch=10, check=check | {"networks": 20})  # no trial that explores has one of these
    more = study(trials=40, batch=10, check=check | {"first_seed": 90})
    more.search(2)
    seeds = fitted_seeds(more)
    assert len(seeds) == 2 * sum(t.user_attrs["origin"] == EXPLORED for t in trials.complete(more.study))


def fitted_seeds(made):
    """Return the seeds of the networks that one trial has alone."""
    places = [t.user_attrs["place"] for t in trials.complete(made.study) if t.user_attrs["origin"] == EXPLORED]
    first = made.study.user_attrs[studies.OWN_SEEDS]
    return {seed for place in places for seed in made.fit.own_networks(place, first).seeds}


def test_more_trials_go_on_and_another_setting_begins_anew(study):
    study(trials=6).search(1)
    more = FakeMeasurements()
    longer = study(more, trials=8)
    longer.search(1)
    assert trials.finished(longer.study) == 8
    assert more.calls == 4 * 2
    assert trials.finished(study(seed=2).study) == 0


def test_a_search_that_has_what_a_posterior_needs_goes_on_where_it_lies_on_other_networks(study, monkeypatch):
    monkeypatch.setattr(posteriors, "STEPS", 300)
    seeds = {}

    class Noted(FakeMeasurements):
        def row(self, point):
            seeds.setdefault(tuple(point[name] for name in BASE), set()).add(int(point["seed_network"]))
            return super().row(point)

    whole = study(Noted(), trials=34, batch=10, prune=True)
    whole.search(2)
    made = sorted(trials.complete(whole.study), key=lambda trial: trial.number)
    origins = [trial.user_attrs["origin"] for trial in made]
    assert origins[:20] == ["response_surface"] * 20  # a posterior of 3 knobs needs so many
    assert origins[20] == origins[28] == "middle"
    explored = [trial for trial in made if trial.user_attrs["origin"] == EXPLORED]
    assert len(explored) == 12
    of = {trial.number: seeds[tuple(trial.params[name] for name in BASE)] for trial in made}
    assert all(of[trial.number] == {1, 2} for trial in made if trial not in explored and not trial.user_attrs["pruned"])
    own = [of[trial.number] for trial in explored]
    assert all(len(networks) == 2 for networks in own)
    assert len(set.union(*own)) == 24
    assert not set.union(*own) & {1, 2, 100, 101, 102}
    # values without each network are those of the other one, and the mean is between them
    first = explored[0].user_attrs
    ((one, other),) = first["values_without"]
    assert (one[0] + other[0]) / 2 == pytest.approx(first["features"]["whisking rate_E"])
    assert one[0] != other[0]
    assert {trial.number for trial in whole.ranked()}.isdisjoint(trial.number for trial in explored)
    # an interruption changes neither places nor networks
    with pytest.raises(KeyboardInterrupt):
        study(FakeMeasurements(fail_after=4 * 20 + 15), log="torn.log", trials=34, batch=10, prune=True).search(1)
    again = study(log="torn.log", trials=34, batch=10, prune=True)
    again.search(1)
    assert sorted(map(repr, _values(again))) == sorted(map(repr, _values(whole)))


def test_points_of_a_sweep_are_the_first_trials_and_cost_nothing(study, model, targets):
    rows = []
    for factor in (0.4, 0.7, 0.9, 1.3):
        for protocol in ("whisking", "touch"):
            for seed in (1, 2):
                gains = {name: factor * value for name, value in BASE.items()}
                settings = gains | {"seed_network": seed, "duration": 1}
                rows.append(fake_row({"protocol": protocol, **model.point(protocol, settings)}))
    fit = parse(Fit, CONTENT | {"first_trials": {"sweep": "gains", "best": 2}}, "fit.yaml")
    first = start.first_trials(rows, fit, targets, model, "rows")
    assert [tried.settings["g_ET"] / BASE["g_ET"] for tried in first] == pytest.approx(
        [0.9, 1.3]
    )  # 0.4 is out of range
    with pytest.raises(ConfigError, match="seed_network = 1 and duration = 3 s"):
        start.first_trials([row | {"duration": 3} for row in rows], fit, targets, model, "rows")
    with pytest.raises(ConfigError, match=r"^rows: .*g_ET = .* has 1 of the 2 networks in whisking that trials"):
        start.first_trials([row for row in rows if row["seed_network"] == 1], fit, targets, model, "rows")
    with pytest.raises(ConfigError, match="has a network of whisking more than once"):
        start.first_trials([*rows, rows[4]], fit, targets, model, "rows")
    with pytest.raises(ConfigError, match="a row of whisking has tau_GABA = 9, and trials of the fit have 3"):
        start.first_trials([row | {"tau_GABA": 9.0} for row in rows], fit, targets, model, "rows")
    counted = FakeMeasurements()
    begun = study(counted, first=first, first_trials={"sweep": "gains", "best": 2})
    assert counted.calls == 0
    assert trials.finished(begun.study) == 0
    origins = [row["origin"] for row in trials.rows(begun.study, begun.fit)]
    assert origins == ["sweep", "sweep"]
    assert begun.study.best_value == pytest.approx(trials.rows(begun.study, begun.fit)[0]["score"])
    # opened again, it has them once
    assert len(trials.complete(study(first=first, first_trials={"sweep": "gains", "best": 2}).study)) == 2


def test_a_diverged_run_is_counted_and_never_averaged():
    good = {"protocol": "touch", "seed_network": 1.0, **dict.fromkeys(UNITS), "rate_E": 4.0, "status": "ok"}
    bad = good | {"seed_network": 2.0, "rate_E": 400.0, "status": "diverged"}
    assert loss.means(loss.collect([good, bad], UNITS)) == {("touch", "rate_E"): 4.0}


def test_fitted_rows_state_mean_standard_error_and_n(targets):
    row = {"protocol": "whisking", **dict.fromkeys(UNITS), "status": "ok"}
    rows = [row | {"seed_network": k, "rate_E": value} for k, value in enumerate((0.7, 0.8, 0.9))]
    rows.append(row | {"seed_network": 3, "rate_E": 99.0, "status": "diverged"})
    envelope = Envelope(rates={"E": (0.75, 200.0)})
    rows[-1] |= {"t_diverged_s": 0.5, "transient": 0.0, "duration": 1.0, "problem": "v of E is nan"}
    row = fitted.fitted_row(targets[0], rows, envelope)
    assert (row["mean"], row["n"], row["diverged"]) == (pytest.approx(0.8), 3, 1)
    assert (row["beyond"], row["problem"]) == (2, "whisking: v of E is nan")  # the first one is silent by this envelope
    assert row["sem"] == pytest.approx(0.1 / math.sqrt(3))
    assert fitted.fitted_row(targets[0], [], envelope)["mean"] is None


def test_a_torn_line_of_the_study_costs_a_trial_not_the_fit(study, tmp_path):
    study(trials=6).search(1)
    log = tmp_path / "study.log"
    log.write_bytes(log.read_bytes()[:-7])
    again = study(trials=8)
    again.search(1)
    assert trials.finished(again.study) == 8


def test_the_study_is_an_optuna_journal_that_others_can_read(study, tmp_path):
    study(trials=2).search(1)
    storage = optuna.storages.JournalStorage(optuna.storages.journal.JournalFileBackend(str(tmp_path / "study.log")))
    summaries = optuna.get_all_study_summaries(storage)
    assert [summary.n_trials for summary in summaries] == [2]


@pytest.mark.parametrize("sampler", ["tpe", "nsga2", "nsga3", "qmc", "random"])
def test_several_objectives_end_in_a_pareto_front(study, sampler):
    objectives = {"suppression": ["whisking"], "transmission": ["touch"]}
    one, two = (
        study(log=f"{cores}.log", sampler=sampler, objectives=objectives, trials=18, batch=6) for cores in (1, 2)
    )
    one.search(1)
    two.search(2)
    assert trials.finished(one.study) == 18
    assert _values(one) == _values(two)
    every = fronts.front(trials.rows(one.study, one.fit), one.fit)
    front = [row for row in every if row["on_front"] == fronts.YES]
    rows = [row for row in trials.rows(one.study, one.fit) if row["constraint"] <= 0]
    both = [(row["score_suppression"], row["score_transmission"]) for row in front]
    assert 1 <= len(both) < len(rows)
    assert [b for _, b in both] == sorted((b for _, b in both), reverse=True)  # one falls as the other rises
    for row in rows:
        here = (row["score_suppression"], row["score_transmission"])
        assert here in both or any(a <= here[0] and b <= here[1] for a, b in both)
    assert all(row["sem_transmission"] >= 0 for row in front)
    assert all(row["probability"] > (0 if row["on_front"] == fronts.YES else fronts.LIKELY) for row in every)
    best, _, score = one.check(1)
    assert set(best.params) == set(BASE)
    assert score > 0


def test_a_bad_trial_is_cut_short_and_the_best_is_found_all_the_same(study):
    whole, pruned = FakeMeasurements(), FakeMeasurements()
    study(whole, log="whole.log", sampler="tpe", trials=30).search(1)
    again = study(pruned, sampler="tpe", trials=30, prune=True)
    again.search(2)
    rows = trials.rows(again.study, again.fit)
    assert len(rows) == trials.finished(again.study) == 30
    cut = [row for row in rows if row["state"] == "pruned"]
    assert pruned.calls == sum(row["runs"] for row in rows) < whole.calls == 4 * 30
    # whisking and touch give 2 deviations each: all 4 worse has p = 1/16, and 2 could not be below 1/4
    assert min(row["runs"] for row in cut) == 2
    best = min(row["score"] for row in rows if row["state"] == "complete")
    assert all(best <= row["score"] < math.inf for row in cut)
    assert {row["score_sem"] for row in cut} == {None}
    assert again.ranked()[0].user_attrs["runs"] == 4
    one = study(log="one.log", sampler="tpe", trials=30, prune=True)
    one.search(1)
    assert _values(one) == _values(again)


class RunawayMeasurements(FakeMeasurements):
    """Diverges where g_ET is high, the earlier the higher; one run tells."""

    def row(self, point):
        row = super().row(point)
        high = point["g_ET"] / BASE["g_ET"] - 1.2
        if high <= 0:
            return row
        t_s = 1.5 / (1 + high)
        problem = {"status": "diverged", "t_diverged_s": t_s, "problem": "v is not finite"}
        return {**row, **dict.fromkeys([*UNITS, *COUNTS]), **problem}


@pytest.mark.parametrize("sampler", ["response_surface", "tpe", "cmaes"])
def test_samplers_learn_where_the_edge_is(study, sampler):
    measurements = RunawayMeasurements()
    edge = study(measurements, sampler=sampler, trials=48)
    edge.search(1)
    rows = trials.rows(edge.study, edge.fit)
    assert {row["state"] for row in rows} == {"complete"}
    beyond = [row for row in rows if row["constraint"] > 0]
    assert {row["runs"] for row in beyond} == {1}
    assert all(row["problem"] == "whisking: v is not finite" for row in beyond)
    assert len({row["score"] for row in beyond}) == len(beyond)  # graded
    assert sorted(beyond, key=lambda r: r["score"]) == sorted(beyond, key=lambda r: r["g_ET"])
    half = len(rows) // 2
    assert sum(row["constraint"] > 0 for row in rows[half:]) < sum(row["constraint"] > 0 for row in rows[:half])
    assert edge.ranked()[0].user_attrs["problem"] is None


def test_points_beyond_the_edge_are_never_the_best(study):
    nothing = study(RunawayMeasurements(), trials=6, free={"g_ET": {"low": 0.2, "high": 0.3}}, sampler="qmc")
    nothing.search(1)
    scores = [trial.user_attrs["score"] for trial in nothing.ranked()]
    assert scores == sorted(scores)


@pytest.mark.parametrize("objectives", [{}, {"slow": ["whisking"], "fast": ["touch"]}])
def test_importance_is_that_of_the_dashboard(study, tmp_path, objectives):
    """By the address that its page asks; trials that were given up early count there, too.

    It keeps its answers by number of study and of trials, which are therefore others in each case here.
    """
    found = study(sampler="tpe", trials=40 + len(objectives), prune=not objectives, objectives=objectives)
    found.search(1)
    rows = trials.rows(found.study, found.fit)
    assert any(row["state"] == "pruned" for row in rows) != bool(objectives)
    storage = optuna.storages.JournalStorage(optuna.storages.journal.JournalFileBackend(str(tmp_path / "study.log")))
    (summary,) = optuna.get_all_study_summaries(storage)
    asked = {"PATH_INFO": f"/api/studies/{summary._study_id}/param_importances", "QUERY_STRING": ""}
    setup_testing_defaults(asked)
    answer = json.loads(b"".join(optuna_dashboard.wsgi(storage)(asked, lambda *_: None)))["param_importances"]
    table = landscape.importance(pd.DataFrame(rows), found.fit.free, tuple(objectives)).set_index("knob")
    assert len(answer) == len(table.columns)
    for one, (_, column) in zip(answer, table.items(), strict=True):
        assert column.to_dict() == pytest.approx({knob["name"]: knob["importance"] for knob in one})
