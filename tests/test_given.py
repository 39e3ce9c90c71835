"""Verbs on tables and values that are not what they need: refused in one sentence, before anything is written."""

import math
import time

import made
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from typer.testing import CliRunner

import pipeline.cli.figures
import pipeline.cli.fits
import pipeline.cli.posteriors
import pipeline.cli.sweeps  # noqa: F401, their verbs
from networks.gutnisky2017.paper import __main__ as paper
from pipeline.cli.commands import app
from pipeline.config.reader import ConfigError, parse
from pipeline.config.tables import read_table, write_rows, write_table
from pipeline.network.rules import Rule
from pipeline.plan import given
from pipeline.plan.columns import Column, Words
from pipeline.plan.points import points_of
from pipeline.sweep import grid
from pipeline.sweep.design import Sweep, read_sweep


@pytest.fixture(scope="module")
def tables(model, tmp_path_factory):
    """Write points and made-up features of the sweeps of the smoke test, trials of a fit, and spikes."""
    folder = tmp_path_factory.mktemp("tables")
    for name in ("whisking", "touch", "gains", "map"):
        points = grid.points(read_sweep(f"networks/gutnisky2017/smoke/{name}.yaml", model), model)
        n = len(points)
        write_table(folder / name / "points.parquet", points)
        rows = pa.table({**{column: points[column] for column in points.column_names}, **made.measured(model, n)})
        write_table(folder / name / "features.parquet", rows)
    write_rows(folder / "fit" / "trials.parquet", [{"trial": 0, "state": "complete", "score": 1.0, "g_EI": 0.7}])
    write_rows(folder / "spikes.parquet", [{"point": 0, "population": "E", "neuron": 1, "t_s": 0.1}])
    return folder


def _refused(folder, arguments, verbs=app):
    """Return the sentence in which a verb refuses what it is given; words with a dot are files of `folder`."""
    words = [f"{folder}/{w}" if "." in w and not w.startswith("networks/") else w for w in arguments.split()]
    before = sorted(folder.rglob("*"))
    done = CliRunner().invoke(verbs, words)
    assert isinstance(done.exception, ConfigError), (done.output, done.exception)
    assert sorted(folder.rglob("*")) == before
    said = f"{done.exception}"
    assert len(said.splitlines()) == 1
    return said


JOINED = "--out o.parquet --summary s.csv"


@pytest.mark.parametrize(
    ("rows", "points", "words"),
    [
        (
            "whisking/features.parquet",
            "touch/points.parquet",
            "touch/points.parquet: point 0 has protocol = touch, but",
        ),
        ("whisking/points.parquet", "whisking/points.parquet", "whisking/points.parquet: is not the table"),
        ("fit/trials.parquet", "whisking/points.parquet", "trials.parquet: is not the table"),
        ("whisking/features.parquet", "fit/trials.parquet", "lacks the columns point, protocol"),
    ],
)
def test_features_takes_only_the_rows_of_its_points(tables, rows, points, words):
    assert words in _refused(tables, f"features {rows} --points {points} {JOINED}")


def test_features_names_the_first_knob_in_which_a_row_is_not_that_of_its_point(tables, model):
    points = grid.points(read_sweep("networks/gutnisky2017/smoke/whisking.yaml", model), model)
    values = points["g_EI"].to_pylist()
    at = points.column_names.index("g_EI")
    write_table(tables / "p.parquet", points.set_column(at, "g_EI", pa.array([*values[:-1], 0.5])))
    said = _refused(tables, f"features whisking/features.parquet --points p.parquet {JOINED}")
    assert f"point {len(values) - 1} has g_EI = 0.5, but the row of that number has {values[-1]}" in said


def test_features_takes_the_rows_of_its_points_in_any_order(tables, tmp_path):
    rows = tables / "gains" / "features.parquet"
    points = tables / "gains" / "points.parquet"
    out = ["--out", f"{tmp_path}/o.parquet", "--summary", f"{tmp_path}/s.csv"]
    assert CliRunner().invoke(app, ["features", f"{rows}", "--points", f"{points}", *out]).exit_code == 0


