"""A recording with patches laid in, written in another format than its own.

Samples outside the patches stay in their native type and keep every bit if the new subtype can hold it. If it
can't, all samples are rounded, with dither for integers.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray

from engine.audio import Clip, Patch
from engine.errors import OutputError
from engine.recording.formats import RIFF_KIN, Format, Shape
from engine.recording.in_place import Stop, check_stop, patch_dithers
from engine.recording.samples import (
    Block,
    SampleType,
    dither_rng,
    lay,
    loses_bits,
    quantise,
    sample_type,
    to_float32,
    to_float64,
    widen,
    zero_nonfinite,
)
from engine.saving import PartFile

LOSSY_COMPRESSION = 0.1  # of 0..1 in libsndfile's terms; 0 is the best sound


def transcode(
    clip: Clip,
    patches: Sequence[Patch],
    part: PartFile,
    choice: Format,
    dither_seed: int | None,
    stop: Stop,
    bounds: tuple[int, int] | None = None,
) -> int:
    """Write all samples, or those within ``bounds``, with the patches laid in; returns how many were clipped."""
    first, last = bounds or (0, clip.frames)
    old, new = sample_type(clip.subtype), sample_type(choice.subtype)
    rounds = loses_bits(old, new) or new.kind == "lossy"
    rng = dither_rng(dither_seed)
    dithers = patch_dithers(dither_seed, len(patches))
    clipped = 0
    with sound_writer(part, part.path, choice, Shape(clip.rate, clip.channels, last - first)) as file:
        if choice.container not in RIFF_KIN or clip.container not in RIFF_KIN:
            set_tags(file, clip.tags)
        for at, native in clip.native_blocks(first, last):
            check_stop(stop)
            mend_nonfinite(clip, at, native, must=rounds)
            if rounds:
                block, over = quantise(patched(native, at, patches), new, rng)
            else:
                block, over = lay_all(widen(native, new), at, patches, new, dithers)
            file.write(block)
            clipped += over
    return clipped


def mend_nonfinite(clip: Clip, at: int, native: Block, *, must: bool) -> None:
    """Zero NaN and Inf of a block if the user asked for it; refuse them if they ``must`` be rounded."""
    if native.dtype.kind != "f":
        return
    if clip.repair_nonfinite:
        zero_nonfinite(native)
    elif must and not np.isfinite(native).all():
        clip.read(at, at + len(native))  # raises, with their number and place


def pieces(at: int, frames: int, patches: Sequence[Patch]) -> Iterator[tuple[int, slice, Block]]:
    """The patches within ``frames`` frames from ``at``: index, place in the block, (n, channels) samples."""
    for index, patch in enumerate(patches):
        start, stop = max(at, patch.start_frame), min(at + frames, patch.stop_frame)
        if start < stop:
            samples = patch.samples[:, start - patch.start_frame : stop - patch.start_frame]
            yield index, slice(start - at, stop - at), samples.T  # (channels, n) -> (n, channels)


def patched(native: Block, at: int, patches: Sequence[Patch]) -> NDArray[np.float64]:
    """A block as float64 with the patches laid in; samples that they leave alone keep their precision."""
    sound = to_float64(native)
    original = to_float32(native)
    for _, place, samples in pieces(at, len(native), patches):
        same = original[place] == samples
        sound[place] = np.where(same, to_float64(native[place]), samples)
    return sound


def lay_all(
    native: Block, at: int, patches: Sequence[Patch], kind: SampleType, dithers: Sequence[np.random.Generator | None]
) -> tuple[Block, int]:
    """A block with the patches laid in and every other sample untouched, and how many were clipped."""
    written, clipped = native.copy(), 0
    for index, place, samples in pieces(at, len(native), patches):
        written[place], over = lay(native[place], samples, kind, dithers[index])
        clipped += over
    return written, clipped


@contextmanager
def sound_writer(part: PartFile, target: Path, choice: Format, shape: Shape) -> Iterator[soundfile.SoundFile]:
    """libsndfile writing into ``part``.

    Raises:
        OSError: the system refused to write; libsndfile itself doesn't say why.
        OutputError: libsndfile can't write this.
    """
    level = LOSSY_COMPRESSION if sample_type(choice.subtype).kind == "lossy" else None
    try:
        with soundfile.SoundFile(
            part,
            "w",
            shape.rate,
            shape.channels,
            choice.subtype,
            format=choice.container,
            compression_level=level,
        ) as file:
            yield file
    except (
        soundfile.LibsndfileError,
        AssertionError,
    ) as error:  # the latter is soundfile's for a short write
        part.raise_failure()
        if isinstance(error, AssertionError):
            raise
        raise OutputError(
            f"{target}: {choice.container} {choice.subtype}, {shape.channels} channels, {shape.rate} Hz "
            f"can't be written: {error.error_string}"
        ) from error


def set_tags(file: soundfile.SoundFile, tags: dict[str, str]) -> None:
    """Carry over title, artist and the like, as far as the container has room for them."""
    for name, text in tags.items():
        with suppress(soundfile.LibsndfileError):
            setattr(file, name, text)
