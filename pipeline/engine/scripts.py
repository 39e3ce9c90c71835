"""A network that is a script: a point of its knobs to a recording.

The script is run again, in a process that has Brian2 loaded, where a number acts through its Python. Where numbers
reach the program by their own names alone, their values are put into the last translation, and Brian2 is not needed.
"""

import importlib.metadata
import json
import math
import platform
import threading
import zipfile
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np

from pipeline.config import provenance
from pipeline.config.reader import fingerprint
from pipeline.config.tables import written_whole
from pipeline.engine import cache, machine, programs
from pipeline.engine.literals import Value
from pipeline.engine.programs import Compiled
from pipeline.engine.recording import NetworkRecording
from pipeline.engine.translated import Population, Projection, Scheme, Translation, Wish
from pipeline.engine.translator import RefusedError, Translator
from pipeline.engine.usage import RUN_WORDS
from pipeline.network.adopted import beside, digest
from pipeline.network.model import Model
from pipeline.network.numbers import Key
from pipeline.network.readfiles import changed

KEPT = 8
"""Translations that are kept in memory, beside that of the script's own numbers on disk."""

VERSIONS = ("brian2", "numpy", "sympy")
"""Packages that decide what C++ a script becomes."""

SOURCES = (
    *(
        "engine/device.py",
        "engine/literals.py",
        "engine/translation.py",
        "engine/scheme.py",
        *(
            "library/arrivals.py",
            "library/delays.py",
            "library/functions.py",
            "library/integrator.py",
            "library/spiking.py",
        ),
        *("library/spikes.cpp", "library/substeps.cpp"),
        "engine/remembered.py",
        "engine/populations.py",
        "engine/watching.py",
        "engine/watch.h",
    ),
    *("engine/pathway.h", "engine/pathways.py"),
    *(
        "engine/many.h",
        "engine/outlet.h",
        "engine/outlet.py",
        "engine/powers.py",
        "engine/project.py",
        "engine/programs.py",
    ),
    *("engine/scripts.py", "engine/runtime.py"),
    *("network/names.py", "network/hooks.py", "network/sites.py", "network/numbers.py", "network/imported.py"),
    *("network/naming.py", "network/chance.py", "network/stage.py", "network/readfiles.py"),
)
"""Files of this package that decide what a script's network does here."""


