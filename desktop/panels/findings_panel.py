"""What in the recording looks damaged: looked for on demand, in the background, and listed to step through."""

from __future__ import annotations

from collections import Counter
from itertools import count

from PySide6.QtCore import QSignalBlocker, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QProgressBar,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from desktop.document import actions
from desktop.document.document import Document
from desktop.panels.findings_search import PARTS, SearchThread
from desktop.panels.findings_texts import finding_text, kind_name, place_text
from desktop.panels.setting_texts import stage_label
from engine.errors import RetakeError
from engine.findings import KINDS, Finding, Findings
from engine.region import Region

ALL = ""  # the filter that lets every kind pass


class FindingsPanel(QWidget):
    """Finds damage in what is heard, takes in use included; nothing is looked for before the button is pressed.

    Attributes:
        running: the search that runs, or None.

    Signals:
        chosen(Region): one was picked, to be shown and zoomed to; it is the document's selection by then.
        task_suggested(str): the task that may repair the one that was picked.
    """

    chosen = Signal(object)
    task_suggested = Signal(str)

    def __init__(self, document: Document, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(self.tr("Damage that was found"))
        self._document = document
        self._found: list[Finding] = []
        self._more: dict[str, int] = {}
        self._searched = self._any_found = False
        self.running: SearchThread | None = None
        self._make_widgets()
        self._lay_out()
        self._connect()
        self._refresh()

    # --- what can be done

    def look(self) -> None:
        """Look for damage, or stop doing so."""
        if self.running is not None:
            self.running.stop()
            return
        reader = self._document.reader()
        self.running = SearchThread(reader, self._document.clip.subtype, reader.close, self)
        self.running.progressed.connect(self._progressed)
        self.running.found.connect(self._take)
        self.running.failed.connect(self._fail)
        self.running.cancelled.connect(self._stopped)
        self.running.start()
        self._refresh()
        self._say(self.tr("Looking for damage…"))

    def step(self, by: int) -> None:
        """Pick the next finding, or one before."""
        last = self.list.count() - 1
        if last >= 0:
            before = self.list.currentRow()
            row = (0 if by > 0 else last) if before < 0 else max(0, min(last, before + by))
            self.list.setCurrentRow(row)
            self.pick()

    def pick(self) -> None:
        """Select the current finding and have it shown."""
        finding = self._current()
        if finding is None:
            return
        self._document.selection = finding.region
        self.chosen.emit(finding.region)
        if finding.task:
            self.task_suggested.emit(finding.task)

    def make_region(self) -> None:
        """Keep the current finding as a region, noted what it is; it is done with then."""
        finding = self._current()
        if finding is not None:
            self._keep([finding])

    def make_all(self) -> None:
        """Keep all that are listed as regions, in one step of undo."""
        self._keep(self._listed())

    def ignore(self) -> None:
        """Take the current finding off the list."""
        finding = self._current()
        if finding is not None:
            self._drop([finding])

    def close_search(self) -> None:
        """Stop what runs, and wait for it; for when the document is closed."""
        if self.running is not None:
            self.running.stop()
            self.running.wait()
            self._ended()

    # --- widgets

    def _make_widgets(self) -> None:
        self.look_button = QPushButton(self)
        self.look_button.setToolTip(self.tr("Looks through the whole recording for gaps, clipping, clicks and hum"))
        self.kind = QComboBox(self)
        self.kind.setAccessibleName(self.tr("Kind of damage that is listed"))
        self.kind.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.list = FindingsList(self)
        self.previous_button = self._arrow(Qt.ArrowType.UpArrow, self.tr("Previous finding"))
        self.next_button = self._arrow(Qt.ArrowType.DownArrow, self.tr("Next finding"))
        self.region_button = QPushButton(self.tr("&Make region"), self)
        self.all_button = QPushButton(self.tr("Make regions of &all"), self)
        self.ignore_button = QPushButton(self.tr("&Ignore"), self)
        self.ignore_button.setToolTip(self.tr("Take it off this list (Delete)"))
        self.progress = QProgressBar(self, textVisible=False, maximum=PARTS)
        self.progress.setAccessibleName(self.tr("Progress of the search"))
        self.status = QLabel(self)
        self.status.setWordWrap(True)

    def _arrow(self, arrow: Qt.ArrowType, name: str) -> QToolButton:
        button = QToolButton(self, arrowType=arrow)
        button.setAccessibleName(name)
        button.setToolTip(name)
        button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        return button

    def _lay_out(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.look_button)
        layout.addWidget(self.progress)
        row = QHBoxLayout()
        row.addWidget(self.kind, 1)
        row.addWidget(self.previous_button)
        row.addWidget(self.next_button)
        layout.addLayout(row)
        layout.addWidget(self.list, 1)
        layout.addWidget(self.status)
        row = QHBoxLayout()
        row.addWidget(self.region_button, 1)
        row.addWidget(self.ignore_button, 1)
        layout.addLayout(row)
        layout.addWidget(self.all_button)

    def _connect(self) -> None:
        self.look_button.clicked.connect(self.look)
        self.kind.currentIndexChanged.connect(self._fill)
        self.list.currentRowChanged.connect(self._offer)
        self.list.picked.connect(self.pick)
        self.list.ignored.connect(self.ignore)
        self.previous_button.clicked.connect(lambda: self.step(-1))
        self.next_button.clicked.connect(lambda: self.step(1))
        self.region_button.clicked.connect(self.make_region)
        self.all_button.clicked.connect(self.make_all)
        self.ignore_button.clicked.connect(self.ignore)

    # --- the search

    def _progressed(self, done: int) -> None:
        self.progress.setValue(done)

    def _take(self, findings: Findings) -> None:
        self._found, self._more = list(findings.found), dict(findings.more)
        self._searched, self._any_found = True, bool(findings.found)
        self._ended()

    def _fail(self, text: str) -> None:
        self._ended()
        self._say(text)

    def _stopped(self) -> None:
        self._ended()
        self._say(self.tr("Stopped."))

    def _ended(self) -> None:
        if self.running is not None:
            self.running.wait()
            self.running.deleteLater()
            self.running = None
        self._refresh()

    # --- the list

    def _refresh(self) -> None:
        """Show everything as it is now."""
        busy = self.running is not None
        self.look_button.setText(self.tr("Stop looking") if busy else self.tr("&Look for damage"))
        self.progress.setValue(0)
        self.progress.setVisible(busy)
        self._fill_kinds()
        self._fill()

    def _fill_kinds(self) -> None:
        """The kinds that there are, with how many of each."""
        before = self.kind.currentData() or ALL
        counts = Counter(finding.kind for finding in self._found)
        with QSignalBlocker(self.kind):
            self.kind.clear()
            self.kind.addItem(self.tr("All kinds ({count})").format(count=len(self._found)), ALL)
            for kind in KINDS:
                if counts[kind]:
                    self.kind.addItem(f"{kind_name(kind)} ({counts[kind]})", kind)
            self.kind.setCurrentIndex(max(0, self.kind.findData(before)))

    def _fill(self) -> None:
        self.list.clear()
        for finding in self._found:
            if self.kind.currentData() in (ALL, finding.kind):
                self.list.addItem(self._item(finding))
        self._offer()
        if self.running is None:
            self._say(self._status_text())

    def _item(self, finding: Finding) -> QListWidgetItem:
        text = finding_text(finding)
        whole = finding.region.frames == self._document.frames
        place = self.tr("whole file") if whole else place_text(finding.region.start_frame / self._document.rate)
        if 1 < self._document.channels != len(finding.channels):
            channels = ", ".join(str(channel + 1) for channel in finding.channels)
            text = self.tr("{text} (channel {channels})").format(text=text, channels=channels)
        item = QListWidgetItem(f"{place}   {text}")
        item.setToolTip(text)
        item.setData(Qt.ItemDataRole.UserRole, finding)
        return item

    def _status_text(self) -> str:
        if not self._searched:
            return self.tr("Gaps, clipping, clicks, a band limit and hum are looked for in the whole recording.")
        if not self._found:
            return self.tr("Nothing is left to look at.") if self._any_found else self.tr("Nothing found.")
        kind = self.kind.currentData()
        more = sum(left for name, left in self._more.items() if kind in (ALL, name))
        return self.tr("The worst are listed; there are {count} more.").format(count=more) if more else ""

    def _say(self, text: str) -> None:
        self.status.setText(text)
        self.status.setVisible(bool(text))

    def _offer(self) -> None:
        """Enable what can be done."""
        any_listed, current = self.list.count() > 0, self._current() is not None
        for button in (self.previous_button, self.next_button, self.all_button, self.list):
            button.setEnabled(any_listed)
        for button in (self.region_button, self.ignore_button):
            button.setEnabled(current)
        self.kind.setEnabled(bool(self._found))

    def _current(self) -> Finding | None:
        row = self.list.currentRow()
        return self._listed()[row] if row >= 0 else None

    def _listed(self) -> list[Finding]:
        return [self.list.item(row).data(Qt.ItemDataRole.UserRole) for row in range(self.list.count())]

    def _keep(self, findings: list[Finding]) -> None:
        """Make regions of findings; where that can't be written, nothing is done and it is said."""
        try:
            ids = actions.add_regions(self._document, self._named(findings))
        except RetakeError as error:
            self._say(str(error))
            return
        self._document.current_region_id = ids[-1]
        self._drop(findings)

    def _named(self, findings: list[Finding]) -> list[tuple[Region, str, str]]:
        """Bounds, name and notes of regions for findings; names that are not in use: "Click 3"."""
        named = []
        taken = {row.name for row in self._document.regions.values()}
        for finding in findings:
            name = next(text for n in count(1) if (text := f"{kind_name(finding.kind)} {n}") not in taken)
            taken.add(name)
            name_of_task = stage_label("task", finding.task) if finding.task else ""
            task = self.tr("Suggested task: {task}.").format(task=name_of_task) if finding.task else ""
            named.append((finding.region, name, f"{finding_text(finding)}. {task}".strip()))
        return named

    def _drop(self, gone: list[Finding]) -> None:
        """Take findings off the list, and let the one after them be current."""
        row = self.list.currentRow()
        ids = {id(finding) for finding in gone}
        self._found = [finding for finding in self._found if id(finding) not in ids]
        self._fill_kinds()
        self._fill()
        self.list.setCurrentRow(min(row, self.list.count() - 1))


class FindingsList(QListWidget):
    """The list itself.

    Signals:
        picked(): by Enter or a double click.
        ignored(): by Delete.
    """

    picked = Signal()
    ignored = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAccessibleName(self.tr("Findings"))
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setUniformItemSizes(True)
        self.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.itemDoubleClicked.connect(self.picked)

    def sizeHint(self) -> QSize:  # noqa: N802
        metrics = self.fontMetrics()
        return QSize(metrics.averageCharWidth() * 30, metrics.lineSpacing() * 8)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.picked.emit()
        elif event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.ignored.emit()
        else:
            super().keyPressEvent(event)
