"""The engine's messages in the window: no word on options, nothing else lost."""

from __future__ import annotations

import pytest

from desktop.engine_words import for_window, offered


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("a.wav: holds NaN at 3; --repair-nonfinite sets them to zero", "a.wav: holds NaN at 3"),
        ("out.wav: exists already; --force overwrites it", "out.wav: exists already"),
        ("nothing lies above 4000 Hz at 8000 Hz (--rate raises that)", "nothing lies above 4000 Hz at 8000 Hz"),
        ("seed is -1; accepted is 0 to 5", "seed is -1; accepted is 0 to 5"),
        ("a--b.wav: can't be read - at all", "a--b.wav: can't be read - at all"),
    ],
)
def test_clauses_on_options_go(said: str, shown: str) -> None:
    assert for_window(said) == shown


def test_what_would_help_is_found() -> None:
    assert offered("cut off; --allow-truncated reads those") == "allow_truncated"
    assert offered("NaN; --repair-nonfinite sets them to zero") == "repair_nonfinite"
    assert offered("garbage") is None
