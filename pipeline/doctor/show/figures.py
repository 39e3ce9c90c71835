"""Pictures of a diagnosis: the potential that explodes with its terms, events against v, stability, after the fix."""

import numpy as np
from matplotlib.figure import Figure

from pipeline.doctor.instruments.material import Material
from pipeline.doctor.instruments.observation import Observation
from pipeline.doctor.instruments.stability import POLYNOMIALS, growth

COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000")
LAST_STEPS = 200


def trajectory(found: Material) -> Figure | None:
    """Draw v of the neuron in trouble and the terms of dv/dt, up to the last finite step."""
    seen = found.seen
    trouble = (seen.not_finite or seen.beyond) if seen else None
    about = found.dynamics.get(trouble.group) if trouble else None
    if seen is None or trouble is None or about is None or about.v is None or about.v not in seen.history:
        return None
    names = [n for n in about.states if n in seen.history]
    finite = np.isfinite(np.vstack([seen.history[n] for n in names])).all(axis=0)
    good = np.nonzero(finite)[0][-LAST_STEPS:]
    if len(good) < 2:
        return None
    t_ms = seen.history["t"][good] * 1e3
    v_mv = seen.history[about.v][good] * 1e3
    drawn = Figure(figsize=(8, 5.5), layout="constrained")
    above, below = drawn.subplots(2, 1, sharex=True)
    above.plot(t_ms, v_mv, color=COLOURS[0], marker="." if len(good) < 60 else None)
    low, high = found.bounds[trouble.group].get(about.v, (-np.inf, np.inf))
    for bound in (low, high):
        if v_mv.min() - 100 < bound * 1e3 < v_mv.max() + 100:
            above.axhline(bound * 1e3, color="0.6", linestyle=":")
    above.set_ylim(max(v_mv.min(), -400) - 20, min(v_mv.max(), 400) + 20)
    above.set_ylabel(f"{about.v} of {found.label(trouble.group)}[{trouble.neuron}] (mV)")
    above.set_title(
        f"{', '.join(trouble.variables)} {'not finite' if seen.not_finite else 'out of bounds'} at "
        f"{trouble.t_s * 1e3:.4g} ms (dotted: bounds of the equations)"
    )
    values = about.now(np.full(len(good), trouble.neuron)) | {
        n: seen.history[n][good] for n in seen.history if n != "t"
    }
    values["t"] = seen.history["t"][good]
    sizes = {}
    for term in about.terms(about.v):
        sizes[term] = np.broadcast_to(about.evaluate(term, dict(values)), t_ms.shape)
    ranked = sorted(sizes, key=lambda term: -np.nanmax(np.abs(sizes[term])))[:6]
    for term, colour in zip(ranked, COLOURS, strict=False):
        below.plot(t_ms, sizes[term], color=colour, label=term if len(term) < 60 else term[:57] + "...")
    below.set_yscale("symlog", linthresh=1.0)
    below.set_ylim(-1e6, 1e6)
    below.set_xlabel("time (ms)")
    below.set_ylabel("terms of dv/dt (V/s)")
    below.legend(fontsize=7, loc="upper left")
    return drawn


def events(found: Material) -> Figure | None:
    """Draw how far one event of each projection moves v, against the postsynaptic potential."""
    good = [e for e in found.events if e.why_not is None]
    if not good:
        return None
    drawn = Figure(figsize=(8, 4.5), layout="constrained")
    axes = drawn.subplots()
    for event, colour in zip(good, [*COLOURS, *COLOURS], strict=False):
        label = f"{event.synapses}: {event.source} to {event.target}" + (" (wrong sign)" if event.repels else "")
        line = "-" if event.repels else "--"
        axes.plot(event.v_post * 1e3, event.effect_v * 1e3, line, color=colour, label=label)
        if event.zero_v is not None:
            axes.plot(event.zero_v * 1e3, 0, "x" if event.repels else "o", color=colour)
    axes.axhline(0, color="0.6", linewidth=0.8)
    axes.axvline(good[0].rest_v * 1e3, color="0.6", linestyle=":", linewidth=0.8)
    axes.set_xlabel("postsynaptic potential (mV); dotted: rest")
    axes.set_ylabel("one event moves v by (mV)")
    axes.set_title("Circle: reversal potential that attracts; cross: one that repels")
    axes.legend(fontsize=7)
    return drawn


