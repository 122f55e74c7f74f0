"""Every setting, task, method and renderer in the language of the window; a test holds it complete."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QCoreApplication

from desktop.panels.field_text import FieldText, StageText
from desktop.panels.method_texts import (
    ddcm_texts,
    enhance_texts,
    generate_texts,
    guided_texts,
    hybrid_texts,
    invert_texts,
    method_names,
    optimise_texts,
    partial_texts,
)
from desktop.panels.renderer_texts import gain_texts, griffinlim_texts, renderer_names, splice_texts
from desktop.panels.task_texts import declip_texts, denoise_texts, extend_texts, fill_texts, task_names
from engine.settings import (
    DdcmSettings,
    DeclipSettings,
    DenoiseSettings,
    EnhanceSettings,
    ExtendSettings,
    FillSettings,
    GainSettings,
    GenerateSettings,
    GriffinLimSettings,
    GuidedSettings,
    HybridSettings,
    InvertSettings,
    OptimiseSettings,
    PartialSettings,
    SpliceSettings,
)

translate = QCoreApplication.translate

TEXTS: dict[type[Any], Callable[[], dict[str, FieldText]]] = {
    FillSettings: fill_texts,
    ExtendSettings: extend_texts,
    DenoiseSettings: denoise_texts,
    DeclipSettings: declip_texts,
    GuidedSettings: guided_texts,
    PartialSettings: partial_texts,
    HybridSettings: hybrid_texts,
    InvertSettings: invert_texts,
    GenerateSettings: generate_texts,
    OptimiseSettings: optimise_texts,
    EnhanceSettings: enhance_texts,
    DdcmSettings: ddcm_texts,
    GainSettings: gain_texts,
    GriffinLimSettings: griffinlim_texts,
    SpliceSettings: splice_texts,
}
STAGE_NAMES: dict[str, Callable[[], dict[str, StageText]]] = {
    "task": task_names,
    "method": method_names,
    "renderer": renderer_names,
}


def field_texts(settings_class: type[Any]) -> dict[str, FieldText]:
    """The texts of a settings class by field: first what is seen at once, then the others, as they were written.

    Classes without fields have no texts.
    """
    if not dataclasses.fields(settings_class):
        return {}
    texts = TEXTS[settings_class]()
    return dict(sorted(texts.items(), key=lambda item: not item[1].basic))


def stage_texts(stage: str) -> dict[str, StageText]:
    """The choices of ``task``, ``method`` or ``renderer``, the likeliest first."""
    return STAGE_NAMES[stage]()


def stage_label(stage: str, name: str) -> str:
    """The name for people of a choice; one that isn't known, from another version's project, as it is."""
    known = stage_texts(stage).get(name)
    return known.label if known else name


def kind_label(kind: str) -> str:
    """The name for people of a kind of sound; a kind of another model as it is written there."""
    known = {
        "any": translate("Settings", "Any"),
        "speech": translate("Settings", "Speech"),
        "music": translate("Settings", "Music"),
        "environment": translate("Settings", "Surroundings"),
    }
    return known.get(kind, kind)


def progress_label(stage: str) -> str:
    """What a job is doing, in the language of the window; what isn't known as the engine says it."""
    known = {
        "reading": translate("Settings", "Reading"),
        "resampling": translate("Settings", "Resampling"),
        "analysing": translate("Settings", "Analysing"),
        "interpolating": translate("Settings", "Interpolating"),
        "encoding": translate("Settings", "Encoding"),
        "reading the prompt": translate("Settings", "Reading the prompt"),
        "taking again": translate("Settings", "Taking again"),
        "decoding": translate("Settings", "Decoding"),
        "rendering": translate("Settings", "Rendering"),
        "rendering above the model's band": translate("Settings", "Rendering above the model's band"),
        "measuring": translate("Settings", "Measuring"),
        "finding the noise": translate("Settings", "Finding the noise"),
        "looking for clipping": translate("Settings", "Looking for clipping"),
        "declipping": translate("Settings", "Mending clipping"),
        "loading": translate("Settings", "Loading the model"),
    }
    return known.get(stage, stage[:1].upper() + stage[1:])
