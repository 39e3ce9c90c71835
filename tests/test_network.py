"""The compiled network: knobs, signs and sizes, repeated runs, and a divergence that is seen and named."""

from concurrent.futures import ThreadPoolExecutor

import neuron
import numpy as np
import pytest

from networks.gutnisky2017.features import rate
from pipeline.measure.potential import chi
from pipeline.measure.trains import between

STRONGER = {"gKz_I": 0.5, "I_ext_E": 1, "I_ext_I": 1, "V_rearm": -79, "C_T_spread": 0.5, "B_T": 0.5, "seed_network": 2,
            "seed_input": 2, "V_init_min": -69, "V_init_max": -60, "V_AMPA": -5, "f_halo": 0.5,
            "t_rest": 50, "t_rise": 20, "t_whisk": 40,
            "spread_T": 0.5, "defaultclock_dt": 0.05}  # fmt: skip
"""New values for knobs that are 0, an integer, or that a tenth would not be felt of."""

NEEDED = {"I_halo_mean": {"f_halo": 0.5}, "I_halo_spread": {"f_halo": 0.5}, "k_halo": {"f_halo": 0.5},
          "A_rest": {"t_rest": 50, "t_whisk": 50}, "t_rise": {"t_whisk": 80}, "t_rest": {"t_whisk": 50}}  # fmt: skip
"""Knobs that act only with others."""


def _chi(recording):
    return {name: chi(potential) for name, potential in recording.potentials.items()}


def _same(a, b):
    return _chi(a) == _chi(b) and all(
        np.array_equal(a.spikes[name].times_s, b.spikes[name].times_s)
        and np.array_equal(a.spikes[name].neurons, b.spikes[name].neurons)
        for name in "TEI"
    )


def _needed(name):
    return tuple(NEEDED.get(name, {}).items())


def test_every_knob_changes_what_is_measured(model, run):
    values = model.point("touch", {"duration": 0.2, "transient": 0.1})
    sizes = ("N_T", "N_E", "N_I")  # which are other programs
    changed = {name: {name: STRONGER.get(name, value * 1.1)} for name, value in values.items() if name not in sizes}
    bases = {needed: run("touch", **dict(needed)) for needed in {_needed(name) for name in changed}}
    with ThreadPoolExecutor(2) as pool:
        runs = pool.map(lambda name: run("touch", **dict(_needed(name)) | changed[name]), changed)
        same = [name for name, other in zip(changed, runs, strict=True) if _same(bases[_needed(name)], other)]
    assert same == []


def test_the_same_point_gives_the_same_spikes(run):
    """Run alone, then two at a time after another point: identical to the bit."""
    alone = run("touch")
    with ThreadPoolExecutor(2) as pool:
        *_, again, twin = pool.map(lambda a_t: run("touch", A_T=a_t), [10, 14, 14])
    assert _same(alone, again)
    assert _same(alone, twin)
    assert len(alone.spikes["E"].times_s) > 100


def test_each_seed_draws_what_it_should(run):
    base, other_network, other_input = run("touch"), run("touch", seed_network=2), run("touch", seed_input=2)
    assert np.array_equal(base.spikes["T"].times_s, other_network.spikes["T"].times_s)
    assert not np.array_equal(base.spikes["E"].times_s, other_network.spikes["E"].times_s)
    assert not np.array_equal(base.spikes["T"].times_s, other_input.spikes["T"].times_s)


def test_projections_have_the_in_degrees_of_the_table(model, program):
    values = model.point("whisking", {"duration": 0.1, "transient": 0})
    recording, _ = program.simulate(values, everything=True)
    for projection in ("ET", "IT", "EE", "IE", "EI", "II"):
        pre, post = (recording.states[f"{projection}._synaptic_{end}"] for end in ("pre", "post"))
        n_post, n_pre = (model.populations[name] for name in projection)
        p = values[f"K_{projection}"] / n_pre
        deviation = (len(pre) - p * n_pre * n_post) / np.sqrt(p * (1 - p) * n_pre * n_post)
        assert abs(deviation) < 4, projection
        assert (pre.max(), post.max()) == (n_pre - 1, n_post - 1)
        in_degrees = np.bincount(post, minlength=n_post)
        assert in_degrees.std() == pytest.approx(np.sqrt(n_pre * p * (1 - p)), rel=0.2), projection
        assert len(set(zip(pre, post, strict=True))) == len(pre), "a pair is connected at most once"


