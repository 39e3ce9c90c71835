"""The runs of a script: which were looked at, and how one says in which of them something was found."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

MOST = 8
"""So many numbers of runs are listed."""


@dataclass(frozen=True)
class Run:
    """One run that was looked at: its number in the script, from 1 on."""

    number: int
    start_s: float
    """Time of the network at its beginning."""
    duration_s: float
    """What the script asks for."""


@dataclass(frozen=True)
class Runs:
    """Those of a script; nothing for a network that was given as it is."""

    looked: tuple[Run, ...] = ()
    total: int = 0
    whole: bool = True
    """Whether the script was followed to its end, so that there are no more runs than `total`."""

    @property
    def says(self) -> str:
        """How many there are, and which were looked at; '' where there is one at most."""
        if self.total < 2:
            return ""
        many = f"{'' if self.whole else 'at least '}{self.total} runs"
        numbers = [run.number for run in self.looked]
        if len(numbers) == self.total and self.whole:
            return f"The script has {many}; all were looked at."
        return f"The script has {many}; {len(numbers)} of them {_was(numbers)} looked at: {listed(numbers)}."

    def where(self, numbers: Collection[int]) -> str:
        """Return 'in run 2 (after 500 ms)', 'in all 3 runs' or the like; '' where there is one run at most."""
        if self.total < 2 or not numbers:
            return ""
        if len(numbers) == 1:
            (number,) = numbers
            start_s = next((run.start_s for run in self.looked if run.number == number), 0.0)
            return f"in run {number}" + (f" (after {start_s * 1e3:.4g} ms)" if start_s > 0 else "")
        if len(numbers) == len(self.looked):
            if len(numbers) == self.total and self.whole:
                return "in both runs" if self.total == 2 else f"in all {self.total} runs"
            return f"in all {len(numbers)} runs that were looked at"
        return f"in runs {listed(sorted(numbers))}"


def listed(numbers: Sequence[int]) -> str:
    """Return '1, 2 and 5'; of many, the first and how many more."""
    texts = [str(number) for number in numbers]
    if len(texts) > MOST:
        texts = [*texts[: MOST - 1], f"{len(texts) - MOST + 1} more"]
    return " and ".join([", ".join(texts[:-1]), texts[-1]]) if len(texts) > 1 else "".join(texts)


def _was(numbers: Sequence[int]) -> str:
    return "was" if len(numbers) == 1 else "were"
