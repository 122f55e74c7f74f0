"""The stereo image of sound that the recording doesn't hold: as it is around the hole.

Band by band, the channels' covariance is measured on both sides of a hole and drawn as a line through it; bands of
which nothing is known at any time take that of the nearest known bands at the same instant. With its Cholesky factor
``L``, ``x = L [s, d_1, ..]`` has that covariance when ``s`` and the ``d`` are uncorrelated and equally loud: ``s`` is
the invented sound, each ``d`` the same sound through a short all-pass filter of random phase (Kendall 1995). One
channel stays one channel, and equal channels stay equal.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from scipy import signal
from torch import Tensor

from engine.analysis import Analysis
from engine.guess import interpolated
from engine.mel import filterbank, hann_window
from engine.progress import Control
from engine.render.cells import rows_at

GROUP_FRAMES = 8  # mel frames that share an image
SIDE_GROUPS = 2  # groups before and after that an image is averaged with
BLOCK_CELLS = 1 << 20  # of a block: frames times pairs of channels times bins
NEAREST_BANDS = 8
DIFFUSE_S = 0.03  # length of the filters that decorrelate
LEAST_PIVOT = 1e-8  # of the mean power; less is rounding, whose square root would be heard
SILENT = 1e-7


@dataclass(frozen=True)
class Image:
    """How loud each channel is in each cell, and how alike.

    Attributes:
        factor: (G, bands, C, C) complex, of each group of `GROUP_FRAMES` mel frames: the Cholesky factor of the
            covariance over its mean power, channels in ``order``.
        order: (C,) the reference channel first.
    """

    factor: Tensor
    order: Tensor

    def laid(self, spectra: Tensor, at: Tensor, weights: Tensor) -> Tensor:
        """Give sounds the image.

        Args:
            spectra: (C, bins, n) of the invented sound and its decorrelated versions.
            at: (n,) where they lie among the mel frames.
            weights: (bins, bands) each bin's share of each band.

        Returns:
            (C, bins, n) in the recording's order of channels.
        """
        groups = (at - (GROUP_FRAMES - 1) / 2) / GROUP_FRAMES
        factor = torch.einsum("kb,nbij->ijkn", weights.to(self.factor), rows_at(self.factor, groups))
        mixed = torch.einsum("ijkn,jkn->ikn", factor, spectra)
        return torch.empty_like(mixed).index_copy_(0, self.order.to(mixed.device), mixed)


def image_around(analysis: Analysis, absent: Tensor, reference: int, control: Control) -> Image:
    """The image in the cells that are ``absent``, (T, bands) bool; what it is elsewhere is of no use.

    Raises:
        Cancelled: the user stopped.
    """
    channels = analysis.clip.channels
    others = [index for index in range(channels) if index != reference]
    order = torch.tensor([reference, *others])
    sums, counts = _covariances(analysis, ~absent.cpu(), control)
    covariance, known = _averaged(sums[..., order, :][..., order], counts)
    flat = covariance.reshape(*covariance.shape[:2], -1)
    parts = torch.view_as_real(flat).flatten(2).permute(2, 0, 1)  # (parts, T, bands)
    trust = known.to(parts).expand_as(parts)
    filled = _from_nearest_bands(interpolated(parts, trust), known)
    pairs = filled.permute(1, 2, 0).reshape(*flat.shape, 2).contiguous()
    covariance = torch.view_as_complex(pairs).reshape(covariance.shape)
    return Image(factor_of(covariance).to(torch.complex64), order)


def factor_of(covariance: Tensor) -> Tensor:
    """Cholesky factors of positive semidefinite (..., C, C) with mean power 1.

    Pivots that are but rounding are 0, so that what the channels have wholly in common stays in common, and a silent
    channel silent.
    """
    factor = torch.zeros_like(covariance)
    for column in range(covariance.shape[-1]):
        before = factor[..., :column]
        rest = covariance[..., column] - (before @ before[..., column, :, None].conj())[..., 0]
        pivot = rest[..., column].real
        root = torch.where(pivot > LEAST_PIVOT, pivot, 0).sqrt()
        below = rest[..., column + 1 :] / root.clamp_min(LEAST_PIVOT)[..., None]
        factor[..., column, column] = root.to(factor)
        factor[..., column + 1 :, column] = below * (root > 0)[..., None]
    return factor


def decorrelated(sound: NDArray[np.float32], count: int, rate: int, rng: np.random.Generator) -> NDArray[np.float32]:
    """``sound`` (samples,) and ``count`` versions of it that are as loud, and alike neither it nor each other."""
    length = round(DIFFUSE_S * rate)
    out = [sound]
    for _ in range(count):
        burst = rng.standard_normal(length) * np.hanning(length)
        spectrum = np.fft.rfft(burst, 4 * length)
        filtered = np.fft.irfft(spectrum / np.maximum(np.abs(spectrum), 1e-9), 4 * length)
        kernel = np.roll(filtered, length)[: 3 * length]
        kernel /= np.sqrt(np.square(kernel).sum())
        delay = length + length // 2
        spread = signal.oaconvolve(sound, kernel.astype(np.float32), mode="full")
        out.append(spread[delay : delay + len(sound)].astype(np.float32))
    return np.array(out)


def _covariances(analysis: Analysis, known: Tensor, control: Control) -> tuple[Tensor, Tensor]:
    """Covariances summed over the known cells of each group, (G, bands, C, C), and how many they are, (G, bands)."""
    spec = analysis.spec
    bank = filterbank(spec, torch.device("cpu"))
    window = hann_window(spec.n_fft, bank.device)
    sums, counts = [], []
    pairs = analysis.clip.channels**2
    block = max(1, BLOCK_CELLS // (pairs * bank.shape[1] * GROUP_FRAMES)) * GROUP_FRAMES
    for first in range(0, len(known), block):
        control.check("rendering")
        weight = known[first : first + block].float()
        piece = torch.from_numpy(analysis.padded[:, first * spec.hop : (first + len(weight)) * spec.hop + 2 * spec.pad])
        spectra = torch.stft(piece, spec.n_fft, spec.hop, window=window, center=False, return_complex=True)
        spectra = spectra.to(torch.complex128)  # a pivot is a small difference
        product = torch.einsum("ikt,jkt->tkij", spectra, spectra.conj())
        cells = torch.einsum("bk,tkij->tbij", bank.to(product), product) * weight[..., None, None]
        for rows in range(0, len(weight), GROUP_FRAMES):
            sums.append(cells[rows : rows + GROUP_FRAMES].sum(dim=0))
            counts.append(weight[rows : rows + GROUP_FRAMES].sum(dim=0))
    return torch.stack(sums), torch.stack(counts)


def _averaged(sums: Tensor, counts: Tensor) -> tuple[Tensor, Tensor]:
    """Means over neighbouring groups, divided by their power, and (G, bands) where that tells an image.

    Where nothing is known, or all is silent, channels count as equally loud.
    """

    def running(values: Tensor) -> Tensor:
        nothing = values.new_zeros((SIDE_GROUPS, *values.shape[1:]))
        return torch.cat([nothing, values, nothing]).unfold(0, 2 * SIDE_GROUPS + 1, 1).sum(dim=-1)

    mean = running(sums) / running(counts.double()).clamp_min(1)[..., None, None]
    power = mean.diagonal(dim1=-2, dim2=-1).real.mean(dim=-1)[..., None, None]
    equal = torch.eye(sums.shape[-1]).to(mean).expand_as(mean)
    audible = power > SILENT**2
    averaged = torch.where(audible, mean / power.clamp_min(SILENT**2), equal)
    return averaged, (counts > 0) & audible[..., 0, 0]


def _from_nearest_bands(values: Tensor, known: Tensor) -> Tensor:
    """Bands that are never known take the mean of the nearest known ones; (parts, T, bands)."""
    ever = known.any(dim=0)
    if bool(ever.all()) or not bool(ever.any()):
        return values
    has = torch.nonzero(ever)[:, 0]
    out = values.clone()
    for band in torch.nonzero(~ever)[:, 0].tolist():
        near = has[(has - band).abs().argsort(stable=True)[:NEAREST_BANDS]]
        out[..., band] = values[..., near].mean(dim=-1)
    return out
