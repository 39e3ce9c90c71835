"""Delays that are right on average where they do not fall on a step."""


def delay_on_average(delay: str) -> str:
    """Return the expression of the delay of synapses between `spiking_neurons`, to be given to `synapses.delay`.

    `delay` is an expression for the time from the crossing of the threshold to what the synapse does, as 'd' or
    '0.5*ms + rand()*ms'. A spike of step t acts on potentials from the next step on, hence one step less. A delay
    between two steps is drawn synapse by synapse so that its mean is right; on a step all are equal; one below the
    step acts as a step.
    """
    return f"dt*clip(floor(({delay})/dt + 1e-6 + (1 - 2e-6)*rand()) - 1, 0, inf)"
