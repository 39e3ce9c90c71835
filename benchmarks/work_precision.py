"""Cost against accuracy of the integrator: `make bench` writes results/bench.json, bench.md, bench.png and bench.svg.

It also adds a line to docs/bench_history.csv and says how it compares with the last of the same processor.

Cost: CPU seconds of one core per biological second at touch, set-up of the network included, the least of some runs
of 3 s alone on the machine. Bias of a feature: its difference from the limit dt -> 0 of our integrator on the same
networks and thalamic trains, mean and standard error over networks. The limit is the intercept, network by network, of
a line in dt^2 through the steps up to LIMIT_MS; its own error is part of every bias, and the same in all of them.
The limit of cost is the arithmetic of the state updaters at our step, see arithmetic.py. Beside our integrator: the
same network by Brian2's own methods in double precision, as networks/gutnisky2017/plain.py has it, compiled with
Brian2's default flags.
"""

import argparse
import json
import os
import platform
import shutil
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import brian2 as b2
import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from benchmarks import arithmetic, history
from networks.gutnisky2017.paper import REFERENCE
from networks.gutnisky2017.paper.authors import BASE, corrected
from networks.gutnisky2017.paper.panels import COLOURS
from pipeline.config import provenance
from pipeline.config.tables import write_text
from pipeline.engine import programs as engine_programs
from pipeline.engine.scripts import ScriptEngine
from pipeline.network.adopted import METHOD, digest
from pipeline.network.model import Model
from pipeline.network.reading import read_model
from pipeline.show.figures import save
from pipeline.sweep.rows import measure

STEPS_MS = (0.025, 0.05, 0.1, 0.2, 0.4)
LIMIT_MS = 0.1
PLAIN = (("exponential_euler", 0.02), ("rk4", 0.025))
NETWORKS = range(1, 9)
ROUNDS = 6
NETWORK = Path("networks/gutnisky2017")
MAIN = (("whisking", "rate_E"), ("whisking", "rate_I"), ("touch", "R_E"), ("touch", "R_I"))
FEATURES = [
    *(f"{name}_{p}" for name in ("rate", "cv", "chi", "z1") for p in "EI"),
    *(f"corr_{pair}" for pair in ("EE", "II", "EI", "TE", "TI")),
]
BY_PROTOCOL = {"whisking": FEATURES, "touch": [*FEATURES, "R_E", "R_I", "latency_E", "latency_I"]}


def cost(program: ScriptEngine, model: Model) -> dict[str, float]:
    """Return CPU s per biological s, CPU s of set-up, s to start the program and read its results, and MB of memory."""
    values = model.point("touch", {"duration": 3})
    short = model.point("touch", {"duration": 0.1, "transient": 0})
    begin = time.perf_counter()
    run, _ = program.simulate(values)
    around_s = time.perf_counter() - begin - run.wall_s
    setting_up_s = program.simulate(short)[0].cpu_s
    simulated_s = values["duration"] + values["transient"]
    per_s = (run.cpu_s - setting_up_s) / (simulated_s - 0.1)
    return {
        "cpu_s_per_s": run.cpu_s / simulated_s,
        "setup_s": setting_up_s - 0.1 * per_s,
        "start_and_read_s": around_s,
        "memory_mb": run.memory_mb,
    }


def scheme(model: Model, method: str, dt_ms: float, folder: Path) -> Model:
    """Return the network integrated by a method in steps of `dt_ms`: our own by its knob, another by a script of it."""
    if method == METHOD:
        step = model.knobs["defaultclock_dt"].model_copy(update={"value": dt_ms})
        return model.model_copy(update={"dt_ms": dt_ms, "knobs": model.knobs | {"defaultclock_dt": step}})
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("network.py", "features.py"):
        shutil.copy(NETWORK / name, folder / name)
    text = (NETWORK / "plain.py").read_text(encoding="utf-8")
    text = text.replace('METHOD = "exponential_euler"', f'METHOD = "{method}"').replace("0.02*ms", f"{dt_ms!r}*ms")
    path = folder / f"{method}.py"
    path.write_text(text, encoding="utf-8")
    # its numbers are those of network.py, which it imports, and reach its program by their names
    adopted = model.adopted.model_copy(update={"sha256": digest(path), "positions": (), "dt_ms": dt_ms})
    knobs = {name: knob for name, knob in model.knobs.items() if name != "defaultclock_dt"}
    changes = {"path": str(path), "adopted": adopted, "dt_ms": dt_ms, "knobs": knobs, "strict": True}
    return model.model_copy(update=changes)


