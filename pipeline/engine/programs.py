"""Translations to compiled programs, each built once and kept by what it is made of, and a program to a recording."""

import contextlib
import importlib.metadata
import json
import math
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from pipeline.config.provenance import sha256
from pipeline.config.reader import ConfigError, fingerprint
from pipeline.config.tables import alone, write_text
from pipeline.engine import cache, machine, outlet, process, project
from pipeline.engine.process import SimulationError
from pipeline.engine.recording import Divergence, NetworkRecording, Potential, Spikes, spikes_of
from pipeline.engine.translated import FIRST_VALUES, Translation
from pipeline.network.adopted import LAG

STRICT_FLAGS = ("-O3", "-std=c++11", "-w", "-ffp-contract=off")
"""Floating-point arithmetic as the language says: the same bits whatever the compiler makes faster."""

VECTORS = ("-ftree-vectorize", "-fvect-cost-model=dynamic")
"""With these -O2 is 15 % faster than -O3 on COBAHH (4,000 Hodgkin-Huxley neurons), and is compiled in less time."""

FILE_S = 0.7
"""CPU seconds that a file of C++ takes to compile, about."""

PATIENCE_S, PATIENCE = 120.0, 3000.0
"""Seconds of wall time that a program may take, and more of them for each biological second."""


@dataclass(frozen=True)
class Compiled:
    """A program in its folder."""

    directory: Path
    specification: dict[str, Any]

    @property
    def executable(self) -> Path:
        """The program itself."""
        return self.directory / "main"


@dataclass(frozen=True)
class Run:
    """What a program is run with, beside the values of its numbers."""

    seed_network: int
    seed_input: int
    transient_s: float
    everything: bool = False
    traced: int = 0
    """Neurons of each population whose potentials are kept, the first of them."""


def specification(translation: Translation, strict: bool = False) -> dict[str, Any]:
    """Return all that shapes the program of a translation on this machine; ConfigError where there is no compiler."""
    return {
        "sources": translation.code,
        "compiler": machine.compiler_version(),
        "options": machine.compiler().split()[1:],
        "flags": flags(strict),
        "single": sorted(translation.single),
        "brian2": importlib.metadata.version("brian2"),
        "cpu": machine.cpu(),
    }


def flags(strict: bool) -> list[str]:
    """Return the compiler's flags: strict ones, or those that make exp and others run on many neurons at a time."""
    if strict:
        return list(STRICT_FLAGS)
    fast = [*VECTORS, *machine.FAST_FLAGS]
    known = [word for flag in fast if machine.accepts(flag) for word in flag.split()]
    return ["-O2", *machine.FLAGS[1:], *known]


def location(specified: dict[str, Any], results: Path | str) -> Path:
    """Return the folder of a program."""
    return Path(results) / "build" / fingerprint(specified)


def ensure(translation: Translation, results: Path | str, strict: bool = False) -> Compiled:
    """Return the program of a translation: that of `results`, else the user's cached one, else compiled now.

    That it compiles, and about how long, is said on standard error. Processes that share `results` may want it at
    once: one compiles, the others wait. project.BuildError where the compiler fails; ConfigError for a program of
    `results` that is damaged.
    """
    specified = specification(translation, strict)
    directory = location(specified, results)
    if found(specified, results) is None:
        with _building(directory):
            if not (directory / "manifest.json").exists():
                _make(translation, specified, directory)
                cache.keep(directory)
    return load(directory, specified)


def found(specified: dict[str, Any], results: Path | str) -> Compiled | None:
    """Return the program of `results`, copied from the user's cache where need be; None where neither has it."""
    directory = location(specified, results)
    if not (directory / "manifest.json").exists():
        if cache.place(directory.name) is None:
            return None
        with _building(directory):
            if not (directory / "manifest.json").exists() and not _taken(specified, directory):
                return None
    return load(directory, specified)


@contextlib.contextmanager
def _building(directory: Path) -> Iterator[None]:
    """Hold the lock of the programs of a results folder, without what a killed build left of this one."""
    directory.parent.mkdir(parents=True, exist_ok=True)
    with alone(directory.parent.parent / "build.lock"):
        for left in directory.parent.glob(f"{directory.name}.part-*"):
            shutil.rmtree(left, ignore_errors=True)
        yield


def there(specified: dict[str, Any], results: Path | str) -> bool:
    """Return whether a program need not be compiled, since `results` or the user's cache has it."""
    directory = location(specified, results)
    return (directory / "manifest.json").exists() or cache.place(directory.name) is not None


def load(directory: Path, specified: dict[str, Any]) -> Compiled:
    """Return the program in `directory`; ConfigError where it is damaged."""
    if not _whole(directory, specified):
        path = directory / "manifest.json"
        raise ConfigError(f"{path}: is not what the build wrote; delete the folder {directory} and build again.")
    return Compiled(directory, specified)


def _whole(directory: Path, specified: dict[str, Any]) -> bool:
    try:
        manifest = json.loads((directory / "manifest.json").read_text(encoding="utf-8"))
        return bool(manifest["specification"] == specified and manifest["program"] == sha256(directory / "main"))
    except (OSError, ValueError, KeyError, TypeError):
        return False


def _taken(specified: dict[str, Any], directory: Path) -> bool:
    """Copy a program from the user's cache to `directory`, checked; return whether it was there and whole."""
    scratch = Path(tempfile.mkdtemp(prefix=f"{directory.name}.part-", dir=directory.parent))
    try:
        if not cache.take(directory.name, scratch / "program"):
            return False
        if not _whole(scratch / "program", specified):
            print(f"{cache.place(directory.name)}: is damaged, and is not used", file=sys.stderr, flush=True)
            cache.drop(directory.name)
            return False
        _place(scratch / "program", directory)
        return True
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _place(made: Path, directory: Path) -> None:
    shutil.rmtree(directory, ignore_errors=True)  # what is left of a program whose manifest was deleted
    with contextlib.suppress(OSError):  # where files have no locks, another node may have built it meanwhile
        made.rename(directory)


