"""Numbers of modules that a script imports from its folder: sites, names, hooks, and points against typed numbers."""

import os
import sys

import numpy as np
import pytest
from conftest import pipeline

from pipeline.config.reader import ConfigError
from pipeline.engine.scripts import ScriptEngine
from pipeline.engine.translated import Scheme, ScriptError, Wish, read
from pipeline.engine.translator import RefusedError, translator
from pipeline.network.adopted import beside, digest
from pipeline.network.imported import hooked
from pipeline.network.numbers import Number, found
from pipeline.network.reading import read_model
from pipeline.network.sites import survey
from pipeline.plan.adoption import take
from pipeline.sweep import cases

CELLS = """from brian2 import *
import drive

tau = 10*ms  # membrane time constant
v_0 = 3*mV
size = 6
V_end = 11*mV


def make(n, top=14*mV):
    cells = NeuronGroup(
        n, 'dv/dt = (V_end + I - v)/tau : volt\\nI : volt (constant)', threshold='v > 12*mV', reset='v = 0*mV',
        method='exact', name='cells')
    cells.v = 'v_0 + (V_end - v_0)*i/N'
    step = 1*mV
    cells.I = top - 11*mV + step*arange(n)
    return cells


if __name__ == "__main__":
    never = 1/0
"""
DRIVE = "rate = 100  # spikes/s\n"
NET = """from cells import *
import drive

V_end = 12*mV  # in the equations, since run is called here
cells = make(size)
P = PoissonGroup(10, rates=drive.rate*Hz)
jump = 0.4*mV
S = Synapses(P, cells, on_pre='v_post += jump')
S.connect()
run(60*ms)
"""
TABLE = """script: "../net.py"
arithmetic: strict
transient: 0
duration: 0.06
knobs:
protocols:
  base: {}
"""
TYPED = {
    "V_end": ("net.py", "V_end = 12*mV", "V_end = 12.7*mV", 12.7),
    "cells_V_end": ("cells.py", "V_end = 11*mV", "V_end = 11.6*mV", 11.6),
    "tau": ("cells.py", "tau = 10*ms", "tau = 7.3*ms", 7.3),
    "step": ("cells.py", "step = 1*mV", "step = 0.3*mV", 0.3),
    "top": ("cells.py", "top=14*mV", "top=15.1*mV", 15.1),
    "rate": ("drive.py", "rate = 100", "rate = 230", 230),
    "size": ("cells.py", "size = 6", "size = 9", 9),
}


def _folder(folder, **texts):
    """Write the three files, with other texts for some, and the knob table; return the script."""
    files = {"net.py": NET, "cells.py": CELLS, "drive.py": DRIVE} | {f"{name}.py": text for name, text in texts.items()}
    for name, text in files.items():
        (folder / name).write_text(text)
    (folder / "net").mkdir(exist_ok=True)
    (folder / "net" / "knobs.yaml").write_text(TABLE)
    return folder / "net.py"


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    return tmp_path_factory.mktemp("results")


@pytest.fixture(scope="module")
def own(taken, results):
    """Return the spikes of a point of the script as it is: own(tau=12)."""
    model = read_model(taken[0].parent / "net")
    engine = ScriptEngine(model, results)
    yield lambda **settings: _spikes(model, engine, settings)
    engine.close()


@pytest.fixture(scope="module")
def taken(tmp_path_factory, results):
    script = _folder(tmp_path_factory.mktemp("script"))
    return script, take(script, script.parent / "net", results).adopted


def _point(script, results, **settings):
    """Return the spikes of a point, times and neurons, and its program."""
    model = read_model(script.parent / "net")
    engine = ScriptEngine(model, results)
    try:
        return _spikes(model, engine, settings)
    finally:
        engine.close()


def _spikes(model, engine, settings):
    recording, program = engine.simulate(model.point("base", settings))
    return recording.spikes["cells"].times_s, recording.spikes["cells"].neurons, program


