"""What a posterior predicts of the targets: whether its draws reach them, and which of them pull against each other.

A posterior that is narrow may still be wrong as a whole: where no setting of the knobs reaches all targets, it is that
of the best compromise. So features over the posterior stand beside the targets, by the emulator and, as a check on
that, in the trials within the likely region, each simulated on networks of its own (posterior predictive checks:
Gelman et al. 2013, Bayesian Data Analysis, ch. 6).
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy.special import chdtri, ndtr

from pipeline.fit.directions import INTERVAL
from pipeline.fit.posterior import Posterior
from pipeline.fit.scale import Scale
from pipeline.fit.surface import Trials, places_of

COLUMNS = ("feature", "protocol", "statistic", "sd", "low", "middle", "high", "simulated", "simulated_sem", "n", "p")
"""Of the table, and a pull for each knob."""

LIKELY = 0.9
"""Trials within the region of that probability show what the posterior predicts."""


def predicted(found: Posterior, trials: Trials) -> pd.DataFrame:
    """Return a row a target: feature, protocol, statistic, and in sd of the target what the posterior predicts of it.

    `sd`: the error of the target that the posterior has, that of the table or of one network.
    `low`, `middle`, `high`: quantiles of the deviation over the posterior, by the emulator, its own error included.
    NaN, as `p`, where too few trials have the feature.
    `simulated`, `simulated_sem`, `n`: mean deviation of the trials with networks of their own that lie in the likely
    region. `p`: the probability of a target at least as far from the prediction, by both errors; two-sided.
    `pull_KNOB`: by how many of its posterior sd the target pulls the knob up.
    """
    pulled = _pulls(found)
    residuals = found.residuals(found.places)
    errors = found.emulator.error_sd(found.places)
    rng = np.random.default_rng(0)
    drawn = residuals + errors * rng.standard_normal(residuals.shape)
    low, middle, high = np.quantile(drawn, (INTERVAL[0], 0.5, INTERVAL[1]), axis=0)
    likely, scale = inside(found, trials), Scale(found.targets)
    seen = scale.deviations(scale.seen([trial.features for trial in likely])) if likely else None
    spread = np.sqrt(1 + found.emulator.shared + drawn.var(axis=0))
    rows = []
    for k, target in enumerate(found.targets):
        values = np.array([]) if seen is None else seen[:, k][np.isfinite(seen[:, k])]
        several = len(values) > 1
        rows.append(
            {
                "feature": target.feature,
                "protocol": target.protocol,
                "statistic": target.statistic,
                "sd": target.sd,
                "low": low[k],
                "middle": middle[k],
                "high": high[k],
                "simulated": values.mean() if several else np.nan,
                "simulated_sem": values.std(ddof=1) / np.sqrt(len(values)) if several else np.nan,
                "n": len(values),
                "p": 2 * ndtr(-abs(drawn[:, k].mean()) / spread[k]),
                **{f"pull_{name}": pull for name, pull in zip(found.free, pulled[:, k].tolist(), strict=True)},
            }
        )
    return pd.DataFrame(rows)


def inside(found: Posterior, trials: Trials) -> Trials:
    """Return the trials with networks of their own that lie in the likely region of all knobs together."""
    own = [trial for trial in trials if trial.alive and trial.without]
    if not own:
        return []
    places = places_of(own, found.free)
    bound = found.misfit(found.places).min() + chdtri(len(found.free), 1 - LIKELY)
    return [trial for trial, one in zip(own, found.misfit(places) <= bound, strict=True) if one]


def missed(table: pd.DataFrame) -> str:
    """Return in a sentence which targets the posterior does not reach, where chance would miss fewer; '' else.

    A target counts as missed where p is below 0.05 over the number of targets (Bonferroni).
    """
    far = table[table["p"] < 0.05 / len(table)]
    if far.empty:
        return ""
    named = [
        f"{_name(row)} ({row.middle:+.1f} sd, 90 % {row.low:+.1f} to {row.high:+.1f})"
        for row in far.sort_values("p").head(5).itertuples()
    ]
    more = f" and {len(far) - len(named)} more" if len(far) > len(named) else ""
    return (
        f"No knobs of the posterior reach {'; '.join(named)}{more}: the posterior is that of a compromise, and its "
        "intervals hold only as far as the network can be right."
    )


def _pulls(found: Posterior) -> np.ndarray:
    """Return by how many of its posterior sd each target pulls each knob up, knobs x targets.

    Where the knob would go if this target alone were reached in the middle of the posterior, all others staying as they
    are: the deviations there, by the weights that the targets have. What pulls up and what pulls down cancel.
    """
    fitted, compression = found.emulator.fitted, found.emulator.compression
    middle = found.places.mean(axis=0, keepdims=True)
    inverse = np.linalg.pinv(compression @ fitted.slopes, rcond=1e-6) @ compression
    moves = np.linalg.cholesky(fitted.region.covariance) @ inverse * found.residuals(middle)[0]
    pulled: np.ndarray = -moves / found.places.std(axis=0)[:, None]
    return pulled


def against(table: pd.DataFrame, knobs: Sequence[str]) -> str:
    """Return in a sentence the two targets that pull most against each other, by at least 1 sd each; '' for none."""
    said, most = "", 1.0
    for knob in knobs:
        pull = table[f"pull_{knob}"]
        size = min(pull.max(), -pull.min())
        if size >= most:
            up, down = (_name(table.loc[k]) for k in (pull.idxmax(), pull.idxmin()))
            said, most = f"{up} pulls {knob} up and {down} pulls it down, by at least {size:.1f} of its sd.", size
    return f"Targets that pull most against each other: {said}" if said else ""


def _name(row: pd.Series) -> str:
    statistic = "" if row.statistic == "mean" else f" {row.statistic}"
    return f"{row.feature}{statistic} of {row.protocol}"
