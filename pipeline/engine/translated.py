"""What is asked of a script and what it becomes, as data: nothing of Brian2 is imported here."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from pipeline.config.reader import unreadable
from pipeline.engine.literals import Position, Value
from pipeline.network.adopted import beside
from pipeline.network.numbers import Key, Number
from pipeline.network.sites import Survey, read_source, survey

FIRST_VALUES = ("seed_network", "seed_input", "transient", "everything", "traced")
"""The first values of every program, before those that the script's numbers become."""


class ScriptError(Exception):
    """The script cannot be used; the message says why, in one sentence with the line."""


class NotStandaloneError(Exception):
    """The script needs Brian2's runtime target; the message says why."""


@dataclass(frozen=True)
class Population:
    """Neurons that spike, or a part of them that has a name: `source` is what Brian2 calls their group."""

    name: str
    source: str
    start: int
    stop: int
    spikes_by: str
    """What makes them spike, '' where nothing does."""
    potential: str | None
    potential_unit: str

    @property
    def size(self) -> int:
        """Number of neurons."""
        return self.stop - self.start


@dataclass(frozen=True)
class Projection:
    """Synapses: their name, what Brian2 calls them, and the populations that they join."""

    name: str
    object: str
    source: str
    target: str


@dataclass(frozen=True)
class Scheme:
    """How the network is integrated: populations that staggered_midpoint takes, `*` for all, and parts of a step."""

    staggered: tuple[str, ...] = ()
    finer: int = 1


@dataclass(frozen=True)
class Wish:
    """What is asked of a script: other numbers at its sites, as Python that is evaluated there.

    `duration_s` is the time of all runs together, None for the script's own; the last run is the longer or shorter for
    it. `positions`: numbers of the C++ to open, beside constants.
    """

    path: str
    numbers: Mapping[Key, str] = field(default_factory=dict)
    seed_network: int = 1
    runs: int | None = None
    duration_s: float | None = None
    positions: tuple[Position, ...] = ()
    scheme: Scheme = Scheme()


@dataclass
class Translation:
    """What a script's simulation became; see `Wish` and `watching`."""

    files: dict[str, str]
    values: list[Value]
    arrays: dict[str, np.ndarray]
    outputs: list[tuple[str, str]]
    """What the program hands over, by name with the type, in order."""
    more: list[tuple[str, str]]
    """What it hands over beside where `everything` is asked."""
    populations: list[Population]
    projections: list[Projection]
    watched: list[tuple[str, str]]
    """Variables in which values that are not finite are looked for: (name of the object, variable)."""
    runs: list[float]
    steps_s: list[float]
    """Seconds of the finest step in each run."""
    seen: dict[int, list[Number]]
    drawn: bool
    """Whether the script's Python drew random numbers."""
    read: list[str]
    """The files that the script opened to be read, Python's own among them."""
    problem: str | None
    """What ended the script after its runs, where something did."""
    equations: dict[str, str]
    names: dict[str, str]
    """What the script calls its objects, by Brian2's names."""
    single: list[str]
    """Files whose literals are in single precision."""
    code: str
    """Fingerprint of the files: what makes one program another."""

    @property
    def dt_s(self) -> float:
        """The finest step of all runs, in seconds."""
        return min(self.steps_s)


def read(path: str) -> Survey:
    """Return the survey of the script at `path` and of the modules that it imports from its folder.

    ScriptError where they cannot be read as Python.
    """
    source = _source(path)
    modules = {str(module): _source(str(module)) for module in beside(Path(path))}
    try:
        return survey(source, path, modules)
    except SyntaxError as error:
        raise ScriptError(f"{error.filename}, line {error.lineno}: is not Python ({error.msg}).") from None
    except (ValueError, RecursionError, MemoryError) as error:
        raise ScriptError(f"{path}: is not Python that can be read ({error or type(error).__name__}).") from None


def _source(path: str) -> str:
    try:
        return read_source(path)
    except (OSError, UnicodeDecodeError) as error:
        raise ScriptError(f"{unreadable(path, error)}") from None
    except SyntaxError as error:
        raise ScriptError(f"{path}: cannot be read ({error.msg}).") from None
