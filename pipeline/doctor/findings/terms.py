"""Terms of an equation that contribute nothing in the run: a current that was written and never flows."""

import ast

import numpy as np
from brian2.units.fundamentalunits import get_dimensions

from pipeline.doctor.findings.finding import Finding
from pipeline.doctor.instruments.dynamics import Dynamics, Values
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
        states = found.states(name)
        if about.v is None or spiking is None or states is None:
            continue
        shares = _shares(about, states)
        if not spiking.n:  # before the first spike much is small; an input that the script set should not be
            shares = {term: share for term, share in shares.items() if _is_input(about, term)}
        findings += [_finding(found, name, term, share) for term, share in shares.items() if EVER < share < NOTHING]
    return findings


def fixed_forces(found: Material) -> list[Finding]:
    """Synaptic conductances times a difference of two constants: a driving force that v does not enter."""
    findings = []
    for name, about in found.dynamics.items():
        if about.v is None:
            continue
        fed = {variable for (group, variable), by in found.census.written.items() if group == name and by - {name}}
        for term in about.terms(about.potential):
            names = set(about.reads(term))
            pair = _constants(found, about, term)
            if pair is None or about.v in names or not names & fed:
                continue
            findings.append(
                Finding(
                    "fixed_force",
                    "warning",
                    f"{term} in {found.label(name)} does not hang on {about.v}: its driving force is a difference of "
                    f"two constants, {pair[0]} - {pair[1]}.",
                    (f"equations of {found.subject.place(found.group(name))}",),
                    "Certain of the equation. A conductance lets less through the nearer v is to its reversal; "
                    "with a constant in its place v goes past that.",
                    f"{term.replace(f'{pair[0]} - {pair[1]}', f'{pair[0]} - {about.v}')}",
                    f"The current is zero at {pair[0]}, and turns beyond.",
                )
            )
    return findings


def _constants(found: Material, about: Dynamics, term: str) -> tuple[str, str] | None:
    """Return two constants of the dimension of v of which a factor of a term is the difference."""
    dim = get_dimensions(about.group.variables[about.potential])
    for node in ast.walk(ast.parse(term, mode="eval")):
        if not (isinstance(node, ast.BinOp) and isinstance(node.op, ast.Sub)):
            continue
        if isinstance(node.left, ast.Name) and isinstance(node.right, ast.Name):
            values = [found.subject.namespace.get(part.id) for part in (node.left, node.right)]
            own = {node.left.id, node.right.id} & {*about.arrays, *about.expressions}
            if not own and all(v is not None and np.shape(v) == () and get_dimensions(v) is dim for v in values):
                return node.left.id, node.right.id
    return None


def _is_input(about: Dynamics, term: str) -> bool:
    """Tell whether a term is a parameter's alone, as a current that is injected."""
    names = set(about.reads(term))
    return bool(names & set(about.arrays)) and not names & set(about.states)


def _shares(about: Dynamics, values: Values) -> dict[str, float]:
    """Return the largest share of each term, of the largest term at the same state, over states of a run."""
    count = len(values[about.potential])
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
