"""The diagnoses of several runs of a script as one: each finding once, with the runs in which it was found."""

import re
from collections.abc import Sequence
from dataclasses import replace

from pipeline.doctor.diagnosis import Diagnosis
from pipeline.doctor.findings.effects import left_out
from pipeline.doctor.findings.finding import LEVELS, Finding, ordered, without_consequences
from pipeline.doctor.findings.unfound import unfound
from pipeline.doctor.runs import Run, Runs
from pipeline.doctor.verdict import judged

NUMBER = re.compile(r"(?<![\w.\[:])-?\d+(?:\.\d+)?(?:e[+-]?\d+)?(?![\w.\]:]*[\]:])")
"""A number in a sentence that may be another in each run; not one in a name or of a part of a group."""

LATER = (
    "Certain of the runs that were looked at; the script was not followed to its end, and adds objects to a network."
)

Looks = Sequence[tuple[Run, Diagnosis]]


def together(looks: Looks, total: int, whole: bool) -> Diagnosis:
    """Return the diagnosis of all runs that were looked at; verdict and pictures are of the first that is worst.

    `total`: how many runs the script has had; `whole`: whether it was followed to its end.
    """
    every = [one for _, one in looks]
    awake = [_busy(_awake(_joined(one, whole), every), every) for one in every]
    kept: dict[tuple[str, str, str], Finding] = {}
    for (run, _), diagnosis in zip(looks, awake, strict=True):
        for finding in diagnosis.findings:
            key = (finding.kind, finding.level, NUMBER.sub("#", finding.says))
            known = kept.get(key, finding)
            kept[key] = replace(known, runs=tuple(dict.fromkeys((*known.runs, run.number))))
    worst = min(awake, key=_rank)
    runs = Runs(tuple(run for run, _ in looks), total, whole)
    return replace(worst, findings=ordered(list(kept.values())), runs=runs)


def _awake(diagnosis: Diagnosis, every: Sequence[Diagnosis]) -> Diagnosis:
    """Return the diagnosis of a run without what it says of groups that are silent in it, and spike in another.

    What a finding that goes had explained is said again.
    """
    woken = _spiking(every)
    labels = tuple(f"{label} " for label in woken)
    measured = [*diagnosis.findings, *diagnosis.explained]
    asleep = [f for f in measured if f.kind == "silent" and f.says.startswith(labels)]
    asleep += [f for f in measured if f.kind == "weak_input" and woken & _quiet(diagnosis)]
    if not asleep:
        return diagnosis
    return _told_anew(diagnosis, [finding for finding in measured if finding not in asleep])


def _busy(diagnosis: Diagnosis, every: Sequence[Diagnosis]) -> Diagnosis:
    """Return the diagnosis of a run without terms that do nothing in it, and something in another."""
    measured = [*diagnosis.findings, *diagnosis.explained]
    known = [finding for finding in measured if finding.kind == "idle_term"]
    at_work = [finding for finding in known if any(_has(other, finding) for other in every)]
    return _told_anew(diagnosis, [one for one in measured if one not in at_work]) if at_work else diagnosis


def _has(diagnosis: Diagnosis, idle: Finding) -> bool:
    """Tell whether a run has the group of an idle term, with spikes of it, and the term is not idle there."""
    material = diagnosis.material
    if material is None or material.seen is None:
        return False
    counts = material.seen.spiking
    spiked = [material.label(name) for name in material.dynamics if name in counts and counts[name].n]
    said = {NUMBER.sub("#", finding.says) for finding in [*diagnosis.findings, *diagnosis.explained]}
    return any(f" in {label}:" in idle.says for label in spiked) and NUMBER.sub("#", idle.says) not in said


def _joined(diagnosis: Diagnosis, whole: bool) -> Diagnosis:
    """Return the diagnosis of a run with those objects as left out that are in no network by now.

    Where the script was not followed to its end and adds objects to a network, it may do so later.
    """
    measured = [*diagnosis.findings, *diagnosis.explained]
    known = [finding for finding in measured if finding.kind == "left_out"]
    if not known or diagnosis.material is None:
        return diagnosis
    out = left_out(diagnosis.material)
    if not whole and ".add(" in (diagnosis.material.subject.source or ""):
        out = [replace(finding, level="warning", sure=LATER) for finding in out]
    return diagnosis if out == known else _told_anew(diagnosis, [f for f in measured if f not in known] + out)


def _told_anew(diagnosis: Diagnosis, measured: list[Finding]) -> Diagnosis:
    """Return a diagnosis with these findings in place of its own, and the verdict on them."""
    findings = ordered(without_consequences(measured))
    explained = [finding for finding in measured if finding not in findings]
    assert diagnosis.material is not None
    verdict = judged(diagnosis.material, findings, diagnosis.fixed)
    if not any(finding.level in ("error", "warning") for finding in findings):
        verdict.missed = unfound(diagnosis.material)
    return replace(diagnosis, findings=findings, explained=explained, verdict=verdict)


def _rank(diagnosis: Diagnosis) -> tuple[int, bool]:
    levels = [LEVELS.index(finding.level) for finding in diagnosis.findings if finding.level != "note"]
    return min(levels, default=len(LEVELS)), not diagnosis.examined


def _spiking(diagnoses: Sequence[Diagnosis]) -> set[str]:
    """Return what the script calls the groups with equations that spiked in one of these runs.

    Inputs that spike by themselves say nothing of whether a network is silent.
    """
    found = set()
    for material in [one.material for one in diagnoses]:
        if material is not None and material.seen is not None:
            spiked = {name for name, count in material.seen.spiking.items() if count.n}
            found |= {material.label(name) for name in spiked & set(material.dynamics)}
    return found


def _quiet(diagnosis: Diagnosis) -> set[str]:
    """Return what the script calls the groups that were silent in a run."""
    material = diagnosis.material
    return set() if material is None else {material.label(name) for name in material.quiet}
