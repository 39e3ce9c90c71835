"""What the authors' program computes (ModelDB 228596): as published, and with its two first-order errors corrected.

As published it delivers each spike at the end of a step and keeps synaptic currents fixed within one, and so is of first
order: at its own step of 0.05 ms a touch comes out 12 % too strong. What the equations say is the corrected program's.
"""

from pathlib import Path

import pandas as pd

from pipeline.plan.columns import Column, Words
from pipeline.plan.given import table_of

CORRECTED, PUBLISHED = "corrected", "published"
"""Of second order, in steps of 0.025 ms; and of first order, in the authors' own steps of 0.05 ms."""

FILES = {
    ("whisking", "A_T"): "rates_vs_A_T.csv",
    ("touch", "C_T"): "response_vs_C_T.csv",
    ("touch", "delay_EI"): "response_vs_delay_EI.csv",
}
"""The published curves by protocol and knob. Their A_T carry an offset of 0.0001 spikes/s, which is rounded away."""

BASE = ("touch", "C_T", 0.6)
"""Protocol, knob and value at which the error of the step was measured."""

MEASURED = {
    f"{name}_{population}": Column(missing=True, needed=False)
    for name in ("rate", "cv", "z1", "chi", "R")
    for population in "TEI"
    if (name, population) != ("chi", "T")
}
"""What the authors' program measured of each population; undefined where it was silent."""


def reference(folder: Path | str, protocol: str, knob: str) -> pd.DataFrame:
    """Return the authors' values on a curve, means and standard errors over networks, each program's apart.

    Columns: knob, feature, program, mean, sem, n. At BASE the corrected rates and responses are those of step_error,
    which has more networks.
    """
    folder = Path(folder)
    places = {"protocol": Words(), "knob": Words(), "value": Column(), "repeat": Column(needed=False)}
    runs = table_of(folder / "second_order.csv", places | MEASURED).query("protocol == @protocol and knob == @knob")
    corrected = runs.drop(columns="knob").rename(columns={"value": knob})
    published = table_of(folder / FILES[protocol, knob], {knob: Column(), "repeat": Column(needed=False)} | MEASURED)
    published[knob] = published[knob].round(3)
    long = pd.concat(
        [
            table.drop(columns=["protocol", "repeat"], errors="ignore")
            .melt(id_vars=knob, var_name="feature")
            .assign(program=program)
            for table, program in ((corrected, CORRECTED), (published, PUBLISHED))
        ]
    )
    found = long.groupby([knob, "feature", "program"])["value"].agg(["mean", "sem", "count"]).reset_index()
    found = found.rename(columns={"count": "n"})
    if (protocol, knob) != BASE[:2]:
        return found
    base = step_error(folder).query("program == @CORRECTED").drop(columns="dt_ms").assign(**{knob: BASE[2]})
    same = found.merge(base[[knob, "feature", "program"]], how="left", indicator=True)["_merge"] == "both"
    return pd.concat([found[~same.to_numpy()], base[found.columns]], ignore_index=True)


def corrected(folder: Path | str, protocol: str, knob: str) -> pd.DataFrame:
    """Return the values of the corrected program alone: what the equations say. Columns: knob, feature, mean, sem, n."""
    both = reference(folder, protocol, knob)
    return both[both["program"] == CORRECTED].drop(columns="program")


def step_error(folder: Path | str) -> pd.DataFrame:
    """Return features at BASE by both programs in several steps: program, dt_ms, feature, mean, sem, n.

    The published program at dt_ms = 0 is the intercept of a line through its steps.
    """
    columns = {"program": Words(), "dt_ms": Column(), "feature": Words()}
    return table_of(Path(folder) / "step_error.csv", columns | {name: Column() for name in ("mean", "sem", "n")})


def excess(folder: Path | str) -> dict[str, float]:
    """Return by how much the published step makes each feature at BASE too large, relative to its value at dt 0."""
    means = step_error(folder).query("program == @PUBLISHED").set_index(["feature", "dt_ms"])["mean"]
    return {str(name): float(means[name, 0.05] / means[name, 0.0] - 1) for name in means.index.unique("feature")}


def psths(folder: Path | str) -> pd.DataFrame:
    """Return the published PSTHs, one network of 20 s: protocol, bin_start_ms, T, E, I in spikes/s."""
    bins = {"protocol": Words(), "bin_start_ms": Column(), **dict.fromkeys("TEI", Column())}
    return table_of(Path(folder) / "psth.csv", bins)
