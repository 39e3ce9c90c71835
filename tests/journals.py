"""A short sweep, and what its journals hold."""

from pathlib import Path

SWEEP = {"protocols": ["whisking"], "axes": {"A_T": {"values": [8, 9, 10, 11]}}, "networks": 1, "duration": 0.1}
SWEEP |= {"set": {"transient": 0}}


def rows_of(journal):
    """Return the keys of all lines of a folder of journals that hold a row, as often as they are there."""
    lines = [line for path in sorted(Path(journal).glob("*.jsonl")) for line in path.read_bytes().splitlines()]
    return [line.split(b" ")[0] for line in lines if len(line.split(b" ", 3)) == 4 and line.split(b" ", 3)[3]]
