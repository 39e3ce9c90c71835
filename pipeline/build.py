"""The network to one compiled program in results/build/<hash>/, with a manifest of what it is and how to call it.

The hash covers all that shapes the program: the sources of the network, population sizes, dt, Brian2, compiler, flags
and processor, so that a program is never run where or for what it was not built. Machines that share results/ each have
a folder of their own there, as long as their processors or compilers differ.
"""

import contextlib
import importlib.metadata
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import textwrap
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline import provenance
from pipeline.equations import METHOD
from pipeline.parameters import ConfigError, Model, fingerprint

SOURCES = (
    "build.py",
    "network.py",
    "equations.py",
    "integrator.py",
    "substeps.py",
    "templates/substeps.cpp",
    "thalamus.py",
    "observer.h",
)
"""Files of this package that shape the program."""

FLAGS = ("-O3", "-std=c++11", "-w", "-ffast-math", "-fno-finite-math-only")
"""Flags of every build; with -fno-finite-math-only isfinite() still works."""

FAST_FLAGS = (
    "-march=native",
    "-funroll-loops",
    "-fsingle-precision-constant",  # the state is in single precision: double literals would promote the arithmetic
    "-D__FAST_MATH__",  # -fno-finite-math-only takes it away, and glibc declares its vector exp only where it is set
    "--param=vect-max-version-for-alias-checks=1000",
    "-mprefer-vector-width=512",
)
"""Flags tried one by one and taken where the compiler knows them."""

MACHINE = ("compiler", "flags", "cpu")
"""What differs between the programs of one network on several machines; results differ by rounding alone."""

HEADER = "objects.h"
"""Header of the program that every object needs; compiled once, since reading it is most of the time of each."""


class BuildError(RuntimeError):
    """Brian2 or the compiler failed; the message holds what they said."""


@dataclass(frozen=True)
class Program:
    """A compiled network: its folder and its manifest."""

    directory: Path
    manifest: dict[str, Any]

    @property
    def executable(self) -> Path:
        """The program itself."""
        return self.directory / "main"

    @property
    def meaning(self) -> str:
        """What identifies the network that it simulates, on whatever machine it was built."""
        return meaning(self.manifest["specification"])


def _compiler() -> str:
    """Return the C++ compiler's name; ConfigError with the package to install where there is none."""
    compiler = os.environ.get("CXX", "g++")
    for tool in (compiler.split()[0], "make"):
        if shutil.which(tool) is None:
            raise ConfigError(f"{tool} was not found: install a C++ compiler and make (Debian: apt install g++ make).")
    return compiler


def _output(command: list[str]) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout


def _cpu() -> str:
    """Return the processor's model and instruction sets, as /proc/cpuinfo tells them."""
    with contextlib.suppress(OSError):
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        facts = dict(line.split(":", 1) for line in lines if ":" in line)
        named = {key.strip(): value.strip() for key, value in facts.items()}
        return f"{named.get('model name', platform.processor())} [{named.get('flags', named.get('Features', ''))}]"
    return platform.processor() or platform.machine()


def _accepts(compiler: str, flag: str) -> bool:
    command = [*compiler.split(), flag, "-x", "c++", "-fsyntax-only", "-Werror", "-"]
    return subprocess.run(command, input="int main() {}", capture_output=True, text=True, check=False).returncode == 0


def specification(model: Model, march: str = "native", method: str = METHOD, traced: int = 0) -> dict[str, Any]:
    """Return all that shapes the program of `model` on this machine: the identity of a build.

    `march` is the instruction set to compile for; `method` the integrator: that of this package, or one of Brian2's,
    with Brian2's own flags and precision, for comparison; `traced` the number of neurons of E and of I whose potentials
    it records. Raises ConfigError where there is no compiler.
    """
    compiler = _compiler()
    wanted = [flag.replace("native", march) for flag in FAST_FLAGS] if method == METHOD else []
    return {
        "populations": dict(model.populations),
        "dt_ms": model.dt_ms,
        "method": method,
        "traced": traced,
        "sources": provenance.code(SOURCES),
        "compiler": _output([*compiler.split(), "--version"]).partition("\n")[0],
        "flags": [*FLAGS, *(flag for flag in wanted if _accepts(compiler, flag))] if method == METHOD else None,
        "versions": {name: importlib.metadata.version(name) for name in ("brian2", "numpy", "sympy")},
        "python": platform.python_version(),
        "cpu": _cpu(),
    }


def location(results: Path | str, specified: dict[str, Any]) -> Path:
    """Return the folder of the program with this specification."""
    return Path(results) / "build" / fingerprint(specified)


def meaning(specified: dict[str, Any]) -> str:
    """Return what identifies the network that a program simulates, on whatever machine it was built."""
    return fingerprint({name: value for name, value in specified.items() if name not in MACHINE})


