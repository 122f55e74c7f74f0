"""The Region menu: keeping what is selected, going from one to the next, their layers, finding damage."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
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


def move_region(way: int, window: MainWindow) -> None:
    """Move the current region past the next one that lies over it (1) or under it (-1)."""
    document = window.tab.document if window.tab else None
    row = subject_row(document) if document is not None else None
    if document is not None and row is not None:
        actions.move_region(document, row.id, actions.layers_past(document, row.id, way))


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
    "raise_region": partial(move_region, 1),
    "lower_region": partial(move_region, -1),
    "remove_region": remove_region,
    "look_for_damage": look_for_damage,
}
