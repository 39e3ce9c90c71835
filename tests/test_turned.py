"""Knobs set at run time against the same numbers typed into the script: the program gets the same to the bit.

A program is a function of its code, values and arrays alone, so comparing these compares spikes, without a build.
"""

from pathlib import Path

import numpy as np
import pytest

from pipeline.engine.scripts import ScriptEngine
from pipeline.engine.translated import Wish
from pipeline.network.reading import read_model
from pipeline.network.sites import replaced

NETWORKS = ("cuba", "cobahh", "brunel2000", "wang_buzsaki", "stdp", "thalamocortical_loop")


@pytest.mark.parametrize("name", NETWORKS)
def test_every_knob_is_what_is_typed(name, tmp_path):
    """Catches a number that is rounded, scaled or put elsewhere on its way from the knob to the program."""
    model = read_model(Path("networks", name))
    engine = ScriptEngine(model, tmp_path)
    source = Path(model.path).read_text()
    turned = 0
    try:
        for knob, setting in model.adopted.settings.items():
            if setting.acts == "refused" or setting.key[1] != -1:
                continue
            for value in _others(setting):
                typed = tmp_path / "typed.py"
                typed.write_text(replaced(source, model.path, {setting.key: setting.text(value)}))
                if typed.read_text() == source:
                    continue  # an argument of a call, which has no text of its own
                wish = Wish(str(typed), {}, 1, len(model.adopted.runs), positions=model.adopted.positions)
                edited = engine._translator.ask("translate", wish)
                set_here = engine._translation({knob: value}, 1)
                numbers, _ = engine._numbers(set_here, {knob: value}, sum(edited.runs))
                expected, _ = engine._numbers(edited, {}, sum(edited.runs))
                assert set_here.code == edited.code, knob
                assert numbers == expected, knob
                assert set_here.arrays.keys() == edited.arrays.keys(), knob
                assert all(np.array_equal(set_here.arrays[key], edited.arrays[key]) for key in edited.arrays), knob
                turned += 1
    finally:
        engine.close()
    assert turned >= 8


def _others(setting):
    """Return values to turn to: of a whole number that need not stay whole, one that is not, which C++ would cut."""
    if not (setting.whole and setting.unit == "1"):
        return [setting.value * 1.037 or 0.37]
    return [setting.value + 1, setting.value + 0.4] if setting.acts == "run time" else [setting.value + 1]
