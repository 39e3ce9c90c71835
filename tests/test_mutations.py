"""A part of `make mutations`: inputs that are wrong, each refused in one sentence, with nothing changed or lost."""

import os
import random
import sys

import made
import pytest
from conftest import ROOT

sys.path.insert(0, f"{ROOT}/benchmarks")
import mutated_world
import mutations
from mutated_cases import cases
from mutated_files import ANY, WRONG
from mutated_verbs import Case

from pipeline.config.reader import ConfigError

N = 80
"""Inputs, of over 6000."""

SLOW = ("posterior", "archive", "fit_figure corner", "figure raster")
"""Verbs that take half a second and more where they accept."""


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    theirs = vars(made).copy()  # building a world makes tables of another network
    one = mutated_world.build(tmp_path_factory.mktemp("mutated"))
    one.keep()
    yield one
    vars(made).update(theirs)
    os.chdir(ROOT)


def _some(folder):
    """Return the same inputs each time, of one verb and file after the other, as far as they go."""
    rng = random.Random(7)
    subjects = {}
    for case in cases(folder, rng):
        if not case.subject.startswith(SLOW):
            subjects.setdefault(case.subject, []).append(case)
    return [rng.choice(subjects[name]) for name in rng.sample(sorted(subjects), N)]


def test_what_is_wrong_is_refused_in_one_sentence_and_nothing_is_lost(world):
    seen = list(mutations.examine(_some(world.folder), world))
    assert len(seen) == N
    wrong = [(case.subject, case.what, one.verdict, one.says) for case, one in seen if one.verdict in mutations.FAULTS]
    assert not wrong
    assert sum(one.verdict == "refused" for _, one in seen) > 0.7 * len(seen)


def _judged(world, words, does=None, mark=WRONG, names=(), makes=()):
    case = Case("a verb", "what", words.split(), mark, names, makes, does=does)
    ((_, seen),) = mutations.examine([case], world)
    return seen.verdict


def test_the_judge_sees_each_kind_of_fault(world, monkeypatch):
    """By verbs that are made to do what none of them must."""
    draw = "figure map --table results/sweeps/sweep/features.parquet --out out/m.png --network net"
    kept = world.folder / "results" / "traces.parquet"
    assert _judged(world, draw) == "silent"  # accepted, though said to be wrong
    assert _judged(world, draw, mark=ANY) == "accepted"
    assert _judged(world, "grid net/none.yaml --out out/p.parquet --network net", names=(("none.yaml",),)) == "refused"
    assert _judged(world, "grid net/none.yaml --out out/p.parquet --network net", names=(("other",),)) == "words"

    def fails(error):
        def failing(*_):
            kept.unlink()
            raise error

        return failing

    monkeypatch.setattr("pipeline.cli.figures.read_model", fails(KeyError("w_e")))
    assert _judged(world, draw) == "traceback"
    monkeypatch.setattr("pipeline.cli.figures.read_model", fails(ConfigError("net: is wrong.")))
    assert _judged(world, draw) == "lost"
    assert kept.exists()  # each input finds the files as they were
