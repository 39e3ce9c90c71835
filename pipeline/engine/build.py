"""The network to one compiled program in results/build/<hash>/, with a manifest of what it is and how to call it.

The hash covers all that shapes the program: the sources of the network, population sizes, dt, Brian2, compiler, flags
and processor, so that a program is never run where or for what it was not built. Machines that share results/ each have
a folder of their own there, as long as their processors or compilers differ.
"""

import contextlib
import hashlib
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

from pipeline.config import provenance
from pipeline.config.reader import ConfigError, fingerprint
from pipeline.config.tables import alone, write_text
from pipeline.engine import outlet
from pipeline.engine.machine import FAST_FLAGS, FLAGS, accepts, compiler, compiler_version, cores, cpu
from pipeline.engine.project import BuildError
from pipeline.network.equations import METHOD
from pipeline.network.knobs import PaperModel

SOURCES = (
    "engine/build.py",
    "engine/assembly.py",
    "network/equations.py",
    "engine/integrator.py",
    "engine/substeps.py",
    "engine/substeps.cpp",
    "network/thalamus.py",
    "engine/observer.h",
    "engine/outlet.py",
)
"""Files of this package that shape the program."""

MACHINE = ("compiler", "flags", "cpu")
"""What differs between the programs of one network on several machines; results differ by rounding alone."""

HANDED_OVER = {
    "spikes": ("t", "i"),
    "trace": ("v",),
    "observer": (
        *("steps", "memory_kb", "mean_sum_E", "mean_square_E", "mean_sum_I", "mean_square_I"),
        *("diverged_t", "diverged_population", "diverged_variable", "diverged_neuron"),
    ),
    "E": ("v_sum", "v_square"),
    "I": ("v_sum", "v_square"),
}
"""Variables that a program hands over at its end, by the first word of the name of their owner."""

HEADER = "objects.h"
"""Header of the program that every object needs; compiled once, since reading it is most of the time of each."""


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


def specification(model: PaperModel, march: str = "native", method: str = METHOD, traced: int = 0) -> dict[str, Any]:
    """Return all that shapes the program of `model` on this machine: the identity of a build.

    `march` is the instruction set to compile for; `method` the integrator: that of this package, or one of Brian2's,
    with Brian2's own flags and precision, for comparison; `traced` the number of neurons of E and of I whose potentials
    it records. Raises ConfigError where there is no compiler.
    """
    wanted = [flag.replace("native", march) for flag in FAST_FLAGS] if method == METHOD else []
    return {
        "populations": dict(model.populations),
        "dt_ms": model.dt_ms,
        "method": method,
        "traced": traced,
        "sources": provenance.code(SOURCES),
        "compiler": compiler_version(),
        "flags": [*FLAGS, *(flag for flag in wanted if accepts(flag))] if method == METHOD else None,
        "versions": {name: importlib.metadata.version(name) for name in ("brian2", "numpy", "sympy")},
        "python": platform.python_version(),
        "cpu": cpu(),
    }


def location(results: Path | str, specified: dict[str, Any]) -> Path:
    """Return the folder of the program with this specification."""
    return Path(results) / "build" / fingerprint(specified)


def meaning(specified: dict[str, Any]) -> str:
    """Return what identifies the network that a program simulates, on whatever machine it was built."""
    return fingerprint({name: value for name, value in specified.items() if name not in MACHINE})


def ensure(
    model: PaperModel, results: Path | str, march: str = "native", method: str = METHOD, traced: int = 0
) -> Program:
    """Return the program of `model` for this machine, compiled now where it is not there yet (15 to 60 s).

    See `specification`. Several nodes that share `results` may want it at once: one compiles, the others wait for it.
    A program that is in place is never touched again.
    """
    specified = specification(model, march, method, traced)
    directory = location(results, specified)
    if not (directory / "manifest.json").exists():
        directory.parent.mkdir(parents=True, exist_ok=True)
        with alone(Path(results) / "build.lock"):
            for left in directory.parent.glob(f"{directory.name}.part-*"):  # by a build that was killed
                shutil.rmtree(left, ignore_errors=True)
            if not (directory / "manifest.json").exists():
                _make(specified, directory)
    return load(directory, model, specified)


