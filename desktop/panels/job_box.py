"""The large button, and what takes its place while a job runs."""

from __future__ import annotations

import math

from PySide6.QtCore import QElapsedTimer, Qt, Signal
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import (
    QApplication,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)


class JobBox(QStackedWidget):
    """Retake, or the progress of the job with a way to stop it.

    Signals:
        retake_clicked(), cancel_clicked(): by the user.
    """

    retake_clicked = Signal()
    cancel_clicked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.button = QPushButton(self.tr("Retake"))
        self.button.setAccessibleName(self.tr("Retake"))
        self.button.setDefault(True)
        font = self.button.font()
        font.setBold(True)
        font.setPointSizeF(font.pointSizeF() * 1.1)
        self.button.setFont(font)
        self.stage, self.left = QLabel(), QLabel()
        self.left.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        self.left.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName(self.tr("Progress of the job"))
        self.bar.setMaximumHeight(self.fontMetrics().height() // 2)
        self.cancel = QPushButton(self.tr("Cancel"))
        self.cancel.setToolTip(self.tr("Stop the job; nothing is changed."))
        self.cancel.setAccessibleName(self.tr("Cancel the job"))
        self._lay_out()
        self.button.clicked.connect(self.retake_clicked)
        self.cancel.clicked.connect(self._cancel)
        self._shown = QElapsedTimer()
        self.set_ready(True)

    def _lay_out(self) -> None:
        running = QWidget()
        words = QHBoxLayout()
        words.addWidget(self.stage, 1)
        words.addWidget(self.left)
        bar = QHBoxLayout()
        bar.addWidget(self.bar, 1)
        bar.addWidget(self.cancel)
        column = QVBoxLayout(running)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addLayout(words)
        column.addLayout(bar)
        self.addWidget(self.button)
        self.addWidget(running)
        self.button.setMinimumHeight(round(self.fontMetrics().height() * 2.4))
        self.setFixedHeight(max(self.button.minimumHeight(), running.sizeHint().height()))

    def set_ready(self, ready: bool) -> None:
        """Whether there is something to take again."""
        self.button.setEnabled(ready)
        self.button.setToolTip(
            self.tr("Take the region again with these settings.")
            if ready
            else self.tr("Select a part of the recording first.")
        )

    def running(self) -> bool:
        """Whether progress is shown."""
        return self.currentIndex() == 1

    def show_progress(self, stage: str, share: float | None, seconds_left: float) -> None:
        """Show a job.

        Args:
            stage: what it does, for people.
            share: in 0..1 of the stage that is done; None where it isn't known.
            seconds_left: below 0 where that isn't known.
        """
        had_focus = self.button.hasFocus()
        if not self.running():
            self._shown.start()
        percent = "" if share is None else f" {math.floor(100 * share)} %"
        self.stage.setText(f"{stage}{percent}")
        self.bar.setRange(0, 0 if share is None else 1000)
        self.bar.setValue(0 if share is None else round(1000 * share))
        self.left.setText(
            self.tr("{seconds} s left").format(seconds=math.ceil(seconds_left)) if seconds_left >= 0 else ""
        )
        self.setCurrentIndex(1)
        if had_focus:
            self.cancel.setFocus()

    def _cancel(self) -> None:
        """Cancel, unless this is the second half of a double click on the button that was here."""
        if self._shown.hasExpired(QApplication.doubleClickInterval()):
            self.cancel_clicked.emit()

    def show_button(self) -> None:
        """Back to the button."""
        had_focus = self.cancel.hasFocus()
        self.setCurrentIndex(0)
        if had_focus:
            self.button.setFocus()
