"""Trials of a table whose scores compare, among which the best one is."""

import pandas as pd

from pipeline.fit.problem import EXPLORED


def alive(trials: pd.DataFrame) -> pd.DataFrame:
    """Return of a table as of `trials.rows` the trials whose scores compare and which are within the envelope.

    Simulated to the end on the networks that trials share: a score on other networks is another score, and that of a
    trial which was given up is an estimate. Those beyond the envelope, too, where none is within.
    """
    done = trials[(trials["state"] == "complete") & (trials["origin"] != EXPLORED)]
    within = done["constraint"] <= 0
    return done[within] if within.any() else done
