"""Equations and parameters to Brian2 objects: three populations, six projections, and the observer of the run.

The order of creation is the order in which the program draws random numbers: connections from seed_network, then
initial potentials from seed_input.
"""

from pathlib import Path

import brian2 as b2
import numpy as np
from brian2.core.functions import Function
from brian2.devices.device import Device

from pipeline.engine import integrator
from pipeline.engine.substeps import FIRST_GATE_STEP, Substeps
from pipeline.network import equations, thalamus
from pipeline.network.equations import METHOD, POTENTIALS, STATES

NAME = "circuit"
OBSERVED = """
v_sum : 1
v_square : 1
"""
"""Per neuron: sums over time of (v - VL) and its square in volt, kept by observer.h in double precision."""

RECORD = """
watched : 1
steps : 1
mean_sum_E : 1
mean_square_E : 1
mean_sum_I : 1
mean_square_I : 1
diverged_t : 1
diverged_population : 1
diverged_variable : 1
diverged_neuron : 1
memory_kb : 1
"""
"""What the observer leaves; diverged_t is -1 where all stayed finite, the others index POTENTIALS, STATES, neurons."""


_RUN_CPP = f"""
defaultclock.set_interval(0, _array_T_transient[0] + _array_T_duration[0]);
Network::_globally_stopped = false;
while (defaultclock.running() && !Network::_globally_stopped) {{
    for (size_t i = 0; i < {NAME}.objects.size(); i++)
        if ({NAME}.objects[i].second)
            {NAME}.objects[i].second();
    defaultclock.tick();
}}
"""
"""What Network.run does for the one clock there is, without asking the kernel for the time in every step."""

_MEMORY_CPP = """
std::ifstream status("/proc/self/status");
for (std::string line; std::getline(status, line);)
    if (line.compare(0, 6, "VmHWM:") == 0)
        _array_observer_memory_kb[0] = std::stod(line.substr(6));
"""
"""The most memory of the program itself: what the system tells its parent includes the parent's, from before exec."""


def assemble(populations: dict[str, int], dt_ms: float, method: str = METHOD, traced: int = 0) -> b2.Network:
    """Return the network, with a run of no duration made, so that the C++ device holds all that it needs.

    The generated program then seeds, connects, initialises and runs by the values of its knobs. With another `method`,
    one of Brian2's, the network is as a user of Brian2 would write it: spikes seen and sent a step late. The potentials
    of the first `traced` neurons of E and I are recorded in every step.
    """
    device = b2.get_device()
    b2.defaultclock.dt = dt_ms * b2.ms
    # A literal of the generated code may be single precision (-fsingle-precision-constant); one with an L never is.
    device.insert_code("main", f"_array_defaultclock_dt[0] = {dt_ms!r}e-3L;")
    groups = {"T": _thalamic(populations["T"])}
    for name in POTENTIALS:
        groups[name] = _cortical(name, populations[name], method)
    device.apply_run_args()

    _seed(device, "seed_network")
    projections = [_project(groups, post, pre, method) for post in POTENTIALS for pre in equations.SOURCES[post]]
    _seed(device, "seed_input")
    for name in POTENTIALS:
        groups[name].v = "V_init_min + (V_init_max - V_init_min)*rand()"
        for gate, steady in equations.STEADY_GATES.items():
            setattr(groups[name], gate, steady)
        if method == METHOD:
            groups[name].gate_step = FIRST_GATE_STEP
    groups["T"].direction = "2*rand() - 1"
    groups["I"].I_halo = equations.I_HALO
    groups["T"].next_arrival = "unit_arrival(seed_input, i, 0)"

    monitors = [b2.SpikeMonitor(group, name=f"spikes_{name}") for name, group in groups.items()]
    if traced:
        monitors += [b2.StateMonitor(groups[name], "v", range(traced), name=f"trace_{name}") for name in POTENTIALS]
    network = b2.Network(*groups.values(), *projections, *monitors, _observer(populations), name=NAME)
    network.run(0 * b2.second, namespace={})
    device.insert_code("main", _RUN_CPP)
    device.insert_code("main", _MEMORY_CPP)
    return network


def _thalamic(size: int) -> b2.NeuronGroup:
    arrival = Function(None, arg_units=[1, 1, 1], return_unit=1, arg_types=["integer"] * 3, return_type="float")
    arrival.implementations.add_implementation("cpp", thalamus.UNIT_ARRIVAL_CPP, name="unit_arrival")
    return b2.NeuronGroup(
        size,
        thalamus.THALAMUS,
        threshold=thalamus.SPIKE,
        reset=thalamus.RESET,
        namespace={"unit_arrival": arrival},
        dtype=float,  # a float32 clock would drift against the cycle within a minute
        name="T",
    )


