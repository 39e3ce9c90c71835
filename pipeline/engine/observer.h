// Watches a running network: finds the first non-finite value, and sums potentials for the synchrony measure chi
// without keeping them. Included into the program that Brian2 generates; templates, so that it takes any float type.
#pragma once
#include <cmath>
#include <cstdint>

namespace observer {

// Sums over time for chi: per neuron of (v - reference) and its square, and the same for the population mean.
// Returns false where a potential is not finite. The reference keeps the squares small and so their sums exact.
template <typename T>
bool add(const T *__restrict v, const int n, const double reference, double *__restrict sum, double *__restrict square,
         double *mean_sum, double *mean_square)
{
    double total = 0;
    for (int i = 0; i < n; i++) {
        const double x = (double)v[i] - reference;
        sum[i] += x;
        square[i] += x * x;
        total += x;
    }
    const double mean = total / n;
    *mean_sum += mean;
    *mean_square += mean * mean;
    return std::isfinite(total);
}

template <typename T> bool finite(const T *__restrict v, const int n)
{
    T total = 0;
    for (int i = 0; i < n; i++)
        total += v[i];
    return std::isfinite(total);
}

template <typename T> int first_not_finite(const T *values, const int n)
{
    for (int i = 0; i < n; i++)
        if (!std::isfinite(values[i]))
            return i;
    return -1;
}

} // namespace observer
