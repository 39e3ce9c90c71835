"""What is known of a script that was adopted: its numbers and what each does, its populations, how it runs.

Kept as adopted.json beside the knob table, so that sweeps are planned and points run without running the script.
"""

import ast
import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from pipeline.config.provenance import sha256
from pipeline.config.reader import ConfigError, Frozen, Real, parse, read_json
from pipeline.network.numbers import Number, text

FILE = "adopted.json"

METHOD = "staggered_midpoint"
"""What Brian2 calls the method of library/integrator.py."""

LAG = "spike_lag"
"""The variable of neurons that know when within a step they fired: by how much their last spike was later than it."""

ALL = "*"
"""In place of names of populations that an integrator takes: all that have differential equations."""

Acts = Literal["run time", "program", "nothing", "refused"]
"""How a number acts: as a value of the program, on what is compiled, not at all; or another one is refused."""

Pair = Annotated[tuple[int, int], Field(strict=False)]


class Setting(Frozen):
    """A number of the script: where it stands, how it is set, what it does."""

    key: Pair
    line: int
    module: str = ""
    """The imported module in which it stands; '' for the script itself."""
    value: float
    unit: str
    template: str
    factors: Annotated[tuple[Annotated[tuple[str, float], Field(strict=False)], ...], Field(strict=False)]
    """What makes SI of a value, one after another: ('*', 0.001)."""
    dimensions: str
    whole: bool
    reads: Annotated[tuple[str, ...], Field(strict=False)] = ()
    about: str = ""
    acts: Acts = "run time"
    on: Annotated[tuple[str, ...], Field(strict=False)] = ()
    """What it acts on, in words."""
    direct: bool = False
    """Whether it reaches the program as constants of its own name alone, so that the script need not be run again."""
    probability: bool = False
    """Whether it is that of a connection: Brian2 takes more than 1 for 1, and C++ below 0 has no end."""

    def text(self, value: float) -> str:
        """Return the Python that stands for a value in `unit`, as a user would type it into the script."""
        return text(self.template, self.whole, value)

    @property
    def sizes(self) -> bool:
        """Whether it is itself how many neurons a population has, as the script counts them."""
        return self.whole and self.dimensions == "1" and any(one.startswith("the size of ") for one in self.on)

    def reaches_directly(self, value: float) -> bool:
        """Return whether the script need not be run again for a value.

        A number that the script writes whole is an integer constant of the program: one that is not whole, put into it,
        would be cut.
        """
        integer = self.whole and self.dimensions == "1"
        return self.direct and (not integer or float(value).is_integer())

    def si(self, value: float) -> float:
        """Return a value in SI, rounded as the script's own arithmetic would round it."""
        for operation, factor in self.factors:
            value = value * factor if operation == "*" else value / factor
        return value


class PopulationSize(Frozen):
    """A population: how many neurons, what makes them spike, which variable is their potential."""

    name: str
    size: int
    spikes_by: str
    potential: str | None = None
    potential_unit: str = "1"
    part_of: str | None = None


class ProjectionSize(Frozen):
    """Synapses: from where to where, how many, how many to a neuron that has any, their mean delay."""

    name: str
    source: str
    target: str
    synapses: int | None = None
    in_degree: float | None = None
    delay_ms: float | None = None


class Adopted(Frozen):
    """See the module."""

    script: str
    sha256: str
    target: Literal["standalone", "runtime"]
    why: str = ""
    """Why the target is Brian2's runtime."""
    populations: Annotated[tuple[PopulationSize, ...], Field(strict=False)]
    projections: Annotated[tuple[ProjectionSize, ...], Field(strict=False)] = ()
    settings: dict[str, Setting]
    staggered: Annotated[tuple[str, ...], Field(strict=False)] = ()
    """Populations that the method of integrator.py integrates, `*` for all; others as the script says."""
    runs: Annotated[tuple[Real, ...], Field(strict=False)]
    """Seconds of each run."""
    dt_ms: float
    drawn: bool
    repeats: bool = False
    """Whether other numbers may make it run more often or less."""
    data: dict[str, str] = {}
    """The files that it reads, by their paths from its folder, with the SHA-256 of each."""
    positions: Annotated[tuple[Annotated[tuple[str, int], Field(strict=False)], ...], Field(strict=False)] = ()
    """Numbers of the generated C++ that become values, beside constants."""
    notes: Annotated[tuple[str, ...], Field(strict=False)] = ()
    cost_s: float | None = None
    """CPU seconds of a biological second."""
    cost_cpu: str = ""
    """The processor on which that was measured."""
    written_cost_s: float | None = None
    """The same of the script as it is, with Brian2's runtime target and NumPy."""
    doctor: str = ""
    features: Annotated[tuple[str, ...], Field(strict=False)] = ()
    """Features of the network's own, by name."""

    @property
    def disjoint(self) -> list[str]:
        """The populations that have no neuron in common: the parts of a whole that they make, else the whole."""
        covered: dict[str, int] = {}
        for p in self.populations:
            if p.part_of:
                covered[p.part_of] = covered.get(p.part_of, 0) + p.size
        split = {p.name for p in self.populations if covered.get(p.name, 0) >= max(p.size, 1)}
        return [p.name for p in self.populations if (p.part_of in split if p.part_of else p.name not in split)]

    def overlap(self, names: Sequence[str]) -> bool:
        """Return whether one of two populations is a part of the other."""
        whole = {p.name: p.part_of for p in self.populations}
        return any(whole.get(one) in names for one in names)

    @property
    def duration_s(self) -> float:
        """Time of all runs together."""
        return sum(self.runs)


def digest(script: Path) -> str:
    """Return what tells one version of a script, and of the Python files beside it that it imports, from another."""
    parts = [sha256(path) for path in (script, *beside(script))]
    return hashlib.sha256(" ".join(parts).encode()).hexdigest()


def beside(script: Path) -> list[Path]:
    """Return the Python files beside a script that it imports, and those that these import."""
    there = {path.stem: path for path in sorted(script.parent.glob("*.py")) if path.name != script.name}
    found: set[str] = set()
    new = [script]
    while new:
        names = _imports(new.pop()) & there.keys() - found
        found |= names
        new += [there[name] for name in names]
    return [path for name, path in there.items() if name in found]


def _imports(path: Path) -> set[str]:
    """Return the names of the modules that a file imports; none where it is not Python."""
    try:
        tree = ast.parse(path.read_bytes())
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return set()
    nodes = list(ast.walk(tree))
    names = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    return names | {node.module or "" for node in nodes if isinstance(node, ast.ImportFrom) and node.level == 0}


def read_adopted(folder: Path) -> Adopted:
    """Return what is known of the script of a folder; ConfigError where it is missing or damaged."""
    path = folder / FILE
    if not path.exists():
        raise ConfigError(
            f"{path}: cannot be read (there is no such file); make it: python -m pipeline adopt SCRIPT --out {folder}"
        )
    try:
        content = read_json(path)
    except ConfigError as error:
        raise ConfigError(f"{f'{error}'.removesuffix('.')}; adopt the script again, which makes it anew.") from None
    return parse(Adopted, content, path)


__all__ = ["FILE", "Acts", "Adopted", "Number", "PopulationSize", "ProjectionSize", "Setting", "digest", "read_adopted"]
