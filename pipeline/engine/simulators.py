"""What simulates a network, whatever describes it: the paper's program, or the programs of a script."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pipeline.engine import build
from pipeline.engine.build import Program
from pipeline.engine.recording import NetworkRecording
from pipeline.engine.scripts import ScriptEngine, meaning
from pipeline.engine.simulate import Recording, simulate
from pipeline.network.knobs import PaperModel
from pipeline.network.model import Model
from pipeline.network.script import ScriptModel

Simulator = Program | ScriptEngine
AnyRecording = Recording | NetworkRecording


def simulator_of(model: Model, results: Path | str) -> Simulator:
    """Return what simulates a network; the paper's program is compiled now where it is not there yet.

    A script's programs are compiled when they are first needed, or by `prepare`.
    """
    if isinstance(model, ScriptModel):
        return ScriptEngine(model, results)
    assert isinstance(model, PaperModel)  # there is no other kind
    return build.ensure(model, results)


def meaning_of(model: Model) -> str:
    """Return what identifies the network that is simulated, on whatever machine; ConfigError without a compiler."""
    if isinstance(model, ScriptModel):
        return meaning(model)
    assert isinstance(model, PaperModel)  # there is no other kind
    return build.meaning(build.specification(model))


def specification_of(simulator: Simulator) -> tuple[str, dict[str, Any]]:
    """Return the name of a network's program and all that decides its results; of a script, what identifies it."""
    if isinstance(simulator, Program):
        return simulator.directory.name, simulator.manifest["specification"]
    return simulator.meaning, simulator.specification()


def run_point(simulator: Simulator, values: Mapping[str, float], everything: bool = False) -> tuple[AnyRecording, str]:
    """Return the recording of a point, all of its knobs given, and the name of the program that made it.

    `everything`: with what a network's own features may ask for. SimulationError where the program fails.
    """
    if isinstance(simulator, Program):
        return simulate(simulator, values), simulator.directory.name
    return simulator.simulate(values, everything=everything)
