"""The renderer `vocoder`: the model's own HiFi-GAN (Kong et al. 2020) in transformers' SpeechT5HifiGan.

It takes log-mel (B, T, bands) and returns ``hop * T`` samples and a few more, which are trimmed at the end, as
diffusers' pipeline does. Against the recording, waveform measures mean nothing here: the phase is invented.
"""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray

from engine.errors import ModelError
from engine.methods.windows import window_starts
from engine.model.load import Model
from engine.progress import Control
from engine.render.invented import lay_in, with_level_kept
from engine.render.scene import Scene
from engine.render.treble import with_treble
from engine.settings import VocoderSettings

WINDOW_FRAMES = 1024
OVERLAP_FRAMES = 64


def render(
    scene: Scene, settings: VocoderSettings, generator: torch.Generator, control: Control
) -> NDArray[np.float32]:
    """Render (channels, scene.frames) float32 at the recording's rate.

    Raises:
        ModelError: the model has no vocoder, or one with another hop than the mel.
        RecordingError: the recording can't be read.
        Cancelled: the user stopped.
    """
    mono = heard_whole(scene.model, scene.mel, control)
    laid = lay_in(scene, with_level_kept(scene, mono), 1 - scene.target.keep, generator, control)
    return with_treble(scene, laid, generator, control)


def heard_whole(model: Model, mel: torch.Tensor, control: Control) -> NDArray[np.float32]:
    """Log-mel (T, bands) of any length -> (T * hop,) samples, in overlapping windows.

    Raises:
        ModelError: the model has no vocoder, or one with another hop than the mel.
        Cancelled: the user stopped.
    """
    if model.vocoder is None:
        raise ModelError(f"renderer vocoder needs a vocoder; model {model.folder.name} has none")
    hop = model.spec.hop
    mono = np.zeros(len(mel) * hop, np.float32)
    starts = window_starts(len(mel), WINDOW_FRAMES, OVERLAP_FRAMES)
    for index, start in enumerate(starts):
        control.step("rendering", index, len(starts))
        sound = heard(model.vocoder, mel[start : start + WINDOW_FRAMES], hop)
        if index:
            shared = (starts[index - 1] + WINDOW_FRAMES - start) * hop
            mix = np.linspace(0, 1, shared, dtype=np.float32)
            sound[:shared] = mix * sound[:shared] + (1 - mix) * mono[start * hop : start * hop + shared]
        mono[start * hop : start * hop + len(sound)] = sound
    return mono


def heard(network: torch.nn.Module, mel: torch.Tensor, hop: int) -> NDArray[np.float32]:
    """Log-mel (T, bands) -> (T * hop,) samples, trimmed.

    Raises:
        ModelError: the network gives fewer samples than that.
    """
    with torch.inference_mode():
        sound = network(mel[None])[0]
    wanted = len(mel) * hop
    if not wanted <= len(sound) < wanted + hop:
        raise ModelError(f"the vocoder gives {len(sound) / len(mel):.1f} samples a mel frame; the mel's hop is {hop}")
    return np.array(sound[:wanted].float().cpu().numpy())
