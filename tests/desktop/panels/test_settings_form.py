"""A form gives back what it was given, and refuses with a word what isn't accepted."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QSignalSpy
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from desktop.panels.field_editors import ChoiceField, LevelField, NumberField, StretchField, stretch_text
from desktop.panels.settings_form import SettingsForm
from desktop.panels.told import Told
from engine.region import stretch_frames
from engine.settings import (
    METHOD_SETTINGS,
    RENDERER_SETTINGS,
    TASK_SETTINGS,
    DdcmSettings,
    DeclipSettings,
    DenoiseSettings,
    GuidedSettings,
    PartialSettings,
    SpliceSettings,
)

CLASSES = [*TASK_SETTINGS.values(), *METHOD_SETTINGS.values(), *RENDERER_SETTINGS.values(), SpliceSettings]


def shown(qtbot: QtBot, settings_class: type[Any]) -> SettingsForm:
    form = SettingsForm(settings_class)
    form.layout().addWidget(form.more)
    qtbot.addWidget(form)
    with qtbot.waitExposed(form):
        form.show()
    return form


def number(form: SettingsForm, name: str) -> NumberField:
    editor = form.editors[name]
    assert isinstance(editor, NumberField)
    return editor


def type_into(qtbot: QtBot, field: QWidget, text: str) -> None:
    field.setFocus()
    qtbot.keyClick(field, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    qtbot.keyClicks(field, text)
    qtbot.keyClick(field, Qt.Key.Key_Return)


@pytest.mark.parametrize("settings_class", CLASSES)
def test_defaults_come_out_as_they_went_in(qtbot: QtBot, settings_class: type[Any]) -> None:
    form = SettingsForm(settings_class)
    qtbot.addWidget(form)
    assert form.values() == settings_class()
    assert {name: editor.value() for name, editor in form.editors.items()} == vars(settings_class())


def test_values_beyond_what_is_offered_are_shown_exactly(qtbot: QtBot) -> None:
    form = shown(qtbot, GuidedSettings)
    given = GuidedSettings(steps=900, strength=0.123456, step_size=0.9)
    form.set_values(given)
    assert form.values() == given
    assert number(form, "steps").edit.value() == 900
    assert number(form, "strength").edit.value() == 0.123456


def test_typing_a_number_changes_that_field_alone(qtbot: QtBot) -> None:
    form = shown(qtbot, PartialSettings)
    with qtbot.waitSignal(form.changed):
        type_into(qtbot, number(form, "strength").edit, "0.62")
    assert form.values() == PartialSettings(strength=0.62)


def test_the_slider_and_the_number_move_together(qtbot: QtBot) -> None:
    form = shown(qtbot, PartialSettings)
    field = number(form, "strength")
    assert field.slider is not None
    field.slider.setFocus()
    qtbot.keyClick(field.slider, Qt.Key.Key_Right)
    assert form.values().strength == pytest.approx(field.edit.value()) != 0.3
    qtbot.keyClick(field.slider, Qt.Key.Key_End)
    assert form.values().strength == 1.0
    qtbot.keyClick(field.slider, Qt.Key.Key_Home)
    assert form.values().strength == 0.01


@pytest.mark.parametrize("typed", ["7", "-3", "", "1e9"])
def test_a_number_that_is_not_accepted_is_refused_with_a_word(qtbot: QtBot, typed: str) -> None:
    form = shown(qtbot, PartialSettings)
    refused = QSignalSpy(form.refused)
    edit = number(form, "strength").edit
    edit.setFocus()
    qtbot.keyClick(edit, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    qtbot.keyClick(edit, Qt.Key.Key_Delete)
    qtbot.keyClicks(edit, typed)
    qtbot.keyClick(edit, Qt.Key.Key_Return)
    assert refused.count() == 1
    assert "Strength" in refused.at(0)[0] and "0.01 to 1" in refused.at(0)[0]
    assert form.values() == PartialSettings()
    assert edit.value() == 0.3


def test_values_that_do_not_go_together_are_refused_and_put_back(qtbot: QtBot) -> None:
    form = shown(qtbot, DdcmSettings)
    form.set_values(DdcmSettings(codewords=8))
    form.more.setVisible(True)
    refused = QSignalSpy(form.refused)
    type_into(qtbot, number(form, "atoms").edit, "40")
    assert refused.count() == 1 and "atoms" in refused.at(0)[0]
    assert form.values() == DdcmSettings(codewords=8)
    assert number(form, "atoms").value() == 0


def test_a_level_is_automatic_or_a_number(qtbot: QtBot) -> None:
    form = shown(qtbot, DeclipSettings)
    field = form.editors["threshold_db"]
    assert isinstance(field, LevelField)
    assert not field.edit.isEnabled()
    qtbot.mouseClick(field.box, Qt.MouseButton.LeftButton, pos=QPoint(8, field.box.height() // 2))
    type_into(qtbot, field.edit, "-6.5")
    assert form.values().threshold_db == "-6.5"
    qtbot.mouseClick(field.box, Qt.MouseButton.LeftButton, pos=QPoint(8, field.box.height() // 2))
    assert form.values().threshold_db == "auto"


def test_a_stretch_is_typed_or_taken_from_the_selection(qtbot: QtBot) -> None:
    form = shown(qtbot, DenoiseSettings)
    (field,) = form.stretches()
    assert isinstance(field, StretchField)
    type_into(qtbot, field.line, "0.2:1.5")
    assert form.values().noise_from == "0.2:1.5"
    field.selected = lambda: (2.0, 3.25)
    qtbot.mouseClick(field.button, Qt.MouseButton.LeftButton)
    assert form.values().stretch_s == (2.0, 3.25)


@pytest.mark.parametrize("frames", [480_029, 441_001, 110_400, 20_011])
def test_a_stretch_that_is_selected_to_the_end_lies_in_the_recording(frames: int) -> None:
    for start in (0, frames - 10_001):
        text = stretch_text(start / 48000, frames / 48000)
        first, last = stretch_frames(frames, 48000, DenoiseSettings(noise_from=text).stretch_s or (0, 0))
        assert start <= first < last <= frames
        assert first - start < 48.1 and frames - last < 48.1
    assert stretch_text(0.1, 2.3) == "0.100:2.300"


@pytest.mark.parametrize("typed", ["soon", "3:1", "1", "-1:2", "nan:2"])
def test_a_stretch_that_is_none_is_refused_and_the_one_before_stands(qtbot: QtBot, typed: str) -> None:
    form = shown(qtbot, DenoiseSettings)
    (field,) = form.stretches()
    type_into(qtbot, field.line, "0.2:1.5")
    refused = QSignalSpy(form.refused)
    type_into(qtbot, field.line, typed)
    assert refused.count() == 1 and typed in refused.at(0)[0]
    assert form.values().noise_from == field.line.text() == "0.2:1.5"


def test_a_kind_that_the_model_does_not_offer_is_kept(qtbot: QtBot) -> None:
    form = shown(qtbot, GuidedSettings)
    form.set_told(Told(("any", "speech")))
    form.set_values(GuidedSettings(kind="whale"))
    assert form.editors["kind"].value() == "whale"
    form.set_told(Told(("any", "music")))
    assert form.editors["kind"].value() == "whale"


def test_the_wheel_changes_nothing_that_has_no_focus(qtbot: QtBot) -> None:
    form = shown(qtbot, DdcmSettings)
    form.more.setVisible(True)
    variant = form.editors["variant"]
    assert isinstance(variant, ChoiceField)
    number(form, "kbps").edit.clearFocus()
    form.setFocus()
    for target in (number(form, "kbps").edit, number(form, "kbps").slider, variant.box):
        assert target is not None and not target.hasFocus()
        QApplication.sendEvent(target, wheel(target))
    assert form.values() == DdcmSettings()


def wheel(target: QWidget) -> QWheelEvent:
    middle = QPointF(target.rect().center())
    return QWheelEvent(
        middle,
        target.mapToGlobal(middle),
        QPoint(),
        QPoint(0, -120),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )


@pytest.mark.parametrize("settings_class", CLASSES)
def test_every_control_says_what_it_is_and_does(qtbot: QtBot, settings_class: type[Any]) -> None:
    form = SettingsForm(settings_class)
    qtbot.addWidget(form)
    for editor in form.editors.values():
        assert editor.main.accessibleName() and editor.main.toolTip().endswith(".")
