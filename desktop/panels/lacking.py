"""What a model has to be told before it can take a region again, and wasn't."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from desktop.document.document import Document
from desktop.panels.setting_texts import stage_label
from desktop.panels.told import Told
from engine.region import Region, is_interpolated
from engine.settings import RestoreSettings, asks_unet

translate = QCoreApplication.translate

SPOKEN = "transcription"


def lacking(region: Region, document: Document, settings: RestoreSettings, told: Told) -> str:
    """What a model that speaks still has to be told, in words; empty where nothing is lacking."""
    if not told.speech or not asks_unet(settings):
        return ""
    if is_interpolated(region, document.frames, document.rate, settings):
        return ""
    spoken = getattr(settings.method_settings, SPOKEN, None)
    if spoken is None:
        text = translate("Lacking", "{method} can't tell this model what is said; choose another method or model.")
        return text.format(method=stage_label("method", settings.method))
    return "" if spoken else translate("Lacking", "This model speaks: type what is said under Spoken words.")
