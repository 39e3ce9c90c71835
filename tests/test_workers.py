"""Workers that die: no trial lost, none counted twice, and the budget met exactly."""

import contextlib
import multiprocessing
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import optuna
import pytest
import sqlalchemy
import yaml
from conftest import RESULTS
from fakes import BASE, CONTENT, FakeMeasurements, fake_row
from optuna.exceptions import StorageInternalError
from optuna.trial import TrialState

from networks.gutnisky2017.features import UNITS
from pipeline.config.reader import ConfigError, parse
from pipeline.config.tables import read_rows
from pipeline.fit import storage, workers
from pipeline.fit import study as studies
from pipeline.fit.problem import Fit
from pipeline.fit.targets import Target
from pipeline.network.reading import read_model

TRIALS = 12


class MortalMeasurements(FakeMeasurements):
    """Takes a while, and kills its process in a certain simulation."""

    def row(self, point):
        time.sleep(0.2)  # long enough for the slowest worker to begin before the budget is spent
        if self.calls == self.fail_after:
            os.kill(os.getpid(), signal.SIGKILL)
        self.calls += 1
        return fake_row(point)


def _worker(url, number, dies_after):
    """Run one worker to the end, in a process of its own."""
    storage.HEARTBEAT_S, storage.GRACE_S = 1, 3
    model = read_model("networks/gutnisky2017")
    targets = tuple(
        Target(feature, "touch", "mean", value, 0.05 * value, UNITS[feature], "")
        for feature, value in (("rate_E", 4.0), ("rate_I", 18.0), ("R_E", 0.32))
    )
    fit = parse(Fit, CONTENT | {"storage": url, "trials": TRIALS, "sampler": "tpe"}, "fit.yaml")
    study = studies.Study(fit, targets, model, MortalMeasurements(dies_after), Path("unused"), "program", [], number)
    study.search(1)


def _bin(program):
    found = [shutil.which(program), *sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{program}"))]
    return next((str(path) for path in found if path), None)


class Server:
    """A PostgreSQL server on a socket of its own, which can be killed and started again."""

    def __init__(self, command, folder, quiet):
        self._command, self._folder, self._quiet = command, Path(folder), quiet
        self.url = f"postgresql+psycopg://postgres@/postgres?host={folder}"
        self.process = None

    def start(self):
        engine = sqlalchemy.create_engine(self.url)
        for _ in range(100):
            if self.process is None or self.process.poll() is not None:  # children of a killed server still ended
                self.process = subprocess.Popen(self._command, **self._quiet)
            with contextlib.suppress(sqlalchemy.exc.OperationalError), engine.connect():
                return engine.dispose()
            time.sleep(0.2)
        raise AssertionError("PostgreSQL does not start")

    def kill(self):
        self.process.kill()
        self.process.wait()


@pytest.fixture
def postgresql():
    """Start a PostgreSQL server as a user who is not root."""
    initdb, server = _bin("initdb"), _bin("postgres")
    pytest.importorskip("psycopg", reason="the driver of PostgreSQL is not installed")
    if initdb is None or server is None:
        pytest.skip("no PostgreSQL server program here")
    become = {}
    if os.getuid() == 0:  # the server refuses to be root
        try:
            become = {"user": pwd.getpwnam("postgres").pw_uid}
        except KeyError:
            pytest.skip("this is root, and there is no user postgres to run the server")
    with tempfile.TemporaryDirectory(prefix="pg") as folder:
        if become:
            os.chown(folder, become["user"], -1)
        data = f"{folder}/data"
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "cwd": folder, **become}
        subprocess.run([initdb, "-D", data, "-U", "postgres", "-A", "trust", "--no-sync"], check=True, **quiet)
        running = Server([server, "-D", data, "-k", folder, "-c", "listen_addresses=", "-F"], folder, quiet)
        try:
            running.start()
            yield running
        finally:
            running.process.send_signal(signal.SIGINT)
            running.process.wait()


