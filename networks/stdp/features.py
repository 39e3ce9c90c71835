"""What the synapses of `network.py` have become at the end of a run; weights are in units of g_max."""

from pipeline.measure.own import feature


@feature(unit="1", about="fraction of weights below a tenth of the largest possible", states=True)
def weights_low(recording):
    return float((recording.state("synapses", "w") < 0.1).mean())


@feature(unit="1", about="fraction of weights above nine tenths of the largest possible", states=True)
def weights_high(recording):
    return float((recording.state("synapses", "w") > 0.9).mean())


@feature(unit="1", about="mean weight over the largest possible", states=True)
def weights_mean(recording):
    return float(recording.state("synapses", "w").mean())
