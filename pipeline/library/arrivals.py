"""Poisson trains of any rate that are the same whatever the step and the rest of the network.

A neuron fires whenever the mean number of spikes since t = 0, which its equations give, passes the next of its own
unit-rate Poisson arrivals. A counter-based generator draws these from (seed, group, neuron, spike number), so runs with
the same seed share their randomness whatever their numbers are: that is what makes differences between them sharp.
"""

import re
import zlib
from typing import Any

import brian2 as b2
import numpy as np
from brian2.core.functions import Function
from brian2.equations.equations import SUBEXPRESSION, Expression, SingleEquation

from pipeline.network.adopted import LAG

_ARRIVAL_CPP = """
#ifndef SEED_OF_INPUT
#define SEED_OF_INPUT seed
#endif
static inline double unit_arrival(const int64_t seed, const int64_t stream, const int64_t neuron, const int64_t number)
{
    // splitmix64 finalizer over a counter made of the four arguments (Steele, Lea & Flood 2014)
    uint64_t z = (uint64_t)(int64_t)(SEED_OF_INPUT) * 0x9E3779B97F4A7C15ULL + (uint64_t)neuron * 0xD1B54A32D192ED03ULL
               + (uint64_t)number * 0x8CB92BA72F3D8DD7ULL + (uint64_t)stream * 0x2545F4914F6CDD1DULL;
    for (int round = 0; round < 2; round++) {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
        z ^= z >> 31;
        z += 0x9E3779B97F4A7C15ULL;
    }
    return -log(((z >> 11) + 0.5L) * (1.0L / 9007199254740992.0L));
}
"""
"""A draw from the exponential distribution of mean 1, fixed by its arguments. A program that has a seed of its own for
the random numbers of a run defines SEED_OF_INPUT. Literals end in L, so that they are double whatever the flags."""

given_seed: int | None = None
"""With Brian2's runtime target what SEED_OF_INPUT is in a program."""


@np.errstate(over="ignore")
def _arrival(seed: int, stream: int, neuron: np.ndarray, number: np.ndarray) -> np.ndarray:
    def whole(value: int | np.ndarray) -> Any:
        return np.asarray(value).astype(np.int64).astype(np.uint64)

    z: Any = (
        whole(seed if given_seed is None else given_seed) * np.uint64(0x9E3779B97F4A7C15)
        + whole(neuron) * np.uint64(0xD1B54A32D192ED03)
        + whole(number) * np.uint64(0x8CB92BA72F3D8DD7)
        + whole(stream) * np.uint64(0x2545F4914F6CDD1D)
    )
    for _ in range(2):
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        z = (z ^ (z >> np.uint64(31))) + np.uint64(0x9E3779B97F4A7C15)
    draws: np.ndarray = -np.log(((z >> np.uint64(11)) + 0.5) / 2**53)
    return draws


_unit_arrival = Function(_arrival, arg_units=[1] * 4, return_unit=1, arg_types=["integer"] * 4, return_type="float")
_unit_arrival.implementations.add_implementation("cpp", _ARRIVAL_CPP, name="unit_arrival")

_OWN = f"""
next_arrival : 1
spike_number : integer
{LAG} : second
"""

_EARLIER = {"at_begin": "(t - dt)", "at_middle": "(t - dt/2)"}
"""By name, what `t` is for the begin of a step and for its middle; with t + dt/2 for the time, t is for its end."""

_LEAST = 1e-12
"""Mean number of spikes that is none."""


def poisson_neurons(n: int, model: str, expected: str = "expected", *, seed: int = 1, name: str) -> b2.NeuronGroup:
    """Return `n` neurons that fire Poisson trains; `model` gives `expected`, the mean number of spikes since t = 0.

    That is the integral of the rate: 'expected = rate*t : 1' is a constant one. A neuron fires once a step at most, so
    its rate must be well below 1/dt. A step stands for the spikes within dt/2 of its t, so write t + dt/2 for the time.
    `seed` counts where the script runs by itself; in a sweep or a fit the point's seed_input takes its place. State
    variables are double precision: a single-precision clock would drift. ValueError where `expected` depends on a
    differential equation.
    A spike was `spike_lag` later than its step: there `expected`, taken as a line from the step's begin to its middle,
    which is a multiple of the step, and another to its end, passed the arrival.
    """
    stream = zlib.crc32(name.encode())
    equations = b2.Equations(model)
    if integrated := _integrated(equations, expected):
        raise ValueError(
            f"poisson_neurons: {expected} depends on {integrated}, which is integrated, and so is not known within a "
            "step; write it as a function of t"
        )
    group = b2.NeuronGroup(
        n,
        equations + _earlier(equations) + b2.Equations(_OWN),
        threshold=f"{expected} > next_arrival",
        reset=f"""
first_half = (next_arrival - {expected}_at_middle)/({expected}_at_middle - {expected}_at_begin + {_LEAST})
second_half = (next_arrival - {expected}_at_middle)/({expected} - {expected}_at_middle + {_LEAST})
{LAG} = dt/2*clip(first_half*int(first_half < 0) + second_half*int(second_half > 0), -3, 1)
spike_number += 1
next_arrival += unit_arrival({seed}, {stream}, i, spike_number)""",
        namespace={"unit_arrival": _unit_arrival},
        dtype=float,
        name=name,
    )
    # before monitors and synapses, which read when the spike was: these come with the next whole number
    group.resetter["spike"].when, group.resetter["spike"].order = "thresholds", group.thresholder["spike"].order + 0.5
    group.next_arrival = f"unit_arrival({seed}, {stream}, i, 0)"
    return group


def _integrated(equations: b2.Equations, name: str) -> str | None:
    """Return a variable with a differential equation that `name` is or depends on, None where there is none."""
    one = equations.get(name)
    if one is None or one.expr is None:
        return None
    if one.type != SUBEXPRESSION:
        return name
    found = (_integrated(equations, other) for other in one.identifiers - {name})
    return next((other for other in found if other), None)


def _earlier(equations: b2.Equations) -> b2.Equations:
    """Return the subexpressions of equations as they were earlier in a step, under names of their own."""
    given = [one for one in equations.values() if one.type == SUBEXPRESSION]
    found = []
    for when, t in _EARLIER.items():
        names = {one.varname: f"{one.varname}_{when}" for one in given} | {"t": t}
        for one in given:
            parts = re.split(r"\b([A-Za-z_]\w*)\b", one.expr.code)
            code = "".join(names.get(part, part) for part in parts)
            flags = [flag for flag in one.flags if flag != "constant over dt"]  # needed where there are spikes alone
            about = (names[one.varname], one.dim, one.var_type, Expression(code), flags)
            found.append(SingleEquation(SUBEXPRESSION, *about))
    return b2.Equations(found)