def _make(specified: dict[str, Any], directory: Path) -> None:
    scratch = Path(tempfile.mkdtemp(prefix=f"{directory.name}.part-", dir=directory.parent))
    try:
        _compile_apart(specified, scratch)
        shutil.rmtree(directory, ignore_errors=True)  # what is left of a program whose manifest was deleted
        with contextlib.suppress(OSError):  # where files have no locks, another node may have built it meanwhile
            scratch.rename(directory)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def load(directory: Path, model: PaperModel, specified: dict[str, Any]) -> Program:
    """Return the program in `directory`, with the knobs that `model` gives it.

    ConfigError where it is damaged, or was not built as `specified`: for another processor, say.
    """
    path = directory / "manifest.json"
    try:
        manifest = json.loads(path.read_text(encoding="utf-8"))
        problem = _problem(manifest, directory, specified)
    except (OSError, ValueError) as error:
        problem = f"cannot be read ({error})"
    if problem:
        raise ConfigError(f"{path}: {problem}; delete the folder {directory} and build again.")
    manifest["knobs"] = {name: {"sets": knob.sets, "si": knob.si} for name, knob in model.knobs.items()}
    return Program(directory, manifest)


def _problem(manifest: Any, directory: Path, specified: dict[str, Any]) -> str | None:
    """Return how a manifest or its program is damaged or is for something else, None where all is as specified."""
    if not isinstance(manifest, dict) or "checksum" not in manifest:
        return "is no manifest"
    content = {key: value for key, value in manifest.items() if key != "checksum"}
    if fingerprint(content) != manifest["checksum"]:
        return "is not what the build wrote"
    for name, value in specified.items():
        if (built := manifest["specification"].get(name)) != value:
            return f"{name} = {_short(built)} is not {_short(value)}, as this machine needs it"
    if not (directory / "main").is_file() or _digest(directory / "main") != manifest["program"]:
        return f"the program {directory / 'main'} is missing or not what the build wrote"
    return None


def _short(value: Any) -> str:
    return textwrap.shorten(str(value), 80, placeholder=" ...")


def _compile_apart(specified: dict[str, Any], directory: Path) -> None:
    """Run `_compile` in a process of its own, since Brian2's device keeps global state; BuildError where it fails."""
    package = str(Path(__file__).parents[2])
    path = os.pathsep.join(filter(None, [package, os.environ.get("PYTHONPATH")]))
    command = [sys.executable, "-m", "pipeline.engine.build", str(directory.resolve())]
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
    from brian2.core.variables import DynamicArrayVariable

    from pipeline.engine import assembly

    b2.set_device("cpp_standalone", build_on_run=False)
    if specified["flags"] is not None:
        b2.prefs.core.default_float_dtype = np.float32
        b2.prefs.codegen.cpp.extra_compile_args = specified["flags"]
        b2.prefs.codegen.cpp.extra_compile_args_gcc = specified["flags"]
    assembly.assemble(specified["populations"], specified["dt_ms"], specified["method"], specified["traced"])
    arrays = {
        f"{variable.owner.name}.{variable.name}": variable
        for variable in b2.device.arrays
        if variable.name in HANDED_OVER.get(getattr(variable.owner, "name", "").partition("_")[0], ())
    }
    sizes = {
        b2.device.get_array_name(variable, access_data=False): (
            (variable.ndim, "") if isinstance(variable, DynamicArrayVariable) else (0, f"{variable.size}")
        )
        for variable in arrays.values()
    }
    b2.device.insert_code("main", outlet.cpp(sizes))
    b2.device.build(directory=str(directory), compile=False, run=False, with_output=False)
    if specified["flags"] is not None:
        _run([*compiler().split(), *specified["flags"], "-I.", "-x", "c++-header", HEADER], directory)
    _run(["make", f"-j{cores()}", f"CXXFLAGS=-c -include {HEADER} $(OPTIMISATIONS) -I."], directory)
    for pattern in ("*.o", "*.gch"):
        for made in directory.rglob(pattern):
            made.unlink()
    write_manifest(directory, specified, {name: np.dtype(variable.dtype).name for name, variable in arrays.items()})


def write_manifest(directory: Path, specified: dict[str, Any], arrays: dict[str, str]) -> None:
    """Write the manifest of the program in `directory`: what it is, what it hands over, and checksums of both."""
    manifest: dict[str, Any] = {"specification": specified, "arrays": arrays, "program": _digest(directory / "main")}
    manifest["checksum"] = fingerprint(manifest)
    write_text(directory / "manifest.json", json.dumps(manifest, indent=1))


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


if __name__ == "__main__":
    _compile(json.load(sys.stdin), Path(sys.argv[1]))
