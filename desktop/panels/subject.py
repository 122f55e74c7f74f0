"""What the panels speak of: the current region, unless something else is selected."""

from __future__ import annotations

from desktop.document.document import Document
from desktop.document.rows import RegionRow
from engine.region import Region


def subject_row(document: Document) -> RegionRow | None:
    """The region that is meant; None where it is a selection that is no region yet, or nothing.

    A selection that covers a region exactly means that region, the current one first.
    """
    current = document.current_region
    selection = document.selection
    if current and selection in (None, current.region):
        return current
    alike = [row for row in document.regions.values() if row.region == selection]
    return alike[-1] if alike else None


def subject_region(document: Document) -> Region | None:
    """The place and band that is meant; None where nothing is."""
    row = subject_row(document)
    return row.region if row else document.selection
