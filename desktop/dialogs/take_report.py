"""The report of a take: original, result and difference in a picture, and every measure, with what it means."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

from PySide6.QtCore import QEvent, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPalette, QPixmap
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QHeaderView,
    QLabel,
    QProgressBar,
    QPushButton,
    QSizePolicy,
    QStackedWidget,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from desktop.aside import Work
from desktop.child import in_child
from desktop.document.rows import TakeRow
from desktop.panels.setting_texts import stage_label
from desktop.panels.take_texts import measure_meaning, measure_name
from desktop.theme import without_icons
from engine.errors import RetakeError
from engine.measuring.meaning import meaningless
from engine.measuring.measure_texts import MEASURE_TEXTS
from engine.report import ReportItem, drawn, write_report

SUFFIX = ".html"
MINUS = "\N{MINUS SIGN}"
NAME, VALUE, UNIT, MEANING = range(4)


class TakeReport(QDialog):
    """A window beside the editor; it holds what it shows, whatever becomes of the take.

    Attributes:
        table: the measures.
        picture: original, result and difference.
        save: writes the report.
        sentence: which measures mean nothing; empty where all do.
        status: what became of drawing and saving; empty where there is nothing to say.
    """

    def __init__(
        self,
        take: TakeRow,
        read: Callable[[], ReportItem],
        recording: Path,
        folder: Path,
        renderer: str,
        parent: QWidget | None = None,
    ) -> None:
        """``read`` gives the item in another thread; ``folder`` is offered first for the report's file.

        ``renderer`` made the take heard; it is empty where that was interpolated.
        """
        super().__init__(parent, Qt.WindowType.Window)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("Report of {0}").format(take.name))
        self._take, self._folder, self._renderer = take, folder, renderer
        self._build()
        self._fill()
        self._drawing = Work(lambda: with_picture(read, recording.name), self._show_picture)

    def save_as(self, path: Path, item: ReportItem) -> None:
        """Write the report of what was read in another thread."""
        self.save.setEnabled(False)
        self._say(self.tr("Saving…"))
        title = self.windowTitle()

        def write() -> Path:
            in_child(partial(write_report, path, [item], title=title, settings={}))
            return path

        self._saving = Work(write, self._show_saved)

    def _build(self) -> None:
        self.picture = Picture()
        self.picture.setAccessibleName(self.tr("Original, result and difference"))
        self.busy = QProgressBar(minimum=0, maximum=0, textVisible=False)
        self.busy.setAccessibleName(self.tr("Drawing…"))
        self.busy.setMaximumWidth(40 * self.fontMetrics().averageCharWidth())
        waiting = QWidget()
        column = QVBoxLayout(waiting)
        column.addStretch(1)
        column.addWidget(QLabel(self.tr("Drawing…")), 0, Qt.AlignmentFlag.AlignHCenter)
        column.addWidget(self.busy, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(1)
        self.trouble = plain_label()
        self.trouble.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.pages = QStackedWidget()
        for page in (waiting, self.picture, self.trouble):
            self.pages.addWidget(page)
        self.heading = plain_label(self.tr("Against what was heard there before:"))
        self.table = QTableWidget(len(MEASURE_TEXTS), 4)
        self.sentence, self.status = plain_label(), plain_label()
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        self.save = QPushButton(self.tr("&Save Report…"))
        self.save.setEnabled(False)
        buttons.addButton(self.save, QDialogButtonBox.ButtonRole.ActionRole)
        buttons.rejected.connect(self.close)
        without_icons(buttons)
        layout = QVBoxLayout(self)
        layout.addWidget(self.pages, 1)
        layout.addWidget(self.heading)
        layout.addWidget(self.table)
        for label in (self.sentence, self.status):
            layout.addWidget(label)
        layout.addWidget(buttons)
        self.status.hide()
        self.resize(self._size())

    def _size(self) -> QSize:
        """As the picture wants it, within the screen."""
        em, line = self.fontMetrics().averageCharWidth(), self.fontMetrics().height()
        return QSize(180 * em, 64 * line).boundedTo(self.screen().availableSize() * 0.9)

    def _fill(self) -> None:
        """Every measure; what means nothing in grey."""
        nothing = meaningless(self._renderer)
        for row, text in enumerate(MEASURE_TEXTS):
            value = self._take.measures.get(text.key)
            means = self.tr("means nothing here") if text.key in nothing else measure_meaning(text)
            shown = self.tr("undefined") if value is None else format(value, text.form).replace("-", MINUS)
            for column, words in ((NAME, measure_name(text)), (VALUE, shown), (UNIT, text.unit), (MEANING, means)):
                cell = QTableWidgetItem(words)
                cell.setFlags(Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsEnabled)
                if column == VALUE:
                    cell.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
                self.table.setItem(row, column, cell)
        self._colour()
        self._form_table()
        self.sentence.setVisible(bool(nothing))
        if nothing:
            renderer = stage_label("renderer", self._renderer)
            text_of_it = self.tr(
                "What is grey means nothing here: the renderer “{0}” makes up the phase, and these compare sample by "
                "sample."
            )
            self.sentence.setText(text_of_it.format(renderer))

    def _form_table(self) -> None:
        table, header = self.table, self.table.horizontalHeader()
        names = (self.tr("Measure"), self.tr("Value"), self.tr("Unit"), self.tr("Meaning"))
        for column, name in enumerate(names):
            head = QTableWidgetItem(name)
            side = Qt.AlignmentFlag.AlignRight if column == VALUE else Qt.AlignmentFlag.AlignLeft
            head.setTextAlignment(side | Qt.AlignmentFlag.AlignVCenter)
            table.setHorizontalHeaderItem(column, head)
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setStretchLastSection(True)
        header.setHighlightSections(False)
        table.verticalHeader().hide()
        table.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        table.setShowGrid(False)
        table.setSelectionBehavior(QTableWidget.SelectionBehavior.SelectRows)
        table.setTabKeyNavigation(False)
        rows = table.verticalHeader().length() + header.sizeHint().height() + 2 * table.frameWidth()
        table.setFixedHeight(min(rows, 2 * self.height() // 5))  # all of them where the screen is high enough
        table.setAccessibleName(self.tr("Measures"))

    def _colour(self) -> None:
        """Grey for what means nothing, by the theme in use."""
        nothing = meaningless(self._renderer)
        grey = self.palette().brush(QPalette.ColorGroup.Disabled, QPalette.ColorRole.Text)
        plain = self.palette().brush(QPalette.ColorGroup.Active, QPalette.ColorRole.Text)
        for row, text in enumerate(MEASURE_TEXTS):
            for column in range(self.table.columnCount()):
                cell = self.table.item(row, column)
                if cell is not None:
                    cell.setForeground(grey if text.key in nothing else plain)

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802
        """The colours follow the theme."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "table"):
            self._colour()

    def _show_picture(self, drawing: Work[tuple[ReportItem, bytes]]) -> None:
        try:
            item, picture = drawing.result()
        except RetakeError as error:
            self.trouble.setText(str(error))
            self.pages.setCurrentWidget(self.trouble)
            return
        self.picture.show_png(picture)
        self.pages.setCurrentWidget(self.picture)
        self.save.clicked.connect(lambda: self._ask(item))
        self.save.setEnabled(True)
        shown = round(item.start_s * item.rate) + item.reference.shape[1] - self._take.start_frame
        if shown < self._take.frames:
            seconds = f"{shown / item.rate:.3g}"
            self._say(self.tr("The picture shows the first {0} s; the measures are of the whole.").format(seconds))

    def _ask(self, item: ReportItem) -> None:
        """Ask for the report's name, and write it."""
        dialog = QFileDialog(self, self.tr("Save Report"), str(self._folder), self.tr("Web pages") + f" (*{SUFFIX})")
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix(SUFFIX.removeprefix("."))
        dialog.selectFile(f"{self._take.name}{SUFFIX}".replace("/", "-"))
        accepted = dialog.exec()
        names = dialog.selectedFiles()
        dialog.deleteLater()
        if accepted and names:
            self._folder = Path(names[0]).parent
            self.save_as(Path(names[0]), item)

    def _show_saved(self, saving: Work[Path]) -> None:
        self.save.setEnabled(True)
        try:
            self._say(self.tr("Saved as {0}").format(saving.result()))
        except RetakeError as error:
            self._say(str(error))

    def _say(self, text: str) -> None:
        self.status.setText(text)
        self.status.show()


class Picture(QWidget):
    """A picture as large as there is room, in its own proportions."""

    def __init__(self) -> None:
        super().__init__()
        self._picture = QPixmap()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def show_png(self, png: bytes) -> None:
        """Show another one."""
        self._picture.loadFromData(png, "PNG")
        self.update()

    @property
    def is_shown(self) -> bool:
        """Whether there is one."""
        return not self._picture.isNull()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        """Draw it in the middle."""
        if not self.is_shown:
            return
        size = self._picture.size().scaled(self.size(), Qt.AspectRatioMode.KeepAspectRatio)
        place = QRectF((self.width() - size.width()) / 2, (self.height() - size.height()) / 2, *size.toTuple())
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawPixmap(place, self._picture, QRectF(self._picture.rect()))


def plain_label(text: str = "") -> QLabel:
    """A line that wraps, whose text is no markup, to be marked and copied."""
    label = QLabel(text)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setWordWrap(True)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    return label


def with_picture(read: Callable[[], ReportItem], title: str) -> tuple[ReportItem, bytes]:
    """What is read, and its picture; regions and takes may have names that its font can't draw."""
    item = read()
    picture = in_child(partial(drawn, replace(item, name=title)))
    return replace(item, picture=picture), picture
