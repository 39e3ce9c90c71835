// Watches a running network: finds the first value that is not finite, and sums potentials over time for their mean,
// standard deviation and synchrony without keeping them. Included into the program that Brian2 generates.
#pragma once
#include "open_value.h"
#include <cmath>
#include <cstddef>
#include <vector>

namespace watch {

// What was found first that is not finite: when, in which of the watched variables, at which index.
extern double found[3];
extern bool stopped;
extern double steps, weights, memory_kb;
extern const double *clock, *step; // time and step of the finest clock of the run
void look();
void end();

template <typename T> bool finite(const T *__restrict values, const size_t n)
{
    T total = 0;
    for (size_t i = 0; i < n; i++)
        total += values[i];
    return std::isfinite(total);
}

// Returns whether the sum of the slice `turn` (modulo `of`) of `of` slices is finite: cheap, and of large numbers it may
// not be though each of them is.
template <typename T> bool whole(const T *values, const size_t n, const size_t turn, const size_t of)
{
    const size_t slice = turn % of, begin = n / of * slice, end = slice + 1 == of ? n : n / of * (slice + 1);
    return end <= begin || finite(values + begin, end - begin);
}

// Notes the first value that is not finite, where none was found before.
template <typename T>
void first(const T *values, const size_t n, const size_t, const size_t, const double t, const int variable)
{
    for (size_t i = 0; i < n && found[0] < 0; i++)
        if (!std::isfinite(values[i])) {
            found[0] = t;
            found[1] = variable;
            found[2] = (double)i;
        }
}

// The potentials of a group over time: of each neuron the sums of (v - reference) and of its square, in one pass, and of
// the means of populations, which are the group or parts of it. The reference is near all of them: squares stay small,
// and so their sums exact.
struct Potential {
    std::vector<size_t> edges; // where populations begin or end
    std::vector<size_t> spans; // of each population the first edge and the last
    std::vector<double> sum, square, means, reference;

    Potential(std::vector<size_t> edges, std::vector<size_t> spans) : edges(edges), spans(spans) {}

    template <typename T> void add(const T *__restrict v, const double weight)
    {
        if (sum.empty())
            begin(v);
        const double middle = reference[0];
        double *__restrict s = sum.data();
        double *__restrict q = square.data();
        for (size_t k = 0; k + 1 < edges.size(); k++) {
            double total = 0;
            for (size_t i = edges[k]; i < edges[k + 1]; i++) {
                const double x = (double)v[i] - middle;
                s[i] += weight * x;
                q[i] += weight * x * x;
                total += x;
            }
            totals[k] = total;
        }
        for (size_t p = 0; p < spans.size() / 2; p++) {
            double total = 0;
            for (size_t k = spans[2 * p]; k < spans[2 * p + 1]; k++)
                total += totals[k];
            const double mean = total / (edges[spans[2 * p + 1]] - edges[spans[2 * p]]);
            means[2 * p] += weight * mean;
            means[2 * p + 1] += weight * mean * mean;
        }
    }

  private:
    std::vector<double> totals;

    template <typename T> void begin(const T *v)
    {
        const size_t n = edges.back();
        sum.assign(n, 0);
        square.assign(n, 0);
        totals.assign(edges.size(), 0);
        means.assign(spans.size(), 0);
        reference.assign(1, 0);
        for (size_t i = 0; i < n; i++)
            reference[0] += v[i] / n;
    }
};

extern Potential potential[];

// The potentials of the first neurons of a population after each step, as many neurons as a run asks for.
struct Trace {
    size_t begin, size; // of the population, which may be a part of its group
    std::vector<double> values; // a row a step

    Trace(size_t begin, size_t size) : begin(begin), size(size) {}

    template <typename T> void add(const T *v)
    {
        const size_t n = open_value::of[4] < size ? (size_t)open_value::of[4] : size;
        for (size_t i = begin; i < begin + n; i++)
            values.push_back((double)v[i]);
    }
};

extern Trace trace[];
extern std::vector<double> times; // of the rows of traces

} // namespace watch
