"""Write a trained network into a model's folder in diffusers' layout, as float16 safetensors."""

from __future__ import annotations

import copy
import json
import shutil
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

import torch
from diffusers.models.autoencoders.autoencoder_kl import AutoencoderKL
from diffusers.pipelines.audioldm2.modeling_audioldm2 import AudioLDM2UNet2DConditionModel
from transformers.models.speecht5.modeling_speecht5 import SpeechT5HifiGan

from engine.mel import MelSpec
from engine.training.unet import CONDITIONING, SCHEDULER


def save_vae(vae: AutoencoderKL, spec: MelSpec, folder: Path, latent_scale: float = 1.0) -> None:
    """Write ``folder/vae`` and ``folder/mel.json``; what is there is replaced once the new one is whole.

    Args:
        latent_scale: ``scaling_factor``, one over the latent's standard deviation.
    """
    half = AutoencoderKL.from_config(vae.config)
    half.load_state_dict(vae.state_dict())
    half.register_to_config(scaling_factor=latent_scale)
    half.to(torch.float16)
    _replace(folder / "vae", lambda new: half.save_pretrained(new, safe_serialization=True))
    (folder / "mel.json").write_text(json.dumps(asdict(spec), indent=2) + "\n", encoding="utf-8")


def save_unet(unet: AudioLDM2UNet2DConditionModel, folder: Path) -> None:
    """Write ``folder/unet``, ``folder/scheduler`` and ``folder/conditioning.json``; what is there is replaced."""
    half = AudioLDM2UNet2DConditionModel.from_config(unet.config)
    half.load_state_dict(unet.state_dict())
    half.to(torch.float16)
    _replace(folder / "unet", lambda new: half.save_pretrained(new, safe_serialization=True))
    (folder / "scheduler").mkdir(exist_ok=True)
    (folder / "scheduler" / "scheduler_config.json").write_text(json.dumps(SCHEDULER, indent=2) + "\n", "utf-8")
    told = {"kinds": list(CONDITIONING.names), "width": CONDITIONING.width}
    (folder / "conditioning.json").write_text(json.dumps(told) + "\n", "utf-8")


def save_vocoder(vocoder: SpeechT5HifiGan, folder: Path) -> None:
    """Write ``folder/vocoder``; what is there is replaced once the new one is whole."""
    half = copy.deepcopy(vocoder).to(torch.float16)
    _replace(folder / "vocoder", half.save_pretrained)


def _replace(component: Path, write: Callable[[Path], None]) -> None:
    """Have a component's folder written beside it, then let it take its place."""
    new, old = (component.with_name(f"{component.name}.{state}") for state in ("new", "old"))
    for leftover in (new, old):
        shutil.rmtree(leftover, ignore_errors=True)
    component.parent.mkdir(parents=True, exist_ok=True)
    write(new)
    if component.exists():
        component.rename(old)
    new.rename(component)
    shutil.rmtree(old, ignore_errors=True)
