"""What the VAE is trained to do well: the mel itself, and the sound that the gain renderer makes of it."""

from __future__ import annotations

import torch
from torch import Tensor

from engine.mel import MelSpec

LOUDEST_GAIN = 2.76  # nepers, +24 dB: the renderer's limit
STRETCH_FRAMES = 32


def rendered_error(difference: Tensor, magnitudes: Tensor, weights: Tensor) -> tuple[Tensor, Tensor]:
    """Error of the sound that the gain renderer would make, relative to the recording, in nepers (log of power).

    ``ln(sum |S|^2 (exp(W d) - 1)^2 / sum |S|^2)``: up to the overlap of its frames this is minus the SI-SDR.

    Args:
        difference: (B, T, bands) log-mel of the take less that of the recording, nepers.
        magnitudes: (B, bins, T) of the recording.
        weights: (bins, bands) of `engine.bands.bin_weights`.

    Returns:
        (B,) over all frames, and (B,) the mean over stretches of `STRETCH_FRAMES` frames, in which a quiet stretch
        counts as much as a loud one.
    """
    log_gain = (difference @ weights.T).clamp(-8.0, LOUDEST_GAIN).transpose(1, 2)  # (B, T, bins) -> (B, bins, T)
    power = magnitudes.square()
    error = (power * torch.expm1(log_gain).square()).sum(dim=1)  # (B, T)
    power = power.sum(dim=1)

    def ratio(above: Tensor, below: Tensor) -> Tensor:
        return ((above + 1e-9) / (below + 1e-9) + 1e-5).log()

    length = min(STRETCH_FRAMES, error.shape[1])
    stretches = [part.unfold(1, length, length).mean(dim=2) + 1e-7 for part in (error, power)]
    return ratio(error.sum(dim=1), power.sum(dim=1)), ratio(*stretches).mean(dim=1)


def energy_kept(difference: Tensor, magnitudes: Tensor, weights: Tensor, above_bin: int) -> Tensor:
    """Log ratio of the rendered to the recorded energy above a bin, nepers of power, (B,)."""
    log_gain = (difference @ weights.T).clamp(-8.0, LOUDEST_GAIN).transpose(1, 2)[:, above_bin:]
    power = magnitudes[:, above_bin:].square()
    return ((power * (2 * log_gain).exp()).sum(dim=(1, 2)) + 1e-6).log() - (power.sum(dim=(1, 2)) + 1e-6).log()


def mel_error(difference: Tensor, spec: MelSpec) -> Tensor:
    """Mean |difference| of the normalised log-mel, (B,)."""
    return difference.abs().mean(dim=(1, 2)) / spec.scale


def kl_divergence(mean: Tensor, logvar: Tensor) -> Tensor:
    """KL of the posterior to the unit normal per latent element, nats (Kingma & Welling 2014, appendix B)."""
    return 0.5 * (mean.square() + logvar.exp() - 1 - logvar).mean()
