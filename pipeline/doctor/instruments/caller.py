"""The user's code that runs when something is made, set or asked for: its frame, and the names that it sees."""

import sys
from collections.abc import Mapping
from pathlib import Path
from types import FrameType
from typing import Any

import brian2 as b2
import numpy as np

INSIDE = (str(Path(b2.__file__).parent), str(Path(__file__).parent.parent))
"""Frames of these folders are not the user's."""

Constants = dict[str, float]
NUMBERS = (int, float, np.number, b2.Quantity)
"""Of what kinds numbers of a script are."""


def user_frame(begin: FrameType | None = None) -> FrameType | None:
    """Return the nearest frame of the stack that is neither Brian2's nor the doctor's."""
    frame: FrameType | None = begin or sys._getframe(1)
    while frame is not None and frame.f_code.co_filename.startswith(INSIDE):
        frame = frame.f_back
    return frame


def line_of(frame: FrameType | None) -> int | None:
    """Return the line that runs in this frame."""
    return None if frame is None else frame.f_lineno


def names_of(frame: FrameType | None) -> dict[str, Any]:
    """Return all that code of this frame can see, by name."""
    return {} if frame is None else {**frame.f_globals, **frame.f_locals}


def numbers_of(names: Mapping[str, Any]) -> Constants:
    """Return the numbers among names, in SI units."""
    return {
        name: float(value)
        for name, value in names.items()
        if not name.startswith("_") and isinstance(value, NUMBERS) and np.ndim(value) == 0
    }
