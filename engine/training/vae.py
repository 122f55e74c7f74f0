"""Training of the bundled VAE: seeded, resumable after a kill, checkpoints rotated.

AdamW with a one-cycle learning rate and an average of the weights (EMA), bfloat16 autocast. Short and long crops
are mixed because the network's group norms see the whole window. The loss is the mean mel error, the error of the
sound that the gain renderer makes, the energy kept above 4 kHz, and a light KL term.
"""

from __future__ import annotations

import copy
import json
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from diffusers import AutoencoderKL
from torch import Tensor, nn

from engine.errors import InputError
from engine.mel import MelSpec, log_mel_from_magnitude
from engine.render.bands import bin_weights
from engine.training.crops import Crops
from engine.training.data import Corpus
from engine.training.losses import energy_kept, kl_divergence, mel_error, rendered_error

SPEC = MelSpec(shift=-5.8, scale=2.9)
ABOVE_HZ = 4000.0


@dataclass(frozen=True)
class VaeRecipe:
    """Every choice that the weights follow from.

    Attributes:
        steps: number of updates.
        seed: of weights, crops and posterior noise.
        shapes: (batch size, frames) drawn, with ``shares``.
        top_rate: of the one-cycle schedule.
        kl, sound, high: weights of the KL, rendered sound and high-band terms beside the mel error.
        averaging: decay of the EMA.
    """

    steps: int = 10500
    seed: int = 0
    shapes: tuple[tuple[int, int], ...] = ((4, 128), (2, 256), (1, 512))
    shares: tuple[float, ...] = (0.7, 0.2, 0.1)
    channels: tuple[int, ...] = (32, 64, 128)
    top_rate: float = 1.5e-3
    kl: float = 1e-4
    sound: float = 0.01
    high: float = 0.004
    averaging: float = 0.999
    keep_every: int = 500

    def __post_init__(self) -> None:
        if self.steps < 10:
            raise InputError(f"{self.steps} steps; at least 10 are needed")


def build_vae(channels: tuple[int, ...]) -> AutoencoderKL:
    """The bundled VAE's network: AudioLDM2's layout, narrow, and without attention."""
    return AutoencoderKL(
        in_channels=1,
        out_channels=1,
        down_block_types=("DownEncoderBlock2D",) * len(channels),
        up_block_types=("UpDecoderBlock2D",) * len(channels),
        block_out_channels=channels,
        layers_per_block=1,
        latent_channels=8,
        norm_num_groups=8,
        mid_block_add_attention=False,
        sample_size=SPEC.bands,
    )


def vae_loss(
    vae: AutoencoderKL, magnitudes: Tensor, weights: Tensor, recipe: VaeRecipe, generator: torch.Generator
) -> tuple[Tensor, dict[str, float]]:
    """The loss of one batch of (B, bins, T) magnitudes, and its parts for the log."""
    mel = log_mel_from_magnitude(magnitudes, SPEC)
    with torch.autocast(magnitudes.device.type, dtype=torch.bfloat16):
        posterior = vae.encode(SPEC.to_model(mel)[:, None]).latent_dist
        decoded = vae.decode(posterior.sample(generator)).sample[:, 0]
    difference = decoded.float() * SPEC.scale + SPEC.shift - mel
    above_bin = round(ABOVE_HZ / SPEC.rate * SPEC.n_fft)
    mel_term = mel_error(difference, SPEC).mean()
    sound_term = rendered_error(difference, magnitudes, weights).mean()
    high_term = energy_kept(difference, magnitudes, weights, above_bin).abs().mean()
    kl_term = kl_divergence(posterior.mean.float(), posterior.logvar.float())
    loss = mel_term + recipe.sound * sound_term + recipe.high * high_term + recipe.kl * kl_term
    parts = {
        "mel_db": float(mel_term.detach()) * SPEC.scale * 8.685890,
        "sound_db": float(sound_term.detach()) * 4.342945,
        "high_db": float(high_term.detach()) * 4.342945,
        "kl": float(kl_term.detach()),
    }
    return loss, parts


