"""What is found in a script before its points run. The comment over a test says which mistake it catches."""

import math

import pytest

from pipeline.config.reader import ConfigError
from pipeline.engine.inspection import inspect
from pipeline.engine.programs import _steps
from pipeline.engine.translated import Scheme, Wish
from pipeline.engine.translator import Translator, translator
from pipeline.plan.adoption import take


# an error that is a page of traceback, or says nothing of where
@pytest.mark.parametrize(
    ("script", "words"),
    [
        ("x = (", ["net.py, line 1", "is not Python"]),
        ("from brian2 import *\nx = 1/0\nrun(1*ms)\n", ["line 2", "ZeroDivisionError"]),
        ("from brian2 import *\nx = 1*ms + 1*mV\n", ["line 2", "DimensionMismatchError"]),
        ("x = 1\n", ["has no run"]),
        ("import sys\nsys.exit(3)\n", ["exit()"]),
        ("import os\nos._exit(3)\n", ["before its run"]),
        ("import subprocess\nsubprocess.run(['ls'])\n", ["line 2", "starts another program"]),
        ("from brian2 import *\nG = NeuronGroup(1, 'dv/dt = -v/tau : 1')\nrun(1*ms)\n", ["line 3", "tau"]),
    ],
)
def test_a_script_that_cannot_be_used_is_refused_in_one_sentence(script, words, tmp_path):
    (tmp_path / "net.py").write_text(script)
    with pytest.raises(ConfigError) as caught:
        take(tmp_path / "net.py", tmp_path / "net", tmp_path / "results")
    assert all(word in str(caught.value) for word in words), caught.value
    assert len(str(caught.value).splitlines()) == 1
    assert not (tmp_path / "net").exists()


# constants of another model tried one by one, hours of them, or one that acts taken for one that does not
def test_constants_that_nothing_reads_are_tried_together(tmp_path):
    script = tmp_path / "net.py"
    unused = "".join(f"p_{k} = {k}*ms\n" for k in range(40))
    script.write_text(
        f"from brian2 import *\n{unused}tau, more = 10*ms, 5*ms\n"
        "G = NeuronGroup(4, 'dv/dt = -v/tau : 1', threshold='v > 1', reset='v = 0', method='exact')\nrun(10*ms)\n"
    )
    asked = []

    class Counting(Translator):
        def ask(self, question, *arguments):
            asked.append(question)
            return super().ask(question, *arguments)

    one = Counting()
    settings = inspect(script, one, Scheme()).settings
    one.close()
    assert asked.count("translate") < 10
    assert {name for name, setting in settings.items() if setting.acts != "nothing"} == {"tau"}


# a group that the script made and deleted again before its run: Brian2 keeps its arrays, and asks for its name
def test_a_group_that_is_gone_leaves_the_others(tmp_path):
    script = tmp_path / "net.py"
    script.write_text(
        "from brian2 import *\nimport gc\n"
        "H = NeuronGroup(3, 'dv/dt = -v/ms : 1', threshold='v > 1', reset='v = 0', method='exact')\n"
        "G = NeuronGroup(4, 'dv/dt = -v/ms : 1', threshold='v > 1', reset='v = 0', method='exact')\n"
        "H.v = 0.5\ndel H\ngc.collect()\nrun(10*ms)\n"
    )
    with translator() as asked:
        found = asked.ask("translate", Wish(str(script)))
    assert [(p.name, p.size) for p in found.populations] == [("G", 4)]


def test_steps_are_counted_where_the_step_changes_between_runs():
    """Catches a complete run taken for one that stopped by itself, or one that stopped taken for a complete one."""
    assert math.isclose(_steps([0.03, 0.03], [1e-4, 2e-5], 0.0), 300 + 1500)
    assert math.isclose(_steps([0.03, 0.03], [1e-4, 2e-5], 0.04), 1000)


# code kept for one set of equations given to another: with values of numbers alone different, it is the same
def test_a_scheme_is_derived_once_for_equations_whatever_their_values():
    from brian2 import Equations
    from brian2.core.variables import Constant
    from brian2.stateupdaters import StateUpdateMethod

    from pipeline.engine.remembered import Remembered

    inner = StateUpdateMethod.stateupdaters["exact"]
    asked = []

    class Counted(StateUpdateMethod):
        def __call__(self, *arguments):
            asked.append(arguments)
            return inner(*arguments)

    exact = Remembered(Counted())
    slow = Equations("dv/dt = -v/tau : 1")
    codes = [exact(slow, {"tau": Constant("tau", value)}) for value in (0.01, 0.02)]
    assert codes[0] == codes[1] == inner(slow, {"tau": Constant("tau", 0.02)})
    assert len(asked) == 1
    assert exact(Equations("dv/dt = -v/tau + 1/tau : 1"), {"tau": Constant("tau", 0.01)}) != codes[0]
