"""Plausibility: what neurons are like, with sources, and what of this network is unlike them."""

from dataclasses import dataclass

import brian2 as b2
import numpy as np

from pipeline.doctor.findings.finding import Finding
from pipeline.doctor.instruments.dynamics import Dynamics, Values
from pipeline.doctor.instruments.envelope import currents
from pipeline.doctor.instruments.material import Material, grave
from pipeline.doctor.instruments.slopes import slopes
from pipeline.doctor.instruments.witness import root


@dataclass(frozen=True)
class Range:
    """Within which a quantity of real neurons lies."""

    quantity: str
    low: float
    high: float
    unit: str
    source: str


RANGES = {
    "membrane": Range("membrane time constant", 0.2, 1000, "ms", "Koch 1999, Biophysics of Computation, 1.2: 1 to 100"),
    "fastest": Range("capacitance over one whole conductance", 1e-3, 1e4, "ms", "Hodgkin & Huxley 1952: 0.008 for Na"),
    "potential": Range("potential", -150, 150, "mV", "Hille 2001, Ion Channels, ch. 1: reversal from -98 to 129"),
    "rate": Range("rate of a neuron", 0, 500, "spikes/s", "Kandel 2013: absolute refractoriness of 1 to 2 ms"),
    "axial": Range("axial resistivity", 10, 1000, "ohm*cm", "Hodgkin & Huxley 1952: 35; Koch 1999: to 300"),
    "area": Range("capacitance by area", 1e-3, 10, "uF/cm**2", "Hodgkin & Huxley 1952: 1; myelin: 0.005"),
    "rest": Range("rest above threshold, in distances from reset to threshold", -100, 3, "", "tutorials: at most 1"),
}


@dataclass(frozen=True)
class Measured:
    """A quantity of this network against its range."""

    key: str
    label: str
    value: float
    about: str

    @property
    def off(self) -> bool:
        """It is out of its range."""
        known = RANGES[self.key]
        return not known.low <= self.value <= known.high

    @property
    def text(self) -> str:
        """The quantity in words, with the range and its source."""
        known = RANGES[self.key]
        unit = f" {known.unit}" if known.unit else ""
        return (
            f"{known.quantity} of {self.label}: {self.value:.3g}{unit}{self.about} "
            f"(neurons: {known.low:g} to {known.high:g}; {known.source})"
        )


def measured(found: Material) -> list[Measured]:
    """Return what could be measured of the table, group by group."""
    rows: list[Measured] = []
    for name, about in found.dynamics.items():
        rest, label, seen = found.rests.get(name), found.label(name), found.seen
        if about.v is None:
            continue
        if rest is not None and rest.state and about.in_volts:
            rows += _constants(found, name)
        group = found.group(name)
        if isinstance(group, b2.SpatialNeuron):
            for key, variable in (("axial", "Ri"), ("area", "Cm")):
                rows.append(Measured(key, label, 100 * float(np.median(group.variables[variable].get_value())), ""))
        reach = seen.ranges.get(name, {}).get(about.v) if seen else None
        if reach is not None and about.in_volts and np.isfinite(reach).all():
            far = max(about.frame.nominal(np.array(reach)), key=abs) * 1e3
            rows.append(Measured("potential", label, float(far), " in the run"))
        count = seen.spiking.get(name) if seen else None
        if seen is not None and count is not None and seen.end_s > seen.start_s:
            rate = count.n / max(count.neurons, 1) / (seen.end_s - seen.start_s)
            if count.n > 5:
                rows.append(Measured("rate", label, float(rate), " of those that spike"))
        top, bottom = about.level, about.reset
        alone = _undriven(found, name, top, bottom)
        if alone is not None and top is not None and bottom is not None:
            how = f", {about.v} goes to {about.shown(alone)} without input"
            rows.append(Measured("rest", label, float((alone - top) / (top - bottom)), how))
    return rows


