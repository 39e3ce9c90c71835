"""Results that depend on the step although they are finite: the same network at dt, dt/2 and dt/4, rates compared."""

import contextlib
from dataclasses import dataclass, replace

import brian2 as b2
import numpy as np

from pipeline.doctor.instruments.subject import RUN, Subject, fresh_network, refine
from pipeline.engine.apart import Experiment, ExperimentError

FACTORS = (1, 2, 4)
FAR = 0.2
"""The relative change of a rate that counts, if chance does not explain it."""
SEEDS = 1, 2
SURE = 4.0
"""Standard errors."""


@dataclass(frozen=True)
class Drift:
    """Rates of a group at three steps."""

    group: str
    dts_ms: tuple[float, ...]
    rates_hz: tuple[float, ...]
    errors_hz: tuple[float, ...]
    again_hz: tuple[tuple[float, ...], ...] = ((), ())
    """At the largest and at the least step, with other random numbers."""

    @property
    def depends(self) -> bool:
        """Both finer steps change the rate the same way, by more than chance and by more than a fifth."""
        coarse, fine = (self.rates_hz[0], *self.again_hz[0]), (self.rates_hz[-1], *self.again_hz[-1])
        return self.differs and (max(coarse) < min(fine) or max(fine) < min(coarse))

    @property
    def differs(self) -> bool:
        """The same with one set of random numbers; neurons that burst together tell little of chance."""
        first, *finer = self.rates_hz
        ways = {np.sign(rate - first) for rate in finer}
        size = max(first, *finer)
        far = all(
            abs(rate - first) > max(FAR * size, SURE * np.hypot(error, self.errors_hz[0]))
            for rate, error in zip(finer, self.errors_hz[1:], strict=True)
        )
        return len(ways) == 1 and far


def _counts(
    subject: Subject, duration_s: float, factor: int, seed: int | None = None
) -> tuple[float, dict[str, np.ndarray]]:
    refine(subject, factor)
    if seed is not None:
        b2.seed(seed)
    monitors = [b2.SpikeMonitor(group, record=False) for group in _spiking(subject)]
    network = fresh_network(subject, *monitors)
    RUN(network, duration_s * b2.second, namespace=dict(subject.namespace))
    counts = {group.name: np.array(m.count[:]) for group, m in zip(_spiking(subject), monitors, strict=True)}
    return subject.dt_s * 1e3, counts


def _spiking(subject: Subject) -> list[b2.NeuronGroup]:
    return [group for group in subject.neurons if "spike" in group.events]


def drifts(subject: Subject, duration_s: float, cpu_s: float) -> list[Drift]:
    """Return the rates of all groups with a threshold over `duration_s`; nothing where a run took more than `cpu_s`."""
    if not _spiking(subject):
        return []
    running = [Experiment(_counts, subject, duration_s, factor, cpu_s=cpu_s) for factor in FACTORS]
    runs: list[tuple[float, dict[str, np.ndarray]]] = []
    for one in running:
        try:
            runs.append(one.result())
        except ExperimentError:
            continue
    if len(runs) < len(FACTORS):
        return []
    found = []
    for name in runs[0][1]:
        rates = [counts[name] / duration_s for _, counts in runs]
        errors = [_error(counts[name], duration_s) for _, counts in runs]
        dts = tuple(dt for dt, _ in runs)
        found.append(Drift(name, dts, tuple(float(r.mean()) for r in rates), tuple(errors)))
    return _tried_again(found, subject, duration_s, cpu_s) if any(drift.differs for drift in found) else found


def _tried_again(found: list[Drift], subject: Subject, duration_s: float, cpu_s: float) -> list[Drift]:
    """Return the same, with the rates at the largest and the least step that other random numbers make."""
    ends = FACTORS[0], FACTORS[-1]
    running = [(f, Experiment(_counts, subject, duration_s, f, seed, cpu_s=cpu_s)) for seed in SEEDS for f in ends]
    again: dict[int, list[dict[str, np.ndarray]]] = {factor: [] for factor in ends}
    for factor, one in running:
        with contextlib.suppress(ExperimentError):  # then the first runs have to do
            again[factor].append(one.result()[1])
    return [
        replace(
            drift,
            again_hz=tuple(
                tuple(float(counts[drift.group].mean() / duration_s) for counts in again[factor]) for factor in ends
            ),
        )
        for drift in found
    ]


def _error(counts: np.ndarray, duration_s: float) -> float:
    """Return the standard error of a mean rate (spikes/s); neurons that all do the same are one sample."""
    alike = bool(np.ptp(counts) == 0)
    samples = 1 if alike else len(counts)
    return float(max(counts.std() / np.sqrt(samples), 0.5 / np.sqrt(samples)) / duration_s)
