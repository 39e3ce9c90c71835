"""From a name to a row and back: the printed command computes the same row, to the last bit."""

import json
import shlex
import subprocess
from pathlib import Path

import pytest
from conftest import RESULTS, ROOT, RUN, pipeline

from networks.gutnisky2017.features import COUNTS, PSTHS, UNITS
from pipeline.config.tables import Journal, read_rows
from pipeline.records import lineage, record

SWEEP = """
protocols: [whisking, touch]
design: latin_hypercube
samples: 2
axes: {g_EI: {log: [0.5, 0.9]}, A_T: {linear: [6, 14]}}
set: {tau_AMPA: 2.1}
networks: 2
first_seed: 5
duration: 0.2
"""


@pytest.fixture(scope="module")
def results(program, tmp_path_factory):
    """Make a small sweep whose values need all digits of a double."""
    folder = tmp_path_factory.mktemp("results")
    (folder / "build").symlink_to(Path(RESULTS, "build").resolve())
    (folder / "cube.yaml").write_text(SWEEP)
    sweep = folder / "sweeps" / "cube"
    points, chunk = sweep / "points.parquet", sweep / "chunk.parquet"
    pipeline("grid", folder / "cube.yaml", "--out", points)
    pipeline("simulate", "--points", points, "--out", chunk, "--results", folder)
    joined = ["--out", sweep / "features.parquet", "--summary", sweep / "summary.csv"]
    pipeline("features", chunk, "--points", points, *joined)
    return folder


def _repeated(name, results):
    """Run the command that `explain` prints last; return its row."""
    said = pipeline("explain", name, "--results", results).stdout
    assert "This repeats it bit for bit:" in said
    done = subprocess.run(shlex.split(said.splitlines()[-1]), capture_output=True, text=True, check=True, cwd=ROOT)
    return json.loads(done.stdout)


def _measured(row):
    return {name: row[name] for name in (*UNITS, *COUNTS, *PSTHS, "status", "problem", "build")}


@pytest.mark.parametrize("number", [0, 7])
def test_the_command_of_a_point_repeats_it_bit_for_bit(results, model, number):
    row = read_rows(results / "sweeps" / "cube" / "features.parquet")[number]
    again = _repeated(f"cube/{number}", results)
    assert again["knobs"] == {name: row[name] for name in model.knobs}
    assert row["g_EI"] != round(row["g_EI"], 12)
    assert _measured(again) == _measured(row)


def test_it_says_what_a_row_rests_on(results, program):
    said = " ".join(pipeline("explain", "cube/3", "--results", results).stdout.split())  # whatever its lines are
    row = read_rows(results / "sweeps" / "cube" / "features.parquet")[3]
    kept = record.read(results, row["record"])
    assert kept["config"]["sweep"]["content"]["set"] == {"tau_AMPA": 2.1}
    for words in (
        f"{row['record']}.json, since {kept['date']}",
        f"sweep {results / 'cube.yaml'} (as it is now)",
        "model networks/gutnisky2017/knobs.yaml (as it is now)",
        f"commit {kept['code']['commit'] or 'unknown'}",
        f"seeds network {row['seed_network']:.0f}, input",
        f"{row['wall_s']:.3f} s, {row['cpu_s']:.3f} CPU s",
        f"{program.prepare().name}, manifest {results / 'build'}",
        kept["cpu"],
        f"numpy {kept['packages']['numpy']}",
    ):
        assert words in said
    (results / "cube.yaml").write_text(SWEEP + "about: other\n")
    assert "cube.yaml (has changed since)" in pipeline("explain", "cube/3", "--results", results).stdout


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("cub/3", "there is no finished sweep 'cub' in {}; nearest known: cube."),
        ("cube/8", "the sweep cube has the points 0 to 7."),
        ("cube/²", "the sweep cube has the points 0 to 7."),
        ("fit/3", "there is no finished fit in {}/fit."),
        ("17", "is none of SWEEP/NUMBER, such as gains/17, fit/TRIAL, or fit/TRIAL/PROTOCOL/SEED."),
    ],
)
def test_an_unknown_name_is_one_sentence_with_what_there_is(results, name, words):
    run = pipeline("explain", name, "--results", results, code=2)
    assert run.stderr == f"error: explain: {name!r}{' ' if name == '17' else ': '}{words.format(results)}\n"


def test_it_says_where_a_row_would_come_out_differently(program, tmp_path):
    specification = program.specification()
    kept = record.read(tmp_path, record.keep(tmp_path, program, {}))
    here = {"measuring": kept["code"]["measuring"], "libc": kept["libc"]}
    assert lineage.elsewhere(kept, specification, **here) == []
    other = specification | {"cpu": "another", "target": "runtime"}
    assert lineage.elsewhere(kept, other, **here) == ["target (standalone then, runtime here)", "the processor"]
    assert lineage.elsewhere(kept, specification, **here | {"measuring": "0"}) == ["the code that measures"]
    assert len(lineage.elsewhere(kept, specification, **here | {"libc": "glibc 1.0"})) == 1
    assert lineage.elsewhere(None, specification, **here) == ["what computed it is not known"]


def test_a_row_of_before_records_is_found_and_said_to_have_none(results, model):
    row = read_rows(results / "sweeps" / "cube" / "features.parquet")[0]
    found = lineage.Found("cube/0", row | {"record": None}, Path("t.parquet"))
    assert "record     none, or lost" in lineage.story(found, results, model)


def test_a_run_of_a_fit_is_found_by_its_trial_and_repeats_bit_for_bit(said, model):
    trials = read_rows(Path(RUN, "fit", "trials.parquet"))
    number = max(trial["trial"] for trial in trials)
    runs = lineage.find(f"fit/{number}", Path(RUN), model).runs
    assert f"fit/{number}/touch/101" in runs
    assert ", ".join(runs) in " ".join(pipeline("explain", f"fit/{number}", "--results", RUN).stdout.split())
    again = _repeated(f"fit/{number}/touch/101", RUN)
    journal = Journal(Path(RUN, "fit", "journal"), "", "").rows().values()
    measured = [
        _measured(row)
        for row in journal
        if row["protocol"] == "touch" and all(row[name] == again["knobs"][name] for name in model.knobs)
    ]
    assert measured == [_measured(again)]
    unknown = pipeline("explain", f"fit/{number}/touch/7", "--results", RUN, code=2).stderr
    assert unknown.endswith(f"the runs of this trial are {', '.join(runs)}.\n")


def test_a_trial_that_came_from_a_sweep_leads_to_the_rows_there(said, model):
    trials = read_rows(Path(RUN, "fit", "trials.parquet"))
    first = next(trial["trial"] for trial in trials if trial["origin"] == "sweep")
    found = lineage.find(f"fit/{first}/touch/101", Path(RUN), model)
    assert found.table == Path(RUN, "sweeps", "gains", "features.parquet")
    assert found.row in read_rows(found.table)
