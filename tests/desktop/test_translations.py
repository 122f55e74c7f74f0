"""Texts of the window: all of them marked, found, translated, and shown so."""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QLocale, Qt, QTranslator
from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QComboBox,
    QLabel,
    QLineEdit,
    QTableView,
    QTabWidget,
    QWidget,
)

from desktop.actions import COMMANDS, without_letter
from desktop.application import translate
from desktop.dialogs.preferences import PreferencesDialog
from desktop.dialogs.reading import guide_name
from desktop.document import actions
from desktop.document.checking import check_header
from desktop.export.names import size_name
from desktop.open_flow import demo_recording
from desktop.panels.numbers import NumberEdit
from desktop.panels.setting_texts import progress_label
from desktop.panels.take_texts import MEASURE_MEANINGS, MEASURE_NAMES
from desktop.panels.time_text import parsed_time, time_text
from desktop.preferences import LANGUAGES, Preferences
from desktop.window import MainWindow
from engine.errors import RetakeError
from engine.measuring.measure_texts import MEASURE_TEXTS

TRANSLATED = ("zh_CN", "en")
CHINESE = re.compile("[\u4e00-\u9fff]")
WORD = re.compile(r"[^\W\d_]{2}")
PLACEHOLDER = re.compile(r"\{[^{}]*\}|%n")
LETTER = re.compile(r"&(?=\w)")
MARKS = ("tr", "translate", "QT_TRANSLATE_NOOP")

# Where what is translated is a variable: a text of a table, marked there.
BY_TABLE = {
    "desktop/actions.py": 1,
    "desktop/application.py": 1,  # its own function of that name
    "desktop/export/names.py": 2,
    "desktop/panels/take_texts.py": 2,
    "desktop/translating.py": 1,
}
# The first argument is shown, or the one at the place that is given.
SHOWING = {
    **dict.fromkeys(("QLabel", "QPushButton", "QCheckBox", "QRadioButton", "QGroupBox", "QAction", "QMenu"), 0),
    **dict.fromkeys(("setText", "setPlainText", "setToolTip", "setStatusTip", "setWindowTitle", "setTitle"), 0),
    **dict.fromkeys(("setPlaceholderText", "setAccessibleName", "setAccessibleDescription", "setWhatsThis"), 0),
    **dict.fromkeys(("setSuffix", "setPrefix", "setSpecialValueText", "setInformativeText", "setEmptyLabel"), 0),
    **dict.fromkeys(("addAction", "addMenu", "addItem", "addRow", "addButton", "_say", "show_progress", "heading"), 0),
    **dict.fromkeys(("addTab", "say", "GlyphButton"), 1),
}
EMITTED = {"said": 1, "failed": -1, "restarted": 0, "refused": 0}
ERRORS = {"RetakeError", "InputError", "OutputError", "DiskFullError", "RecordingError", "ProjectDamagedError"}
ERRORS |= {"SourceMissing", "SourceChanged"}
# What is shown as it is, and why that is meant.
BARE = {
    ("desktop/dialogs/about.py", "Retake"): "the product's name",
    ("desktop/export/settings.py", "export of"): "a mistake of the program, not of its user",
    ("desktop/export/settings.py", "; accepted are"): "of the same",
    ("desktop/export/format_box.py", "LUFS"): "a unit",
    ("desktop/listening.py", "ms)"): "a unit",
    ("desktop/panels/transport_bar.py", "dB"): "a unit",
    ("desktop/panels/transport_bar.py", "ABX"): "a test's name, the same everywhere",
    ("desktop/export/format_box.py", "dBFS"): "a unit",
}
# Errors that no window shows: told on the command line, in the log, or like the engine's own.
UNSHOWN_ERRORS = {
    "desktop/application.py": "there is no screen, so no window either",
    "desktop/preferences.py": "goes to the log",
    "desktop/playback/abx.py": "a mistake of the program, not of its user",
    "desktop/playback/route.py": "of the same",
}


# What is written, and what is found of it


def test_no_text_is_new_or_gone_since_make_translations(root: Path, tmp_path: Path) -> None:
    for language, options in (("zh_CN", []), ("en", ["-pluralonly"])):
        committed = ts_path(root, language)
        anew = tmp_path / committed.name
        shutil.copy(committed, anew)
        sources = sorted(str(path.relative_to(root)) for path in (root / "desktop").rglob("*.py"))
        common = ["-source-language", "en", "-locations", "none", "-no-obsolete", "-target-language", language]
        run_tool(root, "pyside6-lupdate", *sources, *common, *options, "-ts", str(anew))
        assert messages_of(anew) == messages_of(committed), "run `make translations` and translate what is new"
        assert 'type="' not in committed.read_text(encoding="utf-8"), "unfinished or obsolete"


