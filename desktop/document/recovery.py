"""What can still be read of a damaged project, in a new one; the damaged file is only ever copied.

Rows are read from both ends of their table, since SQLite stops at the first page that it can't follow. A part of a
take's sound that doesn't fit its checksum becomes silence. The undo history is kept whole or not at all.
"""

from __future__ import annotations

import json
import sqlite3
import tempfile
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from desktop.document.checking import check_recoverable, check_version, copied
from desktop.document.connection import ProjectDamagedError, connect, explained, transaction
from desktop.document.edits import Edit
from desktop.document.files import remove_files
from desktop.document.first_page import replace_first_page
from desktop.document.locks import check_closed
from desktop.document.rows import RegionRow, TakeRow
from desktop.document.sounds import CHUNK_FRAMES, chunk_frames, decoded, remove_sound, write_chunk
from desktop.document.store import create_project, takes_in
from desktop.document.unsaved import new_unsaved
from desktop.translating import translate
from engine.saving import explain

Row = TypeVar("Row")
NEEDED = ("source_path", "source_size", "source_mtime_ns", "rate", "channels", "frames")


@dataclass
class Saved:
    """What was read of a damaged project.

    Attributes:
        facts, regions, takes, history: as far as they could be read.
        complete: whether each row of regions, takes and history could be.
        lost: what could not, in sentences.
    """

    facts: dict[str, Any] = field(default_factory=dict)
    regions: dict[int, RegionRow] = field(default_factory=dict)
    takes: dict[int, TakeRow] = field(default_factory=dict)
    history: list[Edit] = field(default_factory=list)
    complete: bool = True
    lost: list[str] = field(default_factory=list)


def recover_project(path: Path) -> tuple[Path, list[str]]:
    """Write what can be read of a damaged project into a new, unsaved one; open that with `open_project`.

    Returns:
        The new project, and what was lost, in sentences.

    Raises:
        InputError: it is no project, of a newer version, or open.
        ProjectDamagedError: it can't even be read which recording it belongs to.
        DiskFullError, OutputError: the copy or the new project can't be written.
    """
    check_closed(path)
    check_recoverable(path)
    target = new_unsaved(translate("Project", "{name} recovered").format(name=path.stem))
    with tempfile.TemporaryDirectory(prefix="retake-") as folder:
        try:
            with closing(opened_copy(path, Path(folder))) as old:
                saved = read_all(old)
                create_project(target, saved.facts)
                with closing(connect(target, write=True)) as new:
                    carry_sounds(old, new, target, saved)
                    carry_source(old, new, target, saved)
                    write_rows(new, target, saved)
        except BaseException:
            remove_files(target)
            raise
    return target, saved.lost


def opened_copy(path: Path, folder: Path) -> sqlite3.Connection:
    """A connection to a copy of a damaged project with a whole first page; without its journals, if they don't fit.

    Raises:
        ProjectDamagedError: it can't be read which recording it belongs to.
        InputError: it is of a newer version.
        DiskFullError, OutputError: the copy can't be written.
    """
    try:
        return readable(mended(path, folder, journals=True), path)
    except ProjectDamagedError:
        return readable(mended(path, folder, journals=False), path)


def mended(path: Path, folder: Path, *, journals: bool) -> Path:
    """A copy with another project's first page."""
    copy = copied(path, folder, journals=journals)
    try:
        replace_first_page(copy)
    except OSError as error:
        raise explain(error, copy) from error
    return copy


def readable(copy: Path, shown: Path) -> sqlite3.Connection:
    """A connection to a copy that knows its recording; ``shown`` is named in errors.

    Raises:
        ProjectDamagedError: it doesn't.
        InputError: it is of a newer version.
    """
    connection = sqlite3.connect(copy, isolation_level=None)
    try:
        with explained(shown):
            check_version(connection, shown)
        if not facts_of(connection).keys() >= set(NEEDED):
            text = translate("Project", "{path}: is damaged, and it can't be read which recording it belongs to")
            raise ProjectDamagedError(text.format(path=shown))
    except BaseException:
        connection.close()
        raise
    return connection


def facts_of(old: sqlite3.Connection) -> dict[str, Any]:
    """A project's facts, as far as they can be read."""
    return dict(read_rows(old, "facts", "name", lambda name, value: (name, json.loads(value)))[0].values())


