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
from pipeline.network.knobs import PaperModel
from pipeline.network.model import Model
from pipeline.network.script import ScriptModel
from pipeline.network.sites import read_source, replaced
from pipeline.sweep.plain import script

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
    write_text(source, _written(values, model, title))
    command = [sys.executable, "-m", "pipeline", "doctor", str(source), "--html", str(page)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=LIMIT_S, env=_beside(model))
    except subprocess.TimeoutExpired:
        return Case(f"The doctor did not end within {LIMIT_S} s.", None)
    if not page.exists():
        last = (done.stderr.strip() or done.stdout.strip()).splitlines()
        return Case(f"The doctor failed: {last[-1] if last else 'no message'}.", None)
    return Case(summary(done.stdout), page.name)


def _written(values: Mapping[str, float], model: Model, title: str) -> str:
    """Return a point as a plain Brian2 script: the paper's written anew, or the user's with other numbers."""
    if isinstance(model, PaperModel):
        return script(values, model, title)
    assert isinstance(model, ScriptModel)  # there is no other kind
    settings = model.adopted.settings
    texts = {
        settings[n].key: settings[n].text(v) for n, v in values.items() if n in settings and v != settings[n].value
    }
    source = read_source(model.path)
    return f"# {title}\n{replaced(source, model.path, texts)}"


def _beside(model: Model) -> dict[str, str]:
    """Return the environment in which a copy of a script finds what lies beside the script."""
    if not isinstance(model, ScriptModel):
        return dict(os.environ)
    path = os.pathsep.join(filter(None, [str(Path(model.path).parent), os.environ.get("PYTHONPATH")]))
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
