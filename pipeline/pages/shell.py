"""An HTML page that is one file: style and scripts inside, nothing fetched from anywhere."""

import json
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from importlib.resources import files
from typing import Any

from pipeline.pages.parts import anchor

BEGIN = (
    '<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="generator" content="thalamocortical-fit">'
)
"""How every page begins: a page that begins so may be written over."""

RUNNING = "data-running"
"""An attribute of the body of a page whose run goes on: when it was written, in s since 1970."""


def page(
    title: str,
    *parts: str,
    lead: str = "",
    sections: Sequence[str] = (),
    data: Mapping[str, Any] | None = None,
    scripts: Iterable[str] = (),
    running_s: float | None = None,
) -> str:
    """Return a page of parts that are HTML already, as is `lead`, which stands in the head under the title.

    `sections`: headings of `parts` that the bar at the top leads to. `data`: JSON-like values that the scripts find by
    their keys, as elements of type application/json. `scripts`: JavaScript, in this order. `running_s`: when the page
    of a run that is not over was written, in s since 1970: such a page reads itself again.
    """
    bar = "".join(f'<li><a href="#{anchor(name)}">{escape(name)}</a></li>' for name in sections)
    values = "".join(
        f'<script type="application/json" id="data-{escape(key)}">{_json(value)}</script>'
        for key, value in (data or {}).items()
    )
    code = "".join(f"<script>{_safe(script)}</script>" for script in [_own("page.js"), *scripts])
    running = f' {RUNNING}="{running_s:.0f}"' if running_s is not None else ""
    stale = '<p id="stale" role="status" hidden></p>' if running else ""
    return (
        f"{BEGIN}"
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{_own('page.css')}</style></head><body{running}>"
        f"<header><div><h1>{escape(title)}</h1>{lead}{stale}</div></header>"
        + (f'<nav aria-label="Sections"><ul>{bar}</ul></nav>' if bar else "")
        + f"<main>{''.join(parts)}</main>{values}{code}</body></html>\n"
    )


def charts() -> str:
    """Return the library that draws charts in a page, for `scripts`, before what uses it."""
    from plotly.offline import get_plotlyjs

    return str(get_plotlyjs())


def script(name: str) -> str:
    """Return a script of this folder."""
    return _own(name)


def _own(name: str) -> str:
    return (files("pipeline.pages") / name).read_text(encoding="utf-8")


def _json(value: Any) -> str:
    """Return JSON in which nothing can end its element."""
    return json.dumps(value, allow_nan=False).replace("<", "\\u003c")


def _safe(text: str) -> str:
    r"""Return a script that cannot end its element: in its strings <\/ is </."""
    return text.replace("</script", "<\\/script")
