// expm1 of many numbers at a time, for compilers that know none: by a series near 0, where exp(x) - 1 loses its digits,
// and as that elsewhere; off by a few units in the last place. GCC has one of glibc, and takes it.
#pragma once
#if defined(__clang__) && defined(__FAST_MATH__)
#include <cmath>

static inline double many_expm1(const double x)
{
    // x^k/k! up to k = 14: what is left out is below 1e-16 of the sum at |x| = 1/2
    double series = 1;
    for (int k = 14; k > 1; k--)
        series = 1 + series * x * (1.0 / k);
    const double far = exp(x) - 1;
    return fabs(x) < 0.5 ? series * x : far;
}
#define expm1 many_expm1
#endif