def networks(
    program: ScriptEngine, model: Model, durations_s: dict[str, float], cores: int, seeds: range = NETWORKS
) -> pd.DataFrame:
    """Return the measured rows of whisking and touch on networks of these seeds, each protocol for its duration."""
    points = [
        {"protocol": protocol, **model.point(protocol, {"duration": duration_s, "seed_network": k, "seed_input": k})}
        for protocol, duration_s in durations_s.items()
        for k in seeds
    ]
    with ThreadPoolExecutor(cores) as pool:
        return pd.DataFrame(pool.map(lambda point: measure(program, point, model)[0], points))


def values_of(rows: pd.DataFrame, protocol: str, feature: str) -> np.ndarray:
    """Return the values of a feature, one a network, NaN where undefined."""
    here = rows[(rows["protocol"] == protocol) & (rows["status"] == "ok")].set_index("seed_network")
    return here[feature].astype(float).reindex(NETWORKS).to_numpy()


def limits(ours: dict[float, pd.DataFrame]) -> dict[tuple[str, str], np.ndarray]:
    """Return the limit dt -> 0 of every feature, one value a network."""
    steps = [dt for dt in ours if dt <= LIMIT_MS]
    design = np.array([[1, dt**2] for dt in steps])
    return {
        (protocol, feature): np.linalg.lstsq(
            design, np.array([values_of(ours[dt], protocol, feature) for dt in steps]), rcond=None
        )[0][0]
        for protocol, names in BY_PROTOCOL.items()
        for feature in names
    }


def biases(rows: pd.DataFrame, limit: dict[tuple[str, str], np.ndarray]) -> dict[str, list[float]]:
    """Return the bias of every feature and its standard error over networks, in % of the limit."""
    found = {}
    for (protocol, feature), exact in limit.items():
        difference = 100 * (values_of(rows, protocol, feature) - exact) / np.nanmean(exact)
        n = np.isfinite(difference).sum()
        found[f"{protocol} {feature}"] = [
            float(np.nanmean(difference)),
            float(np.nanstd(difference, ddof=1) / np.sqrt(n)),
        ]
    return found


def authors_biases(rows: pd.DataFrame, folder: Path) -> dict[str, tuple[float, float]]:
    """Return the deviation at touch from the authors' corrected program and its standard error, in % of its values."""
    protocol, knob, value = BASE
    base = corrected(folder, protocol, knob).set_index([knob, "feature"])
    found = {}
    for feature in ("rate_E", "rate_I", "R_E", "R_I"):
        theirs = base.loc[value, feature]
        ours = values_of(rows, protocol, feature)
        sem = np.hypot(np.nanstd(ours, ddof=1) / np.sqrt(np.isfinite(ours).sum()), theirs["sem"])
        found[f"{protocol} {feature}"] = (
            float(100 * (np.nanmean(ours) / theirs["mean"] - 1)),
            float(100 * sem / theirs["mean"]),
        )
    return found


def draw(rows: list[dict], limit_s: float) -> Figure:
    """Return the work-precision diagram: bias of the main features against cost, whose limit is dotted."""
    figure = Figure(figsize=(6.8, 2.8), layout="constrained")
    for axes, (protocol, feature) in zip(figure.subplots(1, 4, sharey=True), MAIN, strict=True):
        colour = COLOURS[feature[-1]]
        for method, marker in ((METHOD, "o"), ("exponential_euler", "s"), ("rk4", "^")):
            here = [row for row in rows if row["method"] == method]
            x = [row["cpu_s_per_s"] for row in here]
            y, error = np.array([row["bias"][f"{protocol} {feature}"] for row in here]).T
            line = "-" if method == METHOD else "none"
            axes.errorbar(x, y, error, marker=marker, color=colour, ls=line, ms=4, lw=1, capsize=2, label=method)
            for row, height in zip(here, y, strict=True):
                axes.annotate(
                    f"{row['dt_ms']:.3g}", (row["cpu_s_per_s"], height), (2, 4), textcoords="offset points", fontsize=5
                )
        axes.axhspan(-3, 3, color="#eee", zorder=0, lw=0)
        axes.axhline(0, color="k", lw=0.5)
        axes.axvline(limit_s, color="k", lw=0.8, ls=":")
        axes.set(xscale="log", xlabel="CPU s per biological s", title=f"{feature}, {protocol}")
    figure.axes[0].set_ylabel("bias (%)")
    figure.axes[0].legend(fontsize=5)
    return figure