def read_all(old: sqlite3.Connection) -> Saved:
    """Facts and rows, as far as they can be read and fit together."""
    saved = Saved(facts=facts_of(old))
    saved.facts = {"source_relative": "", "source_sha256": "", **saved.facts}
    saved.facts.pop("moved_to", None)
    saved.regions, whole_regions = read_rows(old, "regions", "id", lambda _, row: RegionRow.from_dict(json.loads(row)))
    saved.takes, whole_takes = read_rows(old, "takes", "id", lambda _, row: TakeRow.from_dict(json.loads(row)))
    steps, whole_history = read_rows(old, "history", "position", lambda _, edit: Edit.from_dict(json.loads(edit)))
    saved.history = [steps[position] for position in sorted(steps)]
    in_order = sorted(steps) == list(range(len(steps))) and 0 <= saved.facts.get("cursor", -1) <= len(steps)
    saved.complete = whole_regions and whole_takes and whole_history and in_order
    if not (whole_regions and whole_takes):
        saved.lost.append(translate("Project", "Some regions or takes can't be read; how many is not known."))
    return saved


def read_rows(
    old: sqlite3.Connection, table: str, key: str, made: Callable[[Any, str], Row]
) -> tuple[dict[Any, Row], bool]:
    """Rows of a table by their key, from both ends, and whether that is all of them."""
    rows: dict[Any, Row] = {}
    whole = True
    column = {"facts": "value", "history": "edit"}.get(table, "row")
    for order in ("ASC", "DESC"):
        try:
            for name, text in old.execute(f"SELECT {key}, {column} FROM {table} ORDER BY {key} {order}"):
                with suppress(ValueError, TypeError, KeyError):
                    rows[name] = made(name, text)
                whole = whole and name in rows
        except (sqlite3.Error, UnicodeDecodeError):
            whole = False
    return rows, whole


def carry_sounds(old: sqlite3.Connection, new: sqlite3.Connection, target: Path, saved: Saved) -> None:
    """Copy the sounds of all takes that rows and history know, and drop the takes that have none left."""
    for take in list(saved.takes.values()):
        if carry_sound(old, new, target, take, saved) and take.region_id not in saved.regions:
            saved.regions[take.region_id] = region_from(take, saved)
    wanted = takes_in(saved.history) - saved.takes.keys()
    changes = [change for edit in saved.history for change in edit.changes if change.table == "takes"]
    for change in {change.id: change for change in changes if change.id in wanted}.values():
        row = TakeRow.from_dict(change.before or change.after or {})
        saved.complete = carry_sound(old, new, target, row, replace_lost(saved)) and saved.complete


def replace_lost(saved: Saved) -> Saved:
    """The same, for takes that only the history knows: what it lost of them is not worth a sentence."""
    return replace(saved, lost=[], takes={})


