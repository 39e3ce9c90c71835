"""What a user's script may do where it runs: nothing of the user's is changed, nothing started, nothing waits for ever.

Each script runs in a fork, since a stage changes its process for good. The comment over a test says which mistake it
would catch.
"""

import builtins
import os
import random
import signal
import subprocess
import tempfile
from pathlib import Path

import brian2  # noqa: F401 (loaded here once, not in each fork)
import numpy as np
import pytest

from pipeline.engine.apart import ExperimentError, apart
from pipeline.network.stage import NotAllowedError, Stage, TooLongError


def _played(path, code, seed, cpu_s, names):
    stage = Stage()
    scope = {"__name__": "__main__", "Path": Path, "np": np, "os": os, "random": random, "subprocess": subprocess}
    raised = None
    try:
        with stage.playing(path, seed, cpu_s):
            exec(compile(code, str(path), "exec"), scope)
    except (NotAllowedError, TooLongError, ZeroDivisionError) as error:
        raised = type(error).__name__
    return raised, {name: scope.get(name) for name in names}, stage.drawn


def _play(tmp_path, code, *names, seed=1, cpu_s=5.0):
    """Run a script of a folder in a fork; return what it raised, some of its variables, and whether it drew numbers."""
    path = tmp_path / "script.py"
    path.write_text(code)
    return apart(_played, path, code, seed, cpu_s, names, cpu_s=20)


def _state(folder):
    return {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


# a script that saves its results where the user keeps theirs, each time a point is simulated
@pytest.mark.parametrize(
    "code",
    [
        "open('out.txt', 'w').write('x')",
        "open('data.txt', 'a').write('x')",
        "open('data.txt', 'r+').write('x')",
        "open('data.txt', 'w').write('x')",
        "open('{folder}/data.txt', 'w').write('x')",
        "open('{folder}/new.txt', 'w').write('x')",
        "open('sub/new.txt', 'w').write('x')",
        "open('sub/old.txt', 'a').write('x')",
        "np.save('sub/old', [1])",
        "Path('out.txt').write_text('x')",
        "Path('{folder}/data.txt').write_text('x')",
        "np.savetxt('out.txt', [1])",
        "np.save('data.txt', [1])",
        "np.savez('{folder}/kept.npz', a=1)",
        "import matplotlib.pyplot as plt; plt.plot([1]); plt.savefig('{folder}/f.png'); plt.show()",
    ],
)
def test_what_a_script_writes_is_thrown_away_without_a_word(tmp_path, code):
    (tmp_path / "data.txt").write_text("mine")
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "old.txt").write_text("mine")
    (tmp_path / "script.py").write_text(code.format(folder=tmp_path))
    before = _state(tmp_path)
    raised, *_ = _play(tmp_path, code.format(folder=tmp_path))
    assert raised is None
    assert _state(tmp_path) == before


# a file that the script writes and reads again, which would be the old one, or missing
def test_a_script_reads_its_own_files_and_what_it_has_written(tmp_path):
    (tmp_path / "data.txt").write_text("mine")
    code = "a = open('data.txt').read()\nopen('data.txt', 'a').write('+')\nb = open('data.txt').read()\n"
    assert _play(tmp_path, code, "a", "b")[1] == {"a": "mine", "b": "mine+"}


# files removed, renamed or made in the user's folder by ways around open()
@pytest.mark.parametrize(
    "code",
    [
        "os.remove('{folder}/data.txt')",
        "os.rename('{folder}/data.txt', '{folder}/b.txt')",
        "os.mkdir('{folder}/new')",
        "Path('{folder}/data.txt').unlink()",
        "import shutil; shutil.rmtree('{folder}')",
        "os.close(os.open('{folder}/data.txt', os.O_WRONLY | os.O_TRUNC))",
        "import shutil; shutil.copyfile('{folder}/data.txt', '{folder}/c.txt')",
    ],
)
def test_changes_of_files_elsewhere_are_refused(tmp_path, code):
    (tmp_path / "data.txt").write_text("mine")
    raised, *_ = _play(tmp_path, code.format(folder=tmp_path))
    assert raised == "NotAllowedError"
    assert (tmp_path / "data.txt").read_text() == "mine"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["data.txt", "script.py"]


