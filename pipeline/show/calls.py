"""The command that draws a figure again, as a reader may type it."""

import shlex
from collections.abc import Iterable
from pathlib import Path


def call(
    name: str,
    table: Path | str,
    model: Path | str,
    features: str | Iterable[str] | None = None,
    *,
    out: Path | str | None = None,
    protocol: str | None = None,
    spikes: Iterable[Path | str] = (),
) -> str:
    """Return the command that draws the figure `name` of a sweep: 'python -m pipeline figure map --table ...'.

    `table` is the sweep's table of features, `model` its network, `features` those that are drawn where they were
    chosen; `protocol` and `spikes` are for a raster. Without `out` the command ends before `--out PICTURE`.
    """
    chosen = features if isinstance(features, str) or features is None else ",".join(features)
    return _command(
        ("figure", name),
        {"--network": model, "--table": table, "--features": chosen, "--protocol": protocol},
        [("--spikes", path) for path in spikes] + [("--out", out)],
    )


def fit_call(
    name: str, settings: Path | str, folder: Path | str, model: Path | str, out: Path | str | None = None
) -> str:
    """Return the command that draws the figure `name` of a fit, by its file `settings` and the tables in `folder`."""
    return _command(("fit_figure", name, f"{settings}"), {"--network": model, "--folder": folder}, [("--out", out)])


def _command(
    words: Iterable[str], options: dict[str, Path | str | None], more: Iterable[tuple[str, Path | str | None]]
) -> str:
    given = [f"{word}" for pair in [*options.items(), *more] if pair[1] is not None for word in pair]
    return shlex.join(["python", "-m", "pipeline", *words, *given])
