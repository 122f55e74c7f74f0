"""A recording with patches, written in part, at another rate or at another level.

Where rate and level stay, the samples stay in their native type, as in `engine.export.write_patched`, which also
writes whatever is asked for as a whole. Else they are resampled (soxr, highest quality) and multiplied as floats, and
rounded once. Chunks that count in samples, such as cue points, are left out of parts; bext's time is put right.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.audio import BLOCK_FRAMES, Clip, Patch
from engine.errors import InputError
from engine.export import (
    Written,
    all_notes,
    carried_chunks,
    check_patches,
    check_written,
    write_patched,
)
from engine.progress import Control
from engine.recording.flac import CUESHEET, carried_blocks, replace_blocks
from engine.recording.formats import Format, Shape, choose_format, data_bytes, fit_length, resampled_subtype
from engine.recording.overlay import Overlay
from engine.recording.resampled import HIGHEST_RATE
from engine.recording.riff import append_chunks, carried_by_parts, time_reference_edits
from engine.recording.samples import dither_rng, quantise, sample_type
from engine.recording.transcode import mend_nonfinite, patched, set_tags, sound_writer, transcode
from engine.saving import PartFile, check_place, written_whole

LOWEST_RATE = 1000
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Rendition:
    """What of a recording is to be written, and how it differs.

    Attributes:
        start_frame, end_frame: half-open, at the recording's rate.
        rate: frames a second of the output; None for the recording's.
        gain_db: by how much it is made louder.
        dither_seed: seeds the dither where bits are lost; None for no dither.
    """

    start_frame: int
    end_frame: int
    rate: int | None = None
    gain_db: float = 0.0
    dither_seed: int | None = 0

    def __post_init__(self) -> None:
        if not 0 <= self.start_frame < self.end_frame:
            raise InputError(f"frames {self.start_frame} to {self.end_frame} hold nothing to write")
        if self.rate is not None and not LOWEST_RATE <= self.rate <= HIGHEST_RATE:
            raise InputError(f"rate is {self.rate}; accepted is {LOWEST_RATE} to {HIGHEST_RATE} Hz")

    def frames_at(self, clip_rate: int) -> int:
        """Length of what is written."""
        return -(-(self.end_frame - self.start_frame) * (self.rate or clip_rate) // clip_rate)

    def keeps_samples(self, clip_rate: int) -> bool:
        """Whether rate and level stay."""
        return self.rate in (None, clip_rate) and self.gain_db == 0


def write_rendition(
    clip: Clip,
    patches: Sequence[Patch],
    target: Path | str,
    rendition: Rendition,
    *,
    container: str | None = None,
    subtype: str | None = None,
    force: bool = False,
    control: Control | None = None,
) -> Written:
    """Write part of a recording, with patches laid in, perhaps at another rate or level.

    Args:
        patches: later ones lie over earlier ones; they may reach beyond the part.
        control: told of progress and asked whether to stop.

    The other arguments and errors are those of `engine.export.write_patched`.
    """
    target, control = Path(target), control or Control()
    if rendition.end_frame > clip.frames:
        raise InputError(f"frames up to {rendition.end_frame} are to be written; {clip.path} holds {clip.frames}")
    keeps = rendition.keeps_samples(clip.rate)
    if keeps and (rendition.start_frame, rendition.end_frame) == (0, clip.frames):
        return write_patched(
            clip,
            patches,
            target,
            container=container,
            subtype=subtype,
            force=force,
            dither_seed=rendition.dither_seed,
            cancelled=Looks(control, clip.frames),
        )
    check_place(target, [clip.path], force)
    check_patches(clip, patches)
    shape = Shape(rendition.rate or clip.rate, clip.channels, rendition.frames_at(clip.rate))
    source = Format(clip.container, clip.subtype if keeps else resampled_subtype(clip.subtype))
    choice = choose_format(target, shape, source, container=container, subtype=subtype)
    choice = fit_length(replace(choice, notes=(*choice.notes, *changes(clip, rendition))), target, shape)
    clip.check_unchanged()
    check = partial(check_written, target=target, shape=shape)
    with written_whole(target, force=force, needed_bytes=data_bytes(choice, shape), check=check) as part:
        if keeps:
            bounds = (rendition.start_frame, rendition.end_frame)
            looks = Looks(control, bounds[1] - bounds[0])
            clipped = transcode(clip, patches, part, choice, rendition.dither_seed, looks, bounds)
        else:
            clipped = write_processed(clip, patches, part, choice, rendition, control)
        carry_over_part(clip, part, choice, rendition)
    dithered = rendition.dither_seed is not None
    return Written(
        target, choice.container, choice.subtype, shape.frames, all_notes(choice, clipped, dithered=dithered)
    )


def changes(clip: Clip, rendition: Rendition) -> list[str]:
    """What the user must be told that rate and level have become."""
    notes = []
    if rendition.rate not in (None, clip.rate):
        notes.append(f"resampled from {clip.rate} to {rendition.rate} Hz")
    if rendition.gain_db:
        notes.append(f"level changed by {rendition.gain_db:+.2f} dB")
    return notes


class Looks:
    """Asked between blocks whether to stop; reports how far the writing is, from how often it was asked."""

    def __init__(self, control: Control, frames: int) -> None:
        self._control, self._blocks, self._of = control, 0, max(1, -(-frames // BLOCK_FRAMES))

    def __call__(self) -> bool:
        self._control.report("writing", min(self._blocks, self._of), self._of)
        self._blocks += 1
        return self._control.cancelled()


def write_processed(
    clip: Clip, patches: Sequence[Patch], part: PartFile, choice: Format, rendition: Rendition, control: Control
) -> int:
    """Write at another rate or level; returns how many samples were clipped."""
    rng, clipped = dither_rng(rendition.dither_seed), 0
    shape = Shape(rendition.rate or clip.rate, clip.channels, rendition.frames_at(clip.rate))
    with sound_writer(part, part.path, choice, shape) as file:
        set_tags(file, clip.tags)
        for sound in processed(clip, patches, rendition, control):
            block, over = quantise(sound, sample_type(choice.subtype), rng)
            file.write(block)
            clipped += over
    return clipped


def processed(
    clip: Clip, patches: Sequence[Patch], rendition: Rendition, control: Control, stage: str = "writing"
) -> Iterator[Floats]:
    """The samples of a rendition before they are rounded, in blocks (frames, channels) of full scale 1.

    Raises:
        RecordingError: the recording can't be read, or holds NaN.
        Cancelled: the user stopped.
    """
    first, last = rendition.start_frame, rendition.end_frame
    resampler = resampling(clip, rendition)
    left = rendition.frames_at(clip.rate)
    gain = 10 ** (rendition.gain_db / 20)
    for at, native in clip.native_blocks(first, last):
        control.step(stage, at - first, last - first)
        mend_nonfinite(clip, at, native, must=True)
        sound = gain * patched(native, at, patches)
        if resampler is not None:
            sound = resampler.resample_chunk(np.ascontiguousarray(sound), last=at + len(native) == last)
        yield sound[:left]
        left -= len(sound[:left])
    if left > 0:  # soxr rounds the length of what it makes; the output has the length that was promised
        yield np.zeros((left, clip.channels))


def resampling(clip: Clip, rendition: Rendition) -> Any:
    """soxr's stream to the rendition's rate; None where that is the recording's."""
    if rendition.rate in (None, clip.rate):
        return None
    import soxr

    return soxr.ResampleStream(clip.rate, rendition.rate, clip.channels, dtype="float64", quality="VHQ")


def carry_over_part(clip: Clip, part: PartFile, choice: Format, rendition: Rendition) -> None:
    """Take along what stays true of a part, or at another rate."""
    part.raise_failure()
    if clip.container == choice.container == "FLAC":
        replace_blocks(part, [block for block in carried_blocks(clip.path) if block[0] != CUESHEET])
        return
    chunks = carried_chunks(clip, choice)
    if not chunks:
        return
    with clip.path.open("rb") as file:
        kept = carried_by_parts(file, chunks)
        rate = rendition.rate or clip.rate
        edits = time_reference_edits(file, kept, rendition.start_frame, clip.rate, rate)
    with Overlay(clip.path, edits) as source:
        append_chunks(part, source, kept)
