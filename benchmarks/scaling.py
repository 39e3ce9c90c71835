"""What a sweep or a fit costs per unit beside its simulation, for docs/scaling.md: bytes, DAG, tables, database.

python benchmarks/scaling.py {point,dag,tables,database} [--storage URL]; each prints a table, in at most a few minutes.
"""

import argparse
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import pyarrow as pa
import yaml

from pipeline.config.reader import read_yaml
from pipeline.config.tables import read_rows, read_table, write_table
from pipeline.engine.scripts import ScriptEngine
from pipeline.network.reading import read_model

RESULTS = "results"


def _sweep(folder: Path, n: int, duration: float) -> Path:
    """Write a sweep of `n` networks at one place."""
    path = folder / "sweep.yaml"
    content = {"protocols": ["whisking"], "axes": {"A_T": {"values": [14]}}, "networks": n, "duration": duration}
    path.write_text(yaml.safe_dump(content))
    return path


MEASURED = """
import resource, subprocess, sys
code = subprocess.call(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
usage = resource.getrusage(resource.RUSAGE_CHILDREN)
print(code, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)
"""
"""Runs a command in a small process of its own, since a child counts the memory of its parent as its own."""


def _cost(*arguments: object) -> tuple[float, float]:
    """Run a module; return its CPU s and the MB of its largest process."""
    command = [sys.executable, "-m", *map(str, arguments)]
    said = subprocess.run([sys.executable, "-c", MEASURED, *command], capture_output=True, text=True, check=True)
    code, cpu_s, mb = map(float, said.stdout.split())
    if code != 0:
        sys.exit(f"{' '.join(command)} ended with code {code:.0f}")
    return cpu_s, mb


def _grid(sweep: Path, table: Path) -> tuple[float, float]:
    return _cost("pipeline", "grid", sweep, "--out", table)


def point(folder: Path) -> None:
    """Print the CPU s and the bytes of a point of 6 s: 20 of them, in one job that keeps spikes."""
    ScriptEngine(read_model("networks/gutnisky2017"), RESULTS).prepare()
    table, rows, spikes = (folder / "s" / f"{name}.parquet" for name in ("points", "rows", "spikes"))
    _grid(_sweep(folder, 20, 5.5), table)
    out = ("--out", rows, "--spikes", spikes, "--results", RESULTS)
    cpu_s, mb = _cost("pipeline", "simulate", "--points", table, *out)
    own = sum(row["cpu_s"] for row in read_rows(rows))
    journal = next((folder / "s" / "journal").glob("*.jsonl"))
    print(f"CPU s a biological second: {own / 120:.3f} simulated, {cpu_s / 120:.3f} with all of the job; {mb:.0f} MB")
    for name, path in (("points", table), ("rows", rows), ("journal", journal), ("spikes", spikes)):
        print(f"{name:8} {path.stat().st_size / 20:9.0f} bytes a point")


def dag(folder: Path) -> None:
    """Print what Snakemake needs to plan a run of so many jobs of a sweep."""
    print("  jobs  CPU s    MB")
    for n in (100, 1000, 5000, 20_000):
        _sweep(folder, n, 0.5)
        run = read_yaml("config/smoke.yaml") | {
            "results": f"{folder}/results",
            "sweeps": {"s": f"{folder}/sweep.yaml"},
            "figures": {},
            "fit": None,
            "chunk_s": 1.0,
        }
        (folder / "run.yaml").write_text(yaml.safe_dump(run))
        target, options = f"{folder}/results/sweeps/s/features.parquet", ["--dry-run", "--quiet", "all", "--nolock"]
        cpu_s, mb = _cost("snakemake", target, *options, "--configfile", folder / "run.yaml")
        print(f"{n:6} {cpu_s:6.1f} {mb:5.0f}", flush=True)


