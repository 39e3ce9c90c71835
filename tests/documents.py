"""The blocks of a document, with what its hidden comments say of how a test runs them.

A comment `<!-- KEY: VALUE -->` stands before the block that it is about; readers do not see it:

- `file: PATH`: the block is the text of this file
- `small: TEXT => TEXT`: what is other in the test, so that it is quick; may be repeated
- `before: COMMAND`: is run first
- `interrupt when: PATTERN`: Ctrl-C is sent as soon as a file that fits is there
- `run by: FILE`: another test runs it
- `not run: REASON`
- `compared: COMMAND`: what printed the text, which a benchmark keeps
"""

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import yaml
from conftest import RESULTS, ROOT

BLOCK = re.compile(r"((?:^<!--.*?-->\n+)*)^```([^\n]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
COMMENT = re.compile(r"<!-- ([a-z ]+): (.*?) -->", re.DOTALL)
KEYS = ("file", "small", "before", "interrupt when", "run by", "not run", "compared")
SHOWN = ("text", "diff")
"""Blocks that are no commands."""
TYPED = ("bash", "python", "yaml", "csv")

LINKED = ("pipeline", "workflow", "tests", "benchmarks", "Makefile", "requirements.lock",
          "pyproject.toml", "LICENSE", "CITATION.cff", "ARCHITECTURE.md", "README.md")  # fmt: skip


@dataclass(frozen=True)
class Block:
    """A block of a document: its language, its text as the test runs it, and what the comments say."""

    language: str
    text: str
    said: dict[str, str]


def blocks(path: Path) -> list[Block]:
    """Return the blocks of a document."""
    found = []
    for comments, language, text in BLOCK.findall(path.read_text()):
        said = COMMENT.findall(comments)
        for key, value in said:
            if key == "small":
                old, _, new = value.partition(" => ")
                assert old in text, f"{path}: {old!r} is not in the block that it makes small"
                text = text.replace(old, new)
        found.append(Block(language, text, {key: value for key, value in said if key != "made"}))
    return found


def clone(folder: Path) -> Path:
    """Return a folder that looks like the repository, in which a reader may write and has a script."""
    for name in ("networks", "config", "docs"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("results", "__pycache__"))
    for name in LINKED:
        (folder / name).symlink_to(ROOT / name)
    (folder / ".venv").symlink_to(sys.prefix)
    script = next(b for b in blocks(ROOT / "docs/own_network.md") if b.said.get("file") == "my_network.py")
    (folder / "my_network.py").write_text(script.text)
    return folder


def surroundings(folder: Path) -> dict[str, str]:
    """Return the environment of a reader in this folder; programs are shared by all pages and by later tests."""
    own = {
        "PATH": f"{sys.prefix}/bin:{os.environ['PATH']}",
        "PYTHONPATH": str(folder),
        "XDG_CACHE_HOME": str(folder / "cache"),
        "THALAMOCORTICAL_CACHE": str(ROOT / RESULTS / "cache"),
        "MPLBACKEND": "agg",
    }
    return os.environ | own


def play(block: Block, folder: Path) -> None:
    """Do with a block what its reader does with it."""
    if "before" in block.said:
        _run(["bash", "-euo", "pipefail", "-c", block.said["before"]], folder)
    if "file" in block.said:
        path = folder / block.said["file"]
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(block.text)
    elif block.language == "yaml":
        assert yaml.safe_load(block.text) is not None
    elif block.language == "python":
        _run([sys.executable, "-c", block.text], folder)
    elif "interrupt when" in block.said:
        _interrupt(block, folder)
    else:
        _run(["bash", "-euo", "pipefail", "-c", block.text], folder)


def _run(command: list[str], folder: Path) -> None:
    run = subprocess.run(command, cwd=folder, env=surroundings(folder), capture_output=True, text=True, check=False)
    assert run.returncode == 0, f"{command[-1]}\n{run.stdout[-1500:]}\n{run.stderr[-3000:]}"


def _interrupt(block: Block, folder: Path) -> None:
    """Start a command, and interrupt it as Ctrl-C does once there is a file."""
    with subprocess.Popen(
        ["bash", "-euo", "pipefail", "-c", block.text], cwd=folder, env=surroundings(folder),
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
    ) as run:  # fmt: skip
        until = time.monotonic() + 300
        while not any(path.stat().st_size for path in folder.glob(block.said["interrupt when"])):
            assert run.poll() is None, "it ended before it could be interrupted"
            assert time.monotonic() < until, f"there never was {block.said['interrupt when']}"
            time.sleep(0.05)
        os.killpg(run.pid, signal.SIGINT)
        assert run.wait(60) != 0
