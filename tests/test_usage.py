"""Words on the command line that are wrong: one sentence that names the verb and the option, exit code 2, no box."""

import sys

import pytest

from pipeline.__main__ import app, main, run

HELP = "python -m pipeline grid --help says what there is."


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("grid s.yaml --out p.parquet --values many", "grid: --values = 'many' must be a whole number, such as 3."),
        ("grid s.yaml --out p.parquet --values=0.5", "grid: --values = '0.5' must be a whole number, such as 3."),
        ("grid s.yaml --out p.parquet --duration x", "grid: --duration = 'x' must be a number, such as 0.5."),
        ("grid s.yaml --colour 1", "grid: there is no option --colour; nearest known: --out."),
        ("grid --out p.parquet", f"grid: the argument SWEEP is missing; {HELP}"),
        ("grid s.yaml", f"grid: --out is missing; {HELP}"),
        ("grid s.yaml --out p.parquet --values", "grid: option '--values' requires an argument; " + HELP),
        ("nowhere", "no such command 'nowhere'; python -m pipeline --help says what there is."),
        ("grid a.yaml b.yaml --out p.parquet", f"grid: got unexpected extra argument(s) (b.yaml); {HELP}"),
    ],
)
def test_a_wrong_word_is_said_in_one_sentence(monkeypatch, capsys, words, said):
    monkeypatch.setattr(sys, "argv", ["pipeline", *words.split()])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 2
    assert capsys.readouterr().err == f"error: {said}\n"


def test_a_verb_that_is_right_ends_with_0_and_no_word_at_all_with_the_help(monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["pipeline", "definitions"])
    with pytest.raises(SystemExit) as ended:
        main()
    assert not ended.value.code
    monkeypatch.setattr(sys, "argv", ["pipeline"])
    with pytest.raises(SystemExit) as ended:
        run(app, "python -m pipeline")
    said = capsys.readouterr()
    assert ended.value.code == 2
    assert "Usage:" in said.out + said.err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("simulate --points p.parquet --out o.parquet --protocol base", "--points goes with --out, and without --set"),
        ("simulate --chunk 0", "--out, --spikes, --chunk and --of go with --points."),
        ("simulate --set duration=1 --duration 2", "duration is set twice, by --duration, too."),
        ("simulate --protocol=", "unknown protocol ''"),
        ("simulate --set N_E=0.5", "N_E = 0.5 must be a whole number of at least 1: it is the size of"),
        ("simulate --set N_E=-3", "N_E = -3 must be a whole number of at least 1: it is the size of"),
        ("accuracy --features=", "unknown feature ''"),
        ("figure map --table t.parquet --out m.png --spikes s.parquet", "--spikes goes with raster, which map is not."),
        ("figure traces --table t.parquet --out m.png --protocol base", "--protocol goes with raster, which traces is"),
        ("trace --out README.md", "--out README.md: must end in .parquet."),
        ("trace --out README.md/t.parquet", "--out README.md/t.parquet: cannot be made (Not a directory)."),
        ("build --results README.md/x", "--results README.md/x: cannot be made (Not a directory)."),
    ],
)
def test_an_option_that_would_be_ignored_or_taken_for_another_value_is_refused(monkeypatch, capsys, words, said):
    verb, *more = words.split()
    monkeypatch.setattr(sys, "argv", ["pipeline", verb, *more, "--network", "networks/cuba"])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 2
    assert said in capsys.readouterr().err


def test_a_study_without_an_address_leaves_the_fit_as_it_is(monkeypatch, capsys, tmp_path):
    """The file of the fit was taken for a damaged journal, and renamed."""
    path = tmp_path / "fit.yaml"
    with open("networks/cuba/fit.yaml") as file:
        path.write_text(file.read())
    monkeypatch.setattr(sys, "argv", ["pipeline", "study", f"{path}", "--storage=", "--network", "networks/cuba"])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 2
    assert "storage = '' is no database URL" in capsys.readouterr().err
    assert [one.name for one in tmp_path.iterdir()] == ["fit.yaml"]