@pytest.mark.parametrize(
    "verb",
    [
        "figure curves --table fit/trials.parquet --out a.png",
        "figure map --table fit/trials.parquet --out a.png",
        "figure raster --table fit/trials.parquet --spikes spikes.parquet --out a.png",
        "figure raster --table whisking/features.parquet --spikes whisking/features.parquet --out a.png",
        "pages fit/trials.parquet --out out.d",
        "simulate --points fit/trials.parquet --out a.parquet",
        "fit networks/gutnisky2017/smoke/fit.yaml --first fit/trials.parquet --out out.d",
        "study networks/gutnisky2017/smoke/fit.yaml --first fit/trials.parquet --storage none",
    ],
)
def test_a_table_without_the_columns_of_a_verb_is_refused(tables, verb):
    assert ".parquet: is not the table that is needed here, for it lacks the columns " in _refused(tables, verb)


@pytest.mark.parametrize(
    ("verb", "words"),
    [
        ("figure curves --table whisking/features.parquet --out a.png", "is none of the figures of"),
        ("figure curves --table whisking/features.parquet --out a.png --out a.xyz", "a.xyz: must end in .png or .svg"),
        (
            "fit_figure history networks/gutnisky2017/smoke/fit.yaml --folder out.d --out a.xyz",
            "a.xyz: must end in .png or .svg",
        ),
        (
            "grid networks/gutnisky2017/smoke/map.yaml --out a.parquet --values 0",
            "grid: values = 0 must be at least 2.",
        ),
        (
            "grid networks/gutnisky2017/smoke/map.yaml --out a.parquet --networks -3",
            "grid: networks = -3 must be at least 1.",
        ),
        ("fit networks/gutnisky2017/smoke/fit.yaml --out out.d --cores 0", "fit: --cores = 0 must be at least 1"),
        ("fit networks/gutnisky2017/smoke/fit.yaml --out out.d --worker -1", "fit: --worker = -1 must be at least 0"),
    ],
)
def test_a_value_that_a_verb_cannot_take_is_refused(tables, verb, words):
    assert words in _refused(tables, verb)


@pytest.mark.parametrize(
    ("verb", "words"),
    [
        ("compare --rates fit/trials.parquet --out a.csv --html a.html --verdict a.json", "lacks the columns "),
        ("panel 7a --table fit/trials.parquet --out a.png", "lacks the columns "),
        ("panel 6a --table fit/trials.parquet --out a.png", "lacks the columns "),
        ("atlas fit/trials.parquet --out out.d", "lacks the columns "),
        ("curve rates --table touch/features.parquet --out a.png", "has no point of the protocol 'whisking'"),
        (
            "compare --response whisking/features.parquet --out a.csv --html a.html --verdict a.json",
            "no point of the protocol 'touch'",
        ),
        ("panel 7a --table whisking/features.parquet --out a.png", "has no point of the protocol 'touch'"),
        ("atlas touch/features.parquet --out out.d", "atlas: lacks the table of preview_"),
        ("panel 7a --table touch/features.parquet --out a.xyz", "a.xyz: must end in .png or .svg"),
    ],
)
def test_the_verbs_on_the_figures_of_the_paper_refuse_other_tables(tables, verb, words):
    assert words in _refused(tables, verb, paper.app)


