"""What a run is asked to do, where it keeps its tables, and what its jobs demand."""
