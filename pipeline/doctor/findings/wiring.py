"""What was built and cannot act as meant: objects left out, events overwritten, never decaying or too late."""

import ast
import re
from collections.abc import Iterator
from typing import Any

import brian2 as b2
import numpy as np

from pipeline.doctor.findings.finding import Finding
from pipeline.doctor.instruments.material import Material
from pipeline.doctor.instruments.sizes import measure, milli
from pipeline.doctor.instruments.subject import added, read_by, read_by_events
from pipeline.doctor.instruments.texts import parsed
from pipeline.doctor.instruments.witness import root, span

LONG_S = 0.1
"""Delays beyond are no axon's; slower processes have equations."""
SOME = 0.05
"""Part of the synapses with a reversed pulse that is told."""


def miswired(found: Material) -> list[Finding]:
    """All of this module."""
    return [
        *never_decays(found),
        *late(found),
        *counting_on(found),
        *reversed_pulses(found),
    ]


def never_decays(found: Material) -> list[Finding]:
    """Events that add to a parameter which nothing sets back, though an equation uses it."""
    findings = []
    for group in found.subject.neurons:
        equations = group.equations
        read = read_by(group) - found.subject.set_in(group)
        read -= {name for owner, name in found.census.set_anew if owner == group.name}
        kept = {name for name, equation in equations.items() if equation.type == "parameter" and name in read}
        for made in found.subject.synapses:
            if root(made.target).name != group.name:
                continue
            # another pathway, or other synapses from the same source, take away what the first add
            alike = [
                o for o in found.subject.synapses if _shared(o.source, made.source) and _shared(o.target, made.target)
            ]
            taken = {name for one in alike for name, statement in added(one) if "-=" in statement}
            given = {name for one in alike for name, statement in added(one) if "+=" in statement}
            kept -= taken & given
            for variable, statement in added(made):
                if variable in kept:
                    kept.discard(variable)
                    findings.append(_accumulating(found, group, made, variable, statement))
    return findings


def _shared(one: Any, other: Any) -> bool:
    """Tell whether two groups, or parts of groups, have neurons in common."""
    if root(one) is not root(other):
        return False
    (a, b), (c, d) = span(one), span(other)
    return a < d and c < b


def _accumulating(found: Material, group: Any, made: Any, variable: str, statement: str) -> Finding:
    label, target = found.subject.label(made), found.subject.label(group)
    used = read_by(group).union(*map(read_by_events, found.subject.synapses))
    idle = [
        name
        for name, value in found.subject.namespace.items()
        if re.match(r"(?i)tau", name) and isinstance(value, b2.Quantity) and name not in used
    ]
    operated = found.subject.operated
    dim = group.variables[variable].dim
    reached = found.seen.final.get(group.name, {}).get(variable) if found.seen else None
    evidence = [f"{found.subject.place(made)}: {statement}", f"{variable} of {target} has no equation for its decay"]
    if reached is not None and len(reached):
        low, high = measure(float(reached.min()), dim), measure(float(reached.max()), dim)
        evidence.append(f"at the end of the run, {variable} is {low} to {high}")
    evidence += [f"{name} is defined, and no equation uses it" for name in idle[:1]]
    tau = idle[0] if idle else "tau"
    return Finding(
        "never_decays",
        "warning" if operated else "error",
        f"What events of {label} add to {target}.{variable} stays for ever: nothing decays or resets it.",
        tuple(evidence),
        "Certain of the equations" + ("; a network operation of yours may reset it." if operated else "."),
        f"d{variable}/dt = -{variable}/{tau} : ...    # in place of `{variable} : ...`",
        "Input is what recent spikes bring. Strengths have to be looked at again.",
    )


