"""The page of all figures of the paper: agreement with the authors, the effect of halorhodopsin, and what it cost."""

from collections.abc import Mapping
from html import escape

import numpy as np
import pandas as pd

from networks.gutnisky2017.paper.validation import CURVE_HEAD, STYLES, counted, curve_cells
from pipeline.pages import shell
from pipeline.pages.parts import figure, number, paragraph, table

BACK = '<p><a href="../../index.html">All results</a></p>'

SEPARATE = 2.0
"""Standard errors of a difference beyond which it is one."""


def _separation(ours: pd.Series, others: pd.Series) -> float:
    """Return the difference of two means in its standard errors."""
    return float((ours.mean() - others.mean()) / np.hypot(ours.sem(), others.sem()))


def silencing(rows: pd.DataFrame) -> str:
    """Return in words what halorhodopsin does to rates and responses, from a sweep of f_halo 0 and another value.

    Whether it is paradoxical is a matter of rates: a response is what a touch adds to them.
    """
    sentences = []
    for protocol, measures in (("whisking", ("rate",)), ("touch", ("rate", "R"))):
        here = rows[(rows["protocol"] == protocol) & (rows["status"] == "ok")]
        control, silenced = here[here["f_halo"] == 0], here[here["f_halo"] > 0]
        if len(control) < 2 or len(silenced) < 2:
            continue
        said = []
        for measure in measures:
            changes = {
                "the silenced half of I": (control[f"{measure}_I"], silenced[f"{measure}_I_halo"]),
                "the rest of I": (control[f"{measure}_I"], silenced[f"{measure}_I_rest"]),
                "E": (control[f"{measure}_E"], silenced[f"{measure}_E"]),
            }
            moves = ", ".join(
                f"of {whom} from {before.mean():.3g} ± {before.sem():.1g} to {after.mean():.3g} ± {after.sem():.1g}"
                for whom, (before, after) in changes.items()
            )
            said.append(f"{measure} ({'spikes/s' if measure == 'rate' else 'spikes/touch'}) {moves}")
        lowered = _separation(silenced["rate_I_halo"], control["rate_I"])
        raised = _separation(silenced["rate_E"], control["rate_E"])
        if lowered < -SEPARATE and raised > SEPARATE:
            verdict = "No paradoxical effect."
        elif lowered > SEPARATE or raised < -SEPARATE:
            verdict = "A paradoxical effect: I raised, or E lowered."
        else:
            verdict = "Whether the effect is paradoxical cannot be told from so few networks."
        sentences.append(
            f"With {100 * silenced['f_halo'].iloc[0]:.0f} % of I silenced, {protocol}: {'; '.join(said)}. " + verdict
        )
    return " ".join(sentences)


def page(
    agreement: pd.DataFrame,
    captions: Mapping[str, str],
    halo: str,
    budget: str,
    cost: Mapping[str, float],
    needed_s: Mapping[str, float],
    cores: int,
) -> str:
    """Return the page; `captions` by file of figure, `cost` from report.account, `needed_s` biological s by budget.

    `cores`: of this machine, for times by the clock.
    """
    rate = cost["cpu_s"] / cost["biological_s"]
    others = "; ".join(
        f"{name}: {seconds:.0f} s, about {seconds * rate / 3600:.1f} CPU hours, "
        f"{seconds * rate / 3600 / cores:.1f} h by the clock on {cores} cores"
        for name, seconds in needed_s.items()
        if name != budget
    )
    spent = (
        f"Budget {budget}: {cost['points']:.0f} points, {cost['diverged']:.0f} diverged, {cost['runaway']:.0f} ran "
        f"away, {cost['biological_s']:.0f} biological s in {cost['cpu_s'] / 60:.1f} CPU min, {rate:.3f} CPU s each, "
        f"at least {cost['cpu_s'] / 60 / cores:.1f} min by the clock on {cores} cores. "
        f"At this rate, {others}."
    )
    rows = [[row.figure, *curve_cells(row)] for row in agreement.itertuples()]
    pictures = "\n".join(
        figure(f'<img src="{escape(name)}" alt="figure {escape(text)}">', escape(text)) for name, text in captions.items()
    )
    lead = (
        f"{counted(agreement['verdict'], 'curves with a reference')}. The reference is the authors' program with its two "
        "first-order errors corrected. A curve agrees where each point is within 3 standard errors of the difference (z), "
        "and the mean z within 1 of zero; beyond, it is called biased. The values of a curve are of the same networks, so that "
        "their z go together: up to a third of curves without any bias would be called so. Open circles in the figures are "
        "the program as published."
    )
    return shell.page(
        "Figures of Gutnisky et al. (2017)",
        BACK,
        paragraph(lead),
        table(["figure", *CURVE_HEAD], rows, [STYLES[verdict] for verdict in agreement["verdict"]]),
        "<h2>Figures</h2>",
        f'<div class="figures">{pictures}</div>',
        "<h2>Halorhodopsin</h2>",
        paragraph(halo),
        "<h2>Cost</h2>",
        paragraph(spent),
    )
