"""Causes in the model: initial values, currents, constants, weights, singularities. Measurements to findings."""

import brian2 as b2
import numpy as np
from brian2.units.fundamentalunits import DIMENSIONLESS

from pipeline.doctor.findings.finding import Finding
from pipeline.doctor.instruments.dynamics import Values
from pipeline.doctor.instruments.envelope import ABSURD_V, currents, runs_away
from pipeline.doctor.instruments.events import Event
from pipeline.doctor.instruments.judge import at_fault
from pipeline.doctor.instruments.material import Material, grave
from pipeline.doctor.instruments.observation import Sighting
from pipeline.doctor.instruments.singularities import singularities
from pipeline.doctor.instruments.sizes import measure, several
from pipeline.doctor.instruments.slopes import never_pulls, slopes
from pipeline.doctor.instruments.witness import root

HUGE_V = 0.3


def wrong_currents(found: Material) -> list[Finding]:
    """Currents g (v - E) that drive v away from E."""
    findings = []
    for name, about in found.dynamics.items():
        wrong = [c for c in currents(about) if c.repels]
        if not wrong:
            findings += _never_pulled(found, name)
            continue
        label = found.label(name)
        each = tuple(
            f"{c.term} is positive above {c.reversal} = {about.shown(c.reversal_v)} and negative below" for c in wrong
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


def _never_pulled(found: Material, name: str) -> list[Finding]:
    """A group in which nothing pulls v back at any potential, seen to run away."""
    about, seen, label = found.dynamics[name], found.seen, found.label(name)
    if about.v is None or seen is None or isinstance(found.group(name), b2.SpatialNeuron):
        return []
    states = about.now([0])
    if not never_pulls(about, states) or not _far(found, name):
        return []
    pushing = sorted((s for s in slopes(about, states) if s.highest > 0), key=lambda s: -s.highest)
    low, high = seen.ranges[name][about.v]
    return [
        Finding(
            "current_sign",
            "error",
            f"Nothing pulls {about.v} of {label} back, at any potential: {pushing[0].term} drives it away, the more "
            "the farther it is. The sign is wrong.",
            (
                f"equations of {found.subject.place(found.group(name))}",
                f"d(d{about.v}/dt)/d{about.v} is positive from {about.shown(about.frame.model(-0.4))} to "
                f"{about.shown(about.frame.model(0.3))}",
                f"in the run {about.v} went from {about.shown(low)} to {about.shown(high)}",
            ),
            "Certain of the sign: the derivative was taken at 71 potentials.",
            f"d{about.v}/dt = (E_L - {about.v} + ...)/tau    # not ({about.v} - E_L + ...)/tau",
            f"{about.v} returns to rest after a disturbance.",
        )
    ]


def _far(found: Material, name: str) -> bool:
    about, seen = found.dynamics[name], found.seen
    reach = seen.ranges.get(name, {}).get(about.potential) if seen else None
    return grave(found) or (reach is not None and bool(np.abs(about.frame.nominal(np.array(reach))).max() > 0.15))


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
    """Quotients that are 0/0 at potentials that the network crosses."""
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
        reach = seen.ranges.get(name, {}).get(about.v, (0, 0)) if seen and about.v else (0, 0)
        crossed = [s for s in places if reach[0] < s.v < reach[1]]
        if crossed:
            where = ", ".join(f"{s.variable} at {about.shown(s.v)}" for s in crossed)
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
    found.check("singularities", f"{count} groups scanned from the equivalent of -150 to 100 mV")
    return findings


def heavy_weights(found: Material) -> list[Finding]:
    """Events that move v by volts, and input that takes a current-based potential there."""
    heavy = [e for e in found.events if e.why_not is None and not e.repels and abs(e.at_rest_v) > HUGE_V]
    counted = {found.label(name) for name, about in found.dynamics.items() if about.anchored}
    heavy = [e for e in heavy if e.target in counted]
    if heavy:
        return [_heavy(found, heavy[0])]
    seen = found.seen
    trouble = seen.beyond if seen else None
    if seen is None or trouble is None or trouble is not seen.trouble or not grave(found):
        return []
    if found.runs and at_fault(seen, found.runs) == "integrator":  # at a finer step no input does
        return []
    about = found.dynamics.get(trouble.group)
    if about is None or about.v is None or any(c.repels for c in currents(about)):
        return []
    if found.bounds[trouble.group].get(about.v) != (
        about.frame.model(-ABSURD_V),
        about.frame.model(ABSURD_V),
    ) or trouble.variables != [about.v]:
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
            f"The input drives {about.v} of {label} to {about.shown(max(reached, key=abs))}: a unit or a factor is "
            "wrong.",
            (
                f"neuron {trouble.neuron}, {trouble.t_s * 1e3:.4g} ms; {about.v} from "
                f"{about.shown(reached[0])} to {about.shown(reached[1])}",
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
        "error" if grave(found) or abs(event.at_rest_v) > 1 else "warning",
        f"One event of {event.synapses} would move v of {event.target} by {event.shown(event.at_rest)}: it is out of "
        "scale.",
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
