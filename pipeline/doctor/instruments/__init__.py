"""Measurements of one network: what it is, what its equations say, what a run shows, what experiments change."""
