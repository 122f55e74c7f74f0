"""Light and dark: Qt's Fusion style with palettes of our own, and the colours of what Qt has no role for.

The sound is what should be seen, so that everything around it is grey and even; one accent marks what is selected.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib.resources import files

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QGuiApplication, QIcon, QPalette
from PySide6.QtWidgets import QApplication, QDialogButtonBox, QMessageBox

SCHEMES = {
    "system": Qt.ColorScheme.Unknown,
    "light": Qt.ColorScheme.Light,
    "dark": Qt.ColorScheme.Dark,
}


@dataclass(frozen=True)
class Colours:
    """Colours of messages, as ``#rrggbb``; those of the sound are in `desktop.views.colours`.

    Attributes:
        info, good, warning, error: how grave a message is.
    """

    info: str
    good: str
    warning: str
    error: str


DARK = Colours(info="#4f9ddb", good="#67b587", warning="#e6a23c", error="#e5686c")
LIGHT = Colours(info="#2f6fab", good="#2c7a4b", warning="#a86400", error="#b3282d")

_PALETTES = {
    True: {
        QPalette.ColorRole.Window: "#23262b",
        QPalette.ColorRole.WindowText: "#dfe3e8",
        QPalette.ColorRole.Base: "#1a1c20",
        QPalette.ColorRole.AlternateBase: "#202328",
        QPalette.ColorRole.Text: "#dfe3e8",
        QPalette.ColorRole.Button: "#2d3138",
        QPalette.ColorRole.ButtonText: "#dfe3e8",
        QPalette.ColorRole.BrightText: "#ffffff",
        QPalette.ColorRole.Highlight: "#2f6fab",
        QPalette.ColorRole.HighlightedText: "#ffffff",
        QPalette.ColorRole.ToolTipBase: "#2d3138",
        QPalette.ColorRole.ToolTipText: "#dfe3e8",
        QPalette.ColorRole.PlaceholderText: "#878f9b",
        QPalette.ColorRole.Link: "#7db7e8",
        QPalette.ColorRole.Mid: "#3a3f47",
        QPalette.ColorRole.Midlight: "#343941",
        QPalette.ColorRole.Dark: "#17191c",
        QPalette.ColorRole.Light: "#434953",
        QPalette.ColorRole.Shadow: "#0c0d0f",
        QPalette.ColorRole.Accent: "#2f6fab",
    },
    False: {
        QPalette.ColorRole.Window: "#f1f2f4",
        QPalette.ColorRole.WindowText: "#1d2126",
        QPalette.ColorRole.Base: "#ffffff",
        QPalette.ColorRole.AlternateBase: "#f6f7f8",
        QPalette.ColorRole.Text: "#1d2126",
        QPalette.ColorRole.Button: "#e9ebee",
        QPalette.ColorRole.ButtonText: "#1d2126",
        QPalette.ColorRole.BrightText: "#000000",
        QPalette.ColorRole.Highlight: "#2f6fab",
        QPalette.ColorRole.HighlightedText: "#ffffff",
        QPalette.ColorRole.ToolTipBase: "#ffffff",
        QPalette.ColorRole.ToolTipText: "#1d2126",
        QPalette.ColorRole.PlaceholderText: "#6d7580",
        QPalette.ColorRole.Link: "#1f5f9e",
        QPalette.ColorRole.Mid: "#c4c8ce",
        QPalette.ColorRole.Midlight: "#dcdfe3",
        QPalette.ColorRole.Dark: "#a3a9b1",
        QPalette.ColorRole.Light: "#ffffff",
        QPalette.ColorRole.Shadow: "#7a8089",
        QPalette.ColorRole.Accent: "#2f6fab",
    },
}
_WRITTEN_IN = (
    QPalette.ColorRole.WindowText,
    QPalette.ColorRole.Text,
    QPalette.ColorRole.ButtonText,
    QPalette.ColorRole.HighlightedText,
)
_DISABLED = {True: "#6f7681", False: "#9aa1aa"}


def apply(application: QApplication, theme: str) -> None:
    """Dress the whole program; ``theme`` is one of `desktop.preferences.THEMES`."""
    application.setStyle("Fusion")
    application.styleHints().setColorScheme(SCHEMES[theme])
    application.setPalette(palette(is_dark(theme)))


def is_dark(theme: str) -> bool:
    """Whether a theme means dark now; for ``system`` the desktop says it, and one that says nothing counts as light."""
    if theme == "system":
        return QGuiApplication.styleHints().colorScheme() == Qt.ColorScheme.Dark
    return theme == "dark"


def palette(dark: bool) -> QPalette:
    """The palette of one scheme."""
    made = QPalette()
    for role, colour in _PALETTES[dark].items():
        made.setColor(role, QColor(colour))
    for role in _WRITTEN_IN:
        made.setColor(QPalette.ColorGroup.Disabled, role, QColor(_DISABLED[dark]))
    return made


def colours(of: QPalette | None = None) -> Colours:
    """The colours of messages for a palette, by default the program's."""
    ground = (of or QGuiApplication.palette()).color(QPalette.ColorRole.Window)
    return DARK if ground.lightnessF() < 0.5 else LIGHT


def close_icon() -> QIcon:
    """A small cross."""
    return QIcon(str(files("resources") / "icons" / "close.svg"))


def without_icons(box: QDialogButtonBox | QMessageBox) -> None:
    """Leave the buttons of a dialog to their words."""
    for button in box.buttons():
        button.setIcon(QIcon())
