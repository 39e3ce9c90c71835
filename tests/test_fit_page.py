"""The page of a fit: what it must say of a misfit, of bounds, of leaders, and of what diverged."""

import pandas as pd
import pytest

from pipeline.config.reader import parse
from pipeline.fit.problem import Fit
from pipeline.show import fit_figures
from pipeline.show.fit_page import Tables, fit_page
from pipeline.show.fit_words import at_bounds, certainty, summary
from pipeline.show.report import Diverged
from pipeline.sweep.cases import Case

KNOB = {"unit": "1", "model": 1.0, "low": 0.5, "high": 2.0, "ratio": 1.0}
SURE = {"q05": 0.9, "q50": 1.0, "q95": 1.1, "sd": 0.1, "importance": 0.5}
NONE = pd.DataFrame()


def _fitted(**deviations):
    rows = [
        {"feature": name, "statistic": "mean", "protocol": "touch", "unit": "spikes/s", "target": 5.0, "sd": 1.0}
        | {"mean": 5 + deviation, "sem": 0.1, "n": 8, "diverged": 0, "beyond": 0, "deviation_sd": deviation}
        for name, deviation in deviations.items()
    ]
    return pd.DataFrame(rows)


DONE = {
    "state": "complete",
    "origin": "tpe",
    "diverged": 0,
    "problem": None,
    "score": 1.5,
    "constraint": -1.0,
    "cpu_s": 3.0,
}
"""A trial that went well."""


def _page(fitted, fitted_knob=1.2, leaders=NONE, pareto=NONE, diverged=(), trials=None):
    knobs = pd.DataFrame([{"knob": "g_ET", "fitted": fitted_knob, **KNOB, **SURE}])
    trials = pd.DataFrame([DONE] if trials is None else trials)
    tables = Tables(knobs, fitted, trials, pd.DataFrame(), NONE, leaders, pareto)
    return fit_page(tables, {"says": "Too few."}, [], diverged, "diagnoses")


def test_the_misfit_is_named_the_worst_first():
    page = _page(_fitted(rate_E=3.5, R_E=-20.0, rate_I=0.5))
    assert "1 of 3 features lie within 2 sd" in page
    misses = page[page.index("Further off: ") :]
    assert misses.index("R_E of touch (-15, target 5 ± 1 spikes/s, -20.0 sd)") < misses.index("rate_E of touch (8.5,")
    assert "rate_I" not in misses[: misses.index("</p>")]


def test_a_deviation_that_counts_as_the_most_is_said_to_be_more():
    page = _page(_fitted(rate_E=-100.0, R_E=99.0))
    assert page.count("more than 100 sd") == 2  # in the sentence and in the table
    assert "-100.0 sd" not in page
    assert "+99.0 sd" in page


def test_a_fit_that_misses_nothing_names_what_is_furthest():
    assert "Furthest off is R_E of touch (3.8, target 5 ± 1 spikes/s, -1.2 sd)." in _page(_fitted(rate_E=1, R_E=-1.2))


@pytest.mark.parametrize(("value", "end"), [(0.505, "low"), (1.99, "high"), (1.2, None)])
def test_a_knob_at_the_end_of_its_range_is_named(value, end):
    page = _page(_fitted(rate_E=1), fitted_knob=value)
    assert (
        f"g_ET = {value:.4g} is at the {end} end of its range: first of all give it a wider range, if it may have one."
        in page
    ) == bool(end)


def test_a_third_up_a_logarithmic_range_is_no_end_of_it():
    knobs = pd.DataFrame({"knob": ["g"], "fitted": [0.01], "low": [0.001], "high": [1.0]})
    assert at_bounds(knobs) == []
    assert "0.00101 is at the low end" in at_bounds(knobs.assign(fitted=0.00101))[0]
    assert "0 is at the low end" in at_bounds(knobs.assign(fitted=0.0, low=0.0))[0]


def test_leaders_and_pareto_front_are_listed_where_there_are_any():
    alone = _page(_fitted(rate_E=1))
    assert "The best again" not in alone
    assert "Pareto" not in alone
    leader = {"score": 0.9, "score_sem": 0.02, "networks": 16, "g_ET": 1.1}
    leaders = pd.DataFrame(
        [
            {"trial": 7, "difference": 0.0, "difference_sem": None, "verdict": "best", **leader},
            {"trial": 3, "difference": 0.04, "difference_sem": 0.02, "verdict": "equal", **leader},
        ]
    )
    pareto = pd.DataFrame(
        [{"trial": 5, "score_a": 1.0, "sem_a": 0.1, "score_b": 2.0, "sem_b": 0.2, "score": 1.6, "score_sem": 0.1}]
    ).assign(g_ET=1.1, on_front="yes", probability=0.8, alike="no other")
    page = _page(_fitted(rate_E=1), leaders=leaders, pareto=pareto)
    assert "The best again, on more and more fresh networks" in page
    assert "<td>0.04 ± 0.02</td><td>equal</td>" in page
    assert '<th scope="col">a ± s.e.m.</th><th scope="col">b ± s.e.m.</th><th scope="col">on the front</th>' in page
    assert "<td>1.00 ± 0.10</td><td>2.00 ± 0.20</td><td>yes, 80 %</td><td>no other</td><td>1.1</td>" in page
    assert "1 of these 1 differ from all others by more than noise" in page


