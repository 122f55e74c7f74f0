"""What a user does with regions and takes: small functions, each of which makes one edit."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import replace

from PySide6.QtCore import QCoreApplication

from desktop.document.changes import added, bounds_of, changed, plain, removed
from desktop.document.document import Document
from desktop.document.edits import Edit
from desktop.document.rows import RegionRow, TakeRow
from desktop.worker.messages import TakeResult
from engine.audio import Patch
from engine.errors import InputError
from engine.region import Region
from engine.settings import LONGEST_CONTEXT_S, described

translate = QCoreApplication.translate


def add_region(document: Document, region: Region, name: str = "", text: str = "") -> int:
    """Keep a region, above all others; returns its id.

    Args:
        name: "Region" and a number that was never used where it is empty.
        text: what the history shows, where that is not "Add" and the name.

    Raises:
        InputError: it doesn't lie in the recording.
    """
    check_region(document, region)
    region_id = document.new_number("regions")
    name = name or translate("Edit", "Region {number}").format(number=region_id)
    layer = max((row.layer for row in document.regions.values()), default=0) + 1
    row = RegionRow(region_id, name, "", **bounds_of(region), layer=layer)
    document.do(Edit(text or translate("Edit", "Add {region}").format(region=name), (added(row),)))
    return region_id


def add_regions(document: Document, regions: Sequence[tuple[Region, str, str]]) -> list[int]:
    """Keep several regions with their names and notes, above all others, the last on top; returns their ids.

    Raises:
        InputError: one doesn't lie in the recording.
        DiskFullError, OutputError: they could not be written; the document is as before.
    """
    for region, _, _ in regions:
        check_region(document, region)
    top = max((row.layer for row in document.regions.values()), default=0)
    rows = [
        RegionRow(document.new_number("regions"), name, notes, **bounds_of(region), layer=layer)
        for layer, (region, name, notes) in enumerate(regions, start=top + 1)
    ]
    one, several = translate("Edit", "Add {region}"), translate("Edit", "Add {count} regions")
    text = one.format(region=rows[0].name) if len(rows) == 1 else several.format(count=len(rows))
    document.do(Edit(text, tuple(map(added, rows))))
    return [row.id for row in rows]


def change_region(
    document: Document,
    region_id: int,
    *,
    region: Region | None = None,
    name: str | None = None,
    notes: str | None = None,
) -> None:
    """Change what is given of a region; its takes stay where they were made.

    Raises:
        InputError: the new bounds don't lie in the recording, or there is no such region.
    """
    row = region_row(document, region_id)
    after, text, kind = row, "", f"region {region_id}"
    if region is not None:
        check_region(document, region)
        after = replace(after, **bounds_of(region))
        text, kind = translate("Edit", "Change the bounds of {region}"), f"{kind} bounds"
    if notes is not None:
        after = replace(after, notes=notes)
        text, kind = translate("Edit", "Change the notes of {region}"), f"{kind} notes"
    if name is not None:
        after = replace(after, name=name)
        text, kind = translate("Edit", "Rename {region}"), f"{kind} name"
    if after != row:
        document.do(Edit(text.format(region=after.name), (changed(row, after),), kind))


def remove_regions(document: Document, ids: Iterable[int]) -> None:
    """Remove regions with their takes; undone, all of it is there again, sound included.

    Raises:
        InputError: there is no such region.
    """
    rows = [region_row(document, region_id) for region_id in dict.fromkeys(ids)]
    gone = {row.id for row in rows}
    takes = [take for take in document.takes.values() if take.region_id in gone]
    one, several = translate("Edit", "Remove {region}"), translate("Edit", "Remove {count} regions")
    text = one.format(region=rows[0].name) if len(rows) == 1 else several.format(count=len(rows))
    document.do(Edit(text, (*map(removed, takes), *map(removed, rows))))


def move_region(document: Document, region_id: int, by: int) -> None:
    """Move a region ``by`` layers up, or down where that is negative, past those that lie there.

    Raises:
        InputError: there is no such region.
    """
    row = region_row(document, region_id)
    order = list(document.regions)
    at = order.index(region_id)
    order.insert(max(0, at + by), order.pop(at))
    layers = sorted(region.layer for region in document.regions.values())
    rows = [(document.regions[name], layer) for name, layer in zip(order, layers, strict=True)]
    changes = tuple(changed(region, replace(region, layer=layer)) for region, layer in rows if region.layer != layer)
    text = translate("Edit", "Raise {region}") if by > 0 else translate("Edit", "Lower {region}")
    document.do(Edit(text.format(region=row.name), changes, f"region {region_id} layer"))


def layers_past(document: Document, region_id: int, way: int) -> int:
    """What to move a region by so that it passes the next one that sounds at the same time, up for 1 and down for -1.

    0 where none lies there.

    Raises:
        InputError: there is no such region.
    """
    start, stop = extent(document, region_row(document, region_id))
    order = list(document.regions.values())
    at = order.index(document.regions[region_id])
    for count, other in enumerate(order[at + 1 :] if way > 0 else order[:at][::-1], start=1):
        first, last = extent(document, other)
        if first < stop and start < last:
            return way * count
    return 0


def extent(document: Document, row: RegionRow) -> tuple[int, int]:
    """First frame and end of a region and of its take in use, which may lie elsewhere."""
    if row.take_id is None:
        return row.start_frame, row.end_frame
    take = document.takes[row.take_id]
    return min(row.start_frame, take.start_frame), max(row.end_frame, take.stop_frame)


def use_take(document: Document, region_id: int, take_id: int | None) -> None:
    """Let one of a region's takes be heard, or the original for None.

    Raises:
        InputError: there is no such region, or it has no such take.
    """
    row = region_row(document, region_id)
    if take_id is None:
        text = translate("Edit", "Use the original of {region}").format(region=row.name)
    else:
        take = take_row(document, take_id)
        if take.region_id != region_id:
            text = translate("Edit", "take {take} is of region {region}; one of region {expected} is expected")
            raise InputError(text.format(take=take_id, region=take.region_id, expected=region_id))
        text = translate("Edit", "Use {take} of {region}").format(take=take.name, region=row.name)
    if row.take_id != take_id:
        document.do(Edit(text, (changed(row, replace(row, take_id=take_id)),)))


def takes_below(document: Document, region_id: int, margin_s: float = LONGEST_CONTEXT_S) -> tuple[int, ...]:
    """Takes of lower layers that are in use within ``margin_s`` of a region, lowest first: what a new take hears.

    Raises:
        InputError: there is no such region.
    """
    row = region_row(document, region_id)
    margin = round(margin_s * document.rate)
    first, last = row.start_frame - margin, row.end_frame + margin
    lower = [other for other in document.regions.values() if (other.layer, other.id) < (row.layer, row.id)]
    used = [document.takes[other.take_id] for other in lower if other.take_id is not None]
    return tuple(take.id for take in used if take.start_frame < last and take.stop_frame > first)


def reserve_take(document: Document) -> int:
    """An id for a take whose sound is to be written in another thread, with `desktop.document.store.write_patch`."""
    return document.new_number("takes")


def add_take(
    document: Document,
    region_id: int,
    result: TakeResult,
    use: bool = True,
    replaces: int | None = None,
    *,
    base: Sequence[int] | None = None,
    take_id: int | None = None,
) -> int:
    """Add what the engine made to a region's takes; returns the take's id.

    Args:
        use: let it be heard.
        replaces: a take, a quick one mostly, whose name, star and place in use it takes over, if that is still there.
        base: what was heard beneath when it was made; as it is now where None.
        take_id: from `reserve_take`, where the sound is written already.

    Raises:
        InputError: there is no such region, or the sound doesn't fit the recording.
        DiskFullError, OutputError: it could not be written; the document is as before.
    """
    row = region_row(document, region_id)
    check_patch(document, result.patch)
    before = document.takes.get(replaces) if replaces is not None else None
    if take_id is None or not document.store.has_sound(take_id):
        take_id = reserve_take(document)
        document.store.write_patch(take_id, result.patch)
    beneath = takes_below(document, region_id) if base is None else tuple(base)
    take = made_take(document, region_id, result, take_id, before, beneath)
    in_use = take_id if use or (before and row.take_id == before.id) else row.take_id
    changes = [removed(before)] if before else []
    changes += [added(take), changed(row, replace(row, take_id=in_use))]
    text = translate("Edit", "Add {take} to {region}").format(take=take.name, region=row.name)
    document.do(Edit(text, tuple(c for c in changes if c.before != c.after)))
    return take_id


def rename_take(document: Document, take_id: int, name: str) -> None:
    """Give a take another name.

    Raises:
        InputError: there is no such take.
    """
    row = take_row(document, take_id)
    if name != row.name:
        text = translate("Edit", "Rename {take}").format(take=name)
        document.do(Edit(text, (changed(row, replace(row, name=name)),), f"take {take_id} name"))


def star_take(document: Document, take_id: int, starred: bool = True) -> None:
    """Mark a take, or take the mark away.

    Raises:
        InputError: there is no such take.
    """
    row = take_row(document, take_id)
    if starred != row.starred:
        text = translate("Edit", "Star {take}") if starred else translate("Edit", "Take the star off {take}")
        document.do(Edit(text.format(take=row.name), (changed(row, replace(row, starred=starred)),)))


def remove_takes(document: Document, ids: Iterable[int]) -> None:
    """Remove takes; a region that used one of them sounds as the original again.

    Raises:
        InputError: there is no such take.
    """
    rows = [take_row(document, take_id) for take_id in dict.fromkeys(ids)]
    gone = {row.id for row in rows}
    users = [row for row in document.regions.values() if row.take_id in gone]
    one, several = translate("Edit", "Remove {take}"), translate("Edit", "Remove {count} takes")
    text = one.format(take=rows[0].name) if len(rows) == 1 else several.format(count=len(rows))
    changes = [changed(row, replace(row, take_id=None)) for row in users] + [removed(row) for row in rows]
    document.do(Edit(text, tuple(changes)))


def made_take(
    document: Document, region_id: int, result: TakeResult, take_id: int, before: TakeRow | None, base: tuple[int, ...]
) -> TakeRow:
    """The row of a new take."""
    number = 0 if before else document.new_number(f"takes of region {region_id}")
    name = before.name if before else translate("Edit", "Take {number}").format(number=number)
    bounds, patch = result.region, result.patch
    row = TakeRow(
        take_id,
        region_id,
        name,
        before.starred if before else False,
        described(result.settings),
        result.model_name,
        result.model_hash,
        result.licence,
        result.device,
        result.seconds,
        tuple(result.notes),
        result.measures,
        base,
        time.time(),
        patch.start_frame,
        int(patch.samples.shape[1]),
        result.quick,
        (bounds.start_frame, bounds.end_frame, bounds.low_hz, bounds.high_hz),
    )
    return TakeRow.from_dict(plain(row.to_dict()))


def check_region(document: Document, region: Region) -> None:
    """Refuse bounds that don't lie in the recording."""
    nyquist_hz = document.rate / 2
    if not 0 <= region.start_frame < region.end_frame <= document.frames:
        given = translate("Edit", "region reaches from frame {start} to {end}")
        there = translate("Edit", "the recording holds 0 to {last}, and the end lies after the start")
        given = given.format(start=region.start_frame, end=region.end_frame)
        raise InputError(f"{given}; {there.format(last=document.frames)}")
    if not 0 <= region.low_hz < region.high_hz <= nyquist_hz:
        text = translate("Edit", "band is {low:g} to {high:g} Hz; it must rise, within 0 to {most:g} Hz")
        raise InputError(text.format(low=region.low_hz, high=region.high_hz, most=nyquist_hz))


def check_patch(document: Document, patch: Patch) -> None:
    """Refuse sound that can't lie in the recording."""
    channels = patch.samples.shape[0]
    fits = 0 <= patch.start_frame < patch.stop_frame <= document.frames
    if not (fits and channels == document.channels):
        given = translate("Edit", "the take has {channels} channels and reaches from frame {start} to {end}")
        there = translate("Edit", "the recording has {channels} channels and {frames} frames")
        given = given.format(channels=channels, start=patch.start_frame, end=patch.stop_frame)
        raise InputError(f"{given}; {there.format(channels=document.channels, frames=document.frames)}")


def region_row(document: Document, region_id: int) -> RegionRow:
    """A region's row; InputError where there is none."""
    if region_id not in document.regions:
        raise InputError(translate("Edit", "there is no region {number}").format(number=region_id))
    return document.regions[region_id]


def take_row(document: Document, take_id: int) -> TakeRow:
    """A take's row; InputError where there is none."""
    if take_id not in document.takes:
        raise InputError(translate("Edit", "there is no take {number}").format(number=take_id))
    return document.takes[take_id]
