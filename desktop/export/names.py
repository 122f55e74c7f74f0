"""Formats and sizes in words, for the export dialog."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QLocale

from desktop.translating import QT_TRANSLATE_NOOP
from engine.recording.samples import sample_type

translate = QCoreApplication.translate

CONTAINER_NAMES = {
    "WAV": "WAV",
    "WAVEX": QT_TRANSLATE_NOOP("Export", "WAV (extensible)"),
    "RF64": QT_TRANSLATE_NOOP("Export", "RF64 (WAV past 4 GB)"),
    "W64": "Wave64",
    "AIFF": "AIFF",
    "CAF": "CAF",
    "AU": "AU",
    "FLAC": "FLAC",
    "OGG": "Ogg",
    "MP3": "MP3",
}
CODED_NAMES = {
    "FLOAT": QT_TRANSLATE_NOOP("Export", "32-bit float"),
    "DOUBLE": QT_TRANSLATE_NOOP("Export", "64-bit float"),
    "ULAW": "µ-law",
    "ALAW": "A-law",
    "VORBIS": "Vorbis",
    "OPUS": "Opus",
    "MPEG_LAYER_III": "MP3",
}


def container_name(container: str) -> str:
    """A container as users know it."""
    return translate("Export", CONTAINER_NAMES.get(container, container))


def subtype_name(subtype: str) -> str:
    """A sample type as users know it: ``24 bit``."""
    if subtype in CODED_NAMES:
        name = translate("Export", CODED_NAMES[subtype])
        return translate("Export", "{name}, lossy").format(name=name) if is_lossy(subtype) else name
    bits = translate("Export", "{bits} bit").format(bits=sample_type(subtype).bits)
    if subtype.startswith("ALAC"):
        return f"Apple Lossless, {bits}"
    return translate("Export", "{bits}, unsigned").format(bits=bits) if subtype == "PCM_U8" else bits


def is_lossy(subtype: str) -> bool:
    """Whether encoding throws something away."""
    return sample_type(subtype).kind == "lossy"


def rate_name(rate: int) -> str:
    """``44.1 kHz``."""
    return f"{QLocale().toString(rate / 1000, 'g', 6)} kHz"


def size_name(size: int) -> str:
    """``12.3 MB``."""
    return QLocale().formattedDataSize(size, 1, QLocale.DataSizeFormat.DataSizeSIFormat)
