"""Causes in the model: signs, constants, weights, singularities. Each function: measurements to findings."""

import re

import numpy as np

from pipeline.doctor.envelope import currents, runs_away
from pipeline.doctor.events import Event
from pipeline.doctor.findings import Finding, milli
from pipeline.doctor.material import Material, grave
from pipeline.doctor.singularities import singularities

EXCITATORY = re.compile(r"(?i)(^|_)[givwjIs]?_?(ampa|nmda|exc|excitatory|glut?|glutamate)\d*(_|$)|^(ge|g_e|I_e|Ie)$")
INHIBITORY = re.compile(r"(?i)(^|_)[givwjIs]?_?(gaba[ab]?|inh|inhibitory|gly)\d*(_|$)|^(gi|g_i|I_i|Ii)$")
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
                f"In {label}, {_several(len(wrong), 'current pushes', 'currents push')} the potential away from "
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


def _several(n: int, one: str, more: str) -> str:
    return f"one {one}" if n == 1 else f"{n} {more}"


def _intent(event: Event) -> str | None:
    """Return 'excitatory' or 'inhibitory' by the names of what the event changes, None if they do not say."""
    names = [*event.jumps, event.synapses]
    exc = any(EXCITATORY.search(name) for name in names)
    inh = any(INHIBITORY.search(name) for name in names)
    return None if exc == inh else "excitatory" if exc else "inhibitory"


def _contradicts(event: Event) -> str | None:
    """Return what an event was meant to be, where it does the contrary over the whole range below threshold."""
    intent = _intent(event)
    under = (event.v_post >= -0.08) & (event.v_post <= -0.045)
    effect = event.effect_v[under]
    if event.same_sign < 0.9:
        return None
    if intent == "excitatory" and (effect < 0).all():
        return intent
    if intent == "inhibitory" and (effect > 0).all() and (event.zero_v is None or event.zero_v > -0.03):
        return intent
    return None


def acted(found: Material, event: Event) -> float | None:
    """Return when an event of a pathway first arrived, in s; None if none did in the run."""
    path = next(p for p in found.subject.pathways() if p.name == event.pathway)
    source = path.source.source if type(path.source).__name__ == "Subgroup" else path.source
    spiking = found.seen.spiking.get(source.name) if found.seen else None
    if spiking is None or spiking.first_s is None:
        return None
    when = spiking.first_s + event.delay_s
    trouble = found.seen.not_finite if found.seen else None
    return when if trouble is None or when <= trouble.t_s else None


def wrong_events(found: Material) -> list[Finding]:
    """Events that drive v away from their zero-effect potential, or against what their name says."""
    good = [event for event in found.events if event.why_not is None]
    wrong = [e for e in good if e.repels or _contradicts(e)]
    wrong.sort(key=lambda e: (acted(found, e) is None, acted(found, e) or 0.0))
    findings = []
    if wrong:
        first = [e for e in wrong if acted(found, e) is not None] or wrong
        later = [e for e in wrong if e not in first]
        findings.append(_sign_finding(found, first, later))
    for event in good:
        if event not in wrong and event.hangs_on_v_pre:
            findings.append(
                Finding(
                    "event_presynaptic",
                    "warning",
                    f"How strongly an event of {event.synapses} acts hangs on the presynaptic potential when it "
                    "arrives, which a chemical synapse does not know.",
                    (
                        f"with v_pre = {milli(event.v_pre or 0)} mV the effect at rest is {milli(event.at_rest)} mV, "
                        "20 mV higher it is another",
                    ),
                    "Measured on the network's own synapses.",
                    "on_pre = 'g_post += w'    # and g*(E - v) in the neuron, with a constant E",
                    "Strengths no longer hang on the delay and on the shape of the presynaptic spike.",
                )
            )
    return findings