@pytest.mark.parametrize("language", TRANSLATED)
def test_compiled_translations_are_those_of_the_texts(root: Path, tmp_path: Path, language: str) -> None:
    made = tmp_path / "made.qm"
    run_tool(root, "pyside6-lrelease", str(ts_path(root, language)), "-qm", str(made))
    assert made.read_bytes() == ts_path(root, language).with_suffix(".qm").read_bytes(), "run `make translations`"


def test_every_marked_text_is_found_in_the_context_that_it_is_looked_up_in(root: Path) -> None:
    """By another way than lupdate's: what Python's own parser sees in the calls."""
    found, variable = set(), Counter()
    for path, tree in trees(root):
        for owner, call in calls(tree):
            if name_of(call) not in MARKS or is_drawing(call):
                continue
            context, text = (owner, call.args[0]) if name_of(call) == "tr" else (call.args[0], call.args[1])
            context = context.value if isinstance(context, ast.Constant) else context
            if isinstance(text, ast.Constant) and isinstance(context, str):
                found.add((context, text.value))
            else:
                variable[path] += 1
    assert found == {(context, source) for context, source, _, _ in messages_of(ts_path(root, "zh_CN"))}
    assert variable == BY_TABLE


def test_plurals_stand_in_classes_that_nobody_inherits(root: Path) -> None:
    """PySide looks a text up class by class until it is another one; a number put in makes it so at the first."""
    counted = {context for context, source, _, _ in messages_of(ts_path(root, "en"))}
    bases = {
        getattr(base, "id", "")
        for _, tree in trees(root)
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef)
        for base in node.bases
    }
    assert counted & bases == set()


def test_no_text_is_shown_that_was_not_marked(root: Path) -> None:
    bare = [
        (path, text)
        for path, tree in trees(root)
        for shown in shown_in(tree, errors=path not in UNSHOWN_ERRORS)
        for text in literals(shown)
        if WORD.search(re.sub("<[^>]*>", "", text)) and (path, re.sub("<[^>]*>", "", text).strip()) not in BARE
    ]
    assert bare == []


def test_the_engines_names_of_measures_are_marked() -> None:
    assert {text.label for text in MEASURE_TEXTS} == set(MEASURE_NAMES)
    assert {text.meaning for text in MEASURE_TEXTS} == set(MEASURE_MEANINGS)


# What the translations say


@pytest.mark.parametrize("language", TRANSLATED)
def test_placeholders_and_letters_for_alt_are_kept(root: Path, language: str) -> None:
    for context, source, numerus, forms in messages_of(ts_path(root, language)):
        assert len(forms) == (2 if numerus and language == "en" else 1)
        for form in forms:
            where = f"{context}: {source!r} as {form!r}"
            assert form.strip(), where
            assert Counter(PLACEHOLDER.findall(form)) == Counter(PLACEHOLDER.findall(source)), where
            assert len(LETTER.findall(form)) == len(LETTER.findall(source)) <= 1, where
            assert form.rstrip().endswith("…") == source.rstrip().endswith("…"), where


def test_no_letter_for_alt_stands_twice_in_a_menu_that_had_none_twice(root: Path) -> None:
    texts = {source: forms[0] for context, source, _, forms in messages_of(ts_path(root, "zh_CN"))}
    for command in COMMANDS:
        assert texts[command.text].upper().find("(&") > 0
        english, chinese = (LETTER.search(text) for text in (command.text, texts[command.text]))
        assert english is not None and chinese is not None
        assert letter_at(command.text, english) == letter_at(texts[command.text], chinese)


def test_the_letter_for_alt_does_not_show_elsewhere() -> None:
    assert [without_letter(text) for text in ("Save &As…", "另存为(&A)…", "编辑(&E)")] == ["Save As", "另存为", "编辑"]


# What is shown


@pytest.fixture
def language(qapp: QApplication, request: pytest.FixtureRequest) -> Iterator[str]:
    """A language for the length of a test."""
    before = QLocale()
    translate(qapp, request.param)
    yield request.param
    for translator in qapp.findChildren(QTranslator):
        qapp.removeTranslator(translator)
        translator.deleteLater()
    QLocale.setDefault(before)
    qapp.sendPostedEvents(None, QEvent.Type.DeferredDelete)


