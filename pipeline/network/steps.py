"""Times that act in steps of the clock: delays whose values cannot be told apart, and steps longer than the script's.

Brian2 rounds a delay to whole steps. Only knobs that are delays are spoken of: what they act on is delays alone, and
their value is that of the delay, not one from which the script computes it. One of `library/delays.py` acts on what a
spike does, too, and so at its value.
"""

import math
from collections.abc import Mapping, Sequence

from pipeline.config.reader import ConfigError
from pipeline.network.adopted import Setting
from pipeline.network.model import Model

DELAY, STEP = "delay of ", "the step"
"""What such knobs are said to act on, see usage.py."""

DRAWN = " (drawn)"
"""Behind the name of the projection: a delay that is drawn."""

LONGER = 1.5
"""A step that is so many times the script's own is spoken of."""


def refuse_alike(model: Model, name: str, values: Sequence[float], given: Mapping[str, float], where: str) -> None:
    """Raise ConfigError where all values of a knob act alike; two of them stand for all between.

    `given`: what else is set, perhaps the step.
    """
    acting = acts_as(model, name, values, given)
    if acting is None or len(set(values)) < 2 or len(set(acting)) > 1:
        return
    unit = model.settable[name].unit
    raise ConfigError(
        f"{where}: {name}: all values from {min(values):g} to {max(values):g} {unit} act as {acting[0]:g} {unit}, "
        f"since {_resolved(model, given)}; give values that are further apart, or a shorter step."
    )


def remarks(model: Model, values: Mapping[str, Sequence[float]], given: Mapping[str, float]) -> list[str]:
    """Return sentences about values of knobs that act as others do, and about steps longer than the script's own.

    `values`: several values of each knob, or one; `given`: what else is set.
    """
    found = []
    for name, some in values.items():
        longest = max((step for value in some if (step := _step_ms(model, {name: value}))), default=0.0)
        if longest > LONGER * model.dt_ms:
            found.append(
                f"{name} makes a step of {longest:g} ms, {longest / model.dt_ms:.3g} times the script's own of "
                f"{model.dt_ms:g} ms: spikes, synapses and delays that are fast against it are no longer resolved, and "
                "all features may be wrong; `python -m pipeline accuracy` measures what a step does"
            )
        acting = acts_as(model, name, some, given)
        unit = model.settable[name].unit if name in model.settable else ""
        other = [(a, b) for a, b in zip(some, acting or some, strict=True) if not math.isclose(a, b, abs_tol=1e-9)]
        if other:
            said = ", ".join(f"{value:g} {unit} acts as {as_:g} {unit}" for value, as_ in other[:3])
            more = f" and {len(other) - 3} more" if len(other) > 3 else ""
            found.append(f"{name}: {said}{more}, since {_resolved(model, given)}")
    return found


def acts_as(model: Model, name: str, values: Sequence[float], given: Mapping[str, float]) -> list[float] | None:
    """Return the values, in the unit of the knob, as which values of a delay act; None for any other knob."""
    setting = model.adopted.settings.get(name)
    if setting is None or not _is_delay(model, setting):
        return None
    step_ms = _step_ms(model, given) or model.dt_ms
    one = 1000 * setting.si(1.0)
    steps = [one * value / step_ms for value in values]
    # floating-point arithmetic has 0.25/0.1 a little off a half
    return [math.floor(n + 0.5 + 1e-9) * step_ms / one for n in steps]


def _is_delay(model: Model, setting: Setting) -> bool:
    """Return whether a number is the delay of projections itself, and acts on nothing else."""
    if not setting.on or not all(on.startswith(DELAY) and not on.endswith(DRAWN) for on in setting.on):
        return False
    delays = {projection.name: projection.delay_ms for projection in model.adopted.projections}
    own_ms = 1000 * setting.si(setting.value)
    return all(
        (delay_ms := delays.get(on.removeprefix(DELAY))) is not None and abs(delay_ms - own_ms) < 1.5 * model.dt_ms
        for on in setting.on
    )


def _step_ms(model: Model, given: Mapping[str, float]) -> float | None:
    """Return the step in ms that knobs set, None where they leave the script's own."""
    for name, value in given.items():
        setting = model.adopted.settings.get(name)
        if setting is not None and STEP in setting.on:
            own_ms = 1000 * setting.si(setting.value)
            if math.isclose(own_ms, model.dt_ms, rel_tol=1e-6):
                return 1000 * setting.si(value)
    return None


def _resolved(model: Model, given: Mapping[str, float]) -> str:
    return f"a delay is rounded to whole steps, which are {_step_ms(model, given) or model.dt_ms:g} ms"
