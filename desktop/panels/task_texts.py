"""Names and sentences of the tasks and their settings, in the language of the window."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from desktop.panels.field_text import Editor, FieldText, StageText
from engine.settings import LOUDEST_THRESHOLD_DB, QUIETEST_THRESHOLD_DB

translate = QCoreApplication.translate


def task_names() -> dict[str, StageText]:
    """Every task by its name in the engine."""
    return {
        "reconstruct": StageText(
            translate("Settings", "Reconstruct"),
            translate("Settings", "Makes the region anew and believes all that is there."),
        ),
        "fill": StageText(
            translate("Settings", "Fill a gap"),
            translate("Settings", "Forgets what is in the region and invents it from what lies around."),
        ),
        "extend": StageText(
            translate("Settings", "Extend the band"),
            translate("Settings", "Invents what is missing above the recording's own cut-off frequency."),
        ),
        "denoise": StageText(
            translate("Settings", "Remove noise"),
            translate(
                "Settings", "Lowers hiss, hum and room; believes each sound as far as it stands out of the noise."
            ),
        ),
        "declip": StageText(
            translate("Settings", "Mend clipping"),
            translate("Settings", "Makes clipped samples anew and leaves all others exactly as they are."),
        ),
    }


def fill_texts() -> dict[str, FieldText]:
    """The settings of the task `fill`."""
    return {
        "ar_ms": FieldText(
            translate("Settings", "Interpolate up to"),
            translate("Settings", "Gaps up to this long are interpolated from the samples around, without the model."),
            low=0.0,
            high=50.0,
            step=1.0,
            decimals=1,
            unit="ms",
            low_text=translate("Settings", "never"),
        ),
        "texture": FieldText(
            translate("Settings", "Texture"),
            translate("Settings", "How much of the surroundings' roughness the filling starts from."),
            basic=True,
        ),
    }


def extend_texts() -> dict[str, FieldText]:
    """The settings of the task `extend`."""
    return {
        "cutoff_hz": FieldText(
            translate("Settings", "Cut-off"),
            translate(
                "Settings", "Everything above this frequency is made anew; automatic finds where the sound ends."
            ),
            low=0.0,
            high=20000.0,
            step=100.0,
            decimals=0,
            unit="Hz",
            low_text=translate("Settings", "automatic"),
            basic=True,
        ),
    }


def denoise_texts() -> dict[str, FieldText]:
    """The settings of the task `denoise`."""
    return {
        "noise_from": FieldText(
            translate("Settings", "Noise from"),
            translate(
                "Settings", "A stretch that holds noise alone, start:end in seconds; empty finds the noise itself."
            ),
            editor=Editor.STRETCH,
            basic=True,
        ),
        "amount": FieldText(
            translate("Settings", "Amount"),
            translate("Settings", "How much of the noise reduction is carried out; 0 changes nothing."),
            basic=True,
        ),
        "floor_db": FieldText(
            translate("Settings", "At most"),
            translate("Settings", "Nothing is lowered by more than this, so that some of the room remains."),
            low=-80.0,
            high=0.0,
            step=1.0,
            decimals=0,
            unit="dB",
        ),
    }


def declip_texts() -> dict[str, FieldText]:
    """The settings of the task `declip`."""
    return {
        "threshold_db": FieldText(
            translate("Settings", "Clipped above"),
            translate("Settings", "The level from which samples count as clipped; automatic finds it by channel."),
            editor=Editor.LEVEL,
            low=QUIETEST_THRESHOLD_DB,
            high=LOUDEST_THRESHOLD_DB,
            step=0.5,
            decimals=1,
            unit="dBFS",
            basic=True,
        ),
        "model_db": FieldText(
            translate("Settings", "Model's share"),
            translate("Settings", "How far the model may move the level of what the classical declipper made."),
            low=0.0,
            high=12.0,
            step=0.1,
            decimals=1,
            unit="dB",
        ),
    }
