"""The posterior against its closed form: log-linear features have a Gaussian one."""

import functools
import math
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from scipy.stats import truncnorm

from pipeline.fit import directions, landscape
from pipeline.fit import posterior as posteriors
from pipeline.fit.free import Free, knob_values
from pipeline.fit.problem import needed
from pipeline.fit.surface import Known, propose
from pipeline.fit.targets import Target, score
from pipeline.show import fit_figures

FREE = {"g_ET": Free(low=0.25, high=4), "g_IT": Free(low=0.25, high=4), "g_EI": Free(low=0.25, high=4)}
EXPONENTS = {
    ("whisking", "rate_E"): (3, -3, 1),
    ("whisking", "rate_I"): (1, -1, 2),
    ("touch", "rate_I"): (1, -2, -1),
    ("touch", "R_E"): (0.15, 0.15, 0),
}
"""Powers of the knobs in each feature: g_ET times g_IT is the sloppy direction."""

SD = 0.03
TARGETS = tuple(Target(feature, protocol, "mean", 1, SD, "1", "") for protocol, feature in EXPONENTS)


def _trials(n, seed=1, targets=TARGETS):
    """Return a table of trials: half of them anywhere, half near the truth, as a search leaves them."""
    rng = np.random.default_rng(seed)
    logs = rng.uniform(-1, 1, (n, 3)) * np.where(np.arange(n) % 2, math.log(4), 0.3)[:, None]
    rows = []
    for number, log in enumerate(logs):
        features = {key: math.exp(np.dot(powers, log)) for key, powers in EXPONENTS.items()}
        named = {f"{protocol} {feature}": x for (protocol, feature), x in features.items()}
        settings = dict(zip(FREE, np.exp(log), strict=True))
        rows.append(
            {
                "trial": number,
                "state": "complete",
                "constraint": -1.0,
                "origin": "response_surface",
                "values_without": None,
                "score": score(targets, features),
                **settings,
                **named,
            }
        )
    return pd.DataFrame(rows)


@functools.cache
def _posterior(targets=TARGETS, noise=0.0):
    return _of(_trials(80), targets, noise)


def _of(table, targets=TARGETS, noise=0.0):
    known = posteriors.usable(table, FREE)
    return posteriors.posterior(known, FREE, targets, np.full(len(targets), noise), seed=1)


def test_the_surface_is_not_led_by_trials_that_were_broken_off_beyond_the_envelope():
    inside = [trial for trial in posteriors.usable(_trials(40), FREE) if trial.score < 30]
    assert len(inside) > 10
    # a silent network broken off after one protocol: its only feature is on target, its score has the penalty
    decoy = Known({"g_ET": 0.3, "g_IT": 3.0, "g_EI": 0.3}, {("whisking", "rate_E"): 1.0}, score=200.0)
    (best,) = propose([*inside, *[decoy] * 20], FREE, TARGETS, 1, seed=1)
    assert [best[name] for name in FREE] == pytest.approx([1, 1, 1], rel=0.1)


def _covariance(targets, noise):
    powers = np.array([EXPONENTS[t.protocol, t.feature] for t in targets])
    return np.linalg.inv(powers.T @ powers) * SD**2 * (1 + noise**2)


TIGHT = TARGETS[:3]
"""Without the weak target the three knobs are just determined."""


@pytest.mark.parametrize(("targets", "noise"), [(TIGHT, 0.0), (TIGHT, 1.5), (TARGETS, 0.0)])
def test_the_posterior_of_log_linear_features_is_the_gaussian_of_their_exponents(targets, noise):
    found = _posterior(targets, noise)
    logs = np.log(knob_values(found.places, FREE))
    exact = _covariance(targets, noise)
    sd = np.sqrt(np.diag(exact))
    assert found.n_effective > 500
    assert logs.std(axis=0) == pytest.approx(sd, rel=0.12)
    assert np.corrcoef(logs, rowvar=False) == pytest.approx(exact / np.outer(sd, sd), abs=0.1)
    assert np.abs(logs.mean(axis=0) / sd) == pytest.approx([0, 0, 0], abs=0.25)


def test_a_table_states_quantiles_and_correlations_in_the_units_of_the_knobs():
    table = directions.knob_table(_posterior(TIGHT)).set_index("knob")
    sd = np.sqrt(np.diag(_covariance(TIGHT, 0)))
    assert table["q50"].to_numpy() == pytest.approx([1, 1, 1], abs=0.03)
    assert np.log(table["q95"] / table["q05"]).to_numpy() == pytest.approx(2 * 1.645 * sd, rel=0.15)
    assert table.loc["g_ET", "r_g_IT"] == pytest.approx(table.loc["g_IT", "r_g_ET"])
    assert table.loc["g_EI", "r_g_EI"] == pytest.approx(1)


