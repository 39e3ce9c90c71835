"""Spike trains of experiments and of simulations, in the formats of the field, and the targets that they give."""
