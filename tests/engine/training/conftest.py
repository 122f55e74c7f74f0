"""A small corpus made on the spot."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile

from engine.training.data import Corpus, make_corpus


@pytest.fixture
def small_corpus(tmp_path: Path, made_noise: Callable[..., np.ndarray], made_tone: Callable[..., np.ndarray]) -> Corpus:
    """Four recordings of noise and tones, 24 s in all."""
    folder = tmp_path / "audio"
    folder.mkdir()
    for index in range(2):
        noise, tone = made_noise(length_s=6.0, seed=index), made_tone(frequency_hz=300 * (index + 1), length_s=6.0)
        soundfile.write(folder / f"environment-{index}.wav", noise.T, 16000)
        soundfile.write(folder / f"music-{index}.wav", tone.T, 16000)
    return make_corpus(tmp_path / "data", [folder], made_minutes=0, seed=0)
