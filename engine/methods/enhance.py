"""The method `enhance`: the VAE's round trip with the latent sharpened by a Laplacian.

With ``D_f`` half the ripple of a latent that a Laplacian [-1, 2, -1] / 2 along frequency finds, and strength s:

============  =========================================================================================
``frequency``   z + s D_f; published with s = 1.5 and +94.9 % energy above 4 kHz at 3 dB less SNR
``noise``       z + 0.1 s sigma_c n, unit normal n, sigma_c the deviation of a channel
``contrast``    mean_c + (1 + 0.1 s) (z - mean_c), by channel
``mixed``       a third of each of the three
``multiscale``  z + s / scales sum_k (D_f + D_t) of z smoothed k times, with taps 2^k cells apart
``adaptive``    the same with strengths of their own for each scale, each axis, and below and above 4 kHz, found
                for each recording; they may be negative
============  =========================================================================================

Sharpening adds what the recording may not have. ``adaptive`` listens to what it does: the decoder is linearised about
the round trip along each of the directions, and the strengths are those that leave the least mel error where the target
is trusted while the energy above 4 kHz becomes the target's (Gauss-Newton: least squares with one heavy row). Two
rounds; a round's step is halved until it worsens nothing, or not made. Where no strength helps it is 0, the plain round
trip, and a note says so.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import torch
from torch import Tensor

from engine.methods.canvas import Canvas, canvas_for
from engine.methods.energy import bands_above, cell_energy
from engine.model.load import Model
from engine.progress import Control
from engine.settings import EnhanceSettings
from engine.targets import Target

HIGH_HZ = 4000.0
FREQUENCY, TIME = -1, -2  # axes of a latent
SHARE = 0.1  # of ``noise`` and ``contrast``, at strength 1
PROBE = 0.1  # strength at which the decoder is linearised: well above the rounding of bfloat16
ROUNDS = 2
HALVINGS = 4
HIGH_WEIGHT = (
    3000.0  # of the squared relative error of the energy above 4 kHz, in units of the plain mean squared error
)
RIDGE = 1e-3
FELL_BACK = "enhance adaptive: no strength improves on the plain round trip; strength 0 was used"


def take(
    target: Target, model: Model, settings: EnhanceSettings, generator: torch.Generator, control: Control
) -> torch.Tensor:
    """Sharpen the target's latent and decode it; (T, bands) -> (T, bands).

    Raises:
        Cancelled: the user stopped.
    """
    canvas = canvas_for(target, model, control)
    if settings.mode == "adaptive":
        return adapted(canvas, settings.scales, target.keeps_level, control)[0, 0, : canvas.frames]
    control.step("taking again", 0, 1)
    return canvas.decoded(SHARPENED[settings.mode](canvas, settings, generator), control)


def ripple(latent: Tensor, axis: int, apart: int = 1) -> Tensor:
    """What a Laplacian finds along an axis of (1, C, T', F): ``(2 z - z_before - z_after) / 2``; 0 for a ramp.

    Args:
        apart: of the three taps, in cells. Beyond the ends the last cell is held.
    """
    size = latent.shape[axis]
    place = torch.arange(size, device=latent.device)
    before, after = (latent.index_select(axis, (place + step).clamp(0, size - 1)) for step in (-apart, apart))
    return latent - 0.5 * (before + after)


def directions(latent: Tensor, scales: int) -> list[Tensor]:
    """`ripple` along both axes, of the latent and of its smoothed copies; scale by scale."""
    found = []
    for scale in range(scales):
        apart = 2**scale
        for axis in (FREQUENCY, TIME):
            smooth = latent
            for finer in range(scale):
                smooth = smooth - 0.5 * ripple(smooth, axis, 2**finer)
            found.append(ripple(smooth, axis, apart))
    return found


def on_both_sides(moves: list[Tensor], row: int) -> list[Tensor]:
    """Each of ``moves`` twice: below a row of the latent's frequency axis, and from it up."""
    above = torch.arange(moves[0].shape[FREQUENCY], device=moves[0].device) >= row
    return [move * part for move in moves for part in (~above, above)]


def by_frequency(canvas: Canvas, settings: EnhanceSettings, generator: torch.Generator) -> Tensor:
    """Mode ``frequency``."""
    return canvas.latent + settings.strength * ripple(canvas.latent, FREQUENCY)


def by_noise(canvas: Canvas, settings: EnhanceSettings, generator: torch.Generator) -> Tensor:
    """Mode ``noise``."""
    spread = canvas.latent.std(dim=(TIME, FREQUENCY), keepdim=True)
    return canvas.latent + SHARE * settings.strength * spread * canvas.noise(generator)


def by_contrast(canvas: Canvas, settings: EnhanceSettings, generator: torch.Generator) -> Tensor:
    """Mode ``contrast``."""
    mean = canvas.latent.mean(dim=(TIME, FREQUENCY), keepdim=True)
    return mean + (1 + SHARE * settings.strength) * (canvas.latent - mean)


def by_all(canvas: Canvas, settings: EnhanceSettings, generator: torch.Generator) -> Tensor:
    """Mode ``mixed``."""
    ways = (by_frequency, by_noise, by_contrast)
    return sum((way(canvas, settings, generator) for way in ways), torch.zeros_like(canvas.latent)) / len(ways)


def by_scales(canvas: Canvas, settings: EnhanceSettings, generator: torch.Generator) -> Tensor:
    """Mode ``multiscale``."""
    found = directions(canvas.latent, settings.scales)
    return canvas.latent + settings.strength / settings.scales * sum(found, torch.zeros_like(canvas.latent))


Sharpening = Callable[[Canvas, EnhanceSettings, torch.Generator], Tensor]
SHARPENED: dict[str, Sharpening] = {
    "frequency": by_frequency,
    "noise": by_noise,
    "contrast": by_contrast,
    "mixed": by_all,
    "multiscale": by_scales,
}


def adapted(canvas: Canvas, scales: int, keeps_level: bool, control: Control) -> Tensor:
    """Mode ``adaptive``; (1, 1, T', bands) log-mel.

    Args:
        keeps_level: whether the job will bring the mel to the target's energy, so that only the energy above 4 kHz
            relative to the whole matters.
    """
    counts = canvas.trust * (1 - canvas.keep)
    plain = canvas.whole_mel(canvas.latent, control)
    if not bool(counts.any()):
        return plain
    moves = on_both_sides(directions(canvas.latent, scales), bands_above(HIGH_HZ, canvas.model.spec) // canvas.factor)
    total = ROUNDS * (len(moves) + 1)
    judge = Judge(canvas, counts, keeps_level)
    latent, mel = canvas.latent, plain
    for round_ in range(ROUNDS):
        changes = []
        for index, move in enumerate(moves):
            control.step("taking again", round_ * (len(moves) + 1) + index, total)
            changes.append((canvas.whole_mel(latent + PROBE * move, control) - mel) / PROBE)
        strengths = judge.best_strengths(mel, changes)
        step = sum((float(s) * move for s, move in zip(strengths, moves, strict=True)), torch.zeros_like(latent))
        for _ in range(HALVINGS):
            control.step("taking again", round_ * (len(moves) + 1) + len(moves), total)
            tried = canvas.whole_mel(latent + step, control)
            if judge.improves(tried, mel):
                latent, mel = latent + step, tried
                break
            step = 0.5 * step
        else:
            break
    if latent is canvas.latent:
        control.note(FELL_BACK)
    return mel


class Judge:
    """Judges mels of a canvas, (1, 1, T', bands), by the cells that count."""

    def __init__(self, canvas: Canvas, counts: Tensor, keeps_level: bool) -> None:
        self.wanted, self.counts, self.keeps_level = canvas.mel, counts, keeps_level
        self.spec = canvas.model.spec
        self.high = torch.zeros_like(counts)
        self.high[..., bands_above(HIGH_HZ, self.spec) :] = 1.0

    def errors(self, mel: Tensor) -> tuple[float, float, float]:
        """Mean squared error, mean absolute error, and the error of the energy above 4 kHz in nepers of power."""
        off, counts = self.levelled(mel) - self.wanted, self.counts / self.counts.sum()
        return float((counts * off.square()).sum()), float((counts * off.abs()).sum()), abs(self.high_error(mel))

    def levelled(self, mel: Tensor) -> Tensor:
        """``mel`` as the job will bring it to the target's energy, where it does."""
        return mel - 0.5 * self._log_ratio(mel, 1.0) if self.keeps_level else mel

    def improves(self, mel: Tensor, on: Tensor) -> bool:
        """Whether no error of ``mel`` is greater than that of ``on``, and one is smaller."""
        after, before = self.errors(mel), self.errors(on)
        return all(x <= y for x, y in zip(after, before, strict=True)) and after != before

    def high_error(self, mel: Tensor) -> float:
        """Log of the energy above 4 kHz over the target's; 0 where the target has none."""
        return self._log_ratio(mel, self.high) - (self._log_ratio(mel, 1.0) if self.keeps_level else 0.0)

    def _log_ratio(self, mel: Tensor, part: Tensor | float) -> float:
        has, wants = (float((cell_energy(m, self.spec) * self.counts * part).sum()) for m in (mel, self.wanted))
        return math.log(has / wants) if has > 0 and wants > 0 else 0.0

    def best_strengths(self, mel: Tensor, changes: list[Tensor]) -> Tensor:
        """Least squares: strengths (K,), on the CPU, of K ``changes`` of ``mel`` that bring it nearest the target."""
        share = self.counts / self.counts.sum()
        off = self.wanted - self.levelled(mel)
        jacobian = torch.stack([change.flatten() for change in changes])  # (K, cells)
        weighted = jacobian * share.flatten()
        # Exact on the CPU: not every device has float64.
        normal = (weighted @ jacobian.T).cpu().double()
        right = (weighted @ off.flatten()).cpu().double()
        unit = float((share * off.square()).sum())
        slope = (jacobian @ self._high_slope(mel).flatten()).cpu().double()
        heavy = HIGH_WEIGHT * unit
        normal = normal + heavy * torch.outer(slope, slope)
        right = right - heavy * self.high_error(mel) * slope
        normal = normal + RIDGE * normal.diagonal().mean().clamp_min(1e-12) * torch.eye(len(changes)).to(normal)
        strengths: Tensor = torch.linalg.solve(normal, right)
        return strengths

    def _high_slope(self, mel: Tensor) -> Tensor:
        """How `high_error` changes with each cell of ``mel``."""
        energy = cell_energy(mel, self.spec) * self.counts
        high, whole = energy * self.high, energy.sum()
        slope = 2 * high / high.sum().clamp_min(1e-30)
        return slope - 2 * energy / whole.clamp_min(1e-30) if self.keeps_level else slope
