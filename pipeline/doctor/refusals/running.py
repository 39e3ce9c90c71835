"""Refusals of a run: what is in the network, what was run before, steps and clocks, functions, stored states."""

import re

import brian2 as b2
import numpy as np
from brian2.core.base import BrianObject
from brian2.core.variables import ArrayVariable
from brian2.utils.stringtools import get_identifiers

from pipeline.doctor.instruments.witness import root
from pipeline.doctor.refusals.refused import Refused, named
from pipeline.doctor.refusals.row import Match, Row, Told, plain


def unbuilt(refused: Refused, match: Match) -> Told:
    """Say that a value is read which a program does not have yet."""
    always = "with string expressions" in match.string
    why = (
        "In standalone mode values cannot be read by a condition in a text."
        if always
        else "In standalone mode Brian2 writes a program first, and until that has run nobody knows what it computes: "
        "which synapses there are, what an expression gives, what monitors record."
    )
    return Told(
        f"Line {refused.call} reads a value of a standalone program. {why}",
        "values = G.v[:]; values[condition]    # after the run"
        if always
        else "run(...)    # before that line, and device.build() with build_on_run=False",
        "Expressions (S.w = '...') need no values; without set_device all values are known.",
        (refused.listing.text(refused.call),),
    )


def mixed(refused: Refused, match: Match) -> Told:
    """Say which objects are new and which were run before."""
    objects = {n: v for n, v in refused.names.items() if isinstance(v, BrianObject) and not n.startswith("_")}
    objects = {n: v for n, v in objects.items() if v.add_to_magic_network}
    new = [name for name, made in objects.items() if made._network is None]
    old = [name for name, made in objects.items() if made._network is not None]
    listed = ", ".join([*old, *new]) or "..."
    return Told(
        f"Line {refused.call} takes all objects of the script; {', '.join(new) or 'some'} "
        f"{'is' if len(new) == 1 else 'are'} new, {', '.join(old) or 'others'} ran before, and Brian2 cannot tell "
        "whether time goes on or begins again.",
        f"net = Network({listed})\nnet.run(...)    # goes on where these were",
        "For a new simulation: make all objects anew after start_scope(), or make all before the first run.",
        (refused.listing.text(refused.call),),
    )


def owned(refused: Refused, match: Match) -> Told:
    """Say which object belongs to another network."""
    made = named(match["name"])
    holder = match["name"] if made is None else refused.label_of(made)
    return Told(
        f"{holder} was run in another network and cannot be in a second one (line {refused.call}).",
        "net.add(...)    # more objects into the first network, instead of a new one",
        "For runs from the same start: net.store() before, net.restore() after.",
        (refused.listing.text(refused.call),),
    )


def dependent(refused: Refused, match: Match) -> Told:
    """Say which object a network lacks."""
    made = named(match["name"])
    holder = match["name"] if made is None else refused.label_of(made)
    needs: list[str] = []
    for identity in getattr(made, "_dependencies", ()):
        found = next((o for r in BrianObject.__instances__() if (o := r()) is not None and o.id == identity), None)
        needs += [refused.label_of(found)] if found is not None else []
    lacks = ", ".join(needs) or "the object that it reads"
    return Told(
        f"The network has {holder} and not {lacks}, which {holder} needs.",
        f"net = Network({', '.join([*needs, holder])})",
        "",
        (refused.listing.text(refused.call),),
    )


def summed_twice(refused: Refused, match: Match) -> Told:
    """Say which synapses sum into one variable."""
    name, group = match["name"], named(match["group"])
    holder = match["group"] if group is None else refused.label_of(group)
    synapses = [
        n
        for n, v in refused.names.items()
        if isinstance(v, b2.Synapses) and not n.startswith("_") and root(v.target).name == match["group"]
    ]
    mine = [n for n in synapses if any(u.startswith(f"{name}_") for u in refused.names[n].summed_updaters)]
    parts = " + ".join(f"{name}_{number}" for number in range(1, max(len(mine), 2) + 1))
    quotes = [f"{name}_post = {u.expression.code}" for n in mine for u in refused.names[n].summed_updaters.values()]
    return Told(
        f"{', '.join(mine) or 'Several synapses'} all set {name} of {holder}: the last would overwrite the others.",
        f"{name} = {parts} : ...    # in the model of {holder}; each is a parameter, into which one of them sums",
        "",
        tuple(quotes),
    )


def function(refused: Refused, match: Match) -> Told:
    """Say how a function has to be written for its use."""
    name = match["name"]
    line = next((n for n, text in enumerate(refused.listing.lines, 1) if re.search(rf"def\s+{name}\(", text)), None)
    quote = refused.listing.text(line)
    if "network operation" in match.string:
        return Told(
            f"{name} (line {line}) is called in each step with the time t or without anything.",
            f"@network_operation(dt=1*ms)\ndef {name}(t):",
            "Other values: variables of the script.",
            (quote,),
        )
    return Told(
        f"{name} (line {line}) does not say which units it takes and returns.",
        f"@check_units(x=1, result=1)    # of each argument and of the result\ndef {name}(x):",
        "",
        (quote,),
    )


