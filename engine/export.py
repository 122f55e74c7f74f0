"""Writing recordings: the source with patches laid in, or samples that come from no file.

Outside the patches every sample keeps every bit of its native type. Where container and subtype stay, the
source's bytes are copied and only those of the patches overwritten (`engine.recording.in_place`), so that every chunk
stays too; else the samples are read and written in their native type in blocks (`engine.recording.transcode`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.audio import BLOCK_FRAMES, Clip, Patch, count_of, open_clip
from engine.errors import OutputError, RecordingError
from engine.recording.flac import carried_blocks, replace_blocks
from engine.recording.formats import RIFF_KIN, Format, Shape, check_extension, choose_format, data_bytes, fit_length
from engine.recording.in_place import Stop, can_overwrite, check_stop, overwrite
from engine.recording.riff import Chunk, append_chunks, carried
from engine.recording.samples import dither_rng, quantise, sample_type
from engine.recording.transcode import sound_writer, transcode
from engine.saving import PartFile, check_place, written_whole


@dataclass(frozen=True)
class Written:
    """What was written: where, how (libsndfile's names), how much, and what the user must be told."""

    path: Path
    container: str
    subtype: str
    frames: int
    notes: tuple[str, ...]


def check_target(target: Path, *, sources: Sequence[Path], force: bool) -> None:
    """Refuse an output that can't or must not be written; to be called before a long job too.

    Raises:
        OutputError: unknown extension, missing or unwritable directory, a directory, one of the inputs (also
            through a link), or there already and ``force`` off.
    """
    check_extension(target)
    check_place(target, sources, force)


def write_patched(
    clip: Clip,
    patches: Sequence[Patch],
    target: Path | str,
    *,
    container: str | None = None,
    subtype: str | None = None,
    force: bool = False,
    dither_seed: int | None = 0,
    cancelled: Stop = None,
) -> Written:
    """Write a recording with patches laid in; outside them every bit is kept that the subtype can hold.

    Args:
        clip: the recording.
        patches: later ones lie over earlier ones.
        target: its extension decides where container and subtype are None; the recording's own come first.
        container, subtype: libsndfile's names.
        force: overwrite an existing file.
        dither_seed: seeds the dither of patches laid into integers, or of all samples if bits are lost; None for no
            dither.
        cancelled: looked at between blocks.

    Raises:
        OutputError: the target can't be written, or not in this format.
        DiskFullError: no space is left.
        RecordingError: the recording can't be read, changed since it was opened, or holds NaN where integers
            are due.
        Cancelled: ``cancelled`` said so.
    """
    target = Path(target)
    check_place(target, [clip.path], force)
    check_patches(clip, patches)
    shape = Shape(clip.rate, clip.channels, clip.frames)
    source = Format(clip.container, clip.subtype)
    choice = choose_format(target, shape, source, container=container, subtype=subtype)
    clip.check_unchanged()
    in_place = same_storage(choice, source) and can_overwrite(clip, patches)
    chunks = [] if in_place else carried_chunks(clip, choice)
    if not in_place:
        choice = fit_length(choice, target, shape, sum(chunk.size + 9 for chunk in chunks))
    needed = clip.path.stat().st_size if in_place else data_bytes(choice, shape)
    check = partial(check_written, target=target, shape=shape)
    with written_whole(target, force=force, needed_bytes=needed, check=check) as part:
        if in_place:
            clipped = overwrite(clip, patches, part, dither_seed, cancelled)
        else:
            clipped = transcode(clip, patches, part, choice, dither_seed, cancelled)
            carry_over(clip, part, choice, chunks)
    notes = all_notes(choice, clipped, dithered=dither_seed is not None)
    return Written(target, choice.container, choice.subtype, clip.frames, notes)


def write_samples(
    samples: NDArray[np.float32],
    rate: int,
    target: Path | str,
    *,
    container: str | None = None,
    subtype: str | None = None,
    force: bool = False,
    dither_seed: int = 0,
    cancelled: Stop = None,
) -> Written:
    """Write samples that come from no file, 24 bits by default.

    Args:
        samples: (channels, frames) float32, finite; may be mapped from disk, it is read in blocks.
        rate: frames a second.

    The other arguments and errors are those of `write_patched`.
    """
    target = Path(target)
    check_place(target, [], force)
    assert samples.ndim == 2 and samples.size, f"samples are {samples.shape}; (channels, frames) is expected"
    shape = Shape(rate, *samples.shape)
    choice = choose_format(target, shape, None, container=container, subtype=subtype)
    choice = fit_length(choice, target, shape)
    check = partial(check_written, target=target, shape=shape)
    clipped, rng = 0, dither_rng(dither_seed)
    needed = data_bytes(choice, shape)
    with (
        written_whole(target, force=force, needed_bytes=needed, check=check) as part,
        sound_writer(part, target, choice, shape) as file,
    ):
        for at in range(0, shape.frames, BLOCK_FRAMES):
            check_stop(cancelled)
            sound = samples[:, at : at + BLOCK_FRAMES].T  # (channels, n) -> (n, channels)
            block, over = quantise(sound, sample_type(choice.subtype), rng)
            file.write(block)
            clipped += over
    return Written(target, choice.container, choice.subtype, shape.frames, all_notes(choice, clipped))


def check_patches(clip: Clip, patches: Sequence[Patch]) -> None:
    """Assert that patches fit the recording: they are made by us."""
    for patch in patches:
        channels, _ = patch.samples.shape
        assert channels == clip.channels, f"patch has {channels} channels, the recording {clip.channels}"
        assert patch.start_frame >= 0 and patch.stop_frame <= clip.frames, "patch outside the recording"
        blocks = range(0, patch.samples.shape[1], BLOCK_FRAMES)
        finite = all(np.isfinite(patch.samples[:, at : at + BLOCK_FRAMES]).all() for at in blocks)
        assert finite, "NaN or Inf in a patch"


def same_storage(choice: Format, source: Format) -> bool:
    """Whether an output stores its samples just as the source does."""
    return (choice.container, choice.subtype) == (source.container, source.subtype)


def carried_chunks(clip: Clip, choice: Format) -> list[Chunk]:
    """The chunks of a WAV that go along into another; a big-endian RIFX's would be misread there."""
    if choice.container not in RIFF_KIN or clip.container not in RIFF_KIN or clip.chunk_order != "<":
        return []
    return carried(clip.chunks, clip.path.stat().st_size)


def carry_over(clip: Clip, part: PartFile, choice: Format, chunks: Sequence[Chunk]) -> None:
    """Take along what says something about the recording: a WAV's chunks, a FLAC's metadata."""
    part.raise_failure()
    if clip.container == choice.container == "FLAC":
        replace_blocks(part, carried_blocks(clip.path))
    elif chunks:
        with clip.path.open("rb") as file:
            append_chunks(part, file, chunks)


def check_written(path: Path, *, target: Path, shape: Shape) -> None:
    """Open what was written and compare it with what should be there.

    Raises:
        OutputError: it is something else.
    """
    try:
        with open_clip(path) as written:
            found = Shape(written.rate, written.channels, written.frames)
    except RecordingError as error:
        raise OutputError(f"{target}: what was written can't be read back: {error}") from error
    if found != shape:
        raise OutputError(f"{target}: {found} came back from the disk instead of {shape}; nothing was written")


def all_notes(choice: Format, clipped: int, *, dithered: bool = True) -> tuple[str, ...]:
    """What the user must be told of an output."""
    notes = choice.notes if dithered else tuple(note.removesuffix(" with dither") for note in choice.notes)
    if not clipped:
        return notes
    return (
        *notes,
        f"{count_of(clipped, 'sample')} above full scale {'was' if clipped == 1 else 'were'} clipped",
    )
