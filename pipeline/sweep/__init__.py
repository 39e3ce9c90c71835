"""Points of the knobs, and the rows that are measured at them."""
