"""Where a network is alive: how probable it is that a trial stays within the envelope, by where trials did.

A trial beyond the envelope of rates has no features to compare with targets, but says that its knobs are not those of a
network that was recorded alive. So that probability is a factor of the likelihood. It is that of a logistic regression
on quadratics of the knobs, with the weights that trials have in those of the features.
"""

from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize
from scipy.special import expit

from pipeline.fit.regression import Region, basis

SLOPE_SD = 5.0
"""Prior sd of the coefficients, for logits and sd of the region: an end of life may be sharp, but trials must tell."""


@dataclass(frozen=True)
class Living:
    """The probability of life at places."""

    region: Region
    coefficients: np.ndarray
    """Of the logit; none where all trials were alive."""

    def misfit(self, places: np.ndarray) -> np.ndarray:
        """Return -2 log of the probability at places of the unit cube (n x knobs)."""
        if not len(self.coefficients):
            return np.zeros(len(places))
        found: np.ndarray = 2 * np.logaddexp(0, -basis(self.region.scaled(places)) @ self.coefficients)
        return found


def living(alive: np.ndarray, dead: np.ndarray, region: Region) -> Living:
    """Return it by the places of trials within and beyond the envelope (each n x knobs), around a region."""
    if not len(dead):
        return Living(region, np.zeros(0))
    places = np.vstack([alive, dead])
    terms, weights = basis(region.scaled(places)), region.weights(places)
    sign = np.where(np.arange(len(places)) < len(alive), 1.0, -1.0)
    slope = np.full(terms.shape[1], SLOPE_SD**-2)
    slope[0] = 0

    def lost(coefficients: np.ndarray) -> tuple[float, np.ndarray]:
        logit = sign * (terms @ coefficients)
        size = weights @ np.logaddexp(0, -logit) + 0.5 * slope @ coefficients**2
        return float(size), slope * coefficients - terms.T @ (weights * sign * expit(-logit))

    begin = np.zeros(terms.shape[1])
    found = minimize(lost, begin, jac=True, method="L-BFGS-B")
    return Living(region, found.x)
