"""What feeds a network: weights left at 0, overlapping parts of a group, input that ends early."""

import contextlib
import re
from itertools import combinations
from typing import Any

import brian2 as b2
import numpy as np
from brian2.core.variables import ArrayVariable
from brian2.groups.subgroup import Subgroup
from brian2.utils.stringtools import get_identifiers

from pipeline.doctor.findings.finding import Finding
from pipeline.doctor.instruments.material import Material
from pipeline.doctor.instruments.sizes import several
from pipeline.doctor.instruments.subject import read_by_events
from pipeline.doctor.instruments.texts import all_texts
from pipeline.doctor.instruments.witness import root

SHARE = 0.05
"""Part of a projection without weight that is told."""
COVERED, UNUSED = 0.5, 2.0
CROWDED = 0.3
"""Spikes a step, beyond which a Poisson process is far from one."""
FASTEST_HZ = 1000.0
"""A rate that no neuron has; that of many together may be above it."""


def misfed(found: Material) -> list[Finding]:
    """All of this module."""
    return [*late_synapses(found), *overlapping(found), *ending(found), *crowded(found), *counted_twice(found)]


def late_synapses(found: Material) -> list[Finding]:
    """Synapses whose weight is 0, since they were made after the weights were set."""
    findings = []
    for made in found.subject.synapses:
        used = read_by_events(made)
        for name, equation in made.equations.items():
            key = (made.name, name)
            if equation.type != "parameter" or name not in used or "shared" in equation.flags or not len(made):
                continue
            if not isinstance(made.variables[name], ArrayVariable):
                continue
            nothing = made.variables[name].get_value() == 0
            late = not nothing.all() and bool(nothing[-1]) and nothing.mean() > SHARE and _block(nothing)
            if not late or key in found.census.written or key not in found.waiting:
                continue
            witness = found.subject.witness
            if witness is not None and len(witness.connected.get(made, ())) < 2:  # zeros that the assignment gave
                continue
            label = found.subject.label(made)
            findings.append(
                Finding(
                    "never_set",
                    "error",
                    f"{name} is 0 in the last {int(nothing.sum())} of {len(made)} synapses of {label}: these do "
                    "nothing.",
                    (found.subject.place(made),),
                    "Certain. connect() gives new synapses zeros; an assignment reaches those that are there already.",
                    f"{label}.{name} = ...    # after the last connect()",
                    f"All synapses of {label} act.",
                )
            )
    return findings


def _block(nothing: np.ndarray) -> bool:
    """Tell whether zeros stand at the end and nowhere else."""
    return bool((np.diff(nothing.astype(int)) != 0).sum() == 1)


def overlapping(found: Material) -> list[Finding]:
    """Parts of one group that are sources of different projections and share some of their neurons, but not all."""
    parts: dict[str, Subgroup] = {}
    for made in found.subject.synapses:
        if isinstance(made.source, Subgroup):
            parts[found.subject.label(made.source)] = made.source
    findings = []
    for (one, a), (two, b) in combinations(sorted(parts.items()), 2):
        shared = min(a.stop, b.stop) - max(a.start, b.start)
        if root(a) is not root(b) or shared <= 0 or shared in (len(a), len(b)):
            continue
        findings.append(
            Finding(
                "overlapping_parts",
                "warning",
                f"{one} and {two} share {several(shared, 'neuron', 'neurons')}, which send events of both.",
                (f"{one} is {_range(a)}, {two} is {_range(b)} of {found.subject.label(root(a))}",),
                "Certain of the numbers; whether it is meant, only you know.",
                f"{two} = {found.subject.label(root(a))}[{a.stop}:]    # where {one} ends",
                "Each neuron is of one kind.",
            )
        )
    return findings


def _range(part: Any) -> str:
    return f"[{part.start}:{part.stop}]"


def ending(found: Material) -> list[Finding]:
    """Arrays of input that end long before the run; their last value is held."""
    codes = all_texts(found.subject)
    used = set().union(*map(get_identifiers, codes))
    findings = []
    for name, array in found.subject.namespace.items():
        if not isinstance(array, b2.TimedArray) or name not in used:
            continue
        steps, dt_s = len(array.values), float(array.dt)
        end_s = found.subject.start_s + found.subject.span_s
        if steps * dt_s >= UNUSED * end_s and np.ptp(np.asarray(array.values)) > 0:
            findings.append(_unused(found, name, steps, dt_s, end_s))
        over = 0 < steps * dt_s <= found.subject.start_s * (1 + 1e-9)
        if (not over and steps * dt_s >= COVERED * end_s) or steps < 3 or not _of_time(name, codes):
            continue
        if over:
            findings.append(_over(name, steps * dt_s, found.subject.start_s))
            continue
        if np.array_equal(array.values[0], array.values[-1]):  # a pulse that is over
            continue
        findings.append(
            Finding(
                "input_ends",
                "warning",
                f"{name} ends after {steps * dt_s * 1e3:.4g} of {found.subject.span_s * 1e3:.4g} ms: its last "
                "value is held from then on.",
                (f"{steps} values, one in {dt_s * 1e3:.4g} ms",),
                "Certain of the numbers; likely the dt of the array.",
                f"{name} = TimedArray(..., dt={found.subject.span_s / steps * 1e3:.4g}*ms)    # between samples",
                "The input lasts as long as its recording.",
            )
        )
    return findings


