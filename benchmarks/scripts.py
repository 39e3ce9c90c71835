"""Scripts that nobody here wrote, adopted as they are and swept over four points of two knobs: `make scripts`.

    python benchmarks/scripts.py FOLDER_OR_SCRIPT ... [--out results/scripts.csv]

Fetch the scripts first, for example the examples of Brian2's repository; they are not part of this one. Each script has
a process and a folder of its own, and a limit of time. Prints a table and how many work.
"""

import argparse
import csv
import itertools
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from pipeline.config.reader import ConfigError
from pipeline.engine.process import SimulationError
from pipeline.engine.project import BuildError
from pipeline.engine.scripts import ScriptEngine
from pipeline.measure.network import measured
from pipeline.network import folder as folders
from pipeline.network.model import Model
from pipeline.network.reading import read_model
from pipeline.plan import adoption

LIMIT_S = 600
POINT_CPU_S = 5.0
"""CPU seconds of a point at most: its duration is the shorter for it."""

WORKS = ("works", "works with the runtime target")
COLUMNS = ("script", "verdict", "populations", "knobs", "run time", "program", "swept", "statuses", "seconds", "says")


def one(script: Path) -> dict[str, Any]:
    """Return what becomes of a script."""
    begin = time.monotonic()
    row: dict[str, Any] = dict.fromkeys(COLUMNS, "") | {"script": script.name}
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "network"
        try:
            taken = adoption.take(script, folder, Path(place) / "results")
            swept, statuses = _sweep(folder, Path(place) / "results")
        except (ConfigError, SimulationError, BuildError) as error:
            said = " ".join(str(error).replace(str(script.parent), "").split())
            return row | {"verdict": "refused", "says": said[:300], "seconds": round(time.monotonic() - begin)}
    adopted = taken.adopted
    acts = [setting.acts for setting in adopted.settings.values()]
    return row | {
        "verdict": WORKS[adopted.target == "runtime"],
        "populations": " ".join(f"{p.name}:{p.size}" for p in adopted.populations)[:120],
        "knobs": len(acts),
        "run time": acts.count("run time"),
        "program": acts.count("program"),
        "swept": " ".join(swept),
        "statuses": " ".join(statuses),
        "seconds": round(time.monotonic() - begin),
        "says": adopted.why[:300],
    }


def _sweep(folder: Path, results: Path) -> tuple[list[str], list[str]]:
    """Return the knobs of four points and how each ended."""
    model = read_model(folder)
    assert isinstance(model, Model)  # its folder was made by adopt
    names = folders.first_knobs(model.adopted)
    ends = [_ends(model, name) for name in names] or [[0.0]]
    cost = max(model.adopted.cost_s or 1.0, 1e-3)
    duration = min(model.adopted.duration_s, max(POINT_CPU_S / cost, 20 * model.dt_ms / 1000))
    engine = ScriptEngine(model, results)
    statuses = []
    try:
        for place in itertools.islice(itertools.product(*ends), 4):
            settings = dict(zip(names, place, strict=False)) | {"duration": duration}
            values = model.point(next(iter(model.protocols)), settings)
            recording, _ = engine.simulate(values)
            measured(model, recording, values)
            statuses.append(recording.status)
    finally:
        engine.close()
    return names, statuses


def _ends(model: Model, name: str) -> list[float]:
    """Return two values of a knob, near the script's own."""
    setting = model.adopted.settings[name]
    counts = setting.whole and setting.unit == "1"
    return [setting.value, setting.value + max(1, round(0.1 * setting.value)) if counts else 1.1 * setting.value]


def main() -> None:
    """Go through all scripts, print the table and the share that works."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("scripts", nargs="+", type=Path)
    parser.add_argument("--out", type=Path, default=Path("results/scripts.csv"))
    parser.add_argument("--one", action="store_true", help="one script, its row as JSON")
    given = parser.parse_args()
    if given.one:
        print("ROW " + json.dumps(one(given.scripts[0])))
        return
    scripts = [s for path in given.scripts for s in (sorted(path.rglob("*.py")) if path.is_dir() else [path])]
    rows = []
    for script in scripts:
        command = [sys.executable, __file__, "--one", str(script)]
        try:
            done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=LIMIT_S)
            told = [line for line in done.stdout.splitlines() if line.startswith("ROW ")]
            row = json.loads(told[-1][4:]) if told else {"verdict": "failed", "says": done.stderr.strip()[-300:]}
        except subprocess.TimeoutExpired:
            row = {"verdict": "failed", "says": f"did not end within {LIMIT_S} s"}
        row = dict.fromkeys(COLUMNS, "") | {"script": script.name} | row
        rows.append(row)
        print(f"{row['verdict']:30} {row['script']:45} {row['statuses'] or row['says'][:120]}", flush=True)
    given.out.parent.mkdir(parents=True, exist_ok=True)
    with given.out.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, COLUMNS)
        writer.writeheader()
        writer.writerows(rows)
    good = [row for row in rows if row["verdict"] in WORKS]
    print(f"{given.out}: {len(good)} of {len(rows)} scripts work ({100 * len(good) / max(len(rows), 1):.0f} %)")


if __name__ == "__main__":
    main()