def test_a_diverged_trial_links_to_its_diagnosis():
    trials = [
        DONE | {"diverged": n, "problem": said} for n, said in ((0, None), (1, "touch: v of E neuron 3 is not finite"))
    ]
    case = Case("The integrator is at fault.", "fit-1.html")
    page = _page(_fitted(rate_E=1), trials=trials, diverged=[Diverged("fit", "trial", 1, trials[1]["problem"], case)])
    assert "In 1 trials a value became non-finite (1 runs)" in page
    assert 'fit, trial 1: touch: v of E neuron 3 is not finite. The integrator is at fault. <a href="diagnoses/' in page


def test_the_run_of_a_diverged_trial_has_the_knobs_of_the_trial_and_of_its_protocol(model):
    content = {
        "targets": "targets.csv", "free": {"g_EE": {"low": 0.1, "high": 1}}, "tied": {"g_IE": "3 * g_EE"}, "trials": 1,
        "protocols": {"weak": {"protocol": "touch", "set": {"C_T": 0.2}}},
        "effort": {"networks": 2, "first_seed": 5, "duration": 1},
        "check": {"networks": 1, "first_seed": 9, "duration": 1},
    }  # fmt: skip
    trial = {"trial": 4, "origin": "tpe", "g_EE": 0.7, "diverged_run": "weak/6: v of E neuron 3 is not finite at 0.2 s"}
    run = parse(Fit, content, "fit.yaml").diverged(model, trial)
    assert (run["protocol"], run["problem"]) == ("weak", "v of E neuron 3 is not finite at 0.2 s")
    assert (run["g_EE"], run["g_IE"], run["C_T"], run["seed_network"]) == (0.7, pytest.approx(2.1), 0.2, 6)


def test_the_front_is_drawn_with_its_errors_over_all_trials_within_the_envelope():
    trials = pd.DataFrame(
        {
            "state": "complete",
            "constraint": [-1, -1, -1, 0.5],
            "score_a": [1.0, 2.0, 3.0, 0.1],
            "score_b": [3.0, 1.0, 4.0, 0.1],
        }
    )
    front = trials[:3].assign(sem_a=0.1, sem_b=0.2, on_front=["yes", "yes", "perhaps"])
    (axes,) = fit_figures.front(trials, front, ["a", "b"]).axes
    dots, line = axes.lines[0], axes.containers[0][0]
    assert dots.get_xdata().tolist() == [1, 2, 3]
    assert (line.get_xdata().tolist(), line.get_ydata().tolist()) == ([1, 2], [3, 1])
    perhaps = axes.containers[1][0]
    assert (perhaps.get_xdata().tolist(), perhaps.get_markerfacecolor()) == ([3], "white")
    assert axes.get_xlabel().startswith("a (")


def test_an_interrupted_trial_is_not_told_as_silent():
    lost = DONE | {"state": "fail", "problem": "interrupted, and run again", "score": None, "diverged": None}
    silent = DONE | {"problem": "whisking: E is silent, 0 spikes/s"}
    page = _page(_fitted(rate_E=1), trials=[lost, DONE, silent])
    assert "1 were interrupted and taken up again by other numbers, where no finished run was simulated twice." in page
    assert "1 trials were silent or ran away, such as: whisking: E is silent, 0 spikes/s." in page


def test_of_a_surface_in_doubt_no_interval_is_called_a_probability_and_the_doubt_comes_first():
    found = {"knobs": pd.DataFrame([{"knob": "g_ET", "fitted": 1.2, **KNOB, **SURE}])}
    believed = summary(found, {"direction": "g_ET alone: known within 5 %."})
    assert "with 90 % probability 0.9 to 1.1" in believed[0]
    assert "g_ET alone: known within 5 %." in believed
    doubted = summary(found, {"doubt": "Too few.", "direction": "Too few."})
    assert "by the surface, which is in doubt, 0.9 to 1.1" in doubted[0]
    assert "probability" not in " ".join(doubted)
    says = pd.DataFrame({"says": ["g_ET alone: within 5.0 %."]})
    about = {"doubt": "Too few.", "trials": 20, "error_sd": {"touch rate_E": 2.0}, "untested": 0.07}
    first, second, rests = certainty(says, about)
    assert first == "Too few."
    torn = certainty(says, about | {"missed": "No knobs reach it.", "against": "One pulls up."})
    assert torn[1:3] == ["No knobs reach it.", "One pulls up."]
    assert second.startswith("What the surface would say if it were right, from the least to the best determined")
    assert "7 % of the posterior lies where trials tell too little" in rests
    assert "those of their table, independent of each other" in rests
    assert "those of one network of a trial" in certainty(says, about | {"errors": "network"})[-1]
    assert "Weakly determined: more than 50 %" in certainty(says, about | {"doubt": "", "weak": True})[0]
