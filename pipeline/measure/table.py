"""The features of a network: PATTERNS written out for its populations, and as a page."""

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations

from pipeline.measure.correlation import MAX_POPULATIONS
from pipeline.measure.events import Events
from pipeline.measure.patterns import PATTERNS, WATCHED, Feature, Pattern


def table(populations: Sequence[str], watched: Mapping[str, str], events: Events | None) -> dict[str, Feature]:
    """Return the features of a network by their names, in the order of PATTERNS, and in each of the populations.

    `watched`: the unit of the membrane variable of each population where it was watched.

    Names of populations may make two features the same: rate_E_median is the median of E, but also the rate of a
    population E_median. The name that goes on behind its first population, here the median of E, then has further
    underscores there until it is free: rate_E__median.
    """
    for names in (populations, list(watched)):
        if len(set(names)) < len(names):
            raise ValueError(f"populations of the same name: {', '.join(names)}")
    wanted = [(pattern, names) for pattern in PATTERNS for names in _of(pattern, populations, watched, events)]
    taken = {_name(pattern, names) for pattern, names in wanted if pattern.name.endswith("_P")}
    found = {}
    for pattern, names in wanted:
        name = _name(pattern, names)
        if not pattern.name.endswith("_P"):
            separator = "_"
            while name in taken:
                separator += "_"
                name = _name(pattern, names, separator)
            taken.add(name)
        unit = watched[names[0]] if pattern.unit == WATCHED else pattern.unit
        words = named(pattern.definition, names), named(pattern.label, names)
        found[name] = Feature(
            name, unit, *words, pattern.kind, within=pattern.within, pattern=pattern.name, populations=names
        )
    return found


def page(networks: Mapping[str, Sequence[Feature]]) -> str:
    """Return docs/features.md: all that is measured of any network, and what `networks` declare by themselves."""
    own = ""
    for name, features in networks.items():
        rows = [(f"`{one.name}`", one.unit, one.kind, one.definition) for one in features]
        own += f"\n## Of {name}\n\n{_markdown(('Feature', 'Unit', 'Kind', 'Definition'), rows)}"
    return f"""# Features

What `python -m pipeline definitions NETWORK ...` prints; not to be edited. The same units and definitions stand in the
metadata of the columns of `features.parquet`: `pyarrow.parquet.read_schema(path).field("rate_P").metadata`.

## Of any script

P and Q stand for the names of populations. A scalar is one number a network, a curve a list of them, and a count says
on how many neurons others rest. What rests on too little is empty (None, null), never 0. A network's own features, in
`features.py` beside its script, come after these, or replace them ([any_network.md](any_network.md)).

{markdown()}{own}"""


def markdown() -> str:
    """Return the table of patterns for the documentation."""
    when = {
        "population": "always",
        "pair": "two populations",
        "potential": "membrane variable watched",
        "period": "events with a period",
        "events": "events",
        "times": "events at given times",
    }
    rows = [(f"`{one.name}`", one.unit, one.kind, when[one.needs], one.definition) for one in PATTERNS]
    return _markdown(("Feature", "Unit", "Kind", "Given", "Definition"), rows)


def _markdown(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "".join(f"| {' | '.join(cells)} |\n" for cells in lines).replace("| --- ", "|---").replace("--- |", "---|")


def _of(
    pattern: Pattern, populations: Sequence[str], watched: Mapping[str, str], events: Events | None
) -> Iterator[tuple[str, ...]]:
    """Yield the populations, or pairs of them, that a pattern is measured of."""
    if pattern.needs == "pair":
        yield from combinations(populations[:MAX_POPULATIONS], 2)
        return
    periodic = None if events is None else events.period_s is not None
    there = {"period": periodic is True, "times": periodic is False, "events": events is not None}
    if there.get(pattern.needs, True):
        for name in watched if pattern.needs == "potential" else populations:
            yield (name,)


def _name(pattern: Pattern, names: tuple[str, ...], separator: str = "_") -> str:
    """Return the name of a pattern's feature; `separator` stands behind the first population's name."""
    head, _, tail = pattern.name.partition("_P")
    rest = names[1] if tail == "_Q" else tail[1:]
    return f"{head}_{names[0]}{separator}{rest}" if rest else f"{head}_{names[0]}"


def named(text: str, names: Sequence[str]) -> str:
    """Return a text with the names of populations for P and Q."""
    return re.sub(r"\b[PQ]\b", lambda found: names["PQ".index(found[0])], text)
