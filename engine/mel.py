"""Log-mel spectrograms in AudioLDM2's layout, and the bookkeeping that undoes their level.

The analysis is that of AudioLDM2's training code (haoheliu/AudioLDM2, ``utilities/audio/stft.py``) and of the
HiFi-GAN vocoder it feeds: magnitudes, not power; reflection padding of ``(n_fft - hop) / 2`` so that frame ``k``
is centred at sample ``k * hop + hop / 2``; Slaney mel bands; natural logarithm with a floor. Everything that a
model may choose (rate, sizes, bands, normalisation) is in `MelSpec`, read from the model's folder.

Several channels are analysed as ``sqrt(mean over channels of |S_c|^2)``, never as a downmix, so that what is out
of phase between channels is not cancelled.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, fields
from functools import lru_cache
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor

from engine.errors import ModelError
from engine.filterbank import mel_filterbank

PEAK_AFTER_GAIN = 0.5
SILENT_PEAK = 1e-6  # -120 dBFS: what lies below is rounding, and silence has gain 1


@dataclass(frozen=True)
class MelSpec:
    """How a model's mel spectrogram is made; the defaults are AudioLDM2's.

    Attributes:
        rate: sample rate of the analysed sound in Hz.
        n_fft: length of the transform and of its periodic Hann window, in samples.
        hop: samples between frames.
        bands: number of mel bands.
        low_hz, high_hz: range of the bands.
        floor: smallest mel magnitude; the log-mel never goes below ``ln(floor)``.
        shift, scale: the model sees ``(Y - shift) / scale``.
    """

    rate: int = 16000
    n_fft: int = 1024
    hop: int = 160
    bands: int = 64
    low_hz: float = 0.0
    high_hz: float = 8000.0
    floor: float = 1e-5
    shift: float = 0.0
    scale: float = 1.0

    def __post_init__(self) -> None:
        for name in ("rate", "n_fft", "hop", "bands", "scale", "floor"):
            if not getattr(self, name) > 0:
                raise ModelError(f"mel.json: {name} is {getattr(self, name)}; it must be above 0")
        if self.n_fft % 2 or (self.n_fft - self.hop) % 2 or self.hop > self.n_fft:
            raise ModelError(
                f"mel.json: n_fft {self.n_fft} and hop {self.hop} must be even together, hop at most n_fft"
            )
        if not 0 <= self.low_hz < self.high_hz <= self.rate / 2:
            raise ModelError(
                f"mel.json: bands from {self.low_hz} to {self.high_hz} Hz; accepted is 0 to {self.rate / 2:g} Hz"
            )

    @property
    def silence(self) -> float:
        """The log-mel of silence, ``ln(floor)``; -11.5129 in AudioLDM2."""
        return math.log(self.floor)

    @property
    def pad(self) -> int:
        """Samples of padding on each side, which centre frame ``k`` at ``k * hop + hop / 2``."""
        return (self.n_fft - self.hop) // 2

    @classmethod
    def from_folder(cls, folder: Path) -> MelSpec:
        """Read ``mel.json`` of a model's folder; AudioLDM2's values where there is none.

        Raises:
            ModelError: the file is no JSON object, or a key or value is not accepted.
        """
        path = folder / "mel.json"
        if not path.exists():
            return cls()
        try:
            values = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise ModelError(f"{path} can't be read as JSON: {error}") from error
        known = {field.name for field in fields(cls)}
        if not isinstance(values, dict):
            raise ModelError(f"{path} must hold a JSON object; it holds a {type(values).__name__}")
        if unknown := sorted(set(values) - known):
            raise ModelError(f"{path} has the key {unknown[0]!r}; accepted: {', '.join(sorted(known))}")
        for name, value in values.items():
            if isinstance(value, bool) or not isinstance(value, int | float):
                raise ModelError(f"{path}: {name} is {value!r}; a number is expected")
        return cls(**values)

    def to_model(self, mel: Tensor) -> Tensor:
        """Normalise a log-mel for the model."""
        return (mel - self.shift) / self.scale

    def from_model(self, mel: Tensor) -> Tensor:
        """Undo `to_model`, and put back the floor."""
        return (mel * self.scale + self.shift).clamp_min(self.silence)


@dataclass(frozen=True)
class Level:
    """Mean and gain that were taken out of a recording before analysis, once per job.

    Attributes:
        mean: (channels, 1), subtracted first.
        gain: factor applied after; 1 for silence.
    """

    mean: Tensor
    gain: float

    def apply(self, sound: Tensor) -> Tensor:
        """Bring ``sound`` (..., channels, samples) to the level of the model."""
        return (sound - self.mean.to(sound)) * self.gain

    def undo(self, sound: Tensor) -> Tensor:
        """Bring ``sound`` (..., channels, samples) back to the recording's level."""
        return sound / self.gain + self.mean.to(sound)


