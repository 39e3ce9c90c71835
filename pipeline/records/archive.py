"""A run as a folder of its own: code, configuration, tables, figures and pages, laid out as in a checkout.

So the verbs work there as they do here, on the archived tables. What a run can make again at no cost of simulations
is left out: the compiled program, logs, the journals of sweeps.
"""

import html
import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import yaml

from pipeline.config.provenance import PACKAGE, ROOT, beside
from pipeline.config.reader import ConfigError, read_yaml
from pipeline.config.tables import write_text
from pipeline.network.model import TABLE
from pipeline.plan.columns import OF_TRIAL
from pipeline.plan.given import arrow_of
from pipeline.plan.run import Plan
from pipeline.records.audit import CHECKSUMS, checksums
from pipeline.records.finished import needed, refuse_unfinished, refuse_unreadable
from pipeline.records.lineage import find

CODE = (
    *("workflow", "Makefile", "pyproject.toml", "requirements.lock"),
    *("ARCHITECTURE.md", "CITATION.cff", "LICENSE"),
)
CONFIG = "config/config.yaml"
README = """# An archive of a run of thalamocortical-fit

Open `results/index.html` in a browser: what was run, whether it worked, what was found. It needs nothing else.

Made by `make archive`: `{config}` says what was run, `results/` is what came of it, `pipeline/` and `workflow/` are the
code, `requirements.lock` the packages, `ro-crate-metadata.json` all of it for programs (RO-Crate).

To check it takes Python >= 3.11 with the packages of `requirements.lock`. `make setup` puts them into `.venv`, which
`. .venv/bin/activate` makes the usual Python of a terminal:

    python -m pipeline audit
    python -m pipeline explain {row} --network {network}

The first says whether every file is as it was archived, and draws the figures of sweeps again from their tables, pixel
for pixel. Figures of a fit and of several tables it names, and leaves as they are. The files alone are checked without
any of this by `sha256sum --check manifest-sha256.txt`.
It does not simulate: it shows that the figures follow from the tables, not that the tables follow from the network.
The second says what computed a row of a table, here {row} ({form}), and ends in the command
that computes it again, which needs a C++ compiler. It shows that the tables follow from the network.
"""


def files(plan: Plan, content: Mapping[str, Any]) -> tuple[dict[str, Path], dict[str, str]]:
    """Return what goes into the archive of a run: by place there, the files as they are, and the texts that change.

    `content` is the configuration of the run. ConfigError where a result is missing or cannot be read, a file cannot be
    moved, or the address of a database would be published.
    """
    folder = beside()
    copied = {str(path.relative_to(folder)): path for name in CODE for path in _below(folder / name)}
    copied |= {str(path.relative_to(ROOT)): path for path in _below(PACKAGE)}
    base = _base(plan.model.files)
    # the address of a database, perhaps with its password; workers are nothing without it
    run = {key: value for key, value in content.items() if key not in ("storage", "workers")} | {"results": "results"}
    for key in ("fit", "include"):
        if path := getattr(plan.run, key):
            run[key] = _placed(path, copied, base)
    run["model"] = _placed(f"{plan.model.files[0]}", copied, base)
    if plan.run.include is not None:  # and all that its rules may read, in the folder of their network
        above = Path(plan.run.include).resolve().parents
        folder = next((path for path in above if (path / TABLE).is_file()), above[0])
        copied |= {_inside(os.path.relpath(path), plan.run.include): path for path in _below(folder)}
    run["sweeps"] = {name: _placed(path, copied, base) for name, path in plan.run.sweeps.items()}
    for path in plan.model.files:
        _placed(str(path), copied, base)
    row, form = example(plan)
    texts = {
        CONFIG: yaml.safe_dump(run, sort_keys=False),
        "README.md": README.format(config=CONFIG, row=row, form=form, network=run["model"]),
    }
    if plan.fit:
        asked = read_yaml(f"{plan.run.fit}")
        kept = {key: value for key, value in asked.items() if key != "storage"}
        kept["targets"] = _placed(plan.fit.targets, copied, base)
        if Path(kept["targets"]) != Path(plan.fit.targets) or "storage" in asked:
            del copied[run["fit"]]
            texts[run["fit"]] = yaml.safe_dump(kept, sort_keys=False, allow_unicode=True)
    results = Path(plan.run.results)
    copied |= {f"results/{path.relative_to(results)}": path for path in _made(results, plan)}
    _refuse_address(plan, copied, texts)
    return copied, texts


def _made(results: Path, plan: Plan) -> list[Path]:
    files, rows = needed(plan)
    refuse_unfinished(files, rows)
    folders = [results / name for name in ("figures", "pages", "records", "own", *(["fit"] if plan.fit else []))]
    pages = [path for path in sorted(results.iterdir()) if path.suffix in (".csv", ".html")]
    made = list(dict.fromkeys([*files, *pages, *(path for folder in folders for path in _below(folder))]))
    refuse_unreadable(path for path in made if path not in rows)
    return made


