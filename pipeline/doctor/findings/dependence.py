"""Results that hang on the step though they are finite, and noise that is drawn anew in each step."""

import re

from pipeline.doctor.findings.finding import Finding
from pipeline.doctor.instruments.material import Material
from pipeline.doctor.instruments.witness import root

DRAWN = re.compile(r"\brandn?\(")
WHITE = "sigma*sqrt(2/tau)*xi"
"""Noise as a term of dv/dt of its own, beside (E - v)/tau; v then has the standard deviation sigma."""


def depends_on_step(found: Material) -> list[Finding]:
    """Groups whose rate changes with the step by more than chance."""
    findings = []
    for drift in found.drifts:
        if not drift.depends:
            continue
        label = found.label(drift.group)
        drawn = drawn_noise(found, drift.group)
        about = found.dynamics.get(drift.group)
        v = about.v if about is not None and about.v else "v"
        rates = ", ".join(
            f"{rate:.3g} ± {error:.2g} at {dt:.3g} ms"
            for rate, error, dt in zip(drift.rates_hz, drift.errors_hz, drift.dts_ms, strict=True)
        )
        if drawn:
            findings.append(
                Finding(
                    "noise_per_step",
                    "warning",
                    f"The noise of {label} hangs on the step: {drawn[0]} is drawn anew in each, and not scaled by "
                    "1/sqrt(dt).",
                    (f"spikes/s of {label}: {rates}", *drawn),
                    "Certain: the same network was run at three steps.",
                    f"d{v}/dt = ... + {WHITE}    # sigma in the unit of {v}: xi scales with the step by itself\n"
                    "# or randn()*sqrt(1*ms/dt) in place of randn(), for noise that has sigma at 1 ms",
                    "The variance of v is the same at every step.",
                )
            )
        else:
            findings.append(
                Finding(
                    "depends_on_step",
                    "warning",
                    f"The rate of {label} hangs on the step: {drift.rates_hz[0]:.3g} spikes/s at "
                    f"{drift.dts_ms[0]:.3g} ms, {drift.rates_hz[-1]:.3g} at {drift.dts_ms[-1]:.3g} ms.",
                    (f"spikes/s: {rates}", f"method {found.methods.get(drift.group, '?')}"),
                    "Certain: the same network was run at three steps.",
                    f"defaultclock.dt = {drift.dts_ms[-1]:.3g}*ms    # or smaller, until rates stay",
                    "Rates are those of the equations.",
                )
            )
    return findings


def _equations(found: Material, name: str) -> list[str]:
    group = found.group(name)
    equations = getattr(group, "user_equations", group.equations)
    return [f"{n} = {e.expr.code}" for n, e in equations.items() if e.expr is not None]


def drawn_noise(found: Material, name: str) -> list[str]:
    """Return the expressions of a group that draw a random number in each step, without the root of the step."""
    texts = _equations(found, name)
    for _, group, code in found.subject.operations():
        if root(group).name == name:
            texts += code.splitlines()
    return [text.strip() for text in dict.fromkeys(texts) if DRAWN.search(text) and not re.search(r"\bdt\b", text)]
