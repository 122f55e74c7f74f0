"""What libsndfile doesn't know of a FLAC's metadata."""

from __future__ import annotations

import struct

import numpy as np
import pytest

from engine.recording.flac import blocks, replace_blocks
from tests.engine.recordings import STOP, native, patch, repair, source


@pytest.mark.parametrize("picture_bytes", [10, 3_000_000])
def test_a_flacs_pictures_and_unknown_tags_are_kept_byte_for_byte(tmp_path, picture_bytes):
    path = source(tmp_path, "FLAC", "PCM_24", frames=200_000)
    comment = b"MOOD=blue"
    tags = struct.pack("<I", 3) + b"abc" + struct.pack("<II", 1, len(comment)) + comment
    picture = struct.pack(">8I", 3, 0, 0, 1, 1, 24, 0, picture_bytes) + bytes(picture_bytes)
    carried = [(6, picture), (2, b"RETK1234"), (4, tags)]
    with path.open("r+b") as file:
        replace_blocks(file, carried)
    repair(path, tmp_path / "out.flac", [patch()])
    with (tmp_path / "out.flac").open("rb") as file:
        assert list(blocks(file))[1:] == carried
    before, after = native(path), native(tmp_path / "out.flac")
    np.testing.assert_array_equal(before[STOP:], after[STOP:])
