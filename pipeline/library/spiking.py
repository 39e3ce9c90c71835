"""Conductance-based neurons that take a step in short ones in a spike, and know when within a step they fired.

A spike lasts a millisecond, and a neuron spends a few per cent of its time in one: substeps there make its times and
shape those of a step eight times as short, at little cost. A neuron counts as in a spike while it is near one, or the
detector is not armed again. A spike goes to the nearest step, and `spike_lag` says how much later it was: what it does
to other neurons, and when it is recorded, is not bound to steps.

The state updater takes every neuron a whole step; then a code object with a template of its own takes those that were
in a spike from where they began, and puts their v in place, with gates half a step behind it, as everywhere.
"""

from typing import Any

import brian2 as b2
import numpy as np
from brian2.devices.cpp_standalone.codeobject import CPPStandaloneCodeObject
from brian2.devices.cpp_standalone.device import CPPStandaloneDevice
from brian2.equations.equations import DIFFERENTIAL_EQUATION, PARAMETER, SingleEquation
from brian2.groups.group import CodeRunner
from brian2.utils.stringtools import get_identifiers

from pipeline.library import integrator
from pipeline.library.functions import exponential
from pipeline.library.integrator import SLOPE, SLOPE_BEFORE, decaying, late
from pipeline.network.adopted import METHOD

SUBSTEPS = 8
"""An upstroke takes 0.2 ms, all else milliseconds."""

DETECTOR = """
gate_step : second
near : integer
blind : integer
spiking : integer
above : integer
spike_lag : second
"""
"""near: 1 while v is near a spike, after each whole step. blind: 1 from a spike until the detector is armed again.

spiking: 1 in the step of a spike. above: substeps since v passed the threshold. spike_lag: by how much the last spike
was later than its step. gate_step: by how much the gates of a neuron in a spike move in its next substep.
"""


def spiking_neurons(n: int, model: Any, *, threshold: str, rearm: str, foot: str, **more: Any) -> b2.NeuronGroup:
    """Return `n` neurons of `model`, integrated by staggered_midpoint (see integrator.py), whose potential is v.

    `threshold`: a spike is where this becomes true, as 'v > -20*mV'; it goes to the nearest step, and was `spike_lag`
    later. `rearm`: where this is true the next spike can be found, as 'v < -33*mV'. `foot`: where an upstroke begins,
    as 'v > -55*mV': from there on a neuron takes its step in SUBSTEPS parts, until it is armed again. `more` is what
    NeuronGroup takes. For what arrives within a step, see arrival(): each variable that does not depend on v has
    another, as g_AMPA has g_AMPA_late. Raises UnsupportedEquationsException for equations that the integrator does not
    take.

    With Brian2's runtime target all neurons take whole steps, and spikes are found at their end, which is less exact.
    """
    equations = b2.Equations(model) if isinstance(model, str) else model
    arriving = {late(name): equations[name].dim for name in decaying(equations)}
    given = [SingleEquation(PARAMETER, name, dim) for name, dim in arriving.items()]
    near = f"near = int({foot})"
    detect = f"blind = blind*(1 - int({rearm}))\nspiking = int({threshold})*(1 - blind)\nblind = blind + spiking\n"
    if substeps := isinstance(b2.get_device(), CPPStandaloneDevice):
        slope = equations["v"].dim / b2.second.dim
        given += [SingleEquation(PARAMETER, name, slope) for name in (SLOPE, SLOPE_BEFORE)]
        # spikes are looked for half a step after t, and v passed the threshold in the substep before those above it
        detect += f"spike_lag += spiking*(dt*{(1 + 1 / SUBSTEPS) / 2!r} - above*dt*{1 / SUBSTEPS!r} - spike_lag)"
        after = near
    else:
        nothing = "".join(f"\n{name} = 0*{name}" for name in arriving)
        after = f"{near}\n{detect}spike_lag += spiking*(dt/2 - spike_lag){nothing}"
    # integers of two bytes among floats of four make the compiler take twice as many neurons at once, whose
    # arithmetic fills the time in which one alone would wait for its results: a tenth less time a step
    small = dict.fromkeys(("near", "blind", "spiking", "above"), np.int16)
    group = b2.NeuronGroup(
        n,
        equations + b2.Equations(DETECTOR) + b2.Equations(given),
        method=METHOD,
        method_options={"after": after},
        threshold="spiking == 1",
        reset="spiking = 0",
        namespace={"exponential": exponential, **more.pop("namespace", {})},
        dtype=small,
        **more,
    )
    if substeps:
        group.thresholder["spike"].template = "spikes"
        group.thresholder["spike"].codeobj_class = _CodeObject
        group.contained_objects.append(Substeps(group, threshold, detect, near, list(arriving)))
    return group


_ADDED = frozenset(b2.Equations(DETECTOR)) | {SLOPE, SLOPE_BEFORE}


def own_variables(group: Any) -> set[str]:
    """Return the names of what `spiking_neurons` added to the variables of a model; none for other groups."""
    if not isinstance(group, b2.NeuronGroup) or not {"gate_step", "spike_lag"} <= set(group.variables):
        return set()
    return {*_ADDED, *(name for name in group.variables if name.endswith(late("")))}


class _CodeObject(CPPStandaloneCodeObject):
    """Code with the templates of this folder beside Brian2's."""

    templater = CPPStandaloneCodeObject.templater.derive("pipeline.library", templates_dir=".")


class Substeps(CodeRunner):
    """What runs the substeps of `group`; in the middle of the step it runs the code `detect`, at its end `near`.

    `detect` finds spikes, whose condition is `threshold`; `arriving` are the variables of what arrives in a step.
    """

    def __init__(self, group: b2.NeuronGroup, threshold: str, detect: str, near: str, arriving: list[str]) -> None:
        equations, variables = group.equations, dict(group.variables)
        code = {
            "begin": integrator.undecayed(equations, variables),
            "substep": f"{integrator.substep(equations, variables, SUBSTEPS)}\nabove = (above + 1)*int({threshold})",
            "middle": detect,
            "end": integrator.gates_back(equations, variables, SUBSTEPS) + "\n" + near,
        }
        gates = integrator.gates(equations, variables)
        used = get_identifiers("\n".join(code.values()))
        carried = ["v", SLOPE, *gates, "gate_step"]
        given = [
            equation.varname
            for equation in group.equations.ordered
            if equation.type in (DIFFERENTIAL_EQUATION, PARAMETER)
            and "shared" not in equation.flags
            and equation.varname in used.difference(carried)
        ]
        lanes = [*carried, *given]
        super().__init__(
            group,
            "substeps",
            code=code,
            user_code=code,
            clock=group.clock,
            when="groups",
            order=group.order + 1,
            name=f"{group.name}_substeps",
            check_units=False,
            needed_variables=lanes,
            template_kwds={
                "substeps": SUBSTEPS,
                "first": (1 + 1 / SUBSTEPS) / 2,
                "lanes": lanes,
                "carried": carried,
                "gates": gates,
                "read": given,
                "late": arriving,
            },
            codeobj_class=_CodeObject,
        )
