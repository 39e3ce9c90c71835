"""Which study a folder's journal file has for the fit that is asked, where it holds those of others, too."""

import made
import pytest
from optuna.study import StudyDirection

from pipeline.fit import storage
from pipeline.fit.reading import read_fit
from pipeline.overview.asked import read_asked
from pipeline.overview.found import Reader
from pipeline.plan import studies


@pytest.fixture
def fits(cuba):
    """The fit of CUBA, and another."""
    one = read_fit("networks/cuba/fit.yaml", cuba)
    return one, one.model_copy(update={"seed": one.seed + 1})


def test_the_trials_of_a_fit_that_is_asked_again_are_its_own(cuba, fits, tmp_path, monkeypatch):
    """Asked A, then B, then A again: the page of the run showed the trials of B, whose study was made last."""
    made.asked(tmp_path)
    folder = tmp_path / "fit"
    folder.mkdir()
    kept = storage.journal(folder / "study.log")
    for name, fit in zip(("first", "second"), fits, strict=True):
        kept.create_new_study([StudyDirection.MINIMIZE], name)
        studies.note(folder, fit, cuba, name)
    monkeypatch.setattr("pipeline.overview.found.trial_rows.rows", lambda study, _: [{"name": study.study_name}])
    reader = Reader(read_asked(tmp_path))
    assert reader._live(folder / "study.log")["name"].tolist() == ["first"]
    (folder / studies.FILE).unlink()
    assert reader._live(folder / "study.log").empty


def test_a_study_is_told_by_all_that_makes_it_another(cuba, fits, tmp_path):
    one, other = fits
    studies.note(tmp_path, one, cuba, "one")
    longer = one.model_copy(update={"trials": one.trials + 5, "about": "More of them"})
    assert studies.named(tmp_path, longer, cuba) == "one"
    assert studies.named(tmp_path, other, cuba) is None
    strict = cuba.model_copy(update={"strict": not cuba.strict})
    assert studies.named(tmp_path, one, strict) is None
    studies.note(tmp_path, other, cuba, "other")
    assert (studies.named(tmp_path, one, cuba), studies.named(tmp_path, other, cuba)) == ("one", "other")
    (tmp_path / studies.FILE).write_text("{")
    assert studies.named(tmp_path, one, cuba) is None
