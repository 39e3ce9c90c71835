"""The results page: what it must say of a run that is complete, goes on, failed, and of a part of its tables."""

import json
import os
import re
import subprocess
import sys
import time
from copy import copy
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import made
import numpy as np
import pandas as pd
import pytest
from conftest import pipeline
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from pipeline.config.reader import ConfigError
from pipeline.fit.reading import read_fit
from pipeline.measure.network import feature_table
from pipeline.overview import charts, glossary
from pipeline.overview.asked import read_asked
from pipeline.overview.beside import listed
from pipeline.overview.charts import sweep_data
from pipeline.overview.found import Reader
from pipeline.overview.index import Index
from pipeline.overview.progress import left_s, progress, spoken
from pipeline.overview.verdict import _points, of_run
from pipeline.show.report import HANDLED, points_page
from pipeline.show.style import COLOURS


def _text(folder):
    return (folder / "index.html").read_text()


def _data(folder, name):
    return json.loads(re.search(rf'id="data-{name}">(.*?)</script>', _text(folder))[1])


def _plain(folder):
    """Return the words of the page, without its scripts."""
    body = _text(folder).partition("<header>")[2].partition("</main>")[0]
    return " ".join(re.sub(r"<[^>]+>", " ", re.sub(r"</?(?:span|a|b|small)\b[^>]*>", "", body)).split())


def test_a_complete_run_says_first_what_was_run_whether_it_worked_and_what_went_wrong(complete):
    said = _plain(complete)
    assert "1 sweep (sweep; 60 points in all) and a fit of 2 knobs (w_e, w_i) in 24 trials" in said
    assert "The run is complete 60 of 60 points, 24 of 24 trials were simulated" in said
    assert "The fit reaches its targets" in said
    assert "Of 60 points 1 diverged" in said
    assert f"2 ran away (neurons, excitatory, inhibitory above 500 spikes/s: {HANDLED})." in said
    assert "The first: point 3, v of excitatory became infinite at 0.2 s." in said
    assert "Agrees 9 of 9 agree." in said
    assert "Tor" not in said


def test_words_of_the_user_keep_their_case(complete, monkeypatch):
    assert "The fit: Recover both weights from rate" in _plain(complete)
    knobs = {"g_leak": SimpleNamespace(about="pH of the medium.", unit="mV")}
    monkeypatch.setattr(glossary, "feature_table", lambda _: {})
    assert glossary.meanings(SimpleNamespace(settable=knobs))["g_leak"] == "pH of the medium. In mV."


def test_a_figure_shows_with_what_it_says_of_itself_and_how_it_is_drawn(complete):
    said = _plain(complete)
    assert "The rate rises with w_e." in said
    assert "python -m pipeline figure map --table T" in said
    assert "sweep_lost" not in _text(complete)


def test_a_table_of_another_run_counts_only_where_this_code_made_its_points(cuba, tmp_path):
    made.sweep(tmp_path, cuba)
    table = tmp_path / "sweeps" / "sweep" / "features.parquet"
    os.utime(table, (1e9, 1e9))
    made.asked(tmp_path)
    begun_s = (tmp_path / "run.json").stat().st_mtime
    assert Reader(read_asked(tmp_path), begun_s).found().sweeps["sweep"].done == 0
    assert Reader(read_asked(tmp_path)).found().sweeps["sweep"].done == 60  # of a run that is over
    made.journal(tmp_path, cuba, 60)
    found = Reader(read_asked(tmp_path), begun_s).found().sweeps["sweep"]
    assert (found.done, found.whole) == (60, True)


def test_figures_of_what_is_made_anew_are_not_shown(cuba, tmp_path):
    made.asked(tmp_path, figures=("sweep_map",))
    (tmp_path / "figures").mkdir()
    Image.new("RGB", (3, 2)).save(tmp_path / "figures" / "sweep_map.png")
    made.journal(tmp_path, cuba, 3)
    pipeline("page", tmp_path, "--stopped")
    assert "Figure sweep_map" not in _text(tmp_path)
    made.sweep(tmp_path, cuba)
    pipeline("page", tmp_path, "--stopped")
    assert "Figure sweep_map" in _text(tmp_path)


