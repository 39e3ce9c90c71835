"""A Slurm of one node in a folder of its own, for tests: munged, slurmctld and slurmd with their own configuration."""

import contextlib
import os
import pwd
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

PROGRAMS = ("munged", "slurmctld", "slurmd", "sbatch")

CONFIGURATION = """
ClusterName=box
SlurmctldHost={host}(127.0.0.1)
SlurmctldPort={ports[0]}
SlurmdPort={ports[1]}
AuthType=auth/munge
AuthInfo=socket={folder}/munge/socket
SlurmdParameters=config_overrides
SlurmUser=root
SlurmdUser=root
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdLogFile={folder}/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
MpiDefault=none
ReturnToService=2
MinJobAge=300
SchedulerParameters=sched_interval=1,batch_sched_delay=0
NodeName={host} NodeAddr=127.0.0.1 CPUs={cpus} RealMemory=64000 State=UNKNOWN
PartitionName=main Nodes={host} Default=YES MaxTime=INFINITE State=UP
"""


def lacking() -> str:
    """Return in plain words what this machine lacks to run a Slurm, or nothing."""
    missing = [name for name in PROGRAMS if _path(name) is None]
    if missing:
        return f"no {', '.join(missing)} here (Debian: apt install slurm-wlm munge)"
    if os.getuid() != 0:
        return "Slurm's daemons need root"
    with contextlib.suppress(KeyError):
        pwd.getpwnam("munge")
        return ""
    return "there is no user munge"


def _path(program: str) -> str | None:
    return shutil.which(program, path=f"{os.environ['PATH']}:/usr/sbin:/sbin")


def _free_ports(n: int) -> list[int]:
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(n)]
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]


@contextlib.contextmanager
def slurm(folder: Path, cpus: int = 4) -> Iterator[dict[str, str]]:
    """Run a Slurm of one node in `folder`; give the environment in which its commands find it."""
    munge = folder / "munge"
    for made in (folder, munge, folder / "state", folder / "spool", folder / "bin"):
        made.mkdir(parents=True, exist_ok=True)
    munge.joinpath("key").write_bytes(os.urandom(128))
    account = pwd.getpwnam("munge")
    for path in (munge, munge / "key"):
        os.chown(path, account.pw_uid, account.pw_gid)
    folder.chmod(0o755)  # munged is another user
    munge.chmod(0o755)
    munge.joinpath("key").chmod(0o400)
    configuration = folder / "slurm.conf"
    facts = {"host": socket.gethostname(), "ports": _free_ports(2), "folder": folder, "cpus": cpus}
    configuration.write_text(CONFIGURATION.format(**facts))
    # Snakemake's plugin takes all variables of Slurm away from a job, and would find no configuration in /etc
    srun = folder / "bin" / "srun"
    srun.write_text(f'#!/bin/sh\nSLURM_CONF={configuration} exec {shutil.which("srun")} "$@"\n')
    srun.chmod(0o755)
    environment = {**os.environ, "SLURM_CONF": str(configuration), "PATH": f"{srun.parent}:{os.environ['PATH']}"}
    files = [f"--{name}={munge}/{name}" for name in ("socket", "key-file", "pid-file", "log-file", "seed-file")]
    files[1] = f"--key-file={munge}/key"
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    daemons = []
    try:
        daemons.append(
            subprocess.Popen(
                [_path("munged"), "--foreground", *files], user=account.pw_uid, group=account.pw_gid, **quiet
            )
        )
        _until(lambda: (munge / "socket").exists(), f"munged does not start, see {munge}/log-file")
        for daemon in ("slurmctld", "slurmd"):
            daemons.append(subprocess.Popen([_path(daemon), "-D"], env=environment, **quiet))
        _until(lambda: "idle" in _said(["sinfo", "-h", "-o", "%T"], environment), f"no idle node, see {folder}")
        yield environment
    finally:
        _said(["scancel", "--full", "--user", "root"], environment)
        for daemon in reversed(daemons):
            daemon.terminate()
            daemon.wait(30)


def _said(command: list[str], environment: dict[str, str]) -> str:
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=60)
    return done.stdout


def _until(condition, complaint: str) -> None:
    end = time.monotonic() + 60
    while not condition():
        if time.monotonic() > end:
            raise AssertionError(complaint)
        time.sleep(0.2)
