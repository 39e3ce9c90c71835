"""The workflow for real, small: all of it, then nothing, then only what a change asks for."""

import json
import os
import re
import shutil
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import pandas as pd
import pytest
import yaml
from conftest import ROOT, RUN, snakemake
from test_results_files import unnamed

from pipeline.config.reader import ConfigError
from pipeline.network.reading import read_model
from pipeline.plan.run import Plan
from pipeline.records.finished import needed

RESULTS = Path(RUN)
FIT = {"fit": 1, "posterior": 1, "fit_figure": 5, "fit_page": 1}
WORDS = {"pages": 1, "fit_page": 1}
"""What other words alone make anew, beside the results page: they never came to any of these."""
FIGURES = (
    *("rates", "response", "raster_whisking", "raster_touch", "map_map_whisking", "gains_pairs_touch"),
    *("fit_history", "fit_targets", "fit_corner", "fit_landscape", "fit_importance"),
)


def test_it_makes_everything_and_says_where(said):
    for name in FIGURES:
        assert (RESULTS / "figures" / f"{name}.png").read_bytes()[:4] == b"\x89PNG"
        assert "<svg" in (RESULTS / "figures" / f"{name}.svg").read_text()[:2000]
    assert f"Done. Open {(RESULTS / 'index.html').resolve()} in a browser" in said
    assert "overall: " in said
    assert "The run is complete: 32 of 32 points, 5 of 5 trials were simulated" in said
    page = (RESULTS / "index.html").read_text()
    for name in FIGURES:
        assert f'alt="Figure {name}: ' in page
    assert "values agree" in page  # what the network's own rules say
    assert 'href="validation.html"' in page
    assert "data-running" not in page.partition("<header>")[0]


def test_every_file_that_it_leaves_has_a_row_in_the_table_of_results(said):
    there = [path.relative_to(RESULTS).as_posix() for path in RESULTS.rglob("*") if path.is_file()]
    assert len(there) > 80
    assert unnamed(there) == []


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
    assert len(list((RESULTS / "fit" / "artifacts").iterdir())) >= 2  # of the trials that were the best so far
    gains = pd.read_csv(RESULTS / "fit" / "gains.csv")
    assert list(gains["knob"]) == ["g_ET", "g_IT", "g_EI"]
    validation = pd.read_csv(RESULTS / "validation.csv")
    assert set(validation["verdict"]) <= {"agrees", "off", "undefined"}
    assert len(validation) == 6 + 7
    assert validation["reference_n"].ge(8).all()


def test_too_few_trials_for_a_posterior_are_said_to_be_and_the_page_is_whole_without_one(said):
    page = (RESULTS / "pages" / "fit.html").read_text()
    # trials beyond the envelope of rates have no features that a surface could use
    assert re.search(
        r"There is no posterior: \d+ trials are too few for a posterior of 3 knobs, which needs 20\.", page
    )
    assert "Of 11 trials 11 completed. 6 of the completed came from a sweep" in page
    assert page.count("data:image/png") == 5
    assert pd.read_parquet(RESULTS / "fit" / "posterior.parquet").empty


def test_the_fitted_network_is_a_model_that_simulate_and_sweeps_take(said, program, tmp_path):
    fitted = RESULTS / "fit" / "model.yaml"
    gains = pd.read_csv(RESULTS / "fit" / "gains.csv").set_index("knob")["fitted"]
    verb = [sys.executable, "-m", "pipeline"]
    one = [*verb, "simulate", "--model", str(fitted), "--results", str(RESULTS), "--duration", "0.2", "--json"]
    row = json.loads(subprocess.run(one, capture_output=True, text=True, check=True).stdout)
    base = {name: knob.value for name, knob in read_model("networks/gutnisky2017").knobs.items()} | {"duration": 0.2}
    assert row["knobs"] == base | dict(gains)
    assert row["build"] == program.prepare().name  # the same program runs it
    sweep = [
        *verb,
        "grid",
        "networks/gutnisky2017/smoke/touch.yaml",
        "--model",
        str(fitted),
        "--out",
        str(tmp_path / "p.parquet"),
    ]
    subprocess.run(sweep, check=True)
    assert (pd.read_parquet(tmp_path / "p.parquet")[list(gains.index)] == gains).all(axis=None)


