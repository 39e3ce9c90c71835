"""What Brian2 refuses, as the doctor tells it: each row of the table happens, with its object, line, statement, cure."""

from pathlib import Path

import brian2 as b2
import pytest

from pipeline.doctor.instruments.subject import Subject
from pipeline.doctor.refusals.listing import Listing
from pipeline.doctor.refusals.refusal import TABLE, refusal, tried
from pipeline.doctor.script import examine_script

LIF = "dv/dt = -v/(10*ms) : 1', threshold='v > 1', reset='v = 0', method='exact'"
PAIR = f"G = NeuronGroup(2, '{LIF})\n"
VOLT = "G = NeuronGroup(2, 'dv/dt = -v/(10*ms) : volt', threshold='v > 1*mV', reset='v = 0*mV', method='exact')\n"

# what happens: the script, in which '# made' and '# call' mark lines; the object; what is quoted; what the cure says
CASES = {
    "no value": ("G = NeuronGroup(1, 'dv/dt = -v/tau_m : volt')  # made\nrun(1*ms)  # call", "G", "-v/tau_m", "tau_m ="),
    "typo": ("tau_m = 10*ms\nG = NeuronGroup(1, 'dv/dt = -v/tau_n : 1')  # made\nrun(1*ms)  # call", "G", "tau_n", "-v/tau_m"),
    "no value in threshold": (
        "vt = 1\nG = NeuronGroup(1, 'v : 1', threshold='v > v_t', reset='v = 0')  # made\nrun(1*ms)  # call",
        "the threshold of G", "v > v_t", "v > vt",
    ),
    "no value in reset": (
        "G = NeuronGroup(1, 'v : 1', threshold='v > 1', reset='v = reset_to')  # made\nrun(1*ms)  # call",
        "the reset of G", "v = reset_to", "reset_to =",
    ),
    "no value in on_pre": (
        PAIR + "S = Synapses(G, G, 'w : 1', on_pre='v_post += w*gain')  # made\nS.connect()\nrun(1*ms)  # call",
        "on_pre of S", "v_post += w*gain", "gain =",
    ),
    "local of a function": (
        "def build():\n    tau = 10*ms\n    return NeuronGroup(1, 'dv/dt = -v/tau : 1')  # made\nG = build()\nrun(1*ms)  # call",
        "the function build (line 3)", "-v/tau", "namespace={'tau': tau}",
    ),
    "namespace of another": (
        "names = {'tau': 10*ms}\nG = NeuronGroup(1, 'dv/dt = -v/tau : 1', threshold='v > 1', reset='v = 0', namespace=names)\n"
        "S = Synapses(G, G, 'dx/dt = -x/tau : 1 (clock-driven)')  # made\nS.connect()\nrun(1*ms)  # call",
        "the namespace of G", "-x/tau", "S = Synapses(..., namespace=names)",
    ),
    "given after the run": (
        "G = NeuronGroup(1, 'dv/dt = -v/tau : 1')  # made\nrun(1*ms)  # call\ntau = 10*ms", "only on line 4", "-v/tau", "tau = 10*ms",
    ),
    "no value in an assignment": ("G = NeuronGroup(1, 'v : 1')  # made\nG.v = 'rand()*vmax'  # call", "G", "vmax", "vmax ="),
    "presynaptic variable": (
        PAIR + "S = Synapses(G, G, 'w : 1', on_pre='v_post += w')  # made\nS.connect(p='x_pre')  # call", "S", "x_pre", "v_pre",
    ),
    "function without units": (
        "def f(x):\n    return x\nG = NeuronGroup(1, 'dv/dt = f(v)/ms : 1')  # made\nrun(1*ms)  # call",
        "does not say which units", "f(v)/ms", "@check_units",
    ),
    "function of numpy": (
        "G = NeuronGroup(1, 'dv/dt = heaviside(v, 0)/ms : 1')  # made\nrun(1*ms)  # call", "G", "heaviside(v, 0)", "int(x > 0)",
    ),
    "function unknown": ("G = NeuronGroup(1, 'dv/dt = erf(v)/ms : 1')  # made\nrun(1*ms)  # call", "G", "erf(v)", "def erf("),
    "array": ("a = np.ones(2)\nG = NeuronGroup(2, 'dv/dt = a/ms : 1')  # made\nrun(1*ms)  # call", "a, which", "a/ms", "G.a = values"),
    "lastupdate": (
        PAIR + "S = Synapses(G, G, on_pre='v_post += lastupdate/ms')  # made\nS.connect()\nrun(1*ms)  # call",
        "S", "lastupdate/ms", "lastupdate = t",
    ),
    "linked to nothing": ("G = NeuronGroup(1, 'v : 1 (linked)')  # made\nrun(1*ms)  # call", "G", "v : 1", "linked_var"),
    "target not there": (
        PAIR + "S = Synapses(G, G, 'w : 1', on_pre='ge_post += w')  # made\nS.connect()\nrun(1*ms)  # call",
        "S", "ge_post += w", "ge : 1    # in the model of G",
    ),
    "attribute set": ("G = NeuronGroup(1, 'v : 1')  # made\nG.vm = 3  # call", "G", "G.vm = 3", "G.v = 3"),
    "attribute read": ("G = NeuronGroup(1, 'v : 1')  # made\nprint(G.vm)  # call", "G", "G.vm", "print(G.v)"),
    "monitor of nothing": (
        "G = NeuronGroup(1, 'vm : 1')\nM = StateMonitor(G, 'v', record=True)  # made", "M", "StateMonitor(G, 'v'", "StateMonitor(G, 'vm'",
    ),
    "set_states": ("G = NeuronGroup(1, 'vm : 1')  # made\nG.set_states({'v': 1})  # call", "G", "set_states", "{'vm': 1}"),
    "constant without unit": (
        "tau = 10\nG = NeuronGroup(1, 'dv/dt = -v/tau : volt')  # made\nrun(1*ms)  # call", "tau (line 2)", "-v/tau", "tau = 10*ms",
    ),
    "not divided by a time": (
        "G = NeuronGroup(1, 'dv/dt = 1 - v : 1')  # made\nrun(1*ms)  # call", "not divided by a time", "1 - v", "dv/dt = (1 - v)/tau : 1",
    ),
    "parameter without unit": (
        "G = NeuronGroup(1, '''dv/dt = I/(1*nF) : volt  # made\nI = g*(v - 1*mV) : amp\ng : 1''')\nG.g = 2\nrun(1*ms)  # call",
        "g of G", "I = g*(v - 1*mV)", "g : siemens\nG.g = 2*nS",
    ),
    "terms": (
        "G = NeuronGroup(1, '''dv/dt = (v - El + I)/(10*ms) : volt  # made\nI : amp\nEl : volt''')\nrun(1*ms)  # call",
        "'v - El' has volt, 'I' has amp", "v - El + I", "I : volt",
    ),
    "current of a TimedArray": (
        "I = TimedArray([1, 2], dt=1*ms)\nG = NeuronGroup(1, 'dv/dt = I(t)/(1*nF) : volt')  # made\nrun(1*ms)  # call",
        "I (line 2) lacks amp", "I(t)/(1*nF)", "TimedArray(values*pA",
    ),
    "noise": (
        "G = NeuronGroup(1, 'dv/dt = -v/ms + xi : 1')  # made\nrun(1*ms)  # call", "Noise (xi)", "-v/ms + xi", "sqrt(2/tau)*xi",
    ),
    "argument of exp": (
        "G = NeuronGroup(1, 'dv/dt = exp(v)*mV/ms : volt')  # made\nrun(1*ms)  # call", "the argument of exp", "exp(v)", "exp((v)/(1*mV))",
    ),
    "weight without unit": (
        VOLT + "S = Synapses(G, G, 'w : 1', on_pre='v_post += w')  # made\nS.connect()\nS.w = '0.1*rand()'\nrun(1*ms)  # call",
        "w of S", "v_post += w", "w : volt\nS.w = '(0.1*rand())*mV'",
    ),
    "summed over": (
        "G = NeuronGroup(2, 'I : amp\\nv : volt')\nS = Synapses(G, G, '''w : 1  # made\nI_post = w*(v_pre - v_post) : amp (summed)''')\n"
        "S.connect()\nS.w = 0.2\nrun(1*ms)  # call",
        "w of S", "I_post = w*(v_pre - v_post)", "w : siemens\nS.w = 0.2*nS",
    ),
    "threshold without unit": (
        "G = NeuronGroup(1, 'v : volt', threshold='v > -50', reset='v = 0*mV')  # made\nrun(1*ms)  # call", "G", "v > -50", "v > -50*mV",
    ),
    "reset without unit": (
        "G = NeuronGroup(1, 'v : volt', threshold='v > 0*mV', reset='v = -70')  # made\nrun(1*ms)  # call", "G", "v = -70", "v = -70*mV",
    ),
    "run_regularly without unit": (
        "G = NeuronGroup(1, 'v : volt')  # made\nG.run_regularly('v = 3', dt=1*ms)\nrun(1*ms)  # call", "G", "v = 3", "v = 3*mV",
    ),
    "value without unit": ("G = NeuronGroup(1, 'v : volt')  # made\nG.v = -70  # call", "v of G", "G.v = -70", "G.v = -70*mV"),
    "values without unit": (
        "G = NeuronGroup(2, 'v : volt')  # made\nG.v[:] = -70 + rand(2)  # call", "v of G", "-70 + rand(2)", "(-70 + rand(2))*mV",
    ),
    "string without unit": (
        "G = NeuronGroup(1, 'v : volt')  # made\nG.v = '-70 + rand()*mV'  # call", "The number 70", "-70 + rand()*mV", "-70*mV + rand()*mV",
    ),
    "delay without unit": (
        PAIR + "S = Synapses(G, G, on_pre='v_post += 1')  # made\nS.connect()\nS.delay = 2  # call", "delay of S", "S.delay = 2", "S.delay = 2*ms",
    ),
    "run without unit": ("G = NeuronGroup(1, 'v : 1')\nrun(100)  # call", "the duration of run", "run(100)", "run(100*ms)"),
    "step without unit": ("defaultclock.dt = 0.1  # call", "defaultclock.dt", "= 0.1", "defaultclock.dt = 0.1*ms"),
    "rates without unit": ("P = PoissonGroup(10, 10)  # made", "'rates'", "PoissonGroup(10, 10)", "PoissonGroup(10, 10*Hz)"),
    "times without unit": (
        "P = SpikeGeneratorGroup(1, [0], [1.0])  # made", "'times'", "[1.0]", "SpikeGeneratorGroup(1, [0], [1.0]*ms)",
    ),
    "diameter without unit": ("M = Soma(30)  # call", "'diameter'", "Soma(30)", "Soma(30*um)"),
    "rates of another unit": ("P = PoissonGroup(1, '10*mV')  # made\nrun(1*ms)  # call", "P", "10*mV", "Hz"),
    "sum of quantities": ("x = 3*mV + 2*ms  # call", "Line 2", "3*mV + 2*ms", ""),
    "not connected": (
        PAIR + "S = Synapses(G, G, 'w : 1', on_pre='v_post += w')  # made\nS.w = 0.3  # call", "S", "S.w = 0.3", "S.connect(",
    ),
    "never connected": (
        PAIR + "S = Synapses(G, G, 'w : 1', on_pre='v_post += w')  # made\nrun(1*ms)  # call", "S", "on_pre", "S.connect(",
    ),
    "indices beyond": (
        PAIR + "S = Synapses(G, G, on_pre='v_post += 1')  # made\nS.connect(i=[0, 1], j=[1, 2])  # call", "j = 0 to 1", "j=[1, 2]", "S.connect(i",
    ),
    "neighbour beyond": (
        PAIR + "S = Synapses(G, G, on_pre='v_post += 1')  # made\nS.connect(j='i+1')  # call", "S", "j='i+1'", "skip_if_invalid=True",
    ),
    "lists of two lengths": (
        PAIR + "S = Synapses(G, G, on_pre='v_post += 1')  # made\nS.connect(i=[0, 1], j=[1, 0, 1])  # call", "S", "j=[1, 0, 1]", "S.connect(i",
    ),
    "matrix": (
        PAIR + "S = Synapses(G, G, on_pre='v_post += 1')  # made\nS.connect(np.ones((2, 2)))  # call", "S", "np.ones((2, 2))", "nonzero()",
    ),
    "indices as floats": (
        PAIR + "S = Synapses(G, G, on_pre='v_post += 1')  # made\nS.connect(i=[0.0], j=[1.0])  # call", "S", "i=[0.0]", "astype(int)",
    ),
    "condition and index": (
        PAIR + "S = Synapses(G, G, on_pre='v_post += 1')  # made\nS.connect(condition='i != j', j='i')  # call", "S", "j='i'", "condition=",
    ),
    "sum into nothing": (
        "G = NeuronGroup(1, 'v : 1')\nS = Synapses(G, G, 'I_post = v_pre : 1 (summed)')  # made", "G has no variable I", "I_post", "I : 1    # in the model of G",
    ),
    "sum into an equation": (
        PAIR + "S = Synapses(G, G, 'v_post = 1 : 1 (summed)')  # made", "v of G", "v_post = 1", "a parameter of G",
    ),
    "sum without an end": ("G = NeuronGroup(1, 'I : 1')\nS = Synapses(G, G, 'I = 1 : 1 (summed)')  # made", "S", "I = 1", "I_post = 1"),
    "sum of another unit": (
        "G = NeuronGroup(1, 'I : amp')\nS = Synapses(G, G, 'I_post = 1 : 1 (summed)')  # made", "I of G, amp", "I_post = 1", "I_post = 1 : amp",
    ),
    "two sums": (
        "G = NeuronGroup(1, 'I : 1')\nS = Synapses(G, G, 'I_post = 1 : 1 (summed)')\nS.connect()\n"
        "T = Synapses(G, G, 'I_post = 2 : 1 (summed)')\nT.connect()\nrun(1*ms)  # call",
        "S, T", "I_post = 2", "I = I_1 + I_2",
    ),
    "event-driven, read": (
        PAIR + "S = Synapses(G, G, '''dx/dt = -x/ms : 1 (event-driven)  # made\ndy/dt = (x - y)/ms : 1 (clock-driven)''')", "S", "dx/dt = -x/ms", "dx/dt = ... : 1 (clock-driven)",
    ),
    "event-driven, not linear": (
        PAIR + "S = Synapses(G, G, 'dx/dt = -x**2/ms : 1 (event-driven)', on_pre='x += 1')  # made\nS.connect()\nrun(1*ms)  # call", "S", "-x**2/ms", "(clock-driven)",
    ),
    "name of neurons": (PAIR + "S = Synapses(G, G, 'v : 1', on_pre='v += 1')  # made", "S", "'v : 1'", "v_syn : 1"),
    "part beyond": ("G = NeuronGroup(10, 'v : 1')  # made\nE = G[5:5]  # call", "G", "G[5:5]", "G[:8]"),
    "part of some": ("G = NeuronGroup(10, 'v : 1')  # made\nE = G[[1, 3]]  # call", "G", "G[[1, 3]]", "G[0:5]"),
    "part by a float": ("G = NeuronGroup(10, 'v : 1')  # made\nE = G[:0.8*10]  # call", "G", "0.8*10", "G[:int("),
    "input into nothing": (
        "G = NeuronGroup(1, 'v : 1')\nP = PoissonInput(G, 'ge', 10, 10*Hz, 0.1)  # made", "G has no variable ge", "'ge'", "PoissonInput(G, 'v'",
    ),
    "input of another unit": (
        "G = NeuronGroup(1, 'v : volt')\nP = PoissonInput(G, 'v', 10, 10*Hz, 0.1)  # made", "P", "0.1)", "10*Hz, 0.1*mV)",
    ),
    "two spikes in a step": (
        "P = SpikeGeneratorGroup(1, [0, 0], [1, 1.02]*ms)  # made\nrun(1*ms)  # call", "Neuron 0 spikes at 1 and 1.02 ms", "[1, 1.02]*ms", "defaultclock.dt",
    ),
    "indices and times": ("P = SpikeGeneratorGroup(1, [0, 0], [1]*ms)  # made", "P", "[0, 0]", "times="),
    "index beyond": ("P = SpikeGeneratorGroup(1, [1], [1]*ms)  # made", "P", "[1]", "indices"),
    "no threshold": ("G = NeuronGroup(1, 'v : 1')\nM = SpikeMonitor(G)  # made", "the spikes of G", "SpikeMonitor(G)", "threshold="),
    "not recorded": (
        "G = NeuronGroup(3, 'v : 1')\nM = StateMonitor(G, 'v', record=[0])  # made\nrun(1*ms)\nM[2].v  # call", "M", "M[2].v", "record=True",
    ),
    "argument missing": ("G = NeuronGroup(1, 'v : 1')\nM = StateMonitor(G, 'v')  # made", "record", "StateMonitor(G, 'v')", "record=True)"),
    "argument unknown": ("G = NeuronGroup(1, 'v : 1', treshold='v > 1')  # made", "treshold", "treshold", "threshold='v > 1'"),
    "model first": ("G = NeuronGroup('v : 1', 10)  # made", "G", "'v : 1', 10", "NeuronGroup(10"),
    "size with a unit": ("G = NeuronGroup(10*ms, 'v : 1')  # made", "G", "10*ms", "NeuronGroup(100"),
    "read-only": ("G = NeuronGroup(1, 'v = 1 : 1')  # made\nG.v = 3  # call", "v of G", "G.v = 3", "v : 1"),
    "wrong length": ("G = NeuronGroup(3, 'v : 1')  # made\nG.v = [1, 2]  # call", "2 values where it has 3", "[1, 2]", "length 3"),
    "refractory number": (
        "G = NeuronGroup(1, 'v : 1', threshold='v > 1', reset='v = 0', refractory=5)  # made\nrun(1*ms)  # call", "G", "refractory=5", "2*ms",
    ),
    "refractory text": (
        "G = NeuronGroup(1, 'v : 1', threshold='v > 1', reset='v = 0', refractory='5')  # made\nrun(1*ms)  # call", "G", "refractory='5'", "2*ms",
    ),
    "linked to others": (
        "A = NeuronGroup(3, 'u : 1')\nG = NeuronGroup(2, 'v : 1 (linked)')  # made\nG.v = linked_var(A, 'u')  # call", "v of G", "linked_var(A, 'u')", "index=",
    ),
    "no Im": ("S = SpatialNeuron(Soma(30*um), 'gl : siemens/meter**2')  # made", "S", "Soma(30*um)", "Im ="),
    "place of the threshold": (
        "S = SpatialNeuron(Soma(30*um), 'Im = 0*amp/meter**2 : amp/meter**2', threshold='v > 0*mV', threshold_location=[1, 2])  # made",
        "S", "threshold_location=[1, 2]", "threshold_location=0",
    ),
    "no morphology": ("S = SpatialNeuron('cell', 'Im = 0*amp/meter**2 : amp/meter**2')  # made", "S", "'cell'", "morphology="),
    "old and new": ("G = NeuronGroup(1, 'v : 1')\nrun(1*ms)\nH = NeuronGroup(1, 'v : 1')\nrun(1*ms)  # call", "H is new, G ran", "run(1*ms)", "Network(G, H)"),
    "two networks": ("G = NeuronGroup(1, 'v : 1')\nn = Network(G)\nn.run(1*ms)\nm = Network(G)  # call", "G", "Network(G)", "net.add"),
    "half a network": (
        "G = NeuronGroup(1, 'v : 1')\nM = StateMonitor(G, 'v', record=True)\nn = Network(M)\nn.run(1*ms)  # call", "M and not G", "n.run(1*ms)", "Network(G, M)",
    ),
    "network of names": ("n = Network('G')  # call", "A Network", "Network('G')", "collect()"),
    "not stored": ("G = NeuronGroup(1, 'v : 1')\nrun(1*ms)\nrestore('begin')  # call", "'begin'", "restore('begin')", "store('begin')"),
    "step changed": ("G = NeuronGroup(1, 'v : 1')\nrun(1*ms)\ndefaultclock.dt = 0.3*ms\nrun(1*ms)  # call", "300. us", "run(1*ms)", "defaultclock.dt"),
    "operation with arguments": ("@network_operation  # call\ndef f(a, b):\n    pass", "f (line 3)", "def f(a, b)", "def f(t):"),
    "slot": (
        "G = NeuronGroup(1, 'v : 1')\nM = StateMonitor(G, 'v', record=True, when='sometimes')\nrun(1*ms)  # call", "M (line 3)", "when='sometimes'", "when='end'",
    ),
    "preference": ("prefs.codegen.traget = 'numpy'  # call", "codegen.traget", "prefs.codegen.traget", "prefs.codegen.target"),
    "device": ("set_device('cpp')  # call", "'cpp'", "set_device('cpp')", "cpp_standalone"),
    "exact, not linear": ("G = NeuronGroup(1, 'dv/dt = -v**2/ms : 1', method='exact')  # made\nrun(1*ms)  # call", "'exact'", "-v**2/ms", "exponential_euler"),
    "noise, no method": (
        "G = NeuronGroup(1, 'dv/dt = -v/ms + xi*ms**-0.5 : 1', method='rk4')  # made\nrun(1*ms)  # call", "'rk4'", "xi*ms**-0.5", "method='euler'",
    ),
    "multiplicative noise": (
        "G = NeuronGroup(1, 'dv/dt = -v/ms + v*xi*ms**-0.5 : 1', method='euler')  # made\nrun(1*ms)  # call", "'euler'", "v*xi", "method='heun'",
    ),
    "no such method": ("G = NeuronGroup(1, 'dv/dt = -v/ms : 1', method='runge')  # made\nrun(1*ms)  # call", "'runge'", "method='runge'", "method='euler'"),
    "TimedArray without t": (
        "I = TimedArray([1, 2]*nA, dt=1*ms)\nG = NeuronGroup(1, 'dv/dt = I/(1*nF) : volt')  # made\nrun(1*ms)  # call", "I is a TimedArray", "I/(1*nF)", "I(t)/(1*nF)",
    ),
    "TimedArray without i": (
        "I = TimedArray(np.ones((2, 2))*nA, dt=1*ms)\nG = NeuronGroup(2, 'dv/dt = I(t)/(1*nF) : volt')  # made\nrun(1*ms)  # call", "I is a TimedArray", "I(t)", "I(t, i)/(1*nF)",
    ),
    "rand not called": ("G = NeuronGroup(1, 'dv/dt = (rand - v)/ms : 1')  # made\nrun(1*ms)  # call", "rand", "(rand - v)/ms", "(rand() - v)/ms"),
    "rand with arguments": ("G = NeuronGroup(2, 'v : 1')  # made\nG.v = 'rand(2)'  # call", "rand", "G.v = 'rand(2)'", "G.v = 'rand()'"),
    "drawn more than once": (
        "G = NeuronGroup(1, '''dv/dt = (n - v)/ms : 1  # made\nn = randn() : 1''')\nrun(1*ms)  # call", "n of G", "n = randn()", "(constant over dt)",
    ),
    "noise of a parameter": ("G = NeuronGroup(1, 'v = xi : 1')  # made", "v of G", "v = xi", "randn()"),
    "one noise twice": (
        "G = NeuronGroup(1, '''dv/dt = xi/ms**.5 : 1  # made\ndu/dt = xi/ms**.5 : 1''')", "u and v of G", "du/dt = xi", "xi_u",
    ),
    "in a circle": ("G = NeuronGroup(1, '''a = b : 1  # made\nb = a : 1''')", "G", "a = b", "dx/dt"),
    "shared of each": ("G = NeuronGroup(2, '''v : 1  # made\nm = 2*v : 1 (shared)''')", "m of G", "m = 2*v", "without (shared)"),
    "sets an equation": (
        "G = NeuronGroup(1, '''v : 1  # made\nm = 2*v : 1''', threshold='v > 1', reset='m = 0')\nrun(1*ms)  # call", "m", "m = 2*v", "m : 1",
    ),
    "name of time": ("G = NeuronGroup(1, 't : second')  # made", "G", "t : second", "my_t : second"),
    "name of a unit": ("G = NeuronGroup(1, 'mV : volt')  # made", "is a unit", "mV : volt", "my_mV : volt"),
    "name of Python": ("G = NeuronGroup(1, 'lambda : 1')  # made", "Python", "lambda : 1", "my_lambda : 1"),
    "name of refractoriness": (
        "G = NeuronGroup(1, 'lastspike : second', threshold='True', refractory=1*ms)  # made", "lastspike", "lastspike : second", "my_lastspike : second",
    ),
    "name with _pre": ("G = NeuronGroup(1, 'v_pre : 1')  # made", "v_pre", "v_pre : 1", "v_presyn : 1"),
    "name with _": ("G = NeuronGroup(1, '_v : 1')  # made", "_v", "_v : 1", "_v0 : 1"),
    "twice": ("G = NeuronGroup(1, '''v : 1  # made\nv : 1''')", "v twice", "v : 1", "one of the two"),
    "no unit": ("G = NeuronGroup(1, 'dv/dt = -v/ms')  # made", "lacks ': unit'", "dv/dt = -v/ms", "dv/dt = -v/ms : 1"),
    "constant in the model": ("G = NeuronGroup(1, '''dv/dt = -v/tau : 1  # made\ntau = 10*ms''')", "G", "tau = 10*ms", "in the script"),
    "unit with a prefix": ("G = NeuronGroup(1, 'dv/dt = -v/ms : mV')  # made", "'mV'", ": mV", "dv/dt = -v/ms : volt"),
    "unit in the plural": ("G = NeuronGroup(1, 'x : seconds')  # made", "'seconds'", "x : seconds", "x : second"),
    "unit bool": ("G = NeuronGroup(1, 'x : bool')  # made", "G", "x : bool", "x : boolean"),
    "flag": ("G = NeuronGroup(1, 'dv/dt = -v/ms : 1 (constant)')  # made", "(unless refractory)", "(constant)", "dv/dt = -v/ms : 1"),
    "bracket": ("G = NeuronGroup(1, 'dv/dt = (1 - v/ms : 1')  # made", "a bracket is not closed", "(1 - v/ms", ""),
    "power": ("G = NeuronGroup(1, 'dv/dt = -v^2/ms : 1')  # made", "G", "-v^2/ms", "-v**2/ms"),
    "product": ("G = NeuronGroup(1, 'dv/dt = -2v/ms : 1')  # made", "G", "-2v/ms", "-2*v/ms"),
    "and": (
        "G = NeuronGroup(1, 'v : 1', threshold='(v > 1) & (v < 5)')  # made\nrun(1*ms)  # call", "G", "(v > 1) & (v < 5)", "(v > 1) and (v < 5)",
    ),
    "equal": ("G = NeuronGroup(1, 'v : 1', threshold='v = 1')  # made\nrun(1*ms)  # call", "G", "v = 1", "v == 1"),
    "no condition": ("G = NeuronGroup(1, 'v : 1', threshold='v')  # made\nrun(1*ms)  # call", "G", "threshold='v'", "v > ..."),
    "chain": ("G = NeuronGroup(1, 'v : 1', threshold='0 < v < 5')  # made\nrun(1*ms)  # call", "G", "0 < v < 5", "x > a and x < b"),
    "if": ("G = NeuronGroup(1, 'dv/dt = (1 if v > 0 else 0)/ms : 1')  # made", "G", "1 if v > 0 else 0", "int(x > 0)"),
    "index": ("G = NeuronGroup(1, 'dv/dt = v[0]/ms : 1')  # made", "G", "v[0]/ms", "its own value"),
    "dot": ("G = NeuronGroup(1, 'dv/dt = np.exp(v)/ms : 1')  # made", "G", "np.exp(v)", "exp(x)"),
    "two statements": (
        "G = NeuronGroup(1, '''v : 1  # made\nu : 1''', threshold='v > 1', reset='v = 0, u = 1')\nrun(1*ms)  # call", "G", "v = 0, u = 1", "v = 0; u = 1",
    ),
    "within an operation": (
        "G = NeuronGroup(1, 'v : volt')  # made\n@network_operation\ndef f():\n    G.v = 3  # call\nrun(1*ms)", "v of G", "G.v = 3", "G.v = 3*mV",
    ),
    "in a list": ("groups = {'E': NeuronGroup(1, 'v : volt')}  # made\ngroups['E'].v = 1  # call", "groups['E']", "].v = 1", "groups['E'].v = 1*mV"),
}  # fmt: skip
UNKNOWN = {
    "outside the table": ("G = NeuronGroup(1, 'v : 1')  # made\nG.v[0.5] = 1  # call", "G"),
    "an option": (
        "G = NeuronGroup(1, 'dv/dt = -v/ms : 1', method='euler', method_options={'a': 1})  # made\nrun(1*ms)  # call",
        "G",
    ),
}
OWN = {
    "index": "x = [1][2]",
    "name": "G = NeuronGroup(1, 'v : 1')\nG.v = vmax",
    "operation": "G = NeuronGroup(1, 'v : 1')\n@network_operation\ndef f():\n    {}['a']\nrun(1*ms)",
    "arrays": "np.ones(2) + np.ones(3)",
    "call": "def f(x):\n    pass\nf()",
    "file": "open('/no/such/file')",
}
HEALTHY = {
    "lif": PAIR + "S = Synapses(G, G, 'w : 1', on_pre='v_post += w')\nS.connect(p=0.5)\nM = SpikeMonitor(G)",
    "noise": "tau = 10*ms\nG = NeuronGroup(3, 'dv/dt = -v/tau + 0.1*xi*sqrt(2/tau) : 1', method='euler')\nP = PoissonInput(G, 'v', 9, 9*Hz, 0.1)",
    "gap": "G = NeuronGroup(2, '''dv/dt = (I - v)/ms : 1\nI : 1''', method='euler')\n"
    "S = Synapses(G, G, 'I_post = 0.1*(v_pre - v_post) : 1 (summed)')\nS.connect()",
}  # fmt: skip


