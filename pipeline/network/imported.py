"""Modules beside a script, imported with a hook at each of their numbers, as the script itself has it."""

import contextlib
import importlib.abc
import importlib.machinery
import importlib.util
import site
import sys
import sysconfig
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

from pipeline.config.provenance import PACKAGE
from pipeline.network.names import HOOK
from pipeline.network.sites import Module

_STANDARD = [sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib")]
INSTALLED = tuple(
    Path(path).resolve() for path in [*_STANDARD, *site.getsitepackages(), site.getusersitepackages(), str(PACKAGE)]
)
"""Folders of modules that are no part of a user's network."""


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
    """While open, modules are imported with `hook` at their sites, each anew; nothing of them is left afterwards.

    Nor of other modules of the user, such as those of a package: they may set Brian2's clock or a seed when imported.
    """
    finder = _Hooked(modules, hook)
    _forget(modules)
    before = set(sys.modules)
    sys.meta_path.insert(0, finder)
    try:
        yield
    finally:
        sys.meta_path.remove(finder)
        _forget(modules)
        for name in set(sys.modules) - before:
            if _of_the_user(sys.modules[name]):
                del sys.modules[name]


def _of_the_user(module: ModuleType) -> bool:
    """Return whether a module is Python that was not installed."""
    file = getattr(module, "__file__", None) or ""
    return file.endswith(".py") and not any(Path(file).resolve().is_relative_to(folder) for folder in INSTALLED)


def _forget(modules: Sequence[Module]) -> None:
    """Forget modules that were imported in this process, by an earlier run of the script or by another script."""
    for module in modules:
        file = getattr(sys.modules.get(module.name), "__file__", None)
        if file is not None and Path(file).resolve() == Path(module.path).resolve():
            del sys.modules[module.name]
