"""Blind test: X is the original or the take, drawn anew for each question."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtGui import QCloseEvent, QKeyEvent
from PySide6.QtWidgets import QComboBox, QDialog, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from desktop.document.document import Document
from desktop.document.rows import RegionRow
from desktop.playback.abx import TRIALS, Answer, Trial
from desktop.playback.choices import Stretch
from desktop.playback.player import Player
from desktop.translating import translate
from engine.errors import RetakeError

SURE = 0.05


class BlindTest(QDialog):
    """Plays a region in a loop; A, B and X switch, two buttons answer. Nothing on the screen tells which X is."""

    def __init__(self, player: Player, document: Document, row: RegionRow, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        assert row.take_id is not None
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setModal(True)  # what is compared must stay as it is
        self.setWindowTitle(self.tr("Blind Test of {0}").format(row.name))
        self._player, self._document, self._row = player, document, row
        self._before = player.choices
        self.trial = Trial(row.id, row.take_id)
        self._kept: Trial | None = None
        self._build()
        player.stop()  # whatever plays; the region begins anew once its loudness is known
        player.set_blind(True)
        player.choose(looped=True, matched=True, heard="A")
        self.listen("A")
        self._show()

    def listen(self, asked: str) -> None:
        """Hear A, B or X."""
        if not self._player.is_playing:  # at the beginning, and after a device was lost
            stretch = Stretch(self._row.start_frame, self._row.end_frame, alone=True)
            self._player.play(stretch, self._row.region)
        heard: Answer = "A" if asked == "A" else "B"
        self._player.hear_blindly(self.trial.hidden if asked == "X" else heard)
        for name, button in self.listening.items():
            button.setChecked(name == asked)

    def answer(self, said: Answer) -> None:
        """Say what X is."""
        self.trial.answer(said)
        if self.trial.is_over:
            self._finish()
        else:
            self.listen("A")
        self._show()

    def set_trials(self, count: int) -> None:
        """Begin anew with so many questions."""
        self._keep()
        self.trial = Trial(self._row.id, self.trial.take_id, count)
        self.listen("A")
        self._show()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """A, B and X switch what is heard."""
        heard = event.text().upper()
        if heard in self.listening and not self.trial.is_over:
            self.listen(heard)
        else:
            super().keyPressEvent(event)

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802
        self._end()
        super().closeEvent(event)

    def reject(self) -> None:
        """Escape ends the test; what was answered so far is kept, marked as given up."""
        self._end()
        super().reject()

    def _end(self) -> None:
        if self._player.is_blind:
            self._player.stop()
            self._player.set_blind(False)
            before = self._before
            self._player.choose(looped=before.looped, heard=before.heard, matched=before.matched)
            self._keep()

    def _finish(self) -> None:
        self._player.stop()
        self._keep()

    def _keep(self) -> None:
        """Keep the answers with the project, once."""
        if not self.trial.answers or self.trial is self._kept:
            return
        self._kept = self.trial
        try:
            self._document.keep_blind_test(self.trial.to_dict())
        except RetakeError as error:
            self.trouble.setText(str(error))
            self.trouble.show()

    def _build(self) -> None:
        column = QVBoxLayout(self)
        column.setSpacing(10)
        intro = QLabel(self.tr("A is the original, B the take. X is one of them. Which one?"))
        intro.setWordWrap(True)
        column.addWidget(intro)
        self.listening: dict[str, QPushButton] = {}
        row = QHBoxLayout()
        for name, text in (("A", self.tr("A  Original")), ("B", self.tr("B  Take")), ("X", self.tr("X  ?"))):
            button = QPushButton(text)
            button.setCheckable(True)
            button.setAutoDefault(False)
            button.setToolTip(self.tr("Listen; the key is {0}.").format(name))
            button.clicked.connect(partial(self._clicked, name))
            self.listening[name] = button
            row.addWidget(button)
        column.addLayout(row)
        row = QHBoxLayout()
        self.answers: dict[Answer, QPushButton] = {}
        said: Answer
        for said, text in (("A", self.tr("X is A")), ("B", self.tr("X is B"))):
            button = QPushButton(text)
            button.setAutoDefault(False)
            button.clicked.connect(partial(self._answered, said))
            self.answers[said] = button
            row.addWidget(button)
        column.addLayout(row)
        self.count = QComboBox()
        self.count.setAccessibleName(self.tr("Number of questions"))
        for trials in TRIALS:
            self.count.addItem(self.tr("%n questions", "", trials), trials)
        self.count.currentIndexChanged.connect(lambda _: self.set_trials(int(self.count.currentData())))
        self.result_text = QLabel()
        self.result_text.setWordWrap(True)
        self.trouble = QLabel()
        self.trouble.setWordWrap(True)
        self.trouble.hide()
        self.earlier = QLabel()
        self.earlier.setWordWrap(True)
        self.earlier.setEnabled(False)
        row = QHBoxLayout()
        self.again = QPushButton(self.tr("Again"))
        self.again.setAutoDefault(False)
        self.again.clicked.connect(lambda _=False: self.set_trials(int(self.count.currentData())))
        row.addWidget(self.count)
        row.addWidget(self.again)
        row.addStretch(1)
        close = QPushButton(self.tr("Close"))
        close.setAutoDefault(False)
        close.clicked.connect(self.close)
        row.addWidget(close)
        column.addWidget(self.result_text)
        column.addWidget(self.trouble)
        column.addWidget(self.earlier)
        column.addLayout(row)
        self.setMinimumWidth(32 * self.fontMetrics().averageCharWidth() * 2)

    def _clicked(self, name: str, checked: bool = False) -> None:
        self.listen(name)

    def _answered(self, said: Answer, checked: bool = False) -> None:
        self.answer(said)

    def _show(self) -> None:
        trial = self.trial
        asked = len(trial.answers)
        for button in (*self.listening.values(), *self.answers.values()):
            button.setEnabled(not trial.is_over)
        self.count.setEnabled(not asked or trial.is_over)
        self.again.setEnabled(trial.is_over)
        if trial.is_over:
            self.result_text.setText(verdict(trial.right, trial.trials, trial.p_value()))
        else:
            self.result_text.setText(self.tr("Question {0} of {1}").format(asked + 1, trial.trials))
        rows = [row for row in self._document.blind_tests() if row.get("take_id") == trial.take_id]
        texts = [f"{sum(said == so for said, so in row['answers'])}/{len(row['answers'])}" for row in rows]
        self.earlier.setText(self.tr("Earlier results with this take: {0}").format(", ".join(texts)) if texts else "")


def verdict(right: int, asked: int, p_value: float) -> str:
    """A result in a sentence."""
    text = translate("BlindTest", "{right} of {asked} right; guessing does as well in {share} % of all tests.")
    sure, unsure = (
        translate("BlindTest", "You hear a difference."),
        translate("BlindTest", "That may well be guessing."),
    )
    shown = text.format(right=right, asked=asked, share=f"{100 * p_value:.3g}")
    return f"{shown} {sure if p_value < SURE else unsure}"