class ScriptEngine:
    """Points of one script, simulated; may be called by several threads."""

    def __init__(self, model: Model, results: Path | str, scheme: Scheme | None = None) -> None:
        """`scheme`: another than that of the model; programs are compiled for it, one for each point, if need be."""
        self._path, self._adopted, self._results, self._strict = model.path, model.adopted, results, model.strict
        self._scheme = scheme or Scheme(model.adopted.staggered)
        # numbers of the C++ to open were found in the code of the model's own scheme
        self._positions = model.adopted.positions if scheme is None else ()
        self._translator = Translator()
        self._lock = threading.Lock()
        self._kept: OrderedDict[str, Translation] = OrderedDict()
        self._programs: dict[str, Compiled] = {}
        self._probed: dict[str, list[float]] = {}
        self._drawing: set[frozenset[tuple[Key, str]]] = set()
        """Other numbers with which the script's Python draws random numbers, though by itself it does not."""
        self._versions = {name: importlib.metadata.version(name) for name in VERSIONS}
        data = [Path(self._path).parent / name for name in model.adopted.data]
        self._files = [Path(self._path), *beside(Path(self._path)), *data]
        self._written = self._times()
        self.meaning = meaning(model)
        """What identifies the network, on whatever machine it is simulated."""

    def _times(self) -> list[tuple[int, int]]:
        found = [path.stat() for path in self._files if path.exists()]
        return [(about.st_mtime_ns, about.st_size) for about in found]

    def _refuse_edited(self) -> None:
        """Raise RefusedError where the script, or what it reads, is another than was adopted: numbers have moved."""
        if self._times() == self._written:
            return
        script, adopted = Path(self._path), self._adopted
        if not script.exists() or digest(script) != adopted.sha256 or changed(adopted.data, script):
            raise RefusedError(
                f"{script}: it, or a file that it reads, has changed since it was adopted; adopt it again."
            )
        self._written = self._times()

    def close(self) -> None:
        """End the process that translates, if there is one."""
        self._translator.close()

    def prepare(self, values: Mapping[str, float] | None = None) -> Path | None:
        """Build the program of a point, or of the script's own numbers; return its folder, None where it needs none."""
        self._refuse_edited()
        if self._adopted.target == "runtime":
            return None
        return self._program(self._translation(dict(values or {}), 1)).directory

    def lasting(self, values: Mapping[str, float]) -> dict[str, float]:
        """Return a point for which nobody gave a duration: as long as the script runs with these numbers.

        Where the knob table has another duration than the script, that counts.
        """
        settings, own_s = self._adopted.settings, self._adopted.duration_s
        other = self._changed(values)
        timed = self._adopted.target == "runtime" or any(RUN_WORDS in settings[name].on for name in other)
        begins = [s for s in (values["transient"], 0.0) if math.isclose(s + values["duration"], own_s, rel_tol=1e-9)]
        if not other or not timed or not begins:
            return dict(values)
        return {**values, "duration": sum(self._runs(values)) - begins[0]}

    def _runs(self, values: Mapping[str, float]) -> list[float]:
        """Return how long each run of the script is with the numbers of a point."""
        self._refuse_edited()
        seed, texts = int(values["seed_network"]), self._texts(values)
        if self._adopted.target != "runtime":
            return self._translation(values, seed).runs
        key = self._key(texts, seed)
        with self._lock:
            if key not in self._probed:
                self._probed[key] = self._translator.ask("probe", Wish(self._path, texts, seed)).runs
            return self._probed[key]

    def _refuse_other_runs(self, runs: list[float], total_s: float) -> None:
        """Raise RefusedError where a script runs more often or less than by itself, and a duration is asked for."""
        own = len(self._adopted.runs)
        if len(runs) != own and not math.isclose(sum(runs), total_s, rel_tol=1e-9):
            raise RefusedError(
                f"{self._path}: with these numbers it runs {len(runs)} times, {sum(runs):g} s in all, and by itself "
                f"{own} times; it cannot run for {total_s:g} s then. Give a duration of {sum(runs):g} s, less the "
                "transient."
            )

    def specification(self) -> dict[str, Any]:
        """Return what decides the results on this machine."""
        return {
            "script": self._adopted.script,
            "sha256": self._adopted.sha256,
            "target": self._adopted.target,
            "sources": provenance.code(SOURCES),
            "compiler": machine.compiler_version() if self._adopted.target == "standalone" else None,
            "flags": programs.flags(self._strict) if self._adopted.target == "standalone" else None,
            "versions": self._versions,
            "python": platform.python_version(),
            "cpu": machine.cpu(),
        }

    def simulate(
        self, values: Mapping[str, float], everything: bool = False, traced: int = 0
    ) -> tuple[NetworkRecording, str]:
        """Return the recording of a point, and the name of the program, 'runtime' for Brian2's runtime target.

        `values`: the run's knobs and numbers of the script, in their units; those that have the script's own value are
        left alone. `everything`: with the states at the end and what the script's monitors recorded; `traced`: with the
        potentials of the first neurons of each population. RefusedError (a ConfigError) where the script cannot be run
        with them, SimulationError where the program fails.
        """
        self._refuse_edited()
        adopted = self._adopted
        seeds = int(values["seed_network"]), int(values["seed_input"])
        transient_s, total_s = values["transient"], values["transient"] + values["duration"]
        if adopted.target == "runtime":
            texts = self._texts(values)
            runs = self._runs(values) if texts and adopted.repeats else list(adopted.runs)
            self._refuse_other_runs(runs, total_s)
            wish = Wish(self._path, texts, seeds[0], len(runs), total_s)
            recording: NetworkRecording = self._translator.ask("run", wish, seeds[1], transient_s, everything, traced)
            return recording, "runtime"
        translation = self._translation(values, seeds[0])
        self._refuse_other_runs(translation.runs, total_s)
        program = self._program(translation)
        numbers, runs_s = self._numbers(translation, values, total_s)
        run = programs.Run(*seeds, transient_s, everything, traced)
        return programs.simulate(program, translation, numbers, run, runs_s), program.directory.name

    def _changed(self, values: Mapping[str, float]) -> dict[str, float]:
        """Return the numbers that differ from the script's, and those that are given though they follow from others."""
        settings = self._adopted.settings
        return {
            name: value
            for name, value in values.items()
            if name in settings and (value != settings[name].value or settings[name].reads)
        }

    def _texts(self, values: Mapping[str, float]) -> dict[tuple[int, int], str]:
        settings = self._adopted.settings
        return {settings[name].key: settings[name].text(value) for name, value in self._changed(values).items()}

    def _translation(self, values: Mapping[str, float], seed_network: int) -> Translation:
        """Return the translation of a point, but for numbers that reach the program directly."""
        settings = self._adopted.settings
        through_python = {
            name: value
            for name, value in values.items()
            if name in settings and not settings[name].reaches_directly(value)
        }
        texts = self._texts(through_python)
        drawing = self._adopted.drawn or frozenset(texts.items()) in self._drawing
        seed = seed_network if drawing else 1
        key = self._key(texts, seed)
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
            own = not texts and seed == 1
            path = Path(self._results) / "build" / f"{key}.npz"
            if own and not path.exists():
                cache.take(path.name, path)
            found = _read(path) if own else None
            if found is None:
                found = self._translator.ask("translate", self._wish(texts, seed))
                if found.drawn and not drawing:
                    self._drawing.add(frozenset(texts.items()))
                    if seed != seed_network:
                        found = self._translator.ask("translate", self._wish(texts, seed_network))
                        key = self._key(texts, seed_network)
                if own:
                    self._program(found)
                    _write(path, found)
                    cache.keep(path)
            self._kept[key] = found
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
            return found

    def _key(self, texts: Mapping[Key, str], seed: int) -> str:
        how = self.meaning, asdict(self._scheme), self._positions, self._versions
        return fingerprint(sorted(texts.items()), seed, *how)

    def built(self) -> bool:
        """Return whether the program of the script's own numbers is there, in the results or the user's cache."""
        name = f"{self._key({}, 1)}.npz"
        known = [Path(self._results) / "build" / name, cache.place(name)]
        found = next((one for path in known if path is not None and (one := _read(path)) is not None), None)
        return found is not None and programs.there(programs.specification(found, self._strict), self._results)

    def _wish(self, texts: Mapping[Key, str], seed: int) -> Wish:
        runs = None if texts and self._adopted.repeats else len(self._adopted.runs)
        return Wish(self._path, texts, seed, runs, positions=self._positions, scheme=self._scheme)

    def _program(self, translation: Translation) -> Compiled:
        """Return the program of a translation, compiled now where it is not there yet."""
        if translation.code not in self._programs:
            if not translation.files:  # read from disk, where only its program is kept
                known = programs.found(programs.specification(translation, self._strict), self._results)
                if known is not None:
                    self._programs[translation.code] = known
                    return known
                translation = self._translator.ask("translate", self._wish({}, 1))
            self._programs[translation.code] = programs.ensure(translation, self._results, self._strict)
        return self._programs[translation.code]

    def _numbers(
        self, translation: Translation, values: Mapping[str, float], total_s: float
    ) -> tuple[list[float], list[float]]:
        """Return the values of a program at a point, and the seconds of its runs."""
        settings = self._adopted.settings
        direct = {
            name: settings[name].si(value)
            for name, value in self._changed(values).items()
            if settings[name].reaches_directly(value)
        }
        runs_s, left = [], total_s
        for k, own_s in enumerate(translation.runs):
            runs_s.append(left if k == len(translation.runs) - 1 else min(own_s, left))
            left = max(0.0, left - runs_s[-1])
        numbers, run = [], 0
        for value in translation.values:
            if value.kind == "run":
                numbers.append(runs_s[run])
                run += 1
            elif value.kind == "constant" and value.name in direct:
                numbers.append(direct[value.name])
            else:
                numbers.append(value.value)
        return numbers, runs_s


