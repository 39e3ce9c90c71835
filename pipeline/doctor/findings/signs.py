"""Events that drive v the wrong way. Measurements to findings."""

import re

import brian2 as b2
import numpy as np
from brian2.core.variables import ArrayVariable
from brian2.utils.stringtools import get_identifiers

from pipeline.doctor.findings.finding import Finding
from pipeline.doctor.instruments.caller import numbers_of
from pipeline.doctor.instruments.events import Event
from pipeline.doctor.instruments.material import Material
from pipeline.doctor.instruments.witness import root

EXCITATORY = re.compile(r"(?i:(^|_)[givwjs]?_?(ampa|nmda|exc|excitatory|glut?|glutamate)\d*(_|$))|^(ge|g_e)$")
INHIBITORY = re.compile(r"(?i:(^|_)[givwjs]?_?(gaba[ab]?|inh|inhibitory|gly)\d*(_|$))|^(gi|g_i)$")


def _intent(event: Event) -> str | None:
    """Return 'excitatory' or 'inhibitory' by the names of what the event changes, None if they do not say.

    The name of a projection may be of its source, of its target or of both (ext_inh, IE): it tells no sign.
    """
    exc = any(EXCITATORY.search(name) for name in event.jumps)
    inh = any(INHIBITORY.search(name) for name in event.jumps)
    return None if exc == inh else "excitatory" if exc else "inhibitory"


def contradicts(event: Event) -> str | None:
    """Return what an event was meant to be, where it does the contrary over the whole range below threshold."""
    intent = _intent(event)
    nominal = event.frame.nominal(event.v_post)
    under = (nominal >= -0.08) & (nominal <= -0.045)
    effect = event.effect_v[under]
    if event.same_sign < 0.9:
        return None
    if intent == "excitatory" and (effect < 0).all():
        return intent
    if (
        intent == "inhibitory"
        and (effect > 0).all()
        and (event.zero_v is None or event.frame.nominal(event.zero_v) > -0.03)
    ):
        return intent
    return None


def acted(found: Material, event: Event) -> float | None:
    """Return when an event of a pathway first arrived, in s; None if none did in the run."""
    path = found.subject.pathway(event.pathway)
    source = root(path.source)
    spiking = found.seen.spiking.get(source.name) if found.seen else None
    if spiking is None or spiking.first_s is None:
        return None
    when = spiking.first_s + event.delay_s
    trouble = found.seen.not_finite if found.seen else None
    return when if trouble is None or when <= trouble.t_s else None


def wrong_events(found: Material) -> list[Finding]:
    """Events that drive v away from their zero-effect potential, or against what their name says."""
    good = [event for event in found.events if event.why_not is None]
    wrong = [e for e in good if e.repels or contradicts(e)]
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
                        f"with v_pre = {event.shown(event.v_pre or 0)} the effect at rest is "
                        f"{event.shown(event.at_rest)}, "
                        "a little higher it is another",
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
        meant = contradicts(head) or _intent(head) or "of the other sign"
        does = "hyperpolarise" if head.at_rest < 0 else "depolarise"
        variables = " and ".join(head.jumps)
        says = f"Events of {names} ({routes}) have the wrong sign: {variables} is {meant} by name, but they {does}."
    evidence = []
    for e in [*first, *later]:
        place = next(found.subject.place(s) for s in found.subject.synapses if found.subject.label(s) == e.synapses)
        zero = "" if e.zero_v is None else f", zero at {e.shown(e.zero_v)}"
        when = acted(found, e)
        arrived = f"first at {when * 1e3:.4g} ms" if when is not None else "none had arrived before the trouble"
        pre = f" (v_pre = {e.shown(e.v_pre)} at arrival)" if e.v_pre is not None and e.hangs_on_v_pre else ""
        evidence.append(
            f"{place}: one event moves v by {e.shown(float(e.effect_v[1]))} at {e.shown(float(e.v_post[1]))}, by "
            f"{e.shown(e.at_rest)} at rest ({e.shown(e.rest_v)}){zero}{pre}; {arrived}"
        )
    if later:
        evidence.append(f"The same fault in {', '.join(e.synapses for e in later)}, whose events had not acted yet.")
    variable = next(iter(head.jumps), "g")
    negative = [e for e in first if e.repels and any(_negative(found, e, name) for name in e.jumps)]
    if negative:
        says = (
            f"Events of {names} ({routes}) add a negative conductance: their weight is below 0, so they drive v away "
            "from the reversal potential."
        )
        evidence += [line for e in negative for line in _weights(found, e)]
    return Finding(
        "event_sign",
        "error",
        says,
        tuple(evidence),
        f"Certain: one event was applied to {len(first) + len(later)} projections at {len(head.v_post)} "
        "postsynaptic potentials.",
        f"{head.synapses}.w = ...    # at or above 0: look at the number that it comes from"
        if negative
        else _event_fix(head, variable),
        "v stays between the reversal potentials and excitation excites. Rates, delays and in-degrees "
        "stay as they are; "
        "strengths have to be looked at again (table of charges). It does not make the step safe.",
    )


def _negative(found: Material, event: Event, name: str) -> bool:
    """Tell whether an event takes from a conductance."""
    target = root(found.subject.pathway(event.pathway).target)
    return name in target.variables and event.jumps[name] < 0 and target.variables[name].dim == b2.siemens.dim


def _weights(found: Material, event: Event) -> list[str]:
    """Return the negative numbers of a projection, with the names of the script that have this value."""
    path, lines = found.subject.pathway(event.pathway), []
    numbers = numbers_of(found.subject.namespace)
    for name in sorted(get_identifiers(path.code)):
        variable = path.synapses.variables.get(name)
        own = isinstance(variable, ArrayVariable) and name in path.synapses.equations
        value = float(np.mean(variable.get_value())) if own else numbers.get(name, 0.0)
        if value < 0:
            same = [other for other, number in numbers.items() if other != name and np.isclose(number, value)]
            lines.append(f"{name} of {event.synapses} is {value:.4g}" + (f", as {', '.join(same)}" if same else ""))
    return lines


def _event_fix(event: Event, variable: str) -> str:
    if event.zero_v is None or variable == "v":
        return f"on_pre = '{variable}_post -= w'    # or turn the sign of {variable} in dv/dt"
    tail = variable.split("_", 1)[1] if "_" in variable else variable
    if variable.startswith("g"):
        return f"dv/dt = (... + {variable}*(E - v))/C    # not (v - E): E = {event.shown(event.zero_v)} must attract v"
    return (
        f"on_pre = 'g_{tail}_post += w'                   # a conductance, not a current\n"
        f"dg_{tail}/dt = -g_{tail}/tau : siemens          # in the neuron\n"
        f"{variable} = g_{tail}*(v - E_{tail}) : amp           # where dv/dt has - {variable}"
    )
