"""Whole recordings to the bytes of a `.ddcm` file, and back to a mel and to sound."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import soxr
import torch
from numpy.typing import NDArray
from torch import Tensor

from engine.analysis import Analysis, analyse
from engine.audio import Clip
from engine.ddcm.coding import decode_latent, encode_latent
from engine.ddcm.container import HASH_BYTES, HEADER_BYTES, Header, packed
from engine.ddcm.plan import Plan, plan_for, tiles_of
from engine.errors import InputError, ModelError
from engine.mel import MelSpec
from engine.methods.canvas import canvas_for
from engine.metrics import DB_PER_NEPER
from engine.model.conditioning import ANY, read_kinds
from engine.model.folder import ModelFolder, weights_hash
from engine.model.load import Model
from engine.progress import Control
from engine.render.alone import sound_of
from engine.scratch import scratch_array
from engine.settings import DdcmSettings, Description
from engine.targets import Target

CODED = ("vae", "unet")  # what a file's meaning hangs on
BLOCK_SAMPLES = 1 << 18


@dataclass(frozen=True)
class Encoded:
    """A recording as a file.

    Attributes:
        data: all bytes of the file.
        plan: that its codes follow.
        mel: (T, bands) that decoding gives.
        mel_db, ceiling_db: mean |error| of that mel, and of the VAE's plain round trip.
    """

    data: bytes
    plan: Plan
    mel: Tensor
    mel_db: float
    ceiling_db: float


def encode_clip(clip: Clip, settings: DdcmSettings, seed: int, model: Model, control: Control) -> Encoded:
    """Encode a whole recording.

    Args:
        model: with its UNet.

    Raises:
        InputError: the rate can't be had, the variant is `soft`, or a prompt is given, which have no file.
        RecordingError: the recording isn't finite or can't be read.
        ModelError: the model can't denoise.
        Cancelled: the user stopped.
    """
    if settings.variant == "soft":
        raise InputError("variant is 'soft', which has no file; accepted: turbo, published")
    if settings.prompt:
        raise InputError(f"prompt is {settings.prompt[:40]!r}; a .ddcm file holds no prompt, accepted is none")
    analysis = analyse(clip, 0, clip.frames, model.spec, model.placement.device, control)
    everything = torch.ones_like(analysis.mel)
    canvas = canvas_for(Target(analysis.mel, everything, everything, keeps_level=True), model, control)
    plan = plan_for(settings, len(analysis.mel), clip.duration_s, header_bytes=HEADER_BYTES)
    weight = torch.ones((), device=canvas.latent.device)
    latent, codes = encode_latent(canvas.latent, weight, model, plan, seed, settings.description, control, "encoding")
    data = packed(header_of(analysis, plan, seed, kind_number(settings.kind, model.folder), model), codes)
    mel, ceiling = canvas.decoded(latent, control), canvas.decoded(canvas.latent, control)
    return Encoded(data, plan, mel, mel_error_db(mel, analysis.mel), mel_error_db(ceiling, analysis.mel))


def header_of(analysis: Analysis, plan: Plan, seed: int, kind: int, model: Model) -> Header:
    """The header of a recording's file."""
    return Header(
        variant=plan.variant,
        kind=kind,
        number_format=number_format(model),
        model_hash=hash_of(model.folder),
        seed=seed,
        frames=analysis.clip.frames,
        rate=analysis.clip.rate,
        channels=analysis.clip.channels,
        codewords=plan.codewords,
        steps=plan.steps,
        coefficient_bits=plan.coefficient_bits,
        atoms=plan.atoms,
        gain=analysis.level.gain,
        mean=float(analysis.level.mean.mean()),
    )


def number_format(model: Model) -> str:
    """What a model computes in, such as ``bfloat16``."""
    return str(model.placement.dtype).removeprefix("torch.")


def hash_of(folder: ModelFolder) -> bytes:
    """What a file knows its model by."""
    return bytes.fromhex(weights_hash(folder, CODED))[:HASH_BYTES]