def _sign_finding(found: Material, first: list[Event], later: list[Event]) -> Finding:
    names = " and ".join(e.synapses for e in first)
    routes = ", ".join(f"{e.source} -> {e.target}" for e in first)
    head = first[0]
    if all(e.repels for e in first):
        does = "hyperpolarise" if head.at_rest < 0 else "depolarise"
        says = (
            f"Events of {names} ({routes}) have the wrong sign: they {does} a neuron at rest and drive it "
            "away from their "
            f"reversal potential, the more the farther it is."
        )
    else:
        meant = _contradicts(head) or _intent(head) or "of the other sign"
        does = "hyperpolarise" if head.at_rest < 0 else "depolarise"
        says = f"Events of {names} ({routes}) have the wrong sign: by name they are {meant}, but they {does}."
    evidence = []
    for e in [*first, *later]:
        place = next(found.subject.place(s) for s in found.subject.synapses if found.subject.label(s) == e.synapses)
        zero = "" if e.zero_v is None else f", zero at {milli(e.zero_v)} mV"
        when = acted(found, e)
        arrived = f"first at {when * 1e3:.4g} ms" if when is not None else "none had arrived before the trouble"
        pre = f" (v_pre = {milli(e.v_pre)} mV at arrival)" if e.v_pre is not None and e.hangs_on_v_pre else ""
        evidence.append(
            f"{place}: one event moves v by {milli(float(e.effect_v[1]))} mV at "
            f"{milli(float(e.v_post[1]))} mV, by {milli(e.at_rest)} mV "
            f"at rest ({milli(e.rest_v)} mV){zero}{pre}; {arrived}"
        )
    if later:
        evidence.append(f"The same fault in {', '.join(e.synapses for e in later)}, whose events had not acted yet.")
    variable = next(iter(head.jumps), "g")
    return Finding(
        "event_sign",
        "error",
        says,
        tuple(evidence),
        f"Certain: one event was applied to {len(first) + len(later)} projections at {len(head.v_post)} "
        "postsynaptic potentials.",
        _event_fix(head, variable),
        "v stays between the reversal potentials and excitation excites. Rates, delays and in-degrees "
        "stay as they are; "
        "strengths have to be looked at again (table of charges). It does not make the step safe.",
    )


def _event_fix(event: Event, variable: str) -> str:
    if event.zero_v is None or variable == "v":
        return f"on_pre = '{variable}_post -= w'    # or turn the sign of {variable} in dv/dt"
    tail = variable.split("_", 1)[1] if "_" in variable else variable
    if variable.startswith("g"):
        return f"dv/dt = (... + {variable}*(E - v))/C    # not (v - E): E = {milli(event.zero_v)} mV must attract v"
    return (
        f"on_pre = 'g_{tail}_post += w'                   # a conductance, not a current\n"
        f"dg_{tail}/dt = -g_{tail}/tau : siemens          # in the neuron\n"
        f"{variable} = g_{tail}*(v - E_{tail}) : amp           # where dv/dt has - {variable}"
    )


def changed_constants(found: Material) -> list[Finding]:
    """Constants that are not what they were when the groups were made."""
    findings = []
    shared = [c for c in found.changes if c.shared]
    if shared:
        names = " and ".join(c.name for c in shared)
        evidence = []
        for c in shared:
            unit = _unit(found, c.name)
            each = ", ".join(f"{c.then[g]:.4g} when {found.subject.place(found.group(g))} was made" for g in c.then)
            evidence.append(f"{c.name} in {unit}: {each}; {c.now:.4g} in the run, for all")
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
                    f"{c.name} was {before:.4g} when {groups} was made and is {c.now:.4g} in the run: the "
                    "last value counts.",
                    (f"in {_unit(found, c.name)}",),
                    "Certain of the values; whether it is meant, only you know.",
                    f"# another name for the second meaning of {c.name}, or NeuronGroup(..., "
                    f"namespace={{'{c.name}': ...}})",
                    "The group keeps the value it was made with.",
                )
            )
    return findings


def _unit(found: Material, name: str) -> str:
    value = found.subject.namespace[name]
    return str(value.dim) if hasattr(value, "dim") and str(value.dim) != "1" else "no unit"


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
        reach = seen.ranges.get(name, {}).get(about.v, (0, 0)) if seen else (0, 0)
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
    jumps = [
        f"{name} jumps by {jump:.4g} (SI) and decays in {event.taus_s.get(name, 0) * 1e3:.4g} ms"
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


def ranked_terms(found: Material) -> list[tuple[str, float]]:
    """Return the terms of dv/dt of the neuron in trouble at its last finite state, the largest first, in V/s."""
    seen = found.seen
    trouble = seen.trouble if seen else None
    if seen is None or trouble is None or "t" not in seen.history:
        return []
    about = found.dynamics.get(trouble.group)
    if about is None or about.v is None or about.v not in seen.history:
        return []
    stack = np.vstack([seen.history[n] for n in about.states if n in seen.history])
    finite = np.nonzero(np.isfinite(stack).all(axis=0))[0]
    if not len(finite):
        return []
    k = int(finite[-1])
    values = about.now([trouble.neuron])
    for n in seen.history:
        if n in values and n != "t":
            values[n] = np.array([seen.history[n][k]])
    values["t"] = np.array(seen.history["t"][k])
    found_terms = []
    for term in about.terms(about.v):
        found_terms.append((term, float(np.mean(about.evaluate(term, dict(values))))))
    return sorted(found_terms, key=lambda pair: -abs(pair[1]) if np.isfinite(pair[1]) else -np.inf)
