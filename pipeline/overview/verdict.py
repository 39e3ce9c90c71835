"""What a reader wants to know first of a run: did it work, how well does the fit hold, what went wrong."""

from typing import Literal

import pandas as pd

from pipeline.fit.compared import alive
from pipeline.fit.targets import rms
from pipeline.measure.envelope import Envelope
from pipeline.overview.asked import Asked
from pipeline.overview.found import FitFound, Found
from pipeline.overview.progress import Progress
from pipeline.pages.parts import Verdict, number
from pipeline.show.fit_words import FAR_SD, NEAR_SD, misfit, unsound
from pipeline.show.report import HANDLED, account, ran_away, unjudged
from pipeline.show.sweep_data import is_ok

State = Literal["running", "ended", "stopped"]
"""Of a run: its jobs go on; all of them are done; it stopped before."""


NAMED = 3
"""Targets that are named where a fit does not reach all."""


def of_run(asked: Asked, found: Found, far: Progress, state: State, left: str = "") -> list[Verdict]:
    """Return the verdicts of a run, the most important first; `left` says how long it will take."""
    verdicts = [_run(found, far, state, left)]
    if found.fit is not None:
        verdicts.append(_fit(found.fit))
    verdicts += found.verdicts
    if found.sweeps:
        verdicts.append(_points(asked, found))
    return verdicts


def _run(found: Found, far: Progress, state: State, left: str) -> Verdict:
    counts = far.counts()
    if state == "running":
        more = f", {left} left" if left else ""
        how = f"{100 * far.part:.0f} % of the work{more}" if far.part < 1 else "figures and pages are being made"
        return Verdict("The run is going on", "", f"{counts} are simulated ({how}).")
    if state == "ended" and found.whole and (far.points < far.of_points or far.trials < far.of_trials):
        says = (
            f"{counts} are simulated, though every file is there: to Snakemake files that were copied are newer than "
            f"what asks for more. Run it with --forceall once; what is simulated is kept."
        )
        return Verdict("The run is not complete", "fair", says)
    if state == "ended" and found.whole:
        return Verdict("The run is complete", "good", f"{counts} were simulated; every table and figure is made.")
    told = found.fit.failed if found.fit is not None else ""
    errors = [f"{log}: {said.rstrip('.')}" for log, said in found.errors.items() if not told or told not in said]
    why = f" In its logs and files: {'; '.join(errors[:3])}." if errors else ""
    onward = "Start the run again the same way, and it goes on from there."
    if told:  # the same again would fail again
        why, onward = " The fit failed, and what rests on it is not made.", "All else that is finished is kept."
    wrong = bool(found.errors or told)
    title = "The run stopped before its end" if wrong else "The run was stopped"
    return Verdict(title, "bad" if wrong else "fair", f"{counts} are kept.{why} {onward}")


def _sentence(words: str) -> str:
    return words[:1].upper() + words[1:] + ("" if not words or words.endswith(".") else ".")


def _fit(fit: FitFound) -> Verdict:
    if fit.failed:
        return Verdict("The fit failed", "bad", _sentence(fit.failed))
    if not fit.whole:
        trials = fit.trials
        known = alive(trials)["score"].dropna() if len(trials) else pd.Series(dtype=float)
        best = f" The best score so far is {known.min():.2f}." if len(known) else ""
        return Verdict("The fit is not finished", "", f"{fit.counts()} are kept.{best}")
    title, level, says = _reached(fit.tables["fitted"])
    if edge := unsound(fit.tables["fitted"]):
        title, level = f"{title}, but it does not live on every network", "fair" if level == "good" else level
    about = fit.posterior
    if level == "good" and (about.get("doubt") or about.get("weak")):
        level = "fair"
        title += (
            ", but how sure its knobs are is open" if about.get("doubt") else ", but they leave knobs weakly determined"
        )
    more = [about.get("luck", "") if about.get("lucky") else "", about.get("doubt", "")]
    return Verdict(title, level, " ".join(filter(None, [says, *edge, *more])), "pages/fit.html", "All about the fit")


def _reached(fitted: pd.DataFrame) -> tuple[str, Literal["good", "fair", "bad"], str]:
    """Return title, level and sentences on how far the features of the best trial are from their targets."""
    off = fitted["deviation_sd"].abs()
    near, far, total = int((off <= NEAR_SD).sum()), int((off > FAR_SD).sum()), len(fitted)
    says = (
        f"On fresh networks {near} of {total} features lie within {NEAR_SD} sd of their target; the score there is "
        f"{number(rms(off.tolist()), '.2f')} (root mean square of the deviations: 1 is one sd off on average)."
    )
    says = " ".join([says, *misfit(fitted, NAMED)])
    if near == total:
        return "The fit reaches its targets", "good", says
    if not far:
        return "The fit comes near its targets", "fair", says
    if 2 * (total - far) < total:
        return "The fit misses most targets", "bad", says
    return "The fit misses some targets", "fair", says


def _points(asked: Asked, found: Found) -> Verdict:
    tables = [one.rows for one in found.sweeps.values() if len(one.rows)]
    accounts = [account(rows) for rows in tables]
    n, diverged, wild = (int(sum(one[key] for one in accounts)) for key in ("points", "diverged", "runaway"))
    level: Literal["good", "fair", "bad", ""]
    if not n:
        return Verdict("No point is simulated yet", "", "The sweeps have not begun.")
    model = asked.plan.model
    open_ = unjudged(model)
    says = f"Of {n:,} points " + (
        f"none diverged{'' if open_ else ' and none ran away'}."
        if diverged + wild == 0
        else f"{diverged:,} diverged (a value became infinite or not a number; averaged nowhere) and {wild:,} ran away "
        f"({ran_away(Envelope.of(model))}: {HANDLED})."
    )
    if diverged:
        first = next(rows[~is_ok(rows)].iloc[0] for rows in tables if (~is_ok(rows)).any())
        says += f" The first: point {first['point']}, {first['problem']}."
    if open_:
        says += f" {open_}"
    if diverged + wild:
        level, title = "bad" if 2 * diverged >= n else "fair", "Some points are not sound"
    else:
        level, title = ("", "No point diverged") if open_ else ("good", "All points are sound")
    return Verdict(title, level, says, "pages/points.html" if found.whole else "", "Which, why, and what it cost")
