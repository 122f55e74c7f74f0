"""The method `vae`: the mel goes through the VAE once. Its round trip is the ceiling of every latent method."""

from __future__ import annotations

import torch

from engine.methods.windows import in_windows
from engine.model.load import Model
from engine.progress import Control
from engine.settings import VaeSettings
from engine.targets import Target


def take(
    target: Target, model: Model, settings: VaeSettings, generator: torch.Generator, control: Control
) -> torch.Tensor:
    """Encode and decode the target's mel; (T, bands) -> (T, bands). Trust is not looked at."""
    return in_windows(target.mel, model, lambda mel: model.decode(model.encode(mel)), control)
