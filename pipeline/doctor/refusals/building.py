"""Refusals while a network is built: sizes, subgroups, inputs, monitors, values that are set, cables."""

import difflib
import inspect
import re
from itertools import pairwise

import brian2 as b2

from pipeline.doctor.refusals.dimensions import number_with, told, unit
from pipeline.doctor.refusals.refused import Refused, named
from pipeline.doctor.refusals.row import Match, Row, Told, plain


def poisson_target(refused: Refused, match: Match) -> Told:
    """Say which variables a PoissonInput can act on."""
    group = refused.end("target")
    name = match["name"]
    own = sorted(n for n, v in getattr(group, "variables", {}).items() if not v.read_only and not n.startswith("_"))
    holder = refused.label_of(group) if group is not None else match["group"]
    says = f"{refused.place} acts on {name}, and {holder} has no variable {name}; it has {', '.join(own)}."
    call = refused.listing.text(refused.call)
    better = call.replace(name, own[0], 1) if own and name in call else f"{name} : 1    # in the model of {holder}"
    return Told(says, better, "", (call,))


def poisson_weight(refused: Refused, match: Match) -> Told:
    """Say in which unit the weight of a PoissonInput has to be."""
    name = match["name"]
    variable = getattr(refused.end("target"), "variables", {}).get(name)
    dims = None if variable is None else variable.dim
    handy = "..." if dims is None else unit(dims)[1]
    text = refused.listing.argument(refused.call, "weight", 4)
    call = refused.listing.text(refused.call)
    return Told(
        f"The weight of {refused.place} has another unit than {name}, which is in {told(dims)}.",
        refused.listing.with_argument(refused.call, "weight", 4, number_with(text, handy)) or f"weight=0.1*{handy}",
        "",
        (call,),
    )


def twice(refused: Refused, match: Match) -> Told:
    """Say which neuron of a SpikeGeneratorGroup has two spikes in one step."""
    made = refused.made
    example = ""
    if made is not None:
        step = float(made.clock.dt_)
        pairs = sorted(zip(made._neuron_index.tolist(), made._spike_time.tolist(), strict=False))
        close = [(i, a, b) for (i, a), (j, b) in pairwise(pairs) if i == j and b - a < step]
        if close:
            i, a, b = close[0]
            example = f" Neuron {i} spikes at {a * 1e3:.5g} and {b * 1e3:.5g} ms; a step is {step * 1e3:.4g} ms."
    return Told(
        f"A neuron of {refused.place} has two spikes in one time step.{example}",
        "defaultclock.dt = 0.01*ms    # a finer step, or else one spike less",
        "All of the network then runs at this step, and takes longer.",
        (refused.listing.text(refused.line),),
    )


def eventless(refused: Refused, match: Match) -> Told:
    """Say which group has no threshold, and so no spikes."""
    group = named(match["group"])
    holder = match["group"] if group is None else refused.label_of(group)
    event = match["event"]
    if event == "spike":
        says = f"{refused.place} takes the spikes of {holder}, which has no threshold and never spikes."
        return Told(
            says, f"{holder} = NeuronGroup(..., threshold='v > -50*mV', reset='v = -65*mV')", "", _calls(refused)
        )
    says = f"{refused.place} takes the event {event!r} of {holder}, which does not define it."
    return Told(says, f"{holder} = NeuronGroup(..., events={{'{event}': 'v > -30*mV'}})", "", _calls(refused))


def _calls(refused: Refused) -> tuple[str, ...]:
    return (refused.listing.text(refused.call),)


def function(refused: Refused, match: Match) -> Told:
    """Say what Brian2 takes in place of a function of Python."""
    call = refused.listing.text(refused.call)
    return Told(
        f"On line {refused.call} Brian2 is given a function of Python, which it does not call in each step: it takes a "
        "number with its unit, a TimedArray, or an expression of t as text.",
        "values = TimedArray([...]*Hz, dt=1*ms)    # the function at each ms; a column for each neuron\n"
        "PoissonGroup(n, rates='values(t, i)')",
        "",
        (call,),
    )


def signature(refused: Refused, match: Match) -> Told:
    """Say which argument of a call is missing, or not known."""
    kind, name = match["kind"], match["name"]
    call = refused.listing.text(refused.call)
    if "missing" in match.string:
        known = {"record": "record=True", "dt": "dt=1*ms", "diameter": "diameter=1*um", "reset": "reset='v = 0*mV'"}
        add = known.get(name, f"{name}=...")
        better = f"{call[:-1]}, {add})" if call.endswith(")") else add
        return Told(f"{kind} on line {refused.call} lacks its argument {name}.", better, "", (call,))
    arguments = list(inspect.signature(getattr(b2, kind)).parameters)
    close = difflib.get_close_matches(name, arguments, 1, 0.5)
    better = re.sub(rf"\b{name}\s*=", f"{close[0]}=", call) if close else ""
    says = f"{kind} on line {refused.call} has no argument {name}; it takes {', '.join(arguments)}."
    return Told(says, better, "", (call,))


