"""Features of a network's own: read, measured, and refused with the line where something is wrong.

The comment over a test says which mistake it would catch.
"""

import numpy as np
import pytest

from pipeline.config.reader import ConfigError
from pipeline.engine.recording import NetworkRecording, Spikes
from pipeline.measure.own import measure_own, read_own

HEAD = 'from pipeline.measure.own import feature\n\n@feature(unit="1", about="Of mine.")\ndef own(recording):\n    '


@pytest.fixture
def recording():
    weights = np.array([0.0, 0.5, 1.0, 0.05])
    return NetworkRecording(
        spikes={"E": Spikes(np.array([0.1, 0.2]), np.array([0, 1]), 4)},
        potentials={},
        divergence=None,
        wall_s=0.1,
        cpu_s=0.1,
        memory_mb=1,
        states={"synapses_1.w": weights, "neurongroup.v": np.zeros(4)},
        names={"synapses_1": "S", "neurongroup": "E"},
    )


@pytest.fixture
def measured(tmp_path, recording):
    """Measure the feature `own` with a body: measured("return 1")."""

    def _measured(body):
        path = tmp_path / "features.py"
        path.write_text(HEAD + body + "\n")
        return measure_own(read_own(path), recording, path)["own"]

    return _measured


def test_a_file_declares_features_and_other_functions_are_none(tmp_path):
    path = tmp_path / "features.py"
    path.write_text(f"{HEAD}return helper(1)\n\ndef helper(x):\n    return x\n")
    found = read_own(path)
    assert [(one.name, one.unit, one.about) for one in found.values()] == [("own", "1", "Of mine.")]


# what the script calls its synapses, by which their state is asked for
def test_a_feature_may_use_spikes_and_states_by_the_names_of_the_script(measured):
    weights = 'w = recording.state("S", "w"); return (w < 0.1*w.max()).mean()'
    assert measured(weights) == 0.5
    assert measured('return len(recording.spikes["E"].times_s)') == 2.0


@pytest.mark.parametrize(
    ("body", "value"),
    [
        ("return 3", 3.0),
        ("return 0.5", 0.5),
        ("return None", None),
        ("pass", None),
        ("return float('nan')", None),
        ("return float('inf')", None),
        ("import numpy as np; return np.float32(0.25)", 0.25),
        ("import numpy as np; return np.array(2)", 2.0),
        ("import numpy as np; return np.int64(7)", 7.0),
    ],
)
def test_a_number_is_a_float_and_what_is_undefined_is_none(measured, body, value):
    found = measured(body)
    assert found == value
    assert found is None or type(found) is float


# a number that is none taken into tables, which are then not of one type
@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("return 'high'", "own returns str, but must return a number or None"),
        ("return [1, 2]", "own returns list"),
        ("import numpy as np; return np.ones(3)", "own returns ndarray"),
        ("return 1j", "own returns complex"),
    ],
)
def test_what_is_no_number_is_refused(measured, body, words):
    with pytest.raises(ConfigError) as caught:
        measured(body)
    assert words in str(caught.value)


# a scalar of NumPy that is no real number ends in a traceback
@pytest.mark.parametrize("body", ["import numpy as np; return np.str_('a')", "import numpy as np; return np.array(1j)"])
def test_what_is_no_number_of_numpy_is_refused(measured, body):
    with pytest.raises(ConfigError, match="must return a number or None"):
        measured(body)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("x = 1\n    return x/0", "features.py, line 6: own fails (ZeroDivisionError: division by zero)"),
        ("return recording.state('S', 'u')", "features.py, line 5: own fails (KeyError"),
        ("import numpy as np\n    return np.ones(2) @ np.ones(3)", "features.py, line 6: own fails (ValueError"),
    ],
)
def test_an_error_in_a_feature_is_one_sentence_with_its_line(measured, body, words):
    with pytest.raises(ConfigError) as caught:
        measured(body)
    assert words in str(caught.value)
    assert len(str(caught.value).splitlines()) == 1


# what there is, where a state is asked for that is not there
def test_an_unknown_state_is_refused_with_those_that_there_are(measured):
    with pytest.raises(ConfigError, match=r"S\.u is not kept; there are E\.v, S\.w"):
        measured("return recording.state('S', 'u')")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("x = (\n", ["features.py", "line 1", "SyntaxError"]),
        ("import numpy\nx = 1/0\n", ["features.py, line 2", "ZeroDivisionError"]),
        ("import no_such_module\n", ["line 1", "ModuleNotFoundError"]),
        ("raise SystemExit\n", ["line 1", "SystemExit"]),
        ("def own(recording):\n    return 1\n", ["declares no feature", "@feature(unit=..., about=...)"]),
        ("from pipeline.measure.own import feature\n@feature(unit='1')\ndef own(r): return 1\n", ["line 2", "about"]),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_with_the_line(tmp_path, text, words):
    path = tmp_path / "features.py"
    path.write_text(text)
    with pytest.raises(ConfigError) as caught:
        read_own(path)
    assert all(word in str(caught.value) for word in words), caught.value
    assert len(str(caught.value).splitlines()) == 1