def late(found: Material) -> list[Finding]:
    """Delays that no axon has, or that no event of the run survives."""
    findings = []
    for path in found.subject.pathways():
        delays = np.atleast_1d(path.variables["delay"].get_value())
        if not len(delays) or float(delays.mean()) <= LONG_S:
            continue
        label = found.subject.label(path.synapses)
        never = float(delays.min()) >= found.subject.span_s
        findings.append(
            Finding(
                "late_delay",
                "error" if never else "warning",
                f"The delays of {label}, {milli(delays.min())} to {milli(delays.max())} ms, are "
                + ("longer than the run: none of its events arrives." if never else "no axon's."),
                (found.subject.place(path.synapses),),
                "Certain of the number; likely a unit (mm/s for m/s, s for ms).",
                f"{label}.delay = ...    # the unit of what it is computed from",
                "Events arrive when they should.",
            )
        )
    return findings


def counting_on(found: Material) -> list[Finding]:
    """A loop over runs that reads how many spikes a monitor has, which counts from the first run on."""
    if found.subject.run_number < 2:
        return []
    monitors = {
        found.subject.label(o) for o in found.subject.all_objects if isinstance(o, b2.SpikeMonitor) and o.num_spikes
    }
    findings = []
    for loop, name, line in _counts_in_loops(found.subject.source or ""):
        if name in monitors:
            findings.append(
                Finding(
                    "cumulative_count",
                    "warning",
                    f"{name} counts on over all runs of the loop: line {line} reads the sum since the first.",
                    (f"the loop of line {loop} runs the network again, without restore() or a new monitor",),
                    "Certain: a monitor keeps what it has recorded; likely the state of the neurons carries over, too.",
                    "store()    # before the loop\nfor ...:\n    restore()\n    run(...)",
                    "Each run counts its own spikes, from the same state.",
                )
            )
    return findings[:1]


def _counts_in_loops(source: str) -> Iterator[tuple[int, str, int]]:
    """Yield (line of the loop, monitor, line) for counts that are read as they are in a loop that runs a network."""
    for loop in ast.walk(parsed(source)):
        if not isinstance(loop, (ast.For, ast.While)):
            continue
        called = {
            getattr(node.func, "id", getattr(node.func, "attr", ""))
            for node in ast.walk(loop)
            if isinstance(node, ast.Call)
        }
        if "run" not in called or called & {"restore", "SpikeMonitor", "start_scope", "reinit"}:
            continue
        subtracted = {
            part.value.id for node in ast.walk(loop) if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Sub)
            for part in ast.walk(node) if isinstance(part, ast.Attribute) and isinstance(part.value, ast.Name)
        }  # fmt: skip
        for node in ast.walk(loop):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
                name = node.value.id
                if node.attr in ("num_spikes", "count") and name not in subtracted:
                    yield loop.lineno, name, node.lineno


def reversed_pulses(found: Material) -> list[Finding]:
    """Pulses that one pathway begins and another ends, where the end comes before the beginning."""
    findings = []
    for made in found.subject.synapses:
        delays: dict[tuple[str, str], np.ndarray] = {}
        for path in made._pathways:
            hit = re.fullmatch(r"\s*(\w+)\s*([-+])=\s*([^;\n]+)", path.code.strip())
            if hit and path.prepost == "pre":
                delay = np.atleast_1d(path.variables["delay"].get_value())
                delays[f"{hit[1]} {hit[3].strip()}", hit[2]] = (
                    np.broadcast_to(delay, len(made)) if len(delay) else delay
                )
        for (what, sign), begin in delays.items():
            end = delays.get((what, "-"))
            if sign == "-" or end is None or len(begin) != len(end) or not len(made):
                continue
            early = float((end <= begin).mean())
            if early > SOME:
                label = found.subject.label(made)
                findings.append(
                    Finding(
                        "reversed_pulse",
                        "error",
                        f"In {early:.0%} of the synapses of {label} a pulse ends before it begins, or as it does: what "
                        "one pathway takes away comes no later than what the other adds.",
                        (
                            found.subject.place(made),
                            f"it begins after {milli(begin.mean())} ms and ends after {milli(end.mean())} ms (means)",
                        ),
                        "Certain: the delays of both pathways were compared.",
                        f"{label}.down.delay = {label}.up.delay + 1*ms    # by synapse, with its pathways' names",
                        "Each event is a pulse of its length.",
                    )
                )
    return findings
