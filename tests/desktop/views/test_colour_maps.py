"""Colour tables."""

from __future__ import annotations

import subprocess
from collections.abc import Callable

import numpy as np
import pytest

from desktop.views.colour_maps import COLOUR_MAPS, colour_map, ranged


@pytest.mark.parametrize("name", COLOUR_MAPS)
def test_brightness_rises_from_quiet_to_loud(name: str) -> None:
    linear = (colour_map(name)[:, :3] / 255.0) ** 2.2
    luminance = linear @ [0.2126, 0.7152, 0.0722]
    assert np.all(np.diff(luminance[::8]) > 0)
    assert np.all(colour_map(name)[:, 3] == 255)


def test_a_table_is_pyqtgraphs_without_importing_it(
    run_python: Callable[..., subprocess.CompletedProcess[str]],
) -> None:
    done = run_python(
        "import sys\n"
        "from desktop.views.colour_maps import COLOUR_MAPS, colour_map\n"
        "ours = {name: colour_map(name)[:, :3] for name in COLOUR_MAPS if name != 'grey'}\n"
        "assert 'pyqtgraph' not in sys.modules\n"
        "from pyqtgraph import colormap\n"
        "for name, table in ours.items():\n"
        "    theirs = colormap.get(name).getLookupTable(nPts=256)[:, :3].astype(int)\n"
        "    assert abs(theirs - table).max() <= 1, name\n"
    )
    assert done.returncode == 0, done.stderr


def test_the_range_maps_its_ends_to_the_ends_of_the_table() -> None:
    table = colour_map("viridis").astype(int)
    colours = ranged("viridis", -100.0, -20.0)
    packed = 0xFF000000 | table[:, 0] << 16 | table[:, 1] << 8 | table[:, 2]
    at = {db: round(255 * (1 + db / 150)) for db in (-120, -100, -20, 0)}
    assert colours[at[-120]] == colours[at[-100]] == packed[0]
    assert colours[at[-20]] == colours[at[0]] == packed[255]


def test_an_unknown_map_is_refused() -> None:
    with pytest.raises(ValueError, match="jet"):
        colour_map("jet")
