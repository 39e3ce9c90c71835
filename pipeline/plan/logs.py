"""What the log of a job says in the end."""


def last_error(text: str) -> str:
    """Return the last error that a log tells of, '' without one."""
    lines = (line.strip() for line in text.splitlines())
    return next(reversed([line.removeprefix("error: ") for line in lines if line.startswith("error: ")]), "")


def last_line(text: str) -> str:
    """Return the last line of a log that is not empty, '' without one."""
    return next(reversed(text.strip().splitlines()), "").strip()
