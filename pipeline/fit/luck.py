"""Whether the best trial was lucky: its score on fresh networks against what the noise of networks explains."""

import math
from pathlib import Path

import numpy as np
import pandas as pd

from pipeline.fit.targets import FAR, rms

LUCKY = 2.0
"""A score on fresh networks is too large where it exceeds the one that is expected by this factor.

Noise exceeds twice its standard deviation one time in twenty; targets that rest on the same spikes deviate together.
"""


def expected(score: float, fitted: pd.DataFrame, noise: np.ndarray) -> float:
    """Return the score on fresh networks that is expected of a trial with that `score`; NaN where no noise is known.

    To each deviation comes the noise of the networks of the trial, `noise` in sd of the target, and that of the fresh
    ones; where that is not known, as that of the others.
    """
    fresh = (fitted["sem"] / fitted["sd"]).to_numpy(float)
    known = np.isfinite(noise) & np.isfinite(fresh)
    if not fresh[known].any():
        return math.nan
    return math.sqrt(score**2 + float(np.mean(noise[known] ** 2 + fresh[known] ** 2)))


def luck(score: float, fitted: pd.DataFrame, noise: np.ndarray, settings: Path | str) -> tuple[bool, str]:
    """Return whether the best trial, with that score, was lucky, and in sentences what the fresh networks say of it.

    `settings` is the file of the fit, where more networks are asked for. (False, '') where no noise is known, or a
    run on them was beyond the envelope or a target is so far off that chance is no question.
    """
    most = expected(score, fitted, noise)
    if fitted["beyond"].any() or math.isnan(most) or score * math.sqrt(len(fitted)) >= FAR:
        return False, ""
    fresh = rms(fitted["deviation_sd"].tolist())
    both = f"The best trial has a score of {score:.2f} on its own networks and of {fresh:.2f} on fresh ones"
    chance = f"chance between networks takes the first to about {most:.2f}"
    if fresh <= LUCKY * most:
        return False, f"{both}: {chance}, so that is nothing to worry about."
    return True, (
        f"{both}, but {chance} only: the trial was lucky. Give the fit more networks (effort: networks in "
        f"{settings}), and run the same again."
    )
