"""Real documents on made recordings, seen in a real window."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from desktop.document.document import Document
from desktop.document.opening import new_document
from desktop.pyramids.peaks import Peaks
from desktop.pyramids.spectrum import Spectrum
from desktop.views.editor_view import EditorView

RATE, SECONDS = 16000, 4.0
Source = tuple[Peaks, Spectrum]


class OriginalOnly:
    """The recording without takes, to read in any thread."""

    def __init__(self, document: Document) -> None:
        self.rate, self.channels, self.frames = document.rate, document.channels, document.frames
        self.read = document.clip.read


class Difference(OriginalOnly):
    """What the takes in use changed."""

    def __init__(self, document: Document) -> None:
        super().__init__(document)
        self.read = lambda start, stop: document.read(start, stop) - document.clip.read(start, stop)


@pytest.fixture
def made_document(qapp: QApplication, tmp_path: Path) -> Iterator[Callable[..., Document]]:
    """A function that opens a document on samples ``(channels, frames)``; they are closed at the end."""
    opened: list[Document] = []

    def make(samples: NDArray[np.float32], rate: int = RATE) -> Document:
        path = tmp_path / f"recording-{len(opened)}.wav"
        soundfile.write(path, samples.T, rate, subtype="FLOAT")
        opened.append(new_document(path))
        return opened[-1]

    yield make
    for document in opened:
        document.close()


@pytest.fixture
def made_view(
    qapp: QApplication, made_document: Callable[..., Document], qtbot: Any
) -> Iterator[Callable[..., EditorView]]:
    """A function that shows an editor on a document, by default four seconds of a stereo sweep of tones."""
    shown: list[tuple[EditorView, Source]] = []

    def make(document: Document | None = None, size: tuple[int, int] = (900, 600)) -> EditorView:
        document = document or made_document(tones())
        source = Peaks(document, document.reader), Spectrum(document, document.reader)

        def make_source(name: str) -> Source:
            kind = {"original": OriginalOnly, "difference": Difference}[name]
            return Peaks(kind(document), lambda: kind(document)), Spectrum(kind(document), lambda: kind(document))

        view = EditorView(document, *source, make_source)
        shown.append((view, source))
        view.resize(*size)
        view.show()
        qtbot.waitExposed(view)
        view.setFocus()
        qtbot.waitUntil(lambda: settled(view), timeout=20000)
        return view

    yield make
    for view, source in shown:
        view.release()
        for pyramid in source:
            pyramid.close()
        view.close()
        view.deleteLater()
    qapp.processEvents()


@pytest.fixture
def view(made_view: Callable[..., EditorView]) -> EditorView:
    """An editor on four seconds of stereo, 16 kHz, shown at 900 x 600."""
    return made_view()


def tones(seconds: float = SECONDS, rate: int = RATE) -> NDArray[np.float32]:
    """Stereo: 440 Hz on the left, 2 kHz on the right, at half scale, with 0.2 s of silence in the middle."""
    times_s = np.arange(round(seconds * rate)) / rate
    samples = 0.5 * np.sin(2 * np.pi * np.array([[440.0], [2000.0]]) * times_s)
    samples[:, np.abs(times_s - seconds / 2) < 0.1] = 0
    return samples.astype(np.float32)


def settled(view: EditorView) -> bool:
    """Whether everything that is seen is known."""
    return all(
        (area.waveform.complete or area.waveform_strength == 0) and (area.spectrogram.complete or not area.banded)
        for pane in view.panes
        for area in pane.areas
        if area.isVisible()
    )


def drag(
    widget: QWidget,
    start: tuple[float, float],
    end: tuple[float, float],
    *,
    modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier,
    button: Qt.MouseButton = Qt.MouseButton.LeftButton,
) -> None:
    """Press, move in steps and release, as a hand does."""
    QTest.mousePress(widget, button, modifiers, _point(start))
    for step in range(1, 6):
        x, y = (a + (b - a) * step / 5 for a, b in zip(start, end, strict=True))
        QTest.mouseMove(widget, _point((x, y)))
        QApplication.processEvents()
    QTest.mouseRelease(widget, button, modifiers, _point(end))


def click(
    widget: QWidget,
    at: tuple[float, float],
    modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier,
    double: bool = False,
) -> None:
    """A click, or a double one, of the left button."""
    QTest.mouseClick(widget, Qt.MouseButton.LeftButton, modifiers, _point(at))
    if double:
        QTest.mouseDClick(widget, Qt.MouseButton.LeftButton, modifiers, _point(at))


def wheel(
    widget: QWidget,
    at: tuple[float, float],
    notches: float,
    *,
    sideways: float = 0.0,
    modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier,
) -> None:
    """Turn the wheel over a point of a widget."""
    local = QPointF(*at)
    event = QWheelEvent(
        local,
        widget.mapToGlobal(local),
        QPoint(),
        QPoint(round(120 * sideways), round(120 * notches)),
        Qt.MouseButton.NoButton,
        modifiers,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(widget, event)


def _point(at: tuple[float, float]) -> QPoint:
    return QPoint(round(at[0]), round(at[1]))
