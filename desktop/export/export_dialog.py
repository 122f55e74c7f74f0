"""The dialog that exports: what, in which format, where; and how far it is."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QCloseEvent, QPalette
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QMessageBox,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from desktop.export.format_box import FormatBox, choose
from desktop.export.job import Exported, ExportThread, check_not_recording
from desktop.export.listing import laid_in
from desktop.export.outlook import licence_text, quality_text, size_text
from desktop.export.plan import Output, all_files, chosen_format, is_there, planned, with_suffix
from desktop.export.settings import DEFAULT_PATTERN, DEFAULT_TAKES_PATTERN, ExportSettings
from desktop.export.source import ExportSource
from desktop.export.takes_list import TakesList
from desktop.theme import without_icons
from engine.errors import InputError, RetakeError
from engine.recording.formats import CONTAINERS, Format

AskOverwrite = Callable[[list[Path]], bool]


class ExportDialog(QDialog):
    """Shows what can be exported of a document, and exports it.

    Attributes:
        running: the export that runs, or None.

    Signals:
        exported(Exported): it is done; the dialog closes.
    """

    exported = Signal(object)

    def __init__(
        self,
        source: ExportSource,
        remembered: dict[str, Any] | None = None,
        parent: QWidget | None = None,
        *,
        what: str | None = None,
        takes: tuple[int, ...] | None = None,
        ask_overwrite: AskOverwrite | None = None,
    ) -> None:
        """Make the dialog.

        Args:
            source: from `desktop.export.source.source_of`.
            remembered: `remembered` of an earlier dialog.
            what: what is offered first; where None, takes if any are given, else as remembered.
            takes: ids of the takes that are ticked; where None, the starred ones or those in use.
            ask_overwrite: asked whether files that are there may be overwritten; a message box where None.
        """
        super().__init__(parent)
        self.setWindowTitle(self.tr("Export"))
        self._source = source
        self._ask_overwrite = ask_overwrite or self._ask
        self.running: ExportThread | None = None
        self._make_widgets(takes)
        self._lay_out()
        self._connect()
        self._recall(remembered or {}, what or ("takes" if takes else None))

    # --- what was chosen

    def settings(self) -> ExportSettings:
        """The choices.

        Raises:
            InputError: the pattern of names can't be used.
        """
        return ExportSettings(
            what=self.what.currentData(),
            takes=self.takes.chosen(),
            pattern=self.pattern.text(),
            listing=self.listing.isChecked(),
            **self.format.settings(),
        )

    def remembered(self) -> dict[str, Any]:
        """The choices as plain values, to be handed to the next dialog; formats that are the recording's are None."""
        try:
            values = self.settings().to_dict()
        except InputError:
            return {}
        clip = self._source.clip
        if (values["container"], values["subtype"]) == (clip.container, clip.subtype):
            values.update(container=None, subtype=None)
        place = Path(self.place.text())
        return {**values, "folder": str(place if self.settings().several else place.parent)}

    def start(self) -> None:
        """Export; asks first where files would be overwritten."""
        try:
            settings = self.settings()
            outputs = planned(self._source, settings, self._target())
            files = all_files(outputs, settings)
            check_not_recording(self._source, files)
        except RetakeError as error:
            self._say(str(error), problem=True)
            return
        there = [file for file in files if is_there(file)]
        if there and not self._ask_overwrite(there):
            return
        self._run(settings, outputs, frozenset(there))

    def reject(self) -> None:
        """Escape and Cancel stop an export that runs; the dialog closes when none does."""
        if self.running is not None:
            self.running.cancel()
            self._say(self.tr("Stopping…"))
        else:
            super().reject()

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802
        if self.running is not None:
            self.running.cancel()
            self.running.wait()
            self._ended()
        super().closeEvent(event)

    # --- widgets

    def _make_widgets(self, takes: tuple[int, ...] | None) -> None:
        self.what = QComboBox(self)
        self.what.setAccessibleName(self.tr("What to export"))
        self.takes = TakesList(self._source, self, takes)
        self.pattern = QLineEdit(DEFAULT_PATTERN, self)
        self.pattern.setAccessibleName(self.tr("Names of the files"))
        self.pattern.setToolTip(self.tr("{source} {number} {region} {take} {start} are filled in"))
        self.example = QLabel(self)
        self.example.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        self.place = QLineEdit(self)
        self.browse = QPushButton(self.tr("&Browse…"), self)
        self.browse.setAutoDefault(False)
        self.listing = QCheckBox(self.tr("List the takes in a &text file beside it"), self)
        self.format = FormatBox(self._source.clip, self)
        self.note = QLabel(self)
        self.note.setWordWrap(True)
        self.licence = QLabel(self)
        self.licence.setWordWrap(True)
        self.licence.setTextFormat(Qt.TextFormat.PlainText)
        self.licence.hide()
        self.estimate = QLabel(self)
        self.progress = QProgressBar(self, textVisible=False)
        self.progress.setAccessibleName(self.tr("Progress of the export"))
        self.message = QLabel(self)
        self.message.setWordWrap(True)
        self.message.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel, self)
        self.export_button = self.buttons.addButton(self.tr("&Export"), QDialogButtonBox.ButtonRole.AcceptRole)
        self.export_button.setDefault(True)
        without_icons(self.buttons)
        self._fill_what()

    def _fill_what(self) -> None:
        source = self._source
        self.what.addItem(self.tr("Whole recording"), "whole")
        if source.selection is not None:
            self.what.addItem(self.tr("Selection"), "selection")
        if source.regions:
            self.what.addItem(self.tr("Each region ({count})").format(count=len(source.regions)), "regions")
        if source.takes:
            self.what.addItem(self.tr("Takes"), "takes")

    def _lay_out(self) -> None:
        form = QFormLayout()
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        form.addRow(self.tr("E&xport"), self.what)
        form.addRow("", self.takes)
        self._names_label = QLabel(self.tr("&Names"), self)
        self._names_label.setBuddy(self.pattern)
        form.addRow(self._names_label, self.pattern)
        form.addRow("", self.example)
        place = QHBoxLayout()
        place.addWidget(self.place, 1)
        place.addWidget(self.browse)
        self._place_label = QLabel(self)
        self._place_label.setBuddy(self.place)
        form.addRow(self._place_label, place)
        form.addRow("", self.listing)
        layout = QVBoxLayout(self)
        layout.addLayout(form)
        layout.addSpacing(self.fontMetrics().height() // 2)
        layout.addWidget(self.format)
        layout.addSpacing(self.fontMetrics().height() // 2)
        layout.addWidget(self.note)
        layout.addWidget(self.licence)
        layout.addWidget(self.estimate)
        layout.addStretch(1)
        layout.addWidget(self.message)
        layout.addWidget(self.progress)
        layout.addWidget(self.buttons)
        self.message.hide()
        self.progress.hide()
        self.setMinimumWidth(self.fontMetrics().horizontalAdvance("m") * 42)
        self._form = form
        self._align()

    def _align(self) -> None:
        """Let the labels of both forms have one width."""
        inner = self.format.layout()
        assert isinstance(inner, QFormLayout)
        role = QFormLayout.ItemRole.LabelRole
        items = [form.itemAt(row, role) for form in (self._form, inner) for row in range(form.rowCount())]
        labels = [label for item in items if item is not None and (label := item.widget()) is not None]
        self._place_label.setText(self.tr("&Folder"))
        width = max(label.sizeHint().width() for label in labels)
        for label in labels:
            label.setMinimumWidth(width)

    def _connect(self) -> None:
        self.what.currentIndexChanged.connect(self._offer)
        self.takes.itemChanged.connect(self._refresh)
        self.format.changed.connect(self._follow_format)
        self.pattern.textChanged.connect(self._refresh)
        self.place.editingFinished.connect(self._follow_extension)
        self.place.textChanged.connect(self._refresh)
        self.listing.toggled.connect(self._refresh)
        self.browse.clicked.connect(self._browse)
        self.buttons.accepted.connect(self.start)
        self.buttons.rejected.connect(self.reject)

    # --- reactions

    def _recall(self, remembered: dict[str, Any], what: str | None) -> None:
        settings = ExportSettings.from_dict(remembered)
        folder = Path(remembered.get("folder") or self._source.clip.path.parent)
        self._folder = folder if folder.is_dir() else self._source.clip.path.parent
        self.listing.setChecked(settings.listing)
        choose(self.what, what or settings.what)
        self.format.choose(settings)
        self._offer()
        if self._several and settings.pattern != DEFAULT_PATTERN:
            self.pattern.setText(settings.pattern)

    @property
    def _several(self) -> bool:
        return self.what.currentData() in ("regions", "takes")

    def _offer(self) -> None:
        """Show the fields of what is to be exported, with a place for it."""
        takes = self.what.currentData() == "takes"
        self.takes.setVisible(takes)
        for widget in (self._names_label, self.pattern, self.example):
            widget.setVisible(self._several)
        self._place_label.setText(self.tr("F&older") if self._several else self.tr("&File"))
        self.place.setAccessibleName(self.tr("Folder") if self._several else self.tr("File"))
        if self.pattern.text() in (DEFAULT_PATTERN, DEFAULT_TAKES_PATTERN):
            self.pattern.setText(DEFAULT_TAKES_PATTERN if takes else DEFAULT_PATTERN)
        self.place.setText(str(self._folder if self._several else self._folder / self._proposed_name()))
        self._follow_format()
        self._fit()

    def _proposed_name(self) -> str:
        """A name that isn't the recording's own."""
        part = self.tr("selection") if self.what.currentData() == "selection" else self.tr("restored")
        return f"{self._source.clip.path.stem} {part}"

    def _follow_extension(self) -> None:
        """Take the format that a typed extension stands for."""
        containers = CONTAINERS.get(Path(self.place.text()).suffix.lower(), ())
        if not self._several and containers and self.format.container.currentData() not in containers:
            choose(self.format.container, next((c for c in containers if self.format.offers(c)), None))
        self._follow_format()

    def _follow_format(self) -> None:
        """Give the file the extension of its format."""
        if not self._several and self.place.text().strip():
            self.place.setText(str(self._target()))
        self._refresh()

    def _target(self) -> Path:
        """The file, with an extension that stands for the format; or the folder."""
        place = Path(self.place.text().strip()).expanduser()
        choice = Format(self.format.container.currentData(), self.format.subtype.currentData())
        return place if self._several or not place.name else with_suffix(place, choice, self._source.clip.path)

    def _refresh(self) -> None:
        """Say what would be written."""
        clip = self._source.clip
        if self.running is None:
            self.message.hide()
        self.note.setText(quality_text(clip, self.format.subtype.currentData(), self.format.keeps_samples))
        try:
            settings = self.settings()
            outputs = planned(self._source, settings, self._target())
        except RetakeError as error:
            self.example.clear()
            self._show_licence(())
            self.estimate.setText(str(error))
            self.export_button.setEnabled(False)
            return
        self.example.setText(outputs[0].target.name)
        self._show_licence(outputs)
        self.estimate.setText(
            size_text(clip, [output.rendition for output in outputs], chosen_format(self._source, settings))
        )
        self.export_button.setEnabled(bool(self.place.text().strip()) and self.running is None)

    def _show_licence(self, outputs: tuple[Output, ...]) -> None:
        ids = dict.fromkeys(take_id for output in outputs for take_id in laid_in(output, self._source))
        text = licence_text([self._source.takes[take_id] for take_id in ids])
        if text != self.licence.text():
            self.licence.setText(text)
            self.licence.setVisible(bool(text))
            self._fit()

    def _browse(self) -> None:
        if self._several:
            chosen = QFileDialog.getExistingDirectory(self, self.tr("Export into"), self.place.text())
        else:
            option = QFileDialog.Option.DontConfirmOverwrite  # asked when it is exported
            chosen, _ = QFileDialog.getSaveFileName(self, self.tr("Export to"), self.place.text(), options=option)
        if chosen:
            self.place.setText(chosen)

    def _ask(self, files: list[Path]) -> bool:
        one, several = self.tr("A file will be overwritten:"), self.tr("{count} files will be overwritten:")
        text = one if len(files) == 1 else several.format(count=len(files))
        names = "\n".join(str(file) for file in files[:10]) + ("\n…" if len(files) > 10 else "")
        box = QMessageBox(QMessageBox.Icon.Warning, self.windowTitle(), f"{text}\n\n{names}", parent=self)
        overwrite = box.addButton(self.tr("Overwrite"), QMessageBox.ButtonRole.DestructiveRole)
        box.setDefaultButton(box.addButton(QMessageBox.StandardButton.Cancel))
        without_icons(box)
        box.exec()
        return box.clickedButton() is overwrite

    # --- the export itself

    def _run(self, settings: ExportSettings, outputs: tuple[Output, ...], overwrite: frozenset[Path]) -> None:
        thread = ExportThread(self._source, settings, outputs, overwrite, self)
        self.running = thread
        thread.progressed.connect(self._progressed)
        thread.exported.connect(self._exported)
        thread.failed.connect(self._failed)
        thread.cancelled.connect(self._cancelled)
        self._set_busy(True)
        self._say(self.tr("Exporting…"))
        thread.start()

    def _progressed(self, stage: str, done: int, of: int) -> None:
        self.progress.setRange(0, of)
        self.progress.setValue(done)

    def _exported(self, result: Exported) -> None:
        self._ended()
        self.exported.emit(result)
        self.accept()

    def _failed(self, text: str) -> None:
        self._ended()
        self._say(text, problem=True)

    def _cancelled(self) -> None:
        self._ended()
        self._say(self.tr("Stopped; files that were whole by then are kept, nothing else."))

    def _ended(self) -> None:
        if self.running is not None:
            self.running.wait()
            self.running.deleteLater()
            self.running = None
        self._set_busy(False)

    def _set_busy(self, busy: bool) -> None:
        for widget in (self.what, self.takes, self.pattern, self.place, self.browse, self.listing, self.format):
            widget.setEnabled(not busy)
        self.export_button.setEnabled(not busy)
        self.progress.setRange(0, 0)
        self.progress.setVisible(busy)
        cancel = self.buttons.button(QDialogButtonBox.StandardButton.Cancel)
        cancel.setText(self.tr("Stop") if busy else self.tr("Cancel"))

    def _say(self, text: str, *, problem: bool = False) -> None:
        self.message.setText(f"⚠ {text}" if problem else text)
        self.message.show()
        self._fit()

    def _fit(self) -> None:
        """Be as tall as what is shown now."""
        layout = self.layout()
        assert layout is not None
        layout.activate()
        self.resize(self.width(), max(layout.totalHeightForWidth(self.width()), layout.totalMinimumSize().height()))