def stability(found: Material) -> Figure | None:
    """Draw the stability region of each group's method with the eigenvalues of its spike times dt, and the trial."""
    shown = [s for s in found.stability.values() if s.method in POLYNOMIALS]
    if not shown:
        return None
    drawn = Figure(figsize=(9, 3.6 * len(shown)), layout="constrained")
    grid = drawn.subplots(len(shown), 2, squeeze=False)
    for s, (plane, trace) in zip(shown, grid, strict=True):
        z = s.eigenvalues * s.dt_s
        decaying = z[z.real < 0]
        left = min(-4.0, 1.1 * decaying.real.min()) if len(decaying) else -4.0
        x, y = np.meshgrid(np.linspace(left, 1, 300), np.linspace(-3.5, 3.5, 200))
        plane.contourf(x, y, growth(s.method, x + 1j * y) <= 1, levels=[0.5, 1.5], colors=["#cfe6f5"])
        inside = growth(s.method, decaying) <= 1
        plane.plot(decaying.real[inside], decaying.imag[inside], ".", color=COLOURS[0], markersize=3, label="decays")
        plane.plot(
            decaying.real[~inside],
            decaying.imag[~inside],
            ".",
            color=COLOURS[1],
            markersize=3,
            label="grows in the integrator",
        )
        plane.set_xlabel("real part of eigenvalue x dt")
        plane.set_ylabel("imaginary part")
        plane.set_title(f"{found.label(s.group)}: {s.method} at {s.dt_s * 1e3:.4g} ms", fontsize=9)
        plane.legend(fontsize=7, loc="upper left")
        t_ms, v = s.v_fine[0] * 1e3, s.v_fine[1] * 1e3
        trace.plot(t_ms, v, color=COLOURS[0], label="finely resolved")
        if len(s.v_user) > 1:
            seen_v = np.clip(s.v_user * 1e3, -300, 300)
            trace.plot(
                s.t_s[: len(seen_v)] * 1e3, seen_v, ".-", color=COLOURS[1], label=f"{s.method} at {s.dt_s * 1e3:.4g} ms"
            )
        trace.set_xlabel("time (ms)" if len(np.unique(t_ms)) > 1 else "")
        trace.set_ylabel("v of a free neuron (mV)")
        trace.set_ylim(max(-310, min(v.min(), -100) - 10), min(310, max(v.max(), 40) + 30))
        trace.legend(fontsize=7)
    return drawn


def after(found: Material, fixed: Observation | None) -> Figure | None:
    """Draw v of one neuron of each group as it was, and with the proposed fixes."""
    seen = found.seen
    if seen is None or fixed is None:
        return None
    names = [n for n in fixed.trace if len(fixed.trace[n]["v"])]
    if not names:
        return None
    drawn = Figure(figsize=(8, 2.6 * len(names)), layout="constrained")
    grid = drawn.subplots(len(names), 1, squeeze=False, sharex=True)[:, 0]
    for name, axes in zip(names, grid, strict=True):
        before, now = seen.trace[name], fixed.trace[name]
        axes.plot(now["t"] * 1e3, now["v"] * 1e3, color=COLOURS[2], label="with the fixes")
        axes.plot(before["t"] * 1e3, np.clip(before["v"] * 1e3, -400, 400), color=COLOURS[1], label="as it was")
        axes.set_ylabel(f"v of {found.label(name)} (mV)")
        axes.set_xlim(0, (fixed.end_s) * 1e3)
        low, high = float(np.nanmin(now["v"])) * 1e3, float(np.nanmax(now["v"])) * 1e3
        axes.set_ylim(min(low, -100) - 60, max(high, 20) + 30)
        axes.legend(fontsize=7, loc="upper right")
    grid[-1].set_xlabel("time (ms)")
    return drawn
