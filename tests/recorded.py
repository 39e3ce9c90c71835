"""A recording that tests make, its description, and verbs on it."""

import yaml
from typer.testing import CliRunner

from pipeline.__main__ import app

CUBA = "networks/cuba"


def verb(*words):
    done = CliRunner().invoke(app, words)
    if done.exception is not None:
        raise done.exception


def described(tmp_path, protocols, **more):
    content = {"file": str(tmp_path / "spikes.csv"), "source": "my rig", "protocols": protocols} | more
    path = tmp_path / "recording.yaml"
    path.write_text(yaml.safe_dump({"populations": {"excitatory": ["E"], "inhibitory": ["I"]}} | content))
    return path