def _named(script, modules):
    """Return the names of all sites of files that set numbers, with the file of each."""
    sites = survey(script, "net.py", {f"{name}.py": text for name, text in modules.items()}).sites
    seen = {site.number: [Number(1.0, "1", True, "1", 1.0)] for site in sites}
    return [(one.module, one.name) for one in found(sites, seen)[0]]


def test_a_name_of_several_files_is_the_scripts_and_modules_are_told_apart():
    """Catches a knob that is lost, or sets the number of another file, where files use one name twice."""
    first, second = "tau = 1\nw = 2\nx = 3\n", "tau = 5\nx = 6\n"
    inner = "def f():\n    y = 4\n"
    modules = {"cells": first + inner, "drive": second + inner}
    names = _named("tau = 8\ndef g():\n    w = 9\n", modules)
    assert names == [
        *(("", "tau"), ("", "g_w")),
        *(("cells", "cells_tau"), ("cells", "w"), ("cells", "cells_x"), ("cells", "cells_y")),
        *(("drive", "drive_tau"), ("drive", "drive_x"), ("drive", "drive_y")),
    ]


def test_a_module_is_searched_without_what_it_does_as_a_script():
    """Catches calls of the part that does not run on import taken for those that give an argument its value."""
    source = "def f(a):\n    return a\nif __name__ == '__main__':\n    b = f(3)\nelse:\n    c = 4\n"
    known = survey("d = f(5)\n", "net.py", {"cells.py": source})
    assert [(site.module, site.name, site.text, site.line) for site in known.sites] == [
        ("", "d", "f(5)", 1), ("cells", "a", "5", 1), ("cells", "c", "4", 6),
    ]  # fmt: skip
    assert [site.number for site in known.sites] == [0, 1, 2]
    assert [module.first for module in known.modules] == [1]
    assert [site.name for site in survey(source, "cells.py").sites] == ["a", "b", "c"]


def test_what_follows_from_a_number_of_another_file_is_derived():
    """Catches `2*cells.tau` taken for a number by itself, or a name of a function of another file for the script's."""
    modules = {"cells.py": "tau = 3\ndef f(a):\n    second = 1\n    return a\n"}
    script = "import cells\nfrom cells import f\nx = 2*cells.tau\ny = 2*second\nz = f(x)\n"
    reads = {site.name: site.reads for site in survey(script, "net.py", modules).sites}
    assert (reads["x"], reads["y"], reads["a"]) == (("tau",), (), ("x",))
    assert {"tau", "f"} <= survey(script, "net.py", modules).read


def test_files_are_found_through_files_that_are_imported(tmp_path):
    """Catches a change in the second file of a chain that goes unnoticed, and a comment taken for an import."""
    (tmp_path / "a.py").write_text("import os, b as c\n'''\nimport d\n'''\n")
    (tmp_path / "b.py").write_text("def f():\n    from e import g\nimport a\n")
    for name in "de":
        (tmp_path / f"{name}.py").write_text("")
    assert [path.name for path in beside(tmp_path / "a.py")] == ["b.py", "e.py"]
    before = digest(tmp_path / "a.py")
    (tmp_path / "e.py").write_text("g = 1\n")
    assert digest(tmp_path / "a.py") != before


def test_a_module_is_run_anew_and_nothing_of_it_is_left(tmp_path):
    """Catches numbers of the last run kept in sys.modules, a module that runs as a script, hooks left for others."""
    (tmp_path / "net.py").write_text("from one_of_mine import *\n")
    (tmp_path / "one_of_mine.py").write_text("x = 2\nname = __name__\nif __name__ == '__main__':\n    x = 3\n")
    known, before = read(str(tmp_path / "net.py")), list(sys.meta_path)
    for value in (7, 8):
        scope = {}
        with hooked(known.modules, lambda _, own, value=value: value if own == 2 else own):
            exec("from one_of_mine import *\nimport one_of_mine\nfile = one_of_mine.__file__", scope)
        assert (scope["x"], scope["name"]) == (value, "one_of_mine")
        assert scope["file"] == str(tmp_path / "one_of_mine.py")
        assert "one_of_mine" not in sys.modules
        assert sys.meta_path == before


