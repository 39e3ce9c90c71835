"""Sweep and fit the thalamocortical network of Gutnisky et al. (2017) in Brian2."""

from typing import Any

__all__ = ["Network"]


def __getattr__(name: str) -> Any:
    """Return `Network`, which is loaded when it is first asked for: verbs do without it."""
    if name != "Network":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from pipeline.interface.network import Network

    return Network