@pytest.fixture(autouse=True)
def _fresh():
    """Each script from a clean start, with NumPy as the target."""
    target, step = b2.prefs.codegen.target, b2.defaultclock.dt
    b2.start_scope()
    b2.prefs.codegen.target = "numpy"
    yield
    b2.prefs.codegen.target = target
    b2.defaultclock.dt = step


def _played(body):
    """Return the source of a script, what it raised, and the finding."""
    source = f"from brian2 import *\n{body}\n"
    path = Path("script.py")
    names = {"__name__": "__main__"}
    try:
        exec(compile(source, str(path), "exec"), names)
    except Exception as error:
        return source, names, refusal(error, source, path)
    raise AssertionError("nothing was refused")


def _line(source, mark):
    return next((n for n, line in enumerate(source.splitlines(), 1) if line.endswith(f"# {mark}")), None)


@pytest.mark.parametrize("case", CASES)
def test_what_brian_refuses_is_told_with_object_line_statement_and_cure(case):
    body, holder, quote, cure = CASES[case]
    source, _, finding = _played(body)
    assert finding is not None
    assert (finding.kind, finding.level) == ("refused", "error")
    assert not finding.says.startswith("Brian2 refuses")
    evidence = "\n".join(finding.evidence)
    assert holder in finding.says
    assert quote in evidence
    assert cure in finding.instead
    for mark in ("made", "call"):
        line = _line(source, mark)
        assert line is None or f"line {line}" in f"{finding.says}\n{evidence}", mark


