"""Denoising: white, pink and recorded noise at 10 dB, the profile learned from a second of noise before the sound.

Beside the take stand the round trip of the noisy sound, the oracle (the true mel in place of the take's), and the
classical repair, a decision-directed Wiener filter (Ephraim & Malah 1984; alpha 0.98, window 64 ms, a quarter's hop,
floor -25 dB) with a profile of the same second. ``tuned`` is that filter with alpha 0.92, the best for this hop on the
held-out recordings; ``blind`` is the take without a profile.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import soundfile
import soxr
import torch
from scipy.fft import next_fast_len
from torch import Tensor

from engine.audio import open_clip
from engine.jobs import analyse_with_context, rendered_patch
from engine.mel import hann_window, log_mel
from engine.metrics import compare
from engine.model.load import Model
from engine.noise import powers
from engine.progress import Control
from engine.region import region_of
from engine.render.gain import scaled_spectrum
from engine.settings import DenoiseSettings, RestoreSettings
from engine.tasks import TASKS
from engine.training.data import kind_of
from engine.training.judging.damage import Sound, gained, loudest_stretch, si_sdr_db, taken_from
from engine.training.judging.medians import by_kind
from engine.wiener import decision_directed

SNR_DB = 10.0
LENGTH_S = 5.0
LEAD_S = 1.0
WINDOW_S = 0.064
ALPHA, TUNED_ALPHA = 0.98, 0.92
NOISES = ("white", "pink", "recorded")
WAYS = ("wiener", "tuned", "round_trip", "take", "blind", "oracle")
KEYS = (*(f"si_sdr_{way}" for way in WAYS), "gain_take", "above_wiener", "above_tuned", "pesq_wiener", "pesq_take")


def judged(
    model: Model, recordings: Sequence[Path], *, seed: int, report: Callable[[str], None], method: str = "vae"
) -> dict[str, Any]:
    """Put noise on the loudest 5 s of every recording, take it away again, and measure.

    Args:
        recordings: those of surroundings among them are the recorded noise, each for others.
        method: what the model's part is made with.

    Returns:
        ``rows``, one for each recording and noise, with SI-SDR in dB of every way, what the take gained over the noisy
        sound (``gain_take``) and over the classical repair (``above_wiener``, ``above_tuned``), and PESQ of speech
        where it is installed; their ``medians`` by kind of recording, ``all`` also by noise: ``gain_take_white``.

    Raises:
        RetakeError: a recording can't be read, or the model lacks what the method needs.
    """
    rows = []
    for index, path in enumerate(recordings):
        clean, rate = loudest_stretch(path, LENGTH_S)
        for name in NOISES:
            noise = noise_for(name, clean, rate, path, recordings, seed + index)
            if noise is not None:
                row = {"file": path.name, "kind": kind_of(path), "noise": name}
                rows.append(row | judge_one(model, clean, noise, rate, seed, method, row["kind"] == "speech"))
                report(f"denoise, {path.name}, {name}: " + as_text(rows[-1]))
    noises = {name: by_kind([row for row in rows if row["noise"] == name], KEYS)["all"] for name in NOISES}
    medians = by_kind(rows, KEYS)
    for name, column in (medians | noises).items():
        report(f"denoise, median of {name}: " + as_text(column))
    by_noise = {f"{key}_{name}": value for name, column in noises.items() for key, value in column.items()}
    medians["all"] = medians["all"] | by_noise
    return {"rows": rows, "medians": medians}


def judge_one(
    model: Model, clean: Sound, noise: Sound, rate: int, seed: int, method: str, speech: bool
) -> dict[str, float | None]:
    """All ways with one noise.

    Args:
        clean: (channels, frames).
        noise: (channels, lead + frames) at its level.
    """
    lead = noise.shape[1] - clean.shape[1]
    noisy = noise + np.pad(clean, ((0, 0), (lead, 0)))
    plain = RestoreSettings(method=method, seed=seed)
    blind = RestoreSettings(task="denoise", method=method, seed=seed)
    told = RestoreSettings(
        task="denoise", task_settings=DenoiseSettings(noise_from=f"0:{lead / rate}"), method=method, seed=seed
    )
    sounds = {
        "wiener": wiener_filtered(noisy, lead, rate, ALPHA),
        "tuned": wiener_filtered(noisy, lead, rate, TUNED_ALPHA),
        "round_trip": taken_from(noisy, rate, lead, plain, model).patch.samples,
        "take": taken_from(noisy, rate, lead, told, model).patch.samples,
        "blind": taken_from(noisy, rate, lead, blind, model).patch.samples,
        "oracle": with_true_mel(clean, noisy, rate, told, model),
    }
    row = {f"si_sdr_{way}": si_sdr_db(clean, sound) for way, sound in sounds.items()}
    row["gain_take"] = gained(row["si_sdr_take"], si_sdr_db(clean, noisy[:, lead:]))
    row |= {f"above_{way}": gained(row["si_sdr_take"], row[f"si_sdr_{way}"]) for way in ("wiener", "tuned")}
    if speech:
        row |= {f"pesq_{way}": compare(clean, sounds[way], rate).pesq for way in ("wiener", "take")}
    return row


def noise_for(name: str, clean: Sound, rate: int, path: Path, recordings: Sequence[Path], seed: int) -> Sound | None:
    """Noise (channels, lead + frames) at 10 dB below ``clean``, alike in all channels; None where none was recorded."""
    length = clean.shape[1] + round(LEAD_S * rate)
    if name == "recorded":
        others = [other for other in recordings if kind_of(other) == "environment" and other != path]
        if not others:
            return None
        made = recorded_noise(others[seed % len(others)], length, rate)
    else:
        spectrum = np.fft.rfft(np.random.default_rng(seed).standard_normal(length))
        if name == "pink":
            spectrum /= np.sqrt(np.fft.rfftfreq(length, 1 / rate).clip(20.0))
        made = np.fft.irfft(spectrum, length)
    heard = made[-clean.shape[1] :]
    wanted = np.mean(np.square(clean, dtype=np.float64)) / 10 ** (SNR_DB / 10)
    level = np.sqrt(wanted / max(float(np.mean(np.square(heard))), 1e-20))
    return np.tile((level * made).astype(np.float32), (len(clean), 1))


def recorded_noise(path: Path, length: int, rate: int) -> np.ndarray:
    """The middle of a recording's mean over channels, (length,) at ``rate``; mirrored where it is shorter."""
    with open_clip(path) as clip:
        sound = clip.read(0, clip.frames).mean(axis=0)
        sound = soxr.resample(sound - sound.mean(), clip.rate, rate)
    start = max(0, (len(sound) - length) // 2)
    piece = sound[start : start + length]
    return np.pad(piece, (0, length - len(piece)), mode="symmetric")


def wiener_filtered(noisy: Sound, lead: int, rate: int, alpha: float) -> Sound:
    """The classical repair of (channels, lead + frames), whose lead is noise alone: (channels, frames)."""
    hop = next_fast_len(round(WINDOW_S * rate / 4))
    window = hann_window(4 * hop, torch.device("cpu"))
    noise = powers(noisy[:, :lead], window, hop).mean(dim=0)

    def gains(spectrum: Tensor) -> Tensor:
        power = spectrum.abs().square().mean(dim=0).T / window.square().sum()
        prior = decision_directed(power / noise.clamp_min(1e-20), alpha)
        return prior / (1 + prior)

    around = np.pad(noisy, ((0, 0), (len(window), 2 * len(window))))
    filtered = scaled_spectrum(torch.from_numpy(around), gains, window, hop)
    return np.asarray(filtered[:, len(window) + lead : len(window) + noisy.shape[1]].numpy())


def with_true_mel(clean: Sound, noisy: Sound, rate: int, settings: RestoreSettings, model: Model) -> Sound:
    """The renderer's sound with the mel of ``clean`` in place of a take's."""
    lead, spec = noisy.shape[1] - clean.shape[1], model.spec
    alone = soxr.resample(np.pad(clean, ((0, 0), (lead, 0))).T, rate, spec.rate, quality="VHQ").T
    control, generator = Control(), torch.Generator().manual_seed(settings.seed)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "noisy.wav"
        soundfile.write(file, noisy.T, rate, subtype="FLOAT")
        with open_clip(file) as clip:
            region = region_of(clip.frames, rate, start_s=lead / rate)
            analysis = analyse_with_context(clip, region, settings, model, control)
            target = TASKS[settings.task](analysis, region, settings.task_settings, generator, control)
            truth = log_mel(torch.from_numpy(alone.copy()) * analysis.level.gain, spec)[: len(analysis.mel)]
            mel = torch.nn.functional.pad(truth, (0, 0, 0, len(analysis.mel) - len(truth)), value=spec.silence).to(
                analysis.mel
            )
            patch = rendered_patch(analysis, target, mel, region, settings, model, generator, control)
    return patch.samples


def as_text(row: dict[str, Any]) -> str:
    """A row's figures."""
    return ", ".join(f"{key} {row[key]:.2f}" for key in KEYS if row.get(key) is not None)
