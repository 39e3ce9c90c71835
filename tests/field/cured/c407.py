"""Fast-spiking striatal interneurons (Izhikevich 2007), cortical AMPA input and
recurrent GABA synapses.  Question: how much does the mutual inhibition lower
the firing rate of the FSN population?"""
from brian2 import *

N_FSN = 60
E_AMPA, E_GABA = 0*mV, -75*mV
tau_AMPA, tau_GABA = 6*ms, 8*ms

eqs_fsn = '''
dv/dt = (k*1*pF/ms/mV*(v - vr)*(v - vt) - u*pF + I_syn)/C : volt (unless refractory)
du/dt = int(v <= vb)*a*(b*(vb - v)**3 - u) + int(v > vb)*(-a*u) : volt/second
I_syn = I_AMPA + I_GABA : amp
I_AMPA = -g_ampa*(v - E_AMPA) : amp
I_GABA = -g_gaba*(v - E_GABA) : amp
dg_ampa/dt = -g_ampa/tau_AMPA : siemens
dg_gaba/dt = -g_gaba/tau_GABA : siemens
'''


def simulate(w_gaba, duration=400*ms):
    start_scope()
    seed(11)
    ns = dict(k=1., vr=-70*mV, vt=-50*mV, vb=-55*mV, C=80*pF, a=0.2/ms,
              b=-0.025/mV**2/ms, c=-60*mV, E_AMPA=E_AMPA, E_GABA=E_GABA,
              tau_AMPA=tau_AMPA, tau_GABA=tau_GABA, w_gaba=w_gaba, w_ampa=1.2*nS)
    fsn = NeuronGroup(N_FSN, eqs_fsn, threshold='v > 25*mV', reset='v = c',
                      refractory=1*ms, method='euler', namespace=ns)
    fsn.v = '-70*mV + rand()*10*mV'
    cortex = PoissonGroup(300, rates=20*Hz)
    s_in = Synapses(cortex, fsn, on_pre='g_ampa_post += w_ampa', namespace=ns)
    s_in.connect(p=0.2)
    s_rec = Synapses(fsn, fsn, on_pre='g_gaba_post += w_gaba', delay=1*ms, namespace=ns)
    s_rec.connect(condition='i != j', p=0.3)
    spk = SpikeMonitor(fsn)
    st = StateMonitor(fsn, ['v', 'I_GABA', 'I_AMPA'], record=range(10), dt=0.5*ms)
    net = Network(fsn, cortex, s_in, s_rec, spk, st)
    net.run(duration)
    print('w_gaba = %.2f nS : FSN rate %6.1f Hz   <v> %.1f mV   <I_AMPA> %.0f pA  <I_GABA> %.0f pA'
          % (w_gaba/nS, spk.num_spikes/N_FSN/(duration/second), mean(st.v)/mV,
             mean(st.I_AMPA)/pA, mean(st.I_GABA)/pA))


for w in [0*nS, 0.2*nS, 0.4*nS]:
    simulate(w)
