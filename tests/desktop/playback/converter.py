"""The converter of a sound device: takes a sink's sound out of a pipe at a rate, and writes down what it took.

Its clock stands still while the machine is held up, and never hurries to catch up. Where the system's clock is a
sink's, as in `module-null-sink`, sound is dropped by any player on a machine that others use too.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

CHUNK_FRAMES = 480


def convert(pipe: Path, taken: Path, rate: int, frame_bytes: int) -> None:
    """Go on until the sink is gone."""
    with pipe.open("rb", buffering=0) as sound, taken.open("ab", buffering=0) as file:
        while chunk := sound.read(CHUNK_FRAMES * frame_bytes):
            file.write(chunk)
            time.sleep(len(chunk) / (frame_bytes * rate))


if __name__ == "__main__":
    convert(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]))