def _of_time(name: str, codes: list[str]) -> bool:
    """Tell whether an array is called with the time itself, not with a part of it, as with t % period."""
    return any(re.search(rf"\b{re.escape(name)}\(\s*t\s*[,)]", code) for code in codes)


def _over(name: str, end_s: float, start_s: float) -> Finding:
    """Return the finding on an array that had ended when this run began: the time goes on from run to run."""
    return Finding(
        "input_ends",
        "warning",
        f"{name} is over when this run begins: it ends at {end_s * 1e3:.4g} ms, and t goes on from run to run, here "
        f"from {start_s * 1e3:.4g} ms. Its last value is held.",
        (f"{name}(t) is asked for times after its end alone",),
        "Certain of the times.",
        f"{name}(t % ({end_s * 1e3:.4g}*ms))    # in the equations; or restore() before each run",
        "Each run has the whole input.",
    )


def _unused(found: Material, name: str, steps: int, dt_s: float, end_s: float) -> Finding:
    """Return the finding on an array of which a run shows the beginning alone."""
    quiet = found.seen is not None and not any(count.n for count in found.seen.spiking.values())
    return Finding(
        "input_ends",
        "warning" if quiet else "note",
        f"The run ends at {end_s * 1e3:.4g} ms, and {name} goes on to {steps * dt_s * 1e3:.4g} ms: only its first "
        f"{int(end_s / dt_s)} of {steps} values are shown.",
        (f"{steps} values, one in {dt_s * 1e3:.4g} ms",),
        "Certain of the numbers; likely the dt of the array, unless later runs show the rest.",
        f"{name} = TimedArray(..., dt={end_s / steps * 1e3:.4g}*ms)    # duration / number of values",
        "All of the input is shown.",
    )


def crowded(found: Material) -> list[Finding]:
    """Inputs that are asked for more spikes than there are steps: a Poisson unit sends one a step at most."""
    findings = []
    for group in found.subject.all_objects:
        if not isinstance(group, b2.PoissonGroup):
            continue
        rates = np.zeros(0)
        with contextlib.suppress(Exception):  # rates that hang on what is not there yet
            rates = np.asarray(group.state("rates", use_units=False)[:], float)
        per_step = float(np.max(rates)) * float(group.clock.dt_) if rates.size else 0.0
        if per_step <= CROWDED:
            continue
        label = found.subject.label(group)
        findings.append(
            Finding(
                "crowded_input",
                "error" if per_step >= 1 else "warning",
                f"{label} is asked for {np.max(rates):.4g} spikes/s, {per_step:.3g} a step, and a unit can send one "
                "a step at most: it is no Poisson process.",
                (f"{found.subject.place(group)}: dt = {float(group.clock.dt_) * 1e3:.4g} ms",),
                "Certain of both numbers.",
                "PoissonInput(target, variable, N=..., rate=..., weight=...)    # many inputs of one neuron as one sum",
                "The mean and the variance of the input are those of all inputs.",
            )
        )
    return findings


def counted_twice(found: Material) -> list[Finding]:
    """Inputs of many sources, each with a rate that only many together have."""
    findings = []
    for made in found.subject.all_objects:
        if not isinstance(made, b2.PoissonInput) or made.N < 2 or not isinstance(made.rate, b2.Quantity):
            continue
        rate_hz = float(np.max(made.rate))
        if rate_hz <= FASTEST_HZ:
            continue
        label = found.subject.label(made)
        findings.append(
            Finding(
                "crowded_input",
                "warning",
                f"Each of the {made.N} sources of {label} sends {rate_hz:.4g} spikes/s: {made.N * rate_hz:.4g} "
                "spikes/s come to each neuron.",
                (found.subject.place(made),),
                "Certain of the numbers; likely the rate of all sources, which N multiplies again.",
                f"PoissonInput(..., N={made.N}, rate={rate_hz / made.N:.4g}*Hz, ...)    # of one source",
                "A source fires as neurons do.",
            )
        )
    return findings
