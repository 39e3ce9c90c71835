"""A run as a folder of its own: whole, readable by others, and its check finds what was changed."""

import json
import re
import shutil
import subprocess
from pathlib import Path

import pandas as pd
import pytest
import typer
import yaml
from conftest import ROOT, RUN, pipeline, snakemake
from rocrate.rocrate import ROCrate

from pipeline.cli import records
from pipeline.config.reader import ConfigError, fingerprint, read_yaml
from pipeline.config.tables import read_rows, write_rows
from pipeline.plan.run import Plan, Run
from pipeline.records import archive, audit
from pipeline.records.finished import needed
from pipeline.sweep import grid

FEATURES = "results/sweeps/map/features.parquet"
PICTURES = [
    f"results/figures/{sweep}_{kind}_{protocol}.png"
    for sweep, protocols, kinds in (
        ("gains", ("whisking", "whisking_slow", "touch"), ("pairs", "dependence", "distributions")),
        ("map", ("whisking", "touch"), ("map", "family")),
    )
    for protocol in protocols
    for kind in kinds
]
"""The figures of sweeps, in the order in which they are drawn again."""


@pytest.fixture(scope="module")
def archived(said, config, tmp_path_factory):
    """Archive the smoke run and copy the archive elsewhere."""
    text = snakemake(config, "archive")
    assert all(f"{picture}: drawn again" in text for picture in PICTURES)
    (others,) = re.findall(r"^left as they are, being of no sweep alone: (.*)$", text, re.MULTILINE)
    assert {"fit_history.png", "rates.png"} <= set(others.split(", "))
    return shutil.copytree(Path(RUN, "archive"), tmp_path_factory.mktemp("elsewhere") / "copy")


def test_an_archive_is_whole_and_no_program_or_path_of_this_machine_is_in_its_configuration(archived):
    for place in (
        *("README.md", "requirements.lock", "workflow/Snakefile", "pipeline/engine/watch.h"),
        *("networks/gutnisky2017/targets/gutnisky2017_base.csv", "networks/gutnisky2017/paper/rules.smk"),
        *("results/index.html", "results/pages/fit.html", "results/figures/rates.svg", PICTURES[0], FEATURES),
        *("results/fit/trials.parquet", "results/fit/journal/fit.jsonl"),
    ):
        assert (archived / place).is_file(), place
    assert not (archived / "results" / "build").exists()
    assert not list(archived.rglob("__pycache__"))
    run = yaml.safe_load((archived / "config" / "config.yaml").read_text())
    assert run["results"] == "results"
    for path in (run["model"], run["fit"], *run["sweeps"].values()):
        assert not Path(path).is_absolute()
        assert (archived / path).is_file()
    rows = pd.read_parquet(archived / FEATURES)
    assert all((archived / "results" / "records" / f"{name}.json").is_file() for name in rows["record"])


def _commands(folder):
    """Return the words of the commands that the README of an archive shows, `python -m pipeline` left out."""
    text = (folder / "README.md").read_text()
    return [line.split() for line in re.findall(r"^    python -m pipeline (.*)$", text, re.MULTILINE)]


def test_its_rows_can_be_explained_there_as_its_readme_says(archived, config):
    (_, explain) = _commands(archived)
    assert explain == ["explain", "examples/0", "--network", "config/outside/network/knobs.yaml"]
    said = pipeline(*explain, cwd=archived).stdout
    assert "commit unknown" not in said  # that of the rows, though the archive is no checkout
    assert "This repeats it bit for bit" in said


def test_the_archive_of_a_fit_alone_names_a_run_of_its_best_trial(said, config):
    """There is no sweep whose first row could be named."""
    plan = Plan(read_yaml(config / "run.yaml"), "run.yaml")
    plan.sweeps = {}
    row, form = archive.example(plan)
    trials = [trial for trial in read_rows(Path(RUN, "fit", "trials.parquet")) if trial["score"] is not None]
    best = min(trials, key=lambda trial: trial["score"])["trial"]
    assert row.split("/")[:2] == ["fit", f"{best}"]
    assert len(row.split("/")) == len(form.split("/")) == 4
    said = pipeline("explain", row, "--results", RUN).stdout
    assert "This repeats it bit for bit:" in said
    assert re.search(r"^\S+ -m pipeline simulate .* --json$", said, re.MULTILINE)


