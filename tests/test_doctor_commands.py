"""The verb doctor: what a user sees of a script whose step is too large, and of a file that is not there."""

from conftest import pipeline

SICK = "tests/gallery/sick/euler_on_the_spike.py"


def test_a_step_that_is_too_large_is_said_and_drawn_and_ends_with_1(tmp_path):
    page = tmp_path / "diagnosis.html"
    said = pipeline("doctor", SICK, "--html", page, "--compare", "networks/gutnisky2017", code=1).stdout
    assert "VERDICT  The integrator is at fault: the trouble goes at a smaller step." in said
    assert "dt = 0.02 ms: finite and within bounds" in said
    assert "1. ERROR (step_too_large): The step of 0.2 ms is too large for euler on the spike of cells." in said
    assert "Not compared: The network has" in said
    assert said.endswith(f"{page}\n")
    assert page.read_text().count("<img") == 3  # the trajectory, stability, and the run after the fix
    assert "The step of 0.2 ms is too large for euler on the spike of cells." in page.read_text()


def test_a_script_that_is_not_there_is_refused(tmp_path):
    refused = pipeline("doctor", tmp_path / "none.py", code=2)
    assert refused.stderr == f"error: doctor: {tmp_path / 'none.py'}: there is no such file.\n"
