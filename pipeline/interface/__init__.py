"""A network from Python: simulated, swept and fitted in a few lines, from any folder."""
