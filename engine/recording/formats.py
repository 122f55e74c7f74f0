"""Which container and subtype an output gets: the source's where they can be kept, else the nearest."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import soundfile

from engine.errors import OutputError
from engine.recording.riff import exceeds_riff
from engine.recording.samples import loses_bits, sample_type
from engine.settings.checks import check_choice

# By extension: the containers that may bear it, the default first.
CONTAINERS = {
    ".wav": ("WAV", "WAVEX", "RF64"),
    ".wave": ("WAV", "WAVEX", "RF64"),
    ".bwf": ("WAV", "WAVEX", "RF64"),
    ".rf64": ("RF64",),
    ".w64": ("W64",),
    ".aiff": ("AIFF",),
    ".aif": ("AIFF",),
    ".aifc": ("AIFF",),
    ".caf": ("CAF",),
    ".au": ("AU",),
    ".snd": ("AU",),
    ".flac": ("FLAC",),
    ".ogg": ("OGG",),
    ".oga": ("OGG",),
    ".opus": ("OGG",),
    ".mp3": ("MP3",),
}
WRITTEN = tuple(dict.fromkeys(name for names in CONTAINERS.values() for name in names))
FIXED_SUBTYPES = {".ogg": "VORBIS", ".oga": "VORBIS", ".opus": "OPUS", ".mp3": "MPEG_LAYER_III"}
# By subtype: what to take, in this order, where the container doesn't know it.
NEAREST = {
    "PCM_U8": ("PCM_S8", "PCM_16"),
    "PCM_S8": ("PCM_U8", "PCM_16"),
    "PCM_32": ("PCM_24", "PCM_16"),
    "FLOAT": ("PCM_24", "PCM_32", "PCM_16"),
    "DOUBLE": ("FLOAT", "PCM_24", "PCM_32", "PCM_16"),
    "ULAW": ("PCM_16",),
    "ALAW": ("PCM_16",),
}
# libsndfile 1.2.2 lists these, but reads back other samples than it wrote (ALAC_20) or refuses to write.
UNWRITTEN = frozenset({"ALAC_20", "DWVW_12", "DWVW_16", "DWVW_24"})
MAX_CHANNELS = {"FLAC": 8, "MP3": 2, "VORBIS": 255, "OPUS": 255}
RATES = {
    "OPUS": (8000, 12000, 16000, 24000, 48000),
    "MP3": (8000, 11025, 12000, 16000, 22050, 24000, 32000, 44100, 48000),
}
RIFF_KIN = ("WAV", "WAVEX", "RF64")


@dataclass(frozen=True)
class Format:
    """How an output is written.

    Attributes:
        container, subtype: libsndfile's names.
        notes: what the user must be told about the choice.
    """

    container: str
    subtype: str
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Shape:
    """Rate and size of a sound: frames a second, channels, frames."""

    rate: int
    channels: int
    frames: int


def check_extension(target: Path) -> None:
    """Refuse an extension that stands for no container.

    Raises:
        OutputError: with the extensions that are accepted.
    """
    if target.suffix.lower() not in CONTAINERS:
        said = f"extension {target.suffix!r} is unknown" if target.suffix else "has no extension"
        raise OutputError(f"{target}: {said}; accepted are {' '.join(CONTAINERS)}")


def choose_format(
    target: Path,
    shape: Shape,
    source: Format | None,
    *,
    container: str | None,
    subtype: str | None,
) -> Format:
    """Choose container and subtype for an output.

    Args:
        target: its extension decides where ``container`` is None.
        shape: what is to be written.
        source: what the recording had; None for sound that comes from no file (24 bits by default).
        container, subtype: as the user wants them; None for the default.

    Raises:
        OutputError: libsndfile or the container can't hold it.
    """
    if container is None:
        check_extension(target)
    container = (container or choose_container(target, source)).upper()
    if container not in WRITTEN:
        raise OutputError(f"{target}: container {container!r} is unknown; accepted are {' '.join(WRITTEN)}")
    subtype = (subtype or choose_subtype(target, container, source)).upper()
    if not is_known(container, subtype):
        raise OutputError(f"{target}: {container} doesn't hold {subtype}; accepted are {subtypes_of(container)}")
    check_limits(target, container, subtype, shape)
    return Format(container, subtype, tuple(describe(container, subtype, source)))


def fit_length(choice: Format, target: Path, shape: Shape, other_bytes: int = 0) -> Format:
    """RF64 instead of WAV as soon as 4 GiB would be passed, decided before anything is written.

    Args:
        choice: the format chosen for the output.
        shape: what is to be written.
        other_bytes: bytes of chunks that come along.

    Raises:
        OutputError: it passes 4 GiB in an AIFF, which has no larger sibling.
    """
    bytes_needed = data_bytes(choice, shape) + other_bytes
    if choice.container in ("WAV", "WAVEX") and exceeds_riff(bytes_needed):
        return replace(choice, container="RF64", notes=(*choice.notes, "written as RF64, because it passes 4 GiB"))
    if choice.container == "AIFF" and exceeds_riff(bytes_needed):
        raise OutputError(
            f"{target}: AIFF holds 4 GiB, {bytes_needed} bytes are needed; accepted are .wav .w64 .caf .flac"
        )
    return choice


def data_bytes(choice: Format, shape: Shape) -> int:
    """Bytes of the samples of an uncompressed output; 0 for others, which can't be told beforehand."""
    return shape.frames * shape.channels * sample_type(choice.subtype).width