def meaning(model: Model) -> str:
    """Return what identifies the network of a script: itself, and the code here that runs it."""
    adopted = model.adopted
    how = adopted.target, adopted.positions, adopted.staggered, model.strict
    return fingerprint(adopted.sha256, sorted(adopted.data.items()), *how, provenance.code(SOURCES))


def _write(path: Path, translation: Translation) -> None:
    about = asdict(replace(translation, files={}, arrays={}))
    arrays = {f"array {name}": array for name, array in translation.arrays.items()}
    with written_whole(path) as part:
        np.savez(part, allow_pickle=False, about=np.frombuffer(json.dumps(about).encode(), np.uint8), **arrays)


def _read(path: Path) -> Translation | None:
    """Return a translation without its files; None where it is not there, or damaged."""
    try:
        with np.load(path, allow_pickle=False) as kept:
            about: dict[str, Any] = json.loads(kept["about"].tobytes())
            arrays = {name.removeprefix("array "): kept[name] for name in kept.files if name != "about"}
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
        return None
    about |= {
        "arrays": arrays,
        "values": [Value(**value) for value in about["values"]],
        "populations": [Population(**population) for population in about["populations"]],
        "projections": [Projection(**projection) for projection in about["projections"]],
        "seen": {},
        "outputs": [tuple(pair) for pair in about["outputs"]],
        "more": [tuple(pair) for pair in about["more"]],
    }
    return Translation(**about)
