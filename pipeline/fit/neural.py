"""A posterior by a neural network, library sbi: trained in rounds that close in on the targets.

A network learns the density of knobs given features; at the targets it is the posterior. The first rounds are draws
from the whole ranges; each later one is drawn from the part of them that the network does not call negligible, so that
all trials together train the next (truncated sequential neural posterior estimation: Deistler, Goncalves and Macke
2022, arXiv:2210.04815). What it is trained on are features with errors like those of the targets.
"""

import io
import math
from collections.abc import Mapping, Sequence
from contextlib import redirect_stderr, redirect_stdout
from typing import Any

import numpy as np

from pipeline.fit.covariance import shrunk
from pipeline.fit.explore import Proposal
from pipeline.fit.free import Free
from pipeline.fit.posterior import TooFewTrialsError
from pipeline.fit.problem import EXPLORED, MIDDLE_OF_POSTERIOR, Errors, needed
from pipeline.fit.scale import Scale
from pipeline.fit.seen import Seen, aimed, as_seen
from pipeline.fit.surface import Trials, settings_at
from pipeline.fit.targets import Target

FIRST = "neural"
"""The origin of the first trial of a round that is a draw."""

SAMPLE = 10_000
"""Draws from a posterior."""

NOISIER = 1.1
"""By what factor noise of trials must be larger than the sd of a target to be spoken of."""

NEGLIGIBLE = 1e-4
"""The part of a posterior that a round may leave out."""

SUPPORT = 100_000
"""Draws by which it is found where that part lies."""


def sample(
    trials: Trials, free: Mapping[str, Free], targets: Sequence[Target], errors: Errors, seed: int
) -> np.ndarray:
    """Return places of the posterior in the unit cube, SAMPLE x knobs, by the draws; raises TooFewTrialsError."""
    if (n := len(_whole(trials, targets))) < needed(len(free)):
        raise TooFewTrialsError(
            f"{n} draws that have the features of all targets are too few for a posterior of {len(free)} knobs, which "
            f"needs {needed(len(free))}."
        )
    return _drawn(_trained(trials, free, targets, errors, seed), SAMPLE)


def propose(
    trials: Trials, free: Mapping[str, Free], targets: Sequence[Target], errors: Errors, n: int, seed: int
) -> list[Proposal]:
    """Return the `n` trials of a round, from the finished trials.

    Each is on networks of its own, so that their noise is learnt, but the first, on those that the first of all rounds
    share, among which the best is sought. That is, once there is a posterior, its middle; it is no draw, and trains
    nothing.
    """
    origins = [FIRST, *[EXPLORED] * (n - 1)]
    if len(_whole(trials, targets)) < needed(len(free)):
        places = np.random.default_rng(seed).random((n, len(free)))
    else:
        density = _trained(trials, free, targets, errors, seed)
        places, origins[0] = _truncated(density, n), MIDDLE_OF_POSTERIOR
        places[0] = _drawn(density, SAMPLE).mean(axis=0)
    return [(settings_at(place, free), origin) for place, origin in zip(places, origins, strict=True)]


def _whole(trials: Trials, targets: Sequence[Target]) -> Trials:
    """Return the draws that have all features: what lacks one is not what was measured, and needs no density."""
    return [
        trial
        for trial in trials
        if trial.alive
        and trial.origin != MIDDLE_OF_POSTERIOR
        and all(target.value(trial.features) is not None for target in targets)
    ]