def choose_container(target: Path, source: Format | None) -> str:
    """The source's container if the extension allows for it, else the extension's first."""
    containers = CONTAINERS[target.suffix.lower()]
    return source.container if source and source.container in containers else containers[0]


def choose_subtype(target: Path, container: str, source: Format | None) -> str:
    """The source's subtype if the container holds it, else the nearest that does."""
    if target.suffix.lower() in FIXED_SUBTYPES and container in ("OGG", "MP3"):
        return FIXED_SUBTYPES[target.suffix.lower()]
    if container in ("OGG", "MP3"):
        return "VORBIS" if container == "OGG" else "MPEG_LAYER_III"
    wanted = decoded_subtype(source.subtype) if source else "PCM_24"
    if source and is_known(container, source.subtype) and sample_type(source.subtype).kind != "lossy":
        return source.subtype
    return next((s for s in (wanted, *NEAREST.get(wanted, ())) if is_known(container, s)), "PCM_16")


def decoded_subtype(subtype: str) -> str:
    """The uncompressed subtype that holds a subtype's samples exactly.

    MP3, Vorbis and Opus decode to floats, and loud ones to values above full scale: as 32-bit floats every
    sample outside the region stays as decoded; 24 bits would round them all and clip some. ADPCM decodes to
    16 bits.
    """
    kind = sample_type(subtype)
    if kind.kind == "companded" or kind.width:
        return subtype
    if kind.dtype == "float32":
        return "FLOAT"
    return "PCM_16" if kind.bits <= 16 else "PCM_24" if kind.bits <= 24 else "PCM_32"


def resampled_subtype(subtype: str) -> str:
    """The subtype that new samples get in place of a subtype's own: as precise, and 16 bits at the least."""
    kind = sample_type(subtype)
    return "PCM_16" if kind.kind == "companded" or kind.bits < 16 else subtype


def describe(container: str, subtype: str, source: Format | None) -> list[str]:
    """What the user must be told about an output's format."""
    if source is None:
        return []
    if sample_type(subtype).kind == "lossy":
        if sample_type(source.subtype).kind == "lossy":
            return [f"{subtype} is lossy: the samples outside the region are encoded a second time too"]
        return [f"{subtype} is lossy: the samples outside the region change too"]
    if subtype == source.subtype:
        return []
    old, new = sample_type(source.subtype), sample_type(subtype)
    if old.kind == "lossy" and not loses_bits(old, new):
        return [f"the source is {source.subtype}, which is lossy: written as {container} {subtype}"]
    if not loses_bits(old, new):
        return [f"{source.subtype} is written as {subtype}"]
    how = " with dither" if new.kind == "int" else ""
    return [f"{source.subtype} is written as {subtype}: all samples are rounded{how}"]


def check_limits(target: Path, container: str, subtype: str, shape: Shape) -> None:
    """Refuse channels and rates that a format can't hold.

    Raises:
        OutputError: with what is accepted.
    """
    for name in (container, subtype):
        if shape.channels > MAX_CHANNELS.get(name, shape.channels):
            raise OutputError(f"{target}: {name} holds 1 to {MAX_CHANNELS[name]} channels, there are {shape.channels}")
        if name in RATES and shape.rate not in RATES[name]:
            accepted = ", ".join(map(str, RATES[name]))
            raise OutputError(f"{target}: {name} can't hold {shape.rate} Hz; accepted are {accepted}")


def is_known(container: str, subtype: str) -> bool:
    """Whether libsndfile writes a subtype in a container."""
    known: bool = soundfile.check_format(container, subtype)
    return known and subtype not in UNWRITTEN


def subtypes_of(container: str) -> str:
    """The subtypes of a container, in words."""
    return ", ".join(_subtypes_of(container)) or "none"


def check_subtype(subtype: str) -> None:
    """Refuse a name of a sample type that no container knows.

    Raises:
        InputError: so it is; with the nearest.
    """
    check_choice("subtype", subtype.upper(), dict.fromkeys(name for each in WRITTEN for name in _subtypes_of(each)))


def _subtypes_of(container: str) -> list[str]:
    return [name for name in soundfile.available_subtypes(container) if is_known(container, name)]
