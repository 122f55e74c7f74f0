"""Sample types: what each libsndfile subtype holds, and the ways from one to another.

Samples of integer subtypes travel in the upper bits of int16 (up to 16 bits) or int32, as libsndfile hands
them over, so that a change of width is a shift and nothing is lost. Dither is triangular, 2 LSB peak to peak,
independent per channel (Lipshitz, Wannamaker and Vanderkooy, "Quantization and Dither", JAES 1992): the error
has constant power and no correlation with the sound. Blocks are (frames, channels), as in files.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import soundfile
from numpy.typing import NDArray

DITHER = 0xD17  # sets dither apart from whatever else a seed makes
Block = NDArray[Any]  # (frames, channels) of a native dtype


@dataclass(frozen=True)
class SampleType:
    """What a subtype's samples are once decoded.

    Attributes:
        dtype: numpy's name of the native type: ``int16``, ``int32``, ``float32`` or ``float64``.
        bits: bits of precision (a float32 holds integers of 24 bits plus sign exactly).
        kind: ``int``; ``float``; ``companded`` (u-law, A-law: steps that grow with level); ``lossy``.
        width: bytes of a sample in an uncompressed file, 0 in others.
    """

    dtype: Literal["int16", "int32", "float32", "float64"]
    bits: int
    kind: Literal["int", "float", "companded", "lossy"]
    width: int = 0


SAMPLE_TYPES = {
    "PCM_S8": SampleType("int16", 8, "int", 1),
    "PCM_U8": SampleType("int16", 8, "int", 1),
    "PCM_16": SampleType("int16", 16, "int", 2),
    "PCM_24": SampleType("int32", 24, "int", 3),
    "PCM_32": SampleType("int32", 32, "int", 4),
    "FLOAT": SampleType("float32", 25, "float", 4),
    "DOUBLE": SampleType("float64", 54, "float", 8),
    "ULAW": SampleType("int16", 16, "companded", 1),
    "ALAW": SampleType("int16", 16, "companded", 1),
    "ALAC_16": SampleType("int16", 16, "int"),
    "ALAC_20": SampleType("int32", 20, "int"),
    "ALAC_24": SampleType("int32", 24, "int"),
    "ALAC_32": SampleType("int32", 32, "int"),
    "DWVW_12": SampleType("int16", 12, "int"),
    "DWVW_16": SampleType("int16", 16, "int"),
    "DWVW_24": SampleType("int32", 24, "int"),
    "DPCM_8": SampleType("int16", 8, "int"),
    "DPCM_16": SampleType("int16", 16, "int"),
    "VORBIS": SampleType("float32", 25, "lossy"),
    "OPUS": SampleType("float32", 25, "lossy"),
    "MPEG_LAYER_I": SampleType("float32", 25, "lossy"),
    "MPEG_LAYER_II": SampleType("float32", 25, "lossy"),
    "MPEG_LAYER_III": SampleType("float32", 25, "lossy"),
}
ADPCM = SampleType("int16", 16, "lossy")  # IMA, MS, G.721, G.723, GSM 6.10, VOX, NMS: all decode to 16 bits


def sample_type(subtype: str) -> SampleType:
    """The sample type of a libsndfile subtype."""
    return SAMPLE_TYPES.get(subtype, ADPCM)


def is_whole(native: Block) -> bool:
    """Whether the samples are integers."""
    return native.dtype.kind == "i"


def full_scale(dtype: np.dtype[Any]) -> float:
    """The magnitude of the lowest integer of a native type; 1 for floats."""
    return float(2 ** (8 * dtype.itemsize - 1)) if dtype.kind == "i" else 1.0


def to_float32(native: Block) -> NDArray[np.float32]:
    """Native samples as float32 with full scale at 1, rounded once."""
    with np.errstate(over="ignore"):  # a float64 past float32's range becomes Inf, which the caller looks for
        floats = native.astype(np.float32)
    if is_whole(native):
        floats *= np.float32(1.0 / full_scale(native.dtype))
    return floats


def to_float64(native: Block) -> NDArray[np.float64]:
    """Native samples as float64 with full scale at 1, exact."""
    return native.astype(np.float64) / full_scale(native.dtype)


def loses_bits(source: SampleType, target: SampleType) -> bool:
    """Whether samples of ``source`` must be rounded to fit ``target``."""
    if target.kind == "int" and source.dtype.startswith("float"):
        return True
    return source.bits > target.bits or (target.kind == "companded" and source.kind != "companded")


def widen(native: Block, target: SampleType) -> Block:
    """Native samples in ``target``'s native type; exact where no bits are lost, else rounded by the cast."""
    if str(native.dtype) == target.dtype:
        return native
    if is_whole(native) and target.dtype == "int32":
        return native.astype(np.int32) << 16
    return to_float64(native).astype(target.dtype)


