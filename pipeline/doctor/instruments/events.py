"""What one synaptic event does: sign, reversal and charge, measured on the network's own synapses.

One event is applied to a copy of the network at many postsynaptic potentials. Its effect is how far it would move v if
nothing else did: the jump of v itself, plus the integral of dv/dt that it causes until it has decayed, at fixed v.
"""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from brian2.utils.stringtools import get_identifiers

from pipeline.doctor.instruments.dynamics import Dynamics, Values
from pipeline.doctor.instruments.frame import Frame
from pipeline.doctor.instruments.sizes import milli
from pipeline.doctor.instruments.subject import Subject, fresh_network
from pipeline.doctor.instruments.witness import root

GRID_V = (
    np.array([-0.14, -0.12, -0.1, -0.09, -0.08, -0.07, -0.06, -0.05, -0.04, -0.02, 0.01, 0.03, 0.06, 0.09]) + 0.37e-3
)  # beside round numbers, where reversal potentials are
SYNAPSES = 24
PRE_V = 0.02
"""By how much the presynaptic potential is moved to see whether an event hangs on it."""


@dataclass
class Event:
    """The mean event of a pathway, over some of its synapses."""

    pathway: str
    synapses: str
    source: str
    target: str
    v_post: np.ndarray
    effect_v: np.ndarray
    """Change of the potential at each of `v_post`, in its unit."""
    v_pre: float | None
    """Presynaptic potential (V) at arrival, None where the source has none."""
    effect_other_pre: np.ndarray | None
    """The same with the presynaptic potential 20 mV higher."""
    jumps: dict[str, float]
    """Change of each postsynaptic variable at v = `rest_v`, in SI units."""
    taus_s: dict[str, float]
    rest_v: float
    same_sign: float
    """Fraction of the synapses whose effect at rest has the sign of the mean."""
    delay_s: float
    why_not: str | None = None
    error_v: float = 0.0
    """Standard error of the effect at rest, over synapses."""
    frame: Frame = field(default_factory=Frame)
    in_volts: bool = True
    """Of the target's potential."""

    def shown(self, value: float) -> str:
        """Return a potential of the target, or a change of it, as text in its unit."""
        return f"{milli(value)} mV" if self.in_volts else f"{value:.4g}"

    @property
    def at_rest_v(self) -> float:
        """Effect at the resting potential, in nominal volts."""
        return self.at_rest / self.frame.per_volt

    @property
    def at_rest(self) -> float:
        """Effect (V) at the resting potential."""
        return float(np.interp(self.rest_v, self.v_post, self.effect_v))

    @property
    def zero_v(self) -> float | None:
        """Potential (V) at which the event has no effect; None where there is none in the grid."""
        flips = np.nonzero(np.diff(np.sign(self.effect_v)))[0]
        if len(flips) != 1:
            return None
        k = flips[0]
        (a, b), (x, y) = self.effect_v[k : k + 2], self.v_post[k : k + 2]
        return float(x - a * (y - x) / (b - a)) if b != a else None

    @property
    def repels(self) -> bool:
        """The event drives v away from its zero-effect potential, the more the farther: positive feedback."""
        return self.zero_v is not None and bool(self.effect_v[0] < 0 < self.effect_v[-1])

    @property
    def hangs_on_v_pre(self) -> bool:
        """The event's size changes with the presynaptic potential at arrival."""
        if self.effect_other_pre is None:
            return False
        change = np.abs(self.effect_other_pre - self.effect_v).max()
        return bool(change > 0.02 * np.abs(self.effect_v).max())


def probe(
    subject: Subject, dynamics: dict[str, Dynamics], rest_v: dict[str, float], pre_v: dict[str, Any]
) -> list[Event]:
    """Return an Event for each pathway on presynaptic spikes. It changes the network: only for a forked process.

    `rest_v`: resting potential of each group; `pre_v`: by pathway, v of its source when an event arrives, or None.
    """
    np.seterr(all="ignore")
    network = fresh_network(subject)
    network.before_run(dict(subject.namespace))
    found = []
    for path in subject.pathways():
        try:
            found.append(event_of(subject, path, dynamics, rest_v, pre_v.get(path.name)))
        except Exception as error:  # whatever a user's synapse does, the others are still looked at
            found.append(_none(subject, path, f"could not be probed ({type(error).__name__}: {error})"))
    return found


def _none(subject: Subject, path: Any, why: str) -> Event:
    nothing = np.zeros(len(GRID_V))
    label = subject.label(path.synapses)
    source, target = subject.label(path.source), subject.label(path.target)
    return Event(path.name, label, source, target, GRID_V, nothing, None, None, {}, {}, 0.0, 0.0, 0.0, why)


