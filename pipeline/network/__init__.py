"""What is simulated: a script, its numbers as knobs, what is known of it, apart from how it is computed."""
