"""The machine: its compiler, the flags that it knows, its processor and cores."""

import contextlib
import functools
import os
import platform
import shutil
import subprocess
from pathlib import Path

from pipeline.config.reader import ConfigError

FLAGS = ("-O3", "-std=c++11", "-w", "-ffast-math", "-fno-finite-math-only")
"""Flags of every build; with -fno-finite-math-only isfinite() still works."""

FAST_FLAGS = (
    "-march=native",
    "-funroll-loops",
    "-D__FAST_MATH__",  # -fno-finite-math-only takes it away, and glibc declares its vector exp only where it is set
    "--param=vect-max-version-for-alias-checks=1000",
    "-mprefer-vector-width=512",
)
"""Flags tried one by one and taken where the compiler knows them."""


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
    """Return whether the compiler knows a flag."""
    return _said(compiler(), flag, "-x", "c++", "-fsyntax-only", "-Werror", "-")[0] == 0


@functools.cache
def _said(compiler: str, *arguments: str) -> tuple[int, str]:
    """Return the exit code of a compiler for a program that does nothing, and what it says."""
    command = [*compiler.split(), *arguments]
    done = subprocess.run(command, input="int main() {}", capture_output=True, text=True, check=False)
    return done.returncode, done.stdout


@functools.cache
def cpu() -> str:
    """Return the processor's model and instruction sets, as /proc/cpuinfo tells them."""
    with contextlib.suppress(OSError):
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        facts = dict(line.split(":", 1) for line in lines if ":" in line)
        named = {key.strip(): value.strip() for key, value in facts.items()}
        return f"{named.get('model name', platform.processor())} [{named.get('flags', named.get('Features', ''))}]"
    return platform.processor() or platform.machine()


def cores() -> int:
    """Return the number of processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
