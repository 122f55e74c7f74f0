"""The Region menu: keeping what is selected, going from one to the next, finding damage."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from desktop.document import actions
from desktop.panels.subject import subject_row

if TYPE_CHECKING:
    from desktop.window import MainWindow


def add_region(window: MainWindow) -> None:
    """Keep the selection as a region."""
    if window.tab is not None:
        window.tab.view.add_region()


def next_region(window: MainWindow) -> None:
    """Go to the region after the current one."""
    if window.tab is not None:
        window.tab.view.next_region()


def previous_region(window: MainWindow) -> None:
    """Go to the region before the current one."""
    if window.tab is not None:
        window.tab.view.previous_region()


def remove_region(window: MainWindow) -> None:
    """Delete the current region with its takes."""
    document = window.tab.document if window.tab else None
    row = subject_row(document) if document is not None else None
    if document is not None and row is not None:
        actions.remove_regions(document, [row.id])


def look_for_damage(window: MainWindow) -> None:
    """Start the search and show what it finds."""
    if window.tab is not None:
        window.show_sidebar(True)
        window.tab.sidebar.show_section(window.tab.findings)
        window.tab.findings.look()


HANDLERS: dict[str, Callable[[MainWindow], None]] = {
    "add_region": add_region,
    "previous_region": previous_region,
    "next_region": next_region,
    "remove_region": remove_region,
    "look_for_damage": look_for_damage,
}
