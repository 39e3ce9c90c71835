"""The folder of an adopted network: the texts of its knob table, first sweep, first fit and configuration.

Pure functions on texts; the user edits what they make, and adopting again keeps these edits.
"""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from pipeline.network import numbers
from pipeline.network.adopted import Adopted, Setting

LINE = re.compile(r"^  ([^\W\d]\w*): (\{.*\})\s*(?:#.*)?$")
"""The line of a knob in the table."""

SEARCHED = ("what a spike does", "the equations", "the input", "rates", "the initial values")
"""What the knobs of a first sweep act on, the most telling first."""


@dataclass(frozen=True)
class Changes:
    """What adopting a changed script again made of the knob table."""

    text: str
    new: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()
    """Knobs whose line the user has edited, which stays."""

    def sentence(self) -> str:
        """Return what changed, '' where nothing did."""
        parts = [
            f"{words}: {', '.join(names)}"
            for words, names in (
                ("new", self.new),
                ("gone", self.gone),
                ("other values", self.changed),
                ("kept as edited", self.kept),
            )
            if names
        ]
        return "; ".join(parts)


def knobs_of(adopted: Adopted) -> dict[str, Setting]:
    """Return the numbers that are knobs of the table: those that act, and are not derived from others."""
    return {
        name: setting
        for name, setting in adopted.settings.items()
        if setting.acts in ("run time", "program") and not setting.reads
    }


def knob_line(name: str, setting: Setting) -> str:
    """Return the line of a knob in the table."""
    low, high = range_of(setting)
    about = setting.about or ", ".join(setting.on)
    return (
        f"  {name}: {{value: {number(setting.value)}, unit: {json.dumps(setting.unit)}, low: {number(low)}, "
        f"high: {number(high)}, about: {json.dumps(about[:200], ensure_ascii=False)}}}"
    )


def range_of(setting: Setting) -> tuple[float, float]:
    """Return where a sweep or a fit of a number may begin; whole where Python of the script may count with it."""
    low, high = numbers.bounds(setting.value, setting.unit, setting.dimensions)
    if setting.whole and setting.unit == "1" and not setting.direct:
        return float(round(low)), float(round(high))
    return low, min(high, 1.0) if setting.probability else high


def number(value: float) -> str:
    """Return a number as YAML reads it, whole ones without a point."""
    if value != value or value in (float("inf"), float("-inf")):
        return {float("inf"): ".inf", float("-inf"): "-.inf"}.get(value, ".nan")
    if float(value).is_integer() and abs(value) < 1e15:
        return str(int(value))
    text = repr(float(value))
    mantissa, e, exponent = text.partition("e")
    return text if not e or "." in mantissa else f"{mantissa}.0e{exponent}"


def knob_table(adopted: Adopted, script: str) -> str:
    """Return the knob table of a script; `script` is its path from the folder."""
    knobs = knobs_of(adopted)
    lines = [
        f"# The knobs of {adopted.script}, as `adopt` found them; edit freely, adopting again keeps your edits.",
        "# value: the script's own. low, high: where a sweep or a fit may begin. about: the script's comment.",
        "# min and max, where you add them, forbid values beyond.",
        f"script: {json.dumps(script)}",
        "# seconds before anything is measured, and seconds that are measured",
        "transient: 0",
        f"duration: {number(adopted.duration_s)}",
        "knobs:" if knobs else "knobs: {}",
        *(knob_line(name, setting) for name, setting in knobs.items()),
        "# sets of values with a name, which sweeps and fits ask for",
        "protocols:",
        "  base: {}",
        "# events: {period_ms: 100}         for phase locking, PSTH, latency and response",
    ]
    derived = [f"{n} (from {', '.join(s.reads)})" for n, s in adopted.settings.items() if s.reads and n not in knobs]
    idle = [name for name, setting in adopted.settings.items() if setting.acts == "nothing"]
    if derived:
        lines.append(f"# follow from others, but can be set, too: {', '.join(derived)}")
    if idle:
        lines.append(f"# acted on nothing when they were changed a little: {', '.join(idle)}")
    return "\n".join(lines) + "\n"


def updated(text: str, old: Adopted | None, new: Adopted) -> Changes:
    """Return a knob table that the user may have edited, brought to a changed script."""
    wanted = knobs_of(new)
    before = knobs_of(old) if old is not None else {}
    lines, present = [], set()
    gone, changed, kept = [], [], []
    last = None
    for line in text.splitlines():
        found = LINE.match(line)
        name = found[1] if found else None
        if name is None or (name not in before and name not in new.settings):
            lines.append(line)
            continue
        edited = name not in before or line.strip() != knob_line(name, before[name]).strip()
        if name not in new.settings:
            gone.append(name)
            lines.append(f"  # gone from the script: {line.strip()}")
        else:
            present.add(name)
            now = knob_line(name, new.settings[name])
            if edited:
                kept.append(name)
                lines.append(line)
            else:
                if line.strip() != now.strip():
                    changed.append(name)
                lines.append(now)
        last = len(lines)
    fresh = [name for name in wanted if name not in present and name not in before]
    at = last if last is not None else next((k + 1 for k, line in enumerate(lines) if line.startswith("knobs:")), 0)
    lines[at:at] = [knob_line(name, wanted[name]) for name in fresh]
    if fresh:
        lines = ["knobs:" if line.strip() == "knobs: {}" else line for line in lines]
    return Changes("\n".join(lines) + "\n", tuple(fresh), tuple(gone), tuple(changed), tuple(kept))


