"""Verbs on tables and values that are not what they need: refused in one sentence, before anything is written."""

import pyarrow as pa
import pytest
from typer.testing import CliRunner

import pipeline.cli.figures
import pipeline.cli.fits
import pipeline.cli.sweeps  # noqa: F401, their verbs
from networks.gutnisky2017.paper import __main__ as paper
from pipeline.cli.commands import app
from pipeline.config.reader import ConfigError
from pipeline.config.tables import write_rows, write_table
from pipeline.plan import given
from pipeline.plan.given import measured_columns
from pipeline.sweep import grid
from pipeline.sweep.design import read_sweep


@pytest.fixture(scope="module")
def tables(model, tmp_path_factory):
    """Write points and made-up features of the sweeps of the smoke test, trials of a fit, and spikes."""
    folder = tmp_path_factory.mktemp("tables")
    for name in ("whisking", "touch", "gains", "map"):
        points = grid.points(read_sweep(f"networks/gutnisky2017/smoke/{name}.yaml", model), model)
        n = len(points)
        measured = {column: pa.array([None if column == "problem" else 1.0] * n) for column in measured_columns(model)}
        measured["status"] = pa.array(["ok"] * n)
        write_table(folder / name / "points.parquet", points)
        rows = pa.table({**{column: points[column] for column in points.column_names}, **measured})
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
            "grid: values = 0: Input should be greater",
        ),
        (
            "grid networks/gutnisky2017/smoke/map.yaml --out a.parquet --networks -3",
            "grid: networks = -3: Input should be greater",
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
        ("compare --rates fit/trials.parquet --out a.csv --html a.html", "lacks the columns "),
        ("panel 7a --table fit/trials.parquet --out a.png", "lacks the columns "),
        ("panel 6a --table fit/trials.parquet --out a.png", "lacks the columns "),
        ("atlas fit/trials.parquet --out out.d", "lacks the columns "),
        ("curve rates --table touch/features.parquet --out a.png", "has no point of the protocol 'whisking'"),
        ("compare --response whisking/features.parquet --out a.csv --html a.html", "no point of the protocol 'touch'"),
        ("panel 7a --table whisking/features.parquet --out a.png", "has no point of the protocol 'touch'"),
        ("atlas touch/features.parquet --out out.d", "atlas: lacks the table of preview_"),
        ("panel 7a --table touch/features.parquet --out a.xyz", "a.xyz: must end in .png or .svg"),
    ],
)
def test_the_verbs_on_the_figures_of_the_paper_refuse_other_tables(tables, verb, words):
    assert words in _refused(tables, verb, paper.app)


def test_a_csv_file_that_is_cut_short_is_refused(tmp_path):
    path = tmp_path / "gains.csv"
    path.write_text("knob,fitted\ng_ET,0.15\ng_IT,0.2")
    with pytest.raises(ConfigError, match="its last line has no end: it is cut short"):
        given.table_of(path)
    path.write_text(path.read_text() + "\n")
    assert list(given.table_of(path)["knob"]) == ["g_ET", "g_IT"]
