"""The documents: each command and block is run as a reader would type it, and the site is built without a warning."""

import importlib.util
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from conftest import ROOT
from documents import KEYS, SHOWN, TYPED, blocks, clone, play

PAGES = [Path("README.md"), *sorted(Path("docs").glob("*.md"))]
ALL = [*PAGES, Path("ARCHITECTURE.md"), Path("CONTRIBUTING.md"), Path("results/README.md")]
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
def reference():
    """Load what makes parts of pages from the code."""
    spec = importlib.util.spec_from_file_location("reference", "docs/reference.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("path", PAGES[1:], ids=lambda page: page.stem)
def test_what_a_page_has_from_the_code_is_what_the_code_says(reference, path):
    """Catches a page that tells readers of the files of an older code, or nothing."""
    page = path.read_text(encoding="utf-8")
    assert len(reference.MADE.findall(page)) == page.count("<!-- made: ") == page.count("<!-- end -->")
    assert reference.filled(page) == page, "type: make reference"


def test_what_is_made_takes_the_place_of_what_was(reference):
    old = "Words.\n\n<!-- made: targets -->\nolder\n<!-- end -->\n\nMore.\n"
    new = reference.filled(old)
    assert "older" not in new
    assert new.startswith("Words.\n\n<!-- made: targets -->\n\n| column | is |\n|---|---|\n| `feature` |")
    assert new.endswith(" |\n\n<!-- end -->\n\nMore.\n")
    assert reference.filled(new) == new
    with pytest.raises(KeyError, match="nothing"):
        reference.filled("<!-- made: nothing -->\n<!-- end -->")


def test_a_function_is_described_by_its_call_and_its_docstring(reference):
    said = reference.python("pipeline.library.delay_in_steps")
    assert "\nfrom pipeline.library import delay_in_steps\n\ndelay_in_steps(delay: str) -> str\n```" in said
    members = re.findall("^#### (.*)", reference.python("pipeline.Network"), re.MULTILINE)
    assert {"Network.knobs", "Network.simulate", "Network.sweep", "Network.fit", "Network.close"} <= {*members}
    assert not [one for one in members if "._" in one]


def _anchors(page):
    """Return what GitHub calls the headings of a page."""
    text = re.sub(r"^```.*?^```$", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    titles = re.findall(r"^#+ (.*)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


@pytest.mark.parametrize("path", ALL, ids=str)
def test_links_between_files_lead_somewhere_where_they_are_read_as_they_are(path):
    """Catches a link to a heading or a file that is not there, or on the site alone."""
    for target in re.findall(r"\]\((?!https?:)([^)\s]+)\)", path.read_text(encoding="utf-8")):
        name, _, anchor = target.partition("#")
        page = path.parent / name if name else path
        assert page.exists(), target
        assert not anchor or anchor in _anchors(page), target


def test_every_page_is_in_the_list_of_pages():
    listed = re.findall(r"^- \[.*?\]\((.*?)\)", Path("docs/index.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert sorted(listed) == sorted(page.name for page in PAGES[1:] if page.stem != "index")


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


def test_what_a_variant_of_the_readers_own_is_told_to_have_is_what_those_that_ship_have():
    """Catches lines to copy, and names that a population needs, that are not (any more) those of the variants."""
    page = next(b for b in blocks(Path("docs/change.md")) if b.language == "yaml")
    lines = yaml.safe_load(page.text)
    ships = yaml.safe_load(Path("networks/gutnisky2017/m_current/knobs.yaml").read_text())
    assert {"protocols", "events", "envelope"} < {*lines} <= {*ships}
    assert all(lines[key] == ships[key] for key in ("protocols", "events", "envelope"))
    table = Path("docs/change.md").read_text().partition("**An additional population**")[2].partition("\n\n##")[0]
    rows = [row for row in re.findall(r"^\| (`.*?) \|", table, re.MULTILINE) if "`name`" not in row]
    needed = [name for row in rows for name in re.findall("`(.*?)`", row)]
    script = Path("networks/gutnisky2017/somatostatin.py").read_text()
    for name in needed:
        there = name.replace("YX", "ES").replace("XY", "SE").replace("_X", "_S").replace('"X"', '"S"')
        assert there in script, name
    assert {"N_X", "gL_X", "gKz_X", "I_ext_X", 'HALO["X"]', 'TRANSMITTER["X"]', "g_XY", "delay_YX"} <= {*needed}


def _without_comments(text):
    return {line.partition("  # ")[0].strip() for line in text.splitlines()}


def test_what_is_shown_of_a_variant_is_in_its_script():
    """Catches a change that a page shows, and that the script has otherwise by now."""
    shown = [b.text for b in blocks(Path("docs/variants.md")) if b.language == "diff"]
    scripts = [Path(f"networks/gutnisky2017/{name}.py") for name in ("depression", "m_current", "somatostatin")]
    plain = _without_comments(Path("networks/gutnisky2017/network.py").read_text())
    for text, script in zip(shown, scripts, strict=True):
        there = _without_comments(script.read_text())
        parts = {sign: [line[1:] for line in text.splitlines() if line.startswith(sign)] for sign in "+-"}
        assert _without_comments("\n".join(parts["+"])) <= there, script
        assert _without_comments("\n".join(parts["-"])) <= plain - there, script


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
