"""Another integrator and finer steps for a script's network: what they do to spikes, and what is refused.

A neuron of Hodgkin and Huxley's kind, and one that the integrator does not take. The comment over a test says which
mistake it catches.
"""

import math
import re

import numpy as np
import pytest
from typer.testing import CliRunner

import pipeline.cli.accuracy
import pipeline.cli.adoption  # noqa: F401, its verb
from pipeline.cli.commands import app
from pipeline.config.reader import ConfigError
from pipeline.engine import programs
from pipeline.engine.scripts import ScriptEngine
from pipeline.engine.translated import Scheme, Wish
from pipeline.engine.translator import translator
from pipeline.network.adopted import ALL, read_adopted
from pipeline.network.reading import read_model
from pipeline.plan.adoption import take
from pipeline.sweep.accuracy import Way, mean_and_error

SCRIPT = """from brian2 import *

defaultclock.dt = 0.1*ms
drive = 1.6*uA/cm**2
E_K = -90*mV
equations = '''
dv/dt = (drive*(1 + 0.02*i) - 0.1*mS/cm**2*(v + 65*mV) - 35*mS/cm**2*m**3*h*(v - 55*mV)
         - 9*mS/cm**2*n**4*(v - E_K))/(1*uF/cm**2) : volt
m = alpha_m/(alpha_m + beta_m) : 1
alpha_m = 1/exprel(-(v + 35*mV)/(10*mV))/ms : Hz
beta_m = 4*exp(-(v + 60*mV)/(18*mV))/ms : Hz
dh/dt = 5*(0.07*exp(-(v + 58*mV)/(20*mV))*(1 - h) - h/(1 + exp(-(v + 28*mV)/(10*mV))))/ms : 1
dn/dt = 5*(0.1/exprel(-(v + 34*mV)/(10*mV))*(1 - n) - 0.125*exp(-(v + 44*mV)/(80*mV))*n)/ms : 1
'''
cells = NeuronGroup(10, equations, threshold='v > 0*mV', refractory='v > 0*mV', method='exponential_euler')
cells.v = -64*mV
cells.h = 0.8
noisy = NeuronGroup(5, 'dx/dt = (1 - x)/(10*ms) + 0.1*xi/sqrt(ms) : 1', threshold='x > 1', reset='x = 0',
                    method='euler')
pulses = NeuronGroup(1, 'n : 1')
pulses.run_regularly('n += 1', dt=10*ms)
run(300*ms)
"""


@pytest.fixture(scope="module")
def network(tmp_path_factory):
    folder = tmp_path_factory.mktemp("accuracy")
    (folder / "net.py").write_text(SCRIPT)
    take(folder / "net.py", folder / "net", folder / "results")
    return folder


@pytest.fixture(scope="module")
def spikes(network):
    """Return the recording of a scheme, by its populations and by how much it divides the step."""
    model = read_model(network / "net")
    kept = {}

    def _spikes(*scheme):
        if scheme not in kept:
            engine = ScriptEngine(model, network / "results", Scheme(*scheme))
            kept[scheme], _ = engine.simulate(model.point("base", {}), everything=True)
            engine.close()
        return kept[scheme]

    return _spikes


def _last(recording):
    """Return the time of the 15th spike of each cell."""
    one = recording.spikes["cells"]
    return np.array([np.sort(one.times_s[one.neurons == k])[14] for k in range(one.size)])


# an integrator that is asked for and not used, or one of first order: its error would be that of exponential Euler
def test_the_integrator_is_more_accurate_than_the_scripts_own(spikes):
    exact = _last(spikes((), 32))
    own, staggered = (np.abs(_last(spikes(populations, 1)) - exact).mean() for populations in ((), ("cells",)))
    assert own > 1e-3
    assert staggered < own / 5


# steps that are not divided, or also those of what the script does at times of its own
def test_steps_are_finer_and_own_times_stay(spikes):
    exact = _last(spikes((), 32))
    coarse, fine = (np.abs(_last(spikes((), finer)) - exact).mean() for finer in (1, 4))
    assert 2.5 < coarse / fine < 6  # of first order
    for finer in (1, 4):
        assert spikes((), finer).states["neurongroup_2.n"] == [30]


# a population that the integrator does not take and that quietly keeps, or loses, its own
def test_what_it_does_not_take_is_named(network, spikes):
    with pytest.raises(ConfigError, match=r"it does not take the equations of noisy .*stochastic"):
        spikes((ALL,), 1)
    with pytest.raises(ConfigError, match=r"no population .* is called nobody \(there are: cells, noisy\)"):
        spikes(("nobody",), 1)


# a step that an earlier run of the process leaves behind makes of all numbers ones that need the script again
def test_a_number_of_a_script_that_sets_its_step_is_direct(network):
    settings = read_adopted(network / "net").settings
    assert settings["drive"].direct
    assert settings["E_K"].direct


