"""What the doctor takes in: scripts and notebooks as users have them, and what it says of what it cannot look at.

Each script is examined in a fork of the test, with little time: what counts is what reached its runs.
"""

import contextlib
import json
import sqlite3
import time
from pathlib import Path

import pytest

from pipeline.doctor.diagnosis import Diagnosis
from pipeline.doctor.findings.finding import Finding, Verdict
from pipeline.doctor.intake import allowance
from pipeline.doctor.intake.kinds import Kind
from pipeline.doctor.intake.notebook import NotPythonError, joined, plain
from pipeline.doctor.intake.source import UnreadableError, read
from pipeline.doctor.runs import Run, Runs
from pipeline.doctor.script import examine_script
from pipeline.doctor.union import together
from pipeline.engine.apart import LateError, apart, ended_by
from tests.examined import CELLS, examined

PARALLEL = """
import multiprocessing, threading
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from brian2 import *

@dataclass
class Trial:
    tau_ms: float

def simulated(trial):
    tau = trial.tau_ms*ms
    cells = NeuronGroup(1, 'dv/dt = -v/tau : 1', method='exact')
    run(1*ms)
    return trial.tau_ms

def worker(tasks, results):
    for trial in iter(tasks.get, None):
        results.put(simulated(trial))

if __name__ == '__main__':
    import pickle
    trials = pickle.loads(pickle.dumps([Trial(10.0), Trial(20.0)]))
    HOW
"""


@pytest.mark.parametrize(
    "how",
    [
        "with multiprocessing.Pool(2) as pool: found = pool.map(simulated, trials)",
        "found = [*multiprocessing.get_context('spawn').Pool().imap_unordered(simulated, trials)]",
        "found = multiprocessing.Pool().starmap_async(simulated, [[trial] for trial in trials]).get(5)",
        "found = [answer.get() for answer in [multiprocessing.Pool().apply_async(simulated, [t]) for t in trials]]",
        "found = [future.result() for future in as_completed([ProcessPoolExecutor().submit(simulated, trials[0])])]",
        "found = [*ProcessPoolExecutor(max_workers=2).map(simulated, trials)]",
        "found = []; t = threading.Thread(target=lambda: found.append(simulated(trials[0]))); t.start(); t.join()",
        "tasks, results = multiprocessing.Queue(), multiprocessing.Queue()\n"
        "    working = [multiprocessing.Process(target=worker, args=(tasks, results)) for _ in range(2)]\n"
        "    [one.start() for one in working]\n"
        "    [tasks.put(one) for one in [*trials, None, None]]\n"
        "    found = [results.get() for _ in trials]\n"
        "    [one.join() for one in working]\n"
        "    assert [one.exitcode for one in working] == [0, 0]",
    ],
    ids=["map", "imap", "starmap", "apply", "submit", "executor map", "thread", "process"],
)
def test_networks_of_other_processes_are_looked_at(tmp_path, how):
    """Catches a script that is said to have no run since its runs are in a pool, or that ends in an error of pickle."""
    text = PARALLEL.replace("HOW", f"{how}\n    print('found'); assert set(found) <= {{10.0, 20.0}} and len(found)")
    code, kinds, runs, said, _ = examined(tmp_path / "theirs.py", text)
    assert (code, kinds, runs.whole) == (0, [], True), said
    assert runs.total in (1, 2)


