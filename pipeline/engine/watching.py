"""What is recorded of any network: spikes of all populations, potentials over time, the first value that is not finite.

Adds monitors to the networks that a device takes, and writes the C++ that looks at the variables after each step.
"""

from collections.abc import Mapping
from pathlib import Path

import brian2 as b2
import numpy as np
from brian2.core.base import BrianObject
from brian2.core.network import Network
from brian2.core.variables import ArrayVariable, DynamicArrayVariable

from pipeline.engine import outlet
from pipeline.engine.device import OpenNumbers
from pipeline.engine.populations import potential_of, spike_monitor, spiking
from pipeline.engine.translated import Population
from pipeline.library.spiking import own_variables
from pipeline.network.adopted import LAG

SLICE = 100_000
"""Values of synapses that are looked at in one step; where there are more, each is looked at every few steps."""


INPUT = 0x9E3779B9
"""What tells the seed of the input from that of the network."""


class Watching:
    """The monitors of one translation, and the C++ that watches."""

    def __init__(self, device: OpenNumbers) -> None:
        self._device = device
        self._monitors: dict[str, b2.SpikeMonitor] = {}
        self._begun = False
        self._lines: list[str] = []
        """What was added before the last run."""
        self.watched: list[tuple[str, str]] = []
        self._in_turn: set[ArrayVariable] = set()
        """Variables of groups with a potential, but this: looked at one after another, one in each step.

        What is not finite in one makes the potential so in the next step, but for a few equations, as 1/(1 + x).
        """

    def add(self, net: Network) -> None:
        """Add monitors to a network that is about to run, and the lines that go before its run."""
        for one in sorted(net.objects, key=lambda one: one.name):
            if spiking(one) and one.name not in self._monitors:
                monitor = _own_monitor(one, net)
                if monitor is None:
                    monitor = spike_monitor(one, f"spikes_of_{len(self._monitors)}")
                    monitor.add_to_magic_network = False
                self._monitors[one.name] = monitor
        present = {one.name for one in net.objects}
        for owner, monitor in self._monitors.items():
            if owner in present:
                monitor.active = True  # a script that switches its own off wants fewer spikes than there are
                net.objects.add(monitor)
        clocks = sorted({one.clock for one in net.objects if hasattr(one, "clock")}, key=lambda clock: clock.dt_)
        finest = clocks[0] if clocks else b2.defaultclock
        name = "_clock" if finest.name == "clock" else finest.name
        lines = [
            f"{net.name}.add(&{name}, watch::look);",
            f"watch::clock = {self._array(finest.variables['t'])};",
            f"watch::step = {self._array(finest.variables['dt'])};",
        ]
        if not self._begun:
            # another stream than that of the network, whose seed is often the same number
            lines.append(f"brian::_random_generators[0].seed((unsigned long)open_value::of[1] ^ {INPUT}ul);")
            self._device.main_queue.insert(
                0, ("insert_code", "brian::_random_generators[0].seed((unsigned long)open_value::of[0]);")
            )
        lines.append("if (!watch::stopped)")
        self._begun = True
        before = self._device.code_lines["before_network_run"]
        before[:] = [line for line in before if line not in self._lines] + lines  # the script may have lines of its own
        self._lines = lines

    def write(
        self, files: dict[str, str], objects: Mapping[str, BrianObject], populations: list[Population]
    ) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
        """Add the C++ of watching to `files`; return what the program hands over, and what where all is asked."""
        looked = self._looked(objects)
        self.watched = [(variable.owner.name, variable.name) for variable in looked]
        watched: dict[str, list[Population]] = {}
        for p in populations:
            if p.potential is not None and p.size > 0:
                watched.setdefault(p.source, []).append(p)
        files["watch.h"] = Path(__file__).with_name("watch.h").read_text(encoding="utf-8")
        files["watch.cpp"] = self._cpp(looked, watched, objects)
        files["open_value.h"] = _OPEN_H
        files["open_value.cpp"] = _OPEN_CPP
        files["objects.h"] = '#include "open_value.h"\n' + files["objects.h"]
        files["network.cpp"] = files["network.cpp"].replace("current = std::clock();", "current = start;")
        outputs: list[tuple[str, str, tuple[int, str]]] = [
            ("found", "watch::found", (0, "3")),
            ("steps", "&watch::steps", (0, "1")),
            ("weights", "&watch::weights", (0, "1")),
            ("memory_kb", "&watch::memory_kb", (0, "1")),
        ]
        types = dict.fromkeys(("found", "steps", "weights", "memory_kb"), "float64")
        for owner, monitor in self._monitors.items():
            for name in ("t", "i", LAG):
                variable = monitor.variables.get(name)
                if variable is None:
                    continue
                outputs.append((f"spikes.{owner}.{name}", self._array(variable), (1, "")))
                types[f"spikes.{owner}.{name}"] = np.dtype(variable.dtype).name
        for k, source in enumerate(watched):
            for name in ("sum", "square", "means", "reference"):
                outputs.append((f"potential.{source}.{name}", f"watch::potential[{k}].{name}", (1, "")))
                types[f"potential.{source}.{name}"] = "float64"
        traced = [p.name for parts in watched.values() for p in parts]
        kept = {"trace_times": "times", **{f"trace.{name}": f"trace[{k}].values" for k, name in enumerate(traced)}}
        for key, values in kept.items():
            outputs.append((key, f"watch::{values}", (1, "")))
            types[key] = "float64"
        more = self._everything(objects)
        files["main.cpp"] = self._main(files["main.cpp"], outputs, more)
        return [(key, types[key]) for key, _, _ in outputs], [
            (part, kind)
            for key, variable in more.items()
            for part, kind in [
                *([(outlet.columns_of(key), "int32")] if getattr(variable, "ndim", 1) == 2 else []),
                (key, np.dtype(variable.dtype).name),
            ]
        ]

    def _looked(self, objects: Mapping[str, BrianObject]) -> list[ArrayVariable]:
        """Return the float variables of the network's groups that its code writes, each once, potentials last.

        In that order the first that is not finite is sought: of a cause and what follows from it, the cause.
        """
        found: dict[int, ArrayVariable] = {}
        potentials: set[int] = set()
        for one in objects.values():
            potential, _ = potential_of(one)
            for variable in getattr(one, "variables", {}).values():
                if not isinstance(variable, ArrayVariable) or not np.issubdtype(variable.dtype, np.floating):
                    continue
                group = isinstance(variable.owner, b2.NeuronGroup | b2.Synapses | b2.PoissonGroup)
                two = isinstance(variable, DynamicArrayVariable) and variable.ndim != 1
                written = variable in self._device.written or (
                    isinstance(one, b2.SpatialNeuron) and variable.name == "v"
                )
                if group and not two and written and variable.name not in own_variables(variable.owner) | {"lastspike"}:
                    found[id(variable)] = variable
                    if variable.name == potential and variable.owner.name == one.name:
                        potentials.add(id(variable))
                    elif potential is not None and variable.owner.name == one.name:
                        self._in_turn.add(variable)
        return sorted(found.values(), key=lambda variable: id(variable) in potentials)

    def _everything(self, objects: Mapping[str, BrianObject]) -> dict[str, ArrayVariable]:
        """Return the variables of all groups at the end of the run and what the script's monitors recorded."""
        own = {monitor.name for monitor in self._monitors.values()}
        found: dict[str, ArrayVariable] = {}
        seen: set[int] = set()
        for one in objects.values():
            if one.name in own:
                continue
            parts = [one, *one.contained_objects]  # delays are variables of the pathways that synapses contain
            for part, variable in ((p, v) for p in parts for v in getattr(p, "variables", {}).values()):
                if isinstance(variable, ArrayVariable) and id(variable) not in seen and variable in self._device.arrays:
                    owner = getattr(variable.owner, "name", "")
                    if owner == one.name and np.dtype(variable.dtype).kind in "fiub":
                        seen.add(id(variable))
                        found[f"{part.name}.{variable.name}"] = variable
        return found

    def _array(self, variable: ArrayVariable) -> str:
        name: str = self._device.get_array_name(variable, access_data=False)
        return f"brian::{name}"

    def _cpp(
        self, looked: list[ArrayVariable], watched: Mapping[str, list[Population]], objects: Mapping[str, BrianObject]
    ) -> str:
        """Write the function that looks at all variables after a step."""
        always: list[str] = []
        in_turn: list[str] = []
        search = []
        for k, variable in enumerate(looked):
            name = self._array(variable)
            if isinstance(variable, DynamicArrayVariable):
                values = f"{name}.data(), {name}.size(), (size_t)steps_all, {name}.size() / {SLICE} + 1"
            else:
                values = f"{name}, {variable.size}, 0, 1"
            search.append(f"first({values}, now, {k});")
            (in_turn if variable in self._in_turn else always).append(f"good = whole({values}) && good;")
        turns = [f"case {k}: {look} break;" for k, look in enumerate(in_turn)]
        adds, made = [], []
        traces: list[str] = []
        kept: list[str] = []
        for k, (source, parts) in enumerate(watched.items()):
            adds.append(f"potential[{k}].add({self._array(objects[source].variables[parts[0].potential])}, weight);")
            edges = sorted({0, int(objects[source].N)}.union(*({p.start, p.stop} for p in parts)))
            spans = [edges.index(edge) for p in parts for edge in (p.start, p.stop)]
            made.append(f"Potential({{{', '.join(map(str, edges))}}}, {{{', '.join(map(str, spans))}}})")
            for p in parts:
                kept.append(f"trace[{len(traces)}].add({self._array(objects[source].variables[p.potential])});")
                traces.append(f"Trace({p.start}, {p.size})")
        return _WATCH_CPP.format(
            potentials=", ".join(made) or "Potential({0}, {})",
            traces=", ".join(traces) or "Trace(0, 0)",
            kept="\n        ".join(kept),
            looks="\n    ".join(always),
            turns="\n    ".join(turns),
            n_turns=max(1, len(turns)),
            search="\n        ".join(search),
            adds="\n        ".join(adds),
        )

    def _main(self, text: str, outputs: list[tuple[str, str, tuple[int, str]]], more: dict[str, ArrayVariable]) -> str:
        """Return main.cpp with reading the values first, and handing over last."""
        text = text.replace('#include "run.h"', '#include "run.h"\n#include "watch.h"\n#include "outlet.h"', 1)
        text = text.replace("brian_start();", "open_value::read();\n\tbrian_start();", 1)
        lines = ["watch::end();"]
        for _, expression, (dimensions, size) in outputs:
            lines.append(_hand_over(expression, dimensions, size))
        lines.append("if (open_value::of[3] != 0) {")
        for variable in more.values():
            name = self._array(variable)
            if isinstance(variable, DynamicArrayVariable):
                if variable.ndim == 2:
                    lines.append(_hand_over(f"&{name}.m", 0, "1"))
                lines.append(_hand_over(name, variable.ndim, ""))
            else:
                lines.append(_hand_over(name, 0, f"{variable.size}"))
        lines.append("}")
        lines.append(f"std::cout.flush(); std::_Exit(std::cout.good() ? 0 : {outlet.FAILED});")
        head, end = text.rsplit("brian_end();", 1)
        return head + "\n\t".join(lines) + "\n\tbrian_end();" + end


