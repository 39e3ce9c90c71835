// Spikes on their way to what synapses do: in place of Brian2's SynapticPathway, with what its C++ calls of that.
//
// Synapses of one source usually have numbers that follow one another, and often one delay. Then a spike is one range of
// synapses in the queue, and not a copy of their numbers; otherwise as many ranges as it takes. What is done, and in
// which order, is the same.
#pragma once
#include "brianlib/spikequeue.h" // Brian2's other files use what it includes and names
#include <cstddef>
#include <ostream>
#include <vector>

// Synapses begin <= number < end.
struct SynapseRange {
    int begin, end;
};

class SynapticPathway {
  public:
    std::vector<int> &sources; // of each synapse
    const SynapticPathway *queue[1] = {this}; // what Brian2's files of results write, from 2.10 on; these are not used

    SynapticPathway(std::vector<int> &sources, int first_source, int last_source)
        : sources(sources), first_source(first_source), n_sources(last_source - first_source), due(1)
    {
    }

    // Before each run: delays in s and sources of all synapses, or one delay for all. Spikes on their way stay so.
    template <typename T>
    void prepare(int, int, const T *delays_s, int n_delays, const int *source, int n_synapses, double dt_s)
    {
        if (step_s != 0 && step_s != dt_s)
            change_step(step_s / dt_s);
        step_s = dt_s;
        delays.clear();
        int longest = 0;
        for (int i = 0; i < n_delays; i++) {
            delays.push_back((int)(delays_s[i] / dt_s + 0.5));
            longest = delays[i] > longest ? delays[i] : longest;
        }
        one_delay = true;
        for (size_t i = 1; i < delays.size(); i++)
            one_delay = one_delay && delays[i] == delays[0];
        // synapses by source, those of one source in the order of their numbers
        first.assign(n_sources + 1, 0);
        for (int s = 0; s < n_synapses; s++)
            first[source[s] - first_source + 1]++;
        for (int j = 0; j < n_sources; j++)
            first[j + 1] += first[j];
        std::vector<int> next(first.begin(), first.end() - 1);
        by_source.resize(n_synapses);
        for (int s = 0; s < n_synapses; s++)
            by_source[next[source[s] - first_source]++] = s;
        grow(longest);
    }

    void push(const int *spikes, int n_spikes)
    {
        for (int k = 0; k < n_spikes; k++) {
            const int j = spikes[k] - first_source;
            if (j < 0 || j >= n_sources)
                continue;
            const int n = first[j + 1] - first[j], *synapse = by_source.data() + first[j];
            if (one_delay && n > 0 && synapse[n - 1] - synapse[0] == n - 1) {
                at(delays[0]).push_back({synapse[0], synapse[n - 1] + 1});
                continue;
            }
            for (int i = 0; i < n; i++)
                add(at(delays[one_delay ? 0 : synapse[i]]), synapse[i]);
        }
    }

    void advance()
    {
        due[now].clear();
        now = (now + 1) % due.size();
    }

    // What arrives in this step.
    const std::vector<SynapseRange> &ranges() const { return due[now]; }

    // The same as numbers of synapses, for code that asks for these.
    std::vector<int> *peek()
    {
        numbers.clear();
        for (const SynapseRange &range : due[now])
            for (int s = range.begin; s < range.end; s++)
                numbers.push_back(s);
        return &numbers;
    }

  private:
    int first_source, n_sources;
    double step_s = 0;
    bool one_delay = true;
    std::vector<int> delays, first, by_source, numbers; // delays in steps; those of source j: first[j] to first[j + 1]
    std::vector<std::vector<SynapseRange>> due;         // a ring of what is due, by steps from `now`
    size_t now = 0;

    std::vector<SynapseRange> &at(int steps) { return due[(now + steps) % due.size()]; }

    static void add(std::vector<SynapseRange> &there, int synapse)
    {
        if (!there.empty() && there.back().end == synapse)
            there.back().end++;
        else
            there.push_back({synapse, synapse + 1});
    }

    // Makes room for delays of so many steps.
    void grow(int steps)
    {
        if (steps < (int)due.size())
            return;
        std::vector<std::vector<SynapseRange>> longer(steps + 1);
        for (size_t k = 0; k < due.size(); k++)
            longer[k].swap(at((int)k));
        due.swap(longer);
        now = 0;
    }

    // Puts what is on its way to where it is in steps of another length, `factor` times as many.
    void change_step(double factor)
    {
        std::vector<std::vector<SynapseRange>> other((size_t)(due.size() * factor) + 1);
        for (size_t k = 0; k < due.size(); k++) {
            size_t then = (size_t)(k * factor + 0.5);
            then = then < other.size() ? then : other.size() - 1;
            other[then].insert(other[then].end(), at((int)k).begin(), at((int)k).end());
        }
        due.swap(other);
        now = 0;
    }
};

inline std::ostream &operator<<(std::ostream &out, const SynapticPathway &) { return out; }
