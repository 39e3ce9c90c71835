"""Which experiments are made with a network: what decides between suspects, the smallest changes first."""

from collections.abc import Sequence

import brian2 as b2

from pipeline.doctor.instruments.experiments import THOUSAND, Change, experiments, is_quantity
from pipeline.doctor.instruments.judge import decisive
from pipeline.doctor.instruments.material import Material, grave
from pipeline.doctor.instruments.slopes import slopes
from pipeline.doctor.instruments.watch import Sighting
from pipeline.doctor.instruments.witness import root

TRY_CPU_S = 2.0
"""CPU time of an experiment."""
MOST_CHANGES, MOST_PARTS = 24, 8

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
        each = len(made) / max(len(made.target), 1)
        if root(made.target).name == trouble.group:
            changes.append((Change("without", made.name, ""), ()))
            changes += [(Change("weaker", made.name, "", 1 / each), ())] if each > 1 else []
    return changes


def _sizes(found: Material, trouble: Sighting) -> Changes:
    """Return each constant of the equations a thousand times smaller and larger."""
    about = found.dynamics[trouble.group]
    names = sorted(name for name in about.external if is_quantity(found.subject.namespace.get(name)))
    return [(Change("scale", trouble.group, name, factor), ()) for name in names for factor in THOUSAND]


def leave_out(found: Material) -> None:
    """Run a healthy network again as it is and without each projection and input, as far as time goes."""
    seen = found.seen
    if seen is None or grave(found):
        return
    acting = [o for o in found.subject.all_objects if isinstance(o, (b2.Synapses, b2.PoissonInput)) and o.active]
    if not acting:
        return
    share = min(1.0, TRY_CPU_S / max(seen.cpu_s, 1e-9))
    duration = share * (seen.end_s - seen.start_s)
    changes: Changes = [(Change("none", "", ""), ())]
    changes += [(Change("without", made.name, ""), ()) for made in acting[:MOST_PARTS]]
    found.outcomes = experiments(found.subject, {}, changes, duration, 2 * TRY_CPU_S)
    found.check("experiments", f"{len(found.outcomes) - 1} of {len(acting)} projections and inputs left out")
