"""``kill -9`` at random moments of editing and saving loses nothing that was reported; 200 of them are a benchmark."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.desktop.document.killing import check_kill

KILLS = 20


def test_twenty_kills_lose_no_edit_that_was_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("desktop.document.steps.MERGED_WITHIN_S", 0.0)
    made = [check_kill(tmp_path / f"{seed}", seed) for seed in range(KILLS)]
    assert sum(made) > KILLS
