"""Curves against voltage that are upside down: opening and closing rates of a gate, the magnesium block."""

import re

import numpy as np

from pipeline.doctor.findings.finding import Finding
from pipeline.doctor.instruments.dynamics import Dynamics, Values
from pipeline.doctor.instruments.envelope import V_SCAN, currents, is_gate
from pipeline.doctor.instruments.material import Material, grave, sizes
from pipeline.doctor.instruments.subject import set_in_target
from pipeline.doctor.instruments.witness import root

TURN = 0.1
"""By how much a steady state must rise and fall to be called neither."""
MOSTLY = 0.5
"""Part of the states of a run."""
EXCITES_V = -0.02
BLOCKED_V, FREE_V = -0.08, 0.04
RATIO = 2.0
"""By how much more an excitatory conductance lets through at BLOCKED_V than at FREE_V, to be upside down."""

MAGNESIUM = re.compile(r"(?i:nmda|(^|\W|_)mg\d*($|\W|_)|magnes)|0?\.062\b|3\.57\b")
"""What tells a magnesium block: its names, or the numbers of Jahr & Stevens 1990."""

GROWN = 10.0
"""Times its usual size that a variable reaches which runs away."""


def turned_gates(found: Material) -> list[Finding]:
    """Gates whose opening and closing rates go the same way with v, so that the steady state turns."""
    findings = []
    for name, about in found.dynamics.items():
        label = found.label(name)
        for gate in [n for n in about.states if about.dimensionless(n) and is_gate(about, n)]:
            opening, closing = _rates(about, gate)
            ways = {_way(opening), _way(closing)}
            steady = opening / (opening + closing)
            if len(ways) != 1 or ways == {0} or min(_rise(steady), _rise(-steady)) < TURN:
                continue
            says = "rise" if ways == {1} else "fall"
            findings.append(
                Finding(
                    "gate_direction",
                    "error",
                    f"Opening and closing rate of {gate} in {label} both {says} with v: one of them has the wrong sign "
                    "in its exponent.",
                    (
                        f"equations of {found.subject.place(found.group(name))}",
                        *(
                            f"at {about.shown(about.frame.model(float(v)))}: alpha = {opening[k] / 1e3:.3g}, "
                            f"beta = {closing[k] / 1e3:.3g} per ms, "
                            f"steady state {steady[k]:.2g}"
                            for k, v in enumerate(V_SCAN)
                            if k in (12, 21, 30)
                        ),
                    ),
                    "Certain of the curves: rates were evaluated from -120 to 60 mV.",
                    f"# compare both rates of {gate} with the source: where one has exp(-(v - V0)/k), the other has "
                    "the opposite sign",
                    "The gate opens or closes with v, not both.",
                )
            )
    return findings


def runaway_states(found: Material) -> list[Finding]:
    """Variables other than v that their own linear equation drives away from where it is zero, as no gate may be."""
    findings = []
    for name, about in found.dynamics.items():
        here = found.states(name)
        if about.v is None or here is None:
            continue
        count = len(here[about.v])
        for state in [n for n in about.states if n != about.v]:
            slope = _own_slope(about, state, here)
            if slope is None or not (slope > 0).mean() > MOSTLY:
                continue
            if _stayed(found, name, state):  # as a factor that homeostasis moves slowly
                continue
            k = int(np.argmax(slope))
            parts = set(about.reads(about.expressions[state])) & set(about.expressions) - set(about.states)
            inner = {n: float(np.broadcast_to(about.evaluate(n, dict(here)), (count,))[k]) for n in sorted(parts)}
            low, high = found.seen.ranges.get(name, {}).get(state, (np.nan, np.nan)) if found.seen else (np.nan, np.nan)
            findings.append(
                Finding(
                    "gate_direction",
                    "error",
                    f"{state} of {found.label(name)} runs away from its steady state: the higher it is, the faster it "
                    "rises, as with a negative rate or time constant.",
                    (
                        f"d{state}/dt = {about.expressions[state]}",
                        f"at {about.shown(float(here[about.v][k]))}: "
                        + ", ".join(f"{n} = {value:.3g}" for n, value in inner.items() if value < 0),
                        f"in the run {state} went from {low:.3g} to {high:.3g}",
                    ),
                    "Certain: the equation was evaluated at the states of the run.",
                    f"# look at the sign of {next((n for n, x in inner.items() if x < 0), 'each factor')}: rates and "
                    "time constants are positive",
                    f"{state} comes back to its steady state.",
                )
            )
    return findings


