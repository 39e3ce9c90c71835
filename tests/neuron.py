"""The neuron of the paper written a second time, in SI units, and solved by SciPy to high accuracy."""

import ast
from pathlib import Path

import numpy as np
from scipy.integrate import solve_ivp

STATES = ("v", "h", "n", "z", "g_AMPA", "g_GABA")


def constants(model, population):
    """Return the constants of a population of the model, in SI."""
    si = {name: setting.si(model.knobs[name].value) for name, setting in model.adopted.settings.items()
          if name in model.knobs}  # fmt: skip
    own = {name.removesuffix(f"_{population}"): value for name, value in si.items() if name.endswith(f"_{population}")}
    return {**si, **own}


def equations():
    """Return the equations of an E neuron, as the script has them; without running it."""
    tree = ast.parse(Path("networks/gutnisky2017/network.py").read_text(encoding="utf-8"))
    texts = {node.targets[0].id: node.value for node in tree.body if isinstance(node, ast.Assign)
             and isinstance(node.targets[0], ast.Name)}  # fmt: skip
    return ast.literal_eval(texts["NEURON"]) + ast.literal_eval(texts["HALO"])["E"]


def linoid(x):
    return x / (1 - np.exp(-x)) if abs(x) > 1e-9 else 1 + x / 2


def gates(v, constants):
    """Evaluate the rates of the paper, written a second time."""
    c = constants
    a_h = c["a_alpha_h"] * np.exp(-(v - c["V_alpha_h"]) / c["k_alpha_h"])
    b_h = c["a_beta_h"] / (1 + np.exp(-(v - c["V_beta_h"]) / c["k_beta_h"]))
    a_n = c["a_alpha_n"] * c["k_alpha_n"] * linoid((v - c["V_alpha_n"]) / c["k_alpha_n"])
    b_n = c["a_beta_n"] * np.exp(-(v - c["V_beta_n"]) / c["k_beta_n"])
    a_m = c["a_alpha_m"] * c["k_alpha_m"] * linoid((v - c["V_alpha_m"]) / c["k_alpha_m"])
    b_m = c["a_beta_m"] * np.exp(-(v - c["V_beta_m"]) / c["k_beta_m"])
    return a_m / (a_m + b_m), (a_h, b_h), (a_n, b_n), 1 / (1 + np.exp(-c["s_z"] * (v - c["V_z"])))


def derivative(_, state, c):
    v, h, n, z, g_ampa, g_gaba = state
    m, (a_h, b_h), (a_n, b_n), z_inf = gates(v, c)
    ionic = (
        c["gL"] * (v - c["VL"])
        + c["gNa"] * m**3 * h * (v - c["VNa"])
        + (c["gK"] * n**4 + c["gKz"] * z) * (v - c["VK"])
        + g_ampa * (v - c["V_AMPA"])
        + g_gaba * (v - c["V_GABA"])
    )
    return [
        (c["I_ext"] - ionic) / c["C"],
        c["phi"] * (a_h * (1 - h) - b_h * h),
        c["phi"] * (a_n * (1 - n) - b_n * n),
        (z_inf - z) / c["tau_z"],
        -g_ampa / c["tau_AMPA"],
        -g_gaba / c["tau_GABA"],
    ]


def rest(c):
    """Return the state at -65 mV with its gates steady, and some conductance."""
    v = -0.065
    _, (a_h, b_h), (a_n, b_n), z = gates(v, c)
    return [v, a_h / (a_h + b_h), a_n / (a_n + b_n), z, 0.5, 0.2]


def spike_times_ms(c, start, stop_s):
    """Return spike times in ms of a neuron with constants `c` from the state `start`, its values of STATES."""
    crossing = lambda t, state, c: state[0] + 0.02  # noqa: E731
    crossing.direction = 1
    solution = solve_ivp(derivative, (0, stop_s), start, "LSODA", events=crossing, args=(c,), rtol=1e-10, atol=1e-12)
    return 1000 * solution.t_events[0]
