"""The RO-Crate of an archive: what each file is, and the run that made the results, for programs to read."""

import importlib.metadata
import mimetypes
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rocrate.model.contextentity import ContextEntity
from rocrate.rocrate import ROCrate

from pipeline.config.provenance import SNAKEFILE

METADATA = "ro-crate-metadata.json"
LICENCE = ("https://spdx.org/licenses/MIT", {"@type": "CreativeWork", "name": "MIT License", "identifier": "MIT"})
KINDS = {
    ".parquet": "application/vnd.apache.parquet",
    ".yaml": "application/yaml",
    ".jsonl": "application/jsonl",
    ".lock": "text/plain",
    ".smk": "text/plain",
}
ABOUT = {
    "points.parquet": "The points of the sweep {0}: protocol, network and the value of every knob",
    "features.parquet": "All rows of the sweep {0}: knobs, seeds, status, features, cost, and the id of its record",
    "summary.csv": "Statistics of the sweep {0} over networks",
    "trials.parquet": "All trials of the fit: knobs, score, features, and the ids of their records",
    "requirements.lock": "The Python packages of the run, pinned",
    "config.yaml": "What was run",
}
"""What a file is, by its name; {0} is its folder."""


def describe(
    folder: Path, places: Sequence[str], version: dict[str, Any], begun: str, network: str, source: str
) -> None:
    """Write METADATA for the files at `places` of a folder, which are all there.

    `version`: that of the code (see provenance.version); `begun`: the date of the first row; `network`: its name, and
    `source`: where it is from, with an address where there is one.
    """
    crate = ROCrate()
    commit = version["commit"] or f"sources {version['sources']}"
    crate.name = "A run of thalamocortical-fit"
    crate.description = (
        f"Simulations, sweeps and fits of the network {network}{f' ({source})' if source else ''} in Brian2: tables, "
        f"figures, report, configuration and code (version {version['release']}, {commit}"
        f"{', with changes' if version['dirty'] else ''})."
    )
    crate.license = crate.add(ContextEntity(crate, *LICENCE))
    if address := re.search(r"https?://[^\s,;)]+", source):
        cited = {"@type": "ScholarlyArticle", "name": source}
        crate.root_dataset["citation"] = crate.add(ContextEntity(crate, address[0], cited))
    workflow = crate.add_workflow(
        folder / SNAKEFILE,
        SNAKEFILE,
        main=True,
        lang="snakemake",
        lang_version=importlib.metadata.version("snakemake"),
        properties={"name": "Parameter grid, simulations, features, fit, figures, report", "version": commit},
    )
    entities = {
        place: crate.add_file(folder / place, place, properties=_about(Path(place)), record_size=True)
        for place in places
        if place != SNAKEFILE
    }
    ended = max((folder / place).stat().st_mtime for place in places if place.startswith("results/"))
    action = crate.add_action(
        workflow,
        "#run",
        object=[entity for place, entity in entities.items() if place.startswith("config/")],
        result=[entity for place, entity in entities.items() if place.startswith("results/")],
        properties={
            "name": "The run",
            "startTime": begun,
            "endTime": datetime.fromtimestamp(ended, UTC).isoformat(timespec="seconds"),
        },
    )
    crate.root_dataset["mentions"] = [action]
    crate.write(folder)


def _about(place: Path) -> dict[str, str]:
    unknown = "application/octet-stream" if place.parts[1:] else "text/plain"
    kind = KINDS.get(place.suffix) or mimetypes.guess_type(place.name)[0] or unknown
    about = {"name": place.stem, "encodingFormat": kind}
    if place.name in ABOUT:
        about["description"] = ABOUT[place.name].format(place.parent.name)
    elif place.parent.name == "records":
        about["description"] = "What computed the rows that carry this id: code, packages, processor, configuration"
    return about