def test_its_data_are_the_points_and_trials(complete, cuba):
    sweep = _data(complete, "sweeps")[0]
    rows = made.sweep_rows(cuba, diverged=(3,), wild=(10, 11))
    assert sweep["point"] == [row["point"] for row in rows]
    assert [sweep["state"][number] for number in (2, 3, 10, 11)] == [0, 2, 1, 1]
    assert sweep["values"]["w_e"] == [row["w_e"] for row in rows]
    assert sweep["features"]["cv_excitatory"][3] is None
    assert sweep["features"]["cv_excitatory"][4] == pytest.approx(rows[4]["cv_excitatory"], rel=1e-4)
    assert sweep["units"] == {"w_e": "mV", "w_i": "mV"}
    fit = _data(complete, "fit")
    scores = [trial["score"] for trial in made.trials(cuba)]
    assert [trial["score"] for trial in fit["trials"]] == pytest.approx(sorted(scores), rel=1e-4)
    assert [trial["best"] for trial in fit["trials"]] == [True] + [False] * 23


def test_it_leads_to_what_says_what_each_file_is_for(cuba, tmp_path):
    (tmp_path / "README.md").write_text(Path("results/README.md").read_text())
    folder = tmp_path / "one"
    made.asked(folder)
    (folder / "README.md").write_text("# Mine")
    pipeline("page", folder)
    assert '<a href="../README.md">What each file is for</a>' in _text(folder)


def test_a_fit_that_failed_says_why_first_and_the_run_how_to_go_on(cuba, tmp_path):
    made.asked(tmp_path)
    made.sweep(tmp_path, cuba)
    made.failed(tmp_path, "in all 24 trials excitatory was silent.")
    said = pipeline("page", tmp_path, "--stopped").stdout
    assert "The run stopped before its end: 60 of 60 points" in said
    assert "The fit failed, and what rests on it is not made." in said
    assert "the same way" not in said  # it would fail again
    assert "The fit failed: In all 24 trials excitatory was silent." in said
    assert said.count("was silent") == 1
    assert "No point diverged: Of 60 points none diverged. No limits of rates are set for this network" in said


def test_points_are_sound_only_where_limits_of_rates_could_judge_them(cuba, tmp_path):
    made.asked(tmp_path, fit=False)
    made.sweep(tmp_path, cuba)
    asked = read_asked(tmp_path)
    found = Reader(asked).found()

    def points(model):
        return _points(replace(asked, plan=replace_model(asked.plan, model)), found)

    none = points(cuba)
    assert (none.title, none.level) == ("No point diverged", "")
    assert none.says.endswith("so only a population above 500 spikes/s counts as one that runs away.")
    some = points(cuba.model_copy(update={"alive": {"excitatory": (0.1, 100.0)}}))
    assert some.level == ""
    assert (
        "No limits of rates are set for neurons (key envelope in knobs.yaml): whether it runs away is not" in some.says
    )
    whole = points(cuba.model_copy(update={"alive": {"neurons": (0.1, 100.0)}}))  # the others are its parts
    assert (whole.title, whole.level) == ("All points are sound", "good")
    assert whole.says == "Of 60 points none diverged and none ran away."


def replace_model(plan, model):
    changed = copy(plan)
    changed.__dict__["model"] = model
    return changed


def test_the_page_of_points_names_each_with_a_problem_its_knobs_and_the_reason(cuba):
    rows = pd.DataFrame(made.sweep_rows(cuba, diverged=(3,), wild=tuple(range(4, 60))))
    html = points_page({"sweep": rows}, cuba)
    plain = " ".join(re.sub(r"<[^>]+>", " ", html).split())
    at = rows.loc[4]
    assert (
        f"sweep 4 base 0 w_e = {at['w_e']:.4g} mV, w_i = {at['w_i']:.4g} mV excitatory runs away, 480 spikes/s" in plain
    )
    assert "diverged: v of excitatory became infinite at 0.2 s" in plain
    assert html.index("diverged: v of") < html.index("480 spikes/s")
    assert "The first 50 of 57; all are in features.parquet, column problem." in plain
    assert plain.count("excitatory runs away, 480 spikes/s") == 49
    assert f"56 points ran away (neurons, excitatory, inhibitory above 500 spikes/s): {HANDLED}." in plain
    assert "Points with a problem" not in points_page({"sweep": pd.DataFrame(made.sweep_rows(cuba))}, cuba)


def test_what_was_found_has_a_sentence_for_each_protocol(cuba, tmp_path):
    figures = ("sweep_map_base", "sweep_family_base", "sweep_map_strong", "sweep_family_strong")
    made.asked(tmp_path, fit=False, figures=figures)
    made.sweep(tmp_path, cuba)
    (tmp_path / "figures").mkdir()
    for name in figures:
        about = PngInfo()
        about.add_text("Description", f"What {name} shows.")
        Image.new("RGB", (3, 2)).save(tmp_path / "figures" / f"{name}.png", pnginfo=about)
    asked = read_asked(tmp_path)
    found = Reader(asked).found()
    sweep = asked.plan.sweeps["sweep"]
    asked.plan.sweeps["sweep"] = sweep.model_copy(update={"protocols": ("base", "strong")})
    html = Index(asked).html(found, progress(asked, found), [])
    first = html.partition("What was found</h2>")[2].partition("</section>")[0]
    assert re.sub(r"<[^>]+>", "", first.replace("</li>", "\n")).strip().split("\n") == [
        "sweep, base: What sweep_map_base shows.", "sweep, strong: What sweep_map_strong shows."
    ]  # fmt: skip


