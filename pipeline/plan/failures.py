"""What a run says where it ends before it is done: what failed, why, which log, and that the same again goes on."""

import logging
import sys
from collections.abc import Iterable
from pathlib import Path

from snakemake.logging import DefaultFormatter
from snakemake.settings.enums import Quietness
from snakemake_interface_logger_plugins.common import LogEvent

from pipeline.plan.logs import last_error, last_line

GOES_ON = "What is finished is kept: run the same again, and it goes on where it stopped."

STOPPED = "Terminating processes on user request"
NOISE = (
    *(STOPPED, "Shutting down, this might take", "Exiting because a job execution failed"),
    *("Select jobs to execute", "Execute ", "Removing temporary output", "Touching output file", "Finished jobid"),
)
"""How lines of Snakemake begin that say less than ours, or nothing to a reader."""

AFTER = ("Complete log(s)", "Elapsed time")
"""How those begin that would come after our last words."""


class Failures(logging.Filter):
    """Takes the place of Snakemake's own account of failed jobs, quoted commands and exceptions, on the terminal.

    Its log has them as ever. A filter of a handler of its logger: each job that failed is said in two lines as soon as
    it has, none where the user stopped the run.
    """

    def __init__(self) -> None:
        super().__init__()
        self.stopped = False
        self.failed = 0
        self._titles: dict[object, str] = {}

    def listen(self, handlers: Iterable[logging.Handler]) -> None:
        """Take the place of Snakemake's words on the terminal, of which the reasons of jobs are left out, too."""
        for handler in handlers:
            if handler.name == "DefaultStreamHandler":  # its log keeps all
                handler.addFilter(self)
                if isinstance(handler.formatter, DefaultFormatter):
                    handler.formatter.quiet = {*(handler.formatter.quiet or ()), Quietness.REASON}

    def filter(self, record: logging.LogRecord) -> bool:
        """Return whether Snakemake's own words are shown."""
        said, about = record.getMessage() or "", vars(record)
        if about.get("event") in (LogEvent.JOB_FINISHED, LogEvent.PROGRESS):
            return False
        if said.startswith(NOISE):
            if said.startswith(STOPPED):
                self.stopped = True
                _say("Stopping what still runs.")
            return False
        if said.startswith(AFTER) and (self.stopped or self.failed):
            return False
        if record.levelno < logging.ERROR:
            if about.get("rule_msg"):
                self._titles[about.get("jobid")] = f"{about['rule_msg']}"
            return True
        if "shellcmd" in about and "rule_name" in about:
            self._tell(about)
            return False
        kind = about.get("exception")
        return not (
            (kind == "RuleException" and "CalledProcessError" in said)
            or (kind == "WorkflowError" and "At least one job did not complete" in said)
        )

    def _tell(self, job: dict[str, object]) -> None:
        if self.stopped:
            return
        self.failed += 1
        logs = job.get("log")
        title = self._titles.get(job.get("jobid"), f"rule {job['rule_name']}")
        path = f"{logs[0]}" if isinstance(logs, list | tuple) and logs else ""
        _say(f"Failed: {title}: {cause(path)}" + (f"\n  The log: {path}" if path else ""))

    def shown(self) -> str:
        """Return what the results page shows of a run that did not get to its end."""
        return "what there is so far" if self.stopped else "what went wrong, and what there is"

    def end(self) -> str:
        """Return the last words of a run that did not get to its end."""
        if self.stopped:
            return f"Stopped. {GOES_ON}"
        jobs = "1 job" if self.failed == 1 else f"{self.failed} jobs"
        return f"Not finished: {jobs} failed, see above. {GOES_ON}"


def cause(log: Path | str) -> str:
    """Return in a line why a job failed, as its log says: its last error, else its last line."""
    try:
        text = Path(log).read_text(encoding="utf-8", errors="replace")
    except OSError:
        text = ""
    return last_error(text) or last_line(text) or "it was ended from outside, and said nothing"


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
