"""Colour tables of the spectrogram: perceptually even maps, dark to bright.

They are pyqtgraph's. Importing pyqtgraph takes half a second, which a window that is just opening doesn't have, so
its table is read from the package's data without importing it; only where it isn't found there is it imported.
"""

from __future__ import annotations

import importlib.util
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

COLOUR_MAPS = ("viridis", "magma", "inferno", "cividis", "plasma", "grey")


@cache
def colour_map(name: str) -> NDArray[np.uint8]:
    """256 colours from quiet to loud: uint8 ``(256, 4)``, RGBA.

    Raises:
        ValueError: there is no such map.
    """
    if name not in COLOUR_MAPS:
        raise ValueError(f"colour map is {name!r}; {', '.join(COLOUR_MAPS)} are accepted")
    if name == "grey":
        table = np.linspace(0, 255, 256).round().astype(np.uint8)[:, None].repeat(3, axis=1)
    else:
        table = _read(name)
    return np.concatenate([table, np.full((256, 1), 255, np.uint8)], axis=1)


def ranged(name: str, bottom_db: float, top_db: float, floor_db: float = -150.0) -> NDArray[np.uint32]:
    """The table for levels as bytes (0 is ``floor_db``, 255 is 0 dB), ``bottom_db`` darkest and ``top_db`` brightest.

    Returns:
        uint32 ``(256,)``, each 0xffRRGGBB.
    """
    level_db = floor_db * (1 - np.arange(256) / 255)
    share = np.clip((level_db - bottom_db) / max(top_db - bottom_db, 1e-3), 0, 1)
    at = share * 255
    below = np.minimum(at.astype(int), 254)
    table = colour_map(name)[:, :3].astype(np.float64)
    colours = table[below] + (at - below)[:, None] * (table[below + 1] - table[below])
    red, green, blue = colours.round().astype(np.uint32).T
    packed: NDArray[np.uint32] = np.uint32(0xFF000000) | (red << np.uint32(16)) | (green << np.uint32(8)) | blue
    return packed


def _read(name: str) -> NDArray[np.uint8]:
    found = importlib.util.find_spec("pyqtgraph")
    for folder in (found.submodule_search_locations or []) if found else []:
        path = Path(folder, "colors", "maps", f"{name}.csv")
        if path.is_file():
            table = np.loadtxt(path, delimiter=",", comments=";", dtype=np.float64, encoding="utf-8")
            if table.shape == (256, 3):
                return np.asarray((table * 255).round() if table.max() <= 1 else table).astype(np.uint8)
    from pyqtgraph import colormap  # type: ignore[import-untyped]

    return np.asarray(colormap.get(name).getLookupTable(nPts=256)[:, :3]).astype(np.uint8)
