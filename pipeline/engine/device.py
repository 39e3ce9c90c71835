"""A Brian2 device that takes a script's network as C++ and leaves its numbers open until the program runs.

It is Brian2's own C++ standalone device, with these differences: nothing is built when `run` is called; seeds and the
length of runs are values of the program; spikes of all populations are recorded; after each step a look at all
variables finds the first that is not finite.
"""

import contextlib
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import brian2 as b2
import numpy as np
from brian2.core.functions import DEFAULT_CONSTANTS
from brian2.core.names import Nameable
from brian2.core.namespace import DEFAULT_UNITS, get_local_namespace
from brian2.core.network import Network
from brian2.core.tracking import Trackable
from brian2.core.variables import ArrayVariable, Constant
from brian2.devices.cpp_standalone.device import CPPStandaloneDevice
from brian2.devices.device import all_devices

from pipeline.engine import remembered
from pipeline.engine.translated import NotStandaloneError

NAME = "open_numbers"
"""Name of the device for `set_device`."""


class FinishedError(BaseException):
    """The simulation of the script is over: what follows in it is not needed."""


COMPILED = ("sources", "include_dirs", "library_dirs", "runtime_library_dirs", "libraries", "define_macros")
"""What a function may ask of the compiler beside its text; nobody would notice where such a file has changed."""


@dataclass
class Taken:
    """What a script's simulation became: C++ by file, arrays that the program reads, what it is made of."""

    files: dict[str, str] = field(default_factory=dict)
    arrays: dict[str, np.ndarray] = field(default_factory=dict)
    external: dict[str, dict[str, float | int]] = field(default_factory=dict)
    """By code object: the constants that come from the script's namespace."""
    single: list[str] = field(default_factory=list)
    """Files of code objects that reckon in single precision."""


class _Writer:
    """Takes files in memory, as Brian2's CPPWriter takes them on disk."""

    def __init__(self) -> None:
        self.files: dict[str, str] = {}
        self.source_files: set[str] = set()
        self.header_files: set[str] = set()

    def write(self, filename: str, contents: Any) -> None:
        """Keep a file; of a pair of source and header, both."""
        if filename.endswith(".*"):
            self.files[f"{filename[:-1]}cpp"] = contents.cpp_file
            self.files[f"{filename[:-1]}h"] = contents.h_file
        else:
            self.files[filename] = str(contents)


Before = Callable[[Network, float, dict[str, Any]], float]
"""Called before each run with the network, its duration in s and its namespace; returns the duration to take."""


