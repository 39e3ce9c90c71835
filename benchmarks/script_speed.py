"""What 100 points of 1 s cost, by this pipeline and by what else one would do: `make speed`.

Networks: cuba, cobahh and wang_buzsaki of networks/. Ways: (a) this pipeline, points two knobs of which are run-time
knobs; (b) Brian2's C++ standalone, one build a point; (c) Brian2's runtime target, a process a core for all its points;
(d) standalone built once by hand and run with `run_args`, which sets initial values and parameters of groups only. Of
(b) and (c) a few points are timed after what is done once, and taken for all. Prints a table; everything in one run on
one machine, wall time of all cores, and CPU time of a biological second with our flags and with those of Brian2.
"""

import argparse
import itertools
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from pipeline.engine.machine import cores
from pipeline.engine.scripts import ScriptEngine
from pipeline.measure.network import measured
from pipeline.network.model import Model
from pipeline.network.reading import read_model
from pipeline.plan import adoption

KNOBS = {
    "cuba": ("w_e", "w_i"),
    "cobahh": ("w_e", "w_i"),
    "wang_buzsaki": ("I_mean", "g_syn"),
}
POINTS, TIMED = 100, 4


def ours(script: Path, knobs: tuple[str, str], place: Path) -> dict[str, float]:
    """Return the cost of all points by this pipeline: adopting and building once, then the points on all cores."""
    begin = time.perf_counter()
    adoption.take(script, place / "network", place / "results")
    once = time.perf_counter() - begin
    model = read_model(place / "network")
    assert isinstance(model, Model)  # adopt made it
    engine = ScriptEngine(model, place / "results")
    base = {name: model.settable[name].value for name in knobs}
    steps = [0.8 + 0.04 * k for k in range(10)]
    places = [
        dict(zip(knobs, (base[knobs[0]] * a, base[knobs[1]] * b), strict=True))
        for a, b in itertools.product(steps, steps)
    ]
    cpu: list[float] = []

    def point(settings: dict[str, float]) -> None:
        values = model.point("base", {**settings, "duration": 1.0, "transient": 0.0})
        recording, _ = engine.simulate(values)
        measured(model, recording, values)
        cpu.append(recording.cpu_s)

    begin = time.perf_counter()
    with ThreadPoolExecutor(cores()) as pool:
        list(pool.map(point, places[:POINTS]))
    each = (time.perf_counter() - begin) / POINTS
    engine.close()
    return {"once": once, "each": each, "cpu": sum(cpu) / len(cpu)}


def plain(script: Path, head: str, place: Path) -> float:
    """Return the wall time of the script, its pictures included, with lines put before it."""
    place.mkdir(parents=True, exist_ok=True)
    file = place / "plain.py"
    file.write_text(head + script.read_text(encoding="utf-8"), encoding="utf-8")
    begin = time.perf_counter()
    subprocess.run(
        [sys.executable, str(file)], cwd=place, check=True, capture_output=True, env=os.environ | {"MPLBACKEND": "Agg"}
    )
    return time.perf_counter() - begin


STANDALONE = "import brian2\nbrian2.set_device('cpp_standalone', directory='output', build_on_run=True)\n"


def built_by_hand(script: Path, place: Path) -> dict[str, float]:
    """Return the cost of standalone with Brian2's own flags: the whole script, and its program run again alone."""
    whole = plain(script, STANDALONE, place)
    begin, before = time.perf_counter(), os.times()
    for _ in range(2):
        subprocess.run(["./main"], cwd=place / "output", check=True, capture_output=True)
    after = os.times()
    cpu = after.children_user + after.children_system - before.children_user - before.children_system
    return {"whole": whole, "each": (time.perf_counter() - begin) / 2, "cpu": cpu / 2}


def at_runtime(script: Path, place: Path) -> float:
    """Return the wall time of a point with the runtime target, in a process that has compiled it before."""
    plain(script, "", place)  # Cython keeps what it compiles
    return min(plain(script, "", place) for _ in range(2))


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("networks", nargs="*", default=list(KNOBS))
    given = parser.parse_args()
    n = cores()
    os.environ["THALAMOCORTICAL_CACHE"] = "off"  # building is timed, too
    print(f"{POINTS} points x 1 s on {n} cores: wall seconds once (adopting or building) + of all points")
    print("| network | (a) ours | (b) a build a point | (c) runtime target | (d) by hand, run_args | b/a | c/a | d/a |")
    print("|---|---|---|---|---|---|---|---|")
    rows: list[dict[str, Any]] = []
    for name in given.networks:
        script = Path("networks", name, "network.py")
        with tempfile.TemporaryDirectory() as folder:
            place = Path(folder)
            a = ours(script, KNOBS[name], place / "ours")
            hand = built_by_hand(script, place / "hand")
            runtime = at_runtime(script, place / "runtime")
            shutil.rmtree(place / "hand", ignore_errors=True)
        cost = {
            "a": (a["once"], POINTS * a["each"]),
            "b": (0.0, POINTS * hand["whole"]),  # its compiler takes all cores
            "c": (0.0, POINTS * runtime / n),
            "d": (hand["whole"], POINTS * hand["each"] / n),
        }
        rows.append({"network": name, **cost, "ours": a, "hand": hand, "runtime": runtime})
        said = " | ".join(f"{once:.0f} + {points:.0f}" for once, points in cost.values())
        ratios = " | ".join(f"{sum(cost[k]) / sum(cost['a']):.1f} ({cost[k][1] / cost['a'][1]:.1f})" for k in "bcd")
        print(f"| {name} | {said} | {ratios} |", flush=True)
    print("In brackets: the points alone.\n\n| network | CPU s of a biological second, ours | Brian2's flags | ratio |")
    print("|---|---|---|---|")
    for row in rows:
        mine, theirs = row["ours"]["cpu"], row["hand"]["cpu"]
        print(f"| {row['network']} | {mine:.3f} | {theirs:.3f} | {theirs / mine:.1f} |")
    Path("results").mkdir(exist_ok=True)
    Path("results/script_speed.json").write_text(json.dumps(rows, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
