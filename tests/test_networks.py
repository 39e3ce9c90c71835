"""The networks that come with the package: each folder is whole, and is of the script that is there."""

from pathlib import Path

import pytest

from pipeline.config.reader import read_yaml
from pipeline.plan.run import Plan

FOLDERS = sorted(path.parent for path in Path("networks").glob("*/config.yaml"))


def test_all_seven_are_there():
    assert [folder.name for folder in FOLDERS] == [
        *("brunel2000", "cobahh", "cuba", "forum_thread", "stdp", "thalamocortical_loop", "wang_buzsaki"),
    ]


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_its_configuration_is_what_a_run_takes(folder):
    """Catches a script that was changed and not adopted again, a knob or feature that is gone, a lost file."""
    plan = Plan(read_yaml(folder / "config.yaml"), folder / "config.yaml")
    assert plan.sweeps
    assert plan.fit is not None
    assert (folder / "README.md").stat().st_size > 200


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_nothing_in_it_is_of_one_machine(folder):
    """Catches absolute paths in what `adopt` writes."""
    home = str(Path.home())
    for path in filter(Path.is_file, folder.iterdir()):
        text = path.read_text(encoding="utf-8")
        assert not any(place in text for place in (home, "/tmp/", str(Path.cwd()))), path
