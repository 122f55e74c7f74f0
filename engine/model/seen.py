"""How much of a mel a model's networks see at a time. Free of torch."""

from __future__ import annotations

from engine.model.folder import ModelFolder, read_json

WINDOW_FRAMES = 512  # where a model names none
LEAST_WINDOW_FRAMES = 256
MULTIPLE = 32  # of mel frames, which divides by what VAE and UNet downsample by


def window_frames(folder: ModelFolder) -> int:
    """How many mel frames a model's networks see at a time: what its UNet was trained on, where it says so."""
    if "unet" not in folder.components:
        return WINDOW_FRAMES
    rows = read_json(folder.path / "unet" / "config.json").get("sample_size")
    blocks = read_json(folder.path / "vae" / "config.json").get("block_out_channels", [])
    if not isinstance(rows, int) or not blocks:
        return WINDOW_FRAMES
    frames: int = rows * 2 ** (len(blocks) - 1)
    return max(LEAST_WINDOW_FRAMES, frames // MULTIPLE * MULTIPLE)
