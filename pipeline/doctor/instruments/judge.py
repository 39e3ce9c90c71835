"""Model or integrator: the same network again at finer steps, and with the proposed fixes."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import brian2 as b2
from brian2.stateupdaters.base import StateUpdateMethod, UnsupportedEquationsException

from pipeline.doctor.instruments.observation import Bounds, Observation, Sighting
from pipeline.doctor.instruments.remedy import make_conductances
from pipeline.doctor.instruments.subject import Subject
from pipeline.doctor.instruments.watch import observe
from pipeline.engine.apart import Experiment, ExperimentError

FACTORS = (2, 4)
MORE_FACTORS = (10,)
EARLY = 5.0
"""How many times earlier a value that is out of bounds stands for one that is not finite."""


def refine(subject: Subject, bounds: Bounds, seen: Observation, cpu_s: float) -> dict[int, Observation | str]:
    """Return the run at dt/2, dt/4 and, if they disagree, dt/10, to twice the time of trouble; a text where it failed.

    A value out of bounds counts like one that is not finite.
    """
    trouble = decisive(seen)
    duration = min(2 * (trouble.t_s - seen.start_s) + 10e-3, subject.duration_s)
    found: dict[int, Observation | str] = {}
    for factors in (FACTORS, MORE_FACTORS):
        running = {f: Experiment(observe, subject, bounds, duration, cpu_s, f, True, cpu_s=cpu_s + 15) for f in factors}
        for factor, experiment in running.items():
            try:
                found[factor] = experiment.result()
            except ExperimentError as error:
                found[factor] = str(error)
        outcomes = {persists(seen, run) for run in found.values()}
        if outcomes == {True}:
            break
    return found


def decisive(seen: Observation) -> Sighting:
    """Return the trouble that a finer run is asked about: what is not finite, or else or long before out of bounds."""
    bad, beyond = seen.not_finite, seen.beyond
    assert bad or beyond
    if bad and beyond and EARLY * (beyond.t_s - seen.start_s) < bad.t_s - seen.start_s:
        return beyond
    return bad or beyond  # type: ignore[return-value]


def persists(seen: Observation, run: Observation | str) -> bool | None:
    """Tell whether the trouble of `seen` is in the finer `run`, too; None where that run did not get so far."""
    if isinstance(run, str):
        return None
    trouble = decisive(seen)
    same = run.not_finite if trouble is seen.not_finite else run.trouble
    if same is not None:
        return True
    return None if run.stopped and run.end_s < trouble.t_s + 2e-3 else False


def at_fault(seen: Observation, runs: Mapping[int, Observation | str]) -> str:
    """Return 'model' where the trouble persists at every step, 'integrator' where the finest is without, or why not."""
    outcomes = {factor: persists(seen, run) for factor, run in sorted(runs.items())}
    known = [outcome for outcome in outcomes.values() if outcome is not None]
    if not known:
        return "undecided"
    return "model" if known[-1] else "integrator"


def used_method(group: Any, namespace: Mapping[str, Any]) -> str:
    """Return the name of the integration method that a group's run uses."""
    choice = group.state_updater.method_choice
    if not group.equations.diff_eq_names:
        return "none"
    if isinstance(choice, str):
        return choice.lower()
    if callable(choice):
        return str(getattr(choice, "__name__", "custom"))
    names = group.equations.names | group.equations.identifiers | {"dt"}
    variables = group.resolve_all(names, dict(namespace), user_identifiers=set())
    for name in choice:
        try:
            StateUpdateMethod.stateupdaters[name](group.equations, variables)
        except UnsupportedEquationsException:
            continue
        return str(name)
    return "unknown"


@dataclass(frozen=True)
class Fixes:
    """What can be put right without the user."""

    constants: Mapping[str, Mapping[str, float]]
    """By object name: the values that it was made with."""
    codes: Mapping[str, str]
    """By pathway name: other code of its event."""
    conductances: Mapping[str, tuple[Mapping[str, float], bool]]
    """By group name: currents that become conductances, with E in V; whether dv/dt has them with a minus."""
    factor: int
    """By how much the step shrinks."""


def run_fixed(subject: Subject, bounds: Bounds, fixes: Fixes, duration_s: float, cpu_s: float) -> Observation:
    """Run with fixes applied: only for a forked process."""
    for made in [*subject.neurons, *subject.synapses]:
        for name, value in fixes.constants.get(made.name, {}).items():
            like = subject.namespace[name]
            made.namespace[name] = b2.Quantity(value, dim=like.dim) if isinstance(like, b2.Quantity) else value
        if made.name in fixes.conductances:
            reversals, outward = fixes.conductances[made.name]
            make_conductances(made, dict(reversals), outward)
    for path in subject.pathways():
        path.code = fixes.codes.get(path.name, path.code)
    return observe(subject, bounds, duration_s, cpu_s, fixes.factor)


def mirrored(path: Any) -> str | None:
    """Return the code of an event with its sign turned; None where it is not one simple statement."""
    match = re.fullmatch(r"\s*(\w+)\s*([+-])=\s*([^\n;]+?)\s*", path.code)
    if match is None:
        return None
    variable, sign, text = match.groups()
    return f"{variable} {'-' if sign == '+' else '+'}= {text}"
