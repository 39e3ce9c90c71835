"""Which experiments are made with a network: what decides between suspects, the smallest changes first."""

import ast
from collections.abc import Sequence
from dataclasses import replace

import brian2 as b2

from pipeline.doctor.instruments.experiments import THOUSAND, Change, experiments, is_quantity
from pipeline.doctor.instruments.judge import decisive
from pipeline.doctor.instruments.material import Material, grave
from pipeline.doctor.instruments.observation import Observation, Sighting
from pipeline.doctor.instruments.slopes import slopes
from pipeline.doctor.instruments.subject import in_degree
from pipeline.doctor.instruments.witness import root

TRY_CPU_S = 2.0
"""CPU time of an experiment."""
LEAST_S = 0.1
"""Biological time in which a silent network may be woken."""
MOST_CHANGES, MOST_PARTS, MOST_DRIVES = 24, 8, 6
WAKING = (3.0, 30.0, 1000.0)
"""By how much inputs of a silent network are enlarged, one after the other."""

Changes = list[tuple[Change, Sequence[str]]]


def try_changes(found: Material) -> None:
    """Experiment with the group in trouble: flip each term that drives v away, scale each constant by 1000."""
    seen = found.seen
    trouble = decisive(seen) if seen else None
    about = found.dynamics.get(trouble.group) if trouble else None
    if seen is None or trouble is None or about is None:
        return
    duration = min(1.5 * (trouble.t_s - seen.start_s) + 20e-3, found.subject.duration_s)
    for stage in (_flips, _inputs, _sizes):  # the smallest changes first
        changes = stage(found, trouble)[:MOST_CHANGES]
        found.outcomes += experiments(found.subject, found.bounds, changes, duration, TRY_CPU_S)
        if any(outcome.cured for outcome in found.outcomes):
            break
    cured = sum(outcome.cured for outcome in found.outcomes)
    found.check("experiments", f"{len(found.outcomes)} changes of one thing, {cured} cured")


def _flips(found: Material, trouble: Sighting) -> Changes:
    """Return the other sign of each term that drives v away."""
    about = found.dynamics[trouble.group]
    if not about.v or about.v in about.noise:
        return []
    terms = about.terms(about.v)
    away = {slope.term for slope in slopes(about, about.now([trouble.neuron])) if slope.highest > 0}
    return [(Change("flip", trouble.group, term), terms) for term in terms if term in away]


def _inputs(found: Material, trouble: Sighting) -> Changes:
    """Return each projection onto the group left out, and divided by the number of its synapses."""
    changes: Changes = []
    for made in found.subject.synapses:
        each = in_degree(made)
        if root(made.target).name == trouble.group:
            changes.append((Change("without", made.name, ""), ()))
            changes += [(Change("weaker", made.name, "", 1 / each), ())] if each > 1 else []
    return changes


def _sizes(found: Material, trouble: Sighting) -> Changes:
    """Return each constant of the equations a thousand times smaller and larger."""
    about = found.dynamics[trouble.group]
    if isinstance(found.group(trouble.group), b2.SpatialNeuron):  # what leaks more stays within bounds: no cure
        return []
    names = sorted(name for name in about.external if is_quantity(found.subject.namespace.get(name)))
    return [(Change("scale", trouble.group, name, factor), ()) for name in names for factor in THOUSAND]


def wake(found: Material) -> None:
    """Run a silent network again with each of its inputs larger: the factor that makes it spike tells how far it is."""
    seen = found.seen
    if seen is None or grave(found) or not found.all_quiet:
        return
    inputs = [one for name in found.dynamics for one in _drives(found, name)][:MOST_DRIVES]
    duration = max(_affordable_s(seen), min(LEAST_S, seen.end_s - seen.start_s))
    for factor in WAKING:
        changes = [(replace(one, factor=factor), ()) for one in inputs]
        found.outcomes += experiments(found.subject, {}, changes, duration, 2 * TRY_CPU_S)
        if any(any(outcome.spikes.get(name, 0) for name in found.dynamics) for outcome in found.outcomes):
            return


def _affordable_s(seen: Observation) -> float:
    """Return how much biological time of the observed run fits into an experiment."""
    return min(1.0, TRY_CPU_S / max(seen.cpu_s, 1e-9)) * (seen.end_s - seen.start_s)


def _drives(found: Material, name: str) -> list[Change]:
    """Return the constants and parameters that add to dv/dt by themselves, and the projections onto a group."""
    about = found.dynamics[name]
    if not about.v or "spike" not in found.group(name).events:
        return []
    changes = []
    for term in about.terms(about.v):
        read = set(about.reads(term))
        if read & (set(about.states) - {about.v}):
            continue
        own = found.group(name).user_equations
        changes += [Change("parameter", name, n) for n in sorted(read & set(own)) if own[n].type == "parameter"]
        if about.v in read:  # a constant beside v may be a reversal potential
            continue
        constants = sorted(n for n in read & set(about.external) if is_quantity(found.subject.namespace.get(n)))
        tops = [n for n in constants if above_the_line(term, n)]
        changes += [Change("scale", name, n) for n in tops]
    for made in found.subject.synapses:
        if root(made.target).name == name and any(e.type == "parameter" for e in made.equations.values()):
            changes.append(Change("weaker", made.name, ""))
    return changes


def above_the_line(term: str, name: str) -> bool:
    """Tell whether a name stands above the line of a term, so that the term grows with it."""
    below = {
        part.id
        for node in ast.walk(ast.parse(term, mode="eval"))
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div)
        for part in ast.walk(node.right)
        if isinstance(part, ast.Name)
    }
    return name not in below


def leave_out(found: Material) -> None:
    """Run a healthy network again as it is and without each projection and input, as far as time goes."""
    seen = found.seen
    if seen is None or grave(found):
        return
    acting = [o for o in found.subject.all_objects if isinstance(o, (b2.Synapses, b2.PoissonInput)) and o.active]
    if not acting:
        return
    duration = _affordable_s(seen)
    changes: Changes = [(Change("none", "", ""), ())]
    changes += [(Change("without", made.name, ""), ()) for made in acting[:MOST_PARTS]]
    found.outcomes = experiments(found.subject, {}, changes, duration, 2 * TRY_CPU_S)
    found.check("experiments", f"{max(len(found.outcomes) - 1, 0)} of {len(acting)} projections and inputs left out")
