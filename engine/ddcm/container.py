"""The `.ddcm` file: a header of 64 bytes, then the codes.

| at | bytes | what, little-endian |
|---|---|---|
| 0 | 4 | ``DDCM`` |
| 4 | 1 | version of this format, 1 |
| 5 | 1 | variant: 0 turbo, 1 published |
| 6 | 1 | kind of sound that the model is told, its place in ``conditioning.json`` |
| 7 | 1 | number format that the encoder's model computed in: 0 float32, 1 bfloat16, 2 float16 |
| 8 | 8 | first bytes of the SHA-256 of the model's VAE and UNet (`engine.model.folder.weights_hash`) |
| 16 | 8 | seed |
| 24 | 8 | length of the recording in frames |
| 32 | 4 | its rate in Hz |
| 36 | 2 | its channels |
| 38 | 2 | K, codewords in a codebook |
| 40 | 2 | T, steps |
| 42 | 1 | C, bits of a coefficient (published) |
| 43 | 1 | 0 |
| 44 | 4 | atoms in all (`engine.ddcm.plan`) |
| 48 | 4 | gain that the recording was analysed with, float32 |
| 52 | 4 | its mean, float32 |
| 56 | 4 | bytes of the codes |
| 60 | 4 | CRC-32 (that of zlib) of all other bytes of the file |

The mel has ``ceil(ceil(length * model's rate / rate) / hop)`` frames. It is the root mean square over the channels, so
a file holds one channel, whatever the recording had. `engine.ddcm.coding` says what the codes mean.
"""

from __future__ import annotations

import math
import struct
import zlib
from dataclasses import dataclass

from engine.ddcm.plan import MOST_TIMES, Plan
from engine.errors import RecordingError
from engine.settings import MOST_CODEWORDS

MAGIC, VERSION = b"DDCM", 1
VARIANTS = ("turbo", "published")
FORMATS = ("float32", "bfloat16", "float16")
LAYOUT = struct.Struct("<4s4B8sQQIHHHBxIffI")
HEADER_BYTES = LAYOUT.size + 4
HASH_BYTES = 8


@dataclass(frozen=True)
class Header:
    """What a file says of itself; the table above tells the units.

    Attributes:
        model_hash: (8,) bytes.
    """

    variant: str
    kind: int
    number_format: str
    model_hash: bytes
    seed: int
    frames: int
    rate: int
    channels: int
    codewords: int
    steps: int
    coefficient_bits: int
    atoms: int
    gain: float
    mean: float

    def plan(self, tiles: int) -> Plan:
        """The plan that the codes follow."""
        return Plan(self.variant, self.steps, self.codewords, self.coefficient_bits, tiles, self.atoms)


def packed(header: Header, codes: bytes) -> bytes:
    """The bytes of a file."""
    head = LAYOUT.pack(
        MAGIC,
        VERSION,
        VARIANTS.index(header.variant),
        header.kind,
        FORMATS.index(header.number_format),
        header.model_hash,
        header.seed,
        header.frames,
        header.rate,
        header.channels,
        header.codewords,
        header.steps,
        header.coefficient_bits,
        header.atoms,
        header.gain,
        header.mean,
        len(codes),
    )
    return head + struct.pack("<I", zlib.crc32(codes, zlib.crc32(head))) + codes


def unpacked(data: bytes, name: str) -> tuple[Header, bytes]:
    """Header and codes of the file called ``name``.

    Raises:
        RecordingError: it is no such file, of another version, cut short, too long, or damaged.
    """
    if data[:4] != MAGIC[: len(data)] or not data:
        raise RecordingError(f"{name}: is no .ddcm file; one begins with {MAGIC.decode()}")
    if len(data) > 4 and data[4] > VERSION:
        raise RecordingError(
            f"{name}: is of version {data[4]} of the format; this Retake reads up to version {VERSION}"
        )
    if len(data) > 4 and data[4] < VERSION:
        raise RecordingError(f"{name}: is of version {data[4]} of the format, which there never was; {VERSION} is read")
    if len(data) < HEADER_BYTES:
        raise RecordingError(f"{name}: truncated: {len(data)} bytes of a header of {HEADER_BYTES}")
    _, _, variant, kind, number_format, *rest, length = LAYOUT.unpack_from(data)
    codes = data[HEADER_BYTES:]
    if len(codes) < length:
        raise RecordingError(f"{name}: truncated: {len(codes)} bytes of codes; the header says {length}")
    (crc,) = struct.unpack_from("<I", data, LAYOUT.size)
    if len(codes) > length or crc != zlib.crc32(codes, zlib.crc32(data[: LAYOUT.size])):
        raise RecordingError(f"{name}: damaged: its checksum doesn't fit its bytes")
    if variant >= len(VARIANTS) or number_format >= len(FORMATS):
        raise RecordingError(f"{name}: holds variant {variant} and number format {number_format}, which are unknown")
    header = Header(VARIANTS[variant], kind, FORMATS[number_format], *rest)
    if not plausible(header):
        raise RecordingError(f"{name}: its header holds values that no encoder writes")
    return header, codes


def plausible(header: Header) -> bool:
    """Whether a decoder can follow the header's values."""
    sizes = min(header.frames, header.rate, header.channels) > 0 and math.isfinite(header.mean)
    steps = 2 <= header.codewords <= MOST_CODEWORDS and 2 <= header.steps <= MOST_TIMES
    return sizes and steps and math.isfinite(header.gain) and header.gain > 0 and header.coefficient_bits <= 8
