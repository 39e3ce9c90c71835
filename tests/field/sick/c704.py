# f-I curve of a Hodgkin-Huxley type cell (Traub & Miles kinetics)
from brian2 import *

area = 20000*umetre**2
Cm = 1*ufarad*cm**-2 * area
gl = 5e-5*siemens*cm**-2 * area
El = -65*mV
EK = -90*mV
ENa = 50*mV
g_na = 100*msiemens*cm**-2 * area
g_kd = 30*msiemens*cm**-2 * area
VT = -63*mV

eqs = Equations('''
dv/dt = (gl*(El-v) - g_na*(m*m*m)*h*(v-ENa) - g_kd*(n*n*n*n)*(v-EK) + I)/Cm : volt
dm/dt = 0.32*(mV**-1)*4*mV/exprel((13.*mV-v+VT)/(4*mV))/ms*(1-m)-0.28*(mV**-1)*5*mV/exprel((v-VT-40.*mV)/(5*mV))/ms*m : 1
dn/dt = 0.032*(mV**-1)*5*mV/exprel((15.*mV-v+VT)/(5*mV))/ms*(1.-n)-.5*exp((10.*mV-v+VT)/(40.*mV))/ms*n : 1
dh/dt = 0.128*exp((17.*mV-v+VT)/(18.*mV))/ms*(1.-h)-4./(1+exp((40.*mV-v+VT)/(5.*mV)))/ms*h : 1
I : amp
''')

# one cell per current step
n_cells = 20
duration = 500*ms
cells = NeuronGroup(n_cells, eqs, method='exponential_euler')
cells.v = El
cells.h = 1
cells.I = '0.7*nA * i / n_cells'

spikes = SpikeMonitor(cells)
vm = StateMonitor(cells, 'v', record=[0, n_cells - 1])

run(duration)

rates = spikes.count / duration
for current, rate in zip(cells.I/nA, rates/Hz):
    print('%.3f nA -> %.1f Hz' % (current, rate))

subplot(211)
plot(vm.t/ms, vm.v[1]/mV)
ylabel('v (mV)')
subplot(212)
plot(cells.I/nA, rates/Hz, 'o-')
xlabel('I (nA)')
ylabel('rate (Hz)')
show()
