"""Load: a sweep of very many short points through the workflow: rows, memory at both ends, time beside CPU time.

`make load`, or with POINTS=2000 less of it. A point is 0.2 s, measured after a transient of 0.05 s: the shorter it is,
the more weighs what is around it.
"""

import argparse
import resource
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import yaml

from pipeline.config.reader import read_yaml
from pipeline.config.tables import read_table
from pipeline.engine.scripts import ScriptEngine
from pipeline.network.reading import read_model

RESULTS = Path("results/load")
NETWORKS = 100
LOOK_S = 0.5
EDGE = 0.2
"""Share of the run that counts as its beginning, and as its end."""


def configuration(points: int) -> Path:
    """Write the configuration of a run with one sweep of so many points; return its path."""
    sweep = {
        "protocols": ["whisking"],
        "axes": {"A_T": {"linear": [6.0, 14.0, points // NETWORKS]}},
        "networks": NETWORKS,
        "duration": 0.2,
        "set": {"transient": 0.05},
    }
    run = read_yaml("config/smoke.yaml") | {"results": str(RESULTS), "sweeps": {"load": str(RESULTS / "load.yaml")}}
    run |= {"figures": {}, "fit": None}
    (RESULTS / "load.yaml").write_text(yaml.safe_dump(sweep), encoding="utf-8")
    (RESULTS / "run.yaml").write_text(yaml.safe_dump(run), encoding="utf-8")
    return RESULTS / "run.yaml"


def descendants(process: int) -> Iterator[int]:
    """Yield the process and all that descend from it."""
    yield process
    try:
        for tasks in Path(f"/proc/{process}/task").iterdir():
            for child in (tasks / "children").read_text().split():
                yield from descendants(int(child))
    except OSError:  # it has just ended
        return


class Watch(threading.Thread):
    """Looks at the memory of a process and its descendants, by kind, until it ends, and at how long jobs wait."""

    def __init__(self, process: int) -> None:
        super().__init__(daemon=True)
        self._process = process
        self.seen: list[tuple[float, str, float]] = []
        self._delay_s: dict[int, float] = {}

    def run(self) -> None:
        """Look, again and again."""
        while Path(f"/proc/{self._process}").exists():
            for one in list(descendants(self._process)):
                try:
                    words = Path(f"/proc/{one}/cmdline").read_text().replace("\0", " ")
                    pages = int(Path(f"/proc/{one}/statm").read_text().split()[1])
                    delay_s = int(Path(f"/proc/{one}/schedstat").read_text().split()[1]) / 1e9
                except (OSError, IndexError):
                    continue
                for kind, word in (
                    ("snakemake", "-m snakemake"),
                    ("job", "-m pipeline simulate"),
                    ("program", "/main "),
                ):
                    if word in words and "bash" not in words.split(" ")[0]:
                        self.seen.append((time.monotonic(), kind, pages * resource.getpagesize() / 1e6))
                        if kind == "job":  # Snakemake waits while jobs run
                            self._delay_s[one] = delay_s
            time.sleep(LOOK_S)

    @property
    def waited_s(self) -> float:
        """Seconds in which jobs, not their programs, could run and had no core."""
        return sum(self._delay_s.values())

    def most(self, kind: str, begin: float, end: float) -> float:
        """Return the most MB of a process of this kind between two times."""
        return max((mb for at, what, mb in self.seen if what == kind and begin <= at <= end), default=float("nan"))


def main() -> None:
    """Run the sweep and print what it took."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--points", type=int, default=20_000, help=f"a multiple of {NETWORKS}")
    arguments.add_argument("--cores", type=int, default=2)
    given = arguments.parse_args()
    shutil.rmtree(RESULTS / "sweeps", ignore_errors=True)
    RESULTS.mkdir(parents=True, exist_ok=True)
    config = configuration(given.points)
    ScriptEngine(read_model("networks/gutnisky2017"), RESULTS).prepare()
    table = RESULTS / "sweeps" / "load" / "features.parquet"
    command = [sys.executable, "-m", "snakemake", str(table), "--cores", f"{given.cores}", "--configfile", str(config)]
    before, begin = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    with open(RESULTS / "log.txt", "wb") as log:
        process = subprocess.Popen([*command, "--quiet", "all"], stdout=log, stderr=log)
        watch = Watch(process.pid)
        watch.start()
        code = process.wait()
    end = time.monotonic()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if code:
        sys.exit(f"error: the workflow failed; see {log.name}")
    wall_s = end - begin
    cpu_s = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    rows = read_table(table).select(["point", "status", "cpu_s", "wall_s"])
    lines = sum(path.read_bytes().count(b"\n") for path in (table.parent / "journal").iterdir())
    in_programs_s = sum(rows["cpu_s"].to_pylist())
    waited_s = sum(rows["wall_s"].to_pylist()) - in_programs_s + watch.waited_s  # a program waits for nothing else
    print(
        f"{len(rows)} rows of {given.points} points, {len(set(rows['point'].to_pylist()))} different, "
        f"{lines} lines in the journal, status {', '.join(sorted(set(rows['status'].to_pylist())))}\n"
        f"{wall_s:.0f} s on {given.cores} cores, {cpu_s:.0f} CPU s, of which {in_programs_s:.0f} in the program: "
        f"{1000 * cpu_s / len(rows):.0f} CPU ms a point, {1000 * in_programs_s / len(rows):.0f} in the program\n"
        f"wall x cores / CPU time: {wall_s * given.cores / cpu_s:.2f}; "
        f"without the {waited_s:.0f} s in which it waited for a core that others had: "
        f"{(wall_s * given.cores - waited_s) / cpu_s:.2f}"
    )
    edge_s = EDGE * wall_s
    for kind in ("snakemake", "job", "program"):
        first, last = watch.most(kind, begin, begin + edge_s), watch.most(kind, end - edge_s, end)
        print(f"{kind}: at most {first:.0f} MB at the beginning, {last:.0f} MB at the end")


if __name__ == "__main__":
    main()
