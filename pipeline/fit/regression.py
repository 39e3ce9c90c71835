"""Features as quadratics in the knobs, by a regression in which trials far from the likely places count less."""

import functools
from dataclasses import dataclass

import numpy as np

RIDGES = np.logspace(-4, 3, 15)
SLIGHT = 1e-9
"""Part of the size of a matrix that is added to its diagonal, so that it can be inverted."""

NEAR = 4.0
"""A region ends at this squared distance from its middle, in its own sd, a knob: twice its sd in every direction."""

EDGE = 0.8
"""From this part of the squared distance to its end on, a place counts as being at the end of a region."""

MOST_LEVERAGE = 0.99


@dataclass(frozen=True)
class Region:
    """The places around which a regression is to hold: their mean, and their covariance."""

    centre: np.ndarray
    covariance: np.ndarray

    @classmethod
    def of(cls, places: np.ndarray, wider: float = 1.0, least: float = 1e-5) -> "Region":
        """Return the region of places (n x knobs), `wider` times as wide as these, and a bit for `least` sd."""
        spread = np.atleast_2d(np.cov(places, rowvar=False)) * wider**2
        return cls(places.mean(axis=0), spread + least**2 * np.eye(places.shape[1]))

    def scaled(self, places: np.ndarray) -> np.ndarray:
        """Return places in the sd of the region along its axes, from its middle."""
        found: np.ndarray = (places - self.centre) @ self._axes
        return found

    @functools.cached_property
    def _axes(self) -> np.ndarray:
        found: np.ndarray = np.linalg.inv(np.linalg.cholesky(self.covariance)).T
        return found

    def distance(self, places: np.ndarray) -> np.ndarray:
        """Return the squared distance of places from the middle, in sd, a knob."""
        found: np.ndarray = np.sum(self.scaled(places) ** 2, axis=1) / places.shape[1]
        return found

    def holds(self, places: np.ndarray) -> np.ndarray:
        """Return which places are within the region."""
        found: np.ndarray = self.distance(places) <= NEAR
        return found

    def at_the_end(self, places: np.ndarray) -> np.ndarray:
        """Return which places are near the end of the region, or beyond."""
        found: np.ndarray = self.distance(places) > EDGE * NEAR
        return found

    def weights(self, places: np.ndarray) -> np.ndarray:
        """Return the weights of trials at places: 1 within the region, less the further they are outside."""
        found: np.ndarray = (NEAR / np.maximum(self.distance(places), NEAR)) ** 2
        return found


def basis(x: np.ndarray) -> np.ndarray:
    """Return 1, x_i, x_i x_j (i <= j) of places, one row a place."""
    i, j = _pairs(x.shape[1])
    return np.hstack([np.ones((len(x), 1)), x, x[:, i] * x[:, j]])


@functools.cache
def _pairs(size: int) -> tuple[np.ndarray, np.ndarray]:
    return np.triu_indices(size)


@dataclass(frozen=True)
class Quadratics:
    """Quadratics of all targets around a region, and how trials scatter around them."""

    region: Region
    coefficients: np.ndarray
    """terms x targets."""
    spread: np.ndarray
    """Covariance of the coefficients of a target whose residuals have the variance 1, terms x terms."""
    weights: np.ndarray
    """Of the trials."""
    leverage: np.ndarray
    """Of the trials: the variance of the quadratics there, where residuals have the variance 1."""
    residuals: np.ndarray
    """trials x targets: by how much a trial is missed by all others, scaled to the variance of a trial."""
    rare: np.ndarray
    """Which targets less than half of the trials have, by weight."""

    @property
    def slopes(self) -> np.ndarray:
        """By how much features change for an sd of the region, in its middle, targets x knobs."""
        found: np.ndarray = self.coefficients[1 : 1 + len(self.region.centre)].T
        return found

    def values(self, places: np.ndarray) -> np.ndarray:
        """Return features as seen, places x targets."""
        return self.told(places)[0]

    def variance(self, places: np.ndarray) -> np.ndarray:
        """Return the variance of the quadratics at places, where residuals have the variance 1."""
        return self.told(places)[1]

    def told(self, places: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return `values` and `variance` at places."""
        terms = basis(self.region.scaled(places))
        return terms @ self.coefficients, np.sum(terms @ self.spread * terms, axis=1)


def quadratics(places: np.ndarray, values: np.ndarray, own: np.ndarray, region: Region) -> Quadratics:
    """Return the regression of trials: `places` (trials x knobs), `values` (trials x targets), NaN where undefined.

    `own`: whether a trial has networks of its own. What the networks that others share add to all of these is an
    offset, a draw of the noise that a trial has; where there are trials of both kinds it can be told from the rest.

    A target that less than half of the trials have, by weight, is 0 everywhere; what else is undefined counts as a
    regression of the same target predicts it. The terms of second order have a ridge, that by which trials are best
    predicted from the others.
    """
    weights, scaled = region.weights(places), region.scaled(places)
    terms = basis(scaled)
    count = terms.shape[1]
    always = np.full(count, SLIGHT * len(terms))
    always[0] = 0
    if own.any() and not own.all():
        terms, always = np.hstack([terms, ~own[:, None]]), np.append(always, 1.0)
    second = np.zeros(len(always))
    second[1 + places.shape[1] : count] = 1
    filled, rare = _filled(terms, values, weights, always, second)
    coefficients, spread, leverage = _regress(terms, filled, weights, always, second)
    missed = (filled - terms @ coefficients) / np.sqrt(1 - leverage)[:, None]
    return Quadratics(region, coefficients[:count], spread[:count, :count], weights, leverage, missed, rare)


def _regress(
    terms: np.ndarray, values: np.ndarray, weights: np.ndarray, always: np.ndarray, second: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return coefficients, their covariance for residuals of variance 1, and the leverage of each trial."""
    root = np.sqrt(weights)[:, None]
    left, right = terms * root, values * root
    square = left.T @ left

    def solved(ridge: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        spread = np.linalg.inv(square + np.diag(ridge * second + always))
        leverage = np.clip(np.sum(left @ spread * left, axis=1), 0, MOST_LEVERAGE)
        return spread @ (left.T @ right), spread, leverage

    def missed(ridge: float) -> float:
        coefficients, _, leverage = solved(ridge)
        squares = ((right - left @ coefficients) / (1 - leverage)[:, None]) ** 2
        return float(np.mean(np.log(np.sum(squares, axis=0) + SLIGHT)))

    return solved(min(RIDGES.tolist(), key=missed))


def _filled(
    terms: np.ndarray, values: np.ndarray, weights: np.ndarray, always: np.ndarray, second: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return values with what is undefined filled in, and which targets are rare."""
    known = np.isfinite(values)
    rare = weights @ known < 0.5 * weights.sum()
    filled = np.where(rare, 0, values)
    for k in np.flatnonzero(~known.all(axis=0) & ~rare):
        here = known[:, k]
        coefficients, _, _ = _regress(terms[here], values[here, k : k + 1], weights[here], always, second)
        filled[~here, k] = (terms[~here] @ coefficients)[:, 0]
    return filled, rare