ROWS = (
    Row("TypeError", r"Object of type <class 'function'> does not have dimensions", function),
    Row(
        "IndexError",
        r"[Ii]llegal (start|stop|start/end)|Illegal start",
        plain(
            "A part of {place} that line {call!r} takes is empty, or beyond its neurons.",
            "{label}[:8]    # from 0 to its size",
        ),
    ),
    Row(
        "IndexError",
        r"contiguous",
        plain(
            "{call!r} takes neurons of {place} that are not side by side; a subgroup is one block.",
            "{label}[0:5]    # or all of {label}, and in connect: condition='i % 2 == 0', or i=[1, 3, 5]",
        ),
    ),
    Row(
        "TypeError",
        r"slice indices must be integers|integer values|slicing syntax",
        plain("{call!r} takes a part of {place} by numbers that are no integers.", "{label}[:int(0.8*len({label}))]"),
        "__getitem__",
    ),
    Row("KeyError", r"(?P<name>\w+) is not a variable of (?P<group>\w+)", poisson_target),
    Row("DimensionMismatchError", r"provided weight does not.*variable '(?P<name>\w+)'", poisson_weight),
    Row("ValueError", r"spike more than once during a time step", twice),
    Row(
        "ValueError",
        r"Length of the indices and times",
        plain(
            "{place} has not as many indices as times: each spike is one of both.",
            "indices=[0, 0, 1], times=[1, 2, 2]*ms",
        ),
    ),
    Row(
        "ValueError",
        r"Indices have to lie in the interval \[0, (?P<n>\d+)",
        plain(
            "{place} has {n} neurons, and a spike of one beyond: indices go from 0 to {n} - 1.",
            "indices - indices.min()",
        ),
    ),
    Row(
        "ValueError",
        r"Spike times cannot be negative",
        plain("{place} has spikes before t = 0.", "keep = times >= 0*ms\nindices[keep], times[keep]"),
    ),
    Row(
        "ValueError",
        r"period has to be greater",
        plain("The period of {place} is over before its last spike.", "period=times.max() + defaultclock.dt"),
    ),
    Row("ValueError", r"group '(?P<group>\w+)' does not define an event '(?P<event>\w+)'", eventless),
    Row(
        "IndexError",
        r"indices to record from|Index number (?P<n>\d+) has not been recorded",
        plain(
            "{place}: {call!r} asks for a neuron that is not recorded, or does not exist.",
            "record=True    # all, or a list of indices from 0",
        ),
    ),
    Row(
        "TypeError",
        r"^(?P<kind>\w+)\.__init__\(\) (missing|got an unexpected keyword)[^']*'(?P<name>\w+)'",
        signature,
    ),
    Row(
        "AttributeError",
        r"^'str' object has no attribute 'id'",
        plain(
            "The second argument of {place} is a text; it is the group that receives.",
            "Synapses(source, target, on_pre='v_post += 0.1*mV')",
        ),
    ),
    Row(
        "AttributeError",
        r"^'Quantity' object has no attribute 'variables'",
        plain("{place} is given a time for its clock.", "dt=0.1*ms    # or clock=Clock(dt=0.1*ms)"),
    ),
    Row(
        "TypeError",
        r"First NeuronGroup argument should be size",
        plain("{place} begins with its model; the number of neurons comes first.", "NeuronGroup(10, model)"),
    ),
    Row(
        "ValueError",
        r"size should be at least 1, was (?P<n>\S+)",
        plain("{place} has {n} neurons (a fraction, or a number with a unit, is cut to that).", "{kind}(100, ...)"),
    ),
    Row(
        "TypeError",
        r"Variable '?(?P<name>\w+)'? is read-only",
        plain(
            "{name} of {place} cannot be set: an equation of the model, or Brian2, computes it.",
            "{name} : 1    # a parameter, if {name} is meant to be set; else set what it is computed from",
        ),
    ),
    Row(
        "ValueError",
        r"could not broadcast input array from shape \((?P<given>\d+),?\) into shape \((?P<n>\d+)",
        plain(
            "{call!r} gives {place} {given} values where it has {n}.", "values of length {n}, one number or a string"
        ),
        "set_with_index_array",
        True,
    ),
    Row(
        "TypeError",
        r"expected string or bytes-like object",
        plain(
            "The refractory period of {place} is a number without unit.",
            "refractory=2*ms    # or a condition, as 'v > -40*mV'",
            "",
            "refractory",
        ),
        "_get_refractory_code",
    ),
    Row(
        "TypeError",
        r"Refractory expression",
        plain(
            "refractory of {place} is neither a time nor a condition.",
            "refractory=2*ms    # or '2*ms + 1*ms*rand()', or 'v > -40*mV'",
            "",
            "refractory",
        ),
    ),
    Row(
        "ValueError",
        r"Cannot link variable '(?P<name>\w+)' to '(?P<other>\w+)'.*\((?P<n>\d+) != (?P<m>\d+)\)",
        plain(
            "{name} of {place} has {n} neurons and {other} has {m}.",
            "{label}.{name} = linked_var(other, '{other}', index=array_of_{n}_indices)",
        ),
    ),
    Row(
        "TypeError",
        r"The transmembrane current 'Im' must be defined",
        plain("The model of {place} has no Im, the current through its membrane.", "Im = gL*(EL - v) : amp/meter**2"),
    ),
    Row(
        "AttributeError",
        r"Threshold can only be applied on a single location",
        plain("threshold_location of {place} is not one compartment.", "threshold_location=0"),
    ),
    Row(
        "AttributeError",
        r"no attribute 'total_compartments'",
        plain(
            "{place} is given no morphology as its first argument.", "SpatialNeuron(morphology=Soma(30*um), model=...)"
        ),
    ),
    Row(
        "ValueError",
        r"either a dt or a clock, not both",
        plain("{place} has both a clock and a dt.", "dt=0.1*ms    # without clock"),
    ),
    Row(
        "ValueError",
        r"^Name (?P<name>.*) not valid variable name",
        plain("The name {name!r} of {place} may have letters, digits and _ only.", "name='my_group'"),
    ),
)
