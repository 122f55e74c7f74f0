"""Name flags of regions at the top of a view: where they lie, without covering each other."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF

if TYPE_CHECKING:
    from desktop.document.rows import RegionRow

ROWS = 3  # flags that would need more lie on the last row
LONGEST_EM = 14.0  # a name's width at most, in heights of a line


@dataclass(frozen=True)
class Flag:
    """A region's name and the box it stands in, in device pixels; ``filled`` where a take is in use."""

    region_id: int
    name: str
    box: QRectF
    filled: bool


def flags_of(
    regions: Iterable[RegionRow],
    x_at: Callable[[float], float],
    width: float,
    line_height: float,
    measure: Callable[[str], float],
) -> list[Flag]:
    """Flags of the regions that are visible on ``width`` pixels, in their order.

    A region that begins left of the view has its flag at the edge, as long as some of it is visible.
    """
    flags: list[Flag] = []
    height, padding = round(line_height * 1.15), line_height * 0.35
    for row in regions:
        left, right = x_at(row.start_frame), x_at(row.end_frame)
        if right <= 0 or left >= width:
            continue
        length = min(measure(row.name), LONGEST_EM * line_height) + 2 * padding
        x = round(max(left, 0.0))
        box = QRectF(x, 0, round(length), height)
        for _ in range(ROWS - 1):
            if not any(box.intersects(flag.box) for flag in flags):
                break
            box.translate(0, height + 1)
        flags.append(Flag(row.id, row.name, box, row.take_id is not None))
    return flags


def flag_at(flags: Iterable[Flag], x: float, y: float) -> Flag | None:
    """The flag under a point; of several the one painted last."""
    found = [flag for flag in flags if flag.box.contains(x, y)]
    return found[-1] if found else None
