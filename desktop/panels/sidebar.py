"""The column beside the sound: region, retake, takes, and lists in tabs below."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QSize, Qt, Signal
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import (
    QFrame,
    QLabel,
    QScrollArea,
    QSizePolicy,
    QStyle,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from desktop.document.document import Document
from desktop.panels.history_panel import HistoryPanel
from desktop.panels.region_panel import RegionPanel
from desktop.panels.regions_panel import RegionsPanel
from desktop.panels.retake_controller import RetakeController
from desktop.panels.retake_panel import RetakePanel
from desktop.panels.takes_panel import TakesPanel
from desktop.panels.time_text import TimeUnit
from desktop.worker.supervisor import EngineThread

WIDTH_IN_LETTERS = 48
LEAST_LINES = 8  # of controls that are kept when there is little room
LIST_LINES = 10  # of the lists, when the controls want more


class Scrolled(QScrollArea):
    """Controls that are as high as they are, and scroll where there is no room for that."""

    def __init__(self, controls: QWidget) -> None:
        super().__init__()
        self._controls = controls
        self.setWidget(controls)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        controls.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        """Ask for another height when the controls do."""
        if event.type() == QEvent.Type.LayoutRequest:
            self.updateGeometry()
        return super().eventFilter(watched, event)

    def sizeHint(self) -> QSize:  # noqa: N802
        """All of the controls, with room for the scroll bar."""
        return self._controls.sizeHint() + QSize(self._bar_width(), 0)

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        """A few lines of them, at the width that they need."""
        width = self._controls.minimumSizeHint().width() + self._bar_width()
        return QSize(width, self.fontMetrics().height() * LEAST_LINES)

    def _bar_width(self) -> int:
        return self.style().pixelMetric(QStyle.PixelMetric.PM_ScrollBarExtent, None, self)


class Lists(QTabWidget):
    """Lists that take the height that is left over; a wrapped text among them would have them ask for more."""

    def hasHeightForWidth(self) -> bool:  # noqa: N802
        """As high as there is room."""
        return False


class Sidebar(QWidget):
    """All panels of one document. `close_document` before the document is closed.

    Attributes:
        region, retake, takes, regions, history: the panels.
        controller: what runs the jobs.
        tabs: the lists at the bottom; see `add_section`.

    Signals:
        zoom_asked(object): show this `Region`.
        export_asked(int), report_asked(int): write this take to a file, show its report.
        said(str, str): level (``info``, ``warning``, ``error``) and text, for a line that is not modal.
    """

    zoom_asked = Signal(object)
    export_asked = Signal(int)
    report_asked = Signal(int)
    said = Signal(str, str)

    def __init__(self, document: Document, engine: EngineThread, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.document = document
        self.region = RegionPanel(document)
        self.retake = RetakePanel()
        self.takes = TakesPanel(document)
        self.regions = RegionsPanel(document)
        self.history = HistoryPanel(document.undo)
        self.controller = RetakeController(document, engine, self.retake, self)
        self.tabs = Lists()
        self.tabs.setDocumentMode(True)
        self.tabs.setUsesScrollButtons(True)
        self.takes_title = heading(self.tr("Takes"))
        # However long a region's name is, the column stays as wide as it was.
        self.takes_title.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._lay_out()
        self._connect()
        self._show_region()

    def sizeHint(self) -> QSize:  # noqa: N802
        """As wide as the controls need, whatever the font."""
        return QSize(self.fontMetrics().averageCharWidth() * WIDTH_IN_LETTERS, super().sizeHint().height())

    def _lay_out(self) -> None:
        controls = QWidget()
        column = QVBoxLayout(controls)
        column.setContentsMargins(8, 6, 8, 6)
        column.setSpacing(6)
        self.region_title = heading(self.tr("Region"))
        for widget in (self.region_title, self.region, rule(), heading(self.tr("Retake")), self.retake):
            column.addWidget(widget)
        self.scrolled = Scrolled(controls)
        lists = QWidget()
        below = QVBoxLayout(lists)
        below.setContentsMargins(0, 0, 0, 0)
        below.setSpacing(4)
        below.addWidget(self.takes_title)
        below.addWidget(self.takes, 1)
        self.takes_page = lists
        self.tabs.setMinimumHeight(self.fontMetrics().height() * LIST_LINES)
        # The controls are seen whole before the lists get more than they need.
        self.tabs.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Ignored)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.scrolled)
        layout.addWidget(self.retake.action)
        layout.addWidget(rule())
        layout.addSpacing(4)
        layout.addWidget(self.tabs, 1)
        self.add_section(self.tr("Takes"), lists)
        self.add_section(self.tr("Regions"), self.regions)
        self.add_section(self.tr("History"), self.history)

    def _connect(self) -> None:
        self.region.zoom_asked.connect(self.zoom_asked)
        self.regions.zoom_asked.connect(self.zoom_asked)
        self.regions.retake_all_asked.connect(lambda: self.controller.retake_regions())
        self.takes.another_seed_asked.connect(self.controller.retake_with_another_seed)
        self.takes.everywhere_asked.connect(self._run_everywhere)
        self.takes.copy_asked.connect(self._copy_settings)
        self.takes.export_asked.connect(self.export_asked)
        self.takes.report_asked.connect(self.report_asked)
        self.controller.take_added.connect(self._show_take)
        for part in (self.region, self.retake, self.takes, self.regions, self.controller):
            part.said.connect(self.said)
        self.document.current_changed.connect(self._show_region)
        self.document.selection_changed.connect(self._show_region)
        self.document.edited.connect(self._show_region)

    def add_section(self, title: str, widget: QWidget) -> None:
        """Add a list to the tabs at the bottom."""
        page = QWidget()
        layout = QVBoxLayout(page)
        layout.setContentsMargins(8, 6, 8, 8)
        layout.addWidget(widget)
        self.tabs.addTab(page, title)

    def show_section(self, widget: QWidget) -> None:
        """Bring a list that was added to the front."""
        for at in range(self.tabs.count()):
            page = self.tabs.widget(at)
            if page is not None and page.isAncestorOf(widget):
                self.tabs.setCurrentIndex(at)

    def set_time_unit(self, unit: TimeUnit) -> None:
        """Show times as ``clock``, ``seconds`` or ``samples``."""
        self.region.set_time_unit(unit)
        self.regions.set_time_unit(unit)

    def close_document(self) -> None:
        """Cancel the document's jobs and let go of the engine."""
        self.controller.close()

    def _show_take(self, take_id: int) -> None:
        self.show_section(self.takes_page)
        self.takes.show_take(take_id)

    def _run_everywhere(self, take_id: int) -> None:
        if settings := self.controller.settings_of(self.document.takes[take_id]):
            self.controller.retake_regions(settings)

    def _copy_settings(self, take_id: int) -> None:
        if settings := self.controller.settings_of(self.document.takes[take_id]):
            self.retake.set_settings(settings)

    def _show_region(self) -> None:
        """Say in the titles what the boxes speak of."""
        row, region = self.region.row(), self.region.region()
        self.region_title.setText(self.tr("Region") if row or region is None else self.tr("Selection"))
        current = self.takes.model.region
        self.takes_title.setText(
            self.tr("Takes of {region}").format(region=current.name) if current else self.tr("Takes")
        )


def heading(text: str) -> QLabel:
    """The title of a part of the column."""
    label = QLabel(text)
    font = label.font()
    font.setBold(True)
    label.setFont(font)
    return label


def rule() -> QFrame:
    """A thin line between parts of the column."""
    line = QFrame()
    line.setFrameShape(QFrame.Shape.HLine)
    line.setForegroundRole(QPalette.ColorRole.Mid)
    return line
