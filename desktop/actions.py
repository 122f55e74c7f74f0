"""Everything that can be done in the window, as one table: menus, shortcuts, the palette and the guide follow from it.

A command's slot is a method of the window of the same name. ``needs`` says what must be there for it to make sense.
"""

from __future__ import annotations

import re

from PySide6.QtCore import QCoreApplication
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu, QMenuBar, QWidget

from desktop.command import (
    CONTEXT,
    EDIT,
    FILE,
    HELP,
    MENUS,
    NOTHING,
    ONE_ABOVE,
    ONE_BELOW,
    RECENT,
    REGION,
    REGIONS,
    SCALES,
    SELECTION,
    SHOWN,
    TAKE,
    TAKES,
    TIMES,
    TOOLS,
    VIEW,
    Command,
)
from desktop.playing_table import PLAYING
from desktop.translating import QT_TRANSLATE_NOOP

COMMANDS = (
    Command(
        "open_files",
        FILE,
        QT_TRANSLATE_NOOP("Actions", "&Open…"),
        ("Ctrl+O",),
        QT_TRANSLATE_NOOP("Actions", "Open recordings or projects."),
        NOTHING,
    ),
    Command(
        "open_demo",
        FILE,
        QT_TRANSLATE_NOOP("Actions", "Open &Demo Recording"),
        (),
        QT_TRANSLATE_NOOP("Actions", "Open a recording that came along, with a gap ready to be filled."),
        NOTHING,
    ),
    Command(
        "save",
        FILE,
        QT_TRANSLATE_NOOP("Actions", "&Save"),
        ("Ctrl+S",),
        QT_TRANSLATE_NOOP("Actions", "Give the project a name; from then on every change is in its file at once."),
        after_line=True,
    ),
    Command(
        "save_as",
        FILE,
        QT_TRANSLATE_NOOP("Actions", "Save &As…"),
        ("Ctrl+Shift+S",),
        QT_TRANSLATE_NOOP("Actions", "Go on with the project under another name."),
    ),
    Command(
        "embed_source",
        FILE,
        QT_TRANSLATE_NOOP("Actions", "E&mbed Recording in Project"),
        (),
        QT_TRANSLATE_NOOP("Actions", "Keep a copy of the recording's file inside the project, to pass it on whole."),
    ),
    Command(
        "export",
        FILE,
        QT_TRANSLATE_NOOP("Actions", "&Export…"),
        ("Ctrl+Shift+E",),
        QT_TRANSLATE_NOOP("Actions", "Write the recording with the takes in use, a selection, or every region."),
        after_line=True,
    ),
    Command(
        "close_tab",
        FILE,
        QT_TRANSLATE_NOOP("Actions", "&Close"),
        ("Ctrl+W",),
        QT_TRANSLATE_NOOP("Actions", "Close this document."),
        after_line=True,
    ),
    Command(
        "quit",
        FILE,
        QT_TRANSLATE_NOOP("Actions", "&Quit"),
        ("Ctrl+Q",),
        QT_TRANSLATE_NOOP("Actions", "Close all documents and end the program."),
        NOTHING,
    ),
    Command(
        "undo",
        EDIT,
        QT_TRANSLATE_NOOP("Actions", "&Undo"),
        ("Ctrl+Z",),
        QT_TRANSLATE_NOOP("Actions", "Take back the last change."),
    ),
    Command(
        "redo",
        EDIT,
        QT_TRANSLATE_NOOP("Actions", "&Redo"),
        ("Ctrl+Shift+Z", "Ctrl+Y"),
        QT_TRANSLATE_NOOP("Actions", "Make the change again that was taken back."),
    ),
    Command(
        "select_all",
        EDIT,
        QT_TRANSLATE_NOOP("Actions", "Select &All"),
        ("Ctrl+A",),
        QT_TRANSLATE_NOOP("Actions", "Select the whole recording."),
        after_line=True,
    ),
    Command(
        "deselect",
        EDIT,
        QT_TRANSLATE_NOOP("Actions", "&Deselect"),
        ("Ctrl+Shift+A",),
        QT_TRANSLATE_NOOP("Actions", "Select nothing; Esc does so in the views."),
    ),
    Command(
        "tool_time",
        EDIT,
        QT_TRANSLATE_NOOP("Actions", "&Time"),
        ("T",),
        QT_TRANSLATE_NOOP("Actions", "Dragging in the spectrogram selects a stretch of time, with all frequencies."),
        checkable=True,
        group="tool",
        submenu=TOOLS,
    ),
    Command(
        "tool_box",
        EDIT,
        QT_TRANSLATE_NOOP("Actions", "Time and &Frequency"),
        ("Shift+F",),
        QT_TRANSLATE_NOOP("Actions", "Dragging in the spectrogram selects a box."),
        checkable=True,
        group="tool",
        submenu=TOOLS,
    ),
    Command(
        "tool_frequency",
        EDIT,
        QT_TRANSLATE_NOOP("Actions", "F&requency"),
        ("F",),
        QT_TRANSLATE_NOOP("Actions", "Dragging in the spectrogram selects a band over the whole recording."),
        checkable=True,
        group="tool",
        submenu=TOOLS,
    ),
    Command(
        "snap",
        EDIT,
        QT_TRANSLATE_NOOP("Actions", "&Snap to Zero Crossings"),
        ("S",),
        QT_TRANSLATE_NOOP("Actions", "Edges of a selection go to the nearest zero crossing."),
        checkable=True,
    ),
    Command(
        "show_palette",
        EDIT,
        QT_TRANSLATE_NOOP("Actions", "&Find a Command…"),
        ("Ctrl+K",),
        QT_TRANSLATE_NOOP("Actions", "Type a few letters of anything that can be done."),
        NOTHING,
        after_line=True,
    ),
    Command(
        "show_preferences",
        EDIT,
        QT_TRANSLATE_NOOP("Actions", "&Preferences…"),
        ("Ctrl+,",),
        QT_TRANSLATE_NOOP("Actions", "Theme, language, spectrogram, device."),
        NOTHING,
    ),
    Command(
        "zoom_in",
        VIEW,
        QT_TRANSLATE_NOOP("Actions", "Zoom &In"),
        ("Ctrl+1", "Ctrl++", "Ctrl+="),
        QT_TRANSLATE_NOOP("Actions", "See less time in more detail; the wheel does so at the pointer."),
    ),
    Command(
        "zoom_normal",
        VIEW,
        QT_TRANSLATE_NOOP("Actions", "Show &10 Seconds"),
        ("Ctrl+2",),
        QT_TRANSLATE_NOOP("Actions", "Let ten seconds fill the view."),
    ),
    Command(
        "zoom_out",
        VIEW,
        QT_TRANSLATE_NOOP("Actions", "Zoom &Out"),
        ("Ctrl+3", "Ctrl+-"),
        QT_TRANSLATE_NOOP("Actions", "See more time."),
    ),
    Command(
        "zoom_to_selection",
        VIEW,
        QT_TRANSLATE_NOOP("Actions", "Zoom to &Selection"),
        ("Ctrl+E",),
        QT_TRANSLATE_NOOP("Actions", "Let the selection fill the view."),
        SELECTION,
    ),
    Command(
        "fit",
        VIEW,
        QT_TRANSLATE_NOOP("Actions", "&Fit Whole Recording"),
        ("Ctrl+F",),
        QT_TRANSLATE_NOOP("Actions", "See the recording from start to end, and all frequencies."),
    ),
    Command(
        "go_home",
        VIEW,
        QT_TRANSLATE_NOOP("Actions", "Go to &Start"),
        ("Home",),
        QT_TRANSLATE_NOOP("Actions", "Cursor and view to the start of the recording."),
        after_line=True,
    ),
    Command(
        "go_end",
        VIEW,
        QT_TRANSLATE_NOOP("Actions", "Go to &End"),
        ("End",),
        QT_TRANSLATE_NOOP("Actions", "Cursor and view to the end of the recording."),
    ),
    Command(
        "previous_edge",
        VIEW,
        QT_TRANSLATE_NOOP("Actions", "Go to &Previous Edge"),
        ("[",),
        QT_TRANSLATE_NOOP("Actions", "Cursor to the edge before it, of the selection or of a region."),
    ),
    Command(
        "next_edge",
        VIEW,
        QT_TRANSLATE_NOOP("Actions", "Go to &Next Edge"),
        ("]",),
        QT_TRANSLATE_NOOP("Actions", "Cursor to the edge after it, of the selection or of a region."),
    ),
    Command(
        "show_result",
        VIEW,
        QT_TRANSLATE_NOOP("Actions", "&Result"),
        ("F5",),
        QT_TRANSLATE_NOOP("Actions", "Show the recording with the takes in use."),
        checkable=True,
        group="shown",
        after_line=True,
        submenu=SHOWN,
    ),
    Command(
        "show_original",
        VIEW,
        QT_TRANSLATE_NOOP("Actions", "&Original"),
        ("F6",),
        QT_TRANSLATE_NOOP("Actions", "Show the recording as it is in its file."),
        checkable=True,
        group="shown",
        submenu=SHOWN,
    ),
    Command(
        "show_difference",
        VIEW,
        QT_TRANSLATE_NOOP("Actions", "&Difference"),
        ("F7",),
        QT_TRANSLATE_NOOP("Actions", "Show what the takes in use changed: result minus original."),
        checkable=True,
        group="shown",
        submenu=SHOWN,
    ),
    Command(
        "side_by_side",
        VIEW,
        QT_TRANSLATE_NOOP("Actions", "Original &Beside Result"),
        ("F8",),
        QT_TRANSLATE_NOOP("Actions", "Show two spectrograms: the original on the left, the result on the right."),
        checkable=True,
    ),
    Command(
        "scale_linear",
        VIEW,
        QT_TRANSLATE_NOOP("Actions", "&Linear"),
        (),
        QT_TRANSLATE_NOOP("Actions", "Equal distances for equal differences in hertz."),
        checkable=True,
        group="scale",
        submenu=SCALES,
    ),
    Command(
        "scale_log",
        VIEW,
        QT_TRANSLATE_NOOP("Actions", "L&ogarithmic"),
        (),
        QT_TRANSLATE_NOOP("Actions", "Equal distances for equal ratios."),
        checkable=True,
        group="scale",
        submenu=SCALES,
    ),
    Command(
        "scale_mel",
        VIEW,
        QT_TRANSLATE_NOOP("Actions", "&Mel"),
        (),
        QT_TRANSLATE_NOOP("Actions", "Equal distances for equal steps in pitch as heard."),
        checkable=True,
        group="scale",
        submenu=SCALES,
    ),
    Command(
        "time_clock",
        VIEW,
        QT_TRANSLATE_NOOP("Actions", "&Hours, Minutes, Seconds"),
        (),
        QT_TRANSLATE_NOOP("Actions", "Show times as h:m:s and milliseconds."),
        checkable=True,
        group="time",
        submenu=TIMES,
    ),
    Command(
        "time_seconds",
        VIEW,
        QT_TRANSLATE_NOOP("Actions", "&Seconds"),
        (),
        QT_TRANSLATE_NOOP("Actions", "Show times in seconds."),
        checkable=True,
        group="time",
        submenu=TIMES,
    ),
    Command(
        "time_samples",
        VIEW,
        QT_TRANSLATE_NOOP("Actions", "S&amples"),
        (),
        QT_TRANSLATE_NOOP("Actions", "Show times in samples."),
        checkable=True,
        group="time",
        submenu=TIMES,
    ),
    Command(
        "toggle_sidebar",
        VIEW,
        QT_TRANSLATE_NOOP("Actions", "Side &Panel"),
        ("F9",),
        QT_TRANSLATE_NOOP("Actions", "Show or hide the column at the right."),
        checkable=True,
        after_line=True,
    ),
    Command(
        "full_screen",
        VIEW,
        QT_TRANSLATE_NOOP("Actions", "F&ull Screen"),
        ("F11",),
        QT_TRANSLATE_NOOP("Actions", "Give the window the whole screen."),
        NOTHING,
        checkable=True,
    ),
    Command(
        "add_region",
        REGIONS,
        QT_TRANSLATE_NOOP("Actions", "&Add Region"),
        ("N",),
        QT_TRANSLATE_NOOP("Actions", "Keep the selection as a named region."),
        SELECTION,
    ),
    Command(
        "previous_region",
        REGIONS,
        QT_TRANSLATE_NOOP("Actions", "&Previous Region"),
        ("Alt+Left",),
        QT_TRANSLATE_NOOP("Actions", "Go to the region before."),
    ),
    Command(
        "next_region",
        REGIONS,
        QT_TRANSLATE_NOOP("Actions", "Ne&xt Region"),
        ("Alt+Right",),
        QT_TRANSLATE_NOOP("Actions", "Go to the region after."),
    ),
    Command(
        "raise_region",
        REGIONS,
        QT_TRANSLATE_NOOP("Actions", "Move Region &Up"),
        ("Alt+PgUp",),
        QT_TRANSLATE_NOOP("Actions", "Lay the region over the one above it; its take is heard where they overlap."),
        ONE_ABOVE,
        after_line=True,
    ),
    Command(
        "lower_region",
        REGIONS,
        QT_TRANSLATE_NOOP("Actions", "Move Region Do&wn"),
        ("Alt+PgDown",),
        QT_TRANSLATE_NOOP("Actions", "Lay the region under the one below it; its take is hidden where they overlap."),
        ONE_BELOW,
    ),
    Command(
        "remove_region",
        REGIONS,
        QT_TRANSLATE_NOOP("Actions", "&Delete Region"),
        ("Ctrl+Del",),
        QT_TRANSLATE_NOOP("Actions", "Delete the region with its takes; undo brings them back."),
        REGION,
    ),
    Command(
        "look_for_damage",
        REGIONS,
        QT_TRANSLATE_NOOP("Actions", "&Look for Damage"),
        ("Shift+L",),
        QT_TRANSLATE_NOOP("Actions", "Find gaps, clicks, clipping and a missing band."),
        after_line=True,
    ),
    Command(
        "retake",
        TAKES,
        QT_TRANSLATE_NOOP("Actions", "&Retake"),
        ("R",),
        QT_TRANSLATE_NOOP(
            "Actions", "Take the region or the selection again as the panel says; each further take has another seed."
        ),
        SELECTION,
    ),
    Command(
        "retake_alike",
        TAKES,
        QT_TRANSLATE_NOOP("Actions", "Retake as the Take in &Use"),
        ("Shift+R",),
        QT_TRANSLATE_NOOP("Actions", "Make another take with the settings of the one in use and another seed."),
        TAKE,
    ),
    Command(
        "retake_all",
        TAKES,
        QT_TRANSLATE_NOOP("Actions", "Retake All Re&gions"),
        ("Ctrl+Shift+R",),
        QT_TRANSLATE_NOOP("Actions", "Take every region again with the settings of the panel."),
    ),
    Command(
        "cancel_jobs",
        TAKES,
        QT_TRANSLATE_NOOP("Actions", "&Cancel"),
        ("Ctrl+.",),
        QT_TRANSLATE_NOOP("Actions", "Stop the take that is being made, and those that wait."),
    ),
    Command(
        "use_original",
        TAKES,
        QT_TRANSLATE_NOOP("Actions", "Use &Original"),
        ("0",),
        QT_TRANSLATE_NOOP("Actions", "Let the region sound as in the recording."),
        REGION,
        after_line=True,
    ),
    Command(
        "previous_take",
        TAKES,
        QT_TRANSLATE_NOOP("Actions", "Use &Previous Take"),
        ("Alt+Up",),
        QT_TRANSLATE_NOOP("Actions", "Use the take before the one in use."),
        REGION,
    ),
    Command(
        "next_take",
        TAKES,
        QT_TRANSLATE_NOOP("Actions", "Use &Next Take"),
        ("Alt+Down",),
        QT_TRANSLATE_NOOP("Actions", "Use the take after the one in use."),
        REGION,
    ),
    Command(
        "star_take",
        TAKES,
        QT_TRANSLATE_NOOP("Actions", "&Star"),
        ("Alt+S",),
        QT_TRANSLATE_NOOP("Actions", "Mark the take in use as a good one."),
        TAKE,
    ),
    Command(
        "report_take",
        TAKES,
        QT_TRANSLATE_NOOP("Actions", "Repor&t of This Take…"),
        (),
        QT_TRANSLATE_NOOP("Actions", "See what the take in use changed, with every measure, and save that as a page."),
        TAKE,
        after_line=True,
    ),
    Command(
        "remove_take",
        TAKES,
        QT_TRANSLATE_NOOP("Actions", "&Delete Take"),
        (),
        QT_TRANSLATE_NOOP("Actions", "Delete the take in use; undo brings it back."),
        TAKE,
    ),
    *PLAYING,
    Command(
        "show_guide",
        HELP,
        QT_TRANSLATE_NOOP("Actions", "User &Guide"),
        ("F1",),
        QT_TRANSLATE_NOOP("Actions", "A short guide, here in the program."),
        NOTHING,
    ),
    Command(
        "show_log",
        HELP,
        QT_TRANSLATE_NOOP("Actions", "Show &Log"),
        (),
        QT_TRANSLATE_NOOP("Actions", "What the program noted of what went wrong; it never leaves this machine."),
        NOTHING,
    ),
    Command(
        "show_about",
        HELP,
        QT_TRANSLATE_NOOP("Actions", "&About Retake"),
        (),
        QT_TRANSLATE_NOOP("Actions", "Version and licences."),
        NOTHING,
        after_line=True,
    ),
)


