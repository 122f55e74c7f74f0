"""What a stored view may hold. A project may come from another version, so nothing of it is taken on trust."""

from __future__ import annotations

import math
from typing import Any

from desktop.views.colour_maps import COLOUR_MAPS
from desktop.views.frequency_scale import SCALES
from desktop.views.selection import TOOLS
from desktop.views.ticks import LEVEL_UNITS, TIME_UNITS

CHOICES: dict[str, tuple[str, ...]] = {
    "scale": SCALES,
    "time_unit": TIME_UNITS,
    "level_unit": LEVEL_UNITS,
    "colour_map": COLOUR_MAPS,
    "tool": TOOLS,
}
PAIRS = (("start_frame", "stop_frame"), ("low_hz", "high_hz"), ("bottom_db", "top_db"))


def sensible(state: dict[str, Any]) -> dict[str, Any]:
    """Those values of a stored view that make sense; pairs are taken together, and rise."""
    kept: dict[str, Any] = {key: state[key] for key, choices in CHOICES.items() if state.get(key) in choices}
    for low, high in PAIRS:
        if _is_number(state.get(low)) and _is_number(state.get(high)) and state[low] < state[high]:
            kept |= {low: state[low], high: state[high]}
    if _is_number(state.get("level_top")) and state["level_top"] > 0:
        kept["level_top"] = state["level_top"]
    if isinstance(state.get("cursor_frame"), int):
        kept["cursor_frame"] = state["cursor_frame"]
    if isinstance(state.get("snap"), bool):
        kept["snap"] = state["snap"]
    overlay = state.get("overlay", ...)
    if overlay is None or (_is_number(overlay) and 0 <= overlay <= 1):
        kept["overlay"] = overlay
    return kept


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
