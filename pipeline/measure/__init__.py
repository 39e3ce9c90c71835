"""Runs to features, and features to statistics over networks."""