def measure_level(sound: Tensor) -> Level:
    """Measure the mean of each channel and the gain that brings the loudest sample to 0.5.

    Args:
        sound: (channels, samples), at least one sample.
    """
    mean = sound.mean(dim=-1, keepdim=True, dtype=torch.float64).to(sound.dtype)
    return level_from(mean, float((sound - mean).abs().max()))


def level_from(mean: Tensor, peak: float) -> Level:
    """The level of sound with ``mean`` (channels, 1) whose loudest sample, less its mean, is ``peak``."""
    return Level(mean, PEAK_AFTER_GAIN / peak if peak > SILENT_PEAK else 1.0)


@lru_cache(maxsize=8)
def hann_window(length: int, device: torch.device) -> Tensor:
    """The periodic Hann window, kept per length and device."""
    with torch.inference_mode(False):  # what is kept may meet a gradient later
        return torch.hann_window(length, periodic=True, device=device)


@lru_cache(maxsize=8)
def filterbank(spec: MelSpec, device: torch.device) -> Tensor:
    """The mel filterbank of ``spec`` as (bands, n_fft // 2 + 1), kept per device."""
    bank = mel_filterbank(spec.rate, spec.n_fft, spec.bands, spec.low_hz, spec.high_hz)
    with torch.inference_mode(False):
        return torch.from_numpy(bank).to(device)


def magnitude(padded: Tensor, spec: MelSpec) -> Tensor:
    """STFT magnitudes of sound that already carries `MelSpec.pad` samples of its surroundings on each side.

    Args:
        padded: (..., channels, pad + samples + pad).

    Returns:
        (..., n_fft // 2 + 1, frames), the root of the mean over channels of the power.
    """
    lead, length = padded.shape[:-1], padded.shape[-1]
    spectrum = torch.stft(
        padded.reshape(-1, length),
        spec.n_fft,
        hop_length=spec.hop,
        window=hann_window(spec.n_fft, padded.device),
        center=False,
        return_complex=True,
    )
    power = spectrum.real.square() + spectrum.imag.square()
    return power.reshape(*lead, *power.shape[-2:]).mean(dim=-3).sqrt()


def log_mel_from_magnitude(magnitudes: Tensor, spec: MelSpec) -> Tensor:
    """Magnitudes (..., bins, frames) -> log-mel (..., frames, bands)."""
    mel = filterbank(spec, magnitudes.device) @ magnitudes
    return mel.clamp_min(spec.floor).log().transpose(-1, -2)  # (..., bands, T) -> (..., T, bands)


def pad_surroundings(sound: Tensor, spec: MelSpec) -> Tensor:
    """Pad (..., samples) by `MelSpec.pad` on each side: by reflection, and past that with silence.

    The sound is first lengthened with silence to a whole number of hops, so that its last samples are seen too.
    """
    samples = sound.shape[-1]
    sound = F.pad(sound, (0, -samples % spec.hop))
    reflected = min(spec.pad, sound.shape[-1] - 1)
    flat = sound.reshape(-1, 1, sound.shape[-1])
    flat = F.pad(F.pad(flat, (reflected, reflected), mode="reflect"), (spec.pad - reflected,) * 2)
    return flat.reshape(*sound.shape[:-1], -1)


def log_mel(sound: Tensor, spec: MelSpec | None = None) -> Tensor:
    """Log-mel spectrogram of sound that has been brought to the model's level.

    Args:
        sound: (..., channels, samples) at ``spec.rate``, any device; at least one sample.

    Returns:
        (..., frames, bands), natural log of mel magnitudes, ``ceil(samples / hop)`` frames.
    """
    spec = spec or MelSpec()
    return log_mel_from_magnitude(magnitude(pad_surroundings(sound, spec), spec), spec)
