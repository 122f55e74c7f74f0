from __future__ import annotations

import numpy as np

from engine.audio import open_clip
from engine.bridge import bridged
from engine.region import region_of


def test_outside_the_region_the_recording_is_read_bit_for_bit(write_sound, made_noise) -> None:
    noise = made_noise(channels=2)
    with open_clip(write_sound(noise)) as clip:
        heard = bridged(clip, region_of(clip.frames, 16000, start_s=0.4, end_s=0.6)).read(0, clip.frames)
    outside = np.r_[0:6400, 9600:16000]
    assert np.array_equal(heard[:, outside], noise[:, outside])


def test_nothing_of_what_the_region_held_is_heard(write_sound, made_noise) -> None:
    quiet, burst = made_noise(rms=0.01), made_noise(rms=1.0, seed=1)
    region = region_of(16000, 16000, start_s=0.4, end_s=0.7)
    heard = []
    for index, inside in enumerate((burst, 0 * burst)):
        sound = quiet.copy()
        sound[:, 6400:11200] = inside[:, 6400:11200]
        with open_clip(write_sound(sound, name=f"{index}.wav")) as clip:
            heard.append(bridged(clip, region).read(0, clip.frames))
    assert np.array_equal(heard[0], heard[1])
    assert np.abs(heard[0]).max() < 0.1


def test_the_middle_of_a_long_gap_is_as_good_as_silent(write_sound, made_tone) -> None:
    with open_clip(write_sound(made_tone(length_s=2.0))) as clip:
        heard = bridged(clip, region_of(clip.frames, 16000, start_s=0.5, end_s=1.5)).read(0, clip.frames)
    assert np.abs(heard[:, 12000:20000]).max() < 0.005  # the surroundings' mean goes on
    assert np.abs(heard[:, 8000:8400]).max() > 0.4


def test_a_bands_bridge_leaves_the_other_bands(write_sound, made_tone) -> None:
    low, whistle = (made_tone(frequency_hz=f, length_s=2.0, peak=0.2) for f in (440, 3000))
    sound = low.copy()
    sound[:, 10000:20000] += whistle[:, 10000:20000]
    with open_clip(write_sound(sound)) as clip:
        region = region_of(clip.frames, 16000, start_s=0.6, end_s=1.3, low_hz=2500, high_hz=3500)
        heard = bridged(clip, region).read(0, clip.frames)
    np.testing.assert_allclose(heard[:, 11000:19000], low[:, 11000:19000], atol=0.01)


def test_a_region_over_everything_is_left_as_it_is(write_sound, made_noise) -> None:
    with open_clip(write_sound(made_noise())) as clip:
        assert bridged(clip, region_of(clip.frames, 16000)) is clip
