"""The About box: version, and under which terms everything that is in the program comes."""

from __future__ import annotations

from email.message import Message
from importlib.metadata import PackageNotFoundError, metadata, version
from importlib.resources import files

from PySide6.QtCore import QCoreApplication, Qt, qVersion
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLabel, QTextBrowser, QVBoxLayout, QWidget

from desktop.theme import without_icons

LIBRARIES = (
    "PySide6-Essentials",
    "pyqtgraph",
    "torch",
    "diffusers",
    "transformers",
    "safetensors",
    "numpy",
    "scipy",
    "soundfile",
    "soxr",
    "matplotlib",
    "platformdirs",
)
ICON_SIZE = 56


class AboutDialog(QDialog):
    """Who made it, of what, under which licences."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("About Retake"))
        mark = QLabel(self)
        mark.setPixmap(self.windowIcon().pixmap(ICON_SIZE, ICON_SIZE))
        title = QLabel(f"<h2>Retake {_version('retake')}</h2>", self)
        what = QLabel(self.tr("Takes damaged stretches of a recording again and leaves the rest untouched."), self)
        what.setWordWrap(True)
        text = QTextBrowser(self)
        text.setOpenExternalLinks(False)
        text.setAccessibleName(self.tr("Licences"))
        text.setMarkdown(self._licences())
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        without_icons(buttons)
        layout = QVBoxLayout(self)
        layout.addWidget(mark, 0, Qt.AlignmentFlag.AlignHCenter)
        layout.addWidget(title, 0, Qt.AlignmentFlag.AlignHCenter)
        layout.addWidget(what, 0, Qt.AlignmentFlag.AlignHCenter)
        layout.addWidget(text, 1)
        layout.addWidget(buttons)
        em = self.fontMetrics().averageCharWidth()
        self.resize(80 * em, 36 * self.fontMetrics().height())

    def _licences(self) -> str:
        rows = [self.tr("Retake and the model that ships with it are free to use, in paid work too (MIT licence)."), ""]
        rows += [self.tr("It stands on these libraries, each under its own licence:"), ""]
        rows += [f"- {name} {_version(name)}: {_licence(name)}" for name in LIBRARIES]
        rows += [f"- Qt {qVersion()}: LGPL-3.0", "", "## " + self.tr("The bundled model"), ""]
        rows.append((files("resources") / "models" / "retake-mini" / "README.md").read_text(encoding="utf-8"))
        return "\n".join(rows)


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return ""


def _licence(package: str) -> str:
    """What a package's own metadata says of its licence, in one line."""
    try:
        said: Message = metadata(package)  # type: ignore[assignment]  # it is one; only its protocol is narrower
    except PackageNotFoundError:
        return QCoreApplication.translate("AboutDialog", "not installed")
    text = said.get("License-Expression") or said.get("License") or ""
    if 0 < len(text) < 60:
        return text
    trove = [line.split("::")[-1].strip() for line in said.get_all("Classifier") or [] if line.startswith("License")]
    return ", ".join(trove) or QCoreApplication.translate("AboutDialog", "see its documentation")
