"""Parts of pages as HTML: paragraphs, tables, pictures, verdicts, words that say what they mean."""

import base64
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Literal

Level = Literal["good", "fair", "bad", ""]
"""How a verdict is shown: all is well, look at it, it failed, or neither."""


@dataclass(frozen=True)
class Verdict:
    """One thing that a reader wants to know first: what it is about, how it is, a sentence, and where there is more."""

    title: str
    level: Level
    says: str
    link: str = ""
    link_text: str = ""


class Words:
    """Terms of a page by their meaning: each is marked in texts, and says its meaning on hover and on focus.

    A term counts with an s behind it, too.
    """

    def __init__(self, meanings: Mapping[str, str]) -> None:
        self._meanings = {word: meaning for word, meaning in meanings.items() if meaning}
        longest = sorted(self._meanings, key=len, reverse=True)
        alternatives = "|".join(re.escape(word) for word in longest)
        self._pattern = re.compile(rf"(?<![\w/.-])({alternatives})(s?)(?![\w/-]|\.\w)") if longest else None
        self.used: dict[str, str] = {}
        """Terms that were marked so far, with their meanings."""

    def marked(self, text: str) -> str:
        """Return plain text as HTML, each term marked where it first occurs in it."""
        if self._pattern is None:
            return escape(text)
        found, seen, end = [], set(), 0
        for match in self._pattern.finditer(text):
            word = match[1]
            if word in seen:
                continue
            seen.add(word)
            found += [escape(text[end : match.start()]), self._term(word, match[0])]
            end = match.end()
        return "".join([*found, escape(text[end:])])

    def _term(self, word: str, said: str) -> str:
        self.used[word] = self._meanings[word]
        meaning = escape(self._meanings[word], quote=True)
        return f'<span class="term" tabindex="0" data-tip="{meaning}">{escape(said)}</span>'


PLAIN = Words({})
"""No terms: texts as they are."""


def anchor(heading: str) -> str:
    """Return the place in a page that a heading has."""
    return re.sub(r"\W+", "-", heading).strip("-").lower()


def heading(text: str, level: int = 2) -> str:
    """Return a heading that can be linked to."""
    return f'<h{level} id="{anchor(text)}">{escape(text)}</h{level}>'


def paragraph(text: str, words: Words = PLAIN, kind: str = "") -> str:
    """Return a paragraph of plain text; `kind` is a class of page.css."""
    of_kind = f' class="{kind}"' if kind else ""
    return f"<p{of_kind}>{words.marked(text)}</p>"


def link(to: str, text: str) -> str:
    """Return a link."""
    return f'<a href="{escape(to, quote=True)}">{escape(text)}</a>'


def table(
    head: Sequence[str],
    rows: Sequence[Sequence[str]],
    classes: Sequence[str] | None = None,
    words: Words = PLAIN,
    about: str = "Table",
    html: Iterable[int] = (),
    wrapped: bool = False,
) -> str:
    """Return a table of plain text, sorted by a click on a head, that scrolls by itself where it is too wide.

    `classes` gives each row a style of page.css; `about` names the table to who cannot see it; `html`: columns whose
    cells are HTML already; `wrapped`: cells are sentences, or lists.
    """
    ready = set(html)
    header = "".join(f'<th scope="col">{words.marked(name)}</th>' for name in head)
    body = "\n".join(
        f'<tr class="{escape(kind)}">'
        + "".join(f"<td>{cell if k in ready else words.marked(cell)}</td>" for k, cell in enumerate(row))
        + "</tr>"
        for row, kind in zip(rows, classes or [""] * len(rows), strict=True)
    )
    high, style = " high" if len(rows) > 60 else "", " wrap" if wrapped else ""
    return (
        f'<div class="scroll{high}" tabindex="0" role="region" aria-label="{escape(about, quote=True)}">'
        f'<table class="sortable{style}"><thead><tr>{header}</tr></thead>\n<tbody>{body}</tbody></table></div>'
    )


def number(value: float | None, form: str) -> str:
    """Return a number as text, a dash where it is undefined; never a zero with a minus."""
    if value is None or value != value:
        return "–"
    text = format(value, form)
    return re.sub(r"^-(0(?:\.0*)?(?:e.*)?)$", r"\1", text)


def deviation(value: float | None) -> str:
    """Return a deviation in sd with its sign, '0.0 sd' where it rounds to nothing."""
    text = number(value, "+.1f")
    return "0.0 sd" if text in ("+0.0", "-0.0", "0.0") else text if text == "–" else f"{text} sd"


def picture(content: bytes, about: str, kind: str = "png") -> str:
    """Return a picture inside the page."""
    data = base64.b64encode(content).decode()
    return f'<img alt="{escape(about, quote=True)}" src="data:image/{kind};base64,{data}">'


def figure(image: str, caption: str) -> str:
    """Return an image with its caption, both HTML."""
    return f"<figure>{image}<figcaption>{caption}</figcaption></figure>"


def verdicts(found: Iterable[Verdict], words: Words = PLAIN) -> str:
    """Return what a reader wants to know first, a card each."""
    cards = "".join(
        f'<div class="{one.level}"><p class="what">{escape(one.title)}</p><p>{words.marked(one.says)}'
        + (f" {link(one.link, one.link_text or 'More')}." if one.link else "")
        + "</p></div>"
        for one in found
    )
    return f'<div class="verdicts">{cards}</div>'


def glossary(words: Words) -> str:
    """Return the terms that were marked with their meanings, in the order of the alphabet."""
    terms = sorted(words.used.items(), key=lambda pair: pair[0].lower())
    return '<dl class="terms">' + "".join(f"<dt>{escape(t)}</dt><dd>{escape(m)}</dd>" for t, m in terms) + "</dl>"


def more(summary: str, *parts: str) -> str:
    """Return parts that show when their summary is clicked."""
    return f"<details><summary>{escape(summary)}</summary>{''.join(parts)}</details>"


def code(text: str) -> str:
    """Return a command or the like, to be copied."""
    return f'<pre tabindex="0">{escape(text)}</pre>'
