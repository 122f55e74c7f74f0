"""What lies above the model's band in a filled gap: noise shaped as the recording is on both sides.

The model hears nothing up there, so a gap in a recording of a higher rate would be a dull hole. Band by band, level and
covariance of the channels are measured before and after the gap and drawn as a line through it, levels in decibels. The
noise swells and fades with the uppermost bands of the take, so that what strikes below strikes above as well.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.fft import next_fast_len
from torch import Tensor

from engine.mel import hann_window
from engine.progress import Control
from engine.render.cells import rows_at
from engine.render.image import factor_of
from engine.render.scene import Scene
from engine.scratch import scratch_array

WINDOW_S = 0.04
HOPS_PER_WINDOW = 4
SIDE_S = 0.25  # of the recording on each side that is measured
BAND_HZ = 1000.0
LEAD_BANDS = 8  # uppermost bands of the take that the noise follows
LARGEST_SWELL = 1.5  # nepers
PASSED = 0.913  # of half the model's rate: above, the resampler lets less and less of the invented sound through
EDGE_ROWS = 4  # whose windows touch the gap: noise there too, the borders in time are the splice's
LEAST_POWER = 1e-16
BLOCK_HOPS = 512
BLOCK_SAMPLES = 1 << 18


def with_treble(
    scene: Scene, rendered: NDArray[np.float32], generator: torch.Generator, control: Control
) -> NDArray[np.float32]:
    """Put noise above the model's band into ``rendered`` (channels, scene.frames), in place, where the target says so.

    Raises:
        RecordingError: the recording can't be read.
        Cancelled: the user stopped.
    """
    above, clip, spec = scene.target.above, scene.analysis.clip, scene.analysis.spec
    if above is None or clip.rate <= spec.rate:
        return rendered
    hop = next_fast_len(max(8, round(WINDOW_S * clip.rate / HOPS_PER_WINDOW)))
    window = hann_window(hop * HOPS_PER_WINDOW, torch.device("cpu"))
    sides = _measured_sides(scene, above, window, hop)
    if sides is None:
        return rendered
    noise = _white(rendered.shape, generator)
    swell = _swell(scene.mel, above)
    bins_hz = torch.fft.rfftfreq(len(window), 1 / clip.rate)
    low_hz = PASSED * spec.rate / 2
    ramp = ((bins_hz - low_hz) / (spec.rate / 2 - low_hz)).clamp(0, 1)[:, None]
    out = scratch_array(rendered.shape)
    count = -(-scene.frames // hop)
    for first in range(0, count, BLOCK_HOPS):
        control.step("rendering above the model's band", first, count)
        begin, end = first * hop, min((first + BLOCK_HOPS) * hop, scene.frames)
        # A window more on each side, so that blocks make no difference.
        start, stop = begin - len(window), begin + (BLOCK_HOPS + HOPS_PER_WINDOW) * hop
        centres = scene.start_frame + start + hop * np.arange((stop - start) // hop + 1)
        at = torch.from_numpy(scene.analysis.mel_positions(centres.astype(np.float64)))
        through = ((at - above.start) / (above.stop - above.start)).clamp(0, 1).float()
        loud = torch.exp(rows_at(swell[:, None], at.float() - above.start))[:, 0]
        shaped = sides.shaped(_forward(_span(noise, start, stop), window, hop), through) * loud
        near = (at > above.start - EDGE_ROWS) & (at < above.stop + EDGE_ROWS)
        share = ramp * near
        mixed = _forward(_span(rendered, start, stop), window, hop) * (1 - share) + shaped * share.sqrt()
        laid = torch.istft(mixed, len(window), hop, window=window, length=stop - start)
        out[:, begin:end] = laid[:, begin - start : end - start].numpy()
    return out


@dataclass(frozen=True)
class _Sides:
    """What was measured before and after a gap.

    Attributes:
        level: (2, bands) log of the root of the power of a bin.
        covariance: (2, bands, C, C) complex, over the mean power.
        weights: (bins, bands) each bin's share of each band.
    """

    level: Tensor
    covariance: Tensor
    weights: Tensor

    def shaped(self, white: Tensor, through: Tensor) -> Tensor:
        """White spectra (C, bins, n) of unit power with the level and covariance at ``through`` (n,), 0 to 1."""
        factor = factor_of(rows_at(self.covariance, through)).to(white)  # (n, bands, C, C)
        mixed = torch.einsum("kb,nbij,jkn->ikn", self.weights.to(factor), factor, white)
        return mixed * torch.exp(self.weights @ rows_at(self.level, through).T)


def _measured_sides(scene: Scene, above: slice, window: Tensor, hop: int) -> _Sides | None:
    """Measure both sides; the one that is there counts for both. None where there is neither."""
    clip, spec = scene.analysis.clip, scene.analysis.spec
    per_row = spec.hop * clip.rate / spec.rate
    first, last = (scene.analysis.start_frame + round(row * per_row) for row in (above.start, above.stop))
    length = round(SIDE_S * clip.rate)
    spans = (
        (max(scene.analysis.start_frame, first - length), first),
        (last, min(scene.analysis.end_frame, last + length)),
    )
    bins_hz = torch.fft.rfftfreq(len(window), 1 / clip.rate)
    lowest_hz = PASSED * spec.rate / 2
    bands = max(1, round((clip.rate / 2 - lowest_hz) / BAND_HZ))
    place = ((bins_hz - lowest_hz) / (clip.rate / 2 - lowest_hz) * bands - 0.5).clamp(0, bands - 1)
    weights = (1 - (place[:, None] - torch.arange(bands)).abs()).clamp_min(0)
    own = weights * (bins_hz >= lowest_hz)[:, None]
    found = []
    for start, stop in spans:
        if stop - start < len(window):
            continue
        spectra = torch.stft(
            torch.from_numpy(clip.read(start, stop)), len(window), hop, window=window, center=False, return_complex=True
        ) / float(window.square().sum().sqrt())
        spectra = spectra.to(torch.complex128)  # a pivot is a small difference
        product = torch.einsum("ikn,jkn->kij", spectra, spectra.conj()) / spectra.shape[-1]
        found.append(torch.einsum("kb,kij->bij", (own / own.sum(dim=0)).to(product), product))
    if not found:
        return None
    covariance = torch.stack([found[0], found[-1]])
    power = covariance.diagonal(dim1=-2, dim2=-1).real.mean(dim=-1).clamp_min(LEAST_POWER)
    return _Sides(0.5 * power.log().float(), covariance / power[..., None, None], weights)


def _swell(mel: Tensor, above: slice) -> Tensor:
    """(rows,) nepers by which the uppermost bands of the gap are louder than the line between its sides."""
    top = mel[:, -LEAD_BANDS:].cpu()
    sides = [top[max(0, above.start - LEAD_BANDS * 3) : above.start], top[above.stop : above.stop + LEAD_BANDS * 3]]
    levels = [0.5 * torch.exp(2 * side).mean().log() for side in sides if len(side)]
    rows = above.stop - above.start
    line = torch.lerp(levels[0], levels[-1], torch.linspace(0, 1, rows))
    inside = 0.5 * torch.exp(2 * top[above]).mean(dim=1).log()
    return (inside - line).clamp(-LARGEST_SWELL, LARGEST_SWELL)


def _white(shape: tuple[int, ...], generator: torch.Generator) -> NDArray[np.float32]:
    """Noise of unit power."""
    rng = np.random.default_rng(int(torch.randint(2**31, (1,), generator=generator)))
    noise: NDArray[np.float32] = scratch_array(shape)
    for first in range(0, shape[1], BLOCK_SAMPLES):
        block = noise[:, first : first + BLOCK_SAMPLES]
        block[:] = rng.standard_normal(block.shape, dtype=np.float32)
    return noise


def _forward(sound: Tensor, window: Tensor, hop: int) -> Tensor:
    return torch.stft(sound, len(window), hop, window=window, pad_mode="constant", return_complex=True)


def _span(sound: NDArray[np.float32], start: int, stop: int) -> Tensor:
    """Frames of (channels, n), zero outside."""
    span = np.zeros((len(sound), stop - start), np.float32)
    first, last = max(start, 0), min(stop, sound.shape[1])
    if first < last:
        span[:, first - start : last - start] = sound[:, first:last]
    return torch.from_numpy(span)
