"""The verbs on what was done: where a row comes from, an archive of a run, and whether an archive is sound."""

import importlib.metadata
import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Annotated

import typer

from pipeline import build as programs
from pipeline import lineage, provenance
from pipeline.audit import CHECKSUMS, damaged, pixels_apart
from pipeline.commands import MODEL, RESULTS, ModelFile, Results, app, figure
from pipeline.parameters import ConfigError, read_model
from pipeline.record import libc, read


@app.command()
def explain(
    name: Annotated[str, typer.Argument(metavar="POINT_ID", help=f"{lineage.FORMS}.")],
    model: ModelFile = MODEL,
    results: Results = RESULTS,
) -> None:
    """Say where a row comes from, and the command that repeats it bit for bit (the last line)."""
    network = read_model(model)
    found = lineage.find(name, results, network)
    typer.echo("\n".join(lineage.story(found, results, network)))
    if found.runs or "trial" in found.row:
        return
    given = {"--model": (model, MODEL), "--results": (results, RESULTS)}
    places = {option: path for option, (path, usual) in given.items() if path != usual}
    repeat = lineage.command(found.row, network, places, sys.orig_argv[0])
    here = programs.specification(network), provenance.code(provenance.MEASURING), libc()
    different = lineage.elsewhere(read(results, found.row.get("record")), *here)
    typer.echo(
        f"\nThis repeats it, but perhaps not bit for bit, for here is different: {'; '.join(different)}."
        if different
        else "\nThis repeats it bit for bit:"
    )
    typer.echo(repeat)


@app.command()
def archive(
    config: Annotated[Path, typer.Argument(help="The configuration of a finished run.")],
    out: Annotated[Path, typer.Option(help="Folder to write; an archive that is there is replaced.")],
) -> None:
    """Write a finished run as a folder of its own that can be checked anywhere, with RO-Crate metadata."""
    from pipeline import archive as archives
    from pipeline import crate

    plan, content = archives.configuration(config)
    copied, texts = archives.files(plan, content)
    records = [path for place, path in copied.items() if place.startswith("results/records/")]
    begun = min((json.loads(path.read_text(encoding="utf-8"))["date"] for path in records), default="")
    with archives.written(out) as folder:
        archives.fill(folder, copied, texts)
        crate.describe(folder, sorted([*copied, *texts]), provenance.version(), begun)
        archives.seal(folder)
        size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
        typer.echo(f"{out}: {len(copied) + len(texts)} files, {size / 1e6:.1f} MB; checked there:")
        # -B: without compiled Python in it
        checked = subprocess.run([sys.executable, "-B", "-m", "pipeline", "audit"], cwd=folder, check=False)
        if checked.returncode != 0:
            raise ConfigError(f"{out}: not written, for the archive is not sound, as said above.")


@app.command()
def audit() -> None:
    """Check the archive in this folder: every file by its SHA-256, and the figures drawn again from their tables."""
    from pipeline import archive as archives

    if not Path(CHECKSUMS).is_file():
        raise ConfigError(f"audit: there is no {CHECKSUMS} here; run this in the folder of an archive.")
    n, wrong = damaged(Path())
    typer.echo("\n".join(wrong) or f"all {n} files are as they were archived")
    plan, _ = archives.configuration(Path(archives.CONFIG))
    drawn = {name: plan.run.figures.model_dump()[name] for name in ("rates", "response", "map")}
    for name, sweep in drawn.items():
        old, table = Path(f"results/figures/{name}.png"), Path(f"results/sweeps/{sweep}/features.parquet")
        if sweep is None or not (old.is_file() and table.is_file()):
            continue
        with tempfile.TemporaryDirectory() as folder:
            new = Path(folder) / old.name
            figure(name, table, [new], reference=Path(plan.run.reference), model=Path(plan.run.model))
            apart, pixels = pixels_apart(old, new)
        if apart:
            wrong.append(f"{old}: {apart} of {pixels} pixels differ when it is drawn again from {table}")
            typer.echo(wrong[-1] + _drawing())
        else:
            typer.echo(f"{old}: drawn again from {table}, identical in all {pixels} pixels")
    if wrong:
        raise typer.Exit(1)


def _drawing() -> str:
    version = importlib.metadata.version("matplotlib")
    pinned = re.findall(r"^matplotlib==(\S+)", Path("requirements.lock").read_text(encoding="utf-8"), re.MULTILINE)
    return "" if version in pinned else f" (by matplotlib {version}; requirements.lock has {' and '.join(pinned)})"
