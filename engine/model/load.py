"""Load the parts of a model that a job needs, on the device and in the number format chosen once."""

from __future__ import annotations

import dataclasses
import gc
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn

from engine.errors import ModelError
from engine.mel import MelSpec
from engine.model.attention import remember_prompts
from engine.model.device import Placement, choose_placement
from engine.model.folder import ModelFolder, check_model, read_json, require_component, weights_hash
from engine.model.network import load_network
from engine.model.seen import window_frames
from engine.model.stem import compute_stem_once

if TYPE_CHECKING:
    from engine.model.conditions import Conditions

SMALL_UNET, TOGETHER = 50_000_000, 4


@dataclass(frozen=True)
class Model:
    """A loaded model.

    Attributes:
        folder: where it came from.
        hash: SHA-256 of the weights and configurations that were loaded.
        spec: of the mel that it was trained on.
        placement: device and number format.
        window_frames: mel frames that the networks see at a time; longer mels go through in overlapping windows.
        windows_together: how many of these the UNet is asked about at once, where a mel has several.
        vae, unet, vocoder: the loaded components; None where the job needs none.
        scheduler: the configuration of its noise schedule; empty where it has none.
        sliced: whether the UNet is asked about one item after the other, which takes less memory.
    """

    folder: ModelFolder
    hash: str
    spec: MelSpec
    placement: Placement
    window_frames: int
    windows_together: int
    vae: Any
    unet: Any
    vocoder: Any
    scheduler: dict[str, Any]
    sliced: bool = False

    def encode(self, mel: Tensor) -> Tensor:
        """Log-mel (B, 1, T, bands) -> the mean of its latent (B, C, T', bands'), unscaled, float32.

        T must be a multiple of the VAE's downsampling, 4 in AudioLDM2's layout.
        """
        with torch.inference_mode(), self._computing():
            posterior = self.vae.encode(self._laid_out(self.spec.to_model(mel))).latent_dist
        return posterior.mode().float()  # type: ignore[no-any-return]

    def decode(self, latent: Tensor) -> Tensor:
        """Latent (B, C, T', bands') as `encode` gives it -> log-mel (B, 1, T, bands), float32."""
        with torch.inference_mode(), self._computing():
            mel = self.vae.decode(self._laid_out(latent)).sample
        return self.spec.from_model(mel.float())

    def decode_with_gradient(self, latent: Tensor) -> Tensor:
        """`decode` that gradients go through: what it gives carries one where ``latent`` asks for it.

        The floor lets gradients pass, so that a cell that was decoded below it can rise again.
        """
        with torch.enable_grad(), self._computing():
            mel = self.vae.decode(self._laid_out(latent)).sample
        raw = mel.float() * self.spec.scale + self.spec.shift
        floored: Tensor = raw + (raw.clamp_min(self.spec.silence) - raw).detach()
        return floored

    def predict(self, seen: Tensor, t: int, conditions: Conditions) -> Tensor:
        """The UNet's answer to (B, C, T', bands') at training step ``t``, told conditions of B; float32.

        With guidance it is (2 B, C, T', bands'): told what is wanted, then what is steered away from.
        """
        if conditions.guidance != 1:
            seen = torch.cat([seen, seen])
        if self.sliced and len(seen) > 1:
            pieces = zip(torch.split(seen, 1), conditions.each(), strict=True)
            return torch.cat([self.predict(one, t, told) for one, told in pieces])
        times = torch.full((len(seen),), t, device=self.placement.device)
        self.unet.stem.halves = conditions.guidance != 1
        with torch.inference_mode(), self._computing():
            output = self.unet(
                self._laid_out(seen),
                times,
                encoder_hidden_states=conditions.states,
                encoder_hidden_states_1=conditions.states_1,
                encoder_attention_mask_1=conditions.mask_1,
            )
        return output.sample.float()  # type: ignore[no-any-return]

    def _laid_out(self, tensor: Tensor) -> Tensor:
        return tensor.to(self.placement.device, torch.float32, memory_format=torch.channels_last)

    def _computing(self) -> torch.autocast:
        lower = self.placement.dtype != torch.float32
        return torch.autocast(self.placement.device.type, dtype=self.placement.dtype if lower else None, enabled=lower)


