"""The network as a plain Brian2 script: the doctor, who measures what it does, finds it to be ours."""

import pytest

from pipeline.doctor.comparison import compare
from pipeline.doctor.deviation import together
from pipeline.doctor.script import examine_script
from pipeline.show.report import Diverged, cases_list
from pipeline.sweep import cases
from pipeline.sweep.plain import script


@pytest.fixture(scope="module")
def small(model):
    return model.model_copy(update={"populations": {"T": 100, "E": 640, "I": 60}})


def _examined(small, folder, settings, protocol="whisking"):
    values = small.point(protocol, settings) | {"transient": 0.0, "duration": 0.002}
    path = folder / "network.py"
    path.write_text(script(values, small, "A point"), encoding="utf-8")
    return examine_script(path)


def test_the_script_is_the_network_with_the_knobs_of_the_point(small, tmp_path):
    """A knob that the script loses, or gives to the wrong population, would be a deviation, or be missing as one."""
    knobs = {"g_EI": 0.9, "delay_IT": 1.3, "gL_I": 0.13, "K_EE": 120, "V_alpha_m": -33, "A_T": 9}
    found = compare(_examined(small, tmp_path, knobs).material, small)
    as_knobs = together(found.deviations, small)
    gates = {name for name in small.knobs if name.endswith(("_m", "_h", "_n", "_z")) and name != "V_alpha_m"}
    assert {name: as_knobs[name] for name in as_knobs.keys() - gates} == pytest.approx({**knobs, "g_EE": 0.2}, rel=0.03)
    assert [one.what for one in found.deviations if not one.knobs] == ["integrator"]


def test_the_script_of_touch_and_of_halorhodopsin_runs(small, tmp_path):
    found = _examined(small, tmp_path, {"f_halo": 0.5}, "touch")
    assert not found.errors
    assert not [one for one in found.findings if one.kind == "script"]
    halo = found.material.group("I").I_halo_[:]
    assert (halo < 0).sum() == 30
    assert -0.03 <= halo.min() <= halo[:30].max() <= -0.01  # -3 to -1 uA/cm2


def test_a_diverged_point_gets_a_script_and_a_diagnosis(small, tmp_path):
    values = small.point("whisking", {"g_IT": 20, "V_AMPA": 60}) | {"transient": 0.0, "duration": 0.005}
    row = {"protocol": "whisking", "problem": "v of I is not finite", **values}
    found = cases.of(row, small, tmp_path, "point-7")
    assert found.page == "point-7.html"
    assert "from brian2 import" in (tmp_path / "point-7.py").read_text(encoding="utf-8")
    assert "Diagnosis of point-7.py" in (tmp_path / "point-7.html").read_text(encoding="utf-8")
    listed = cases_list(
        [Diverged("gains", "point", 7, row["problem"], found), Diverged("fit", "trial", 8, "v <", None)], "diagnoses"
    )
    assert '<a href="diagnoses/point-7.html">Diagnosis</a>' in listed
    assert "fit, trial 8: v &lt;." in listed


def test_a_case_is_told_by_its_verdict_and_its_first_error():
    told = (
        "VERDICT  The model is at fault.\n    dt/2: NaN\n\n1. ERROR (event_sign): Each event\ndrives v away.\n   - x\n"
    )
    assert cases.summary(told) == "The model is at fault. Each event drives v away."
    assert cases.summary("VERDICT  Nothing found.\n\nCHECKS\n") == "Nothing found."
    told = "VERDICT  Nothing wrong was found; see the warnings.\n\n1. WARNING (a): One event\nfires.\n   Write:\n\n"
    assert cases.summary(told + "2. WARNING (b): Two.\n") == "Nothing wrong was found. 2 warnings: One event fires."
