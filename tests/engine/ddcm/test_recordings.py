from __future__ import annotations

import dataclasses

import numpy as np
import pytest
import torch

from engine.audio import open_clip
from engine.ddcm.container import HEADER_BYTES, Header, unpacked
from engine.ddcm.plan import plan_for
from engine.ddcm.recordings import (
    Encoded,
    check_model_of,
    decode_mel,
    decode_sound,
    encode_clip,
    mel_frames,
)
from engine.errors import InputError, ModelError
from engine.model.load import Model, load_model
from engine.progress import Control
from engine.settings import DdcmSettings

SETTINGS = DdcmSettings(steps=3, codewords=64, atoms=5)


@pytest.fixture
def encode(write_sound, tiny: Model):
    """A function that encodes a sound."""

    def run(sound: np.ndarray, rate: int = 16000, settings: DdcmSettings = SETTINGS, seed: int = 0) -> Encoded:
        with open_clip(write_sound(sound, rate)) as clip:
            return encode_clip(clip, settings, seed, tiny, Control())

    return run


def opened(encoded: Encoded) -> tuple[Header, bytes]:
    return unpacked(encoded.data, "x")


def test_decoding_gives_the_encoders_mel_bit_by_bit(encode, made_noise, tiny: Model) -> None:
    for sound, rate in ((made_noise(length_s=0.7), 16000), (made_noise(length_s=0.5, rate=44100, channels=2), 44100)):
        encoded = encode(sound, rate)
        assert torch.equal(decode_mel(*opened(encoded), tiny, Control()), encoded.mel)


@pytest.mark.parametrize("variant", ["turbo", "published"])
@pytest.mark.parametrize("kbps", [0.5, 2.0, 8.0, 32.0])
@pytest.mark.parametrize("length_s", [10.0, 10.3, 61.7])
def test_from_ten_seconds_up_a_file_has_the_rate_that_was_asked_for(variant: str, kbps: float, length_s: float) -> None:
    settings = DdcmSettings(variant=variant, kbps=kbps)
    plan = plan_for(settings, round(100 * length_s), length_s, header_bytes=HEADER_BYTES)
    size = HEADER_BYTES + -(-plan.bits // 8)
    assert 8 * size / length_s / 1000 == pytest.approx(kbps, rel=0.02)


def test_a_file_is_as_long_as_its_plan_says(encode, made_noise) -> None:
    settings = DdcmSettings(steps=4, codewords=4096, kbps=3)
    encoded = encode(made_noise(length_s=2.0), settings=settings)
    assert len(encoded.data) == HEADER_BYTES + -(-encoded.plan.bits // 8)
    assert 8 * len(encoded.data) / 2 / 1000 == pytest.approx(3, rel=0.02)


def test_the_same_seed_gives_the_same_bytes_and_another_one_others(encode, made_noise) -> None:
    sound = made_noise()
    assert encode(sound).data == encode(sound).data
    assert encode(sound).data != encode(sound, seed=1).data


def test_the_header_says_what_the_recording_was(encode, made_noise, tiny: Model) -> None:
    header, _ = opened(encode(0.25 + made_noise(length_s=0.33, rate=8000, channels=3), 8000, seed=77))
    assert (header.rate, header.channels, header.frames, header.seed) == (8000, 3, 2640, 77)
    assert header.mean == pytest.approx(0.25, abs=0.01)
    assert mel_frames(header, tiny.spec) == 33
    assert header.model_hash.hex() == tiny.hash[:16]


def test_sound_has_rate_length_channels_level_and_mean_of_the_recording(encode, made_noise, tiny: Model) -> None:
    sound = np.float32(0.1) + made_noise(length_s=1.0, rate=44100, channels=2, rms=0.02)
    header, _ = opened(encode(sound, 44100))
    with torch.inference_mode():
        mel = torch.full((100, 64), -4.0)
    control = Control()
    made = decode_sound(header, mel, tiny, torch.Generator().manual_seed(0), control)
    assert made.shape == (2, 44100) and made.dtype == np.float32
    assert np.array_equal(made[0], made[1])
    assert made.mean() == pytest.approx(0.1, abs=0.005)
    louder = decode_sound(dataclasses.replace(header, gain=header.gain / 2), mel, tiny, torch.Generator(), Control())
    assert louder.std() == pytest.approx(2 * made.std(), rel=0.2)
    assert control.notes == ["a .ddcm file holds one channel; all 2 channels of the recording are given that"]


def test_another_model_is_refused_by_both_hashes(encode, made_noise, tiny: Model, bundled: Model) -> None:
    header, _ = opened(encode(made_noise()))
    check_model_of(header, tiny.folder, "x.ddcm")
    with pytest.raises(ModelError, match=rf"x.ddcm: was encoded with the model {tiny.hash[:16]}; bundled is [0-9a-f]+"):
        check_model_of(header, bundled.folder, "x.ddcm")


def test_another_number_format_is_noted(encode, made_noise, tiny: Model) -> None:
    encoded = encode(made_noise())
    header, codes = opened(encoded)
    other = "float32" if header.number_format == "bfloat16" else "bfloat16"
    moved = load_model(str(tiny.folder.path), "cpu", ("vae", "unet"), getattr(torch, other))
    control = Control()
    decode_mel(header, codes, moved, control)
    assert f"encoded in {header.number_format}, decoded in {other}" in control.notes[0]


@pytest.mark.parametrize("sound", [np.zeros((1, 16000)), np.full((1, 16000), 0.5), np.ones((1, 1))])
def test_silence_a_constant_and_a_single_frame_come_back(encode, tiny: Model, sound: np.ndarray) -> None:
    encoded = encode(sound.astype(np.float32))
    header, codes = opened(encoded)
    mel = decode_mel(header, codes, tiny, Control())
    assert bool(mel.isfinite().all())
    made = decode_sound(header, mel, tiny, torch.Generator().manual_seed(0), Control())
    assert made.shape == sound.shape and np.isfinite(made).all()


def test_a_rate_that_a_short_recording_cant_have_is_refused_with_what_it_can(encode, made_noise) -> None:
    settings = dataclasses.replace(SETTINGS, atoms=0, kbps=2)
    with pytest.raises(InputError, match=r"kbps is 2; for 0.200 s, 3 steps and 64 codewords accepted is 2.66 to"):
        encode(made_noise(length_s=0.2), settings=settings)
    with pytest.raises(InputError, match=r"kbps is 32; for 1.000 s, 3 steps and 64 codewords accepted is 0.54 to"):
        encode(made_noise(), settings=dataclasses.replace(settings, kbps=32))


def test_codes_of_another_length_than_planned_are_refused(encode, made_noise, tiny: Model) -> None:
    header, codes = opened(encode(made_noise()))
    with pytest.raises(InputError, match="the codes are damaged"):
        decode_mel(header, codes + b"\0", tiny, Control())


def test_the_soft_codebook_has_no_file(encode, made_noise) -> None:
    with pytest.raises(InputError, match="'soft', which has no file; accepted: turbo, published"):
        encode(made_noise(), settings=DdcmSettings(variant="soft"))
