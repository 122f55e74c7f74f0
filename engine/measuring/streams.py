"""Two recordings read side by side: cut to blocks of one size, and resampled."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import numpy.typing as npt

from engine.errors import InputError

Samples = npt.NDArray[np.float32]
Reader = Callable[[int, int], Samples]

BLOCK_SAMPLES, BLOCK_FRAMES_MIN = 1 << 17, 1 << 12


class Blocks:
    """Cuts a stream into blocks of one size, so that no result depends on the caller's blocks."""

    def __init__(self, channels: int, frames: int) -> None:
        self._frames = frames
        self._held: Samples = np.zeros((channels, 0), np.float32)

    def push(self, signal: Samples) -> Iterator[Samples]:
        """The blocks that ``(channels, n)`` completes.

        Raises:
            InputError: other channels than before.
        """
        if signal.ndim != 2 or len(signal) != len(self._held):
            raise InputError(f"block has shape {signal.shape}; accepted: ({len(self._held)} channels, frames)")
        held = np.concatenate([self._held, signal], axis=1, dtype=np.float32)
        whole = held.shape[1] // self._frames * self._frames
        self._held = held[:, whole:].copy()
        for start in range(0, whole, self._frames):
            yield held[:, start : start + self._frames]

    def rest(self) -> Samples:
        """What is left when nothing more comes, shorter than a block."""
        return self._held


class Resampler:
    """soxr at its best quality, block by block; nothing where the rates are equal."""

    def __init__(self, rate: int, target_rate: int, channels: int) -> None:
        self._stream = None
        if rate != target_rate:
            import soxr

            self._stream = soxr.ResampleStream(rate, target_rate, channels, dtype="float32", quality="VHQ")

    def push(self, block: Samples, last: bool) -> Samples:
        """``(C, n)`` -> ``(C, m)``."""
        if self._stream is None:
            return block
        # (C, n) -> (n, C) -> (C, m)
        resampled = self._stream.resample_chunk(np.ascontiguousarray(block.T, np.float32), last=last)
        return np.asarray(resampled.T, np.float32)


def block_frames(channels: int) -> int:
    """Frames of a block, so many that it holds about 128 Ki samples."""
    return max(BLOCK_FRAMES_MIN, BLOCK_SAMPLES // channels)


def check_format(rate: int, channels: int) -> None:
    """Refuse what is no recording.

    Raises:
        InputError: no rate or no channel.
    """
    if rate < 1 or channels < 1:
        raise InputError(f"recording of {channels} channels at {rate} Hz; accepted: 1 or more of each")


def check_pair(reference: Samples, result: Samples) -> None:
    """Refuse two blocks that can't lie side by side.

    Raises:
        InputError: their shapes differ, or are not ``(channels, frames)``.
    """
    if reference.ndim != 2 or reference.shape != result.shape:
        raise InputError(
            f"reference has shape {reference.shape}, result {result.shape}; "
            "accepted: (channels, frames), the same for both"
        )