def _started(url, *deaths):
    """Start workers, each killed in the run of that number, or not."""
    context = multiprocessing.get_context("spawn")
    workers = [context.Process(target=_worker, args=(url, k, dies)) for k, dies in enumerate(deaths)]
    for worker in workers:
        worker.start()
    return workers


def _ended(workers):
    """Wait for workers; return their exit codes."""
    for worker in workers:
        worker.join(300)
    return [worker.exitcode for worker in workers]


def _trials(url):
    """Return the trials of the only study."""
    (summary,) = optuna.get_all_study_summaries(url)
    return optuna.load_study(study_name=summary.study_name, storage=url).get_trials()


def _check_trials(trials):
    """Check that the budget is met exactly, none runs or waits for ever, and the one of a killed worker ran again."""
    states = [trial.state for trial in trials]
    assert states.count(TrialState.COMPLETE) == TRIALS
    assert set(states) <= {TrialState.COMPLETE, TrialState.FAIL}
    killed = [t for t in trials if t.state == TrialState.FAIL and t.params]
    assert len(killed) == 1
    again = [
        t
        for t in trials
        if t.state == TrialState.COMPLETE and killed[0].number in t.system_attrs.get("retry_history", [])
    ]
    assert [trial.params for trial in again] == [killed[0].params]
    settings = [tuple(t.params.values()) for t in trials if t.state == TrialState.COMPLETE]
    assert len(set(settings)) == TRIALS  # workers have seeds of their own


def test_workers_meet_the_budget_though_the_database_is_killed(postgresql):
    """They wait with what they have simulated, so no trial is failed nor simulated twice, but that of a dead worker."""
    started = _started(postgresql.url, None, 1, None)
    started[1].join(60)
    deadline = time.monotonic() + 60
    while sum(trial.state == TrialState.COMPLETE for trial in _trials(postgresql.url)) < 3:
        assert time.monotonic() < deadline
        time.sleep(0.1)
    postgresql.kill()
    time.sleep(2)
    assert [started[0].is_alive(), started[2].is_alive()] == [True, True]
    postgresql.start()
    assert _ended(started) == [0, -signal.SIGKILL, 0]
    _check_trials(_trials(postgresql.url))


def test_a_trial_that_never_gave_a_sign_of_life_is_taken_over(tmp_path, monkeypatch):
    """Its worker died between the first step of a trial and the second."""
    monkeypatch.setattr(storage, "HEARTBEAT_S", 1)
    monkeypatch.setattr(storage, "GRACE_S", 1)
    study = optuna.create_study(storage=storage.database(f"sqlite:///{tmp_path}/study.db"))
    study.ask()
    deadline = time.monotonic() + 30

    def say():
        assert time.monotonic() < deadline

    workers.work(study, 2, optuna.samplers.RandomSampler, lambda trial: [trial.suggest_float("x", 0, 1)], say)
    assert [trial.state for trial in study.get_trials()].count(TrialState.COMPLETE) == 2
    assert {trial.state for trial in study.get_trials()} == {TrialState.COMPLETE, TrialState.FAIL}


def test_a_worker_goes_on_where_its_trial_was_given_to_another(tmp_path):
    """It was suspended, say, or cut off."""
    study = optuna.create_study(storage=storage.database(f"sqlite:///{tmp_path}/study.db"))
    lost = []

    def objective(trial):
        x = trial.suggest_float("x", 0, 1)
        if not lost:
            lost.append(trial.number)
            study.tell(trial.number, state=TrialState.FAIL)
        trial.set_user_attr("score", x)
        return [x]

    workers.work(study, 3, optuna.samplers.RandomSampler, objective, lambda: None)
    states = [trial.state for trial in study.get_trials()]
    assert (states.count(TrialState.COMPLETE), states.count(TrialState.FAIL)) == (3, 1)


