"""A run as a folder of its own: whole, readable by others, and its check finds what was changed."""

import re
import shutil
from pathlib import Path

import pandas as pd
import pytest
import yaml
from conftest import RUN, pipeline, snakemake
from rocrate.rocrate import ROCrate

from pipeline import archive, audit
from pipeline.parameters import ConfigError
from pipeline.settings import Plan

FEATURES = "results/sweeps/whisking/features.parquet"


@pytest.fixture(scope="module")
def archived(said, config, tmp_path_factory):
    """Archive the smoke run and copy the archive elsewhere."""
    text = snakemake(config, "archive")
    assert "results/figures/rates.png: drawn again" in text
    return shutil.copytree(Path(RUN, "archive"), tmp_path_factory.mktemp("elsewhere") / "copy")


def test_an_archive_is_whole_and_no_program_or_path_of_this_machine_is_in_its_configuration(archived):
    for place in (
        *("README.md", "requirements.lock", "Snakefile", "pipeline/observer.h", "config/targets/gutnisky2017_base.csv"),
        *("results/report.html", "results/pages/fit.html", "results/figures/map.svg", FEATURES),
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


def test_its_rows_can_be_explained_there(archived):
    said = pipeline("explain", "whisking/0", "--model", "config/outside/config0/model.yaml", cwd=archived).stdout
    assert "commit unknown" not in said  # that of the rows, though the archive is no checkout
    assert "This repeats it bit for bit" in said


def test_its_check_passes_elsewhere_and_fails_when_a_value_of_a_table_is_flipped(archived, tmp_path):
    copy = shutil.copytree(archived, tmp_path / "copy")
    said = pipeline("audit", cwd=copy).stdout
    assert "files are as they were archived" in said
    assert said.count("identical in all") == 3
    table = pd.read_parquet(copy / FEATURES)
    table.loc[0, "rate_E"] = -table.loc[0, "rate_E"]
    table.to_parquet(copy / FEATURES)
    assert audit.damaged(copy)[1] == [f"{FEATURES}: is not as it was archived"]
    archive.seal(copy)  # whoever changes the checksums, too, is found by the figure
    said = pipeline("audit", code=1, cwd=copy).stdout
    assert "files are as they were archived" in said
    assert re.search(r"results/figures/rates.png: \d+ of \d+ pixels differ when it is drawn again", said)
    assert said.count("identical in all") == 2


def test_a_lost_or_changed_file_fails_the_check(archived, tmp_path):
    copy = shutil.copytree(archived, tmp_path / "copy")
    (copy / "results" / "validation.csv").unlink()
    (copy / "results" / "report.html").write_text("other")
    wrong = ["results/report.html: is not as it was archived", "results/validation.csv: is missing"]
    assert audit.damaged(copy)[1] == wrong
    assert "\n".join(wrong) in pipeline("audit", code=1, cwd=copy).stdout


def test_others_can_read_what_it_is(archived):
    crate = ROCrate(archived)
    files = {entity.id for entity in crate.get_by_type("File")}
    paths = [path for path in archived.rglob("*") if path.is_file() and path.suffix != ".pyc"]  # of checks run in it
    there = {path.relative_to(archived).as_posix() for path in paths}
    assert files == there - {"ro-crate-metadata.json", audit.CHECKSUMS}
    assert crate.mainEntity.id == "Snakefile"
    assert "ComputationalWorkflow" in crate.mainEntity.type
    (action,) = crate.get_by_type("CreateAction")
    assert action["instrument"] is crate.mainEntity
    assert action["startTime"] <= action["endTime"]
    assert FEATURES in {entity.id for entity in action["result"]}
    assert "config/config.yaml" in {entity.id for entity in action["object"]}
    for needed in ("name", "description", "datePublished", "license"):
        assert crate.root_dataset[needed]


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


def test_the_address_of_a_database_is_not_archived(said, config, tmp_path):
    run = yaml.safe_load((config / "run.yaml").read_text())
    fit = Path(run["fit"]).read_text() + "\nstorage: postgresql+psycopg://me:secret@host/name\n"
    (tmp_path / "fit.yaml").write_text(fit)
    content = run | {"fit": str(tmp_path / "fit.yaml")}
    copied, texts = archive.files(Plan(content, "run.yaml"), content)
    (place,) = [place for place in texts if place.endswith("fit.yaml")]
    assert place not in copied
    assert "secret" not in texts[place]
    assert "trials:" in texts[place]


def test_an_audit_outside_of_an_archive_is_refused():
    run = pipeline("audit", code=2)
    assert run.stderr == "error: audit: there is no manifest-sha256.txt here; run this in the folder of an archive.\n"
