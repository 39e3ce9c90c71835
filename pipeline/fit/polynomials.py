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

    `bend`: the quadratic is that of asinh(feature / bend); of the feature itself where it is null. `surfaces`:
    coefficients of 1, c_i, c_i c_j (i <= j), c being places in the unit cube less 0.5; first those of the emulator,
    then of others that are as likely.
    """
    scale = Scale(found.targets)
    step = np.where(scale.bends, 1 / scale.slope, [target.sd for target in found.targets])
    zero = np.where(scale.bends, scale.middle, [target.mean for target in found.targets])
    many = [one * step for one in _in_the_cube(found.emulator, seed)]
    for one in many:
        one[0] += zero
    return {
        "targets": [
            {
                "name": f"{target.name}, {target.protocol}",
                "unit": "" if target.unit == "1" else target.unit,
                "mean": target.mean,
                "sd": target.sd,
                "bend": float(scale.bend[k]) if scale.bends[k] else None,
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
