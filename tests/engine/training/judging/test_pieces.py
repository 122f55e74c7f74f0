from __future__ import annotations

import numpy as np
import pytest
import torch

from engine.filterbank import mel_edges_hz
from engine.model.load import Model
from engine.training.judging.pieces import Piece, middle_window, read_piece, spread


def test_a_piece_is_the_loudest_channel_levelled_as_a_job_would(bundled: Model, write_sound, made_tone) -> None:
    sound = made_tone(length_s=1.0, rate=48000, channels=2, peak=0.1)
    sound[0] *= 0.1
    piece = read_piece(write_sound(sound + 0.05, 48000, name="music-a.wav"), bundled)
    assert (piece.name, piece.kind) == ("music-a.wav", "music")
    assert float(piece.sound.abs().max()) == pytest.approx(0.5, abs=1e-5)
    assert piece.mel.shape == (100, 64)
    loudest_band = int(piece.mel[20:80].mean(dim=0).argmax())
    centres_hz = mel_edges_hz(64, 0.0, 8000.0)[1:-1]
    assert loudest_band == np.abs(centres_hz - 880).argmin()


@pytest.mark.parametrize("frames, wanted", [(1000, 512), (512, 512), (100, 96), (31, 0)])
def test_a_window_is_a_multiple_of_32_in_the_middle(frames: int, wanted: int) -> None:
    window = middle_window(torch.arange(frames)[:, None])
    assert len(window) == wanted
    if wanted:
        assert abs((window[0] + window[-1]).item() - (frames - 1)) <= 1


def test_some_of_each_kind_are_taken_evenly() -> None:
    pieces = [Piece(f"{kind}-{n}", kind, torch.zeros(1), torch.zeros(1)) for kind in ("music", "any") for n in range(9)]
    chosen = spread(pieces, 3)
    assert [piece.name for piece in chosen] == ["music-1", "music-4", "music-7", "any-1", "any-4", "any-7"]
    assert len(spread(pieces, 20)) == 18