def _stayed(found: Material, name: str, state: str) -> bool:
    """Tell whether a variable kept its size in a run without trouble."""
    samples, largest = sizes(found, name, state)
    return not grave(found) and bool(len(samples)) and bool(largest < GROWN * np.median(samples))


def _own_slope(about: Dynamics, state: str, here: Values) -> np.ndarray | None:
    """Return d(dx/dt)/dx of a variable at each of some states; None where it is no straight line in x."""
    step = np.maximum(0.01 * np.abs(here[state]), 1e-3 if about.dimensionless(state) else 1e-15)
    lines = [about.rates({**here, state: here[state] + k * step})[state] for k in (0, 1, 2)]
    first, second = (lines[1] - lines[0]) / step, (lines[2] - lines[1]) / step
    good = np.isfinite(first) & np.isfinite(second)
    if not good.any() or not np.allclose(first[good], second[good], rtol=1e-3, atol=1e-9 * np.abs(first[good]).max()):
        return None
    return np.asarray(first[good])


def _rates(about: Dynamics, gate: str) -> tuple[np.ndarray, np.ndarray]:
    """Return opening and closing rate (1/s) of a gate at each of V_SCAN."""
    values = about.now(np.zeros(len(V_SCAN), int))
    values[about.potential] = about.frame.model(V_SCAN + 1.234e-5)  # beside round numbers, where rates may be 0/0
    opening = about.rates({**values, gate: np.zeros(len(V_SCAN))})[gate]
    closing = -about.rates({**values, gate: np.ones(len(V_SCAN))})[gate]
    return opening, closing


def _way(curve: np.ndarray) -> int:
    """Return 1 for a curve that rises, -1 for one that falls, 0 for one that does both or neither."""
    steps = np.diff(curve)
    small = 1e-6 * np.ptp(curve)
    return int(np.any(steps > small)) - int(np.any(steps < -small))


def _rise(curve: np.ndarray) -> float:
    """Return the largest rise of a curve from a point to a later one."""
    return float(np.max(curve - np.minimum.accumulate(curve)))


def _fed(found: Material, name: str) -> set[str]:
    """Return the variables of a group that events, inputs or sums of synapses set: others may inactivate."""
    onto = [path for path in found.subject.pathways() if root(path.target).name == name]
    codes = [path.code for path in onto] + [one.abstract_code for one in found.subject.poisson_inputs(name)]
    summed = {variable for group, variable in found.subject.summed() if group == name}
    return summed.union(*map(set_in_target, codes))


def turned_blocks(found: Material) -> list[Finding]:
    """Currents that events feed, and that v lets through at rest and blocks the more it is depolarised."""
    findings = []
    for name, about in found.dynamics.items():
        values = about.now([0])
        base = {
            n: np.ones(1) if not np.any(values[n]) else values[n] for n in values
        }  # before the first event all is 0
        fed = _fed(found, name)
        for current in currents(about):
            if about.frame.nominal(current.reversal_v) < EXCITES_V or not fed & set(about.reads(current.term)):
                continue
            grid = about.frame.model(np.linspace(BLOCKED_V, FREE_V + 1e-5, 13))
            passing = [
                abs(float(np.mean(about.evaluate(current.term, {**base, about.potential: np.full(1, v)}))))
                / abs(v - current.reversal_v)
                for v in grid
            ]
            blocked, free = passing[0], passing[-1]
            if not blocked > RATIO * free or _way(np.array(passing)) != -1:  # one with a maximum is a window
                continue
            read = about.reads(current.term)
            meant = any(map(MAGNESIUM.search, [current.term, *read, *(about.expressions.get(n, "") for n in read)]))
            findings.append(
                Finding(
                    "block_direction",
                    "error" if meant else "warning",
                    f"An excitatory conductance of {found.label(name)} is blocked by depolarisation: "
                    + ("the magnesium block is upside down." if meant else "a magnesium block would be upside down."),
                    (
                        f"equations of {found.subject.place(found.group(name))}: {current.term}",
                        f"{blocked / max(free, 1e-30):.3g} times as much passes at "
                        f"{about.shown(about.frame.model(BLOCKED_V))} as at "
                        f"{about.shown(about.frame.model(FREE_V))}, its reversal potential is "
                        f"{about.shown(current.reversal_v)}",
                    ),
                    "Certain of the curve: the conductance was evaluated with all gates and inputs kept."
                    + ("" if meant else " AMPA receptors without GluA2 do rectify so."),
                    "B = 1/(1 + Mg/3.57*exp(-0.062*v/mV)) : 1    # Jahr & Stevens 1990: a minus",
                    "NMDA adds to what is depolarised already, and little at rest.",
                )
            )
    return findings