# deviations from something else than the limit, or of unpaired networks, and a verdict that does not follow from them
def test_the_verb_says_whether_the_step_is_short_enough(network, spikes, tmp_path):
    model = ["--network", str(network / "net"), "--results", str(network / "results")]
    asked = ["--networks", "2", "--features", "rate_cells", "--out", str(tmp_path / "steps.png")]
    done = CliRunner().invoke(app, ["accuracy", *model, *asked])
    assert done.exit_code == 0, (done.output, done.exception)
    assert "it does not take the equations of noisy" in done.stderr
    row = next(line for line in done.stdout.splitlines() if "rate_cells" in line)
    rates = np.array([len(spikes((), finer).spikes["cells"].times_s) / 3 for finer in (1, 2, 4)])
    said = [float(x) for x in re.findall(r"[-+]?\d+\.?\d*", row)]
    limit = said[0]
    assert said[1] == 0  # networks of the same cells
    assert [100 * (rate / limit - 1) for rate in rates] == pytest.approx(said[2::2], abs=0.06)
    assert limit == pytest.approx(np.polyfit([1, 0.5, 0.25], rates, 1)[1], abs=0.05)  # of first order
    assert "0.1 ms is " in done.stdout
    assert (tmp_path / "steps.png").stat().st_size > 1000
    done = CliRunner().invoke(app, ["accuracy", *model, "--features", "rate_cell"])
    assert "unknown feature 'rate_cell'; nearest known: rate_cells." in str(done.exception)


def _way(order, noise, slope=0.5):
    """Return a way whose feature is 10 + slope*dt^order on 40 networks, which differ by more than the step does."""
    rng = np.random.default_rng(3)
    steps = np.array([0.4, 0.2, 0.1])
    values = 10 + rng.normal(0, 1, 40) + (slope * steps**order)[:, None] + rng.normal(0, noise, (3, 40))
    return Way("as written", tuple(steps), (1.0, 2.0, 4.0), {"x": values, "silent": np.full((3, 40), np.nan)})


# a line in dt through values of second order ends beside their limit, and the reverse; unpaired errors hide both
@pytest.mark.parametrize("order", [1, 2])
def test_the_order_and_the_limit_are_found_in_paired_networks(order):
    way = _way(order, 0.01)
    assert way.order == order
    (deviation, error), *_ = way.deviations("x")
    assert deviation == pytest.approx(0.5 * 0.4**order, abs=4 * error)
    assert error < 0.01
    assert way.limit("x")[1] == pytest.approx(1 / math.sqrt(40), rel=0.3)  # of a network's mean, not of the step


# a step that does harm and is passed, or chance that is not
def test_the_step_that_would_do_is_where_the_deviation_is_a_hundredth():
    way = _way(1, 0.01, slope=2.0)  # 8 % at 0.4
    assert way.needed_ms("x") == pytest.approx(0.4 * 0.1 / 0.8, rel=0.15)
    assert _way(2, 0.01, slope=2.0).needed_ms("x") == pytest.approx(0.4 * math.sqrt(0.1 / 0.32), rel=0.15)
    assert _way(1, 0.01, slope=0.1).needed_ms("x") is None  # 0.4 %
    assert _way(1, 3.0, slope=2.0).needed_ms("x") is None  # lost in the noise
    assert way.needed_ms("silent") is None


# the deviation in place of the error of the mean, or undefined values as zeros
def test_the_mean_and_its_error():
    mean, error = mean_and_error(np.array([1.0, 2.0, math.nan, 3.0, 6.0]))
    assert mean == 3
    assert math.isclose(error, math.sqrt(14 / 3 / 4))
    assert math.isnan(mean_and_error(np.array([math.nan]))[0])


# a table whose integrator is not that by which adopting found what numbers do, or one that adopting does not read
def test_the_integrator_of_the_table_counts_once_it_is_adopted(network, spikes):
    table = network / "net" / "knobs.yaml"
    table.write_text(table.read_text() + "integrator: {cells: staggered_midpoint}\n")
    with pytest.raises(ConfigError, match="integrator: has changed since the script was adopted"):
        read_model(network / "net")
    take(network / "net.py", network / "net", network / "results")
    model = read_model(network / "net")
    assert read_adopted(network / "net").staggered == ("cells",)
    engine = ScriptEngine(model, network / "results")
    there, _ = engine.simulate(model.point("base", {}))
    engine.close()
    assert np.array_equal(_last(there), _last(spikes(("cells",), 1)))
    assert not np.array_equal(_last(there), _last(spikes((), 1)))


def test_delays_that_are_reckoned_in_steps_are_so_in_finer_ones(tmp_path):
    """A script that reads its step before its run would else have delays of the step that was."""
    script = tmp_path / "net.py"
    script.write_text(
        "from brian2 import *\ndefaultclock.dt = 0.1*ms\n"
        "source = SpikeGeneratorGroup(1, [0], [1]*ms)\n"
        "target = NeuronGroup(1, 'x : 1', threshold='x > 0', reset='x = 0')\n"
        "S = Synapses(source, target, on_pre='x_post += 1')\nS.connect()\nS.delay = '1*ms - dt'\nrun(5*ms)\n"
    )
    with translator() as asked:
        for finer, step_s in ((1, 1e-4), (4, 2.5e-5)):
            made = asked.ask("translate", Wish(str(script), {}, 1, 1, scheme=Scheme((), finer)))
            program = programs.ensure(made, tmp_path)
            run = programs.Run(1, 1, 0.0)
            numbers = [value.value for value in made.values]
            found = programs.simulate(program, made, numbers, run, made.runs)
            assert made.steps_s == [pytest.approx(step_s)]
            # a spike of step t acts from t on, and is seen in the next step: one less for the step of the delay
            assert found.spikes["target"].times_s == pytest.approx([0.002 - step_s + step_s], abs=1e-9)
