"""One network from a model's folder: its class, its weights in float32, nothing missing."""

from __future__ import annotations

import logging
import warnings
from typing import Any

import torch

from engine.errors import ModelError
from engine.model.folder import ModelFolder

# Weights are read as float32; autocast chooses the format of each operation.
BY_DIFFUSERS: dict[str, Any] = {"torch_dtype": torch.float32, "low_cpu_mem_usage": False}
BY_TRANSFORMERS: dict[str, Any] = {"dtype": torch.float32}
FROM_DIFFUSERS = ("vae", "unet", "projection_model")


def load_network(folder: ModelFolder, component: str) -> Any:
    """A component on the CPU, in float32, its weights not to be trained.

    Raises:
        ModelError: it is damaged, or its weights don't fit its configuration.
    """
    source = folder.path / component
    _quiet()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", FutureWarning)
            network, found = _class_of(folder, component).from_pretrained(
                source,
                local_files_only=True,
                use_safetensors=True,
                output_loading_info=True,
                **(BY_DIFFUSERS if component in FROM_DIFFUSERS else BY_TRANSFORMERS),
            )
    except (OSError, ValueError, RuntimeError, KeyError, TypeError) as error:
        raise ModelError(f"{source} can't be loaded: {reason_of(error)}") from error
    # The libraries only log what is missing, and go on with random numbers in its place.
    if missing := sorted(found["missing_keys"]):
        raise ModelError(f"{source} lacks weights that its configuration names: {', '.join(missing[:3])}")
    return network.eval().requires_grad_(False)


def reason_of(error: Exception) -> str:
    """The first line of what a library says."""
    lines = str(error).strip().splitlines()
    return lines[0].rstrip(" :") if lines else type(error).__name__


def _quiet() -> None:
    """Keep the libraries' advice and bars off the terminal: errors are raised, progress is our own."""
    from transformers.utils.logging import disable_progress_bar

    disable_progress_bar()
    for library in ("diffusers", "transformers"):
        logging.getLogger(library).setLevel(logging.ERROR)


def _class_of(folder: ModelFolder, component: str) -> Any:
    """The class of a component, from its own module: diffusers and transformers take seconds to import whole."""
    if component == "vae":
        from diffusers.models.autoencoders.autoencoder_kl import AutoencoderKL

        return AutoencoderKL
    if component == "vocoder":
        from transformers.models.speecht5.modeling_speecht5 import SpeechT5HifiGan

        return SpeechT5HifiGan
    if component == "unet":
        from diffusers.pipelines.audioldm2.modeling_audioldm2 import AudioLDM2UNet2DConditionModel

        return AudioLDM2UNet2DConditionModel
    return _text_class_of(folder, component)


def _text_class_of(folder: ModelFolder, component: str) -> Any:
    """The class of a component that prompts need."""
    if component == "text_encoder":
        from transformers.models.clap.modeling_clap import ClapTextModelWithProjection

        return ClapTextModelWithProjection  # of a ClapModel, without its branch for sound
    if component == "projection_model":
        from diffusers.pipelines.audioldm2.modeling_audioldm2 import AudioLDM2ProjectionModel

        return AudioLDM2ProjectionModel
    if component == "language_model":
        from transformers.models.gpt2.modeling_gpt2 import GPT2Model

        return GPT2Model  # of a GPT2LMHeadModel, without its head
    if folder.components[component].class_name == "VitsModel":
        from transformers.models.vits.modeling_vits import VitsModel

        return VitsModel
    from transformers.models.t5.modeling_t5 import T5EncoderModel

    return T5EncoderModel
