"""Recordings and results as bytes, between the machine that a batch runs on and nodes that don't see its files."""

from __future__ import annotations

import dataclasses
import os
import shutil
import tempfile
import time
from contextlib import suppress
from pathlib import Path

from engine.batch.plan import Item
from engine.batch.worker import make_folder
from engine.saving import hold, written_whole

PREFIX, LOCK = "retake-parcel-", "lock"
YOUNG_S = 60.0  # a parcel may be without its lock for a moment after it was made


def read_recording(item: Item, force: bool) -> bytes:
    """The recording's bytes; what a worker on this machine would refuse at once is refused in the same words.

    Raises:
        RecordingError: it can't be read. OutputError, DiskFullError: its result couldn't be written.
        OSError: so too.
    """
    from engine.audio import open_clip
    from engine.export import check_target

    make_folder(item)
    check_target(item.target, sources=[item.source], force=force)
    try:
        if item.source.is_file():
            return item.source.read_bytes()
    except OSError:
        pass
    with open_clip(item.source):  # says why it can't be read
        return item.source.read_bytes()


def write_result(item: Item, data: bytes, force: bool) -> None:
    """Write a result, whole or not at all.

    Raises:
        OutputError, DiskFullError: it can't be written.
    """
    with written_whole(item.target, force=force, needed_bytes=len(data)) as file:
        file.write(data)


class Parcel:
    """A recording that was sent, in a temporary folder of a node for as long as it is worked on.

    Attributes:
        item: as the batch knows it.
        there: with this node's paths; names and suffixes are the same.
    """

    def __init__(self, item: Item, data: bytes) -> None:
        self._folder = Path(os.path.realpath(tempfile.mkdtemp(prefix=PREFIX)))
        self._lock = os.open(self._folder / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC)
        hold(self._lock)  # goes with the process, however it ends
        source = self._folder / "recording" / item.source.name
        self.item = item
        self.there = dataclasses.replace(item, source=source, target=self._folder / "result" / item.target.name)
        try:
            source.parent.mkdir()
            source.write_bytes(data)
        except BaseException:
            self.__exit__()
            raise

    def __enter__(self) -> Parcel:
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self._lock)
        shutil.rmtree(self._folder, ignore_errors=True)


def sweep_parcels() -> None:
    """Remove parcels of workers of this node that were killed."""
    for folder in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        with suppress(OSError):
            if time.time() - folder.stat().st_mtime < YOUNG_S:
                continue
            fd = os.open(folder / LOCK, os.O_RDWR)
            try:
                if hold(fd):
                    shutil.rmtree(folder, ignore_errors=True)
            finally:
                os.close(fd)
