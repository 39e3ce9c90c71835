"""Spikes on their way: what arrives when, in which order, against lists of numbers; and that programs use ranges."""

import subprocess

import numpy as np
import pytest

from pipeline.engine import machine, pathways, project

MAIN = """#include <cstdio>
#include "pathway.h"
// reads: numbers of sources, synapses, delays, step of the change, its factor, steps; sources; delays; spikes by step
int main()
{
    int n_sources, n_synapses, n_delays, change, n_steps;
    double factor;
    if (std::scanf("%d %d %d %d %lf %d", &n_sources, &n_synapses, &n_delays, &change, &factor, &n_steps) != 6) return 1;
    std::vector<int> source(n_synapses);
    std::vector<float> delays(n_delays);
    for (int &s : source) if (std::scanf("%d", &s) != 1) return 1;
    for (float &d : delays) if (std::scanf("%f", &d) != 1) return 1;
    // the synapses of this pathway begin at source 3 of a larger group
    SynapticPathway path(source, 3, 3 + n_sources);
    double dt = 1;
    path.prepare(0, 0, delays.data(), n_delays, source.data(), n_synapses, dt);
    for (int step = 0; step < n_steps; step++) {
        if (step == change) {
            dt /= factor;
            path.prepare(0, 0, delays.data(), n_delays, source.data(), n_synapses, dt);
        }
        int n;
        if (std::scanf("%d", &n) != 1) return 1;
        std::vector<int> spikes(n);
        for (int &s : spikes) if (std::scanf("%d", &s) != 1) return 1;
        path.advance();
        path.push(spikes.data(), n);
        std::printf("%d:", step);
        for (const SynapseRange &range : path.ranges())
            for (int s = range.begin; s < range.end; s++)
                std::printf(" %d", s);
        std::printf(" |");
        for (int s : *path.peek()) std::printf(" %d", s);
        std::printf(" | %d\\n", (int)path.ranges().size());
    }
}
"""


@pytest.fixture(scope="module")
def arrivals(tmp_path_factory):
    """Return what arrives at each step, as ranges and as numbers, and how many ranges there were."""
    folder = tmp_path_factory.mktemp("pathway")
    (folder / "main.cpp").write_text(MAIN)
    (folder / "pathway.h").write_text((project.Path(pathways.__file__).parent / "pathway.h").read_text())
    (folder / "brianlib").mkdir()
    (folder / "brianlib" / "spikequeue.h").write_text("")
    command = [*machine.compiler().split(), "-O1", "-std=c++11", "-I.", "main.cpp", "-o", "main"]
    subprocess.run(command, cwd=folder, check=True)

    def _arrivals(n_sources, sources, delays, spikes, change=-1, factor=1.0):
        numbers = [
            n_sources,
            len(sources),
            len(delays),
            change,
            factor,
            len(spikes),
            *(s + 3 for s in sources),
            *delays,
        ]
        numbers += [one for step in spikes for one in (len(step), *step)]
        said = subprocess.run(
            [folder / "main"], input=" ".join(map(str, numbers)), capture_output=True, text=True, check=True
        ).stdout
        found = []
        for line in said.splitlines():
            ranged, peeked, n = line.partition(":")[2].split("|")
            assert ranged.split() == peeked.split()
            found.append(([int(one) for one in ranged.split()], int(n)))
        return found

    return _arrivals


def _spikes(rng, n_steps, n_sources):
    """Return spikes of a group of which those from 3 on are the pathway's sources, and others are not."""
    return [sorted(rng.choice(n_sources + 6, rng.integers(0, 6), replace=False).tolist()) for _ in range(n_steps)]


@pytest.mark.parametrize("ordered", [True, False])
@pytest.mark.parametrize("delays", ["one", "alike", "each"])
def test_what_arrives_is_what_lists_of_synapses_say_and_in_their_order(arrivals, ordered, delays):
    """Of one spike after another, of each its synapses by number: sums of floats depend on the order."""
    rng = np.random.default_rng(7)
    n_sources, n_synapses, n_steps = 8, 40, 60
    sources = rng.integers(0, n_sources, n_synapses)
    sources = np.sort(sources) if ordered else sources
    steps = {"one": [4], "alike": [4] * n_synapses, "each": rng.integers(0, 9, n_synapses).tolist()}[delays]
    spikes = _spikes(rng, n_steps, n_sources)
    due = [[] for _ in range(n_steps + 10)]
    for step, fired in enumerate(spikes):
        for neuron in fired:
            for synapse in np.flatnonzero(sources == neuron - 3):
                due[step + (steps[synapse] if len(steps) > 1 else steps[0])].append(int(synapse))
    found = arrivals(n_sources, sources, steps, spikes)
    assert [arrived for arrived, _ in found] == due[:n_steps]
    if ordered and delays != "each":  # a range a spike, which is what it is for
        fired = [sum(3 <= neuron < n_sources + 3 and neuron - 3 in sources for neuron in step) for step in spikes]
        assert [n for _, n in found[4:]] == fired[:-4]


def test_spikes_on_their_way_stay_so_where_a_script_changes_the_step(arrivals):
    spikes = [[3], [], [3], [], [], [], [], [], [], []]
    found = arrivals(1, [0, 0], [3], spikes, change=3, factor=2.0)
    # after step 2 they have one and three steps to go, which are two and six of half the length
    assert [k for k, (arrived, _) in enumerate(found) if arrived] == [4, 8]


def test_a_network_without_synapses_or_with_one_source_that_has_none(arrivals):
    assert all(arrived == [] for arrived, _ in arrivals(3, [], [], [[3], [4], [5]]))
    assert arrivals(3, [0, 2], [0], [[3, 4, 5]]) == [([0, 1], 2)]


def test_programs_loop_over_ranges(program):
    """Where Brian2 writes them otherwise, loops over numbers are left, and nobody would see that they are slow."""
    folder = program.prepare()
    loops = [path.read_text() for path in folder.glob("code_objects/*_pre_codeobject.cpp")]
    assert len(loops) == 6
    assert all("_range.begin" in text and ".peek()" not in text for text in loops)


def test_a_loop_that_looks_otherwise_is_left_as_it_is():
    files = {
        "synapses_classes.h": "class SynapticPathway {};",
        "code_objects/S.cpp": "for (auto s : *S_pre.peek()) {",
    }
    pathways.by_ranges(files)
    assert files["code_objects/S.cpp"] == "for (auto s : *S_pre.peek()) {"
    assert "struct SynapseRange" in files["synapses_classes.h"]
