"""What Brian2 itself warned of, with what it means."""

import re

from pipeline.doctor.findings.finding import Finding
from pipeline.doctor.instruments.material import Material

MEANS = {
    "ignored_spikes": (
        "error",
        "spike times lie before the start of the run, so these spikes are never sent",
        "group.set_spikes(indices, times + net.t)    # times count from the beginning, not from the run's",
    ),
    "dependency_warning": ("error", "an object is switched off, since what it depends on is not in the network", ""),
    "only_threshold": ("warning", "a threshold without reset or refractoriness: a spike in each step above it", ""),
    "no_refractory": ("warning", "(unless refractory) has no effect without refractory=...", ""),
    "synapses_dt_mismatch": ("warning", "delays are rounded to the step of the source", ""),
}
"""By the kind of Brian2's warning: level, what it means for the network, what to write."""
PASSED_OVER = {"invalid_values", "unused_brian_object", "method_choice", "resolution_conflict"}
"""Said better by findings of the doctor, or harmless nearly always."""


def warned(found: Material) -> list[Finding]:
    """The warnings of Brian2's log, each once."""
    heard = [
        *(found.subject.witness.logged if found.subject.witness else ()),
        *(found.seen.logged if found.seen else ()),
    ]
    findings, told = [], set()
    for one in heard:
        key = one.kind, re.sub(r"[\d.]+", "#", one.says)  # of another run, at another time
        if one.kind in PASSED_OVER or key in told:
            continue
        told.add(key)
        level, means, instead = MEANS.get(one.kind, ("note", "", ""))
        findings.append(
            Finding(
                "brian_warns",
                level,
                f"Brian2 warns{': ' + means if means else ''}.",
                (one.says, f"line {one.line}" if one.line else ""),
                "Brian2's own words.",
                instead,
            )
        )
    return findings
