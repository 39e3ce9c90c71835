"""Spikes that arrive when they should, and not at the next step: the delay in whole steps, and what is left of it.

A spike is `spike_lag` later than the step that it stands at, and its delay is no whole number of steps. Brian2 delivers
it after whole ones; what it does in the step that follows is weighted by the time that is left (see integrator.py).
"""

from pipeline.library.integrator import late


def delay_in_steps(delay: str) -> str:
    """Return the expression to be given to `synapses.delay` for synapses whose code is that of `arrival`.

    `delay` is an expression for the time from a spike to what the synapse does, as 'd', or a variable of the synapses.
    What Brian2 delivers in a step acts on potentials from the next one on, hence one step less than the nearest number.
    """
    return f"dt*({_steps(delay)} - 1)"


def arrival(variable: str, jump: str, delay: str) -> str:
    """Return the code `on_pre` by which a spike adds `jump` to a `variable` of `spiking_neurons`, `delay` after it.

    Give `delay_in_steps` of the same delay to `synapses.delay`. The delay acts at its value, also between two steps and
    below one: it may be followed to second order in the step. Sources are `spiking_neurons` or `poisson_neurons`, which
    know when they fired; where one fires twice within the delay, both spikes have the lag of the second.
    """
    return (
        f"arriving = {jump}\n"
        f"{variable}_post += arriving\n"
        f"{late(variable)}_post += arriving*((spike_lag_pre + ({delay}))/dt - {_steps(delay)})"
    )


def _steps(delay: str) -> str:
    # a little less than a half: a delay between two steps, as 0.25 ms at 0.1 ms, is rounded alike in both expressions
    return f"clip(floor(({delay})/dt + 0.4999), 1, inf)"
