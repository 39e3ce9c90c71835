"""The network at one point as a plain Brian2 script: no compiled program, no integrator of ours, one file.

To start from, to read, and for the doctor to examine where a point diverges. Same equations and statistics; connections
and thalamic spikes are drawn anew by Brian2, the step is one that Brian2's method allows.
"""

import re
from collections.abc import Mapping

from pipeline.network.equations import HALORHODOPSIN, I_HALO, NEURON, POTENTIALS, SOURCES, STEADY_GATES, TRANSMITTER
from pipeline.network.knobs import PaperModel

METHOD, DT_MS = "exponential_euler", 0.02
"""Brian2's own, and a step at which rates are right within a few per cent (docs/work_precision.png)."""

BRIAN_UNITS = {
    "ms": "ms", "s": "second", "mV": "mV", "1": "1", "spikes/s": "Hz", "spikes/touch": "1", "uF/cm2": "uF/cm**2",
    "mS/cm2": "msiemens/cm**2", "mS ms/cm2": "msiemens*ms/cm**2", "uA/cm2": "uA/cm**2", "1/ms": "1/ms",
    "1/mV": "1/mV", "1/(ms mV)": "1/(ms*mV)", "mV/(uA/cm2)": "mV/(uA/cm**2)",
}  # fmt: skip
"""Units of the knob table as Brian2 code."""

RUN = ("duration", "transient", "seed_network", "seed_input", "V_rearm", "V_spike", "V_init_min", "V_init_max")

RATES = """(C_T/tau_c*int(t % T_w >= t_c)*int(t % T_w < t_c + tau_c)
  + A_rest*int(t % episode < t_rest)
  + (A_rest + (A_T - A_rest)*(t % episode - t_rest)/(t_rise + 1e-9*second))
    *int(t % episode >= t_rest)*int(t % episode < onset)
  + A_T*(1 + B_T*cos(2*pi*t/T_w))*int(t % episode >= onset))"""
"""Rate of a thalamic neuron; see thalamus.py."""


def script(values: Mapping[str, float], model: PaperModel, title: str) -> str:
    """Return the script of the network at the knobs `values`; it runs for the point's transient and duration."""
    equations = re.sub(r"linoid\(\(", "1/exprel(-(", NEURON)
    equations = equations.replace("beta_m) : 1", "beta_m) : 1 (constant over dt)")
    lines = [
        f'"""{title}',
        "",
        "The network of Gutnisky et al. (2017), PLoS Comput Biol 13(6): e1005576, in plain Brian2.",
        '"""',
        "",
        "from brian2 import *",
        "",
        f"defaultclock.dt = {DT_MS}*ms",
        f"seed({int(values['seed_network'])})",
        "",
        *_constants(values, model),
        "onset = t_rest + t_rise",
        "episode = onset + t_whisk",
        "",
        f"NEURON = '''{equations}'''",
        "",
        f"T = PoissonGroup({model.populations['T']}, rates='''{RATES}''')",
    ]
    for name in POTENTIALS:
        lines += ["", *_population(name, values, model)]
    for post, sources in SOURCES.items():
        for pre in sources:
            lines += ["", *_projection(post, pre)]
    seconds = values["transient"] + values["duration"]
    return "\n".join(
        [
            *lines,
            "",
            "spikes_T, spikes_E, spikes_I = (SpikeMonitor(group) for group in (T, E, I))",
            f"run({seconds!r}*second)",
            "for name, group, spikes in (('T', T, spikes_T), ('E', E, spikes_E), ('I', I, spikes_I)):",
            f"    n = sum(spikes.t >= {values['transient']!r}*second)",
            f"    print(f'{{name}}: {{n/len(group)/{values['duration']!r}:.3g}} spikes/s')",
            "",
        ]
    )


PAIRWISE = ("g_", "K_", "delay_")
"""Beginnings of the names of knobs of a projection."""


def _constants(values: Mapping[str, float], model: PaperModel) -> list[str]:
    """Return the lines of the knobs that both populations have, of projections, and of the input."""
    return [
        f"{name} = {values[name]!r}*{BRIAN_UNITS[knob.unit]}"
        for name, knob in model.knobs.items()
        if name not in RUN and (len(knob.sets) > 1 or knob.sets[0].startswith("T.") or name.startswith(PAIRWISE))
    ]


def _population(name: str, values: Mapping[str, float], model: PaperModel) -> list[str]:
    """Return the lines that make E or I; what the other has too, with another value, is in its own namespace."""
    own = {
        one.partition(".")[2]: f"{values[knob]!r}*{BRIAN_UNITS[entry.unit]}"
        for knob, entry in model.knobs.items()
        for one in entry.sets
        if one.startswith(f"{name}.") and len(entry.sets) == 1 and not knob.startswith(PAIRWISE)
    }
    lines = [f"own_{name} = dict(", *(f"    {key}={text}," for key, text in own.items()), ")"]
    halo = re.sub(r"^\w+ : .*\(shared, constant\)\n", "", HALORHODOPSIN[name], flags=re.MULTILINE)
    lines += [
        f"{name} = NeuronGroup(",
        f"    {model.populations[name]}, NEURON + '''{halo}''', method={METHOD!r}, namespace=own_{name},",
        f"    threshold='v > {values['V_spike']!r}*mV', refractory='v > {values['V_rearm']!r}*mV', name={name!r},",
        ")",
        f"{name}.v = '{values['V_init_min']!r}*mV + {values['V_init_max'] - values['V_init_min']!r}*mV*rand()'",
        *(f"{name}.{gate} = {steady!r}" for gate, steady in STEADY_GATES.items()),
    ]
    return [*lines, *([f"{name}.I_halo = {I_HALO!r}"] if "I_halo : amp" in halo else [])]


def _projection(post: str, pre: str) -> list[str]:
    label, transmitter = f"{post}{pre}", TRANSMITTER[pre]
    return [
        f"{label} = Synapses({pre}, {post}, 'w : siemens/meter**2 (constant)', on_pre='g_{transmitter}_post += w')",
        f"{label}.connect(p=K_{label}/len({pre}))",
        f"{label}.w = g_{label}/sqrt(K_{label})/tau_{transmitter}",
        f"{label}.delay = delay_{label}",
    ]
