"""The figures of a run in its page, each with what it says of itself, its data and the command that draws it."""

from collections.abc import Mapping
from pathlib import Path

from PIL import Image

from pipeline.overview.asked import Asked, Drawn
from pipeline.overview.found import Found
from pipeline.pages import parts
from pipeline.pages.parts import Words, link

MOST_BYTES = 9_000_000
"""Of pictures in a page, so that it can be mailed; those beyond are links."""

LINKED = (".svg", ".png", ".csv")


class Pictures:
    """The figures of a run that are there; those of what is being made anew are left out.

    `by_category`: by heading and name; `described`: the names of those that say by themselves what there is to see.
    """

    def __init__(self, asked: Asked, found: Found, words: Words) -> None:
        """Look at the figures that a run makes; `words` are marked in their captions."""
        self._results, self._begun_s, self._words, self._room = asked.results, asked.begun_s, words, MOST_BYTES
        self._calls: dict[str, str] = {}
        self.by_category: dict[str, dict[str, Drawn]] = {}
        self.described: set[str] = set()
        for name, drawn in asked.figures.items():
            path = self._path(name)
            if path.is_file() and self._valid(name, drawn, found):
                self._add(name, drawn, path)

    def _add(self, name: str, drawn: Drawn, path: Path) -> None:
        try:
            with Image.open(path) as image:
                about = {key: str(value) for key, value in image.info.items()}
        except OSError:  # being written, or damaged
            return
        if "Description" in about:
            self.described.add(name)
        self._calls[name] = about.get("Source", "")
        caption = about.get("Description") or drawn.caption
        self.by_category.setdefault(drawn.category, {})[name] = Drawn(category=drawn.category, caption=caption)

    def _valid(self, name: str, drawn: Drawn, found: Found) -> bool:
        """Return whether what a figure was drawn from is still there: another run may have left it."""
        if found.whole:
            return True
        if drawn.category == "Fit":
            return found.fit is not None and found.fit.whole
        sweeps = [one for sweep, one in found.sweeps.items() if name.startswith(f"{sweep}_")]
        if sweeps:
            return all(one.whole for one in sweeps)
        return self._path(name).stat().st_mtime >= self._begun_s

    def _path(self, name: str) -> Path:
        return self._results / "figures" / f"{name}.png"

    def html(self, figures: Mapping[str, Drawn], more: str = "") -> str:
        """Return figures side by side, where there is room, and `more` (HTML) beside them."""
        shown = "".join(self._figure(name, drawn) for name, drawn in figures.items()) + more
        return f'<div class="figures">{shown}</div>' if shown else ""

    def _figure(self, name: str, drawn: Drawn) -> str:
        path, place = self._path(name), f"figures/{name}"
        content = path.read_bytes()
        ways = [link(f"{place}{end}", end[1:].upper()) for end in LINKED if path.with_suffix(end).is_file()]
        caption = f"{self._words.marked(drawn.caption)} <small>{' · '.join(ways)}</small>"
        if call := self._calls.get(name):
            caption += parts.more("The command that draws it", parts.code(call))
        if len(content) > self._room:
            return parts.figure(link(f"{place}.png", f"{name}.png"), caption)
        self._room -= len(content)
        return parts.figure(parts.picture(content, f"Figure {name}: {drawn.caption}"), caption)
