"""The Region menu, in a real window."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from desktop.document import actions
from desktop.document.document import Document
from desktop.window import MainWindow
from engine.audio import Patch
from tests.desktop import driving
from tests.desktop.made import made_result


def add_take(document: Document, region_id: int, level: float) -> None:
    """A take of constant samples for a region."""
    region = document.regions[region_id].region
    samples = np.full((document.channels, region.frames), level, np.float32)
    actions.add_take(document, region_id, made_result(Patch(region.start_frame, samples), region))


def test_moving_a_region_between_layers_changes_what_is_heard(window: MainWindow, speech: Path) -> None:
    window.open_paths([speech])
    tab = window.tab
    for start_s, end_s in ((1.0, 2.0), (4.0, 5.0), (1.5, 2.5)):
        driving.select(tab, start_s, end_s)
        driving.press(window, "add_region")
    lower, apart, upper = tab.document.regions
    for region_id, level in ((lower, 0.25), (apart, 0.3), (upper, 0.5)):
        add_take(tab.document, region_id, level)
    overlap = round(1.6 * tab.document.rate), round(1.9 * tab.document.rate)

    def heard() -> float:
        (level,) = np.unique(tab.document.read(*overlap))
        return float(level)

    def can(*names: str) -> list[bool]:
        return [window.actions_by_name[name].isEnabled() for name in names]

    tab.document.selection, tab.document.current_region_id = None, lower
    assert heard() == 0.5 and can("raise_region", "lower_region") == [True, False]
    driving.press(window, "raise_region")
    assert heard() == 0.25 and can("raise_region", "lower_region") == [False, True]
    driving.press(window, "raise_region")  # nothing lies above it any more
    driving.press(window, "undo")
    assert heard() == 0.5 and list(tab.document.regions) == [lower, apart, upper]
    tab.document.current_region_id = upper
    assert can("raise_region", "lower_region") == [False, True]
    driving.press(window, "lower_region")
    assert heard() == 0.25
    tab.document.current_region_id = apart
    assert can("raise_region", "lower_region") == [False, False]
