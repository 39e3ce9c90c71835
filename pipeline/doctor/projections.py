"""A user's projections against ours: in-degree, and the sign, charge, time constant, reversal and delay of an event."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from pipeline.doctor.deviation import CLOSE, CLOSE_MS, CLOSE_MV, Deviation, differs, said
from pipeline.doctor.events import Event
from pipeline.doctor.material import Material
from pipeline.doctor.subject import root
from pipeline.network.equations import SOURCES, TRANSMITTER
from pipeline.network.knobs import PaperModel


@dataclass(frozen=True, eq=False)
class Projection:
    """A pathway of theirs between two of the three populations, and what was measured of one event."""

    post: str
    pre: str
    path: Any
    event: Event | None

    @property
    def label(self) -> str:
        """XY of the knobs g_XY, K_XY, delay_XY."""
        return f"{self.post}{self.pre}"

    @property
    def arrow(self) -> str:
        """X<-Y of texts."""
        return f"{self.post}<-{self.pre}"

    @property
    def charge(self) -> float | None:
        """Integral of the conductance of an event over the capacitance; None where the effect is the same at every v.

        What an event does to v, charge/C (reversal - v), is a line in v; in mS ms/cm2 over uF/cm2 it has no unit.
        """
        if self.event is None or self.event.why_not is not None or self.event.zero_v is None:
            return None
        return abs(float(np.polyfit(self.event.v_post, self.event.effect_v, 1)[0]))


def projections(found: Material, population: dict[str, str], model: PaperModel) -> list[Deviation]:
    """Return the deviations of the six projections; `population`: T, E or I by the name of a group."""
    events = {event.pathway: event for event in found.events}
    made = []
    for path in found.subject.pathways():
        post, pre = (population.get(root(end).name) for end in (path.target, path.source))
        if post in SOURCES and pre is not None:
            made.append(Projection(post, pre, path, events.get(path.name)))
    by_label: dict[str, list[Projection]] = {f"{post}{pre}": [] for post, pres in SOURCES.items() for pre in pres}
    for one in made:
        by_label[one.label].append(one)
    deviations, single = [], []
    for label, several in by_label.items():
        arrow = f"{label[0]}<-{label[1]}"
        if len(several) == 1:
            single.append(several[0])
        elif several:
            deviations.append(Deviation(arrow, f"made {len(several)} times", "once", why_not="no knob does that"))
        else:
            deviations.append(Deviation(arrow, "missing", "present", {f"g_{label}": 0.0}))
    for one in single:
        deviations += _connected(one, model)
    return [*deviations, *_signs(single), *_charges(single, model), *_decays(single, model)]


def _connected(one: Projection, model: PaperModel) -> list[Deviation]:
    """Compare in-degree, reversal potential and delay."""
    g, k, delay = (model.knobs[f"{kind}_{one.label}"].value for kind in ("g", "K", "delay"))
    reversal = model.knobs[f"V_{TRANSMITTER[one.pre]}"].value
    deviations = []
    realised = len(one.path.synapses) / len(one.path.target)
    if abs(realised - k) > max(CLOSE * k, 4 * math.sqrt(k / len(one.path.target))):
        as_strong = {f"K_{one.label}": realised, f"g_{one.label}": g * math.sqrt(realised / k)}
        deviations.append(Deviation(f"{one.arrow}: synapses a neuron", said(realised, "1"), said(k, "1"), as_strong))
    event = one.event
    if event is None or event.why_not is not None:
        why = "it was not probed" if event is None else event.why_not
        return [*deviations, Deviation(f"{one.arrow}: event", "unknown", "", why_not=f"not measured: {why}")]
    zero = None if event.zero_v is None else 1e3 * event.zero_v
    if zero is None:
        text = "none: an event does the same at every v"
        deviations.append(
            Deviation(f"{one.arrow}: reversal potential", text, f"{reversal:g} mV", why_not="no knob does that")
        )
    elif not event.repels and event.hangs_on_v_pre:
        text = f"{zero:.3g} mV, by the presynaptic potential at arrival"
        deviations.append(
            Deviation(f"{one.arrow}: reversal potential", text, f"{reversal:g} mV", why_not="no knob does that")
        )
    elif not event.repels and abs(zero - reversal) > CLOSE_MV:
        knobs = {f"V_{TRANSMITTER[one.pre]}": zero}
        deviations.append(Deviation(f"{one.arrow}: reversal potential", said(zero, "mV"), f"{reversal:g} mV", knobs))
    ms = event.delay_s * 1e3
    if abs(ms - delay) > CLOSE_MS:
        knobs = {f"delay_{one.label}": ms}
        deviations.append(Deviation(f"{one.arrow}: delay", said(ms, "ms"), said(delay, "ms"), knobs))
    return deviations


def _signs(made: Sequence[Projection]) -> list[Deviation]:
    """Return one deviation for all events that drive v away from their zero."""
    events = [(one.arrow, one.event) for one in made if one.event is not None]
    wrong = [(arrow, event.zero_v or 0) for arrow, event in events if event.why_not is None and event.repels]
    if not wrong:
        return []
    zeros = ", ".join(f"{arrow} from {round(1e3 * zero_v, 1) + 0.0:g} mV" for arrow, zero_v in wrong)
    return [
        Deviation(
            "sign of an event",
            f"drives v away: {zeros}",
            "drives v to the reversal potential",
            why_not="it is a fault: see the findings",
        )
    ]


def _charges(made: Sequence[Projection], model: PaperModel) -> list[Deviation]:
    """Compare charges (jump x tau); jumps that lack 1/tau are one mistake, so one deviation."""
    times = {}
    for one in made:
        g, k = (model.knobs[f"{kind}_{one.label}"].value for kind in ("g", "K"))
        if one.charge is not None:
            times[one] = one.charge * model.knobs["C"].value * math.sqrt(k) / g
    off = {one: factor for one, factor in times.items() if differs(factor, 1.0)}
    undivided = {
        one: factor
        for one, factor in off.items()
        if one.event and any(abs(factor / (1e3 * tau_s) - 1) < CLOSE for tau_s in one.event.taus_s.values())
    }
    deviations = []
    if len(undivided) > 1:
        factors = ", ".join(f"{one.arrow} {factor:.3g}" for one, factor in undivided.items())
        knobs = {f"g_{one.label}": model.knobs[f"g_{one.label}"].value * x for one, x in undivided.items()}
        deviations.append(
            Deviation(
                "charge of an event (jump x tau), times ours",
                f"{factors}: as tau in ms, so jumps are not divided by it",
                "1: g is the integral of a conductance, and a jump g/(sqrt(K) tau)",
                knobs,
            )
        )
    for one, factor in off.items():
        if one not in undivided or len(undivided) == 1:
            knobs = {f"g_{one.label}": model.knobs[f"g_{one.label}"].value * factor}
            deviations.append(
                Deviation(f"{one.arrow}: charge of an event (jump x tau), times ours", f"{factor:.3g}", "1", knobs)
            )
    return deviations


def _decays(made: Sequence[Projection], model: PaperModel) -> list[Deviation]:
    """Compare decay times, one deviation a transmitter."""
    deviations = []
    for transmitter in dict.fromkeys(TRANSMITTER.values()):
        name = f"tau_{transmitter}"
        ours = model.knobs[name].value
        own = {
            one.arrow: 1e3 * max(one.event.taus_s.values())
            for one in made
            if TRANSMITTER[one.pre] == transmitter and one.event is not None and one.event.taus_s
        }
        off = {arrow: ms for arrow, ms in own.items() if differs(ms, ours)}
        if off:
            text = ", ".join(f"{arrow} {ms:.3g} ms" for arrow, ms in off.items())
            alike = len(off) == len(own) and not differs(min(off.values()), max(off.values()))
            knobs = {name: next(iter(off.values()))} if alike else {}
            why = "" if alike else "the model has one decay time a transmitter"
            deviations.append(Deviation(f"decay of {transmitter} events", text, said(ours, "ms"), knobs, why))
    return deviations
