"""What sweeps did, as accounts and as a page: points, those that diverged and why, costs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

import pandas as pd

from pipeline.measure.envelope import Envelope
from pipeline.network.model import HIGHEST_RATE, Model
from pipeline.pages.parts import heading, paragraph, table
from pipeline.pages.shell import page
from pipeline.show.network_figures import given, parts
from pipeline.show.style import knob_value
from pipeline.show.sweep_data import has_problem, is_ok
from pipeline.sweep import grid
from pipeline.sweep.cases import Case

HANDLED = (
    "tables have them and figures mark them; what is said in words, quantiles and rank correlations are without them"
)
"""What is done with points that ran away, as all pages say it."""

MOST_LISTED = 50
"""Points with a problem that the page of points lists."""


def account(rows: pd.DataFrame) -> dict[str, float]:
    """Return what a sweep did: points, those that diverged and that ran away, biological and CPU seconds."""
    return {
        "points": len(rows),
        "diverged": int((~is_ok(rows)).sum()),
        "runaway": int(has_problem(rows).sum()),
        "biological_s": float((rows["transient"] + rows["duration"]).sum()),
        "cpu_s": float(rows["cpu_s"].sum()),
    }


@dataclass(frozen=True)
class Diverged:
    """A point of a sweep or trial of a fit (`kind`) that diverged, and the doctor's case where it was examined."""

    of: str
    kind: str
    number: int
    problem: str
    case: Case | None


BACK = '<p><a href="../index.html">All results</a></p>'
"""From a page beside the results page back to it."""


def cases_list(diverged: Sequence[Diverged], folder: str) -> str:
    """Return a list of what diverged, each examined one with a link into `folder` to its diagnosis."""
    lines = []
    for one in diverged:
        said = escape(f"{one.of}, {one.kind} {one.number}: {one.problem}.")
        if one.case is not None:
            link = f' <a href="{escape(folder)}/{escape(one.case.page)}">Diagnosis</a>' if one.case.page else ""
            said += f" {escape(one.case.says)}{link}"
        lines.append(f"<li>{said}</li>")
    return f"<h2>Diverged</h2><ul>{''.join(lines)}</ul>" if lines else ""


def ran_away(envelope: Envelope) -> str:
    """Return above which rates a network runs away, in words."""
    highest: dict[float, list[str]] = {}
    for name, (_, high) in envelope.rates.items():
        highest.setdefault(high, []).append(name)
    return " or ".join(f"{', '.join(names)} above {high:g} spikes/s" for high, names in highest.items())


def unjudged(model: Model) -> str:
    """Return for which populations nobody said which rates are too high, and what counts then; '' where there are none.

    Those that are given input, and parts of others, need no limits of their own.
    """
    if not model.alive:
        return (
            "No limits of rates are set for this network (key envelope in its knobs.yaml), so only a population above "
            f"{HIGHEST_RATE:g} spikes/s counts as one that runs away."
        )
    needless = given(model) | set(parts(model))
    names = [name for name in model.populations if name not in model.alive and name not in needless]
    return (
        f"No limits of rates are set for {', '.join(names)} (key envelope in knobs.yaml): whether "
        f"{'it runs' if len(names) == 1 else 'they run'} away is not judged."
        if names
        else ""
    )


def with_problem(sweeps: Mapping[str, pd.DataFrame], model: Model) -> list[list[str]]:
    """Return a row for each point that diverged or ran away, the former first.

    They have sweep, point, protocol, network, the knobs that vary in the sweep, and what happened.
    """
    found = []
    for name, rows in sweeps.items():
        axes = grid.axes_of(rows, [knob for knob in model.settable if knob in rows])
        for diverged in (True, False):
            for _, row in rows[~is_ok(rows) if diverged else has_problem(rows)].iterrows():
                at = ", ".join(f"{axis} = {knob_value(row[axis], axis, model.settable)}" for axis in axes)
                place = [f"{row['point']}", f"{row['protocol']}", f"{row['network']}"]
                found.append([name, *place, at or "–", f"{'diverged: ' if diverged else ''}{row['problem']}"])
    return sorted(found, key=lambda row: not row[-1].startswith("diverged"))


def points_page(sweeps: Mapping[str, pd.DataFrame], model: Model, diverged_points: Sequence[Diverged] = ()) -> str:
    """Return the page of what was simulated, from the tables of features by sweep.

    It has points, how many diverged or ran away, which and why, CPU and biological seconds, and the diagnoses of those
    `diverged_points` that were examined.
    """
    counts = {name: account(rows) for name, rows in sweeps.items()}
    head = ["sweep", "points", "diverged", "run away", "biological s", "CPU s", "CPU s per biological s"]
    rows = [
        [
            name,
            f"{c['points']:.0f}",
            f"{c['diverged']:.0f}",
            f"{c['runaway']:.0f}",
            f"{c['biological_s']:.0f}",
            f"{c['cpu_s']:.0f}",
            f"{c['cpu_s'] / c['biological_s']:.2f}",
        ]
        for name, c in counts.items()
    ]
    diverged = sum(c["diverged"] for c in counts.values())
    runaway = sum(c["runaway"] for c in counts.values())
    lead = (
        f"{diverged:.0f} points diverged (a value was not finite); they are counted here and averaged nowhere. "
        f"{runaway:.0f} points ran away ({ran_away(Envelope.of(model))}): {HANDLED}. {unjudged(model)}"
    )
    classes = ["bad" if c["diverged"] else "" for c in counts.values()]
    content = [paragraph(lead), table(head, rows, classes, about="Sweeps")]
    if odd := with_problem(sweeps, model):
        shown = odd[:MOST_LISTED]
        more = f"The first {len(shown)} of {len(odd)}; all are in features.parquet, column problem."
        content += [
            heading("Points with a problem"),
            paragraph(more if len(odd) > len(shown) else ""),
            table(["sweep", "point", "protocol", "network", "knobs", "what happened"], shown, wrapped=True,
                  about="Points with a problem"),
        ]  # fmt: skip
    content.append(cases_list([one for one in diverged_points if one.case is not None], "diagnoses"))
    return page("What was simulated", BACK, *content)
