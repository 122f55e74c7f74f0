from __future__ import annotations

import numpy as np
import pytest

from engine.training import synthesis


def notes_of(seed: int) -> list[tuple[str, int, int]]:
    midi = synthesis.compose(np.random.default_rng(seed), 20.0)
    return [(m.type, m.note, m.time) for track in midi.tracks for m in track if m.type.startswith("note")]


def test_pieces_follow_from_the_seed() -> None:
    assert notes_of(3) == notes_of(3)
    assert notes_of(3) != notes_of(4)


def test_every_note_that_starts_ends() -> None:
    for seed in range(10):
        notes = notes_of(seed)
        assert notes
        assert sum(kind == "note_on" for kind, _, _ in notes) == sum(kind == "note_off" for kind, _, _ in notes)


def test_a_piece_is_about_as_long_as_asked_for() -> None:
    for seed in range(10):
        assert synthesis.compose(np.random.default_rng(seed), 20.0).length == pytest.approx(20.0, abs=9)


def test_noises_are_finite_and_not_silent() -> None:
    for seed in range(20):
        sound = synthesis.noise(np.random.default_rng(seed), 2.0, 16000)
        assert sound.shape == (1, 32000)
        assert np.isfinite(sound).all()
        assert np.sqrt(np.mean(sound**2)) > 1e-3
