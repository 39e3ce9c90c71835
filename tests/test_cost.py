"""What a run takes, before it: what is done by journals and tables, and what the rest costs, by what is known."""

import json
from pathlib import Path
from types import SimpleNamespace

import made
import numpy as np
import pyarrow as pa
import pytest
import yaml

from pipeline.cli import checks
from pipeline.config import provenance
from pipeline.config.reader import fingerprint, read_yaml
from pipeline.config.tables import Journal, write_table, write_text
from pipeline.engine import machine
from pipeline.engine.scripts import meaning
from pipeline.fit.free import Free
from pipeline.plan import cost
from pipeline.plan.run import Plan
from pipeline.records.done import TrialsKept, done
from pipeline.sweep import grid
from pipeline.sweep.rows import key, measuring

CUBA = "networks/cuba"


@pytest.fixture
def plan(tmp_path):
    """A run of CUBA: 60 points of 1.2 s, one whose spikes are kept, a fit of 24 trials of 4 networks."""
    content = read_yaml(f"{CUBA}/config.yaml") | {"results": str(tmp_path / "results")}
    (tmp_path / "run.yaml").write_text(yaml.safe_dump(content))
    return Plan(content, tmp_path / "run.yaml")


def _record(plan, cpu=None, measured=None, **config):
    """Write a record as rows of this code, network and processor have; return its id."""
    content = {
        "code": {"measuring": measured or provenance.code(provenance.MEASURING)},
        "program": {"build": meaning(plan.model), "cpu": cpu or machine.cpu(), "script": plan.model.adopted.script},
        "config": config,
    }
    name = fingerprint(content)
    write_text(Path(plan.run.results, "records", f"{name}.json"), json.dumps({"date": "2026-01-01", **content}))
    return name


def _keep(plan, folder, points, record, cpu_s=0.3, how=None, **more):
    """Append rows of points to a journal."""
    journal = Journal(Path(plan.run.results, folder, "journal"), "0-of-1", "tag")
    how = how or measuring(plan.model, meaning(plan.model))
    for point in points:
        row = {**point, "status": "ok", "problem": None, "cpu_s": cpu_s, "record": record, **more}
        journal.add(key(point, how), row)


def test_what_is_left_of_a_run_is_the_sum_of_its_parts():
    """By hand: 6 points of 2 s at 0.5 and 0.1 each beside; 4 trials of 8 s at 0.25, and a check of 20 s."""
    sweep = cost.Part(10, 4, 2.0, 0.5, 0.1)
    fit = cost.Part(5, 1, 8.0, 0.25, at_the_end_s=20.0, trials=True)
    left = cost.left([sweep, fit], cores=2, jobs=4, programs=1)
    assert (left.points_done, left.points, left.trials_done, left.trials) == (4, 10, 1, 5)
    assert left.biological_s_left == 12 + 32 + 20
    assert left.cpu_s_left == pytest.approx(6 + 0.6 + 13)
    assert left.wall_s_left == pytest.approx((19.6 + 4 * cost.JOB_S) / 2 + cost.COMPILE_S)
    assert cost.left([cost.Part(3, 5, 1, 1)], 2).cpu_s_left == 0  # a sweep that has shrunk


def test_a_cost_weighs_points_that_run_away_by_what_they_cost():
    assert cost.cost_of([(1.0, 10.0), (9.0, 10.0)]) == 0.5
    assert cost.cost_of([]) is None


def test_a_trial_and_its_check_are_all_networks_with_their_transients(plan):
    assert cost.trial_s(plan) == pytest.approx((4 * 1.2, 8 * 1.2))


def test_a_point_whose_script_runs_again_costs_more(plan):
    assert cost.beside_s(["w_e"], plan.model) == cost.DIRECT_S
    assert cost.beside_s(["w_e", "N_E"], plan.model) == cost.PYTHON_S


def test_kept_spikes_take_the_disk_of_all_neurons(plan):
    assert cost.spike_bytes(plan.sweeps["sweep"], plan.model, {}) == 0
    sizes = plan.model.populations
    rates = dict.fromkeys(sizes, 5.0)
    expected = 1.2 * 5 * sum(sizes.values()) * cost.SPIKE_BYTES
    assert cost.spike_bytes(plan.sweeps["examples"], plan.model, rates) == pytest.approx(expected)


def test_points_of_the_journal_are_done_unless_other_code_made_them(plan):
    points = grid.points(plan.sweeps["sweep"], plan.model).to_pylist()
    record = _record(plan)
    _keep(plan, "sweeps/sweep", points[:7], record)
    _keep(plan, "sweeps/sweep", points[7:9], record, how="other code")
    _keep(plan, "sweeps/sweep", [points[9] | {"w_e": 1.7}], record)  # of no point of the sweep
    found = done(plan)
    assert found.points == {"sweep": 7, "examples": 0}
    assert cost.cost_of(found.spent["sweep"]) == pytest.approx(0.3 / 1.2)


