"""Every feature there is, as data: name, unit, definition with its source, label of an axis.

P and Q stand for names of populations, in names, definitions and labels.
"""

import math
from dataclasses import dataclass, field
from typing import Literal

from pipeline.measure.angles import ANGLE
from pipeline.measure.correlation import MAX_POPULATIONS

Kind = Literal["scalar", "count", "curve"]

Needs = Literal["population", "pair", "potential", "period", "events", "times"]
"""What a feature is of: each population, each pair, each watched population; events: those of a period, any, a list."""

WATCHED = "that of the variable"
"""Stands for the unit that a watched variable has."""


ANYTHING = (-math.inf, math.inf)
FASTEST = 10_000.0
"""Spikes/s that no neuron exceeds: one in 0.1 ms."""


@dataclass(frozen=True)
class Feature:
    """A feature of one network. The label names the axis of a figure, without the unit.

    `where`: a comparison of knobs without which it is undefined, see network/rules.py. `within`: what it is never
    beyond, whatever the network does, as no target of a fit may be. `pattern`: of which of PATTERNS it is, or what its
    like of other populations share, '' for nothing; `populations`: those that it is of; `own`: declared by a network.
    """

    name: str
    unit: str
    definition: str
    label: str
    kind: Kind
    where: str = field(default="", kw_only=True)
    within: tuple[float, float] = field(default=ANYTHING, kw_only=True)
    pattern: str = field(default="", kw_only=True)
    populations: tuple[str, ...] = field(default=(), kw_only=True)
    own: bool = field(default=False, kw_only=True)


@dataclass(frozen=True)
class Pattern(Feature):
    """A feature of any population P, or of any two, P and Q."""

    needs: Needs = "population"


_QUANTILES = tuple(
    Pattern(
        f"rate_P_{name}",
        "spikes/s",
        f"{text} of the rates of all single neurons of P, interpolated linearly (Hyndman and Fan 1996, type 7).",
        f"{label} rate of P",
        "scalar",
        within=(0, FASTEST),
    )
    for name, text, label in (
        ("quantile_0.1", "The 0.1 quantile", "0.1 quantile of the"),
        ("quantile_0.25", "The 0.25 quantile", "0.25 quantile of the"),
        ("median", "Median", "Median"),
        ("quantile_0.75", "The 0.75 quantile", "0.75 quantile of the"),
        ("quantile_0.9", "The 0.9 quantile", "0.9 quantile of the"),
    )
)

