"""Sweeps over knobs that take whole numbers alone, such as sizes: their values are whole, each once, or refused."""

import pytest
import yaml

from pipeline.config.reader import ConfigError
from pipeline.config.tables import write_table
from pipeline.plan.demand import programs
from pipeline.plan.points import points_of
from pipeline.sweep import grid
from pipeline.sweep.budget import Budget
from pipeline.sweep.design import read_sweep


@pytest.fixture
def sweep(tmp_path, cuba):
    """Read a sweep of CUBA, as a file gives it; its points are those that verbs take."""

    def _sweep(axes, budget=None, **more):
        path = tmp_path / "sweep.yaml"
        content = {"protocols": ["base"], "networks": 1, "duration": 1, "axes": axes, **more}
        path.write_text(yaml.safe_dump(content))
        wanted = read_sweep(path, cuba, (budget or Budget()).thin)
        grid.check(wanted, cuba, "sweep.yaml")
        write_table(tmp_path / "points.parquet", grid.points(wanted, cuba))
        table = points_of(tmp_path / "points.parquet", cuba)
        assert len(table) == wanted.size
        return wanted, table["N_E"].to_pylist()

    return _sweep


def test_steps_of_a_size_are_whole_numbers(sweep, cuba):
    """133.333 neurons were accepted by check, and refused when the first job read its points."""
    wanted, sizes = sweep({"N_E": {"linear": [100, 200, 4]}})
    assert sizes == [100, 133, 167, 200]
    assert programs(cuba, [wanted]) == 5
    assert sweep({"N_E": {"log": [100, 800, 4]}})[1] == [100, 200, 400, 800]


def test_a_budget_leaves_out_steps_of_a_size(sweep):
    """Steps that had been made whole counted as values that are listed, which stay."""
    assert sweep({"N_E": {"linear": [100, 200, 7]}}, Budget(values=4))[1] == [100, 133, 167, 200]
    assert sweep({"N_E": {"values": [100, 117, 133, 150, 167]}}, Budget(values=2))[1] == [100, 117, 133, 150, 167]


def test_steps_that_are_closer_than_one_are_fewer(sweep):
    assert sweep({"N_E": {"linear": [100, 102, 5]}})[1] == [100, 101, 102]


@pytest.mark.parametrize("more", [{"design": "latin_hypercube"}, {"design": "sobol"}])
def test_samples_of_a_size_are_whole_numbers(sweep, more):
    axes = {"N_E": {"linear": [1000, 90000]}, "w_e": {"log": [1, 3]}}
    _, sizes = sweep(axes, samples=16, **more)
    assert all(size == int(size) and 1000 <= size <= 90000 for size in sizes)
    assert len(set(sizes)) >= 16


def test_samples_that_become_the_same_are_refused_before_anything_runs(sweep):
    """A job would refuse the table of points, since each point is given once."""
    with pytest.raises(ConfigError, match=r"sweep.yaml: \d+ of 40 samples are the same as others, since N_E takes"):
        sweep({"N_E": {"linear": [100, 110]}}, design="latin_hypercube", samples=40)


def test_a_point_of_many_that_breaks_a_rule_is_refused_with_its_values(model, tmp_path):
    """Only where all sizes are drawn does one of them have fewer neurons than the inputs of each."""
    path = tmp_path / "sweep.yaml"
    content = {"protocols": ["whisking"], "networks": 1, "duration": 1, "design": "latin_hypercube", "samples": 64}
    path.write_text(yaml.safe_dump(content | {"axes": {"N_E": {"linear": [60, 4000]}, "g_ET": {"log": [0.1, 0.4]}}}))
    with pytest.raises(ConfigError, match=r"sweep.yaml: .*K_\w+ = \d+, N_E = \d+.*must hold"):
        grid.check(read_sweep(path, model), model, "sweep.yaml")
