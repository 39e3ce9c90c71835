"""Fingerprints of code: results are redone when what computes them changes, not when a comment does.

And which version of the code this is, for what was computed with it.
"""

import ast
import contextlib
import hashlib
import importlib.metadata
import os
import subprocess
import threading
import tomllib
from pathlib import Path
from typing import Any

from pipeline.config.reader import ConfigError, fingerprint

PACKAGE = Path(__file__).parents[1]
"""The folder of the package, from which files of it are named."""

ROOT = PACKAGE.parent
"""The folder of this code: a git checkout, or a copy without git."""

NAME = "thalamocortical-fit"
"""What this software is called where it is installed."""

SNAKEFILE = "workflow/Snakefile"
"""Where the workflow begins, in the folder beside the package."""

_PARSING = threading.Lock()
"""Python 3.11 fails now and then where several threads parse at once ("recursion depth mismatch")."""

MEASURING = (
    *("engine/programs.py", "engine/recording.py", "measure/envelope.py", "measure/own.py", "measure/patterns.py"),
    *(
        "measure/network.py",
        "measure/measure.py",
        "measure/trains.py",
        "measure/angles.py",
        "measure/sampled.py",
        "measure/rates.py",
        "measure/irregularity.py",
    ),
    *(
        "measure/correlation.py",
        "measure/spectrum.py",
        "measure/locking.py",
        "measure/events.py",
        "measure/potential.py",
    ),
    "measure/table.py",
)
"""Sources that decide what a program is given for a knob, and what is measured on its run."""

SWEEPING = (
    *MEASURING,
    *("sweep/design.py", "sweep/budget.py", "sweep/grid.py", "sweep/enough.py", "sweep/spikes.py"),
    "measure/summary.py",
)
"""Sources that decide which points a sweep has, what is measured on them, and their means."""

FITTING = (
    *("fit/problem.py", "fit/reading.py", "fit/targets.py", "fit/loss.py", "fit/surface.py", "fit/samplers.py"),
    *(
        "fit/free.py",
        "fit/scale.py",
        "fit/covariance.py",
        "fit/regression.py",
        "fit/seen.py",
        "fit/emulator.py",
        "fit/living.py",
        "fit/likelihood.py",
        "fit/posterior.py",
        "fit/explore.py",
        "fit/neural.py",
        "fit/asking.py",
    ),
)
"""Sources that decide what a study finds, beside those that measure."""

FITTED = (
    *MEASURING,
    *FITTING,
    *("fit/start.py", "fit/leaders.py", "fit/lifeless.py", "fit/fitted.py", "fit/trials.py", "fit/front.py"),
    *("fit/study.py", "sweep/enough.py"),
)
"""Sources that decide what a fit writes of its study."""

UNDECIDED = (
    *FITTING,
    *(
        "fit/compared.py",
        "fit/directions.py",
        "fit/estimate.py",
        "fit/equals.py",
        "fit/landscape.py",
        "fit/luck.py",
        "fit/trust.py",
    ),
    *("fit/predicted.py", "fit/polynomials.py", "fit/modelfile.py", "cli/posteriors.py"),
)
"""Sources that decide what is said of the trials of a fit: its posterior, and all beside that."""


def code(names: tuple[str, ...]) -> str:
    """Return a fingerprint of files of this package; comments and docstrings of Python do not enter."""
    return fingerprint(*[stripped(PACKAGE / name) for name in names])


def wings(*names: str) -> tuple[str, ...]:
    """Return all files of some wings of this package: what pages and figures are made by, which costs little again."""
    files = (path for name in names for path in sorted((PACKAGE / name).rglob("*")))
    return tuple(path.relative_to(PACKAGE).as_posix() for path in files if path.suffix in (".py", ".js", ".css"))


def stripped(path: Path) -> str:
    """Return what a file says: of Python its tree without comments and docstrings, of all else, or wrong Python, all.

    OSError and UnicodeDecodeError where it cannot be read.
    """
    text = path.read_text(encoding="utf-8")
    if path.suffix != ".py":
        return text
    try:
        with _PARSING:
            tree = ast.parse(text)
    except (SyntaxError, ValueError):
        return text
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        if isinstance(body, list):
            body[:] = [part for part in body if not _is_docstring(part)]
    return ast.dump(tree)


def beside() -> Path:
    """Return the folder of what is no part of the package, such as the workflow: the clone, or where pip put it.

    ConfigError where the package was installed without it.
    """
    if (ROOT / SNAKEFILE).is_file():
        return ROOT
    with contextlib.suppress(importlib.metadata.PackageNotFoundError):
        for file in importlib.metadata.files(NAME) or ():
            if file.name == "Snakefile" and (path := Path(str(file.locate())).resolve()).is_file():
                return path.parents[1]
    raise ConfigError(f"the workflow of {NAME} was not found: install it by pip, or call this in a clone of it.")


def release() -> str:
    """Return the version of this software, such as '0.1.0': that of pyproject.toml, or as installed, else 'unknown'."""
    about = ROOT / "pyproject.toml"
    if about.is_file():
        return str(tomllib.loads(about.read_text(encoding="utf-8"))["project"]["version"])
    with contextlib.suppress(importlib.metadata.PackageNotFoundError):
        return importlib.metadata.version(NAME)
    return "unknown"


def sha256(path: Path | str) -> str:
    """Return the SHA-256 of the content of a file; OSError where it cannot be read."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def sources() -> str:
    """Return a fingerprint of all files of package and workflow, with comments: tells versions without git apart."""
    files = [path for name in ("pipeline", "workflow") for path in (ROOT / name).rglob("*") if path.is_file()]
    paths = [path for path in files if "__pycache__" not in path.parts]
    lines = [f"{path.relative_to(ROOT)} {sha256(path)}" for path in sorted(paths)]
    return fingerprint(lines)


def version() -> dict[str, Any]:
    """Return its `release`, its `commit`, whether the code is `dirty` against it, and its `sources`.

    Commit and dirty are None where this is no git checkout, or a copy inside the checkout of something else.
    """
    where = _git("rev-parse", "--show-toplevel", "HEAD").split("\n")
    known = len(where) == 3 and Path(where[0]).resolve() == ROOT.resolve()
    return {
        "release": release(),
        "commit": where[1] if known else None,
        "dirty": bool(_git("status", "--porcelain", "--", "pipeline", "workflow")) if known else None,
        "sources": sources(),
    }


def _git(*arguments: str) -> str:
    """Return what git says of ROOT, '' where there is no git or it fails."""
    # a hook of git sets variables that would lead it to another checkout
    env = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    command = ["git", "-C", str(ROOT), *arguments]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, env=env)
    except OSError:
        return ""
    return done.stdout if done.returncode == 0 else ""


def _is_docstring(node: ast.AST) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
