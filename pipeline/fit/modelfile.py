"""The fitted network as a knob table of its own: simulate and sweeps take it as any other."""

import os
from collections.abc import Mapping
from pathlib import Path

from pipeline.network.adopted import FILE
from pipeline.network.folder import with_values
from pipeline.network.model import Model


def fitted_network(model: Model, values: Mapping[str, float], folder: Path, comment: str) -> dict[str, str]:
    """Return the files of a network with `values` for its own, for `folder`: knob table and adopted.json.

    The table is the user's with other values; the script stays where it is.
    """
    model.check(values, "fitted model")
    own = Path(model.folder)
    script = os.path.relpath(model.path, folder.resolve())
    units = {name: knob.unit for name, knob in model.settable.items()}
    table = with_values(Path(model.table).read_text(encoding="utf-8"), values, units, script)
    head = "".join(f"# {line}\n" for line in comment.splitlines())
    return {"model.yaml": head + table, FILE: (own / FILE).read_text(encoding="utf-8")}
