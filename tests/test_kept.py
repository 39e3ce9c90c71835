"""Spikes that a sweep keeps: all of its points, and of no others."""

import pandas as pd
import pytest
from small import Small


@pytest.fixture(scope="module")
def here(tmp_path_factory):
    """A run of two points, which has been done, without spikes."""
    small = Small(tmp_path_factory.mktemp("kept"))
    small.run()
    return small


def _spikes(here):
    """Return the tables of spikes by their names, each as the points in it."""
    paths = sorted((here.results / "sweeps" / "a" / "chunks").glob("*.spikes.parquet"))
    return {path.name: set(pd.read_parquet(path)["point"]) for path in paths}


def test_spikes_asked_of_a_finished_sweep_are_made(here):
    """Nothing was to be done, and the archive ended in the error that they are missing."""
    here.ask([1.2, 1.62], keep_spikes=True)
    here.run()
    assert _spikes(here) == {"0-of-1.spikes.parquet": {0, 1}}


def test_spikes_of_other_points_or_other_jobs_do_not_stay_beside_those_that_are_asked(here):
    """Of three points in other jobs, 0-of-1 stayed beside 0-of-3: read together, two runs were mixed."""
    here.ask([1.2, 1.62, 2.0], config={"chunk_s": 0.07}, keep_spikes=True)
    here.run()
    assert _spikes(here) == {f"{k}-of-3.spikes.parquet": {k} for k in range(3)}
    here.ask([1.2, 1.62, 2.0], keep_spikes=True)  # the same points, one job
    here.run()
    assert _spikes(here) == {"0-of-1.spikes.parquet": {0, 1, 2}}
    here.ask([1.2, 1.62, 2.4])  # as many jobs, other points, and no spikes
    here.run()
    assert _spikes(here) == {}
