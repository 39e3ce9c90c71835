"""What a fit found, as rows: targets beside features on fresh networks, knobs beside the model's."""

from pipeline.config.tables import Row
from pipeline.fit.loss import collect, columns, excess, jackknife, means
from pipeline.fit.problem import Fit
from pipeline.fit.targets import Target, deviation
from pipeline.measure.envelope import Envelope
from pipeline.network.model import Model


def fitted_row(target: Target, rows: list[Row], envelope: Envelope) -> Row:
    """Return a target beside the values of `rows`: mean, sem and n over networks, deviation in the target's sd.

    `beyond` counts the runs that diverged, fell silent or ran away, and `problem` says what was wrong with the worst.
    Diverged runs are in no mean, the others are.
    """
    here = [row for row in rows if row["protocol"] in target.protocols]
    measured = collect(here, columns([target]))
    mean = target.value(means(measured))
    outside = [found for found in (excess(row, envelope) for row in here) if found[0] > 0]
    return {
        "feature": target.feature,
        "protocol": target.protocol,
        "statistic": target.statistic,
        "unit": target.unit,
        "target": target.mean,
        "sd": target.sd,
        "mean": mean,
        "sem": jackknife(
            [row for row in here if row[target.column] is not None],
            columns([target]),
            lambda values: target.value(values, mean),
        ),
        "n": min(len(measured.get((protocol, target.column), ())) for protocol in target.protocols),
        "diverged": sum(row["status"] != "ok" for row in here),
        "beyond": len(outside),
        "problem": max(outside, key=lambda found: found[0])[1] if outside else None,
        "deviation_sd": deviation(target, mean),
        "source": target.source,
    }


def gain_row(name: str, fitted: float, fit: Fit, model: Model) -> Row:
    """Return a fitted or tied knob beside the model's value and the range it was sought in."""
    base = model.settable[name]
    ends = [fit.knobs({free: getattr(span, end) for free, span in fit.free.items()})[name] for end in ("low", "high")]
    return {
        "knob": name,
        "fitted": fitted,
        "model": base.value,
        "ratio": fitted / base.value if base.value else None,
        "low": min(ends),
        "high": max(ends),
        "unit": base.unit,
    }