def cores() -> int:
    """Return the number of processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def ensure(model: Model, results: Path | str, march: str = "native", method: str = METHOD, traced: int = 0) -> Program:
    """Return the program of `model` for this machine, compiled now where it is not there yet (15 to 60 s).

    See `specification`. Several nodes that share `results` may do so at once: each compiles apart, the first to end
    puts its folder in place in one step, and all run that one. A folder that is in place is never touched again.
    """
    specified = specification(model, march, method, traced)
    directory = location(results, specified)
    if not directory.exists():
        directory.parent.mkdir(parents=True, exist_ok=True)
        scratch = Path(tempfile.mkdtemp(prefix=f"{directory.name}.part-", dir=directory.parent))
        try:
            _compile_apart(specified, scratch)
            with contextlib.suppress(OSError):  # somebody else has built the same meanwhile
                scratch.rename(directory)
        finally:
            shutil.rmtree(scratch, ignore_errors=True)
    return load(directory, model, specified)


def load(directory: Path, model: Model, specified: dict[str, Any]) -> Program:
    """Return the program in `directory`, with the knobs that `model` gives it.

    ConfigError where it is not whole, or was not built as `specified`: for another processor, say.
    """
    path = directory / "manifest.json"
    try:
        manifest = json.loads(path.read_text(encoding="utf-8"))
        built = dict(manifest["specification"])
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise ConfigError(f"{path}: cannot be read ({error}); delete the folder {directory} and build again.") from None
    for name, value in specified.items():
        if built.get(name) != value:
            raise ConfigError(
                f"{path}: {name} = {_short(built.get(name))} is not {_short(value)}, as this machine needs it; delete "
                f"the folder {directory} and build again."
            )
    manifest["knobs"] = {name: {"sets": knob.sets, "si": knob.si} for name, knob in model.knobs.items()}
    return Program(directory, manifest)


def _short(value: Any) -> str:
    return textwrap.shorten(str(value), 80, placeholder=" ...")


def _compile_apart(specified: dict[str, Any], directory: Path) -> None:
    """Run `_compile` in a process of its own, since Brian2's device keeps global state; BuildError where it fails."""
    package = str(Path(__file__).parents[1])
    path = os.pathsep.join(filter(None, [package, os.environ.get("PYTHONPATH")]))
    command = [sys.executable, "-m", "pipeline.build", str(directory.resolve())]
    done = subprocess.run(
        command,
        input=json.dumps(specified),
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": path},
    )
    if done.returncode != 0:
        raise BuildError(f"the network could not be compiled:\n{done.stdout}{done.stderr}")


def _run(command: list[str], directory: Path) -> None:
    """Run a command in `directory`; where it fails, end the process with what it said."""
    done = subprocess.run(command, cwd=directory, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        sys.exit(f"{' '.join(command)}\n{done.stdout[-3000:]}{done.stderr[-3000:]}")


def _compile(specified: dict[str, Any], directory: Path) -> None:
    """Generate and compile the program of a specification in `directory`; the manifest comes last."""
    import brian2 as b2
    import numpy as np

    from pipeline import network

    b2.set_device("cpp_standalone", build_on_run=False)
    if specified["flags"] is not None:
        b2.prefs.core.default_float_dtype = np.float32
        b2.prefs.codegen.cpp.extra_compile_args = specified["flags"]
        b2.prefs.codegen.cpp.extra_compile_args_gcc = specified["flags"]
    network.assemble(specified["populations"], specified["dt_ms"], specified["method"], specified["traced"])
    b2.device.build(directory=str(directory), compile=False, run=False, with_output=False)
    if specified["flags"] is not None:
        _run([*_compiler().split(), *specified["flags"], "-I.", "-x", "c++-header", HEADER], directory)
    _run(["make", f"-j{cores()}", f"CXXFLAGS=-c -include {HEADER} $(OPTIMISATIONS) -I."], directory)
    arrays = {
        f"{variable.owner.name}.{variable.name}": {
            "file": b2.device.get_array_filename(variable),
            "dtype": np.dtype(variable.dtype).name,
        }
        for variable in b2.device.arrays
        if getattr(variable.owner, "name", "").startswith(("spikes_", "trace_", "observer", "E", "I"))
    }
    for pattern in ("*.o", "*.gch"):
        for made in directory.rglob(pattern):
            made.unlink()
    manifest = {"specification": specified, "arrays": arrays}
    part = directory / "manifest.json.part"
    part.write_text(json.dumps(manifest, indent=1), encoding="utf-8")
    part.rename(directory / "manifest.json")


if __name__ == "__main__":
    _compile(json.load(sys.stdin), Path(sys.argv[1]))
