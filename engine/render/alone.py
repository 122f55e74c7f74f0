"""Sound made of a mel alone, with no recording around it: by the model's vocoder, or by fast Griffin-Lim."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from engine.mel import MelSpec
from engine.model.load import Model
from engine.progress import Control
from engine.render.griffinlim import continue_into
from engine.render.vocoder import heard_whole
from engine.scratch import scratch_array
from engine.settings import GriffinLimSettings


def renderer_for(model: Model) -> str:
    """What makes a mel heard with this model: its vocoder, if one is loaded."""
    return "griffinlim" if model.vocoder is None else "vocoder"


def sound_of(mel: Tensor, model: Model, generator: torch.Generator, control: Control) -> NDArray[np.float32]:
    """Log-mel (T, bands) of any length -> (T * hop,) float32 at the model's rate and level.

    Raises:
        ModelError: the model's vocoder doesn't fit its mel.
        Cancelled: the user stopped.
    """
    if model.vocoder is not None:
        return heard_whole(model, mel, control)
    return by_griffinlim(mel, model.spec, GriffinLimSettings(), generator, control)


def by_griffinlim(
    mel: Tensor, spec: MelSpec, settings: GriffinLimSettings, generator: torch.Generator, control: Control
) -> NDArray[np.float32]:
    """Fast Griffin-Lim of all of a mel, with a phase that starts at random.

    Raises:
        Cancelled: the user stopped.
    """
    sound = scratch_array((len(mel) * spec.hop,))
    nothing = torch.zeros(1, 1, dtype=torch.bool, device=mel.device).expand(len(mel), spec.n_fft // 2 + 1)
    continue_into(sound, mel, nothing, spec, settings, generator, control)
    return sound
