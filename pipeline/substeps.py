"""Neurons in a spike take a step of the network in SUBSTEPS short ones; all others take it whole.

A spike lasts a millisecond, and a neuron spends a few per cent of its time in one: substeps there make its times and
shape those of a step eight times as short, at little cost. A neuron counts as in a spike while v is less than
BELOW_SPIKE_V below the threshold of detection, or the detector is not armed again.

It is a code object of Brian2's with a template of its own, run before the group's state updater.
"""

from brian2 import NeuronGroup
from brian2.devices.cpp_standalone.codeobject import CPPStandaloneCodeObject
from brian2.groups.group import CodeRunner

from pipeline.integrator import SUBSTEPS, substep

BELOW_SPIKE_V = 0.03

WRITTEN = ("v", "h", "n", "z", "gate_step", "blind", "spiking")
"""Variables that substeps leave; conductances decay in the whole step, for every neuron."""


class _CodeObject(CPPStandaloneCodeObject):
    """Code with the templates of this package beside Brian2's."""

    templater = CPPStandaloneCodeObject.templater.derive("pipeline")


class Substeps(CodeRunner):
    """What runs the substeps of `group`, and the code `detect` in the middle of each whole step."""

    def __init__(self, group: NeuronGroup, detect: str) -> None:
        self._detect = detect
        super().__init__(
            group,
            "substeps",
            clock=group.clock,
            when="groups",
            order=group.order - 1,
            name=f"{group.name}_substeps",
            check_units=False,
            needed_variables=[*WRITTEN, "g_AMPA", "g_GABA"],
            template_kwds={
                "substeps": SUBSTEPS,
                "below_spike": BELOW_SPIKE_V,
                "lanes": (*WRITTEN, "g_AMPA", "g_GABA"),
                "written": WRITTEN,
            },
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
