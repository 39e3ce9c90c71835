"""Conductance-based neurons whose spikes are found in the middle of a step, and that take it in short ones in a spike.

A spike lasts a millisecond, and a neuron spends a few per cent of its time in one: substeps there make its times and
shape those of a step eight times as short, at little cost. A neuron counts as in a spike while it is near one, or the
detector is not armed again.

The state updater takes every neuron a whole step; then a code object with a template of its own takes those that were
in a spike from where they began, and puts their v in place, with gates half a step behind it, as everywhere.
"""

from typing import Any

import brian2 as b2
import numpy as np
from brian2.devices.cpp_standalone.codeobject import CPPStandaloneCodeObject
from brian2.devices.cpp_standalone.device import CPPStandaloneDevice
from brian2.equations.equations import DIFFERENTIAL_EQUATION, PARAMETER
from brian2.groups.group import CodeRunner
from brian2.utils.stringtools import get_identifiers

from pipeline.library import integrator
from pipeline.library.functions import exponential
from pipeline.network.adopted import METHOD

SUBSTEPS = 8
"""An upstroke takes 0.2 ms, all else milliseconds."""

DETECTOR = """
gate_step : second
near : integer
blind : integer
spiking : integer
"""
"""near: 1 while v is near a spike, after each whole step. blind: 1 from a spike until the detector is armed again.

spiking: 1 in the step of a spike. gate_step: by how much the gates of a neuron in a spike move in its next substep.
"""


def spiking_neurons(n: int, model: Any, *, threshold: str, rearm: str, foot: str, **more: Any) -> b2.NeuronGroup:
    """Return `n` neurons of `model`, integrated by staggered_midpoint (see integrator.py), whose potential is v.

    `threshold`: a spike is where this becomes true, as 'v > -20*mV'; it goes to the nearest step. `rearm`: where this
    is true the next spike can be found, as 'v < -33*mV'. `foot`: where an upstroke begins, as 'v > -50*mV':
    from there on a neuron takes its step in SUBSTEPS parts, until it is armed again. `more` is what NeuronGroup takes.
    Raises UnsupportedEquationsException for equations that the integrator does not take.

    With Brian2's runtime target all neurons take whole steps, and spikes are found at their end, which is less exact.
    """
    near = f"near = int({foot})"
    namespace = {"exponential": exponential, **more.pop("namespace", {})}
    # near as an integer of two bytes among floats of four makes the compiler take twice as many neurons at once, whose
    # arithmetic fills the time in which one alone would wait for its results: a tenth less time a step
    small = dict.fromkeys(("near", "blind", "spiking"), np.int16)
    substeps = isinstance(b2.get_device(), CPPStandaloneDevice)
    detect = f"blind = blind*(1 - int({rearm}))\nspiking = int({threshold})*(1 - blind)\nblind = blind + spiking"
    after = near if substeps else f"{near}\n{detect}"
    group = b2.NeuronGroup(
        n,
        (b2.Equations(model) if isinstance(model, str) else model) + b2.Equations(DETECTOR),
        method=METHOD,
        method_options={"after": after},
        threshold="spiking == 1",
        reset="spiking = 0",
        namespace=namespace,
        dtype=small,
        **more,
    )
    if substeps:
        group.contained_objects.append(Substeps(group, detect, near))
    return group


class _CodeObject(CPPStandaloneCodeObject):
    """Code with the templates of this folder beside Brian2's."""

    templater = CPPStandaloneCodeObject.templater.derive("pipeline.library", templates_dir=".")


class Substeps(CodeRunner):
    """What runs the substeps of `group`; in the middle of the step it runs the code `detect`, at its end `near`."""

    def __init__(self, group: b2.NeuronGroup, detect: str, near: str) -> None:
        equations, variables = group.equations, dict(group.variables)
        code = {
            "begin": integrator.undecayed(equations, variables),
            "substep": integrator.substep(equations, variables, SUBSTEPS),
            "middle": detect,
            "end": integrator.gates_back(equations, variables, SUBSTEPS) + "\n" + near,
        }
        gates = integrator.gates(equations, variables)
        used = get_identifiers("\n".join(code.values()))
        carried = ["v", *gates, "gate_step"]
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
                "gates": gates,
                "read": given,
            },
            codeobj_class=_CodeObject,
        )
