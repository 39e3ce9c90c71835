"""Tables to pages of the HTML report."""

from html import escape

import pandas as pd

STYLE = """
body { font: 14px/1.4 sans-serif; margin: 2em; max-width: 70em; color: #222; }
table { border-collapse: collapse; } th, td { padding: 2px 10px; text-align: right; border-bottom: 1px solid #ddd; }
th { text-align: left; } td:first-child { text-align: left; }
.pass { color: #1a7f37; } .off, .undefined { color: #b00; font-weight: bold; }
"""


def _page(title: str, lead: str, head: list[str], rows: list[list[str]], classes: list[str]) -> str:
    header = "".join(f"<th>{escape(name)}</th>" for name in head)
    body = "\n".join(
        f'<tr class="{escape(kind)}">' + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>"
        for row, kind in zip(rows, classes, strict=True)
    )
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        f"<style>{STYLE}</style></head><body><h1>{escape(title)}</h1><p>{escape(lead)}</p>"
        f"<table><thead><tr>{header}</tr></thead>\n<tbody>{body}</tbody></table></body></html>\n"
    )


def number(value: float, form: str) -> str:
    """Return a number as text, a dash where it is undefined."""
    return "–" if pd.isna(value) else format(value, form)


def validation_page(table: pd.DataFrame, missing: list[str]) -> str:
    """Return the comparison with the authors' program as an HTML page; `missing` names places that it lacks."""
    head = [
        "protocol",
        "at",
        "feature",
        "ours ± s.e.m. (n)",
        "authors ± s.e.m. (n)",
        "their dt",
        "deviation",
        "z",
        "verdict",
    ]
    rows = [
        [
            row.protocol,
            f"{row.knob} = {row.value:g}",
            row.feature,
            f"{number(row.ours, '.4g')} ± {number(row.sem, '.2g')} ({row.n})"
            + (f", {row.diverged} diverged" if row.diverged else ""),
            f"{row.reference:.4g} ± {row.reference_sem:.2g} ({row.reference_n})",
            row.reference_dt,
            f"{number(100 * row.deviation, '+.1f')} % of ±{100 * row.accepted:.0f} %",
            number(row.z, "+.1f"),
            row.verdict,
        ]
        for row in table.itertuples()
    ]
    passed = int((table["verdict"] == "pass").sum())
    lead = (
        f"{passed} of {len(table)} comparisons pass: within 3 standard errors of the difference or 5 % (10 % where the "
        "authors' value is at their own step of 0.05 ms, which makes touch about 7 % too strong), whichever is larger."
    )
    if missing:
        lead += f" Not simulated in this run: {', '.join(missing)}."
    if len(table) and table["n"].min() < 8:
        lead += f" Some rest on {table['n'].min()} networks; fewer than 8 say little."
    return _page("The base point against the authors' program", lead, head, rows, list(table["verdict"]))


def account(rows: pd.DataFrame) -> dict[str, float]:
    """Return what a sweep did: points, diverged ones, biological and CPU seconds."""
    return {
        "points": len(rows),
        "diverged": int((rows["status"] != "ok").sum()),
        "biological_s": float((rows["transient"] + rows["duration"]).sum()),
        "cpu_s": float(rows["cpu_s"].sum()),
    }


def points_page(counts: dict[str, dict[str, float]]) -> str:
    """Return the accounts of the sweeps: points, how many diverged, CPU and biological seconds."""
    head = ["sweep", "points", "diverged", "biological s", "CPU s", "CPU s per biological s"]
    rows = [
        [
            name,
            f"{c['points']:.0f}",
            f"{c['diverged']:.0f}",
            f"{c['biological_s']:.0f}",
            f"{c['cpu_s']:.0f}",
            f"{c['cpu_s'] / c['biological_s']:.2f}",
        ]
        for name, c in counts.items()
    ]
    diverged = sum(c["diverged"] for c in counts.values())
    lead = f"{diverged:.0f} points diverged (a value was not finite); they are counted here and averaged nowhere."
    return _page("What was simulated", lead, head, rows, ["off" if c["diverged"] else "" for c in counts.values()])


def fit_page(gains: pd.DataFrame, fitted: pd.DataFrame, trials: pd.DataFrame) -> str:
    """Return the fitted knobs and, on fresh networks, the features against their targets."""
    done = trials[trials["state"] == "complete"]
    gains_text = "; ".join(
        f"{row.knob} = {row.fitted:.4g} {row.unit} "
        + (f"({100 * (row.ratio - 1):+.0f} % " if row.model else "(")
        + f"against the model's {row.model:g})"
        for row in gains.itertuples()
    )
    lead = (
        f"{gains_text}. {len(done)} trials, {int((done['origin'] == 'sweep').sum())} of them from a sweep, "
        f"best score {done['score'].min():.2f}, "
        f"{int(done['diverged'].sum())} diverged runs, {done['cpu_s'].sum():.0f} CPU s. "
        "Below: the best trial simulated again on fresh networks."
    )
    head = ["feature", "protocol", "target ± sd", "fit ± s.e.m. (n)", "deviation"]
    rows = [
        [
            row.feature,
            row.protocol,
            f"{row.target:.4g} ± {row.sd:.2g}" + (f" {row.unit}" if row.unit != "1" else ""),
            f"{number(row.mean, '.4g')} ± {number(row.sem, '.2g')} ({row.n})"
            + (f", {row.diverged} diverged" if row.diverged else ""),
            f"{row.deviation_sd:+.1f} sd",
        ]
        for row in fitted.itertuples()
    ]
    return _page("The fit", lead, head, rows, ["off" if abs(d) > 3 else "" for d in fitted["deviation_sd"]])
