"""What a standalone program does not know before it has run: Brian2 refuses to read it, and so what stands in.

Known are values that the script itself gave: zeros, numbers and arrays. What an expression made, what has as many
values as there are synapses or spikes, and what is computed from others are known after the run.
"""

import contextlib
import inspect
import sys
from collections.abc import Iterator
from pathlib import Path
from types import FrameType
from typing import Any, NoReturn
from weakref import WeakSet

import brian2 as b2
from brian2.core.variables import DynamicArrayVariable, Subexpression, VariableView

from pipeline.doctor.instruments.caller import INSIDE
from pipeline.doctor.instruments.witness import ProgramError

BETWEEN = (str(Path(b2.__file__).parent), __file__, "(string)")
"""Where frames between the script and a read are: Brian2, this module, code that Brian2 made."""
PAIRS = ("_synaptic_pre", "_synaptic_post", "N")
"""Of synapses, what arrays of pairs decide."""
UNREAD = "Cannot retrieve the values of state variables in standalone code before the simulation has been run."
"""As Brian2 says it."""


class Unbuilt:
    """What a device of a program refuses before the program has run, or always."""

    has_been_run: bool
    _made: WeakSet[Any]
    """Variables that an expression has set, or decides."""

    def variableview_set_with_expression(self, view: Any, *arguments: Any, **more: Any) -> None:
        """Set a variable, and note that a program computes it."""
        self._made.add(view.variable)
        VariableView.set_with_expression.original_function(view, *arguments, **more)

    def variableview_set_with_expression_conditional(self, view: Any, *arguments: Any, **more: Any) -> None:
        """Set a part of a variable, and note that a program computes it."""
        self._made.add(view.variable)
        VariableView.set_with_expression_conditional.original_function(view, *arguments, **more)

    def variableview_get_with_index_array(self, view: Any, *arguments: Any, **more: Any) -> Any:
        """Return values of a variable, unless the script reads them too early."""
        if self._too_early() and not self._known(view.variable):
            raise ProgramError(UNREAD)
        return VariableView.get_with_index_array.original_function(view, *arguments, **more)

    def variableview_get_subexpression_with_index_array(self, view: Any, *arguments: Any, **more: Any) -> Any:
        """Return values of what is computed from others, unless the script reads them too early."""
        if self._too_early():
            raise ProgramError(UNREAD)
        return VariableView.get_subexpression_with_index_array.original_function(view, *arguments, **more)

    def variableview_get_with_expression(self, view: Any, *arguments: Any, **more: Any) -> Any:
        """Return values where an expression holds, which no script gets from a program."""
        if _asked_by_the_script():
            raise ProgramError(
                "Cannot retrieve the values of state variables with string expressions in standalone scripts."
            )
        return VariableView.get_with_expression.original_function(view, *arguments, **more)

    def synapses_connect(
        self,
        synapses: Any,
        condition: Any = None,
        i: Any = None,
        j: Any = None,
        *more: Any,
        level: int = 0,
        **named: Any,
    ) -> None:
        """Make synapses, and note whether a program decides which."""
        if any(one is None or isinstance(one, str) for one in (i, j)):
            self._made.update(synapses.variables[name] for name in PAIRS)
        inspect.unwrap(b2.Synapses.connect)(synapses, condition, i, j, *more, level=level + 1, **named)

    def network_store(self, *_: Any, **__: Any) -> NoReturn:
        """Refuse, as a program does."""
        raise ProgramError("The store/restore mechanism is not supported in the C++ standalone")

    network_restore = network_store

    @contextlib.contextmanager
    def counting(self) -> Iterator[None]:
        """While open, the number of synapses is refused, too, where it is read too early."""
        original = b2.Synapses.__len__

        def counted(synapses: Any) -> int:
            if synapses.variables["N"] in self._made and self._too_early():
                raise ProgramError(UNREAD)
            return int(original(synapses))

        b2.Synapses.__len__ = counted
        try:
            yield
        finally:
            b2.Synapses.__len__ = original

    def _too_early(self) -> bool:
        return not self.has_been_run and _asked_by_the_script()

    def _known(self, variable: Any) -> bool:
        if isinstance(variable, Subexpression) or variable in self._made:
            return False
        if isinstance(getattr(variable, "owner", None), b2.Synapses):
            return variable.name in PAIRS
        return not isinstance(variable, DynamicArrayVariable)


def _asked_by_the_script() -> bool:
    """Return whether the script called what of Brian2 asks, not the doctor."""
    frame: FrameType | None = sys._getframe(1)
    while frame is not None and frame.f_code.co_filename.startswith(BETWEEN):
        frame = frame.f_back
    return frame is not None and not frame.f_code.co_filename.startswith(INSIDE)