def _make(translation: Translation, specified: dict[str, Any], directory: Path) -> None:
    files = sum(name.endswith(".cpp") for name in translation.files)
    about_s = 10 * max(1, math.ceil(files * FILE_S / machine.cores() / 10))
    print(f"compiling a program, about {about_s} s; it is kept for all points", file=sys.stderr, flush=True)
    scratch = Path(tempfile.mkdtemp(prefix=f"{directory.name}.part-", dir=directory.parent))
    try:
        project.compile_project(
            translation.files,
            scratch,
            machine.compiler().split(),
            specified["flags"],
            machine.cores(),
            frozenset(translation.single),
        )
        manifest = {"specification": specified, "program": sha256(scratch / "main")}
        write_text(scratch / "manifest.json", json.dumps(manifest, indent=1))
        _place(scratch, directory)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def simulate(
    program: Compiled, translation: Translation, values: Sequence[float], run: Run, runs_s: Sequence[float]
) -> NetworkRecording:
    """Run a program with the values of its numbers; `runs_s` are the seconds of its runs.

    SimulationError where the program fails or does not reach its end.
    """
    total_s = sum(runs_s)
    numbers = [
        float(run.seed_network),
        float(run.seed_input),
        run.transient_s,
        float(run.everything),
        float(run.traced),
        *values,
    ]
    assert len(numbers) == len(FIRST_VALUES) + len(translation.values)
    with tempfile.TemporaryDirectory(prefix="point-") as folder:
        here = Path(folder)
        np.asarray(numbers, np.float64).tofile(here / "values.bin")
        if translation.arrays:
            (here / "static_arrays").mkdir()
            for name, array in translation.arrays.items():
                array.tofile(here / "static_arrays" / name)
        patience = PATIENCE_S + PATIENCE * total_s * max(1.0, 1e-4 / translation.dt_s)
        done = process.run([str(program.executable.resolve())], here, patience)
    try:
        found = outlet.arrays_of(
            done.content, dict([*translation.outputs, *(translation.more if run.everything else [])])
        )
    except ValueError as error:
        raise SimulationError(f"{program.executable} handed over something else than its arrays ({error}).") from None
    divergence = _divergence(found, translation)
    expected = _steps(runs_s, translation.steps_s, run.transient_s)
    slack = 2 * len(runs_s) + 1e-6 * _steps(runs_s, translation.steps_s, 0.0)
    if divergence is None and total_s > 0 and abs(found["steps"][0] - expected) > slack:
        raise SimulationError(
            f"{program.executable} made {found['steps'][0]:.0f} of {expected:.0f} steps: it was interrupted."
        )
    return NetworkRecording(
        spikes={p.name: _spikes(found, p.source, p.start, p.stop) for p in translation.populations if p.spikes_by},
        potentials=_potentials(found, translation),
        divergence=divergence,
        wall_s=done.wall_s,
        cpu_s=done.cpu_s,
        memory_mb=float(found["memory_kb"][0]) / 1024,
        states={name: found[name] for name, _ in translation.more if name in found} if run.everything else {},
        traces=_traces(found, translation),
        names=translation.names,
    )


def _steps(runs_s: Sequence[float], steps_s: Sequence[float], from_s: float) -> float:
    """Return how many steps the runs have after a time; a script may change its step between two runs."""
    steps, begin = 0.0, 0.0
    for duration_s, step_s in zip(runs_s, steps_s, strict=True):
        steps += max(0.0, begin + duration_s - max(begin, from_s)) / step_s
        begin += duration_s
    return steps


def _spikes(found: dict[str, np.ndarray], source: str, start: int, stop: int) -> Spikes:
    times, neurons = found[f"spikes.{source}.t"], found[f"spikes.{source}.i"]
    return spikes_of(times, neurons, found.get(f"spikes.{source}.{LAG}"), start, stop)


def _potentials(found: dict[str, np.ndarray], translation: Translation) -> dict[str, Potential]:
    """Return means and variances from the sums that watch.h keeps of (v - reference); mV for volts."""
    weights = found["weights"][0]
    result = {}
    place: dict[str, int] = {}
    for p in translation.populations:
        key = f"potential.{p.source}"
        if p.potential is None or p.size == 0:
            continue
        k = place.get(p.source, 0)
        place[p.source] = k + 1
        if not weights or not len(found[f"{key}.sum"]):
            continue
        scale = 1000.0 if p.potential_unit == "mV" else 1.0
        mean, square = (found[f"{key}.{part}"][p.start : p.stop] / weights for part in ("sum", "square"))
        middle, middle_square = found[f"{key}.means"][2 * k : 2 * k + 2] / weights
        result[p.name] = Potential(
            mean=scale * (mean + found[f"{key}.reference"][0]),
            var=scale**2 * np.maximum(square - mean**2, 0),
            population_var=float(scale**2 * max(middle_square - middle**2, 0)),
            unit=p.potential_unit,
        )
    return result


def _traces(found: dict[str, np.ndarray], translation: Translation) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    times = found["trace_times"]
    if not len(times):
        return {}
    kept = {p.name: found.get(f"trace.{p.name}") for p in translation.populations}
    return {name: (times, values.reshape(len(times), -1)) for name, values in kept.items() if values is not None}


def _divergence(found: dict[str, np.ndarray], translation: Translation) -> Divergence | None:
    t_s, variable, index = found["found"]
    if t_s < 0:
        return None
    owner, name = translation.watched[int(variable)]
    return Divergence(owner, name, int(index), float(t_s))
