"""A network or a script that Brian2 refuses, as a finding: the object, its line, the statement at fault, the cure."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import brian2 as b2

from pipeline.doctor.findings.finding import Finding
from pipeline.doctor.instruments.caller import line_of, user_frame
from pipeline.doctor.instruments.subject import RUN, Subject, fresh_network
from pipeline.doctor.refusals import (
    building,
    conditions,
    connections,
    methods,
    models,
    running,
    units,
    unknown,
    variables,
)
from pipeline.doctor.refusals.refused import Refused, read
from pipeline.doctor.refusals.row import Row, Told
from pipeline.engine.apart import ExperimentError, apart

TABLE: tuple[Row, ...] = (
    *unknown.ROWS,
    *variables.ROWS,
    *units.ROWS,
    *conditions.ROWS,
    *connections.ROWS,
    *building.ROWS,
    *running.ROWS,
    *methods.ROWS,
    *models.ROWS,
    *variables.KEYS,
)
"""What users meet, what they meet most first; a message is looked up in this order."""
TRIAL_S = 30.0
"""CPU time in which a network has to begin."""


def refusal(
    error: BaseException,
    source: str | None,
    path: Path | None,
    names: Mapping[str, Any] | None = None,
    call: int | None = None,
    shortened: bool = False,
) -> Finding | None:
    """Return what Brian2 refuses, or None where the exception is of the user's own code.

    `source` and `path`: the script's. `names` and `call`: what it sees and the line of its call, beside what its
    frames tell. `shortened`: whether its runs were, which alone may be why.
    """
    refused = read(error, source, path, names or {}, call)
    if refused is None:
        return None
    row, told = _told(refused)
    if told is None:
        where = f" (call on line {refused.call})" if refused.call and refused.call != refused.line else ""
        told = Told(f"Brian2 refuses {refused.place}{where}: {refused.message}")
    return _finding(refused, told, shortened and (row is None or row.timely))


def _told(refused: Refused) -> tuple[Row | None, Told | None]:
    """Return the row of the table that knows the exception and what it says, None where there is none."""
    for row in TABLE:
        match = row.match(refused)
        if match is not None:
            try:
                return row, row.tell(refused, match)
            except Exception:  # Brian2 left the object in a state that cannot be read: what it says is still said
                return None, None
    return None, None


def tried(subject: Subject) -> Finding | None:
    """Return what Brian2 refuses when the network begins to run, None if it begins; the network stays as it is."""
    frame = user_frame() if subject.source else None
    try:
        return apart(_try, subject, line_of(frame), cpu_s=TRIAL_S)
    except ExperimentError:
        return None  # not known: the measurements that follow will say what they can


def _try(subject: Subject, call: int | None) -> Finding | None:
    """Run one step; for a process of its own."""
    network = fresh_network(subject)
    try:
        RUN(network, subject.dt_s * b2.second, namespace=subject.namespace)
    except Exception as error:
        later = subject.run_number > 1  # what is not known of these may come from here
        found = refusal(error, subject.source, None, subject.namespace, call, later)
        return found if found is not None and found.level == "error" else None
    return None


def _finding(refused: Refused, told: Told, unsure: bool) -> Finding:
    """Return the finding: the statement at fault and the call with their lines, and what Brian2 says itself."""
    evidence = []
    shown = set()
    for quote in filter(None, told.quotes):
        line = refused.listing.find(quote, refused.line or refused.call or 0) or refused.listing.find(quote)
        if line not in shown or line is None:
            evidence.append(f"line {line}: {refused.listing.text(line)}" if line else quote)
        shown.add(line)
    for line, what in ((refused.line, "made on"), (refused.call, "refused on")):
        text = refused.listing.text(line)
        if line is not None and line not in shown:
            evidence.append(f"{what} line {line}{': ' if text else ''}{text}")
            shown.add(line)
    evidence.append(f"Brian2: {refused.message}")
    sure = "It may come from the runs, which were shortened." if unsure else "Certain: Brian2 stops there."
    level = "note" if unsure else "error"  # most such scripts only miss what the whole run would have recorded
    return Finding("refused", level, told.says, tuple(evidence), sure, told.instead, told.effect)