def tables(folder: Path) -> None:
    """Print what the jobs of a sweep of so many points need to read its tables and journals, without simulations."""
    model = read_model("networks/gutnisky2017")
    ScriptEngine(model, RESULTS).prepare()
    table, rows, one = (folder / "s" / f"{name}.parquet" for name in ("points", "rows", "one"))
    journal, written = folder / "s" / "journal", folder / "s" / "features.parquet"
    _grid(_sweep(folder, 2, 0.5), table)
    _cost("pipeline", "simulate", "--points", table, "--out", one, "--results", RESULTS)
    row = read_table(one).slice(0, 1)
    line = next(journal.glob("*.jsonl")).read_text().splitlines()[0].split(" ", 2)
    print("points  verb      CPU s    MB    GB read")
    for n in (1000, 10_000, 100_000):
        costs = {"grid": _grid(_sweep(folder, n, 0.5), table)}
        made = read_table(table)
        knobs = set(made.column_names)
        columns = {name: made[name] if name in knobs else row[name].take([0] * n) for name in row.column_names}
        write_table(rows, pa.table(columns))
        out = ("--out", written, "--summary", folder / "s" / "summary.csv")
        costs["features"] = _cost("pipeline", "features", rows, "--points", table, *out)
        for first in range(0, n, 1000):  # as other jobs of 1000 points each would leave them
            lines = (f"{k:016x} {line[1]} {line[2]}\n" for k in range(first, first + 1000))
            (journal / f"{first}.jsonl").write_text("".join(lines))
        some = ("--points", table, "--chunk", n - 1, "--of", n, "--out", one, "--results", RESULTS)
        costs["simulate"] = _cost("pipeline", "simulate", *some)
        read = {
            "grid": 0,
            "features": rows.stat().st_size,
            "simulate": sum(path.stat().st_size for path in journal.glob("*")),
        }
        for verb, (cpu_s, mb) in costs.items():
            print(f"{n:6}  {verb:8} {cpu_s:6.1f} {mb:5.0f} {read[verb] / 1e9:10.3f}", flush=True)


def _trials(url: str, n: int, seconds: float, seed: int) -> int:
    """Run trials of nothing but their bookkeeping for a while; return how many."""
    import optuna

    from pipeline.fit import storage

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    study = optuna.load_study(
        study_name=f"load-{n}", storage=storage.database(url), sampler=optuna.samplers.TPESampler(seed=seed)
    )
    begin, done = time.monotonic(), 0
    while time.monotonic() < begin + seconds:
        study.optimize(_bookkeeping, n_trials=1)
        done += 1
    return done


def _bookkeeping(trial: "optuna.Trial") -> float:  # noqa: F821, imported where it is used
    values = [trial.suggest_float(name, 0.5, 2, log=True) for name in ("g_ET", "g_IT", "g_EI", "g_II")]
    for attribute in ("score", "score_sem", "objectives", "problem", "runs", "cpu_s", "diverged", "pruned"):
        trial.set_user_attr(attribute, 1.0)
    trial.set_user_attr("features", {f"touch feature_{k}": float(k) for k in range(40)})
    return sum(values)


def database(folder: Path, url: str) -> None:
    """Print how many trials a second so many workers get through, where simulations take no time."""
    import optuna

    from pipeline.fit import storage

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    kept = storage.database(url)
    print("workers  trials known  trials/s")
    for n in (1, 2, 4, 8):
        for study in optuna.get_all_study_names(kept):
            if study.startswith("load-"):
                optuna.delete_study(study_name=study, storage=kept)
        optuna.create_study(study_name=f"load-{n}", storage=kept)
        for _ in range(2):
            before = len(optuna.load_study(study_name=f"load-{n}", storage=kept).get_trials(deepcopy=False))
            with ProcessPoolExecutor(n) as pool:
                done = sum(pool.map(_trials, [url] * n, [n] * n, [15.0] * n, range(before, before + n)))
            print(f"{n:7}  {before:12}  {done / 15:8.1f}", flush=True)


def main() -> None:
    """Run one of the measurements in a folder that is deleted afterwards."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("what", choices=("point", "dag", "tables", "database"))
    options.add_argument("--storage", help="database of its own, for `database`")
    given = options.parse_args()
    if given.what == "database" and given.storage is None:
        options.error("database needs --storage")
    with tempfile.TemporaryDirectory() as folder:
        more = (given.storage,) if given.what == "database" else ()
        {"point": point, "dag": dag, "tables": tables, "database": database}[given.what](Path(folder), *more)


if __name__ == "__main__":
    main()
