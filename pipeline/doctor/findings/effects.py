"""What was made and acts on nothing: the census as findings."""

from typing import Any

import brian2 as b2

from pipeline.doctor.findings.finding import Finding
from pipeline.doctor.findings.unset import dead, empty_at_first, nowhere, unset, unused
from pipeline.doctor.instruments.census import Absent
from pipeline.doctor.instruments.material import Material
from pipeline.doctor.instruments.sizes import several
from pipeline.doctor.instruments.witness import root


def without_effect(found: Material) -> list[Finding]:
    """All of this module."""
    unread = [*idle(found), *never_arriving(found)]
    named = " ".join(finding.says for finding in unread)
    sets = [*unset(found, named), *dead(found), *empty_at_first(found), *unused(found)]
    lost = [*left_out(found), *idle_clocks(found), *scattered(found), *stray(found), *nowhere(found)]
    return [*lost, *unread, *sets, *empty(found)]


def left_out(found: Material) -> list[Finding]:
    """Objects between groups of the network that are no part of it."""
    findings = []
    for monitors in (False, True):
        out = [one for one in found.census.absent if one.kind.endswith("Monitor") == monitors]
        if not out:
            continue
        are = "is" if len(out) == 1 else "are"
        names = ", ".join(sorted({_called(one) for one in out}))
        does = (
            f"{several(len(out), 'monitor', 'monitors')} of groups of this network {are} not in it and "
            f"{'records' if len(out) == 1 else 'record'} nothing: {names}."
            if monitors
            else f"{several(len(out), 'object acts', 'objects act')} on groups of this network but {are} not in it: "
            f"it runs without {names}."
        )
        findings.append(
            Finding(
                "left_out",
                "warning" if monitors else "error",
                does,
                tuple(_link(one) for one in out),
                "Certain: run() takes the objects that variables of the script hold, none that are in a list, a "
                "dictionary or a function; an explicit Network takes what it was given.",
                "poisson = PoissonInput(...)    # give each a name"
                if any(one.gone for one in out)
                else "net = Network(collect())\nnet.add(projections)    # whatever list or dictionary holds them\n"
                "net.run(...)",
                "These act. Everything that was tuned without them has to be looked at again.",
            )
        )
    return findings


def idle_clocks(found: Material) -> list[Finding]:
    """Clocks that the script makes and that drive no object."""
    driving = {id(made.clock) for made in found.subject.all_objects}
    findings = []
    for name, clock in found.subject.namespace.items():
        if not isinstance(clock, b2.Clock) or id(clock) in driving:
            continue
        rebound = name == "defaultclock"
        step, own = f"{float(clock.dt) * 1e3:.4g}", f"{found.subject.dt_s * 1e3:.4g}"
        findings.append(
            Finding(
                "idle_clock",
                "error" if rebound else "warning",
                f"The clock {name}, with a step of {step} ms, drives nothing: the smallest step of the network is "
                f"{own} ms.",
                ("an assignment to defaultclock gives the name to another clock, and Brian2 keeps its own",)
                if rebound
                else (),
                "Certain: the clocks of all objects were looked at.",
                f"defaultclock.dt = {step}*ms" if rebound else f"NeuronGroup(..., clock={name})    # or dt={step}*ms",
                f"The network steps by {step} ms.",
            )
        )
    return findings


def _called(one: Absent) -> str:
    return f"the {one.kind} of line {one.line}" if one.gone and one.line else one.label


def _link(one: Absent) -> str:
    between = f"{one.ends[0]} -> {one.ends[1]}" if len(one.ends) == 2 else f"for {', '.join(one.ends)}"
    gone = "; no variable holds it, so Python threw it away" if one.gone else ""
    return f"{one.kind} {one.label} (line {one.line}): {between}{gone}"


def scattered(found: Material) -> list[Finding]:
    """Weights from a matrix of targets x sources, whose rows were taken for those of sources x targets."""
    findings = []
    witness = found.subject.witness
    for made in found.subject.synapses if witness else ():
        n_pre, n_post = len(made.source), len(made.target)
        for name in made.equations:
            several = witness.assigned.get((made.name, name), []) if witness else []
            matrix = several[-1].matrix if several else None
            if matrix is None or n_pre == n_post or matrix[1] != (n_post, n_pre) or len(made) != n_pre * n_post:
                continue
            label = found.subject.label(made)
            findings.append(
                Finding(
                    "scattered",
                    "error",
                    f"{name} of {label} is in the wrong order: {matrix[0]} has a row for each target, and synapses are "
                    "counted source by source.",
                    (
                        f"line {several[-1].line}: {matrix[0]} is {matrix[1][0]} x {matrix[1][1]}; {label} goes from "
                        f"{n_pre} to {n_post}",
                    ),
                    "Certain: the values are the rows of this matrix one after the other.",
                    f"{label}.{name} = {matrix[0]}.T.flatten()    # or {label}.{name}[:] = {matrix[0]}[j, i] with its "
                    f"i, j",
                    "Each synapse has its own weight.",
                )
            )
    return findings


