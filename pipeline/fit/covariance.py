"""Covariances of many features from few samples: correlations shrunk towards none as far as their own scatter asks.

Schaefer and Strimmer (2005), Statistical Applications in Genetics and Molecular Biology 4: 32.
"""

import numpy as np


def shrunk(rows: np.ndarray, weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return correlations and standard deviations of columns whose mean is 0; `rows` is n x m, a weight a row."""
    share = weights / weights.sum()
    sd = np.sqrt(share @ rows**2)
    scaled = rows / np.where(sd > 0, sd, 1)
    found = (scaled * share[:, None]).T @ scaled
    squares = (scaled**2 * share[:, None]).T @ scaled**2
    error = np.maximum(squares - found**2, 0) / max(1 / np.sum(share**2) - 1, 1)
    off = ~np.eye(len(sd), dtype=bool)
    size = float(np.sum(found[off] ** 2))
    part = min(1.0, float(np.sum(error[off])) / size) if size > 0 else 1.0
    found = (1 - part) * found
    np.fill_diagonal(found, 1)
    return found, sd