@pytest.mark.parametrize("case", UNKNOWN)
def test_what_the_table_does_not_know_is_told_without_a_cure(case):
    body, holder = UNKNOWN[case]
    source, _, finding = _played(body)
    assert finding.says.startswith(f"Brian2 refuses {holder} (line {_line(source, 'made')})")
    assert f"line {_line(source, 'call')}" in "\n".join(finding.evidence)
    assert not finding.instead


@pytest.mark.parametrize("case", OWN)
def test_what_the_users_own_code_raises_is_no_refusal(case):
    _, _, finding = _played(OWN[case])
    assert finding is None


@pytest.mark.parametrize("case", HEALTHY)
def test_a_network_that_begins_is_not_refused(case):
    names = {}
    exec(f"from brian2 import *\n{HEALTHY[case]}", names)
    objects = [o for o in b2.collect(level=0) or () if o] or [names[n] for n in "GSMP" if n in names]
    assert tried(Subject(objects, names, 0.1)) is None
    assert all(made._network is None for made in objects)


def test_a_network_is_refused_before_it_is_run_and_stays_as_it_is():
    names = {}
    exec(f"from brian2 import *\n{VOLT}S = Synapses(G, G, 'w : 1', on_pre='v_post += w')\nS.connect()", names)
    finding = tried(Subject([names["G"], names["S"]], names, 0.1))
    assert finding.says.startswith("In S ")
    assert finding.instead == "w : volt"
    assert names["G"]._network is None


