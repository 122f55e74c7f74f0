"""Generation: nothing trusted, from pure noise, each kind against real recordings of that kind.

What is compared is 5 s of each: mean and log variance over time of every channel and band of the latent
(`engine.training.judging.frechet`), and of the sound its loudness, spectral flatness and largest sample. Real
recordings are levelled as a whole and then cut, as in training; their sound is as recorded, not rendered from a mel.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from engine.measuring.loudness import Loudness
from engine.mel import MelSpec
from engine.training.judging.frechet import FEWEST_RECORDINGS, Vectors, ratio_to_halves
from engine.training.judging.medians import KIND_NAMES, median_of
from engine.training.judging.pieces import WINDOW_FRAMES, Piece
from engine.training.judging.sampler import Guess, Sample
from engine.training.judging.vocoding import Renderer

BATCH = 8
FROM_NOISE = 1.0
PIECES_A_RECORDING = 4
SILENT_DB = -60.0
SMALLEST_VARIANCE = 1e-3  # of a latent whose deviation is about 1: what lies below stands still
LOUDNESS_LUFS = (-40.0, -12.0)
FLATNESS_PERCENT = (5.0, 95.0)
FLATNESS_FFT = 1024


def generated(
    encode: Callable[[Tensor], Tensor],
    sample: Sample,
    guess: Guess,
    render: Renderer,
    pieces: Sequence[Piece],
    spec: MelSpec,
    *,
    samples: int,
    steps: int,
    seed: int,
    report: Callable[[str], None],
) -> dict[str, Any]:
    """Generate ``samples`` of 512 frames of each kind, and compare.

    Args:
        encode: log-mel (B, T, bands) -> latent (B, C, T', bands') whose deviation is about 1.
        guess: what the sampler is to start from where nothing is trusted.
        render: log-mel (T, bands) -> samples.
        pieces: real recordings; a kind with fewer than four of 5 s is left out, which is reported.

    Returns:
        ``rows``, one a sample, and ``medians`` by kind: `frechet.Ratio`'s figures as ``frechet_...``, medians of
        ``lufs`` and ``flatness``, the real set's ``flatness_low`` and ``flatness_high``, the shares of samples
        ``lufs_inside`` and ``flatness_inside``, and how many are ``clipped``.
    """
    rng, generator = np.random.default_rng(seed), torch.Generator().manual_seed(seed)
    rows: list[dict[str, Any]] = []
    medians: dict[str, dict[str, float | None]] = {}
    for kind in KIND_NAMES:
        real = [cut(piece, spec) for piece in pieces if piece.kind == kind]
        real = [stretches for stretches in real if stretches]
        if len(real) < FEWEST_RECORDINGS:
            report(f"generation, {kind}: left out, {len(real)} recordings of 5 s; at least {FEWEST_RECORDINGS} needed")
            continue
        mels = generate(sample, guess, kind, spec, pieces[0].mel.device, samples, steps, generator)
        ratio = ratio_to_halves(
            pooled(encode, mels),
            [pooled(encode, torch.stack([mel for mel, _ in stretches])) for stretches in real],
            rng,
        )
        sounds = [render(mel) for mel in mels]
        of_kind = [{"kind": kind, **measure_sound(sound, spec.rate)} for sound in sounds]
        theirs = [measure_sound(sound.numpy(), spec.rate) for stretches in real for _, sound in stretches]
        medians[kind] = {f"frechet_{key}": value for key, value in asdict(ratio).items()} | against(of_kind, theirs)
        rows += of_kind
        figures = (f"{key} {value:.3g}" for key, value in medians[kind].items() if value is not None)
        report(f"generation, {kind}: " + ", ".join(figures))
    return {"rows": rows, "medians": medians}


def generate(
    sample: Sample,
    guess: Guess,
    kind: str,
    spec: MelSpec,
    device: torch.device,
    samples: int,
    steps: int,
    generator: torch.Generator,
) -> Tensor:
    """``samples`` log-mels of one kind, (samples, 512, bands)."""
    silence = torch.full((BATCH, WINDOW_FRAMES, spec.bands), spec.silence, device=device)
    trust = torch.zeros_like(silence)
    start = guess(silence, trust)
    made: list[Tensor] = []
    for first in range(0, samples, BATCH):
        size = min(BATCH, samples - first)
        made.append(
            sample(start[:size], trust[:size], kind=kind, steps=steps, start=FROM_NOISE, generator=generator).float()
        )
    return torch.cat(made)


def cut(piece: Piece, spec: MelSpec) -> list[tuple[Tensor, Tensor]]:
    """Up to four stretches of 512 frames, evenly spaced, mel and sound; none that is silent."""
    power = torch.exp(2 * piece.mel.double()).mean(dim=1)
    whole = len(piece.sound) // spec.hop // WINDOW_FRAMES
    count = min(whole, PIECES_A_RECORDING)
    stretches = []
    for index in range(count):
        first = (2 * index + 1) * whole // (2 * count) * WINDOW_FRAMES
        rows = slice(first, first + WINDOW_FRAMES)
        if power[rows].mean() > power.max() * 10 ** (SILENT_DB / 10):
            stretches.append((piece.mel[rows], piece.sound[rows.start * spec.hop : rows.stop * spec.hop]))
    return stretches


def pooled(encode: Callable[[Tensor], Tensor], mels: Tensor) -> Vectors:
    """Log-mels (n, T, bands) -> mean and log variance over time of their latents, (n, 2 * C * bands')."""
    vectors = []
    for batch in torch.split(mels, BATCH):
        latent = encode(batch).double()  # (B, C, T', bands')
        variance = latent.var(dim=2).clamp_min(SMALLEST_VARIANCE)
        vectors.append(torch.cat([latent.mean(dim=2).flatten(1), variance.log().flatten(1)], dim=1))
    return np.asarray(torch.cat(vectors).cpu().numpy())


def measure_sound(sound: NDArray[np.float32], rate: int) -> dict[str, Any]:
    """Loudness, flatness and peak of (samples,)."""
    loudness = Loudness(rate, 1, signals=1)
    loudness.push(sound[None])
    return {
        "lufs": loudness.integrated()[0],
        "flatness": spectral_flatness(sound),
        "peak": float(np.abs(sound).max()),
    }


def spectral_flatness(sound: NDArray[np.float32]) -> float | None:
    """Geometric over arithmetic mean of the power spectrum (Gray and Markel 1974), median of the frames.

    0 for a pure tone, about 0.56 for white noise; frames 60 dB below the loudest don't count. None for silence.
    """
    window = np.hanning(FLATNESS_FFT)
    frames = np.lib.stride_tricks.sliding_window_view(sound, FLATNESS_FFT)[:: FLATNESS_FFT // 2]
    power = np.abs(np.fft.rfft(frames * window, axis=1))[:, 1:-1] ** 2
    level = power.mean(axis=1)
    if not level.max(initial=0) > 0:
        return None
    power = power[level > level.max() * 10 ** (SILENT_DB / 10)]
    power = np.maximum(power, 1e-12 * power.max())
    return float(np.median(np.exp(np.log(power).mean(axis=1)) / power.mean(axis=1)))


def against(ours: Sequence[dict[str, Any]], theirs: Sequence[dict[str, Any]]) -> dict[str, float | None]:
    """Where the sounds of samples lie among the real ones."""
    real = [row["flatness"] for row in theirs if row["flatness"] is not None]
    low, high = (float(value) for value in np.percentile(real, FLATNESS_PERCENT))

    def share_inside(key: str, least: float, most: float) -> float:
        return float(np.mean([row[key] is not None and least <= row[key] <= most for row in ours]))

    return {
        "lufs": median_of(ours, "lufs"),
        "lufs_real": median_of(theirs, "lufs"),
        "lufs_inside": share_inside("lufs", *LOUDNESS_LUFS),
        "flatness": median_of(ours, "flatness"),
        "flatness_low": low,
        "flatness_high": high,
        "flatness_inside": share_inside("flatness", low, high),
        "clipped": float(sum(row["peak"] >= 1 for row in ours)),
    }
