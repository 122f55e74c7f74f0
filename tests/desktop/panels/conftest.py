"""What the panels' tests share: a document of a demo recording, an engine process, and folders of their own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from desktop.document import actions
from desktop.document.document import Document
from desktop.document.opening import new_document
from desktop.panels.retake_panel import RetakePanel
from desktop.worker.supervisor import EngineThread
from engine.audio import Patch
from engine.settings import RestoreSettings
from tests.desktop.conftest import kept
from tests.desktop.made import made_result

DEMO = Path(__file__).resolve().parents[3] / "resources" / "demo"
SPEECH = DEMO / "speech-p286-011.wav"  # 48 kHz, one channel, 6.77 s


@pytest.fixture
def document(own_folders: None) -> Iterator[Document]:
    """The demo recording of speech, just opened."""
    made = new_document(SPEECH)
    yield made
    made.close()


@pytest.fixture
def idle_engine() -> Iterator[EngineThread]:
    """An engine that was asked for nothing: no process yet."""
    engine = EngineThread()
    yield engine
    engine.stop()


@pytest.fixture(scope="module")
def engine() -> Iterator[EngineThread]:
    """An engine process that stays for all tests of a module, since starting it takes seconds."""
    thread = kept(EngineThread())
    yield thread
    thread.stop()


def type_into(qtbot: QtBot, line: QLineEdit, text: str) -> None:
    """Replace a line's text by keys, and press Enter."""
    line.setFocus()
    qtbot.keyClick(line, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    qtbot.keyClick(line, Qt.Key.Key_Delete)
    qtbot.keyClicks(line, text)
    qtbot.keyClick(line, Qt.Key.Key_Return)


@pytest.fixture
def typed(qtbot: QtBot) -> Callable[[QLineEdit, str], None]:
    """A function that types into a line."""
    return lambda line, text: type_into(qtbot, line, text)


@pytest.fixture
def made_take(document: Document) -> Callable[..., int]:
    """A function that adds a take to a region, with made sound, and returns its id."""

    def make(
        region_id: int, *, quick: bool = False, measures: dict[str, float | None] | None = None, **settings: object
    ) -> int:
        region = document.regions[region_id].region
        sound = np.full((document.channels, region.frames), 0.1, np.float32)
        result = made_result(
            Patch(region.start_frame, sound),
            region,
            settings=RestoreSettings(**settings),  # type: ignore[arg-type]
            seconds=4.23,
            notes=("made with care",),
            measures=measures or {},
            quick=quick,
        )
        return actions.add_take(document, region_id, result)

    return make


@pytest.fixture
def panel(qtbot: QtBot) -> Iterator[RetakePanel]:
    """The panel with what is always seen under it."""
    holder = QWidget()
    made = RetakePanel()
    layout = QVBoxLayout(holder)
    layout.addWidget(made)
    layout.addWidget(made.action)
    qtbot.addWidget(holder)
    with qtbot.waitExposed(holder):
        holder.show()
    yield made  # the holder lives as long as this
