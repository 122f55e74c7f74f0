"""The text that says what was exported: from which recording, with which takes, how those were made."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import soundfile

from desktop.document.rows import TakeRow
from desktop.export.plan import Output
from desktop.export.source import ExportSource
from engine.export import Written
from engine.model.licence import told
from engine.saving import written_whole

Pair = tuple[Output, Written]


def write_listing(path: Path, source: ExportSource, pairs: Sequence[Pair], made: datetime, *, force: bool) -> None:
    """Write the text, whole or not at all.

    Raises:
        OutputError, DiskFullError: as `engine.saving.written_whole`.
    """
    data = "\n".join(listing(source, pairs, made)).encode()
    with written_whole(path, force=force, needed_bytes=len(data)) as part:
        part.write(data)


def listing(source: ExportSource, pairs: Sequence[Pair], made: datetime) -> list[str]:
    """The lines of the text."""
    lines = ["What was exported", "=================", ""]
    lines += [f"Date:     {made.astimezone().isoformat(timespec='seconds')}"]
    lines += [
        f"Program:  Retake {version('retake')}, libsndfile {soundfile.__libsndfile_version__}, numpy {np.__version__}"
    ]
    lines += ["", *source_lines(source)]
    for output, written in pairs:
        lines += ["", *output_lines(output, written, source)]
    used = list(dict.fromkeys(take_id for output, written in pairs for take_id in laid_in(output, source)))
    for take_id in used:
        lines += ["", *take_lines(source.takes[take_id], source)]
    return [*lines, ""]


def source_lines(source: ExportSource) -> list[str]:
    """The recording."""
    clip = source.clip
    lines = [
        f"Recording: {clip.path}",
        f"    size: {clip.path.stat().st_size} bytes, {clip.frames} frames ({clip.duration_s:.3f} s)",
        f"    format: {clip.container} {clip.subtype}, {clip.rate} Hz, {channels_text(clip.channels)}",
    ]
    return [*lines, f"    SHA-256: {source.sha256}"] if source.sha256 else lines


def channels_text(channels: int) -> str:
    """``1 channel``, ``2 channels``."""
    return "1 channel" if channels == 1 else f"{channels} channels"


def output_lines(output: Output, written: Written, source: ExportSource) -> list[str]:
    """One file that was written."""
    rendition, rate = output.rendition, source.clip.rate
    lines = [
        f"File: {written.path}",
        f"    size: {written.path.stat().st_size} bytes, {written.frames} frames",
        f"    format: {written.container} {written.subtype}, {rendition.rate or rate} Hz",
        f"    of the recording: frames {rendition.start_frame} to {rendition.end_frame} "
        f"({rendition.start_frame / rate:.3f} to {rendition.end_frame / rate:.3f} s)",
        f"    takes laid in: {', '.join(str(number) for number in laid_in(output, source)) or 'none'}",
    ]
    return lines + [f"    note: {note}" for note in written.notes]


def laid_in(output: Output, source: ExportSource) -> list[int]:
    """The takes of which something is heard in an output."""
    first, last = output.rendition.start_frame, output.rendition.end_frame
    rows = [source.takes[take_id] for take_id in output.take_ids]
    return [row.id for row in rows if row.start_frame < last and row.stop_frame > first]


def take_lines(take: TakeRow, source: ExportSource) -> list[str]:
    """How a take was made, so that it can be made again."""
    regions = {row.id: row.name for row in source.regions}
    start, end, low_hz, high_hz = take.region
    rate, settings = source.clip.rate, take.settings
    lines = [
        f"Take {take.id}: {take.name} of {regions.get(take.region_id, 'a region that was removed')}",
        f"    region: frames {start} to {end} ({start / rate:.3f} to {end / rate:.3f} s), {low_hz:g} to {high_hz:g} Hz",
        f"    task: {settings.get('task')}, method: {settings.get('method')}, renderer: {settings.get('renderer')}, "
        f"seed: {settings.get('seed')}",
        f"    settings: {json.dumps(settings, sort_keys=True)}",
        f"    model: {take.model_name} {take.model_hash}, licence: {told(take.licence)}",
        f"    made on {take.device} in {take.seconds:.1f} s, {made_at(take)}",
        f"    laid on takes: {', '.join(map(str, take.base)) or 'none'}",
        f"    measures: {measures_text(take.measures)}",
    ]
    return lines + [f"    note: {note}" for note in take.notes]


def made_at(take: TakeRow) -> str:
    """When a take was made."""
    return datetime.fromtimestamp(take.created_s).astimezone().isoformat(timespec="seconds")


def measures_text(measures: dict[str, Any]) -> str:
    """``lsd_db 3.21, si_sdr_db undefined``."""
    texts = [f"{name} {'undefined' if value is None else f'{value:.4g}'}" for name, value in measures.items()]
    return ", ".join(texts) or "none"
