"""The fitted network as a model file, of the form of config/model.yaml: simulate and sweeps take it as any other."""

from collections.abc import Mapping

import yaml

from pipeline.network.knobs import Model


def fitted_model(model: Model, values: Mapping[str, float], notes: Mapping[str, str], source: str) -> Model:
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


def model_yaml(model: Model, comment: str) -> str:
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