def event_of(
    subject: Subject,
    path: Any,
    dynamics: dict[str, Dynamics],
    rest_v: dict[str, float],
    v_pre: float | None,
    among: np.ndarray | None = None,
) -> Event:
    """Return the event of a pathway, of the synapses `among` where that is given; the network is ready for a run."""
    target, source = root(path.target), root(path.source)
    about = dynamics.get(target.name)
    if about is None or about.v is None:
        return _none(subject, path, "its target has no membrane potential")
    if len(path.synapses) == 0:
        return _none(subject, path, "it has no synapses")
    batches = _batches(path, source is target, among)
    grid, step = about.frame.model(GRID_V), PRE_V
    code = path.code_objects[1]
    arrays = {n: v.get_value() for n, v in target.variables.items() if _own_array(v, target)}
    before = {name: array.copy() for name, array in arrays.items()}
    pre_array = source.variables["v"].get_value() if v_pre is not None and "v" in source.variables else None
    synaptic = {n: v.get_value() for n, v in path.synapses.variables.items() if _own_array(v, path.synapses)}
    synaptic_before = {name: array.copy() for name, array in synaptic.items()}

    def apply(batch: Batch, v: float, v_of_pre: float | None) -> dict[str, np.ndarray]:
        chosen, posts, pres = batch
        code.namespace["_queue"] = Queue(chosen)
        arrays[about.v][posts] = v
        if v_of_pre is not None and pre_array is not None:
            pre_array[pres] = v_of_pre
        start = {name: array[posts].copy() for name, array in arrays.items()}
        code()
        changed = {name: array[posts] - start[name] for name, array in arrays.items()}
        for name, array in arrays.items():
            array[:] = before[name]
        for name, array in synaptic.items():
            array[:] = synaptic_before[name]
        return {name: jump for name, jump in changed.items() if np.any(jump != 0)}

    def effects(v_of_pre: float | None) -> np.ndarray:
        found = []
        for one in batches:
            jumps = [apply(one, v, v_of_pre) for v in grid]
            nothing = np.zeros(len(one[0]))
            names = dict.fromkeys(name for jump in jumps for name in jump)
            whole = {name: np.concatenate([jump.get(name, nothing) for jump in jumps]) for name in names}
            v = np.repeat(grid, len(one[0]))
            found.append(_effect(about, np.tile(one[1], len(grid)), v, whole).reshape(len(grid), -1))
        return np.concatenate(found, axis=1)

    by_synapse = effects(v_pre)
    mean = by_synapse.mean(axis=1)
    rest = rest_v[target.name]
    jumps = {name: float(jump.mean()) for name, jump in apply(batches[0], rest, v_pre).items()}
    if not np.any(by_synapse):
        why = f"it changes {', '.join(jumps)} alone" if jumps else "it changes no variable of its target at once"
        return _none(subject, path, why)
    at_rest = by_synapse[np.argmin(np.abs(grid - rest))]
    same = float((np.sign(at_rest) == np.sign(at_rest.mean())).mean())
    delays = np.atleast_1d(path.variables["delay"].get_value())
    return Event(
        pathway=path.name,
        synapses=subject.label(path.synapses),
        source=subject.label(path.source),
        target=subject.label(path.target),
        v_post=grid,
        effect_v=mean,
        v_pre=v_pre,
        effect_other_pre=effects(v_pre + step).mean(axis=1) if v_pre is not None and _reads_v_pre(path) else None,
        jumps=jumps,
        taus_s=_taus(about, [n for n in jumps if n in about.states]),
        rest_v=rest,
        same_sign=same,
        delay_s=float(delays.mean()),
        frame=about.frame,
        in_volts=about.in_volts,
        error_v=float(at_rest.std() / np.sqrt(len(at_rest))),
    )


def _reads_v_pre(path: Any) -> bool:
    """Tell whether code of events names v_pre, itself or in a subexpression."""
    names, equations = list(get_identifiers(path.code)), path.synapses.equations
    for name in names:
        if name in equations and equations[name].expr is not None:
            names += [other for other in get_identifiers(equations[name].expr.code) if other not in names]
    return "v_pre" in names


def injected(about: Dynamics, neuron: int, variable: str, jump: float, rest_v: float, name: str) -> Event:
    """Return the event that adds `jump` to a variable of a neuron, as input without synapses does."""
    here = np.array([neuron])
    effect = _effect(about, np.tile(here, len(GRID_V)), GRID_V, {variable: np.full(len(GRID_V), jump)})
    taus = _taus(about, [variable] if variable in about.states and variable != about.v else [])
    return Event(name, name, "", about.group.name, GRID_V, effect, None, None, {variable: jump}, taus, rest_v, 1.0, 0.0)


