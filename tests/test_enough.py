"""Sweeps whose places end when they are known well enough: the rule, and what rests on how many rows there are."""

import json

import numpy as np
import pytest
import yaml
from typer.testing import CliRunner

from pipeline.cli.sweeps import app
from pipeline.config.reader import ConfigError
from pipeline.config.tables import read_table, write_table
from pipeline.engine.process import SimulationError
from pipeline.sweep import enough, grid
from pipeline.sweep.design import Sweep, read_sweep
from pipeline.sweep.enough import Until
from pipeline.sweep.rows import run_chunk

UNTIL = Until(networks=4, relative=0.05, features={"rate_E": 0.1, "R_E": 0.01})


def _row(rate, problem=None, **more):
    return {"status": "ok", "problem": problem, "rate_E": rate, "R_E": None, **more}


def test_a_place_ends_when_its_standard_errors_are_small():
    """One that ends on the spread of networks, and not on the error of their mean, would never end."""
    rng = np.random.default_rng(1)
    rates = rng.normal(10, 2, 40)
    n = next(n for n in range(1, 41) if UNTIL.enough([_row(rate) for rate in rates[:n]]))
    errors = [rates[:k].std(ddof=1) / np.sqrt(k) / rates[:k].mean() for k in (n - 1, n)]
    assert 4 < n < 40
    assert errors[1] <= 0.05 < errors[0]


def test_a_place_has_at_least_the_least_and_small_means_an_absolute_error():
    assert not UNTIL.enough([_row(1.0)] * 3)
    assert UNTIL.enough([_row(1.0)] * 4)
    silent = [_row(rate) for rate in (0.0, 0.1, 0.3, 0.0)]  # 70 % of the mean, but below 0.1 spikes/s
    assert UNTIL.enough(silent)
    assert not UNTIL.model_copy(update={"features": {"rate_E": 0.01}}).enough(silent)


def test_a_feature_that_is_undefined_is_not_waited_for_and_one_that_is_so_at_times_is():
    assert UNTIL.enough([_row(1.0)] * 4)  # R_E has no value while whisking
    assert not UNTIL.enough([_row(1.0)] * 4 + [_row(1.0, R_E=0.2)])
    assert UNTIL.enough([_row(1.0)] * 4 + [_row(1.0, R_E=0.2)] * 2)


def test_a_place_of_networks_that_all_run_away_ends_at_once():
    """A seizure of many spikes costs several times as much, and says no more the second time."""
    wild = _row(250.0, problem="E runs away, 250 spikes/s")
    diverged = {"status": "diverged", "problem": "v of E[3] is not finite", "rate_E": None}
    assert not UNTIL.enough([wild])
    assert UNTIL.enough([wild, diverged])
    assert not UNTIL.enough([wild, _row(4.0)])
    assert not UNTIL.enough([wild, _row(4.0), wild, _row(3.0)])


class _Measured:
    """In place of a program: rates that spread over networks at one value of the knob, and not at the other."""

    def __init__(self, failing=()):
        self.points, self.spared, self.failing = [], [], failing

    def row(self, point):
        if point["point"] in self.failing:
            raise SimulationError("killed")
        self.points.append(point["point"])
        spread = point["network"] % 2 if point["g_EE"] > 0.1 else 0
        return {**point, "status": "ok", "problem": None, "rate_E": 10.0 + 5 * spread, "R_E": None}

    def spare(self, points):
        self.spared += [point["point"] for point in points]


@pytest.fixture
def table(model):
    sweep = Sweep(
        protocols=("whisking",), axes={"g_EE": {"values": (0.1, 0.2, 0.3)}}, networks=6, duration=1, until=UNTIL
    )
    return grid.points(sweep, model)


def test_chunks_hold_whole_places_and_leave_networks_out_that_are_not_needed(table, tmp_path):
    seen = []
    for chunk in range(2):
        measured = _Measured()
        places = grid.chunk(table, chunk, 2, whole=True)
        run_chunk(measured, places, tmp_path / f"{chunk}.parquet", None, lambda: None, UNTIL)
        seen.append((measured.points, measured.spared))
    assert seen == [([0, 1, 2, 3, 12, 13, 14, 15, 16, 17], [4, 5]), ([6, 7, 8, 9, 10, 11], [])]
    rows = {row["point"]: row for k in range(2) for row in read_table(tmp_path / f"{k}.parquet").to_pylist()}
    points = table.to_pylist()
    assert enough.missing(points, rows, UNTIL) == 0
    assert enough.missing(points, {n: row for n, row in rows.items() if n != 13}, UNTIL) == 1
    assert enough.missing(points, {n: row for n, row in rows.items() if n != 3}, UNTIL) == 1


def test_a_program_that_fails_is_told_and_not_taken_for_a_network_that_was_not_needed(table, tmp_path):
    measured = _Measured({1})
    with pytest.raises(SimulationError, match=r"1 of 18 points failed, the first of them point 1"):
        run_chunk(measured, grid.chunk(table, 0, 1, whole=True), tmp_path / "a.parquet", None, print, UNTIL)
    assert not (tmp_path / "a.parquet").exists()
    assert measured.spared == [5]  # 4 networks of the first place after the one that failed; it is to be done again


def test_the_rule_goes_with_the_table_of_points(table, tmp_path):
    """It is by the table that jobs and the joining of chunks know what is wanted."""
    write_table(tmp_path / "points.parquet", enough.with_rule(table, UNTIL))
    assert enough.rule_of(read_table(tmp_path / "points.parquet"), "here") == UNTIL
    write_table(tmp_path / "all.parquet", enough.with_rule(table, None))
    assert enough.rule_of(read_table(tmp_path / "all.parquet"), "here") is None


def test_a_sweep_with_a_rule_knows_how_few_points_it_may_have(model, tmp_path):
    path = tmp_path / "sweep.yaml"
    content = {"protocols": ["touch"], "networks": 20, "duration": 5.5, "axes": {"C_T": {"linear": [0, 1, 5]}}}
    path.write_text(yaml.safe_dump(content | {"until": json.loads(UNTIL.model_dump_json())}))
    sweep = read_sweep(path, model)
    assert (sweep.size, sweep.least, sweep.places) == (100, 10, 5)
    assert grid.n_chunks(sweep, model, 1.0) == 5  # a place is never cut
    assert grid.n_chunks(sweep, model, 60.0) == 2  # of 5 places with 4 networks of 6 s each: most need no more
    path.write_text(yaml.safe_dump(content | {"until": {"features": {"rate_E": -1}}}))
    with pytest.raises(ConfigError, match=r"until.*rate_E"):
        read_sweep(path, model)


def test_an_angle_is_not_waited_for(tmp_path):
    """Phases of 3.1 and -3.1 were never alike, and all networks were spent."""
    path = tmp_path / "sweep.yaml"
    content = {"protocols": ["touch"], "networks": 8, "duration": 1, "axes": {"C_T": {"linear": [0.2, 1, 2]}}}
    path.write_text(yaml.safe_dump(content | {"until": {"features": {"phase_E": 0.1}}}))
    done = CliRunner().invoke(app, ["grid", f"{path}", "--out", f"{tmp_path / 'points.parquet'}"])
    assert "until: features: phase_E is an angle" in f"{done.exception}"
