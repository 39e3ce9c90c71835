"""Functions for the equations of a script: linoid, and an exponential that compilers do on many neurons at once."""

import numpy as np
from brian2.core.functions import Function

_EXPONENTIAL_CPP = """
// exp that the compiler can write into a loop: a library call, vectorised or not, makes it save all registers.
template <typename T> static inline T exponential(const T x)
{
    return exp(x);
}
// exp(x) = 2^(k + r), k whole and |r| <= 1/2; there the polynomial, a minimax fit of 2^r, is off by at most 3e-6 of it.
// Beyond the range of float the result is that at its ends, huge or tiny; of NaN it is NaN.
template <> inline float exponential<float>(const float x)
{
    const float beyond = x * 1.44269504f;
    const float above = beyond < -126.0f ? -126.0f : beyond;
    const float y = above > 127.49f ? 127.49f : above;
    const int32_t k = (int32_t)rintf(y);
    const float r = y - (float)k;
    const float p = 0.99999926f + r * (0.693121768f + r * (0.240247456f + r * (0.0559182479f + r * 0.00957022545f)));
    const int32_t bits = (k + 127) << 23;
    float power;
    memcpy(&power, &bits, sizeof power);
    return p * power;
}
"""

_LINOID_CPP = """
// Near 0 the quotient loses its digits, so a series takes over: no 0/0, and a blend rather than a branch.
template <typename T> static inline T linoid(const T x)
{
    const T quotient = x / (T(1) - exponential(-x));
    const T series = T(1) + x * (T(0.5) + x * T(1.0 / 12));
    return fabs(x) < T(0.01) ? series : quotient;
}
"""


def _linoid(x: np.ndarray) -> np.ndarray:
    x = np.asarray(x)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        return np.where(np.abs(x) < 0.01, 1 + x * (0.5 + x / 12), x / (1 - np.exp(-x)))


exponential = Function(np.exp, arg_units=[1], return_unit=1)
"""exp(x); in single precision a polynomial, off by at most 3e-6 of it. The steps of `staggered_midpoint` call it."""

exponential.implementations.add_implementation(
    "cpp", _EXPONENTIAL_CPP, name="exponential", compiler_kwds={"headers": ["<cstring>", "<stdint.h>"]}
)

linoid = Function(_linoid, arg_units=[1], return_unit=1)
"""linoid(x) = x/(1 - exp(-x)), 1 at x = 0: the opening rate a (v - V)/(1 - exp(-(v - V)/k)) is a k linoid((v - V)/k),
and not 0/0 at v = V."""

linoid.implementations.add_implementation("cpp", _LINOID_CPP, name="linoid", dependencies={"exponential": exponential})