def _own_monitor(group: BrianObject, net: Network) -> b2.SpikeMonitor | None:
    """Return a monitor of the script that records all spikes of a group as ours would, None where there is none."""
    needed = {"i", "t", LAG} & set(group.variables) | {"i", "t"}
    for one in sorted(net.objects, key=lambda one: one.name):
        whole = type(one) is b2.SpikeMonitor and one.source is group and one.record is True
        if whole and one.event == "spike" and set(one.record_variables) == needed:
            return one
    return None


def _hand_over(expression: str, dimensions: int, size: str) -> str:
    if dimensions == 0:
        return f"outlet::plain({expression}, {size});"
    return f"outlet::vector({expression});" if dimensions == 1 else f"outlet::table({expression});"


_OPEN_H = """#pragma once
namespace open_value { extern double of[]; void read(); }
#define SEED_OF_INPUT open_value::of[1] // what library/arrivals.py draws from
"""

_OPEN_CPP = """#include "open_value.h"
#include <cstdio>
#include <cstdlib>
#ifdef __linux__
#include <csignal>
#include <sys/prctl.h>
#endif
namespace open_value {
double of[@SIZE@];
void read()
{
#ifdef __linux__
    prctl(PR_SET_PDEATHSIG, SIGKILL); // nobody waits for what a program computes whose caller was killed
#endif
    FILE *file = std::fopen("values.bin", "rb");
    if (!file || std::fread(of, sizeof(double), @SIZE@, file) != @SIZE@ || std::fgetc(file) != EOF) {
        std::fprintf(stderr, "values.bin does not have the @SIZE@ values of this program\\n");
        std::_Exit(2);
    }
    std::fclose(file);
}
} // namespace open_value
"""

