"""The verb that takes a Brian2 script: what it is made of, as a table, and a folder to sweep and fit it from."""

import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, TextIO

import typer

from pipeline.cli.commands import RESULTS, app
from pipeline.cli.outputs import as_folder
from pipeline.config import provenance
from pipeline.config.reader import ConfigError
from pipeline.network.adopted import ALL, Adopted
from pipeline.network.model import TABLE
from pipeline.plan import adoption

DOCTOR_S = 90


@app.command()
def adopt(
    script: Annotated[Path, typer.Argument(help="A Brian2 script, as it is.")],
    out: Annotated[
        Path | None,
        typer.Option(help="Folder to write; by default one of the script's name.", callback=as_folder("--out")),
    ] = None,
) -> None:
    """Take a Brian2 script as a network: say what it is made of, and write a folder to sweep and fit it from.

    Adopting a changed script again keeps what you edited in the folder, and says what is new or gone.
    """
    folder = out or Path(script.stem)
    results = RESULTS / folder.resolve().name
    if not script.is_file():
        raise ConfigError(f"adopt: {script}: there is no such file.")
    with tempfile.TemporaryFile("w+") as told:
        command = [sys.executable, "-m", "pipeline", "doctor", str(script)]
        doctor = subprocess.Popen(command, stdout=told, stderr=subprocess.DEVNULL)
        try:
            taken = adoption.take(script, folder, results, say)
            adopted = taken.adopted.model_copy(update={"doctor": _verdict(doctor, told, script)})
        finally:
            doctor.kill()
            doctor.wait()
    adoption.keep(folder, adopted)
    adoption.first_files(folder, adopted, taken.rates, results)
    typer.echo(_told(script, folder, adopted, taken.rates))
    if taken.changes:
        typer.echo(f"\n{folder / TABLE}: {taken.changes}")


def say(text: str) -> None:
    """Say on standard error what is being done."""
    typer.echo(f"adopt: {text}", err=True)


def _verdict(doctor: "subprocess.Popen[bytes]", told: TextIO, script: Path) -> str:
    """Return the doctor's verdict in one line, when it has made it."""
    from pipeline.sweep.cases import summary

    try:
        doctor.wait(DOCTOR_S)
    except subprocess.TimeoutExpired:
        return f"did not end within {DOCTOR_S} s; ask it by: python -m pipeline doctor {script}"
    told.seek(0)
    return summary(told.read()) or "says nothing of it"


def _told(script: Path, folder: Path, adopted: Adopted, rates: dict[str, float]) -> str:
    """Return what is said of an adopted script."""
    from pipeline.engine.inspection import as_rows

    lines = [f"{script}: runs {adopted.duration_s:g} s in steps of {adopted.dt_ms:g} ms"]
    lines[0] += " by C++, compiled once" if adopted.target == "standalone" else ", with Brian2's runtime target"
    if adopted.target == "runtime":
        lines.append(
            f"  The runtime target is needed since {adopted.why}; each point is a process of its own, and slower."
        )
    if adopted.staggered:
        names = "all populations" if ALL in adopted.staggered else ", ".join(adopted.staggered)
        lines.append(f"  Integrated by staggered_midpoint: {names}; all else as the script says.")
    lines += [f"  {note}" for note in adopted.notes]
    lines += ["", *as_table(
        ("population", "size", "spikes by", "rate"),
        [(p.name, p.size, p.spikes_by or "does not spike",
          (f"{rates.get(p.name, 0):.3g}/s" if p.spikes_by else "-") + (f", in {p.part_of}" if p.part_of else ""))
         for p in adopted.populations],
    )]  # fmt: skip
    if adopted.projections:
        lines += ["", *as_table(
            ("projection", "from", "to", "synapses", "in-degree", "delay"),
            [(p.name, p.source, p.target, "-" if p.synapses is None else p.synapses,
              "-" if p.in_degree is None else f"{p.in_degree:.4g}",
              "-" if p.delay_ms is None else f"{p.delay_ms:.3g} ms") for p in adopted.projections],
        )]  # fmt: skip
    rows = [(row["name"], _with_unit(row["value"], row["unit"]), row["acts"], row["on"]) for row in as_rows(adopted)]
    lines += ["", *as_table(("number", "value", "is", "acts on"), rows)]
    if adopted.cost_s is not None:
        lines += ["", f"One biological second costs {adopted.cost_s:.2g} CPU s here{_as_written(adopted)}."]
    lines += [f"The doctor: {adopted.doctor}", "", f"Next: {_next(folder / 'config.yaml')}"]
    return "\n".join(lines)


def _next(config: Path) -> str:
    """Return the command that runs a configuration: where this is the folder of a clone, by its Makefile."""
    here = Path.cwd() == provenance.ROOT and Path("Makefile").is_file()
    return f"make run CONFIG={config}" if here else f"{provenance.NAME} run {config}"


def _with_unit(value: float, unit: str) -> str:
    return f"{value:.6g}" if unit == "1" else f"{value:.6g} {unit}"


def _as_written(adopted: Adopted) -> str:
    if adopted.written_cost_s is None:
        return ""
    cost = f"{adopted.written_cost_s:.2g}" if adopted.written_cost_s < 10 else f"{adopted.written_cost_s:.0f}"
    return f"; as the script is, with Brian2's NumPy code, about {cost}, several times less with Cython"


def as_table(head: Sequence[str], rows: Sequence[Sequence[Any]]) -> list[str]:
    """Return a table of plain text, its last column cut where lines would be too long."""
    cells = [[str(cell) for cell in row] for row in [head, *rows]]
    widths = [min(max(len(row[k]) for row in cells), 44) for k in range(len(head))]
    lines = []
    for row in cells:
        text = "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        lines.append(f"  {text if len(text) <= 150 else text[:147] + '...'}")
    return lines
