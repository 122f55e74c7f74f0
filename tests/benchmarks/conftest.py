"""Windows of the benchmarks open on a screen of their own, with folders of their own, as those of the tests do."""

from tests.desktop.conftest import collector, own_folders, screen

__all__ = ["collector", "own_folders", "screen"]