def test_the_sloppy_direction_is_found_and_named():
    weak = (TARGETS[0], TARGETS[1], TARGETS[3])
    worst = directions.directions(_posterior(weak)).iloc[0]
    exact = _covariance(weak, 0)
    variance, vectors = np.linalg.eigh(exact)
    assert abs(np.dot(worst[list(FREE)].to_numpy(float), vectors[:, -1])) > 0.99
    assert worst["sd"] == pytest.approx(math.sqrt(variance[-1]), rel=0.12)
    factor = math.exp(1.645 * math.sqrt(variance[-1]) / np.abs(vectors[:, -1]).max())
    assert worst["factor"] == pytest.approx(factor, rel=0.05)
    assert worst["says"] == f"g_ET and g_IT growing together: known to a factor of {worst['factor']:.2f} only."


def test_what_no_target_depends_on_is_called_undetermined():
    blind = (TARGETS[0], TARGETS[1])  # both depend on the ratio of g_ET and g_IT alone
    table = directions.directions(_posterior(blind))
    assert table["weak"].tolist() == [True, False, False]
    assert table["says"].str.contains("weakly determined by these targets").tolist() == [True, False, False]
    assert table["says"].iloc[0].startswith("g_ET and g_IT growing together: weakly determined by these targets (")
    # of a posterior that is not to be believed, nothing is said of the targets
    doubted = directions.directions(_posterior(blind), believed=False)["says"]
    assert not doubted.str.contains("targets|determined|known").any()
    assert doubted.iloc[0].endswith("% of the spread of the range is left.")
    assert table["sd"].iloc[0] > 0.8 * table["prior"].iloc[0]


def _line(w_e=(0.5, 1.5), w_i=(-13.0, -7.0), slope=1.0):
    """Return the posterior of two knobs with places on a line: w_i falls, its size grows, where w_e does."""
    free = {"w_e": Free(low=w_e[0], high=w_e[1], log=False), "w_i": Free(low=w_i[0], high=w_i[1], log=False)}
    rng = np.random.default_rng(1)
    along = rng.uniform(0.3, 0.7, 2000)
    places = np.column_stack([along, 0.5 - slope * (along - 0.5) + 1e-3 * rng.standard_normal(2000)])
    return posteriors.Posterior(free, (), None, places, 2000)


@pytest.mark.parametrize(
    ("ranges", "slope", "words"),
    [
        ({}, 1, "w_e and |w_i| growing together"),
        ({}, -1, "w_e growing while |w_i| shrinks"),
        ({"w_i": (7.0, 13.0)}, 1, "w_e growing while w_i shrinks"),
        ({"w_i": (7.0, 13.0)}, -1, "w_e and w_i growing together"),
        ({}, 0, "w_e alone"),
    ],
)
def test_how_knobs_go_together_is_said_of_their_sizes_where_values_are_negative(ranges, slope, words):
    said = directions.directions(_line(**ranges, slope=slope))["says"].iloc[0]
    assert said.partition(": ")[0] == words


def test_too_few_trials_have_no_posterior_and_say_so():
    assert needed(3) == 20
    with pytest.raises(
        posteriors.TooFewTrialsError, match=r"19 trials are too few for a posterior of 3 knobs, which needs 20\."
    ):
        _of(_trials(19))
    table = _trials(30)
    table.loc[:14, "state"] = "fail"
    with pytest.raises(posteriors.TooFewTrialsError, match="15 trials"):
        _of(table)


def test_pruned_trials_count_by_the_features_that_they_have():
    table = _trials(40)
    table.loc[20:, "state"] = "pruned"
    table.loc[20:, [column for column in table if column.startswith("touch ")]] = np.nan
    known = posteriors.usable(table, FREE)
    assert len(known) == 40
    assert {len(trial.features) for trial in known[20:]} == {2}
    logs = np.log(knob_values(_of(table, TIGHT).places, FREE))
    assert np.abs(logs.mean(axis=0)) == pytest.approx([0, 0, 0], abs=0.02)


