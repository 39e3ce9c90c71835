"""Numbers of a script that have no line in the knob table: derived ones, and those whose line the user took away."""

import re
import shutil
from pathlib import Path

import pytest

from pipeline.config.reader import ConfigError, parse, read_yaml
from pipeline.fit.modelfile import fitted_network
from pipeline.network.reading import read_model
from pipeline.records import lineage
from pipeline.sweep import grid
from pipeline.sweep.design import Sweep


@pytest.fixture
def network(tmp_path):
    """Copy a network, and return a function that reads it with other protocols and rules, and without the knob J."""
    folder = Path(shutil.copytree("networks/brunel2000", tmp_path / "net"))
    table = re.sub(r"(?m)^  J: .*\n", "", (folder / "knobs.yaml").read_text())

    def made(protocols, rules="{}"):
        other = re.sub(r"(?m)^protocols:\n(?:  .*\n)+", f"protocols: {protocols}\nrules: {rules}\n", table)
        (folder / "knobs.yaml").write_text(other)
        return read_model(folder)

    return made


def _sweep(*protocols):
    axes = {"g": {"values": [4.0, 5.0]}}
    return parse(Sweep, {"protocols": protocols, "axes": axes, "networks": 1, "duration": 1}, "sweep.yaml")


def test_what_a_protocol_sets_is_in_the_points_of_a_sweep(network):
    """Catches a protocol whose value was dropped, so that its points were those of another under its name."""
    model = network("{base: {}, weak: {J: 0.05}, held: {nu_thr: 10}}")
    own = model.settable["J"].value
    rows = grid.points(_sweep("base", "weak"), model).to_pylist()
    assert [(row["protocol"], row["J"]) for row in rows] == [("base", own), ("weak", 0.05)] * 2
    assert {row["nu_thr"] for row in grid.points(_sweep("held"), model).to_pylist()} == {10}
    with pytest.raises(ConfigError, match=r"held sets nu_thr, which in base follows from C_E, J, tau, theta: sweep"):
        grid.check(_sweep("base", "held"), model, "sweep.yaml")


def test_the_command_that_repeats_a_row_sets_them(network):
    model = network("{base: {}, weak: {J: 0.05}}")
    row = model.point("weak", {"nu_thr": 10})
    said = lineage.command(row | {"protocol": "weak"}, model, {})
    assert "--set nu_thr=10" in said
    assert "J=" not in said  # the protocol says it
    assert "--set J=0.05" in lineage.command(row | {"protocol": "base"}, network("{base: {}}"), {})
    own = lineage.command(model.point("base", {}) | {"protocol": "base"}, model, {})
    assert "J=" not in own
    assert "nu_thr=" not in own


def test_a_fitted_network_has_them(network, tmp_path):
    model = network("{base: {}}")
    (tmp_path / "fit").mkdir()
    files = fitted_network(model, {"J": 0.07, "g": 4.5}, tmp_path / "fit", "a fit")
    for name, text in files.items():
        (tmp_path / "fit" / name).write_text(text)
    fitted = read_model(tmp_path / "fit" / "model.yaml")
    assert (fitted.knobs["J"].value, fitted.knobs["g"].value) == (0.07, 4.5)
    assert read_yaml(tmp_path / "fit" / "model.yaml")["knobs"]["J"]["unit"] == model.settable["J"].unit


def test_a_rule_of_what_follows_from_others_is_refused(network):
    """Catches a rule that was judged by the script's own value wherever a point lies."""
    with pytest.raises(ConfigError, match=r"'nu_thr < 1': nu_thr follows from C_E, J, tau, theta at each point; name"):
        network("{base: {}}", '{"nu_thr < 1": "why"}')