@pytest.fixture(params=["here", "outside"])
def own(request, tmp_path, monkeypatch):
    """Archive a run of a network of a user's own, its table alone: in this folder, or with its script elsewhere."""
    source = ROOT / "networks" / "cuba"
    folder = source
    if request.param == "outside":
        folder = tmp_path / "mine" / "net"
        shutil.copytree(source, folder)
        shutil.move(folder / "network.py", tmp_path / "mine" / "net.py")
        for name, old, new in (("knobs", '"network.py"', '"../net.py"'), ("fit", "networks/cuba", f"{folder}")):
            path = folder / f"{name}.yaml"
            path.write_text(path.read_text().replace(old, new))
    content = {"model": f"{folder}", "results": f"{tmp_path / 'results'}", "fit": f"{folder}/fit.yaml"}
    content["sweeps"] = {"sweep": f"{folder}/sweep.yaml"}
    plan = Plan(content, "run.yaml")
    code = {"commit": None, "dirty": None, "sources": "s", "measuring": "m"}
    record = {"code": code, "program": {"compiler": "g++", "flags": [], "build": "b"}, "config": {}}
    record |= {"libc": "", "cpu": "c", "python": "3", "packages": {"numpy": "2"}}
    records = tmp_path / "results" / "records" / f"{fingerprint(record)}.json"
    records.parent.mkdir(parents=True)
    records.write_text(json.dumps({"date": "2026-01-01", **record}))
    measured = dict.fromkeys(("wall_s", "cpu_s", "memory_mb"), 1.0) | {"build": "b", "record": records.stem}
    rows = grid.points(plan.sweeps["sweep"], plan.model).to_pylist()
    table = tmp_path / "results" / "sweeps" / "sweep" / "features.parquet"
    write_rows(table, [{**row, "status": "ok", "problem": None, **measured} for row in rows])
    monkeypatch.setattr(archive, "_made", lambda *_: [table, records])
    copied, texts = archive.files(plan, content)
    archive.fill(tmp_path / "archive", copied, texts)
    archive.seal(tmp_path / "archive")
    return tmp_path / "archive"


def test_a_network_of_ones_own_can_be_explained_in_its_archive_as_the_readme_says(own):
    """Catches the default network in the commands, and a script that is not found from its knob table."""
    (check, explain) = _commands(own)
    assert check == ["audit"]
    said = pipeline(*explain, cwd=own).stdout
    assert "row        sweep/0 in results/sweeps/sweep/features.parquet" in said
    repeat = re.search(r"^\S+ -m pipeline (simulate .*) --json$", said, re.MULTILINE)[1].split()
    assert repeat[repeat.index("--model") + 1] == explain[-1]
    (own / "results" / "cuba").mkdir()
    for left in ("build.lock", "cuba/build.lock", "cuba/build/0123/main", "build/0123/main"):  # of that command
        (own / "results" / left).parent.mkdir(parents=True, exist_ok=True)
        (own / "results" / left).touch()
    assert audit.damaged(own)[1] == {}
    said = pipeline("check", "config/config.yaml", cwd=own).stdout  # all that it names is there, the fit's targets, too
    assert "60 done already" not in said  # other code made them
    assert "60 to do" in said


def test_its_check_passes_elsewhere_and_fails_when_a_value_of_a_table_is_flipped(archived, tmp_path):
    copy = shutil.copytree(archived, tmp_path / "copy")
    said = pipeline("audit", cwd=copy).stdout
    assert "files are as they were archived" in said
    assert said.count("identical in all") == len(PICTURES)
    table = pd.read_parquet(copy / FEATURES)
    table.loc[0, "rate_E"] = 2 * table.loc[0, "rate_E"] + 1
    table.to_parquet(copy / FEATURES)
    assert audit.damaged(copy)[1] == {FEATURES: "is not as it was archived"}
    archive.seal(copy)  # whoever changes the checksums, too, is found by the figure
    said = pipeline("audit", code=1, cwd=copy).stdout
    assert "files are as they were archived" in said
    assert re.search(r"results/figures/map_map_whisking.png: \d+ of \d+ pixels differ when it is drawn again", said)
    assert said.count("identical in all") == len(PICTURES) - 2


def test_a_lost_or_changed_file_fails_the_check(archived, tmp_path):
    copy = shutil.copytree(archived, tmp_path / "copy")
    (copy / "results" / "validation.csv").unlink()
    (copy / "results" / "index.html").write_text("other")
    wrong = {"results/index.html": "is not as it was archived", "results/validation.csv": "is missing"}
    assert audit.damaged(copy)[1] == wrong
    assert "\n".join(f"{place}: {what}" for place, what in wrong.items()) in pipeline("audit", code=1, cwd=copy).stdout


