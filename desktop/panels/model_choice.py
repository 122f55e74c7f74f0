"""Which model takes again: the bundled one, another that is installed, or a folder of one's own."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QToolButton, QWidget

from desktop.panels.numbers import CalmComboBox
from engine.errors import ModelError
from engine.model.folder import BUNDLED, BUNDLED_NAME, check_model, find_model, list_models, read_json

ANY_KIND = ("any",)


def kinds_of(model: str) -> tuple[str, ...]:
    """The kinds of sound that a model knows; ``any`` alone where it doesn't say, or isn't there."""
    try:
        kinds = read_json(find_model(model) / "conditioning.json").get("kinds")
    except ModelError:
        return ANY_KIND
    if not isinstance(kinds, list) or not kinds:
        return ANY_KIND
    return tuple(str(kind) for kind in kinds)


def has_component(model: str, component: str) -> bool:
    """Whether a model has a part, by its folder alone."""
    try:
        return (find_model(model) / component).is_dir()
    except ModelError:
        return False


class ModelChoice(QWidget):
    """The models that were found, and a button to look for another folder.

    Signals:
        changed(): by the user.
        refused(str): the folder is no model, and why; the choice before stands.
    """

    changed = Signal()
    refused = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        sentence = self.tr("The model that takes the region again; the bundled one is free to use for anything.")
        self.box = CalmComboBox()
        self.box.setAccessibleName(self.tr("Model"))
        self.box.setToolTip(sentence)
        self.browse = QToolButton()
        self.browse.setText(self.tr("Browse…"))
        self.browse.setAccessibleName(self.tr("Browse for a model"))
        self.browse.setToolTip(self.tr("Use a model from a folder in diffusers' layout."))
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.box, 1)
        layout.addWidget(self.browse)
        self.box.addItem(self.tr("Bundled"), BUNDLED)
        for path in list_models():
            if path.name != BUNDLED_NAME:
                self.offer(str(path))
        self.box.currentIndexChanged.connect(self.changed)
        self.browse.clicked.connect(self._browse)

    def model(self) -> str:
        """``bundled``, or a folder."""
        return str(self.box.currentData())

    def offer(self, folder: str) -> None:
        """Add a folder to the choices."""
        if self.box.findData(folder) < 0:
            self.box.addItem(Path(folder).name or folder, folder)
            self.box.setItemData(self.box.count() - 1, folder, Qt.ItemDataRole.ToolTipRole)

    def set_model(self, model: str) -> None:
        """Choose a model without saying that it changed; one that is not there is shown, and the job will say so."""
        with QSignalBlocker(self.box):
            self.offer(model)
            self.box.setCurrentIndex(self.box.findData(model))

    def take_folder(self, folder: str) -> None:
        """Choose a folder by hand, if it holds a whole model."""
        try:
            check_model(folder)
        except ModelError as error:
            self.refused.emit(str(error))
            return
        self.offer(folder)
        self.box.setCurrentIndex(self.box.findData(folder))

    def _browse(self) -> None:
        folder = QFileDialog.getExistingDirectory(self, self.tr("Choose a model's folder"))
        if folder:
            self.take_folder(folder)
