"""How many workers this machine has room for. Free of torch."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from engine.audio import open_clip
from engine.batch.plan import Plan
from engine.batch.running import size_of
from engine.batch.worker import visible_gpus
from engine.errors import RetakeError
from engine.memory import available_bytes, estimate_bytes
from engine.region import region_of

SHARE_OF_MEMORY = 0.8
LOOKED_AT = 10  # of the largest files, for the memory that they take


def workers_for(plan: Plan, sources: Sequence[Path]) -> int:
    """How many processes this machine has cores, GPUs and memory for, going by the largest recording."""
    gpus = visible_gpus()
    if gpus and plan.shared.settings.device in ("auto", "cuda"):
        return len(gpus)
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    most = max(1, cores // plan.threads)
    needed, free = largest_bytes(plan, sources), available_bytes()
    return most if needed is None or free is None else max(1, min(most, int(SHARE_OF_MEMORY * free / needed)))


def largest_bytes(plan: Plan, sources: Sequence[Path]) -> int | None:
    """The most memory that one of the largest files takes, in any variant; None where none can be opened."""
    largest = sorted(dict.fromkeys(sources), key=size_of)[-LOOKED_AT:]
    return max(filter(None, (_needed_bytes(plan, source) for source in largest)), default=None)


def _needed_bytes(plan: Plan, source: Path) -> int | None:
    """The most memory that a recording takes in any variant; None where it can't be opened or has no such region."""
    shared = plan.shared
    try:
        with open_clip(
            source, allow_truncated=shared.allow_truncated, repair_nonfinite=shared.repair_nonfinite
        ) as clip:
            region = region_of(clip.frames, clip.rate, start_s=shared.start_s, end_s=shared.end_s)
            rate = shared.rate or clip.rate
            frames = region.frames * rate // clip.rate
            return max(estimate_bytes(frames, rate, clip.channels, order.settings) for order in plan.orders.values())
    except RetakeError:
        return None