def observed(trials: Seen, targets: Sequence[Target], correlated: bool, rng: np.random.Generator) -> np.ndarray:
    """Return what an experiment like that of the targets would have seen of trials, trials x targets; 0 is the targets.

    With errors that are, together with the noise which a trial has, as large as those of the targets; they go together
    as features do over networks where `correlated`.
    """
    together = np.eye(len(targets))
    if correlated and (told := trials.together()) is not None:
        rows, _ = told
        together, _ = shrunk(rows, np.ones(len(rows)))
    errors = rng.multivariate_normal(np.zeros(len(targets)), together, len(trials.values), method="eigh")
    # what shared networks add is the same for all draws: no noise that is learnt, but an error more
    more = np.sqrt(np.where(trials.own[:, None], np.maximum(0, 1 - trials.noise), 1 + trials.noise))
    scale = Scale(targets)
    seen = scale.deviations(trials.values - scale.below(trials.noise))
    return scale.bent(seen + more * errors)


def noisier(trials: Trials, free: Mapping[str, Free], targets: Sequence[Target], errors: Errors) -> str:
    """Return in a sentence that trials are noisier than targets, so that intervals are too wide; '' where none is."""
    aims = aimed(trials, targets, errors)
    seen = as_seen(_whole(trials, aims), free, aims)
    sizes = np.sqrt(seen.noise)
    worst = int(np.argmax(sizes))
    if not seen.own.any() or sizes[worst] <= NOISIER:
        return ""
    several = int((sizes > NOISIER).sum())
    others = f" and {several - 1} other target{'s' if several > 2 else ''}" if several > 1 else ""
    return (
        f"The mean over a trial's networks is noisier than {aims[worst].name} of {aims[worst].protocol}{others} may be "
        f"({sizes[worst]:.1f} sd of it), so that intervals by sbi are wider than the targets make them: with "
        f"{math.ceil(sizes[worst] ** 2)} times as many networks a trial they would not be."
    )


def _trained(trials: Trials, free: Mapping[str, Free], targets: Sequence[Target], errors: Errors, seed: int) -> Any:
    """Return the density of places at the targets, as sbi has it: a direct posterior."""
    import torch
    from sbi.inference import NPE
    from sbi.utils import BoxUniform

    targets = aimed(trials, targets, errors)
    seen = as_seen(_whole(trials, targets), free, targets)
    features = observed(seen, targets, errors != "independent", np.random.default_rng(seed))
    torch.set_num_threads(1)  # the same numbers on any machine's cores
    torch.manual_seed(seed)
    prior = BoxUniform(torch.zeros(len(free)), torch.ones(len(free)))
    inference = NPE(prior, density_estimator="maf", tracker=_Untold(), show_progress_bars=False)
    places, values = (torch.as_tensor(part, dtype=torch.float32) for part in (seen.places, features))
    with redirect_stdout(io.StringIO()):  # it says how many epochs it took
        estimator = inference.append_simulations(places, values).train(force_first_round_loss=True)
    return inference.build_posterior(estimator).set_default_x(torch.zeros(len(targets)))


def _drawn(density: Any, n: int) -> np.ndarray:
    found: np.ndarray = density.sample((n,), show_progress_bars=False).numpy().astype(float)
    return found


def _truncated(density: Any, n: int) -> np.ndarray:
    """Return places drawn evenly from where the density is not negligible."""
    from sbi.utils import RestrictedPrior, get_density_thresholder

    with redirect_stderr(io.StringIO()):  # it shows how far it is
        inside = get_density_thresholder(density, NEGLIGIBLE, SUPPORT)
        part = RestrictedPrior(density.prior, inside, density, sample_with="sir")
        found: np.ndarray = part.sample((n,)).numpy().astype(float)
    return np.clip(found, 0, 1)


class _Untold:
    """Takes what sbi says of its training, and keeps nothing: else it writes a folder where it runs."""

    log_dir = None

    def log_metric(self, name: str, value: float, step: int | None = None) -> None:
        """Take a number."""

    def log_metrics(self, metrics: dict[str, float], step: int | None = None) -> None:
        """Take several."""

    def log_params(self, params: dict[str, Any]) -> None:
        """Take settings."""

    def add_figure(self, name: str, figure: Any, step: int | None = None) -> None:
        """Take a figure."""

    def flush(self) -> None:
        """Do nothing."""
