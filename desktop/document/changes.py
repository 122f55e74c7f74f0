"""From rows to the changes of an edit."""

from __future__ import annotations

import json
from typing import Any

from desktop.document.edits import RowChange, Table
from desktop.document.rows import RegionRow, TakeRow
from engine.region import Region


def added(row: RegionRow | TakeRow) -> RowChange:
    """A row that comes to be."""
    return RowChange(table_of(row), row.id, None, row.to_dict())


def removed(row: RegionRow | TakeRow) -> RowChange:
    """A row that goes."""
    return RowChange(table_of(row), row.id, row.to_dict(), None)


def changed(before: RegionRow | TakeRow, after: RegionRow | TakeRow) -> RowChange:
    """A row that becomes another."""
    return RowChange(table_of(before), before.id, before.to_dict(), after.to_dict())


def table_of(row: RegionRow | TakeRow) -> Table:
    """The table that a row lives in."""
    return "regions" if isinstance(row, RegionRow) else "takes"


def bounds_of(region: Region) -> dict[str, Any]:
    """A region's fields in a row; NumPy's numbers, which a mouse's arithmetic may leave, become Python's."""
    frames = {"start_frame": int(region.start_frame), "end_frame": int(region.end_frame)}
    return {**frames, "low_hz": float(region.low_hz), "high_hz": float(region.high_hz)}


def plain(values: dict[str, Any]) -> dict[str, Any]:
    """Values as they will be read from the project, so that a row is the same before and after."""
    return json.loads(json.dumps(values))  # type: ignore[no-any-return]
