"""Names and sentences of the renderers, their settings and the splice's, in the language of the window."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from desktop.panels.field_text import Editor, FieldText, StageText

translate = QCoreApplication.translate


def renderer_names() -> dict[str, StageText]:
    """Every renderer by its name in the engine."""
    return {
        "gain": StageText(
            translate("Settings", "Recording's own sound"),
            translate("Settings", "Shapes the recording itself and keeps its phase; invents only what is absent."),
        ),
        "griffinlim": StageText(
            translate("Settings", "Found phase"),
            translate("Settings", "Makes all of the sound anew and finds its phase by iteration (Griffin-Lim)."),
        ),
        "vocoder": StageText(
            translate("Settings", "Vocoder"),
            translate("Settings", "Makes all of the sound anew with the model's own vocoder, where it has one."),
        ),
    }


def gain_texts() -> dict[str, FieldText]:
    """The settings of the renderer `gain`."""
    return {
        "boost_db": FieldText(
            translate("Settings", "Raise at most"),
            translate("Settings", "No part of the sound is raised by more than this."),
            high=60.0,
            step=1.0,
            decimals=1,
            unit="dB",
        ),
        "cut_db": FieldText(
            translate("Settings", "Lower at most"),
            translate("Settings", "No part of the sound is lowered by more than this."),
            high=120.0,
            step=1.0,
            decimals=1,
            unit="dB",
        ),
        "window_ms": FieldText(
            translate("Settings", "Window"),
            translate("Settings", "Length of the analysis: longer follows tones closer, shorter follows attacks."),
            low=5.0,
            high=200.0,
            step=5.0,
            decimals=0,
            unit="ms",
        ),
    }


def griffinlim_texts() -> dict[str, FieldText]:
    """The settings of the renderer `griffinlim`."""
    return {
        "iterations": FieldText(
            translate("Settings", "Iterations"),
            translate("Settings", "How often the phase is refined; more takes longer and rings less."),
            editor=Editor.WHOLE_NUMBER,
            high=500,
            step=8,
        ),
        "momentum": FieldText(
            translate("Settings", "Momentum"),
            translate("Settings", "How boldly each iteration goes on from the last; 0 is the plain algorithm."),
            step=0.01,
        ),
    }


def splice_texts() -> dict[str, FieldText]:
    """How a take is laid into the recording."""
    return {
        "context_s": FieldText(
            translate("Settings", "Context"),
            translate("Settings", "How much sound on each side of the region the model hears."),
            high=10.0,
            step=0.1,
            unit="s",
        ),
        "fade_ms": FieldText(
            translate("Settings", "Cross-fade"),
            translate("Settings", "Length of the cross-fade at each border, inside the region."),
            high=200.0,
            step=1.0,
            decimals=1,
            unit="ms",
        ),
    }
