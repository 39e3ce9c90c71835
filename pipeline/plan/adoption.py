"""A Brian2 script to a network in a folder: its knob table, what is known of it, a first sweep and fit."""

import contextlib
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from pipeline.config.reader import ConfigError, parse, read_yaml
from pipeline.config.tables import write_text
from pipeline.engine import machine
from pipeline.engine.recording import NetworkRecording
from pipeline.engine.scripts import ScriptEngine
from pipeline.engine.translated import Scheme
from pipeline.measure.table import table
from pipeline.network import folder as folders
from pipeline.network.adopted import FILE, Adopted, ProjectionSize, Setting, read_adopted
from pipeline.network.model import RUN_KNOBS, TABLE, Model
from pipeline.network.script import Integrated, script_model
from pipeline.plan import schemas

WORKFLOW_CPU_S = 150.0
"""CPU time that the first sweep and fit may take together, by what a biological second costs."""

COLUMNS = (
    *("point", "protocol", "network", "status", "problem", "t_diverged_s", "wall_s", "cpu_s", "memory_mb", "build"),
    *("record", "seed", "knobs"),
)
"""Columns of a row beside knobs and features."""

ARGUMENTS = ("states", "voltages", "networks", "first_seed")
"""What a point or a sweep from Python takes beside knobs."""

INPUTS = ("Poisson", "given times")
"""What makes the populations spike whose rates are set and not found."""

PROBE_S, MEASURED_CPU_S = 0.1, 20.0
"""Biological seconds of a first run, and CPU seconds that a second one may take."""

Say = Callable[[str], None]


@dataclass(frozen=True)
class Taken:
    """A network that was adopted: what is known of it, rates of its populations, changes of an edited knob table."""

    adopted: Adopted
    rates: dict[str, float]
    changes: str


def take(script: Path, folder: Path, results: Path, say: Say = lambda _: None) -> Taken:
    """Adopt a script into `folder`, which keeps what its user edited; programs go to `results`.

    ConfigError where the script cannot be used, in one sentence.
    """
    from pipeline.engine.inspection import inspect
    from pipeline.engine.translator import translator

    if not script.is_file():
        raise ConfigError(f"adopt: {script}: there is no such file.")
    if folder.exists() and not folder.is_dir():
        raise ConfigError(f"adopt: {folder}: is a file; give a folder.")
    _refuse_other(script, folder)
    old = _before(folder)
    say(f"{script}: running it up to its run")
    with translator() as asked:
        found = inspect(script, asked, Scheme(_staggered(folder)), say)
    if found.duration_s <= 0:
        raise ConfigError(f"adopt: {script}: its runs last 0 s together, in which nothing can be measured.")
    found = _apart(found)
    edited = (folder / TABLE).read_text(encoding="utf-8") if (folder / TABLE).exists() else None
    changes = _write(folder, script, found, old)
    try:
        model = script_model(read_yaml(folder / TABLE), folder / TABLE, found)
        say("running it once")
        measured, rates = _measured(model, results)
    except BaseException:
        if edited is None:  # or what is not from the user would count as his the next time
            (folder / TABLE).unlink()
        else:
            write_text(folder / TABLE, edited)
        raise
    keep(folder, measured)
    return Taken(measured, rates, changes)


def _before(folder: Path) -> Adopted | None:
    """Return what was known of the network of a folder; None where nothing was, or it cannot be read any more."""
    with contextlib.suppress(ConfigError):
        return read_adopted(folder)
    return None


def _refuse_other(script: Path, folder: Path) -> None:
    """Raise ConfigError where a folder is the network of another script: its knobs would join those of this one."""
    content = read_yaml(folder / TABLE) if (folder / TABLE).exists() else None
    named = content.get("script") if isinstance(content, dict) else None
    if isinstance(named, str) and (folder / named).is_file() and not (folder / named).samefile(script):
        raise ConfigError(f"adopt: {folder}: is the network of another script, {folder / named}; give another folder.")


def _staggered(folder: Path) -> tuple[str, ...]:
    """Return what the knob table of a network that is adopted again asks of the integrator."""
    path = folder / TABLE
    content = read_yaml(path) if path.exists() else None
    given = {key: content[key] for key in ("integrator",) if key in content} if isinstance(content, dict) else {}
    return parse(Integrated, given, path).staggered


def _apart(adopted: Adopted) -> Adopted:
    """Return what is known of a script, whose numbers with names of features, columns or the run get `_knob`."""
    watched = {p.name: p.potential_unit for p in adopted.populations if p.potential is not None}
    taken = {
        *table([p.name for p in adopted.populations if p.spikes_by], watched, None),
        *COLUMNS,
        *RUN_KNOBS,
        *ARGUMENTS,
    }
    settings: dict[str, Setting] = {}
    for name, setting in adopted.settings.items():
        own = name
        while own in taken or (own != name and own in adopted.settings):
            own += "_knob"
        # a direct number is that of the constants of its own name
        settings[own] = setting if own == name else setting.model_copy(update={"direct": False})
    return adopted.model_copy(update={"settings": settings})