def test_a_database_that_stays_away_ends_the_worker_in_one_sentence(tmp_path, monkeypatch):
    monkeypatch.setattr(storage, "OUTAGE_S", 0.2)
    monkeypatch.setattr(storage, "RETRY_S", 0.1)
    study = optuna.create_study(storage=storage.database(f"sqlite:///{tmp_path}/study.db"))

    def objective(trial):
        engine = sqlalchemy.create_engine(f"sqlite:///{tmp_path}/study.db")
        with engine.begin() as connection:
            connection.execute(sqlalchemy.text("drop table trial_user_attributes"))
        trial.set_user_attr("score", 1)
        return [trial.suggest_float("x", 0, 1)]

    with pytest.raises(SystemExit, match=r"has not answered for 0 s .* start this worker again, and it goes on\."):
        workers.work(study, 3, optuna.samplers.RandomSampler, objective, lambda: None)


def test_a_lost_connection_is_known_however_it_is_told():
    """Optuna asks once more in the transaction that was lost with the connection, and tells of that alone."""
    lost = sqlalchemy.exc.OperationalError("select", {}, Exception("server closed the connection"))
    try:
        try:
            raise lost
        except sqlalchemy.exc.OperationalError:
            raise sqlalchemy.exc.PendingRollbackError("can't reconnect")  # noqa: B904, as Optuna does
    except sqlalchemy.exc.PendingRollbackError as error:
        told = StorageInternalError("an exception is raised")
        told.__cause__ = error
    assert storage._connection_error(told) is lost
    assert storage._connection_error(StorageInternalError("something else")) is None


def test_workers_meet_the_budget_though_one_is_killed(tmp_path):
    url = f"sqlite:///{tmp_path}/study.db"
    # worker 1 is killed in the second run of its first trial
    assert _ended(_started(url, None, 1, None)) == [0, -signal.SIGKILL, 0]
    _check_trials(_trials(url))


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("nonsense", "is no database URL such as postgresql"),
        ("oracle+none://x/y", "is no database URL"),
        ("postgresql+psycopg://nobody:secret@/x?host=/nowhere", "cannot be opened"),
    ],
)
def test_a_wrong_database_is_refused(url, words):
    with pytest.raises(ConfigError, match=words) as caught:
        storage.database(url)
    assert "\n" not in str(caught.value)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("postgresql+psycopg://u:secret@h/x", "postgresql+psycopg://u:***@h/x"),
        ("postgresql+psycopg://u:se@cret@h/x", "postgresql+psycopg://u:***@h/x"),
        ("postgresql+psycopg://u:se:c/r@e@t@h:5432/x", "postgresql+psycopg://u:***@h:5432/x"),
        ("nonsense:u:secret@h", "nonsense:***@h"),
        ("postgresql+psycopg://u@h:5432/x", "postgresql+psycopg://u@h:5432/x"),
        ("postgresql+psycopg://u@h/x?password=secret&host=y", "postgresql+psycopg://u@h/x?password=***&host=y"),
        ("sqlite:////a:b@c/study.db", "sqlite:////a:b@c/study.db"),
    ],
)
def test_no_part_of_a_password_is_shown(url, shown):
    assert storage._without_password(url) == shown


def test_a_password_that_would_be_taken_for_a_host_is_refused():
    with pytest.raises(ConfigError, match=r"u:\*\*\*@h/x': an @ in the password must be written as %40") as caught:
        storage.database("postgresql+psycopg://u:se@cret@h/x")
    assert "cret" not in str(caught.value)


