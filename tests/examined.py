"""A script as the doctor sees it: examined in a fork of the test, with little time."""

import textwrap

from pipeline.doctor.script import examine_script
from pipeline.engine.apart import apart

CELLS = """
from brian2 import *
cells = NeuronGroup(2, '''dv/dt = (drive - v)/tau : volt
drive : volt
tau : second (constant)''', method='euler')
"""
"""A group that is right with tau = 10 ms, and whose tau is 0 otherwise: v is not finite then."""


def examined(path, text, arguments=(), total_s=90.0):
    """Return what is said of a script: exit code, kinds by level, runs, and the whole text."""
    path.write_text(textwrap.dedent(text))
    return apart(_look, path, arguments, total_s, cpu_s=100)


def _look(path, arguments, total_s):
    found = examine_script(path, arguments=arguments, total_s=total_s)
    kinds = [(f.kind, f.level) for f in found.findings if f.level != "note"]
    seen = found.material.seen if found.material else None
    return found.exit_code, kinds, found.runs, f"{found}", seen
