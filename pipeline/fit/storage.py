"""Where a study is kept: a journal file of one process, or a database that many workers share."""

import functools
import json
import random
import re
import sys
import time
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import optuna
from optuna.exceptions import StorageInternalError
from optuna.storages import BaseStorage, JournalStorage, RDBStorage, RetryHeartbeatStaleTrialCallback
from optuna.storages._rdb import models
from optuna.storages.journal import JournalFileBackend
from optuna.trial import TrialState
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, OperationalError, SQLAlchemyError

from pipeline.config.reader import ConfigError
from pipeline.config.tables import cut_torn_line

CHECKSUM = "checksum"

HEARTBEAT_S = 5
"""Seconds between two signs of life of a running trial; after GRACE_S without, another worker takes it over."""

GRACE_S = 20

PATIENCE_S = 60.0
"""How long a worker waits for the study."""

OUTAGE_S = 600.0
"""How long a worker waits for a database that went away."""

RETRY_S = 0.5

USER = r"^(?:[^:@/]*://[^:@/]*|[^:@/]*(?!://)):"
"""What comes before the password in the URL of a database; some forget the slashes."""


def _patiently(method: Callable[..., Any]) -> Callable[..., Any]:
    """Return a method of a database that is tried again while the connection is lost; ends the process after OUTAGE_S.

    It may be that the database did what was asked and only its answer was lost. Then a trial is begun that nobody runs
    (see `PatientStorage._get_stale_trial_ids`), or one is told twice, which `workers.work` takes for told.
    """

    @functools.wraps(method)
    def waiting(self: "PatientStorage", *arguments: Any, **named: Any) -> Any:
        lost = None
        while True:
            try:
                answer = method(self, *arguments, **named)
            except (StorageInternalError, SQLAlchemyError) as error:
                cause = _connection_error(error)
                if cause is None:
                    raise
                said = str(cause.orig).splitlines()[0] if cause.orig else str(cause)
                if lost is None:
                    lost = time.monotonic()
                    print(f"storage: the database does not answer ({said}); waiting for it", file=sys.stderr)
                if time.monotonic() - lost > OUTAGE_S:
                    raise SystemExit(
                        f"error: storage: the database has not answered for {OUTAGE_S:.0f} s ({said}); start this "
                        "worker again, and it goes on."
                    ) from None
                time.sleep(RETRY_S)
            else:
                if lost is not None:
                    self.back = time.monotonic()
                return answer

    return waiting


def _connection_error(error: BaseException | None) -> OperationalError | None:
    """Return the error of the connection in a chain of errors: Optuna asks again in a transaction that is lost, too."""
    while error is not None and not isinstance(error, OperationalError):
        error = error.__cause__ or error.__context__
    return error


class PatientStorage(RDBStorage):
    """A database that may be restarted while workers run: they wait for it, with what they have simulated."""

    back = -float("inf")
    """When this process last found the database again after it was away."""

    def _get_stale_trial_ids(self, study_id: int) -> list[int]:
        """Return the trials whose worker is dead.

        A trial that never gave a sign of life, since its worker died between two steps, would never be missed: it gets
        one here, which grows old like any other. After an outage all have time to give new ones.
        """
        if time.monotonic() - self.back < GRACE_S:
            return []
        for trial in self.get_all_trials(study_id, deepcopy=False, states=(TrialState.RUNNING,)):
            with self.scoped_session() as session:
                unheard = models.TrialHeartbeatModel.where_trial_id(trial._trial_id, session) is None
            if unheard:
                self.record_heartbeat(trial._trial_id)
        return super()._get_stale_trial_ids(study_id)


for _name in (
    *("create_new_study", "get_study_id_from_name", "get_study_name_from_id", "get_study_directions"),
    *("get_study_user_attrs", "get_study_system_attrs", "set_study_user_attr", "set_study_system_attr"),
    *("get_all_studies", "get_all_trials", "get_trial", "get_trial_id_from_study_id_trial_number", "_get_trials"),
    *("_get_best_trial_id", "_create_new_trial", "_set_trial_param", "set_trial_state_values"),
    *("set_trial_intermediate_value", "set_trial_user_attr", "set_trial_system_attr"),
    *("record_heartbeat", "_get_stale_trial_ids"),  # all that Optuna's cache asks of a database
):
    setattr(PatientStorage, _name, _patiently(getattr(PatientStorage, _name)))