@pytest.mark.parametrize(
    ("body", "says", "line"),
    [
        ("G = NeuronGroup(1, 'dv/dt = -v/tau : 1')\nrun(1*ms)", "refuses this network: tau has no value", 3),
        ("G = NeuronGroup(1, 'v : volt')\nG.v = -70\nrun(1*ms)", "refuses this script: v of G (line 2)", 3),
        ("G = NeuronGroup(1, 'v : 1')\nn = Network(G)\nn.run(100)", "refuses this script: On line 4 the duration", 4),
    ],
)
def test_the_doctor_says_so_and_measures_nothing(tmp_path, body, says, line):
    path = tmp_path / "script.py"
    path.write_text(f"from brian2 import *\n{body}\n")
    diagnosis = examine_script(path)
    assert says in diagnosis.verdict.says
    assert [finding.kind for finding in diagnosis.errors] == ["refused"]
    assert f"line {line}" in "\n".join(diagnosis.errors[0].evidence)
    assert diagnosis.material is None
    assert says in str(diagnosis)


def test_what_is_refused_after_a_run_stands_beside_its_findings(tmp_path):
    path = tmp_path / "script.py"
    path.write_text("from brian2 import *\nG = NeuronGroup(1, 'v : 1')\nrun(1*ms)\nprint(G.vm)\n")
    diagnosis = examine_script(path)
    assert [finding.kind for finding in diagnosis.errors] == ["refused"]
    assert diagnosis.material is not None


def test_each_row_of_the_table_says_what_it_means():
    assert len(TABLE) > 60
    assert all(row.pattern or row.error == "UnsupportedEquationsException" for row in TABLE)


def test_a_listing_finds_statements_and_where_names_get_their_value():
    listing = Listing("tau = 1\ndef f(a):\n    tau = a\nG.v = 'x'\nx = g(1,\n  b=2)\n")
    assert [(b.line, b.inside) for b in listing.bindings("tau")] == [(1, ""), (3, "f")]
    assert listing.find("tau=a") == 3
    assert listing.find("au = a") is None
    assert listing.assignments("G.v") == [4]
    assert listing.argument(5, "b") == "2"
    assert listing.target(6) == "x"
    assert listing.with_argument(4, "b", 0, "3") == ""
    assert Listing("%magic").bindings("x") == []
