"""Damaged files: each is refused by name, or read right, or made again."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time

import pytest
from test_build import translation

from pipeline.config import tables
from pipeline.config.reader import ConfigError
from pipeline.engine import programs


def test_a_parquet_table_with_any_wrong_byte_is_refused_or_read_right(tmp_path):
    path = tmp_path / "rows.parquet"
    rows = [
        {"point": k, "x": k / 7, "psth": [k / 3] * 5, "problem": None if k % 2 else "E is silent"} for k in range(50)
    ]
    tables.write_rows(path, rows)
    content = path.read_bytes()
    refused = 0
    for at in range(0, len(content), 7):
        path.write_bytes(content[:at] + bytes([content[at] ^ 0x10]) + content[at + 1 :])
        try:
            found = tables.read_rows(path)
        except ConfigError:
            refused += 1
        else:
            assert found == rows, at
    assert refused > 50
    for size in (0, 3, 100, len(content) - 1):
        path.write_bytes(content[:size])
        with pytest.raises(ConfigError, match=r"rows.parquet: cannot be read as .*; delete it and run again"):
            tables.read_rows(path)


def test_a_journal_with_any_wrong_byte_loses_that_row_and_no_other(tmp_path):
    rows = {f"{k:016x}": {"x": k / 7, "status": "ok"} for k in range(4)}
    journal = tables.Journal(tmp_path, "0", "run")
    for key, row in rows.items():
        journal.add(key, row)
    file = tmp_path / "0.jsonl"
    content = file.read_bytes()
    for at in range(len(content)):
        file.write_bytes(content[:at] + bytes([content[at] ^ 0x01]) + content[at + 1 :])
        found = tables.Journal(tmp_path, "1", "run").rows()
        assert found.items() <= rows.items(), at
        assert len(found) >= 2, at  # a wrong end of line takes two rows with it


@pytest.mark.parametrize("damage", ["short program", "other program", "no program", "other flags", "list"])
def test_a_damaged_program_is_refused_by_name(quickly, tmp_path, damage):
    directory = programs.ensure(translation(), tmp_path).directory
    main, manifest = directory / "main", directory / "manifest.json"
    content = json.loads(manifest.read_text())
    match damage:
        case "short program":
            main.write_text("ne")
        case "other program":
            main.write_text("old")
        case "no program":
            main.unlink()
        case "other flags":
            manifest.write_text(json.dumps(content | {"specification": content["specification"] | {"flags": []}}))
        case "list":
            manifest.write_text("[]")
    with pytest.raises(ConfigError, match=r"manifest.json: .*; delete the folder .* and build again") as caught:
        programs.ensure(translation(), tmp_path)
    assert len(str(caught.value).splitlines()) == 1
    shutil.rmtree(directory)
    assert programs.ensure(translation(), tmp_path).directory == directory


def test_what_a_killed_build_leaves_is_cleared_and_the_next_one_builds(quickly, tmp_path, monkeypatch):
    """The folder that it left is renamed here to that of a program that is made at once."""
    compiler = tmp_path / "c++"
    flags = '*fsyntax-only*) ;; *"-x c++ -"*) exit 1;;'  # what is asked of flags is answered at once
    compiler.write_text(f'#!/bin/sh\ncase "$*" in *--version*) echo c++ 1.0;; {flags} *) sleep 100;; esac\n')
    compiler.chmod(0o755)
    monkeypatch.setenv("CXX", str(compiler))
    command = [sys.executable, "-m", "pipeline", "build", "--results", str(tmp_path / "results")]
    process = subprocess.Popen(command, start_new_session=True)
    folder = tmp_path / "results" / "build"
    while not (folder.exists() and list(folder.iterdir())):
        assert process.poll() is None
        time.sleep(0.02)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    (left,) = folder.iterdir()
    assert ".part-" in left.name
    (left / "main").write_text("half")
    left.rename(folder / f"{programs.location(programs.specification(translation()), '').name}.part-killed")
    made = programs.ensure(translation(), tmp_path / "results")
    assert list(folder.iterdir()) == [made.directory]
    assert made.executable.read_text().startswith("// a")
