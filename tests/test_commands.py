"""The command line by hand: the fixed JSON form, interruption and bad input."""

import json
import shutil
import subprocess
import sys

import pytest
from conftest import RESULTS, pipeline

from pipeline.config.tables import read_rows

KEYS = {
    *(f"{feature}_{population}" for feature in ("rate", "z1", "R") for population in "TEI"),
    *(f"{feature}_{population}" for feature in ("cv", "chi", "latency") for population in "EI"),
    *(f"corr_{pair}" for pair in ("EE", "II", "EI", "TE", "TI")),
    *("status", "seed", "wall_s", "knobs"),
}


def test_simulate_prints_one_json_object(program, model):
    fixed = ["--set", "A_T=14", "--set", "C_T=0.6", "--protocol", "touch", "--duration", "0.5", "--seed", "1", "--json"]
    run = pipeline("simulate", *fixed, "--results", RESULTS)
    row = json.loads(run.stdout)
    assert set(row) >= KEYS
    assert (row["status"], row["seed"]) == ("ok", 1)
    assert row["knobs"] == model.point(
        "touch", {"A_T": 14, "C_T": 0.6, "duration": 0.5, "seed_network": 1, "seed_input": 1}
    )
    assert row["n_active_E"] > 0
    assert row["rate_I"] > row["rate_E"] > 0


def test_undefined_features_are_null_with_their_count(program):
    quiet = ["--set", "A_T=0", "--protocol", "whisking", "--duration", "0.2", "--json"]
    row = json.loads(pipeline("simulate", *quiet, "--results", RESULTS).stdout)
    assert row["rate_E"] == 0
    assert row["n_cv_E"] == row["n_active_E"] == 0
    assert all(row[key] is None for key in ("cv_E", "z1_E", "latency_E", "corr_EE", "corr_TE"))


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--set", "g_TE=1"], ["unknown knob 'g_TE'", "nearest known"]),
        (["--set", "A_T=1e9"], ["A_T = 1e+09 is outside its range [0, 200] Hz"]),
        (["--set", "A_T=1", "--set", "A_T=2"], ["A_T is set twice"]),
        (["--out", "o.parquet"], ["--out, --spikes, --chunk and --of go with --points"]),
        (["--set", "A_T"], ["--set A_T: must be KNOB=NUMBER"]),
        (["--set", "A_T=nan"], ["must be KNOB=NUMBER"]),
        (["--protocol", "tuch"], ["unknown protocol 'tuch'; nearest known: touch"]),
        (["--duration", "0.05"], ["a run is shorter than a cycle: duration = 0.05 s"]),
        (["--set", "K_EI=151"], ["probability K/N would be above 1"]),
        (["--points", "p.parquet", "--out", "o.parquet"], ["p.parquet", "cannot be read"]),
    ],
)
def test_bad_input_is_one_sentence_and_exit_code_2(arguments, words):
    run = pipeline("simulate", *arguments, code=2)
    assert run.stdout == ""
    assert run.stderr.startswith("error: ")
    assert len(run.stderr.splitlines()) == 1
    assert all(word in run.stderr for word in words), run.stderr


def test_every_verb_has_help():
    verbs = (
        *("grid", "build", "simulate", "features", "pages", "figure", "definitions", "accuracy", "adopt", "trace"),
        *("fit", "posterior", "fit_figure", "fit_page", "doctor", "script"),
        *("explain", "archive", "audit", "check", "cache", "run"),
    )
    text = pipeline("--help").stdout
    assert all(verb in text for verb in verbs)
    for verb in verbs:
        assert "Usage" in pipeline(verb, "--help").stdout


def test_a_chunk_goes_on_where_it_was_killed(program, tmp_path):
    """Half the journal lost, only that half is simulated again: its rows alone have new wall times."""
    points, out = tmp_path / "s" / "points.parquet", tmp_path / "s" / "0-of-1.parquet"
    pipeline("grid", "networks/gutnisky2017/smoke/map.yaml", "--out", points)
    chunk = ["simulate", "--points", points, "--out", out, "--results", RESULTS]
    pipeline(*chunk)
    first = read_rows(out)
    journal = tmp_path / "s" / "journal" / "0-of-1.jsonl"
    lines = journal.read_bytes().splitlines(keepends=True)
    assert len(lines) == len(first) == 8
    journal.write_bytes(b"".join(lines[:5]) + lines[5][:40])
    out.unlink()
    pipeline(*chunk)
    second = read_rows(out)
    kept = [a["wall_s"] == b["wall_s"] for a, b in zip(first, second, strict=True)]
    assert kept == [True] * 5 + [False] * 3
    cost = ("wall_s", "cpu_s", "memory_mb")
    assert [{k: v for k, v in row.items() if k not in cost} for row in first] == [
        {k: v for k, v in row.items() if k not in cost} for row in second
    ]


def test_a_missing_chunk_is_not_silently_left_out(program, tmp_path):
    points = tmp_path / "s" / "points.parquet"
    pipeline("grid", "networks/gutnisky2017/smoke/whisking.yaml", "--out", points)
    part = tmp_path / "s" / "0-of-2.parquet"
    pipeline("simulate", "--points", points, "--chunk", 0, "--of", 2, "--out", part, "--results", RESULTS)
    out = ["--out", tmp_path / "f.parquet", "--summary", tmp_path / "s.csv"]
    run = pipeline("features", part, "--points", points, *out, code=2)
    assert "1 missing" in run.stderr
    shutil.copy(part, tmp_path / "s" / "1-of-2.parquet")
    run = pipeline("features", part, tmp_path / "s" / "1-of-2.parquet", "--points", points, *out, code=2)
    assert "rows for 2 points" in run.stderr


def test_a_command_begins_without_what_it_does_not_need():
    """Catches a slow library loaded by every job of a workflow: a second in each, a tenth of a run."""
    code = (
        "import sys, pipeline.__main__\n"
        "slow = {'brian2', 'matplotlib', 'optuna', 'pandas', 'sympy'}\n"
        "slow |= {'scipy.optimize', 'scipy.signal', 'scipy.stats'}\n"
        "print(sorted(slow & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_without_its_packages_it_says_where_they_are():
    done = subprocess.run(
        [sys.executable, "-S", "-m", "pipeline", "check"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert done.stderr.startswith(
        "error: this Python has no typer, which is in the environment that `make setup` makes"
    )
    assert done.stderr.count("\n") == 1
