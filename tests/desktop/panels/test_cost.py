"""The cost is told before, and a warning where memory is short."""

from __future__ import annotations

import pytest

from desktop.document.document import Document
from desktop.panels import cost
from desktop.panels.cost import cost_of
from engine.region import Region
from engine.settings import RestoreSettings

PART = Region(48000, 60000, 0.0, 24000.0)


def test_length_and_memory_are_told(document: Document) -> None:
    text, warning = cost_of(PART, document, RestoreSettings())
    assert text.startswith("0.25 s, about ") and not warning


def test_memory_that_is_not_free_is_warned_of(document: Document, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cost, "available_bytes", lambda: 100_000_000)
    text, warning = cost_of(PART, document, RestoreSettings())
    assert warning and "0.1 GB are free" in text
