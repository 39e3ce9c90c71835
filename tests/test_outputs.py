"""What verbs write: nothing under a wrong ending, over its own input, or over what others wrote."""

import os
import subprocess
from pathlib import Path

import pytest
from conftest import ROOT
from typer.testing import CliRunner

import pipeline.__main__
from networks.gutnisky2017.paper.__main__ import app as paper
from pipeline.cli.commands import app
from pipeline.cli.outputs import as_folder, ending, refuse_foreign, refuse_same
from pipeline.config.reader import ConfigError, parse
from pipeline.pages.shell import BEGIN
from pipeline.plan.adoption import take
from pipeline.plan.run import Run

CUBA = "networks/cuba"


def refused(*words, verbs=app):
    """Return in which words a command is refused."""
    done = CliRunner().invoke(verbs, [f"{word}" for word in words])
    assert isinstance(done.exception, ConfigError), (done.output, done.exception)
    return f"{done.exception}"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("grid networks/cuba/sweep.yaml --out x.csv", "--out x.csv: must end in .parquet."),
        ("simulate --points p.parquet --out x.csv", "--out x.csv: must end in .parquet."),
        ("simulate --points p.parquet --out x.parquet --spikes s.csv", "--spikes s.csv: must end in .parquet."),
        ("features c.parquet --points p.parquet --out f.csv --summary s.csv", "--out f.csv: must end in .parquet."),
        ("features c.parquet --points p.parquet --out f.parquet --summary s", "--summary s: must end in .csv."),
        ("script --out network", "--out network: must end in .py."),
        ("fit_page networks/cuba/fit.yaml --folder f --out fit", "--out fit: must end in .html."),
        ("doctor networks/cuba/network.py --html page.txt", "--html page.txt: must end in .html or .htm."),
        ("figure map --table t.parquet --out m.jpg", "--out m.jpg: must end in .png or .svg."),
        ("fit_figure corner f.yaml --folder f --out m.pdf", "--out m.pdf: must end in .png or .svg."),
        ("fit networks/cuba/fit.yaml --out README.md", "--out README.md: is a file; name a folder"),
        ("posterior networks/cuba/fit.yaml --folder README.md", "--folder README.md: is a file; name a folder"),
        ("pages t.parquet --out README.md", "--out README.md: is a file; name a folder"),
        ("archive config/smoke.yaml --out README.md", "--out README.md: is a file; name a folder"),
        ("adopt networks/cuba/network.py --out README.md", "--out README.md: is a file; name a folder"),
        ("build --results README.md", "--results README.md: is a file; name a folder"),
        ("simulate --results README.md", "--results README.md: is a file; name a folder"),
    ],
)
def test_a_file_of_another_kind_than_its_name_says_is_refused_before_anything_is_read(words, said):
    assert refused(*words.split()).startswith(said)


def test_the_verbs_of_the_paper_refuse_the_same():
    wrong = ("compare", "--out", "x.parquet", "--html", "x.html", "--verdict", "x.json")
    assert refused(*wrong, verbs=paper) == "--out x.parquet: must end in .csv."


def test_a_folder_with_a_fitting_name_is_no_file(tmp_path):
    (tmp_path / "x.csv").mkdir()
    with pytest.raises(ConfigError, match=r"--out .*: is a folder; name a file that ends in \.csv"):
        ending("--out", ".csv")(tmp_path / "x.csv")
    assert ending("--out", ".csv")(None) is None
    assert as_folder("--out")(tmp_path / "new") == tmp_path / "new"


def test_a_file_is_not_written_over_what_it_is_made_from_nor_twice(tmp_path):
    points, link = tmp_path / "points.parquet", tmp_path / "link.parquet"
    points.write_bytes(b"precious")
    link.symlink_to(points)
    for words in (
        ("simulate", "--points", points, "--out", points),
        ("simulate", "--points", points, "--out", link),
        ("simulate", "--points", points, "--out", tmp_path / "a.parquet", "--spikes", tmp_path / "x/../a.parquet"),
        ("features", points, "--points", tmp_path / "p.parquet", "--out", points, "--summary", tmp_path / "s.csv"),
        ("features", tmp_path / "c.parquet", "--points", points, "--out", link, "--summary", tmp_path / "s.csv"),
    ):
        assert "is the same file as " in refused(*words)
    assert points.read_bytes() == b"precious"
    same = {"--out": tmp_path / "a", "--summary": tmp_path / "a"}
    with pytest.raises(ConfigError, match=r"--summary .*/a: is the same file as --out; name another"):
        refuse_same(same, {})
    refuse_same(same | {"--summary": None}, {"--points": points})


def test_a_script_takes_the_place_of_one_that_the_verb_wrote_and_of_nothing_else(tmp_path):
    mine, new = tmp_path / "mine.py", tmp_path / "new.py"
    mine.write_text("# mine\n")
    assert "mine.py: there is a file of that name that this verb did not write" in refused(
        "script", "--network", CUBA, "--out", mine
    )
    assert mine.read_text() == "# mine\n"
    for value in ("1.5", "2"):
        done = CliRunner().invoke(app, ["script", "--network", CUBA, "--set", f"w_e={value}", "--out", f"{new}"])
        assert done.exit_code == 0, done.exception
        assert f"protocol base, w_e={value}\n" in new.read_text()
    (tmp_path / "cells").mkdir()
    assert "cells, where modules of the script would go" in refused(
        "script", "--network", CUBA, "--out", tmp_path / "cells.py"
    )


