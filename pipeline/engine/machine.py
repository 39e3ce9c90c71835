"""The machine: its compiler, the flags that it knows, its processor and cores."""

import contextlib
import functools
import os
import platform
import shutil
import subprocess
import tempfile
from pathlib import Path

from pipeline.config.reader import ConfigError

FLAGS = ("-O3", "-std=c++11", "-w", "-ffast-math", "-fno-finite-math-only")
"""Flags of every build; with -fno-finite-math-only isfinite() still works."""

VECTOR_LIBRARY = "-fveclib=libmvec"
"""By it clang takes exp and others of many numbers at a time from glibc, as GCC does by itself."""

FAST_FLAGS = (
    "-march=native",
    "-funroll-loops",
    "-D__FAST_MATH__",  # -fno-finite-math-only takes it away, and glibc declares its vector exp only where it is set
    "--param=vect-max-version-for-alias-checks=1000",
    "-mllvm -runtime-memory-check-threshold=1000",  # what the one above is to GCC; else clang takes neurons one by one
    "-mllvm -force-vector-interleave=2",  # two vectors at once, while one waits for its results; GCC finds that itself
    "-mprefer-vector-width=512",
    VECTOR_LIBRARY,
)
"""Flags tried one by one and taken where the compiler knows them; one may be of two words."""

_NOTHING = "int main() {}"
_MANY = "#include <cmath>\nfloat x[64];\nint main() { for (int i = 0; i < 64; i++) x[i] = std::exp(x[i]); }"


def compiler() -> str:
    """Return the C++ compiler's name; ConfigError with the package to install where there is none."""
    named = os.environ.get("CXX", "g++")
    for tool in (named.split()[0], "make"):
        if shutil.which(tool) is None:
            raise ConfigError(f"{tool} was not found: install a C++ compiler and make (Debian: apt install g++ make).")
    return named


def compiler_version() -> str:
    """Return the first line of what the compiler says of itself."""
    return _said(compiler(), "--version")[1].partition("\n")[0]


def accepts(flag: str) -> bool:
    """Return whether the compiler knows a flag, and has the library that it names."""
    code, said = _said(compiler(), *flag.split(), "-x", "c++", "-fsyntax-only", "-")
    known = code == 0 and not any(word in said for word in flag.split())  # a flag that clang ignores it complains of
    return known and (flag != VECTOR_LIBRARY or _links(compiler(), flag))


@functools.cache
def _links(compiler: str, flag: str) -> bool:
    """Return whether a program that takes exp of many numbers can be made with a flag."""
    with tempfile.TemporaryDirectory(prefix="flag-") as folder:
        arguments = ("-O2", "-ffast-math", flag, "-x", "c++", "-", "-o", f"{folder}/main")
        return _said(compiler, *arguments, program=_MANY)[0] == 0


@functools.cache
def _said(compiler: str, *arguments: str, program: str = _NOTHING) -> tuple[int, str]:
    """Return the exit code of a compiler for a program, which does nothing unless given, and all that it says."""
    command = [*compiler.split(), *arguments]
    done = subprocess.run(command, input=program, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


@functools.cache
def cpu() -> str:
    """Return the processor's model and instruction sets, as /proc/cpuinfo tells them."""
    with contextlib.suppress(OSError):
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        facts = dict(line.split(":", 1) for line in lines if ":" in line)
        named = {key.strip(): value.strip() for key, value in facts.items()}
        return f"{named.get('model name', platform.processor())} [{named.get('flags', named.get('Features', ''))}]"
    return platform.processor() or platform.machine()


def processor() -> str:
    """Return the processor's model."""
    return cpu().partition(" [")[0]


def cores() -> int:
    """Return the number of processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
