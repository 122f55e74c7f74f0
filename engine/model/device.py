"""Where a model computes and in which number format, chosen once when it is loaded."""

from __future__ import annotations

from dataclasses import dataclass

import torch

from engine.errors import InputError
from engine.model.processor import cpu_has_bfloat16
from engine.settings import DEVICES, check_choice


@dataclass(frozen=True)
class Placement:
    """A device and the type that its networks compute in."""

    device: torch.device
    dtype: torch.dtype


def choose_placement(name: str) -> Placement:
    """Choose by name; ``auto`` takes CUDA, then MPS, then the CPU.

    CUDA computes in bfloat16, or float16 before Ampere; MPS in float32; a CPU in bfloat16 where it has
    instructions for it (AMX or AVX-512 BF16), else in float32.

    Raises:
        InputError: the name is unknown, or the device is not there.
    """
    check_choice("device", name, DEVICES)
    there = {"cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available(), "cpu": True}
    chosen = next(device for device in there if there[device]) if name == "auto" else name
    if not there[chosen]:
        available = ", ".join(device for device in there if there[device])
        raise InputError(f"device is {name}, which this machine lacks; available: auto, {available}")
    if chosen == "cuda":
        dtype = torch.bfloat16 if torch.cuda.is_bf16_supported(including_emulation=False) else torch.float16
        return Placement(torch.device("cuda"), dtype)
    if chosen == "cpu" and cpu_has_bfloat16():
        return Placement(torch.device("cpu"), torch.bfloat16)
    return Placement(torch.device(chosen), torch.float32)
