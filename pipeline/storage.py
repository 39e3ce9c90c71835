"""Where a study is kept: a journal file of one process, or a database that many workers share."""

import json
import random
import re
import sys
import time
import zlib
from pathlib import Path
from typing import Any

import optuna
from optuna.storages import BaseStorage, JournalStorage, RDBStorage, RetryHeartbeatStaleTrialCallback
from optuna.storages.journal import JournalFileBackend
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, OperationalError, SQLAlchemyError

from pipeline.parameters import ConfigError
from pipeline.tables import cut_torn_line

CHECKSUM = "checksum"

HEARTBEAT_S = 5
"""Seconds between two signs of life of a running trial; after GRACE_S without, another worker takes it over."""

GRACE_S = 20

PATIENCE_S = 60.0
"""How long a worker waits for the study."""


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

    Running trials give signs of life; one that stopped is failed and queued again by the next worker that asks.
    Workers that start at once race to make the tables: the losers try again.
    """
    shown = re.sub(r":[^:@/]*@", ":***@", url)  # no password in messages
    for attempt in range(attempts):
        try:
            return RDBStorage(
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