class VaeTraining:
    """Owns the network, its average, the optimiser and the place in the run.

    Attributes:
        vae: the network in training.
        average: the EMA of its weights, which is what ships.
        step: updates done.
        seconds: wall time spent, over all resumptions.
    """

    def __init__(self, recipe: VaeRecipe, folder: Path, device: torch.device) -> None:
        self.recipe, self.folder, self.device = recipe, folder, device
        torch.manual_seed(recipe.seed)
        self.vae = build_vae(recipe.channels).to(device, memory_format=torch.channels_last)
        self.average = copy.deepcopy(self.vae).eval().requires_grad_(False)
        self.optimiser = torch.optim.AdamW(self.vae.parameters(), lr=recipe.top_rate, betas=(0.9, 0.99))
        self.schedule = torch.optim.lr_scheduler.OneCycleLR(
            self.optimiser,
            recipe.top_rate,
            total_steps=recipe.steps + 1,
            pct_start=0.08,
            final_div_factor=1e3,
        )
        self.step, self.seconds = 0, 0.0
        folder.mkdir(parents=True, exist_ok=True)
        self._resume()

    def _state(self) -> dict[str, Any]:
        return {
            "vae": self.vae.state_dict(),
            "average": self.average.state_dict(),
            "optimiser": self.optimiser.state_dict(),
            "schedule": self.schedule.state_dict(),
            "step": self.step,
            "seconds": self.seconds,
            "recipe": json.dumps(asdict(self.recipe)),
        }

    def save(self) -> None:
        """Write a checkpoint beside the last one, then take its place; the one before is kept."""
        last, before, new = (self.folder / name for name in ("last.pt", "before.pt", "new.pt"))
        torch.save(self._state(), new)
        if last.exists():
            last.replace(before)
        new.replace(last)

    def _resume(self) -> None:
        last = self.folder / "last.pt"
        if not last.exists():
            last = self.folder / "before.pt"
        if not last.exists():
            return
        state = torch.load(last, map_location=self.device, weights_only=True)
        if state["recipe"] != json.dumps(asdict(self.recipe)):
            raise InputError(f"{last} was made by another recipe; accepted is the same one, or an empty folder")
        self.vae.load_state_dict(state["vae"])
        self.average.load_state_dict(state["average"])
        self.optimiser.load_state_dict(state["optimiser"])
        self.schedule.load_state_dict(state["schedule"])
        self.step, self.seconds = state["step"], state["seconds"]

    def run(self, corpus: Corpus, report: Callable[[str], None]) -> AutoencoderKL:
        """Train to the end of the recipe and return the averaged network."""
        recipe = self.recipe
        crops = Crops(corpus, SPEC, max(frames for _, frames in recipe.shapes))
        bins_hz = np.linspace(0, SPEC.rate / 2, SPEC.n_fft // 2 + 1)
        weights = torch.from_numpy(bin_weights(bins_hz, SPEC.bands, SPEC.low_hz, SPEC.high_hz)).to(self.device)
        sums: dict[str, float] = {}
        began, earlier = time.monotonic(), self.seconds
        while self.step < recipe.steps:
            # Crops and noise follow from the seed and the step, so that a resumed run sees the same.
            rng = np.random.default_rng((recipe.seed, self.step))
            noise = torch.Generator().manual_seed(recipe.seed * 1_000_003 + self.step)
            size, frames = recipe.shapes[int(rng.choice(len(recipe.shapes), p=recipe.shares))]
            loss, parts = vae_loss(self.vae, crops.batch(rng, size, frames).to(self.device), weights, recipe, noise)
            self.optimiser.zero_grad(set_to_none=True)
            loss.backward()  # type: ignore[no-untyped-call]
            nn.utils.clip_grad_norm_(self.vae.parameters(), 1.0)
            self.optimiser.step()
            self.schedule.step()
            self._follow()
            self.step += 1
            self.seconds = earlier + time.monotonic() - began
            for name, value in parts.items():
                sums[name] = sums.get(name, 0.0) + value / 100
            if self.step % 100 == 0:
                line = "  ".join(f"{name} {value:7.3f}" for name, value in sums.items())
                report(f"step {self.step:6d} of {recipe.steps}  {line}  {self.seconds / 60:6.1f} min")
                sums = {}
            if self.step % recipe.keep_every == 0 or self.step == recipe.steps:
                self.save()
        return self.average

    @torch.no_grad()
    def _follow(self) -> None:
        decay = min(self.recipe.averaging, (1 + self.step) / (10 + self.step))
        for mean, value in zip(self.average.parameters(), self.vae.parameters(), strict=True):
            mean.lerp_(value, 1 - decay)


@torch.inference_mode()
def latent_scale(vae: AutoencoderKL, corpus: Corpus, device: torch.device, batches: int = 32) -> float:
    """One over the standard deviation of the latent on the corpus: diffusers' ``scaling_factor``."""
    crops, rng = Crops(corpus, SPEC, 128), np.random.default_rng(0)
    latents = []
    for _ in range(batches):
        mel = log_mel_from_magnitude(crops.batch(rng, 8, 128).to(device), SPEC)
        latents.append(vae.encode(SPEC.to_model(mel)[:, None]).latent_dist.mode().float().flatten())
    return float(1 / torch.cat(latents).std())
