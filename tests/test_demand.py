"""What jobs ask of a cluster: more for more work and in each attempt, never less than the work was measured to take."""

import pytest

from pipeline.config.reader import read_yaml
from pipeline.plan.demand import Demand
from pipeline.plan.run import Plan
from pipeline.sweep.enough import Until


def _demand(**change):
    plan = Plan(read_yaml("config/config.yaml") | change, "config")
    return Demand(plan, plan.sweeps)


def test_a_job_gets_the_minutes_that_it_takes_and_more_when_it_needed_more():
    short, long = (_demand(chunk_s=seconds).chunk_minutes("gains", 1) for seconds in (120, 6000))
    assert short < long
    assert long * 60 > 6000 * 0.16 * 3
    assert _demand(chunk_s=120).chunk_minutes("gains", 2) == 2 * short


def test_a_job_whose_places_may_need_more_networks_gets_the_minutes_of_all_of_them():
    plan = _demand(chunk_s=6000).plan
    until = Until(networks=4, features={"rate_E": 0.1})
    sweeps = {
        "all": plan.sweeps["gains"],
        "until": plan.sweeps["gains"].model_copy(update={"networks": 20, "until": until}),
    }
    assert Demand(plan, sweeps).chunk_minutes("until", 1) > 3 * Demand(plan, sweeps).chunk_minutes("all", 1)


def test_a_fit_asks_for_less_where_more_processors_and_workers_share_it():
    one = _demand().fit_minutes(1, 1)
    # 80 trials or so of 4 networks x 2 protocols x 3.5 s, each 0.16 CPU s
    fit = _demand().plan.fit
    assert one * 60 > fit.trials * fit.effort.networks * fit.effort.duration * 0.16
    two = _demand().fit_minutes(2, 1)
    assert two < one
    assert _demand(workers=4, storage="sqlite:///x").fit_minutes(2, 1) < two


def test_memory_grows_with_the_table_of_the_sweep():
    demand = _demand()
    sizes = {name: demand.table_mb(name, 1) for name in demand.sweeps}
    assert sizes["gains"] > sizes["examples"] > 1000
    assert demand.compiler_mb(8, 1) > demand.compiler_mb(1, 1)


@pytest.mark.parametrize("profile", ["slurm", "generic"])
def test_what_a_rule_does_not_ask_for_grows_with_each_attempt_as_well(profile):
    """Fits, posteriors, traces and figures got the same 2000 MB in all three attempts, and died of it three times."""
    given = read_yaml(f"workflow/profiles/{profile}/config.yaml")["default-resources"]
    for name, first in (("mem_mb", 2000), ("runtime", 30)):  # Python, which Snakemake evaluates for each attempt
        assert [eval(given[name], {"attempt": attempt}) for attempt in (1, 2, 3)] == [first, 2 * first, 3 * first]
    demand = _demand()
    assert demand.fit_mb(16, 3) == 3 * demand.fit_mb(16, 1) > 3 * demand.fit_mb(1, 1) > 4500
