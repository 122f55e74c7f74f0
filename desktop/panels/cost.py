"""What a take will cost, said before it is made."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from desktop.document.document import Document
from engine.errors import ModelError
from engine.memory import available_bytes, estimate_bytes
from engine.region import Region
from engine.settings import RestoreSettings

translate = QCoreApplication.translate

GIGA = 1e9
LEAST_GB = 0.1


def cost_of(region: Region, document: Document, settings: RestoreSettings) -> tuple[str, bool]:
    """Length and memory in words, and whether that memory isn't free; of a model that isn't there, the length alone."""
    seconds = f"{region.frames / document.rate:.3g}"
    try:
        needed = estimate_bytes(region.frames, document.rate, document.channels, settings)
    except ModelError:
        return translate("Cost", "{seconds} s").format(seconds=seconds), False
    text = translate("Cost", "{seconds} s, about {needed} GB of memory").format(
        seconds=seconds, needed=f"{max(needed / GIGA, LEAST_GB):.1f}"
    )
    free = available_bytes()
    if free is None or needed <= free:
        return text, False
    scarce = translate("Cost", "{text}; {free} GB are free, so it may be made with less, or fail")
    return scarce.format(text=text, free=f"{free / GIGA:.1f}"), True
