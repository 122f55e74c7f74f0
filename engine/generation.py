"""Sound of a kind out of nothing: noise -> mel -> sound at the model's rate, levelled, faded at both ends."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from engine.jobs import licence_notes
from engine.mel import MelSpec, level_from
from engine.methods import METHODS
from engine.model.load import Model
from engine.model.seen import MULTIPLE
from engine.progress import Control
from engine.render.alone import renderer_for, sound_of
from engine.settings import GenerationSettings
from engine.targets import Target

LEAST_FRAMES = 256  # what the model learned from is that long; what is shorter is cut from so much
FADE_S = 0.01
LARGEST_LIFT = 8.0  # 18 dB: a sound that is further below is meant to be soft


@dataclass(frozen=True)
class Generated:
    """A sound, and what it follows from.

    Attributes:
        samples: (1, frames) float32, its loudest sample at most 0.5.
        settings: every choice.
        rate: the model's.
        renderer: that made it heard.
        device: where it was computed.
        seconds: wall time without loading the model.
        notes: what the user must be told.
    """

    samples: NDArray[np.float32]
    settings: GenerationSettings
    rate: int
    renderer: str
    device: str
    seconds: float
    notes: tuple[str, ...]


def generate(settings: GenerationSettings, model: Model, control: Control | None = None) -> Generated:
    """Generate a sound.

    Args:
        settings: every choice.
        model: with its UNet, and with its vocoder where it has one.
        control: told of progress and asked whether to stop.

    Raises:
        InputError: the model doesn't know the kind.
        ModelError: the model can't denoise.
        Cancelled: the user stopped.
    """
    began = time.monotonic()
    control = control or Control()
    generator = torch.Generator().manual_seed(settings.seed)
    spec = model.spec
    samples = samples_of(settings, spec)
    frames = math.ceil(samples / spec.hop)
    target = nothing_known(frames, model)
    mel = METHODS["generate"](target, model, settings.method_settings, generator, control)[:frames]
    sound = levelled(sound_of(mel, model, generator, control)[:samples])
    fade_ends(sound, round(FADE_S * spec.rate))
    notes = (*licence_notes(model), *control.notes)
    return Generated(
        sound[None],
        settings,
        spec.rate,
        renderer_for(model),
        str(model.placement.device),
        time.monotonic() - began,
        notes,
    )


def samples_of(settings: GenerationSettings, spec: MelSpec) -> int:
    """Length of the sound in samples at the model's rate."""
    return max(1, round(settings.seconds * spec.rate))


def nothing_known(frames: int, model: Model) -> Target:
    """A target of at least ``frames`` that needs no lengthening, nothing of it trusted or kept."""
    rows = max(LEAST_FRAMES, -(-frames // MULTIPLE) * MULTIPLE)
    silence = torch.full((rows, model.spec.bands), model.spec.silence, device=model.placement.device)
    nothing = torch.zeros_like(silence)
    return Target(silence, nothing, nothing, keeps_level=False)


def levelled(sound: NDArray[np.float32]) -> NDArray[np.float32]:
    """Bring (samples,), in place, to the level of the recordings that the model knows: no mean, loudest sample 0.5.

    That is 6 dB below full scale, so that no converter clips between samples either.
    """
    sound -= np.float32(sound.mean(dtype=np.float64))
    gain = level_from(torch.zeros(1, 1), float(np.abs(sound).max())).gain
    sound *= np.float32(min(gain, LARGEST_LIFT))
    return sound


def fade_ends(sound: NDArray[np.float32], length: int) -> None:
    """Fade (samples,) in and out, in place, so that it doesn't begin or end with a click."""
    length = min(length, len(sound) // 2)
    rise = np.sin(0.5 * np.pi * (np.arange(length, dtype=np.float32) + 0.5) / max(1, length)) ** 2
    sound[:length] *= rise
    sound[len(sound) - length :] *= rise[::-1]