def _points(model, folder, n=40, **columns):
    """Write points of a sweep over g_EI with some columns replaced; return the file."""
    axes = {"g_EI": {"linear": [0.3, 1.4, n // 4]}}
    content = {"protocols": ["whisking", "touch"], "networks": 2, "duration": 1, "axes": axes}
    table = grid.points(parse(Sweep, content, "sweep.yaml"), model)
    for name, values in columns.items():
        at = table.column_names.index(name)
        table = table.set_column(at, name, pa.array([*values, *table[name].to_pylist()[len(values) :]]))
    write_table(folder / "p.parquet", table)
    return folder / "p.parquet"


WRONG = {
    "protocol": (["whisking", "tuch"], "row 2: unknown protocol 'tuch'; nearest known: touch."),
    "seed_input": ([1.0, 1.0, 1.5], "row 3: seed_input = 1.5 must be an integer."),
    "g_EI": ([0.3, -1.0], "row 2: g_EI = -1 is outside its range [0, 20] mS*ms/cm**2."),
    "K_EE": ([200.0, None], "row 2: K_EE has no value."),
    "g_IT": ([0.2, math.nan], "row 2: g_IT = nan must be a finite number."),
    "delay_EI": ([0.85, math.inf], "row 2: delay_EI = inf must be a finite number."),
    "t_c": ([50.0, 50.0, 99.0], "row 3: the contact ends after the cycle: t_c = 99 ms, "),
    "duration": ([1.0, 1e-6], "row 2: duration = 1e-06 s is shorter than a step, 0.2 ms."),
    "point": ([0, 1, 2, 1], "row 4: point 1 has the number of row 2 again, but each point is given once."),
    "A_T": (["14"] * 40, "row 1: A_T is '14', but must be a number in "),
}


@pytest.mark.parametrize("verb", ["simulate --out o.parquet", "build", f"features whisking/features.parquet {JOINED}"])
@pytest.mark.parametrize("column", WRONG)
def test_a_table_of_points_is_checked_row_by_row_as_a_single_point_is(model, tmp_path, verb, column):
    values, words = WRONG[column]
    path = _points(model, tmp_path, **{column: values})
    assert f"{path}, {words}" in _refused(tmp_path, f"{verb} --points p.parquet")


def test_points_that_are_the_same_unknown_knobs_and_no_points_are_refused(model, tmp_path):
    path = _points(model, tmp_path)
    table = read_table(path)
    twice = pa.concat_tables([table, table.set_column(0, "point", pa.array(range(40, 80)))])
    write_table(path, twice)
    verb = "simulate --points p.parquet --out o.parquet"
    assert "p.parquet, row 41: point 40 has the values of row 1 again" in _refused(tmp_path, verb)
    write_table(path, table.append_column("g_EX", table["g_EE"]))
    assert "column 'g_EX' is no knob; nearest known: g_IE." in _refused(tmp_path, verb)
    write_table(path, table[:0])
    assert "p.parquet: has no points." in _refused(tmp_path, verb)


def test_twenty_thousand_points_are_checked_at_once(model, tmp_path):
    """In well below a second, the rules of the knob table included."""
    path = _points(model, tmp_path, n=20_000)
    begin = time.process_time()
    assert len(points_of(path, model)) == 20_000
    assert time.process_time() - begin < 1.5


@pytest.mark.parametrize(
    "text",
    ["a + b < 10 * c", "a / b > 1", "a % b < 2", "0 < a <= b", "(a if b > 1 else c) < 2", "a / b == a / c", "-a < b"],
)
def test_a_rule_holds_for_many_points_where_it_holds_for_each(text):
    rng = np.random.default_rng(1)
    columns = {name: rng.integers(-2, 4, 200).astype(float) for name in "abc"}  # 0 among them, to divide by
    rule = Rule.read(text, "")
    each = [rule.holds({name: float(column[k]) for name, column in columns.items()}) for k in range(200)]
    assert 0 < sum(each) < 200
    assert rule.each(columns).tolist() == each


@pytest.fixture
def raster(model, tmp_path):
    """Write two points and their spikes: all neurons of T, E and I fire once and twice a second; return what draws."""
    table = grid.points(read_sweep("networks/gutnisky2017/smoke/whisking.yaml", model), model)[:2]
    rows = table.to_pandas().assign(**{name: column.to_pylist() for name, column in made.measured(model, 2).items()})
    spikes = []
    for point, row in enumerate(rows.to_dict("records")):
        for name, size in model.populations.items():
            rows.loc[point, f"rate_{name}"] = (point + 1) / row["duration"]
            for k in range(point + 1):
                at = row["transient"] + row["duration"] * (k + 0.5) / (point + 1)
                spikes += [{"point": point, "population": name, "neuron": n, "t_s": at} for n in range(size)]
    rows["problem"] = None

    def draw(change=lambda spikes: spikes, more=lambda rows: rows):
        write_table(tmp_path / "f.parquet", pa.Table.from_pandas(more(rows), preserve_index=False))
        frame = change(pd.DataFrame(spikes))
        write_table(tmp_path / "s.parquet", pa.Table.from_pandas(frame, preserve_index=False))
        words = f"figure raster --table {tmp_path}/f.parquet --spikes {tmp_path}/s.parquet --out {tmp_path}/r.png"
        return CliRunner().invoke(app, words.split())

    return draw


def test_a_raster_is_drawn_of_the_spikes_of_its_point(raster):
    done = raster()
    assert done.exit_code == 0, (done.output, done.exception)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda s: s.assign(point=1 - s["point"]), "there are 3200 spikes of E in the measured time, but its rate of "),
        (lambda s: pd.concat([s, s]), "there are 3200 spikes of E in the measured time"),
        (lambda s: s[s["point"] == 1], "there are 0 spikes of E in the measured time, but"),
        (lambda s: s.assign(population=s["population"].replace("I", "PV")), "unknown population 'PV'"),
        (lambda s: s.assign(neuron=s["neuron"] + 1), "has a spike of neuron 1600 of E, which has 1600 neurons."),
        (lambda s: s.assign(t_s=s["t_s"] + 100), " s, but its run ends at "),
    ],
)
def test_spikes_of_other_points_than_those_of_the_table_are_not_drawn(raster, change, words):
    done = raster(change)
    assert isinstance(done.exception, ConfigError), (done.output, done.exception)
    assert words in str(done.exception)


