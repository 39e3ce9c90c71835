"""How `make docs` builds the site of docs/ with Sphinx: one folder of pages that work without a server."""

import re

from pygments.lexers.special import TextLexer
from sphinx.application import Sphinx

project = "thalamocortical-fit"
copyright = "its authors; MIT licence"
extensions = ["myst_parser"]
html_theme = "furo"
html_title = project
html_static_path = html_css_files = ["site.css"]
html_copy_source = False
html_show_sphinx = False
myst_enable_extensions = ["colon_fence"]
myst_heading_anchors = 3
myst_links_external_new_tab = False

PAGES = {"ARCHITECTURE.md": "architecture.md", "README.md": "index.md", "results/README.md": "reading.md"}
"""Pages of the site that hold files of other folders."""


def _read(app: Sphinx, page: str, source: list[str]) -> None:
    """Lead links to files outside docs/ to their pages, and put what index.md lists beside every page, too."""
    text = source[0]
    for path, target in PAGES.items():
        text = text.replace(f"](../{path}", f"]({target}")
    if page == "index":
        for title, listed in re.findall(r"^## (.*)\n\n((?:- .*\n)+)", text, re.MULTILINE):
            names = "\n".join(re.findall(r"^- \[.*?\]\((.*?)\.md\)", listed, re.MULTILINE))
            text += f"\n```{{toctree}}\n:caption: {title}\n:hidden:\n\n{names}\n```\n"
    source[0] = text


def setup(app: Sphinx) -> None:
    """Let pages be read as those of a site."""
    app.connect("source-read", _read)
    app.add_lexer("csv", TextLexer)
