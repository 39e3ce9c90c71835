"""Files of config/ and tables: read and written whole, or refused in one sentence; fingerprints of code."""
