"""The verbs of the command line, where files, clock and processes meet the rest."""
