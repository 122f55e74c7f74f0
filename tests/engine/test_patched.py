from __future__ import annotations

import numpy as np

from engine.audio import Patch, open_clip
from engine.patched import Patched, over


def test_a_patch_is_laid_over_any_stretch() -> None:
    patch = Patch(5, np.ones((1, 4), np.float32))
    for start, wanted in ((0, [0, 0, 0, 0, 0, 1]), (6, [1, 1, 1, 0, 0, 0]), (20, [0] * 6)):
        assert over(np.zeros((1, 6), np.float32), start, patch)[0].tolist() == wanted


def test_a_patched_recording_is_the_recording_outside_the_patch(write_sound, made_noise) -> None:
    noise = made_noise(channels=2)
    patch = Patch(400, np.zeros((2, 200), np.float32))
    with open_clip(write_sound(noise)) as clip:
        patched = Patched(clip, patch)
        heard = patched.read(100, 1000)
        assert (patched.rate, patched.channels, patched.frames) == (16000, 2, 16000)
    wanted = noise[:, 100:1000].copy()
    wanted[:, 300:500] = 0
    assert np.array_equal(heard, wanted)
