"""The verbs on what was done: where a row comes from, an archive of a run, and whether an archive is sound."""

import importlib.metadata
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Annotated

import typer

from pipeline.cli.commands import MODEL, RESULTS, Results, app, named
from pipeline.cli.figures import draw
from pipeline.cli.outputs import as_folder
from pipeline.config import provenance
from pipeline.config.reader import ConfigError, read_yaml
from pipeline.config.tables import DamagedTableError
from pipeline.engine.scripts import ScriptEngine
from pipeline.measure.network import units
from pipeline.measure.own import read_own
from pipeline.network.model import Model
from pipeline.network.reading import read_model
from pipeline.plan.run import Plan
from pipeline.records import lineage, story
from pipeline.records.audit import CHECKSUMS, Wrong, damaged, pixels_apart
from pipeline.records.finished import begun
from pipeline.records.record import libc, packages, read

MAIN = 10
"""Features that `explain` shows of a row; its table has all."""


@app.command()
def explain(
    name: Annotated[str, typer.Argument(metavar="POINT_ID", help=f"{lineage.FORMS}.")],
    model: Annotated[
        Path | None,
        typer.Option(
            "--network",
            "--model",
            help="A network: the folder that `adopt` made, or its knob table. Default: that of the run in --results.",
            show_default=False,
        ),
    ] = None,
    results: Results = RESULTS,
    all_packages: Annotated[
        bool, typer.Option("--packages", help="Name all packages, not only those of another version here.")
    ] = False,
) -> None:
    """Say what a row is, what computed it, and the command that repeats it bit for bit."""
    from pipeline.overview.asked import network_of

    where = named(model or network_of(results) or MODEL)
    network = read_model(where)
    found = lineage.find(name, results, network)
    typer.echo("\n".join([*story.what(found, network, _main_features(network)), "", *story.how(found, results)]))
    if found.runs or "trial" in found.row:
        return
    record = read(results, found.row.get("record"))
    given = {"--model": (where, MODEL), "--results": (results, RESULTS)}
    places = {option: path for option, (path, usual) in given.items() if path != usual}
    repeat = lineage.command(found.row, network, places, sys.orig_argv[0])
    here = ScriptEngine(network, results).specification(), provenance.code(provenance.MEASURING), libc()
    different = lineage.elsewhere(record, *here)
    typer.echo(
        f"\nThis repeats it, but perhaps not bit for bit, for here is different: {'; '.join(different)}."
        if different
        else "\nThis repeats it bit for bit:"
    )
    typer.echo(repeat)
    if lines := story.packages(record, packages(), all_packages):
        typer.echo("\n" + "\n".join(lines))


def _main_features(network: Model) -> dict[str, str]:
    """Return the units of the features that are shown of a row: rates of populations, then the first of its own."""
    known = units(network)
    rates = [f"rate_{population}" for population in network.populations]
    path = network.own_features
    own = [feature.name for one in read_own(path) for feature in one.features] if path else []
    names = [name for name in dict.fromkeys([*rates, *own]) if name in known]
    return {name: known[name] for name in names[: max(len(rates), MAIN)]}


@app.command()
def archive(
    config: Annotated[Path, typer.Argument(help="The configuration of a finished run.")],
    out: Annotated[
        Path, typer.Option(help="Folder to write; an archive that is there is replaced.", callback=as_folder("--out"))
    ],
) -> None:
    """Write a finished run as a folder of its own that can be checked anywhere, with RO-Crate metadata."""
    from pipeline.records import archive as archives
    from pipeline.records import crate

    plan, content = archives.configuration(config)
    copied, texts = archives.files(plan, content)
    records = [path for place, path in copied.items() if place.startswith("results/records/")]
    first = min(map(begun, records), default="")
    with archives.written(out) as folder:
        archives.fill(folder, copied, texts)
        name = Path(plan.model.folder).resolve().name
        crate.describe(folder, sorted([*copied, *texts]), provenance.version(), first, name, plan.model.source)
        archives.seal(folder)
        sizes = [path.stat().st_size for path in folder.rglob("*") if path.is_file() and path.name != CHECKSUMS]
        typer.echo(f"{out}: {len(sizes)} files, {sum(sizes) / 1e6:.1f} MB; checked there:")
        # -B: without compiled Python in it
        checked = subprocess.run([sys.executable, "-B", "-m", "pipeline", "audit"], cwd=folder, check=False)
        if checked.returncode != 0:
            raise ConfigError(f"{out}: not written, for the archive is not sound, as said above.")


