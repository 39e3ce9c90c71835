"""How far a sweep is, said often enough and not at the cost of the file system that all jobs share."""

from types import SimpleNamespace

import pytest

from pipeline.sweep import rows


@pytest.fixture
def clock(monkeypatch):
    now = SimpleNamespace(s=0.0)
    monkeypatch.setattr(rows, "time", SimpleNamespace(monotonic=lambda: now.s))
    return now


@pytest.mark.parametrize(("cost_s", "counted"), [(0.0, 19), (0.5, 2)])
def test_counting_the_points_of_all_jobs_takes_a_hundredth_of_the_time(clock, capsys, cost_s, counted):
    calls = []

    def count():
        clock.s += cost_s
        calls.append(clock.s)
        return len(calls)

    progress = rows.Progress("sweep few", 50, 0)
    for _ in range(99):
        clock.s += 1
        progress.show(count)
    assert len(calls) == counted
    assert capsys.readouterr().err.count("\n") == counted


def test_the_end_is_said_at_once_and_once(clock, capsys):
    progress = rows.Progress("sweep few", 2, 0)
    clock.s = 1.0
    progress.show(lambda: 1)
    progress.end(1)
    clock.s = 10.0
    progress.show(lambda: 2)
    progress.end(2)
    assert capsys.readouterr().err == "sweep few: 2 of 2 points, 0.2 points/s, 0 s left\n"
