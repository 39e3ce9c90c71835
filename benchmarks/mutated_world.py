"""A run of a small network and tables of the paper's, of made-up numbers: what mutations are made to.

Everything lies in one folder, which is also the current one: a verb that writes where it was not told to is noticed.
"""

import functools
import json
import os
import shutil
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import made
import numpy as np
import pandas as pd
import pyarrow as pa
import yaml

from networks.gutnisky2017.paper.survey import Survey
from pipeline.config.tables import write_table, write_text
from pipeline.engine.scripts import meaning
from pipeline.measure.network import feature_table
from pipeline.network.reading import read_model
from pipeline.sweep import grid, rows
from pipeline.sweep.design import read_sweep

ROOT = Path(__file__).resolve().parents[1]
PAPER = "networks/gutnisky2017"

SWEEP = """protocols: [base]
axes:
  w_e: {values: [1.2, 1.62, 2]}
  w_i: {values: [-12, -9, -7]}
networks: 2
duration: 1
about: A small map
"""
CURVE = """protocols: [base]
axes:
  w_e: {linear: [1.2, 2, 3]}
set: {tau_e: 6}
networks: 2
duration: 1
keep_spikes: true
"""
FIT = """about: Recover both weights
targets: net/targets.csv
free:
  w_e: {low: 1.2, high: 2.2, log: true}
  w_i: {low: -14, high: -6, log: false}
trials: 24
batch: 4
effort: {networks: 2, first_seed: 1, duration: 1}
check: {networks: 8, first_seed: 201, duration: 1}
first_trials: {sweep: sweep, best: 4}
"""
CONFIG = """model: net/knobs.yaml
results: results
sweeps:
  sweep: net/sweep.yaml
  curve: net/curve.yaml
figures: {raster: curve, features: {sweep: [rate_excitatory, cv_excitatory]}}
fit: net/fit.yaml
chunk_s: 10
workers: 1
"""
OWN = '''"""Features of its own."""

from pipeline.measure.own import feature


@feature(unit="spikes", about="spikes of all excitatory neurons")
def n_spikes(recording):
    return float(len(recording.spikes["excitatory"].times_s))
'''


@dataclass
class World:
    """A folder of files, of which it knows what they were, so that a mutation can be seen and undone."""

    folder: Path
    _kept: dict[Path, bytes | str] = field(default_factory=dict)

    def keep(self) -> None:
        """Take the files as they are for those to come back to."""
        self._kept = dict(_contents(self.folder))

    def changed(self, since: Mapping[Path, bytes | str]) -> list[Path]:
        """Return what was written, removed or made since then, but for out/."""
        now = dict(_contents(self.folder))
        out = self.folder / "out"
        differ = {path for path in {*now, *since} if now.get(path) != since.get(path)}
        return sorted(path for path in differ if not path.is_relative_to(out))

    def state(self) -> dict[Path, bytes | str]:
        """Return all files with what is in them, folders, links and pipes with what they are."""
        return dict(_contents(self.folder))

    def restore(self) -> None:
        """Undo all that happened since `keep`."""
        now = dict(_contents(self.folder))
        for path in sorted(now.keys() - self._kept.keys(), reverse=True):
            _remove(path)
        for path, content in self._kept.items():
            if now.get(path) != content:
                _remove(path)
                if isinstance(content, bytes):
                    path.parent.mkdir(parents=True, exist_ok=True)
                    path.write_bytes(content)
                elif content == "folder":
                    path.mkdir(parents=True, exist_ok=True)


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def _contents(folder: Path) -> Iterator[tuple[Path, bytes | str]]:
    for place in os.scandir(folder):
        path = Path(place.path)
        if place.is_symlink():
            yield path, f"link to {os.readlink(path)}"
        elif place.is_dir():
            if place.name != "__pycache__":
                yield path, "folder"
                yield from _contents(path)
        elif stat.S_ISREG(place.stat().st_mode):
            yield path, path.read_bytes()
        else:
            yield path, "neither file nor folder"


def build(folder: Path) -> World:
    """Fill a folder, and make it the current one."""
    for name in ("config", "networks", "pipeline", "workflow", "requirements.lock"):
        (folder / name).symlink_to(ROOT / name)
    os.chdir(folder)
    net = folder / "net"
    net.mkdir()
    for name in ("network.py", "knobs.yaml", "adopted.json", "targets.csv"):
        shutil.copy(ROOT / "networks" / "cuba" / name, net / name)
    for name, text in {"sweep.yaml": SWEEP, "curve.yaml": CURVE, "fit.yaml": FIT, "config.yaml": CONFIG}.items():
        (net / name).write_text(text)
    shutil.copy(ROOT / PAPER / "paper" / "figures.yaml", folder / "figures.yaml")
    (folder / "own").mkdir()
    for name in ("network.py", "knobs.yaml", "adopted.json"):
        shutil.copy(net / name, folder / "own" / name)
    (folder / "own" / "features.py").write_text(OWN)
    _run(folder)
    _paper(folder)
    (folder / "out").mkdir()
    return World(folder)


