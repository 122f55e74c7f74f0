"""What an export is made from: a document as it is now, safe to be read in another thread."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from desktop.document.document import Document
from desktop.document.rows import RegionRow, TakeRow
from desktop.document.sounds import TakeSounds
from engine.audio import Clip, Patch, open_clip
from engine.region import Region
from engine.scratch import scratch_array


@dataclass(frozen=True)
class ExportSource:
    """A document's state; later edits don't change it.

    Attributes:
        clip: the document's, asked only whether its file is still the same.
        project: where the takes' sound lies.
        regions: in the order of their layers, lowest first.
        takes: by id.
        selection: the region that is selected, or None.
        sha256: of the recording, empty where it isn't known.
    """

    clip: Clip
    project: Path
    regions: tuple[RegionRow, ...]
    takes: dict[int, TakeRow]
    selection: Region | None
    sha256: str = ""

    @property
    def takes_in_use(self) -> tuple[int, ...]:
        """The takes that are heard, lowest layer first."""
        return tuple(row.take_id for row in self.regions if row.take_id is not None and row.take_id in self.takes)

    def opened(self) -> Clip:
        """The recording, opened once more.

        Raises:
            RecordingError: it was changed or removed since the document was opened, or can't be read.
        """
        self.clip.check_unchanged()
        # What was cut off when the document was opened was accepted then, and the file is the same.
        return open_clip(self.clip.path, allow_truncated=True, repair_nonfinite=self.clip.repair_nonfinite)

    def patches(self, take_ids: tuple[int, ...], start: int, stop: int) -> list[Patch]:
        """The sound of takes that are heard within frames ``start`` to ``stop``, later ones above.

        Raises:
            ProjectDamagedError: it can't be read.
        """
        near = [self.takes[take_id] for take_id in take_ids]
        sounds = TakeSounds(self.project)
        try:
            return [patch_of(sounds, row) for row in near if row.start_frame < stop and row.stop_frame > start]
        finally:
            sounds.close()


def patch_of(sounds: TakeSounds, row: TakeRow) -> Patch:
    """A take's sound, on disk where it is very long."""
    start, frames, channels = sounds.size(row.id)
    samples = scratch_array((channels, frames))
    for at, part in sounds.parts(row.id, 0, frames):
        samples[:, at : at + part.shape[1]] = part
    return Patch(start, samples)


def source_of(document: Document) -> ExportSource:
    """A document as it is now."""
    return ExportSource(
        document.clip,
        document.store.path,
        tuple(document.regions.values()),
        dict(document.takes),
        document.selection,
        str(document.store.facts().get("source_sha256", "")),
    )