def keep(folder: Path, adopted: Adopted) -> None:
    """Write what is known of a network."""
    write_text(folder / FILE, adopted.model_dump_json(indent=1) + "\n")


def _write(folder: Path, script: Path, found: Adopted, old: Adopted | None) -> str:
    """Write the knob table; return what changed in one that was there."""
    folder.mkdir(parents=True, exist_ok=True)
    path, said = folder / TABLE, ""
    if path.exists():
        changes = folders.updated(path.read_text(encoding="utf-8"), old, found)
        write_text(path, changes.text)
        said = changes.sentence()
    else:
        text = folders.knob_table(found, os.path.relpath(script.resolve(), folder.resolve()))
        write_text(path, schemas.line("knobs", folder) + text)
    return said


def _measured(model: Model, results: Path) -> tuple[Adopted, dict[str, float]]:
    """Return what is known of a network with what a run of it tells, and the rates of its populations."""
    adopted = model.adopted
    engine = ScriptEngine(model, results)
    try:
        point = {name: knob.value for name, knob in model.knobs.items()} | {"transient": 0.0}
        measured_s = min(PROBE_S, adopted.duration_s)
        recording, _ = engine.simulate(point | {"duration": measured_s}, everything=True)
        cost = recording.cpu_s / max(measured_s, 1e-9)
        long_s = min(adopted.duration_s, MEASURED_CPU_S / max(cost, 1e-3))
        if adopted.target == "standalone" and long_s > measured_s:
            recording, _ = engine.simulate(point | {"duration": long_s}, everything=True)
            measured_s, cost = long_s, recording.cpu_s / long_s
    finally:
        engine.close()
    rates = {name: len(one.times_s) / one.size / measured_s for name, one in recording.spikes.items() if one.size}
    known = {"cost_s": cost, "cost_cpu": machine.processor(), "projections": _projections(recording, adopted)}
    return adopted.model_copy(update=known), rates


def _projections(recording: NetworkRecording, adopted: Adopted) -> tuple[ProjectionSize, ...]:
    """Return the projections with their numbers of synapses, in-degrees and mean delays."""
    joined = {p.name: (p.source, p.target) for p in adopted.projections}
    sizes = {p.name: p.size for p in adopted.populations}
    found = []
    for own, said in recording.names.items():
        post = recording.states.get(f"{own}._synaptic_post")
        if post is None or said not in joined:
            continue
        targets = sizes.get(joined[said][1]) or len(np.unique(post))
        delays = next(
            (recording.states[k] for k in (f"{own}_pre.delay", f"{own}._pre_delay") if k in recording.states), None
        )
        found.append(
            ProjectionSize(
                name=said,
                source=joined[said][0],
                target=joined[said][1],
                synapses=len(post),
                in_degree=len(post) / targets if targets else None,
                delay_ms=float(1000 * delays.mean()) if delays is not None and delays.size else None,
            )
        )
    return tuple(found)


def _aims(adopted: Adopted) -> set[str]:
    """Return the populations whose rates a first fit aims at: no given input, and parts instead of the whole they make.

    Rates of a whole and of its parts would count the same neurons twice.
    """
    return {p.name for p in adopted.populations if p.spikes_by not in INPUTS and p.name in adopted.disjoint}


def first_files(folder: Path, adopted: Adopted, rates: Mapping[str, float], results: Path) -> None:
    """Write the first sweep, fit, targets and configuration, where the user has none yet."""
    knobs = folders.first_knobs(adopted)
    points = 4 ** len(knobs) + 26
    duration_s = min(
        adopted.duration_s, max(10 * adopted.dt_ms / 1000, WORKFLOW_CPU_S / max(adopted.cost_s or 1, 1e-3) / points)
    )
    duration_s = min(adopted.duration_s, float(f"{duration_s:.2g}"))
    aims = _aims(adopted)
    spiking = {name: rate for name, rate in rates.items() if rate > 0 and name in aims}
    files = {
        "examples.yaml": folders.examples(min(adopted.duration_s, 4 * duration_s)),
        "config.yaml": folders.config(str(folder), str(results), bool(knobs), bool(knobs and spiking), bool(rates)),
    }
    if knobs:
        files["sweep.yaml"] = folders.sweep(adopted, duration_s)
    if knobs and spiking:
        files["targets.csv"] = folders.targets(spiking, adopted.script)
        files["fit.yaml"] = folders.fit(adopted, str(folder / "targets.csv"), duration_s)
    kinds = {"examples.yaml": "sweep", "config.yaml": "config", "sweep.yaml": "sweep", "fit.yaml": "fit"}
    for name, text in files.items():
        if not (folder / name).exists():
            write_text(folder / name, (schemas.line(kinds[name], folder) if name in kinds else "") + text)
