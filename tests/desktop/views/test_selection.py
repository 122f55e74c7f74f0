"""Selecting with mouse and keys in a real window, and snapping."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from desktop.document.document import Document
from desktop.views.editor_view import EditorView
from desktop.views.selection import ALT, CTRL, SHIFT, Part, Point, Selecting, nearest_zero_crossing, part_at
from desktop.views.sound_area import SoundArea
from engine.region import Region
from tests.desktop.views.conftest import RATE, click, drag, tones

FRAMES = 4 * RATE
NYQUIST_HZ = RATE / 2


def x_of(area: SoundArea, frame: float) -> float:
    return area.axes.time.x_at(frame, area.width())


def y_of(area: SoundArea, hz: float, channel: int = 0) -> float:
    height = area.height() // 2
    return channel * height + area.axes.frequency.y_at(hz, height)


def close_to(area: SoundArea, frame: float) -> object:
    """A frame, to the pixel and a half that a mouse can tell apart."""
    return pytest.approx(frame, abs=1.5 * area.axes.time.span / area.width())


@pytest.fixture
def box(view: EditorView) -> Region:
    """A box of 1 to 2 s and 500 to 3000 Hz, selected."""
    region = Region(RATE, 2 * RATE, 500.0, 3000.0)
    view.document.selection = region
    return region


def test_dragging_in_the_waveform_selects_time_and_the_whole_band(view: EditorView) -> None:
    area = view.pane.waveform
    drag(area, (x_of(area, 8000), 30), (x_of(area, 24000), 50))
    selection = view.document.selection
    assert selection is not None
    assert (selection.start_frame, selection.end_frame) == (close_to(area, 8000), close_to(area, 24000))
    assert (selection.low_hz, selection.high_hz) == (0.0, NYQUIST_HZ)


def test_dragging_in_the_spectrogram_selects_a_box_whichever_way_it_goes(view: EditorView) -> None:
    area = view.pane.spectrogram
    drag(area, (x_of(area, 24000), y_of(area, 600, 1)), (x_of(area, 8000), y_of(area, 3000, 1)))
    selection = view.document.selection
    assert selection is not None
    assert (selection.start_frame, selection.end_frame) == (close_to(area, 8000), close_to(area, 24000))
    assert (selection.low_hz, selection.high_hz) == (pytest.approx(600, rel=0.05), pytest.approx(3000, rel=0.05))


def test_the_time_tool_selects_the_whole_band_and_the_frequency_tool_the_whole_file(view: EditorView) -> None:
    area = view.pane.spectrogram
    start, end = (x_of(area, 8000), y_of(area, 600)), (x_of(area, 24000), y_of(area, 3000))
    view.set_tool("time")
    drag(area, start, end)
    timed = view.document.selection
    assert timed is not None and (timed.low_hz, timed.high_hz) == (0.0, NYQUIST_HZ)
    view.clear_selection()
    view.set_tool("frequency")
    drag(area, start, end)
    banded = view.document.selection
    assert banded is not None and (banded.start_frame, banded.end_frame) == (0, FRAMES)
    assert banded.high_hz == pytest.approx(3000, rel=0.05)


@pytest.mark.parametrize("modifier", [CTRL, ALT])
def test_ctrl_selects_time_once_and_alt_frequency_once(view: EditorView, modifier: Qt.KeyboardModifier) -> None:
    area = view.pane.spectrogram
    drag(area, (x_of(area, 8000), y_of(area, 600)), (x_of(area, 24000), y_of(area, 3000)), modifiers=modifier)
    selection = view.document.selection
    assert selection is not None
    whole_band = (selection.low_hz, selection.high_hz) == (0.0, NYQUIST_HZ)
    whole_file = (selection.start_frame, selection.end_frame) == (0, FRAMES)
    assert (whole_band, whole_file) == ((True, False) if modifier == CTRL else (False, True))
    assert view.selecting.tool == "box"


def test_dragging_past_an_edge_of_the_lane_reaches_the_end_of_the_band(view: EditorView) -> None:
    area = view.pane.spectrogram
    drag(area, (x_of(area, 8000), y_of(area, 1000)), (x_of(area, 24000), -20))
    selection = view.document.selection
    assert selection is not None and selection.high_hz == NYQUIST_HZ


def test_an_edge_is_dragged_alone(view: EditorView, box: Region) -> None:
    area = view.pane.waveform
    drag(area, (x_of(area, box.end_frame), 60), (x_of(area, 40000), 20))
    selection = view.document.selection
    assert selection is not None
    assert selection.end_frame == close_to(area, 40000)
    assert (selection.start_frame, selection.low_hz, selection.high_hz) == (RATE, 500.0, 3000.0)


def test_a_corner_is_dragged_in_time_and_frequency(view: EditorView, box: Region) -> None:
    area = view.pane.spectrogram
    drag(area, (x_of(area, box.start_frame), y_of(area, 3000)), (x_of(area, 8000), y_of(area, 5000)))
    selection = view.document.selection
    assert selection is not None
    assert selection.start_frame == close_to(area, 8000)
    assert selection.high_hz == pytest.approx(5000, rel=0.05)
    assert (selection.end_frame, selection.low_hz) == (box.end_frame, box.low_hz)


def test_an_edge_dragged_past_the_other_one_changes_places_with_it(view: EditorView, box: Region) -> None:
    area = view.pane.waveform
    drag(area, (x_of(area, box.start_frame), 60), (x_of(area, 48000), 60))
    selection = view.document.selection
    assert selection is not None
    assert (selection.start_frame, selection.end_frame) == (box.end_frame, close_to(area, 48000))


def test_ctrl_inside_moves_the_selection_and_keeps_its_size(view: EditorView, box: Region) -> None:
    area = view.pane.spectrogram
    drag(area, (x_of(area, 24000), y_of(area, 1000)), (x_of(area, 40000), y_of(area, 2000)), modifiers=CTRL)
    selection = view.document.selection
    assert selection is not None
    assert selection.frames == box.frames
    assert selection.high_hz - selection.low_hz == pytest.approx(2500, abs=1)
    assert selection.start_frame == close_to(area, RATE + 16000)
    assert selection.low_hz == pytest.approx(1500, abs=150)


def test_a_moved_selection_stops_at_the_end_of_the_file(view: EditorView, box: Region) -> None:
    area = view.pane.waveform
    drag(area, (x_of(area, 24000), 60), (area.width() - 3, 60), modifiers=CTRL)
    drag(area, (area.width() - 30, 60), (area.width() + 400, 60), modifiers=CTRL)
    selection = view.document.selection
    assert selection is not None and (selection.end_frame, selection.frames) == (FRAMES, box.frames)


def test_shift_click_extends_to_the_pointer_from_the_selection_or_the_cursor(view: EditorView, box: Region) -> None:
    area = view.pane.waveform
    click(area, (x_of(area, 48000), 60), SHIFT)
    extended = view.document.selection
    assert extended is not None
    assert (extended.start_frame, extended.end_frame) == (box.start_frame, close_to(area, 48000))
    view.clear_selection()
    view.set_cursor(8000)
    click(area, (x_of(area, 4000), 60), SHIFT)
    from_cursor = view.document.selection
    assert from_cursor is not None
    assert (from_cursor.start_frame, from_cursor.end_frame) == (close_to(area, 4000), 8000)


def test_a_click_selects_nothing_and_sets_the_cursor(view: EditorView, box: Region) -> None:
    area = view.pane.spectrogram
    click(area, (x_of(area, 20000), y_of(area, 1200)))
    assert view.document.selection is None
    assert view.marks.cursor_frame == close_to(area, 20000)


def test_a_click_on_an_edge_changes_nothing(view: EditorView, box: Region) -> None:
    area = view.pane.waveform
    click(area, (x_of(area, box.start_frame), 60))
    assert view.document.selection == box


def hover(area: QWidget, at: QPoint) -> None:
    """Move the pointer over a widget, whatever window of another test lies above it on the screen."""
    button, modifier, place = Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier, QPointF(at)
    moved = QMouseEvent(QEvent.Type.MouseMove, place, area.mapToGlobal(place), button, button, modifier)
    QApplication.sendEvent(area, moved)


def test_the_pointer_tells_what_a_drag_would_do(view: EditorView, box: Region) -> None:
    area = view.pane.spectrogram
    shapes = {
        (x_of(area, box.start_frame), y_of(area, 1200)): Qt.CursorShape.SizeHorCursor,
        (x_of(area, 24000), y_of(area, 3000)): Qt.CursorShape.SizeVerCursor,
        (x_of(area, box.start_frame), y_of(area, 3000)): Qt.CursorShape.SizeFDiagCursor,
        (x_of(area, box.end_frame), y_of(area, 3000)): Qt.CursorShape.SizeBDiagCursor,
        (x_of(area, 48000), y_of(area, 1200)): Qt.CursorShape.CrossCursor,
    }
    for (x, y), shape in shapes.items():
        hover(area, QPoint(round(x), round(y)))
        assert area.cursor().shape() == shape


def test_escape_selects_nothing_and_ctrl_a_everything(view: EditorView, box: Region) -> None:
    area = view.pane.spectrogram
    QTest.keyClick(area, Qt.Key.Key_Escape)
    assert view.document.selection is None
    QTest.keyClick(area, Qt.Key.Key_A, CTRL)
    assert view.document.selection == Region(0, FRAMES, 0.0, NYQUIST_HZ)


def test_arrows_move_the_end_and_with_shift_the_start(view: EditorView, box: Region) -> None:
    area = view.pane.spectrogram
    QTest.keyClick(area, Qt.Key.Key_Right)
    one = view.document.selection
    assert one is not None and one.end_frame > box.end_frame and one.start_frame == box.start_frame
    QTest.keyClick(area, Qt.Key.Key_Right, CTRL)
    ten = view.document.selection
    assert ten is not None and ten.end_frame - one.end_frame == 10 * (one.end_frame - box.end_frame)
    QTest.keyClick(area, Qt.Key.Key_Left, SHIFT)
    shifted = view.document.selection
    assert shifted is not None and shifted.start_frame < box.start_frame and shifted.end_frame == ten.end_frame
    QTest.keyClick(area, Qt.Key.Key_Up)
    QTest.keyClick(area, Qt.Key.Key_Down, SHIFT)
    taller = view.document.selection
    assert taller is not None and taller.high_hz > box.high_hz and taller.low_hz < box.low_hz


def test_arrows_never_turn_the_selection_inside_out(view: EditorView) -> None:
    view.document.selection = Region(1000, 1004, 0.0, NYQUIST_HZ)
    for _ in range(5):
        QTest.keyClick(view.pane.waveform, Qt.Key.Key_Left, CTRL)
    selection = view.document.selection
    assert selection is not None and selection.start_frame == 1000 and selection.end_frame > 1000


def test_snapping_moves_the_edges_to_zero_crossings_when_the_button_is_released(view: EditorView) -> None:
    area = view.pane.waveform
    view.set_snap(True)
    drag(area, (x_of(area, 8011), 60), (x_of(area, 24007), 60))
    selection = view.document.selection
    assert selection is not None
    for frame in (selection.start_frame, selection.end_frame):
        sums = view.document.read(frame - 1, frame + 2).sum(axis=0)
        assert (sums == 0).any() or 0 < np.signbit(sums).sum() < sums.size


def test_the_nearest_crossing_is_found_and_the_frame_stays_where_there_is_none() -> None:
    rate, frames = 8000, 8000
    wave = np.sin(2 * np.pi * 100 * (np.arange(frames) + 0.5) / rate)[None].astype(np.float32)  # crosses each 40 frames
    read = lambda start, stop: wave[:, start:stop]  # noqa: E731
    for frame in (410, 425, 436):
        found = nearest_zero_crossing(read, frame, rate, frames)
        assert abs(found - frame) <= 20
        assert np.signbit(wave[0, found - 1]) != np.signbit(wave[0, found]) or np.signbit(wave[0, found]) != np.signbit(
            wave[0, found + 1]
        )
    constant = lambda start, stop: np.ones((1, stop - start), np.float32)  # noqa: E731
    assert nearest_zero_crossing(constant, 4000, rate, frames) == 4000
    assert [nearest_zero_crossing(constant, at, rate, frames) for at in (0, frames)] == [0, frames]


def test_channels_that_cancel_each_other_still_have_crossings() -> None:
    wave = np.sin(2 * np.pi * 100 * (np.arange(8000) + 0.5) / 8000).astype(np.float32)
    both = np.stack([wave, -wave])
    found = nearest_zero_crossing(lambda start, stop: both[:, start:stop], 425, 8000, 8000)
    assert found != 425 and abs(wave[found]) < 0.05


def test_of_a_narrow_selection_the_nearer_edge_is_grabbed() -> None:
    narrow = QRectF(100, 0, 4, 50)
    assert part_at(narrow, 101, 25, 5, banded=False) == Part.LEFT
    assert part_at(narrow, 104, 25, 5, banded=False) == Part.RIGHT
    assert part_at(narrow, 111, 25, 5, banded=False) == Part.NONE
    assert part_at(QRectF(100, 10, 50, 50), 125, 30, 5, banded=True) == Part.INSIDE


def test_an_edge_beside_what_is_no_number_stays_where_it_was_let_go(made_document: Callable[..., Document]) -> None:
    sound = tones()
    sound[0, RATE] = np.nan
    selecting = Selecting(made_document(sound))
    selecting.set_snap(True)
    selecting.press(Point(RATE + 3, 0), Part.NONE, Qt.KeyboardModifier.NoModifier, banded=False, anchor=0)
    selecting.drag_to(Point(3 * RATE + 3, 0))
    selecting.release()
    selection = selecting.document.selection
    assert selection is not None
    assert selection.start_frame == RATE + 3
    assert 0 < abs(selection.end_frame - 3 * RATE - 3) < 10
