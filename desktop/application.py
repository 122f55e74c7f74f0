"""The editor as a program: one `QApplication`, its log, theme and language, and its window."""

from __future__ import annotations

import gc
import os
import signal
import socket
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.resources import as_file, files
from pathlib import Path

from PySide6.QtCore import QLibraryInfo, QLocale, QObject, QSocketNotifier, Qt, QTranslator, Signal
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QApplication

from desktop import journal, preferences, theme
from desktop.collecting import Collector
from desktop.preferences import Preferences
from desktop.window import MainWindow
from engine.errors import RetakeError

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
# The window's thread asks a thread that computes for Python's lock after so long: each of numpy's calls in a repaint
# lets go of it, and Python's own 5 ms for each add up to a pause.
SWITCH_S = 0.0005


def run(paths: Sequence[str]) -> int:
    """Open the editor with recordings or projects in it; returns the exit code when it is closed.

    Raises:
        RetakeError: there is no screen to open a window on.
    """
    check_screen()
    journal.begin()
    application = make_application(preferences.load())
    Collector(application)
    gc.freeze()  # what is there by now stays, and isn't looked at again and again
    window = MainWindow(preferences.load())
    failures = journal.Failures(window)
    failures.met.connect(window.say_failure, Qt.ConnectionType.QueuedConnection)
    with quits_on_signals() as asked:
        asked.came.connect(window.close_for_good)
        window.show()
        window.begin([Path(name).absolute() for name in paths])
        code = application.exec()
    return 128 + asked.number if asked.number else code


def check_screen() -> None:
    """Say it in one line where no window can be opened; Qt would abort the program.

    Raises:
        RetakeError: so it is.
    """
    wanted = os.environ.get("QT_QPA_PLATFORM", "")
    shown = os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    if sys.platform.startswith("linux") and not shown and wanted in ("", "xcb", "wayland"):
        raise RetakeError("there is no screen to open the editor on; `retake --help` lists what works without one")


def make_application(chosen: Preferences) -> QApplication:
    """The program's one `QApplication`, dressed and speaking as chosen."""
    sys.setswitchinterval(SWITCH_S)
    application = QApplication.instance() or QApplication(["retake"])
    assert isinstance(application, QApplication)
    application.setApplicationName("Retake")
    application.setApplicationDisplayName("Retake")
    application.setDesktopFileName("retake")
    application.setWindowIcon(icon())
    translate(application, chosen.language)
    theme.apply(application, chosen.theme)
    return application


def icon() -> QIcon:
    """The program's icon."""
    with as_file(files("resources") / "icons" / "retake.svg") as path:
        return QIcon(str(path))


def translate(application: QApplication, language: str) -> None:
    """Let the program speak a language and write its numbers; ``system`` is the desktop's.

    English where there is no translation, Qt's own dialogs too; its plurals lie beneath every language.
    """
    locale = QLocale.system() if language == "system" else QLocale(language)
    QLocale.setDefault(locale)
    with as_file(files("resources") / "translations") as folder:
        install(application, QLocale("en"), "retake", str(folder))
        if install(application, locale, "retake", str(folder)):
            install(application, locale, "qtbase", QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath))


def install(application: QApplication, locale: QLocale, name: str, folder: str) -> bool:
    """Load a translation into the language of ``locale``; whether there is one."""
    translator = QTranslator(application)
    return translator.load(locale, name, "_", folder) and application.installTranslator(translator)


class Asked(QObject):
    """Says within Qt's loop that the system asked the program to end.

    Attributes:
        number: of the signal that came, 0 while none has.

    Signals:
        came: once for each.
    """

    came = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.number = 0

    def take(self, number: int) -> None:
        """Note a signal and tell of it."""
        self.number = number
        self.came.emit()


@contextmanager
def quits_on_signals() -> Iterator[Asked]:
    """While inside, Ctrl-C and its kin are told by Qt's loop, which would not let Python see them."""
    asked = Asked()
    ours, pythons = socket.socketpair()
    for end in (ours, pythons):
        end.setblocking(False)
    before_fd = signal.set_wakeup_fd(pythons.fileno())
    before = {number: signal.signal(number, _nothing) for number in SIGNALS}
    notifier = QSocketNotifier(ours.fileno(), QSocketNotifier.Type.Read)

    def arrived() -> None:
        for number in ours.recv(64):
            if number in SIGNALS:
                asked.take(number)

    notifier.activated.connect(arrived)
    try:
        yield asked
    finally:
        notifier.setEnabled(False)
        signal.set_wakeup_fd(before_fd)
        for number, handler in before.items():
            signal.signal(number, handler)
        ours.close()
        pythons.close()


def _nothing(number: int, frame: object) -> None:
    """A handler that leaves all to the wake-up socket."""
