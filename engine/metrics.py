"""Measures of a result against its reference, in memory that doesn't grow with the recording.

Two passes over blocks: `Survey` reads the reference for its mean, peak and spectral peak; `Comparison` reads
both. `compare` does it for arrays, `compare_streams` for anything that is read by frame range. Sums are
float64, and blocks are cut to one size inside, so that the size of the caller's blocks changes nothing.

=================  ======================================================================================
measure            definition and source
=================  ======================================================================================
snr_db             10 lg of reference energy over error energy, no gain or mean removed
si_sdr_db          scale-invariant SDR, means removed: Le Roux et al., "SDR - half-baked or well done?", ICASSP
                   2019, eq. 5 and 6
mse, mae           mean squared and mean absolute error of the samples
correlation        Pearson's, over the samples
mel_db             mean |difference| of the 64-band log-mel, in dB (see `mel_pair`)
lsd_db             log-spectral distance: Gray and Markel, IEEE Trans. ASSP 24(5), 1976
mrstft             multi-resolution STFT loss: Yamamoto et al., "Parallel WaveGAN", ICASSP 2020, eq. 5 to 8
band_retention     energy of the result in percent of the reference's: < 500, 500..4000, > 4000 Hz
lufs_*             integrated loudness: ITU-R BS.1770-5, Annex 1, two-stage gate; of 5.0, 5.1 and 7.1 too (see
                   `engine.measuring.loudness`)
true_peak_dbtp     of the result: ITU-R BS.1770-5, Annex 2
pesq, stoi         ITU-T P.862.2 and Taal et al. 2011, by the packages `pesq` and `pystoi`, where installed
=================  ======================================================================================

All channels count alike but in loudness: samples and spectral cells of every channel go into one mean; only the
mel analyses ``sqrt(mean over channels |S_c|^2)``.

None says that a measure is undefined: silence where a level is asked for, too short (mel: 10 ms; loudness:
0.4 s), a package missing, samples that aren't finite. *Identical signals* have an infinite SNR and SI-SDR,
which JSON cannot write: they are None too, and ``mse`` 0 with ``correlation`` 1 tell. So is the SI-SDR of a
pure change of gain, one by -1 too: it forgives a flipped polarity, which ``correlation`` -1 tells.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.measuring.frames import Framer, hann, power_spectra
from engine.measuring.loudness import Loudness, TruePeak
from engine.measuring.measure_texts import (
    MEASURE_TEXTS,
    MeasureText,
    format_measure,
    measure_value,
    summary_line,
    table,
)
from engine.measuring.measures import BandRetention, Measures, finite
from engine.measuring.mel_distance import (
    DB_PER_NEPER,
    MEL_BANDS,
    MEL_FLOOR,
    MEL_HIGH_HZ,
    MEL_RATE,
    Floats,
    MelDistance,
)
from engine.measuring.sample_errors import SampleErrors
from engine.measuring.spectral import LSD_FFT, LSD_HOP, MRSTFT_RESOLUTIONS, SpectralDistance, StftResolution
from engine.measuring.speech import Speech
from engine.measuring.streams import Blocks, Reader, Resampler, Samples, block_frames, check_format, check_pair

__all__ = [
    "DB_PER_NEPER",
    "MEASURE_TEXTS",
    "MEL_BANDS",
    "MEL_FLOOR",
    "MEL_HIGH_HZ",
    "BandRetention",
    "Comparison",
    "Floats",
    "MeasureText",
    "Measures",
    "Reader",
    "ReferenceLevels",
    "Samples",
    "Survey",
    "compare",
    "compare_streams",
    "format_measure",
    "measure_value",
    "mel_pair",
    "summary_line",
    "table",
]


@dataclass(frozen=True)
class ReferenceLevels:
    """What the second pass has to know of the whole reference.

    means: per channel, at 16 kHz. gain: 0.5 / peak after the mean is removed; silence has 1.
    spectral_peak: the greatest |S|^2 of the log-spectral distance's STFT.
    """

    means: tuple[float, ...]
    gain: float
    spectral_peak: float


class Survey:
    """First pass: the levels of a reference read block by block."""

    def __init__(self, rate: int, channels: int) -> None:
        check_format(rate, channels)
        self._blocks = Blocks(channels, block_frames(channels))
        self._resampler = Resampler(rate, MEL_RATE, channels)
        self._framer = Framer(channels, LSD_FFT, LSD_HOP, LSD_FFT // 2)
        self._window = hann(LSD_FFT)
        self._count = 0
        self._sum = np.zeros(channels)
        self._low = np.full(channels, np.inf)
        self._high = np.full(channels, -np.inf)
        self._peak = 0.0

    def update(self, reference: Samples) -> None:
        """Take the next frames ``(channels, n)``, any n."""
        for block in self._blocks.push(reference):
            self._take(block, last=False)

    def levels(self) -> ReferenceLevels:
        """Levels of everything taken; ends the survey."""
        self._take(self._blocks.rest(), last=True)
        if not self._count:
            return ReferenceLevels(tuple(self._sum.tolist()), 1.0, self._peak)
        means = self._sum / self._count
        peak = float(np.max(np.maximum(self._high - means, means - self._low)))
        return ReferenceLevels(tuple(means.tolist()), 0.5 / peak if peak > 0 else 1.0, self._peak)

    def _take(self, block: Samples, last: bool) -> None:
        at_mel_rate = self._resampler.push(block, last)
        if at_mel_rate.shape[1]:
            self._count += at_mel_rate.shape[1]
            self._sum += at_mel_rate.sum(axis=1, dtype=np.float64)
            self._low = np.minimum(self._low, at_mel_rate.min(axis=1))
            self._high = np.maximum(self._high, at_mel_rate.max(axis=1))
        frames = self._framer.push(block, last)
        if frames.shape[1]:
            self._peak = max(self._peak, float(power_spectra(frames, self._window, LSD_FFT).max()))


class Comparison:
    """Second pass: every measure, from blocks of reference and result that arrive side by side.

    Args:
        rate, channels: of both.
        levels: of the whole reference, from `Survey`.
        frames: of the recording where it is known; speech measures are taken of short recordings only.
        speech: whether they are taken at all.
    """

    def __init__(
        self, rate: int, channels: int, levels: ReferenceLevels, *, frames: int | None = None, speech: bool = True
    ) -> None:
        check_format(rate, channels)
        self._channels = channels
        # Reference and result travel as one array of 2 x channels: one filter, one resampler, one framing.
        self._blocks = Blocks(2 * channels, block_frames(2 * channels))
        self._samples = SampleErrors()
        self._lsd = SpectralDistance(rate, channels, levels.spectral_peak)
        self._resolutions = [StftResolution(channels, *sizes) for sizes in MRSTFT_RESOLUTIONS]
        self._resampler = Resampler(rate, MEL_RATE, 2 * channels)
        self._mel = MelDistance(channels, levels.means, levels.gain)
        self._loudness = Loudness(rate, channels)
        self._true_peak = TruePeak(rate, channels)
        self._speech = Speech(None if frames is None else frames / rate, wanted=speech)
        self._measures: Measures | None = None

    def update(self, reference: Samples, result: Samples) -> None:
        """Take the next frames of both, ``(channels, n)``, any n.

        Raises:
            InputError: the two blocks differ in shape.
        """
        assert self._measures is None, "update after measures"
        check_pair(reference, result)
        for block in self._blocks.push(np.concatenate([reference, result])):
            self._take(block, last=False)

    def measures(self) -> Measures:
        """Measures of everything taken; ends the comparison."""
        if self._measures is None:
            self._take(self._blocks.rest(), last=True)
            self._measures = self._collect()
        return self._measures

    def _take(self, block: Samples, last: bool) -> None:
        self._samples.push(block[: self._channels], block[self._channels :])
        self._lsd.push(block, last)
        for resolution in self._resolutions:
            resolution.push(block, last)
        at_mel_rate = self._resampler.push(block, last)
        self._mel.push(at_mel_rate, last)
        self._speech.push(at_mel_rate)
        self._loudness.push(block)
        self._true_peak.push(block[self._channels :], last)

    def _collect(self) -> Measures:
        losses = [resolution.loss() for resolution in self._resolutions]
        lufs_reference, lufs_result = self._loudness.integrated()
        return Measures(
            **self._samples.measures(),
            mel_db=self._mel.mean_db(),
            lsd_db=self._lsd.mean_db(),
            mrstft=finite(sum(loss for loss in losses) / len(losses)),
            band_retention=self._lsd.retention(),
            lufs_reference=lufs_reference,
            lufs_result=lufs_result,
            true_peak_dbtp=self._true_peak.dbtp(),
            pesq=self._speech.pesq(),
            stoi=self._speech.stoi(),
        )


def compare(reference: Samples, result: Samples, rate: int) -> Measures:
    """Measures of `result` against `reference`, float32 ``(channels, frames)``.

    Raises:
        InputError: shapes differ, or there is no channel.
    """
    check_pair(reference, result)
    channels, frames = reference.shape
    return compare_streams(lambda a, b: reference[:, a:b], lambda a, b: result[:, a:b], frames, rate, channels)


def compare_streams(
    read_reference: Reader, read_result: Reader, frames: int, rate: int, channels: int, *, speech: bool = True
) -> Measures:
    """Measures of recordings that are read by frame range: ``read(start_frame, end_frame) -> (channels, n)``.

    The reference is read twice, the result once, both forwards. ``speech``: PESQ and STOI too, where they are
    installed.

    Raises:
        InputError: what is read differs in shape.
    """
    step = block_frames(channels)
    ranges = [(start, min(start + step, frames)) for start in range(0, frames, step)]
    survey = Survey(rate, channels)
    for start_frame, end_frame in ranges:
        survey.update(read_reference(start_frame, end_frame))
    comparison = Comparison(rate, channels, survey.levels(), frames=frames, speech=speech)
    for start_frame, end_frame in ranges:
        comparison.update(read_reference(start_frame, end_frame), read_result(start_frame, end_frame))
    return comparison.measures()


def mel_pair(reference: Samples, result: Samples, rate: int) -> tuple[Floats, Floats]:
    """Log-mel of both, ``(T, 64)`` in nepers, with the reference's mean and gain used for both.

    16 kHz, per-channel mean removed, one gain to a peak of 0.5, reflect-padded by 432, Hann 1024, hop 160,
    magnitude ``sqrt(mean over channels |S_c|^2)``, 64 Slaney bands 0..8000 Hz, floor 1e-5. T is the frames at
    16 kHz // 160.
    """
    check_pair(reference, result)
    survey = Survey(rate, len(reference))
    survey.update(reference)
    levels = survey.levels()
    mel = MelDistance(len(reference), levels.means, levels.gain)
    pair = np.ascontiguousarray(np.concatenate([reference, result]), np.float32)
    bands = mel.analyse(Resampler(rate, MEL_RATE, len(pair)).push(pair, last=True), last=True)
    return bands[0], bands[1]
