"""Networks by the file that describes them: the paper's config/model.yaml, or the knob table of a script."""

import os
from pathlib import Path

from pipeline.config.reader import ConfigError, parse, read_yaml
from pipeline.network.knobs import PaperModel
from pipeline.network.model import Model
from pipeline.network.script import TABLE, script_model


def read_model(path: Path | str) -> Model:
    """Return the network of a YAML file, or of a folder that `adopt` made; ConfigError for what is wrong with it."""
    file = Path(path)
    if os.path.isdir(file):
        file = file / TABLE
        if not file.is_file():
            raise ConfigError(
                f"{path}: has no {TABLE}: it is no network; make one by: python -m pipeline adopt SCRIPT --out {path}"
            )
    content = read_yaml(file)
    if isinstance(content, dict) and "script" in content:
        return script_model(content, file)
    return parse(PaperModel, content, file)


def read_paper(path: Path | str) -> PaperModel:
    """Return the paper's network; ConfigError for another, of which what asks for it can make nothing."""
    model = read_model(path)
    if not isinstance(model, PaperModel):
        raise ConfigError(
            f"{path}: is the network of a script; this is for the network of Gutnisky et al. (2017) alone."
        )
    return model
