"""A latent moved by the gradient of what it decodes to, toward a mel, cell by cell as far as each cell is to count.

The squared error of the decoded mel goes back through the decoder, window by window, so that memory doesn't grow with
the recording. A window's error counts as its rows do in `engine.methods.windows.blended`: where windows overlap, both
are drawn to the same mel, and what both decode to agrees all the better.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from engine.methods.canvas import Canvas
from engine.methods.energy import cell_energy
from engine.methods.windows import window_shares
from engine.progress import Control
from engine.settings import PullSettings

PATIENCE = 5  # steps over which an improvement is judged
ADAM_DECAY = (0.9, 0.99)
ADAM_FLOOR = 1e-12


@dataclass(frozen=True)
class Aim:
    """What a latent is drawn to.

    Attributes:
        wanted: (1, 1, T', bands) log-mel of a canvas' length.
        weight: of each cell, same shape, 0 or more; a cell of weight 0 exerts no pull.
        scales: how many resolutions are compared: the mel itself, its weighted means over 2 x 2 cells, 4 x 4 ...
    """

    wanted: Tensor
    weight: Tensor
    scales: int = 1


def aim_at(
    canvas: Canvas, wanted: Tensor, counts: Tensor, latent: Tensor, settings: PullSettings, control: Control
) -> Aim | None:
    """Weigh cells for the ear and for the waveform.

    Of the weight, ``1 - loud`` is spread evenly over the cells: the error that is heard in quiet cells as in loud ones.
    ``loud`` is spread as the amplitude is, because a waveform made by gains errs most where it is loud. (Spread as the
    energy is, a few cells would have it all: over 12 held-out recordings, at 25 steps and ``loud`` 0.3, the waveform
    gained a little, 63 in place of 56 % less error, and the mel lost as much, 26.5 in place of 28.9 %.) Each part is
    relative to what it amounts to for ``latent``, so that the distance starts near 1.

    Args:
        wanted: (1, 1, T', bands) log-mel.
        counts: how far each cell counts at all, 0..1, same shape.
        latent: where the way to ``wanted`` starts.

    Returns:
        None where there is nothing to do: no cell counts, or the latent decodes to what is wanted.
    """
    error = (canvas.whole_mel(latent, control) - wanted).square() * counts
    weight = torch.zeros_like(wanted)
    amplitude = cell_energy(wanted, canvas.model.spec).sqrt()
    for part, share in ((1 - settings.loud, counts), (settings.loud, counts * amplitude)):
        total = float(share.sum())
        at_start = float((error * share / total).sum()) if total > 0 else 0.0
        if at_start > 0:
            weight += part * share / total / at_start
    return Aim(wanted, weight, settings.scales) if bool(weight.any()) else None


def distance(mel: Tensor, wanted: Tensor, weight: Tensor, scales: int = 1) -> Tensor:
    """Weighted squared error of log-mels (1, 1, T, bands), the mean over ``scales`` resolutions; a scalar."""
    total = (weight * (mel - wanted).square()).sum()
    drawn = weight * (mel - wanted)
    for _ in range(scales - 1):
        drawn, weight = (F.avg_pool2d(values, 2, ceil_mode=True, divisor_override=1) for values in (drawn, weight))
        total = total + (drawn.square() / weight.clamp_min(1e-30)).sum()
    mean: Tensor = total / scales
    return mean


def pulled(canvas: Canvas, latent: Tensor, aim: Aim, control: Control) -> tuple[float, Tensor]:
    """The distance of what ``latent`` decodes to, and its gradient, shaped as ``latent``.

    Raises:
        Cancelled: the user stopped.
    """
    gradient, total, factor = torch.zeros_like(latent), 0.0, canvas.factor
    for start, share in window_shares(aim.wanted.shape[-2], canvas.window, latent.device):
        rows = slice(start, start + canvas.window)
        cells = slice(start // factor, (start + canvas.window) // factor)
        weight = aim.weight[..., rows, :] * share
        if not weight.any():
            continue
        control.check("taking again")
        piece = latent[..., cells, :].clone().requires_grad_()
        mel = canvas.model.decode_with_gradient(piece / canvas.scaling)
        error = distance(mel, aim.wanted[..., rows, :], weight, aim.scales)
        gradient[..., cells, :] += torch.autograd.grad(error, piece)[0]
        total += float(error.detach())
    return total, gradient


def refined(
    canvas: Canvas,
    latent: Tensor,
    aim: Aim,
    settings: PullSettings,
    control: Control,
    *,
    steps: int,
    done: int = 0,
) -> Tensor:
    """Move a latent toward an aim by Adam (Kingma & Ba 2015, algorithm 1) at a rate that falls to 0.

    Stops before ``steps`` once something was gained and the last five brought less than ``settings.tolerance`` of it.
    Gives back the best latent that was met, and never one that is further off than ``latent``.

    Args:
        done: steps of the method that came before, for the progress.

    Raises:
        Cancelled: the user stopped.
    """
    z, best, nearest = latent, latent, float("inf")
    first, second = torch.zeros_like(latent), torch.zeros_like(latent)
    beta1, beta2 = ADAM_DECAY
    seen: list[float] = []
    for index in range(steps):
        control.step("taking again", done + index, done + steps)
        error, g = pulled(canvas, z, aim, control)
        if error < nearest:
            best, nearest = z, error
        seen.append(nearest)
        # Adam's first steps are its widest: what they overshoot, the narrower ones that follow bring back.
        improved = seen[-1] < seen[0]
        if improved and index >= PATIENCE and seen[-1] > (1 - settings.tolerance) * seen[-1 - PATIENCE]:
            return best
        first = beta1 * first + (1 - beta1) * g
        second = beta2 * second + (1 - beta2) * g.square()
        mean, spread = first / (1 - beta1 ** (index + 1)), second / (1 - beta2 ** (index + 1))
        z = z - settings.step_size * (1 - index / steps) * mean / (spread.sqrt() + ADAM_FLOOR)
    last = float(distance(canvas.whole_mel(z, control), aim.wanted, aim.weight, aim.scales))
    return z if last < nearest else best


def nudged(canvas: Canvas, latent: Tensor, aim: Aim, free: Tensor, rate: float, control: Control) -> Tensor:
    """One step down the gradient of ``free`` cells, its size from the gradient.

    As far as where the distance would be 0 if it fell in a straight line (Polyak 1987), but no further than ``rate`` in
    the root mean square of the cells that move.

    Args:
        free: bool, broadcast over ``latent``: the cells that may move.
    """
    error, g = pulled(canvas, latent, aim, control)
    g = g * free
    power = float(g.square().sum())
    if power <= 0:
        return latent
    moving = float(free.expand_as(latent).sum())
    return latent - min(error / power, rate * math.sqrt(moving / power)) * g
