"""What the commands share of talking to a terminal: numbers, progress, notes."""

from __future__ import annotations

import argparse
import math
import sys
import time
from collections.abc import Iterable

from engine.progress import Control
from engine.settings import DEVICES

BAR_CHARACTERS = 28
REDRAW_S = 0.1
PLAIN_LINE_S = 5.0


def number(text: str) -> float:
    """A finite number, for argparse."""
    value = float(text)
    if not math.isfinite(value):
        raise argparse.ArgumentTypeError(f"{text!r} is no finite number")
    return value


def add_region_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments that choose a time range and a band."""
    parser.add_argument("--start", type=number, metavar="S", help="start in seconds (default: the start)")
    parser.add_argument("--end", type=number, metavar="S", help="end in seconds, exclusive (default: the end)")
    parser.add_argument("--low", type=number, metavar="HZ", help="lower edge of the band (default: 0)")
    parser.add_argument("--high", type=number, metavar="HZ", help="upper edge of the band (default: half the rate)")


def add_model_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments that choose the model and where it computes."""
    parser.add_argument("--model", default="bundled", metavar="M", help="bundled (default), or a folder")
    parser.add_argument("--device", default="auto", metavar="D", help=f"one of {', '.join(DEVICES)} (default: auto)")


def add_reading_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments that say how damaged files are read."""
    parser.add_argument("--allow-truncated", action="store_true", help="read what is there of a file cut short")
    parser.add_argument("--repair-nonfinite", action="store_true", help="read NaN and Inf as zero")


class Progress:
    """Draws a job's progress on stderr: a bar on a terminal, plain lines now and then elsewhere."""

    def __init__(self) -> None:
        self._terminal = sys.stderr.isatty()
        self._stage, self._last_s, self._open = "", 0.0, False

    def control(self) -> Control:
        """A control that reports here."""
        return Control(report=self.report)

    def report(self, stage: str, done: int, of: int) -> None:
        """Show a stage's progress, if it is time to."""
        now = time.monotonic()
        new = stage != self._stage
        if not new and now - self._last_s < (REDRAW_S if self._terminal else PLAIN_LINE_S):
            return
        self._stage, self._last_s = stage, now
        share = done / of if of else 1.0
        if self._terminal:
            full = round(share * BAR_CHARACTERS)
            bar = "#" * full + "." * (BAR_CHARACTERS - full)
            print(f"\r\x1b[K{stage:<14} [{bar}] {share:4.0%}", end="", file=sys.stderr, flush=True)
            self._open = True
        else:
            print(f"{stage} {share:.0%}", file=sys.stderr, flush=True)

    def close(self) -> None:
        """Take the bar away."""
        if self._open:
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)
            self._open = False

    def __enter__(self) -> Progress:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()


def print_notes(notes: Iterable[str]) -> None:
    """Print each note once, on stderr."""
    for note in dict.fromkeys(notes):
        print(f"note: {note}", file=sys.stderr)
