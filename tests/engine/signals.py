"""Signals of known level and spectrum, for the tests of the measures."""

from __future__ import annotations

import numpy as np

RATE = 44100


def noise(
    *, channels: int = 1, seconds: float = 2.0, rate: int = RATE, level: float = 0.1, seed: int = 0
) -> np.ndarray:
    """Gaussian noise (channels, frames)."""
    rng = np.random.default_rng(seed)
    return (level * rng.standard_normal((channels, round(seconds * rate)))).astype(np.float32)


def sine(hz: float, *, dbfs: float, seconds: float, rate: int, channels: int = 1, phase: float = 0.0) -> np.ndarray:
    """The same sine in all channels."""
    time = np.arange(round(seconds * rate)) / rate
    wave = 10 ** (dbfs / 20) * np.sin(2 * np.pi * hz * time + phase)
    return np.tile(wave, (channels, 1)).astype(np.float32)


def programme(channels: int, seconds: float, rate: int) -> np.ndarray:
    """Noise and tones whose level moves over 60 dB, so that both gates close on something."""
    sound = noise(channels=channels, seconds=seconds, rate=rate, level=0.2, seed=5)
    sound += sine(440, dbfs=-12, seconds=seconds, rate=rate)
    envelope = 10 ** (-1.5 + 1.5 * np.sin(2 * np.pi * 0.3 * np.arange(sound.shape[1]) / rate))
    return (sound * envelope).astype(np.float32)
