"""What experiments cured: the smallest change after which the trouble is gone, and the network alive."""

from brian2.utils.stringtools import get_identifiers

from pipeline.doctor.findings.finding import Finding
from pipeline.doctor.instruments.experiments import Outcome
from pipeline.doctor.instruments.material import Material
from pipeline.doctor.instruments.sizes import measure
from pipeline.doctor.instruments.subject import in_degree, read_by_events

FEW = 2
"""Numbers that cure, beyond which none of them is the one."""


def cures(found: Material) -> list[Finding]:
    """The terms whose sign, or the constants whose prefix, decides between trouble and none."""
    good = [outcome for outcome in found.outcomes if outcome.cured]
    flips = [outcome for outcome in good if outcome.change.kind == "flip"]
    weaker = [outcome for outcome in good if outcome.change.kind == "weaker"]
    scales = [outcome for outcome in good if outcome.change.kind == "scale"]
    tried = len(found.outcomes)
    if flips:
        one = min(flips, key=lambda outcome: len(outcome.change.what))
        about = found.dynamics[one.change.group]
        opened = [f"{name} = {text}" for name, text in about.expressions.items() if name not in about.states]
        opened = [text for text in opened if text.split(" = ")[0] in get_identifiers(one.change.what)]
        label = found.label(one.change.group)
        v = found.dynamics[one.change.group].v
        return [
            Finding(
                "current_sign",
                "error",
                f"In {label}, {one.change.what} drives {v} away from where it is zero: with the other sign the trouble "
                "is gone.",
                (
                    f"equations of {found.subject.place(found.group(one.change.group))}",
                    *opened,
                    *(_line(found, outcome) for outcome in flips[:3]),
                    f"{tried} changes of one thing were tried, {len(good)} cured",
                ),
                "Certain that this sign decides; a current that pulls to E is g*(E - v).",
                f"d{v}/dt = (... + g*(E - {v}))/C    # not {one.change.what}",
                f"{v} comes back after a disturbance.",
            )
        ]
    if weaker:
        return [_gain(found, weaker[0], good)]
    both = {o.change.what for o in scales if o.change.factor < 1} & {
        o.change.what for o in scales if o.change.factor > 1
    }
    scales = [outcome for outcome in scales if outcome.change.what not in both]  # what cures either way is no size
    trouble = found.seen.not_finite if found.seen else None
    troubled = found.dynamics.get(trouble.group) if trouble else None
    if trouble and troubled and not set(trouble.variables) & set(troubled.states):  # no equation made it: no constant
        return []
    if scales and len({outcome.change.what for outcome in scales}) <= FEW:
        names = ", ".join(dict.fromkeys(f"{o.change.what} x {o.change.factor:g}" for o in scales))
        return [
            Finding(
                "weight_scale",
                "error",
                f"One number of the wrong size explains the trouble; it is gone with {names}.",
                (*(_line(found, outcome) for outcome in scales[:4]), f"{tried} changes were tried, {len(good)} cured"),
                "Certain that these cure; which of them is wrong only the source can tell.",
                f"{scales[0].change.what} = ...    # a prefix of its unit: m for none, n for p",
                "Values stay in the range of biology.",
            )
        ]
    return []


def waking(found: Material) -> list[Finding]:
    """The inputs of a silent network that make it spike when they are larger, with the factor that it takes."""
    woken = [
        outcome
        for outcome in found.outcomes
        if outcome.change.factor > 1 and any(outcome.spikes.get(name, 0) for name in found.dynamics)
    ]
    if not woken:
        return []
    factor = min(outcome.change.factor for outcome in woken)
    names = [_called(found, outcome) for outcome in woken if outcome.change.factor == factor]
    sizes = [_size(found, outcome) for outcome in woken if outcome.change.factor == factor]
    return [
        Finding(
            "weak_input",
            "warning",
            f"The network is silent, and spikes with {' or '.join(names)} {factor:g} times larger.",
            (*filter(None, sizes), *(_line(found, outcome) for outcome in woken[:3])),
            "Certain: the network was run with each input 3, 30 and 1000 times larger. A thousand is a prefix of a "
            "unit: mV/s for mV/ms, pA for nA.",
            f"{_set(found, min(woken, key=lambda outcome: outcome.change.factor))} = ...    # its unit first",
            "The network spikes; how much has to be looked at then.",
        )
    ]


def _called(found: Material, outcome: Outcome) -> str:
    change, label = outcome.change, found.label(outcome.change.group)
    if change.kind == "scale":
        return change.what
    return f"{label}.{change.what}" if change.what else f"the weights of {label}"


def _set(found: Material, outcome: Outcome) -> str:
    """Return what the script sets to change an input."""
    change = outcome.change
    if change.kind != "weaker":
        return _called(found, outcome)
    made = found.group(change.group)
    read = read_by_events(made)
    own = [name for name, equation in made.equations.items() if equation.type == "parameter" and name in read]
    return f"{found.label(made.name)}.{own[0] if own else 'w'}"


def _size(found: Material, outcome: Outcome) -> str:
    change = outcome.change
    if change.kind != "parameter":
        return ""
    variable = found.group(change.group).variables[change.what]
    low, high = (measure(float(x), variable.dim) for x in (variable.get_value().min(), variable.get_value().max()))
    return f"{_called(found, outcome)} is {low}" + (f" to {high}" if low != high else "")


def _gain(found: Material, one: Outcome, good: list[Outcome]) -> Finding:
    made = found.group(one.change.group)
    label, each = found.label(made.name), in_degree(made)
    return Finding(
        "loop_gain",
        "error",
        f"The input through {label} grows without bound: each neuron sums {each:.3g} of its synapses, and divided by "
        "their number the network is stable.",
        (found.subject.place(made), *(_line(found, outcome) for outcome in good[:3])),
        "Certain that this cures: the same network was run with weaker weights.",
        f"{label}.w = J/{each:.3g}    # the sum over inputs, not each, is of the size of J",
        "Activity settles; its level has to be looked at again.",
    )


def _line(found: Material, outcome: Outcome) -> str:
    change = outcome.change
    if change.kind == "flip":
        what = f"with the other sign of {change.what}"
    elif change.kind == "without":
        what = f"without {found.label(change.group)}"
    elif change.kind == "weaker" and change.factor < 1:
        what = f"with weights of {found.label(change.group)} divided by the number of inputs"
    else:
        what = f"with {_called(found, outcome)} times {change.factor:g}"
    spikes = ", ".join(f"{found.label(name)} {n}" for name, n in outcome.spikes.items() if name in found.dynamics)
    rest = f"; spikes: {spikes}" if spikes else ""
    return f"{what}: finite and within bounds up to {outcome.end_s * 1e3:.4g} ms{rest}"
