"""Refusals of synapses: connect, sums, event-driven equations, delays."""

import re

from pipeline.doctor.refusals.dimensions import told, unit
from pipeline.doctor.refusals.refused import Refused
from pipeline.doctor.refusals.row import Match, Row, Told, plain


def summed(refused: Refused, match: Match) -> Told:
    """Say which variable a sum of synapses needs in the neurons that it goes to."""
    name = match.groupdict().get("name") or ""
    stem, _, end = name.rpartition("_")
    group = refused.end("source" if end == "pre" else "target")
    holder = refused.label_of(group) if group is not None else "the target"
    line = refused.listing.text(refused.listing.find(f"{name} =", refused.line or 0)) if name else ""
    expected = re.search(r":\s*([^(]+?)\s*\(", line)
    dims = expected[1] if expected else "1"
    if "does not end in" in match.string:
        return Told(
            f"In {refused.place} the sum {name} does not say which neurons it goes to.",
            line.replace(name, f"{name}_post", 1) or f"{name}_post = ... : {dims} (summed)",
            "",
            (line,),
        )
    if "corresponding parameter" in match.string:
        says = f"{refused.place} sums into {name}, and {stem} of {holder} is an equation: a sum would overwrite it."
        return Told(says, f"I_sum : {dims}    # a parameter of {holder}, which its equation reads", "", (line,))
    says = f"{refused.place} sums into {name}, and {holder} has no variable {stem}."
    return Told(says, f"{stem} : {dims}    # in the model of {holder}", "", (line,))


def summed_units(refused: Refused, match: Match) -> Told:
    """Say in which unit a sum has to be."""
    name = str(refused.asked.get("varname", ""))
    group = refused.end("target")
    stem = re.sub(r"_(pre|post)$", "", name)
    variable = getattr(group, "variables", {}).get(stem)
    if variable is None:
        return Told(f"{refused.place} sums into a variable of another unit.")
    line = refused.listing.text(refused.listing.find(f"{name} =", refused.line or 0)) if name else ""
    better = re.sub(r":\s*[^(]+?\s*\(summed", f": {unit(variable.dim)[0]} (summed", line)
    says = f"{name} of {refused.place} has another unit than {stem} of {refused.label_of(group)}, {told(variable.dim)}."
    return Told(says, better or f"{name} = ... : {unit(variable.dim)[0]} (summed)", "", (line,))


def outside(refused: Refused, match: Match) -> Told:
    """Say which indices of connect are not those of any neuron."""
    source, target = getattr(refused.made, "source", None), getattr(refused.made, "target", None)
    call = refused.listing.text(refused.call)
    sizes = ""
    if source is not None and target is not None:
        sizes = (
            f" {refused.label_of(source)} has i = 0 to {len(source) - 1}, "
            f"{refused.label_of(target)} has j = 0 to {len(target) - 1}."
        )
    generator = "generator" in " ".join(map(str, refused.chain))
    instead = call.replace(")", ", skip_if_invalid=True)") if generator and call.endswith(")") else call
    return Told(
        f"connect of {refused.place} names neurons that do not exist.{sizes}",
        instead if generator else f"{refused.label}.connect(i=..., j=...)    # within these, counted from 0",
        "skip_if_invalid leaves out pairs beyond the ends." if generator else "",
        (call,),
    )


ROWS = (
    Row(
        "TypeError",
        r"you need to call connect|since it has not created synapses",
        plain(
            "{place} has no synapses yet: connect was not called.",
            "{label}.connect(p=0.1)    # or i=..., j=..., before values are set and before the run",
        ),
    ),
    Row("IndexError", r"outside (valid|allowed) range|contain values outside of the range", outside, "connect"),
    Row(
        "ValueError",
        r"shape mismatch",
        plain(
            "connect of {place} has lists i and j of different lengths; they name pairs, one of each.",
            "{label}.connect(i=[0, 1], j=[1, 2])    # or condition='...', p=... for all pairs",
        ),
        "_verify_connect_array_arguments",
    ),
    Row(
        "ValueError",
        r"Cannot combine condition",
        plain(
            "connect of {place} has a condition and indices at once.",
            "{label}.connect(condition='i != j')    # or {label}.connect(j='...')",
        ),
    ),
    Row(
        "TypeError",
        r"(?P<side>Pre|Post)synaptic indices have to be given as integers",
        plain(
            "connect of {place} has indices that are no integers.", "{label}.connect(i=i.astype(int), j=j.astype(int))"
        ),
    ),
    Row(
        "TypeError",
        r"condition argument must be bool or string",
        plain(
            "connect of {place} is given an array as its condition.",
            "i, j = matrix.nonzero()\n{label}.connect(i=i, j=j)    # rows are presynaptic\n{label}.w = matrix[i, j]",
        ),
    ),
    Row(
        "ValueError",
        r"Must specify at least one of condition, i or j",
        plain(
            "connect of {place} is told one end of its pairs alone.",
            "{label}.connect(i=0, j=[1, 2])    # or condition='i == 0' for all pairs with that one",
        ),
    ),
    Row(
        "KeyError",
        r"^In$",
        plain("j of connect of {place} is a condition; it says which numbers there are.", "j='k for k in range(5)'"),
        "connect",
    ),
    Row(
        "TypeError",
        r"^n must be int or string",
        plain(
            "In connect of {place} n is no whole number: it is how many synapses each pair gets.",
            "{label}.connect(p=0.1)    # a probability is p",
        ),
    ),
    Row(
        "DimensionMismatchError",
        r"Expression for (?P<what>p|n) should be dimensionless",
        plain("In connect of {place} {what} has a unit.", "{label}.connect({what}='...')    # a number"),
    ),
    Row("ValueError", r"summed variable '(?P<name>\w+)' (does not|needs)", summed),
    Row("DimensionMismatchError", r"Summed variables need to have the same units", summed_units),
    Row(
        "EquationError",
        r"'(?P<reader>\w+)' should not depend on the event-driven variable '(?P<name>\w+)'",
        plain(
            "In {place} {reader} reads {name} in every step, and {name} is (event-driven): it is known at spikes only.",
            "d{name}/dt = ... : 1 (clock-driven)",
            "{name} is then computed in every step.",
            "d{name}/dt",
        ),
    ),
    Row(
        "ValueError",
        r"synaptic variable (?P<name>\w+)|variable (?P<other>\w+) has the same name as a synaptic",
        plain(
            "The model of {place} has a variable {other}{name} that its neurons have, too.",
            "{other}{name}_syn : 1    # and in on_pre; {other}{name}_post is that of the neurons",
        ),
    ),
    Row(
        "TypeError",
        r"Delay argument has to be a quantity",
        plain("The delay of {place} has no unit.", "delay=2*ms"),
    ),
)