def test_others_can_read_what_it_is(archived):
    crate = ROCrate(archived)
    files = {entity.id for entity in crate.get_by_type("File")}
    paths = [path for path in archived.rglob("*") if path.is_file() and path.suffix != ".pyc"]  # of checks run in it
    there = {path.relative_to(archived).as_posix() for path in paths}
    assert files == there - {"ro-crate-metadata.json", audit.CHECKSUMS}
    assert crate.mainEntity.id == "workflow/Snakefile"
    assert "ComputationalWorkflow" in crate.mainEntity.type
    (action,) = crate.get_by_type("CreateAction")
    assert action["instrument"] is crate.mainEntity
    assert action["startTime"] <= action["endTime"]
    assert FEATURES in {entity.id for entity in action["result"]}
    assert "config/config.yaml" in {entity.id for entity in action["object"]}
    for key in ("name", "description", "datePublished", "license"):
        assert crate.root_dataset[key]


def test_a_folder_of_something_else_is_not_replaced_and_a_failure_leaves_the_old_archive(tmp_path):
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(ConfigError, match="is a folder of something else"), archive.written(tmp_path):
        pass
    assert (tmp_path / "mine.txt").read_text() == "mine"
    out = tmp_path / "archive"
    with archive.written(out) as folder:
        (folder / "old.txt").write_text("old")
        archive.seal(folder)

    def fail():
        with archive.written(out) as folder:
            (folder / "new.txt").write_text("new")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fail()
    assert sorted(path.name for path in out.iterdir()) == [audit.CHECKSUMS, "old.txt"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["archive", "mine.txt"]


ADDRESS = "postgresql+psycopg://me:secret@host/name"


def _asked(config, folder, fit=None, **changed):
    """Return the configuration of the smoke run with `fit` in place of its own and keys changed."""
    content = yaml.safe_load((config / "run.yaml").read_text()) | changed
    if fit is not None:
        (folder / "fit.yaml").write_text(fit)
        content["fit"] = str(folder / "fit.yaml")
    return content


@pytest.mark.parametrize("key", ["storage: {}", '"storage": {}', "storage: >-\n  {}", "? storage\n: '{}'"])
def test_the_address_of_a_database_is_not_archived(said, config, tmp_path, key):
    fit = (config / "fit.yaml").read_text()
    content = _asked(config, tmp_path, f"{fit}\n{key.format(ADDRESS)}\n", storage=ADDRESS, workers=2)
    copied, texts = archive.files(Plan(content, "run.yaml"), content)
    (place,) = [place for place in texts if place.endswith("fit.yaml")]
    assert place not in copied
    assert yaml.safe_load(texts[place]) == yaml.safe_load(fit)
    assert not any("secret" in text for text in texts.values())
    run = yaml.safe_load(texts[archive.CONFIG])
    assert run["fit"] == place
    assert "storage" not in run
    Run(**run)  # which would refuse workers without a database


def test_a_fit_without_a_database_is_archived_byte_for_byte(archived, config):
    place = yaml.safe_load((archived / "config" / "config.yaml").read_text())["fit"]
    assert (archived / place).read_bytes() == (config / "fit.yaml").read_bytes()


def test_a_file_that_quotes_the_address_of_a_database_is_refused(said, config, tmp_path):
    content = _asked(config, tmp_path, (config / "fit.yaml").read_text() + f"\n# storage: {ADDRESS}\n", storage=ADDRESS)
    with pytest.raises(ConfigError, match=r"fit\.yaml: quotes the address of the database"):
        archive.files(Plan(content, "run.yaml"), content)


def test_a_page_does_not_quote_the_address_of_a_database(said, config, tmp_path):
    (tmp_path / "run.yaml").write_text(yaml.safe_dump(_asked(config, tmp_path, storage=ADDRESS)))
    planned = snakemake(tmp_path, "page", "--forcerun", "page", "--dry-run", "--printshellcmds", "--nolock")
    assert '"storage": "left out"' in planned
    assert "secret" not in planned


@pytest.fixture
def finished(said, config, tmp_path):
    """Copy the results of the smoke run, and return its configuration with these."""
    own = shutil.copytree(RUN, tmp_path / "run", ignore=shutil.ignore_patterns("build", "archive", "logs"))
    return _asked(config, tmp_path, results=str(own))


def _refused(content):
    with pytest.raises(ConfigError) as error:
        archive.files(Plan(content, "run.yaml"), content)
    return str(error.value)


def test_a_run_that_lacks_something_is_not_archived(finished):
    results = Path(finished["results"])
    lost = [
        *("sweeps/gains/features.parquet", "sweeps/touch/summary.csv", "sweeps/map/points.parquet"),
        *("fit/trials.parquet", "fit/model.yaml", "fit/posterior.json", "pages/fit.html", "pages/points.html"),
        *("figures/map_map_touch.png", "figures/raster_touch.svg", "figures/fit_corner.png", "index.html"),
        *(str(path.relative_to(results)) for path in results.rglob("*.spikes.parquet")),
    ]
    assert lost[-1].endswith(".spikes.parquet")
    for place in lost:
        (results / place).rename(results / "away")
        assert _refused(finished) == f"{results / place}: is missing; run the workflow first."
        (results / place).touch()
        assert _refused(finished) == f"{results / place}: is empty; run the workflow first."
        (results / "away").rename(results / place)
    copied, _ = archive.files(Plan(finished, "run.yaml"), finished)
    assert {f"results/{place}" for place in lost} < set(copied)
    plan = Plan(finished, "run.yaml")
    own = {f"{name}.{kind}" for name in ("rates", "response") for kind in ("png", "svg")}
    drawn = {path for path in (results / "figures").iterdir() if path.suffix != ".csv" and path.name not in own}
    assert drawn <= set(needed(plan)[0])  # no figure is forgotten there


def test_a_run_with_a_damaged_or_short_table_is_not_archived(finished, tmp_path):
    results = Path(finished["results"])
    for place in ("sweeps/gains/features.parquet", "fit/trials.parquet", "fit/posterior.parquet"):
        whole = (results / place).read_bytes()
        for bad in (whole[: len(whole) // 2], b"PAR1" + bytes(range(256)) * 8):
            (results / place).write_bytes(bad)
            said = _refused(finished)
            assert said.startswith(f"{results / place}: cannot be read as a Parquet table")
            assert said.endswith("; delete it and run the workflow first, which makes it anew.")
        (results / place).write_bytes(whole)
    record = next((results / "records").iterdir())
    whole = record.read_bytes()
    record.write_bytes(whole[:40])
    assert _refused(finished).startswith(f"{record}: cannot be read as the record")
    record.write_bytes(whole)
    table = results / "sweeps" / "gains" / "features.parquet"
    rows = read_rows(table)
    write_rows(table, rows[1:])
    assert _refused(finished) == (
        f"{table}: has {len(rows) - 1} rows, but its sweep has {len(rows)} points; run the workflow first."
    )
    table.unlink()
    (tmp_path / "run.yaml").write_text(yaml.safe_dump(finished))
    said = pipeline("archive", tmp_path / "run.yaml", "--out", tmp_path / "archive", code=2).stderr
    assert said == f"error: {table}: is missing; run the workflow first.\n"
    assert not (tmp_path / "archive").exists()


@pytest.fixture
def sealed(tmp_path):
    """Make a folder of two files and their checksums."""
    (tmp_path / "results").mkdir()
    (tmp_path / "one.txt").write_text("1")
    (tmp_path / "results" / "two.txt").write_text("2")
    archive.seal(tmp_path)
    return tmp_path


def test_checksums_are_as_sha256sum_reads_them(sealed):
    assert audit.damaged(sealed) == (2, {})
    subprocess.run(["sha256sum", "--check", "--strict", audit.CHECKSUMS], cwd=sealed, check=True, capture_output=True)


def test_checksums_that_are_shortened_or_changed_do_not_pass(sealed):
    lines = (sealed / audit.CHECKSUMS).read_text().splitlines(keepends=True)
    short = {audit.CHECKSUMS: "is not as it was written: lines are lost or changed"}
    one, two = {"one.txt": "is not in manifest-sha256.txt"}, {"results/two.txt": "is not in manifest-sha256.txt"}
    for kept, wrong in ((lines[:1], two), (lines[:2], {}), (lines[1:], one), ([lines[0], lines[2]], two)):
        (sealed / audit.CHECKSUMS).write_text("".join(kept))
        assert audit.damaged(sealed)[1] == short | wrong
    for content in (b"", b"\n", b"\xff\x00\xfe" * 40, lines[-1].encode()):
        (sealed / audit.CHECKSUMS).write_bytes(content)
        assert audit.damaged(sealed) == (0, {audit.CHECKSUMS: f"cannot be {UNREADABLE}"})


UNREADABLE = "read as a list of checksums, so no file was compared with its own"


def test_files_that_are_not_listed_are_named_but_those_that_use_leaves(sealed):
    for place in ("results/build/x/main", ".venv/bin/python", "pipeline/__pycache__/a.pyc"):
        (sealed / place).parent.mkdir(parents=True)
        (sealed / place).touch()
    assert audit.damaged(sealed) == (2, {})
    (sealed / "results" / "more.csv").touch()
    (sealed / ".hidden").touch()
    said = "is not in manifest-sha256.txt"
    assert audit.damaged(sealed) == (2, {".hidden": said, "results/more.csv": said})


def _audited(folder, monkeypatch, capsys):
    """Audit a damaged archive; return the lines that it says, but that on figures which are not drawn again."""
    monkeypatch.chdir(folder)
    with pytest.raises(typer.Exit) as left:
        records.audit()
    assert left.value.exit_code == 1
    said = capsys.readouterr().out
    assert "again, which" not in said
    assert "delete" not in said
    return [line for line in said.splitlines() if not line.startswith("left as they are, ")]


def test_an_emptied_list_of_checksums_fails_the_check_and_figures_are_still_drawn(
    archived, tmp_path, monkeypatch, capsys
):
    copy = shutil.copytree(archived, tmp_path / "copy")
    (copy / audit.CHECKSUMS).write_bytes(b"\xff\x00")
    said = _audited(copy, monkeypatch, capsys)
    assert said[0] == f"{audit.CHECKSUMS}: cannot be {UNREADABLE}"
    assert [line.partition(":")[0] for line in said[1:]] == PICTURES
    assert all("identical in all" in line for line in said[1:])


@pytest.mark.parametrize("damage", [lambda whole: b"\x8f\x00 random" * 9, lambda whole: b"", lambda whole: whole[:999]])
def test_damaged_files_are_named_and_all_else_is_still_checked(archived, tmp_path, monkeypatch, capsys, damage):
    copy = shutil.copytree(archived, tmp_path / "copy", ignore=shutil.ignore_patterns("__pycache__"))
    table = "results/sweeps/map/features.parquet"
    monkeypatch.chdir(copy)
    real = records.draw

    def draw(kind, source, outs, *more):  # what is not damaged is not drawn anew: other tests do that
        if (copy / source).read_bytes() != (archived / source).read_bytes():
            return real(kind, source, outs, *more)
        return shutil.copy(archived / "results" / "figures" / outs[0].name, outs[0])

    monkeypatch.setattr(records, "draw", draw)
    for basis in ({PICTURES[0]: PICTURES[0]}, dict.fromkeys(PICTURES[9:], table)):  # figure: what it rests on
        for place in set(basis.values()):
            (copy / place).write_bytes(damage((copy / place).read_bytes()))
        said = _audited(copy, monkeypatch, capsys)
        changed = list(dict.fromkeys(basis.values()))
        assert said[: len(changed)] == [f"{place}: is not as it was archived" for place in changed]
        for picture, line in zip(PICTURES, said[len(changed) :], strict=True):
            if picture in basis:
                assert line == f"{picture}: not checked, for {basis[picture]} is not as it was archived"
            else:
                assert line.startswith(f"{picture}: drawn again from")
        archive.seal(copy)  # who changes the checksums, too, is found by what is drawn, or cannot be
        said = _audited(copy, monkeypatch, capsys)
        assert said[0].endswith("files are as they were archived")
        for picture, line in zip(PICTURES, said[1:], strict=True):
            assert line.startswith(f"{picture}: ")
            assert ("identical in all" in line) == (picture not in basis), line
        for place in basis.values():
            shutil.copy(archived / place, copy / place)
        archive.seal(copy)


def test_figures_of_a_damaged_configuration_are_named_as_not_checked(archived, tmp_path, monkeypatch, capsys):
    copy = shutil.copytree(archived, tmp_path / "copy")
    with open(copy / archive.CONFIG, "a") as file:
        file.write("# more\n")
    said = _audited(copy, monkeypatch, capsys)
    assert said[1:] == [f"{name}: not checked, for {archive.CONFIG} is not as it was archived" for name in PICTURES]
    (copy / archive.CONFIG).write_bytes(b"\xff: [")
    said = _audited(copy, monkeypatch, capsys)
    assert said[0] == f"{archive.CONFIG}: is not as it was archived"
    assert said[1].startswith(
        "figures: not checked, for the configuration cannot be read: config/config.yaml: cannot be read (it is not"
    )
    (copy / archive.CONFIG).write_bytes(b": [")
    said = _audited(copy, monkeypatch, capsys)
    assert said[1].startswith("figures: not checked, for the configuration cannot be read: config/config.yaml: is not")


def test_an_audit_outside_of_an_archive_is_refused():
    run = pipeline("audit", code=2)
    assert run.stderr == "error: audit: there is no manifest-sha256.txt here; run this in the folder of an archive.\n"
