"""The workflow for real, small: all of it, then nothing, then only what a change asks for."""

import shutil
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
import yaml

from pipeline.parameters import read_yaml

RESULTS = Path("results/smoke")
CONFIG = "config/smoke.yaml"
FIGURES = ("rates", "response", "raster_whisking", "raster_touch", "map", "fit_history", "fit_targets")


def _snakemake(*arguments, config=CONFIG, code=0):
    command = [sys.executable, "-m", "snakemake", *arguments, "--configfile", str(config)]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (run.returncode == 0) == (code == 0), run.stderr[-3000:]
    return run.stdout + run.stderr


@pytest.fixture(scope="module")
def said(program):
    """Run the smoke workflow from nothing but the compiled program; return what it said."""
    for path in RESULTS.iterdir():
        if path.name != "build":
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    return _snakemake()


def test_it_makes_everything_and_says_where(said):
    for name in FIGURES:
        assert (RESULTS / "figures" / f"{name}.png").read_bytes()[:4] == b"\x89PNG"
        assert "<svg" in (RESULTS / "figures" / f"{name}.svg").read_text()[:2000]
    assert "Done: 7 figures in results/smoke/figures/" in said
    assert "the report is results/smoke/report.html" in said
    assert (RESULTS / "report.html").stat().st_size > 100_000
    assert "points/s" in said
    assert "s left" in said


def test_its_tables_are_whole(said):
    for name, n in {"whisking": 2, "touch": 2, "gains": 18, "map": 8, "examples": 2}.items():
        rows = pd.read_parquet(RESULTS / "sweeps" / name / "features.parquet")
        assert len(rows) == n
        assert set(rows["status"]) == {"ok"}
        assert rows["rate_T"].gt(0).all()
    trials = pd.read_parquet(RESULTS / "fit" / "trials.parquet")
    assert list(trials["origin"]).count("sweep") == 6
    assert len(trials) == 6 + 5
    assert (trials["state"] == "complete").all()
    gains = pd.read_csv(RESULTS / "fit" / "gains.csv")
    assert list(gains["knob"]) == ["g_ET", "g_IT", "g_EI"]
    validation = pd.read_csv(RESULTS / "validation.csv")
    assert set(validation["verdict"]) <= {"pass", "off"}
    assert len(validation) == 6 + 4


def test_spikes_are_kept_only_where_asked(said):
    kept = sorted(path.parts[-3] for path in RESULTS.glob("sweeps/*/chunks/*.spikes.parquet"))
    assert kept == ["examples"]
    spikes = pd.read_parquet(next(RESULTS.glob("sweeps/examples/chunks/*.spikes.parquet")))
    assert set(spikes["population"]) == {"T", "E", "I"}
    assert set(spikes["point"]) == {0, 1}


def test_a_second_run_does_nothing(said):
    report = (RESULTS / "report.html").stat().st_mtime_ns
    assert "Nothing to be done" in _snakemake()
    assert (RESULTS / "report.html").stat().st_mtime_ns == report


@pytest.fixture
def changed(tmp_path):
    """Copy the configuration with one value changed: changed("touch", duration=0.3) -> path."""

    def _changed(part, **values):
        run = read_yaml(CONFIG)
        place = run["sweeps"] if part in run["sweeps"] else run
        content = read_yaml(place[part]) if part in place else read_yaml("config/model.yaml")
        for key, value in values.items():
            keys = key.split("__")
            inner = content
            for outer in keys[:-1]:
                inner = inner[outer]
            inner[keys[-1]] = value
        place[part] = str(tmp_path / "part.yaml")
        (tmp_path / "part.yaml").write_text(yaml.safe_dump(content))
        (tmp_path / "run.yaml").write_text(yaml.safe_dump(run))
        return tmp_path / "run.yaml"

    return _changed


def _jobs(config):
    """Return the rules, and for sweeps the sweep, that a run would redo."""
    text = _snakemake("--dry-run", config=config)
    plain = ("grid", "simulate", "simulate_keeping_spikes", "features", "fit", "build", "figure", "compare", "pages")
    stats = [line.split() for line in text.partition("Job stats:")[2].partition("\n\n")[0].splitlines()]
    return {words[0]: int(words[1]) for words in stats if len(words) == 2 and words[0] in plain}


def test_a_changed_value_redoes_only_what_depends_on_it(said, changed):
    assert _jobs(CONFIG) == {}
    touch = _jobs(changed("touch", duration=0.3))
    assert touch == {"grid": 1, "simulate": 1, "features": 1, "figure": 1, "compare": 1, "pages": 1}
    assert _jobs(changed("touch", about="other words")) == {}
    assert _jobs(changed("fit", trials=6)) == {"fit": 1, "figure": 2, "pages": 1}
    model = _jobs(changed("model", knobs__g_EE__value=0.25))
    assert "build" not in model
    assert (model["grid"], model["fit"]) == (5, 1)
    assert _jobs(changed("model", dt_ms=0.025))["build"] == 1


def test_bad_input_ends_in_one_sentence_before_anything_is_done(changed):
    text = _snakemake(config=changed("touch", duration=0.05), code=1)
    assert "error: " in text
    assert "part.yaml: duration = 0.05 s is shorter than one cycle" in text
    assert "Traceback" not in text
    assert "Building DAG" not in text
