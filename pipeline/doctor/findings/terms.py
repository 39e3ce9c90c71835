"""Terms of an equation that contribute nothing in the run: a current that was written and never flows."""

import numpy as np

from pipeline.doctor.findings.finding import Finding
from pipeline.doctor.instruments.dynamics import Dynamics
from pipeline.doctor.instruments.material import Material, grave

NOTHING, EVER = 1e-6, 1e-250
"""Of the largest term, what counts as nothing; below, it is 0, as an input that nobody switched on."""


def idle_terms(found: Material) -> list[Finding]:
    """Terms of dv/dt that are there and a millionth of the others at most, at all states of the run that were kept."""
    seen = found.seen
    if seen is None or grave(found):
        return []
    findings = []
    for name, about in found.dynamics.items():
        spiking = seen.spiking.get(name)
        if about.v is None or spiking is None or not spiking.n or not seen.samples.get(name):
            continue
        shares = _shares(found, name, about)
        findings += [_finding(found, name, term, share) for term, share in shares.items() if EVER < share < NOTHING]
    return findings


def _shares(found: Material, name: str, about: Dynamics) -> dict[str, float]:
    """Return the largest share of each term, of the largest term at the same state, over the samples."""
    assert found.seen is not None
    samples = found.seen.samples[name]
    count = min(len(column) for column in samples.values())
    values = about.now(np.zeros(count, int)) | {n: column[:count] for n, column in samples.items()}
    sizes = {}
    for term in about.terms(about.potential):
        if "t" in about.reads(term):  # the samples do not know their time
            continue
        size = np.abs(np.asarray(about.evaluate(term, dict(values)), float))
        sizes[term] = np.nan_to_num(np.broadcast_to(size, (count,)), nan=0.0, posinf=0.0)
    largest = np.max(list(sizes.values()), axis=0) if sizes else np.zeros(count)
    good = largest > 0
    return {term: float((size[good] / largest[good]).max()) if good.any() else 0.0 for term, size in sizes.items()}


def _finding(found: Material, name: str, term: str, share: float) -> Finding:
    about, label = found.dynamics[name], found.label(name)
    seen = found.seen
    assert seen is not None
    ranges = seen.ranges.get(name, {})
    held = [
        f"{variable} is {ranges[variable][0]:.3g} to {ranges[variable][1]:.3g} in the run, its equation "
        f"d{variable}/dt = {about.expressions[variable]}"
        for variable in about.states
        if variable in about.reads(term) and variable != about.v and variable in ranges
    ]
    return Finding(
        "idle_term",
        "warning",
        f"{term} does nothing in {label}: it is {share:.1g} of the largest term of d{about.v}/dt at any time.",
        (f"equations of {found.subject.place(found.group(name))}", *held),
        "Certain for this run: the terms were evaluated along it.",
        "# the unit or the factor of what it depends on: a number in nA against one in A is 1e9 too small",
        "The current flows as it should, and the neuron behaves otherwise.",
    )
