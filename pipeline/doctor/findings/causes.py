"""Causes in the model: initial values, currents, constants, weights, singularities. Measurements to findings."""

import re

import numpy as np
from brian2.units.fundamentalunits import DIMENSIONLESS

from pipeline.doctor.findings.finding import Finding
from pipeline.doctor.instruments.dynamics import Values
from pipeline.doctor.instruments.envelope import currents, runs_away
from pipeline.doctor.instruments.events import Event
from pipeline.doctor.instruments.material import Material, grave
from pipeline.doctor.instruments.singularities import singularities
from pipeline.doctor.instruments.sizes import measure, milli, several
from pipeline.doctor.instruments.subject import root
from pipeline.doctor.instruments.watch import Sighting

HUGE_V = 0.3


def nan_at_start(found: Material) -> list[Finding]:
    """Values that are not finite before the first step."""
    seen = found.seen
    if seen is None or not seen.nan_at_start:
        return []
    findings = []
    for name, variables in seen.nan_at_start.items():
        made = found.group(name)
        label = found.subject.label(made)
        for variable, count in variables.items():
            line = _assignment(found.subject.source, label, variable)
            findings.append(
                Finding(
                    "nan_at_start",
                    "error",
                    f"{label}.{variable} is not a number before the first step, in {count} of {len(made)}.",
                    (line or f"{found.subject.place(made)}",),
                    "Certain: seen before the run.",
                    f"# set what the expression uses first (all variables are 0 when the group is made), then\n"
                    f"{label}.{variable} = ...",
                    "The run starts from numbers; whether it stays finite is another question.",
                )
            )
    return findings


def _assignment(source: str | None, label: str, variable: str) -> str | None:
    for number, line in enumerate((source or "").splitlines(), 1):
        if re.match(rf"\s*{re.escape(label)}\.{variable}\b.*=", line):
            return f"line {number}: {line.strip()}"
    return None


def wrong_currents(found: Material) -> list[Finding]:
    """Currents g (v - E) that drive v away from E."""
    findings = []
    for name, about in found.dynamics.items():
        wrong = [c for c in currents(about) if c.repels]
        if not wrong:
            continue
        label = found.label(name)
        each = tuple(
            f"{c.term} is positive above {c.reversal} = {milli(c.reversal_v)} mV and negative below" for c in wrong
        )
        rate = "Im" if about.expressions.get(about.v) == "Im/Cm" else f"d{about.v}/dt"
        findings.append(
            Finding(
                "current_sign",
                "error" if grave(found) or runs_away(about) else "warning",
                f"In {label}, {several(len(wrong), 'current pushes', 'currents push')} the potential away from "
                f"its reversal potential instead of towards it: the sign is wrong.",
                (f"equations of {found.subject.place(found.group(name))}", *each),
                "Certain of the sign: each term was evaluated on both sides of its reversal potential.",
                "\n".join(
                    f"{rate} = ... + g*({c.reversal} - {about.v})    # not g*({about.v} - {c.reversal})"
                    for c in wrong[:1]
                ),
                "v returns to rest after a disturbance. The step may still be too large for the spike.",
            )
        )
    return findings


def changed_constants(found: Material) -> list[Finding]:
    """Constants that are not what they were when the groups were made."""
    findings = []
    shared = [c for c in found.changes if c.shared]
    if shared:
        names = " and ".join(c.name for c in shared)
        evidence = []
        for c in shared:
            each = ", ".join(
                f"{_size(found, c.name, c.then[g])} when {found.subject.place(found.group(g))} was made" for g in c.then
            )
            evidence.append(f"{c.name}: {each}; {_size(found, c.name, c.now)} in the run, for all")
        one = shared[0]
        owner = found.label(next(g for g, v in one.then.items() if v != one.now))
        findings.append(
            Finding(
                "shared_constant",
                "error",
                f"{names} {'has' if len(shared) == 1 else 'have'} one value for all groups: the last assignment before "
                "the run, not the one when a group was made.",
                tuple(evidence),
                "Certain: values at creation and at the run were compared.",
                f"{owner} = NeuronGroup(..., Equations(eqs, "
                f"{', '.join(f'{c.name}={c.name + chr(95) + owner!r}' for c in shared)}), ...)\n"
                f"# and one constant for each group: {', '.join(f'{c.name}_{owner} = ...' for c in shared)}",
                "Each group has its own value, so rates change. It has nothing to do with NaN unless a "
                "value is absurd.",
            )
        )
    for c in found.changes:
        if not c.shared:
            groups = ", ".join(found.subject.place(found.group(g)) for g in c.then)
            before = next(iter(c.then.values()))
            findings.append(
                Finding(
                    "changed_constant",
                    "warning",
                    f"{c.name} was {_size(found, c.name, before)} when {groups} was made and is "
                    f"{_size(found, c.name, c.now)} in the run: the last value counts.",
                    (),
                    "Certain of the values; whether it is meant, only you know.",
                    f"# another name for the second meaning of {c.name}, or NeuronGroup(..., "
                    f"namespace={{'{c.name}': ...}})",
                    "The group keeps the value it was made with.",
                )
            )
    return findings


def _size(found: Material, name: str, value: float) -> str:
    return measure(value, getattr(found.subject.namespace[name], "dim", DIMENSIONLESS))


