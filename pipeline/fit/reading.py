"""A fit's file read and checked against the network that it is of: knobs, populations, protocols, targets, values."""

import math
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np

from pipeline.config import provenance
from pipeline.config.reader import ConfigError, fingerprint, nearest, parse, read_yaml
from pipeline.fit.free import knob_values
from pipeline.fit.problem import FEWEST, GOOD, SAME_STUDY, Effort, Fit, needed
from pipeline.fit.targets import Target, protocols, read_targets
from pipeline.measure.envelope import Envelope
from pipeline.network.model import Model
from pipeline.network.steps import refuse_alike, remarks

PLACES = 200
"""Sets of values within the ranges that are tried: knobs may contradict each other in some alone."""

UNLIKE = 1.25
"""A length that differs from that of the recording by this factor is another."""


def fit_targets(fit: Fit, model: Model, where: Path | str = "fit") -> tuple[Target, ...]:
    """Return the targets of a fit; they may name its own protocols. ConfigError for what is wrong with either."""
    known = {
        name: model.point(
            fit.variant(name).protocol, {**fit.set, **fit.variant(name).set}, f"{where}: protocols.{name}"
        )
        for name in dict.fromkeys([*model.protocols, *fit.protocols])
    }
    try:
        return read_targets(fit.targets, model, known)
    except ConfigError as error:
        raise ConfigError(f"{where}: targets: {error}") from None


def grouped(fit: Fit, targets: tuple[Target, ...], where: Path | str = "fit") -> dict[str, tuple[Target, ...]]:
    """Return the targets of each objective; ConfigError unless each target belongs to exactly one.

    An objective lists protocols, or 'FEATURE PROTOCOL' for a single target, FEATURE being the target's `name`.
    """
    found: dict[str, tuple[Target, ...]] = {}
    for objective, entries in fit.objectives.items():
        names = {entry: [t for t in targets if entry in (t.protocol, f"{t.name} {t.protocol}")] for entry in entries}
        for entry, hit in names.items():
            if not hit:
                raise ConfigError(
                    f"{where}: objectives.{objective}: {entry!r} is no protocol or target of {fit.targets}."
                )
        found[objective] = tuple(t for t in targets if any(t in hit for hit in names.values()))
    for target in targets if found else ():
        owners = [name for name, group in found.items() if target in group]
        if len(owners) != 1:
            raise ConfigError(
                f"{where}: objectives: the target '{target.name} {target.protocol}' must belong to one objective, "
                f"not {' and '.join(owners) or 'none'}."
            )
    return found


def refuse_unfittable(fit: Fit, model: Model, where: Path | str) -> None:
    """Raise ConfigError, with `where`, for a free knob that acts on nothing, takes whole numbers or has equal ends."""
    for name in fit.free:
        if model.without_effect(name):
            raise ConfigError(f"{where}: free.{name}: acts on nothing in the script, so nothing can be said of it.")
        if model.whole(name):
            raise ConfigError(f"{where}: free.{name}: takes whole numbers, between which a fit cannot seek; sweep it.")
        refuse_alike(model, name, (fit.free[name].low, fit.free[name].high), fit.set, f"{where}: free")


def read_fit(path: Path | str, model: Model) -> Fit:
    """Return the fit of a file, checked against the model; its targets are checked too."""
    fit = parse(Fit, read_yaml(path), path)
    refuse_unfittable(fit, model, path)
    if fit.envelope and (unknown := [name for name in fit.envelope.rates if name not in model.envelope]):
        raise ConfigError(f"{path}: envelope: unknown population {unknown[0]!r}{nearest(unknown[0], model.envelope)}.")
    refuse_neurons(fit.neurons, model, f"{path}: neurons")
    targets = fit_targets(fit, model, path)
    grouped(fit, targets, path)
    _refuse_one_for_all(fit, model, protocols(targets), path)
    efforts = [None, fit.check]
    if fit.leaders:
        efforts.append(Effort(**fit.leaders.model_dump(exclude={"best"})))
    for end in ("low", "high"):
        settings = {name: getattr(span, end) for name, span in fit.free.items()}
        for effort in efforts:
            try:
                points = fit.points(model, protocols(targets), settings, effort)
            except ConfigError as error:
                raise ConfigError(f"{path}: {str(error).removeprefix('point: ')}") from None
    places = knob_values(np.random.default_rng(0).random((PLACES, len(fit.free))), fit.free)
    inside = [fit.knobs(dict(zip(fit.free, values, strict=True))) for values in places.tolist()]
    sought = {name: np.array([one[name] for one in inside]) for name in inside[0]}
    for point in {str(point["protocol"]): point for point in points}.values():
        fixed = {name: np.full(PLACES, value) for name, value in point.items() if name in model.settable}
        model.refuse_wrong({**fixed, **sought}, str(path))
    return fit


