"""What a network's own features rest on counts for their rows: their file, what it imports, what it reads."""

import shutil

import numpy as np
import pytest

from pipeline.network.reading import read_model
from pipeline.network.rested import rests_on
from pipeline.sweep.rows import measuring

HEAD = "from pathlib import Path\nimport numpy as np\nfrom pipeline.measure.own import feature\n"
BODY = '@feature(unit="1", about="Of mine.")\ndef mine(recording):\n    return 1.0\n'


@pytest.fixture
def network(tmp_path):
    shutil.copytree("networks/cuba", tmp_path / "net", ignore=shutil.ignore_patterns("results"))
    (tmp_path / "net" / "features.py").write_text(HEAD + BODY)
    return tmp_path / "net"


def _of(network):
    model = read_model(network)
    return model.identity(["base"]), measuring(model, "program")


def test_a_comment_in_own_features_is_no_change_and_another_number_is(network):
    """The whole text counted: a comment in features.py simulated all points of all sweeps again."""
    before, path = _of(network), network / "features.py"
    path.write_text('"""What mine is."""\n' + HEAD + "# of mine\n" + BODY.replace("1.0\n", "1.0  # yes\n"))
    assert _of(network) == before
    path.write_text(HEAD + BODY.replace("1.0", "2.0"))
    assert not set(_of(network)) & set(before)


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ('T = np.load(Path(__file__).with_name("template.npy"))', "template.npy"),
        ('T = np.load(Path(__file__).parent / "data" / "template.npy")', "data/template.npy"),
        ('def load(k):\n    return np.load(Path(__file__).parent / f"data/t_{k}.npy")', "data/t_3.npy"),
        ('def load(k):\n    return np.load(Path(__file__).parent / "data" / ("t_%02d.npy" % k))', "data/t_03.npy"),
        ('def load(k):\n    return np.load(Path(__file__).parent.joinpath("data", str(k) + ".npy"))', "data/4.npy"),
        ('def load(k):\n    return np.load(Path(__file__).parent / "data" / "t{}.npy".format(k))', "data/t5.npy"),
        ("from . import shared", "shared.py"),
        ("def late():\n    import shared.deep as deep\n    return deep", "shared/deep.py"),
    ],
)  # fmt: skip
def test_a_file_that_own_features_read_or_import_counts(network, line, name):
    """Its content did not: a sweep that grew after a change had rows of two definitions."""
    (network / "features.py").write_text(HEAD + line + "\n" + BODY)
    path = network / name
    path.parent.mkdir(exist_ok=True)
    path.write_text("x = 1\n") if path.suffix == ".py" else np.save(path, np.ones(3))
    before = _of(network)
    path.write_text("x = 2\n") if path.suffix == ".py" else np.save(path, np.ones(4))
    assert not set(_of(network)) & set(before)
    assert path.resolve() in [one.resolve() for one in read_model(network).files]


def test_what_a_module_imports_and_reads_counts_too_and_nothing_that_is_installed(network):
    (network / "features.py").write_text(HEAD + "import shared\n" + BODY)
    (network / "shared.py").write_text("import other, os, json\n")
    (network / "other.py").write_text('TABLE = "table.csv"\n')
    (network / "table.csv").write_text("1\n")
    (network / "unnamed.csv").write_text("1\n")
    found = [path.name for path in rests_on(network / "features.py")]
    assert found == ["other.py", "shared.py", "table.csv"]


def test_names_of_features_are_no_files(network):
    """A name with a part put in, as f"{name}_{population}", would be any file with a dash in its name."""
    (network / "rate_map.py").write_text("x = 1\n")
    (network / "features.py").write_text(HEAD + 'NAMES = [f"{one}_{two}" for one in "ab" for two in "cd"]\n' + BODY)
    assert rests_on(network / "features.py") == []
    assert rests_on(read_model("networks/gutnisky2017").own_features) == []
