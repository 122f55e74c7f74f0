"""Patches laid into a copy of the source's bytes: everything but the patches' own bytes stays as it was.

For uncompressed files whose samples were found by walking the container. All chunks, known or not, keep their
bytes and their order; only PEAK, which states the loudest sample of a file of floats, is brought up to date.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from engine.audio import Clip, Patch, open_clip
from engine.errors import Cancelled
from engine.recording.riff import Layout
from engine.recording.samples import Block, decode, dither_rng, encode, lay, sample_type, to_float32, zero_nonfinite
from engine.saving import PartFile

COPY_BYTES = 16 << 20  # between two looks at the cancel flag
PROBE_FRAMES = 1024
UNSUPPORTED = (errno.EXDEV, errno.ENOSYS, errno.EINVAL, errno.EOPNOTSUPP, errno.EPERM)
Stop = Callable[[], bool] | None


def check_stop(stop: Stop) -> None:
    """Raise Cancelled if the user has asked for it."""
    if stop and stop():
        raise Cancelled("stopped; nothing was written")


def can_overwrite(clip: Clip, patches: Sequence[Patch]) -> bool:
    """Whether the patches' bytes can be found in the source: they are decoded there and compared."""
    layout, kind = clip.layout, sample_type(clip.subtype)
    if layout is None or not layout.intact or not kind.width:
        return False
    if layout.block_align != clip.channels * kind.width:
        return False
    return all(is_located(clip, layout, patch.start_frame) for patch in patches if patch.samples.size)


def is_located(clip: Clip, layout: Layout, frame: int) -> bool:
    """Whether the bytes where ``frame`` should lie decode to what libsndfile reads there."""
    native = clip.read_native(frame, min(frame + PROBE_FRAMES, clip.frames))
    with clip.path.open("rb") as file:
        file.seek(layout.data_start + frame * layout.block_align)
        raw = file.read(len(native) * layout.block_align)
    return decode(raw, clip.channels, clip.subtype, layout.byte_order).tobytes() == native.tobytes()


def overwrite(clip: Clip, patches: Sequence[Patch], part: PartFile, dither_seed: int | None, stop: Stop) -> int:
    """Copy the source to ``part`` and lay the patches over it; returns how many samples were clipped."""
    assert clip.layout is not None, "overwrite() needs can_overwrite()"
    copy_bytes(clip.path, part, stop)
    if clip.repair_nonfinite and sample_type(clip.subtype).kind == "float":
        zero_everywhere(clip, part, stop)
    clipped = 0
    for patch, rng in zip(patches, patch_dithers(dither_seed, len(patches)), strict=True):
        for at, native in clip.native_blocks(patch.start_frame, patch.stop_frame):
            check_stop(stop)
            block = patch.samples[:, at - patch.start_frame :][:, : len(native)].T  # (channels, n) -> (n, channels)
            samples, over = lay(native, block, sample_type(clip.subtype), rng)
            put(clip, part, at, samples)
            clipped += over
    refresh_peak(clip, clip.layout, patches, part)
    return clipped


def patch_dithers(dither_seed: int | None, patches: int) -> list[np.random.Generator | None]:
    """The dither of each patch, independent of the others; None for none."""
    return [dither_rng(dither_seed, 1 + index) for index in range(patches)]


def put(clip: Clip, part: PartFile, frame: int, native: Block) -> None:
    """Write native samples over those at ``frame``."""
    assert clip.layout is not None
    part.seek(clip.layout.data_start + frame * clip.layout.block_align)
    part.write(encode(native, clip.subtype, clip.layout.byte_order))
    part.raise_failure()


def zero_everywhere(clip: Clip, part: PartFile, stop: Stop) -> None:
    """Set every NaN and Inf of the recording to 0."""
    for at, native in clip.native_blocks(0, clip.frames):
        check_stop(stop)
        if zero_nonfinite(native):
            put(clip, part, at, native)


def copy_bytes(source: Path, part: PartFile, stop: Stop) -> None:
    """Copy a file into ``part``, within the kernel where it can: there, blocks may even be shared."""
    with source.open("rb") as file:
        left = os.fstat(file.fileno()).st_size
        while left > 0:
            check_stop(stop)
            done = copy_some(file.fileno(), part.fileno(), min(left, COPY_BYTES))
            if not done:
                raise OSError(0, f"{source} became shorter while it was copied")
            left -= done


def copy_some(source: int, target: int, count: int) -> int:
    """Copy up to ``count`` bytes between two files at their positions; returns how many."""
    try:
        return os.copy_file_range(source, target, count)
    except (AttributeError, OSError) as error:
        if isinstance(error, OSError) and error.errno not in UNSUPPORTED:
            raise
    data = memoryview(os.read(source, count))
    written = 0
    while written < len(data):
        written += os.write(target, data[written:])
    return written


def refresh_peak(clip: Clip, layout: Layout, patches: Sequence[Patch], part: PartFile) -> None:
    """Bring a PEAK chunk up to date: from the patches if the old peaks lie elsewhere, else from all."""
    if layout.peak is None or not patches:
        return
    offset, dtype = layout.peak
    part.seek(offset)
    peaks = np.frombuffer(bytearray(part.read(dtype.itemsize * clip.channels)), dtype)
    if len(peaks) != clip.channels:
        return
    covered = [any(p.start_frame <= f < p.stop_frame for p in patches) for f in peaks["frame"]]
    if any(covered) or clip.repair_nonfinite:
        peaks["level"] = 0
        spans = [(0, clip.frames)]
    else:
        spans = [(patch.start_frame, patch.stop_frame) for patch in patches]
    with open_clip(part.path) as written:
        for start, stop in spans:
            for at, native in written.native_blocks(start, stop):
                raise_peaks(peaks, np.abs(to_float32(native)), at)
    part.seek(offset)
    part.write(peaks.tobytes())


def raise_peaks(peaks: np.ndarray, levels: Block, at: int) -> None:
    """Raise (channels,) peaks to the loudest of ``levels`` (frames, channels), which start at ``at``."""
    loudest = levels.argmax(axis=0)
    for channel, frame in enumerate(loudest):
        if levels[frame, channel] > peaks["level"][channel]:
            peaks[channel] = (levels[frame, channel], at + frame)
