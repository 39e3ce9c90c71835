"""A user's network of this paper against ours: where it deviates, each deviation as knobs of the model.

What is compared is what the network does, not how it is written: rates of gates, conductances over the capacitance, the
charge of an event, synapses a neuron. So units of area, names and the form of the code do not matter.
"""

import contextlib
import math
from dataclasses import dataclass
from typing import Any

import brian2 as b2
import numpy as np

from pipeline.doctor.deviation import CLOSE_MV, Deviation, differs, said
from pipeline.doctor.kinetics import Curve, neuron
from pipeline.doctor.material import Material
from pipeline.doctor.membrane import conductances, kinetics, our_curves, threshold
from pipeline.doctor.projections import projections
from pipeline.doctor.subject import root
from pipeline.engine.apart import ExperimentError, apart
from pipeline.network.knobs import PaperModel

SAMPLES = 40
"""Times of a second at which the rate of T is looked up: four in each cycle of whisking."""


class NotComparableError(ValueError):
    """The network cannot be taken for one of this paper, said in one sentence."""


@dataclass(frozen=True)
class Comparison:
    """All deviations, which groups were taken for E, I and T, and the curves of the gates."""

    deviations: list[Deviation]
    groups: dict[str, str]
    curves: dict[str, dict[str, Curve]]
    """By population ('E', 'I', 'ours') and gate."""


def compare(found: Material, model: PaperModel) -> Comparison:
    """Return where the network of `found` deviates from `model`; raises NotComparableError.

    The larger group of conductance-based neurons is taken for E, the other for I, and what else drives E for T.
    """
    groups = _groups(found)
    base = {name: knob.value for name, knob in model.knobs.items()}
    neurons = {name: neuron(found.dynamics[groups[name].name], base["C"], base) for name in "EI"}
    deviations = [
        *_sizes(groups, model),
        *_input(found, groups["T"], model),
        *conductances(neurons, model),
        *kinetics(neurons, model),
        *threshold(found.dynamics, groups, model),
        *projections(found, {group.name: name for name, group in groups.items()}, model),
        *_steps(found, groups, model),
    ]
    curves = {name: theirs.curves for name, theirs in neurons.items()}
    labels = {name: found.subject.label(group) for name, group in groups.items()}
    return Comparison(deviations, labels, curves | {"ours": our_curves(model)})


def _groups(found: Material) -> dict[str, Any]:
    cortical = [found.group(name) for name, kind in found.kinds.items() if kind == "conductance"]
    if len(cortical) != 2:
        raise NotComparableError(
            f"To compare, two groups of conductance-based neurons are needed, for E and I; the network has "
            f"{len(cortical)}."
        )
    e, i = sorted(cortical, key=len, reverse=True)
    sources = {path.source.name: path.source for path in found.subject.pathways()
               if root(path.target) is e and root(path.source) not in (e, i)}  # fmt: skip
    if len(sources) != 1:
        raise NotComparableError(
            f"To compare, one group beside E ({found.subject.label(e)}) and I ({found.subject.label(i)}) must drive E, "
            f"for T; there are {len(sources)}."
        )
    return {"T": next(iter(sources.values())), "E": e, "I": i}


def _sizes(groups: dict[str, Any], model: PaperModel) -> list[Deviation]:
    return [
        Deviation(f"number of {name} neurons", f"{len(groups[name])}", f"{n}", why_not="sizes are compiled")
        for name, n in model.populations.items()
        if len(groups[name]) != n
    ]


def _input(found: Material, thalamus: Any, model: PaperModel) -> list[Deviation]:
    """Compare the rate of T, over neurons and time; and whether it follows the whisking cycle."""
    a_t, b_t = (model.knobs[name].value for name in ("A_T", "B_T"))
    rates, noise = None, 0.1
    if isinstance(thalamus, b2.PoissonGroup):
        with contextlib.suppress(ExperimentError):
            rates = apart(_rates, thalamus, dict(found.subject.namespace), cpu_s=20)
    elif found.seen and thalamus.name in found.seen.spiking:
        lasted_s = found.seen.end_s - found.seen.start_s
        rates = np.array([found.seen.spiking[thalamus.name].n / len(thalamus) / lasted_s])
        noise = 4 * math.sqrt(a_t / len(thalamus) / lasted_s)
    if rates is None:
        return [Deviation("rate of T", "unknown", "", why_not="its rates cannot be evaluated outside a run")]
    deviations, rate = [], float(rates.mean())
    if differs(rate, a_t, noise):
        deviations.append(Deviation("rate of T", said(rate, "spikes/s"), said(a_t, "spikes/s"), {"A_T": rate}))
    if len(rates) > 1 and not np.ptp(rates) and b_t > 0:
        deviations.append(Deviation("modulation of T by whisking", "none", f"{100 * b_t:.0f} % at 10 Hz", {"B_T": 0.0}))
    return deviations


def _rates(thalamus: b2.PoissonGroup, namespace: dict[str, Any]) -> np.ndarray:
    """Return the mean rate at SAMPLES times of the first second. It moves the clock: only for a forked process."""
    b2.prefs.codegen.target = "numpy"
    clock = thalamus.clock.variables["t"].get_value()
    found = []
    for t_s in (np.arange(SAMPLES) + 0.5) / SAMPLES:
        clock[...] = t_s
        view = thalamus.state("rates", use_units=False)
        found.append(float(np.mean(view.get_item(slice(None), namespace=namespace))))
    return np.array(found)


def _steps(found: Material, groups: dict[str, Any], model: PaperModel) -> list[Deviation]:
    """Compare initial potentials, step and method."""
    deviations = []
    low, high = (model.knobs[name].value for name in ("V_init_min", "V_init_max"))
    ends = {name: tuple(1e3 * v for v in found.starts_v[groups[name].name]) for name in "EI"}
    if any(abs(a - low) > CLOSE_MV or abs(b - high) > CLOSE_MV for a, b in ends.values()):
        text = "; ".join(f"{name}: {a:.4g} to {b:.4g} mV" for name, (a, b) in ends.items())
        knobs = dict(zip(("V_init_min", "V_init_max"), ends["E"], strict=True))
        deviations.append(Deviation("initial v", text, f"{low:g} to {high:g} mV", knobs))
    method, dt_ms = found.methods[groups["E"].name], float(groups["E"].clock.dt_) * 1e3
    text, ours = f"{method} at {dt_ms:.4g} ms", f"{model.dt_ms:g} ms, a method of its own"
    return [*deviations, Deviation("integrator", text, ours, why_not="it has no knob: see the verdict")]
