"""From a name to a row and back: the printed command computes the same row, to the last bit."""

import json
import shlex
import subprocess
from pathlib import Path

import pytest
from conftest import RESULTS, ROOT, RUN, pipeline

from networks.gutnisky2017.features import COUNTS, PSTHS, UNITS
from pipeline.config.tables import Journal, read_rows, write_rows
from pipeline.network.model import RUN_KNOBS
from pipeline.records import lineage, record, story

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
    line = said.partition("This repeats it bit for bit:\n")[2].partition("\n")[0]
    done = subprocess.run(shlex.split(line), capture_output=True, text=True, check=True, cwd=ROOT)
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
    ):
        assert words in said
    (results / "cube.yaml").write_text(SWEEP + "about: other\n")
    assert "cube.yaml (has changed since)" in pipeline("explain", "cube/3", "--results", results).stdout


def test_it_says_first_what_the_row_is_then_what_computed_it_then_how_to_repeat_it(results, model):
    """Catches a wall of knobs that are the model's, of packages that are the same, and another order."""
    row = read_rows(results / "sweeps" / "cube" / "features.parquet")[3]
    said = pipeline("explain", "cube/3", "--results", results).stdout
    order = ["row", "asked", "seeds", "knobs", "status", "features", "code", "compiler", "processor", "cost"]
    titles = [line.split()[0] for line in said.splitlines() if line[:1].isalpha()]
    assert [title for title in titles if title in order] == order
    assert titles[-2:] == ["This", "packages"]
    assert f"sweep cube, protocol {row['protocol']}, 0.2 s after a transient of {row['transient']:g} s" in said
    assert f"rate_E = {row['rate_E']:.4g} spikes/s" in said
    begin = said.index("knobs ")
    table = [line.split() for line in said[begin : said.index("status ")].splitlines()[1:]]
    own = {name: knob.value for name, knob in model.knobs.items() if name not in RUN_KNOBS}
    assert {cells[0] for cells in table} == {name for name, value in own.items() if row[name] != value}
    g_ei = next(cells for cells in table if cells[0] == "g_EI")
    assert float(g_ei[1]) == row["g_EI"]
    assert " ".join(g_ei[2:]) == f"{model.knobs['g_EI'].unit} {own['g_EI']:g} the sweep"
    of_protocol = {cells[0] for cells in table if cells[-2:] == ["the", "protocol"]}
    values = model.protocols[row["protocol"]]
    assert of_protocol == {name for name in values if row[name] == values[name] != own[name]}


def test_packages_that_differ_are_named_and_the_rest_are_counted_unless_asked(results):
    kept = {"packages": {"numpy": "2.0", "brian2": "2.9", "gone": "1.0"}}
    said = story.packages(kept, {"numpy": "2.1", "brian2": "2.9", "other": "3"}, everything=False)
    assert said == [
        "packages   numpy 2.0 (here 2.1); gone 1.0 (here not installed); 1 as they are here; --packages lists all"
    ]
    assert story.packages(kept, {}, everything=True) == ["packages   numpy 2.0, brian2 2.9, gone 1.0"]
    whole = pipeline("explain", "cube/3", "--results", results, "--packages").stdout
    row = read_rows(results / "sweeps" / "cube" / "features.parquet")[3]
    listed = " ".join(whole.partition("\npackages")[2].split())
    assert listed == ", ".join(f"{n} {v}" for n, v in record.read(results, row["record"])["packages"].items())


def test_a_row_of_the_networks_own_values_says_so(model):
    row = {name: knob.value for name, knob in model.knobs.items()}
    assert story._changed(row, model, "the sweep") == ["knobs      all as the network has them"]


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


def test_what_set_each_knob_is_said(model):
    protocol, settings = next((name, some) for name, some in model.protocols.items() if some)
    row = {name: knob.value for name, knob in model.knobs.items()} | settings | {"protocol": protocol, "g_EE": 0.123}
    lines = story._changed(row, model, "the sweep")
    by = {line.removeprefix("knobs").split()[0]: line.endswith("  the protocol") for line in lines[1:]}
    assert {name for name, protocols in by.items() if protocols} == {
        name for name, value in settings.items() if value != model.knobs[name].value and name not in RUN_KNOBS
    }
    assert not by["g_EE"]
    assert lines[-1].endswith(("  the sweep", "  the protocol"))


def test_an_interrupted_trial_leads_to_the_one_that_took_up_its_values(model, tmp_path):
    knobs = [{"g_ET": value} for value in (0.1, 0.2, 0.1)]
    states = [("fail", None), ("fail", None), ("complete", 1.0)]
    trials = [
        {"trial": n, "origin": "sampler", "state": state, "score": score, "record": None, **some}
        for n, ((state, score), some) in enumerate(zip(states, knobs, strict=True))
    ]
    write_rows(tmp_path / "fit" / "trials.parquet", trials)
    assert [lineage.find(f"fit/{n}", tmp_path, model).again for n in range(3)] == ["fit/2", "", ""]
    said = " ".join(" ".join(story.what(lineage.find("fit/0", tmp_path, model), model, {})).split())
    assert "fail, it failed or was interrupted; fit/2 took up its values runs those of fit/2" in said


def test_a_row_of_before_records_is_found_and_said_to_have_none(results, model):
    row = read_rows(results / "sweeps" / "cube" / "features.parquet")[0]
    found = lineage.Found("cube/0", row | {"record": None}, Path("t.parquet"))
    assert "record     none, or lost" in story.how(found, results)
    assert story.packages(None, {}, everything=False) == []


def test_a_run_of_a_fit_is_found_by_its_trial_and_repeats_bit_for_bit(said, model):
    trials = read_rows(Path(RUN, "fit", "trials.parquet"))
    number = max(trial["trial"] for trial in trials)
    runs = lineage.find(f"fit/{number}", Path(RUN), model).runs
    assert f"fit/{number}/touch/101" in runs
    told = " ".join(pipeline("explain", f"fit/{number}", "--results", RUN).stdout.split())
    assert f"{', '.join(runs)}; explain one of them for the command that repeats it" in told
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
