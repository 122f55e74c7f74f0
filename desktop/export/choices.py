"""What an export can be written as: combinations that `engine.recording.formats` allows, and nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from engine.errors import OutputError
from engine.recording.formats import CONTAINERS, WRITTEN, Format, Shape, choose_format, data_bytes, is_known
from engine.recording.samples import SAMPLE_TYPES, loses_bits, sample_type
from engine.rendition import Rendition

OLD = frozenset({"MPEG_LAYER_I", "MPEG_LAYER_II"})  # written, but of use to nobody
USUAL_RATES = (8000, 16000, 22050, 32000, 44100, 48000, 88200, 96000, 176400, 192000)
SUFFIXES = {"RF64": ".rf64", "OGG": ".ogg"}
LOSSY_BYTES_A_SECOND = {"VORBIS": 30_000, "OPUS": 32_000, "MPEG_LAYER_III": 20_000}  # of a channel, best quality
FLAC_SHARE = 0.6  # of the samples' own bytes, roughly
WAVE_HEAD_BYTES = 128


def subtypes_for(container: str, shape: Shape, own: str = "") -> tuple[str, ...]:
    """The sample types in which a sound can be written in a container; ``own`` first where it is one of them."""
    known = [name for name in SAMPLE_TYPES if name not in OLD and fits(container, name, shape)]
    return tuple(sorted(known, key=lambda name: name != own))


def containers_for(shape: Shape, own: str = "") -> tuple[str, ...]:
    """The containers that can hold a sound; ``own`` first where it is one of them."""
    known = [name for name in WRITTEN if subtypes_for(name, shape)]
    return tuple(sorted(known, key=lambda name: name != own))


def rates_for(container: str, subtype: str, shape: Shape) -> tuple[int, ...]:
    """Rates that are usual, and the sound's own, as far as the format holds them; rising."""
    rates = sorted({*USUAL_RATES, shape.rate})
    return tuple(rate for rate in rates if fits(container, subtype, Shape(rate, shape.channels, shape.frames)))


def fits(container: str, subtype: str, shape: Shape) -> bool:
    """Whether a format can hold a sound."""
    if not is_known(container, subtype):
        return False
    try:
        choose_format(Path(f"x{suffix_of(container, subtype)}"), shape, None, container=container, subtype=subtype)
    except OutputError:
        return False
    return True


def suffix_of(container: str, subtype: str, own: Path | None = None) -> str:
    """The extension that a file gets; that of ``own`` where it stands for the container too."""
    if own is not None and container in CONTAINERS.get(own.suffix.lower(), ()):
        return own.suffix
    if subtype == "OPUS":
        return ".opus"
    return SUFFIXES.get(container) or next(suffix for suffix, names in CONTAINERS.items() if container in names)


def rounds(source: Format, subtype: str, *, processed: bool) -> bool:
    """Whether samples are rounded to integers, so that dither matters."""
    target = sample_type(subtype)
    return target.kind == "int" and (processed or loses_bits(sample_type(source.subtype), target))


def estimated_bytes(renditions: Sequence[Rendition], clip_rate: int, channels: int, choice: Format) -> int:
    """Roughly how large the files become together."""
    total = 0
    for rendition in renditions:
        shape = Shape(rendition.rate or clip_rate, channels, rendition.frames_at(clip_rate))
        total += WAVE_HEAD_BYTES + samples_bytes(shape, choice)
    return total


def samples_bytes(shape: Shape, choice: Format) -> int:
    """Bytes of a sound's samples; compressed, about so many."""
    if choice.subtype in LOSSY_BYTES_A_SECOND:
        return round(LOSSY_BYTES_A_SECOND[choice.subtype] * shape.channels * shape.frames / shape.rate)
    plain = data_bytes(choice, shape) or round(shape.frames * shape.channels * sample_type(choice.subtype).bits / 8)
    compressed = choice.container == "FLAC" or choice.subtype.startswith("ALAC")
    return round(FLAC_SHARE * plain) if compressed else plain
