"""What a reader wants to know first of a run: did it work, how well does the fit hold, what went wrong."""

from typing import Literal

import pandas as pd

from pipeline.measure.envelope import Envelope
from pipeline.overview.asked import Asked
from pipeline.overview.found import FitFound, Found
from pipeline.overview.progress import Progress
from pipeline.pages.parts import Verdict, deviation, number
from pipeline.show.fit_page import FAR_SD
from pipeline.show.report import HANDLED, account, ran_away, unjudged
from pipeline.show.sweep_data import is_ok

State = Literal["running", "ended", "stopped"]
"""Of a run: its jobs go on; all of them are done; it stopped before."""


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
    if state == "ended" and found.whole:
        return Verdict("The run is complete", "good", f"{counts} were simulated; every table and figure is made.")
    told = found.fit.failed if found.fit is not None else ""
    errors = [f"{log}: {said.rstrip('.')}" for log, said in found.errors.items() if not told or told not in said]
    why = f" In its logs and files: {'; '.join(errors[:3])}." if errors else ""
    onward = "What is finished is kept: start the run again the same way, and it goes on."
    if told:  # the same again would fail again
        why, onward = " The fit failed, and what rests on it is not made.", "All else that is finished is kept."
    return Verdict(
        "The run stopped before its end" if found.errors or told else "Not all is made",
        "bad" if found.errors or told else "fair",
        f"{counts} are simulated.{why} {onward}",
    )


def _sentence(words: str) -> str:
    return words[:1].upper() + words[1:] + ("" if not words or words.endswith(".") else ".")


def _fit(fit: FitFound) -> Verdict:
    if fit.failed:
        return Verdict("The fit failed", "bad", _sentence(fit.failed))
    if not fit.whole:
        trials = fit.trials
        known = trials[trials["state"] == "complete"]["score"].dropna() if len(trials) else pd.Series(dtype=float)
        best = f" The best score so far is {known.min():.2f}." if len(known) else ""
        return Verdict("The fit is not finished", "", f"{fit.done} of {fit.of} trials are made.{best}")
    fitted = fit.tables["fitted"]
    off = fitted["deviation_sd"].abs()
    near, total = int((off <= FAR_SD).sum()), len(fitted)
    worst = fitted.loc[off.idxmax()] if off.notna().any() else None
    furthest = (
        ""
        if worst is None
        else f" Furthest off is {worst['feature']} of {worst['protocol']}: {number(worst['mean'], '.3g')}, target "
        f"{worst['target']:.3g} ± {worst['sd']:.2g} ({deviation(worst['deviation_sd'])})."
    )
    open_ = "not determined" in str(fit.posterior.get("direction", ""))
    title = "The fit reaches its targets" if near == total else "The fit misses some targets"
    if near == total and open_:
        title += ", but they leave knobs open"
    if near < total / 2:
        title = "The fit misses most targets"
    score = (off**2).mean() ** 0.5
    return Verdict(
        title,
        "good" if near == total and not open_ else "fair" if near >= total / 2 else "bad",
        f"On fresh networks {near} of {total} features lie within {FAR_SD} sd of their target; the score there is "
        f"{number(score, '.2f')}.{furthest}",
        "pages/fit.html",
        "All about the fit",
    )


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
