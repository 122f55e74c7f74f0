"""200 times ``kill -9`` at random moments of editing and saving: every project opens, and nothing committed is lost."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication

from tests.desktop.document.killing import check_kill

KILLS, FIRST_SEED = 200, 1000


def test_two_hundred_kills_lose_no_edit_that_was_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, qapp: QCoreApplication
) -> None:
    monkeypatch.setattr("desktop.document.steps.MERGED_WITHIN_S", 0.0)
    made = [check_kill(tmp_path / f"{seed}", seed) for seed in range(FIRST_SEED, FIRST_SEED + KILLS)]
    print(f"{KILLS} kills after {sum(made)} edits, {min(made)} to {max(made)} each")
    assert sum(made) > KILLS
