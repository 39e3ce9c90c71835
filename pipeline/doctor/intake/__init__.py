"""What a user hands in: a script or a notebook, and the surroundings in which it runs without harm."""