def test_a_table_with_its_points_twice_is_not_drawn(raster):
    done = raster(more=lambda rows: pd.concat([rows, rows]))
    assert "f.parquet: has 2 points twice, the first of them point 0." in str(done.exception)


@pytest.mark.parametrize(("column", "word"), [("rate_E", "fast"), ("g_EI", "strong"), ("point", "p1")])
def test_text_for_a_number_is_not_drawn_as_if_it_were_undefined(tables, tmp_path, column, word):
    frame = read_table(tables / "map" / "features.parquet").to_pandas()
    frame[column] = frame[column].astype(str)
    frame.loc[1, column] = word
    frame.to_parquet(tmp_path / "f.parquet", index=False)
    said = _refused(tmp_path, "figure map_touch --table f.parquet --out m.png")
    assert f"f.parquet, row 2: {column} = {word!r} must be a number." in said


def test_a_file_that_is_no_table_is_not_to_be_deleted(tmp_path):
    (tmp_path / "thesis.txt").write_text("Words.")
    said = _refused(tmp_path, "figure map --table thesis.txt --out m.png")
    assert "thesis.txt: cannot be read as a Parquet table" in said
    assert "delete" not in said


def test_a_csv_file_that_is_cut_short_is_refused(tmp_path):
    path = tmp_path / "gains.csv"
    path.write_text("knob,fitted\ng_ET,0.15\ng_IT,0.2")
    with pytest.raises(ConfigError, match="its last line has no end: it is cut short"):
        given.table_of(path, {"knob": Words(), "fitted": Column()})
    path.write_text(path.read_text() + "\n")
    assert list(given.table_of(path, {"knob": Words(), "fitted": Column()})["knob"]) == ["g_ET", "g_IT"]
