# Phase plane of a two-variable excitable cell (FitzHugh-Nagumo form),
# everything dimensionless except time.
from brian2 import *

tau = 1*ms
eps = 0.08
a = 0.7
b = 0.8
I_ext = 0.5

equs = Equations('''
dV/dt = (V - V**3/3 - y + I_ext)/tau
dy/dt = eps*(V + a - b*y)/tau
''')

G = NeuronGroup(1, model=equs, method='rk4')
G.V = -1.2
G.y = -0.6

M = StateMonitor(G, ['V', 'y'], record=0)
run(400*ms)

V = M.V[0]
print('V between %.2f and %.2f, y between %.2f and %.2f'
      % (V.min(), V.max(), M.y[0].min(), M.y[0].max()))
ups = sum((V[:-1] < 0) & (V[1:] >= 0))
print('number of oscillations:', ups)

# V against y, with the nullclines
vv = linspace(-2.2, 2.2, 200)
plot(V, M.y[0])
plot(vv, vv - vv**3/3 + I_ext, '--')
plot(vv, (vv + a)/b, '--')
xlabel('V')
ylabel('y')
show()
