"""A user's script or notebook, unmodified: its runs come to a visit, and what it raises becomes a diagnosis."""

import contextlib
import sys
import traceback
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from types import CodeType
from typing import Any, TypeVar

from pipeline.doctor.diagnosis import Diagnosis, refused, unexamined
from pipeline.doctor.findings.finding import Finding, Verdict, ordered
from pipeline.doctor.instruments.caller import INSIDE
from pipeline.doctor.instruments.subject import Subject
from pipeline.doctor.instruments.witness import watching
from pipeline.doctor.intake.allowance import USUAL_S, Allowance, TooLongError
from pipeline.doctor.intake.device import standing_in
from pipeline.doctor.intake.serial import serially
from pipeline.doctor.intake.source import Source, UnreadableError, name_of_python_2, python_2, read
from pipeline.doctor.intake.stage import surroundings
from pipeline.doctor.refusals.refusal import refusal
from pipeline.doctor.visit import EnoughError, FirstNetwork, Visit

Found = TypeVar("Found")
NO_RUN = "The script has no run: it ended without calling run(...) on a network with objects."


class NoNetworkError(ValueError):
    """A script that reaches no run of a network."""


def examine_script(
    path: Path,
    say: Callable[[str], None] = lambda text: None,
    arguments: Sequence[str] = (),
    total_s: float | None = None,
) -> Diagnosis:
    """Return the diagnosis of a script or notebook: of all its runs, as far as the time goes.

    `say` is told what is being done. `arguments`: what the script finds in sys.argv behind its name. `total_s`: clock
    time (s) that all may take. It runs in this process with numpy as the target of code generation, and raises nothing
    of the script's: call it in a process of its own.
    """
    allowance = Allowance(total_s)
    try:
        source = read(path)
    except UnreadableError as error:
        return unexamined(str(error))
    say(f"looking at {path}: this takes about {USUAL_S:.0f} s, at most {allowance.total_s:.0f} s")
    visit = Visit(source.text, allowance, say)
    trouble = _played(visit, source, {}, arguments)
    try:
        answer = _answer(visit, source, trouble)
    except Exception as error:
        answer = _of_the_doctor(error)
    return replace(answer, seconds=allowance.spent_s)


def first_network(path: Path, code: CodeType, names: Mapping[str, Any], use: Callable[[Subject], Found]) -> Found:
    """Return what `use` makes of the network of a script's first run, at its beginning; NoNetworkError without one.

    `names` are what the compiled script sees beside builtins. As `examine_script`, for a process of its own.
    """
    visit = FirstNetwork(Allowance(), use)
    source = Source(path, "", code)
    trouble = _played(visit, source, names)
    if visit.broken is not None:
        raise visit.broken
    if not visit.found:
        raise NoNetworkError(f"{path}: {trouble.says if trouble else 'it has no run'}.")
    return visit.found[0]  # type: ignore[no-any-return]


class _Trouble:
    """How a script ended other than at its last line."""

    def __init__(self, error: BaseException, source: Source, printed: str) -> None:
        self.error = error
        self.printed = printed.strip().splitlines()[-1:]
        """The last line that the script, or argparse, wrote on standard error."""
        if isinstance(error, TooLongError):
            self.says = str(error)
        elif isinstance(error, SystemExit):
            words = f": {error.code}" if isinstance(error.code, str) else ""
            self.says = f"the script ended itself by exit(){words}"
        else:
            self.says = f"the script stopped with {_where(error, source)}"

    @property
    def harmless(self) -> bool:
        """Whether the script ended as it wanted to, all being well."""
        return isinstance(self.error, SystemExit) and self.error.code in (None, 0)


def _played(visit: Visit, source: Source, names: Mapping[str, Any], arguments: Sequence[str] = ()) -> _Trouble | None:
    """Run a script whose runs come to `visit`; return its own trouble, if it had any."""
    trouble = None
    with (
        watching(),
        serially() as finish,
        standing_in(visit.launch),
        visit.intercepting(),
        surroundings(source, arguments, names) as scope,
    ):
        try:
            with visit.allowance.played():
                exec(source.code, scope)  # noqa: S102 (the user's script is what was asked for)
                finish()
                visit.launch(None)
            visit.whole = True
        except EnoughError:
            pass
        except KeyboardInterrupt:
            raise
        except BaseException as error:
            trouble = _Trouble(error, source, getattr(sys.stderr, "getvalue", str)())
            visit.whole = trouble.harmless
            if isinstance(error, SystemExit):
                with contextlib.suppress(EnoughError, Exception):
                    visit.launch(None)
    return trouble


