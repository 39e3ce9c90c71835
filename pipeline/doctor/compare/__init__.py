"""Where a script's network deviates from one of the collection."""
