// exp and expm1 of many numbers at a time, for compilers that have none for as many as a register holds (clang has them
// for four, and on a Mac none). x = k ln 2 + r with |r| below ln 2 / 2, so that exp(x) = 2^k exp(r). Off by at most one
// unit in the last place. GCC has such functions of glibc, and takes them.
#pragma once
#if defined(__clang__) && defined(__FAST_MATH__)
#include <cmath>
#include <cstdint>
#include <cstring>

static inline double many_power_of_two(const int k)
{
    const int64_t bits = static_cast<int64_t>(k + 1023) << 52;
    double power;
    memcpy(&power, &bits, sizeof power);
    return power;
}

// Set k, and return exp(r) - 1, of a number that is in the range of both.
static inline double many_reduced(const double x, int& k)
{
#pragma clang fp reassociate(off)
    k = static_cast<int>(x * 1.4426950408889634 + (x < 0 ? -0.5 : 0.5));
    // ln 2 in two parts, of which the first has so few digits that its product with k is exact
    const double r = x - k * 0x1.62e42feep-1 - k * 0x1.a39ef35793c76p-33;
    // r^n/n! up to n = 13: what is left out is below 5e-18
    static const double factorials[] = {
        6227020800, 479001600, 39916800, 3628800, 362880, 40320, 5040, 720, 120, 24, 6, 2, 1};
    double series = 0;
    for (int n = 0; n < 13; n++)
        series = series * r + 1 / factorials[n];
    return series * r;
}

static inline double many_exp(const double x)
{
#pragma clang fp reassociate(off)
    int k;
    const double less_one = many_reduced(x > -746 ? (x < 710 ? x : 710) : -746, k);
    const int half = k / 2; // 2^k itself may be too large or too small for a number
    const double found = (1 + less_one) * many_power_of_two(half) * many_power_of_two(k - half);
    return x != x ? x : found;
}

static inline double many_expm1(const double x)
{
#pragma clang fp reassociate(off)
    int k;
    const double less_one = many_reduced(x > -50 ? (x < 710 ? x : 710) : -50, k);
    const double half = many_power_of_two(k - 1);
    const double found = 2 * (half * less_one + (half - 0.5));
    return x != x ? x : found;
}

static inline float many_exp(const float x) { return expf(x); }
static inline float many_expm1(const float x) { return expm1f(x); }
namespace std { using ::many_exp; using ::many_expm1; }
#define exp(x) many_exp(x)
#define expm1(x) many_expm1(x)
#endif
