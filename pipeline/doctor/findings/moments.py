"""What acts at the wrong moment: what events add is set anew before it is read, or what is read is of long ago."""

from typing import Any

import brian2 as b2
import numpy as np
from brian2.utils.stringtools import get_identifiers

from pipeline.doctor.findings.finding import Finding
from pipeline.doctor.instruments.material import Material
from pipeline.doctor.instruments.subject import added, assigned
from pipeline.doctor.instruments.witness import root

SLOTS = [
    f"{side}{slot}" for slot in ("synapses", "resets", "end", "start", "groups") for side in ("before_", "", "after_")
]
"""Of a step, from the events on to the next integration, which is `groups`."""

LOST = SLOTS[SLOTS.index("after_synapses") : SLOTS.index("groups")]
"""What is set anew in these has lost the events of the step."""


def untimely(found: Material) -> list[Finding]:
    """All of this module."""
    return [*overwritten(found), *overwritten_by_code(found), *stale(found), *foreign_steps(found)]


def overwritten(found: Material) -> list[Finding]:
    """Events that add to a variable which a summed equation sets anew in each step."""
    summed = found.subject.summed()
    findings = []
    for made in found.subject.synapses:
        for variable, statement in added(made):
            other, _ = summed.get((root(made.target).name, variable), (None, ""))
            if other is None:
                continue
            label, target = found.subject.label(made), found.subject.label(made.target)
            findings.append(
                Finding(
                    "overwritten",
                    "error",
                    f"Events of {label} are lost: they add to {target}.{variable}, which {found.subject.label(other)} "
                    "sets anew in each step.",
                    (f"{found.subject.place(made)}: {statement}", f"{found.subject.place(other)}: (summed)"),
                    "Certain: a summed variable is the sum over these synapses alone.",
                    f"I_events : amp    # a variable of its own, with a decay, in the equations of {target}\n"
                    f"# and on_pre='I_events_post ...' in {label}",
                    "Events act, and v moves by what the table says.",
                )
            )
    return findings


def overwritten_by_code(found: Material) -> list[Finding]:
    """Events that add to a variable which code of a group sets anew in each step, before the equations read it."""
    findings = []
    for made in found.subject.synapses:
        for variable, statement in added(made):
            for runner, group, code in found.subject.regular_code():
                target = root(made.target)
                if root(group).name != target.name or runner.when not in LOST or runner.clock.dt_ > target.clock.dt_:
                    continue
                if _counted(found, (target.name, variable)):
                    continue
                if runner.name in found.census.set_anew.get((target.name, variable), ()):
                    findings.append(_lost(found, made, variable, statement, code, runner.when))
    return findings


def _counted(found: Material, key: tuple[str, str]) -> bool:
    """Tell whether regular code reads a variable after the events of a step: then they are counted, and not lost."""
    readers = found.census.read.get(key, set())
    return any(runner.name in readers and runner.when in LOST for runner, _, _ in found.subject.regular_code())


def _lost(found: Material, made: Any, variable: str, statement: str, code: str, when: str) -> Finding:
    label, target = found.subject.label(made), found.subject.label(root(made.target))
    return Finding(
        "overwritten",
        "error",
        f"Events of {label} are lost: they add to {target}.{variable}, which is set anew in each step before the "
        "equations have read it.",
        (
            f"{found.subject.place(made)}: {statement}",
            f"{target} runs regularly, when = '{when}': {code.strip()}",
            "a step goes: start, groups (equations), thresholds, synapses (events), resets, end",
        ),
        "Certain: the order of a step is fixed.",
        f"{target}.run_regularly({'; '.join(code.strip().splitlines())!r}, when='before_synapses')\n"
        "# or a variable of its own for each",
        "Events act. Everything that was tuned without them has to be looked at again.",
    )


def stale(found: Material) -> list[Finding]:
    """Variables that are computed at events alone, and that something else reads or records between them."""
    findings = []
    for made in found.subject.synapses:
        lazy = sorted(getattr(made.event_driven, "diff_eq_names", ()))
        for runner, group, code in found.subject.regular_code():
            if group.name == made.name and "lastupdate" not in code:
                read = [name for name in lazy if runner.name in found.census.read.get((made.name, name), ())]
                findings += [_stale(found, made, n, "read", "error", code) for n in read if n not in assigned(code)]
        for monitor in found.subject.all_objects:
            if isinstance(monitor, b2.StateMonitor) and monitor.source.name == made.name:
                recorded = [name for name in lazy if name in monitor.record_variables]
                where = f"{found.subject.place(monitor)} records"
                findings += [_stale(found, made, n, "recorded", "note", f"{where} {n}") for n in recorded]
    return findings


def _stale(found: Material, made: Any, name: str, how: str, level: str, where: str) -> Finding:
    label = found.subject.label(made)
    return Finding(
        "stale",
        level,
        f"{name} of {label} is {how} between events, but it is event-driven: it has the value of the synapse's last "
        "event, without its decay since.",
        (found.subject.place(made), where.strip()),
        "Certain: Brian2 computes event-driven variables at events alone.",
        f"d{name}/dt = ... : ... (clock-driven)    # in the model of {label}",
        f"{name} has at all times the value that its equation says.",
    )


def foreign_steps(found: Material) -> list[Finding]:
    """Regular code with a clock of its own that reads dt, which is the step of its group."""
    findings = []
    for runner, group, code in found.subject.regular_code():
        own_s, group_s = float(runner.clock.dt_), float(group.clock.dt_)
        if "dt" not in get_identifiers(code) or np.isclose(own_s, group_s, rtol=1e-6):
            continue
        label = found.subject.label(group)
        own = f"{own_s * 1e3:.4g}*ms"
        findings.append(
            Finding(
                "foreign_step",
                "warning",
                f"What {label} runs every {own_s * 1e3:.4g} ms reads dt, and that is the step of {label}, "
                f"{group_s * 1e3:.4g} ms, not the time between two calls.",
                (f"{found.subject.place(group)}: {code.strip()}",),
                "Certain of whose step dt is.",
                f"every = {own}    # and every in place of dt in the code, with run_regularly(..., dt=every)",
                f"What is computed there goes {own_s / group_s:.3g} times as far in each call.",
            )
        )
    return findings
