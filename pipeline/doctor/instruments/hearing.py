"""Brian2's own warnings, heard while its log is not shown."""

import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from pipeline.doctor.instruments.caller import line_of, user_frame

UNUSED = "unused_brian_object"
SUFFIX = re.compile(r"\s*\[(brian2[\w.]*)\]\s*$")
"""How Brian2 ends a warning: by the name of its kind."""


@dataclass(frozen=True)
class Logged:
    """A warning of Brian2."""

    kind: str
    """The last part of its name, such as 'ignored_spikes'."""
    says: str
    line: int | None


class _Ear(logging.Handler):
    def __init__(self, heard: list[Logged], placed: bool) -> None:
        super().__init__(logging.WARNING)
        self._heard, self._placed = heard, placed

    def emit(self, record: logging.LogRecord) -> None:
        text = record.getMessage()
        hit = SUFFIX.search(text)
        kind = (hit[1] if hit else record.name).rpartition(".")[2]
        frame = user_frame() if self._placed and kind != UNUSED else None  # the place of a deletion says nothing
        says = SUFFIX.sub("", text).partition("\nThe object was created here")[0]
        heard = Logged(kind, says.strip(), line_of(frame))
        if all((one.kind, one.says) != (kind, heard.says) for one in self._heard):
            self._heard.append(heard)


@contextmanager
def hearing(heard: list[Logged], placed: bool = False) -> Iterator[None]:
    """While open, add Brian2's warnings to `heard`, each once, though its log is not shown.

    `placed`: with the line of the script, which is running then.
    """
    ear = _Ear(heard, placed)
    logger = logging.getLogger("brian2")
    logger.addHandler(ear)
    try:
        yield
    finally:
        logger.removeHandler(ear)