_WATCH_CPP = """#include "objects.h"
#include "watch.h"
#include <fstream>
#include <string>
namespace watch {{
double found[3] = {{-1, -1, -1}};
bool stopped = false;
double steps = 0, weights = 0, memory_kb = 0;
const double *clock = nullptr, *step = nullptr;
static double first_step = 0;
static unsigned long steps_all = 0;
Potential potential[] = {{{potentials}}};
std::vector<double> times;
Trace trace[] = {{{traces}}};
void look()
{{
    const double now = clock[0] + step[0];
    if (first_step == 0)
        first_step = step[0];
    bool good = true;
    {looks}
    switch (steps_all % {n_turns}) {{
    {turns}
    }}
    if (!good) {{
        {search}
        if (found[0] >= 0) {{
            stopped = true;
            Network::_globally_stopped = true;
            return;
        }}
    }}
    steps_all++;
    if (open_value::of[4] > 0) {{
        times.push_back(now);
        {kept}
    }}
    if (now > open_value::of[2] * (1 + 1e-9)) {{
        const double weight = step[0] / first_step; // of a mean over time, where steps change between runs
        steps += 1;
        weights += weight;
        {adds}
    }}
}}
void end()
{{
    std::ifstream status("/proc/self/status");
    for (std::string line; std::getline(status, line);)
        if (line.compare(0, 6, "VmHWM:") == 0)
            memory_kb = std::stod(line.substr(6));
}}
}} // namespace watch
"""
