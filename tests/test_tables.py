"""Tables that are whole or absent, and a journal that survives a kill."""

import pytest

from pipeline.config.tables import Journal, read_rows, write_rows, written_whole


def test_rows_come_back_with_their_nulls(tmp_path):
    rows = [{"a": 1.5, "b": None, "status": "ok"}, {"a": 2.5, "b": 0.5, "status": "diverged"}]
    write_rows(tmp_path / "deep" / "rows.parquet", rows)
    assert read_rows(tmp_path / "deep" / "rows.parquet") == rows


def test_a_table_has_the_columns_of_all_rows_and_not_of_the_first_alone(tmp_path):
    write_rows(tmp_path / "rows.parquet", [{"a": 1}, {"a": 2, "b": 0.5}, {"c": "x"}])
    assert read_rows(tmp_path / "rows.parquet") == [
        {"a": 1, "b": None, "c": None},
        {"a": 2, "b": 0.5, "c": None},
        {"a": None, "b": None, "c": "x"},
    ]


def test_a_failed_write_leaves_the_old_file_and_nothing_else(tmp_path):
    path = tmp_path / "table.csv"
    path.write_text("old")

    def fail():
        with written_whole(path) as part:
            part.write_text("half")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert path.read_text() == "old"
    assert [found.name for found in tmp_path.iterdir()] == ["table.csv"]


def test_a_journal_outlives_a_torn_line(tmp_path):
    journal = Journal(tmp_path, "0", "run")
    journal.add("a", {"x": 1})
    journal.add("b", {"x": 2})
    file = tmp_path / "0.jsonl"
    file.write_bytes(file.read_bytes()[:-6])
    again = Journal(tmp_path, "0", "run")
    assert again.rows() == {"a": {"x": 1}}
    again.add("c", {"x": 3})
    assert Journal(tmp_path, "1", "run").rows() == {"a": {"x": 1}, "c": {"x": 3}}


def test_a_journal_sees_what_others_add_and_keeps_only_what_is_wanted(tmp_path):
    one, other = Journal(tmp_path, "0", "run"), Journal(tmp_path, "1", "run")
    one.add("a", {"x": 1})
    assert set(one.rows()) == {"a"}
    other.add("b", {"x": 2})
    assert set(one.rows()) == {"a", "b"}
    assert set(Journal(tmp_path, "2", "run", wanted={"b"}).rows()) == {"b"}


def test_a_row_of_an_earlier_run_counts_as_done_only_when_it_is_asked_for(tmp_path):
    Journal(tmp_path, "0", "before").add("a", {"x": 1})
    journal = Journal(tmp_path, "0", "now")
    assert journal.done() == 0
    assert journal.rows() == {"a": {"x": 1}}
    journal.add("a", None)
    assert journal.done() == 1
    assert Journal(tmp_path, "1", "now").rows() == {"a": {"x": 1}}
