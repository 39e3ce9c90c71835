"""Exceptions of the script's own code within a run: where it is, and whether it is the script's fault at all."""

import sys
import traceback
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from brian2.core.functions import Function

from pipeline.doctor.instruments.caller import INSIDE

LIBRARIES = tuple({str(Path(path)) for path in sys.path if path.endswith(("site-packages", "lib-dynload"))})
LIBRARIES += (str(Path(traceback.__file__).parent),)
"""Code of these folders is called by the script's, and not the script's own."""


class ForeignError(Exception):
    """A function of the equations that works in another target of code generation alone."""


@dataclass(frozen=True)
class Failure:
    """An exception that a function of the script's own raised within a run."""

    says: str
    """Its kind and message."""
    line: int
    function: str
    t_s: float = 0.0


def failure(error: BaseException, names: Mapping[str, Any], t_s: float) -> Failure | None:
    """Return where in the script's own code an exception of a run came from; None where Brian2 itself raised it.

    Raises ForeignError for a function with code for other targets, whose Python was not written to be run.
    """
    while error.__cause__ is not None:
        error = error.__cause__
    frames = traceback.extract_tb(error.__traceback__)
    own = [f for f in frames if not f.filename.startswith((*INSIDE, *LIBRARIES, "(")) and f.lineno is not None]
    if not own:
        return None
    for name, value in names.items():
        targets = _elsewhere(value) if isinstance(value, Function) else []
        if targets and getattr(value.pyfunc, "__name__", name) == own[-1].name:
            raise ForeignError(f"{name} has code for {' and '.join(targets)} alone")
    text = (str(error).strip().splitlines() or ["no message"])[0].rstrip(".")
    return Failure(f"{type(error).__name__}: {text}", own[-1].lineno or 0, own[-1].name, t_s)


def _elsewhere(function: Function) -> list[str]:
    """Return the targets other than numpy for which a function of the script has code of its own."""
    kinds = [kind if isinstance(kind, str) else str(kind.class_name) for kind in function.implementations]
    return sorted({kind for kind in kinds if kind not in ("numpy", "")})
