"""Which measures mean nothing, by the renderer and by the figures of real recordings."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from engine.audio import open_clip
from engine.commands.demo import demo_folder
from engine.jobs import measure, restore
from engine.measuring.meaning import (
    FAR_CORRELATION,
    NEAR_MEL_DB,
    WAVEFORM_MEASURES,
    meaning_of,
    meaningless,
    phase_differs,
    waveform_means_nothing,
)
from engine.metrics import Measures, compare, summary_line, table
from engine.region import region_of
from engine.settings import RENDERER_SETTINGS, RestoreSettings
from tests.engine.signals import RATE, noise

RECORDINGS = ("environment-3-142593-a.ogg", "music-loop-mika.flac", "speech-p286-011.wav")


def taken(name: str, renderer: str, model: object) -> Measures:
    """Measures of 2 s through the VAE."""
    with open_clip(demo_folder() / name) as clip:
        region = region_of(clip.frames, clip.rate, start_s=1.0, end_s=3.0)
        take = restore(clip, region, RestoreSettings(method="vae", renderer=renderer), model)
        return measure(clip, region, take.patch, speech=False)


def test_every_renderer_is_known_to_keep_the_phase_or_to_make_it_up() -> None:
    assert {name for name in RENDERER_SETTINGS if waveform_means_nothing(name)} == {"griffinlim", "vocoder"}
    assert meaningless("gain") == frozenset()
    assert meaningless("griffinlim") == set(WAVEFORM_MEASURES)
    assert set(WAVEFORM_MEASURES) < {field.name for field in dataclasses.fields(Measures)}


@pytest.mark.parametrize("name", RECORDINGS)
def test_the_figures_of_real_recordings_lie_far_from_the_threshold(bundled, name) -> None:
    """Of 4 s each of 19 recordings: gain 0.998 or more, griffinlim 0.34 or less."""
    own, made_up = (taken(name, renderer, bundled) for renderer in ("gain", "griffinlim"))
    assert own.mel_db < NEAR_MEL_DB and made_up.mel_db < NEAR_MEL_DB
    assert own.correlation > FAR_CORRELATION + 0.35
    assert abs(made_up.correlation) < FAR_CORRELATION - 0.2
    assert meaning_of(own) == (frozenset(), "")
    keys, sentence = meaning_of(made_up)
    assert keys == set(WAVEFORM_MEASURES)
    assert f"correlation {made_up.correlation:z.2f}" in sentence


@pytest.mark.parametrize("snr_db", [0, 10])
def test_noise_is_no_other_phase(snr_db) -> None:
    sound = noise(seconds=1)
    assert not phase_differs(compare(sound, sound + noise(seconds=1, seed=1, level=0.1 * 10 ** (-snr_db / 20)), RATE))


def test_neither_a_flipped_result_nor_silence_nor_something_else_is_another_phase() -> None:
    sound = noise(seconds=1)
    for other in (-sound, np.zeros_like(sound), noise(seconds=1, seed=3, level=0.01), sound):
        assert not phase_differs(compare(sound, other, RATE))


def test_the_renderer_is_believed_before_the_figures() -> None:
    measures = compare(noise(), noise() + noise(seed=1, level=0.01), RATE)
    assert meaning_of(measures, "gain") == (frozenset(), "")
    keys, sentence = meaning_of(measures, "vocoder")
    assert keys == set(WAVEFORM_MEASURES) and sentence.endswith("the renderer vocoder makes up the phase")
    shown = table(measures, keys).splitlines()
    assert [line.split("  ")[0] for line in shown if "means nothing" in line][:2] == ["SNR", "SI-SDR"]
    assert summary_line(measures, keys).startswith("mel error")
    assert summary_line(measures, {"correlation"}).startswith("SI-SDR")