def _refuse_one_for_all(fit: Fit, model: Model, needed: Iterable[str], path: Path | str) -> None:
    """Raise ConfigError where a knob of the fit would take from protocols the values by which they differ."""
    for kind, names in (("free", fit.free), ("tied", fit.tied), ("set", fit.set)):
        for name in names:
            variants = {protocol: fit.variant(protocol) for protocol in needed}
            own = {
                protocol: model.point(variant.protocol, {})[name]
                for protocol, variant in variants.items()
                if name not in variant.set and name in model.knobs
            }
            if len(set(own.values())) > 1:
                differ = " and ".join(f"{value:g} in {protocol}" for protocol, value in list(own.items())[:3])
                raise ConfigError(
                    f"{path}: {kind}.{name}: protocols of the targets differ in it ({differ}), and with one value they "
                    "would all be the same; take targets of one of them, or another knob."
                )


def asked(fit: Fit, targets: Sequence[Target], model: Model) -> str:
    """Return a fingerprint of what the study of a fit is asked; what simulates, and where it begins, come to that."""
    kept = fit.model_dump(mode="json", exclude=SAME_STUDY)
    values = model.identity(fit.variant(name).protocol for name in protocols(targets))
    code = provenance.code((*provenance.MEASURING, *provenance.FITTING))
    return fingerprint(kept, [vars(target) for target in targets], values, code)


def refuse_neurons(neurons: Mapping[str, int], model: Model, where: str) -> None:
    """Raise ConfigError, with `where`, unless there are such populations with so many neurons."""
    for name, n in neurons.items():
        if name not in model.populations:
            raise ConfigError(f"{where}: unknown population {name!r}{nearest(name, model.populations)}.")
        if n > model.populations[name]:
            raise ConfigError(f"{where}: {name} = {n} must be at most {model.populations[name]}, all that there are.")


def said_of(fit: Fit, model: Model) -> list[str]:
    """Return what there is to say of a fit before it runs: values that act as others, few trials, other recordings."""
    ends = {name: (span.low, span.high) for name, span in fit.free.items()}
    said = remarks(model, {**{name: (value,) for name, value in fit.set.items()}, **ends}, fit.set)
    for name, span in fit.free.items():
        own = model.settable[name]
        if not span.low <= own.value <= span.high:
            said.append(
                f"free.{name}: the network's own value, {own.value:g} {own.unit}, is not within {span.low:g} to "
                f"{span.high:g}"
            )
    least = needed(len(fit.free))
    if fit.trials < least:
        said.append(
            f"trials = {fit.trials} cannot say how sure {len(fit.free)} knobs are: that takes at least {least}, better "
            f"{GOOD * least}"
        )
    elif fit.errors != "independent" and fit.sampler != "neural" and fit.trials < least + 2 * FEWEST:
        said.append(
            f"errors = {fit.errors!r} takes trials that explore: set trials to at least {least + 2 * FEWEST}, or "
            "errors count as independent, as large as sd"
        )
    targets, alive = fit_targets(fit, model), Envelope.of(model, fit.envelope).rates
    ends_of = {f"rate_{population}": span for population, span in alive.items()}
    for target in targets:
        low, high = ends_of.get(target.feature, (0.0, math.inf))
        mean = 10**target.mean if target.logarithmic else target.mean
        if target.feature in ends_of and target.statistic == "mean" and not low <= mean <= high:
            said.append(
                f"{target.feature} of {target.protocol} is to be {mean:g} spikes/s, but a network counts as "
                f"alive from {low:g} to {high:g} only"
            )
    return said + _unlike(fit, targets, model)


def _unlike(fit: Fit, targets: tuple[Target, ...], model: Model) -> list[str]:
    """Return in what trials are unlike the recording that targets are from: another length, or other neurons."""
    said = {}
    for target in targets:
        for protocol in target.protocols if target.duration_s else ():
            length_s = fit.effort_of(protocol).duration
            if not 1 / UNLIKE < length_s / (target.duration_s or 1) < UNLIKE:
                said[protocol] = (
                    f"targets of {protocol} are of {target.duration_s:g} s, and trials measure {length_s:g} s: "
                    "irregularity and correlations depend on the length"
                    + (", and with errors: network sd becomes that of a trial" if fit.errors == "network" else "")
                )
        for name, n in target.neurons:
            if name in model.populations and n != (own := fit.neurons.get(name, model.populations[name])):
                said[name] = (
                    f"targets are of {n} neurons of {name}, and trials measure {own}: set neurons, as {{{name}: {n}}}, "
                    "and errors: network"
                )
    return list(said.values())
