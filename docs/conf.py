"""How `make docs` builds the site of docs/ with Sphinx: one folder of pages that work without a server."""

import re
import sys
from pathlib import Path

from pygments.lexers.special import TextLexer
from sphinx.application import Sphinx

HERE = Path(__file__).parent
ROOT = HERE.parent
sys.path[:0] = [str(ROOT), str(HERE)]

import reference  # noqa: E402, which is beside this file

project = "thalamocortical-fit"
copyright = "its authors; MIT licence"
extensions = ["myst_parser", "sphinx.ext.autodoc"]
html_theme = "furo"
html_title = project
html_static_path = html_css_files = ["site.css"]
html_copy_source = False
html_show_sphinx = False
myst_enable_extensions = ["colon_fence"]
myst_heading_anchors = 3
myst_links_external_new_tab = False
default_role = "code"  # single backticks of docstrings
autodoc_member_order = "bysource"
autodoc_typehints = "signature"
nitpicky = False  # types of pandas and NumPy have no page here

MADE = re.compile(r"<!-- made: (\w+)(?: ([^ ]+))? -->")
"""Where a page takes text that is made from the code."""

PAGES = {"ARCHITECTURE.md": "architecture.md", "README.md": "index.md", "results/README.md": "reading.md"}
"""Pages of the site that hold files of other folders."""


def _read(app: Sphinx, page: str, source: list[str]) -> None:
    """Put into a page what is made from the code, and lead its links to files outside docs/ to their pages."""
    text = MADE.sub(lambda found: reference.made(found[1], found[2] or ""), source[0])
    for path, target in PAGES.items():
        text = text.replace(f"](../{path}", f"]({target}")
    source[0] = text


def setup(app: Sphinx) -> None:
    """Connect what is made to the pages."""
    app.connect("source-read", _read)
    app.add_lexer("csv", TextLexer)
