"""What a script has planned for later: an end of the look before it says nothing of what comes then."""

import re
from typing import Any

import brian2 as b2
import numpy as np
from brian2.utils.stringtools import get_identifiers

from pipeline.doctor.instruments.subject import Subject
from pipeline.doctor.instruments.texts import all_texts

TIME = re.compile(r"((?<![\w(])t\b|\(\s*t\b(?!\s*\)))(?!\s*-\s*lastspike\b)")
"""The time in an expression, other than as all that a function, such as a TimedArray, is given, or since a spike."""


def planned(subject: Subject, after_s: float) -> bool:
    """Tell whether something is to change after a time of the network (s): input, expressions of t, operations."""
    if subject.operated:
        return True
    texts = all_texts(subject)
    used = set().union(*map(get_identifiers, texts))
    arrays = [value for name, value in subject.namespace.items() if name in used and isinstance(value, b2.TimedArray)]
    if any(TIME.search(text) for text in texts) or any(_changes(array, after_s) for array in arrays):
        return True
    for made in subject.all_objects:
        if isinstance(made, b2.SpikeGeneratorGroup):
            times = np.asarray(made.variables["spike_time"].get_value())
            if float(np.asarray(made.variables["period"].get_value())) > 0 or np.any(times > after_s):
                return True
        code = isinstance(getattr(made, "abstract_code", None), str)
        if code and float(made.clock.dt_) > after_s - subject.start_s:
            return True
    return False


def _changes(array: Any, after_s: float) -> bool:
    """Tell whether an array has another value at some time after the one that it has then."""
    values = np.asarray(array.values)
    now = min(int(after_s / float(array.dt)), len(values) - 1)
    return bool(np.any(values[now:] != values[now]))
