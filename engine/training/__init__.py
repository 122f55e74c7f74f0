"""How the bundled model was made, runnable by anyone: ``python -m engine.training``."""
