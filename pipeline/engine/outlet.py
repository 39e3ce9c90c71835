"""What a program hands over at its end, see outlet.h: arrays one after another, each with its length before it.

Brian2's own way, a file for each array of the network, synapses included, takes 200 files of 7 MB together, says
nothing of a full disk, and leaves the files behind where the reader was killed.
"""

from collections.abc import Mapping

import numpy as np

FAILED = 74
"""Exit code of a program whose output could not be written (EX_IOERR)."""


def columns_of(name: str) -> str:
    """Return the name of what says, before a table, how many columns it has."""
    return f"{name} columns"


def arrays_of(content: bytes, dtypes: Mapping[str, str]) -> dict[str, np.ndarray]:
    """Return the arrays by name, `dtypes` naming them in their order; ValueError unless `content` is exactly these.

    Those with columns are tables, a row a step, as Brian2 has what a StateMonitor recorded.
    """
    found: dict[str, np.ndarray] = {}
    at = 0
    for name, dtype in dtypes.items():
        (count,) = np.frombuffer(content, np.uint64, 1, at)
        found[name] = np.frombuffer(content, dtype, int(count), at + 8)
        at += 8 + found[name].nbytes
        if columns_of(name) in found:
            found[name] = found[name].reshape(-1, max(1, int(found.pop(columns_of(name))[0])))
    if at != len(content):
        raise ValueError(f"{len(content) - at} bytes are left over")
    return found