def test_a_script_finds_its_arguments_and_the_files_beside_it_and_writes_none(tmp_path):
    """Catches an argparse that ends the script, a data file that is not found, and a folder left behind."""
    (tmp_path / "data.txt").write_text("10 20\n")
    text = """
        import argparse, os, shutil, subprocess, sys
        from pathlib import Path
        from brian2 import *
        import matplotlib; matplotlib.use('TkAgg')
        parser = argparse.ArgumentParser()
        parser.add_argument('--trials', type=int, required=True)
        assert parser.parse_args().trials == 3 and sys.argv[1:] == ['--trials', '3']
        here = Path(__file__).resolve().parent
        tau = float(loadtxt(here/'data.txt')[0])*ms
        cells = NeuronGroup(1, 'dv/dt = -v/tau : 1', method='exact')
        run(1*ms)
        os.makedirs(here/'results', exist_ok=True)
        savetxt(here/'results'/'v.txt', cells.v[:]); loadtxt(here/'results'/'v.txt')
        Path('w.txt').write_text('w'); os.rename('w.txt', 'x.txt'); os.mkdir('figures'); shutil.rmtree('figures')
        os.remove('data.txt')
        with open(here/'data.txt', 'a') as file: file.write('30')
        assert open(here/'data.txt').read() == '10 20\\n30'
        assert subprocess.check_output(['git', 'status'], text=True) == '' and os.system('touch touched') == 0
        figure(); savefig('a.png'); show(); store('s', 's.bin'); restore('s', 's.bin')
        os._exit(0)
    """
    code, kinds, runs, said, _ = examined(tmp_path / "theirs.py", text, ("--trials", "3"))
    assert (code, kinds, runs.whole) == (0, [], True), said
    assert "NOTE" not in said
    assert sorted(path.name for path in tmp_path.iterdir()) == ["data.txt", "theirs.py"]
    assert (tmp_path / "data.txt").read_text() == "10 20\n"
    code, _, _, said, _ = examined(tmp_path / "theirs.py", text)
    assert code == 2
    assert "error: the following arguments are required: --trials" in said


def test_code_in_c_changes_none_of_the_files_beside_a_script(tmp_path):
    """Catches a table of the user's that sqlite3 emptied through a link, and rights that were changed."""
    with contextlib.closing(sqlite3.connect(tmp_path / "runs.db")) as table:
        table.execute("CREATE TABLE runs (k INTEGER)")
        table.executemany("INSERT INTO runs VALUES (?)", [(k,) for k in range(5)])
        table.commit()
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "a.txt").write_text("a")
    text = """
        import os, sqlite3
        from brian2 import *
        table = sqlite3.connect('runs.db')
        assert table.execute('SELECT COUNT(*) FROM runs').fetchone() == (5,)
        table.execute('DELETE FROM runs'); table.commit()
        os.chmod('notes/a.txt', 0o400); os.chmod('theirs.py', 0o400)
        os.close(os.open('notes/a.txt', os.O_WRONLY | os.O_TRUNC))
        cells = NeuronGroup(1, 'dv/dt = -v/ms : 1', method='exact')
        run(1*ms)
    """
    code, _, runs, said, _ = examined(tmp_path / "theirs.py", text)
    assert (code, runs.whole) == (0, True), said
    with contextlib.closing(sqlite3.connect(tmp_path / "runs.db")) as table:
        assert table.execute("SELECT COUNT(*) FROM runs").fetchone() == (5,)
    assert (tmp_path / "notes" / "a.txt").read_text() == "a"
    assert not any(path.stat().st_mode & 0o777 == 0o400 for path in tmp_path.rglob("*"))


def _notebook(*cells, **about):
    made = [{"cell_type": "code", "source": text.splitlines(keepends=True)} for text in cells]
    return json.dumps({"cells": [{"cell_type": "markdown", "source": ["# Title"]}, *made], "metadata": about})


def test_a_notebook_is_looked_at_and_its_places_are_cells(tmp_path):
    """Catches a notebook that is refused for its magics, and a line that nobody finds in it."""
    text = _notebook(
        "%matplotlib inline\n!pip install brian2\nfrom brian2 import *",
        "%%bash\necho no Python here",
        "cells = NeuronGroup(2, '''dv/dt = (drive - v)/(10*ms) : volt\ndrive : volt''', method='euler')\n"
        "cells.drive = [0, 80]*volt\ndisplay(cells); get_ipython().run_line_magic('pinfo', 'cells')",
        "%time run(5*ms)\nany(x for x in [1])",
    )
    code, kinds, _, said, _ = examined(tmp_path / "theirs.ipynb", text)
    assert (code, ("weight_scale", "error") in kinds) == (1, True), said
    assert "any(... for ...) on cell 4, line 2" in said
    assert " on line " not in said