def singular(found: Material) -> list[Finding]:
    """Quotients that were 0/0 in the run; those that only could be are notes."""
    findings = []
    seen = found.seen
    count = 0
    for name, about in found.dynamics.items():
        try:
            places = singularities(about)
        except Exception as error:
            found.check("singularities", f"failed for {found.label(name)}: {type(error).__name__}: {error}")
            continue
        count += 1
        hit = None
        if seen and seen.not_finite and seen.not_finite.group == name and about.v in seen.history:
            past = seen.history[about.v]
            last = past[np.isfinite(past)][-3:]
            hit = next((s for s in places if len(last) and np.abs(last - s.v).min() < 1e-9), None)
        reach = seen.ranges.get(name, {}).get(about.v, (0, 0)) if seen and about.v else (0, 0)
        crossed = [s for s in places if reach[0] < s.v < reach[1] and s is not hit]
        if hit:
            findings.append(
                Finding(
                    "singularity",
                    "error",
                    f"{hit.variable} of {found.label(name)} is 0/0 at v = {milli(hit.v)} mV, where the potential was.",
                    (
                        f"{hit.quotient}",
                        f"neuron {seen.not_finite.neuron} at {seen.not_finite.t_s * 1e3:.4g} ms"
                        if seen and seen.not_finite
                        else "",
                    ),
                    "Certain: the step before the first NaN had exactly this potential.",
                    "alpha = a*k/exprel(-(v - V0)/k)    # for a*(v - V0)/(1 - exp(-(v - V0)/k)); exprel is 1 at 0",
                    "The same curve without the hole; nothing else changes.",
                )
            )
        elif crossed:
            where = ", ".join(f"{s.variable} at {milli(s.v)} mV" for s in crossed)
            findings.append(
                Finding(
                    "singularity",
                    "note",
                    f"{found.label(name)} crosses potentials at which a rate is 0/0 ({where}): NaN if v "
                    "ever has exactly that value.",
                    tuple(s.quotient for s in crossed),
                    "It did not happen in this run.",
                    "alpha = a*k/exprel(-(v - V0)/k)    # for a*(v - V0)/(1 - exp(-(v - V0)/k))",
                    "The same curve without the hole; nothing else changes.",
                )
            )
    found.check("singularities", f"{count} groups scanned from -150 to 100 mV")
    return findings


def heavy_weights(found: Material) -> list[Finding]:
    """Events that move v by volts, and input that takes a current-based potential there."""
    heavy = [e for e in found.events if e.why_not is None and not e.repels and abs(e.at_rest) > HUGE_V]
    if heavy:
        return [_heavy(found, heavy[0])]
    seen = found.seen
    trouble = seen.trouble if seen else None
    if seen is None or trouble is None or not grave(found):
        return []
    about = found.dynamics.get(trouble.group)
    if about is None or about.v is None or any(c.repels for c in currents(about)):
        return []
    if found.bounds[trouble.group].get(about.v) != (-1.0, 1.0) or trouble.variables != [about.v]:
        return []
    ranked = ranked_terms(found)
    if ranked and "exp(" in ranked[0][0]:
        return []
    reached = seen.ranges[trouble.group].get(about.v, (0, 0))
    label = found.label(trouble.group)
    return [
        Finding(
            "weight_scale",
            "error",
            f"The input drives v of {label} to {max(reached, key=abs):.3g} V: a unit or a factor is wrong.",
            (
                f"neuron {trouble.neuron}, {trouble.t_s * 1e3:.4g} ms; v from {reached[0]:.3g} to {reached[1]:.3g} V",
                *(f"{term} = {value:.4g} V/s" for term, value in ranked[:3]),
            ),
            "Certain of the size; which factor is wrong only you can tell.",
            "# the unit and the size of the first term (nA for A; weight x rate x number of inputs x tau)",
            "v stays in the range of biology. Firing rates fall.",
        )
    ]


def _heavy(found: Material, event: Event) -> Finding:
    target = root(found.subject.pathway(event.pathway).target)
    jumps = [
        f"{name} jumps by {measure(jump, target.variables[name].dim)}"
        + (f" and decays in {event.taus_s[name] * 1e3:.4g} ms" if name in event.taus_s else "")
        for name, jump in event.jumps.items()
    ]
    return Finding(
        "weight_scale",
        "error" if grave(found) or abs(event.at_rest) > 1 else "warning",
        f"One event of {event.synapses} would move v of {event.target} by {event.at_rest:.3g} V: it is out of scale.",
        tuple(jumps),
        "Certain of the size; which factor is wrong only you can tell.",
        f"{event.synapses}.w = ...    # so that one event moves v by about a millivolt",
        "v stays in the range of biology. Firing rates fall.",
    )


def last_finite(found: Material, trouble: Sighting) -> Values | None:
    """Return the last state of the neuron in trouble that was finite, and its time; None where there is none."""
    seen, about = found.seen, found.dynamics[trouble.group]
    if seen is None:
        return None
    past = {name: row for name, row in seen.history.items() if name in about.states}
    finite = np.nonzero(np.isfinite(np.vstack(list(past.values()))).all(axis=0))[0]
    if not len(finite):
        return None
    k = int(finite[-1])
    values = about.now([trouble.neuron])
    values |= {name: row[k : k + 1] for name, row in seen.history.items() if name in values}
    values["t"] = np.array(seen.history["t"][k])
    return values


def ranked_terms(found: Material) -> list[tuple[str, float]]:
    """Return the terms of dv/dt of the neuron in trouble at its last finite state, the largest first, in V/s."""
    seen = found.seen
    trouble = seen.trouble if seen else None
    if seen is None or trouble is None or "t" not in seen.history:
        return []
    about = found.dynamics.get(trouble.group)
    if about is None or about.v is None or about.v not in seen.history:
        return []
    values = last_finite(found, trouble)
    if values is None:
        return []
    found_terms = []
    for term in about.terms(about.v):
        found_terms.append((term, float(np.mean(about.evaluate(term, dict(values))))))
    return sorted(found_terms, key=lambda pair: -abs(pair[1]) if np.isfinite(pair[1]) else -np.inf)