def not_finite(refused: Refused, match: Match) -> Told:
    """Say which values of a group are no numbers before it runs, and where they come from."""
    values = {name: v.get_value() for name, v in refused.made.variables.items() if isinstance(v, ArrayVariable)}
    bad = [n for n, x in values.items() if np.asarray(x).dtype.kind == "f" and not np.isfinite(x).all()]
    name = next((n for n in bad if not n.startswith("_") and n not in refused.made.equations), bad[0])
    count = f"{(~np.isfinite(values[name])).sum()} of {np.size(values[name])}"
    line = refused.listing.find(f"{name}=") or refused.line
    equations = refused.made.equations
    early = [n for n in get_identifiers(refused.listing.argument(refused.line, name, 99)) if n in equations]
    parts = {part for n in early if equations[n].expr is not None for part in equations[n].identifiers}
    unset = sorted({*early, *parts} & refused.made.user_equations.parameter_names)
    why = f" It is calculated where {refused.label} is made, when {', '.join(unset)} are still 0." if unset else ""
    return Told(
        f"{name} of {refused.place} is not a number, in {count}, before the first step.{why}",
        f"{refused.label}.{name} = ...    # after {', '.join(unset)}" if unset else "",
        "With compiled code Brian2 does not stop: v is nan instead.",
        (refused.listing.text(line),),
    )


def stored(refused: Refused, match: Match) -> Told:
    """Say that a state was never stored under a name."""
    name = match["name"]
    after = "" if name == "default" else repr(name)
    return Told(
        f"Line {refused.call} restores the state {name!r}, which was not stored before.",
        f"store({after})    # before the run whose beginning is meant",
        "",
        (refused.listing.text(refused.call),),
    )


def step(refused: Refused, match: Match) -> Told:
    """Say why a step cannot follow the one before."""
    time = re.sub(r"\s+", " ", match["t"])
    return Told(
        f"Line {refused.call} goes from a step of {match['old']} to {match['new']} at t = {time}, which is no "
        "multiple of the new step.",
        "defaultclock.dt = ...    # one that divides the time, or set once before the first run",
        "",
        (refused.listing.text(refused.call),),
    )


def slot(refused: Refused, match: Match) -> Told:
    """Say which object asks for a place in the step that there is not."""
    name = match["name"]
    objects = [v for n, v in refused.names.items() if isinstance(v, BrianObject) and not n.startswith("_")]
    holder = next((refused.label_of(made) for made in objects if made.when == name), "An object of the network")
    line = refused.listing.find(f"'{name}'") or refused.listing.find(f'"{name}"')
    return Told(
        f"{holder} (line {line}) has when={name!r}, and a step has no such place.",
        "when='end'    # or start, groups, thresholds, synapses, resets; or before_ or after_ one of these",
        "",
        (refused.listing.text(line),),
    )


ROWS = (
    Row("NotImplementedError", r"^Cannot retrieve the values of state variables", unbuilt),
    Row(
        "NotImplementedError",
        r"^The store/restore mechanism is not supported",
        plain(
            "In standalone mode Brian2 can neither store nor restore a network.",
            "set_device('runtime')    # or leave out set_device; or device.run(run_args={{...}}) for other values",
        ),
    ),
    Row(
        "TypeError",
        r"'<' not supported between instances of 'str' and 'int'",
        plain("The duration of a run is a text.", "run(100*ms)    # without quotes"),
        "run",
    ),
    Row(
        "NotImplementedError",
        r"Unknown pre-defined window \"(?P<window>.*)\"",
        plain(
            "smooth_rate of {place} knows no window {window!r}.", "{label}.smooth_rate(window='gaussian', width=5*ms)"
        ),
    ),
    Row(
        "ValueError",
        r"Unknown code generation target: (?P<name>\S+),",
        plain(
            "There is no target {name!r} of code generation.",
            "prefs.codegen.target = 'cython'    # or 'numpy'; C++ as a program is set_device('cpp_standalone')",
        ),
    ),
    Row("ValueError", r"array must not contain infs or NaNs", not_finite),
    Row("MagicError", r"mix of objects that has been run before", mixed),
    Row("RuntimeError", r"^(?P<name>\w+) has already been simulated", owned),
    Row("RuntimeError", r"^'(?P<name>\w+)' has already been run in the context of another network", owned),
    Row("ValueError", r"^'(?P<name>\w+)' has been included in the network but not", dependent),
    Row("NotImplementedError", r"target the variable '(?P<name>\w+)' in group '(?P<group>\w+)'", summed_twice),
    Row(
        "TypeError",
        r"Can only add objects of type BrianObject",
        plain("A Network takes objects, or lists of them, not their names.", "net = Network(collect())"),
    ),
    Row("KeyError", r"^(?P<name>\w+)$", stored, "restore"),
    Row("ValueError", r"Cannot set dt from (?P<old>.*) to (?P<new>.*), the time (?P<t>.*) is not a", step, "", True),
    Row("TypeError", r"Function '(?P<name>\w+)' cannot be used as a network operation", function),
    Row("ValueError", r"function '(?P<name>\w+)' does not specify", function),
    Row("KeyError", r"^(?P<name>\w+)$", slot, "sorted_objects"),
    Row(
        "PreferenceError",
        r"^Preference '(?P<name>[\w.]+)' is unregistered",
        plain("Line {call!r} sets a preference {name} that does not exist.", "prefs.codegen.target = 'numpy'"),
    ),
    Row(
        "KeyError",
        r"^(?P<name>\w+)$",
        plain("There is no device {name!r}.", "set_device('cpp_standalone')    # or 'runtime'"),
        "set_device",
    ),
)
