"""How a script's network is integrated, where that is not as the script says: by another method, in finer steps."""

import contextlib
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import brian2 as b2
from brian2.core.base import BrianObject
from brian2.core.clocks import DefaultClockProxy
from brian2.stateupdaters.base import UnsupportedEquationsException

from pipeline.library.functions import exponential
from pipeline.library.integrator import StaggeredMidpoint
from pipeline.network.adopted import ALL, METHOD


class SchemeError(Exception):
    """The method does not take the equations; the message says of which population, and why."""


def stagger(objects: Iterable[BrianObject], names: Mapping[str, str], chosen: Iterable[str]) -> None:
    """Have populations integrated by the method of integrator.py; `names` maps objects to what they are called.

    SchemeError for equations of another form, for a name that is no population, and where there is none to take.
    """
    groups = {
        names.get(one.name, one.name): one
        for one in objects
        if isinstance(one, b2.NeuronGroup | b2.SpatialNeuron) and one.equations.diff_eq_names
    }
    wanted = list(groups) if ALL in (given := list(chosen)) else given
    if unknown := sorted(set(wanted) - set(groups)):
        known = ", ".join(groups) or "none"
        raise SchemeError(f"no population with differential equations is called {unknown[0]} (there are: {known})")
    if not wanted:
        raise SchemeError("no population has differential equations")
    for name in wanted:
        _stagger(groups[name], name)


def _stagger(group: Any, name: str) -> None:
    if isinstance(group, b2.SpatialNeuron):
        raise SchemeError(f"it does not take {name}, whose compartments are joined")
    try:
        StaggeredMidpoint()(group.equations, dict(group.variables))
    except UnsupportedEquationsException as error:
        raise SchemeError(f"it does not take the equations of {name} ({error})") from None
    group.namespace.setdefault("exponential", exponential)
    group.method_choice = group.state_updater.method_choice = METHOD


@contextlib.contextmanager
def refining(times: int, refined: set[str]) -> Iterator[None]:
    """Make the default step so many times shorter while a script runs, whatever it sets; `refined` gets its clock.

    From the start, since a script may reckon with its step, as for delays in steps.
    """
    given = DefaultClockProxy.__setattr__

    def finer(proxy: Any, name: str, value: Any) -> None:
        given(proxy, name, value / times if name == "dt" else value)

    if times == 1:
        yield
        return
    DefaultClockProxy.__setattr__ = finer
    try:
        b2.defaultclock.dt = b2.defaultclock.dt
        refined.add(b2.get_device().defaultclock.name)
        yield
    finally:
        DefaultClockProxy.__setattr__ = given


def refine(objects: Iterable[BrianObject], times: int, refined: set[str]) -> None:
    """Make the steps of the dynamics so many times shorter; `refined` names the clocks that are already so.

    Clocks of neurons' and synapses' equations alone: what runs at times of its own, as a monitor with its own dt or
    `run_regularly`, keeps these.
    """
    for one in objects:
        clock = getattr(one, "clock", None)
        dynamic = isinstance(one, b2.NeuronGroup | b2.Synapses | b2.PoissonGroup)
        if dynamic and clock is not None and clock.name not in refined:
            refined.add(clock.name)
            clock.dt = clock.dt / times
