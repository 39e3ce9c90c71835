"""The diagnoses of several runs of a script as one: each finding once, with the runs in which it was found."""

import re
from collections.abc import Sequence
from dataclasses import replace

from pipeline.doctor.diagnosis import Diagnosis
from pipeline.doctor.findings.finding import LEVELS, Finding, ordered
from pipeline.doctor.runs import Run, Runs

NUMBER = re.compile(r"(?<![\w.\[:])-?\d+(?:\.\d+)?(?:e[+-]?\d+)?(?![\w.\]:]*[\]:])")
"""A number in a sentence that may be another in each run; not one in a name or of a part of a group."""

Looks = Sequence[tuple[Run, Diagnosis]]


def together(looks: Looks, total: int, whole: bool) -> Diagnosis:
    """Return the diagnosis of all runs that were looked at; verdict and pictures are of the first that is worst.

    `total`: how many runs the script has had; `whole`: whether it was followed to its end.
    """
    awake = [_awake(one, [other for _, other in looks]) for _, one in looks]
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
    """Return the diagnosis of a run without what it says of groups that are silent in it, and spike in another."""
    labels = tuple(f"{label} " for label in _spiking(every))
    asleep = [f for f in diagnosis.findings if f.kind == "silent" and f.says.startswith(labels)]
    asleep += [f for f in diagnosis.findings if f.kind == "weak_input" and labels]
    if not asleep:
        return diagnosis
    findings = [finding for finding in diagnosis.findings if finding not in asleep]
    gone = {f"Remains: {finding.says}" for finding in asleep}
    says = diagnosis.verdict.says
    if not any(finding.level == "warning" for finding in findings):
        says = says.replace("; see the warnings.", ".")
    after = [line for line in diagnosis.verdict.after if line not in gone]
    return replace(diagnosis, findings=findings, verdict=replace(diagnosis.verdict, says=says, after=after))


def _rank(diagnosis: Diagnosis) -> tuple[int, bool]:
    levels = [LEVELS.index(finding.level) for finding in diagnosis.findings if finding.level != "note"]
    return min(levels, default=len(LEVELS)), not diagnosis.examined


def _spiking(diagnoses: Sequence[Diagnosis]) -> set[str]:
    """Return what the script calls the groups that spiked in one of these runs."""
    found = set()
    for diagnosis in diagnoses:
        material = diagnosis.material
        if material is not None and material.seen is not None:
            found |= {material.label(name) for name, count in material.seen.spiking.items() if count.n}
    return found