def test_spikes_are_kept_only_where_asked(said):
    kept = sorted(path.parts[-3] for path in RESULTS.glob("sweeps/*/chunks/*.spikes.parquet"))
    assert kept == ["examples"]
    spikes = pd.read_parquet(next(RESULTS.glob("sweeps/examples/chunks/*.spikes.parquet")))
    assert set(spikes["population"]) == {"T", "E", "I"}
    assert set(spikes["point"]) == {0, 1}


def test_a_second_run_does_nothing(said, config):
    page = (RESULTS / "index.html").stat().st_mtime_ns
    assert "Nothing to be done" in snakemake(config)
    assert (RESULTS / "index.html").stat().st_mtime_ns == page


@contextmanager
def _changed(path, *keys, value):
    """Change one value of a file for a while."""
    before = path.read_text()
    content = inner = yaml.safe_load(before)
    for key in keys[:-1]:
        inner = inner[key]
    inner[keys[-1]] = value
    path.write_text(yaml.safe_dump(content, sort_keys=False))  # the order of free knobs counts
    try:
        yield
    finally:
        path.write_text(before)


def _jobs(config):
    """Return how many jobs of each rule a run would do."""
    text = snakemake(config, "--dry-run")
    lines = [line.split() for line in text.partition("Job stats:")[2].partition("\n\n")[0].splitlines()]
    counts = {words[0]: int(words[1]) for words in lines if len(words) == 2 and words[1].isdigit()}
    return {rule: n for rule, n in counts.items() if rule not in ("all", "total")}


@pytest.mark.parametrize(
    ("file", "keys", "value", "jobs"),
    [
        ("touch", ["about"], "other words", WORDS),
        ("fit", ["about"], "other words", WORDS),
        ("touch", ["duration"], 0.3, {"grid": 1, "simulate": 1, "features": 1, "figure": 1, "compare": 1, "pages": 1}),
        ("fit", ["trials"], 6, FIT),
        ("network/knobs", ["knobs", "g_EE", "about"], "other words", WORDS),
        ("network/knobs", ["knobs", "g_EE", "max"], 30, {}),
        (
            "network/knobs",
            ["protocols", "whisking_slow", "A_T"],
            7,
            {"grid": 1, "simulate": 1, "features": 1, "figure": 9, "pages": 1, **FIT},
        ),
    ],
)
def test_a_changed_value_redoes_only_what_depends_on_it(said, config, file, keys, value, jobs):
    with _changed(config / f"{file}.yaml", *keys, value=value):
        assert _jobs(config) == (jobs | {"mark": 1, "page": 1} if jobs else {})


def test_a_changed_gain_redoes_all_points_and_other_arithmetic_the_program_too(said, config):
    with _changed(config / "network" / "knobs.yaml", "knobs", "g_EE", "value", value=0.25):
        jobs = _jobs(config)
        assert "build" not in jobs
        assert (jobs["grid"], jobs["fit"]) == (5, 1)
    with _changed(config / "network" / "knobs.yaml", "arithmetic", value="strict"):
        jobs = _jobs(config)
        assert jobs["build"] == 1
        # though the rows of chunks are temporary, and gone
        assert (jobs["features"], jobs["simulate"], jobs["fit"]) == (5, 4, 1)


def test_a_lost_page_or_figure_is_made_again_from_the_tables(said, config):
    (RESULTS / "index.html").unlink()
    shutil.rmtree(RESULTS / "sweeps" / "touch" / "journal")
    (RESULTS / "figures" / "response.png").unlink()
    assert _jobs(config) == {"figure": 1, "page": 1}
    text = snakemake(config, "figures")
    assert (RESULTS / "figures" / "response.png").exists()
    # how far the whole run is, as that 0 of 522 points are there, says nothing of some of its files
    assert "overall: " not in text
    assert "in a browser" not in text
    assert f"Done: {RESULTS}/figures/" in text
    assert not (RESULTS / "index.html").exists()
    snakemake(config)
    assert (RESULTS / "index.html").exists()


