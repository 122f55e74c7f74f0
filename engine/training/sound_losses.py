"""What a vocoder is trained to do well: spectra at several resolutions, and what discriminators make of the sound.

Spectral convergence and log magnitudes at several resolutions are those of Yamamoto, Song & Kim 2020 ("Parallel
WaveGAN", eq. 4 to 6, at the resolutions of its table 1); the mel error, the least-squares adversarial terms and
feature matching those of Kong, Kim & Bae 2020 ("HiFi-GAN", eq. 1 to 4). No term depends on the phase.

Each spectrum is floored at `FLOOR`, which the mel hides too: what lies below is neither heard nor learned.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from engine.mel import MelSpec, hann_window, log_mel_from_magnitude

RESOLUTIONS = ((512, 50, 240), (1024, 120, 600), (2048, 240, 1200))  # transform, hop and window in samples
FLOOR = 1e-4
Features = Sequence[Sequence[Tensor]]  # of each discriminator the output of each layer; the last is its judgement


def floored_magnitudes(sounds: Tensor, n_fft: int, hop: int, window: int) -> Tensor:
    """STFT magnitudes of (B, samples) without padding, at least `FLOOR`, (B, bins, frames).

    The floor is laid on the power, so that the root's gradient stays finite in silence.
    """
    spectrum = torch.stft(
        sounds, n_fft, hop, window, hann_window(window, sounds.device), center=False, return_complex=True
    )
    return (spectrum.real.square() + spectrum.imag.square()).clamp_min(FLOOR**2).sqrt()


def mel_distance(made: Tensor, wanted: Tensor, spec: MelSpec) -> Tensor:
    """Mean |difference| of the log-mels of two (B, samples), nepers, a scalar."""
    mels = [
        log_mel_from_magnitude(floored_magnitudes(sounds, spec.n_fft, spec.hop, spec.n_fft), spec)
        for sounds in (made, wanted)
    ]
    return (mels[0] - mels[1]).abs().mean()


def spectral_distance(
    made: Tensor, wanted: Tensor, resolutions: Sequence[tuple[int, int, int]] = RESOLUTIONS
) -> tuple[Tensor, Tensor]:
    """How far the STFT magnitudes of two (B, samples) are apart, the mean over ``resolutions``.

    Returns:
        Spectral convergence, relative to each wanted sound whatever its level, and the mean |difference| of log
        magnitudes in nepers; both scalars.
    """
    convergences, logs = [], []
    for n_fft, hop, window in resolutions:
        ours, theirs = (floored_magnitudes(sounds, n_fft, hop, window) for sounds in (made, wanted))
        error, size = ((part.square().sum(dim=(1, 2)) + FLOOR**2).sqrt() for part in (ours - theirs, theirs))
        convergences.append((error / size).mean())
        logs.append((ours.log() - theirs.log()).abs().mean())
    return torch.stack(convergences).mean(), torch.stack(logs).mean()


def discriminator_loss(real: Features, made: Features) -> Tensor:
    """Least squares toward 1 for the real and 0 for the made, the mean over the discriminators (HiFi-GAN, eq. 1)."""
    terms = [
        (of_real[-1].float() - 1).square().mean() + of_made[-1].float().square().mean()
        for of_real, of_made in zip(real, made, strict=True)
    ]
    return torch.stack(terms).mean()


def adversarial_loss(made: Features) -> Tensor:
    """Least squares toward 1 for the made, the mean over the discriminators (HiFi-GAN, eq. 2)."""
    return torch.stack([(of_made[-1].float() - 1).square().mean() for of_made in made]).mean()


def feature_distance(real: Features, made: Features) -> Tensor:
    """Mean |difference| of what the hidden layers give (HiFi-GAN, eq. 4), each relative to its size for the real."""
    terms = [
        (ours.float() - theirs.float()).abs().mean() / theirs.float().abs().mean().clamp_min(1e-3)
        for of_real, of_made in zip(real, made, strict=True)
        for theirs, ours in zip(of_real[:-1], of_made[:-1], strict=True)
    ]
    return torch.stack(terms).mean()
