"""A point of a network as a script, and what is said of one that diverged."""

import pytest

from pipeline.engine.translated import Wish
from pipeline.engine.translator import translator
from pipeline.show.report import Diverged, cases_list
from pipeline.sweep import cases


def test_the_script_of_a_point_has_its_numbers_and_no_other(model, program, tmp_path):
    """A knob that is lost, or put where another stands, would be another network under the point's name."""
    values = model.point("whisking", {"g_EI": 0.9, "delay_IT": 1.3, "gL_I": 0.13, "K_EE": 120, "V_alpha_m": -33})
    path = tmp_path / "point.py"
    path.write_text(cases.script(values, model, "A point", tmp_path / "modules"), encoding="utf-8")
    assert path.read_text(encoding="utf-8").startswith("# A point\n")
    with translator() as asked:
        alone = asked.ask("translate", Wish(str(path), {}, 1, 1))
    here = program._translation(values, 1)
    numbers, _ = program._numbers(here, values, 3.5)
    assert alone.code == here.code
    assert [value.value for value in alone.values] == pytest.approx(numbers, rel=1e-12)


def test_a_diverged_point_gets_a_script_and_a_diagnosis(model, tmp_path):
    values = model.point("whisking", {"g_IT": 20, "V_AMPA": 60, "N_E": 200, "K_EE": 100, "K_IE": 100})
    row = {"protocol": "whisking", "problem": "v of I is not finite", **values}
    found = cases.of(row, model, tmp_path, "point-7")
    assert found.page == "point-7.html", found.says
    assert "g_IT, K_IT, delay_IT = 20" in (tmp_path / "point-7.py").read_text(encoding="utf-8")
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
