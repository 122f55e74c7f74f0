"""An export as it runs: file after file, each whole or not at all, in a thread of its own."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from threading import Event

from PySide6.QtCore import QObject, QThread, Signal

from desktop.export.listing import Pair, write_listing
from desktop.export.plan import Output, all_files, chosen_format, is_there, listing_path
from desktop.export.settings import ExportSettings
from desktop.export.source import ExportSource
from desktop.translating import translate
from engine.audio import Clip
from engine.errors import Cancelled, OutputError, RetakeError
from engine.export import Written
from engine.normalising import gain_for
from engine.progress import Control
from engine.rendition import write_rendition

PARTS = 1000  # of the whole, in which progress is told
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Exported:
    """What was written: the files, the text about them, and what the user must be told."""

    files: tuple[Path, ...]
    listing: Path | None
    notes: tuple[str, ...]


def export(
    source: ExportSource,
    settings: ExportSettings,
    outputs: tuple[Output, ...],
    *,
    overwrite: frozenset[Path] = frozenset(),
    control: Control | None = None,
) -> Exported:
    """Write the files of a plan.

    Args:
        overwrite: files that may be there already; others must not.
        control: told of progress and asked whether to stop.

    Raises:
        RecordingError: the recording was changed or removed since it was opened, or can't be read.
        OutputError, DiskFullError: a file can't be written; those before it stay, it leaves nothing.
        Cancelled: the user stopped; those before it stay, it leaves nothing.
    """
    control = control or Control()
    check_free(source, all_files(outputs, settings), overwrite)
    pairs: list[Pair] = []
    with source.opened() as clip:
        source.clip.check_unchanged()
        for index, output in enumerate(outputs):
            share = Control(shared(control.report, index, len(outputs)), control.cancelled, control.notes)
            written = write_output(source, clip, settings, output, output.target in overwrite, share)
            pairs.append((output, written))
        notes = tuple(dict.fromkeys([*clip.notes, *(note for _, written in pairs for note in written.notes)]))
    listing = listing_path(outputs) if settings.listing else None
    if listing is not None:
        write_listing(listing, source, pairs, datetime.now().astimezone(), force=listing in overwrite)
    return Exported(tuple(output.target for output in outputs), listing, notes)


def check_free(source: ExportSource, files: list[Path], overwrite: frozenset[Path]) -> None:
    """Refuse before the first file is written what would stop the last one.

    Raises:
        OutputError: a file is there already and may not be overwritten, or is the recording itself.
    """
    check_not_recording(source, files)
    for file in files:
        if is_there(file) and file not in overwrite:
            text = translate("Export", "{path}: exists already; choose another name")
            raise OutputError(text.format(path=file))


def check_not_recording(source: ExportSource, files: list[Path]) -> None:
    """Refuse to write the recording itself, also through a link.

    Raises:
        OutputError: one of the files is it.
    """
    recording = source.clip.path
    for file in files:
        if is_there(file) and recording.exists() and file.samefile(recording):
            text = translate(
                "Export", "{path}: is the recording itself, which is never overwritten; choose another name"
            )
            raise OutputError(text.format(path=file))


def write_output(
    source: ExportSource, clip: Clip, settings: ExportSettings, output: Output, force: bool, control: Control
) -> Written:
    """Write one file."""
    rendition = output.rendition
    control.check("exporting")
    patches = source.patches(output.take_ids, rendition.start_frame, rendition.end_frame)
    measured = settings.normalising.mode != "off"
    if measured:
        first = Control(shared(control.report, 0, 2), control.cancelled, control.notes)
        control = Control(shared(control.report, 1, 2), control.cancelled, control.notes)
        gain_db, notes = gain_for(clip, patches, rendition, settings.normalising, first)
        rendition = replace(rendition, gain_db=gain_db)
    choice = chosen_format(source, settings)
    written = write_rendition(
        clip,
        patches,
        output.target,
        rendition,
        container=choice.container,
        subtype=choice.subtype,
        force=force,
        control=control,
    )
    return replace(written, notes=(*written.notes, *notes)) if measured else written


def shared(report: Callable[[str, int, int], None], index: int, count: int) -> Callable[[str, int, int], None]:
    """A report of a whole, of which part ``index`` of ``count`` reports here."""

    def told(stage: str, done: int, of: int) -> None:
        report(stage, round(PARTS * (index + done / max(1, of)) / count), PARTS)

    return told


class ExportThread(QThread):
    """Runs one export; started with `start`, stopped with `cancel`, waited for with `wait`.

    Attributes:
        outputs: its plan.

    Signals:
        progressed(str, int, int): stage, parts done, parts in all.
        exported(Exported): all of them are.
        failed(str): what went wrong.
        cancelled(): the user stopped it.
    """

    progressed = Signal(str, int, int)
    exported = Signal(object)
    failed = Signal(str)
    cancelled = Signal()

    def __init__(
        self,
        source: ExportSource,
        settings: ExportSettings,
        outputs: tuple[Output, ...],
        overwrite: frozenset[Path] = frozenset(),
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.outputs = outputs
        self._source, self._settings, self._overwrite = source, settings, overwrite
        self._stop = Event()
        self._told = -1

    def cancel(self) -> None:
        """Stop at the next block."""
        self._stop.set()

    def run(self) -> None:
        control = Control(self._report, self._stop.is_set)
        try:
            result = export(
                self._source,
                self._settings,
                self.outputs,
                overwrite=self._overwrite,
                control=control,
            )
        except Cancelled:
            self.cancelled.emit()
        except RetakeError as error:
            self.failed.emit(str(error))
        except Exception as error:  # a bug, or a file taken away while it was read: told and logged, nothing left
            log.exception("an export failed")
            text = translate("Export", "the export failed: {error}")
            self.failed.emit(text.format(error=str(error) or type(error).__name__))
        else:
            self.exported.emit(result)

    def _report(self, stage: str, done: int, of: int) -> None:
        if done != self._told:
            self._told = done
            self.progressed.emit(stage, done, of)
