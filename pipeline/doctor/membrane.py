"""A user's neurons against ours: conductances, kinetics, the potential of a spike."""

from typing import Any

import numpy as np

from pipeline.doctor.deviation import CLOSE_MV, Deviation, both, differs, said
from pipeline.doctor.dynamics import Dynamics
from pipeline.doctor.kinetics import GATES, V_MV, Curve, Neuron, linoid
from pipeline.network.knobs import PaperModel

SHARED = ("gNa", "gK", "VL", "VNa", "VK")
OWN = ("gL", "gKz", "I_ext")
"""Of a neuron: knobs that the model has once, and once a population."""

NO_FORM = "its rates are not of the model's form"


def conductances(neurons: dict[str, Neuron], model: PaperModel) -> list[Deviation]:
    """Compare conductances, reversal potentials and constant current; name what is none of the model's."""
    found = []
    for name in SHARED:
        knob = model.knobs[name]
        theirs = {population: one.knobs[name] for population, one in neurons.items() if name in one.knobs}
        least = CLOSE_MV if knob.unit == "mV" else 1e-3
        if any(differs(value, knob.value, least) for value in theirs.values()):
            found.append(both(knob.about, {p: {name: value} for p, value in theirs.items()}, {name: knob}))
    for name in OWN:
        for population, one in neurons.items():
            own = f"{name}_{population}"
            knob = model.knobs[own]
            if name in one.knobs and differs(one.knobs[name], knob.value, 0.05 if name == "I_ext" else 1e-3):
                value = one.knobs[name]
                found.append(Deviation(knob.about, said(value, knob.unit), said(knob.value, knob.unit), {own: value}))
    for population, one in neurons.items():
        found += [Deviation(f"neuron of {population}", text, "", why_not="no knob does that") for text in one.strange]
    return found


def our_curves(model: PaperModel) -> dict[str, Curve]:
    """Return the gates of the model."""
    k = {name: knob.value for name, knob in model.knobs.items()}
    v = V_MV

    def rise(gate: str) -> np.ndarray:
        slope = k[f"k_alpha_{gate}"]
        return k[f"a_alpha_{gate}"] * slope * linoid((v - k[f"V_alpha_{gate}"]) / slope)

    def fall(gate: str, name: str) -> np.ndarray:
        return k[f"a_{name}_{gate}"] * np.exp(-(v - k[f"V_{name}_{gate}"]) / k[f"k_{name}_{gate}"])

    rates = {
        "m": (rise("m"), fall("m", "beta")),
        "h": (fall("h", "alpha"), k["a_beta_h"] / (1 + np.exp(-(v - k["V_beta_h"]) / k["k_beta_h"]))),
        "n": (rise("n"), fall("n", "beta")),
    }
    curves = {
        gate: Curve(up / (up + down), None if gate == "m" else 1 / (k["phi"] * (up + down)))
        for gate, (up, down) in rates.items()
    }
    steady = 1 / (1 + np.exp(-k["s_z"] * (v - k["V_z"])))
    return curves | {"z": Curve(steady, np.full(len(v), k["tau_z"]))}


def kinetics(neurons: dict[str, Neuron], model: PaperModel) -> list[Deviation]:
    """Compare the gates; what the model can take on is one deviation, since gates act together."""
    own = our_curves(model)
    theirs_said, ours_said, strange = [], [], []
    knobs: dict[str, float] = {}
    for gate in GATES:
        if gate == "z" and all(one.knobs["gKz"] == 0 for one in neurons.values()):
            continue
        off = {p: one.curves[gate] for p, one in neurons.items() if gate in one.curves}
        off = {p: curve for p, curve in off.items() if _far(curve, own[gate])}
        if not off:
            continue
        population, curve = next(iter(off.items()))
        mine = {name: x for name, x in neurons[population].knobs.items() if _belongs(name, gate)}
        where = f"{gate} in {population}" if len(off) < len(neurons) or _far(*off.values()) else gate
        if not mine:
            strange.append(Deviation(f"kinetics of {where}", _curve(curve), _curve(own[gate]), why_not=NO_FORM))
            continue
        knobs |= mine
        theirs_said.append(f"{where} {_curve(curve)}")
        ours_said.append(f"{gate} {_curve(own[gate])}")
    if knobs:
        strange.append(Deviation("kinetics of the gates", "; ".join(theirs_said), "; ".join(ours_said), knobs))
    return strange


def _belongs(knob: str, gate: str) -> bool:
    return knob.endswith(f"_{gate}") and knob.split("_")[0] in ("a", "V", "k", "s", "tau")


def _far(a: Curve, b: Curve) -> bool:
    """Tell whether two gates differ by 0.01 somewhere in their steady state, or by 5 % in speed where they move."""
    if np.nanmax(np.abs(a.steady - b.steady)) > 0.01:
        return True
    if a.tau_ms is None or b.tau_ms is None:
        return (a.tau_ms is None) != (b.tau_ms is None)
    return bool(np.nanmax(np.abs(a.tau_ms / b.tau_ms - 1)) > 0.05)


def _curve(curve: Curve) -> str:
    text = f"half open at {curve.half_mv:.1f} mV"
    if curve.tau_ms is None:
        return text
    at = float(np.interp(-60, V_MV, curve.tau_ms))
    return f"{text}, time constant at -60 mV {at:.3g} ms, at most {np.nanmax(curve.tau_ms):.3g} ms"


def threshold(dynamics: dict[str, Dynamics], groups: dict[str, Any], model: PaperModel) -> list[Deviation]:
    """Compare the potential from which a threshold holds."""
    theirs = {}
    for population in "EI":
        about = dynamics[groups[population].name]
        v = np.linspace(-0.09, 0.05, 1401) + 1e-6
        values = about.now(np.zeros(len(v), int)) | {about.potential: v}
        passes = np.broadcast_to(about.evaluate(groups[population].events.get("spike", "False"), values), v.shape)
        if passes.any():
            theirs[population] = {"V_spike": float(round(1e3 * v[np.argmax(passes)], 1))}
    knob = model.knobs["V_spike"]
    if not any(abs(one["V_spike"] - knob.value) > CLOSE_MV for one in theirs.values()):
        return []
    off = both(knob.about, theirs, {"V_spike": knob})
    v_spike = off.knobs["V_spike"]
    rearmed = {"V_rearm": min(model.knobs["V_rearm"].value, v_spike)}
    return [Deviation("potential of a spike", off.theirs, off.ours, {**off.knobs, **rearmed})]
