"""The fitted network as a model file, of the form of config/model.yaml: simulate and sweeps take it as any other."""

import os
from collections.abc import Mapping
from pathlib import Path

import yaml

from pipeline.network.adopted import FILE
from pipeline.network.folder import with_values
from pipeline.network.knobs import PaperModel
from pipeline.network.script import TABLE, ScriptModel


def fitted_model(model: PaperModel, values: Mapping[str, float], notes: Mapping[str, str], source: str) -> PaperModel:
    """Return the model with `values` for its own; `notes` are added to the descriptions of knobs, `source` to its."""
    model.check(values, "fitted model")
    knobs = {
        name: knob.model_copy(
            update={
                "value": values.get(name, knob.value),
                "about": f"{knob.about}; {notes[name]}" if name in notes else knob.about,
            }
        )
        for name, knob in model.knobs.items()
    }
    return model.model_copy(update={"knobs": knobs, "source": f"{model.source}; {source}"})


def model_yaml(model: PaperModel, comment: str) -> str:
    """Return the text of a model file under a comment, a knob and a protocol a line, values to the last digit."""
    lines = [*(f"# {line}" for line in comment.splitlines()), f"source: {_flow(model.source)}"]
    lines += [f"populations: {_flow(model.populations)}", f"dt_ms: {_flow(model.dt_ms)}", "knobs:"]
    lines += [f"  {name}: {_flow(knob.model_dump(exclude_defaults=True))}" for name, knob in model.knobs.items()]
    lines += ["protocols:", *(f"  {name}: {_flow(settings)}" for name, settings in model.protocols.items())]
    return "\n".join(lines) + "\n"


def _flow(value: object) -> str:
    if isinstance(value, dict):
        value = {key: list(part) if isinstance(part, tuple) else part for key, part in value.items()}
    text = yaml.safe_dump(value, default_flow_style=True, width=float("inf"), sort_keys=False, allow_unicode=True)
    return text.removesuffix("...\n").strip()


def fitted_script(model: ScriptModel, values: Mapping[str, float], folder: Path, comment: str) -> dict[str, str]:
    """Return the files of a script's network with `values` for its own, for `folder`: knob table and adopted.json.

    The table is the user's with other values; the script stays where it is.
    """
    model.check(values, "fitted model")
    own = Path(model.folder)
    script = os.path.relpath(model.path, folder.resolve())
    table = with_values((own / TABLE).read_text(encoding="utf-8"), values, script)
    head = "".join(f"# {line}\n" for line in comment.splitlines())
    return {"model.yaml": head + table, FILE: (own / FILE).read_text(encoding="utf-8")}
