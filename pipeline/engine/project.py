"""C++ in memory to a compiled program in a folder."""

import importlib.util
import os
import shutil
import subprocess
from collections.abc import Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from pipeline.engine import literals
from pipeline.engine.powers import without_powers

HEADER = "objects.h"
"""Header that every object needs; compiled once, since reading it is most of the time of each."""

MANY = "many.h"
"""Header of functions that a compiler cannot do on many numbers at a time by itself."""


class BuildError(RuntimeError):
    """The compiler failed; the message holds what it said."""


def compile_project(
    files: Mapping[str, str],
    folder: Path,
    compiler: Sequence[str],
    flags: Sequence[str],
    cores: int,
    single: Collection[str] = (),
) -> Path:
    """Write the files to `folder`, compile them and return the program; BuildError with what the compiler said.

    Literals of the files `single` are in single precision.
    """
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        written = literals.single(text) if name in single else text
        path.write_text(without_powers(written) if "-ffast-math" in flags else written, encoding="utf-8")
    with (folder / HEADER).open("a", encoding="utf-8") as header:
        header.write(f'#include "{MANY}"\n')
    _write_library(folder)
    for name in (MANY, "outlet.h"):
        shutil.copyfile(Path(__file__).parent / name, folder / name)
    sources = [name for name in files if name.endswith(".cpp")]
    sources += [str(path.relative_to(folder)) for path in (folder / "brianlib").glob("*.cpp")]
    _run([*compiler, *flags, "-I.", "-x", "c++-header", HEADER, "-o", f"{HEADER}.gch"], folder)
    commands = [
        [*compiler, *flags, "-I.", "-include", HEADER, "-c", name, "-o", name.removesuffix(".cpp") + ".o"]
        for name in sorted(sources, key=lambda name: -len(files.get(name, "")))
    ]
    with ThreadPoolExecutor(cores) as pool:
        for _ in pool.map(lambda command: _run(command, folder), commands):
            pass
    _run([*compiler, *flags, *(command[-1] for command in commands), "-o", "main"], folder)
    (folder / f"{HEADER}.gch").unlink()
    for left in folder.rglob("*.o"):
        left.unlink()
    return folder / "main"


def _write_library(folder: Path) -> None:
    """Copy the C++ library that comes with Brian2, as its own device does."""
    spec = importlib.util.find_spec("brian2")
    if spec is None or spec.origin is None:
        raise BuildError("Brian2 is not installed")
    brian2 = Path(spec.origin).parent
    library = folder / "brianlib"
    shutil.copytree(brian2 / "devices" / "cpp_standalone" / "brianlib", library, dirs_exist_ok=True)
    synapses = brian2 / "synapses"
    # the queue of spikes is one header until Brian2 2.9, and has a source of its own later
    whole = {"spikequeue.h": synapses / "cspikequeue.cpp"}
    parts = {name: synapses / name for name in ("spikequeue.h", "spikequeue.cpp")}
    queue = whole if whole["spikequeue.h"].is_file() else parts
    for name, path in {**queue, "stdint_compat.h": synapses / "stdint_compat.h"}.items():
        shutil.copyfile(path, library / name)


def _run(command: Sequence[str], folder: Path) -> None:
    done = subprocess.run(
        command, cwd=folder, capture_output=True, text=True, check=False, env={**os.environ, "LC_ALL": "C"}
    )
    if done.returncode != 0:
        raise BuildError(f"{' '.join(command)}\n{done.stderr[-3000:] or done.stdout[-3000:]}")
