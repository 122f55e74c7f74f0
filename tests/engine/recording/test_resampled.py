from __future__ import annotations

import numpy as np
import pytest

from engine.audio import open_clip
from engine.errors import Cancelled, InputError
from engine.progress import Control
from engine.recording.resampled import at_rate


def test_a_recording_is_heard_at_the_new_rate(write_sound, made_tone) -> None:
    tone = made_tone(rate=8000, channels=2, frequency_hz=500, length_s=1.5)
    wanted = made_tone(rate=16000, channels=2, frequency_hz=500, length_s=1.5)
    with open_clip(write_sound(tone, 8000)) as clip, at_rate(clip, 16000, Control()) as wide:
        found = wide.read(0, wide.frames)
        assert (wide.rate, wide.channels, wide.frames) == (16000, 2, 24000)
        assert "resampled from 8000 to 16000 Hz" in wide.notes
        place = wide.path
    np.testing.assert_allclose(found[:, 1000:-1000], wanted[:, 1000:-1000], atol=1e-4)
    assert not place.exists()


def test_blocks_make_no_difference(write_sound, made_noise, monkeypatch) -> None:
    with open_clip(write_sound(made_noise(rate=11025), 11025)) as clip:
        heard = []
        for block_s in (10.0, 0.01):
            monkeypatch.setattr("engine.recording.resampled.BLOCK_S", block_s)
            with at_rate(clip, 48000, Control()) as wide:
                heard.append(wide.read(0, wide.frames))
    np.testing.assert_allclose(heard[0], heard[1], atol=1e-6)


def test_no_rate_is_the_recording_itself(write_sound, made_tone) -> None:
    with open_clip(write_sound(made_tone())) as clip, at_rate(clip, None, Control()) as same:
        assert same is clip


@pytest.mark.parametrize("rate", [8000, 16000, 400000])
def test_rates_that_make_no_room_are_refused(write_sound, made_tone, rate) -> None:
    with (
        open_clip(write_sound(made_tone())) as clip,
        pytest.raises(InputError, match=f"rate is {rate}; accepted is above the recording's own 16000"),
        at_rate(clip, rate, Control()),
    ):
        pass


def test_it_stops_when_told_to(write_sound, made_tone) -> None:
    with (
        open_clip(write_sound(made_tone())) as clip,
        pytest.raises(Cancelled),
        at_rate(clip, 48000, Control(cancelled=lambda: True)),
    ):
        pass
