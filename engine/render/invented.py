"""Sound that a renderer invented at the model's rate, laid into a recording of any rate and number of channels.

The invented sound is mono. It takes on the recording's stereo image cell by cell: each channel's level and phase
relative to the others; where the recording holds nothing, the image around (`engine.render.image`). Up to half the
model's rate it replaces what isn't kept; the rest of the recording passes as it is, because only the difference between
invented and recorded sound is resampled and added.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import soxr
import torch
from numpy.typing import NDArray
from torch import Generator, Tensor

from engine.analysis import Analysis
from engine.bands import bin_weights
from engine.filterbank import mel_edges_hz
from engine.mel import MelSpec, hann_window
from engine.progress import Control
from engine.render.cells import rows_at, spread_in_time
from engine.render.image import Image, decorrelated, image_around
from engine.render.scene import Scene
from engine.scratch import scratch_array

IMAGE_FFT = 1024
IMAGE_HOP = 256
BLOCK_SAMPLES = 1 << 17
SILENT = 1e-6
BESIDE_FRAMES = 64
LARGEST_CORRECTION = 1.4  # 3 dB
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
    return _scaled_within(mono, first, last, float(factor), hop)


def with_energy_of_surroundings(scene: Scene, mono: NDArray[np.float32]) -> NDArray[np.float32]:
    """Give invented sound (samples,) in a gap, in place, as much energy as its mel has beside the gap.

    A mel tells mean magnitudes. Sound found for it is smoother than what lies around, and so has up to 2 dB less
    energy at the same mel. Gaps in the whole band alone; where nothing lies around, nothing is done.
    """
    spec, absent = scene.analysis.spec, scene.target.absent
    gap = torch.nonzero(absent.all(dim=1))[:, 0]
    if not len(gap):
        return mono
    first, last = int(gap[0]), int(gap[-1]) + 1
    beside = [slice(max(0, first - BESIDE_FRAMES), first), slice(last, last + BESIDE_FRAMES)]
    edges = mel_edges_hz(spec.bands, spec.low_hz, spec.high_hz)
    widths = torch.from_numpy(edges[2:] - edges[:-2])

    def powers(rows: slice, mel: Tensor) -> tuple[float, float]:
        samples = mono[rows.start * spec.hop : rows.stop * spec.hop].astype(np.float64)
        return float(samples @ samples), float(((2 * mel[rows].cpu().double()).exp() * widths).sum())

    around = [powers(rows, scene.analysis.mel) for rows in beside]
    sound, heard = (sum(pair[index] for pair in around) for index in (0, 1))
    invented, wanted = powers(slice(first, last), scene.mel)
    if min(sound, heard, invented) <= SILENT**2 * len(mono):
        return mono
    factor = np.sqrt(wanted * sound / heard / invented)
    limited = float(np.clip(factor, 1 / LARGEST_CORRECTION, LARGEST_CORRECTION))
    return _scaled_within(mono, first * spec.hop, last * spec.hop, limited, spec.hop)


def _scaled_within(mono: NDArray[np.float32], first: int, last: int, factor: float, ramp: int) -> NDArray[np.float32]:
    """Scale samples ``first`` to ``last`` in place, and rise and fall to that over ``ramp`` samples around."""
    before, after = slice(max(0, first - ramp), first), slice(last, last + ramp)
    rising = np.linspace(1, factor, ramp, endpoint=False, dtype=np.float32)
    mono[first:last] *= np.float32(factor)
    mono[before] *= rising[ramp - (first - before.start) :]
    mono[after] *= rising[::-1][: len(mono[after])]
    return mono


def starting_mono(analysis: Analysis, absent: Tensor, control: Control) -> NDArray[np.float32]:
    """What invented sound continues from: a copy of the loudest channel, (samples,) levelled, at the model's rate.

    Where cells are absent it is as loud as the mean power of all channels, which is what the mel tells of them.

    Raises:
        Cancelled: the user stopped.
    """
    mono = loudest_channel(analysis)
    if analysis.clip.channels == 1 or not bool(absent.any()):
        return mono
    window = hann_window(IMAGE_FFT, torch.device("cpu"))
    reference, samples = loudest_index(analysis), len(mono)
    for first in range(0, samples, BLOCK_SAMPLES):
        control.check("rendering")
        last = min(first + BLOCK_SAMPLES, samples)
        start, stop = _hops_around(first, last)
        spectra = torch.stft(
            _span(analysis.sound, start, stop),
            IMAGE_FFT,
            IMAGE_HOP,
            window=window,
            pad_mode="constant",
            return_complex=True,
        )
        levelled = torch.polar(spectra.abs().square().mean(dim=0).sqrt(), spectra[reference].angle())
        sound = torch.istft(levelled, IMAGE_FFT, IMAGE_HOP, window=window, length=stop - start)
        mono[first:last] = sound[first - start : last - start].numpy()
    return mono


def lay_in(
    scene: Scene, mono: NDArray[np.float32], invented: Tensor, generator: Generator, control: Control
) -> NDArray[np.float32]:
    """Lay levelled mono sound (samples,) of the whole analysis into the recording.

    Args:
        invented: (T, bands) share of ``mono`` in each cell; the rest of the recording passes.
        generator: of the filters that spread sound over channels where the recording tells no image.

    Returns:
        (channels, scene.frames) float32 at the recording's rate.

    Raises:
        RecordingError: the recording can't be read.
        Cancelled: the user stopped.
    """
    analysis, rate = scene.analysis, scene.analysis.clip.rate
    channels = analysis.clip.channels
    if not bool(invented.any()):
        return scene.recording(scene.start_frame, scene.end_frame)
    layer = _layer_of(scene, mono, invented, generator, control)
    out = scratch_array((channels, scene.frames))
    stream = soxr.ResampleStream(analysis.spec.rate, rate, channels, dtype="float32", quality="VHQ")
    place = analysis.start_frame
    samples = analysis.sound.shape[1]
    for first in range(0, samples, BLOCK_SAMPLES):
        control.check("rendering")
        last = min(first + BLOCK_SAMPLES, samples)
        difference = layer.between(first, last) - analysis.sound[:, first:last]
        difference /= np.float32(analysis.level.gain)
        chunk = stream.resample_chunk(np.ascontiguousarray(difference.T), last=last == samples).T
        begin, end = max(place, scene.start_frame), min(place + chunk.shape[1], scene.end_frame)
        if begin < end:
            rows = slice(begin - scene.start_frame, end - scene.start_frame)
            out[:, rows] = scene.recording(begin, end) + chunk[:, begin - place : end - place]
        place += chunk.shape[1]
    return out


@dataclass(frozen=True)
class _Layer:
    """Invented sound on its way into a recording, all at the model's rate.

    Attributes:
        sound: (channels, samples) of the recording.
        voices: (1 or channels, samples), the invented sound and what was spread of it.
        reference: the channel whose phase it has.
        share: (T, bands) of the invented sound; None for all of it.
        absent: (T, bands) where ``image`` holds instead of the recording's own, with it.
        weights: (bins, bands).
        spec: of the mel.
    """

    sound: NDArray[np.float32]
    voices: NDArray[np.float32]
    reference: int
    share: Tensor | None
    absent: Tensor | None
    image: Image | None
    weights: Tensor
    spec: MelSpec

    def between(self, first: int, last: int) -> NDArray[np.float32]:
        """Samples ``first`` to ``last`` of the recording with the invented sound in it: (channels, last - first)."""
        if len(self.sound) == 1 and self.share is None:
            return self.voices[:1, first:last]
        start, stop = _hops_around(first, last)
        laid = self._laid(_span(self.voices, start, stop), _span(self.sound, start, stop), start)
        return laid[:, first - start : last - start].numpy()

    def _laid(self, voices: Tensor, sound: Tensor, start: int) -> Tensor:
        window = hann_window(IMAGE_FFT, sound.device)

        def forward(x: Tensor) -> Tensor:
            return torch.stft(x, IMAGE_FFT, IMAGE_HOP, window=window, pad_mode="constant", return_complex=True)

        recorded, spoken = forward(sound), forward(voices)
        at = (start + IMAGE_HOP * torch.arange(recorded.shape[-1])) / self.spec.hop - 0.5
        laid = spoken[:1] * image_of(recorded, self.reference)
        if self.image is not None and self.absent is not None:
            around = self.image.laid(spoken, at, self.weights)
            laid = torch.lerp(laid, around, self._over_bins(self.absent, at).to(laid))
        if self.share is not None:
            laid = torch.lerp(recorded, laid, self._over_bins(self.share, at).to(laid))
        return torch.istft(laid, IMAGE_FFT, IMAGE_HOP, window=window, length=sound.shape[-1])

    def _over_bins(self, cells: Tensor, at: Tensor) -> Tensor:
        """(T, bands) at positions (n,) among the frames: (bins, n)."""
        return self.weights @ rows_at(cells, at).T


def _layer_of(
    scene: Scene, mono: NDArray[np.float32], invented: Tensor, generator: Generator, control: Control
) -> _Layer:
    analysis, absent = scene.analysis, scene.target.absent
    spec, channels = analysis.spec, analysis.clip.channels
    bins_hz = np.fft.rfftfreq(IMAGE_FFT, 1 / spec.rate)
    weights = torch.from_numpy(bin_weights(bins_hz, spec.bands, spec.low_hz, spec.high_hz))
    # A window that touches a rendered frame shares in it: the borders in time are the splice's.
    reach = -(-IMAGE_FFT // 2 // spec.hop) + 1
    share = spread_in_time(invented, reach).cpu()
    even = bool((share == share[:, :1]).all())
    around = channels > 1 and bool(absent.any())
    reference = loudest_index(analysis)
    rng = np.random.default_rng(int(torch.randint(2**31, (1,), generator=generator))) if around else None
    return _Layer(
        sound=analysis.sound,
        voices=mono[None] if rng is None else decorrelated(mono, channels - 1, spec.rate, rng),
        reference=reference,
        share=None if even else share,
        absent=spread_in_time(absent.float(), reach).cpu() if around else None,
        image=image_around(analysis, absent, reference, control) if around else None,
        weights=weights,
        spec=spec,
    )


def _hops_around(first: int, last: int) -> tuple[int, int]:
    """A span around samples ``first`` to ``last`` whose hops are counted from sample 0: blocks make no difference."""
    start = (first // IMAGE_HOP - IMAGE_FFT // IMAGE_HOP) * IMAGE_HOP
    stop = last + IMAGE_FFT
    return start, stop + -(stop - start) % IMAGE_HOP


def _span(sound: NDArray[np.float32], start: int, stop: int) -> Tensor:
    """Samples of (channels, n), zero outside."""
    span = np.zeros((len(sound), stop - start), np.float32)
    first, last = max(start, 0), min(stop, sound.shape[1])
    span[:, first - start : last - start] = sound[:, first:last]
    return torch.from_numpy(span)


def image_of(spectra: Tensor, reference: int) -> Tensor:
    """Each cell's image in spectra (channels, bins, n): levels over the mean power, phases against ``reference``.

    Where they are silent, all channels are alike.
    """
    power = spectra.abs().square().mean(dim=0).sqrt()
    turn = torch.polar(torch.ones_like(power), -spectra[reference].angle())
    return torch.where(power > SILENT, spectra / power.clamp_min(SILENT) * turn, torch.ones_like(spectra))