def test_a_point_whose_spikes_are_wanted_and_lost_is_simulated_again(plan):
    points = grid.points(plan.sweeps["examples"], plan.model).to_pylist()
    _keep(plan, "sweeps/examples", points, _record(plan))
    assert done(plan).points["examples"] == 0
    kept = Path(plan.run.results, "sweeps", "examples", "chunks", "0-of-1.spikes.parquet")
    kept.parent.mkdir()
    kept.touch()
    assert done(plan).points["examples"] == 1


def test_a_table_counts_where_its_journal_is_gone(plan):
    table = Path(plan.run.results, "sweeps", "sweep", "features.parquet")
    for record, n in ((_record(plan), 60), (_record(plan, measured="older"), 0), ("lost", 0)):
        rows = [{**row, "record": record} for row in made.sweep_rows(plan.model)]
        write_table(table, pa.Table.from_pylist(rows))
        assert done(plan).points["sweep"] == n
    table.write_bytes(b"damaged")
    assert done(plan).points["sweep"] == 0


def test_costs_of_another_processor_are_not_taken_for_those_of_this_one(plan):
    points = grid.points(plan.sweeps["sweep"], plan.model).to_pylist()
    _keep(plan, "sweeps/sweep", points[:3], _record(plan, cpu="another [avx]"), cpu_s=9.0)
    found = done(plan)
    assert found.points["sweep"] == 3
    assert found.spent["sweep"] == []
    _keep(plan, "sweeps/sweep", points[3:5], _record(plan), cpu_s=0.6, rate_excitatory=4.0)
    assert done(plan).spent["sweep"] == [(0.6, 1.2)] * 2
    assert done(plan).rates == {"excitatory": 4.0}


def test_a_trial_is_done_when_all_its_runs_are_or_it_ended_early(plan):
    asked = plan.fit.model_dump(mode="json", exclude={"about", "storage"})
    record = _record(plan, fit={"content": asked | {"trials": 3}})  # the budget may grow
    other = _record(plan, fit={"content": asked | {"targets": "other.csv"}})

    def runs(w_e):
        return plan.fit.points(plan.model, plan.fit_protocols, {"w_e": w_e, "w_i": -9.0})

    _keep(plan, "fit", runs(1.5), record)
    _keep(plan, "fit", runs(1.6)[:2], record)  # interrupted
    _keep(plan, "fit", runs(1.7)[:1], record, problem="the network is silent")
    _keep(plan, "fit", runs(1.8), other)
    found = done(plan)
    assert (found.trials, found.trials_in_part, found.fitted) == (2, 1, False)
    looking = TrialsKept(plan)
    assert looking.count() == (2, [0.5])
    _keep(plan, "fit", runs(1.6)[2:], record)  # and goes on
    _keep(plan, "fit", runs(1.9)[:1], record)
    assert looking.count() == (3, [0.25])


def test_a_trial_on_networks_of_its_own_is_done_when_all_its_runs_are(plan):
    """None of them counted: 90 trials, all done, were 38."""
    asked = plan.fit.model_dump(mode="json", exclude={"about", "storage"})
    record = _record(plan, fit={"content": asked})

    def runs(w_e, number):
        return plan.fit.own_points(plan.model, plan.fit_protocols, {"w_e": w_e, "w_i": -9.0}, number, 1000)

    _keep(plan, "fit", runs(1.5, 0), record)
    _keep(plan, "fit", runs(1.6, 1)[:1], record)  # interrupted
    _keep(plan, "fit", runs(1.7, 2)[:1], record, problem="the network is silent")
    _keep(plan, "fit", runs(1.8, 3), _record(plan, measured="older", fit={"content": asked}))
    looking = TrialsKept(plan)
    whole, parts = looking.count()
    assert (whole, parts) == (2, [1 / len(runs(1.6, 1))])
    _keep(plan, "fit", runs(1.6, 1)[1:], record)
    assert looking.count() == (3, [])


def test_an_empty_folder_has_nothing_done(plan):
    found = done(plan)
    assert (found.points, found.trials) == ({"sweep": 0, "examples": 0}, 0)
    assert not Path(plan.run.results).exists()


def _said(plan, capsys, **options):
    checks.check(Path(plan.run.results).parent / "run.yaml", **options)
    lines = capsys.readouterr().out.splitlines()
    return lines[0], {line[2:12].strip(): line[12:] for line in lines[1:]}