def text(result: dict) -> str:
    """Return the tables as Markdown."""
    head = [f"{feature}, {protocol}" for protocol, feature in MAIN]
    lines = [
        f"{result['machine']}, {result['date']}, Brian2 {result['brian2']}.",
        f"Biases in %, mean ± s.e.m. over {len(NETWORKS)} networks.",
        "",
        "| method | dt (ms) | CPU s / s | set-up (s) | memory (MB) | " + " | ".join(head) + " |",
        "|---|---|---|---|---|" + "---|" * len(head),
    ]
    for row in result["rows"]:
        cells = ["{:+.1f} ± {:.1f}".format(*row["bias"][f"{protocol} {feature}"]) for protocol, feature in MAIN]
        lines.append(
            f"| {row['method']} | {row['dt_ms']:.4g} | {row['cpu_s_per_s']:.3f} | {row['setup_s']:.2f} | "
            f"{row['memory_mb']:.0f} | " + " | ".join(cells) + " |"
        )
    chosen = next(r for r in result["rows"] if r["method"] == METHOD and r["dt_ms"] == result["dt_ms"])
    lines.append("")
    for row in result["rows"]:
        if row["method"] != METHOD:
            ratio = row["cpu_s_per_s"] / chosen["cpu_s_per_s"]
            lines.append(
                f"At dt = {result['dt_ms']:g} ms, {ratio:.0f} times faster than Brian2 with {row['method']} "
                f"at {row['dt_ms']:g} ms."
            )
    lines += [
        "",
        f"Bias of every feature at dt = {result['dt_ms']:g} ms:",
        "",
        "| feature | whisking | touch |",
        "|---|---|---|",
    ]
    for feature in BY_PROTOCOL["touch"]:
        cells = [
            "{:+.1f} ± {:.1f}".format(*chosen["bias"][key])
            if (key := f"{protocol} {feature}") in chosen["bias"]
            else "–"
            for protocol in BY_PROTOCOL
        ]
        lines.append(f"| {feature} | {cells[0]} | {cells[1]} |")
    each = ", ".join(f"{n:g} {kind}s" for kind, n in result["operations"]["E"].items())
    lines += [
        "",
        f"A step of a neuron of E is {each}; at the speed of this machine those of all neurons take "
        f"{result['limit_s']:.3f} CPU s per biological s: {100 * result['limit_s'] / chosen['cpu_s_per_s']:.0f} % of "
        "what a run takes, and the least that this step can.",
        f"Setting up is {100 * chosen['setup_s'] / (3.5 * chosen['cpu_s_per_s']):.0f} % of a point of 3 s and its "
        "transient: so much would a connectivity shared among points save at most.",
        f"Cold build {result['cold_build_s']:.1f} s, warm {result['warm_build_s']:.2f} s; starting the program and "
        f"reading its results {1000 * chosen['start_and_read_s']:.0f} ms.",
    ]
    return "\n".join(lines) + "\n"


