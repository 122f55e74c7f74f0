from __future__ import annotations

import dataclasses

import numpy as np
import pytest
import torch

from engine.errors import Cancelled
from engine.metrics import compare
from engine.progress import Control
from engine.render import gain
from engine.settings import GainSettings
from engine.targets import Target

IDENTITY_DB = 100.0  # float32 transforms there and back


def rendered(scene, settings=None, control=None) -> np.ndarray:
    return gain.render(scene, settings or GainSettings(), torch.Generator(), control or Control())


@pytest.fixture
def heard_noise(made_noise):
    """Noise without infrasound, which the renderer leaves alone."""
    spectrum = np.fft.rfft(made_noise())
    spectrum[:, :40] = 0  # 1 Hz a bin
    return np.fft.irfft(spectrum).astype(np.float32)


@pytest.mark.parametrize("rate", [8000, 16000, 22050, 44100, 96000])
def test_the_recordings_own_mel_gives_the_recording_back(made_scene, made_noise, rate) -> None:
    noise = made_noise(length_s=0.7, rate=rate, channels=2)
    out = rendered(made_scene(noise, rate))
    error = 10 * np.log10(np.mean(noise**2) / np.mean((out - noise) ** 2))
    assert out.shape == noise.shape
    assert error > IDENTITY_DB


def test_a_mel_that_is_6_db_louder_gives_sound_that_is_6_db_louder(made_scene, heard_noise) -> None:
    noise = heard_noise
    out = rendered(made_scene(noise, 16000, change=lambda mel: mel + np.log(2)))
    middle = slice(2000, -2000)
    np.testing.assert_allclose(out[:, middle], 2 * noise[:, middle], atol=2e-3)


def test_above_the_models_band_the_recording_passes_as_it_is(made_scene, made_tone) -> None:
    low, high = (made_tone(frequency_hz=f, length_s=1.0, rate=48000, peak=0.2) for f in (1000, 12000))
    out = rendered(made_scene(low + high, 48000, change=lambda mel: mel - 3))
    middle = slice(10000, -10000)
    np.testing.assert_allclose(out[:, middle], (np.exp(-3) * low + high)[:, middle], atol=2e-3)


def test_an_offset_passes_as_it_is(made_scene, made_noise) -> None:
    noise = made_noise(length_s=2.0)
    out = rendered(made_scene(noise + 0.5, 16000, change=lambda mel: mel - 3))
    middle = slice(4000, -4000)
    assert out[:, middle].mean() == pytest.approx(0.5, abs=2e-3)
    assert out[:, middle].std() < 0.1 * noise.std()


def test_kept_cells_pass_as_they_are(made_scene, made_noise) -> None:
    noise = made_noise(length_s=2.0)
    out = rendered(made_scene(noise, 16000, start_s=0.9, end_s=1.1, change=lambda mel: mel + 1))
    outside = np.r_[0:12000, 20000:32000]
    np.testing.assert_allclose(out[:, outside], noise[:, outside], atol=1e-5)
    assert np.abs(out[:, 15000:17000]).mean() > 2 * np.abs(noise[:, 15000:17000]).mean()


def test_the_gain_is_limited(made_scene, heard_noise) -> None:
    noise = heard_noise
    scene = made_scene(noise, 16000, change=lambda mel: mel + 9)
    assert gain.cell_gains(scene, GainSettings(boost_db=12)).max() == pytest.approx(12 / 8.6859, abs=1e-4)
    out = rendered(scene, GainSettings(boost_db=12))
    np.testing.assert_allclose(out[:, 4000:-4000], noise[:, 4000:-4000] * 10 ** (12 / 20), atol=3e-3)


def test_a_true_mel_under_noise_brings_back_most_of_the_sound(made_scene, made_noise, demo_folder, bundled) -> None:
    """White noise at 10 dB, a perfect mel: 15.6 dB and better on recordings (DESIGN.md)."""
    import soundfile

    from engine.mel import log_mel

    clean, rate = soundfile.read(demo_folder / "speech-p286-011.wav", dtype="float32")
    clean = clean[rate : 3 * rate : 3][None]  # 48 kHz -> 16 kHz, aliased: any sound will do
    clean = clean * (0.5 / np.abs(clean).max())
    noise = made_noise(length_s=clean.shape[1] / 16000)[:, : clean.shape[1]]
    noise *= np.sqrt(np.mean(clean**2) / np.mean(noise**2) / 10)
    scene = made_scene(clean + noise, 16000)
    level = scene.analysis.level
    truth = log_mel(level.apply(torch.from_numpy(clean)), bundled.spec)
    out = rendered(made_scene(clean + noise, 16000, change=lambda mel: truth))
    before = compare(clean, clean + noise, 16000).si_sdr_db
    after = compare(clean, out, 16000).si_sdr_db
    assert before == pytest.approx(10, abs=0.2)
    assert after > before + 4.5


