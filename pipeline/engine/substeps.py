"""Neurons in a spike take a step of the network in SUBSTEPS short ones; all others take it whole.

A spike lasts a millisecond, and a neuron spends a few per cent of its time in one: substeps there make its times and
shape those of a step eight times as short, at little cost. A neuron counts as in a spike while it is near one (see
equations.py), or the detector is not armed again.

The state updater takes every neuron a whole step; then a code object with a template of its own takes those that were
in a spike from where they began, and puts their v in place, with gates half a step behind it, as everywhere.
"""

from brian2 import NeuronGroup
from brian2.devices.cpp_standalone.codeobject import CPPStandaloneCodeObject
from brian2.equations.equations import DIFFERENTIAL_EQUATION, PARAMETER
from brian2.groups.group import CodeRunner
from brian2.utils.stringtools import get_identifiers

from pipeline.engine.integrator import gates_back, substep, undecayed

SUBSTEPS = 8
"""An upstroke takes 0.2 ms, all else milliseconds."""

FIRST_GATE_STEP = f"dt*{(1 + 1 / SUBSTEPS) / 2!r}"
"""By how much gates move in the first substep, from half a step behind v to half a substep before its end."""


class _CodeObject(CPPStandaloneCodeObject):
    """Code with the templates of this folder beside Brian2's."""

    templater = CPPStandaloneCodeObject.templater.derive("pipeline.engine", templates_dir=".")


class Substeps(CodeRunner):
    """What runs the substeps of `group`, whose potential is v.

    In the middle of the step it runs the code `detect`, at its end `near`.
    """

    def __init__(self, group: NeuronGroup, gates: list[str], detect: str, near: str) -> None:
        equations, variables = group.equations, dict(group.variables)
        code = {
            "begin": undecayed(equations, variables),
            "substep": substep(equations, variables, SUBSTEPS),
            "middle": detect,
            "end": gates_back(equations, variables, SUBSTEPS) + "\n" + near,
        }
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
            template_kwds={"substeps": SUBSTEPS, "lanes": lanes, "gates": gates, "read": given},
            codeobj_class=_CodeObject,
        )