def stray(found: Material) -> list[Finding]:
    """Assignments to an attribute of some synapses: Brian2 has no such part whose variables can be set."""
    witness, findings = found.subject.witness, []
    names = {made.name: made for made in found.subject.synapses}
    for owner, name, line in dict.fromkeys(witness.stray) if witness else ():
        if owner not in names:
            continue
        label = found.subject.label(names[owner])
        findings.append(
            Finding(
                "lost_assignment",
                "error",
                f"{label}[...].{name} = ... on line {line} changes nothing: it sets an attribute of a part of {label} "
                "that is thrown away at once.",
                (found.subject.place(names[owner]),),
                "Certain: the variable keeps its values.",
                f"{label}.{name}['condition'] = ...    # the condition behind the variable, not before it",
                f"{name} changes where the condition holds.",
            )
        )
    return findings


def idle(found: Material) -> list[Finding]:
    """Synapses that change nothing outside themselves."""
    findings = []
    unset = {made.name for made, _ in found.census.unset}
    for made in found.census.idle:
        label, target = found.subject.label(made), root(made.target)
        computed = [name for made_too, name in found.census.unread if made_too is made]
        waiting = _waiting(found, made, computed) if target.name in unset else None
        bare = not made.equations and not made._pathways
        evidence = [found.subject.place(made), "it has no on_pre, no on_post and no (summed) variable"]
        if made._pathways:
            evidence[1] = "what its events change is read by nothing else"
        evidence += [f"{name} = {made.equations[name].expr.code}: computed, and read by nothing" for name in computed]
        if waiting:
            says = (
                f"{label} computes {waiting[0]}, but it never arrives: {waiting[1]} of {found.subject.label(target)} "
                "is another variable, which nothing sets."
            )
            instead = f"{waiting[1]}_post = {made.equations[waiting[0]].expr.code} : ... (summed)    # in {label}"
        else:
            says = (
                f"{label} has no effect: {'it changes no neuron' if bare else 'nothing that it does changes a neuron'}."
            )
            instead = f"{label} = Synapses(..., on_pre='...')    # or, in its model, X_post = ... : ... (summed)"
        findings.append(
            Finding(
                "no_effect",
                "warning" if bare else "error",
                says,
                tuple(evidence),
                "Certain: what all equations and events read and write was followed.",
                instead,
                "The connections act. Everything that was tuned without them has to be looked at again.",
            )
        )
    return findings


def _waiting(found: Material, made: Any, computed: list[str]) -> tuple[str, str] | None:
    """Return what synapses compute for nobody and what their target waits for in vain, of the same unit."""
    target = root(made.target)
    for name in computed:
        for group, variable in found.census.unset:
            if group is target and group.variables[variable].dim == made.variables[name].dim:
                return name, variable
    return None


def never_arriving(found: Material) -> list[Finding]:
    """What synapses that act otherwise compute and nothing reads, while their target waits for something."""
    findings = []
    for made, name in found.census.unread:
        if made in found.census.idle:
            continue
        waiting = _waiting(found, made, [name])
        label = found.subject.label(made)
        says = f"{name} of {label} is computed, and nothing reads it"
        says += (
            f": {waiting[1]} of {found.subject.label(root(made.target))} is another variable, which nothing sets."
            if waiting
            else "."
        )
        findings.append(
            Finding(
                "no_effect",
                "error" if waiting else "note",
                says,
                (found.subject.place(made), f"{name} = {made.equations[name].expr.code}"),
                "Certain: what all equations and events read and write was followed.",
                f"{waiting[1] if waiting else name}_post = ... : ... (summed)    # in {label}",
                "It arrives at the neurons.",
            )
        )
    return findings


def empty(found: Material) -> list[Finding]:
    """Synapses objects without a synapse."""
    return [
        Finding(
            "no_synapses",
            "warning",
            f"{found.subject.label(made)} has no synapses: its connect() found no pair of neurons.",
            (
                f"{found.subject.place(made)}: {found.subject.label(made.source)} ({len(made.source)}) -> "
                f"{found.subject.label(made.target)} ({len(made.target)})",
            ),
            "Certain.",
            f"{found.subject.label(made)}.connect(...)    # a condition that some pairs fulfil",
            "The projection exists.",
        )
        for made in found.census.empty
    ]
