"""Powers of exponentials in generated C++, exp(a)^b, as the one exponential that they are, exp(a b).

Brian2 writes `exp((17 - u)/18)` so. With -ffast-math GCC makes one function of the two by itself; clang does not where
exp is written out (many.h), and would then call pow for one neuron at a time.
"""

_POWER = "_brian_pow(exp("


def without_powers(text: str) -> str:
    """Return C++ in which no power of an exponential alone is left."""
    at = text.find(_POWER)
    while at >= 0:
        begin = at + len(_POWER)
        end = _end(text, begin)
        if text[end : end + 2] == "),":
            last = _end(text, end + 2)
            text = f"{text[:at]}exp(({text[begin:end]})*({text[end + 2 : last].strip()}){text[last:]}"
        at = text.find(_POWER, at + 1)
    return text


def _end(text: str, begin: int) -> int:
    """Return where the bracket closes in which `begin` stands."""
    depth = 1
    for at in range(begin, len(text)):
        depth += {"(": 1, ")": -1}.get(text[at], 0)
        if depth == 0:
            return at
    return len(text)
