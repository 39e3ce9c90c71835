"""The least that a step can cost: the arithmetic of its state updaters, counted, at the speed that this machine has.

Counted is what the C++ of the state updaters does for each neuron: exponentials, divisions, and products or sums, of
which the machine does two at once. Their times are measured on as many numbers as there are neurons, in the cache and
with the flags of the network's program. Not counted: memory, spikes, synapses, substeps.
"""

import re
import subprocess
import tempfile
from collections import Counter
from pathlib import Path

from pipeline.engine import machine, programs
from pipeline.library.functions import _EXPONENTIAL_CPP

IN_TURN = 8
"""Operations on a number while it is in a register, so that reading and writing it does not count."""

KINDS = {"exponential": "exponential(-y)", "division": "1.5f / (y + 0.1f)", "product": "y * y + 0.001f"}
"""By kind of operation, what is timed; a product with its sum is one operation."""

_MAIN = """#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <ctime>
@EXPONENTIAL@
static float x[1600];
template <typename F> double seconds(F f)
{
    double least = 1;
    for (int round = 0; round < 30; round++) {
        for (float &one : x) one = 0.7f;
        const std::clock_t begin = std::clock();
        for (int k = 0; k < 2000; k++) { f(); asm volatile("" ::: "memory"); }
        const double taken = double(std::clock() - begin) / CLOCKS_PER_SEC / 2000 / 1600;
        least = taken < least ? taken : least;
    }
    return least;
}
int main()
{
@TIMED@
}
"""


def counts(program: Path) -> dict[str, Counter[str]]:
    """Return the operations of each state updater of a built program, for one neuron and one step, by group."""
    found = {}
    for path in sorted(program.glob("code_objects/*_stateupdater_codeobject.cpp")):
        loop = path.read_text(encoding="utf-8").rpartition("// vector code")[2].rpartition("}")[0]
        lines = [line.partition("=")[2] for line in loop.splitlines() if "=" in line and "_ptr_array" not in line]
        text = re.sub(r"\b1\.0f\*", "", "\n".join(lines))
        calls = len(re.findall(r"\b(?:exponential|linoid)\(", text))
        divisions = text.count("/") + len(re.findall(r"\blinoid\(", text))
        # a product and the sum that follows it are one operation
        products = max(text.count("*"), len(re.findall(r" [+-] ", text)))
        found[path.name.removesuffix("_stateupdater_codeobject.cpp")] = Counter(
            exponential=calls, division=divisions, product=products
        )
    return found


def times_s() -> dict[str, float]:
    """Return the seconds of one operation of each kind on this machine, many at a time, in single precision."""
    timed = "\n".join(
        f'    std::printf("{kind} %g\\n", seconds([] {{ for (int i = 0; i < 1600; i++) {{ float y = x[i];'
        f"{f' y = {code};' * IN_TURN} x[i] = y; }} }}));"
        for kind, code in KINDS.items()
    )
    with tempfile.TemporaryDirectory(prefix="arithmetic-") as folder:
        source = Path(folder, "main.cpp")
        source.write_text(_MAIN.replace("@EXPONENTIAL@", _EXPONENTIAL_CPP).replace("@TIMED@", timed), encoding="utf-8")
        command = [*machine.compiler().split(), *programs.flags(False), "main.cpp", "-o", "main"]
        subprocess.run(command, cwd=folder, check=True)
        said = subprocess.run([Path(folder, "main")], capture_output=True, text=True, check=True).stdout
    return {kind: float(seconds) / IN_TURN for kind, seconds in map(str.split, said.splitlines())}


def limit(operations: dict[str, Counter[str]], each_s: dict[str, float], sizes: dict[str, int], dt_ms: float) -> float:
    """Return the CPU seconds of a biological second that the operations of all neurons take."""
    a_step_s = sum(
        sizes[group] * sum(n * each_s[kind] for kind, n in counted.items()) for group, counted in operations.items()
    )
    return a_step_s * 1000 / dt_ms