def test_what_networks_of_its_own_gave_is_the_same_from_memory_and_from_a_file(tmp_path):
    """A table of trials that was never written holds lists, one that was read arrays of arrays."""
    table = _trials(3)
    table["values_without"] = pd.Series([None, [[[1.0, None], [2.0, 3.0]]], None], dtype=object)
    table.to_parquet(tmp_path / "trials.parquet")
    for read in (table, pd.read_parquet(tmp_path / "trials.parquet")):
        (sample,) = posteriors.usable(read, FREE)[1].without
        assert np.array_equal(sample, [[1.0, np.nan], [2.0, 3.0]], equal_nan=True)


def test_a_best_trial_where_the_surface_has_no_optimum_is_told_in_one_sentence():
    found = _posterior(TIGHT)
    sd = np.sqrt(np.diag(_covariance(TIGHT, 0.0)))
    assert directions.disagreement(found, dict.fromkeys(FREE, 1.0), 0.1) == ""
    # 3 sd off along one knob, whose interval is 1.645 sd to each side; 2 sd in all directions is 90 % of chi square
    best = {"g_ET": math.exp(3 * sd[0]), "g_IT": 1.0, "g_EI": 1.0}
    said = directions.disagreement(found, best, 0.1)
    assert f"outside its 5 to 95 % interval is g_ET = {best['g_ET']:.4g} (not within " in said
    assert "all knobs together are outside the likely region" in said
    logs = 3 * sd * np.array([1, 0, 0])
    powers = np.array([EXPONENTS[t.protocol, t.feature] for t in TIGHT])
    predicted = np.sqrt(np.mean(((np.exp(powers @ logs) - 1) / SD) ** 2))
    assert float(said.split("its score is 0.10, and ")[1].split(" ")[0]) == pytest.approx(predicted, rel=0.05)
    assert said.count(".\n") == 0
    assert said.endswith(".")
    assert ". " not in said.replace("0. ", "")


def test_the_end_of_a_range_is_outside_every_interval_and_no_disagreement():
    found = _posterior(TIGHT)
    best = dict.fromkeys(FREE, 1.0)
    assert "outside its 5 to 95 % interval is g_ET" in directions.disagreement(found, best | {"g_ET": 1.9}, 0.1)
    assert "outside its" not in directions.disagreement(found, best | {"g_ET": FREE["g_ET"].high}, 0.1)


def test_more_networks_have_less_noise():
    from types import SimpleNamespace as Effort

    fitted = pd.DataFrame({"sem": [0.1, np.nan], "n": [8, 1], "sd": [0.2, 0.2], "protocol": "touch"})
    fit = Effort(check=Effort(duration=3), effort_of=lambda protocol: Effort(networks=2, duration=1.5))
    fit.duration_s = lambda protocol, effort: effort.duration
    # sd over networks of 3 s is 0.1 √8; of 1.5 s √2 times that; of the mean of 2, √2 times less
    assert posteriors.noise_sd(fitted, fit) == pytest.approx([0.1 * math.sqrt(8) / 0.2, np.nan], nan_ok=True)


def test_the_score_along_a_knob_is_flat_where_others_make_up_for_it():
    found = _posterior()
    table = landscape.landscape(found)
    optimum = knob_values(landscape.optimum(found), FREE)
    assert optimum == pytest.approx([1, 1, 1], abs=0.02)

    def at(kind, factor):
        here = table[(table["kind"] == kind) & (table["knob"] == "g_ET")]
        assert here["value"].min() < factor < here["value"].max()
        return np.interp(math.log(factor), np.log(here["value"]), here["score"])

    powers = np.array(list(EXPONENTS.values()), float)
    step = np.array([math.log(1.1), 0, 0])
    alone = np.sqrt(np.mean(((np.exp(powers @ step) - 1) / SD) ** 2))
    assert at("slice", 1.1) == pytest.approx(alone, rel=0.1)
    assert at("profile", 1.1) < at("slice", 1.1) / 5
    pair = table[(table["kind"] == "pair") & (table["knob"] == "g_ET") & (table["knob_2"] == "g_IT")]
    least = pair.loc[pair["score"].idxmin()]
    assert (least["value"], least["value_2"]) == (pytest.approx(1, rel=0.1), pytest.approx(1, rel=0.1))


def test_importance_names_the_knob_that_matters():
    table = _trials(80)
    table["score"] = np.abs(np.log(table["g_EI"]))
    found = landscape.importance(table, FREE).set_index("knob")["importance"]
    assert found.idxmax() == "g_EI"
    assert found.sum() == pytest.approx(1)
    assert landscape.importance(table[:1], FREE)["importance"].isna().all()
    assert "the best tenth of the trials, here 8 (PED-ANOVA)" in landscape.rests_on(table)
    assert "here 1 and so fewer than the 5 that say something (PED-ANOVA)" in landscape.rests_on(table[:10])


