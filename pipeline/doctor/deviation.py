"""One thing in which a user's network differs from ours: in words, and as knobs of the model."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from pipeline.network.knobs import PaperKnob, PaperModel

CLOSE = 0.02
"""Numbers within that part of ours are the same."""

CLOSE_MV, CLOSE_MS = 1.0, 0.03


@dataclass(frozen=True)
class Deviation:
    """What differs, their value and ours in words."""

    what: str
    theirs: str
    ours: str
    knobs: Mapping[str, float] = field(default_factory=dict)
    """Values that give ours this deviation alone; empty where no knobs do, and then `why_not` says so."""
    why_not: str = ""


def together(deviations: Iterable[Deviation], model: PaperModel) -> dict[str, float]:
    """Return the knobs of all deviations at once; where two change the same gain, their factors multiply."""
    knobs: dict[str, float] = {}
    for deviation in deviations:
        for name, value in deviation.knobs.items():
            ours = model.knobs[name].value
            knobs[name] = knobs[name] * value / ours if name.startswith("g_") and name in knobs else value
    return knobs


def differs(theirs: float, ours: float, least: float = 1e-3) -> bool:
    """Tell whether two numbers are further apart than CLOSE, and than `least`."""
    return abs(theirs - ours) > max(CLOSE * abs(ours), least)


def said(value: float, unit: str) -> str:
    """Return a number with its unit."""
    return f"{value + 0.0:.3g}" if unit == "1" else f"{value + 0.0:.3g} {unit}"


def both(what: str, theirs: dict[str, dict[str, float]], knobs: Mapping[str, PaperKnob]) -> Deviation:
    """Return a deviation in knobs that the model has once; with E's values where the populations differ."""
    texts = {p: ", ".join(f"{n} {said(x, knobs[n].unit)}" for n, x in values.items()) for p, values in theirs.items()}
    text = texts.get("E", "") if len(set(texts.values())) == 1 else "; ".join(f"{p}: {t}" for p, t in texts.items())
    ours = ", ".join(f"{name} {said(knob.value, knob.unit)}" for name, knob in knobs.items())
    return Deviation(what, text, ours, next(iter(theirs.values())))
