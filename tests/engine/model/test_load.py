from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

from engine.errors import InputError, ModelError
from engine.model.device import choose_placement
from engine.model.load import load_model


def test_the_round_trip_is_diffusers_own(made_model: Callable[..., Path]) -> None:
    from diffusers import AutoencoderKL

    folder = made_model(mel={"shift": -5.8, "scale": 2.9})
    model = load_model(str(folder), "cpu")
    mel = torch.randn(1, 1, 64, 64) - 5
    reference = AutoencoderKL.from_pretrained(folder / "vae")
    with torch.inference_mode():
        latent = reference.encode((mel + 5.8) / 2.9).latent_dist.mode()
        decoded = reference.decode(latent).sample * 2.9 - 5.8
    ours = model.encode(mel)
    assert ours.shape == (1, 8, 16, 16)
    # bfloat16 has 8 bits: a few parts in a hundred on a random network, where the CPU has it.
    tolerance = 0.05 if model.placement.dtype == torch.bfloat16 else 1e-4
    torch.testing.assert_close(ours, latent, atol=tolerance * float(latent.std()) * 4, rtol=tolerance)
    error = (model.decode(latent) - decoded.clamp_min(math.log(1e-5))).abs().mean()
    assert error < tolerance * float(decoded.std())


def test_only_what_a_job_needs_is_loaded(made_model: Callable[..., Path]) -> None:
    folder = made_model(vocoder=True)
    assert load_model(str(folder), "cpu").vocoder is None
    assert load_model(str(folder), "cpu", ("vae", "vocoder")).vocoder is not None


def test_decoded_mel_never_lies_below_silence(made_model: Callable[..., Path]) -> None:
    model = load_model(str(made_model()), "cpu")
    assert float(model.decode(torch.randn(1, 8, 16, 16) * 50).min()) >= math.log(1e-5)


def test_weights_that_lack_a_tensor_are_refused(made_model: Callable[..., Path]) -> None:
    folder = made_model()
    path = folder / "vae" / "diffusion_pytorch_model.safetensors"
    tensors = load_file(path)
    tensors.pop("decoder.conv_out.weight")
    save_file(tensors, path)
    with pytest.raises(ModelError, match=r"decoder\.conv_out\.weight"):
        load_model(str(folder), "cpu")


def test_weights_of_another_shape_are_refused(made_model: Callable[..., Path]) -> None:
    folder = made_model()
    path = folder / "vae" / "diffusion_pytorch_model.safetensors"
    tensors = load_file(path)
    tensors["decoder.conv_out.weight"] = tensors["decoder.conv_out.weight"][:, :4].contiguous()
    save_file(tensors, path)
    with pytest.raises(ModelError, match="vae can't be loaded"):
        load_model(str(folder), "cpu")


def test_bands_that_dont_fit_the_vae_are_refused(made_model: Callable[..., Path]) -> None:
    with pytest.raises(ModelError, match="66 mel bands don't divide by the VAE's factor 4"):
        load_model(str(made_model(mel={"bands": 66})), "cpu")


def test_a_vocoder_for_other_bands_is_refused(made_model: Callable[..., Path]) -> None:
    with pytest.raises(ModelError, match="takes 64 bands; the mel has 80"):
        load_model(str(made_model(vocoder=True, mel={"bands": 80})), "cpu", ("vae", "vocoder"))


@pytest.mark.skipif(torch.cuda.is_available(), reason="this machine has the device that the test asks for in vain")
def test_a_device_that_isnt_there_is_refused_with_those_that_are() -> None:
    with pytest.raises(InputError, match="device is cuda, which this machine lacks; available: auto, "):
        choose_placement("cuda")


def test_an_unknown_device_is_refused() -> None:
    with pytest.raises(InputError, match=r"accepted: auto, cpu, cuda, mps"):
        choose_placement("tpu")