ISOLATED = dict.fromkeys(("g_ET", "g_IT", "g_EE", "g_IE", "g_EI", "g_II"), 0)


def test_uncoupled_and_undriven_neurons_are_silent(run):
    silent = run("touch", **ISOLATED)
    assert len(silent.spikes["E"].times_s) == len(silent.spikes["I"].times_s) == 0
    assert len(silent.spikes["T"].times_s) > 0


@pytest.mark.parametrize(
    ("gain", "population", "sign", "drive"),
    [
        ("g_ET", "E", 1, {}),
        ("g_IT", "I", 1, {}),
        ("g_EE", "E", 1, {"g_ET": 0.25}),
        ("g_IE", "I", 1, {"g_ET": 0.25}),
        ("g_EI", "E", -1, {"g_ET": 0.25, "g_IT": 0.2}),
        ("g_II", "I", -1, {"g_IT": 0.2}),
    ],
)
def test_excitation_excites_and_inhibition_inhibits(model, run, gain, population, sign, drive):
    """One projection at a time, on top of the input that it needs to show."""
    weak, strong = (
        run("touch", **ISOLATED | drive | {gain: factor * model.knobs[gain].value}) for factor in (0.5, 1.5)
    )
    difference = len(strong.spikes[population].times_s) - len(weak.spikes[population].times_s)
    assert sign * difference > 0


@pytest.mark.parametrize(("delay", "gain", "population"), [("delay_ET", "g_ET", "E"), ("delay_IT", "g_IT", "I")])
def test_a_delay_shifts_a_response_by_just_that(model, run, delay, gain, population):
    """With one projection and a first volley at 50 ms into rest, every first spike moves by 3 ms, to a step.

    To a step, since thalamic neurons fire several times within 4 ms, and these spikes share their lag behind a step.
    """
    settings = ISOLATED | {gain: 3, "A_T": 0, "C_T": 3}
    early, late = (run("touch", **settings | {delay: ms}).spikes[population] for ms in (1.0, 4.0))
    first = [np.array([spikes.times_s[spikes.neurons == k].min() for k in range(40)]) for spikes in (early, late)]
    assert np.abs(first[1] - first[0] - 0.003).max() < model.dt_ms / 1000


def test_a_delay_between_two_steps_acts_at_its_value(run):
    settings = ISOLATED | {"g_ET": 3, "A_T": 0, "C_T": 3}
    first = {}
    for ms in (1.0, 1.02, 1.05):
        spikes = run("touch", **settings | {"delay_ET": ms}).spikes["E"]
        first[ms] = np.mean([spikes.times_s[spikes.neurons == k].min() for k in range(400)])
    assert first[1.02] - first[1.0] == pytest.approx(0.4 * (first[1.05] - first[1.0]), abs=3e-6)


@pytest.mark.parametrize("population", "EI")
def test_spikes_of_the_program_are_where_scipy_puts_them(model, run, population):
    """All neurons from -65 mV by a constant current, half of I by less: in 100 ms to less than a step."""
    halo = {"f_halo": 0.5, "I_halo_mean": -3, "I_halo_spread": 0}
    start = {"V_init_min": -65.0001, "V_init_max": -65, f"I_ext_{population}": 5, "A_T": 0, "transient": 0}
    spikes = run("non_whisking", **ISOLATED | start | halo, duration=0.1).spikes[population]
    slow = spikes.neurons < 75 if population == "I" else np.zeros(len(spikes.neurons), bool)
    for chosen, current in ((slow, 0.02), (~slow, 0.05)):
        c = neuron.constants(model, population) | {"I_ext": current}
        exact_ms = neuron.spike_times_ms(c, [*neuron.rest(c)[:4], 0, 0], 0.1)
        n = len(np.unique(spikes.neurons[chosen]))
        assert np.count_nonzero(chosen) == len(exact_ms) * n
        times_ms = 1000 * spikes.times_s[chosen].reshape(len(exact_ms), n)
        assert np.abs(times_ms - exact_ms[:, None]).max(initial=0) < 0.16