def _undriven(found: Material, name: str, top: float | None, bottom: float | None) -> float | None:
    """Return where a neuron with reset goes without input, if it began on the scale of its threshold.

    Which of its parameters are input (a current), and which belong to its rest (a reversal potential of its own), no
    unit tells: of none, one, all but one and all of them at 0, the end counts that is nearest to its scale.
    """
    about, start = found.dynamics[name], found.starts_v.get(name)
    cable = isinstance(found.group(name), b2.SpatialNeuron)
    if top is None or bottom is None or top <= bottom or start is None or cable or found.kinds[name] != "reset":
        return None
    span = top - bottom
    if min(start) < bottom - 3 * span or max(start) > top + span:
        return None
    values = about.now([0]) | {n: np.zeros(1) for n in about.states if n in found.written[name]}
    own = [n for n in found.group(name).user_equations if n in values and n not in about.states]
    kept = [set(), set(own), *({n} for n in own), *(set(own) - {n} for n in own)]
    ends = [_end(about, values | {n: np.zeros(1) for n in own if n not in some}, bottom, top) for some in kept]
    known = [end for end in ends if end is not None]
    return min(known, key=lambda end: max(bottom - end, end - top), default=None)


def _end(about: Dynamics, values: Values, bottom: float, top: float) -> float | None:
    """Return where the line through dv/dt at reset and threshold is 0; None where it does not pull v there."""
    here = {n: np.repeat(x[:1], 2) for n, x in values.items()} | {about.potential: np.array([bottom, top])}
    rates = about.rates(here)[about.potential]
    if not np.isfinite(rates).all():
        return None
    slope = (rates[1] - rates[0]) / (top - bottom)
    return float(top - rates[1] / slope) if slope < 0 else None


def _constants(found: Material, name: str) -> list[Measured]:
    """Return the time constants of a membrane: of all currents at rest, and of each conductance when wholly open."""
    about, rest, label = found.dynamics[name], found.rests[name], found.label(name)
    values = about.now([0]) | {n: np.full(1, x) for n, x in rest.state.items()}
    rows = []
    with np.errstate(all="ignore"):
        slope = float(about.jacobian(values, [about.potential])[0, 0, 0])
    if slope < 0:
        rows.append(Measured("membrane", label, -1e3 / slope, " at rest"))
    gates = {n for n in about.states if about.dimensionless(n) and n != about.v and n not in found.written[name]}
    opened = values | {n: np.ones(1) for n in gates}
    for one in slopes(about, opened):
        if one.straight and one.highest < -1e-3:
            rows.append(Measured("fastest", label, -1e3 / one.highest, f", of {one.term}"))
    return rows