def test_each_objective_has_an_importance():
    table = _trials(80).assign(score_a=lambda t: np.abs(np.log(t["g_EI"])), score_b=lambda t: np.abs(np.log(t["g_ET"])))
    found = landscape.importance(table, FREE, ("a", "b")).set_index("knob")
    assert found.idxmax().to_dict() == {"importance_a": "g_EI", "importance_b": "g_ET"}
    bars = fit_figures.importance(found.reset_index()).axes[0].patches
    assert sorted(bar.get_width() for bar in bars) == pytest.approx(sorted(found.to_numpy().ravel()))


@pytest.mark.parametrize("sd", [0.34, 0.33, 0.2])
def test_errors_of_targets_are_gaussian_however_far_they_are_from_0(sd):
    """The knob is the feature, so that its posterior is the target. At 3 sd it jumped by 0.4 sd to a log-normal one."""
    rng = np.random.default_rng(1)
    free, target = {"a": Free(low=0.1, high=3, log=False)}, Target("rate", "p", "mean", 1.0, sd, "1", "")
    trials = []
    for k in range(80):
        a = 0.1 + 2.9 * rng.random() if k < 20 else float(np.clip(1 + 0.5 * rng.standard_normal(), 0.1, 3))
        networks = a + 0.05 * rng.standard_normal((2, 1))
        mean = float(networks.mean())
        own = [networks[::-1]] if k >= 20 else []
        trials.append(Known({"a": a}, {("p", "rate"): mean}, abs(mean - 1) / sd, "", own))
    values = knob_values(posteriors.posterior(trials, free, [target], np.zeros(1), 1).places, free)
    exact = truncnorm(-0.9 / sd, 2 / sd, 1, sd).ppf([0.05, 0.5, 0.95])
    assert np.quantile(values, [0.05, 0.5, 0.95]) == pytest.approx(exact, abs=0.2 * sd)


def test_what_is_left_of_its_range_orders_directions_however_narrow_that_is():
    """A knob of which nothing was known came last, as the best determined, since its range was a tenth of its value."""
    rng = np.random.default_rng(1)
    free = {"wide": Free(low=0.1, high=10), "narrow": Free(low=0.95, high=1.05)}
    places = np.column_stack([np.clip(0.5 + 0.1 * rng.standard_normal(2000), 0, 1), rng.random(2000)])
    said = directions.directions(SimpleNamespace(free=free, places=places))["says"].tolist()
    assert said[0].startswith("narrow alone: weakly determined by these targets (10")
    assert said[1].startswith("wide alone: known to a factor of ")


def test_a_linear_range_through_0_is_relative_to_the_range():
    """It was to the median, so that what is near 0 was known to a factor of 3685 only, or ended in an overflow."""
    free = {"b": Free(low=-5, high=5, log=False)}
    places = 0.5 + 0.01 * np.random.default_rng(1).standard_normal((400, 1))
    (row,) = directions.directions(SimpleNamespace(free=free, places=places)).to_dict("records")
    assert row["says"] == "b alone: known within 1.5 % of the range of b."
    assert row["prior"] == pytest.approx(1 / math.sqrt(12))


def test_a_knob_of_which_nothing_is_known_hides_behind_none_of_a_wider_range():
    """g within a factor 10 and tau within 10 %, of which a target fixes the product: no direction was weak."""
    rng = np.random.default_rng(1)
    free = {"g": Free(low=0.1, high=1.0), "tau": Free(low=9, high=11)}
    tau = rng.random(4000)
    product = 0.02 * rng.standard_normal(4000)
    g = 0.5 + (product - (tau - 0.5) * math.log(11 / 9)) / math.log(10)
    weak, known = directions.directions(SimpleNamespace(free=free, places=np.column_stack([g, tau]))).to_dict("records")
    assert weak["weak"]
    assert not known["weak"]
    moves, _, rest = weak["says"].partition(": ")
    assert moves in ("g growing while tau shrinks", "tau growing while g shrinks")
    assert rest == "weakly determined by these targets (100 % of the spread of the range is left)."
    assert known["says"].startswith("g and tau growing together: known within 3.")
    assert (known["g"], known["tau"]) == pytest.approx((math.sqrt(0.5), math.sqrt(0.5)), abs=0.03)
    assert known["factor"] == pytest.approx(math.exp(1.645 * 0.02), rel=0.01)
