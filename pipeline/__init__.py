"""Sweep, fit and diagnose networks of Brian2, each of them a script."""

from typing import Any

__all__ = ["Network"]


def __getattr__(name: str) -> Any:
    """Return `Network`, which is loaded when it is first asked for (verbs do without it), or `__version__`."""
    if name == "__version__":
        from pipeline.config.provenance import release

        return release()
    if name != "Network":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from pipeline.interface.network import Network

    return Network
