"""One file a command: its summary, its arguments, and `run`, which returns the exit code.

Nothing here imports torch or reads a file before `run`, so that ``retake --help`` answers at once.
"""
