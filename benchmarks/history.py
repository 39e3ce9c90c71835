"""What the benchmark measured of each commit, a line a run, so that a slower or less faithful one shows."""

import csv
import io
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from pipeline.config.tables import write_text

SLOWER = 0.10
"""Relative rise of the CPU time that is told; below it are the moods of a machine."""

SIGNIFICANT = 2
"""Rise of a bias, in standard errors of the difference, that is told."""


@dataclass(frozen=True)
class Bias:
    """A bias and its standard error in %, and the feature that has it."""

    percent: float
    sem: float
    of: str

    def __str__(self) -> str:
        return f"{self.percent:+.1f} ± {self.sem:.1f} % in {self.of}"

    def rises_from(self, before: "Bias") -> bool:
        """Tell whether this bias is larger, either way, than that of before by more than chance."""
        error = math.hypot(self.sem, before.sem)
        return abs(self.percent) - abs(before.percent) > SIGNIFICANT * error


@dataclass(frozen=True)
class Line:
    """One run of the benchmark, at the step of the model."""

    date: str
    commit: str
    """With '+' where the code differs from it."""
    cpu: str
    cores: int
    whisking_s: float
    touch_s: float
    """Measured seconds of a run; biases of shorter runs have larger errors."""
    cpu_s_per_s: float
    times_faster: float
    """Than Brian2's own method, measured in the same run."""
    step_bias: Bias
    """The largest against the limit of fine steps."""
    authors_bias: Bias
    """The largest against the authors' corrected program."""


def largest(biases: Mapping[str, tuple[float, float]]) -> Bias:
    """Return the largest of biases (percent, standard error) by feature; ValueError where one is undefined."""
    if undefined := [of for of, bias in biases.items() if not all(map(math.isfinite, bias))]:
        raise ValueError(f"the bias of {', '.join(undefined)} is undefined")
    of = max(biases, key=lambda name: abs(biases[name][0]))
    return Bias(*biases[of], of)


def read(path: Path) -> list[Line]:
    """Return the lines of a history, oldest first; none where there is no file."""
    if not path.exists():
        return []
    with path.open(encoding="utf-8", newline="") as file:
        return [_line(row) for row in csv.DictReader(file)]


def append(path: Path, line: Line) -> None:
    """Add a line to a history, which is begun where there is none."""
    rows = [_cells(one) for one in (*read(path), line)]
    text = io.StringIO()
    table = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
    table.writeheader()
    table.writerows(rows)
    write_text(path, text.getvalue())


def last(lines: list[Line], like: Line) -> Line | None:
    """Return the last line of the same processor with runs of the same length, None where there is none."""
    same = (one for one in reversed(lines) if _measured(one) == _measured(like))
    return next(same, None)


def compared(now: Line, before: Line | None) -> tuple[str, bool]:
    """Return in a sentence or two how a run compares with that of before, and whether it is worse."""
    if before is None:
        return f"The first run of this length on {now.cpu}: nothing to compare with.", False
    change = now.cpu_s_per_s / before.cpu_s_per_s - 1
    cost = f"{now.cpu_s_per_s:.3f} CPU s per biological second, {before.cpu_s_per_s:.3f} at {before.commit}"
    slower = change > SLOWER
    said = f"{'SLOWER' if slower else 'Not slower'} ({change:+.0%}: {cost})"
    if slower:
        brian2 = now.times_faster * now.cpu_s_per_s / (before.times_faster * before.cpu_s_per_s) - 1
        said += f"; Brian2's own method, in the same run, by {brian2:+.0%}"
    worse = []
    for against, here, there in (
        ("fine steps", now.step_bias, before.step_bias),
        ("the authors' values", now.authors_bias, before.authors_bias),
    ):
        if here.rises_from(there):
            worse.append(f"{here}, was {there}, against {against}")
    said += f". LESS FAITHFUL: {'; '.join(worse)}." if worse else "; not less faithful."
    return said, slower or bool(worse)


def _measured(line: Line) -> tuple[str, float, float]:
    return line.cpu, line.whisking_s, line.touch_s


def _cells(line: Line) -> dict[str, str]:
    """Return the cells of a line; of numbers, four digits are enough."""
    cells: dict[str, str] = {}
    for name, value in asdict(line).items():
        parts = {f"{name}_{part}": x for part, x in value.items()} if isinstance(value, dict) else {name: value}
        cells |= {key: f"{x:.4g}" if isinstance(x, float) else f"{x}" for key, x in parts.items()}
    return cells


def _line(row: Mapping[str, str]) -> Line:
    parts: dict[str, Any] = dict(row)
    for name in ("step_bias", "authors_bias"):
        parts[name] = {field.name: parts.pop(f"{name}_{field.name}") for field in fields(Bias)}
    return TypeAdapter(Line).validate_python(parts)
