"""The history of the benchmark: a slower or less faithful commit is told, moods of the machine and chance are not."""

from dataclasses import replace

import pytest

from benchmarks.history import Bias, Line, append, compared, largest, last, read

BEFORE = Line(
    date="2026-01-01",
    commit="abc1234567",
    cpu="x86_64, Some CPU",
    cores=2,
    whisking_s=20.0,
    touch_s=10.0,
    cpu_s_per_s=0.15,
    times_faster=36.0,
    step_bias=Bias(0.3, 0.9, "touch R_E"),
    authors_bias=Bias(-1.5, 1.0, "touch R_I"),
)


def test_lines_come_back_as_they_were_written(tmp_path):
    path = tmp_path / "history.csv"
    assert read(path) == []
    later = replace(BEFORE, commit="def+", cpu_s_per_s=0.16)
    append(path, BEFORE)
    append(path, later)
    assert read(path) == [BEFORE, later]
    assert len(path.read_text().splitlines()) == 3


def test_only_runs_of_the_same_processor_and_length_are_compared():
    elsewhere, shorter = replace(BEFORE, cpu="another"), replace(BEFORE, touch_s=1.0)
    again = replace(BEFORE, commit="again")
    assert last([BEFORE, again, elsewhere, shorter], BEFORE) == again
    assert last([elsewhere, shorter], BEFORE) is None
    said, worse = compared(BEFORE, None)
    assert "nothing to compare with" in said
    assert not worse


@pytest.mark.parametrize(("cpu_s_per_s", "slower"), [(0.1, False), (0.164, False), (0.166, True)])
def test_more_than_a_tenth_slower_is_told(cpu_s_per_s, slower):
    said, worse = compared(replace(BEFORE, cpu_s_per_s=cpu_s_per_s), BEFORE)
    assert worse == slower
    assert said.startswith("SLOWER" if slower else "Not slower")
    assert "0.150 at abc1234567" in said


def test_that_all_of_the_machine_is_slower_is_told_too():
    alone = compared(replace(BEFORE, cpu_s_per_s=0.3, times_faster=18.0), BEFORE)[0]
    with_brian2 = compared(replace(BEFORE, cpu_s_per_s=0.3), BEFORE)[0]
    assert "Brian2's own method, in the same run, by +0%" in alone
    assert "Brian2's own method, in the same run, by +100%" in with_brian2


@pytest.mark.parametrize(
    ("field", "bias", "worse"),
    [
        ("step_bias", Bias(-0.3, 0.9, "touch R_E"), False),
        ("step_bias", Bias(2.8, 0.9, "touch R_E"), False),
        ("step_bias", Bias(-2.9, 0.9, "touch R_E"), True),
        ("step_bias", Bias(3.0, 0.9, "touch R_I"), True),
        ("authors_bias", Bias(4.2, 1.0, "touch R_I"), False),
        ("authors_bias", Bias(4.5, 1.0, "touch R_I"), True),
        ("authors_bias", Bias(0.0, 1.0, "touch R_I"), False),
    ],
)
def test_a_bias_that_rises_by_more_than_chance_is_told_either_way(field, bias, worse):
    said, found = compared(replace(BEFORE, **{field: bias}), BEFORE)
    assert found == worse
    assert ("LESS FAITHFUL" in said) == worse
    assert (str(bias) in said) == worse


def test_the_largest_bias_is_taken_by_size_and_an_undefined_one_is_refused():
    assert largest({"a": (0.5, 0.1), "b": (-0.7, 0.2)}) == Bias(-0.7, 0.2, "b")
    with pytest.raises(ValueError, match="the bias of c is undefined"):
        largest({"a": (0.5, 0.1), "c": (float("nan"), 0.1)})
