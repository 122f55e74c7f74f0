"""Measures of a result against its reference, in memory that doesn't grow with the recording.

Two passes over blocks: `Survey` reads the reference for its mean, peak and spectral peak; `Comparison` reads
both. `compare` does it for arrays, `compare_streams` for anything that is read by frame range. Sums are
float64, and blocks are cut to one size inside, so that the size of the caller's blocks changes nothing.

=================  ======================================================================================
measure            definition and source
=================  ======================================================================================
snr_db             10 lg of reference energy over error energy, no gain or mean removed
si_sdr_db          scale-invariant SDR: Le Roux et al., "SDR - half-baked or well done?", ICASSP 2019
mse, mae           mean squared and mean absolute error of the samples
correlation        Pearson's, over the samples
mel_db             mean |difference| of the 64-band log-mel, in dB (see `mel_pair`)
lsd_db             log-spectral distance: Gray and Markel, IEEE Trans. ASSP 24(5), 1976
mrstft             multi-resolution STFT loss: Yamamoto et al., "Parallel WaveGAN", ICASSP 2020, eq. 5 to 8
band_retention     energy of the result in percent of the reference's: < 500, 500..4000, > 4000 Hz
lufs_*             integrated loudness: ITU-R BS.1770-4, Annex 1, two-stage gate
true_peak_dbtp     of the result: ITU-R BS.1770-4, Annex 2
pesq, stoi         ITU-T P.862.2 and Taal et al. 2011, by the packages `pesq` and `pystoi`, where installed
=================  ======================================================================================

All channels count alike: samples and spectral cells of every channel go into one mean; only the mel analyses
``sqrt(mean over channels |S_c|^2)``.

None says that a measure is undefined: silence where a level is asked for, too short (mel: 10 ms; loudness:
0.4 s), a package missing, samples that aren't finite. *Identical signals* have an infinite SNR and SI-SDR,
which JSON cannot write: they are None too, and ``mse`` 0 with ``correlation`` 1 tell. So is the SI-SDR of a
pure change of gain.
"""

from __future__ import annotations

import importlib.util
import math
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields

import numpy as np
import numpy.typing as npt

from engine.errors import InputError
from engine.filterbank import mel_filterbank

Samples = npt.NDArray[np.float32]
Floats = npt.NDArray[np.float64]
Spectra = npt.NDArray[np.floating]
Reader = Callable[[int, int], Samples]

MEL_RATE, MEL_FFT, MEL_HOP, MEL_BANDS, MEL_LOW_HZ, MEL_HIGH_HZ = 16000, 1024, 160, 64, 0.0, 8000.0
MEL_PAD = (MEL_FFT - MEL_HOP) // 2
MEL_FLOOR = 1e-5
LSD_FFT, LSD_HOP, LSD_RANGE_DB = 2048, 512, 80.0
# Table 1 of Yamamoto et al. 2020 (FFT, hop, window), in samples whatever the rate.
MRSTFT_RESOLUTIONS = ((1024, 120, 600), (2048, 240, 1200), (512, 50, 240))
MRSTFT_FLOOR = 1e-7  # on the power, as in the authors' code
LOW_BAND_HZ, HIGH_BAND_HZ = 500.0, 4000.0
BAND_EMPTY = 1e-10  # a band that holds less of the reference's energy, -100 dB, has nothing to keep
LUFS_SEGMENTS_PER_S, LUFS_SEGMENTS = 10, 4  # 400 ms blocks every 100 ms
SPEECH_S = (0.5, 60.0)
# Below this share of the error's energy the part that no gain explains is rounding of the sums.
SCALE_ONLY = 1e-13
BLOCK_SAMPLES, BLOCK_FRAMES_MIN = 1 << 17, 1 << 12

DB_PER_NEPER = 20.0 / math.log(10.0)


@dataclass(frozen=True)
class BandRetention:
    """Energy of the result in percent of the reference's, by band; None where the reference holds nothing."""

    low: float | None
    mid: float | None
    high: float | None


