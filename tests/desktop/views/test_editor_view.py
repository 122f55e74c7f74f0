"""The editor's view as a whole: moving about, regions, layouts, sounds, repainting."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QObject, QPointF, Qt
from PySide6.QtTest import QSignalSpy, QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from desktop.document import actions
from desktop.document.document import Document
from desktop.views.colours import colours_of
from desktop.views.editor_view import EditorView
from desktop.views.selection import ALT, CTRL, SHIFT
from engine.region import Region
from tests.desktop.disks import protect
from tests.desktop.views.conftest import RATE, click, drag, settled, wheel

FRAMES = 4 * RATE
NYQUIST_HZ = RATE / 2


def visible(view: EditorView) -> tuple[float, float]:
    return view.axes.time.start, view.axes.time.stop


@pytest.mark.parametrize("which", ["waveform", "spectrogram"])
def test_the_wheel_zooms_at_the_pointer(view: EditorView, which: str) -> None:
    area = getattr(view.pane, which)
    before = view.axes.time.frame_at(200, area.width())
    wheel(area, (200, 40), 3)
    assert view.axes.time.span < FRAMES / 2
    assert view.axes.time.frame_at(200, area.width()) == pytest.approx(before, abs=1e-6)
    wheel(area, (200, 40), -30)
    assert visible(view) == (0, FRAMES)


def test_shift_and_sideways_wheel_pan(view: EditorView) -> None:
    area = view.pane.spectrogram
    view.axes.time.show(10_000, 20_000)
    wheel(area, (200, 40), -1, modifiers=SHIFT)
    assert visible(view) == (11_000, 21_000)
    wheel(area, (200, 40), 0, sideways=1)
    assert visible(view) == (10_000, 20_000)


def test_ctrl_wheel_zooms_the_frequency_and_alt_wheel_the_level(view: EditorView) -> None:
    area, axis = view.pane.spectrogram, view.axes.frequency
    before = axis.hz_at(60, area.height() // 2)
    wheel(area, (200, 60), 2, modifiers=CTRL)
    assert axis.high_hz - axis.low_hz < NYQUIST_HZ
    assert axis.hz_at(60, area.height() // 2) == pytest.approx(before, rel=0.01)
    wheel(view.pane.waveform, (200, 60), 1, modifiers=ALT)
    assert view.axes.level.top == pytest.approx(1 / 1.3)
    wheel(view.pane.waveform, (200, 60), 0, sideways=-1, modifiers=ALT)  # Qt turns it sideways on some systems
    assert view.axes.level.top == 1.0
    assert visible(view) == (0, FRAMES)


def test_dragging_with_the_middle_button_pans(view: EditorView) -> None:
    view.axes.time.show(20_000, 30_000)
    area = view.pane.waveform
    drag(area, (300, 40), (200, 40), button=Qt.MouseButton.MiddleButton)
    assert view.axes.time.start == pytest.approx(20_000 + 100 / area.width() * 10_000, abs=1)
    assert view.document.selection is None


def test_rulers_pan_along_zoom_across_and_fit_on_double_click(view: EditorView) -> None:
    view.axes.time.show(20_000, 30_000)
    ruler = view.pane.time_ruler
    drag(ruler, (300, 10), (200, 12))
    assert view.axes.time.start == pytest.approx(20_000 + 100 / ruler.width() * 10_000, abs=1)
    drag(ruler, (300, 2), (300, 102))
    assert view.axes.time.span == pytest.approx(5_000)
    click(ruler, (300, 10), double=True)
    assert visible(view) == (0, FRAMES)
    side = view.pane.frequency_ruler
    drag(side, (20, 50), (120, 50))
    assert view.axes.frequency.high_hz - view.axes.frequency.low_hz < NYQUIST_HZ
    low_hz = view.axes.frequency.low_hz
    drag(side, (20, 40), (20, 80))
    assert view.axes.frequency.low_hz > low_hz
    click(side, (20, 50), double=True)
    assert (view.axes.frequency.low_hz, view.axes.frequency.high_hz) == (0.0, NYQUIST_HZ)
    wheel(view.pane.level_ruler, (20, 50), 2)
    assert view.axes.level.top < 1
    click(view.pane.level_ruler, (20, 50), double=True)
    assert view.axes.level.top == 1


def test_a_click_on_the_time_ruler_sets_the_cursor(view: EditorView) -> None:
    ruler = view.pane.time_ruler
    click(ruler, (ruler.width() / 2, 10))
    assert view.marks.cursor_frame == pytest.approx(FRAMES / 2, abs=FRAMES / ruler.width())


def test_the_overview_moves_and_zooms_the_view(view: EditorView) -> None:
    strip = view.overview
    view.axes.time.show(16_000, 32_000)
    left, right = 0.25 * strip.width(), 0.5 * strip.width()
    drag(strip, ((left + right) / 2, 20), ((left + right) / 2 + 0.25 * strip.width(), 20))
    assert visible(view) == pytest.approx((32_000, 48_000), abs=FRAMES / strip.width())
    drag(strip, (0.75 * strip.width(), 20), (0.9 * strip.width(), 20))
    assert visible(view) == pytest.approx((32_000, 57_600), abs=2 * FRAMES / strip.width())
    click(strip, (0.1 * strip.width(), 20))
    assert view.axes.time.start == 0
    click(strip, (0.9 * strip.width(), 20), double=True)
    assert visible(view) == (0, FRAMES)


def test_home_end_and_brackets_step_the_cursor_along_the_edges(view: EditorView) -> None:
    actions.add_region(view.document, Region(10_000, 20_000, 0, NYQUIST_HZ))
    view.document.selection = Region(15_000, 30_000, 0, NYQUIST_HZ)
    area, seen = view.pane.waveform, []
    for _ in range(6):
        QTest.keyClick(area, Qt.Key.Key_BracketRight)
        seen.append(view.marks.cursor_frame)
    assert seen == [10_000, 15_000, 20_000, 30_000, FRAMES, FRAMES]
    QTest.keyClick(area, Qt.Key.Key_BracketLeft)
    assert view.marks.cursor_frame == 30_000
    view.axes.time.show(40_000, 50_000)
    QTest.keyClick(area, Qt.Key.Key_Home)
    assert view.marks.cursor_frame == 0 and view.axes.time.start == 0
    QTest.keyClick(area, Qt.Key.Key_End)
    assert view.marks.cursor_frame == FRAMES and view.axes.time.stop == FRAMES


def test_zoom_steps_to_selection_and_fit(view: EditorView) -> None:
    view.document.selection = Region(20_000, 24_000, 1000.0, 2000.0)
    view.zoom_in()
    assert view.axes.time.span == FRAMES / 2
    view.zoom_out()
    assert view.axes.time.span == FRAMES
    view.zoom_to_selection()
    assert visible(view) == (19_600, 24_400)
    assert (view.axes.frequency.low_hz, view.axes.frequency.high_hz) == pytest.approx((900.0, 2100.0))
    view.fit()
    assert visible(view) == (0, FRAMES) and view.axes.frequency.low_hz == 0


def test_clicking_a_flag_takes_its_region_and_a_double_click_zooms_to_it(view: EditorView) -> None:
    first = actions.add_region(view.document, Region(8_000, 16_000, 0, NYQUIST_HZ), "First")
    second = actions.add_region(view.document, Region(40_000, 48_000, 500.0, 1500.0), "Second")
    area = view.pane.spectrogram
    click(area, (view.axes.time.x_at(40_000, area.width()) + 6, 6))
    assert view.document.current_region_id == second
    assert view.document.selection == Region(40_000, 48_000, 500.0, 1500.0)
    click(view.pane.waveform, (view.axes.time.x_at(8_000, area.width()) + 6, 6), double=True)
    assert view.document.current_region_id == first
    assert visible(view) == (8_000 - 800, 16_000 + 800)


def test_flags_of_regions_at_one_place_dont_cover_each_other(view: EditorView) -> None:
    for _ in range(3):
        actions.add_region(view.document, Region(8_000, 16_000, 0, NYQUIST_HZ))
    boxes = [flag.box for flag in view.pane.waveform._flags(1.0)]
    assert len(boxes) == 3
    assert not any(a.intersects(b) for i, a in enumerate(boxes) for b in boxes[:i])


def test_regions_are_added_changed_stepped_through_and_removed(view: EditorView) -> None:
    document = view.document
    assert view.add_region() is None
    ids = []
    for start in (40_000, 8_000):
        document.selection = Region(start, start + 4000, 0, NYQUIST_HZ)
        ids.append(view.add_region())
    view.next_region()
    assert document.current_region_id == ids[0]  # in time after the second
    view.next_region()
    assert document.current_region_id == ids[1]
    document.selection = Region(9_000, 11_000, 100.0, 200.0)
    view.change_region()
    assert document.regions[ids[1]].region == Region(9_000, 11_000, 100.0, 200.0)
    view.remove_region()
    assert list(document.regions) == [ids[0]]
    document.undo.undo()
    assert set(document.regions) == set(ids)


def test_the_read_out_tells_time_frequency_level_and_channel(view: EditorView, qtbot: Any) -> None:
    texts: list[str] = []
    view.pointed.connect(texts.append)
    area = view.pane.waveform
    QTest.mouseMove(area, area.rect().center())
    QTest.mouseMove(area, area.rect().topLeft() + (area.rect().center() - area.rect().topLeft()) / 2)
    qtbot.waitUntil(lambda: bool(texts))
    time, level, channel = texts[-1].split("   ")
    assert time.startswith("0:01.0") or time.startswith("0:00.9")
    assert level == "\N{MINUS SIGN}6.0 dB" and channel == "L"
    spectrogram = view.pane.spectrogram
    y = spectrogram.height() // 2 + view.axes.frequency.y_at(2000, spectrogram.height() // 2)
    text = spectrogram.read_out(QPointF(200, y))
    _, hz, level, channel = text.split("   ")
    assert abs(int(hz.removesuffix(" Hz")) - 2000) < 60
    assert abs(float(level.removesuffix(" dB").replace("\N{MINUS SIGN}", "-")) + 6) < 3 and channel == "R"


def test_layouts_split_and_overlaid(view: EditorView) -> None:
    assert view.pane.waveform.isVisible() and view.pane.spectrogram.isVisible()
    view.set_overlay(0.5)
    area = view.pane.spectrogram
    assert not view.pane.waveform.isVisible()
    assert (area.waveform_strength, area.spectrogram_strength) == (1.0, 1.0)
    both = area.grab().toImage()
    view.set_overlay(1.0)
    spectrogram = area.grab().toImage()
    view.set_overlay(0.0)
    waveform = area.grab().toImage()
    assert both != spectrogram != waveform
    assert view.pane.level_rulers[1].isVisible() and not view.pane.frequency_ruler.isVisible()
    ground = colours_of(view.palette()).ground
    assert waveform.pixelColor(20, 3) == ground != spectrogram.pixelColor(20, 3)
    QTest.mouseClick(view.bar.split, Qt.MouseButton.LeftButton)
    assert view.overlay is None and view.pane.waveform.isVisible()


def test_with_the_waveform_alone_dragging_selects_time(view: EditorView) -> None:
    view.set_overlay(0.0)
    drag(view.pane.spectrogram, (100, 100), (300, 160))
    selection = view.document.selection
    assert selection is not None and (selection.low_hz, selection.high_hz) == (0.0, NYQUIST_HZ)


def test_another_sound_is_shown_in_place_and_side_by_side(view: EditorView, qtbot: Any) -> None:
    result = view.pane.waveform.grab().toImage()
    view.show_sound("difference")
    qtbot.waitUntil(lambda: settled(view), timeout=20000)
    assert view.pane.waveform.title == "Difference"
    assert view.pane.waveform.grab().toImage() != result  # nothing was changed: silence
    view.show_sound("result")
    assert view.pane.waveform.title == ""
    view.set_side_by_side(True)
    qtbot.waitUntil(lambda: settled(view), timeout=20000)
    left, right = view.panes
    assert (left.waveform.title, right.waveform.title) == ("Original", "Result")
    assert left.isVisible() and abs(left.width() - right.width()) < 20
    assert left.mapTo(view, left.rect().topLeft()).x() < right.mapTo(view, right.rect().topLeft()).x()
    drag(left.waveform, (50, 40), (150, 40))
    assert view.document.selection is not None
    view.set_side_by_side(False)
    assert view.panes == [view.pane] and view.pane.waveform.title == ""


def test_a_changed_sound_is_painted_anew(view: EditorView, qtbot: Any) -> None:
    before = view.pane.waveform.grab().toImage()
    view.document.read = lambda start, stop: np.zeros((2, stop - start), np.float32)  # type: ignore[method-assign]
    view.document.reader = _silence(view.document)  # type: ignore[method-assign]
    view.sounds.source("result")[0]._source = view.document
    view.document.sound_changed.emit(0, FRAMES)
    qtbot.waitUntil(lambda: view.pane.waveform.grab().toImage() != before, timeout=5000)


def test_moving_cursor_playhead_and_selection_never_recompose_the_sound(view: EditorView) -> None:
    areas = view.pane.areas
    pictures = [(area.waveform._image, area.spectrogram._image) for area in areas]
    for frame in range(0, FRAMES, 4000):
        view.set_cursor(frame)
        view.marks.playhead_frame = frame
        view.document.selection = Region(frame, frame + 100, 0, NYQUIST_HZ)
        QApplication.processEvents()
    for area, (waveform, spectrogram) in zip(areas, pictures, strict=True):
        assert area.waveform._image is waveform and area.spectrogram._image is spectrogram


def test_a_moving_playhead_repaints_only_its_own_strip(view: EditorView, qapp: QApplication) -> None:
    view.marks.playhead_frame = 20_000
    QApplication.processEvents()
    painted = PaintWatch()
    for area in view.pane.areas:
        area.installEventFilter(painted)
    view.marks.playhead_frame = 20_400
    QApplication.processEvents()
    assert painted.widths and max(painted.widths) < 40


def test_the_view_turns_a_page_when_the_playhead_leaves_it(view: EditorView) -> None:
    view.axes.time.show(0, 10_000)
    view.set_playhead(9_990)
    view.set_playhead(10_010)
    assert view.axes.time.start < 10_010 < view.axes.time.stop and view.axes.time.start > 9_000
    view.follows = False
    view.set_playhead(30_000)
    assert view.axes.time.stop < 30_000


def test_the_view_is_kept_with_the_document_and_restored(made_view: Callable[..., EditorView]) -> None:
    view = made_view()
    view.axes.time.show(10_000, 20_000)
    view.set_scale("log")
    view.axes.frequency.show(100, 4000)
    view.set_overlay(0.25)
    view.set_colour_map("magma")
    view.set_range(-90, -20)
    view.set_time_unit("samples")
    view.set_level_unit("linear")
    view.set_tool("frequency")
    view.set_cursor(12_345)
    state = view.view_state()
    assert view.document.view["scale"] == "log"
    other = made_view(view.document)
    restored = other.view_state()
    assert {
        key: pytest.approx(value) if isinstance(value, float) else value for key, value in state.items()
    } == restored
    assert other.pane.time_ruler.unit == "samples" and other.pane.spectrogram.spectrogram.look.colours == "magma"


def test_a_stored_view_that_makes_no_sense_changes_nothing(view: EditorView) -> None:
    before = view.view_state()
    view.restore_view(
        {
            "scale": "bark",
            "tool": 3,
            "start_frame": 900,
            "stop_frame": float("nan"),
            "low_hz": 500,
            "high_hz": 20,
            "level_top": -1,
            "overlay": 7,
            "cursor_frame": "x",
            "colour_map": ["jet"],
            "from a later version": 1,
        }
    )
    assert view.view_state() == before


def test_another_window_length_changes_the_spectrogram(view: EditorView, qtbot: Any) -> None:
    before = view.pane.spectrogram.grab().toImage()
    view.set_window(512)
    qtbot.waitUntil(lambda: settled(view), timeout=20000)
    assert view.pane.spectrogram.grab().toImage() != before


def test_every_part_has_a_name_for_screen_readers_and_focus_is_seen(view: EditorView, qtbot: Any) -> None:
    reachable = [child for child in view.findChildren(QWidget) if child.focusPolicy() & Qt.FocusPolicy.TabFocus]
    assert len(reachable) > 10
    assert [child for child in reachable if child.isVisible() and not child.accessibleName()] == []
    view.activateWindow()
    qtbot.waitUntil(view.isActiveWindow)
    area = view.pane.waveform
    view.pane.spectrogram.setFocus()
    QApplication.processEvents()
    before = area.grab().toImage()
    area.setFocus()
    QApplication.processEvents()
    assert area.grab().toImage() != before


def test_rulers_are_moved_with_the_keyboard(view: EditorView) -> None:
    QTest.keyClick(view.pane.time_ruler, Qt.Key.Key_Plus)
    assert view.axes.time.span == pytest.approx(FRAMES / 1.3)
    start = view.axes.time.start
    QTest.keyClick(view.pane.time_ruler, Qt.Key.Key_Right)
    assert view.axes.time.start > start
    QTest.keyClick(view.pane.time_ruler, Qt.Key.Key_Home)
    assert visible(view) == (0, FRAMES)
    QTest.keyClick(view.overview, Qt.Key.Key_Plus)
    assert view.axes.time.span < FRAMES


@pytest.mark.parametrize("factor", ["1", "1.25", "1.5", "2"])
def test_lines_are_crisp_at_any_scale(run_python: Callable[..., Any], factor: str) -> None:
    # In a process of its own: the scale is read once, when the application starts. The label moves the ruler off the
    # grid of device pixels; a line that is drawn between two of them would have mixed colours.
    done = run_python(
        "import os\n"
        f"os.environ['QT_SCALE_FACTOR'] = '{factor}'\n"
        "from PySide6.QtWidgets import QApplication, QLabel, QVBoxLayout, QWidget\n"
        "app = QApplication([])\n"
        "from desktop.views.colours import colours_of\n"
        "from desktop.views.marks import Marks\n"
        "from desktop.views.rulers import TimeRuler\n"
        "from desktop.views.time_axis import TimeAxis\n"
        "window = QWidget()\n"
        "layout = QVBoxLayout(window)\n"
        "layout.setContentsMargins(7, 3, 5, 1)\n"
        "marks, time = Marks(), TimeAxis(48000, 48000)\n"
        "marks.cursor_frame = -5000\n"
        "ruler = TimeRuler(time, marks)\n"
        "layout.addWidget(QLabel('x'))\n"
        "layout.addWidget(ruler)\n"
        "window.resize(433, 97)\n"
        "window.show()\n"
        "app.processEvents()\n"
        "image = window.grab().toImage()\n"
        "ratio = image.devicePixelRatio()\n"
        f"assert abs(ratio - {factor}) < 0.01, ratio\n"
        "foot = round((ruler.y() + ruler.height()) * ratio) - round(3 * ratio)\n"
        "left, right = round((ruler.x() + 2) * ratio), round((ruler.x() + ruler.width() - 2) * ratio)\n"
        "colours = colours_of(ruler.palette())\n"
        "pure = {colour.rgb() for colour in (colours.ruler, colours.text, colours.faint)}\n"
        "seen = {image.pixel(x, foot) for x in range(left, right)}\n"
        "assert seen == pure, [hex(colour) for colour in seen - pure]\n"
    )
    assert done.returncode == 0, done.stderr


def test_three_thousand_repaints_in_a_row(made_view: Callable[..., EditorView]) -> None:
    view = made_view(size=(500, 320))
    actions.add_region(view.document, Region(8_000, 16_000, 300.0, 2000.0))
    view.document.selection = Region(20_000, 30_000, 300.0, 2000.0)
    widgets = [view.overview, view.pane.time_ruler, view.pane.frequency_ruler, *view.pane.areas]
    for turn in range(600):
        view.axes.time.zoom(1.2 if turn % 20 < 10 else 1 / 1.2, 25_000)
        for widget in widgets:
            widget.repaint()
    assert visible(view) == pytest.approx((0, FRAMES), abs=1)


@pytest.mark.parametrize("channels, frames, rate", [(1, 1, 48000), (2, 336, 48000), (32, 2000, 48000), (1, 900, 8000)])
def test_odd_recordings_are_shown_at_any_zoom(
    made_view: Callable[..., EditorView], made_document: Callable[..., Document], channels: int, frames: int, rate: int
) -> None:
    samples = np.random.default_rng(0).uniform(-1, 1, (channels, frames)).astype(np.float32)
    view = made_view(made_document(samples, rate), size=(400, 300))
    view.select_all()
    for factor in (1.0, 3.0, 100.0, 1e-3):
        view.axes.time.zoom(factor, 0)
        assert not view.grab().isNull()
    assert visible(view) == (0, frames)
    QTest.keyClick(view.pane.waveform, Qt.Key.Key_BracketRight)
    assert view.document.selection is not None and view.document.selection.frames == frames


def test_everything_is_still_there_in_a_small_window(made_view: Callable[..., EditorView]) -> None:
    view = made_view(size=(360, 240))
    assert view.pane.waveform.height() > 20 and view.pane.spectrogram.height() > 20


class PaintWatch(QObject):
    """Notes how wide the regions are that widgets repaint."""

    def __init__(self) -> None:
        super().__init__()
        self.widths: list[int] = []

    def eventFilter(self, watched: QObject, event: Any) -> bool:  # noqa: N802
        if event.type() == event.Type.Paint:
            self.widths.append(max(rect.width() for rect in event.region()))
        return False


class Silence:
    """A sound like another one, without sound."""

    def __init__(self, document: Document) -> None:
        self.rate, self.channels, self.frames = document.rate, document.channels, document.frames

    def read(self, start: int, stop: int) -> Any:
        return np.zeros((self.channels, stop - start), np.float32)


def _silence(document: Document) -> Callable[[], Silence]:
    return lambda: Silence(document)


def test_what_is_told_of_a_sound_after_it_was_let_go_is_left(view: EditorView, qtbot: QtBot) -> None:
    peaks, _ = view.sounds.source("original")
    told = QSignalSpy(view.sounds.grew)
    view.release()
    before = told.count()
    with qtbot.captureExceptions() as raised:
        peaks.grown.emit(1.0)
        view._sound_grew("original")
    assert (told.count(), raised) == (before, [])


def test_edits_of_regions_that_cannot_be_written_are_said(view: EditorView) -> None:
    document, said = view.document, QSignalSpy(view.said)
    document.selection = Region(8000, 16000, 0.0, NYQUIST_HZ)
    region_id = view.add_region()
    document.selection = Region(8000, 24000, 0.0, NYQUIST_HZ)
    before = dict(document.regions)
    protect(document)
    view.change_region()
    view.remove_region()
    assert view.add_region() is None
    assert document.regions == before and document.current_region_id == region_id
    assert said.count() == 3 and {said.at(at)[0] for at in range(3)} == {"error"}