def test_charts_open_on_the_feature_that_depends_most_on_the_sampled_knobs(cuba):
    rng = np.random.default_rng(3)
    points = pd.DataFrame({"w_e": rng.uniform(1, 2, 60), "w_i": np.tile([-9.0, -8.0, -7.0], 20)})
    points["w_e"] = np.repeat(points["w_e"][:20].to_numpy(), 3)
    points["tau_m"] = np.repeat(rng.uniform(10, 30, 20), 3)
    rows = points.assign(point=range(60), protocol="base", network=0, status="ok", problem=None)
    rows["rate_excitatory"] = -rows["w_i"]  # by what is crossed alone
    rows["rate_inhibitory"] = rows["w_e"] * rows["tau_m"]
    features = feature_table(cuba)
    given = ("rate_excitatory", "rate_inhibitory")
    data = sweep_data("sweep", rows, ["w_e", "tau_m", "w_i"], cuba, features, given)
    assert data["first"] == "rate_inhibitory"
    assert data["featureColours"]["rate_inhibitory"] == COLOURS[list(cuba.populations).index("inhibitory")]
    rare = rows.assign(cv_inhibitory=[1.0, *[None] * 59])  # too few to say how it depends
    assert sweep_data("sweep", rare, ["w_e"], cuba, features, ("cv_inhibitory", *given))["first"] == "rate_inhibitory"
    steep = rows.assign(w_e=np.geomspace(0.1039, 0.3797, 60))
    assert sweep_data("sweep", steep, ["w_e"], cuba, features)["ticks"] == {"w_e": [0.15, 0.2, 0.3]}


def test_of_too_many_points_whole_places_are_left_out(cuba, monkeypatch):
    """Catches a chart without one of the protocols or networks, as every n-th row left them out."""
    monkeypatch.setattr(charts, "MOST_NUMBERS", 60)
    places = [(w, protocol, network) for w in range(20) for protocol in "ab" for network in range(2)]
    rows = pd.DataFrame(places, columns=["w_e", "protocol", "network"]).assign(status="ok", problem=None)
    rows = rows.assign(point=range(80), rate_excitatory=1.0 + rows["w_e"], rate_inhibitory=2.0)
    data = sweep_data("sweep", rows, ["w_e"], cuba, feature_table(cuba))
    assert data["every"] > 1
    assert data["protocols"] == ["a", "b"]
    assert len(data["point"]) == 4 * len(set(data["values"]["w_e"]))
    assert len(data["point"]) * len(data["features"]) <= 60


def test_the_best_trial_is_of_those_that_compare(cuba):
    """Catches a trial on networks of its own, or one that runs away, shown as the best."""
    scores = {"w_e": [1.0, 1.1, 1.2], "w_i": -9.0, "score": [1.0, 0.5, 0.7], "state": "complete", "trial": range(3)}
    trials = pd.DataFrame(scores | {"origin": ["search", "posterior", "search"], "constraint": [-1.0, -1.0, 0.5]})
    fit = read_fit("networks/cuba/fit.yaml", cuba)
    found = charts.trials_data(trials, fit, cuba)["trials"]
    assert [trial["number"] for trial in found if trial["best"]] == [0]


def test_what_failed_elsewhere_is_named_with_its_log(cuba, tmp_path):
    made.asked(tmp_path)
    made.sweep(tmp_path, cuba)
    (tmp_path / "logs").mkdir()
    (tmp_path / "logs" / "old.log").write_text("error: of another run.\n")
    os.utime(tmp_path / "logs" / "old.log", (1e9, 1e9))
    (tmp_path / "logs" / "posterior.log").write_text("error: fit.csv: is damaged.\n")
    said = pipeline("page", tmp_path, "--stopped").stdout
    assert "posterior.log: fit.csv: is damaged." in said
    assert "of another run" not in said


