"""A run of the workflow that takes seconds: a sweep of a few points of CUBA, in a folder of its own."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pandas as pd
import yaml
from conftest import RESULTS, ROOT

from pipeline.config.reader import read_yaml
from pipeline.plan.run import Plan
from pipeline.records.done import done


class Small:
    """A configuration run.yaml with the sweep a.yaml, whose results are in r/."""

    def __init__(self, folder: Path) -> None:
        """Ask for two points; the program is compiled beside those of other tests."""
        self.folder, self.results = folder, folder / "r"
        shutil.copytree(ROOT / "networks" / "cuba", folder / "cuba")
        self.results.mkdir()
        Path(RESULTS, "build").mkdir(parents=True, exist_ok=True)
        (self.results / "build").symlink_to(Path(RESULTS, "build").resolve())
        self.ask([1.2, 1.62])

    def ask(self, w_e, results=None, config=None, **more):
        """Write the sweep over values of w_e, and the configuration."""
        sweep = {"protocols": ["base"], "axes": {"w_e": {"values": w_e}}, "networks": 1, "duration": 0.05, **more}
        (self.folder / "a.yaml").write_text(yaml.safe_dump(sweep | {"set": {"transient": 0.02}}))
        content = {"model": f"{self.folder}/cuba", "results": results or f"{self.results}"}
        content |= {"sweeps": {"a": f"{self.folder}/a.yaml"}, **(config or {})}
        (self.folder / "run.yaml").write_text(yaml.safe_dump(content))

    def run(self, *arguments, cwd=None, code=0):
        """Run the workflow in `cwd`; return what it said."""
        command = [sys.executable, "-m", "snakemake", "--snakefile", str(ROOT / "workflow" / "Snakefile")]
        command += ["--cores", "2", "--nolock", "--rerun-incomplete", *arguments]
        env = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
        made = subprocess.run(
            [*command, "--configfile", f"{self.folder}/run.yaml"],
            capture_output=True,
            text=True,
            check=False,
            cwd=cwd or self.folder,
            env=env,
        )
        assert (made.returncode == 0) == (code == 0), made.stderr[-3000:]
        return made.stdout + made.stderr

    def values(self):
        """Return the values of w_e in the table of the sweep."""
        return sorted(pd.read_parquet(self.results / "sweeps" / "a" / "features.parquet")["w_e"])

    def left(self):
        """Return how many points are to do, as check says."""
        plan = Plan(read_yaml(self.folder / "run.yaml"), "run.yaml")
        return plan.sweeps["a"].size - done(plan).points["a"]