def example(plan: Plan) -> tuple[str, str]:
    """Return the name of a row that can be computed again, and what the parts of such a name are."""
    for sweep in plan.sweeps:
        return f"{sweep}/0", "SWEEP/NUMBER"
    results = Path(plan.run.results)
    trials = arrow_of(results / "fit" / "trials.parquet", OF_TRIAL).to_pylist()
    best = min(trials, key=lambda row: (row["score"] is None, row["score"]))["trial"]
    return find(f"fit/{best}", results, plan.model).runs[0], "fit/TRIAL/PROTOCOL/SEED"


def _refuse_address(plan: Plan, copied: Mapping[str, Path], texts: Mapping[str, str]) -> None:
    """Raise ConfigError where a file quotes the address of a database with its user, as comments and old reports do."""
    stored = (plan.run.storage, plan.fit.storage if plan.fit else None)
    addresses = [address for address in stored if address and "@" in address]
    forms = {form.encode() for address in addresses for form in (address, html.escape(address))}
    if not forms:
        return
    for place in (*texts, *copied):
        held = texts[place].encode() if place in texts else copied[place].read_bytes()
        if any(form in held for form in forms):
            raise ConfigError(
                f"{copied.get(place, place)}: quotes the address of the database, which an archive would publish; "
                "take it out of a configuration, or run the workflow again where it is a result."
            )


def _below(path: Path) -> list[Path]:
    """Return a file, or all files of a folder but hidden and compiled ones; nothing where there is neither."""
    if path.is_file():
        return [path]
    inside = (found for found in sorted(path.rglob("*")) if found.is_file())
    return [found for found in inside if "__pycache__" not in found.parts and not found.name.startswith(".")]


def _placed(path: str, copied: dict[str, Path], base: Path | None) -> str:
    """Note a file of the configuration, and return where it is in the archive: as here, or in config/ from outside.

    `base`: the folder of the network's files, see `_base`.
    """
    here, outside = Path(path).resolve(), Path("config", "outside")
    if base is not None and here.is_relative_to(base):
        place = str(outside / base.name / here.relative_to(base))
    else:
        inside = here.is_relative_to(Path.cwd())
        place = str(here.relative_to(Path.cwd()) if inside else outside.joinpath(*here.parts[-2:]))
    if copied.get(place, here).resolve() != here:
        raise ConfigError(f"archive: {path} and another file would both be {place}; give one of them another name.")
    copied[place] = here
    return place


def _base(files: Iterable[Path]) -> Path | None:
    """Return the folder of all files of a network that is not in this folder, None of one that is.

    They name each other by relative paths, so they are archived as they lie in it.
    """
    here = [path.resolve() for path in files]
    if all(path.is_relative_to(Path.cwd()) for path in here):
        return None
    return Path(os.path.commonpath([path.parent for path in here]))


def _inside(path: str, named_by: str) -> str:
    """Return a path that another file of the configuration names; ConfigError where it leads out of this folder."""
    if Path(path).is_absolute() or ".." in Path(path).parts:
        raise ConfigError(f"{named_by}: names {path}, outside of this folder, which an archive cannot hold.")
    return str(Path(path))


@contextmanager
def written(out: Path) -> Iterator[Path]:
    """Give an empty folder to fill; it takes the place of `out` only if nothing fails.

    ConfigError where `out` holds anything but an archive, which would be lost.
    """
    if out.exists() and not (out / CHECKSUMS).exists() and any(out.iterdir()):
        raise ConfigError(f"archive: {out} is a folder of something else.")
    out.parent.mkdir(parents=True, exist_ok=True)
    part = Path(tempfile.mkdtemp(prefix=f".{out.name}.", dir=out.parent))
    try:
        yield part
        shutil.rmtree(out, ignore_errors=True)
        part.chmod(0o755)
        part.rename(out)
    finally:
        shutil.rmtree(part, ignore_errors=True)


def fill(folder: Path, copied: Mapping[str, Path], texts: Mapping[str, str]) -> None:
    """Write all files of an archive to a folder; copies keep their dates."""
    for place, path in copied.items():
        (folder / place).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(path, folder / place)
    for place, text in texts.items():
        write_text(folder / place, text)


def seal(folder: Path) -> None:
    """Write CHECKSUMS of all files in a folder."""
    places = {path.relative_to(folder).as_posix() for path in _below(folder)} - {CHECKSUMS}
    write_text(folder / CHECKSUMS, checksums(folder, places))


def configuration(path: Path) -> tuple[Plan, dict[str, Any]]:
    """Return the run of a file such as config/config.yaml, checked, and its content."""
    content = read_yaml(path)
    return Plan(content, path), content