def carry_sound(old: sqlite3.Connection, new: sqlite3.Connection, target: Path, take: TakeRow, saved: Saved) -> bool:
    """Copy one take's sound; False, and its row is gone, if none of it can be read."""
    channels = int(saved.facts["channels"])
    chunks = range(-(-take.frames // CHUNK_FRAMES))
    silent = []
    with transaction(new, target):
        new.execute("INSERT INTO sounds VALUES (?, ?, ?, ?)", (take.id, take.start_frame, take.frames, channels))
    for chunk in chunks:
        frames = chunk_frames(take.frames, chunk)
        samples = read_chunk(old, take.id, chunk, channels, frames)
        if samples is None:
            silent.append(chunk)
            samples = np.zeros((channels, frames), np.float32)
        with transaction(new, target):
            write_chunk(new, take.id, chunk, samples)
    name = take.name
    if take.region_id in saved.regions:
        name = translate("Project", "{take} of {region}").format(take=name, region=saved.regions[take.region_id].name)
    if len(silent) == len(chunks):
        saved.lost.append(translate("Project", "{take} is lost: its sound can't be read.").format(take=name))
        saved.takes.pop(take.id, None)
        saved.complete = False
        remove_sound(new, target, take.id)
        return False
    if silent:
        text = translate("Project", "{take} is silent {times}: that can't be read.")
        saved.lost.append(text.format(take=name, times=times_of(take, silent, int(saved.facts["rate"]))))
    return True


def read_chunk(old: sqlite3.Connection, take_id: int, chunk: int, channels: int, frames: int) -> Any:
    """A chunk's samples, or None where they aren't what was written."""
    query = "SELECT samples, crc FROM audio WHERE take_id = ? AND chunk = ?"
    for form in (query, query.replace("audio", "audio NOT INDEXED")):  # the index may be what is damaged
        with suppress(sqlite3.Error):
            row = old.execute(form, (take_id, chunk)).fetchone()
            samples = decoded(row[0], row[1], channels, frames) if row and isinstance(row[0], bytes) else None
            if samples is not None:
                return samples
    return None


def times_of(take: TakeRow, chunks: list[int], rate: int) -> str:
    """Where chunks of a take lie in the recording: ``from 1.000 to 2.365 s``."""
    spans = []
    for chunk in chunks:
        start = take.start_frame + chunk * CHUNK_FRAMES
        stop = start + chunk_frames(take.frames, chunk)
        text = translate("Project", "from {start} to {stop} s")
        spans.append(text.format(start=f"{start / rate:.3f}", stop=f"{stop / rate:.3f}"))
    return ", ".join(spans)


def region_from(take: TakeRow, saved: Saved) -> RegionRow:
    """A region that was lost, as one of its takes knows it."""
    start, end, low_hz, high_hz = take.region
    name = translate("Edit", "Region {number}").format(number=take.region_id)
    text = translate("Project", "{region} was lost and is there again as {take} knows it, without its name and notes.")
    saved.lost.append(text.format(region=name, take=take.name))
    saved.complete = False
    return RegionRow(take.region_id, name, "", start, end, low_hz, high_hz, take.region_id)


def carry_source(old: sqlite3.Connection, new: sqlite3.Connection, target: Path, saved: Saved) -> None:
    """Copy the recording inside the project, if there is one; its bytes are checked when it is opened."""
    if not saved.facts.get("embedded"):
        return
    try:
        for number, crc, block in old.execute("SELECT chunk, crc, bytes FROM source ORDER BY chunk"):
            with transaction(new, target):
                new.execute("INSERT INTO source VALUES (?, ?, ?)", (number, crc, block))
    except sqlite3.Error:
        saved.lost.append(translate("Project", "The recording inside the project is lost; its file is needed."))
        saved.facts.pop("embedded")
        with transaction(new, target):
            new.execute("DELETE FROM source")
            new.execute("DELETE FROM facts WHERE name = 'embedded'")


def write_rows(new: sqlite3.Connection, target: Path, saved: Saved) -> None:
    """Write regions, takes and, if it is whole, the history."""
    regions = [row if row.take_id in saved.takes else replace(row, take_id=None) for row in saved.regions.values()]
    takes = [take for take in saved.takes.values() if take.region_id in saved.regions]
    if not saved.complete:
        saved.history = []
        saved.lost.append(translate("Project", "The undo history is lost."))
    cursor = saved.facts["cursor"] if saved.complete else 0
    with transaction(new, target):
        for table, rows in (("regions", regions), ("takes", takes)):
            new.executemany(f"INSERT INTO {table} VALUES (?, ?)", [(row.id, json.dumps(row.to_dict())) for row in rows])
        steps = [(position, json.dumps(edit.to_dict()), 0.0) for position, edit in enumerate(saved.history)]
        new.executemany("INSERT INTO history VALUES (?, ?, ?)", steps)
        new.executemany("INSERT INTO counters VALUES (?, ?)", counters_of(saved).items())
        new.execute("INSERT OR REPLACE INTO facts VALUES ('cursor', ?)", (json.dumps(cursor),))


def counters_of(saved: Saved) -> dict[str, int]:
    """Numbers that can't have been given out yet, told from what is there."""
    changed = [change for edit in saved.history for change in edit.changes]
    region_ids = [*saved.regions, *(change.id for change in changed if change.table == "regions")]
    take_ids = [*saved.takes, *takes_in(saved.history)]
    most = max(take_ids, default=0)
    names = {f"takes of region {region_id}": most for region_id in region_ids}
    return {"regions": max(region_ids, default=0), "takes": most, **names}