@dataclass(frozen=True)
class Measures:
    """What `compare` found, in the order of ``retake compare --json``. None: undefined (see the module)."""

    snr_db: float | None
    si_sdr_db: float | None
    mse: float | None
    mae: float | None
    correlation: float | None
    mel_db: float | None
    lsd_db: float | None
    mrstft: float | None
    band_retention: BandRetention
    lufs_reference: float | None
    lufs_result: float | None
    true_peak_dbtp: float | None
    pesq: float | None
    stoi: float | None

    def as_json(self) -> dict[str, object]:
        """Keys in the contract's order; finite numbers or None, never NaN or an infinity."""
        row: dict[str, object] = {field.name: getattr(self, field.name) for field in fields(self)}
        bands = self.band_retention
        row["band_retention"] = {"low": bands.low, "mid": bands.mid, "high": bands.high}
        return row


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
        _check_format(rate, channels)
        self._blocks = _Blocks(channels, _block_frames(channels))
        self._resampler = _Resampler(rate, MEL_RATE, channels)
        self._framer = _Framer(channels, LSD_FFT, LSD_HOP, LSD_FFT // 2)
        self._window = _hann(LSD_FFT)
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
            self._peak = max(self._peak, float(_power(frames, self._window, LSD_FFT).max()))


class Comparison:
    """Second pass: every measure, from blocks of reference and result that arrive side by side.

    Args:
        rate, channels: of both.
        levels: of the whole reference, from `Survey`.
        frames: of the recording where it is known; speech measures are taken of short recordings only.
    """

    def __init__(self, rate: int, channels: int, levels: ReferenceLevels, *, frames: int | None = None) -> None:
        _check_format(rate, channels)
        self._channels = channels
        # Reference and result travel as one array of 2 x channels: one filter, one resampler, one framing.
        self._blocks = _Blocks(2 * channels, _block_frames(2 * channels))
        self._samples = _SampleErrors()
        self._lsd = _SpectralDistance(rate, channels, levels.spectral_peak)
        self._resolutions = [_Resolution(channels, *sizes) for sizes in MRSTFT_RESOLUTIONS]
        self._resampler = _Resampler(rate, MEL_RATE, 2 * channels)
        self._mel = _MelDistance(channels, levels)
        self._loudness = _Loudness(rate, channels)
        self._true_peak = _TruePeak(rate, channels)
        self._speech = _Speech(None if frames is None else frames / rate)
        self._measures: Measures | None = None

    def update(self, reference: Samples, result: Samples) -> None:
        """Take the next frames of both, ``(channels, n)``, any n.

        Raises:
            InputError: the two blocks differ in shape.
        """
        assert self._measures is None, "update after measures"
        _check_pair(reference, result)
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
            mrstft=_finite(sum(loss for loss in losses) / len(losses)),
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
    _check_pair(reference, result)
    channels, frames = reference.shape
    return compare_streams(lambda a, b: reference[:, a:b], lambda a, b: result[:, a:b], frames, rate, channels)


def compare_streams(read_reference: Reader, read_result: Reader, frames: int, rate: int, channels: int) -> Measures:
    """Measures of recordings that are read by frame range: ``read(start_frame, end_frame) -> (channels, n)``.

    The reference is read twice, the result once, both forwards.

    Raises:
        InputError: what is read differs in shape.
    """
    step = _block_frames(channels)
    ranges = [(start, min(start + step, frames)) for start in range(0, frames, step)]
    survey = Survey(rate, channels)
    for start_frame, end_frame in ranges:
        survey.update(read_reference(start_frame, end_frame))
    comparison = Comparison(rate, channels, survey.levels(), frames=frames)
    for start_frame, end_frame in ranges:
        comparison.update(read_reference(start_frame, end_frame), read_result(start_frame, end_frame))
    return comparison.measures()


def mel_pair(reference: Samples, result: Samples, rate: int) -> tuple[Floats, Floats]:
    """Log-mel of both, ``(T, 64)`` in nepers, with the reference's mean and gain used for both.

    16 kHz, per-channel mean removed, one gain to a peak of 0.5, reflect-padded by 432, Hann 1024, hop 160,
    magnitude ``sqrt(mean over channels |S_c|^2)``, 64 Slaney bands 0..8000 Hz, floor 1e-5. T is the frames at
    16 kHz // 160.
    """
    _check_pair(reference, result)
    survey = Survey(rate, len(reference))
    survey.update(reference)
    mel = _MelDistance(len(reference), survey.levels())
    pair = np.ascontiguousarray(np.concatenate([reference, result]), np.float32)
    bands = mel.analyse(_Resampler(rate, MEL_RATE, len(pair)).push(pair, last=True), last=True)
    return bands[0], bands[1]


@dataclass(frozen=True)
class MeasureText:
    """How one measure is shown: key (``band_retention.low`` for a part), name, unit, format and meaning."""

    key: str
    label: str
    unit: str
    form: str
    meaning: str


MEASURE_TEXTS = (
    MeasureText("snr_db", "SNR", "dB", "z.2f", "reference against sample-by-sample error; higher is closer"),
    MeasureText("si_sdr_db", "SI-SDR", "dB", "z.2f", "the same with a change of gain forgiven; higher is closer"),
    MeasureText("mse", "Mean squared error", "", ".3g", "of the samples; 0 is identical"),
    MeasureText("mae", "Mean absolute error", "", ".3g", "of the samples; 0 is identical"),
    MeasureText("correlation", "Correlation", "", "z.5f", "of the samples; 1 is the same waveform"),
    MeasureText("mel_db", "Mel error", "dB", "z.2f", "mean difference of 64 mel bands up to 8 kHz; lower is closer"),
    MeasureText("lsd_db", "Log-spectral distance", "dB", "z.2f", "over the whole band; lower is closer"),
    MeasureText("mrstft", "Multi-resolution STFT", "", "z.3f", "spectral convergence + log magnitude; lower is closer"),
    MeasureText("band_retention.low", "Energy below 500 Hz", "%", "z.1f", "of the reference's; 100 is all of it"),
    MeasureText("band_retention.mid", "Energy 500 to 4000 Hz", "%", "z.1f", "of the reference's; 100 is all of it"),
    MeasureText("band_retention.high", "Energy above 4000 Hz", "%", "z.1f", "of the reference's; 100 is all of it"),
    MeasureText("lufs_reference", "Loudness, reference", "LUFS", "z.2f", "integrated, ITU-R BS.1770-4"),
    MeasureText("lufs_result", "Loudness, result", "LUFS", "z.2f", "integrated, ITU-R BS.1770-4"),
    MeasureText("true_peak_dbtp", "True peak, result", "dBTP", "z.2f", "above 0 a converter may clip"),
    MeasureText("pesq", "PESQ", "MOS-LQO", "z.2f", "speech quality, wide band, 1 to 4.6"),
    MeasureText("stoi", "STOI", "", "z.3f", "speech intelligibility, up to 1"),
)


def measure_value(measures: Measures, key: str) -> float | None:
    """One number by the key of a `MeasureText`."""
    value: object = measures
    for name in key.split("."):
        value = getattr(value, name)
    assert value is None or isinstance(value, float)
    return value


def format_measure(measures: Measures, text: MeasureText) -> str:
    """The number as it is shown, without its unit; "n/a" where it is undefined. Plain ASCII."""
    value = measure_value(measures, text.key)
    return "n/a" if value is None else format(value, text.form)


def summary_line(measures: Measures) -> str:
    """The measures in one line for a person."""
    if measures.mse == 0:
        return "identical, sample for sample"
    text = {row.key: format_measure(measures, row) for row in MEASURE_TEXTS}
    kept = "/".join(text[f"band_retention.{band}"] for band in ("low", "mid", "high"))
    return (
        f"SI-SDR {text['si_sdr_db']} dB, correlation {text['correlation']}, mel error {text['mel_db']} dB, "
        f"energy kept {kept} %, loudness {text['lufs_reference']} -> {text['lufs_result']} LUFS, "
        f"true peak {text['true_peak_dbtp']} dBTP"
    )


def table(measures: Measures) -> str:
    """Every measure in aligned lines: name, value, unit, meaning."""
    rows = [(row.label, format_measure(measures, row), row.unit, row.meaning) for row in MEASURE_TEXTS]
    label, value, unit = (max(len(row[column]) for row in rows) for column in range(3))
    return "\n".join(f"{a:<{label}}  {b:>{value}} {c:<{unit}}  {d}" for a, b, c, d in rows)


# The parts below each take blocks and own the state between them.


class _Blocks:
    """Cuts a stream into blocks of one size, so that no result depends on the caller's blocks."""

    def __init__(self, channels: int, frames: int) -> None:
        self._frames = frames
        self._held: Samples = np.zeros((channels, 0), np.float32)

    def push(self, signal: Samples) -> Iterator[Samples]:
        if signal.ndim != 2 or len(signal) != len(self._held):
            raise InputError(f"block has shape {signal.shape}; accepted: ({len(self._held)} channels, frames)")
        held = np.concatenate([self._held, signal], axis=1, dtype=np.float32)
        whole = held.shape[1] // self._frames * self._frames
        self._held = held[:, whole:].copy()
        for start in range(0, whole, self._frames):
            yield held[:, start : start + self._frames]

    def rest(self) -> Samples:
        return self._held


class _Resampler:
    """soxr at its best quality, block by block; nothing where the rates are equal."""

    def __init__(self, rate: int, target_rate: int, channels: int) -> None:
        self._stream = None
        if rate != target_rate:
            import soxr

            self._stream = soxr.ResampleStream(rate, target_rate, channels, dtype="float32", quality="VHQ")

    def push(self, block: Samples, last: bool) -> Samples:
        """``(C, n)`` -> ``(C, m)``."""
        if self._stream is None:
            return block
        # (C, n) -> (n, C) -> (C, m)
        resampled = self._stream.resample_chunk(np.ascontiguousarray(block.T, np.float32), last=last)
        return np.asarray(resampled.T, np.float32)


class _Framer:
    """Overlapping frames of a stream that is reflect-padded at both ends."""

    def __init__(self, channels: int, size: int, hop: int, pad: int) -> None:
        assert size - hop > pad, "the end's reflection must still be held"
        self._size, self._hop, self._pad = size, hop, pad
        self._held: Samples = np.zeros((channels, 0), np.float32)
        self._started = False

    def push(self, block: Samples, last: bool) -> Samples:
        """``(C, n)`` -> ``(C, T, size)``; T may be 0."""
        held = np.concatenate([self._held, block], axis=1)
        if last and held.shape[1]:
            left = 0 if self._started else self._pad
            held = np.pad(held, ((0, 0), (left, self._pad)), mode="reflect")
        elif not self._started and held.shape[1] > self._pad:
            held = np.pad(held, ((0, 0), (self._pad, 0)), mode="reflect")
            self._started = True
        elif not self._started:
            self._held = held
            return np.zeros((len(held), 0, self._size), np.float32)
        count = max(0, (held.shape[1] - self._size) // self._hop + 1)
        self._held = held[:, count * self._hop :].copy()
        if not count:
            return np.zeros((len(held), 0, self._size), np.float32)
        return np.lib.stride_tricks.sliding_window_view(held, self._size, axis=1)[:, :: self._hop]


class _SampleErrors:
    """SNR, SI-SDR, MSE, MAE and correlation from running sums.

    The centred second moments of (reference, result, error) are merged block by block after Chan, Golub and
    LeVeque 1983. The error s_hat - s is a signal of its own, so that a small one is not the difference of two
    large sums.
    """

    def __init__(self) -> None:
        self._count = 0
        self._means = np.zeros(3)
        self._moments = np.zeros((3, 3))
        self._energy = np.zeros(3)
        self._absolute = 0.0

    def push(self, reference: Samples, result: Samples) -> None:
        if not reference.size:
            return
        rows = np.empty((3, reference.size))
        rows[0], rows[1] = reference.ravel(), result.ravel()
        np.subtract(rows[1], rows[0], out=rows[2])
        self._energy += np.einsum("ij,ij->i", rows, rows)
        self._absolute += float(np.abs(rows[2]).sum())
        means = rows.mean(axis=1)
        rows -= means[:, None]
        step = means - self._means
        total = self._count + reference.size
        self._moments += rows @ rows.T + np.outer(step, step) * (self._count * reference.size / total)
        self._means += step * (reference.size / total)
        self._count = total

    def measures(self) -> dict[str, float | None]:
        count = max(self._count, 1)
        undefined = self._count == 0
        return {
            "snr_db": _ratio_db(self._energy[0], self._energy[2]),
            "si_sdr_db": self._si_sdr_db(),
            "mse": None if undefined else _finite(self._energy[2] / count),
            "mae": None if undefined else _finite(self._absolute / count),
            "correlation": self._correlation(),
        }

    def _si_sdr_db(self) -> float | None:
        if self._constant(0) or self._constant(1):
            return None
        moments = self._moments
        # Le Roux et al.: ||a s||^2 / ||a s - s_hat||^2 with a = <s_hat, s> / ||s||^2; here s_hat = s + e.
        target = moments[0, 1] ** 2 / moments[0, 0]
        residual = moments[2, 2] - moments[0, 2] ** 2 / moments[0, 0]
        return None if residual <= SCALE_ONLY * moments[2, 2] else _ratio_db(target, residual)

    def _correlation(self) -> float | None:
        if self._constant(0) or self._constant(1):
            return None
        moments = self._moments
        value = _finite(moments[0, 1] / math.sqrt(moments[0, 0] * moments[1, 1]))
        return None if value is None else min(1.0, max(-1.0, value))

    def _constant(self, row: int) -> bool:
        return bool(self._moments[row, row] <= 1e-20 * self._energy[row])


class _SpectralDistance:
    """Log-spectral distance and band energies, from one STFT (Hann 2048, hop 512)."""

    def __init__(self, rate: int, channels: int, peak: float) -> None:
        self._framer = _Framer(2 * channels, LSD_FFT, LSD_HOP, LSD_FFT // 2)
        self._window = _hann(LSD_FFT)
        self._floor = peak * 10 ** (-LSD_RANGE_DB / 10)
        bins_hz = np.fft.rfftfreq(LSD_FFT, 1 / rate)
        sides = np.where((bins_hz > 0) & (bins_hz < rate / 2), 2.0, 1.0)
        band = np.where(bins_hz < LOW_BAND_HZ, 0, np.where(bins_hz <= HIGH_BAND_HZ, 1, 2))
        self._bands = sides[:, None] * (band[:, None] == np.arange(3))
        self._energy = np.zeros((2, 3))
        self._sum, self._count = 0.0, 0

    def push(self, block: Samples, last: bool) -> None:
        frames = self._framer.push(block, last)
        if not frames.shape[1]:
            return
        # (2C, T, n) -> (2, C*T, F): reference, result
        power = _power(frames, self._window, LSD_FFT).reshape(2, -1, LSD_FFT // 2 + 1)
        self._energy += power.sum(axis=1, dtype=np.float64) @ self._bands
        if self._floor > 0:
            level_db = 10 * np.log10(np.maximum(power, self._floor))
            difference_db = level_db[1] - level_db[0]
            self._sum += float(np.sqrt(np.mean(difference_db**2, axis=-1)).sum(dtype=np.float64))
            self._count += power.shape[1]

    def mean_db(self) -> float | None:
        return _finite(self._sum / self._count) if self._count else None

    def retention(self) -> BandRetention:
        reference, result = self._energy
        least = BAND_EMPTY * reference.sum()
        shares = [
            _finite(100 * float(after / before)) if before > least else None
            for before, after in zip(reference, result, strict=True)
        ]
        return BandRetention(*shares)


class _Resolution:
    """One resolution of the multi-resolution STFT loss: spectral convergence + log magnitude, eq. 6 and 7."""

    def __init__(self, channels: int, n_fft: int, hop: int, window: int) -> None:
        self._framer = _Framer(2 * channels, window, hop, window // 2)
        self._window = _hann(window)
        self._n_fft = n_fft
        self._difference, self._reference, self._log, self._count = 0.0, 0.0, 0.0, 0

    def push(self, block: Samples, last: bool) -> None:
        frames = self._framer.push(block, last)
        if not frames.shape[1]:
            return
        power = _power(frames, self._window, self._n_fft).reshape(2, -1)
        self._reference += float(power[0].sum(dtype=np.float64))
        magnitude = np.sqrt(np.maximum(power, MRSTFT_FLOOR, out=power))
        self._difference += float(np.square(magnitude[1] - magnitude[0]).sum(dtype=np.float64))
        logarithm = np.log(magnitude, out=magnitude)
        self._log += float(np.abs(logarithm[1] - logarithm[0]).sum(dtype=np.float64))
        self._count += magnitude.shape[1]

    def loss(self) -> float:
        if self._reference <= 0:
            return math.nan
        return math.sqrt(self._difference / self._reference) + self._log / self._count


class _MelDistance:
    """Mean |difference| of the log-mel of two signals at 16 kHz (see `mel_pair`)."""

    def __init__(self, channels: int, levels: ReferenceLevels) -> None:
        self._framer = _Framer(2 * channels, MEL_FFT, MEL_HOP, MEL_PAD)
        self._window = _hann(MEL_FFT).astype(np.float64)
        self._means = np.tile(np.asarray(levels.means, np.float32), 2)[:, None]
        self._gain = levels.gain
        bank = mel_filterbank(MEL_RATE, MEL_FFT, MEL_BANDS, MEL_LOW_HZ, MEL_HIGH_HZ)
        self._bank = bank.T.astype(np.float64)
        self._sum, self._count = 0.0, 0

    def analyse(self, block: Samples, last: bool) -> Floats:
        """Log-mel ``(2, T, 64)`` of the frames that ``(2C, n)`` at 16 kHz completes."""
        frames = self._framer.push((block - self._means).astype(np.float32), last)
        spectrum = _power(frames, self._window * self._gain, MEL_FFT)
        # (2C, T, F) -> (2, C, T, F) -> (2, T, F)
        power = spectrum.reshape(2, len(frames) // 2, *spectrum.shape[1:]).mean(axis=1)
        mel: Floats = np.log(np.maximum(np.sqrt(power) @ self._bank, MEL_FLOOR))
        return mel

    def push(self, block: Samples, last: bool) -> None:
        mel = self.analyse(block, last)
        self._sum += float(np.abs(mel[1] - mel[0]).sum())
        self._count += mel[0].size

    def mean_db(self) -> float | None:
        return _finite(DB_PER_NEPER * self._sum / self._count) if self._count else None


class _Loudness:
    """Integrated loudness of reference and result, ITU-R BS.1770-4 Annex 1.

    K-weighting, count of blocks and gates as pyloudnorm has them: the last block counts when it lacks less
    than 50 ms. Every channel has weight 1: an array doesn't say which channels are surrounds.
    """

    def __init__(self, rate: int, channels: int) -> None:
        from pyloudnorm import IIRfilter

        stages = (
            IIRfilter(4.0, 1 / math.sqrt(2), 1500.0, rate, "high_shelf"),
            IIRfilter(0.0, 0.5, 38.0, rate, "high_pass"),
        )
        self._sections = np.array([np.concatenate([stage.b, stage.a]) for stage in stages])
        self._state = np.zeros((len(stages), 2 * channels, 2))
        self._rate, self._frames = rate, 0
        self._segments: list[Floats] = []

    def push(self, block: Samples) -> None:
        if not block.shape[1]:
            return
        from scipy.signal import sosfilt

        weighted, self._state = sosfilt(self._sections, block.astype(np.float64), zi=self._state)
        # (2C, n) -> (2, C, n) -> (2, n)
        power = np.square(weighted).reshape(2, -1, block.shape[1]).sum(axis=1)
        started = len(self._segments)
        # Segment k starts at frame k rate // 10; these start within the block.
        end = (LUFS_SEGMENTS_PER_S * (self._frames + block.shape[1]) - 1) // self._rate + 1
        starts = [k * self._rate // LUFS_SEGMENTS_PER_S - self._frames for k in range(started, end)]
        if not starts or starts[0] > 0:
            self._segments[-1] += power[:, : starts[0] if starts else None].sum(axis=1)
        if starts:
            self._segments.extend(np.add.reduceat(power, starts, axis=1).T.copy())
        self._frames += block.shape[1]

    def integrated(self) -> tuple[float | None, float | None]:
        """LUFS of reference and result; None below 0.4 s, and where no block passes the gate at -70 LUFS."""
        block_s = LUFS_SEGMENTS / LUFS_SEGMENTS_PER_S
        length_s = self._frames / self._rate
        if length_s < block_s:
            return None, None
        blocks = round((length_s - block_s) * LUFS_SEGMENTS_PER_S) + 1
        segments = np.zeros((blocks + LUFS_SEGMENTS - 1, 2))
        held = self._segments[: len(segments)]
        segments[: len(held)] = held
        windows = np.lib.stride_tricks.sliding_window_view(segments, LUFS_SEGMENTS, axis=0)
        power = windows.sum(axis=-1) / (block_s * self._rate)
        return _gated_lufs(power[:, 0]), _gated_lufs(power[:, 1])


class _TruePeak:
    """Greatest sample of the signal oversampled four times, ITU-R BS.1770-4 Annex 2; the filter is soxr's.

    Twice is enough from 96 kHz on, once from 192 kHz on.
    """

    def __init__(self, rate: int, channels: int) -> None:
        factor = 4 if rate < 96000 else 2 if rate < 192000 else 1
        self._resampler = _Resampler(rate, factor * rate, channels)
        self._peak = 0.0

    def push(self, block: Samples, last: bool) -> None:
        for signal in (block, self._resampler.push(block, last)):
            if signal.size:
                # max() of Python would let NaN pass for silence
                self._peak = float(np.maximum(self._peak, np.abs(signal).max()))

    def dbtp(self) -> float | None:
        return _ratio_db(self._peak**2, 1.0)


class _Speech:
    """PESQ (wide band) and STOI of the channels' mean at 16 kHz, for 0.5 to 60 s, where installed."""

    def __init__(self, length_s: float | None) -> None:
        wanted = length_s is None or SPEECH_S[0] <= length_s <= SPEECH_S[1]
        self._packages = {name for name in ("pesq", "pystoi") if wanted and importlib.util.find_spec(name)}
        self._blocks: list[Samples] = []
        self._frames = 0

    def push(self, block: Samples) -> None:
        """``(2C, n)`` at 16 kHz."""
        self._frames += block.shape[1]
        if self._frames > SPEECH_S[1] * MEL_RATE + 1:
            self._packages, self._blocks = set(), []
        if self._packages:
            self._blocks.append(block.reshape(2, len(block) // 2, -1).mean(axis=1))

    def pesq(self) -> float | None:
        if "pesq" not in self._packages or self._too_short():
            return None
        import pesq

        return self._score(lambda reference, result: pesq.pesq(MEL_RATE, reference, result, "wb"))

    def stoi(self) -> float | None:
        if "pystoi" not in self._packages or self._too_short():
            return None
        import pystoi

        return self._score(lambda reference, result: pystoi.stoi(reference, result, MEL_RATE))

    def _too_short(self) -> bool:
        return self._frames < SPEECH_S[0] * MEL_RATE

    def _score(self, score: Callable[[Samples, Samples], float]) -> float | None:
        reference, result = np.concatenate(self._blocks, axis=1)
        if not reference.any():
            return None  # silence isn't speech, though STOI gives it a score of 0
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("error")  # pystoi warns, and returns 1e-5, where too little speech is left
                return _finite(score(reference, result))
        except (ArithmeticError, RuntimeError, ValueError, Warning):
            return None  # what the packages refuse, no utterance in it for one, has no score


def _gated_lufs(power: Floats) -> float | None:
    """BS.1770-4, eq. 5 to 7, of the channels' summed mean square per 400 ms block ``(blocks,)``."""
    if not np.isfinite(power).all():
        return None
    above = power[power >= 10 ** ((-70.0 + 0.691) / 10)]
    if not above.size:
        return None
    gated = above[above > above.mean() / 10]
    return _finite(-0.691 + 10 * math.log10(gated.mean()))


def _power(frames: Spectra, window: Spectra, n_fft: int) -> Spectra:
    """|S|^2 of ``(..., n)`` frames, ``(..., n_fft // 2 + 1)``, in the precision of the window."""
    from scipy.fft import rfft  # imported late, and five times as fast as numpy's on many short frames

    if not frames.size:
        return np.zeros((*frames.shape[:-1], n_fft // 2 + 1), window.dtype)
    spectrum = rfft(frames * window, n_fft, axis=-1, overwrite_x=True)
    power: Spectra = spectrum.real**2 + spectrum.imag**2
    return power


def _hann(size: int) -> Samples:
    """Periodic Hann window."""
    return (0.5 - 0.5 * np.cos(2 * np.pi * np.arange(size) / size)).astype(np.float32)


def _ratio_db(numerator: float, denominator: float) -> float | None:
    if not (numerator > 0 and denominator > 0):
        return None
    return _finite(10 * math.log10(numerator) - 10 * math.log10(denominator))


def _finite(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None


def _block_frames(channels: int) -> int:
    return max(BLOCK_FRAMES_MIN, BLOCK_SAMPLES // channels)


def _check_format(rate: int, channels: int) -> None:
    if rate < 1 or channels < 1:
        raise InputError(f"recording of {channels} channels at {rate} Hz; accepted: 1 or more of each")


def _check_pair(reference: Samples, result: Samples) -> None:
    if reference.ndim != 2 or reference.shape != result.shape:
        raise InputError(
            f"reference has shape {reference.shape}, result {result.shape}; "
            "accepted: (channels, frames), the same for both"
        )