# the user's own file written through the link that stands for it in the scratch folder
@pytest.mark.parametrize(
    "code",
    [
        "os.close(os.open('data.txt', os.O_WRONLY | os.O_TRUNC))",
        "os.truncate('data.txt', 0)",
        "os.chmod('data.txt', 0)",
        "os.utime('data.txt', (0, 0))",
    ],
)
def test_the_links_to_files_of_the_folder_are_no_way_round(tmp_path, code):
    (tmp_path / "data.txt").write_text("mine")
    _play(tmp_path, code)
    assert (tmp_path / "data.txt").read_text() == "mine"
    status = (tmp_path / "data.txt").stat()
    assert status.st_mode & 0o600 == 0o600
    assert status.st_mtime > 0


# a program started in each point of a sweep
@pytest.mark.parametrize(
    "code", ["subprocess.run(['true'])", "os.system('true')", "os.posix_spawn('/bin/true', ['true'], {})"]
)
def test_other_programs_are_not_started(tmp_path, code):
    assert _play(tmp_path, code)[0] == "NotAllowedError"


# a script that never comes to its run: a sweep that waits for ever; `except Exception` that goes on
@pytest.mark.parametrize(
    "code",
    ["while True: pass", "while True:\n    try:\n        1/0\n    except Exception:\n        pass",
     "import time\ntime.sleep(60)"],
)  # fmt: skip
def test_an_endless_script_ends(tmp_path, code):
    assert _play(tmp_path, code, cpu_s=0.3)[0] == "TooLongError"


# a timer that rings after the script has ended, in what runs next
def test_the_countdown_ends_with_the_script(tmp_path):
    def left(path):
        _played(path, "x = 1", 1, 0.2, ())
        return signal.getitimer(signal.ITIMER_PROF)[0], signal.getitimer(signal.ITIMER_REAL)[0]

    (tmp_path / "script.py").write_text("x = 1")
    assert apart(left, tmp_path / "script.py", cpu_s=20) == (0, 0)


DRAWS = "a = random.random(), float(np.random.rand()), float(np.random.default_rng().random())\n"


# points that are no longer the same when they are run again, or the same network whatever its seed
def test_random_numbers_come_from_the_seed(tmp_path):
    one = _play(tmp_path, DRAWS, "a", seed=1)
    assert one == _play(tmp_path, DRAWS, "a", seed=1)
    other = _play(tmp_path, DRAWS, "a", seed=2)
    assert all(x != y for x, y in zip(one[1]["a"], other[1]["a"], strict=True))


# a script that seeds itself: its repeats would all be one network
def test_seeds_that_a_script_sets_do_not_count(tmp_path):
    seeded = "random.seed(7); np.random.seed(7)\nrng = np.random.default_rng(7)\n"
    code = seeded + "a = random.random(), float(np.random.rand()), float(rng.random())\n"
    one, other = (_play(tmp_path, code, "a", seed=seed)[1]["a"] for seed in (1, 2))
    assert all(x != y for x, y in zip(one, other, strict=True))


# two generators of a script with seeds of their own that draw the same numbers
def test_generators_of_different_seeds_differ(tmp_path):
    code = "a = float(np.random.default_rng(1).random()), float(np.random.default_rng(2).random())\n"
    first, second = _play(tmp_path, code, "a")[1]["a"]
    assert first != second


KINDS = [
    *("np.random.default_rng({}).random()", "b2.default_rng({}).random()", "pylab.RandomState({}).rand()"),
    *("np.random.Generator(np.random.PCG64({})).random()", "np.random.RandomState(np.random.MT19937({})).rand()"),
    *("np.random.default_rng(np.random.SeedSequence({}).spawn(2)[1]).random()", "random.Random({}).random()"),
]