def test_check_says_what_a_run_takes_before_it(plan, capsys, monkeypatch):
    monkeypatch.setattr(machine, "cores", lambda: 2)
    head, lines = _said(plan, capsys)
    assert head.endswith("run.yaml: can be run, and takes")
    assert lines["points"] == "61 to do, 0 done already (examples 1, sweep 60)"
    assert lines["trials"] == "24 to do, 0 done already (networks/cuba/fit.yaml)"
    assert lines["programs"] == "1 to compile, about 20 s, 0 compiled already"
    biological_s = 61 * 1.2 + 24 * 4.8 + 9.6
    assert f"{biological_s:,.0f} biological s" in lines["CPU"]
    assert "adopt measured on a processor that was not noted; --probe measures it here" in lines["CPU"]
    assert lines["time"].startswith("about ")
    assert "on 2 cores" in lines["time"]
    assert not Path(plan.run.results).exists()  # nothing is simulated or written


def test_check_says_the_cost_that_rows_of_this_machine_had(plan, capsys):
    points = grid.points(plan.sweeps["sweep"], plan.model).to_pylist()
    _keep(plan, "sweeps/sweep", points[:50], _record(plan), cpu_s=12.0)
    lines = _said(plan, capsys)[1]
    assert lines["points"].startswith("11 to do, 50 done already")
    assert "as 50 runs on this processor cost" in lines["CPU"]
    # 10 CPU s a biological second of the other 10 points, the example, 24 trials and their check
    cpu_h = 10 * (11 * 1.2 + 24 * 4.8 + 9.6) / 3600
    assert lines["CPU"].startswith(f"about {60 * cpu_h:.0f} min: 138 biological s at 10 CPU s")


@pytest.mark.parametrize(
    ("known", "words"),
    [
        ({"cost_s": 0.5, "cost_cpu": "this one"}, (0.5, "as adopt measured on this processor")),
        ({"cost_s": 0.5, "cost_cpu": "that one"}, (0.5, "as adopt measured on that one; --probe measures it here")),
        ({"cost_s": None}, (0.25, "a guess, for nothing was measured; --probe measures it")),
    ],
)
def test_it_is_said_from_what_a_cost_is_known(plan, monkeypatch, known, words):
    monkeypatch.setattr(machine, "processor", lambda: "this one")
    model = plan.model.model_copy(update={"adopted": plan.model.adopted.model_copy(update=known)})
    plan.model = model
    assert checks._cost(plan, done(plan), None) == words


def test_a_probe_takes_ten_seconds_and_gives_the_cost_of_all_protocols(plan):
    asked = []

    class Engine:
        def prepare(self):
            asked.append("prepared")

        def simulate(self, values):
            asked.append(values["duration"] * 20)
            return SimpleNamespace(cpu_s=values["duration"] * 20, divergence=None), "program"

    plan.model = plan.model.model_copy(
        update={
            "knobs": {**plan.model.knobs, "duration": plan.model.knobs["duration"].model_copy(update={"value": 99.0})}
        }
    )
    assert checks._probed(plan, Engine()) == pytest.approx(20)
    assert asked[0] == "prepared"
    assert sum(asked[1:]) <= checks.PROBE_CPU_S


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0.2, "1 s"),
        (89, "89 s"),
        (100, "1.7 min"),
        (3600, "60 min"),
        (7200, "2.0 h"),
        (90_000, "25 h"),
        (1e6, "12 days"),
    ],
)
def test_times_have_two_digits(seconds, words):
    assert checks._time(seconds) == words


def test_sizes_compiled_into_a_sweep_are_programs_of_their_own(plan, tmp_path):
    """Catches 4 sizes counted as one program, or programs that are there counted as to be compiled."""
    sweep = plan.sweeps["sweep"].model_copy(
        update={
            "axes": {"N_E": plan.sweeps["sweep"].axes["w_e"].model_copy(update={"values": (1000.0, 2000.0, 3200.0)})}
        }
    )
    plan.sweeps["sweep"] = sweep
    assert checks._programs(plan, built=False, trials=0) == (4, 0)
    assert checks._programs(plan, built=True, trials=0) == (4, 1)
    made = Path(plan.run.results, "sweeps", "sweep", "programs.built")
    write_text(made, "")
    assert checks._programs(plan, built=True, trials=0) == (4, 4)
    assert np.isfinite(checks._bytes(plan, done(plan), 4))
    # each trial of a fit of such a knob has a program of its own; none was counted
    plan.fit = plan.fit.model_copy(update={"free": {"N_E": Free(low=1000, high=4000)}})
    assert checks._programs(plan, built=True, trials=5) == (4 + plan.fit.trials, 4 + 5)