def main() -> None:
    """Run the benchmark."""
    options = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    options.add_argument("--results", default="results", help="folder for programs and tables")
    options.add_argument("--whisking", type=float, default=20, help="measured s of a whisking run of ours")
    options.add_argument("--touch", type=float, default=10, help="measured s of a touch run of ours")
    options.add_argument("--plain-duration", type=float, default=1, help="measured s of a run of Brian2's methods")
    options.add_argument("--history", default="docs/bench_history.csv", help="to which a line is added")
    options.add_argument("--check", action="store_true", help="exit 1 where this is slower or less faithful")
    given = options.parse_args()
    # the flags of networks that are computed as written are here those of Brian2
    engine_programs.STRICT_FLAGS = (*b2.prefs["codegen.cpp.extra_compile_args_gcc"], "-std=c++11")
    model = read_model(NETWORK)
    cores = len(os.sched_getaffinity(0))
    out = Path(given.results)

    def built(model: Model, place: Path = out) -> ScriptEngine:
        engine = ScriptEngine(model, place)
        engine.prepare()
        return engine

    begin = time.perf_counter()
    built(model, out / "bench" / f"{time.time_ns()}").close()
    cold_s = time.perf_counter() - begin
    schemes = [*((METHOD, dt) for dt in STEPS_MS), *PLAIN]
    models = {(method, dt): scheme(model, method, dt, out / "bench" / method) for method, dt in schemes}
    programs = {one: built(models[one]) for one in schemes}
    begin = time.perf_counter()
    built(model).close()
    warm_s = time.perf_counter() - begin
    costs: dict[tuple[str, float], dict[str, float]] = {}
    for turn in range(ROUNDS):  # in turn, since the speed of a machine drifts; the least of each
        for one, program in programs.items():
            if one[0] == METHOD or turn == 0:
                now = cost(program, models[one])
                costs[one] = {key: min(value, costs.get(one, now)[key]) for key, value in now.items()}
    for (method, dt_ms), found in costs.items():
        print(f"{method}, dt {dt_ms:g} ms: {found['cpu_s_per_s']:.3f} CPU s per biological s", flush=True)
    rows = {}
    for one, program in programs.items():
        ours = {"whisking": given.whisking, "touch": given.touch}
        durations_s = ours if one[0] == METHOD else dict.fromkeys(BY_PROTOCOL, given.plain_duration)
        rows[one] = networks(program, models[one], durations_s, cores)
        print(f"{one[0]}, dt {one[1]:g} ms: {len(rows[one])} runs", flush=True)
    limit = limits({dt: rows[METHOD, dt] for dt in STEPS_MS})
    specified = programs[schemes[0]].specification()
    operations = arithmetic.counts(programs[METHOD, model.dt_ms].prepare())
    limit_s = arithmetic.limit(operations, arithmetic.times_s(), model.populations, model.dt_ms)
    result = {
        "machine": f"{platform.machine()}, {specified['cpu'].partition(' [')[0]}",
        "date": datetime.now(UTC).date().isoformat(),
        "brian2": specified["versions"]["brian2"],
        "dt_ms": model.dt_ms,
        "operations": operations,
        "limit_s": limit_s,
        "cold_build_s": cold_s,
        "warm_build_s": warm_s,
        "rows": [
            {"method": method, "dt_ms": dt, **costs[method, dt], "bias": biases(rows[method, dt], limit)}
            for method, dt in schemes
        ],
    }
    write_text(out / "bench.json", json.dumps(result, indent=1))
    write_text(out / "bench.md", text(result))
    save(draw(result["rows"], limit_s), [out / "bench.png", out / "bench.svg"])
    print(text(result))
    code = provenance.version()
    chosen = next(row for row in result["rows"] if (row["method"], row["dt_ms"]) == (METHOD, model.dt_ms))
    line = history.Line(
        date=result["date"],
        commit=f"{(code['commit'] or code['sources'])[:10]}{'+' if code['dirty'] else ''}",
        cpu=result["machine"],
        cores=cores,
        whisking_s=given.whisking,
        touch_s=given.touch,
        cpu_s_per_s=chosen["cpu_s_per_s"],
        times_faster=costs[PLAIN[0]]["cpu_s_per_s"] / chosen["cpu_s_per_s"],
        step_bias=history.largest({of: chosen["bias"][of] for of in map(" ".join, MAIN)}),
        authors_bias=history.largest(authors_biases(rows[METHOD, model.dt_ms], REFERENCE)),
    )
    said, worse = history.compared(line, history.last(history.read(Path(given.history)), line))
    history.append(Path(given.history), line)
    print(said)
    sys.exit(1 if worse and given.check else 0)


if __name__ == "__main__":
    main()