def _cortical(name: str, size: int, method: str) -> b2.NeuronGroup:
    if method == METHOD:
        detection = {
            "method_options": {"after": equations.NEAR},
            "threshold": equations.SPIKE,
            "reset": equations.AFTER_SPIKE,
        }
        small = dict.fromkeys(("near", "blind", "spiking"), np.int16)
        model = equations.neuron(name) + equations.DETECTOR
    else:
        detection = {"threshold": "v > V_spike", "refractory": "v > V_rearm"}
        small = {}
        model = equations.neuron(name)
        if method == "exponential_euler":  # takes v's equation only as linear in v
            model = model.replace(
                "m = alpha_m/(alpha_m + beta_m) : 1", "m = alpha_m/(alpha_m + beta_m) : 1 (constant over dt)"
            )
    group = b2.NeuronGroup(
        size,
        model + OBSERVED,
        method=method,
        namespace=integrator.functions(),
        dtype={"v_sum": float, "v_square": float} | small,
        name=name,
        **detection,
    )
    if method == METHOD:
        group.contained_objects.append(Substeps(group, list(equations.STEADY_GATES), equations.DETECT, equations.NEAR))
    return group


def _project(groups: dict[str, b2.NeuronGroup], post: str, pre: str, method: str) -> b2.Synapses:
    """Return the projection post<-pre: each pair connected independently with probability K/N."""
    label = f"{post}{pre}"
    synapses = b2.Synapses(
        groups[pre],
        groups[post],
        on_pre=f"g_{equations.TRANSMITTER[pre]}_post += jump_{label}_post",
        name=f"projection_{label}",
    )
    synapses.connect(p=f"K_{label}_post/N_pre")
    if method != METHOD:
        synapses.delay = f"delay_{label}_post"
        return synapses
    # A spike of step t acts on the potential from the next step on, hence the - 1; a delay below dt acts as dt.
    # A delay between two steps is drawn synapse by synapse so that its mean is right; on the grid all are equal.
    synapses.delay = f"dt*clip(floor(delay_{label}_post/dt + 1e-6 + (1 - 2e-6)*rand()) - 1, 0, inf)"
    return synapses


def _seed(device: Device, knob: str) -> None:
    device.insert_code("main", f"brian::_random_generators[0].seed((unsigned long)_array_T_{knob}[0]);")


def _observer(populations: dict[str, int]) -> b2.NeuronGroup:
    """Return a group of one whose every step, after all else, looks at all potentials."""
    watch = Function(None, arg_units=[b2.second], return_unit=1)
    headers = ['"objects.h"', f'"{Path(__file__).with_name("observer.h")}"']
    watch.implementations.add_implementation(
        "cpp", _watch_cpp(populations), name="watch", compiler_kwds={"headers": headers}
    )
    group = b2.NeuronGroup(1, RECORD, namespace={"watch": watch}, dtype=float, name="observer")
    group.diverged_t = -1
    group.run_regularly("watched = watch(t + dt)", when="end")
    return group


def _watch_cpp(populations: dict[str, int]) -> str:
    """Write the C++ that binds observer.h to this network's arrays."""
    looks, searches = [], []
    for p, name in enumerate(POTENTIALS):
        size = populations[name]
        looks.append(
            f"good = (measuring ? observer::add(_array_{name}_v, {size}, _array_{name}_VL[0], _array_{name}_v_sum, "
            f"_array_{name}_v_square, _array_observer_mean_sum_{name}, _array_observer_mean_square_{name}) "
            f": observer::finite(_array_{name}_v, {size})) && good;"
        )
        searches += [
            f"if (_array_observer_diverged_t[0] < 0 && (neuron = observer::first_not_finite(_array_{name}_{state}, "
            f"{size})) >= 0) {{ _array_observer_diverged_t[0] = t; _array_observer_diverged_population[0] = {p}; "
            f"_array_observer_diverged_variable[0] = {s}; _array_observer_diverged_neuron[0] = neuron; }}"
            for s, state in enumerate(STATES)
        ]
    return "\n".join(
        [
            "static double watch(const double t)",
            "{",
            "    using namespace brian;",
            "    const bool measuring = t > _array_T_transient[0];",
            "    bool good = true;",
            "    int neuron = -1;",
            *looks,
            "    if (measuring) _array_observer_steps[0] += 1;",
            "    if (good) return 1;",
            *searches,
            "    Network::_globally_stopped = true;",
            "    return 0;",
            "}",
        ]
    )
