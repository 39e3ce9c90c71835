"""The workflow as jobs of a scheduler: a Slurm of one node, and a shell script in the place of any other."""

import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pandas as pd
import pytest
import slurm
import yaml
from conftest import RESULTS
from journals import rows_of

from pipeline.config.reader import read_yaml
from pipeline.plan.demand import Demand
from pipeline.plan.run import Plan

QUICK = ["--seconds-between-status-checks", "1", "--latency-wait", "10"]


@pytest.fixture
def config(program, tmp_path):
    """Write a run of one sweep, 6 points in one job, with the compiled program of the other tests."""
    sweep = {"protocols": ["whisking"], "axes": {"A_T": {"values": [8, 14]}}, "networks": 3, "duration": 2.0}
    (tmp_path / "sweep.yaml").write_text(yaml.safe_dump(sweep))
    (tmp_path / "results").mkdir()
    (tmp_path / "results" / "build").symlink_to(Path(RESULTS, "build").resolve())
    run = read_yaml("config/smoke.yaml") | {
        "results": f"{tmp_path}/results",
        "sweeps": {"few": f"{tmp_path}/sweep.yaml"},
        "figures": {},
        "fit": None,
        "include": None,
        "own": {},
    }
    (tmp_path / "run.yaml").write_text(yaml.safe_dump(run))
    return tmp_path


def _snakemake(config, profile, table, *more):
    target = f"{config}/results/sweeps/few/{table}.parquet"
    command = [sys.executable, "-m", "snakemake", target, "--workflow-profile", profile]
    return [*command, "--configfile", f"{config}/run.yaml", "--nolock", *QUICK, *more]


def _check(config):
    """Check that every point is there, and was simulated once."""
    rows = pd.read_parquet(config / "results" / "sweeps" / "few" / "features.parquet")
    assert list(rows["point"]) == list(range(6))
    assert set(rows["status"]) == {"ok"}
    simulated = rows_of(config / "results" / "sweeps" / "few" / "journal")
    assert len(simulated) == len(set(simulated)) == 6


def _journal(config):
    path = config / "results" / "sweeps" / "few" / "journal" / "0-of-1.jsonl"
    return path.read_text().count("\n") if path.exists() else 0


def test_a_sweep_on_slurm_goes_on_where_a_cancelled_job_stopped(config):
    if lacking := slurm.lacking():
        pytest.skip(lacking)
    plugin = "Snakemake's plugin for Slurm is not installed: it needs Python 3.12 or newer"
    pytest.importorskip("snakemake_executor_plugin_slurm", reason=plugin)
    with tempfile.TemporaryDirectory(prefix="slurm") as folder, slurm.slurm(Path(folder), cpus=16) as environment:
        command = _snakemake(config, "slurm", "features", "--slurm-init-seconds-before-status-checks", "10")
        with open(config / "said", "w") as said:
            run = subprocess.Popen(command, env=environment, stdout=said, stderr=subprocess.STDOUT)
            try:
                end = time.monotonic() + 200
                while not _journal(config):
                    assert run.poll() is None, (config / "said").read_text()[-3000:]
                    assert time.monotonic() < end
                    time.sleep(0.05)
                queue = ["squeue", "--noheader", "--format", "%i %C %m %l %k"]
                ((job, cpus, memory, limit, rule),) = map(
                    str.split, subprocess.check_output(queue, env=environment, text=True).splitlines()
                )
                plan = Plan(read_yaml(config / "run.yaml") | {"chunk_s": 1800}, "run.yaml")  # as the profile says
                minutes = Demand(plan, plan.sweeps).chunk_minutes(next(iter(plan.sweeps)), 1)
                assert (cpus, memory, limit) == ("1", "1501M", f"{minutes}:00")
                assert rule.startswith("rule_simulate")
                subprocess.run(["scancel", job], env=environment, check=True)
                assert run.wait(200) == 0, (config / "said").read_text()[-3000:]
            finally:
                run.send_signal(signal.SIGINT)
                run.wait(60)
    assert "Trying to restart" in (config / "said").read_text()
    _check(config)


SCHEDULER = """#!/bin/sh
# {name}: a scheduler of one machine
cd {folder}
{does}
"""


def test_a_job_on_another_scheduler_by_its_own_commands(config, tmp_path):
    """`qsub`, `qstat` and `qdel` are shell scripts here; those of the profile call them."""
    pytest.importorskip("snakemake_executor_plugin_cluster_generic", reason="Snakemake's plugin is not installed")
    folder = tmp_path / "scheduler"
    folder.mkdir()
    commands = {
        "qsub": 'echo "$@" >> asked; for script; do :; done; n=$(ls | wc -l); touch "$n"\n'
        'setsid sh -c "sh $script > $n.log 2>&1; rm $n" > /dev/null 2>&1 &\n'
        'echo "Your job $n (\\"name\\") has been submitted"',
        "qstat": 'for n; do :; done; test -e "$n"',
        "qdel": "true",
    }
    for name, does in commands.items():
        (folder / name).write_text(SCHEDULER.format(name=name, folder=folder, does=does))
        (folder / name).chmod(0o755)
    environment = {**os.environ, "PATH": f"{folder}:{os.environ['PATH']}"}
    run = subprocess.run(
        _snakemake(config, "generic", "points"), env=environment, capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stderr[-3000:]
    assert len(pd.read_parquet(config / "results" / "sweeps" / "few" / "points.parquet")) == 6
    assert "-pe smp 1 -l mem_free=1501M -l h_rt=1800" in (folder / "asked").read_text()
