"""Neurons in a spike take a step of the network in SUBSTEPS short ones; all others take it whole.

A spike lasts a millisecond, and a neuron spends a few per cent of its time in one: substeps there make its times and
shape those of a step eight times as short, at little cost. A neuron counts as in a spike while v is less than
BELOW_SPIKE_V below the threshold of detection, or the detector is not armed again.

It is a code object of Brian2's with a template of its own, run before the group's state updater.
"""

from brian2 import NeuronGroup
from brian2.devices.cpp_standalone.codeobject import CPPStandaloneCodeObject
from brian2.equations.equations import PARAMETER
from brian2.groups.group import CodeRunner

from pipeline.integrator import SUBSTEPS, substep

BELOW_SPIKE_V = 0.03

DETECTOR = ("gate_step", "blind", "spiking")


class _CodeObject(CPPStandaloneCodeObject):
    """Code with the templates of this package beside Brian2's."""

    templater = CPPStandaloneCodeObject.templater.derive("pipeline")


class Substeps(CodeRunner):
    """What runs the substeps of `group`, and the code `detect` in the middle of each whole step.

    `whole`: variables that substeps read but leave to the whole step (conductances, which jump between steps).
    """

    def __init__(self, group: NeuronGroup, detect: str, whole: tuple[str, ...]) -> None:
        self._detect = detect
        moved = sorted(group.equations.diff_eq_names - set(whole))
        own = [
            equation.varname
            for equation in group.equations.ordered
            if equation.type == PARAMETER and "shared" not in equation.flags and equation.varname not in DETECTOR
        ]
        written = (*moved, *DETECTOR)
        lanes = (*written, *whole, *own)
        super().__init__(
            group,
            "substeps",
            clock=group.clock,
            when="groups",
            order=group.order - 1,
            name=f"{group.name}_substeps",
            check_units=False,
            needed_variables=list(lanes),
            template_kwds={"substeps": SUBSTEPS, "below_spike": BELOW_SPIKE_V, "lanes": lanes, "written": written},
            codeobj_class=_CodeObject,
        )

    def update_abstract_code(self, run_namespace: dict) -> None:
        """Write the code; called by Brian2 before a run."""
        self.abstract_code = {
            "substep": substep(self.group.equations, dict(self.group.variables)),
            "middle": self._detect,
            "end": "gate_step = 0*dt",
        }
        self.user_code = self.abstract_code
