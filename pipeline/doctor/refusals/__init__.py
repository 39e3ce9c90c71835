"""What Brian2 itself refuses to make, to connect, to assign or to run: where it stands in the script, and the cure."""