def test_numbers_of_all_files_are_knobs(taken):
    """Catches numbers of a module left out, said to act on nothing, or taken for the ones of the script."""
    settings = taken[1].settings
    assert settings.keys() == {*TYPED, "v_0", "n", "jump"}
    assert {name: setting.module for name, setting in settings.items() if setting.module != "cells"} == {
        "V_end": "", "jump": "", "rate": "drive",
    }  # fmt: skip
    assert {name for name, setting in settings.items() if setting.acts != "run time"} == {"size", "n"}
    assert (settings["tau"].about, settings["rate"].about) == ("membrane time constant", "spikes/s")
    assert settings["V_end"].on == ("the equations of cells",)


def test_only_a_name_of_one_meaning_is_direct(taken):
    """Catches V_end of the script put into all constants V_end, also those of the module's initial values."""
    settings = taken[1].settings
    assert {name for name, setting in settings.items() if setting.direct} == {"tau", "v_0", "jump"}


@pytest.mark.parametrize("knob", TYPED)
def test_a_knob_gives_the_spikes_of_the_number_typed_into_its_file(knob, taken, own, results, tmp_path):
    """Catches a knob that sets the number of another file, or does not reach a module that is imported."""
    file, old, new, value = TYPED[knob]
    texts = {"net.py": NET, "cells.py": CELLS, "drive.py": DRIVE}
    assert texts[file].count(old) == 1
    script = _folder(tmp_path, **{file.removesuffix(".py"): texts[file].replace(old, new)})
    adopted = taken[1].model_copy(update={"sha256": digest(script)})
    (tmp_path / "net" / "adopted.json").write_text(adopted.model_dump_json())
    (tmp_path / "net" / "knobs.yaml").write_text(TABLE.replace("knobs:", "knobs: {}"))
    times, neurons, program = _point(script, results)
    found_times, found_neurons, its_program = own(**{knob: value})
    assert len(times) > 5
    assert np.array_equal(found_times, times)
    assert np.array_equal(found_neurons, neurons)
    assert program == its_program
    assert not np.array_equal(times, own()[0])


def test_two_functions_with_constants_of_one_name_are_not_confused(tmp_path):
    """Catches the direct way to a number whose name stands for another one in a function, in one file."""
    (tmp_path / "net.py").write_text(
        "from brian2 import *\ntau = 10*ms\nlong = 3*ms\ndef make():\n    tau = 5*ms\n"
        "    G = NeuronGroup(2, 'dv/dt = -v/tau - 0.01*v/long : 1', threshold='v > 1', reset='v = 0', method='exact')\n"
        "    G.v = 'tau/ms'\n    return G\nG = make()\nrun(5*ms)\n"
    )
    from pipeline.engine.inspection import inspect

    with translator() as asked:
        settings = inspect(tmp_path / "net.py", asked, Scheme()).settings
    assert {name: setting.direct for name, setting in settings.items()} == {
        "tau": False, "long": True, "make_tau": False,
    }  # fmt: skip


RUNTIME = """from brian2 import *
kick = 3*mV

@network_operation(dt=5*ms)
def push(t):
    cells.v_[:3] += float(kick)

cells = NeuronGroup(6, 'dv/dt = (11*mV - v)/(10*ms) : volt', threshold='v > 12*mV', reset='v = 0*mV', method='exact')
"""


def test_brians_runtime_target_takes_numbers_of_modules_too(tmp_path, results):
    """Catches a knob of a module that does nothing where C++ cannot run the script."""
    script = _folder(tmp_path, net="from cells import *\nprefs.codegen.target = 'numpy'\nrun(40*ms)\n", cells=RUNTIME)
    assert take(script, tmp_path / "net", results).adopted.settings.keys() == {"kick"}
    own, more = _point(script, results)[0], _point(script, results, kick=6)[0]
    (tmp_path / "cells.py").write_text(RUNTIME.replace("kick = 3*mV", "kick = 6*mV"))
    take(script, tmp_path / "net", results)
    assert np.array_equal(_point(script, results)[0], more)
    assert len(more) > len(own)