@pytest.mark.parametrize(
    ("cell", "lines"),
    [
        ("a = 1\n%time b = f(a)\nfiles = !ls\nf?", ["a = 1", "b = f(a)", "files = []", "pass"]),
        ("for a in b:\n    %timeit f\n    !ls", ["for a in b:", "    f", "    pass"]),
        ("%%time\nrun(1)", ["", "run(1)"]),
        ("%%html\n<b>", ["", ""]),
        ("a = '''\n% no magic\n'''\n!ls", ["a = '''", "% no magic", "'''", "pass"]),
        ("a = (7\n  % 4)", ["a = (7", "  % 4)"]),
    ],
)
def test_magics_are_dropped_line_by_line(cell, lines):
    """Catches lines that move, text of a string or a modulus taken for a magic, and code behind %time that is lost."""
    assert plain(cell) == lines


def test_a_notebook_of_another_language_or_none_is_named():
    with pytest.raises(NotPythonError, match="notebook of julia"):
        joined(_notebook("1", kernelspec={"language": "julia"}))
    for text in ("{", "[]", "{}", '{"cells": [{}]}'):
        with pytest.raises(NotPythonError, match="is no notebook"):
            joined(text)
    old = {"worksheets": [{"cells": [{"cell_type": "code", "input": ["a = 1"]}]}]}
    assert joined(json.dumps(old)) == ("a = 1\n", (1,))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("x = 1\nprint x\n", "is Python 2 (print without brackets on line 2)"),
        ("try:\n    pass\nexcept ValueError, e:\n    pass\n", "is Python 2 (`except X, e` on line 3)"),
        ("raise ValueError, 'no'\n", "is Python 2 (`raise X, text` on line 1)"),
        ("from brian import *\nprint 1\n", "is for Brian 1 (`from brian import *` on line 1)"),
        ("import brian.library\n", "is for Brian 1"),
        ("print(1\nx = 2\n", "is not Python that can be run"),
        ("print = = 2\n", "is not Python that can be run"),
    ],
)
def test_what_is_no_python_3_is_named_as_what_it_is(tmp_path, text, words):
    """Catches an old script that is only called broken, and a broken one that is called old."""
    path = tmp_path / "theirs.py"
    path.write_text(text)
    with pytest.raises(UnreadableError) as refused:
        read(path)
    assert words in str(refused.value)
    if "Python 2" in words:
        assert "2to3 -w" in str(refused.value)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("for i in xrange(3):\n    pass\n", "is Python 2 (xrange on line 1)"),
        ("raise ValueError('bad. ')\n", "the script stopped with ValueError on line 1: bad"),
        ("class Odd(Exception):\n    def __str__(self): return 1\nraise Odd", "with Odd on line 3: no message"),
        ("import sys\nsys.exit('no file given')", "the script ended itself by exit(): no file given"),
        ("from brian2 import *\nx = 1\n", "The script has no run"),
        (f"{CELLS}cells.tau = 10*ms\nraise RuntimeError('early')\nrun(1*ms)\n", "stopped with RuntimeError on line 7"),
    ],
)
def test_what_cannot_be_examined_is_2_and_one_finding(tmp_path, text, words):
    """Catches a fault of the script that counts as one of its network, which a CI would take for a diagnosis."""
    code, kinds, _, said, _ = examined(tmp_path / "theirs.py", text)
    assert (code, kinds) == (2, [("script", "error")])
    assert words in " ".join(said.split())
    assert "Traceback" not in said


@pytest.mark.parametrize(
    "begin", ["", "other = NeuronGroup(1, 'dv/dt = -v/(10*ms) : 1', method='exact')\nrun(1*ms)\nstart_scope()\n"]
)
def test_what_brian2_refuses_is_1_in_each_run_and_told_once(tmp_path, begin):
    """Catches a refusal that is called the script's own, and one of a later run that is only a note."""
    text = f"from brian2 import *\n{begin}cells = NeuronGroup(1, 'dv/dt = -v/tau : 1')\nrun(1*ms)\n"
    code, kinds, _, said, _ = examined(tmp_path / "theirs.py", text)
    assert (code, [kind for kind, level in kinds if kind == "refused"]) == (1, ["refused"]), said
    assert said.startswith("VERDICT  Brian2 refuses this")
    assert "tau" in said


