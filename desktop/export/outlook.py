"""What an export will come to, in words: how large, and what becomes of the samples."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QCoreApplication

from desktop.document.rows import TakeRow
from desktop.export.choices import estimated_bytes, rounds
from desktop.export.names import is_lossy, size_name
from engine.audio import Clip
from engine.model.licence import is_non_commercial
from engine.recording.formats import Format
from engine.recording.samples import sample_type
from engine.rendition import Rendition

translate = QCoreApplication.translate


def size_text(clip: Clip, renditions: Sequence[Rendition], choice: Format) -> str:
    """How many files there will be, and roughly how large."""
    size = size_name(estimated_bytes(renditions, clip.rate, clip.channels, choice))
    if len(renditions) == 1:
        return translate("Export", "About {size}").format(size=size)
    return translate("Export", "{count} files, about {size} together").format(count=len(renditions), size=size)


def licence_text(takes: Sequence[TakeRow]) -> str:
    """What the files may not be used for, and which models' takes are why; empty where there is nothing to say."""
    models = {f"{take.model_name} ({take.licence})" for take in takes if is_non_commercial(take.licence)}
    if not models:
        return ""
    text = translate("Export", "For non-commercial use only: takes in it were made with {models}.")
    return text.format(models=", ".join(sorted(models)))


def quality_text(clip: Clip, subtype: str, keeps_samples: bool) -> str:
    """What becomes of the samples that no take changed, where rate and level stay or don't."""
    if is_lossy(subtype):
        return translate("Export", "Lossy: every sample changes a little, outside the takes too.")
    if rounds(Format(clip.container, clip.subtype), subtype, processed=not keeps_samples):
        return translate("Export", "All samples are rounded to {bits} bits.").format(bits=sample_type(subtype).bits)
    if not keeps_samples:
        return translate("Export", "All samples are computed anew.")
    return translate("Export", "Outside the takes every sample is kept as it is.")
