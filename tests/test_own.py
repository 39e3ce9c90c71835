"""Features of a network's own: read, measured, and refused with the line where something is wrong.

The comment over a test says which mistake it would catch.
"""

import made
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

import pipeline.cli.sweeps  # noqa: F401, its verbs
from pipeline.cli.commands import app
from pipeline.config.reader import ConfigError
from pipeline.config.tables import read_table, write_table
from pipeline.engine.recording import NetworkRecording, Spikes
from pipeline.measure.own import measure_own, read_own
from pipeline.network.reading import read_model
from pipeline.sweep import grid
from pipeline.sweep.design import read_sweep

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
        return measure_own(*read_own(path), recording, {"C_T": 0.6}, path)["own"]

    return _measured


def test_a_file_declares_features_and_other_functions_are_none(tmp_path):
    path = tmp_path / "features.py"
    path.write_text(f"{HEAD}return helper(1)\n\ndef helper(x):\n    return x\n")
    found = read_own(path)
    declared = [(one.name, one.unit, one.definition) for own in found for one in own.features]
    assert declared == [("own", "1", "Of mine.")]


# features that share their work, or rest on what the network was given
def test_one_function_may_give_many_features_of_the_recording_and_the_knobs(tmp_path, recording):
    path = tmp_path / "features.py"
    head = "from pipeline.measure.own import features\nfrom pipeline.measure.patterns import Feature\n"
    head += "TABLE = [Feature('a', '1', 'A.', 'a', 'scalar'), Feature('b', 'Hz', 'B.', 'b', 'curve')]\n"
    path.write_text(f"{head}@features(TABLE)\ndef all_of(recording, values):\n    return FOUND\n")
    for found, expected in (
        ("{'a': values['C_T'], 'b': [1, float('nan')]}", {"a": 0.6, "b": None}),
        ("{'a': len(recording.spikes['E'].times_s), 'b': [1, 2]}", {"a": 2, "b": [1, 2]}),
        ("{'a': 1}", "must return a dict of all features in its table"),
        ("{'a': 'x', 'b': None}", "returns for a str"),
    ):
        path.write_text(f"{head}@features(TABLE)\ndef all_of(recording, values):\n    return {found}\n")
        if isinstance(expected, dict):
            assert measure_own(*read_own(path), recording, {"C_T": 0.6}, path) == expected
        else:
            with pytest.raises(ConfigError, match=expected):
                measure_own(*read_own(path), recording, {"C_T": 0.6}, path)


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


# a table whose columns mean what only this code knows
@pytest.mark.parametrize("folder", ["networks/stdp", "networks/gutnisky2017"])
def test_columns_of_a_table_of_features_say_their_units_and_definitions(tmp_path, folder):
    model = read_model(folder)
    points = grid.points(
        read_sweep("networks/stdp/sweep.yaml" if "stdp" in folder else "networks/gutnisky2017/smoke/map.yaml", model),
        model,
    )
    rows = {name: points[name] for name in points.column_names}
    rows |= made.measured(model, len(points))
    write_table(tmp_path / "points.parquet", points)
    write_table(tmp_path / "chunk.parquet", pa.table(rows))
    given = f"features {tmp_path}/chunk.parquet --points {tmp_path}/points.parquet --out {tmp_path}/features.parquet"
    run = CliRunner().invoke(app, [*given.split(), "--summary", f"{tmp_path}/s.csv", "--network", folder])
    assert run.exit_code == 0, run.exception
    schema = pq.read_schema(tmp_path / "features.parquet")
    expected = {
        "networks/stdp": {
            "weights_low": ("1", "fraction of weights below a tenth of the largest possible"),
            "v_mean_neuron": ("mV", "Membrane variable of neuron, averaged over neurons and the measured time."),
            "tau_m": ("ms", "membrane time constant (Song 2000)"),
        },
        "networks/gutnisky2017": {
            "rate_I_halo": (
                "spikes/s",
                "Spikes of the part of I with halorhodopsin (f_halo) in the measured time, over the number of neurons "
                "and that time.",
            ),
            "T_w": ("ms", "duration of a whisking cycle"),
        },
    }
    for name, (unit, definition) in expected[folder].items():
        assert schema.field(name).metadata == {b"unit": unit.encode(), b"definition": definition.encode()}
    assert not schema.field("status").metadata
    assert read_table(tmp_path / "features.parquet").column("point").to_pylist() == list(range(len(points)))
