"""The engine of Retake: everything that computes. It never imports Qt or ``desktop``."""
