"""Networks by the folder or the knob table that describes them."""

import os
from pathlib import Path

from pipeline.config.reader import ConfigError, read_yaml
from pipeline.network.model import TABLE, Model
from pipeline.network.script import script_model


def read_model(path: Path | str) -> Model:
    """Return the network of a folder that `adopt` made, or of its knob table; ConfigError for what is wrong with it."""
    file = Path(path)
    if os.path.isdir(file):
        file = file / TABLE
        if not file.is_file():
            raise ConfigError(
                f"{path}: has no {TABLE}: it is no network; make one by: python -m pipeline adopt SCRIPT --out {path}"
            )
    content = read_yaml(file)
    if isinstance(content, dict) and "script" not in content:
        raise ConfigError(
            f"{file}: is no knob table: it lacks the key 'script', the path of a Brian2 script from there."
        )
    return script_model(content, file)
