"""What a run was asked, as its workflow leaves it in its folder of results: run.json."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field

from pipeline.config.reader import ConfigError, Frozen, parse, read_json
from pipeline.plan.run import Plan

FILE = "run.json"


class Drawn(Frozen):
    """A figure that a run makes: the heading under which it stands, and what it shows, where its file does not say."""

    category: str
    caption: str


@dataclass(frozen=True)
class Asked:
    """A run: the folder of its results, its configuration, the figures in their order, further pages of a network.

    `begun_s`: when it began, in s since 1970: a run writes what it was asked first.
    """

    results: Path
    begun_s: float
    where: str
    plan: Plan
    figures: Mapping[str, Drawn]
    pages: tuple[str, ...]


class _Asked(Frozen):
    config: dict[str, Any]
    where: str
    figures: dict[str, Drawn]
    pages: Annotated[tuple[str, ...], Field(strict=False)]


def read_asked(results: Path) -> Asked:
    """Return what the run of a folder was asked; ConfigError where nothing there says it, or it is not valid."""
    path = results / FILE
    try:
        begun_s = path.stat().st_mtime
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read ({error.strerror}); a run of the workflow makes it.") from None
    asked = parse(_Asked, read_json(path), path)
    return Asked(results, begun_s, asked.where, Plan(asked.config, path), asked.figures, asked.pages)


def network_of(results: Path) -> Path | None:
    """Return the network of the run of a folder, None where no run of the workflow made that."""
    path = results / FILE
    named = parse(_Asked, read_json(path), path).config.get("model") if path.is_file() else None
    return None if named is None else Path(named)


def written(config: Mapping[str, Any], where: str, figures: Mapping[str, Mapping[str, Any]], pages: list[str]) -> str:
    """Return the text of run.json; of `figures` the keys category and caption are kept."""
    kept = {name: {key: one[key] for key in ("category", "caption")} for name, one in figures.items()}
    return json.dumps({"config": config, "where": where, "figures": kept, "pages": pages}, indent=1) + "\n"
