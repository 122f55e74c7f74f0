"""Every setting has its words and sensible limits, and none has words that isn't there."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from desktop.panels.field_text import Editor, FieldText
from desktop.panels.setting_texts import TEXTS, field_texts, stage_texts
from engine.settings import METHOD_SETTINGS, RENDERER_SETTINGS, TASK_SETTINGS, SpliceSettings

CLASSES = [*TASK_SETTINGS.values(), *METHOD_SETTINGS.values(), *RENDERER_SETTINGS.values(), SpliceSettings]
FIELDS = [(made_for, item.name) for made_for in CLASSES for item in dataclasses.fields(made_for)]
NUMBERS = (Editor.NUMBER, Editor.WHOLE_NUMBER, Editor.LEVEL)
LONGEST_LABEL, LONGEST_SENTENCE = 20, 110


def text_of(made_for: type[Any], name: str) -> FieldText:
    return field_texts(made_for)[name]


@pytest.mark.parametrize("made_for", CLASSES)
def test_every_field_has_words_and_no_more(made_for: type[Any]) -> None:
    assert set(field_texts(made_for)) == {item.name for item in dataclasses.fields(made_for)}


def test_no_class_has_words_that_no_stage_uses() -> None:
    assert set(TEXTS) <= set(CLASSES)


@pytest.mark.parametrize(
    ("stage", "table"), [("task", TASK_SETTINGS), ("method", METHOD_SETTINGS), ("renderer", RENDERER_SETTINGS)]
)
def test_every_choice_of_a_stage_has_a_name_and_a_sentence(stage: str, table: dict[str, type[Any]]) -> None:
    texts = stage_texts(stage)
    assert set(texts) == set(table)
    assert len({text.label for text in texts.values()}) == len(table)
    assert all(text.sentence.endswith(".") and len(text.sentence) <= LONGEST_SENTENCE for text in texts.values())


@pytest.mark.parametrize(("made_for", "name"), FIELDS)
def test_both_ends_of_what_is_offered_are_accepted(made_for: type[Any], name: str) -> None:
    text = text_of(made_for, name)
    if text.editor in NUMBERS:
        assert text.low < text.high and text.step > 0
        for end in (text.low, text.high):
            value: object = end if text.editor is Editor.NUMBER else int(end)
            made_for(**{name: f"{end:g}" if text.editor is Editor.LEVEL else value})
    for value, _ in text.choices:
        made_for(**{name: value})


@pytest.mark.parametrize(("made_for", "name"), FIELDS)
def test_the_default_is_among_what_is_offered(made_for: type[Any], name: str) -> None:
    text, default = text_of(made_for, name), getattr(made_for(), name)
    if text.editor in (Editor.NUMBER, Editor.WHOLE_NUMBER):
        assert text.low <= default <= text.high
        assert round(default, text.decimals) == default
    elif text.editor is Editor.CHOICE:
        assert default in [value for value, _ in text.choices]
    elif text.editor is Editor.SWITCH:
        assert isinstance(default, bool)
    else:
        assert isinstance(default, str)


@pytest.mark.parametrize(("made_for", "name"), FIELDS)
def test_the_editor_fits_the_type(made_for: type[Any], name: str) -> None:
    kinds = {item.name: item.type for item in dataclasses.fields(made_for)}
    fitting = {
        "int": (Editor.WHOLE_NUMBER, Editor.CHOICE),
        "float": (Editor.NUMBER,),
        "bool": (Editor.SWITCH,),
        "str": (Editor.CHOICE, Editor.KIND, Editor.LEVEL, Editor.STRETCH, Editor.WORDS, Editor.SPOKEN),
    }
    assert text_of(made_for, name).editor in fitting[str(kinds[name])]


@pytest.mark.parametrize(("made_for", "name"), FIELDS)
def test_words_are_short_and_one_sentence(made_for: type[Any], name: str) -> None:
    text = text_of(made_for, name)
    assert 0 < len(text.label) <= LONGEST_LABEL
    assert text.sentence.endswith(".") and len(text.sentence) <= LONGEST_SENTENCE
    assert ". " not in text.sentence


def test_what_can_be_told_from_a_method_is_seen_at_once(qtbot: QtBot) -> None:
    with_settings = [made_for for made_for in METHOD_SETTINGS.values() if dataclasses.fields(made_for)]
    for made_for in with_settings:
        shown = [text for text in field_texts(made_for).values() if text.basic]
        told = (Editor.WORDS, Editor.SPOKEN)  # those are shown where they are taken
        basic = [text for text in shown if text.editor not in told]
        assert 1 <= len(basic) <= 2, made_for
