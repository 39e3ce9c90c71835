"""Programs by another compiler than GCC: the same network, and loops that take many neurons at a time.

Skipped where there is no clang.
"""

import json
import shutil
import subprocess

import numpy as np
import pytest
from conftest import ROOT

from pipeline.engine import machine, programs, project
from pipeline.engine.literals import single
from pipeline.engine.powers import without_powers
from pipeline.engine.translated import Wish
from pipeline.engine.translator import translator

SCRIPT = """from brian2 import *
from pipeline.library import linoid, spiking_neurons

prefs.core.default_float_dtype = float32
cells = spiking_neurons(
    64,
    '''dv/dt = (I - 0.1*(v + 67) - 80*n**4*(v + 100) - 100*m**3*h*(v - 50))/ms : 1
    m = alpha_m/(alpha_m + beta_m) : 1
    alpha_m = 1.28*linoid((v + 54)/4) : 1
    beta_m = 1.4*linoid(-(v + 27)/5) : 1
    dh/dt = (0.128*exp(-(v + 50)/18)*(1 - h) - 4/(1 + exp(-(v + 27)/5))*h)/ms : 1
    dn/dt = (0.16*linoid((v + 52)/5)*(1 - n) - 0.5*exp(-(v + 57)/40)*n)/ms : 1
    I : 1 (constant)''',
    threshold='v > -20', rearm='v < -33', foot='v > -50', name='cells')
cells.v = -67
cells.I = '1 + 0.1*i'
run(200*ms)
"""

