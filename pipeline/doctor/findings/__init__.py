"""From measurements to what is wrong: each module returns findings, a table says what kinds there are."""
