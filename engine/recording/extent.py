"""How many frames of a recording are there, against how many its header declares.

libsndfile reads what is there and is silent about what is missing. Here each kind of file is asked in its own
way: by the sizes in its header, by the mark at its end, or by decoding its last frame.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import soundfile

from engine.errors import RecordingError
from engine.recording.containers import survey
from engine.recording.overlay import Overlay
from engine.recording.riff import Chunk, Layout
from engine.recording.samples import sample_type
from engine.recording.streams import (
    FLAC_MAX_FRAMES,
    UNKNOWN_FRAMES,
    count_readable,
    flac_length_repair,
    is_readable,
    mp3_tag_repair,
    ogg_has_end,
)

ACCEPTED = "WAV, RF64, W64, AIFF, AU, CAF, FLAC, Ogg Vorbis, Opus, MP3"
Repairs = tuple[tuple[int, bytes], ...]


@dataclass(frozen=True)
class Extent:
    """What of a recording can be read, and how.

    Attributes:
        frames: frames that can be read.
        shortage: what is missing, in words; empty where nothing is.
        repairs: bytes to read instead of the header's (see `Overlay`).
        layout: where the samples lie, if that agrees with what libsndfile finds, else None.
        chunks: all chunks of the file, where it has such, and the byte order of their sizes and numbers.
    """

    frames: int
    shortage: str = ""
    repairs: Repairs = ()
    layout: Layout | None = None
    chunks: tuple[Chunk, ...] = ()
    chunk_order: str = "<"


def open_sound(path: Path, repairs: Repairs = ()) -> soundfile.SoundFile:
    """Open a file with libsndfile.

    Raises:
        RecordingError: libsndfile can't make anything of it.
    """
    try:
        # Its bytes: soundfile refuses names that are no UTF-8.
        name = path if os.name == "nt" else os.fsencode(path)
        return soundfile.SoundFile(Overlay(path, repairs) if repairs else name)
    except OSError as error:
        raise RecordingError(f"{path}: can't be read: {error.strerror or error}") from error
    except (soundfile.LibsndfileError, TypeError) as error:  # TypeError: a name that ends in .raw
        reason = getattr(error, "error_string", "no header").rstrip(". \n") or "malformed"
        raise RecordingError(f"{path}: not a recording that can be read ({reason}); accepted are {ACCEPTED}") from error


def measure(path: Path) -> Extent:
    """Find out how much of a recording is there.

    Raises:
        RecordingError: it can't be read, or not decoded at all.
    """
    try:
        layout = survey(path)
        repairs = layout.repairs if layout else mp3_tag_repair(path)
    except OSError as error:
        raise RecordingError(f"{path}: can't be read: {error.strerror or error}") from error
    try:
        with open_sound(path, repairs) as file:
            container, subtype, frames = file.format, file.subtype, file.frames
    except RecordingError:
        if layout and layout.is_short:
            raise RecordingError(
                f"{path}: truncated: header declares {layout.declared_bytes} bytes of sound, "
                f"{layout.present_bytes} are there, and those can't be read without what is missing"
            ) from None
        raise
    if layout:
        extent = measure_chunks(path, layout, subtype, frames)
        return replace(extent, chunks=layout.chunks, chunk_order=layout.byte_order)
    if container == "OGG":
        return measure_pages(path, frames)
    if container == "FLAC":
        return measure_flac(path, frames)
    if container == "MP3":
        return measure_mp3(path, frames, repairs)
    return Extent(frames)


def measure_chunks(path: Path, layout: Layout, subtype: str, frames: int) -> Extent:
    """By the sizes in the header; ``frames`` is what libsndfile finds."""
    if not (sample_type(subtype).width and layout.block_align):
        return measure_packets(path, layout, frames)
    declared = (layout.declared_bytes or 0) // layout.block_align
    agreed = frames == layout.present_bytes // layout.block_align
    return Extent(frames, shortage(declared, frames), layout.repairs, layout if agreed else None)


def measure_packets(path: Path, layout: Layout, frames: int) -> Extent:
    """By the bytes that are missing at the end of a compressed subtype."""
    if not layout.is_short:
        return Extent(frames, "", layout.repairs)
    declared = layout.declared_frames or round(frames * layout.fraction_declared)
    present = count_readable(partial(open_sound, path, layout.repairs), frames)
    return Extent(present, shortage(declared, present), layout.repairs)


def measure_pages(path: Path, frames: int) -> Extent:
    """By the mark on an Ogg stream's last page: how long the stream was is not written anywhere."""
    if ogg_has_end(path):
        return Extent(frames)
    return Extent(frames, f"the stream has no end mark, so its declared length is unknown, {frames} frames are there")


def measure_flac(path: Path, frames: int) -> Extent:
    """By decoding the last frame of a FLAC; where its header leaves the length open, by searching it."""
    is_open = frames >= UNKNOWN_FRAMES
    if frames == 0 or (not is_open and is_readable(partial(open_sound, path), frames - 1)):
        return Extent(frames)
    limit = FLAC_MAX_FRAMES if is_open else frames
    present = count_readable(partial(open_sound, path, flac_length_repair(limit, path)), limit)
    # The last frame that is there counts as unreadable as long as the header promises more after it.
    repairs = flac_length_repair(present + 1, path)
    if is_readable(partial(open_sound, path, repairs), present):
        present += 1
    return Extent(present, "" if is_open else shortage(frames, present), flac_length_repair(present, path))


def measure_mp3(path: Path, frames: int, repairs: Repairs) -> Extent:
    """By decoding the last frame; without a Xing tag the declared length is mpg123's guess from the size."""
    opener = partial(open_sound, path, repairs)
    if frames == 0 or is_readable(opener, frames - 1):
        return Extent(frames, "", repairs)
    present = count_readable(opener, frames)
    return Extent(present, shortage(frames, present), repairs)


def shortage(declared: int, present: int) -> str:
    """What is missing, in words; empty where nothing is."""
    return f"header declares {declared} frames, {present} are there" if present < declared else ""