needs_clang = pytest.mark.skipif(shutil.which("clang++") is None, reason="needs clang")


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Compile neurons that fire at several rates by both compilers: return the translation, and their programs."""
    folder = tmp_path_factory.mktemp("compilers")
    script = folder / "net.py"
    script.write_text(SCRIPT)
    with translator() as process:
        translation = process.ask("translate", Wish(str(script)))
    with pytest.MonkeyPatch.context() as patch:
        found = {}
        for name in ("g++", "clang++"):
            patch.setenv("CXX", name)
            found[name] = programs.ensure(translation, folder / "results")
        yield translation, found


def _spikes(translation, program):
    values = [value.value for value in translation.values]
    run = programs.simulate(program, translation, values, programs.Run(1, 1, 0.0), translation.runs)
    assert run.divergence is None
    spikes = run.spikes["cells"]
    return [spikes.times_s[spikes.neurons == neuron] * 1e3 for neuron in range(64)]


@needs_clang
def test_a_program_by_clang_does_what_that_by_gcc_does(made):
    """Neurons that are not joined: what rounding does to them does not grow, so spikes are in the same step or next."""
    translation, found = made
    assert found["g++"].directory != found["clang++"].directory
    gcc, clang = (_spikes(translation, found[name]) for name in ("g++", "clang++"))
    assert sum(map(len, gcc)) > 500
    for one, other in zip(gcc, clang, strict=True):
        assert len(one) == len(other)
        assert np.abs(one - other).max(initial=0) < 0.15


@needs_clang
def test_clang_takes_many_neurons_at_a_time(made, monkeypatch):
    """It took them one by one where it could not tell arrays apart, and literals were in double precision."""
    _, found = made
    monkeypatch.setenv("CXX", "clang++")
    folder = found["clang++"].directory
    flags = json.loads((folder / "manifest.json").read_text())["specification"]["flags"]
    file = "code_objects/cells_stateupdater_codeobject.cpp"
    command = [
        "clang++",
        *flags,
        "-I.",
        "-include",
        "objects.h",
        "-Rpass=loop-vectorize",
        "-c",
        file,
        "-o",
        "/dev/null",
    ]
    said = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True).stderr
    loop = next(n for n, line in enumerate((folder / file).read_text().splitlines(), 1) if "_idx<_N" in line)
    width = said.partition(f"{file}:{loop}:")[2].partition("vectorization width: ")[2].partition(",")[0]
    # of single precision as many as a register has place for, 4 in the smallest
    assert int(width) >= 4


@needs_clang
def test_flags_that_a_compiler_does_not_know_are_left_out(monkeypatch):
    """GCC's cost model is ignored by clang with a warning, clang's own flags stop GCC."""
    for compiler, knows, does_not in (
        ("g++", programs.VECTORS[1], machine.VECTOR_LIBRARY),
        ("clang++", "-mllvm", "--param"),
    ):
        monkeypatch.setenv("CXX", compiler)
        flags = " ".join(programs.flags(strict=False))
        assert knows in flags
        assert does_not not in flags
    assert programs.VECTORS[1] not in flags


def test_literals_become_single_where_they_do_not_say_what_they_are():
    text = 'x = 0.5*y + 1e-3/.25 + 2. - 3*z1 + a[1] + 0.5L + 0.5f + 1.5e+2; // "1.5"\nprintf("%g 2.5 \\" 3.5", 4.5);'
    assert single(text) == (
        'x = 0.5f*y + 1e-3f/.25f + 2.f - 3*z1 + a[1] + 0.5L + 0.5f + 1.5e+2f; // "1.5"\nprintf("%g 2.5 \\" 3.5", 4.5f);'
    )


@needs_clang
def test_exp_and_expm1_that_clang_takes_of_many_numbers_are_right(tmp_path):
    """Written as exp(x) - 1 expm1 has no digit left at 1e-16; with ln 2 in one part exp(300) is off."""
    (tmp_path / "main.cpp").write_text(
        '#include "many.h"\n#include <cstdio>\nint main() { double x; while (scanf("%lf", &x) == 1) '
        'printf("%.17g %.17g\\n", std::exp(x), expm1(x)); }\n'
    )
    command = ["clang++", *machine.FLAGS, "-D__FAST_MATH__", f"-I{ROOT}/pipeline/engine", "main.cpp"]
    subprocess.run([*command, "-o", "main"], cwd=tmp_path, check=True)
    read = subprocess.run([*command, "-E"], cwd=tmp_path, capture_output=True, text=True, check=True).stdout
    assert "std::many_exp(x), many_expm1(x)" in read.rpartition("int main")[2]
    x = np.concatenate(
        [
            *(np.linspace(-3, 3, 4001), np.linspace(-708, 709.7, 4001), 10.0 ** np.arange(-18, 0)),
            *(-(10.0 ** np.arange(-18, 0)), [0.0, 709.78, 710.0, 1e6, -746.0, -1e6, np.inf, -np.inf, np.nan]),
        ]
    )
    given = "\n".join(f"{one!r}" for one in x.tolist())
    done = subprocess.run([tmp_path / "main"], input=given, capture_output=True, text=True, check=True)
    exp, expm1 = np.array(done.stdout.split(), float).reshape(-1, 2).T
    with np.errstate(over="ignore"):
        assert exp == pytest.approx(np.exp(x), rel=3e-16, abs=0, nan_ok=True)
        assert expm1 == pytest.approx(np.expm1(x), rel=5e-16, abs=0, nan_ok=True)


def test_a_power_of_an_exponential_is_one_exponential():
    """Else clang calls pow, for one neuron at a time; a sum with an exponential in it is no exponential."""
    assert without_powers("a/(_brian_pow(exp(l * (v + 1)), 0.05)) + 1") == "a/(exp((l * (v + 1))*(0.05))) + 1"
    assert without_powers("_brian_pow(exp(_brian_pow(exp(v), 2.0)), f(3))") == "exp((exp((v)*(2.0)))*(f(3)))"
    for other in ("_brian_pow(exp(v) + 1, 2.0)", "_brian_pow(n, 4)", "exp(_brian_pow(v, 2))"):
        assert without_powers(other) == other


def test_powers_of_exponentials_are_left_in_strict_programs_alone(tmp_path):
    for flags, expected in ((["-ffast-math"], "exp((v)*(0.5))"), (["-O2"], "_brian_pow(exp(v), 0.5)")):
        with pytest.raises(project.BuildError):
            project.compile_project({"one.cpp": "x = _brian_pow(exp(v), 0.5);"}, tmp_path, ["false"], flags, 1)
        assert expected in (tmp_path / "one.cpp").read_text()
