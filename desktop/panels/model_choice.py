"""Which model takes again: the bundled one, one that was fetched from a hub, or a folder of one's own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QSignalBlocker, QSize, Qt, Signal
from PySide6.QtWidgets import (
    QFileDialog,
    QHBoxLayout,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QToolButton,
    QWidget,
)

from desktop.panels import kept_models
from desktop.panels.kept_models import KeptModels
from desktop.panels.licence_question import is_agreed
from desktop.panels.numbers import CalmComboBox
from engine.errors import ModelError
from engine.model.folder import BUNDLED, BUNDLED_NAME, check_model, find_model, is_non_commercial, list_models
from engine.model.licence import licence_of
from engine.model.store import fetched_models

TERMS = Qt.ItemDataRole.UserRole + 1
ROOM = 6  # between the lines of the list, in pixels
Index = QModelIndex | QPersistentModelIndex


class WithTerms(QStyledItemDelegate):
    """Shows in the open list what a model may not be used for."""

    def initStyleOption(self, option: QStyleOptionViewItem, index: Index) -> None:  # noqa: N802
        """Put it behind the name."""
        super().initStyleOption(option, index)
        if terms := index.data(TERMS):
            option.text = f"{option.text}  ({terms})"

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:  # noqa: N802
        """With room between the lines."""
        return super().sizeHint(option, index) + QSize(0, ROOM)


class ModelBox(CalmComboBox):
    """A list of models that is made anew when it is opened, and then as wide as its names.

    Signals:
        opening(): it is about to be opened.
    """

    opening = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setItemDelegate(WithTerms(self))

    def showPopup(self) -> None:  # noqa: N802
        """Let the list be filled before it is seen."""
        self.opening.emit()
        bar = self.style().pixelMetric(QStyle.PixelMetric.PM_ScrollBarExtent, None, self)
        self.view().setMinimumWidth(self.view().sizeHintForColumn(0) + bar)
        super().showPopup()


class ModelChoice(QWidget):
    """The models that were found, and a button to look for another folder.

    A model for non-commercial use is chosen once the user agreed to that, which is asked once.

    Signals:
        changed(): by the user.
        refused(str): the folder is no model, and why; the choice before stands.
        said(str, str): level and text of what the user should know.
    """

    changed = Signal()
    refused = Signal(str)
    said = Signal(str, str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.box = ModelBox()
        self.box.setAccessibleName(self.tr("Model"))
        self.browse = QToolButton()
        self.browse.setText("…")
        self.browse.setAccessibleName(self.tr("Browse for a model"))
        self.browse.setToolTip(self.tr("Use a model from a folder in diffusers' layout."))
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.box, 1)
        layout.addWidget(self.browse)
        self._before = BUNDLED
        self._agreed: set[tuple[str, str]] = set()
        self.refresh()
        self.box.opening.connect(self.refresh)
        self.box.currentIndexChanged.connect(self._choose)
        self.browse.clicked.connect(self._browse)

    def model(self) -> str:
        """``bundled``, OWNER/NAME of a fetched one, or a folder."""
        return str(self.box.currentData())

    def terms(self) -> str:
        """What the chosen model may not be used for, in words; empty where it is free."""
        return str(self.box.currentData(TERMS) or "")

    def refresh(self) -> None:
        """List what is there now; what is chosen stays so."""
        with QSignalBlocker(self.box):
            self.box.clear()
            for model in (BUNDLED, *installed(), *folders_there(), self._before):
                self._offer(model)
        self.set_model(self._before)

    def set_model(self, model: str) -> None:
        """Choose a model without saying that it changed; one that is not there is shown, and the job will say so."""
        self._before = model
        with QSignalBlocker(self.box):
            self._offer(model)
            self.box.setCurrentIndex(self.box.findData(model))
        self._explain()

    def take_folder(self, folder: str) -> None:
        """Choose a folder by hand, if it holds a whole model; it is offered in later sessions too."""
        try:
            check_model(folder)
        except ModelError as error:
            self.refused.emit(str(error))
            return
        fetched = {path.resolve(): name for name, path in fetched_models()}
        model = fetched.get(Path(folder).resolve(), folder)
        if model == folder:
            self._keep(lambda kept: kept.with_folder(folder))
        self._offer(model)
        self.box.setCurrentIndex(self.box.findData(model))

    def is_agreed(self, model: str) -> bool:
        """Whether a model may be used: it is free, or the user agreed to its licence, now or earlier."""
        licence = licence_in(model)
        if not is_non_commercial(licence) or (model, licence) in {*self._agreed, *kept_models.load().agreed}:
            return True
        if not is_agreed(self.window(), self._name(model), licence):
            return False
        self._agreed.add((model, licence))  # not asked again where it can't be remembered either
        self._keep(lambda kept: kept.with_agreed(model, licence))
        return True

    def _choose(self) -> None:
        model = self.model()
        if model == self._before:
            return
        if not self.is_agreed(model):
            self.set_model(self._before)
            return
        self._before = model
        self._explain()
        self.changed.emit()

    def _offer(self, model: str) -> None:
        """Add a model to the choices."""
        if self.box.findData(model) >= 0:
            return
        licence = licence_in(model)
        terms = self.tr("non-commercial") if is_non_commercial(licence) else ""
        name = self._name(model)
        self.box.addItem(name, model)
        at = self.box.count() - 1
        self.box.setItemData(at, terms, TERMS)
        self.box.setItemData(at, f"{name}, {terms}" if terms else name, Qt.ItemDataRole.AccessibleTextRole)
        about = [model] if model != BUNDLED else []
        if licence:
            about.append(self.tr("Licence: {licence}").format(licence=licence))
        self.box.setItemData(at, "\n".join(about), Qt.ItemDataRole.ToolTipRole)

    def _name(self, model: str) -> str:
        """A folder's name, with the one that it lies in where another model has that name."""
        if model == BUNDLED:
            return self.tr("Bundled")
        path = Path(model)
        if not path.is_absolute():
            return model
        at = self.box.findText(path.name)
        taken = at >= 0 and self.box.itemData(at) != model
        return f"{path.parent.name}/{path.name}" if taken else path.name or model

    def _explain(self) -> None:
        sentence = self.tr("The model that takes the region again; the bundled one is free to use for anything.")
        about = str(self.box.currentData(Qt.ItemDataRole.ToolTipRole))
        self.box.setToolTip(f"{sentence}\n{about}" if about else sentence)
        self.box.setAccessibleDescription(self.box.toolTip())

    def _keep(self, change: Callable[[KeptModels], KeptModels]) -> None:
        try:
            kept_models.save(change(kept_models.load()))
        except OSError as error:
            text = self.tr("It could not be remembered for the next time: {why}")
            self.said.emit("warning", text.format(why=error.strerror or error))

    def _browse(self) -> None:
        folder = QFileDialog.getExistingDirectory(self, self.tr("Choose a model's folder"))
        if folder:
            self.take_folder(folder)


def installed() -> list[str]:
    """Models that came along beside the bundled one, then the fetched ones."""
    return [
        *(str(path) for path in list_models() if path.name != BUNDLED_NAME),
        *(name for name, _ in fetched_models()),
    ]


def folders_there() -> list[str]:
    """The folders that were chosen by hand, as far as they are there now."""
    return [folder for folder in kept_models.load().folders if Path(folder).is_dir()]


def licence_in(model: str) -> str:
    """What a model's card says; empty where the model isn't there."""
    try:
        return licence_of(find_model(model), model)
    except ModelError:
        return ""
