"""How far a sweep is, and what is kept of its points: said often enough, and as the network is now."""

from types import SimpleNamespace

import pytest

from pipeline.config.tables import Journal
from pipeline.network.model import Times
from pipeline.network.reading import read_model
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


def test_limits_of_rates_that_were_set_later_hold_for_points_that_were_measured_before(tmp_path):
    """Nothing is simulated again for them, so a table would say that no population ran away."""
    model = read_model("networks/cuba")
    point = {"point": 0, "protocol": "base", **model.point("base", {})}
    name = rows.key(point, rows.measuring(model, "m"))
    rates = {"rate_neurons": 9.0, "rate_excitatory": 240.0, "rate_inhibitory": 9.0}
    Journal(tmp_path, "a", "").add(name, {**point, "status": "ok", "problem": None, **rates})
    later = model.model_copy(update={"alive": {"excitatory": (0.01, 100.0)}})
    program = SimpleNamespace(meaning="m")
    for one, problem in ((model, None), (later, "excitatory runs away, 240 spikes/s")):
        assert [row["problem"] for row in rows.Finished(tmp_path, [point], "m", one).rows()] == [problem]
        assert rows.Measurements(program, one, "r", tmp_path, "b", "").row(point)["problem"] == problem


def test_rows_that_were_measured_at_other_events_are_measured_again():
    model = read_model("networks/cuba")
    early, late = (model.model_copy(update={"events": Times(period_ms=100, onset_ms=onset)}) for onset in (0, 10))
    assert rows.measuring(early, "m") != rows.measuring(late, "m")