@app.command()
def audit() -> None:
    """Check the archive in this folder: every file by its SHA-256, and the figures drawn again from their tables."""
    from pipeline.records import archive as archives

    if not Path(CHECKSUMS).is_file():
        raise ConfigError(f"audit: there is no {CHECKSUMS} here; run this in the folder of an archive.")
    n, wrong = damaged(Path())
    said = [f"{place}: {what}" for place, what in wrong.items()]
    typer.echo("\n".join(said) or f"all {n} files are as they were archived")
    if not _redrawn(archives.CONFIG, wrong) or wrong:
        raise typer.Exit(1)


def _redrawn(config: str, wrong: Wrong) -> bool:
    """Say of each figure of a sweep whether it follows from its table; return whether all do."""
    try:
        plan = Plan(read_yaml(config), config)
    except ConfigError as error:
        typer.echo(f"figures: not checked, for the configuration cannot be read: {error}")
        return False
    drawn = [(sweep, kind) for sweep in plan.sweeps for kind in plan.figures_of(sweep)]
    follow = [_follows(sweep, kind, plan, config, wrong) for sweep, kind in drawn]
    others = {path.name for path in Path("results/figures").glob("*.png")} - {f"{s}_{kind}.png" for s, kind in drawn}
    if others:
        typer.echo(f"left as they are, being of no sweep alone: {', '.join(sorted(others))}")
    return all(follow)


def _follows(sweep: str, kind: str, plan: Plan, config: str, wrong: Wrong) -> bool:
    old, table = Path(f"results/figures/{sweep}_{kind}.png"), Path(f"results/sweeps/{sweep}/features.parquet")
    basis = [f"{old}", f"{table}", config, *map(str, plan.model.files)]
    lost = {place: "is missing" for place in basis if not Path(place).is_file()} | wrong
    if bad := [f"{place} {lost[place]}" for place in basis if place in lost]:
        typer.echo(f"{old}: not checked, for {' and '.join(bad)}")
        return False
    try:
        with tempfile.TemporaryDirectory() as folder:
            new = Path(folder) / old.name
            chosen = ",".join(plan.run.figures.features.get(sweep, ())) or None
            draw(kind, table, [new], plan.model, chosen)
            apart, pixels = pixels_apart(old, new)
    except Exception as error:  # whatever it is, of a reader or of the drawing, the other figures are still checked
        why = error.wrong if isinstance(error, DamagedTableError) else " ".join(f"{error}".split())
        typer.echo(f"{old}: not checked, for it or what it rests on cannot be read: {why or type(error).__name__}")
        return False
    if apart:
        changed = f"{old}: {apart} of {pixels} pixels differ when it is drawn again from {table}"
        typer.echo(changed + _drawing())
    else:
        typer.echo(f"{old}: drawn again from {table}, identical in all {pixels} pixels")
    return not apart


def _drawing() -> str:
    version = importlib.metadata.version("matplotlib")
    lock = Path("requirements.lock")
    text = lock.read_text(encoding="utf-8", errors="replace") if lock.is_file() else ""
    pinned = re.findall(r"^matplotlib==(\S+)", text, re.MULTILINE)
    if not pinned or version in pinned:
        return ""
    return f" (by matplotlib {version}; requirements.lock has {' and '.join(pinned)})"