def test_all_runs_count_and_a_rest_before_a_stimulus_is_not_silent(tmp_path):
    """Catches an error of the second run that is not seen since the first one is in order."""
    text = f"""
        {CELLS.strip().replace(chr(10), chr(10) + " " * 8)}
        spiking = NeuronGroup(2, '''dv/dt = (-65*mV - v + I)/(10*ms) : volt
        I : volt''', threshold='v > -50*mV', reset='v = -65*mV', method='exact')
        spiking.v = -65*mV
        cells.tau = 10*ms
        run(5*ms)
        spiking.I = 100*mV
        cells.drive = 80*volt
        run(5*ms)
    """
    code, kinds, runs, said, seen = examined(tmp_path / "theirs.py", text)
    assert (code, runs.total, [run.number for run in runs.looked]) == (1, 2, [1, 2])
    assert kinds[0] == ("weight_scale", "error")
    assert "1. ERROR (weight_scale), in run 2 (after 5 ms):" in said
    assert "The script has 2 runs; all were looked at." in said
    assert "spiking sent no spike" not in said
    assert seen.start_s == pytest.approx(5e-3)  # verdict and pictures are of the run with the error


def test_of_many_runs_alike_few_are_looked_at_and_one_that_differs_is(tmp_path):
    """Catches a loop over trials that takes all the time, and a trial with other parameters that is passed over."""
    text = f"""{CELLS}
cells.tau = 10*ms
for trial in range(8):
    cells.drive = 'rand()*mV' if trial != 5 else 5*mV
    run(1*ms)
"""
    code, _, runs, said, _ = examined(tmp_path / "theirs.py", text)
    assert (code, runs.total) == (0, 8)
    assert {1, 2, 3, 6} <= {run.number for run in runs.looked}
    assert len(runs.looked) < 8
    assert f"The script has 8 runs; {len(runs.looked)} of them were looked at: 1, 2, 3" in said


def test_a_finding_of_several_runs_is_told_once_with_its_runs():
    """Catches the same sentence once for each of three runs, and warnings of run 1 before the error of run 3."""
    rounded = Finding("delay_rounding", "warning", "The delay of S, 1.04 ms, becomes 1 ms.")
    other = Finding("delay_rounding", "warning", "The delay of P[:80] becomes 1 ms.")
    again = Finding("delay_rounding", "warning", "The delay of P[80:] becomes 1 ms.")
    error = Finding("runaway", "error", "It runs away at 5.2 ms.")
    looks = [
        (Run(1, 0.0, 1.0), Diagnosis([rounded, other], Verdict("nothing", "first"))),
        (Run(2, 1.0, 1.0), Diagnosis([rounded], Verdict("nothing", "second"))),
        (Run(3, 2.0, 1.0), Diagnosis([rounded, error, again], Verdict("model", "third"))),
    ]
    found = together(looks, 3, whole=True)
    assert [(f.kind, f.runs) for f in found.findings] == [
        ("runaway", (3,)),
        ("delay_rounding", (1, 2, 3)),
        ("delay_rounding", (1,)),
        ("delay_rounding", (3,)),
    ]
    assert found.verdict.says == "third"
    assert found.runs.where((1, 2, 3)) == "in all 3 runs"
    assert found.runs.where((3,)) == "in run 3 (after 2000 ms)"
    assert found.runs.where((1, 3)) == "in runs 1 and 3"
    part = Runs(found.runs.looked, 100, whole=False)
    assert part.says == "The script has at least 100 runs; 3 of them were looked at: 1, 2 and 3."
    assert part.where((1, 2, 3)) == "in all 3 runs that were looked at"
    assert (Runs().says, Runs((Run(1, 0, 1),), 1).where((1,))) == ("", "")