def test_the_page_of_a_diagnosis_takes_the_place_of_such_a_page_alone(tmp_path):
    page = tmp_path / "page.html"
    page.write_text("<!doctype html><title>Mine</title>")
    assert "page.html: there is a file of that name" in refused("doctor", f"{CUBA}/network.py", "--html", page)
    page.write_text(BEGIN + "<title>Diagnosis of mine</title>")
    refuse_foreign("--html", page, BEGIN)
    refuse_foreign("--html", tmp_path / "none", BEGIN)


def test_the_data_beside_a_figure_take_the_place_of_such_data_alone(tmp_path):
    from test_shape import shown

    table, network = shown(tmp_path)
    own = tmp_path / "mine.csv"
    own.write_text("a,b\n1,2\n")
    words = ("figure", "curves", "--network", network, "--table", table, "--out")
    assert "mine.csv, where its data would go, is there and is no figure's" in refused(*words, tmp_path / "mine.png")
    assert own.read_text() == "a,b\n1,2\n"
    assert not (tmp_path / "mine.png").exists()
    for _ in range(2):
        assert CliRunner().invoke(app, [f"{word}" for word in (*words, tmp_path / "new.svg")]).exit_code == 0


def test_another_script_is_not_adopted_into_the_folder_of_a_network(tmp_path):
    script = tmp_path / "other.py"
    script.write_text("x = 1\n")
    before = Path(CUBA, "knobs.yaml").read_text()
    with pytest.raises(ConfigError, match=r"networks/cuba: is the network of another script, .*/network\.py"):
        take(script, Path(CUBA), tmp_path)
    assert Path(CUBA, "knobs.yaml").read_text() == before


def test_the_home_folder_stands_for_itself(monkeypatch):
    monkeypatch.setenv("HOME", "/home/someone")
    content = {"model": CUBA, "results": "~/r", "sweeps": {"a": "~/a.yaml"}}
    run = parse(Run, content, "config.yaml")
    assert (run.results, run.sweeps["a"]) == ("/home/someone/r", "/home/someone/a.yaml")
    with pytest.raises(ConfigError, match=r"config\.yaml: results = '~nobody-here/r': there is no user 'nobody-here'"):
        parse(Run, content | {"results": "~nobody-here/r"}, "config.yaml")


def test_the_home_folder_behind_an_equals_sign_stands_for_itself_too(monkeypatch, capsys, tmp_path):
    """The shell leaves it as it is there."""
    (tmp_path / "r").write_text("")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setattr("sys.argv", ["pipeline", "build", "--results=~/r"])
    with pytest.raises(SystemExit):
        pipeline.__main__.main()
    assert f"--results {tmp_path}/r: is a file" in capsys.readouterr().err


def make(target, folder, env=None, **more):
    """A make that calls these tests hands down its own flags, in which PYTHON stands above that of the environment."""
    env = {key: value for key, value in (env or os.environ).items() if key not in ("MAKEFLAGS", "MAKEOVERRIDES")}
    command = ["make", "--no-print-directory", "--file", str(ROOT / "Makefile"), target]
    return subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, check=True, **more).stdout


def test_make_setup_leaves_an_environment_that_another_folder_lends_by_a_link(tmp_path):
    """A lock that differs from that of its owner would have it emptied through the link."""
    lent, folder = tmp_path / "lent", tmp_path / "clone"
    lent.mkdir()
    folder.mkdir()
    (lent / "installed").write_text("by another lock")
    (folder / "requirements.lock").write_text("")
    (folder / ".venv").symlink_to(lent)
    assert make("setup", folder) == ""
    assert [path.name for path in lent.iterdir()] == ["installed"]


PYTHON = """#!/bin/sh
case "$*" in
    -V*) echo "Python 3.11.0" ;;
    "-m venv"*) mkdir -p .venv/bin; cp "$0" .venv/bin/python ;;
esac
case "$*" in -m*) echo "$*" >> calls ;; esac
"""


def test_make_setup_installs_the_packages_and_this_software_once_in_each_place(tmp_path):
    """Catches an environment in which `from pipeline import Network` works in the clone alone."""
    (tmp_path / "python").write_text(PYTHON)
    (tmp_path / "python").chmod(0o755)
    folder = tmp_path / "clone"
    folder.mkdir()
    (folder / "requirements.lock").write_text("")
    env = {**os.environ, "PYTHON": str(tmp_path / "python")}
    assert make("setup", folder, env=env) == "Setting up .venv with Python 3.11.0, about a minute\n"
    calls = (folder / "calls").read_text().splitlines()
    assert calls == [
        "-m venv --clear .venv",
        "-m pip install --quiet --requirement requirements.lock",
        "-m pip install --quiet --no-deps --no-build-isolation --editable .",
    ]
    assert make("setup", folder, env=env) == ""
    assert (folder / "calls").read_text().splitlines() == calls
    moved = folder.rename(tmp_path / "moved")
    make("setup", moved, env=env)
    assert (moved / "calls").read_text().splitlines() == calls * 2


def test_make_clean_leaves_results_and_deletes_them_only_when_told_so(tmp_path):
    for name in ("results", ".snakemake", ".mypy_cache"):
        (tmp_path / name).mkdir()
    for name in ("README.md", "mine.csv"):
        (tmp_path / "results" / name).write_text("")
    make("clean", tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {"results", ".snakemake"}
    for answer in ("", "no\n", "y\n"):
        assert "Nothing is deleted." in make("clean-results", tmp_path, input=answer)
        assert (tmp_path / "results" / "mine.csv").exists()
    assert "They are deleted." in make("clean-results", tmp_path, input="yes\n")
    assert [path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*")] == ["results", "results/README.md"]
