"""The documents: each command and block is run as a reader would type it, and the site is built without a warning."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import ROOT
from documents import KEYS, SHOWN, TYPED, blocks, clone, play

PAGES = [Path("README.md"), *sorted(Path("docs").glob("*.md"))]
NOT_RUN = 12
"""Blocks that no test runs, in all pages: those that need another machine, the network or hours."""


def _played(path: Path) -> bool:
    return any(b.language in TYPED and not {"run by", "not run"} & set(b.said) for b in blocks(ROOT / path))


@pytest.mark.parametrize("path", [page for page in PAGES if _played(page)], ids=lambda page: page.stem)
def test_what_a_page_tells_to_type_works(path, tmp_path):
    """Catches a command, a file or a script of a page that fails."""
    folder = clone(tmp_path)
    for block in blocks(ROOT / path):
        if block.language in TYPED and not {"run by", "not run"} & set(block.said):
            play(block, folder)


@pytest.mark.parametrize("path", PAGES, ids=lambda page: page.stem)
def test_each_block_says_what_it_is(path):
    """Catches a block without a language, which no test would run, and a comment that no test reads."""
    for block in blocks(path):
        assert block.language in (*SHOWN, *TYPED), f"{path}: ```{block.language}: {block.text[:60]}"
        assert set(block.said) <= set(KEYS)
        if "run by" in block.said:
            assert Path(block.said["run by"]).is_file(), block.said["run by"]
    assert path.read_text().count("\n```") == 2 * len(blocks(path)), f"{path}: a block is not read"


def test_few_blocks_are_not_run():
    """Catches pages whose commands rot because nobody runs them."""
    reasons = [b.said["not run"] for page in PAGES for b in blocks(page) if "not run" in b.said]
    assert len(reasons) <= NOT_RUN, reasons


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """Build the site as `make docs` does."""
    folder = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "sphinx", "--fail-on-warning", "--keep-going", "--quiet", "docs", str(folder)]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr[-3000:]
    return folder


def test_the_site_is_built_without_a_warning_and_has_a_page_of_each_document(site):
    for page in PAGES[1:]:
        assert (site / f"{page.stem}.html").stat().st_size > 5000, page


def test_the_site_needs_no_network(site):
    """Catches a font, a script or a style that is fetched from elsewhere."""
    for page in site.glob("*.html"):
        loaded = re.findall(r"<(?:script|img|iframe)[^>]* src=\"([^\"]+)|<link[^>]* href=\"([^\"]+)", page.read_text())
        assert not [one for pair in loaded for one in pair if one.startswith(("http", "//"))], page


def test_the_reference_has_every_verb_and_key(site):
    """Catches a verb or key that is added to the code and missing in the site."""
    from pipeline.fit.problem import Fit
    from pipeline.network.script import KnobTable
    from pipeline.plan.run import Run
    from pipeline.sweep.design import Sweep

    keys = (site / "configuration.html").read_text()
    for model in (Run, Sweep, Fit, KnobTable):
        for name, field in model.model_fields.items():
            assert f'<span class="pre">{name}</span>' in keys
            assert field.description, f"{model.__name__}.{name} says nothing of itself"
    listed = subprocess.run([sys.executable, "-m", "pipeline", "--help"], capture_output=True, text=True, check=True)
    verbs = re.findall(r"^\W*([a-z_]+) {2,}\S", listed.stdout.partition("Commands")[2], re.MULTILINE)
    assert len(verbs) > 20
    page = (site / "verbs.html").read_text()
    assert all(re.search(rf'<section id="{verb.replace("_", "-")}"', page) for verb in verbs)


def test_the_words_of_the_page_of_results_are_those_of_the_site(site):
    from html import escape

    from pipeline.overview.glossary import GENERAL

    page = re.sub(r"\s+", " ", (site / "glossary.html").read_text())
    assert all(escape(text, quote=False) in page.replace("’", "'") for text in GENERAL.values())


def test_each_column_of_a_sweep_is_explained():
    """Catches a column that is added to the tables and to no page."""
    from pipeline.network.model import RUN_KNOBS
    from pipeline.plan.adoption import COLUMNS

    said = Path("docs/reading.md").read_text()
    printed_alone = {"seed", "knobs"}  # by `simulate --json`
    assert not [name for name in {*COLUMNS, *RUN_KNOBS} - printed_alone if f"`{name}`" not in said]


def test_the_knobs_of_every_network_are_listed(site):
    from pipeline.network.reading import read_model

    page = (site / "knobs.html").read_text()
    for folder in Path("networks").glob("*/knobs.yaml"):
        model = read_model(folder.parent)
        begins = f'<section id="{folder.parent.name.replace("_", "-")}">'
        section = page.partition(begins)[2].partition("</section>")[0]
        for name, knob in model.settable.items():
            if name in model.adopted.settings and knob.about:
                assert f'<span class="pre">{name}</span>' in section


def test_readme_is_two_screens():
    """Catches details that belong to a page of the site."""
    assert len(Path("README.md").read_text().splitlines()) <= 80


NOTEBOOKS = sorted(Path("notebooks").glob("*.ipynb"))


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_runs_from_beginning_to_end(path, tmp_path, monkeypatch):
    """Catches a notebook whose code is of an older interface, and one that is kept with what it printed."""
    import nbformat
    from documents import surroundings
    from nbclient import NotebookClient

    folder = clone(tmp_path)
    notebook = nbformat.read(path, as_version=4)
    assert not any(cell.get("outputs") for cell in notebook.cells)
    (folder / "notebooks").mkdir()
    shutil.copy(path, folder / "notebooks")
    for name, value in surroundings(folder).items():
        monkeypatch.setenv(name, value)
    NotebookClient(notebook, timeout=300, resources={"metadata": {"path": str(folder / "notebooks")}}).execute()
