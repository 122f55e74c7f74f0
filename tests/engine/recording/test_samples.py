"""From floats to a file's sample type: dither, and what lies above full scale."""

from __future__ import annotations

import numpy as np
import pytest
import soundfile

from engine.audio import Patch, open_clip
from tests.engine.recordings import LSB, RATE, START, native, patch, repair, source


@pytest.mark.parametrize("subtype", ["PCM_16", "PCM_24", "PCM_U8"])
def test_dither_is_triangular_and_knows_nothing_of_the_sound(tmp_path, subtype):
    frames, lsb = 100_000, LSB[subtype]
    path = source(tmp_path, "WAV", subtype, frames=frames)
    times = np.arange(frames) / RATE
    quiet = np.stack([0.9 * lsb * np.sin(2 * np.pi * f * times) for f in (441, 300)]).astype(np.float32)
    repair(path, tmp_path / "out.wav", [Patch(0, quiet)])
    sound = soundfile.read(tmp_path / "out.wav", dtype="float64")[0].T
    errors = (sound - quiet) / lsb
    # TPDF adds 1/6 LSB² to rounding's 1/12, whatever the sound: 5 standard errors of the estimates
    np.testing.assert_allclose(errors.var(axis=1), 0.25, atol=0.007)
    assert np.abs(errors).max() <= 1.5
    assert abs(errors.mean()) < 0.006
    for a, b in [
        (errors[0], quiet[0]),
        (errors[0], errors[1]),
        (errors[0], quiet[0] ** 2),
        (errors[0, 1:], errors[0, :-1]),
    ]:
        assert abs(np.corrcoef(a, b)[0, 1]) < 5 / np.sqrt(frames)
    # Noise power does not breathe with the sound either.
    assert abs(np.corrcoef(errors[0] ** 2, quiet[0] ** 2)[0, 1]) < 5 / np.sqrt(frames)


def test_the_same_seed_gives_the_same_file_and_another_one_does_not(tmp_path):
    path = source(tmp_path, "WAV", "PCM_16")
    raws = []
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        repair(path, tmp_path / f"{name}.wav", [patch()], dither_seed=seed)
        raws.append((tmp_path / f"{name}.wav").read_bytes())
    assert raws[0] == raws[1] != raws[2]


@pytest.mark.parametrize("subtype", ["PCM_U8", "PCM_16", "PCM_24", "PCM_32", "ULAW"])
def test_values_above_full_scale_are_clipped_counted_and_never_wrap(tmp_path, subtype):
    path = source(tmp_path, "WAV", subtype)
    hot = np.float32([[1.5, -1.5, 1.0, -1.0, 40.0], [0.1, 0.1, 0.1, 0.1, -40.0]])
    written = repair(path, tmp_path / "out.wav", [Patch(START, hot)])
    assert written.notes == ("4 samples above full scale were clipped",)
    with open_clip(tmp_path / "out.wav") as clip:
        sound = clip.read(START, START + 5)
    step = max(LSB.get(subtype, 0), 2e-2 if subtype == "ULAW" else 1e-6)
    np.testing.assert_allclose(sound[0], [1, -1, 1, -1, 1], atol=3 * step)
    np.testing.assert_allclose(sound[1, 4], -1, atol=3 * step)


def test_floats_keep_values_above_full_scale(tmp_path):
    hot = np.float32([[1.5, -3.0], [2.0, 0.0]])
    written = repair(source(tmp_path, "WAV", "FLOAT"), tmp_path / "out.wav", [Patch(START, hot)])
    assert written.notes == ()
    np.testing.assert_array_equal(native(tmp_path / "out.wav")[START : START + 2], hot.T)
