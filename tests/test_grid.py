"""Axes to points, and points to chunks."""

import numpy as np
import pytest

from pipeline.config.reader import ConfigError, parse
from pipeline.sweep import grid
from pipeline.sweep.design import Sweep


def _sweep(**content) -> Sweep:
    return parse(Sweep, {"protocols": ["whisking", "touch"], "networks": 2, "duration": 1, **content}, "sweep.yaml")


def test_a_product_has_every_combination_once(model):
    sweep = _sweep(axes={"g_ET": {"log": [0.1, 0.4, 3]}, "A_T": {"linear": [2, 6, 3]}, "K_EE": {"values": [100]}})
    rows = grid.points(sweep, model).to_pylist()
    assert len(rows) == sweep.size == 3 * 3 * 1 * 2 * 2
    assert sorted({row["g_ET"] for row in rows}) == pytest.approx([0.1, 0.2, 0.4])
    assert sorted({row["A_T"] for row in rows}) == [2, 4, 6]
    assert len({(row["g_ET"], row["A_T"], row["protocol"], row["network"]) for row in rows}) == len(rows)
    assert [row["point"] for row in rows] == list(range(len(rows)))
    assert {row["C_T"] for row in rows if row["protocol"] == "touch"} == {0.6}
    assert {row["K_EE"] for row in rows} == {100}


def test_repeats_share_their_seeds_across_points(model):
    rows = grid.points(_sweep(axes={"A_T": {"values": [2, 4]}}, first_seed=7), model).to_pylist()
    assert {(row["network"], row["seed_network"], row["seed_input"]) for row in rows} == {(0, 7, 7), (1, 8, 8)}


def test_a_latin_hypercube_has_one_sample_in_every_stratum(model):
    content = {
        "design": "latin_hypercube",
        "samples": 16,
        "axes": {"g_ET": {"log": [0.1, 0.4]}, "A_T": {"linear": [2, 18]}},
    }
    samples = grid.samples(_sweep(**content), model)
    g_et, a_t = (np.array([sample[name] for sample in samples]) for name in ("g_ET", "A_T"))
    assert sorted((np.log(g_et / 0.1) / np.log(4) * 16).astype(int)) == list(range(16))
    assert sorted(((a_t - 2) / 16 * 16).astype(int)) == list(range(16))
    assert grid.samples(_sweep(**content), model) == samples
    assert grid.samples(_sweep(**content, design_seed=2), model) != samples


def test_chunks_share_out_all_points(model):
    sweep = _sweep(axes={"A_T": {"linear": [2, 14, 7]}})
    rows = grid.points(sweep, model)
    of = grid.n_chunks(sweep, model, 10)
    assert of == 5  # 28 points of 1.5 s in chunks of 10 s
    parts = [grid.chunk(rows, k, of) for k in range(of)]
    assert sorted(row["point"] for part in parts for (row,) in part) == list(range(28))
    assert max(map(len, parts)) - min(map(len, parts)) <= 1


def test_axes_are_the_knobs_that_vary_but_not_by_protocol(model):
    table = grid.points(_sweep(axes={"A_T": {"values": [2, 4]}}), model).to_pandas()
    assert grid.axes_of(table, model.knobs) == ["A_T"]


def test_a_contradiction_between_axes_is_refused(model):
    sweep = _sweep(axes={"T_w": {"values": [40, 100]}, "t_c": {"values": [20, 50]}})
    with pytest.raises(ConfigError, match=r"sweep.yaml: the contact ends after the cycle"):
        grid.check(sweep, model, "sweep.yaml")