def check_model_of(header: Header, folder: ModelFolder, name: str) -> None:
    """Refuse another model than that of the file called ``name``.

    Raises:
        ModelError: with both hashes.
    """
    found = hash_of(folder)
    if found != header.model_hash:
        raise ModelError(
            f"{name}: was encoded with the model {header.model_hash.hex()}; {folder.name} is {found.hex()}; "
            "--model chooses another"
        )


def mel_frames(header: Header, spec: MelSpec) -> int:
    """How many mel frames a file has."""
    return -(-samples_of(header, spec) // spec.hop)


def samples_of(header: Header, spec: MelSpec) -> int:
    """Length of a file's recording in samples at the model's rate."""
    return max(1, -(-header.frames * spec.rate // header.rate))


def decode_mel(header: Header, codes: bytes, model: Model, control: Control) -> Tensor:
    """The log-mel (T, bands) that a file holds, at the model's level.

    Raises:
        InputError: the codes are none.
        ModelError: the model can't denoise.
        Cancelled: the user stopped.
    """
    frames = mel_frames(header, model.spec)
    plan = header.plan(tiles_of(frames))
    if len(codes) != -(-plan.bits // 8):
        raise InputError(f"the codes are damaged: {len(codes)} bytes; the header's plan takes {-(-plan.bits // 8)}")
    if header.number_format != number_format(model):
        control.note(
            f"encoded in {header.number_format}, decoded in {number_format(model)}: the mel is the encoder's to within "
            "about 0.1 dB, not bit by bit"
        )
    description = Description(kind=kind_named(header.kind, model.folder))
    canvas, latent = decode_latent(codes, model, frames, plan, header.seed, description, control, "decoding")
    return canvas.decoded(latent, control)


def kind_number(kind: str, folder: ModelFolder) -> int:
    """The number by which a file knows a kind: 0 for the first one, and for models that know none.

    Raises:
        InputError: the model doesn't know it.
    """
    kinds = read_kinds(folder.path)
    return kinds.index(kind) if kinds else 0


def kind_named(number: int, folder: ModelFolder) -> str:
    """The kind of a number; undoes `kind_number`.

    Raises:
        InputError: there is none of that number.
    """
    kinds = read_kinds(folder.path)
    names = kinds.names if kinds else (ANY,)
    if number >= len(names):
        raise InputError(f"the file is of kind {number}; the model knows {len(names)} kinds")
    return names[number]


def decode_sound(
    header: Header, mel: Tensor, model: Model, generator: torch.Generator, control: Control
) -> NDArray[np.float32]:
    """Make a file's mel heard.

    Returns:
        (channels, frames) float32 at the recording's rate and level; all channels are the same memory.

    Raises:
        Cancelled: the user stopped.
    """
    if header.channels > 1:
        control.note(f"a .ddcm file holds one channel; all {header.channels} channels of the recording are given that")
    sound = sound_of(mel, model, generator, control)[: samples_of(header, model.spec)]
    out = scratch_array((1, header.frames))
    stream = soxr.ResampleStream(model.spec.rate, header.rate, 1, dtype="float32", quality="VHQ")
    filled = 0
    for first in range(0, len(sound), BLOCK_SAMPLES):
        control.check("rendering")
        block = sound[first : first + BLOCK_SAMPLES, None]
        given = stream.resample_chunk(block, last=first + BLOCK_SAMPLES >= len(sound))[:, 0]
        count = min(len(given), header.frames - filled)
        out[0, filled : filled + count] = given[:count] / np.float32(header.gain)
        filled += count
    out += np.float32(header.mean)
    return np.broadcast_to(out, (header.channels, header.frames))


def mel_error_db(mel: Tensor, truth: Tensor) -> float:
    """Mean |difference| of two log-mels, in dB."""
    return DB_PER_NEPER * float((mel - truth).abs().mean())
