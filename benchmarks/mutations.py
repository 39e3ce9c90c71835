"""Every verb with inputs that are wrong, over a thousand of them: `make mutations`, with SEED=2 others.

    PYTHONPATH=.:tests python benchmarks/mutations.py [--seed 1] [--only TEXT] [--out results/mutations.csv]

An input is marked as wrong, harmless, or neither when it is made. What is wrong must be refused in one sentence that
names the file or the option; what is harmless must give the same files as before; after a refusal no file may differ.
Nothing is simulated: a verb that comes as far as that has taken its input. Prints a table of what happened.
"""

import argparse
import contextlib
import csv
import io
import logging
import os
import random
import re
import signal
import sys
import tempfile
import traceback
import warnings
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import mutated_world
from mutated_cases import cases
from mutated_files import HARMLESS, WRONG
from mutated_verbs import Case

from networks.gutnisky2017.paper.__main__ import app as paper
from pipeline.__main__ import run as run_verb
from pipeline.cli.commands import app

LIMIT_S = 60

UNFIT = (
    *("Traceback", "Input should", "alidation error", "type=", "Value error", "should match pattern", "should have"),
    *("pydantic", "numpy", "dtype", "<class", "object at 0x", "NoneType", "Errno", "ArrowInvalid", "DataFrame"),
    *("pyarrow", "thrift"),
    *("Usage:", "unpack", "'<' not supported", "codec", "NaT", "index out of", "argument must be", "object is not"),
)
"""What no sentence for a user has in it."""

EXCEPTION = re.compile(r"\b[A-Z]\w+(Error|Exception|Warning)\b")


class Reached(BaseException):
    """The verb has taken its input and would simulate now."""


@dataclass(frozen=True)
class Seen:
    """What a verb did with an input: `verdict`, and in which words."""

    verdict: str
    says: str


FAULTS = ("traceback", "words", "silent", "lost", "over-refused", "hangs")


@contextlib.contextmanager
def stubbed() -> Iterator[None]:
    """Let nothing be simulated, compiled or diagnosed: what would be raises Reached."""
    from unittest.mock import patch

    from pipeline.engine import scripts
    from pipeline.fit import study
    from pipeline.sweep import accuracy
    from pipeline.sweep import cases as sick

    def reached(*_: Any, **__: Any) -> None:
        raise Reached

    with contextlib.ExitStack() as stack:
        for owner, name in (
            (scripts.ScriptEngine, "prepare"),
            (scripts.ScriptEngine, "simulate"),
            (scripts.ScriptEngine, "lasting"),
            (study.Study, "search"),
            (accuracy, "compare"),
        ):
            stack.enter_context(patch.object(owner, name, reached))
        stack.enter_context(patch.object(sick, "of", lambda *_, **__: None))
        yield


def call(verbs: Any, name: str, words: list[str]) -> tuple[int | None, str, str, str]:
    """Run a verb here; return its exit code (None where it reached the engine), both outputs, and a traceback."""
    out, err, before = io.StringIO(), io.StringIO(), sys.argv
    sys.argv = [name, *words]
    trace, code = "", 0

    def late(*_: Any) -> None:
        raise TimeoutError(f"had not ended after {LIMIT_S} s")

    signal.signal(signal.SIGALRM, late)
    signal.alarm(LIMIT_S)
    hook = sys.excepthook
    try:
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err), warnings.catch_warnings():
            warnings.simplefilter("always")
            warnings.simplefilter("ignore", DeprecationWarning)  # as outside of tests
            run_verb(verbs, name)
    except Reached:
        return None, out.getvalue(), err.getvalue(), ""
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else 0 if ended.code is None else 1
    except BaseException:
        trace, code = traceback.format_exc(), 1
    finally:
        signal.alarm(0)
        sys.argv, sys.excepthook = before, hook
    return code, out.getvalue(), err.getvalue(), trace


def faults_of(said: str, names: Iterable[tuple[str, ...]]) -> str:
    """Return what is wrong with a refusal on standard error, '' where it is a sentence that names one of each group."""
    lines = said.strip().splitlines()
    errors = [line for line in lines if line.startswith("error: ")]
    if len(errors) != 1:
        return f"{len(errors)} sentences"
    if lines[-1] != errors[0]:
        return "the sentence is not the last line"
    if unfit := [word for word in UNFIT if word in said]:
        return f"has {unfit[0]!r}"
    if (found := EXCEPTION.search(said)) and not re.search(r"\.py(, line \d+)?: ", errors[0]):  # of the user's own code
        return f"has {found[0]!r}"
    if not errors[0].endswith((".", "...")) and not re.search(r": python -m pipeline \S.*$", errors[0]):
        return "ends in no full stop"
    lacks = [", ".join(group) for group in names if not any(name in errors[0] for name in group)]
    return f"names none of {lacks[0]}" if lacks else ""


