"""What a program hands over at its end: the arrays that are asked for, one after another on its standard output.

Brian2's own way, a file for each array of the network, synapses included, takes 200 files of 7 MB together, says
nothing of a full disk, and leaves the files behind where the reader was killed. A program still does that where it is
given `--results_dir FOLDER`.
"""

from collections.abc import Mapping

import numpy as np

FAILED = 74
"""Exit code of a program whose output could not be written (EX_IOERR)."""


def cpp(arrays: Mapping[str, tuple[int, str]]) -> str:
    """Return the last C++ of a program, which hands over `arrays` in order and ends it.

    `arrays` maps the C++ name of each to its number of dimensions and, of a plain array, its size: (0, '1600') is a
    plain array, (1, '') a vector, (2, '') Brian2's DynamicArray2D.
    """
    return "\n".join(
        [
            'if (brian::results_dir == "results/") {',  # the default
            "uint64_t handed_over;",
            *(_one(name, *kind) for name, kind in arrays.items()),
            "std::cout.flush();",
            f"std::_Exit(std::cout.good() ? 0 : {FAILED});",
            "}",
        ]
    )


def _one(name: str, dimensions: int, size: str) -> str:
    count = {0: size, 1: f"{name}.size()", 2: f"(uint64_t){name}.n*{name}.m"}[dimensions]
    first = "" if dimensions == 0 else ".data()"
    lines = [f"handed_over = {count};", "std::cout.write((const char *)&handed_over, sizeof handed_over);"]
    if dimensions < 2:
        lines.append(f"std::cout.write((const char *){name}{first}, handed_over*sizeof({name}[0]));")
    else:
        lines.append(
            f"for (int row = 0; row < {name}.n; row++)\n"
            f"    std::cout.write((const char *)&{name}(row, 0), {name}.m*sizeof({name}(0, 0)));"
        )
    return "\n".join(lines)


def arrays_of(content: bytes, dtypes: Mapping[str, str]) -> dict[str, np.ndarray]:
    """Return the arrays by name, `dtypes` naming them in their order; ValueError unless `content` is exactly these."""
    found, at = {}, 0
    for name, dtype in dtypes.items():
        (count,) = np.frombuffer(content, np.uint64, 1, at)
        found[name] = np.frombuffer(content, dtype, int(count), at + 8)
        at += 8 + found[name].nbytes
    if at != len(content):
        raise ValueError(f"{len(content) - at} bytes are left over")
    return found