def implausible(found: Material) -> list[Finding]:
    """What is so far out of its range that it explains trouble."""
    findings = []
    rows = measured(found)
    fast = [row for row in rows if row.key == "fastest" and row.value < RANGES["fastest"].low]
    if fast:
        findings.append(
            Finding(
                "conductance_scale",
                "error" if grave(found) else "warning",
                f"{'A conductance' if len(fast) == 1 else 'Conductances'} of {fast[0].label} "
                f"{'is' if len(fast) == 1 else 'are'} far too large for the capacitance: "
                f"{', '.join(f'{row.value * 1e6:.2g} ns' for row in fast)} to charge the membrane.",
                tuple(row.text for row in fast),
                "Certain of the ratio; likely a prefix of a unit (siemens for msiemens), or an area that was left out.",
                "g_na = 120*msiemens/cm**2*area    # and the capacitance with the same area",
                "The membrane follows at a step that one can afford.",
            )
        )
    findings += [*_resets(found), *_firing_alone(found)]
    for row in rows:
        if row.key == "rest" and row.off:
            findings.append(
                Finding(
                    "rest_beyond",
                    "warning",
                    f"The equation of {row.label} pulls its potential far beyond the threshold: two scales are mixed.",
                    (row.text,),
                    "Certain of the numbers: dv/dt was evaluated at reset and threshold, its parameters at 0 or kept.",
                    "# threshold, reset, start and the equation on one scale: (E_L - v)/tau with E_L = -70\n"
                    "# where threshold and reset are -55 and -70, or (1 - v)/tau with threshold 0.8 and reset 0",
                    "The neuron rests below threshold, and input makes it fire.",
                )
            )
        elif row.key in ("axial", "area") and row.off:
            findings.append(
                Finding(
                    "cable_scale",
                    "warning",
                    f"The {row.text.partition(':')[0]} is no cable's: {row.value:.4g} {RANGES[row.key].unit}.",
                    (row.text,),
                    "Certain of the number; likely a unit (ohm*meter for ohm*cm).",
                    "SpatialNeuron(..., Cm=1*uF/cm**2, Ri=100*ohm*cm)",
                    "Spikes travel as fast, and currents spread as far, as in neurons.",
                )
            )
        elif row.key == "potential" and row.off and not grave(found):
            findings.append(
                Finding(
                    "far_potential",
                    "warning",
                    f"The potential of {row.label} goes to {row.value:.4g} mV, where no neuron's is.",
                    (row.text,),
                    "Certain: seen in the run.",
                    "# a weight, a current or a sign: look at the largest effect in the table of events",
                    "v stays in the range of biology.",
                )
            )
        elif row.key == "rate" and row.off and not grave(found):
            findings.append(
                Finding(
                    "too_fast",
                    "warning",
                    f"Neurons of {row.label} fire {row.value:.4g} spikes/s, more than any neuron can.",
                    (row.text,),
                    "Certain: counted in the run.",
                    "NeuronGroup(..., refractory=2*ms)    # and less input",
                    "Rates are those of neurons.",
                )
            )
    return findings


def _resets(found: Material) -> list[Finding]:
    """Resets that leave v at the threshold or above it."""
    findings = []
    for name, about in found.dynamics.items():
        if about.v is None or found.kinds[name] != "reset":
            continue
        top, bottom = about.level, about.reset
        count = found.seen.spiking.get(name) if found.seen else None
        if top is None or bottom is None or bottom < top or count is None or count.repeats < 0.3 * count.n:
            continue
        findings.append(
            Finding(
                "reset_above",
                "error",
                f"The reset of {found.label(name)} does not take {about.v} below its threshold: {about.shown(bottom)} "
                f"against {about.shown(top)}, and a neuron fires in each step.",
                (
                    f"{found.subject.place(found.group(name))}: threshold = {about.threshold!r}",
                    f"{count.repeats} of {count.n} spikes came in the step after another",
                ),
                "Certain: both were evaluated, and the run does so.",
                f"reset='{about.v} = ...'    # below the threshold, and refractory=2*ms",
                "A spike is followed by a pause.",
            )
        )
    return findings


def _firing_alone(found: Material) -> list[Finding]:
    """Neurons with currents that fire without input, in a group that has inputs."""
    findings = []
    for name, rest in found.rests.items():
        onto = [path for path in found.subject.pathways() if root(path.target).name == name]
        fed = bool(onto or found.subject.poisson_inputs(name))
        if (
            rest.rate_hz <= 0
            or found.kinds.get(name) != "conductance"
            or not fed
            or found.dynamics[name].injected() > 0
        ):
            continue
        leaks = ", ".join(
            f"{c.reversal} = {found.dynamics[name].shown(c.reversal_v)}" for c in currents(found.dynamics[name])
        )
        findings.append(
            Finding(
                "fires_alone",
                "warning",
                f"A neuron of {found.label(name)} fires by itself, {rest.rate_hz:.3g} spikes/s without any input.",
                (found.subject.place(found.group(name)), f"reversal potentials: {leaks}"),
                "Certain: one neuron was integrated alone; whether it is meant, only you know.",
                "E_L = ...    # below the potential at which spikes begin, as the source of the model has it",
                "Input makes it fire, not the leak.",
            )
        )
    return findings