@pytest.fixture
def window(qapp: QApplication, language: str, own_folders: None) -> Iterator[MainWindow]:
    """The window with the demo recording, a region and what could be said of it."""
    window = MainWindow(Preferences(greeted=True))
    window.open_demo()
    assert window.tab is not None
    actions.add_region(window.tab.document, window.tab.document.selection)
    window.show()
    yield window
    window.close_for_good()
    window.deleteLater()
    qapp.sendPostedEvents(None, QEvent.Type.DeferredDelete)


@pytest.mark.parametrize("language", ["zh_CN"], indirect=True)
def test_a_chinese_window_shows_nothing_in_english(window: MainWindow, root: Path) -> None:
    english = {
        without_letter(source)
        for context, source, _, forms in messages_of(ts_path(root, "zh_CN"))
        if forms != [source] and WORD.search(source)
    }
    dialog = PreferencesDialog(window.preferences, window)
    shown = set(texts_in(window)) | set(texts_in(dialog))
    assert shown & english == set()
    for text in (
        "文件",
        "编辑",
        "视图",
        "区域",
        "重制版",
        "帮助",
        "打开",
        "重制",
        "任务",
        "填补缺口",
        "历史记录",
        "损伤",
    ):
        assert text in shown
    tab = window.tab
    assert tab is not None and tab.document.regions[1].name == "区域 1"
    assert tab.document.undo.undoText() == "添加“区域 1”"
    assert [CHINESE.search(message.text) is not None for message in window._messages.messages()] == [True]
    dialog.deleteLater()


@pytest.mark.parametrize("language", ["zh_CN"], indirect=True)
def test_what_is_said_in_chinese(window: MainWindow, tmp_path: Path) -> None:
    tab = window.tab
    assert tab is not None
    tab.document.selection = tab.document.current_region_id = None
    tab.sidebar.controller.retake(tab.sidebar.retake.settings())
    assert tab.messages.messages()[-1].text.startswith("未选择任何内容")
    tab.sidebar.retake.show_waiting(2)
    assert tab.sidebar.retake.waiting.text() == "2 个等待中"
    assert progress_label("reading the prompt") == "正在读取提示词"
    assert "拖动" in tab.view.pane.time_ruler.toolTip()  # a text of the class that it inherits from
    broken = tmp_path / "broken.retake"
    broken.write_bytes(b"nothing")
    with pytest.raises(RetakeError, match="不是 Retake 工程"):
        check_header(broken)


@pytest.mark.parametrize("language", ["zh_CN", "en", "de"], indirect=True)
def test_numbers_and_the_guide_follow_the_language(qapp: QApplication, language: str, root: Path) -> None:
    assert guide_name(root / "resources" / "guide") == ("guide_zh_CN.html" if language == "zh_CN" else "guide.html")
    assert size_name(1_500_000) == ("1,5 MB" if language == "de" else "1.5 MB")
    for unit in ("clock", "seconds", "samples"):
        assert parsed_time(time_text(90_000, 48_000, unit), 48_000, unit) == 90_000


@pytest.mark.parametrize("typed", ["1.5", "1,5"])
@pytest.mark.parametrize("language", ["zh_CN", "en", "de", "system"], indirect=True)
def test_a_point_and_a_comma_stand_before_decimals_in_every_language(qtbot, language: str, typed: str) -> None:
    edit, said = NumberEdit(), []
    qtbot.addWidget(edit)
    edit.refused.connect(said.append)
    edit.setRange(0.0, 100.0)
    edit.setSuffix(" ms")
    edit.show()
    edit.selectAll()
    qtbot.keyClicks(edit, typed)
    qtbot.keyClick(edit, Qt.Key.Key_Return)
    assert (edit.value(), said) == (1.5, [])


@pytest.mark.parametrize("language", ["en", "de", "system"], indirect=True)
def test_plurals_are_english_where_there_is_no_translation(window: MainWindow, language: str) -> None:
    flow, box = window._flow, window.queue_box
    assert [flow.tr("%n take(s)", "", count) for count in (0, 1, 2)] == ["0 takes", "1 take", "2 takes"]
    assert [box.tr("%n take(s) in the queue", "", count) for count in (1, 2)] == [
        "1 take in the queue",
        "2 takes in the queue",
    ]
    assert window.actions_by_name["save"].text() == "&Save"
    assert QCoreApplication.translate("QPlatformTheme", "Cancel") == "Cancel"


@pytest.mark.parametrize("language", ["zh_CN"], indirect=True)
def test_qts_own_buttons_speak_chinese_too(qapp: QApplication, language: str) -> None:
    assert QCoreApplication.translate("QPlatformTheme", "Cancel") == "取消"


