"""The dashboard: note, names and figures of a fit, served on this machine alone and shown by a browser."""

import json
import shutil
import socket
import subprocess
import time
import urllib.request

import pyarrow as pa
import pytest
from fakes import CONTENT, FakeMeasurements

from networks.gutnisky2017.features import PSTHS, UNITS
from pipeline.config.reader import parse
from pipeline.fit import study as studies
from pipeline.fit import trials
from pipeline.fit.problem import Fit
from pipeline.fit.targets import Target
from pipeline.show.watch import METRIC, Watch
from pipeline.sweep.spikes import spike_table

BROWSER = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
TARGETS = (Target("rate_E", "whisking", "mean", 0.8, 0.03, UNITS["rate_E"], "the paper"),)


class _Measurements(FakeMeasurements):
    def row(self, point):
        return super().row(point) | dict.fromkeys(PSTHS, [1.0] * 100)


@pytest.fixture(scope="module")
def fit(model, program, tmp_path_factory):
    """Run a fit that is watched; return its folder, and the numbers of the trials that were the best so far."""
    folder = tmp_path_factory.mktemp("fit")
    wanted = parse(Fit, CONTENT | {"trials": 8, "about": "To be watched"}, "fit.yaml")
    study = studies.Study(wanted, TARGETS, model, _Measurements(), folder / "study.log", "program", [])
    study.search(1, Watch(study, wanted, TARGETS, model, program, folder / "artifacts").telling)
    scores = [trial.value for trial in trials.complete(study.study)]
    return folder, [k for k, score in enumerate(scores) if score == min(scores[: k + 1])]


@pytest.fixture(scope="module")
def address(fit):
    """Serve the dashboard as `make dashboard` does; return its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = ["make", "--no-print-directory", "dashboard", f"FIT={fit[0]}", f"PORT={port}"]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
    url = f"http://127.0.0.1:{port}"
    for _ in range(300):
        try:
            urllib.request.urlopen(f"{url}/api/studies")
            break
        except OSError:
            assert server.poll() is None
            time.sleep(0.1)
    yield url
    subprocess.run(["kill", "--", f"-{server.pid}"], check=True)
    server.wait()


def _get(url):
    return json.loads(urllib.request.urlopen(url).read())


def test_the_study_has_its_note_its_metric_and_figures_of_the_trials_that_improved_it(fit, address):
    study = _get(f"{address}/api/studies")["study_summaries"][0]
    shown = _get(f"{address}/api/studies/{study['study_id']}")
    note = shown["note"]["body"]
    for words in ("To be watched", "| rate_E | whisking | 0.8 ± 0.03 | spikes/s | the paper |", "g_ET", "mS*ms/cm**2"):
        assert words in note
    assert shown["objective_names"] == [METRIC]
    trials = shown["trials"]
    assert [trial["number"] for trial in trials if trial["artifacts"]] == fit[1]
    assert len(fit[1]) < len(trials)
    assert {one["filename"] for one in trials[0]["artifacts"]} == {"targets.png", "raster_whisking.png"}
    attributes = {attribute["key"]: attribute["value"] for attribute in trials[0]["user_attrs"]}
    assert "whisking rate_E" in attributes["features"]
    picture = trials[0]["artifacts"][0]["artifact_id"]
    content = urllib.request.urlopen(
        f"{address}/artifacts/{study['study_id']}/{trials[0]['trial_id']}/{picture}"
    ).read()
    assert content[:4] == b"\x89PNG"


@pytest.mark.skipif(BROWSER is None, reason="there is no Chromium")
def test_a_browser_shows_it(fit, address, tmp_path):
    study = _get(f"{address}/api/studies")["study_summaries"][0]
    command = [
        *(BROWSER, "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"),
        *("--disable-component-update", "--disable-sync", f"--user-data-dir={tmp_path}"),
        *("--virtual-time-budget=20000", "--dump-dom", f"{address}/dashboard/studies/{study['study_id']}/note"),
    ]
    page = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True).stdout
    assert study["study_name"] in page
    assert "To be watched" in page
    assert "the paper" in page


def test_a_silent_network_is_drawn_and_kept_too(run):
    """A population without spikes has its type nonetheless, and its table joins those of others."""
    silent = spike_table(0, run("whisking", g_ET=0, A_T=2))
    spikes = pa.concat_tables([silent, spike_table(1, run("touch"))]).to_pandas()
    assert set(spikes["population"]) == {"T", "E", "I"}
    spikes = silent.to_pandas()
    assert "E" not in set(spikes["population"])
    assert "T" in set(spikes["population"])