def test_blocks_make_no_difference(made_scene, made_noise, monkeypatch) -> None:
    noise = made_noise(length_s=3.0, rate=22050, channels=2)

    def change(mel: torch.Tensor) -> torch.Tensor:
        return mel + torch.randn(mel.shape, generator=torch.Generator().manual_seed(1))

    whole = rendered(made_scene(noise, 22050, change=change))
    monkeypatch.setattr(gain, "BLOCK_VALUES", 1 << 14)
    np.testing.assert_allclose(rendered(made_scene(noise, 22050, change=change)), whole, atol=1e-5)


def test_channels_keep_their_phase(made_scene, made_noise) -> None:
    first, second = made_noise(seed=1, length_s=2.0), made_noise(seed=2, length_s=2.0)
    sound = np.concatenate([first, -0.7 * first + 0.3 * second])
    jitter = 0.15  # nepers: more than the bundled VAE's error
    out = rendered(
        made_scene(
            sound,
            16000,
            change=lambda mel: mel + jitter * torch.randn(mel.shape, generator=torch.Generator().manual_seed(0)),
        )
    )

    def turn(x: np.ndarray) -> torch.Tensor:
        s = torch.stft(torch.from_numpy(x), 1024, 256, window=torch.hann_window(1024), return_complex=True)
        return s[0] * s[1].conj()

    before, after = turn(sound), turn(out)
    loud = before.abs() > before.abs().max() * 0.01
    degrees = torch.rad2deg((after * before.conj()).angle()[loud])
    assert float(degrees.square().mean().sqrt()) < 3


@pytest.mark.parametrize("frames", [1, 5, 100, 1000])
def test_very_short_recordings_pass(made_scene, frames) -> None:
    sound = np.linspace(-0.5, 0.5, frames, dtype=np.float32)[None] + 0.1
    np.testing.assert_allclose(rendered(made_scene(sound, 44100)), sound, atol=1e-5)


def test_it_stops_when_told_to(made_scene, made_noise) -> None:
    with pytest.raises(Cancelled):
        rendered(made_scene(made_noise(), 16000), control=Control(cancelled=lambda: True))


def test_absent_cells_are_invented_and_the_others_scaled(made_scene, heard_noise) -> None:
    """Nothing is there from 4 kHz up; the mel wants sound there, and the rest 6 dB louder."""
    from scipy import signal

    low = signal.sosfiltfilt(signal.butter(12, 3500, fs=16000, output="sos"), heard_noise).astype(np.float32)
    spec_bands = 48  # those that reach above 4 kHz

    def change(mel: torch.Tensor) -> torch.Tensor:
        louder = mel + np.log(2)
        louder[:, spec_bands:] = float(mel[:, 30:40].mean())
        return louder

    scene = made_scene(low, 16000, change=change, absent_bands=slice(spec_bands, 64))
    scaled = Target(scene.target.mel, scene.target.trust, torch.zeros_like(scene.target.keep), False)
    out = rendered(dataclasses.replace(scene, target=scaled))

    def power_db(sound: np.ndarray, low_hz: float, high_hz: float) -> float:
        filt = signal.butter(6, (low_hz, high_hz), "bandpass", fs=16000, output="sos")
        return float(10 * np.log10(np.square(signal.sosfilt(filt, sound)).mean()))

    assert power_db(out, 300, 3000) == pytest.approx(power_db(low, 300, 3000) + 6, abs=0.3)
    assert power_db(low, 5000, 7000) < power_db(low, 1000, 3000) - 40
    assert power_db(out, 5000, 7000) > power_db(low, 1000, 3000) - 10


def test_what_lies_around_absent_frames_passes(made_scene, made_noise) -> None:
    noise = made_noise(length_s=2.0)
    out = rendered(made_scene(noise, 16000, start_s=0.9, end_s=1.1, absent_bands=slice(0, 64)))
    outside = np.r_[0:12000, 20000:32000]
    np.testing.assert_allclose(out[:, outside], noise[:, outside], atol=1e-4)
    assert np.abs(out - noise)[:, 14800:17200].max() > 0.05