PATTERNS: tuple[Pattern, ...] = (
    Pattern(
        "rate_P",
        "spikes/s",
        "Spikes of P in the measured time, over its neurons and that time (Dayan and Abbott 2001, ch. 1).",
        "Rate of P",
        "scalar",
        within=(0, FASTEST),
    ),
    *_QUANTILES,
    Pattern(
        "rate_P_sd",
        "spikes/s",
        "Standard deviation of the rates of all single neurons of P (n below); None for one neuron.",
        "SD of rates in P",
        "scalar",
        within=(0, FASTEST),
    ),
    Pattern(
        "rate_P_fraction_silent",
        "1",
        "Part of the neurons of P without a spike in the measured time, so less the longer that is.",
        "Silent part of P",
        "scalar",
        within=(0, 1),
    ),
    *(
        Pattern(
            f"rate_P_{word.lower()}_active",
            "spikes/s",
            f"{word} rate of the neurons of P with at least one spike; None without one.",
            f"{word} rate of active P",
            "scalar",
            within=(0, FASTEST),
        )
        for word in ("Mean", "Median")
    ),
    Pattern(
        "n_active_P",
        "1",
        "Number of neurons of P with at least one spike in the measured time.",
        "Active neurons of P",
        "count",
    ),
    Pattern(
        "cv_P",
        "1",
        "Standard deviation (n below) over mean of the interspike intervals of a neuron, averaged over the neurons of "
        "P with at least 3 spikes (Softky and Koch 1993): 0 regular, 1 Poisson.",
        "CV of intervals in P",
        "scalar",
        within=(0, math.inf),
    ),
    Pattern(
        "cv_P_median",
        "1",
        "Median over the neurons of P with at least 3 spikes of the CV of interspike intervals (Softky and Koch 1993).",
        "Median CV of intervals in P",
        "scalar",
        within=(0, math.inf),
    ),
    Pattern(
        "n_cv_P",
        "1",
        "Number of neurons of P with at least 3 spikes, not all at one time: those that the CV is of.",
        "Neurons of P with a CV",
        "count",
    ),
    Pattern(
        "lv_P",
        "1",
        "Local variation: mean of 3 ((I_k - I_k+1)/(I_k + I_k+1))^2 over the successive interspike intervals I_k of a "
        "neuron, averaged over the neurons of P with at least 3 spikes (Shinomoto, Shima and Tanji 2003): 0 regular, "
        "1 Poisson, whatever the rate does slowly.",
        "Local variation in P",
        "scalar",
        within=(0, 3),
    ),
    Pattern(
        "burst_P",
        "1",
        "Part of the spikes of P in bursts, runs of at least 3 spikes of a neuron with every interval below 10 ms (a "
        "fixed threshold of interval and number, as the MaxInterval method reviewed by Cotterill et al. 2016; 10 ms is "
        "ours); None where no neuron has 3 spikes.",
        "Spikes of P in bursts",
        "scalar",
        within=(0, 1),
    ),
    Pattern(
        "fano_P",
        "1",
        "Variance (n - 1 below) over mean of the spike counts of a neuron in windows of 100 ms, averaged over the "
        "neurons of P that spike in them (Fano 1947; Nawrot et al. 2008): 1 Poisson; None below two windows or where "
        "no neuron spikes twice.",
        "Fano factor in P",
        "scalar",
        within=(0, math.inf),
    ),
    Pattern(
        "corr_P",
        "1",
        "Mean Pearson correlation of the spike counts in windows of 25 ms over all pairs of neurons of P whose counts "
        "are not constant (Cohen and Kohn 2011); None below two such neurons or below 3 windows.",
        "Count correlation in P",
        "scalar",
        within=(-1, 1),
    ),
    Pattern(
        "corr_P_Q",
        "1",
        "Mean Pearson correlation of the spike counts in windows of 25 ms over all pairs of a neuron of P and one of "
        f"Q (Cohen and Kohn 2011); measured among the first {MAX_POPULATIONS} populations, each pair once.",
        "Count correlation of P and Q",
        "scalar",
        "pair",
        within=(-1, 1),
    ),
    Pattern(
        "peak_frequency_P",
        "Hz",
        "Frequency of the highest peak in the power spectrum of the rate of P in sliding windows of 1 ms (Welch 1967; "
        "Hann windows of 0.5 s, or of a quarter of the measured time where that is less, half overlapping), above "
        "1/window and below 1000 Hz; None below 10 spikes or 0.2 s, and where no peak stands out: where a flat "
        "spectrum, or that of Poisson neurons, would have one as high with a probability of 0.01 or more (chi-square "
        "with the degrees of freedom of Percival and Walden 1993, sec. 6.17, Bonferroni over frequencies).",
        "Peak frequency of P",
        "scalar",
        within=(0, 1000),
    ),
    Pattern(
        "peak_power_P",
        "1",
        "Highest power up to 500 Hz in the spectrum of the rate of P in bins of 1 ms (Welch 1967; windows as of the "
        "peak frequency) over that of independent Poisson neurons of the same rate (Bair et al. 1994), which is 1, its "
        "own highest by chance about 2.3 in 2 s or less, 1.6 in 10 s and 1.1 in 200 s; neurons in step have up to "
        "their number, or more where they are regular; None below 10 spikes or 0.2 s.",
        "Peak power of P over Poisson",
        "scalar",
        within=(0, math.inf),
    ),
    Pattern(
        "chi_P",
        "1",
        "Synchrony: root of the variance over time of the mean membrane variable of P, over the mean of the variances "
        "of single neurons (Golomb and Rinzel 1993; Golomb 2007): 0 asynchronous, 1 in step; None below two neurons.",
        "Synchrony chi of P",
        "scalar",
        "potential",
        within=(0, 1),
    ),
    Pattern(
        "v_mean_P",
        WATCHED,
        "Membrane variable of P, averaged over neurons and the measured time.",
        "Mean membrane variable of P",
        "scalar",
        "potential",
    ),
    Pattern(
        "v_sd_P",
        WATCHED,
        "Standard deviation over the measured time of the membrane variable of a neuron of P: the root of the variance "
        "averaged over neurons, so spikes and resets are in it.",
        "SD in time of the membrane variable of P",
        "scalar",
        "potential",
        within=(0, math.inf),
    ),
    Pattern(
        "locking_P",
        "1",
        "Vector strength of the spikes of P in the whole periods T of the events: length of the mean of exp(i 2 pi "
        "t/T) (Goldberg and Brown 1969): 0 no locking, 1 all at one phase; None below 10 spikes, and of n spikes at "
        "random times about 0.9/sqrt(n).",
        "Vector strength of P",
        "scalar",
        "period",
        within=(0, 1),
    ),
    Pattern(
        "phase_P",
        ANGLE,
        "Phase that P prefers, the angle of the mean of exp(i 2 pi t/T) over its spikes (Goldberg and "
        "Brown 1969): 0 at the start of a period, at "
        "multiples of T from time 0, and between -pi and pi.",
        "Phase of P",
        "scalar",
        "period",
        within=(-math.pi, math.pi),
    ),
    Pattern(
        "psth_P",
        "spikes/s",
        "Rate of P over the period, from its start at multiples of it from time 0, in bins of 1 ms or as near as "
        "divides the period (Gerstein and Kiang 1960); None without a whole period in the measured time.",
        "Rate of P over the period",
        "curve",
        "period",
    ),
    Pattern(
        "psth_P",
        "spikes/s",
        "Rate of P from one window before to one after the events, in bins of 1 ms or as near as divides the window "
        "(Gerstein and Kiang 1960), averaged over the events whose two windows lie in the measured time, with none in "
        "the two windows before and the one after; None without such an event.",
        "Rate of P around events",
        "curve",
        "times",
    ),
    Pattern(
        "latency_P",
        "ms",
        "Time from an event to the peak of the response of P: centre of the bin of 1 ms with most spikes, the "
        "earliest of equals, in the window after the events that the response counts (Gutnisky et al. 2017); None "
        "where no bin has two spikes.",
        "Latency of P",
        "scalar",
        "events",
        within=(0, math.inf),
    ),
    Pattern(
        "response_P",
        "spikes/event",
        "Spikes of a neuron of P in the window after an event minus those in the window before (Gutnisky et al. 2017), "
        "averaged over the events whose two windows lie in the measured time, with none in the two windows before and "
        "the one after; None without such an event, as with a period below two windows.",
        "Response of P",
        "scalar",
        "events",
    ),
)