class Journal(JournalFileBackend):
    """A journal file of Optuna whose lines have checksums, in a key that Optuna ignores."""

    def append_logs(self, logs: list[dict[str, Any]]) -> None:
        """Append operations, a line each."""
        super().append_logs([{**log, CHECKSUM: _checksum(log)} for log in logs])


def _checksum(log: dict[str, Any]) -> int:
    return zlib.crc32(json.dumps(log, separators=(",", ":")).encode())


def damaged(log: Path) -> int | None:
    """Return the number of the first line of a journal file that is not as it was written; None where all are.

    A line without a checksum, which others may have written, must be JSON.
    """
    with open(log, "rb") as file:
        for number, line in enumerate(file, start=1):
            try:
                content = json.loads(line)
                told = content.pop(CHECKSUM, None)
            except (ValueError, AttributeError):
                return number
            if told is not None and told != _checksum(content):
                return number
    return None


def journal(log: Path) -> BaseStorage:
    """Return the storage of a journal file, which is made where there is none.

    A damaged file is set aside: a fit that begins anew asks for the same trials, whose runs are in its folder journal.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    cut_torn_line(log)
    if log.exists() and (line := damaged(log)):
        aside = log.with_name(f"{log.name}.damaged")
        log.replace(aside)
        print(
            f"{log}: line {line} is damaged; the file is set aside as {aside.name}, and the trials are made again from "
            "their runs",
            file=sys.stderr,
        )
    return JournalStorage(Journal(str(log)))


def database(url: str, attempts: int = 10) -> BaseStorage:
    """Return the storage of a database such as postgresql+psycopg://user@host/name; ConfigError where it does not open.

    Running trials give signs of life; one that stopped is failed and queued again by the next worker that asks. Once
    open, it may go away for up to OUTAGE_S.
    Workers that start at once race to make the tables: the losers try again.
    """
    shown = _without_password(url)
    if re.match(rf"{USER}.*@.*@", url, re.DOTALL):  # the rest would be taken for the host, and told in its messages
        raise ConfigError(f"storage = {shown!r}: an @ in the password must be written as %40.")
    for attempt in range(attempts):
        try:
            return PatientStorage(
                url,
                heartbeat_interval=HEARTBEAT_S,
                grace_period=GRACE_S,
                heartbeat_stale_trial_callback=RetryHeartbeatStaleTrialCallback(),
            )
        except (ArgumentError, NoSuchModuleError):
            raise ConfigError(
                f"storage = {shown!r} is no database URL such as postgresql+psycopg://user@host/name."
            ) from None
        except ImportError as error:
            raise ConfigError(f"storage = {shown!r} needs a driver that is not installed ({error}).") from None
        except SQLAlchemyError as error:
            if isinstance(error, OperationalError) and "already exists" not in str(error):
                said = str(error.orig).splitlines()[0] if error.orig else error
                raise ConfigError(f"storage = {shown!r} cannot be opened ({said}).") from None
            if attempt == attempts - 1:
                raise
            time.sleep(random.uniform(0.1, 0.5))  # noqa: S311, workers should not retry in step
    raise AssertionError("attempts must be positive")


def _without_password(url: str) -> str:
    """Return a URL as messages show it; one with a mistake in it, too."""
    shown = re.sub(rf"({USER}).*@", r"\1***@", url, flags=re.DOTALL)
    return re.sub(r"(password=)[^&]*", r"\1***", shown)


def joined(name: str, kept: BaseStorage, pruner: optuna.pruners.BasePruner) -> optuna.Study:
    """Return a study that worker 0 makes, as soon as it is there; ConfigError where it does not come."""
    end = time.monotonic() + PATIENCE_S
    while True:
        try:
            return optuna.load_study(study_name=name, storage=kept, pruner=pruner)
        except KeyError:
            if time.monotonic() > end:
                raise ConfigError(
                    f"storage: no study of this fit in {PATIENCE_S:.0f} s; start worker 0 with the same files, which "
                    "makes it."
                ) from None
            time.sleep(0.5)
