"""Points that diverged: each as a plain script with the doctor's diagnosis of it."""

import os
import re
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.config.tables import write_text
from pipeline.engine.translated import read as survey_of
from pipeline.network.model import Model
from pipeline.network.sites import read_source, replaced

LIMIT_S = 300


@dataclass(frozen=True)
class Case:
    """What the doctor says of a diverged point, and the file name of its page (None where it failed)."""

    says: str
    page: str | None


def of(row: Mapping[str, Any], model: Model, folder: Path, name: str) -> Case:
    """Write the script of a diverged row and its diagnosis to `folder`, as name.py and name.html; takes a minute.

    The network of the script is drawn anew: what a point's numbers do is told, not what befell one neuron.
    """
    values = {knob: row[knob] for knob in model.settable if row.get(knob) is not None}
    title = f"{row['protocol']}, {name}: {row['problem']}"
    source, page = folder / f"{name}.py", folder / f"{name}.html"
    write_text(source, script(values, model, title, folder / name))
    page.unlink(missing_ok=True)  # that of an older run would be taken for this one's
    command = [sys.executable, "-m", "pipeline", "doctor", str(source), "--html", str(page)]
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, check=False, timeout=LIMIT_S, env=_beside(model, folder / name)
        )
    except subprocess.TimeoutExpired:
        return Case(f"The doctor did not end within {LIMIT_S} s.", None)
    if not page.exists():
        last = (done.stderr.strip() or done.stdout.strip()).splitlines()
        return Case(f"The doctor failed: {last[-1] if last else 'no message'}.", None)
    return Case(summary(done.stdout), page.name)


def script(values: Mapping[str, float], model: Model, title: str, modules: Path) -> str:
    """Return the network's script with the numbers of a point in it, under a title.

    Files that it imports, where their numbers are others, are written to the folder `modules`.
    """
    settings = model.adopted.settings
    texts = {
        settings[n].key: settings[n].text(v) for n, v in values.items() if n in settings and v != settings[n].value
    }
    passes = [
        f"{n} = {values[n]:g}"
        for n in values
        if n in settings and settings[n].key in texts and settings[n].key[1] != -1
    ]
    if passes:
        title += f"\n# Not written here, since one place of the text has several values: {', '.join(passes)}"
    for module in survey_of(model.path).modules:
        source = read_source(module.path)
        if (other := replaced(source, module.path, texts, module)) != source:
            title += f"\n# {module.name} is the one in {modules.name}/: run it with PYTHONPATH={modules.name}"
            modules.mkdir(parents=True, exist_ok=True)
            write_text(modules / f"{module.name}.py", other)
    return f"# {title}\n{replaced(read_source(model.path), model.path, texts)}"


def _beside(model: Model, modules: Path) -> dict[str, str]:
    """Return the environment in which a copy of a script finds its `modules`, and what lies beside the script."""
    path = os.pathsep.join(
        filter(None, [str(modules.resolve()), str(Path(model.path).parent), os.environ.get("PYTHONPATH")])
    )
    return {**os.environ, "PYTHONPATH": path}


def summary(told: str) -> str:
    """Return the verdict of a diagnosis that was printed, with its first finding, and how many warnings there are."""
    lines = told.splitlines()
    verdict = next((line.removeprefix("VERDICT").strip() for line in lines if line.startswith("VERDICT")), "")
    warnings = sum(bool(re.match(r"\d+\. WARNING ", line)) for line in lines)
    for k, line in enumerate(lines):
        if re.match(r"1\. (ERROR|WARNING) ", line):
            more = []
            for following in lines[k + 1 :]:
                if not following or following.startswith("   "):
                    break
                more.append(following.strip())
            says = " ".join([line.split(": ", 1)[1], *more])
            if line.startswith("1. ERROR"):
                return f"{verdict} {says}"
            said = verdict.removesuffix("; see the warnings.").removesuffix(".")
            return f"{said}. {warnings} warning{'s' * (warnings > 1)}: {says}"
    return verdict
