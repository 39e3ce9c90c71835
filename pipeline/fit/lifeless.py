"""Fits in which no trial is alive: there is nothing that could be called best, and what was seen is said instead."""

from collections import Counter
from collections.abc import Sequence

from optuna.trial import FrozenTrial

from pipeline.config.reader import ConfigError
from pipeline.fit.problem import Fit
from pipeline.fit.targets import Target, deviation
from pipeline.measure.envelope import Envelope
from pipeline.network.model import Model


class LifelessError(ConfigError):
    """A fit without a trial that is alive, in one sentence; `trials` is how many there are."""

    def __init__(self, says: str, trials: int) -> None:
        super().__init__(says)
        self.says, self.trials = says, trials


def refuse_lifeless(
    trials: Sequence[FrozenTrial],
    fit: Fit,
    targets: Sequence[Target],
    envelope: Envelope,
    model: Model,
) -> None:
    """Raise LifelessError where none of the trials of a fit, the best first, is alive."""
    if any(alive(trial, targets, envelope) for trial in trials):
        return
    counts = Counter(fate for trial in trials for fate in _fates(trial, envelope))
    seen = ", ".join(f"{fate} in {n}" for fate, n in sorted(counts.items(), key=lambda one: (-one[1], one[0])))
    sought = ", ".join(
        f"{name} from {span.low:g} to {span.high:g}{_unit(model, name)}" for name, span in fit.free.items()
    )
    best = trials[0]
    knobs = ", ".join(f"{name} = {value:.4g}" for name, value in best.params.items())
    problem = best.user_attrs["problem"] or "nothing fires"
    raise LifelessError(
        f"in none of {len(trials)} trials the network is alive, so nothing is fitted: {seen}; sought were {sought}; "
        f"nearest to life is trial {best.number} ({knobs}), of which {problem}; all trials are kept: give other "
        f"ranges, or more trials than {fit.trials}, which go on from these.",
        len(trials),
    )


def alive(trial: FrozenTrial, targets: Sequence[Target], envelope: Envelope) -> bool:
    """Return whether a completed trial is within the envelope, and tells more than that nothing fires.

    A network may have no lower bound of its rates. Then one without a spike is alive only where no target asks for
    spikes: each is defined without any, and those that count spikes are met.
    """
    if trial.constraints["envelope"] > 0:
        return False
    if any(rate for _, rate in _rates(trial, envelope)):
        return True
    measured = {tuple(key.split(" ", 1)): value for key, value in trial.user_attrs["features"].items()}
    values = [(target, target.value(measured)) for target in targets]
    return all(
        value is not None and ("spikes" not in target.unit or abs(deviation(target, value)) <= 1)
        for target, value in values
    )


def _fates(trial: FrozenTrial, envelope: Envelope) -> set[str]:
    """Return what became of the populations of a trial, each fate once."""
    fates = {"a value became non-finite"} if trial.user_attrs["diverged"] else set()
    for population, rate in _rates(trial, envelope):
        low, high = envelope.rates[population]
        if rate < low or rate == 0:
            fates.add(f"{population} was silent" + (f" (below {low:g} spikes/s)" if low > 0 else ""))
        elif rate > high:
            fates.add(f"{population} ran away (above {high:g} spikes/s)")
    return fates


def _rates(trial: FrozenTrial, envelope: Envelope) -> list[tuple[str, float]]:
    """Return population and rate of each protocol that a trial simulated."""
    names = {f"rate_{population}": population for population in envelope.rates}
    measured = ((key.split(" ", 1)[1], value) for key, value in trial.user_attrs["features"].items())
    return [(names[feature], rate) for feature, rate in measured if feature in names]


def _unit(model: Model, name: str) -> str:
    unit = model.settable[name].unit
    return "" if unit == "1" else f" {unit}"
