"""Damage of every kind that a task mends, made on clean sound, with the guess and the trust that the task would give.

Each kind changes waveforms, mels, or both; what comes back is always the same: the clean log-mel, the classical guess
at it (`engine.guess`) and how far each cell of the guess is to be believed. Bounds are wide, so that tasks may set
their own within them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from engine.filterbank import mel_edges_hz
from engine.guess import extended, interpolated, subtracted
from engine.mel import MelSpec, log_mel_from_magnitude
from engine.training.crops import KINDS, Crops

GAP_FRAMES = (2, 72)
BOX_SHARE = 0.25
CUTOFF_HZ = (900.0, 7000.0)
FLANK_HZ = (50.0, 400.0)
NOISE_SNR_DB = (-5.0, 25.0)
PROFILE_ERROR = 0.15  # nepers, deviation of a learned noise profile from the noise
CLIPPED_SHARE = (0.002, 0.2)  # of the samples
CLIPPED_TRUST = 0.1
HOLES = (2, 40)
RECORDED_SHARE = 0.7  # of the noise that is drawn where surroundings are at hand


@dataclass(frozen=True)
class Damaged:
    """A batch of clean mels and what a method would be told of them.

    Attributes:
        clean, guess, trust: (B, T, bands); log-mels in nepers, trust in 0..1.
        kinds: (B,) index into `engine.training.crops.KINDS`.
    """

    clean: Tensor
    guess: Tensor
    trust: Tensor
    kinds: Tensor


# Damage -> share of the batches' rows.
SHARES = {"gap": 0.36, "nothing": 0.17, "band": 0.12, "noise": 0.14, "clipping": 0.07, "holes": 0.06, "none": 0.08}


def damaged_batch(crops: Crops, rng: np.random.Generator, size: int, frames: int) -> Damaged:
    """Draw ``size`` crops of ``frames`` mel frames and damage each in one way."""
    spec = crops.spec
    sounds, kinds = crops.sounds(rng, size, frames)
    names = rng.choice(list(SHARES), size=size, p=np.array(list(SHARES.values())) / sum(SHARES.values()))
    harmed = sounds.clone()
    whole_below_hz: dict[int, float] = {}
    for row, name in enumerate(names):
        if name == "band":
            cutoff_hz, width_hz = float(np.exp(rng.uniform(*np.log(CUTOFF_HZ)))), float(rng.uniform(*FLANK_HZ))
            harmed[row] = low_passed(sounds[row], cutoff_hz, spec.rate, width_hz)
            whole_below_hz[row] = cutoff_hz - width_hz
        elif name == "clipping":
            harmed[row] = clipped(sounds[row], float(np.exp(rng.uniform(*np.log(CLIPPED_SHARE)))))
    noise = _noises(crops, rng, sounds, names == "noise", frames)
    harmed = harmed + noise
    # One gain and one tilt for all three, as if the damage had been done before an equaliser.
    shape = crops.shape(rng, size, spec.n_fft // 2 + 1)
    clean, observed, alone = (
        log_mel_from_magnitude(crops.magnitudes(part) * shape, spec) for part in (sounds, harmed, noise)
    )
    guess, trust = observed.clone(), torch.ones_like(observed)
    for row, name in enumerate(names):
        if name == "gap":
            trust[row] = gap_trust(rng, frames, spec.bands).to(trust)
        elif name == "holes":
            trust[row] = holes_trust(rng, frames, spec.bands).to(trust)
        elif name == "nothing":
            trust[row] = 0
        elif name == "band":
            known = bands_below(whole_below_hz[row], spec)
            guess[row] = extended(observed[row], torch.tensor(known, device=guess.device))
            trust[row, :, known:] = 0
        elif name == "clipping":
            trust[row] = clipping_trust(sounds[row], harmed[row], spec)[:, None]
        elif name == "noise":
            error = PROFILE_ERROR * torch.from_numpy(rng.standard_normal(spec.bands)).to(guess)
            profile = 0.5 * (2 * alone[row]).exp().mean(dim=0, keepdim=True).log() + error
            guess[row], trust[row] = subtracted(observed[row], profile)
    bridged = torch.from_numpy(np.isin(names, ("gap", "holes"))).to(guess.device)
    guess[bridged] = interpolated(guess[bridged], trust[bridged])
    return Damaged(clean, guess.clamp_min(spec.silence), trust, kinds)


def low_passed(sound: Tensor, cutoff_hz: float, rate: int, width_hz: float) -> Tensor:
    """(samples,) without what lies above the cut-off; the flank is a raised cosine over ``width_hz`` below it."""
    hz = torch.fft.rfftfreq(len(sound), 1 / rate, device=sound.device)
    flank = ((cutoff_hz - hz) / width_hz).clamp(0, 1)
    cut: Tensor = torch.fft.irfft(torch.fft.rfft(sound) * (0.5 - 0.5 * torch.cos(torch.pi * flank)), len(sound))
    return cut


def clipped(sound: Tensor, share: float) -> Tensor:
    """(samples,) with the loudest ``share`` of its samples flattened."""
    level = torch.quantile(sound[:: max(1, len(sound) // 8192)].abs(), 1 - share)
    return torch.maximum(torch.minimum(sound, level), -level)


def clipping_trust(sound: Tensor, harmed: Tensor, spec: MelSpec) -> Tensor:
    """(T,) trust of each mel frame: 1 without a clipped sample in its window, else low."""
    inner = slice(spec.pad, len(sound) - spec.pad)
    hit = (sound != harmed)[inner].reshape(-1, spec.hop).any(dim=1).float()
    reach = -(-spec.n_fft // (2 * spec.hop))  # hops that a window sees on each side of its own
    near = torch.nn.functional.max_pool1d(hit[None], 2 * reach + 1, 1, reach)[0]
    return 1 - (1 - CLIPPED_TRUST) * near


def bands_below(cutoff_hz: float, spec: MelSpec) -> int:
    """How many bands lie below a cut-off with all of their width; at least one."""
    upper_hz = mel_edges_hz(spec.bands, spec.low_hz, spec.high_hz)[2:]
    return max(1, int((upper_hz <= cutoff_hz).sum()))


def gap_trust(rng: np.random.Generator, frames: int, bands: int) -> Tensor:
    """One to three gaps, most of them over all bands, the others boxes; (frames, bands) of 0 and 1."""
    trust = torch.ones(frames, bands)
    for _ in range(int(rng.choice([1, 1, 1, 2, 3]))):
        low, high = GAP_FRAMES
        length = min(int(np.exp(rng.uniform(np.log(low), np.log(high)))), frames // 3)
        start = int(rng.integers(0, frames - length + 1))
        first, last = 0, bands
        if rng.random() < BOX_SHARE:
            first, last = np.sort(rng.integers(0, bands + 1, size=2))
        trust[start : start + length, first:last] = 0
    return trust


def holes_trust(rng: np.random.Generator, frames: int, bands: int) -> Tensor:
    """Small boxes, more of them in the high bands, as coders at low rates leave them; (frames, bands) of 0 and 1."""
    trust = torch.ones(frames, bands)
    for _ in range(int(rng.integers(*HOLES))):
        start, length = int(rng.integers(0, frames)), int(rng.integers(2, 24))
        first = int(bands * np.sqrt(rng.random()))
        trust[start : start + length, first : first + int(rng.integers(2, 16))] = 0
    return trust


def _noises(crops: Crops, rng: np.random.Generator, sounds: Tensor, rows: np.ndarray, frames: int) -> Tensor:
    """Noise (B, samples) at a random level for the rows that are to have it, silence for the others.

    White to brown noise of a random slope, or a recording of surroundings.
    """
    noise = torch.zeros_like(sounds)
    chosen = np.flatnonzero(rows)
    if not len(chosen):
        return noise
    others, kinds = crops.sounds(rng, len(chosen), frames)
    samples, surroundings = sounds.shape[1], (kinds == KINDS.index("environment")).tolist()
    for index, row in enumerate(chosen):
        made = torch.from_numpy(rng.standard_normal(samples).astype(np.float32)).to(sounds)
        hz = torch.fft.rfftfreq(samples, 1 / crops.spec.rate, device=sounds.device).clamp_min(20.0)
        made = torch.fft.irfft(torch.fft.rfft(made) * (hz / 1000) ** -float(rng.uniform(0, 1)), samples)
        recorded = surroundings[index] and rng.random() < RECORDED_SHARE
        source = others[index] if recorded else made
        wanted = sounds[row].square().mean().sqrt() * 10 ** (-rng.uniform(*NOISE_SNR_DB) / 20)
        noise[row] = source * (wanted / source.square().mean().sqrt().clamp_min(1e-6))
    return noise
