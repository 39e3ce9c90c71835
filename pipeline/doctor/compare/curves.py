"""A neuron without synaptic input, as curves against v: what drives it, its variables, its threshold and reset.

All values in SI units; potentials of curves are GRID_V.
"""

from dataclasses import dataclass

import numpy as np

from pipeline.doctor.instruments.dynamics import Dynamics, Values

GRID_V = np.arange(-100, 50, 2) * 1e-3 + 0.37e-3  # beside round numbers, where rates may be 0/0
FINE_V = np.arange(-1200, 600) * 1e-4 + 1e-6


@dataclass(frozen=True)
class Item:
    """A measured quantity, and the standard error of its mean over neurons or synapses that differ."""

    value: np.ndarray
    error: float = 0.0


def curves(
    about: Dynamics, chosen: np.ndarray, synaptic: set[str]
) -> tuple[dict[str, Item], dict[str, dict[str, Item]], Values]:
    """Return items, curves by variable, and the state of one neuron at rest: all without synaptic input.

    passive: dv/dt with all variables at zero; tau and steady state of each; effect: d(dv/dt)/d(variable) there.
    """
    n, grid, v = len(chosen), len(GRID_V), about.potential
    values = about.now(np.repeat(chosen, grid))
    values |= {name: np.zeros(n * grid) for name in {*synaptic, *about.states} if name in values}
    values[v] = np.tile(GRID_V, n)

    def slope(of: str, by: str) -> np.ndarray:
        step = 1e-4 if about.dimensionless(by) else about.scale(by)
        up, down = ({**values, by: values[by] + sign * step} for sign in (1, -1))
        difference = about.evaluate(about.expressions[of], up) - about.evaluate(about.expressions[of], down)
        return np.broadcast_to(difference / (2 * step), (n * grid,))

    def over(array: np.ndarray) -> np.ndarray:
        return np.broadcast_to(array, (n * grid,)).reshape(n, grid)

    passive = over(about.evaluate(about.expressions[v], dict(values)))
    others = [name for name in about.states if name != v and name not in synaptic]
    rates = {}
    for _ in range(4):  # once does for what is linear in itself and depends on v alone
        for name in others:
            rates[name] = slope(name, name)
            move = about.evaluate(about.expressions[name], dict(values)) / rates[name]
            values[name] = values[name] - np.nan_to_num(move, posinf=0, neginf=0)
    curves = {}
    for name in others:
        effect = over(slope(v, name)).mean(axis=0)
        steady = over(values[name]).mean(axis=0)
        mine = {"tau": Item(-1 / over(rates[name]).mean(axis=0)), "effect": Item(effect), "steady": Item(steady)}
        if not about.dimensionless(name):
            mine = {"tau": mine["tau"], "effect": Item(effect * steady), "scale": Item(effect)}
        curves[name] = mine
    whole = over(about.evaluate(about.expressions[v], dict(values))).mean(axis=0)
    falls = np.nonzero((whole[:-1] > 0) & (whole[1:] <= 0))[0]
    spread = passive.std(axis=0)
    items = {"passive": Item(passive.mean(axis=0), float(np.median(spread) / np.sqrt(n)))}
    items["spread"] = Item(np.median(spread, keepdims=True), float(np.median(spread) / np.sqrt(2 * n)))
    k = int(falls[0]) if len(falls) else int(np.argmin(np.abs(whole)))
    if len(falls):
        rest = GRID_V[k] + whole[k] / (whole[k] - whole[k + 1]) * (GRID_V[k + 1] - GRID_V[k])
        items["rest"] = Item(np.array([rest]))
    return items, curves, {name: array[k : k + 1] for name, array in values.items()}


def threshold(about: Dynamics, neuron: int) -> float:
    """Return the lowest potential (V) at which the threshold holds; NaN where there is none."""
    values = about.now(np.full(len(FINE_V), neuron)) | {about.potential: FINE_V}
    passes = np.broadcast_to(about.evaluate(about.threshold, values), FINE_V.shape)
    return float(round(FINE_V[np.argmax(passes)], 4)) if passes.any() else float("nan")


def refractory(about: Dynamics, neuron: int) -> float | None:
    """Return the refractory time (s), None where refractoriness is a condition."""
    given = about.group._refractory
    if given is False:
        return 0.0
    if not isinstance(given, str):
        return float(given)
    found = np.asarray(about.evaluate(given, about.now([neuron])))
    return None if found.dtype == bool else float(found.mean())


def noise(about: Dynamics, state: Values) -> dict[str, Item]:
    """Return the noise that reaches v, at rest: in V/sqrt(s), through another variable in V/s/sqrt(s)."""
    found = {}
    for name, terms in about.noise.items():
        size = np.sqrt(sum(np.square(about.evaluate(term, dict(state))).mean() for term in terms))
        if name != about.potential:
            step = 1e-4 if about.dimensionless(name) else about.scale(name)
            expression = about.expressions[about.potential]
            up = about.evaluate(expression, {**state, name: state[name] + step})
            size = size * np.abs(up - about.evaluate(expression, dict(state))).mean() / step
        found["noise" if name == about.potential else f"noise of {name}"] = Item(np.array([float(size)]))
    return found


def reset(about: Dynamics, neuron: int, state: Values) -> tuple[float | None, dict[str, float]]:
    """Return v after a spike (V), None where it stays, and by variable how much a spike changes dv/dt through it."""
    resetter = getattr(about.group, "resetter", {}).get("spike")
    codes = [code for code in resetter.code_objects if code] if resetter else []
    if not codes:
        return None, {}
    group, v = about.group, about.potential
    space = group.variables["_spikespace"].get_value()
    arrays = {name: group.variables[name].get_value() for name in about.states}
    before, fired = {name: array.copy() for name, array in arrays.items()}, space.copy()
    for name, array in arrays.items():
        array[neuron] = state[name][0]
    arrays[v][neuron] = 0.0317
    space[0], space[-1] = neuron, 1
    for code in codes:
        code()
    after = {name: float(array[neuron]) for name, array in arrays.items()}
    for name, array in arrays.items():
        array[:] = before[name]
    space[:] = fired
    base = dict(state)
    jumps = {}
    for name in about.states:
        jump = after[name] - float(state[name][0])
        if name != v and abs(jump) > 1e-6 * abs(after[name]):
            moved = about.evaluate(about.expressions[v], {**base, name: base[name] + jump})
            jumps[name] = float(np.mean(moved - about.evaluate(about.expressions[v], dict(base))))
    return (None if abs(after[v] - 0.0317) < 1e-6 else after[v]), jumps
