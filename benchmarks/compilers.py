"""What programs by several compilers cost, and whether they say the same: `python benchmarks/compilers.py`.

One point of each network, in as many networks as `--networks` says; the compilers' programs run in turn. Prints the
least CPU time of a biological second, and the features that are compared, with their standard errors.
"""

import argparse
import os
import shutil
import tempfile
from pathlib import Path

import numpy as np

from pipeline.engine import machine
from pipeline.engine.scripts import ScriptEngine
from pipeline.measure.network import measured
from pipeline.network.reading import read_model

FEATURES = {
    "gutnisky2017": ("whisking", ("rate_E", "rate_I", "cv_E", "chi_E", "corr_EE")),
    "cuba": ("base", ("rate_excitatory", "rate_inhibitory", "cv_excitatory", "chi_excitatory")),
    "cobahh": ("base", ("rate_excitatory", "rate_inhibitory", "cv_excitatory")),
}
"""Networks of networks/, with a protocol and what is compared."""


def main() -> None:
    """Build, run and compare."""
    given = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    given.add_argument("--compilers", nargs="+", default=["g++", "clang++"])
    given.add_argument("--only", nargs="+", default=list(FEATURES), choices=list(FEATURES))
    given.add_argument("--networks", type=int, default=8)
    given.add_argument("--duration", type=float, default=2.0, help="seconds of each network")
    asked = given.parse_args()
    compilers = [name for name in asked.compilers if shutil.which(name.split()[0])]
    for name in asked.only:
        protocol, features = FEATURES[name]
        model = read_model(Path("networks", name))
        costs: dict[str, list[float]] = {one: [] for one in compilers}
        found: dict[str, list[list[float]]] = {one: [] for one in compilers}
        with tempfile.TemporaryDirectory() as results:
            engines = {one: ScriptEngine(model, f"{results}/{one}") for one in compilers}
            for seed in range(1, asked.networks + 1):
                fixed = {"duration": asked.duration, "seed_network": seed, "seed_input": seed}
                values = model.point(protocol, fixed)
                for one, engine in engines.items():
                    os.environ["CXX"] = one
                    recording, _ = engine.simulate(values)
                    costs[one].append(recording.cpu_s / (values["transient"] + values["duration"]))
                    row = measured(model, recording, values)
                    found[one].append([row[feature] for feature in features])
            for engine in engines.values():
                engine.close()
        for one in compilers:
            os.environ["CXX"] = one
            table = np.array(found[one], float)
            mean, error = table.mean(axis=0), table.std(axis=0, ddof=1) / np.sqrt(len(table))
            said = ", ".join(f"{f} {m:.4g} ± {e:.2g}" for f, m, e in zip(features, mean, error, strict=True))
            print(f"{name}: {machine.compiler_version()}: {min(costs[one]):.3f} CPU s, {said}", flush=True)


if __name__ == "__main__":
    main()
