"""Units of the knob table. They decide what a program is given for a knob, so they are part of what measures."""

from types import MappingProxyType

UNITS = MappingProxyType(
    {
        "1": (1.0, "1"),
        "s": (1.0, "second"),
        "ms": (1e-3, "second"),
        "mV": (1e-3, "volt"),
        "uF/cm2": (1e-2, "farad/meter**2"),
        "mS/cm2": (10.0, "siemens/meter**2"),
        "mS ms/cm2": (1e-2, "siemens*second/meter**2"),
        "uA/cm2": (1e-2, "amp/meter**2"),
        "mV/(uA/cm2)": (0.1, "volt*meter**2/amp"),
        "1/ms": (1e3, "Hz"),
        "1/mV": (1e3, "1/volt"),
        "1/(ms mV)": (1e6, "Hz/volt"),
        "spikes/s": (1.0, "Hz"),
        "spikes/touch": (1.0, "1"),
    }
)
"""Each unit of the knob table: its factor to SI, in which the program takes its values, and what Brian2 calls that."""
