"""The network of the paper as equations, thalamic input and knobs, apart from how it is computed."""
