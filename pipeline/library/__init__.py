"""What a Brian2 script may use beside Brian2: an integrator, neurons, delays and trains that are exact at large steps.

Import it in a script of your own: `from pipeline.library import spiking_neurons`. It works in plain Brian2, too.
"""

from pipeline.library.arrivals import poisson_neurons
from pipeline.library.delays import arrival, delay_in_steps
from pipeline.library.functions import exponential, linoid
from pipeline.library.spiking import spiking_neurons

__all__ = ["arrival", "delay_in_steps", "exponential", "linoid", "poisson_neurons", "spiking_neurons"]
