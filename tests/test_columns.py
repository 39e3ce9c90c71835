"""Tables whose columns hold what they cannot: refused with the row, the value, and what must be."""

import made
import pandas as pd
import pyarrow as pa
import pytest

from pipeline.config.reader import ConfigError, read_yaml
from pipeline.config.tables import write_table
from pipeline.fit.reading import fit_targets, read_fit
from pipeline.plan import given
from pipeline.plan.columns import Column, Lists, Words, refuse_wrong

NAN, INF = float("nan"), float("inf")


def _said(values, column):
    table = pa.table({"x": values})
    with pytest.raises(ConfigError) as caught:
        refuse_wrong(table, {"x": column}, "t.parquet")
    return f"{caught.value}"


@pytest.mark.parametrize(
    ("values", "column", "words"),
    [
        ([1.0, 2.5], Column(whole=True), "t.parquet, row 2: x = 2.5 must be a whole number."),
        ([1, -1], Column((0, 10)), "t.parquet, row 2: x = -1 must be from 0 to 10."),
        ([1.0, -0.1], Column((0, INF)), "t.parquet, row 2: x = -0.1 must be at least 0."),
        ([1.0, INF], Column(), "t.parquet, row 2: x = inf must be finite."),
        ([1.0, NAN], Column(), "t.parquet, row 2: x has no value."),
        ([1.0, None], Column(), "t.parquet, row 2: x has no value."),
        ([None, None], Column(), "t.parquet, row 1: x has no value."),
        (["1", "2"], Column(), "t.parquet, row 1: x = '1' must be a number."),
        (["1", "two", "3"], Column(), "t.parquet, row 2: x = 'two' must be a number."),
        ([True, False], Column(), "t.parquet, row 1: x = True must be a number."),
        ([[1.0], [2.0]], Column(), "t.parquet, row 1: x = [1.0] must be a number."),
        ([1, 2, 1], Column(unique=True), "t.parquet, row 3: x = 1 is in row 1, too."),
        ([1, 2], Words(), "t.parquet, row 1: x = 1 must be text."),
        (
            ["ok", "okay"],
            Words(known=("ok", "diverged")),
            "t.parquet, row 2: x = 'okay' is unknown; nearest known: ok.",
        ),
        ([1.0, 2.0], Lists(), "t.parquet, row 1: x = 1 must be a list."),
        ([[1.0], [INF]], Lists(), "t.parquet: a value of x = inf must be finite."),
        ([[1.0], [-1.0]], Lists((0, INF)), "t.parquet: a value of x = -1 must be at least 0."),
    ],
)
def test_a_value_that_a_column_cannot_hold_is_refused_with_its_row(values, column, words):
    assert _said(values, column) == words


@pytest.mark.parametrize(
    ("values", "column"),
    [
        ([1.0, NAN, None], Column(missing=True)),
        ([None, None], Column(missing=True)),
        ([None, None], Words(missing=True)),
        ([[1.0], None, []], Lists(missing=True)),
        ([[[1.0, 2.0]], [[3.0]]], Lists()),
        ([1.0 + 1e-9, -1e-9], Column((0, 1))),  # as far as rounding goes
        ([1.0, 2.0], Column(whole=True, unique=True)),
    ],
)
def test_a_value_that_a_column_can_hold_is_taken(values, column):
    assert refuse_wrong(pa.table({"x": values}), {"x": column}, "t.parquet") is None


def test_a_column_that_is_needed_is_missed_and_another_is_not():
    refuse_wrong(pa.table({"y": [1]}), {"x": Column(needed=False)}, "t.parquet")
    with pytest.raises(ConfigError, match=r"t\.parquet: .* lacks the columns x; it has y"):
        refuse_wrong(pa.table({"y": [1]}), {"x": Column()}, "t.parquet")


@pytest.fixture(scope="module")
def swept(cuba):
    return pd.DataFrame(made.sweep_rows(cuba))


@pytest.mark.parametrize(
    ("column", "value", "words"),
    [
        ("rate_excitatory", -1.0, "row 3: rate_excitatory = -1 must be from 0 to 10000"),
        ("cv_excitatory", INF, "row 3: cv_excitatory = inf must be finite"),
        ("protocol", "nowhere", "row 3: protocol = 'nowhere' is unknown; known: base"),
        ("status", "fine", "row 3: status = 'fine' is unknown"),
        ("w_e", NAN, "row 3: w_e has no value"),
        ("point", 1, "has 1 points twice, the first of them point 1"),
        ("rate_neurons", NAN, "point 2 has the status ok, but its rate_neurons has no value"),
        ("duration", INF, "row 3: duration = inf must be finite"),
    ],
)
@pytest.mark.parametrize("suffix", ["parquet", "csv"])
def test_features_that_no_run_could_leave_are_refused(cuba, swept, tmp_path, column, value, words, suffix):
    path = tmp_path / f"features.{suffix}"
    wrong = swept.copy()
    wrong.loc[2, column] = value
    wrong.to_csv(path, index=False) if suffix == "csv" else write_table(path, pa.Table.from_pandas(wrong))
    with pytest.raises(ConfigError, match="features") as caught:
        given.features_of(path, cuba)
    assert words in f"{caught.value}"
    swept.to_csv(path, index=False) if suffix == "csv" else write_table(path, pa.Table.from_pandas(swept))
    assert list(given.features_of(path, cuba)["w_e"]) == list(swept["w_e"])


def test_a_trial_that_was_simulated_has_a_score_and_knobs_within_their_ranges(cuba, tmp_path):
    settings = f"{made.CUBA}/fit.yaml"
    fit = read_fit(settings, cuba)
    targets, high = fit_targets(fit, cuba, settings), read_yaml(settings)["free"]["w_e"]["high"]

    def said(**change):
        trials = pd.DataFrame(made.trials(cuba))
        for name, value in change.items():
            trials.loc[3, name] = value
        write_table(tmp_path / "trials.parquet", pa.Table.from_pandas(trials))
        with pytest.raises(ConfigError) as caught:
            given.fit_table(tmp_path, "trials.parquet", fit, targets, settings)
        return f"{caught.value}".removeprefix(f"{tmp_path}/trials.parquet")

    assert said(score=NAN) == ": trial 3 was simulated, but its score has no value."
    assert said(w_e=NAN) == ": trial 3 was simulated, but its w_e has no value."
    assert said(w_e=2 * high).startswith(f", row 4: w_e = {2 * high:g} must be from ")
    assert said(trial=2) == ", row 4: trial = 2 is in row 3, too."
    assert said(state="good").startswith(", row 4: state = 'good' is unknown")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("knob,knob\na,b\n", "it has the column 'knob' twice"),
        ("knob,fitted\na,1", "its last line has no end"),
        ("", "its last line has no end"),
        ("knob,fitted\n\xe9,1\n", "it is not UTF-8 text"),
    ],
)
def test_a_csv_file_that_is_none_is_refused_in_plain_words(tmp_path, text, words):
    path = tmp_path / "gains.csv"
    path.write_bytes(text.encode("latin-1"))
    with pytest.raises(ConfigError, match=r"gains\.csv: cannot be read") as caught:
        given.table_of(path, {"knob": Words()})
    assert words in f"{caught.value}"
