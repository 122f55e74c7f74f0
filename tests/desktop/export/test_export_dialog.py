"""The export dialog, used with keys and mouse on real documents."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox, QDialogButtonBox, QMessageBox, QWidget

from desktop.document import actions
from desktop.document.document import Document
from desktop.export.choices import fits
from desktop.export.export_dialog import ExportDialog
from desktop.export.format_box import choose
from desktop.export.source import source_of
from engine.recording.formats import Shape
from tests.desktop.export.conftest import FRAMES, RATE, region
from tests.engine.recordings import native

Open = Callable[..., Document]
AddTake = Callable[..., int]


@pytest.fixture
def show(qtbot) -> Callable[..., ExportDialog]:
    """A function that opens the dialog on a document."""

    def shown(document: Document, remembered: dict | None = None, **how: object) -> ExportDialog:
        dialog = ExportDialog(source_of(document), remembered, **how)
        qtbot.addWidget(dialog)
        dialog.show()
        qtbot.waitExposed(dialog)
        dialog.activateWindow()
        dialog.raise_()
        qtbot.waitUntil(dialog.isActiveWindow, timeout=3000)
        return dialog

    return shown


def pick(combo: QComboBox, value: object) -> None:
    """Go to an item with the keyboard."""
    combo.setFocus()
    wanted = combo.findData(value)
    assert wanted >= 0, f"{value} is not offered"
    QTest.keyClick(combo, Qt.Key.Key_Home)
    for _ in range(wanted):
        QTest.keyClick(combo, Qt.Key.Key_Down)
    assert combo.currentData() == value


def write(field: QWidget, text: str) -> None:
    field.setFocus()
    QTest.keyClick(field, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClicks(field, text)
    QTest.keyClick(field, Qt.Key.Key_Tab)


def click(button: QWidget) -> None:
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)


def items(combo: QComboBox) -> list:
    return [combo.itemData(index) for index in range(combo.count())]


def test_enter_exports_the_whole_in_the_format_of_the_recording(
    qtbot, show: Callable[..., ExportDialog], open_document: Open, folder: Path
) -> None:
    document = open_document()
    dialog = show(document)
    assert dialog.note.text() == "Outside the takes every sample is kept as it is."
    assert not dialog.format.dither.isEnabled()
    assert Path(dialog.place.text()).name == "interview restored.wav"
    write(dialog.place, str(folder / "out.wav"))
    with qtbot.waitSignal(dialog.exported, timeout=10000) as done:
        QTest.keyClick(dialog, Qt.Key.Key_Return)
    assert done.args[0].files == (folder / "out.wav",)
    np.testing.assert_array_equal(native(folder / "out.wav"), native(document.source))
    assert not dialog.isVisible()


def test_only_formats_that_can_be_written_are_offered(show: Callable[..., ExportDialog], open_document: Open) -> None:
    document = open_document(channels=32, frames=2000)
    dialog = show(document)
    shape = Shape(RATE, 32, 2000)
    assert "FLAC" not in items(dialog.format.container)  # it holds 8 channels
    for container in items(dialog.format.container):
        pick(dialog.format.container, container)
        for subtype in items(dialog.format.subtype):
            assert fits(container, subtype, shape)
            pick(dialog.format.subtype, subtype)
            assert RATE in items(dialog.format.rate) or subtype == "OPUS"
    pick(dialog.format.container, "OGG")
    pick(dialog.format.subtype, "OPUS")
    assert max(items(dialog.format.rate)) == 48000


def test_the_extension_follows_the_format_and_the_format_a_typed_extension(
    show: Callable[..., ExportDialog], open_document: Open, folder: Path
) -> None:
    dialog = show(open_document())
    pick(dialog.format.container, "FLAC")
    assert dialog.place.text().endswith("interview restored.flac")
    assert dialog.format.subtype.currentData() == "PCM_24"
    write(dialog.place, str(folder / "song.aiff"))
    assert dialog.format.container.currentData() == "AIFF"
    write(dialog.place, str(folder / "take 1.5"))
    assert dialog.place.text() == str(folder / "take 1.5.aiff")


def test_what_becomes_of_the_samples_is_said(show: Callable[..., ExportDialog], open_document: Open) -> None:
    dialog = show(open_document())
    pick(dialog.format.subtype, "PCM_16")
    assert dialog.note.text() == "All samples are rounded to 16 bits."
    assert dialog.format.dither.isEnabled() and dialog.format.dither.isChecked()
    pick(dialog.format.subtype, "FLOAT")
    assert dialog.note.text().startswith("Outside the takes")
    pick(dialog.format.rate, 96000)
    assert dialog.note.text() == "All samples are computed anew."
    pick(dialog.format.container, "MP3")
    assert dialog.note.text().startswith("Lossy")


def test_a_take_that_is_not_for_commercial_use_is_told_where_it_is_in_what_is_exported(
    show: Callable[..., ExportDialog], open_document: Open, add_take: AddTake
) -> None:
    document = open_document()
    free, bound = (actions.add_region(document, region(at, at + 4800)) for at in (4800, 24000))
    add_take(document, free)
    add_take(document, bound, model_name="cvssp/audioldm2", licence="cc-by-nc-sa-4.0")
    document.selection = region(0, 12000)
    dialog = show(document)
    assert dialog.licence.isVisible()
    assert "non-commercial use only" in dialog.licence.text() and "cvssp/audioldm2" in dialog.licence.text()
    choose(dialog.what, "selection")
    assert not dialog.licence.isVisible()
    choose(dialog.what, "regions")
    assert dialog.licence.isVisible()
    actions.use_take(document, bound, None)
    assert not show(document).licence.isVisible()


def test_the_size_is_about_that_of_the_file(
    qtbot, show: Callable[..., ExportDialog], open_document: Open, folder: Path
) -> None:
    dialog = show(open_document())
    assert dialog.estimate.text() == "About 288.1 kB"  # 48000 frames of 2 times 3 bytes
    pick(dialog.format.rate, 96000)
    assert dialog.estimate.text() == "About 576.1 kB"
    write(dialog.place, str(folder / "out.wav"))
    with qtbot.waitSignal(dialog.exported, timeout=10000):
        click(dialog.export_button)
    assert (folder / "out.wav").stat().st_size == pytest.approx(576_100, rel=0.01)


def test_a_level_is_off_until_it_is_chosen(
    qtbot, show: Callable[..., ExportDialog], open_document: Open, folder: Path
) -> None:
    dialog = show(open_document(frames=2 * FRAMES))
    assert dialog.format.level.currentData() == "off" and not dialog.format.target_db.isVisible()
    pick(dialog.format.level, "loudness")
    assert (dialog.format.target_db.value(), dialog.format.target_db.suffix()) == (-23.0, " LUFS")
    pick(dialog.format.level, "peak")
    write(dialog.format.target_db, "-12")
    write(dialog.place, str(folder / "out.wav"))
    with qtbot.waitSignal(dialog.exported, timeout=10000):
        click(dialog.export_button)
    sound = soundfile.read(folder / "out.wav")[0]
    assert 20 * np.log10(np.abs(sound).max()) == pytest.approx(-12, abs=0.01)


def test_regions_go_to_a_folder_under_names_of_a_pattern(
    qtbot, show: Callable[..., ExportDialog], open_document: Open, folder: Path
) -> None:
    document = open_document()
    for start in (100, 5000):
        actions.add_region(document, region(start, start + 1000))
    dialog = show(document)
    assert not dialog.pattern.isVisible()
    pick(dialog.what, "regions")
    assert dialog.example.text() == "interview - Region 1.wav"
    assert dialog.estimate.text().startswith("2 files")
    write(dialog.pattern, "{nonsense}")
    assert not dialog.export_button.isEnabled() and "{region}" in dialog.estimate.text()
    write(dialog.pattern, "{number} {region}")
    write(dialog.place, str(folder))
    with qtbot.waitSignal(dialog.exported, timeout=10000):
        click(dialog.export_button)
    assert sorted(file.name for file in folder.iterdir()) == ["01 Region 1.wav", "02 Region 2.wav"]


def test_the_takes_that_are_given_are_ticked_and_no_others(
    show: Callable[..., ExportDialog], open_document: Open, add_take: AddTake
) -> None:
    document = open_document()
    place = actions.add_region(document, region(100, 1100))
    first, second, third = (add_take(document, place, value) for value in (0.1, 0.2, 0.3))
    actions.star_take(document, first)
    dialog = show(document, takes=(second,))
    assert dialog.what.currentData() == "takes"
    assert dialog.takes.chosen() == (second,)
    assert third in dialog._source.takes_in_use
    assert show(document).takes.chosen() == (first,)


def test_takes_are_chosen_with_the_space_bar(
    qtbot, show: Callable[..., ExportDialog], open_document: Open, add_take: AddTake, folder: Path
) -> None:
    document = open_document()
    place = actions.add_region(document, region(100, 1100))
    for value in (0.1, 0.2, 0.3):
        add_take(document, place, value, use=False)
    dialog = show(document, what="takes")
    assert not dialog.export_button.isEnabled()  # none is chosen
    dialog.takes.setFocus()
    dialog.takes.setCurrentRow(0)
    QTest.keyClick(dialog.takes, Qt.Key.Key_Space)
    QTest.keyClick(dialog.takes, Qt.Key.Key_Down)
    QTest.keyClick(dialog.takes, Qt.Key.Key_Down)
    QTest.keyClick(dialog.takes, Qt.Key.Key_Space)
    dialog.listing.setFocus()
    QTest.keyClick(dialog.listing, Qt.Key.Key_Space)
    write(dialog.place, str(folder))
    with qtbot.waitSignal(dialog.exported, timeout=10000):
        click(dialog.export_button)
    assert sorted(file.name for file in folder.iterdir()) == [
        "export.takes.txt",
        "interview - Region 1 - Take 1.wav",
        "interview - Region 1 - Take 3.wav",
    ]


@pytest.mark.parametrize("allowed", [True, False])
def test_a_file_that_is_there_is_asked_for(
    qtbot, show: Callable[..., ExportDialog], open_document: Open, folder: Path, allowed: bool
) -> None:
    asked: list[list[Path]] = []

    def ask(files: list[Path]) -> bool:
        asked.append(files)
        return allowed

    dialog = show(open_document(), ask_overwrite=ask)
    (folder / "out.wav").write_text("precious")
    write(dialog.place, str(folder / "out.wav"))
    click(dialog.export_button)
    if allowed:
        qtbot.waitUntil(lambda: not dialog.isVisible(), timeout=10000)
    assert asked == [[folder / "out.wav"]]
    assert ((folder / "out.wav").read_bytes() == b"precious") is not allowed
    assert dialog.isVisible() is not allowed


@pytest.mark.parametrize("linked", [False, True])
def test_the_recording_itself_is_refused_without_a_question(
    show: Callable[..., ExportDialog], open_document: Open, folder: Path, linked: bool
) -> None:
    asked: list[list[Path]] = []
    document = open_document()
    before = document.source.read_bytes()
    dialog = show(document, ask_overwrite=lambda files: bool(asked.append(files)))
    target = folder / "link.wav" if linked else document.source
    if linked:
        target.symlink_to(document.source)
    write(dialog.place, str(target))
    click(dialog.export_button)
    assert asked == [] and dialog.running is None and dialog.isVisible()
    assert str(target) in dialog.message.text() and "never overwritten" in dialog.message.text()
    assert document.source.read_bytes() == before


def test_the_question_itself_overwrites_nothing_when_escaped(
    qtbot, show: Callable[..., ExportDialog], open_document: Open, folder: Path
) -> None:
    dialog = show(open_document())
    (folder / "out.wav").write_text("precious")
    write(dialog.place, str(folder / "out.wav"))
    texts: list[str] = []

    def escape() -> None:
        box = QApplication.activeModalWidget()
        assert isinstance(box, QMessageBox)
        texts.append(box.text())
        QTest.keyClick(box, Qt.Key.Key_Escape)

    from PySide6.QtCore import QTimer

    QTimer.singleShot(300, escape)
    click(dialog.export_button)
    assert str(folder / "out.wav") in texts[0]
    assert (folder / "out.wav").read_text() == "precious"


def test_escape_stops_an_export_and_then_closes(
    qtbot, show: Callable[..., ExportDialog], open_document: Open, folder: Path
) -> None:
    dialog = show(open_document(frames=60 * FRAMES))
    pick(dialog.format.rate, 96000)
    write(dialog.place, str(folder / "out.wav"))
    click(dialog.export_button)
    assert dialog.progress.isVisible() and not dialog.export_button.isEnabled()
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: dialog.running is None, timeout=10000)
    assert dialog.isVisible() and dialog.message.text().startswith("Stopped")
    assert list(folder.iterdir()) == []
    assert dialog.export_button.isEnabled() and not dialog.progress.isVisible()
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    assert not dialog.isVisible()


def test_a_failure_is_said_and_the_dialog_stays(
    qtbot, show: Callable[..., ExportDialog], open_document: Open, folder: Path
) -> None:
    document = open_document()
    dialog = show(document)
    write(dialog.place, str(folder / "missing" / "out.wav"))
    click(dialog.export_button)
    qtbot.waitUntil(lambda: dialog.running is None, timeout=10000)
    assert "there is no directory" in dialog.message.text()
    assert dialog.isVisible() and dialog.export_button.isEnabled()


def test_choices_are_remembered_as_plain_values(
    qtbot, show: Callable[..., ExportDialog], open_document: Open, folder: Path
) -> None:
    import json

    document = open_document()
    dialog = show(document)
    assert dialog.remembered()["container"] is None  # the recording's own, whatever the next one's is
    pick(dialog.format.container, "FLAC")
    pick(dialog.format.subtype, "PCM_16")
    pick(dialog.format.rate, 44100)
    pick(dialog.format.level, "peak")
    write(dialog.format.target_db, "-3")
    click_box(dialog.format.dither)
    click_box(dialog.listing)
    write(dialog.place, str(folder / "x.flac"))
    remembered = json.loads(json.dumps(dialog.remembered()))
    again = show(document, remembered)
    assert again.settings() == dialog.settings()
    assert again.settings().dither is False and again.settings().listing is True
    assert Path(again.place.text()).parent == folder
    damaged = show(document, {"what": "moon", "container": "XYZ", "rate": "fast"})
    assert damaged.settings().what == "whole"


def click_box(box: QWidget) -> None:
    QTest.mouseClick(box, Qt.MouseButton.LeftButton, pos=QPoint(8, box.height() // 2))


def test_every_field_is_reached_with_tab_and_named(show: Callable[..., ExportDialog], open_document: Open) -> None:
    document = open_document()
    actions.add_region(document, region(100, 1000))
    dialog = show(document, what="regions")
    pick(dialog.format.level, "peak")
    pick(dialog.format.subtype, "PCM_16")
    dialog.what.setFocus()
    met = []
    for _ in range(20):
        widget = QApplication.focusWidget()
        if widget in met:
            break
        met.append(widget)
        QTest.keyClick(widget, Qt.Key.Key_Tab)
    box = dialog.format
    cancel = dialog.buttons.button(QDialogButtonBox.StandardButton.Cancel)
    order = [dialog.what, dialog.pattern, dialog.place, dialog.browse, dialog.listing]
    order += [box.container, box.subtype, box.rate, box.dither, box.level, box.target_db]
    assert met[: len(order)] == order
    assert {dialog.export_button, cancel} <= set(met)
    for widget in order:
        assert widget.accessibleName() or widget.property("text")


def test_the_dialog_and_the_list_of_damage_load_neither_torch_nor_scipy(run_python) -> None:
    modules = "desktop.export.export_dialog, desktop.panels.findings_panel"
    done = run_python(
        f"import {modules}, sys; print({{'torch', 'scipy', 'pyloudnorm', 'matplotlib'}} & sys.modules.keys())"
    )
    assert done.stdout.strip() == "set()", done.stderr
