"""The emulator of a fit as plain polynomials, for charts that have no Python."""

from typing import Any

import numpy as np

from pipeline.fit.emulator import Emulator
from pipeline.fit.posterior import Posterior
from pipeline.fit.regression import basis
from pipeline.fit.scale import Scale

DRAWN = 40
"""Quadratics that scatter as far as the trials leave the emulator uncertain."""


def described(found: Posterior, seed: int) -> dict[str, Any]:
    """Return the emulator as plain values: for each target what it is, its error and its coefficients.

    The quadratic is that of asinh((feature - zero) / bend). `surfaces`:
    coefficients of 1, c_i, c_i c_j (i <= j), c being places in the unit cube less 0.5; first those of the emulator,
    then of others that are as likely.
    """
    scale = Scale(found.targets)
    many = [one / scale.slope for one in _in_the_cube(found.emulator, seed)]
    for one in many:
        one[0] += scale.middle
    return {
        "targets": [
            {
                "name": f"{target.name}, {target.protocol}",
                "unit": "" if target.unit == "1" else target.unit,
                "mean": target.mean,
                "sd": target.sd,
                "zero": float(scale.zero[k]),
                "bend": float(scale.bend[k]),
                "error": None if found.emulator.fitted.rare[k] else round(float(np.sqrt(found.emulator.misfit[k])), 4),
                "surfaces": [[float(f"{value:.6g}") for value in one[:, k].tolist()] for one in many],
            }
            for k, target in enumerate(found.targets)
        ]
    }


def _in_the_cube(found: Emulator, seed: int) -> list[np.ndarray]:
    """Return coefficients (terms x targets) on the basis around the middle of the unit cube.

    A quadratic in one set of coordinates is one in the other: both agree at as many places as there are terms.
    """
    fitted = found.fitted
    rng = np.random.default_rng(seed)
    places = rng.random((2 * len(fitted.coefficients), len(fitted.region.centre)))
    back = np.linalg.pinv(basis(places - 0.5)) @ basis(fitted.region.scaled(places))
    root = np.linalg.cholesky(fitted.spread + 1e-12 * np.trace(fitted.spread) * np.eye(len(fitted.spread)))
    drawn = [
        root @ rng.standard_normal(fitted.coefficients.shape) * np.sqrt(np.nan_to_num(found.residual))
        for _ in range(DRAWN)
    ]
    return [back @ (fitted.coefficients + change) for change in (np.zeros_like(fitted.coefficients), *drawn)]