# a way to a generator that does not go by the seed: networks that are all the same, or another one at each translation
@pytest.mark.parametrize("own", ["", "5", "np.int64(5)", "[5, 6]"])
@pytest.mark.parametrize("kind", KINDS)
def test_every_generator_comes_from_the_seed(tmp_path, kind, own):
    if kind.startswith("random.Random") and own.startswith("["):
        return  # Python's takes no lists
    code = f"import brian2 as b2, pylab\na = [float({kind.format(own)}) for _ in range(2)]\n"
    (raised, names, drawn), again, other = (_play(tmp_path, code, "a", seed=seed) for seed in (1, 1, 2))
    assert raised is None
    assert drawn
    assert names["a"] == again[1]["a"]
    assert names["a"][0] != other[1]["a"][0]
    # streams that have the same seed are the same, those that have none are not
    assert (names["a"][0] == names["a"][1]) == bool(own)


# what NumPy made itself taken for something else, and a stream that is seeded again by the script's seed alone
def test_what_a_class_of_numpy_made_is_its_own(tmp_path):
    code = (
        "one = np.random.RandomState(1)\n"
        "a = [isinstance(one, np.random.RandomState), isinstance(np.random.mtrand._rand, np.random.RandomState)]\n"
        "one.seed(2)\nb = one.rand() == np.random.RandomState(2).rand()\n"
    )
    _, names, _ = _play(tmp_path, code, "a", "b")
    assert names["a"] == [True, True]
    assert names["b"]


# a script that draws taken for one that does not: its translation would be kept for all seeds
@pytest.mark.parametrize(
    ("code", "drawn"),
    [
        ("x = 1", False),
        ("random.seed(1)", False),
        ("random.random()", True),
        ("np.random.rand()", True),
        ("np.random.default_rng(3).random()", True),
        ("np.random.RandomState(3).rand()", True),
        ("random.Random(3).random()", True),
    ],
)
def test_whether_a_script_drew_is_known(tmp_path, code, drawn):
    assert _play(tmp_path, code)[2] is drawn


# restrictions that outlive the script: our own tables could not be written
def test_after_the_script_everything_is_as_before(tmp_path):
    def after(path):
        kept = builtins.open, os.getcwd(), tempfile.gettempdir(), np.random.seed
        raised, *_ = _played(path, "1/0", 1, 5, ())
        same = kept == (builtins.open, os.getcwd(), tempfile.gettempdir(), np.random.seed)
        (path.parent / "after.txt").write_text("x")
        return raised, same, subprocess.run(["true"], check=False).returncode

    (tmp_path / "script.py").write_text("1/0")
    assert apart(after, tmp_path / "script.py", cpu_s=20) == ("ZeroDivisionError", True, 0)
    assert (tmp_path / "after.txt").read_text() == "x"


# Brian2's own files taken for the script's
def test_what_is_trusted_may_write(tmp_path):
    def trusting(path):
        stage = Stage()
        with stage.playing(path, 1, 5), stage.trusted():
            (path.parent / "cache.txt").write_text("x")
            return subprocess.run(["true"], check=False).returncode

    (tmp_path / "script.py").write_text("")
    assert apart(trusting, tmp_path / "script.py", cpu_s=20) == 0
    assert (tmp_path / "cache.txt").exists()


# an experiment that dies with the whole program
def test_a_script_that_kills_its_process_is_an_error(tmp_path):
    with pytest.raises(ExperimentError):
        _play(tmp_path, "os.kill(os.getpid(), 9)")


# a script that asks, and waits for an answer
def test_a_script_that_asks_gets_no_answer(tmp_path):
    code = "try:\n    a = input()\nexcept EOFError:\n    a = 'none'\n"
    assert _play(tmp_path, code, "a")[1] == {"a": "none"}
