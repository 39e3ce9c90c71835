"""Standalone mode while the doctor looks: runtime that refuses what a program does; runs begin when it would run."""

import contextlib
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, MutableMapping
from pathlib import Path
from typing import Any
from weakref import WeakSet

import brian2 as b2
import numpy as np
from brian2.codegen.runtime.numpy_rt import NumpyCodeObject
from brian2.core.network import _get_all_objects
from brian2.core.variables import VariableView

from pipeline.doctor.intake.unbuilt import Unbuilt

devices: Any = sys.modules["brian2.devices.device"]  # the package has an object of that name

STANDS_IN = ("exponential_euler", "rk4")
"""What integrates in place of GSL: the first of them that takes the equations."""
RunArgs = Mapping[Any, Any] | Iterable[str] | None
"""Values of variables for one run of a program: as Brian2's `device.run` takes them."""


class Standalone(Unbuilt, devices.RuntimeDevice):  # type: ignore[misc]
    """What `set_device` sets for any device but runtime: it shares all state with that of runtime."""

    project_dir, results_dir = "output", "results"
    run_args_applied = False
    _last_run_time, _last_run_completed_fraction = 0.0, 1.0
    timers: dict[str, Any] = {"run_binary": 0.0, "compile": {"clean": 0.0, "make": 0.0}}
    build_options: dict[str, Any] = {}
    launch: Callable[[RunArgs], None] = staticmethod(lambda _: None)

    def __init__(self) -> None:
        self.__dict__ = devices.runtime_device.__dict__
        self.reinit()

    def build(
        self, directory: Any = None, results_directory: Any = None, compile: Any = True, run: Any = True, **more: Any
    ) -> None:
        """Begin the runs so far, unless the program would only be built."""
        if compile and run:
            self.launch(more.get("run_args"))

    def run(
        self, directory: Any = None, results_directory: Any = None, with_output: Any = True, run_args: RunArgs = None
    ) -> None:
        """Begin the runs so far, with the values of `run_args`."""
        self.launch(run_args)

    def reinit(self) -> None:
        """Forget what ran: there is no program."""
        self.has_been_run, self._made = False, WeakSet()

    def delete(self, *_: Any, **__: Any) -> None:
        """Do nothing: there are no files."""

    def insert_code(self, *_: Any, **__: Any) -> None:
        """Do nothing: C++ is not looked at."""

    def apply_run_args(self) -> None:
        """Do nothing: they are applied before the first run."""

    @contextlib.contextmanager
    def run_function(self, *_: Any, **__: Any) -> Iterator[None]:
        """Let what is diverted into a function of C++ act at once."""
        yield


@contextlib.contextmanager
def standing_in(launch: Callable[[RunArgs], None]) -> Iterator[Standalone]:
    """While open, any device but runtime is a Standalone, wherever set_device came from; `launch` begins its runs.

    Code is generated for numpy, whatever is asked for.
    """
    kind = type("Standalone", (Standalone,), {"launch": staticmethod(launch)})
    device = kind()
    original, active, kept = devices._do_set_device, devices.active_device, dict(devices.runtime_device.__dict__)
    before, named = list(devices.previous_devices), dict(devices.all_devices)
    code_object_class = devices.Device.code_object_class

    def chosen(asked: Any, *arguments: Any, **keywords: Any) -> None:
        known = devices.all_devices[asked] if isinstance(asked, str) else asked
        original(known if known is devices.runtime_device else device, *arguments, **keywords)

    def as_numpy(self: Any, codeobj_class: Any = None, fallback_pref: str = "codegen.target") -> Any:
        return codeobj_class or NumpyCodeObject

    devices._do_set_device = chosen
    devices.Device.code_object_class = as_numpy
    for name in named:
        if name != "runtime":
            devices.all_devices[name] = device
    try:
        with device.counting():
            yield device
    finally:
        devices._do_set_device, devices.active_device = original, active
        devices.Device.code_object_class = code_object_class
        devices.previous_devices[:] = before
        devices.all_devices.update(named)
        for name in ("build_on_run", "build_options", "has_been_run", "_made"):
            devices.runtime_device.__dict__.pop(name, None)
            if name in kept:
                devices.runtime_device.__dict__[name] = kept[name]


def stand_in(objects: Iterable[Any], known: MutableMapping[Any, str]) -> None:
    """Give what GSL would integrate an integrator of Brian2's own, and note in `known` what it had.

    GSL is not there for numpy; where the script itself asks for numpy, it is Brian2 that refuses.
    """
    if not isinstance(devices.active_device, Standalone) and b2.prefs.codegen.target == "numpy":
        return
    for made in _get_all_objects(set(objects)):
        choice = getattr(getattr(made, "state_updater", None), "method_choice", None)
        if isinstance(choice, str) and choice.lower().startswith("gsl"):
            known[made] = choice
            made.state_updater.method_choice, made.state_updater.method_options = STANDS_IN, None


def waits() -> bool:
    """Tell whether a run would only be noted now: standalone mode with build_on_run=False."""
    active = devices.active_device
    return isinstance(active, Standalone) and not getattr(active, "build_on_run", True)


def has_run() -> None:
    """Note that a run is over: a program knows all values then."""
    if isinstance(devices.active_device, Standalone):
        devices.active_device.has_been_run = True


def of_build() -> RunArgs:
    """Return the run_args with which the device in use was set."""
    active = devices.active_device
    found: RunArgs = active.build_options.get("run_args") if isinstance(active, Standalone) else None
    return found


def apply(run_args: RunArgs, objects: Iterable[Any], names: Mapping[str, Any]) -> None:
    """Give variables the values of `run_args`, as a standalone program does before its first run.

    A key is a variable (`G.tau`) or a TimedArray; a text is 'NAME.VARIABLE=NUMBER' in SI units, or with a file. What
    names nothing is left out.
    """
    if run_args is None:
        return
    if not isinstance(run_args, Mapping):
        for text in run_args:
            _apply_text(str(text), objects, names)
        return
    for key, value in run_args.items():
        if isinstance(key, VariableView):
            key[:] = value
        elif isinstance(key, b2.TimedArray):
            b2.fail_for_dimension_mismatch(key.dim, value)
            key.values[...] = np.asarray(value)
        else:
            raise TypeError(
                f"The keys of run_args are variables such as G.v, or TimedArrays, not {type(key).__name__}."
            )


def _apply_text(text: str, objects: Iterable[Any], names: Mapping[str, Any]) -> None:
    owner, _, rest = text.partition(".")
    variable, equals, number = rest.partition("=")
    if not equals:
        return
    value: Any
    try:
        value = {"true": True, "false": False}.get(number.lower()) if number.isalpha() else float(number)
    except ValueError:
        value = np.fromfile(number) if Path(number).is_file() else None
    if value is None:
        return
    for made in _get_all_objects(set(objects)):
        if made.name == owner and variable in getattr(made, "variables", {}):
            getattr(made, f"{variable}_")[:] = value
    for made in names.values():
        if isinstance(made, b2.TimedArray) and made.name == owner and variable == "values":
            made.values[...] = value
