"""Windows of the benchmarks open on a screen of their own, as those of the tests do."""

from tests.desktop.conftest import screen

__all__ = ["screen"]
