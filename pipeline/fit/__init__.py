"""The search for knobs whose features are those of given targets, and what it leaves undecided."""
