"""The package as pip installs it, outside a clone: nothing that it needs is left behind, and the workflow runs."""

import fnmatch
import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from conftest import ROOT

import pipeline
from pipeline.config.reader import read_yaml
from pipeline.records.archive import CODE

TOOL = tomllib.loads(Path("pyproject.toml").read_text(encoding="utf-8"))["tool"]["setuptools"]
SHARE = "share/thalamocortical-fit"


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """Lay the package and what goes with it out as pip does, by pyproject.toml; return the folder to call it from."""
    prefix = tmp_path_factory.mktemp("prefix")
    patterns = ["*.py", *TOOL["package-data"]["*"]]

    def left_out(folder, names):
        inside = Path(folder)
        wanted = [name for name in names if any(fnmatch.fnmatch(name, pattern) for pattern in patterns)]
        return {name for name in names if (inside / name).is_file() and name not in wanted} | {"__pycache__"}

    shutil.copytree(ROOT / "pipeline", prefix / "lib" / "pipeline", ignore=left_out)
    record = ["thalamocortical_fit-0.dist-info/METADATA,,"]
    for folder, wanted in TOOL["data-files"].items():
        for path in (path for pattern in wanted for path in sorted(ROOT.glob(pattern)) if path.is_file()):
            (prefix / folder).mkdir(parents=True, exist_ok=True)
            shutil.copy(path, prefix / folder)
            record.append(f"../{folder}/{path.name},,")
    about = prefix / "lib" / "thalamocortical_fit-0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: thalamocortical-fit\nVersion: 0\n")
    (about / "RECORD").write_text("\n".join(record) + "\n")
    (prefix / "work").mkdir()
    return prefix / "work"


def _called(place, *arguments):
    env = {**os.environ, "PYTHONPATH": str(place.parent / "lib")}
    command = [sys.executable, "-m", "pipeline", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=place, env=env)


def test_all_files_of_the_package_are_installed(place):
    """Catches headers, C++ and rules that no pattern of package-data names."""

    def files(folder):
        return {path.relative_to(folder) for path in folder.rglob("*") if path.is_file() and path.suffix != ".pyc"}

    assert files(place.parent / "lib" / "pipeline") == files(ROOT / "pipeline")


def test_all_that_an_archive_and_the_workflow_need_is_installed(place):
    for name in CODE:
        here, there = ROOT / name, place.parent / SHARE / name
        wanted = [here] if here.is_file() else [path for path in here.rglob("*") if path.is_file()]
        assert wanted
        for path in wanted:
            assert (there / path.relative_to(here) if here.is_dir() else there).read_bytes() == path.read_bytes()


def test_the_workflow_runs_where_there_is_no_clone(place):
    config = place / "config.yaml"
    config.write_text(
        f"model: {ROOT}/networks/cuba\nresults: results\nsweeps: {{sweep: {ROOT}/networks/cuba/sweep.yaml}}\n"
    )
    done = _called(place, "run", "config.yaml", "--dry-run")
    assert done.returncode == 0, done.stderr[-2000:]
    assert "60 to do" in done.stdout
    assert "results/sweeps/sweep/features.parquet" in done.stdout + done.stderr
    refused = _called(place, "run", "none.yaml")
    assert (refused.returncode, refused.stderr) == (
        2,
        "error: none.yaml: cannot be read (No such file or directory).\n",
    )


def test_the_package_is_imported_from_where_it_was_installed(place):
    command = [sys.executable, "-c", "import pipeline; print(pipeline.__file__); from pipeline import Network"]
    env = {**os.environ, "PYTHONPATH": str(place.parent / "lib")}
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=place, env=env)
    assert Path(done.stdout.strip()) == place.parent / "lib" / "pipeline" / "__init__.py"


def test_an_environment_of_make_setup_knows_the_package_everywhere_and_prefers_that_of_the_folder(tmp_path):
    """Catches scripts outside the clone that do not find it, and a second clone in which the code of the first runs."""
    install = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-build-isolation", "--target"]
    subprocess.run([*install, tmp_path / "lib", "--editable", ROOT], check=True, capture_output=True)
    other = tmp_path / "clone" / "pipeline"
    other.mkdir(parents=True)
    (other / "__init__.py").write_text("")
    code = f"import site; site.addsitedir({str(tmp_path / 'lib')!r}); import pipeline; print(pipeline.__file__)"
    env = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    for folder, package in ((tmp_path, ROOT / "pipeline"), (other.parent, other)):
        done = subprocess.run(
            [sys.executable, "-S", "-c", code], capture_output=True, text=True, cwd=folder, env=env, check=True
        )
        assert Path(done.stdout.strip()) == package / "__init__.py"


def test_the_version_is_that_of_pyproject_everywhere(place):
    """In a clone that of the code there, whatever is installed beside it; where there is no clone, as installed."""
    project = tomllib.loads(Path("pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert pipeline.__version__ == project["version"]
    assert read_yaml("CITATION.cff")["version"] == project["version"]
    assert f"## [{project['version']}]" in Path("CHANGELOG.md").read_text(encoding="utf-8")
    for about, says in ((ROOT, project["version"]), (place.parent / "lib", "0")):
        env = {**os.environ, "PYTHONPATH": str(about)}
        command = [sys.executable, "-m", "pipeline", "--version"]
        done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=place, env=env)
        assert done.stdout == f"thalamocortical-fit {says}\n"


def test_the_console_script_is_the_verbs(place):
    """What pip writes as bin/thalamocortical-fit calls the function that pyproject.toml names."""
    scripts = tomllib.loads(Path("pyproject.toml").read_text(encoding="utf-8"))["project"]["scripts"]
    module, _, function = scripts["thalamocortical-fit"].partition(":")
    code = f"import sys; from {module} import {function}; sys.argv = ['thalamocortical-fit', '--version']; {function}()"
    env = {**os.environ, "PYTHONPATH": str(place.parent / "lib")}
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=place, env=env)
    assert (done.returncode, done.stdout) == (0, "thalamocortical-fit 0\n")


def test_a_verb_that_names_no_network_says_so_where_there_is_no_clone(place):
    for verb in (["simulate"], ["trace", "--out", "t.parquet"], ["explain", "sweep/1"]):
        done = _called(place, *verb)
        assert done.returncode == 2
        assert done.stderr.startswith(
            "error: no network is named, and the usual one, networks/gutnisky2017, is not here"
        )
        assert done.stderr.count("\n") == 1


def test_a_package_without_its_workflow_says_so(place, tmp_path):
    lib = shutil.copytree(place.parent / "lib" / "pipeline", tmp_path / "lib" / "pipeline").parent
    env = {**os.environ, "PYTHONPATH": str(lib)}
    code = (
        "import importlib.metadata; importlib.metadata.files = lambda name: None; "
        "from pipeline.config.provenance import beside; beside()"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, cwd=place, env=env)
    assert "ConfigError: the workflow of thalamocortical-fit was not found" in done.stderr
