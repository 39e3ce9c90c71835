"""What computed a row, and a finished run as an archive of its own."""
