"""Results that hang on the step though they are finite, and noise that is drawn anew in each step."""

import re

from brian2.utils.stringtools import get_identifiers

from pipeline.doctor.findings.finding import Finding
from pipeline.doctor.instruments.halving import Drift
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
                    (f"spikes/s: {rates}", *_again(drift), f"method {found.methods.get(drift.group, '?')}"),
                    "Certain: the same network was run at three steps.",
                    f"defaultclock.dt = {drift.dts_ms[-1]:.3g}*ms    # or smaller, until rates stay",
                    "Rates are those of the equations.",
                )
            )
    return findings


def _again(drift: Drift) -> list[str]:
    """Return what other random numbers made at the largest and the least step."""
    ends = zip((drift.dts_ms[0], drift.dts_ms[-1]), drift.again_hz, strict=True)
    said = [f"{', '.join(f'{rate:.3g}' for rate in rates)} at {dt:.3g} ms" for dt, rates in ends if rates]
    return [f"with other random numbers: {' and '.join(said)}"] if said else []


def held_noise(found: Material) -> list[Finding]:
    """Noise that is drawn anew in each step and integrated as it is, in groups of which no spikes were counted."""
    findings = []
    for name, about in found.dynamics.items():
        group = found.group(name)
        drawn = [text for text in drawn_noise(found, name) if "randn(" in text and _each_step(found, name, text)]
        moved = [text.partition("=")[0].strip() for text in drawn]
        reads = {n for state in about.states for n in about.reads(about.expressions[state])}
        counted = any(drift.group == name and any(drift.rates_hz) for drift in found.drifts)
        if counted or ("spike" in group.events and name not in found.quiet) or not set(moved) & reads:
            continue
        text = next(text for text, variable in zip(drawn, moved, strict=True) if variable in reads)
        label = found.label(name)
        findings.append(
            Finding(
                "noise_per_step",
                "warning",
                f"The noise of {label} hangs on the step: {text} is drawn anew in each, and not scaled by 1/sqrt(dt).",
                (found.subject.place(group), *drawn),
                "Certain: a number that is held for a step and integrated has a variance that grows with the step.",
                f"d.../dt = ... + {WHITE}    # xi scales with the step by itself\n"
                "# or randn()*sqrt(1*ms/dt) in place of randn(), for noise that has its size at 1 ms",
                "The variance is the same at every step.",
            )
        )
    return findings


def _each_step(found: Material, name: str, text: str) -> bool:
    """Tell whether an expression is evaluated in each step, and does not go on from its own last value."""
    variable, _, value = text.partition("=")
    if variable.strip() in found.dynamics[name].states and text in _equations(found, name):
        return True
    own = [runner for runner, group, code in found.subject.operations() if root(group).name == name and text in code]
    slow = any(float(one.clock.dt_) > 1.01 * float(found.group(name).clock.dt_) for one in own)
    return not slow and variable.strip() not in get_identifiers(value) and variable.strip()[-1:] not in "+-*/"


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
