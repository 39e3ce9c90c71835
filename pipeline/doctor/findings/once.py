"""Values that were set once for all: one random number for every neuron, the time as it was before the run."""

import ast

import numpy as np
from brian2.utils.stringtools import get_identifiers

from pipeline.doctor.findings.finding import Finding
from pipeline.doctor.instruments.material import Material
from pipeline.doctor.instruments.texts import parsed
from pipeline.doctor.instruments.witness import Assigned

EACH = {"rand", "randn"}
"""Names by which an expression has another value for each synapse."""

DRAWS = ("rand", "randn", "random", "uniform", "normal")


def set_once(found: Material) -> list[Finding]:
    """Whole variables of neurons that got one drawn number, or an expression of t, which is evaluated at once."""
    subject, findings = found.subject, []
    if subject.witness is None or subject.run_number > 1:
        return []
    looped, written = _assignments(subject.source or "")
    for made in subject.neurons:
        for name in made.equations:
            key = (made.name, name)
            several = subject.witness.assigned.get(key, [])
            if not several or key not in found.census.read:
                continue
            last, label = several[-1], subject.label(made)
            text = last.text or ""
            drawn = last.line is not None and _draws(written.get((last.line, name)))
            timed = bool(text) and "t" in get_identifiers(text) and name != "lastspike"
            if drawn and last.whole and last.one_for > 1:
                says = f"All {last.one_for} neurons of {label} get one random number as {name}: it was drawn before."
                instead = f"{label}.{name} = '... rand()'    # as text, it is drawn for each neuron"
                effect = "Each neuron has its own value."
            elif timed and last.line not in looped and not subject.operated and key not in found.census.written:
                says = f"{name} of {label} is set to an expression of t once, before the run, and stays as it is then."
                instead = f"{name} = {text} : ...    # in the equations of {label}, in place of `{name} : ...`"
                effect = f"{name} follows the time."
            else:
                continue
            shown = subject.written(last.line)
            place = (f"line {last.line}: {shown}",) if shown else ()
            sure = "Certain: all assignments were watched; whether it is meant, only you know."
            findings.append(Finding("set_once", "warning", says, place, sure, instead, effect))
    return findings


def lost_values(found: Material) -> list[Finding]:
    """Values of a part of a group that a later assignment, of that part and more, has replaced before the run."""
    subject, findings = found.subject, []
    if subject.witness is None or subject.run_number > 1:
        return []
    for made in subject.neurons:
        for name in made.equations:
            several = subject.witness.assigned.get((made.name, name), [])
            for k, one in enumerate(several):
                over = next((two for two in several[k + 1 :] if _replaces(two, one, name)), None)
                if over is None:
                    continue
                findings.append(
                    Finding(
                        "lost_value",
                        "warning",
                        f"What line {one.line} sets as {name} of {len(one.at or ())} of the {len(made)} of "
                        f"{subject.label(made)} is gone before the run: line {over.line} sets them anew, with others.",
                        tuple(f"line {line}: {subject.written(line)}" for line in (one.line, over.line)),
                        "Certain: all assignments were watched. A branch of a morphology holds what is beyond it, too.",
                        "# first what holds for many, then what holds for a part of them",
                        f"The part has a {name} of its own.",
                    )
                )
                break
    return findings


def _replaces(two: Assigned, one: Assigned, name: str) -> bool:
    """Tell whether an assignment is of all that an earlier one was of, and more, and does not go by its value."""
    if two.at is None or not one.at or two.line == one.line or name in get_identifiers(two.text or ""):
        return False
    return one.at < two.at


def one_delay(found: Material) -> list[Finding]:
    """Delays that are drawn where the maker of the synapses has asked for one for all."""
    subject, findings = found.subject, []
    for made in subject.synapses:
        several = [] if subject.witness is None else subject.witness.assigned.get((made.name, "delay"), [])
        text = several[-1].text if several and several[-1].single else None
        if text is None or len(made) < 2 or not EACH & set(get_identifiers(text)):
            continue
        label, line = subject.label(made), several[-1].line
        delay_ms = float(np.asarray(made._pathways[0].variables["delay"].get_value()).flat[0]) * 1e3
        findings.append(
            Finding(
                "set_once",
                "warning",
                f"All {len(made)} synapses of {label} get one delay, {delay_ms:.4g} ms, which is drawn once: delay=... "
                "where synapses are made gives them a single one.",
                (subject.place(made), f"line {line}: {subject.written(line)}"),
                "Certain: the delay has one value.",
                f"{label} = Synapses(...)    # without delay=\n{label}.delay = '{text}'    # after connect()",
                "Each synapse has its own delay.",
            )
        )
    return findings


def _assignments(source: str) -> tuple[set[int], dict[tuple[int, str], ast.expr]]:
    """Return the lines of loops, and by line and attribute what the script assigns to it."""
    tree = parsed(source)
    loops = [node for node in ast.walk(tree) if isinstance(node, (ast.For, ast.While))]
    looped = {line for node in loops for line in range(node.lineno, (node.end_lineno or node.lineno) + 1)}
    pairs = {
        (node.lineno, target.attr): node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Attribute)
    }
    return looped, pairs


def _draws(value: ast.expr | None) -> bool:
    """Tell whether an expression calls for one random number: rand() without a size."""
    calls = [node for node in ast.walk(value) if isinstance(node, ast.Call)] if value is not None else []
    names = {ast.unparse(call.func).rpartition(".")[2] for call in calls}
    return bool(names & set(DRAWS))