def translated(text: str) -> str:
    """A text of this table in the user's language."""
    return QCoreApplication.translate(CONTEXT, text)


def without_letter(text: str) -> str:
    """A text of a menu without the letter for Alt, "Save &As…" or "另存为(&A)…", and without the dots."""
    return re.sub(r"\(&\w\)", "", text).replace("&", "").rstrip("…")


def action_for(command: Command, owner: QWidget) -> QAction:
    """The action of a command, not yet connected."""
    action = QAction(translated(command.text), owner)
    action.setObjectName(command.name)
    action.setCheckable(command.checkable)
    action.setShortcuts([QKeySequence(key) for key in command.keys])
    action.setStatusTip(translated(command.tip))
    key = QKeySequence(command.keys[0]).toString(QKeySequence.SequenceFormat.NativeText) if command.keys else ""
    plain = without_letter(translated(command.text))
    action.setToolTip(f"{plain} ({key})\n{translated(command.tip)}" if key else f"{plain}\n{translated(command.tip)}")
    return action


def fill_menus(bar: QMenuBar, actions: dict[str, QAction]) -> dict[str, QMenu]:
    """Put all commands into their menus; returns menus and submenus by their untranslated text."""
    menus = {text: bar.addMenu(translated(text)) for text in MENUS}
    for command in COMMANDS:
        menu = menus[command.menu]
        if command.after_line:
            menu.addSeparator()
        if command.submenu:
            if command.submenu not in menus:
                menus[command.submenu] = menu.addMenu(translated(command.submenu))
            menu = menus[command.submenu]
        menu.addAction(actions[command.name])
        if command.name == "open_files":
            menus[RECENT] = menu.addMenu(translated(RECENT))
    return menus