class OpenNumbers(CPPStandaloneDevice):
    """See the module. `before` prepares each run, `after` is called when it is taken."""

    def __init__(self) -> None:
        super().__init__()
        self.before: Before | None = None
        self.after: Callable[[], None] | None = None
        self.written: set[Any] = set()
        """Variables that code of the runs writes."""
        self._owners: list[Any] = []
        self.running = False
        """Whether a run is being taken: still so after one that failed."""
        self.trusted: Callable[[], contextlib.AbstractContextManager[None]] = contextlib.nullcontext
        """Opened around what Brian2 does by itself, which may read and write files of its own."""

    def reinit(self) -> None:
        """Begin anew, as the script says before its run; after one, FinishedError: another simulation begins."""
        if self.networks:
            raise FinishedError
        kept = self.before, self.after, self.trusted, self._owners
        super().reinit()
        self.before, self.after, self.trusted, self._owners = kept
        self.run_args_applied = True

    def seed(self, seed: Any = None) -> None:
        """Take no seed of the script: seeds are values of the program."""

    def add_array(self, var: Any) -> None:
        """Take an array, and keep its group: Brian2 asks for the names of all, also of those that a script deletes."""
        super().add_array(var)
        if var.owner is not None:
            self._owners.append(var.owner.__init__.__self__)  # behind a weak proxy

    def code_object(self, owner: Any, name: str, abstract_code: Any, variables: Any, *rest: Any, **more: Any) -> Any:
        """Make a code object, and note which variables it writes."""
        with self.trusted():
            made = super().code_object(owner, name, abstract_code, variables, *rest, **more)
        wanted = made.compiler_kwds
        asks = [key for key in COMPILED if wanted.get(key)]
        asks += ["headers"] if any(header.startswith('"') for header in wanted.get("headers", ())) else []
        if asks:
            raise NotStandaloneError(f"a function of {owner.name} needs {' and '.join(asks)} to be compiled")
        blocks = abstract_code.values() if isinstance(abstract_code, dict) else [abstract_code]
        for block in blocks:
            for name_ in re.findall(r"^\s*(\w+)\s*(?:[-+*/]|\*\*|//|%)?=(?!=)", block or "", re.MULTILINE):
                if name_ in variables:
                    self.written.add(variables[name_])
        return made

    def network_run(
        self,
        net: Network,
        duration: Any,
        report: Any = None,
        report_period: Any = None,
        namespace: Any = None,
        profile: Any = None,
        level: int = 0,
        **kwds: Any,
    ) -> None:
        """Take a run into the program, of the duration that `before` gives it."""
        scope = get_local_namespace(level=level + 2) if namespace is None else namespace
        duration_s = float(duration)
        if duration_s < 0:
            raise ValueError(f"run({duration_s} s): the duration is negative")
        if self.before is not None:
            duration_s = self.before(net, duration_s, scope)
        self.running = True
        with self.trusted():
            super().network_run(net, duration_s * b2.second, None, 10 * b2.second, scope, False, level + 1)
        self.running = False
        if self.after is not None:
            self.after()

    def build(self, *arguments: Any, **keywords: Any) -> None:
        """End the script: it would build and run its program now."""
        raise FinishedError

    def run(self, *arguments: Any, **keywords: Any) -> None:
        """End the script: it would run its program now."""
        raise FinishedError

    def taken(self) -> Taken:
        """Return what the script's simulation became."""
        writer = _Writer()
        for code_object in self.code_objects.values():
            for variable in code_object.variables.values():
                if isinstance(variable, b2.Function):
                    self._insert_func_namespace(variable, code_object, self.static_arrays)
        specs = [
            (name, b2.codegen.generators.cpp_generator.c_data_type(array.dtype), array.size, name)
            for name, array in sorted(self.static_arrays.items())
        ]
        names = [one.name for net in self.networks for one in net.sorted_objects]
        if twice := sorted({name for name in names if names.count(name) > 1}):
            raise ValueError(f"two objects are named {', '.join(twice)}, and each needs a name of its own")
        self.generate_objects_source(writer, self.arange_arrays, self.synapses, specs, self.networks, self.timed_arrays)
        self.generate_main_source(writer)
        self.generate_codeobj_source(writer)
        self.generate_network_source(writer, "unix")
        self.generate_synapses_classes_source(writer)
        self.generate_run_source(writer)
        external = {
            name: {
                key: variable.value
                for key, variable in code_object.variables.items()
                if isinstance(variable, Constant) and variable.owner is None and not _known(key, variable.value)
            }
            for name, code_object in self.code_objects.items()
        }
        arrays = {name: np.ascontiguousarray(array) for name, array in self.static_arrays.items()}
        single = [file for one in self.code_objects.values() if _single(one) for file in _files(one.name, writer.files)]
        for name, one in self.code_objects.items():
            constants = [key for key, variable in one.variables.items() if isinstance(variable, Constant)]
            for file in set(_files(name, writer.files)).intersection(single):
                writer.files[file] = _in_single(writer.files[file], constants)
        return Taken(writer.files, arrays, external, single)


def _single(code_object: Any) -> bool:
    """Return whether all floating-point arrays of a code object, but those of clocks, are in single precision."""
    types = {
        np.dtype(variable.dtype)
        for variable in code_object.variables.values()
        if isinstance(variable, ArrayVariable)
        and np.issubdtype(variable.dtype, np.floating)
        and not isinstance(variable.owner, b2.Clock)
    }
    return types == {np.dtype(np.float32)}


def _files(name: str, files: Mapping[str, str]) -> list[str]:
    """Return the sources of a code object."""
    return [f for kind in ("", "before_run_", "after_run_") if (f := f"code_objects/{kind}{name}.cpp") in files]


def _in_single(text: str, constants: Iterable[str]) -> str:
    """Return C++ in which constants are in single precision: one in double precision drags all arithmetic with it."""
    names = "|".join(map(re.escape, constants))
    return re.sub(rf"^(\s*const )double ((?:{names}) = )", r"\1float \2", text, flags=re.MULTILINE) if names else text


def _known(name: str, value: Any) -> bool:
    """Return whether a constant is a unit or a constant of Brian2, not one of the script."""
    if isinstance(value, bool | np.bool_) or not isinstance(value, int | float):
        return True
    if name in DEFAULT_CONSTANTS:
        return bool(DEFAULT_CONSTANTS[name].value == value)
    return name in DEFAULT_UNITS and float(DEFAULT_UNITS[name]) == value


_TRACKED = Trackable.__instancefollower__.instance_sets
_AT_FIRST = {kind: set(references) for kind, references in _TRACKED.items()}


def _by_name(one: Nameable) -> int:
    return hash(getattr(one, "_name", ""))


# Brian2 keeps objects and clocks in sets, whose order, and with it that of the generated code, went by their addresses.
# The process that translates has PYTHONHASHSEED=0 besides.
Nameable.__hash__ = _by_name


def forget() -> None:
    """Forget scripts that ran before in this process: their objects, whose names one would find taken, and their step.

    Brian2 gives a new device the step of the one before.
    """
    b2.get_device().defaultclock = None
    for kind, references in _TRACKED.items():
        references.intersection_update(_AT_FIRST.get(kind, set()))


def install() -> OpenNumbers:
    """Make a new device the active one, with no object of another script; return it."""
    forget()
    remembered.install()
    device = OpenNumbers()
    all_devices[NAME] = device
    b2.set_device(NAME, build_on_run=False)
    device.activate(build_on_run=False)
    return device
