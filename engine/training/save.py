"""Write a trained network into a model's folder in diffusers' layout, as float16 safetensors."""

from __future__ import annotations

import copy
import json
import shutil
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

import torch
from diffusers import AutoencoderKL
from transformers import SpeechT5HifiGan

from engine.mel import MelSpec


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