def test_the_points_of_a_sweep_that_is_being_simulated_are_there_already(cuba, tmp_path):
    made.asked(tmp_path)
    made.journal(tmp_path, cuba, 21)
    asked = read_asked(tmp_path)
    reader = Reader(asked)
    found = reader.found()
    assert found.sweeps["sweep"].done == 21
    assert list(found.sweeps["sweep"].rows["point"]) == list(range(21))
    assert not found.whole
    far = progress(asked, found)
    assert (far.points, far.of_points, far.trials, far.of_trials) == (21, 60, 0, 24)
    html = Index(asked).html(found, far, of_run(asked, found, far, "running", "3 min"), running=True)
    assert "21 of 60 points, 0 of 24 trials are simulated" in re.sub(r"<[^>]+>", "", html)
    assert 'id="explore-sweep"' in html
    assert "data-running" in html.partition("<header>")[0]
    made.journal(tmp_path, cuba, 25)  # the first 21 again, from another job
    assert reader.found().sweeps["sweep"].done == 25


def test_the_part_of_the_work_is_that_of_biological_seconds(cuba, tmp_path):
    made.asked(tmp_path)
    made.journal(tmp_path, cuba, 30)
    asked = read_asked(tmp_path)
    far = progress(asked, Reader(asked).found())
    transient_s = cuba.knobs["transient"].value
    # 24 trials of 4 networks, and the best again on 8
    of_s = (60 + 24 * 4 + 8) * (1 + transient_s)
    assert far.of_s == pytest.approx(of_s)
    assert far.part == pytest.approx(30 * (1 + transient_s) / of_s)
    begin = progress(asked, Reader(asked).found())
    assert left_s(begin, far, 100) is None  # nothing was done since
    made.journal(tmp_path, cuba, 60)
    now = progress(asked, Reader(asked).found())
    assert left_s(far, now, 10) is None  # too early to tell
    assert left_s(far, now, 60) == pytest.approx(60 * (of_s - now.done_s) / (now.done_s - far.done_s))
    assert [spoken(s) for s in (40, 600, 7200)] == ["40 s", "10 min", "2.0 h"]


def test_trials_are_counted_by_what_is_kept_of_them_told_to_the_study_or_not(cuba, tmp_path, monkeypatch):
    made.asked(tmp_path)
    made.sweep(tmp_path, cuba)
    monkeypatch.setattr("pipeline.records.done.TrialsKept.count", lambda _: (6, [0.25, 0.5]))
    asked = read_asked(tmp_path)
    found = Reader(asked).found()
    far = progress(asked, found)
    assert far.counts() == "60 of 60 points, 6 of 24 trials and parts of 2 more"
    # a trial has 4 networks, the check 8
    assert far.done_s == pytest.approx((60 + 6.75 * 4) * (1 + cuba.knobs["transient"].value))
    run, fit, _ = of_run(asked, found, far, "stopped")
    assert (run.title, run.level) == ("The run was stopped", "fair")
    assert run.says.startswith("60 of 60 points, 6 of 24 trials and parts of 2 more are kept. Start the run again ")
    assert fit.says == "6 of 24 trials and parts of 2 more are kept."


@pytest.mark.parametrize("content", [None, "", "{", '{"config": {}}', "[]"])
def test_a_folder_without_what_a_run_was_asked_is_refused(content, tmp_path):
    if content is not None:
        (tmp_path / "run.json").write_text(content)
    refused = r"run.json: (cannot be read|is not valid JSON|key '\w+' is missing|must be a mapping)"
    with pytest.raises(ConfigError, match=refused):
        read_asked(tmp_path)


def test_it_follows_a_run_to_its_end_even_where_that_is_a_kill(cuba, tmp_path):
    made.asked(tmp_path)
    asked = (tmp_path / "run.json").read_text()
    made.journal(tmp_path, cuba, 12)
    run = f"""
import time
from pipeline.overview.beside import Beside
beside = Beside({str(tmp_path)!r})
beside.begin({asked!r})
print(beside._process.pid, flush=True)
time.sleep(100)
"""
    run = subprocess.Popen([sys.executable, "-c", run], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    follower = int(run.stdout.readline())
    for _ in range(600):
        if (tmp_path / "index.html").exists():
            break
        time.sleep(0.1)
    run.kill()  # and not waited for: a process that is no more, but not forgotten either
    for _ in range(300):
        if not Path(f"/proc/{follower}").exists():
            break
        time.sleep(0.1)
    else:
        pytest.fail("it goes on")
    assert "overall: 12 of 60 points, 0 of 24 trials" in run.communicate()[1]
    assert "The run is going on" in _text(tmp_path)


def test_the_files_that_were_asked_for_are_named_pages_first_and_the_rest_counted():
    files = {"r/own/figure_6a.png", "r/own/figure_6b.png", "r/own/index.html", "r/own/agreement.csv"}
    assert listed(files) == "r/own/index.html, r/own/agreement.csv, r/own/figure_6a.png and 1 more"
    assert listed({"r/fit.html"}) == "r/fit.html"
