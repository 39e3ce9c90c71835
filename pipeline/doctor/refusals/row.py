"""A row of the table of refusals: how an exception is recognised, and what is said of it."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from pipeline.doctor.refusals.refused import Refused, says

Match = re.Match[str]
READ = "..."
"""As a quote of `plain`: what Brian2 was reading."""


@dataclass(frozen=True)
class Told:
    """What a refusal means in this script, and the cure."""

    says: str
    instead: str = ""
    effect: str = ""
    quotes: tuple[str, ...] = ()
    """Statements at fault, as the script or the object has them."""


@dataclass(frozen=True)
class Row:
    """An exception that users meet."""

    error: str
    """Its class, or one above it."""
    pattern: str
    """A regular expression for its message."""
    tell: Callable[[Refused, Match], Told]
    within: str = ""
    """A function of Brian2 that it comes from; empty for any."""
    timely: bool = False
    """Whether it may come from runs that were shortened."""

    def match(self, refused: Refused) -> Match | None:
        """Return how the message matches, None where this row is about something else."""
        if self.within and not refused.through(self.within):
            return None
        for error in refused.chain:
            if self.error in {kind.__name__ for kind in type(error).__mro__}:
                for text in (says(error), refused.said):
                    match = re.search(self.pattern, text, re.DOTALL)
                    if match is not None:
                        return match
        return None


def plain(meaning: str, instead: str = "", effect: str = "", quote: str = "") -> Callable[[Refused, Match], Told]:
    """Return a teller that fills {place}, {label}, {call} and the groups of the pattern into its texts.

    It quotes the first line of the script, from the object on, that has `quote` in it; without one, the call; with
    READ, the smallest text that Brian2 was reading.
    """

    def tell(refused: Refused, match: Match) -> Told:
        words = {
            **{name: value or "" for name, value in match.groupdict().items()},
            "place": refused.place,
            "label": refused.label,
            "kind": refused.kind,
            "call": refused.listing.text(refused.call),
        }
        if quote == READ:
            read = next(refused.texts(), "")
            return Told(meaning.format(**words), instead.format(**words), effect.format(**words), (read,))
        begin = refused.line or refused.call or 0
        line = refused.listing.find(quote.format(**words), begin) if quote else refused.call
        quotes = (refused.listing.text(line),) if line and line >= begin else ()
        return Told(meaning.format(**words), instead.format(**words), effect.format(**words), quotes)

    return tell
