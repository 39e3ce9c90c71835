"""The process that runs scripts: each answer is that of its question, and a network is what the script alone says."""

import pytest

from pipeline.config.reader import ConfigError
from pipeline.engine import translator as module
from pipeline.engine.inspection import inspect
from pipeline.engine.translated import Scheme, Wish
from pipeline.engine.translator import RefusedError, Translator, translator
from pipeline.plan.adoption import take


def _interrupted(*_):
    raise KeyboardInterrupt


def test_after_an_interrupt_an_answer_is_that_of_its_own_question(monkeypatch):
    """Catches Ctrl-C in a notebook, after which each point was given the network of the point before."""
    with translator() as one:
        with monkeypatch.context() as patched:
            patched.setattr(module, "_read", _interrupted)
            with pytest.raises(KeyboardInterrupt):
                one.ask("factors", Wish(""), ["mV"])
        assert one.ask("factors", Wish(""), ["ms"]) == [0.001]
        assert one.ask("factors", Wish(""), ["kohm"]) == [1000.0]


def test_preferences_are_those_of_the_script_in_every_folder(tmp_path, monkeypatch):
    """Catches a file of preferences that made another program of a script, under the name of the first."""
    script = tmp_path / "net.py"
    script.write_text("from brian2 import *\nG = NeuronGroup(2, 'dv/dt = -v/ms : 1', method='exact')\nrun(1*ms)\n")
    codes = []
    for folder, said in (("plain", ""), ("single", "core.default_float_dtype = float32\n")):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "brian_preferences").write_text(said)
        monkeypatch.chdir(tmp_path / folder)
        with translator() as one:
            codes.append(one.ask("translate", Wish(str(script))).code)
    assert codes[0] == codes[1]


ODD = """from brian2 import *
from scipy.constants import N_A
from pathlib import Path
best = np.inf
many = 2*N_A
k = 1
w = np.loadtxt(Path(__file__).with_name(f'w{k}.txt'))
G = NeuronGroup(2, 'dv/dt = (w_0 - v + 0*many_)/ms : 1', method='exact', namespace={'w_0': float(w), 'many_': many})
run(1*ms)
"""


def test_numbers_that_are_not_finite_or_no_units_and_files_of_other_values(tmp_path):
    """Catches a network that could not be read for its infinite number, and a file that only another value reads."""
    (tmp_path / "net.py").write_text(ODD)
    for k in (1, 2):
        (tmp_path / f"w{k}.txt").write_text(f"{k}\n")
    with translator() as one:
        found = inspect(tmp_path / "net.py", one, Scheme())
    assert "best" not in found.settings
    assert found.settings["many"].value == pytest.approx(2 * 6.02214076e23)
    assert found.data.keys() == {"w1.txt", "w2.txt"}


MACRO = """from brian2 import *
@implementation('cpp', 'double twice(double x) {{ return FACTOR*x; }}', {asks})
@implementation('numpy', discard_units=True)
@check_units(x=1, result=1)
def twice(x):
    return 2*x
G = NeuronGroup(2, 'dv/dt = (twice(v) - v)/ms : 1', method='euler')
run(1*ms)
"""


@pytest.mark.parametrize("asks", ["define_macros=[('FACTOR', '2')]", "headers=['\"factor.h\"']"])
def test_a_function_that_asks_more_of_the_compiler_is_run_by_brian2_itself(tmp_path, asks):
    """Catches a compiler's error in place of a network, and a header whose changes nobody notices."""
    (tmp_path / "net.py").write_text(MACRO.format(asks=asks))
    with translator() as one:
        found = inspect(tmp_path / "net.py", one, Scheme())
    assert found.target == "runtime"
    assert asks.partition("=")[0] in found.why


SMALL = "from brian2 import *\ntau = 10*ms\nG = NeuronGroup(2, 'dv/dt = (2-v)/tau : 1', threshold='v>1', reset='v=0')\n"


def test_what_was_known_of_a_network_may_be_damaged_and_adopting_may_be_stopped(tmp_path, quickly, monkeypatch):
    """Catches the cure that failed like what it was to cure, and values of ours that became the user's own."""
    from pipeline.plan import adoption

    (tmp_path / "net.py").write_text(f"{SMALL}run(1*ms)\n")
    monkeypatch.setattr(adoption, "_measured", lambda model, results: (model.adopted, {"G": 1.0}))
    take(tmp_path / "net.py", tmp_path / "net", tmp_path / "results")
    table = tmp_path / "net" / "knobs.yaml"
    before = table.read_text()
    (tmp_path / "net.py").write_text(f"{SMALL}run(1*ms)\n".replace("10*ms", "12*ms"))
    with monkeypatch.context() as patched:
        patched.setattr(adoption, "_measured", _interrupted)
        with pytest.raises(KeyboardInterrupt):
            take(tmp_path / "net.py", tmp_path / "net", tmp_path / "results")
    assert table.read_text() == before
    (tmp_path / "net" / "adopted.json").write_text("{")
    taken = take(tmp_path / "net.py", tmp_path / "net", tmp_path / "results")
    assert taken.adopted.settings["tau"].value == 12


def test_a_translator_whose_process_ended_says_so_and_goes_on(tmp_path):
    script = tmp_path / "net.py"
    script.write_text(f"{SMALL}run(1*ms)\n")
    one = Translator()
    one.ask("factors", Wish(""), ["mV"])
    one._process.kill()
    one._process.wait()
    assert one.ask("factors", Wish(""), ["mV"]) == [0.001]
    with pytest.raises(RefusedError, match="NameError"):
        one.ask("factors", Wish(""), ["nothing"])
    assert issubclass(RefusedError, ConfigError)
    one.close()
