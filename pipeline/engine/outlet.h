// What a program hands over at its end: arrays one after another on its standard output, each with its length before it.
#pragma once
#include <cstdint>
#include <iostream>
#include <vector>

namespace outlet {

inline void length(const uint64_t n) { std::cout.write((const char *)&n, sizeof n); }

template <typename T> void plain(const T *values, const uint64_t n)
{
    length(n);
    std::cout.write((const char *)values, n * sizeof(T));
}

template <typename T> void vector(const std::vector<T> &values) { plain(values.data(), values.size()); }

template <typename T> void table(T &values) // Brian2's DynamicArray2D, row after row
{
    length((uint64_t)values.n * values.m);
    for (int row = 0; row < values.n; row++)
        std::cout.write((const char *)&values(row, 0), values.m * sizeof(values(0, 0)));
}

} // namespace outlet
