"""The Take menu: making takes, and choosing among them."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from desktop.document import actions
from engine.region import Region, renderer_of

if TYPE_CHECKING:
    from desktop.window import MainWindow


def retake(window: MainWindow) -> None:
    """Take the region or the selection again, as the panel says."""
    if window.tab is not None:
        window.tab.sidebar.retake.ask()


def retake_alike(window: MainWindow) -> None:
    """Take the region again as the take in use was made, with a seed that none has yet."""
    if window.tab is not None:
        window.tab.sidebar.controller.retake_with_another_seed()


def retake_all(window: MainWindow) -> None:
    """Take every region again."""
    if window.tab is not None:
        window.tab.sidebar.controller.retake_regions()


def cancel_jobs(window: MainWindow) -> None:
    """Stop what is being made for the document in front, and what waits."""
    if window.tab is not None:
        window.tab.sidebar.controller.cancel()


def use_original(window: MainWindow) -> None:
    """Let the current region sound as in the recording."""
    document = window.tab.document if window.tab else None
    if document is not None and document.current_region_id is not None:
        actions.use_take(document, document.current_region_id, None)


def step(by: int, window: MainWindow) -> None:
    """Use another take of the current region."""
    if window.tab is not None:
        window.tab.step_take(by)


def star_take(window: MainWindow) -> None:
    """Mark the take in use, or take the mark away."""
    take_id = window.tab.current_take_id if window.tab else None
    if window.tab is not None and take_id is not None:
        document = window.tab.document
        actions.star_take(document, take_id, not document.takes[take_id].starred)


def show_report(window: MainWindow, take_id: int) -> None:
    """Open the report of a take of the document in front, beside the editor."""
    # Here and not above: the window is there sooner without what draws and writes reports.
    from desktop.dialogs.take_report import TakeReport
    from desktop.take_report import report_of

    tab = window.tab
    take = tab.document.takes.get(take_id) if tab else None
    if tab is None or take is None:
        return
    document = tab.document
    # Not beside the recording where that was embedded: it is read from a cache then.
    folder = (document.project or document.source).parent
    renderer = renderer_of(Region(*take.region), document.frames, document.rate, take.settings)
    TakeReport(take, report_of(document, take), document.source, folder, renderer, window).show()


def report_take(window: MainWindow) -> None:
    """Open the report of the take in use."""
    take_id = window.tab.current_take_id if window.tab else None
    if take_id is not None:
        show_report(window, take_id)


def remove_take(window: MainWindow) -> None:
    """Delete the take in use."""
    take_id = window.tab.current_take_id if window.tab else None
    if window.tab is not None and take_id is not None:
        actions.remove_takes(window.tab.document, [take_id])


HANDLERS: dict[str, Callable[[MainWindow], None]] = {
    "retake": retake,
    "retake_alike": retake_alike,
    "retake_all": retake_all,
    "cancel_jobs": cancel_jobs,
    "use_original": use_original,
    "previous_take": partial(step, -1),
    "next_take": partial(step, 1),
    "star_take": star_take,
    "report_take": report_take,
    "remove_take": remove_take,
}
