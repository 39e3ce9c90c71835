"""results/README.md: every file that a run leaves has a row there, whatever rule or verb makes it."""

import re
import subprocess
from pathlib import Path

import pytest
import yaml
from conftest import snakemake

from pipeline.config.reader import read_yaml
from pipeline.plan.run import Plan
from pipeline.records.finished import needed

README = Path("results/README.md")
ROWS = re.findall(r"^\| (`.*`) \| ", README.read_text(encoding="utf-8"), re.MULTILINE)
PLACES = [place for row in ROWS for place in re.findall(r"`([^`]+)`", row)]


def _pattern(place):
    """Return what a place stands for: words in capitals are names, a folder is all that it holds."""
    names = re.sub(r"[A-Z]{2,}", "[^/]+", re.escape(place))
    return re.compile(names.removesuffix("/") + "(/.*)?" if place.endswith("/") else names)


def unnamed(places):
    """Return the places that no row names."""
    patterns = [_pattern(place) for place in PLACES]
    return sorted({place for place in places if not any(pattern.fullmatch(place) for pattern in patterns)})


def test_a_file_without_a_row_is_noticed():
    assert len(PLACES) == len(set(PLACES)) > 30
    assert unnamed(["figures/a.png", "sweeps/map/features.parquet", "build/0123/main.cpp"]) == []
    assert unnamed(["figures/a.pdf", "sweeps/map/rows.parquet", "new.csv"]) == [
        "figures/a.pdf", "new.csv", "sweeps/map/rows.parquet",
    ]  # fmt: skip


def _declared(config, *targets):
    """Return the outputs of all jobs of a run, as Snakemake lists them, by their places in the results."""
    told = snakemake(config, *targets, "--summary", "--forceall", "--nolock")
    outputs = [line.split("\t")[0] for line in told.partition("output_file\t")[2].splitlines()[1:] if "\t" in line]
    return [Path(one).relative_to(yaml.safe_load((config / "run.yaml").read_text())["results"]) for one in outputs]


def test_every_output_that_a_rule_declares_has_a_row(tmp_path):
    """The default run, its archive and the figures of the paper: what the short run of the tests does not make."""
    content = read_yaml("config/config.yaml") | {"results": str(tmp_path / "results")}
    (tmp_path / "run.yaml").write_text(yaml.safe_dump(content))
    for targets in ((), ("archive",), ("figures",)):
        declared = [path.as_posix() for path in _declared(tmp_path, *targets)]
        assert len(declared) > 20
        assert unnamed(declared) == []


@pytest.mark.parametrize("change", [{"leaders": {"best": 2, "first_seed": 900, "networks": 2, "duration": 0.2}}, {}])
def test_every_file_that_an_archive_asks_for_has_a_row(change):
    plan = Plan(read_yaml("networks/cuba/config.yaml"), "config")
    plan.fit = plan.fit.model_validate(plan.fit.model_dump() | change)
    files, rows = needed(plan)
    places = [path.relative_to(plan.run.results).as_posix() for path in [*files, *rows]]
    assert ("fit/leaders.csv" in places) == bool(change)
    assert unnamed(places) == []


def test_git_keeps_the_table_and_nothing_else_of_the_results():
    def ignored(path):
        return subprocess.run(["git", "check-ignore", "--quiet", path], check=False).returncode == 0

    if not Path(".git").exists():
        pytest.skip("no checkout")
    assert not ignored("results/README.md")
    assert ignored("results/index.html")
    assert ignored("results/smoke/README.md")
