from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from engine import splice as splicing
from engine.region import Region
from engine.splice import band_filter, fade, limited_to_band, margin_frames, splice

RATE = 44100


def patch_of(x: np.ndarray, y: np.ndarray, region: Region, fade_s: float = 0.01) -> np.ndarray:
    margin = margin_frames(region, RATE)
    start = max(0, region.start_frame - margin)
    end = min(x.shape[1], region.end_frame + margin)
    patch = splice(
        lambda a, b: x[:, a:b], y[:, start:end].copy(), start, region, rate=RATE, total_frames=x.shape[1], fade_s=fade_s
    )
    assert patch.start_frame == region.start_frame
    assert patch.samples.shape == (len(x), region.frames)
    return patch.samples


def whole_band(start: int, end: int) -> Region:
    return Region(start, end, 0.0, RATE / 2)


def test_inside_the_fades_the_take_is_laid_in_whole(made_noise: Callable[..., np.ndarray]) -> None:
    x, y = (made_noise(rate=RATE, channels=2, seed=seed) for seed in (1, 2))
    out = patch_of(x, y, whole_band(10000, 20000))
    np.testing.assert_allclose(out[:, 441:-441], y[:, 10441:19559], atol=1e-6)


def test_the_fade_lies_inside_the_region_and_starts_at_the_recording(made_noise: Callable[..., np.ndarray]) -> None:
    x = made_noise(rate=RATE)
    out = patch_of(x, x + 1.0, whole_band(10000, 20000)) - x[:, 10000:20000]
    assert abs(out[0, 0]) < 1e-4
    assert abs(out[0, -1]) < 1e-4
    assert out[0, 220] == pytest.approx(0.5, abs=0.01)
    assert (np.diff(out[0, :441]) >= -1e-6).all()


@pytest.mark.parametrize(("start", "end"), [(0, 5000), (39100, 44100), (0, 44100)])
def test_the_recordings_own_ends_have_no_fade(made_noise: Callable[..., np.ndarray], start: int, end: int) -> None:
    x, y = (made_noise(rate=RATE, seed=seed) for seed in (1, 2))
    out = patch_of(x, y, whole_band(start, end))
    if start == 0:
        np.testing.assert_allclose(out[:, :1000], y[:, :1000], atol=1e-6)
    if end == RATE:
        np.testing.assert_allclose(out[:, -1000:], y[:, -1000:], atol=1e-6)


@pytest.mark.parametrize("frames", [1, 2, 7, 100])
def test_regions_shorter_than_two_fades_are_faded_over_their_halves(frames: int) -> None:
    share = fade(np.arange(frames), frames, 441, True, True)
    assert share.shape == (frames,)
    assert 0 <= share.min() <= share.max() <= 1
    np.testing.assert_allclose(share, share[::-1], atol=1e-6)


def test_a_take_equal_to_the_recording_changes_no_bit(made_noise: Callable[..., np.ndarray]) -> None:
    x = made_noise(rate=RATE, channels=2)
    for region in (whole_band(1000, 9000), Region(1000, 9000, 500.0, 3000.0)):
        np.testing.assert_array_equal(patch_of(x, x, region), x[:, 1000:9000])


def test_only_the_band_is_replaced(made_noise: Callable[..., np.ndarray]) -> None:
    x, y = (made_noise(rate=RATE, length_s=2.0, seed=seed) for seed in (1, 2))
    region = Region(20000, 60000, 1000.0, 4000.0)
    out = patch_of(x, y, region)
    change = np.abs(np.fft.rfft((out - x[:, 20000:60000])[0] * np.hanning(40000))) ** 2
    wanted = np.abs(np.fft.rfft((out - y[:, 20000:60000])[0] * np.hanning(40000))) ** 2
    at_hz = np.fft.rfftfreq(40000, 1 / RATE)
    inside, outside = (at_hz > 1150) & (at_hz < 3850), (at_hz < 850) | (at_hz > 4150)
    assert change[outside].mean() < 1e-6 * change[inside].mean()
    assert wanted[inside].mean() < 1e-3 * change[inside].mean()


def test_the_bands_filter_is_linear_phase_and_flat() -> None:
    taps = band_filter(Region(0, 1, 300.0, 3400.0), RATE)
    assert taps is not None
    assert len(taps) % 2 == 1
    np.testing.assert_allclose(taps, taps[::-1], atol=1e-12)
    response = np.abs(np.fft.rfft(taps, 1 << 16))
    at_hz = np.fft.rfftfreq(1 << 16, 1 / RATE)
    assert np.abs(response[(at_hz > 350) & (at_hz < 3350)] - 1).max() < 1e-3
    assert response[(at_hz < 250) | (at_hz > 3450)].max() < 1e-3


def test_the_whole_band_needs_no_filter() -> None:
    assert band_filter(whole_band(0, 1), RATE) is None
    assert margin_frames(whole_band(0, 1), RATE) == 0


@pytest.mark.parametrize("region", [Region(3000, 40000, 0.0, 22050.0), Region(3000, 40000, 200.0, 22050.0)])
def test_blocks_make_no_difference(
    made_noise: Callable[..., np.ndarray], monkeypatch: pytest.MonkeyPatch, region: Region
) -> None:
    x, y = (made_noise(rate=RATE, channels=2, seed=seed) for seed in (1, 2))
    whole = patch_of(x, y, region)
    monkeypatch.setattr(splicing, "BLOCK_VALUES", 1777)
    np.testing.assert_allclose(patch_of(x, y, region), whole, atol=2e-6)


def test_a_band_reader_gives_the_same_in_any_blocks(made_noise: Callable[..., np.ndarray]) -> None:
    x = made_noise(rate=RATE, channels=2)
    region = Region(100, 44000, 1000.0, 2000.0)
    read = limited_to_band(lambda a, b: x[:, a:b], x.shape[1], region, RATE)
    parts = np.concatenate([read(at, min(at + 5000, 43900)) for at in range(0, 43900, 5000)], axis=1)
    np.testing.assert_allclose(parts, read(0, 43900), atol=1e-6)
