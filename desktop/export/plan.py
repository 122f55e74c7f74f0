"""Which files an export writes: where, from when to when, with which takes."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from desktop.export.choices import suffix_of
from desktop.export.settings import ExportSettings
from desktop.export.source import ExportSource
from desktop.translating import translate
from engine.errors import InputError
from engine.recording.formats import CONTAINERS, WRITTEN, Format, choose_subtype
from engine.rendition import Rendition

LONGEST_NAME = 180  # characters; file systems hold 255 bytes
LISTING_SUFFIX = ".takes.txt"


@dataclass(frozen=True)
class Output:
    """One file to write.

    Attributes:
        target: the file.
        rendition: what of the recording; without its gain, which is measured when it is written.
        take_ids: the takes that are laid in, lowest first.
    """

    target: Path
    rendition: Rendition
    take_ids: tuple[int, ...]


def chosen_format(source: ExportSource, settings: ExportSettings) -> Format:
    """Container and subtype of the files: the source's where nothing else is wanted, else the nearest that fit."""
    own = Format(source.clip.container, source.clip.subtype)
    container = settings.container or (own.container if own.container in WRITTEN else "WAV")
    target = Path(f"x{suffix_of(container, settings.subtype or own.subtype)}")
    return Format(container, settings.subtype or choose_subtype(target, container, own))


def planned(source: ExportSource, settings: ExportSettings, place: Path) -> tuple[Output, ...]:
    """The files of an export.

    Args:
        place: the file, or the folder for several.

    Raises:
        InputError: there is nothing to export.
    """
    if not settings.several:
        bounds = whole_or_selection(source, settings)
        return (Output(place, rendition(settings, *bounds), source.takes_in_use),)
    parts = list(takes_parts(source, settings) if settings.what == "takes" else region_parts(source))
    if not parts:
        takes = translate("Export", "no takes are chosen; tick those that are to be exported")
        raise InputError(takes if settings.what == "takes" else translate("Export", "there are no regions to export"))
    choice = chosen_format(source, settings)
    suffix = suffix_of(choice.container, choice.subtype, source.clip.path)
    names = unique([file_name(settings.pattern, fields) for fields, _, _ in parts])
    return tuple(
        Output(place / f"{name}{suffix}", rendition(settings, *bounds), take_ids)
        for name, (_, bounds, take_ids) in zip(names, parts, strict=True)
    )


Part = tuple[dict[str, str], tuple[int, int], tuple[int, ...]]  # fields of the name, bounds, takes


def whole_or_selection(source: ExportSource, settings: ExportSettings) -> tuple[int, int]:
    """The bounds of an export to one file."""
    if settings.what == "whole":
        return 0, source.clip.frames
    if source.selection is None:
        raise InputError(translate("Export", "nothing is selected; select what is to be exported"))
    return source.selection.start_frame, source.selection.end_frame


def region_parts(source: ExportSource) -> Iterator[Part]:
    """Each region as it is heard, in the order of time."""
    for number, row in enumerate(sorted(source.regions, key=lambda row: (row.start_frame, row.id)), start=1):
        take = source.takes[row.take_id].name if row.take_id in source.takes else translate("Export", "original")
        bounds = (row.start_frame, row.end_frame)
        yield fields_of(source, number, row.name, take, row.start_frame), bounds, source.takes_in_use


def takes_parts(source: ExportSource, settings: ExportSettings) -> Iterator[Part]:
    """Each chosen take, with what was heard beneath it when it was made."""
    names = {row.id: row.name for row in source.regions}
    for number, take_id in enumerate(settings.takes, start=1):
        take = source.takes[take_id]
        beneath = tuple(below for below in take.base if below in source.takes)
        start, end = take.region[:2]
        fields = fields_of(source, number, names.get(take.region_id, translate("Export", "region")), take.name, start)
        yield fields, (start, end), (*beneath, take_id)


def fields_of(source: ExportSource, number: int, region: str, take: str, start: int) -> dict[str, str]:
    """What a pattern's fields stand for."""
    seconds = start / source.clip.rate
    at = f"{int(seconds // 3600)}.{int(seconds // 60 % 60):02}.{seconds % 60:06.3f}"
    return {"source": source.clip.path.stem, "number": f"{number:02}", "region": region, "take": take, "start": at}


def rendition(settings: ExportSettings, start: int, stop: int) -> Rendition:
    """What is written of the frames ``start`` to ``stop``."""
    return Rendition(start, stop, settings.rate, 0.0, 0 if settings.dither else None)


def file_name(pattern: str, fields: dict[str, str]) -> str:
    """A name without what file systems don't take, not hidden, not too long."""
    name = re.sub(r'[\\/:*?"<>|\x00-\x1f]', "_", pattern.format(**fields)).strip(" .")
    return name[:LONGEST_NAME].rstrip(" .") or "export"


def unique(names: list[str]) -> list[str]:
    """Names with a number behind those that come again; letters' case doesn't tell files apart everywhere."""
    met: Counter[str] = Counter()
    taken = {name.lower() for name in names}
    result = []
    for name in names:
        met[name.lower()] += 1
        new, number = name, met[name.lower()]
        while number > 1 and new.lower() in taken:
            new, number = f"{name} ({number})", number + 1
        taken.add(new.lower())
        result.append(new)
    return result


def listing_path(outputs: tuple[Output, ...]) -> Path:
    """Where the text is written that says what was exported."""
    first = outputs[0].target
    if len(outputs) == 1:
        return first.with_name(first.name + LISTING_SUFFIX)
    return first.parent / f"export{LISTING_SUFFIX}"


def all_files(outputs: tuple[Output, ...], settings: ExportSettings) -> list[Path]:
    """Every file that an export writes."""
    listing = [listing_path(outputs)] if settings.listing else []
    return [output.target for output in outputs] + listing


def is_there(path: Path) -> bool:
    """Whether there is a file; a name that can't be one is refused when it is written."""
    try:
        return path.exists()
    except OSError:
        return False


def with_suffix(path: Path, choice: Format, own: Path) -> Path:
    """A file name with an extension that stands for the container; another one is added to, not replaced."""
    suffix = suffix_of(choice.container, choice.subtype, own)
    if choice.container in CONTAINERS.get(path.suffix.lower(), ()):
        return path
    known = path.suffix.lower() in CONTAINERS
    return path.with_suffix(suffix) if known else path.with_name(path.name + suffix)
