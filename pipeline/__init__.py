"""Sweep and fit the thalamocortical network of Gutnisky et al. (2017) in Brian2."""
