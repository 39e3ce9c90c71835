"""R_E of a touch against the step, by the authors' program, ours and Brian2's own methods: `make published`.

It writes results/published.csv, .png and .svg. The authors' values are those of reference/step_error.csv; ours and
those of Brian2's methods (networks/gutnisky2017/plain.py) are simulated, each step on the same networks.
"""

import argparse
from pathlib import Path

import pandas as pd
from matplotlib.figure import Figure

from benchmarks.work_precision import NETWORK, networks, scheme
from networks.gutnisky2017.paper import REFERENCE
from networks.gutnisky2017.paper.authors import step_error
from pipeline.engine.machine import cores
from pipeline.engine.scripts import ScriptEngine
from pipeline.network.adopted import METHOD
from pipeline.network.reading import read_model
from pipeline.show.figures import save

FEATURES = ("R_E", "R_I", "rate_E", "rate_I")
RUNS = (
    (METHOD, (0.025, 0.05, 0.1, 0.2), 24),
    ("exponential_euler", (0.01, 0.02, 0.04), 8),
    ("rk4", (0.0125, 0.025, 0.05), 8),
)
"""Method, steps in ms, networks; by rk4 every network ends in NaN at 0.05 ms."""

LOOKS = {
    "published": ("authors, as published", "o", "#c0392b"),
    "corrected": ("authors, corrected", "s", "#e08a7f"),
    METHOD: ("this network", "D", "#1f5fa8"),
    "exponential_euler": ("Brian2, exponential_euler", "^", "#7f8c00"),
    "rk4": ("Brian2, rk4", "v", "#8e44ad"),
}


def simulated(results: Path) -> pd.DataFrame:
    """Return means over networks of a touch at the base point: program, dt_ms, feature, mean, sem, n."""
    found = []
    model = read_model(NETWORK)
    for method, steps_ms, n in RUNS:
        for dt_ms in steps_ms:
            one = scheme(model, method, dt_ms, results / "published")
            engine = ScriptEngine(one, results)
            rows = networks(engine, one, {"touch": 3}, cores(), range(1, n + 1))
            engine.close()
            good = rows[rows["status"] == "ok"]
            for feature in FEATURES:
                values = good[feature].astype(float)
                row = {"program": method, "dt_ms": dt_ms, "feature": feature, "n": len(values)}
                found.append(row | {"mean": values.mean(), "sem": values.sem()})
            print(
                method, dt_ms, f"R_E {good['R_E'].mean():.4f} +- {good['R_E'].sem():.4f}, n = {len(good)}", flush=True
            )
    return pd.DataFrame(found)


def draw(table: pd.DataFrame) -> Figure:
    """Return R_E and the rate of I against the step; the published program's limit of a line is at dt = 0."""
    figure = Figure(figsize=(6.4, 2.9), layout="constrained")
    units = {"R_E": "$R_E$ (spikes/touch)", "rate_I": r"$\nu_I$ (spikes/s)"}
    for axes, (feature, words) in zip(figure.subplots(1, 2), units.items(), strict=True):
        for program, (label, marker, colour) in LOOKS.items():
            here = table[(table["program"] == program) & (table["feature"] == feature)].sort_values("dt_ms")
            limit, steps = here[here["dt_ms"] == 0], here[here["dt_ms"] > 0]
            axes.errorbar(
                steps["dt_ms"], steps["mean"], steps["sem"], fmt=f"{marker}-", color=colour, ms=4, lw=0.8, capsize=2,
                label=label,
            )  # fmt: skip
            axes.errorbar(
                limit["dt_ms"], limit["mean"], limit["sem"], fmt=marker, mfc="none", color=colour, capsize=2, ms=4,
                label=f"{label}, limit of a line" if len(limit) else None,
            )  # fmt: skip
        axes.set(xlabel="dt (ms)", ylabel=words, xlim=(-0.005, None))
    figure.axes[0].legend(fontsize=6)
    return figure


def main() -> None:
    """Simulate, and write the table and the figure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--results", type=Path, default=Path("results"))
    given = parser.parse_args()
    table = pd.concat([step_error(REFERENCE), simulated(given.results)], ignore_index=True)
    table.to_csv(given.results / "published.csv", index=False)
    save(draw(table), [given.results / f"published.{ending}" for ending in ("png", "svg")])


if __name__ == "__main__":
    main()