def test_halorhodopsin_silences_its_neurons_and_frees_the_others(run):
    """No paradoxical effect: half of I lowered, the other half and E raised (Gutnisky et al. 2017, figure 11)."""
    control, silenced = (run("whisking", f_halo=f, transient=0.2, duration=1).spikes for f in (0, 0.5))
    halo, rest = ([np.count_nonzero((s["I"].neurons < 75) == of) for s in (control, silenced)] for of in (True, False))
    assert halo[1] < 0.5 * halo[0]
    assert rest[1] > 1.3 * rest[0]
    assert len(silenced["E"].times_s) > 1.3 * len(control["E"].times_s)


def test_the_transient_is_simulated_but_not_measured(run):
    """chi rests on the measured time alone, so a longer run that ends at the same time has the same spikes."""
    long, late = run("touch", transient=0.1, duration=0.4), run("touch", transient=0.3, duration=0.2)
    assert np.array_equal(long.spikes["E"].times_s, late.spikes["E"].times_s)
    assert _chi(long)["E"] != _chi(late)["E"]


def test_rates_are_those_of_the_network(run):
    """A swap of two parameters of E and I, or of their projections, would not leave all of these where they are."""
    recording = run("whisking", transient=0.5, duration=1)
    measured = {name: rate(between(spikes, 0.5, 1.5), 1) for name, spikes in recording.spikes.items()}
    assert measured["T"] == pytest.approx(14, rel=0.1)
    assert measured["E"] == pytest.approx(0.8, rel=0.25)
    assert measured["I"] == pytest.approx(19.9, rel=0.1)


@pytest.mark.parametrize(
    ("settings", "population", "variable", "t_s"),
    [
        ({"gNa": 1e300}, "E", "v", 0.00005),
        ({"phi": 1e300}, "E", "h", 0.00005),
        ({"tau_z": 1e-60}, "E", "z", 0.00005),
        ({"g_IT": 1e300}, "I", "g_AMPA", 0.00125),
        ({"g_IT": 1e37, "A_T": 0}, "I", "v", 0.0511),
    ],
)
def test_a_value_that_is_not_finite_stops_the_run_and_is_named(model, program, settings, population, variable, t_s):
    """Knobs far out of their bounds, which `Model.point` would refuse, at the first step or at the first spike."""
    recording, _ = program.simulate(model.point("touch", {"duration": 5}) | settings)
    assert recording.status == "diverged"
    divergence = recording.divergence
    assert (divergence.population, divergence.variable) == (population, variable)
    assert 0 <= divergence.neuron < model.populations[population]
    assert divergence.t_s == pytest.approx(t_s, abs=0.001)
    assert f"{variable} of {population}[{divergence.neuron}] is not finite" in str(divergence)
    assert max(spikes.times_s.max(initial=0) for spikes in recording.spikes.values()) <= divergence.t_s


def test_gains_of_thalamic_synapses_are_log_normal_over_neurons_with_mean_one(model, program):
    """A spread that also changed the mean would be another gain, and one of log10 another spread."""
    for spread in (0.0, 0.5):
        values = model.point("whisking", {"spread_T": spread, "duration": 0.1, "transient": 0})
        gains = program.simulate(values, everything=True)[0].states["E.gain_T"]
        assert gains.mean() == pytest.approx(1, abs=0.06)
        assert np.log(gains).std() == pytest.approx(spread, abs=0.03)
        assert np.log(gains).mean() == pytest.approx(-(spread**2) / 2, abs=0.05)
