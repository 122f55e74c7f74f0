"""The window: documents in tabs, one menu for all of them, one engine behind them.

What the commands do is in `desktop.commands`; what a tab shows in `desktop.document_tab`.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QByteArray, QPoint, QSettings, Qt, QTimer
from PySide6.QtGui import QActionGroup, QCloseEvent, QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import (
    QApplication,
    QDialog,
    QMainWindow,
    QMenu,
    QStackedWidget,
    QTabBar,
    QTabWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from desktop import preferences, theme
from desktop.actions import COMMANDS, action_for, fill_menus, translated
from desktop.aside import is_anything_aside
from desktop.command import DEVICES, NOTHING, ONE_ABOVE, ONE_BELOW, RECENT, REGION, SELECTION, TAKE
from desktop.commands import HANDLERS
from desktop.commands.editing import TOOLS
from desktop.commands.files import export_take, may_close
from desktop.commands.takes import show_report
from desktop.commands.viewing import SCALES, SHOWN, TIMES
from desktop.document.actions import layers_past
from desktop.document.document import Document
from desktop.document_tab import DocumentTab
from desktop.journal import trace_path
from desktop.listening import Listening
from desktop.message_bar import Choice, MessageBar
from desktop.open_flow import OpenFlow
from desktop.panels.subject import subject_row
from desktop.panels.transport_bar import TransportBar
from desktop.places import config_folder
from desktop.playback.player import Player
from desktop.preferences import Preferences
from desktop.queue_box import QueueBox
from desktop.views.selection import Tool
from desktop.welcome import Welcome
from desktop.worker.supervisor import EngineThread
from engine.errors import RetakeError

SIZE = (1280, 800)
ENGINE_STOPS_WITHIN_S = 5.0
ASIDE_MS = 50  # until it is looked again whether what is done aside has ended
STATE_NAME = "window.ini"
# Of the menu under the pointer; an empty name is a line.
IN_MENU = ("retake", "use_original", "", "add_region", "remove_region", "", "zoom_to_selection", "fit", "", "export")


class MainWindow(QMainWindow):
    """The editor.

    Attributes:
        preferences: the user's choices; see `prefer`.
        engine: the thread that has takes made.
        player: plays the document in front.
        actions_by_name: the action of every command.
        tool: what dragging in a spectrogram selects in documents that are opened next.
        sidebar_shown: whether the column at the right is.
        export_choices: of the last export.
        last_folder: where files were opened last.
    """

    def __init__(self, chosen: Preferences) -> None:
        super().__init__()
        self.preferences = chosen
        self.engine = EngineThread(self, trace=trace_path())
        self.tool: Tool = "box"
        self.sidebar_shown = True
        self.export_choices: dict[str, Any] = {}
        self.last_folder = Path(chosen.recent[0]).parent if chosen.recent else Path.home()
        self._closing_for_good = False
        self.player = Player(self)
        self.setAcceptDrops(True)
        self._flow = OpenFlow(self)
        self._build_middle()
        self._build_actions()
        self._build_status()
        self._listening = Listening(self)
        self._listening.follow_preferences()
        self._column.addWidget(self.transport)
        self._menus[DEVICES].aboutToShow.connect(lambda: self._listening.fill_devices(self._menus[DEVICES]))
        self.engine.restarted.connect(self._tell_of_restart)
        QApplication.styleHints().colorSchemeChanged.connect(self._follow_desktop)
        self._restore_state()
        self._follow_tab()

    # What is open

    @property
    def tab(self) -> DocumentTab | None:
        """The document in front."""
        widget = self._tabs.currentWidget()
        return widget if isinstance(widget, DocumentTab) else None

    @property
    def tabs(self) -> list[DocumentTab]:
        """All documents, from left to right."""
        widgets = [self._tabs.widget(index) for index in range(self._tabs.count())]
        return [widget for widget in widgets if isinstance(widget, DocumentTab)]

    def begin(self, paths: Sequence[Path]) -> None:
        """Open what the command line named, offer what a crash left, greet who is here for the first time."""
        self.open_paths(paths)
        self._flow.offer_left_over()
        if not paths and not self.preferences.greeted:
            self.open_demo()
        self.prefer(preferences.greeted(self.preferences))

    def open_paths(self, paths: Sequence[Path]) -> None:
        """Open recordings and projects, each in a tab; what can't be opened is said."""
        for path in paths:
            self._flow.open(path)

    def open_demo(self) -> None:
        """Open the recording that came along, its gap selected, and say what can be done."""
        self._flow.open_demo()

    def add_document(self, document: Document) -> DocumentTab:
        """Show a document in a new tab, in front."""
        tab = DocumentTab(document, self.engine, self.preferences, self.tool)
        tab.sidebar.setVisible(self.sidebar_shown)
        tab.titled.connect(partial(self._title, tab))
        tab.menu_asked.connect(self._show_menu)
        tab.reopen_asked.connect(partial(self._flow.open_with, document.source, "repair_nonfinite"))
        tab.again_asked.connect(partial(self._flow.open_anew, document.source))
        tab.export_asked.connect(partial(export_take, self))
        tab.report_asked.connect(partial(show_report, self))
        tab.view.shown_changed.connect(partial(self._follow_view, tab))
        document.selection_changed.connect(self._enable)
        document.current_changed.connect(self._enable)
        document.edited.connect(lambda edit: self._enable())
        # The first take should not wait for the model; whoever selects will want one.
        document.selection_changed.connect(lambda: self.engine.warm_up())
        index = self._tabs.addTab(tab, "")
        self._tabs.tabBar().setTabButton(index, QTabBar.ButtonPosition.RightSide, self._close_button())
        self._title(tab)
        self._tabs.setCurrentWidget(tab)
        self._follow_tab()
        return tab

    def close_document(self, tab: DocumentTab) -> bool:
        """Close a document, asking first where that loses something; whether it was closed."""
        if not self._may_close(tab):
            return False
        self._close(tab)
        return True

    def _close_button(self) -> QToolButton:
        """A calm one: the style's own is red."""
        button = QToolButton()
        button.setIcon(theme.close_icon())
        button.setAutoRaise(True)
        button.setAccessibleName(self.tr("Close this document"))
        button.setToolTip(button.accessibleName())
        button.clicked.connect(partial(self._close_by_button, button))
        return button

    def _close_by_button(self, button: QToolButton, checked: bool = False) -> None:
        bar = self._tabs.tabBar()
        for index in range(self._tabs.count()):
            if bar.tabButton(index, QTabBar.ButtonPosition.RightSide) is button:
                self._close_at(index)

    def _may_close(self, tab: DocumentTab) -> bool:
        if tab.is_unsaved:
            self._tabs.setCurrentWidget(tab)
        return may_close(self, tab)

    def _close(self, tab: DocumentTab) -> None:
        """Close a document; what the user doesn't want to keep is removed, unless the program is being ended."""
        unsaved = tab.document.store.path if tab.document.project is None else None
        if self.player.document is tab.document:
            self._listening.follow(None)
        self._tabs.removeTab(self._tabs.indexOf(tab))
        tab.close_document()
        tab.deleteLater()
        if unsaved is not None and not self._closing_for_good:
            self._flow.discard(unsaved)
        self._follow_tab()

    def bring_forward(self, tab: DocumentTab) -> None:
        """Show a document that is open already."""
        self._tabs.setCurrentWidget(tab)

    def remember(self, path: Path) -> None:
        """Keep a path among the recent ones."""
        self.last_folder = path.parent
        self.prefer(self.preferences.with_recent(path))

    # What the user chose

    def prefer(self, chosen: Preferences) -> None:
        """Take new preferences, show all by them and store them."""
        if chosen == self.preferences:
            return
        before, self.preferences = self.preferences, chosen
        application = QApplication.instance()
        if before.theme != chosen.theme and isinstance(application, QApplication):
            theme.apply(application, chosen.theme)
        for tab in self.tabs:
            tab.show_preferences(chosen)
        self._welcome.show_recent(chosen.recent)
        self._fill_recent()
        self.mark_switches()
        try:
            preferences.save(chosen)
        except OSError as error:
            self.say("warning", self.tr("The preferences could not be stored: {0}").format(error.strerror))

    def choose_tool(self, tool: Tool) -> None:
        """Choose what dragging in a spectrogram selects."""
        self.tool = tool
        for tab in self.tabs:
            if tab.view.selecting.tool != tool:
                tab.view.set_tool(tool)
        self.mark_switches()

    def _follow_view(self, tab: DocumentTab) -> None:
        """Take over for all documents what was chosen at the view of the one in front."""
        if tab is self.tab:
            self.choose_tool(tab.view.selecting.tool)
            self.transport.set_time_unit(tab.view.time_unit)
            chosen: dict[str, Any] = {"snap": tab.view.selecting.snap, "time_format": tab.view.time_unit}
            self.prefer(dataclasses.replace(self.preferences, **chosen))

    def show_sidebar(self, shown: bool) -> None:
        """Show or hide the column at the right, in all documents."""
        self.sidebar_shown = shown
        for tab in self.tabs:
            tab.sidebar.setVisible(shown)
        self.mark_switches()

    def mark_switches(self) -> None:
        """Let every switch in the menus show what is so in the document in front."""
        view = self.tab.view if self.tab else None
        on = {
            **{name: view is not None and tool == view.selecting.tool for name, tool in TOOLS.items()},
            **{name: view is not None and sound == view.sound for name, sound in SHOWN.items()},
            **{name: view is not None and scale == view.axes.frequency.scale for name, scale in SCALES.items()},
            **{name: view is not None and unit == view.time_unit for name, unit in TIMES.items()},
            "side_by_side": view is not None and view.side_by_side,
            "snap": view is not None and view.selecting.snap,
            "toggle_sidebar": self.sidebar_shown,
            "full_screen": self.isFullScreen(),
            **self._listening.choices_on(),
        }
        for name, checked in on.items():
            self.actions_by_name[name].setChecked(checked)

    def say(self, level: str, text: str, choices: Sequence[Choice] = ()) -> None:
        """Show a message without interrupting; see `desktop.message_bar`."""
        self._messages.say(level, text, choices)

    def say_failure(self, line: str) -> None:
        """Show an error of our own; the log has the rest."""
        self._messages.say("error", self.tr("Something went wrong; the log has the details. {0}").format(line))

    # Qt's events

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802
        """Close all documents, or none where the user thinks better of one."""
        if is_anything_aside() or (not self._closing_for_good and not all(map(self._may_close, self.tabs))):
            event.ignore()
            return
        for tab in self.tabs:
            self._close(tab)
        self.player.close()
        self._state().setValue("geometry", self.saveGeometry())
        self.engine.stop(ENGINE_STOPS_WITHIN_S)
        event.accept()

    def close_for_good(self) -> None:
        """Close without asking, as when the system ends; unsaved work is offered again at the next start."""
        self._closing_for_good = True
        if is_anything_aside():
            QTimer.singleShot(ASIDE_MS, self, self.close_for_good)
            return
        while isinstance(dialog := QApplication.activeModalWidget(), QDialog):
            dialog.reject()
        self.close()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:  # noqa: N802
        """Files may be dropped."""
        if event.mimeData().hasUrls():
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:  # noqa: N802
        """Open what was dropped, once the drop itself is over."""
        paths = [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
        event.acceptProposedAction()
        QTimer.singleShot(0, self, partial(self.open_paths, paths))

    # How it is put together

    def _build_middle(self) -> None:
        self._tabs = QTabWidget(self)
        self._tabs.setDocumentMode(True)
        self._tabs.setMovable(True)
        self._tabs.setAccessibleName(self.tr("Documents"))
        self._tabs.currentChanged.connect(lambda index: self._follow_tab())
        self._welcome = Welcome(self)
        self._welcome.show_recent(self.preferences.recent)
        self._welcome.open_asked.connect(lambda: HANDLERS["open_files"](self))
        self._welcome.demo_asked.connect(self.open_demo)
        self._welcome.recent_asked.connect(lambda text: self.open_paths([Path(text)]))
        self._pages = QStackedWidget(self)
        self._pages.addWidget(self._welcome)
        self._pages.addWidget(self._tabs)
        self._messages = MessageBar(self)
        middle = QWidget(self)
        self._column = column = QVBoxLayout(middle)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._messages)
        column.addWidget(self._pages, 1)
        self.setCentralWidget(middle)

    def _build_actions(self) -> None:
        self.actions_by_name = {command.name: action_for(command, self) for command in COMMANDS}
        groups: dict[str, QActionGroup] = {}
        for command in COMMANDS:
            action = self.actions_by_name[command.name]
            if command.group:
                groups.setdefault(command.group, QActionGroup(self)).addAction(action)
            action.triggered.connect(partial(self._run, command.name))
            self.addAction(action)
        self._menus = fill_menus(self.menuBar(), self.actions_by_name)
        self._fill_recent()

    def _build_status(self) -> None:
        self.transport = TransportBar(self.player, self.actions_by_name, self)
        self.queue_box = QueueBox(self.engine, self)
        self.statusBar().addPermanentWidget(self.queue_box)

    def _run(self, name: str, checked: bool = False) -> None:
        try:
            HANDLERS[name](self)
        except RetakeError as error:  # such as a full disk; the document is as it was
            self.say("error", str(error))
        self._enable()
        self.mark_switches()

    def _show_menu(self, at: QPoint) -> None:
        """What can be done with what lies under the pointer."""
        menu = QMenu(self)
        for name in IN_MENU:
            if name:
                menu.addAction(self.actions_by_name[name])
            else:
                menu.addSeparator()
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(at)

    def _fill_recent(self) -> None:
        menu = self._menus[RECENT]
        menu.clear()
        for text in self.preferences.recent:
            action = menu.addAction(Path(text).name)
            action.setStatusTip(text)
            action.triggered.connect(partial(self._open_recent, text))
        menu.setEnabled(bool(self.preferences.recent))

    def _open_recent(self, text: str, checked: bool = False) -> None:
        if not Path(text).exists():
            kept = tuple(each for each in self.preferences.recent if each != text)
            self.prefer(dataclasses.replace(self.preferences, recent=kept))
        self.open_paths([Path(text)])

    def _close_at(self, index: int) -> None:
        widget = self._tabs.widget(index)
        if isinstance(widget, DocumentTab):
            self.close_document(widget)

    def _follow_tab(self) -> None:
        tab = self.tab
        self._pages.setCurrentWidget(self._tabs if tab else self._welcome)
        self.setWindowTitle(tab.title if tab else "")
        if tab is not None:
            tab.view.setFocus()
            self.transport.set_time_unit(tab.view.time_unit)
        self._listening.follow(tab)
        self._enable()
        self.mark_switches()

    def _title(self, tab: DocumentTab) -> None:
        index = self._tabs.indexOf(tab)
        self._tabs.setTabText(index, tab.title.replace("&", "&&"))
        self._tabs.setTabToolTip(index, str(tab.document.project or tab.document.source))
        if tab is self.tab:
            self.setWindowTitle(tab.title)

    def _enable(self) -> None:
        """Enable what makes sense now, and let undo and redo name what they would do."""
        tab = self.tab
        row = subject_row(tab.document) if tab else None
        has_region = row is not None
        there = {
            NOTHING: True,
            SELECTION: tab is not None and (tab.document.selection is not None or has_region),
            REGION: has_region,
            ONE_ABOVE: tab is not None and row is not None and layers_past(tab.document, row.id, 1) != 0,
            ONE_BELOW: tab is not None and row is not None and layers_past(tab.document, row.id, -1) != 0,
            TAKE: tab is not None and tab.current_take_id is not None,
        }
        for command in COMMANDS:
            self.actions_by_name[command.name].setEnabled(there.get(command.needs, tab is not None))
        for name, text, can in (
            ("undo", tab.document.undo.undoText() if tab else "", tab is not None and tab.document.undo.canUndo()),
            ("redo", tab.document.undo.redoText() if tab else "", tab is not None and tab.document.undo.canRedo()),
        ):
            words = translated(next(command.text for command in COMMANDS if command.name == name))
            self.actions_by_name[name].setText(f"{words} {text.replace('&', '&&')}".strip())
            self.actions_by_name[name].setEnabled(can)

    def _tell_of_restart(self, why: str) -> None:
        self.say("warning", self.tr("The engine had to be started again: {0}").format(why))

    def _follow_desktop(self) -> None:
        """Turn dark or light with the desktop, where the user left it to that."""
        application = QApplication.instance()
        if self.preferences.theme == "system" and isinstance(application, QApplication):
            theme.apply(application, "system")

    def _state(self) -> QSettings:
        return QSettings(str(config_folder() / STATE_NAME), QSettings.Format.IniFormat)

    def _restore_state(self) -> None:
        self.resize(*SIZE)
        geometry = self._state().value("geometry")
        if isinstance(geometry, QByteArray):
            self.restoreGeometry(geometry)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