def _answer(visit: Visit, source: Source, trouble: _Trouble | None) -> Diagnosis:
    """Return the diagnosis of what was seen, with the script's own trouble if it had any."""
    if visit.broken is not None:
        return _of_the_doctor(visit.broken)
    found = visit.diagnosis()
    error = visit.refused or (trouble.error if trouble is not None else None)
    told = None
    if error is not None:
        printed = trouble.printed if trouble is not None else ()
        told = troubled(error, source, printed, shortened=found is not None)
    if found is None or not found.examined:
        if told is not None and (found is None or told.examined):
            return _placed(told, source)
        found = found or unexamined(NO_RUN)
    elif told is not None and told.examined:  # in a later run, or after all of them
        known = {finding.kind for finding in found.findings}
        if told.errors and "refused" not in known:
            found.verdict = _refused_later(found, told.errors[0], visit.finished)
        found.findings[:] = ordered([*found.findings, *(f for f in told.findings if f.kind not in known)])
    elif trouble is not None and not trouble.harmless and not any(f.kind == "script" for f in found.findings):
        says = f"After its runs, which were shortened, {trouble.says}."
        found.findings.append(Finding("script", "note", says, (), "It may come from the shortening."))
    return _placed(found, source)


def _refused_later(found: Diagnosis, finding: Finding, runs: int) -> Verdict:
    """Return the verdict on a script that Brian2 refuses after `runs` runs."""
    after = "the first run" if runs == 1 else f"run {runs}"
    says = f"After {after} Brian2 refuses the script: {finding.says}"
    if found.errors:
        return replace(found.verdict, says=f"{found.verdict.says} {says}")
    return replace(found.verdict, at_fault="model", says=says)


def troubled(error: BaseException, source: Source, printed: Sequence[str] = (), shortened: bool = False) -> Diagnosis:
    """Return what an exception of a script means.

    What Brian2 refuses is a finding of its own, so that the diagnosis counts as examined; all else is the script's own
    trouble. `printed`: what the script wrote last on standard error. `shortened`: whether runs of it were, before.
    """
    if (finding := refusal(error, source.text, source.path, shortened=shortened)) is not None:
        return refused(finding, "script")
    if (name := name_of_python_2(error)) is not None:
        return unexamined(python_2(source, name, _lines(error, source)[-1] if _lines(error, source) else 1))
    says = _Trouble(error, source, "").says
    advice: tuple[str, ...] = ()
    if isinstance(error, SystemExit) and printed:
        advice = (*printed, "what the script is to find on its command line stands after --")
    return unexamined(f"There was nothing to examine: {says}.", advice)


def _of_the_doctor(error: Exception) -> Diagnosis:
    frames = [f for f in traceback.extract_tb(error.__traceback__) if f.filename.startswith(INSIDE[1])]
    place = f" in {Path(frames[-1].filename).name}, line {frames[-1].lineno}" if frames else ""
    return unexamined(
        f"The doctor itself failed on this network ({type(error).__name__}{place}), which is no fault of the script.",
        (f"{error}".strip() or "no message", "please send the script, or this line, to who makes the doctor"),
    )


def _placed(diagnosis: Diagnosis, source: Source) -> Diagnosis:
    """Return a diagnosis whose lines are places of a notebook, where it is of one."""

    def put(finding: Finding) -> Finding:
        evidence = tuple(source.placed(line) for line in finding.evidence)
        says, instead = source.placed(finding.says), source.placed(finding.instead)
        return replace(finding, says=says, evidence=evidence, instead=instead)

    verdict = replace(diagnosis.verdict, after=[source.placed(line) for line in diagnosis.verdict.after])
    return replace(diagnosis, findings=[put(finding) for finding in diagnosis.findings], verdict=verdict)


def _lines(error: BaseException, source: Source) -> list[int]:
    frames = traceback.extract_tb(error.__traceback__)
    return [frame.lineno or 1 for frame in frames if frame.filename == str(source.path)]


def _where(error: BaseException, source: Source) -> str:
    lines = _lines(error, source)
    cause = error
    while cause.__cause__ is not None:
        cause = cause.__cause__
    try:
        text = str(cause).strip().splitlines()
    except Exception:  # an exception of the script's own, which may do anything
        text = []
    where = f" on line {lines[-1]}" if lines else ""
    return f"{type(cause).__name__}{where}: {text[0].rstrip('.') if text else 'no message'}"