class Queue:
    """Stands in for the spike queue: the chosen synapses are due now."""

    def __init__(self, chosen: np.ndarray) -> None:
        self._chosen = chosen

    def peek(self) -> np.ndarray:
        """Return the synapses that are due."""
        return self._chosen

    def advance(self) -> None:
        """Do nothing: the same are due again."""


Batch = tuple[np.ndarray, np.ndarray, np.ndarray]
"""Synapses with distinct targets, none of them a source, and their post- and presynaptic neurons."""


def _batches(path: Any, recurrent: bool, among: np.ndarray | None) -> list[Batch]:
    """Return some synapses, of `among` where that is given; several batches where targets are few."""
    pre, post = path.synapse_sources.get_value(), path.synapse_targets.get_value()
    every = np.arange(len(pre)) if among is None else among
    left = every[np.linspace(0, len(every) - 1, min(len(every), 40 * SYNAPSES)).astype(int)].tolist()
    found: list[Batch] = []
    while left and sum(len(batch[0]) for batch in found) < SYNAPSES:
        chosen = _distinct(left, pre, post, recurrent)
        if not chosen:
            break
        left = [k for k in left if k not in set(chosen)]
        batch = np.array(chosen, int)
        found.append((batch, post[batch], pre[batch]))
    return found


def _distinct(candidates: list[int], pre: np.ndarray, post: np.ndarray, recurrent: bool) -> list[int]:
    chosen: list[int] = []
    sources: set[int] = set()
    targets: set[int] = set()
    for k in candidates:
        i, j = int(pre[k]), int(post[k])
        if j in targets or (recurrent and (i == j or i in targets or j in sources)):
            continue
        chosen.append(k)
        sources.add(i)
        targets.add(j)
        if len(chosen) == SYNAPSES:
            break
    return chosen


def _own_array(variable: Any, owner: Any) -> bool:
    if not hasattr(variable, "get_value") or getattr(variable, "owner", None) is None or variable.scalar:
        return False
    if variable.owner.name != owner.name or variable.read_only:
        return False
    value = variable.get_value()
    return np.issubdtype(value.dtype, np.floating) and np.ndim(value) == 1


def _effect(about: Dynamics, posts: np.ndarray, v: float | np.ndarray, jumps: dict[str, np.ndarray]) -> np.ndarray:
    """Return the change of v (V) that `jumps` cause in the end, at fixed v, for each of the neurons `posts`.

    Variables other than v that the jump reaches are taken as linear: their integral over time is -J^-1 jump.
    """
    direct = jumps.get(about.potential, np.zeros(len(posts)))
    base = about.now(posts)
    base[about.potential] = np.zeros(len(posts)) + v
    moved = {name: base[name] + jump for name, jump in jumps.items() if name in base and name != about.potential}
    linear = reached(about, [name for name in moved if name in about.states])
    after = {**base, **moved}
    instant = about.difference(about.potential, after, base)
    if any(name not in about.states for name in moved):  # what stays moves v to another rest
        with np.errstate(all="ignore"):
            pull = -about.jacobian(base, [about.potential])[..., 0, 0]
        instant = instant / np.where(pull > 0, pull, 1 / float(about.group.clock.dt_))
    if not linear:
        return direct + (0 if not moved else instant)
    inner = about.jacobian(after, linear)
    outer = np.stack([_slope(about, after, name) for name in linear], axis=-1)
    jump = np.stack([jumps.get(name, np.zeros(len(posts))) for name in linear], axis=-1)
    try:
        later = (outer * -np.linalg.solve(inner, jump[..., None])[..., 0]).sum(axis=-1)
    except np.linalg.LinAlgError:
        later = instant
    return np.asarray(direct + later)


def _slope(about: Dynamics, at: Values, name: str) -> np.ndarray:
    """Return d(dv/dt)/d(variable), by central differences."""
    step = 1e-6 * np.maximum(np.abs(at[name]), 1e-3 if about.dimensionless(name) else about.scale(name))
    up, down = {**at, name: at[name] + step}, {**at, name: at[name] - step}
    return np.broadcast_to(about.difference(about.potential, up, down) / (2 * step), np.shape(at[name]))


def reached(about: Dynamics, names: list[str]) -> list[str]:
    """Return synaptic variables that change when `names` do, themselves included; not v, no gates."""
    found = list(names)
    base = about.now([0])
    for other in about.states:
        if other in found or other == about.v:
            continue
        bumped = {n: base[n] + 1e-9 for n in names}
        if np.any(about.rates({**base, **bumped})[other] != about.rates(dict(base))[other]):
            found.append(other)
    return found


def _taus(about: Dynamics, names: list[str]) -> dict[str, float]:
    if not names:
        return {}
    diagonal = np.diagonal(about.jacobian(about.now([0]), names)[0])
    return {name: float(-1 / slope) for name, slope in zip(names, diagonal, strict=True) if slope < 0}
