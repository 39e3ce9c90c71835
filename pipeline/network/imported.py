"""Modules beside a script, imported with a hook at each of their numbers, as the script itself has it."""

import contextlib
import importlib.abc
import importlib.machinery
import importlib.util
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

from pipeline.network.sites import HOOK, Module


class _Hooked(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Finds the modules of a script before Python does, and runs their rewritten trees."""

    def __init__(self, modules: Sequence[Module], hook: Callable[[int, Any], Any]) -> None:
        self._modules, self._hook = {module.name: module for module in modules}, hook

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        """Return the specification of a module of the script; None for any other."""
        module = self._modules.get(fullname)
        return importlib.util.spec_from_file_location(fullname, module.path, loader=self) if module else None

    def exec_module(self, module: ModuleType) -> None:
        """Run a module, whose names are its own, and which can call the hook."""
        known = self._modules[module.__name__]
        vars(module)[HOOK] = self._hook
        exec(compile(known.tree, known.path, "exec"), vars(module))  # noqa: S102 (the user's, as the script is)


@contextlib.contextmanager
def hooked(modules: Sequence[Module], hook: Callable[[int, Any], Any]) -> Iterator[None]:
    """While open, modules are imported with `hook` at their sites, each anew; nothing of them is left afterwards."""
    finder = _Hooked(modules, hook)
    _forget(modules)
    sys.meta_path.insert(0, finder)
    try:
        yield
    finally:
        sys.meta_path.remove(finder)
        _forget(modules)


def _forget(modules: Sequence[Module]) -> None:
    """Forget modules that were imported in this process, by an earlier run of the script or by another script."""
    for module in modules:
        file = getattr(sys.modules.get(module.name), "__file__", None)
        if file is not None and Path(file).resolve() == Path(module.path).resolve():
            del sys.modules[module.name]