def load_model(
    name: str, device: str = "auto", components: Sequence[str] = ("vae",), dtype: torch.dtype | None = None
) -> Model:
    """Load ``components`` of the model called ``name``.

    Args:
        name: ``bundled`` or a folder in diffusers' layout.
        device: as `choose_placement` takes it.
        components: among ``vae``, ``unet``, ``vocoder``; nothing else is read.
        dtype: to compute in; None takes what suits the device.

    Raises:
        ModelError: the folder or a component is missing or damaged, or weights don't fit the configuration.
        InputError: the device is not there.
    """
    folder = check_model(name)
    for component in components:
        require_component(folder, component, "this job")
    placement = choose_placement(device)
    if dtype is not None:
        placement = dataclasses.replace(placement, dtype=dtype)
    loaded = {component: _load(folder, component, placement) for component in components}
    gc.collect()  # the libraries leave the weights as they were read in cycles
    spec = MelSpec.from_folder(folder.path)
    _check_fit(folder, spec, loaded)
    scheduler_file = folder.path / "scheduler" / "scheduler_config.json"
    return Model(
        folder=folder,
        hash=weights_hash(folder, components),
        spec=spec,
        placement=placement,
        window_frames=window_frames(folder),
        windows_together=windows_together(folder, placement),
        vae=loaded.get("vae"),
        unet=loaded.get("unet"),
        vocoder=loaded.get("vocoder"),
        scheduler=read_json(scheduler_file) if scheduler_file.exists() else {},
    )


def windows_together(folder: ModelFolder, placement: Placement) -> int:
    """How many windows a UNet is asked about at once.

    A small one leaves processors idle between its many small operations: on two cores the bundled one takes 50 ms for a
    window, 26 ms a window for four. A large one fills a CPU with one.
    """
    small = "unet" in folder.components and folder.components["unet"].parameters < SMALL_UNET
    return TOGETHER if small or placement.device.type != "cpu" else 1


def _load(folder: ModelFolder, component: str, placement: Placement) -> nn.Module:
    network: Any = load_network(folder, component)
    if component == "vocoder":
        return network.to(placement.device)  # type: ignore[no-any-return]
    _cast(network, placement.dtype)
    network.to(placement.device, memory_format=torch.channels_last)
    if component == "unet":
        remember_prompts(network)
        network.stem = compute_stem_once(network)
    return network  # type: ignore[no-any-return]


def _cast(network: nn.Module, dtype: torch.dtype) -> None:
    """Cast to what autocast would make of the weights anew at every step; what it leaves alone is copied.

    Parameters as they are loaded are parts of the mapped file, and a small one would hold all of it in memory.
    """
    for module in network.modules():
        for parameter in module.parameters(recurse=False):
            cast = isinstance(module, nn.Conv2d | nn.Linear) and parameter.dtype != dtype
            parameter.data = parameter.data.to(dtype) if cast else parameter.data.clone()


def _check_fit(folder: ModelFolder, spec: MelSpec, loaded: dict[str, nn.Module]) -> None:
    """Refuse parts that don't fit the mel or each other."""
    vae: Any = loaded.get("vae")
    if vae is not None:
        if vae.config.in_channels != 1 or vae.config.out_channels != 1:
            raise ModelError(
                f"{folder.path / 'vae'} takes {vae.config.in_channels} channels; a mel VAE with 1 is accepted"
            )
        factor = 2 ** (len(vae.config.block_out_channels) - 1)
        if spec.bands % factor:
            raise ModelError(f"{folder.path}: {spec.bands} mel bands don't divide by the VAE's factor {factor}")
    unet: Any = loaded.get("unet")
    if unet is not None and vae is not None and unet.config.out_channels != vae.config.latent_channels:
        raise ModelError(
            f"{folder.path / 'unet'} gives {unet.config.out_channels} channels; "
            f"the latent has {vae.config.latent_channels}"
        )
    vocoder: Any = loaded.get("vocoder")
    if vocoder is not None and vocoder.config.model_in_dim != spec.bands:
        raise ModelError(
            f"{folder.path / 'vocoder'} takes {vocoder.config.model_in_dim} bands; the mel has {spec.bands}"
        )
