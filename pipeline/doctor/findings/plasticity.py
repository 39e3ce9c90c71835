"""Rules of spike-timing dependent plasticity: what pairs of spikes did to a weight when its code was tried."""

from typing import Any

from brian2.utils.stringtools import get_identifiers

from pipeline.doctor.findings.finding import Finding
from pipeline.doctor.instruments.material import Material
from pipeline.doctor.instruments.pairs import SIDES, Plasticity
from pipeline.doctor.instruments.subject import assigned, statements, traces, written_out

LOPSIDED = 30.0
"""By which factor one side of a rule may change a weight more than the other does."""


def odd_rules(found: Material) -> list[Finding]:
    """All of this module: of each weight the first fault."""
    findings = []
    for one in found.plasticity:
        made = next(made for made in found.subject.synapses if made.name == one.synapses)
        for look in (_forgets, _own_traces, _one_way, _lopsided):
            finding = look(found, made, one)
            if finding is not None:
                findings.append(finding)
                break
    return findings


def _rules(made: Any, weight: str) -> list[tuple[str, str]]:
    """Return side and statement of what changes a weight."""
    return [(side, statement) for side, statement in statements(made) if weight in assigned(statement)]


def _quoted(found: Material, made: Any, weight: str) -> tuple[str, ...]:
    course = found.seen.weights.get(made.name, {}).get(weight) if found.seen else None
    return (
        found.subject.place(made),
        *(f"on_{side}: {statement}" for side, statement in _rules(made, weight)),
        *([f"in the run its mean went from {course[0][1]:.4g} to {course[1][1]:.4g}"] if course else []),
    )


def _forgets(found: Material, made: Any, one: Plasticity) -> Finding | None:
    """A rule that sets the weight anew at each spike: changes never add up."""
    if not one.forgets:
        return None
    label = found.subject.label(made)
    _, right = written_out(_rules(made, one.weight)[0][1])
    inner = right.removeprefix("clip(") if right.startswith("clip(") else right
    better = f"clip({one.weight} + {inner}" if inner != right else f"{one.weight} + {right}"
    return Finding(
        "forgotten_weight",
        "warning",
        f"Each spike sets {one.weight} of {label} anew: what it was before is lost, and changes never add up.",
        _quoted(found, made, one.weight),
        "Certain: one pair of spikes was tried on two weights, and both were equal afterwards.",
        f"{one.weight} = {better}",
        f"{one.weight} keeps what it has learnt.",
    )


def _own_traces(found: Material, made: Any, one: Plasticity) -> Finding | None:
    """A rule in which each side reads the trace that it makes itself: no pair of spikes is ever seen."""
    rules = _rules(made, one.weight)
    texts = {side: " ".join(text for one_side, text in rules if one_side == side) for side in SIDES}
    read = {side: get_identifiers(text) & traces(made) for side, text in texts.items()}
    if one.sees_pairs or not one.acts or not all(read.values()):
        return None
    label = found.subject.label(made)
    return Finding(
        "own_trace",
        "error",
        f"The rule of {label} never sees a pair of spikes: each side changes {one.weight} by the trace that it "
        "makes itself, and none by the other's.",
        (
            *_quoted(found, made, one.weight),
            *(f"on_{side} reads {', '.join(sorted(names))}, which on_{side} sets" for side, names in read.items()),
        ),
        "Certain: spikes of both sides were tried, with the other side's and without.",
        f"on_pre = '...; {one.weight} = ... {min(read['post'])} ...'    # the trace of the other side\n"
        f"on_post = '...; {one.weight} = ... {min(read['pre'])} ...'",
        f"{one.weight} changes with the order and the distance of two spikes.",
    )


def _one_way(found: Material, made: Any, one: Plasticity) -> Finding | None:
    """A weight that spikes in either order move the same way."""
    if not one.one_way or not one.sees_pairs:
        return None
    label, grows = found.subject.label(made), one.one_way > 0
    steps = {side: max(one.together[side], key=abs) for side in SIDES}
    return Finding(
        "one_sided_plasticity",
        "warning",
        f"{one.weight} of {label} can only {'grow' if grows else 'shrink'}: spikes in either order move it the same "
        "way.",
        (
            *_quoted(found, made, one.weight),
            *(f"a spike of {side} after one of the other side changes it by {steps[side]:+.3g}" for side in SIDES),
        ),
        "Certain of the signs, which were tried; whether it is meant, only you know.",
        f"on_pre = '... {one.weight} - ...'    # in one of the two, or one of the two traces negative",
        "One order of spikes strengthens, the other weakens.",
    )


def _lopsided(found: Material, made: Any, one: Plasticity) -> Finding | None:
    """A weight that spikes of one side move many times as far as those of the other bring it back."""
    steps = {side: max((one.alone[side], *one.together[side]), key=abs) for side in SIDES}
    small, large = sorted(SIDES, key=lambda side: abs(steps[side]))
    if not one.sees_pairs or not steps[small] * steps[large] < 0 or abs(steps[large]) < LOPSIDED * abs(steps[small]):
        return None
    label = found.subject.label(made)
    return Finding(
        "lopsided_rule",
        "warning",
        f"A spike of {large} moves {one.weight} of {label} by {steps[large]:+.3g}, one of {small} by "
        f"{steps[small]:+.3g} at most: it goes to one end and stays there.",
        _quoted(found, made, one.weight),
        "Certain of the sizes, which were tried; likely the unit or the scale of one factor.",
        f"# compare what on_pre and on_post add to {one.weight} with the source: both are of one size",
        f"{one.weight} goes both ways.",
    )
