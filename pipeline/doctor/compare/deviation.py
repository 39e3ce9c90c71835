"""One thing in which a network deviates from the reference: in words, and as numbers of the reference."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from pipeline.config.reader import some
from pipeline.doctor.compare.comparison import Gap
from pipeline.doctor.compare.curves import GRID_V, Item
from pipeline.doctor.compare.explanation import Explained
from pipeline.network.adopted import Setting

UNITS = {
    "number of neurons": (1.0, ""), "spread over neurons": (1.0, "mV/ms"),
    "change by a spike": (1.0, "mV/ms"),
    "leak": (1e-3, "/ms"),
    "resting potential": (1e3, "mV"), "threshold": (1e3, "mV"), "reset": (1e3, "mV"), "refractory time": (1e3, "ms"),
    "noise": (1e3, "mV/sqrt(s)"), "rate": (1.0, "spikes/s"), "events a second": (1.0, ""), "in-degree": (1.0, ""),
    "delay": (1e3, "ms"), "decay": (1e3, "ms"), "reversal potential": (1e3, "mV"), "step": (1e3, "ms"),
}  # fmt: skip
"""Of quantities that are one number: from SI to the unit in which they are told."""

NO_NUMBER = {
    "projection": "no number of the reference adds a projection, or takes it away",
    "event": "it is a matter of equations, not of a number",
    "sign": "it is a matter of equations, not of a number: see the findings",
    "integrator": "it is not part of the network: see the verdict",
    "spikes": "it is a matter of equations, not of a number",
}
NONE_FOUND = "no single number of the reference gives that"


@dataclass(frozen=True)
class Deviation:
    """What differs, their value and the reference's in words."""

    what: str
    theirs: str
    ours: str
    knobs: Mapping[str, float] = field(default_factory=dict)
    """Numbers that give the reference this deviation alone; empty where none do, and then `why_not` says so."""
    why_not: str = ""
    notes: tuple[str, ...] = ()


def deviations(explained: Sequence[Explained], settings: Mapping[str, Setting]) -> list[Deviation]:
    """Return the deviations in words; those of several places that are the same are one."""
    found: dict[tuple[str, str, str, str], tuple[list[str], dict[str, float], list[str]]] = {}
    for one in explained:
        kinds = dict.fromkeys((gap.key[0], gap.key[2]) for gap in one.gaps)
        told = [gap for gap in one.gaps if (gap.key[0], gap.key[2]) == next(iter(kinds))]
        theirs, ours = said(told[0])
        more = "".join(f", {_kind(*kind)}" for kind in [*kinds][1:])
        why = "" if one.knobs else NO_NUMBER.get(told[0].key[0], NONE_FOUND)
        places, knobs, notes = found.setdefault((_kind(*next(iter(kinds))) + more, theirs, ours, why), ([], {}, []))
        places += dict.fromkeys(gap.key[1] for gap in told)
        knobs |= one.knobs
        if one.theirs_too:
            name, setting = one.theirs_too, settings[one.theirs_too]
            notes.append(f"both scripts have a number {name}: {_number(one.knobs[name], setting)} there, "
                         f"{_number(setting.value, setting)} here")  # fmt: skip
        if one.others:
            notes.append(f"as well {' or '.join(f'{name} = {_number(x, settings[name])}' for name, x in one.others)}")
        if one.also:
            notes.append(f"it changes also: {some([f'{_kind(key[0], key[2])} of {key[1]}' for key in one.also])}")
    return [
        Deviation(f"{some(list(dict.fromkeys(places)))}: {what}", theirs, ours, knobs, why, tuple(dict.fromkeys(notes)))
        for (what, theirs, ours, why), (places, knobs, notes) in found.items()
    ]


def told(knobs: Mapping[str, float], settings: Mapping[str, Setting]) -> str:
    """Return numbers of the reference with their units."""
    return ", ".join(f"{name} = {_number(value, settings[name])}" for name, value in knobs.items())


def together(found: Iterable[Deviation], settings: Mapping[str, Setting]) -> dict[str, float]:
    """Return the numbers of all deviations at once; where two change the same one, their factors multiply."""
    knobs: dict[str, float] = {}
    for deviation in found:
        for name, value in deviation.knobs.items():
            ours = settings[name].value
            knobs[name] = knobs[name] * value / ours if name in knobs and ours else value
    return knobs


def _number(value: float, setting: Setting) -> str:
    return f"{value:.4g}" + ("" if setting.unit == "1" else f" {setting.unit}")


def _kind(kind: str, variable: str) -> str:
    kind = "leak conductance over capacitance" if kind == "leak" else kind
    return f"{kind} of {variable}" if variable else kind


def said(gap: Gap) -> tuple[str, str]:
    """Return a quantity of both networks in words."""
    kind = gap.key[0]
    if gap.text is not None:
        return gap.text
    if gap.theirs is None or gap.ours is None:
        a, b = ("none" if item is None else _value(kind, item) for item in (gap.theirs, gap.ours))
        return a, b
    if kind == "size of an event":
        return f"{gap.theirs.value[0] / gap.ours.value[0]:.3g} times the reference's", ""
    if kind == "modulation":
        return (
            f"up to {100 * np.abs(gap.theirs.value).max():.0f} %",
            f"up to {100 * np.abs(gap.ours.value).max():.0f} %",
        )
    return _value(kind, gap.theirs), _value(kind, gap.ours)


def _value(kind: str, item: Item) -> str:
    x = item.value
    if kind == "initial potential":
        return f"{1e3 * x[0]:.3g} ± {1e3 * x[1]:.2g} mV"
    if kind == "time constant":
        return f"{1e3 * _at(x, -0.06):.3g} ms at -60 mV, at most {1e3 * np.nanmax(x):.3g} ms"
    if kind == "steady state":
        order = np.argsort(x)
        half = 1e3 * np.interp(0.5, x[order], GRID_V[order])
        return f"half at {half:.3g} mV, {_at(x, -0.06):.3g} at -60 mV"
    if kind == "passive current":
        slope, at_0 = np.polyfit(GRID_V, x, 1)
        if np.abs(np.polyval((slope, at_0), GRID_V) - x).max() < 1e-3 * np.ptp(x) and slope:
            return f"zero at {-1e3 * at_0 / slope:.3g} mV, slope {slope / 1e3:.3g}/ms"
    if len(x) == len(GRID_V):
        return ", ".join(f"{_at(x, v):.3g}" for v in (-0.08, -0.06, -0.04)) + " mV/ms at -80, -60, -40 mV"
    factor, unit = UNITS.get(kind, (1.0, "in SI units"))
    return f"{factor * float(x[0]) + 0.0:.3g} {unit}".rstrip()


def _at(curve: np.ndarray, v: float) -> float:
    return float(np.interp(v, GRID_V, curve))
