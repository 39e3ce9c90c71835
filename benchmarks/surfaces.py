"""Ways to a posterior compared on the trials of a finished fit, of no new simulation.

Surfaces: each feature of trials that were left out, predicted from the others by the quadratics of the fit and by
Gaussian processes (scikit-learn; an anisotropic squared exponential with noise). Importance weights: each trial near
the posterior weighed by the likelihood of what it gave over that of the surface there, and how many draws of equal
weight that is worth. Needs scikit-learn, which sbi brings.
"""

import argparse
import time
import warnings
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.seeds import FIT, NETWORK
from pipeline.fit import posterior as posteriors
from pipeline.fit.problem import needed
from pipeline.fit.reading import fit_targets, read_fit
from pipeline.fit.regression import quadratics
from pipeline.fit.scale import Scale
from pipeline.fit.seen import Seen, as_seen, whole
from pipeline.network.reading import read_model

FOLDS = 5


def by_quadratics(seen: Seen, left: np.ndarray, found: posteriors.Posterior) -> np.ndarray:
    """Return what the quadratics of the other trials predict of those that are left out, trials x targets."""
    others = quadratics(seen.places[~left], seen.values[~left], seen.own[~left], found.emulator.fitted.region)
    return others.values(seen.places[left])


def by_processes(seen: Seen, left: np.ndarray, found: posteriors.Posterior) -> np.ndarray:
    """Return what a Gaussian process a target, of the other trials near the posterior, predicts of them."""
    from sklearn.gaussian_process import GaussianProcessRegressor
    from sklearn.gaussian_process.kernels import RBF, ConstantKernel, WhiteKernel

    region = found.emulator.fitted.region
    near = ~left & seen.own & (region.weights(seen.places) > 0.1)
    x, columns = region.scaled(seen.places), []
    for column in seen.values.T:
        known = near & np.isfinite(column)
        kernel = ConstantKernel(10.0) * RBF(np.full(x.shape[1], 3.0), (0.3, 100)) + WhiteKernel(1.0)
        model = GaussianProcessRegressor(kernel, normalize_y=True, random_state=0).fit(x[known], column[known])
        columns.append(model.predict(x[left]))
    return np.array(columns).T


def importance(seen: Seen, found: posteriors.Posterior) -> tuple[int, float]:
    """Return how many draws there are near the posterior, and how many of equal weight they are worth."""
    of_surface = found.misfit(seen.places)
    near = (
        seen.own & (of_surface < np.quantile(found.misfit(found.places), 0.95)) & np.isfinite(seen.values).all(axis=1)
    )
    emulator = found.emulator
    off = (seen.values[near] - Scale(found.targets).below(np.ones(len(found.targets)))) @ emulator.compression.T
    inverse = np.linalg.inv(emulator.of_targets)
    logs = -0.5 * np.einsum("ij,jk,ik->i", off, inverse, off) + 0.5 * of_surface[near]
    weights = np.exp(logs - logs.max())
    return int(near.sum()), float(weights.sum() ** 2 / np.sum(weights**2))


def main() -> None:
    """Run the benchmark."""
    options = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    options.add_argument("--fit", default=FIT, help="the file of the fit")
    options.add_argument("--network", default=NETWORK, help="its network")
    options.add_argument("--folder", default="results/eight_knobs/fit", help="the folder of the finished fit")
    given = options.parse_args()
    warnings.filterwarnings("ignore")  # lengths at the end of their range: a feature that is linear in a knob
    model = read_model(given.network)
    fit = read_fit(given.fit, model)
    targets = fit_targets(fit, model)
    trials, fitted = (
        pd.read_parquet(Path(given.folder) / "trials.parquet"),
        pd.read_csv(Path(given.folder) / "fitted.csv"),
    )
    alive = [trial for trial in posteriors.usable(trials, fit.free) if trial.alive]
    known = whole(alive, targets, needed(len(fit.free)))
    found = posteriors.posterior(known, fit.free, targets, posteriors.noise_sd(fitted, fit), fit.seed, fit.errors)
    seen = as_seen(known, fit.free, targets)
    inside = seen.own & found.emulator.fitted.region.holds(seen.places)
    fold = np.random.default_rng(0).permutation(len(seen.places)) % FOLDS
    noise = np.array([np.sum(rows**2, axis=0) for rows in seen.scatter])[inside[seen.own]]
    print(
        f"{inside.sum()} trials near the posterior; noise of a trial {np.sqrt(np.nanmean(noise)):.3f} sd of a target\n"
    )
    print("| surface | error of a trial left out (sd) | CPU s |\n|---|---|---|")
    for name, way in (("quadratics", by_quadratics), ("Gaussian processes", by_processes)):
        begin, missed = time.process_time(), []
        for k in range(FOLDS):
            left = inside & (fold == k)
            missed.append(way(seen, left, found) - seen.values[left])
        squares = np.concatenate(missed) ** 2
        print(f"| {name} | {np.sqrt(np.nanmean(squares)):.3f} | {time.process_time() - begin:.1f} |", flush=True)
    draws, worth = importance(seen, found)
    print(f"\nimportance weights: {draws} draws are worth {worth:.1f}")


if __name__ == "__main__":
    main()
