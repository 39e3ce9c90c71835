"""Terms of an equation: those that contribute nothing, driving forces without v, conductances below 0."""

import ast

import numpy as np
from brian2.units.fundamentalunits import get_dimensions

from pipeline.doctor.findings.finding import Finding
from pipeline.doctor.instruments.dynamics import Dynamics, Values
from pipeline.doctor.instruments.envelope import currents
from pipeline.doctor.instruments.material import Material, grave
from pipeline.doctor.instruments.sizes import measure
from pipeline.doctor.instruments.subject import set_in_target, split
from pipeline.doctor.instruments.witness import root

SLIGHTLY = 0.02
"""How far a conductance may be below 0, as part of the highest, by an integrator's doing."""

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


def below_zero(found: Material) -> list[Finding]:
    """Conductances to which events add, and that went below 0 as well as above: there, excitation inhibits."""
    seen = found.seen
    if seen is None:
        return []
    findings = []
    taken = {name for event in found.events for name, jump in event.jumps.items() if jump < 0}  # told by their signs
    for name, about in found.dynamics.items():
        for one in currents(about):
            for variable in sorted(set(about.reads(one.term)) - {about.v} - set(about.reads(one.reversal)) - taken):
                low, high = seen.ranges.get(name, {}).get(variable, (0.0, 0.0))
                if not low < -SLIGHTLY * high < 0 or "xi" in about.expressions.get(variable, ""):
                    continue
                if not (adding := _adding(found, name, variable)):
                    continue
                dim = about.group.variables[variable].dim
                label = found.label(name)
                findings.append(
                    Finding(
                        "below_zero",
                        "error" if grave(found) else "warning",
                        f"{variable} of {label} goes below 0, to {measure(low, dim)}: as a conductance, it then drives "
                        f"{about.v} away from its reversal potential.",
                        (
                            f"{one.term}, in the equations of {found.subject.place(found.group(name))}",
                            f"in the run {variable} was {measure(low, dim)} to {measure(high, dim)}",
                            *adding,
                        ),
                        "Certain: seen in the run.",
                        "# keep what events add at or above 0: weights, and resources or probabilities between 0 and 1",
                        "Excitation excites and inhibition inhibits.",
                    )
                )
    return findings


def _adding(found: Material, name: str, variable: str) -> list[str]:
    """Return the code of events that adds to a variable of a group, by where it stands."""
    return [
        f"{found.subject.place(made)}: {'; '.join(split(path.code))}"
        for made in found.subject.synapses
        if root(made.target).name == name
        for path in made._pathways
        if variable in set_in_target(path.code)
    ]


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
