"""The package holds nothing of one network: neither of its populations and knobs nor of the paper that it is from."""

import re
from importlib.metadata import PackageNotFoundError, metadata
from pathlib import Path

import pytest
from conftest import NETWORK
from packaging.specifiers import SpecifierSet

from pipeline.config.reader import read_yaml
from pipeline.network.reading import read_model

WORDS = re.compile(
    r"(?i:gutnisky|whisk|halorhodopsin|thalam|barrel|the paper\b)|rate_[EIT]\b|\bR_[EIT]\b|\bpsth_[EIT]\b|\bC_T\b"
    r"|[\"'](?:E|I|T)[\"']"
)
ALLOWED = {
    "cli/commands.py": {"MODEL = Path(", "networks/gutnisky2017"},  # the network of verbs that name none
    "measure/patterns.py": {"(Gutnisky et al. 2017)"},  # the source of two definitions
}
"""Lines of a file in which such words may stand, by what else is in them."""

NAME = re.compile(r"thalamocortical-fit|THALAMOCORTICAL_CACHE")
"""The name of the software, and the variable that is called after it."""

FILES = [*Path("pipeline").rglob("*.*"), *(path for path in Path("workflow").rglob("*") if path.is_file())]


@pytest.mark.parametrize("path", [p for p in FILES if p.suffix not in (".pyc",)], ids=str)
def test_no_file_of_the_package_knows_the_default_network(path):
    """A name of one network in the machinery is wrong, or of no effect, for any other."""
    allowed = ALLOWED.get("/".join(path.parts[1:]), set())
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        found = WORDS.search(NAME.sub("", line))
        assert not found or any(word in line for word in allowed), f"{path}:{number}: {line.strip()}"


def test_no_knob_of_the_default_network_is_named_in_the_package():
    own = [name for name in read_model(NETWORK).adopted.settings if "_" in name and name != "defaultclock_dt"]
    knobs = re.compile(rf"\b(?:{'|'.join(map(re.escape, own))})\b")
    text = {path: path.read_text(encoding="utf-8") for path in Path("pipeline").rglob("*.py")}
    named = {f"{path}": found[0] for path, whole in text.items() if (found := knobs.search(whole))}
    assert named == {}


def test_all_ways_to_install_take_the_same_packages():
    """Each of them with other versions would compute something else than the record of its rows says."""
    steps = re.findall(r"^(?:COPY|RUN) .*", Path("Dockerfile").read_text(encoding="utf-8"), re.MULTILINE)
    assert "COPY requirements.lock ./" in steps
    assert any(step.endswith("--requirement requirements.lock") for step in steps)
    assert {"pip": ["-r requirements.lock"]} in read_yaml("environment.yml")["dependencies"]
    assert Path("docs/installing.md").read_text(encoding="utf-8").count("requirements.lock") >= 3


def test_every_pinned_package_runs_on_the_oldest_python_that_is_promised():
    """Debian's Python is 3.11.2, for which a package that needs 3.11.5 cannot be installed."""
    beyond = []
    for line in Path("requirements.lock").read_text(encoding="utf-8").splitlines():
        try:
            needed = metadata(line.split("==")[0])["Requires-Python"]
        except PackageNotFoundError:  # pinned for a newer Python or another system
            continue
        if needed is not None and not SpecifierSet(needed).contains("3.11.0"):
            beyond.append(f"{line} needs Python {needed}")
    assert beyond == []


def test_snakemakes_container_is_the_file_that_the_docs_make_of_the_image():
    image = re.search(r'^container: os\.path\.join\(ROOT, "(.*)"\)$', Path("workflow/Snakefile").read_text(), re.M)
    text = Path("docs/installing.md").read_text(encoding="utf-8")
    assert image
    assert f"apptainer build {image[1]} " in text
    assert "docker build --tag thalamocortical-fit ." in text


def test_continuous_integration_is_the_script_of_this_repository():
    """With the packages of the system that this installs where it may; those not named there are tests skipped."""
    job = read_yaml(".github/workflows/ci.yml")["jobs"]["ci"]
    commands = [step["run"] for step in job["steps"] if "run" in step]
    assert commands[-1] == ".ci/run"
    asked = re.search(r"install -y -qq (.*) > /dev/null", Path(".ci/run").read_text(encoding="utf-8"))
    given = re.search(r"install -y -qq (.*)", commands[0])
    assert set(asked[1].split()) - set(given[1].split()) == {"chromium"}  # which is there already
