"""Recordings cut off at 4 kHz, extended as `engine.jobs.restore` does it, and measured on what is heard.

Beside each take stand the recording left as it was cut, and the classical repair: noise with the envelope that is
extended from below the cut-off.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import soundfile
import soxr
import torch
from numpy.typing import NDArray
from scipy import signal

from engine.analysis import Analysis
from engine.audio import open_clip
from engine.guess import extended
from engine.jobs import analyse_with_context, restore
from engine.mel import hann_window
from engine.metrics import compare
from engine.model.load import Model
from engine.progress import Control
from engine.region import region_of
from engine.render.cells import rows_at
from engine.render.griffinlim import spread_over_bins
from engine.settings import RestoreSettings, with_stages
from engine.tasks.extend import known_bands
from engine.training.data import kind_of
from engine.training.judging.medians import by_kind, finite

CUTOFF_HZ = 4000.0
LONGEST_S = 8.0
TAPS_A_KHZ = 25  # of the low pass, per kHz of the rate
LSD_FFT_S = 0.046
LSD_HZ = (4500.0, 7800.0)
FLOOR_DB = 80.0  # below the file's peak
KEPT_HZ = 3600.0
THIRD_OCTAVES_HZ = (5000.0, 6300.0)  # centres of those that lie wholly between cut-off and the model's top
MEASURES = (
    "cutoff_hz",
    "level_db",
    "level_noise_db",
    "lsd_db",
    "lsd_noise_db",
    "lsd_empty_db",
    "lsd_round_trip_db",
    "kept_si_sdr_db",
)

Sound = NDArray[np.float32]


def judged(
    model: Model,
    recordings: Sequence[Path],
    *,
    seed: int,
    report: Callable[[str], None],
    settings: RestoreSettings | None = None,
) -> dict[str, Any]:
    """Extend each recording of 16 kHz or more, cut off at 4 kHz.

    Args:
        settings: how it is extended; by default the task `extend` with the method that the program takes.

    Returns:
        ``rows``, one a recording, and ``medians`` by kind.

    Raises:
        RetakeError: a recording can't be read, or the model lacks what is asked of it.
    """
    settings = replace(settings or RestoreSettings(task="extend"), seed=seed)
    rows = []
    for path in recordings:
        row = judge_one(path, settings, model)
        if row is not None:
            rows.append({"file": path.name, "kind": kind_of(path), **row})
            report(as_line(path.name[:40], rows[-1]))
    medians = by_kind(rows, MEASURES)
    for name, column in medians.items():
        report(as_line(f"median of {name}", column))
    return {"rows": rows, "medians": medians}


def judge_one(path: Path, settings: RestoreSettings, model: Model) -> dict[str, float | None] | None:
    """Measures of one recording; None where it holds nothing above 4 kHz to compare with."""
    with open_clip(path) as clip:
        rate = clip.rate
        whole = clip.read(0, min(clip.frames, round(LONGEST_S * rate)))
    if rate < model.spec.rate or np.abs(whole).max() <= 0:
        return None
    cut = low_passed(whole, rate, CUTOFF_HZ)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "cut.wav"
        soundfile.write(file, cut.T, rate, subtype="FLOAT")
        with open_clip(file) as damaged:
            region = region_of(damaged.frames, rate)
            take = restore(damaged, region, settings, model)
            analysis = analyse_with_context(damaged, region, settings, model, Control())
            noisy = cut + shaped_noise(analysis, settings.seed, cut.shape[1])
        soundfile.write(file, whole.T, rate, subtype="FLOAT")
        with open_clip(file) as recorded:
            plain = with_stages(settings, {"task": "reconstruct", "method": "vae"})
            through = restore(recorded, region, plain, model).patch.samples
    result = take.patch.samples
    kept = compare(low_passed(cut, rate, KEPT_HZ), low_passed(result, rate, KEPT_HZ), rate).si_sdr_db
    figures = {
        "cutoff_hz": found_in(take.notes),
        "level_db": level_db(whole, result, rate),
        "level_noise_db": level_db(whole, noisy, rate),
        "lsd_db": distance_db(whole, result, rate),
        "lsd_noise_db": distance_db(whole, noisy, rate),
        "lsd_empty_db": distance_db(whole, cut, rate),
        "lsd_round_trip_db": distance_db(whole, through, rate),
        "kept_si_sdr_db": kept,
    }
    return {name: None if value is None else finite(value) for name, value in figures.items()}


def low_passed(sound: Sound, rate: int, cutoff_hz: float) -> Sound:
    """(channels, frames) without what lies above a cut-off; linear phase, 200 Hz wide or less."""
    taps = TAPS_A_KHZ * rate // 1000 | 1
    kernel = signal.firwin(taps, cutoff_hz, window=("kaiser", 8.0), fs=rate)
    return np.asarray(signal.oaconvolve(sound, kernel[None], mode="same", axes=1), dtype=np.float32)


def shaped_noise(analysis: Analysis, seed: int, frames: int) -> Sound:
    """Noise above the cut-off with the extended envelope, (1, frames) at the recording's rate and level."""
    spec = analysis.spec
    bands = known_bands(analysis, CUTOFF_HZ)
    envelope = extended(analysis.mel.cpu(), torch.tensor(bands))
    envelope[:, :bands] = spec.silence
    magnitudes = spread_over_bins(envelope, spec).T  # (T, bins) -> (bins, T)
    window = hann_window(spec.n_fft, magnitudes.device)
    samples = magnitudes.shape[1] * spec.hop
    white = torch.randn(samples, generator=torch.Generator().manual_seed(seed))
    spectrum = torch.stft(white, spec.n_fft, spec.hop, window=window, return_complex=True)
    at = torch.arange(spectrum.shape[-1]) - 0.5  # centred on the hops' starts, the mel's frames half a hop later
    # The mean magnitude of a bin of Gaussian noise is sqrt(pi) / 2 of the root of its power.
    mean = float(window.square().sum().sqrt()) * np.sqrt(np.pi) / 2
    shaped = spectrum / mean * rows_at(magnitudes.T, at).T
    sound = torch.istft(shaped, spec.n_fft, spec.hop, window=window, length=samples).numpy() / analysis.level.gain
    out = soxr.resample(sound, spec.rate, analysis.clip.rate, quality="VHQ")[:frames]
    return np.pad(out, (0, frames - len(out)))[None].astype(np.float32)


