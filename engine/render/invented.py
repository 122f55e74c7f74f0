"""Sound that a renderer invented at the model's rate, laid into a recording of any rate and number of channels.

The invented sound is mono. It takes on the recording's stereo image cell by cell: each channel's level and phase
relative to the others. Up to half the model's rate it replaces the recording; above, the recording passes as it is,
because only the difference between invented and recorded sound is resampled and added.
"""

from __future__ import annotations

import numpy as np
import soxr
import torch
from numpy.typing import NDArray
from torch import Tensor

from engine.analysis import Analysis
from engine.mel import hann_window
from engine.render.scene import Scene
from engine.scratch import scratch_array

IMAGE_FFT = 1024
IMAGE_HOP = 256
BLOCK_SAMPLES = 1 << 17
SILENT = 1e-6
LARGEST_CHANGE = 2.0  # 6 dB: sound further off is wrong, and its level says so


def loudest_channel(analysis: Analysis) -> NDArray[np.float32]:
    """A copy of the channel with the most energy, (samples,) levelled, at the model's rate."""
    return np.array(analysis.sound[loudest_index(analysis)])


def loudest_index(analysis: Analysis) -> int:
    """Index of the channel with the most energy."""
    return int(np.argmax([np.dot(channel, channel) for channel in analysis.sound]))


def with_level_kept(scene: Scene, mono: NDArray[np.float32]) -> NDArray[np.float32]:
    """Bring invented sound (samples,), in place, to the recording's energy where it is rendered, if the task keeps it.

    A mel tells mean magnitudes, not energies: sound invented from it is up to a decibel too soft where the recording
    is tonal. Where the recording is silent, so is what is invented.
    """
    if not scene.target.keeps_level:
        return mono
    hop = scene.analysis.spec.hop
    rows = torch.nonzero(scene.target.keep.mean(dim=1) < 0.5)[:, 0]
    first, last = int(rows[0]) * hop, (int(rows[-1]) + 1) * hop
    recorded = np.mean([np.dot(channel[first:last], channel[first:last]) for channel in scene.analysis.sound])
    invented = np.dot(mono[first:last], mono[first:last])
    if invented <= 0:
        return mono
    silent = recorded <= SILENT**2 * (last - first)
    factor = 0.0 if silent else np.clip(np.sqrt(recorded / invented), 1 / LARGEST_CHANGE, LARGEST_CHANGE)
    before, after = slice(max(0, first - hop), first), slice(last, last + hop)
    rising = np.linspace(1, factor, hop, endpoint=False, dtype=np.float32)
    mono[first:last] *= np.float32(factor)
    mono[before] *= rising[hop - (first - before.start) :]
    mono[after] *= rising[::-1][: len(mono[after])]
    return mono


def lay_in(scene: Scene, mono: NDArray[np.float32]) -> NDArray[np.float32]:
    """Lay levelled mono sound (samples,) of the whole analysis into the recording.

    Returns:
        (channels, scene.frames) float32 at the recording's rate.
    """
    analysis, rate = scene.analysis, scene.analysis.clip.rate
    channels = analysis.clip.channels
    reference = loudest_index(analysis)
    out = scratch_array((channels, scene.frames))
    stream = soxr.ResampleStream(analysis.spec.rate, rate, channels, dtype="float32", quality="VHQ")
    place = analysis.start_frame
    samples = analysis.sound.shape[1]
    for first in range(0, samples, BLOCK_SAMPLES):
        last = min(first + BLOCK_SAMPLES, samples)
        difference = _imaged(analysis.sound, mono, reference, first, last) - analysis.sound[:, first:last]
        difference /= np.float32(analysis.level.gain)
        chunk = stream.resample_chunk(np.ascontiguousarray(difference.T), last=last == samples).T
        begin, end = max(place, scene.start_frame), min(place + chunk.shape[1], scene.end_frame)
        if begin < end:
            rows = slice(begin - scene.start_frame, end - scene.start_frame)
            out[:, rows] = scene.recording(begin, end) + chunk[:, begin - place : end - place]
        place += chunk.shape[1]
    return out


def _imaged(
    sound: NDArray[np.float32], mono: NDArray[np.float32], reference: int, first: int, last: int
) -> NDArray[np.float32]:
    """Samples ``first`` to ``last`` of ``mono`` (samples,) with the image of ``sound``: (channels, last - first)."""
    if len(sound) == 1:
        return mono[None, first:last]
    # Hops are counted from sample 0, so that blocks make no difference.
    start = (first // IMAGE_HOP - IMAGE_FFT // IMAGE_HOP) * IMAGE_HOP
    stop = last + IMAGE_FFT
    stop += -(stop - start) % IMAGE_HOP
    laid = with_image(_span(mono[None], start, stop)[0], _span(sound, start, stop), reference)
    return laid[:, first - start : last - start].numpy()


def _span(sound: NDArray[np.float32], start: int, stop: int) -> Tensor:
    """Samples of (channels, n), zero outside."""
    span = np.zeros((len(sound), stop - start), np.float32)
    first, last = max(start, 0), min(stop, sound.shape[1])
    span[:, first - start : last - start] = sound[:, first:last]
    return torch.from_numpy(span)


def with_image(mono: Tensor, sound: Tensor, reference: int) -> Tensor:
    """Give ``mono`` (samples,) each cell's image in ``sound`` (channels, samples).

    The power of ``mono`` is the mean over the channels; phases are kept relative to channel ``reference``. Where
    ``sound`` is silent all channels get ``mono``.
    """
    window = hann_window(IMAGE_FFT, mono.device)

    def forward(x: Tensor) -> Tensor:
        return torch.stft(x, IMAGE_FFT, IMAGE_HOP, window=window, pad_mode="constant", return_complex=True)

    spectra = forward(sound)
    power = spectra.abs().square().mean(dim=0).sqrt()
    turn = torch.polar(torch.ones_like(power), -spectra[reference].angle())
    image = torch.where(power > SILENT, spectra / power.clamp_min(SILENT) * turn, torch.ones_like(spectra))
    return torch.istft(image * forward(mono), IMAGE_FFT, IMAGE_HOP, window=window, length=mono.shape[-1])