def with_values(text: str, values: Mapping[str, float], units: Mapping[str, str], script: str) -> str:
    """Return a knob table with other values of some knobs, for another folder, from which `script` is the path.

    Numbers that had no line there get one, with their unit of `units`.
    """
    lines = []
    given = text.splitlines()
    named = {found[1] for line in given if (found := LINE.match(line))}
    begin = next((k for k, line in enumerate(given) if line.startswith("knobs:")), None)
    if begin is not None and (new := [name for name in values if name not in named]):
        more = [f"  {name}: {{value: {number(values[name])}, unit: {json.dumps(units[name])}}}" for name in new]
        given[begin : begin + 1] = ["knobs:", *more]
    for line in given:
        found = LINE.match(line)
        if found and found[1] in values:
            line = re.sub(r"value: [^,}]+", f"value: {number(values[found[1]])}", line, count=1)
        lines.append(f"script: {json.dumps(script)}" if line.startswith("script:") else line)
    return "\n".join(lines) + "\n"


def first_knobs(adopted: Adopted, most: int = 2) -> list[str]:
    """Return the knobs of a first sweep: run-time ones, the most telling first."""

    def rank(setting: Setting) -> int:
        return next((k for k, words in enumerate(SEARCHED) if any(words in on for on in setting.on)), len(SEARCHED))

    knobs = knobs_of(adopted)
    usable = [n for n, s in knobs.items() if s.acts == "run time" and s.value != 0 and not _of_run(s)]
    usable = usable or [name for name, s in knobs.items() if s.value != 0 and not _of_run(s)]
    order = {name: k for k, name in enumerate(usable)}
    return sorted(usable, key=lambda name: (rank(knobs[name]), order[name]))[:most]


def _of_run(setting: Setting) -> bool:
    """Return whether a number sets nothing but durations and steps."""
    return bool(setting.on) and all("duration of a run" in on or "dt" in on.split()[0] for on in setting.on)


def sweep(adopted: Adopted, duration_s: float) -> str:
    """Return a first sweep: two knobs within their suggested range, or one, or the script's own point alone."""
    axes = [
        f"  {name}: {{linear: [{number(low)}, {number(high)}, 4]}}"
        for name, low, high in _ranges(adopted, first_knobs(adopted))
    ]
    return "\n".join(
        [
            f"# A first sweep of {adopted.script}: put other knobs of knobs.yaml here. Values are in their units.",
            "# An axis: values: [1, 2, 5]; linear: [low, high, n]; log: [low, high, n].",
            "about: Two knobs of the script, around its own values; put in those that you are after",
            "protocols: [base]",
            *(["axes:", *axes] if axes else []),
            "# repeats with other random numbers",
            "networks: 1",
            "# seconds measured",
            f"duration: {number(duration_s)}",
            "",
        ]
    )


def examples(duration_s: float) -> str:
    """Return the sweep of the script's own point, whose spikes are kept for the raster."""
    return "\n".join(
        [
            "# The script's own point; its spikes are kept, and drawn as a raster.",
            "protocols: [base]",
            "networks: 1",
            f"duration: {number(duration_s)}",
            "keep_spikes: true",
            "",
        ]
    )


def fit(adopted: Adopted, targets: str, duration_s: float) -> str:
    """Return a first fit: the knobs of the first sweep, sought from the targets."""
    free = [
        f"  {name}: {{low: {number(low)}, high: {number(high)}, log: {'true' if low > 0 else 'false'}}}"
        for name, low, high in _ranges(adopted, first_knobs(adopted))
    ]
    return "\n".join(
        [
            "# A first fit: what these knobs must be for the rates in targets.csv, which are the script's own.",
            "# Put yours there.",
            "about: Recover the knobs from the script's own rates",
            f"targets: {json.dumps(targets)}",
            "free:",
            *free,
            "# trials in all, of which a third searches for the best; so many at a time",
            f"trials: {3 * (len(free) + 1) * (len(free) + 2)}",
            "batch: 4",
            "# networks and seconds of each trial, and of the check of the best one on networks that no trial has seen",
            f"effort: {{networks: 1, first_seed: 101, duration: {number(duration_s)}}}",
            f"check: {{networks: 4, first_seed: 201, duration: {number(duration_s)}}}",
            "",
        ]
    )


def targets(rates: Mapping[str, float], script: str) -> str:
    """Return targets: the rate of each population, with a tenth of it as the spread that is as good."""
    lines = ["feature,protocol,statistic,mean,sd,unit,source"]
    for name, rate in rates.items():
        sd = max(0.1 * rate, 0.1)
        lines.append(f"rate_{name},base,mean,{rate:.6g},{sd:.3g},spikes/s,{script} at its own values")
    return "\n".join(lines) + "\n"


def config(folder: str, results: str, swept: bool, fitted: bool, spiking: bool) -> str:
    """Return the configuration of a run of the workflow: sweeps, fit and figures of the network."""
    lines = [
        f"# What `make run CONFIG={folder}/config.yaml` does. Paths are from the folder where it is called.",
        f"model: {json.dumps(f'{folder}/knobs.yaml')}",
        f"results: {json.dumps(results)}",
        "sweeps:",
        f"  examples: {json.dumps(f'{folder}/examples.yaml')}",
    ]
    if swept:
        lines.append(f"  sweep: {json.dumps(f'{folder}/sweep.yaml')}")
    if spiking:
        lines.append("# the sweep that the raster is drawn from; each other sweep has its own figures")
        lines.append("figures: {raster: examples}")
    if fitted:
        lines.append(f"fit: {json.dumps(f'{folder}/fit.yaml')}")
    lines += ["# biological seconds in one job", "chunk_s: 10", ""]
    return "\n".join(lines)


def _ranges(adopted: Adopted, names: Iterable[str]) -> list[tuple[str, float, float]]:
    return [(name, *range_of(adopted.settings[name])) for name in names]
