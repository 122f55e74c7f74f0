"""The question that is asked once, before a model is used whose licence rules out commercial use."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtWidgets import QMessageBox, QWidget

from desktop.theme import without_icons

translate = QCoreApplication.translate


def is_agreed(parent: QWidget, name: str, licence: str) -> bool:
    """Say what a model's licence means, and ask whether to use it."""
    box = QMessageBox(parent)
    box.setIcon(QMessageBox.Icon.Information)
    box.setWindowTitle(translate("Licence", "Licence of a Model"))
    box.setTextFormat(Qt.TextFormat.PlainText)
    box.setText(translate("Licence", "{model} is for non-commercial use only.").format(model=name))
    box.setInformativeText(
        translate(
            "Licence",
            "Its licence is {licence}. What you make with it is for non-commercial use only too: takes, and every "
            "export with one of them in it. Takes keep the model's name and licence.\n\n"
            "The bundled model is free to use for anything.",
        ).format(licence=licence)
    )
    use = box.addButton(translate("Licence", "Use It"), QMessageBox.ButtonRole.AcceptRole)
    box.addButton(QMessageBox.StandardButton.Cancel)
    box.setDefaultButton(use)
    without_icons(box)
    box.exec()
    agreed = box.clickedButton() is use
    box.deleteLater()
    return agreed