def test_a_lost_table_is_made_again_though_what_was_drawn_from_it_is_there(said, config):
    (RESULTS / "fit" / "gains.csv").rename(RESULTS / "fit" / "kept.csv")
    assert _jobs(config)["fit"] == 1
    (RESULTS / "fit" / "kept.csv").rename(RESULTS / "fit" / "gains.csv")
    table = RESULTS / "sweeps" / "whisking" / "features.parquet"
    before = pd.read_parquet(table)
    table.unlink()
    jobs = _jobs(config)
    assert (jobs["simulate"], jobs["features"], jobs.get("fit")) == (1, 1, None)
    snakemake(config)
    pd.testing.assert_frame_equal(pd.read_parquet(table), before)  # its cost, too: from the journal


def test_the_model_under_another_name_redoes_only_the_page_which_shows_it(said, config):
    shutil.copytree(config / "network", config / "same")
    with _changed(config / "run.yaml", "model", value=str(config / "same")):
        assert _jobs(config) == {"mark": 1, "page": 1}


def test_a_key_given_on_the_command_line_changes_the_default_configuration():
    command = [sys.executable, "-m", "snakemake", "--dry-run", "--config", "results=results/elsewhere"]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr[-3000:]
    assert "results/elsewhere/sweeps/touch/points.parquet" in run.stdout + run.stderr


def test_a_run_without_a_fit_has_no_fit(said, config):
    with _changed(config / "run.yaml", "fit", value=None):
        assert "fit" not in _jobs(config)


def test_a_fit_alone_is_a_run_and_nothing_at_all_is_none(tmp_path):
    content = {"model": "networks/cuba", "results": str(tmp_path / "r"), "fit": "networks/cuba/fit.yaml"}
    for sweeps in ({}, {"sweeps": {}}):
        (tmp_path / "run.yaml").write_text(yaml.safe_dump(content | sweeps))
        assert _jobs(tmp_path) == {"mark": 1, "build": 1, **FIT, "page": 1}
    files, rows = needed(Plan(content, "run.yaml"))
    assert not rows
    assert not any("sweeps" in path.parts or path.name == "points.html" for path in files)
    with pytest.raises(ConfigError, match=r"run\.yaml: there is nothing to do: give sweeps, a fit, or both"):
        Plan(content | {"fit": None}, "run.yaml")


def test_numbers_of_a_configuration_are_those_that_it_has_written(tmp_path):
    """Snakemake takes 1e1 for text."""
    text = f"model: networks/cuba\nresults: {tmp_path}/r\nsweeps: {{a: {tmp_path}/a.yaml}}\n"
    (tmp_path / "a.yaml").write_text("protocols: [base]\nnetworks: 8\nduration: 9.8\n")
    (tmp_path / "run.yaml").write_text(text + "chunk_s: 1e1\n")
    assert _jobs(tmp_path)["simulate"] == 8  # 80 s in chunks of 10 s
    assert re.search(r"^simulate +1$", snakemake(tmp_path, "--dry-run", "--config", "chunk_s=80"), re.MULTILINE)


def test_bad_input_ends_in_one_sentence_before_anything_is_done(said, config):
    with _changed(config / "touch.yaml", "duration", value=0.05):
        text = snakemake(config, code=1)
    assert "touch.yaml: a run is shorter than a cycle" in text
    assert "Traceback" not in text
    assert "Building DAG" not in text


def test_another_workflow_takes_this_one_as_a_module(tmp_path):
    """Snakemake gives a module the folder, and to its messages the names, of the workflow that takes it."""
    text = Path("docs/installing.md").read_text(encoding="utf-8")
    block = text.partition("```python\nconfigfile")[2].partition("```")[0]
    given = (f"configfile{block}").replace("my_network", "networks/cuba").replace("thalamocortical-fit", f"{ROOT}")
    (tmp_path / "Snakefile").write_text(given)
    (tmp_path / "networks").symlink_to(ROOT / "networks")
    done = subprocess.run(
        [sys.executable, "-m", "snakemake", "--dry-run", "--cores", "1"],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
        env={name: value for name, value in os.environ.items() if name != "PYTHONPATH"},
    )
    assert done.returncode == 0, done.stderr + done.stdout
    assert "Fit: 24 trials" in done.stderr + done.stdout
