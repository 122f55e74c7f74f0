"""Turns of the mouse wheel, whatever device they come from."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QWheelEvent

NOTCH = 120  # eighths of a degree: one click of a common wheel
NOTCH_ZOOM = 1.3


def notches_of(event: QWheelEvent) -> tuple[float, float]:
    """Clicks of the wheel, upwards and to the left positive: (the wheel, sideways).

    With Alt held, Qt reports the common wheel as sideways on some systems; it is put right here.
    """
    turned = event.angleDelta()
    sideways, wheel = turned.x() / NOTCH, turned.y() / NOTCH
    if event.modifiers() & Qt.KeyboardModifier.AltModifier and not wheel:
        return sideways, 0.0
    return wheel, sideways
