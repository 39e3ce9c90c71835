"""The network that another is compared with: a folder's script, run anew with other numbers, to its portrait.

Each question is answered in a process of its own that nothing of the user's script has touched.
"""

import sys
from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from types import TracebackType
from typing import Any

from pipeline.doctor.compare.portrait import Painter, Portrait
from pipeline.doctor.instruments.subject import Subject
from pipeline.doctor.script import first_network
from pipeline.engine.apart import ExperimentError, apart
from pipeline.network.adopted import Setting
from pipeline.network.model import Model
from pipeline.network.names import HOOK
from pipeline.network.sites import read_source, survey

ANSWER_S = 120.0
BUILT = ("the connections of", "delay of", "the size of", "the step", "what is compiled")
"""Beginnings of what a number acts on where its network must be built anew."""

START = "the initial values of"
"""The same, unless the number acts on something else, too: of initial values, those of v and of delays are measured."""

Numbers = Mapping[str, float]
Point = tuple[tuple[str, float], ...]


class Reference:
    """Portraits of one network of the collection; numbers are in the units of its knobs."""

    def __init__(self, model: Model) -> None:
        """`model`: of the folder."""
        self.model = model
        self.settings: Mapping[str, Setting] = model.adopted.settings
        self._pool = ProcessPoolExecutor(1, mp_context=get_context("spawn"))
        self._known: dict[tuple[bool, Point], Portrait | None] = {}

    def __enter__(self) -> "Reference":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._pool.shutdown(cancel_futures=True)

    def portraits(self, points: Sequence[Numbers], whole: bool = True) -> list[Portrait | None]:
        """Return the portrait with each set of numbers; None where the script cannot be run with it.

        Not `whole`: without projections.
        """
        keys = [tuple(sorted(point.items())) for point in points]
        by_build: dict[Point, list[Point]] = {}
        for key in dict.fromkeys(keys):
            if (whole, key) not in self._known:
                by_build.setdefault(tuple(pair for pair in key if self.builds(pair[0])), []).append(key)
        for build, several in by_build.items():
            texts = {self.settings[name].key: self.settings[name].text(value) for name, value in build}
            patches = [{name: self.settings[name].si(value) for name, value in key if (name, value) not in build}
                       for key in several]  # fmt: skip
            found = self._pool.submit(_answer, Path(self.model.path), texts, patches, whole).result()
            self._known.update(zip([(whole, key) for key in several], found, strict=True))
        return [self._known[whole, key] for key in keys]

    def builds(self, name: str) -> bool:
        """Tell whether a number acts on what is built, so that the script is run again for a value."""
        on = self.settings[name].on
        starts = all(place.startswith(START) for place in on)
        return not self.settings[name].direct or starts or any(place.startswith(BUILT) for place in on)


def _answer(
    path: Path, texts: Mapping[tuple[int, int], str], patches: Sequence[Numbers], whole: bool
) -> list[Portrait | None]:
    try:
        return apart(_portraits, path, texts, patches, whole, cpu_s=ANSWER_S)
    except ExperimentError as error:
        if not texts:
            raise
        print(f"{path}: {error}", file=sys.stderr)
        return [None] * len(patches)


def _portraits(
    path: Path, texts: Mapping[tuple[int, int], str], patches: Sequence[Numbers], whole: bool
) -> list[Portrait | None]:
    code = compile(survey(read_source(path), str(path)).tree, str(path), "exec")
    times: dict[int, int] = {}

    def hook(site: int, value: Any) -> Any:
        """Return what the script goes on with at a site."""
        times[site] = times.get(site, -1) + 1
        text = next((texts[key] for key in ((site, times[site]), (site, -1)) if key in texts), None)
        frame = sys._getframe(1)
        return value if text is None else eval(text, frame.f_globals, frame.f_locals)  # noqa: S307 (numbers.text)

    def use(subject: Subject) -> list[Portrait | None]:
        painter = Painter(subject)
        return [painter.patched(patch, whole) for patch in patches]

    return first_network(path, code, {HOOK: hook}, use)


def portrait(subject: Subject) -> Portrait:
    """Return the portrait of a network that is at hand, and stays as it is; ExperimentError where it cannot be had."""
    return apart(_portrait, subject, cpu_s=ANSWER_S)


def _portrait(subject: Subject) -> Portrait:
    return Painter(subject).portrait()