def test_runs_are_alike_when_their_random_numbers_are():
    """Catches trials that all count as different, and a changed constant that counts as chance."""
    one = Kind("a", ((1.0, 0.1), (2.0, 0.0)))
    assert one.like(Kind("a", ((1.3, 0.1), (2.0, 0.0))))
    assert not one.like(Kind("a", ((3.0, 0.1), (2.0, 0.0))))
    assert not one.like(Kind("a", ((1.0, 0.1), (2.1, 0.0))))
    assert not one.like(Kind("b", one.numbers))


def test_a_script_that_does_not_come_to_its_run_in_time_is_2(tmp_path, monkeypatch):
    """Catches a look that takes longer than it says, and a script without end that is called an error of a network."""
    monkeypatch.setattr(allowance, "SCRIPT_S", 100.0)
    begin = time.monotonic()
    code, _, _, said, _ = examined(tmp_path / "theirs.py", "while True:\n    pass\n", total_s=1.0)
    assert (code, "the script did not end in the time that the doctor has (1 s)" in said) == (2, True)
    assert time.monotonic() - begin < 15


def test_a_network_that_cannot_be_run_in_the_time_is_told_so_in_plain_words(tmp_path):
    """Catches 'failed: it took more than 100 s', which reads like an error of the network."""
    text = f"{CELLS}import time as clock\ncells.tau = 10*ms\n@network_operation(when='start')\ndef slow():\n"
    text += "    begin = clock.perf_counter()\n    while clock.perf_counter() < begin + 1: pass\nrun(60*second)\n"
    code, _, _, said, _ = examined(tmp_path / "theirs.py", text, total_s=3.0)
    assert code == 2, said
    assert "The network could not be run in the time that the doctor has (" in said


def test_experiments_end_with_the_time_of_whoever_asked():
    """Catches an experiment that has 200 s of its own within the 60 s of the doctor."""
    begin = time.monotonic()
    with ended_by(begin + 0.7), pytest.raises(LateError, match="not done within") as late:
        apart(time.sleep, 20, cpu_s=100)
    assert time.monotonic() - begin < 5
    assert late.value.seconds < 5


def test_joblib_works_in_this_process(tmp_path):
    """Catches a script of joblib whose networks run where nobody looks."""
    pytest.importorskip("joblib")
    text = """
        from joblib import Parallel, delayed
        from brian2 import *
        def simulated(tau_ms):
            tau = tau_ms*ms
            cells = NeuronGroup(1, 'dv/dt = -v/tau : 1', method='exact')
            run(1*ms)
            return tau_ms
        assert Parallel(n_jobs=2)(delayed(simulated)(one) for one in (10, 20)) == [10, 20]
    """
    code, _, runs, said, _ = examined(tmp_path / "theirs.py", text)
    assert (code, runs.total, runs.whole) == (0, 2, True), said


def test_what_is_said_meanwhile_names_the_time_and_each_run(tmp_path):
    """Catches a wait of a minute without a word, and words that the script's own silence swallows."""
    path = Path(tmp_path / "theirs.py")
    path.write_text(f"{CELLS}cells.tau = 10*ms\nrun(1*ms)\n")
    said = apart(_said, path, cpu_s=60)
    assert said == [f"looking at {path}: this takes about 10 s, at most 60 s", "run 1: 0.001 s of 2 neurons"]


def _said(path):
    said = []
    examine_script(path, said.append)
    return said


def test_a_group_that_is_silent_until_its_stimulus_is_no_warning(tmp_path):
    """Catches a warning, and a verdict that points to it, for a rest of 300 ms before the current is switched on."""
    text = """
        from brian2 import *
        cells = NeuronGroup(2, '''dv/dt = (-65*mV - v + I)/(10*ms) : volt
        I : volt''', threshold='v > -50*mV', reset='v = -65*mV', method='exact')
        cells.v = -65*mV
        run(300*ms)
        cells.I = 20*mV
        run(300*ms)
    """
    code, kinds, runs, said, _ = examined(tmp_path / "theirs.py", text)
    assert (code, [kind for kind, _ in kinds if kind == "silent"], runs.total) == (0, [], 2), said
    assert "sent no spike" not in said
    assert kinds or "see the warnings" not in said