def test_a_study_that_was_made_before_lets_a_worker_begin_without_the_first(program, tmp_path):
    """As the workflow does on a cluster, whose queue starts workers in any order."""
    run = {"networks": 1, "duration": 0.2}
    content = {
        "targets": "networks/gutnisky2017/targets/gutnisky2017_base.csv",
        "free": {"g_ET": {"low": 0.12, "high": 0.18}},
        "sampler": "random",
        "trials": 2,
        "effort": run | {"first_seed": 1},
        "check": run | {"first_seed": 2},
    }
    (tmp_path / "fit.yaml").write_text(yaml.safe_dump(content))
    database = ["--storage", f"sqlite:///{tmp_path}/study.db"]
    study = [sys.executable, "-m", "pipeline", "study", str(tmp_path / "fit.yaml"), *database]
    assert "0 of 2 trials are finished" in subprocess.run(study, check=True, capture_output=True, text=True).stdout
    subprocess.run(_fit(tmp_path, *database, "--worker", "1"), check=True, capture_output=True)
    assert "2 of 2 trials are finished" in subprocess.run(study, check=True, capture_output=True, text=True).stdout


def _fit(folder, *more):
    command = [sys.executable, "-m", "pipeline", "fit", str(folder / "fit.yaml"), "--out", str(folder / "fit")]
    return [*command, "--cores", "1", "--results", RESULTS, *more]


def test_a_killed_fit_goes_on_with_nothing_lost_or_counted_twice(program, tmp_path):
    run = {"networks": 1, "duration": 0.2}
    content = {
        "targets": "networks/gutnisky2017/targets/gutnisky2017_base.csv",
        "free": {name: {"low": value * 0.8, "high": value * 1.25} for name, value in BASE.items()},
        "sampler": "tpe",
        "trials": 7,
        "batch": 3,
        "effort": run | {"first_seed": 1},
        "check": run | {"first_seed": 2},
    }
    whole, killed = tmp_path / "whole", tmp_path / "killed"
    for folder in (whole, killed):
        folder.mkdir()
        (folder / "fit.yaml").write_text(yaml.safe_dump(content))
    subprocess.run(_fit(whole), check=True, capture_output=True)
    refused = subprocess.run(_fit(whole, "--worker", "1"), capture_output=True, text=True, check=False)
    assert (refused.returncode, len(refused.stderr.splitlines())) == (2, 1)
    assert "--worker = 1 goes with a database" in refused.stderr
    process = subprocess.Popen(_fit(killed), stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    journal = killed / "fit" / "journal" / "fit.jsonl"
    while not journal.exists() or journal.read_bytes().count(b"\n") < 11:  # 3 runs a trial: in the second batch
        assert process.poll() is None
        time.sleep(0.01)
    process.kill()
    assert process.wait() == -signal.SIGKILL
    log = optuna.storages.JournalStorage(optuna.storages.journal.JournalFileBackend(str(killed / "fit" / "study.log")))
    (summary,) = optuna.get_all_study_summaries(log)
    before = optuna.load_study(study_name=summary.study_name, storage=log).get_trials(states=(TrialState.COMPLETE,))
    assert 3 <= len(before) < 7
    rows = journal.read_text().splitlines()
    subprocess.run(_fit(killed), check=True, capture_output=True)
    after = read_rows(killed / "fit" / "trials.parquet")
    assert {row["state"] for row in after} == {"complete", "fail"}
    assert all(row["problem"] == "interrupted, and run again" for row in after if row["state"] == "fail")
    done = [row for row in after if row["state"] == "complete"]
    assert len(done) == 7
    assert {t.number: t.value for t in before}.items() <= {row["trial"]: row["score"] for row in done}.items()
    same = [(row["score"], *(row[name] for name in BASE)) for row in read_rows(whole / "fit" / "trials.parquet")]
    assert sorted((row["score"], *(row[name] for name in BASE)) for row in done) == sorted(same)
    lines = [line.split(" ", 3) for line in journal.read_text().splitlines()]
    assert journal.read_text().splitlines()[: len(rows)] == rows
    simulated = [key for key, *_, row in lines if row]
    assert len(simulated) == len(set(simulated)) == 7 * 3 + 3  # 3 more check the best
