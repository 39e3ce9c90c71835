"""What the variants of network.py do to whisking and touch: a table, and a figure. Some minutes, most to compile.

PYTHONPATH=. python networks/gutnisky2017/variants.py docs/variants.png
"""

import sys
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

from pipeline import Network
from pipeline.show.style import COLOURS, WIDTH

HERE = Path(__file__).parent
SEEDS = range(1, 5)  # networks, each with its thalamic input; the same for all variants
DURATION, BEGIN = 8.0, 1.0  # seconds that are run, and from which on rates and PSTH are taken
CYCLE, CONTACT = 100, 50  # ms: the whisking cycle, and the onset of the contact in it
C_T = 0.6  # spikes of a thalamic neuron per touch
TOUCHES = 10  # from the beginning, whose responses are drawn one by one,
MANY = range(1, 25)  # and networks for these
WHO = {
    "network": ("", {}), "depression": ("depression", {}), "m_current": ("m_current", {}),
    "somatostatin": ("somatostatin", {}), "no facilitation": ("somatostatin", {"tau_facil": 1e-3}),  # ms
}
LABELS = {
    "network": "network of the paper", "depression": "thalamic synapses tire", "m_current": "M-current in E",
    "somatostatin": "with S", "no facilitation": "with S, no facilitation",
}
LOOKS = dict(zip(LABELS, zip((COLOURS[k] for k in (6, 4, 1, 2, 2)), ("-", "-", "-", "-", ":"))))


def runs(folder, seeds=SEEDS, duration=DURATION, **knobs):
    """Return the spikes of a variant by seed: {population: (times in ms, number of neurons)}."""
    with Network(HERE / folder) as network:
        found = []
        for seed in seeds:
            recording = network.simulate(seed=seed, duration=duration, transient=0, **knobs).recording
            found.append({name: (1000*one.times_s, one.size) for name, one in recording.spikes.items()})
        return found


def per_network(found, population, measure):
    """Return a measure of each network, a row each."""
    return np.array([measure(*one[population]) for one in found])


def rate(times, size):
    """Return spikes/s."""
    return (times >= 1000*BEGIN).sum()/size/(DURATION - BEGIN)


def over_cycle(times, size):
    """Return the rate by time since the contact, in spikes/s, in bins of 1 ms."""
    counts = np.histogram((times[times >= 1000*BEGIN] - CONTACT) % CYCLE, np.arange(CYCLE + 1))[0]
    return counts/size/((DURATION - BEGIN)/CYCLE)


def by_touch(times, size):
    """Return the spikes of a neuron in the 25 ms after each of the first contacts."""
    inside = times[(times - CONTACT) % CYCLE < 25]
    return np.histogram(inside - CONTACT, CYCLE*np.arange(TOUCHES + 1))[0]/size


def mean_sem(values):
    """Return mean and standard error over networks."""
    return values.mean(axis=0), values.std(axis=0, ddof=1)/np.sqrt(len(values))


def relative(values, base):
    """Return the mean over networks over that of `base`, and its standard error: the same networks are in both."""
    ratio = values.mean(axis=0)/base.mean(axis=0)
    return ratio, (values - ratio*base).std(axis=0, ddof=1)/np.sqrt(len(values))/base.mean(axis=0)


def said(values):
    """Return mean and standard error over networks as text."""
    return "{:.2f} +- {:.2f}".format(*mean_sem(values))


def table(whisking, touch, first):
    """Print rates, and the response to a touch: of the first, and of those from the sixth on."""
    print(f"{'':20}{'whisking':>16}{'touch':>16}{'touch 1':>16}{'touches 6-10':>16}")
    for name, found in touch.items():
        for population in "EIS":
            if population in found[0]:
                response = per_network(first[name], population, by_touch)
                columns = [
                    per_network(whisking[name], population, rate), per_network(found, population, rate),
                    response[:, 0], response[:, 5:].mean(axis=1),
                ]
                print(f"{name:16}{population:4}" + "".join(f"{said(column):>16}" for column in columns))
    for population in "IS":
        spikes = per_network(touch["somatostatin"], population, over_cycle)[:, :25]
        latency = spikes @ np.arange(0.5, 25)/spikes.sum(axis=1)
        print(f"with S: spikes of {population} in the 25 ms after a contact come {said(latency)} ms after it")


def figure(touch, first):
    """Draw rates over the cycle, and the response touch by touch against that of the network without the change."""
    drawn, axes = plt.subplots(2, 3, figsize=(WIDTH, 4), layout="constrained")
    base = {p: per_network(first["network"], p, by_touch) for p in "EI"}
    for name, found in touch.items():
        colour, line = LOOKS[name]
        for k, population in enumerate("EIS"):
            if population not in found[0] or (name == "no facilitation" and population != "S"):
                continue
            mean, sem = mean_sem(per_network(found, population, over_cycle))
            shown = np.arange(-3, 18)
            axes[0, k].plot(shown + 0.5, mean[shown], line, color=colour, lw=2 if name == "network" else 1)
            low, high = (mean - sem)[shown], (mean + sem)[shown]
            axes[0, k].fill_between(shown + 0.5, low, high, color=colour, alpha=0.25, lw=0)
            response = per_network(first[name], population, by_touch)
            mean, sem = relative(response, base[population]) if population in base else mean_sem(response)
            if name != "network":
                number = np.arange(1, TOUCHES + 1)
                axes[1, k].errorbar(number, mean, sem, fmt=line, marker=".", color=colour, lw=1, ms=3)
    for k, population in enumerate("EIS"):
        axes[0, k].set(title=f"{population} after a contact", xlabel="time since contact (ms)", ylim=(0, None))
        axes[1, k].set(xlabel="number of the touch", xticks=range(1, TOUCHES + 1), ylim=(0, None))
        axes[1, k].set_title(f"{population}, touch by touch")
    axes[0, 0].set_ylabel("rate (spikes/s)")
    axes[1, 0].set_ylabel("spikes, over those\nof the paper's network")
    axes[1, 2].set_ylabel("spikes of a neuron")
    for axis in axes[1, :2]:
        axis.axhline(1, color=LOOKS["network"][0], lw=1)
    handles = [plt.Line2D([], [], color=c, ls=line, lw=1.5, label=LABELS[name]) for name, (c, line) in LOOKS.items()]
    drawn.legend(handles=handles, loc="outside upper center", ncols=3)
    return drawn


if __name__ == "__main__":
    whisking, touch, first = {}, {}, {}
    for name, (folder, knobs) in WHO.items():
        whisking[name] = runs(folder, **knobs)
        touch[name] = runs(folder, C_T=C_T, **knobs)
        first[name] = runs(folder, MANY, (CONTACT + CYCLE*TOUCHES)/1000, C_T=C_T, **knobs)
    table(whisking, touch, first)
    if len(sys.argv) > 1:
        figure(touch, first).savefig(sys.argv[1])