def dither_rng(seed: int | None, stream: int = 0) -> np.random.Generator | None:
    """The source of a dither: never that of other noise with the same seed, with which it would correlate.

    None where there is no seed: then there is no dither.
    """
    return None if seed is None else np.random.default_rng([DITHER, seed, stream])


def tpdf(shape: tuple[int, ...], rng: np.random.Generator) -> NDArray[np.float64]:
    """Triangular noise in -1..1 LSB, of variance 1/6 LSB squared."""
    return rng.random(shape) - rng.random(shape)


def quantise(sound: Block, target: SampleType, rng: np.random.Generator | None) -> tuple[Block, int]:
    """Round samples to a sample type, with dither where that is an integer.

    Args:
        sound: (frames, channels) floats with full scale at 1, finite.
        target: what to round to. Floats keep values above 1; companded samples are rounded to 16 bits,
            undithered because their steps are not of one size.
        rng: draws the dither; None for none.

    Returns:
        the samples in ``target``'s native type, and how many lay above full scale and were clipped.
    """
    assert np.isfinite(sound).all(), "NaN or Inf in samples to be written"
    if target.dtype.startswith("float"):
        return sound.astype(target.dtype), 0
    steps = float(2 ** (target.bits - 1))
    scaled = sound.astype(np.float64) * steps
    clipped = int(np.count_nonzero(np.abs(scaled) > steps))
    if rng is not None and target.kind == "int":
        scaled += tpdf(scaled.shape, rng)
    whole = np.clip(np.rint(scaled), -steps, steps - 1).astype(target.dtype)
    return whole << (8 * whole.dtype.itemsize - target.bits), clipped


def lay(native: Block, patch: Block, target: SampleType, rng: np.random.Generator | None) -> tuple[Block, int]:
    """Native samples with a patch laid over them; those that the patch leaves as they were keep every bit.

    Args:
        native: (frames, channels) in ``target``'s native type, what the recording holds there.
        patch: (frames, channels) float32, what shall be there.

    Returns:
        the samples to write, and how many were clipped.
    """
    changed = to_float32(native) != patch
    written, _ = quantise(patch, target, rng)
    clipped = 0
    if not target.dtype.startswith("float"):
        clipped = int(np.count_nonzero(changed & (np.abs(patch) > 1)))
    return np.where(changed, written, native), clipped


def encode(native: Block, subtype: str, byte_order: str) -> bytes:
    """The bytes of native samples in an uncompressed file; ``byte_order`` is ``<`` or ``>``."""
    buffer = io.BytesIO()
    endian = "BIG" if byte_order == ">" else "LITTLE"
    with soundfile.SoundFile(buffer, "w", 8000, native.shape[1], subtype, endian, "RAW") as file:
        file.write(np.ascontiguousarray(native))
    return buffer.getvalue()


def decode(raw: bytes, channels: int, subtype: str, byte_order: str) -> Block:
    """The native samples of the bytes of an uncompressed file: the inverse of `encode`."""
    endian = "BIG" if byte_order == ">" else "LITTLE"
    with soundfile.SoundFile(io.BytesIO(raw), "r", 8000, channels, subtype, endian, "RAW") as file:
        native: Block = file.read(dtype=sample_type(subtype).dtype, always_2d=True)
    return native


def zero_nonfinite(native: Block) -> bool:
    """Set NaN and Inf to 0 in place; returns whether there were any."""
    finite = np.isfinite(native)
    native[~finite] = 0
    return not finite.all()
