"""The queue in the status line: what the engine does now, how far it is, how many jobs wait."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QWidget

from desktop.panels.setting_texts import progress_label
from desktop.worker.supervisor import EngineThread

BAR_EMS = 14


class QueueBox(QWidget):
    """Shown while there is work; follows the engine's signals."""

    def __init__(self, engine: EngineThread, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._engine = engine
        self._label = QLabel(self)
        self._bar = QProgressBar(self)
        self._bar.setTextVisible(False)
        self._bar.setFixedWidth(BAR_EMS * self.fontMetrics().averageCharWidth())
        self._bar.setMaximumHeight(self.fontMetrics().height() // 2)
        self._bar.setAccessibleName(self.tr("Progress of the engine"))
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 0, 4, 0)
        row.addWidget(self._label)
        row.addWidget(self._bar)
        engine.queued.connect(lambda number: self._show())
        engine.started_job.connect(lambda number: self._show())
        engine.progressed.connect(self._progress)
        engine.idle.connect(self._rest)
        self._rest()

    def _show(self) -> None:
        waiting = len(self._engine.pending)
        self._label.setText(self.tr("%n take(s) in the queue", "", waiting))
        self._bar.setRange(0, 0)
        self.show()

    def _progress(self, number: int, stage: str, done: int, of: int, seconds_left: float) -> None:
        waiting = max(0, len(self._engine.pending) - 1)
        left = self.tr("%n s left", "", round(seconds_left)) if seconds_left >= 1 else ""
        more = self.tr("%n waiting", "", waiting) if waiting else ""
        self._label.setText(" · ".join(part for part in (progress_label(stage), left, more) if part))
        self._bar.setRange(0, max(1, of))
        self._bar.setValue(done)
        self.show()

    def _rest(self) -> None:
        self.hide()
