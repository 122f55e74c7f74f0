"""A target in the model's latent, of any length: what every diffusion method works on.

Networks see windows; a method sees one long latent. At each step the windows' beliefs are cross-faded where they
overlap (Bar-Tal et al. 2023, MultiDiffusion, eq. 5), and noise is drawn for the whole latent at once, so that a
region longer than a window has no seams.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property

import torch
from torch import Tensor

from engine.methods.windows import OVERLAP_FRAMES, blended, lengthened, window_starts
from engine.model.conditions import conditions_for
from engine.model.denoiser import Denoiser, decoded, denoiser_for, latent_trust, scaled_latent
from engine.model.load import Model
from engine.model.schedule import Schedule, schedule_from
from engine.progress import Control
from engine.settings import Description
from engine.targets import Target

DRAWN_AHEAD = 1 << 24  # values of noise, 64 MiB
Belief = Callable[[Tensor, int], tuple[Tensor, Tensor]]


@dataclass(frozen=True)
class Canvas:
    """A target, lengthened to what the networks take.

    Attributes:
        model: with its UNet, where a method denoises.
        frames: T of the target, before it was lengthened.
        mel, trust, keep: (1, 1, T', bands), T' a multiple of 32; what was added is silence, trusted and kept.
        latent: (1, C, T'/r, bands/r) of ``mel``, at the scale that the UNet was trained on.
    """

    model: Model
    frames: int
    mel: Tensor
    trust: Tensor
    keep: Tensor
    latent: Tensor

    @property
    def factor(self) -> int:
        """Mel frames, and bands, to a latent cell."""
        return self.mel.shape[-1] // self.latent.shape[-1]

    @property
    def scaling(self) -> float:
        """What the VAE's latent is multiplied by to be the canvas'."""
        return float(self.model.vae.config.scaling_factor)

    @property
    def window(self) -> int:
        """Mel frames of a window."""
        return self.model.window_frames

    @property
    def windows(self) -> int:
        """How many windows cover the canvas."""
        return len(window_starts(self.mel.shape[-2], self.window))

    @cached_property
    def schedule(self) -> Schedule:
        """The model's noise schedule.

        Raises:
            ModelError: it has none, or one that is not known.
        """
        return schedule_from(self.model.scheduler)

    def noise(self, generator: torch.Generator) -> Tensor:
        """Unit normal noise of the latent's shape, drawn on the CPU."""
        return torch.randn(self.latent.shape, generator=generator).to(self.latent.device)

    def noises(self, generator: torch.Generator, count: int) -> Iterator[Tensor]:
        """``count`` times `noise`, drawn in the same order; for other devices many at once, before they are asked for.

        So next to nothing is copied there between two steps: a copy waits for all that the device still has to do.
        """
        at_once = 1 if self.latent.device.type == "cpu" else max(1, DRAWN_AHEAD // self.latent.numel())
        for first in range(0, count, at_once):
            drawn = [torch.randn(self.latent.shape, generator=generator) for _ in range(min(at_once, count - first))]
            yield from torch.stack(drawn).to(self.latent.device).unbind()

    def over_latent(self, values: Tensor, function: Callable[[int, Tensor], Tensor]) -> Tensor:
        """`blended` over windows of a latent-shaped (1, C, T'/r, F)."""
        factor = self.factor
        return blended(values, function, window=self.window // factor, overlap=OVERLAP_FRAMES // factor)

    def believe(self, control: Control, description: Description, *, trust: Tensor | None = None) -> Belief:
        """What the model believes of a noisy latent at a step: ``belief(z, t) -> (x0, eps)``, each as ``latent``.

        Args:
            control: asked before each window whether to stop.
            description: what the model is told of the sound.
            trust: (1, 1, T', bands) that the model is told in place of the target's.

        Raises:
            ModelError: the model can't denoise, or be told this.
            InputError: it doesn't know the kind.
        """
        conditions = conditions_for(self.model, description, control)
        told_trust = self.trust if trust is None else trust
        groups = self._groups()
        for_as_many = {len(group): conditions.of(len(group)) for group in groups}
        denoisers = [
            denoiser_for(
                self.model,
                torch.cat([self.latent[..., self._cells(start), :] for start in group]),
                torch.cat([told_trust[..., start : start + self.window, :] for start in group]),
                for_as_many[len(group)],
            )
            for group in groups
        ]

        def belief(z: Tensor, t: int) -> tuple[Tensor, Tensor]:
            answers = self._answers(z, t, groups, denoisers, control)
            x0, eps = self.over_latent(z, lambda *_: next(answers)).chunk(2, dim=1)
            return x0, eps

        return belief

    def _groups(self) -> list[list[int]]:
        """First mel frames of the windows, in groups that the UNet is asked about at once."""
        starts, most = window_starts(self.mel.shape[-2], self.window), self.model.windows_together
        return [starts[first : first + most] for first in range(0, len(starts), most)]

    def _cells(self, start: int) -> slice:
        """Rows of the latent that the window from a mel frame on covers."""
        return slice(start // self.factor, (start + self.window) // self.factor)

    def _answers(
        self, z: Tensor, t: int, groups: list[list[int]], denoisers: list[Denoiser], control: Control
    ) -> Iterator[Tensor]:
        """What is believed of each window in order, x0 and eps in one (1, 2 C, rows, F)."""
        for group, denoiser in zip(groups, denoisers, strict=True):
            control.check("taking again")
            x0, eps = denoiser(torch.cat([z[..., self._cells(start), :] for start in group]), t)
            yield from torch.split(torch.cat([x0, eps], dim=1), 1)

    def held(self, belief: Belief, trust: Tensor | None = None) -> Belief:
        """``belief``, but latent cells that are wholly trusted, after erosion, stay those of the target.

        Args:
            trust: (1, 1, T', bands) in place of the target's.
        """
        known = latent_trust(self.trust if trust is None else trust, self.factor).to(self.latent.device) >= 1
        schedule = self.schedule

        def holding(z: Tensor, t: int) -> tuple[Tensor, Tensor]:
            x0, eps = belief(z, t)
            signal, spread = schedule.weights(t)
            return torch.where(known, self.latent, x0), torch.where(known, (z - signal * self.latent) / spread, eps)

        return holding

    def decoded(self, latent: Tensor, control: Control) -> Tensor:
        """A latent of this canvas -> log-mel (T, bands) of the target's length."""
        return self.whole_mel(latent, control)[0, 0, : self.frames]

    def whole_mel(self, latent: Tensor, control: Control) -> Tensor:
        """A latent of this canvas -> log-mel (1, 1, T', bands) of the canvas' length."""

        def decode(_: int, piece: Tensor) -> Tensor:
            control.check("decoding")
            return decoded(self.model, piece)

        return self.over_latent(latent, decode)


def canvas_for(target: Target, model: Model, control: Control) -> Canvas:
    """Encode a target, window by window.

    Raises:
        Cancelled: the user stopped.
    """
    mel, trust, keep = (
        lengthened(values, filler)[None, None]
        for values, filler in ((target.mel, model.spec.silence), (target.trust, 1.0), (target.keep, 1.0))
    )

    def encode(_: int, piece: Tensor) -> Tensor:
        control.check("encoding")
        return scaled_latent(model, piece)

    return Canvas(model, len(target.mel), mel, trust, keep, blended(mel, encode, window=model.window_frames))
