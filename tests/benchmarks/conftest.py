"""Windows of the benchmarks open on a screen of their own, with folders of their own, as those of the tests do."""

from tests.desktop.conftest import own_folders, screen

__all__ = ["own_folders", "screen"]