def _run(folder: Path) -> None:
    """Write what a finished run of the small network leaves."""
    made.CUBA, made.SWEEP = "net", "net/sweep.yaml"
    made.pipeline = functools.partial(made.pipeline, cwd=folder)
    network, results = read_model("net"), Path("results")
    made.asked(results, figures=("sweep_map",))
    config = yaml.safe_load(CONFIG)
    asked = json.loads((results / "run.json").read_text()) | {"config": config, "where": "net/config.yaml"}
    (results / "run.json").write_text(json.dumps(asked))
    rng, n = np.random.default_rng(3), 400
    spikes = pd.DataFrame(
        {
            "point": 0,
            "population": rng.choice(["excitatory", "inhibitory"], n),
            "neuron": rng.integers(0, 800, n),
            "t_s": np.sort(rng.uniform(0.21, 1.19, n)),
        }
    )
    for name in config["sweeps"]:
        made.SWEEP = f"net/{name}.yaml"
        place = results / "sweeps" / name
        points = grid.points(read_sweep(made.SWEEP, network), network)
        write_table(place / "points.parquet", points.replace_schema_metadata({"config": "{}"}))
        table = pd.DataFrame(made.sweep_rows(network, diverged=(3,)))
        table.loc[table["status"] == "ok", "problem"] = None
        if name == "curve":  # the first point has the spikes that are in spikes.parquet
            counts = spikes["population"].value_counts()
            for population, size in network.populations.items():
                table.loc[0, f"rate_{population}"] = counts.get(population, 0) / size
        write_table(place / "features.parquet", _typed(table, points, network))
        kept = rows.Journal(place / "journal", "0-of-1", "tag")
        measuring = rows.measuring(network, meaning(network))
        for point, row in zip(points.to_pylist(), made.sweep_rows(network, diverged=(3,)), strict=True):
            kept.add(rows.key(point, measuring), row)
    write_table(results / "sweeps" / "curve" / "spikes.parquet", pa.Table.from_pandas(spikes, preserve_index=False))
    times = np.arange(0.2, 0.4, 0.001)
    traces = pd.concat(
        pd.DataFrame({"population": name, "neuron": k, "t_s": times, "v": -60 + 5 * rng.random(len(times))})
        for name in ("excitatory", "inhibitory")
        for k in range(2)
    )
    write_table(results / "traces.parquet", pa.Table.from_pandas(traces, preserve_index=False))
    made.fit(results, network)
    (results / "logs").mkdir()
    (results / "logs" / "sweep.log").write_text("sweep: 18 of 18 points\n")
    (results / "verdicts").mkdir()
    (results / "verdicts" / "own.json").write_text('{"title": "Agrees", "level": "good", "says": "9 of 9", "page": ""}')


def _typed(table: pd.DataFrame, points: pa.Table, network: object) -> pa.Table:
    """Return rows as a table whose undefined features are null numbers, as those of a run."""
    columns = {}
    for name in table:
        if name in points.column_names:
            columns[name] = points[name].combine_chunks()
        elif name in ("status", "problem", "build", "record"):
            columns[name] = pa.array(table[name], pa.string(), from_pandas=True)
        elif table[name].map(lambda value: isinstance(value, list)).any():
            columns[name] = pa.array(table[name].tolist(), pa.list_(pa.float64()))
        else:
            columns[name] = pa.array(table[name].astype(float), pa.float64(), from_pandas=True)
    return pa.table(columns)


def _paper(folder: Path) -> None:
    """Write features of the sweeps that the paper's verbs are given."""
    network = read_model(PAPER)
    survey = Survey("figures.yaml", "preview", network)
    known = feature_table(network)
    sweeps = {name: survey.sweeps[survey.label(name)] for name in ("A_T", "C_T", "g_EE_A_T", "base", "halo")}
    for name, sweep in sweeps.items():
        points = grid.points(sweep, network)
        n = len(points)
        columns = {column: points[column] for column in points.column_names}
        for feature, about in known.items():
            if about.unit == "spikes/s" and feature.startswith("psth"):
                columns[feature] = pa.array([[1.0] * 100] * n)
            else:
                columns[feature] = pa.array([1.0] * n)
        columns |= {"status": pa.array(["ok"] * n), "problem": pa.array([None] * n, pa.string())}
        columns |= {"cpu_s": pa.array([1.0] * n), "record": pa.array(["r"] * n)}
        write_table(folder / "paper" / name / "features.parquet", pa.table(columns))
    spikes = pd.DataFrame({"point": 0, "population": "E", "neuron": [1, 2], "t_s": [0.6, 0.7]})
    write_table(folder / "paper" / "spikes.parquet", pa.Table.from_pandas(spikes, preserve_index=False))
    write_text(folder / "paper" / "about.txt", "made up\n")