def test_every_language_that_can_be_chosen_is_there(root: Path) -> None:
    for language in LANGUAGES[1:]:
        assert ts_path(root, language).with_suffix(".qm").exists()
    assert demo_recording().exists()


# How texts are found


def ts_path(root: Path, language: str) -> Path:
    """The texts of a language."""
    return root / "resources" / "translations" / f"retake_{language}.ts"


def run_tool(root: Path, name: str, *arguments: str) -> None:
    """Run one of Qt's tools, which come with PySide."""
    tool = Path(sys.executable).parent / name
    if not tool.exists():
        pytest.skip(f"{name} is not installed beside {sys.executable}")
    subprocess.run([tool, *arguments], cwd=root, check=True, capture_output=True)


def messages_of(path: Path) -> list[tuple[str, str, bool, list[str]]]:
    """Context, source, whether it counts, and translations of every text, in order."""
    found = []
    for context in ElementTree.parse(path).getroot().iter("context"):
        for message in context.iter("message"):
            translation = message.find("translation")
            assert translation is not None
            forms = [form.text or "" for form in translation] or [translation.text or ""]
            counts = message.get("numerus") == "yes"
            found.append((context.findtext("name") or "", message.findtext("source") or "", counts, forms))
    return found


def letter_at(text: str, match: re.Match[str]) -> str:
    return text[match.end()].upper()


def trees(root: Path) -> Iterator[tuple[str, ast.Module]]:
    """Every module of the window, parsed."""
    for path in sorted((root / "desktop").rglob("*.py")):
        yield path.relative_to(root).as_posix(), ast.parse(path.read_text(encoding="utf-8"))


def calls(node: ast.AST, owner: str | None = None) -> Iterator[tuple[str | None, ast.Call]]:
    """All calls, each with the name of the class that it stands in."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Call):
            yield owner, child
        yield from calls(child, child.name if isinstance(child, ast.ClassDef) else owner)


def name_of(call: ast.Call) -> str:
    """What is called, without what it belongs to."""
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def is_drawing(call: ast.Call) -> bool:
    """Whether a painter or a rectangle is moved: Qt calls that `translate` too."""
    if name_of(call) != "translate" or not isinstance(call.func, ast.Attribute):
        return False
    return not ast.unparse(call.func.value).endswith("QCoreApplication")


def shown_in(tree: ast.Module, *, errors: bool) -> Iterator[ast.expr]:
    """What is handed to be shown: to widgets, signals that tell the user, and errors that are told."""
    for _, call in calls(tree):
        name, at = name_of(call), None
        if name == "emit" and isinstance(call.func, ast.Attribute):
            at = EMITTED.get(getattr(call.func.value, "attr", ""))
        elif name in SHOWING:
            at = SHOWING[name]
        elif errors and name in ERRORS:
            at = 0
        if at is not None and -len(call.args) <= at < len(call.args):
            yield call.args[at]


def literals(node: ast.expr) -> Iterator[str]:
    """The literal parts of a text; those inside other calls are not its own."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.JoinedStr):
        for part in node.values:
            yield from literals(part)
    elif isinstance(node, ast.FormattedValue):
        yield from literals(node.value)
    elif isinstance(node, ast.BinOp):
        yield from (text for side in (node.left, node.right) for text in literals(side))
    elif isinstance(node, ast.IfExp):
        yield from (text for side in (node.body, node.orelse) for text in literals(side))
    elif isinstance(node, ast.BoolOp):
        yield from (text for side in node.values for text in literals(side))
    elif isinstance(node, ast.Call) and name_of(node) == "format" and isinstance(node.func, ast.Attribute):
        yield from literals(node.func.value)


def texts_in(top: QWidget) -> Iterator[str]:
    """Every text that a widget and those in it show, also when asked to, or read out."""
    for action in top.findChildren(QAction):
        yield from (without_letter(action.text()), action.statusTip(), *action.toolTip().split("\n"))
    for widget in (top, *top.findChildren(QWidget)):
        yield from (widget.toolTip(), widget.accessibleName(), widget.accessibleDescription(), widget.windowTitle())
        if isinstance(widget, QLabel | QAbstractButton):
            yield without_letter(widget.text())
        if isinstance(widget, QLineEdit):
            yield widget.placeholderText()
        if isinstance(widget, QComboBox):
            yield from (widget.itemText(index) for index in range(widget.count()))
        if isinstance(widget, QTabWidget):
            yield from (widget.tabText(index) for index in range(widget.count()))
        if isinstance(widget, QTableView):
            header = widget.model()
            yield from (header.headerData(at, Qt.Orientation.Horizontal) for at in range(header.columnCount()))