def test_a_changed_module_is_noticed_and_adopted_again(tmp_path, results):
    """Catches points of two versions of a module in one table, and knobs of the old version kept."""
    script = _folder(tmp_path)
    take(script, tmp_path / "net", results)
    (tmp_path / "drive.py").write_text("rate = 120\n")
    with pytest.raises(ConfigError, match="has changed since it was adopted"):
        read_model(tmp_path / "net")
    again = take(script, tmp_path / "net", results)
    assert again.adopted.settings["rate"].value == 120
    assert "rate" in again.changes


@pytest.mark.parametrize(
    ("drive", "words"),
    [
        ("\nrate = 1/0\n", ["net.py: drive.py, line 2, stops with ZeroDivisionError"]),
        ("rate = (\n", ["drive.py, line 1: is not Python"]),
    ],
)
def test_what_is_wrong_with_a_module_is_said_with_its_file_and_line(drive, words, tmp_path):
    """Catches a line number of the module given as one of the script, and a page of traceback."""
    script = _folder(tmp_path, drive=drive)
    with pytest.raises(ConfigError) as caught:
        take(script, tmp_path / "net", tmp_path / "results")
    assert all(word in str(caught.value) for word in words), caught.value


def test_a_value_that_a_module_does_not_take_is_said_with_its_file(taken):
    """Catches a refusal that names a line of the script for a number of a module."""
    with translator() as asked, pytest.raises((RefusedError, ScriptError)) as caught:
        asked.ask("translate", Wish(str(taken[0]), {taken[1].settings["tau"].key: "3*mV"}))
    assert "cells.py, line 4: tau = 3*mV: is in" in str(caught.value)


def test_a_case_has_the_modules_with_the_numbers_of_its_point(taken, tmp_path):
    """Catches a diagnosis of the script's own numbers where those of a module made a point diverge."""
    model = read_model(taken[0].parent / "net")
    values = {"tau": 7.3, "V_end": 12.7, "step": 0.3}
    text = cases.script(values, model, "base, case_1: v", tmp_path / "case_1")
    assert "V_end = 12.7*mV" in text
    assert "PYTHONPATH=case_1" in text
    assert [path.name for path in (tmp_path / "case_1").iterdir()] == ["cells.py"]
    other = CELLS.replace("tau = 10*ms", "tau = 7.3*ms").replace("step = 1*mV", "step = 0.3*mV")
    assert (tmp_path / "case_1" / "cells.py").read_text() == other
    environment = cases._beside(model, tmp_path / "case_1")
    assert environment["PYTHONPATH"].startswith(str(tmp_path / "case_1"))


def test_the_doctor_finds_modules_of_a_script_that_is_named_from_its_folder(tmp_path):
    """Catches a diagnosis of nothing, since a path from the working folder was followed after this had changed."""
    said = pipeline("doctor", os.path.relpath(_folder(tmp_path))).stdout
    assert "ModuleNotFoundError" not in said
    assert "nothing to examine" not in said


def test_a_module_of_a_package_is_imported_anew_for_each_translation(tmp_path):
    """Its step would hold for the first translation alone, and Brian2's own for all others."""
    (tmp_path / "parts").mkdir()
    (tmp_path / "parts" / "clock.py").write_text("from brian2 import *\ndefaultclock.dt = 0.05*ms\n")
    script = tmp_path / "net.py"
    script.write_text(
        "from parts.clock import *\n"
        "tau = 10*ms\n"
        "cells = NeuronGroup(2, 'dv/dt = -v/tau : 1', threshold='v > 1', reset='v = 0', method='exact')\n"
        "run(5*ms)\n"
    )
    with translator() as process:
        first, second = (process.ask("translate", Wish(str(script))) for _ in range(2))
    assert first.steps_s == second.steps_s == [5e-5]
    assert first.files == second.files
