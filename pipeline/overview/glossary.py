"""What the words of a page mean: those of this project, and the features and knobs of a network."""

from pipeline.measure.network import feature_table
from pipeline.network.model import Model
from pipeline.show.report import HANDLED

GENERAL = {
    "sweep": "Simulations of a network over chosen values of its knobs.",
    "point": "One simulation: a value for every knob, a protocol, and a network.",
    "place": "A value for every knob in one protocol: one point or several, which differ in their networks alone.",
    "network": "Populations with their connections: the model. Where networks are counted, it is the same model with "
    "other seeds: other connections, other input. Means and standard errors are over these.",
    "knob": "A number of the network that can be set, such as a conductance or a rate.",
    "protocol": "A set of values with a name: what the network is exposed to.",
    "feature": "A number that is measured of a simulation, such as a rate or a correlation.",
    "target": "The value that a feature should have, with the standard deviation that is tolerated.",
    "trial": "One setting of the free knobs that the fit has tried: all its protocols and networks.",
    "score": "How far the features are from their targets: the root mean square of the deviations in units of the "
    "targets' standard deviations. 1 is as good as the spread of the targets themselves; 0 would be exact.",
    "own value": "The value that the network's script, or its knob table, has.",
    "sd": "Standard deviation; of a target: the deviation that counts as 1.",
    "s.e.m.": "Standard error of the mean over networks.",
    "fresh networks": "Networks whose seeds the fit has not used: a fit that was merely lucky shows here.",
    "diverged": "A value became infinite or not a number, and the simulation was stopped; averaged nowhere.",
    "ran away": "A population fires above the rate that its network's table allows. Such points are finite: "
    f"{HANDLED}.",
    "posterior": "How probable each setting of the knobs is, given the targets and their standard deviations.",
    "weakly determined": "Of a combination of knobs: the targets leave more than half of the spread that the ranges "
    "give it. Where the ranges are narrow, its knobs may be known to some per cent all the same.",
    "importance": "How much a knob decides whether a trial is among the best (all knobs together: 1).",
    "5 to 95 %": "The knob lies between these with a probability of 90 %, by the posterior.",
    "rank correlation": "Spearman's: 1 where two numbers always rise together, -1 where one falls as the other rises.",
    "biological s": "Seconds in the life of the network.",
    "CPU s": "Seconds of one core of this machine.",
    "response surface": "Each feature as a quadratic function of the knobs, learnt from the trials.",
}


def meanings(model: Model) -> dict[str, str]:
    """Return the meaning of each word: general ones, features with units, and knobs, in this order of precedence."""
    features = {name: _with(one.definition, one.unit) for name, one in feature_table(model).items()}
    knobs = {name: _with(knob.about or "A number of the script", knob.unit) for name, knob in model.settable.items()}
    return {name: text for name, text in {**knobs, **features, **GENERAL}.items() if len(name) > 1}


def _with(text: str, unit: str) -> str:
    """Return a meaning with its unit behind it; its words stay as somebody wrote them."""
    return f"{text.strip().rstrip('.')}." + (f" In {unit}." if unit not in ("1", "") else "")
