"""Mistakes that run without a word: each is told, and what looks alike and is right is not."""

import pytest
from diagnosed import findings_of

from pipeline.doctor.script import examine_script

pytestmark = pytest.mark.usefixtures("numpy_target")


def _told(text):
    return {kind: " ".join([one.says, *one.evidence]) for kind, one in findings_of(text).items()}


LIF = "threshold='v > 1', reset='v = 0', method='euler')"

PLACED = f"""
G = NeuronGroup(20, '''dv/dt = (2 - v)/(10*ms) : 1
x : 1''', {LIF}
S = Synapses(G, G, on_pre='v += 0.01')
"""
NEAR = "S.connect('abs(x_pre - x_post) < 2')\n"
FAR = "S.connect()\nS.delay = 'abs(x_pre - x_post)*ms'\n"
SET = "G.x = 'i'\n"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (NEAR + SET, "connect of S reads x of G while that is still 0"),
        (FAR + SET, "delay of S reads x of G while"),
        (SET + NEAR, None),
        (SET + FAR, None),
    ],
    ids=["connect before", "delay before", "connect after", "delay after"],
)
def test_what_is_read_before_it_is_set(text, told):
    found = _told(PLACED + text)
    assert told in found.get("read_early", "") if told else found == {}


CONTROLLED = f"""
drive = 2
G = NeuronGroup(5, '''dv/dt = (READ - v)/(10*ms) : 1
level : 1 (shared)''', {LIF}
G.level = 2
@network_operation(dt=1*ms)
def control():
    global drive
    drive = drive + 0.1
    G.level = drive
"""


@pytest.mark.parametrize("read", ["drive", "level"])
def test_an_operation_cannot_change_what_is_read_once(read):
    found = _told(CONTROLLED.replace("READ", read))
    assert ("drive, which control changes in the run" in found.get("frozen_constant", "")) is (read == "drive"), found


CURVE = f"""from brian2 import *
prefs.codegen.target = 'numpy'
G = NeuronGroup(5, '''dv/dt = (I - v)/(10*ms) : 1
I : 1''', {LIF}
net = Network(G)
net.store()
for current in (1.5, 2):
"""


@pytest.mark.parametrize(
    ("loop", "told"),
    [
        ("    G.I = current\n    net.restore()\n    net.run(20*ms)", True),
        ("    net.restore()\n    G.I = current\n    net.run(20*ms)", False),
        ("    net.restore()\n    G.I = current\n    net.run(20*ms)\n    G.I = 1", False),
    ],
    ids=["before", "after", "at the end of a round"],
)
def test_a_value_that_restore_replaces(tmp_path, loop, told):
    path = tmp_path / "theirs.py"
    path.write_text(CURVE + loop)
    found = [one.says for one in examine_script(path).findings if one.kind == "put_back"]
    assert ("What line 8 sets as I of G is gone before the run" in " ".join(found)) is told


@pytest.mark.parametrize("division", ["/", "//"])
def test_fractions_of_indices_are_seldom_equal(division):
    found = _told(PLACED.replace("x : 1", "") + f"S.connect('(i{division}5) == (j{division}5) - 1')")
    assert ("it holds for 11 pairs" in found.get("compared_fraction", "")) is (division == "/"), found


@pytest.mark.parametrize("unit", ["meter", "cm"])
def test_axial_resistivity_is_that_of_a_cable(unit):
    found = _told(f"""
N = SpatialNeuron(Cylinder(length=1*mm, diameter=2*um, n=10), 'Im = (0.1*mS/cm**2)*(-70*mV - v) : amp/meter**2',
                  Cm=1*uF/cm**2, Ri=100*ohm*{unit}, method='exponential_euler')
N.v = -70*mV
""")
    assert ("1e+04 ohm*cm" in found.get("cable_scale", "")) is (unit == "meter"), found


@pytest.mark.parametrize("alpha", [320, 0.3])
def test_both_sides_of_a_rule_are_of_one_size(alpha):
    found = _told(f"""
G = NeuronGroup(10, 'dv/dt = (2 - v)/(10*ms) : 1', {LIF}
S = Synapses(G, G, '''w : 1
da/dt = -a/(20*ms) : 1 (event-driven)
db/dt = -b/(20*ms) : 1 (event-driven)''',
    on_pre='a += 1; w = clip(w + 0.1*(b - {alpha}), 0, 20); v += 0.001*w',
    on_post='b += 1; w = clip(w + 0.1*a, 0, 20)')
S.connect(condition='i != j')
S.w = 5
""")
    assert ("A spike of pre moves w of S by" in found.get("lopsided_rule", "")) is (alpha == 320), found


@pytest.mark.parametrize(("noise", "told"), [("0.5*randn()", True), ("0.5*xi*sqrt(20*ms)", False)])
def test_noise_that_hangs_on_the_step_makes_silence(noise, told):
    """Without spikes no rate can tell at finer steps."""
    found = _told(f"G = NeuronGroup(10, 'dv/dt = (0.3 + {noise} - v)/(10*ms) : 1', {LIF}".replace("v > 1", "v > 9"))
    assert ("0.5*randn()" in found.get("noise_per_step", "")) is told, found


@pytest.mark.parametrize(("taker", "told"), [("G[5:]", True), ("G[:5]", False)])
def test_what_others_take_away_is_no_decay(taker, told):
    """Catches excitation that stays for ever, since inhibition from other neurons of the group subtracts."""
    found = _told(f"""
G = NeuronGroup(10, '''dv/dt = (I - v)/(10*ms) : 1
I : 1''', {LIF}
G.I = 2
S = Synapses(G[:5], G, on_pre='I += 0.01')
S.connect()
R = Synapses({taker}, G, on_pre='I -= 0.01', delay=3*ms)
R.connect()
""")
    assert ("What events of S add to G.I" in found.get("never_decays", "")) is told, found
