"""Many recordings at once: planned, worked on by processes or machines, written down, taken up again, reported."""