def judge(case: Case, world: mutated_world.World, plain: Callable[[Case], dict[Path, Any]]) -> Seen:
    """Mutate, run, judge, undo."""
    try:
        case.prepare(world.folder)
        before = world.state()
        kept = {path.relative_to(world.folder).as_posix() for path in before}
        verbs, name = (paper, "python -m networks.gutnisky2017.paper") if case.paper else (app, "python -m pipeline")
        code, out, err, trace = call(verbs, name, case.words)
        changed = [path.relative_to(world.folder).as_posix() for path in world.changed(before)]
        if trace:
            return Seen("hangs" if "had not ended" in trace else "traceback", trace)
        if code is None or code == 0:
            lost = [path for path in changed if not any(re.match(one, path) for one in case.makes)]
            if lost:
                return Seen("lost", f"accepted, and changed {', '.join(lost)}")
            if case.mark == WRONG:
                return Seen("silent", out.strip() or "reached the engine")
            if case.mark == HARMLESS and code == 0:
                ours, theirs = made(world), plain(case)
                if ours != theirs:
                    differ = {path.name for path in {*ours, *theirs} if ours.get(path) != theirs.get(path)}
                    return Seen("silent", f"harmless, but {', '.join(sorted(differ))} differ")
            return Seen("accepted", out.strip())
        lost = [path for path in changed if path in kept or not any(re.match(one, path) for one in case.makes)]
        if lost:
            return Seen("lost", f"refused, and changed {', '.join(lost)}: {err}")
        if what := faults_of(err, case.names):
            return Seen("words", f"[{what}] {err.strip()}")
        if case.mark == HARMLESS:
            return Seen("over-refused", err.strip())
        return Seen("refused", err.strip())
    finally:
        world.restore()


def made(world: mutated_world.World) -> dict[Path, Any]:
    """Return what a verb wrote to out/."""
    out = world.folder / "out"
    return {path.relative_to(out): content for path, content in world.state().items() if path.is_relative_to(out)}


def examine(wanted: Iterable[Case], world: mutated_world.World) -> Iterator[tuple[Case, Seen]]:
    """Judge cases, one after the other."""
    known: dict[tuple[str, ...], dict[Path, Any]] = {}

    def plain(case: Case) -> dict[Path, Any]:
        key = tuple(case.words)
        if key not in known:
            world.restore()
            verbs, name = (paper, "paper") if case.paper else (app, "pipeline")
            code, _, err, trace = call(verbs, name, case.words)
            if code:
                raise AssertionError(f"{case.words}: not accepted as it is: {err}{trace}")
            known[key] = made(world)
            world.restore()
        return known[key]

    with stubbed():
        for case in wanted:
            yield case, _kept(case, world, plain) if case.mark == HARMLESS else judge(case, world, plain)


def _kept(case: Case, world: mutated_world.World, plain: Callable[[Case], dict[Path, Any]]) -> Seen:
    with contextlib.suppress(AssertionError):
        plain(case)
    return judge(case, world, plain)


def main() -> None:
    """Run all cases and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--n", type=int, default=2000, help="at most so many, drawn from all")
    parser.add_argument("--only", default="", help="cases whose name has this text in it")
    parser.add_argument("--out", type=Path, default=Path("results/mutations.csv"))
    given = parser.parse_args()
    out = given.out.resolve()
    logging.disable(logging.CRITICAL)
    with tempfile.TemporaryDirectory() as folder:
        world = mutated_world.build(Path(folder))
        world.keep()
        rng = random.Random(given.seed)  # noqa: S311, no secret
        wanted = [case for case in cases(world.folder, rng) if given.only in f"{case.subject} {case.what}"]
        wanted = [wanted[k] for k in sorted(rng.sample(range(len(wanted)), min(given.n, len(wanted))))]
        seen = []
        for n, (case, one) in enumerate(examine(wanted, world)):
            seen.append((case, one))
            if one.verdict in FAULTS:
                what = f"{n}/{len(wanted)} {one.verdict}: {case.subject}: {case.what} [{case.mark}]"
                print(f"{what}: {one.says[-300:]!r}", file=sys.stderr)
        os.chdir(mutated_world.ROOT)
    out.parent.mkdir(parents=True, exist_ok=True)
    with open(out, "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(("subject", "what", "mark", "verdict", "says", "words"))
        writer.writerows((c.subject, c.what, c.mark, s.verdict, s.says, " ".join(c.words)) for c, s in seen)
    print(told([(case, one.verdict) for case, one in seen]))
    sys.exit(any(one.verdict in FAULTS for _, one in seen))


def told(seen: list[tuple[Case, str]]) -> str:
    """Return the table: a row a verb and file."""
    columns = ("refused", "accepted", *FAULTS)
    rows: dict[str, Counter[str]] = {}
    for case, verdict in seen:
        rows.setdefault(case.subject, Counter())[verdict] += 1
    width = max(map(len, rows), default=5)
    lines = [f"{'':{width}} {'inputs':>7} " + " ".join(f"{name:>10}" for name in columns)]
    rows["all"] = sum(rows.values(), Counter())
    for name, counts in rows.items():
        lines.append(f"{name:{width}} {counts.total():7} " + " ".join(f"{counts[column]:10}" for column in columns))
    return "\n".join(lines)


if __name__ == "__main__":
    main()
