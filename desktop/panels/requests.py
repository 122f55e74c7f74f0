"""What was asked of the engine for a document, and what is under way."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from desktop.worker.messages import TakeResult
from engine.settings import RestoreSettings


@dataclass(frozen=True)
class Request:
    """A region to be taken again."""

    region_id: int
    settings: RestoreSettings
    quick_first: bool = False


@dataclass
class Running:
    """The request that is with the engine.

    Attributes:
        full_job, quick_job: ids; None where no quick take was asked for.
        base: takes of lower layers that the jobs hear.
        quick_take: the quick take, once it is there.
        writing: results whose sound is being written, and to which project, by the id of the take to be.
        used_before: the take that was in use when the request began.
    """

    request: Request
    full_job: int
    quick_job: int | None
    base: tuple[int, ...]
    used_before: int | None
    quick_take: int | None = None
    writing: dict[int, tuple[TakeResult, Path]] = field(default_factory=dict)