def level_db(truth: Sound, result: Sound, rate: int) -> float:
    """Median over the third octaves above the cut-off of the level's error, without sign."""
    errors = []
    for centre_hz in THIRD_OCTAVES_HZ:
        edges = centre_hz * 2 ** (-1 / 6), centre_hz * 2 ** (1 / 6)
        filt = signal.butter(6, edges, "bandpass", fs=rate, output="sos")
        powers = [np.square(signal.sosfilt(filt, sound, axis=1)).mean() + 1e-20 for sound in (result, truth)]
        errors.append(abs(10 * np.log10(powers[0] / powers[1])))
    return float(np.median(errors))


def distance_db(truth: Sound, result: Sound, rate: int) -> float:
    """Log-spectral distance from 4.5 to 7.8 kHz, levels floored 80 dB below the truth's peak."""
    length = round(LSD_FFT_S * rate) // 4 * 4
    bins_hz = np.fft.rfftfreq(length, 1 / rate)
    band = (bins_hz >= LSD_HZ[0]) & (bins_hz <= LSD_HZ[1])
    window = np.hanning(length + 1)[:-1]

    def power(sound: Sound) -> NDArray[np.floating]:
        frames = np.lib.stride_tricks.sliding_window_view(sound, length, axis=1)[:, :: length // 4]
        return np.square(np.abs(np.fft.rfft(frames * window, axis=-1)))

    theirs, ours = power(truth), power(result)
    floor = theirs.max() * 10 ** (-FLOOR_DB / 10)
    difference = 10 * np.log10(np.maximum(ours, floor) / np.maximum(theirs, floor))[..., band]
    return float(np.sqrt(np.square(difference).mean(axis=-1)).mean())


def found_in(notes: Sequence[str]) -> float | None:
    """The cut-off that a take's notes tell of."""
    for note in notes:
        if note.startswith("cut-off"):
            return float(note.split()[-2])
    return None


def as_line(name: str, row: dict[str, Any]) -> str:
    """One line of the table."""
    cells = (f"{key} {'n/a' if row.get(key) is None else format(row[key], '.2f')}" for key in MEASURES)
    return f"{name:<40}  " + "  ".join(cells)
