"""The network as a compiled program, and its runs."""
