"""What the commands share of talking to a terminal: numbers, arguments, progress, notes."""

from __future__ import annotations

import argparse
import math
import os
import shutil
import sys
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from engine.commands.stopping import look
from engine.errors import InputError
from engine.progress import Control
from engine.region import Region, region_of
from engine.reporting import TAKE_REPORTS
from engine.settings import DEVICES, MOST_STEPS

if TYPE_CHECKING:
    from engine.audio import Clip

BAR_CHARACTERS, SHORTEST_BAR = 28, 5
REDRAW_S = 0.1
PLAIN_LINE_S = 5.0
LONG_S = 600.0  # what is left of more is told in minutes
# Stages whose progress is counted in frames or hops of sound. That of all others is counted in steps, if they are few.
IN_FRAMES = (
    "reading",
    "checking",
    "analysing",
    "rendering",
    "rendering above the model's band",
    "measuring",
    "comparing",
    "writing",
)
UNITS = (("GB", 1e9), ("MB", 1e6), ("kB", 1e3))
LARGEST = 1e9  # seconds or Hz; a larger number is a mistake in any recording


def number(text: str) -> float:
    """A finite number, for argparse."""
    try:
        value = float(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no number") from None
    if not math.isfinite(value):
        raise argparse.ArgumentTypeError(f"{text!r} is no finite number")
    if abs(value) > LARGEST:
        raise argparse.ArgumentTypeError(f"{text!r} is too large a number")
    return value


def whole_number(text: str) -> int:
    """A whole number, for argparse."""
    try:
        return int(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no whole number") from None


def name(text: str) -> str:
    """A name that is not empty, for argparse; one that is, as of an unset variable, would mean the current folder."""
    if not text:
        raise argparse.ArgumentTypeError("the name is empty")
    return text


def file_name(text: str) -> Path:
    """A path, for argparse."""
    return Path(name(text))


def add_region_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments that choose a time range and a band."""
    group = parser.add_argument_group("region", "by default the whole recording; times are rounded to frames")
    group.add_argument("--start", type=number, metavar="S", help="start in seconds (default: the start)")
    group.add_argument("--end", type=number, metavar="S", help="end in seconds, exclusive (default: the end)")
    group.add_argument("--low", type=number, metavar="HZ", help="lower edge of the band (default: 0)")
    group.add_argument("--high", type=number, metavar="HZ", help="upper edge of the band (default: half the rate)")


def region_from(arguments: argparse.Namespace, frames: int, rate: int) -> Region:
    """The region that the arguments of `add_region_arguments` choose of ``frames`` frames at ``rate``.

    Raises:
        InputError: it lies outside the recording, or is empty.
    """
    return region_of(
        frames,
        rate,
        start_s=arguments.start,
        end_s=arguments.end,
        low_hz=arguments.low,
        high_hz=arguments.high,
    )


def open_from(arguments: argparse.Namespace, path: Path) -> Clip:
    """Open a recording as the arguments of `add_reading_arguments` say.

    Raises:
        RecordingError: it can't be read so.
    """
    from engine.audio import open_clip

    return open_clip(path, allow_truncated=arguments.allow_truncated, repair_nonfinite=arguments.repair_nonfinite)


def add_sound_output_arguments(parser: argparse.ArgumentParser, what: str, subtype: str) -> argparse._ArgumentGroup:
    """The arguments of commands that write sound: where, in which sample type, and how to tell of it.

    Args:
        what: is written, such as ``the result``.
        subtype: the sample type where none is named, in words.
    """
    group = parser.add_argument_group("output")
    group.add_argument(
        "-o",
        "--output",
        metavar="OUT",
        type=file_name,
        required=True,
        help=f"where to write {what}; its extension decides the format",
    )
    group.add_argument("--force", action="store_true", help="overwrite OUT if it exists")
    group.add_argument("--subtype", metavar="TYPE", help=f"sample type of OUT, such as PCM_16 (default: {subtype})")
    group.add_argument("--json", action="store_true", help="print one JSON object on stdout")
    return group


def add_model_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments that choose the model and where it computes."""
    group = parser.add_argument_group("model")
    group.add_argument(
        "--model",
        type=name,
        default="bundled",
        help="`bundled` (default), a folder in diffusers' layout, or a fetched OWNER/NAME; see `retake models --help`",
    )
    group.add_argument("--device", default="auto", help=f"where to compute: {', '.join(DEVICES)} (default: auto)")


def add_words_arguments(
    parser: argparse._ActionsContainer, prompt_beside: argparse._ActionsContainer | None = None
) -> None:
    """The arguments that tell a model in words what is wanted.

    Args:
        prompt_beside: a group of arguments that exclude each other, to which the prompt belongs.
    """
    (prompt_beside or parser).add_argument(
        "--prompt", metavar="TEXT", help="what it is to sound like, for models with text encoders"
    )
    parser.add_argument("--negative-prompt", metavar="TEXT", help="what it is not to sound like, for the same")
    parser.add_argument("--transcription", metavar="TEXT", help="the words that are said, for speech models")


def add_reading_arguments(parser: argparse.ArgumentParser) -> argparse._ArgumentGroup:
    """The arguments that say how damaged files are read."""
    group = parser.add_argument_group("damaged files")
    group.add_argument("--allow-truncated", action="store_true", help="read what is there of a file cut short")
    group.add_argument("--repair-nonfinite", action="store_true", help="read NaN and Inf as zero")
    return group


def check_plot(path: Path | None, sources: Iterable[Path]) -> None:
    """Refuse a place for a plot before any work is done; one that exists is drawn anew.

    Raises:
        InputError: it is no ``.png``.
        OutputError: it can't be written, or is one of the recordings.
    """
    check_beside("plot", path, (".png",), sources)


def add_report_argument(parser: argparse._ActionsContainer) -> None:
    """The argument that names a report."""
    parser.add_argument(
        "--report",
        metavar="OUT.html",
        type=file_name,
        action="append",
        default=[],
        help="write a page that shows and plays both with all measures; opens offline, overwritten if there. A name "
        "ending in .png has its picture, .json or .csv its numbers; may be given several times",
    )


def check_report(paths: Sequence[Path], sources: Sequence[Path]) -> None:
    """Refuse a place for a report before any work is done; one that exists is written anew.

    Raises:
        InputError: it is of no kind that a report has.
        OutputError: it can't be written, or is one of the recordings.
    """
    for path in paths:
        check_beside("report", path, TAKE_REPORTS, sources)


def check_apart(paths: Sequence[Path]) -> None:
    """Refuse two names for one file, of which only what is written last would be left; also through links.

    Raises:
        InputError: so it is.
    """
    found: dict[str, Path] = {}
    for path in paths:
        other = found.setdefault(os.path.realpath(path), path)
        if other is not path:
            raise InputError(f"{path} and {other} are the same file; another name is accepted")


def check_beside(what: str, path: Path | None, endings: tuple[str, ...], sources: Iterable[Path]) -> None:
    """Refuse a place for what is written beside the sound; nothing is refused where none is wanted.

    Raises:
        InputError: its name has none of the endings.
        OutputError: it can't be written, or is one of the recordings.
    """
    if path is None:
        return
    from engine.saving import check_place

    if path.suffix.lower() not in endings:
        raise InputError(f"{what} is {path}; a name ending in {' or '.join(endings)} is accepted")
    check_place(path, list(sources), True)


class Progress:
    """Draws a job's progress on stderr: a bar on a terminal, plain lines now and then elsewhere.

    Both tell which step of how many is being done, and how many seconds are left as the steps so far let one expect.
    With ``in_bytes`` what is counted are bytes, not steps.
    """

    def __init__(self, in_bytes: bool = False) -> None:
        self._in_bytes = in_bytes
        self._terminal = sys.stderr.isatty() and os.environ.get("TERM") != "dumb"
        self._last_s, self._open = 0.0, False
        self._stage, self._began_s, self._first, self._done = "", 0.0, 0, 0

    @property
    def stage(self) -> str:
        """The stage that was reported last."""
        return self._stage

    def control(self) -> Control:
        """A control that reports here, and stops where a signal could not."""
        return Control(report=self.report, cancelled=look)

    def report(self, stage: str, done: int, of: int, count: str | None = None) -> None:
        """Show a stage's progress, if it is time to; ``count`` is said in place of the step."""
        now = time.monotonic()
        new = stage != self._stage or done < self._done
        if new:
            self._stage, self._began_s, self._first = stage, now, done
        self._done = done
        if not new and now - self._last_s < (REDRAW_S if self._terminal else PLAIN_LINE_S):
            return
        self._last_s = now
        share = done / of if of else 1.0
        if count is None:
            count = byte_words(done, of) if self._in_bytes else step_words(stage, done, of)
        words = [count, left_words(now - self._began_s, done - self._first, of - done)]
        told = ", ".join(word for word in words if word)
        if self._terminal:
            # A line that wraps could not be taken away again; before words are lost, the bar gets shorter.
            columns = shutil.get_terminal_size().columns - 1
            rest = f"{stage:<14} [] {share:4.0%}  {told}"
            room = min(BAR_CHARACTERS, max(SHORTEST_BAR, columns - len(rest)))
            full = round(share * room)
            bar = "#" * full + "." * (room - full)
            line = f"{stage:<14} [{bar}] {share:4.0%}  {told}".rstrip()[:columns]
            print(f"\r\x1b[K{line}", end="", file=sys.stderr, flush=True)
            self._open = True
        else:
            line = f"{stage} {share:.0%}" if done else stage
            print(f"{line}, {told}" if told else line, file=sys.stderr, flush=True)

    def close(self) -> None:
        """Take the bar away."""
        if self._open:
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)
            self._open = False

    def __enter__(self) -> Progress:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()


def step_words(stage: str, done: int, of: int) -> str:
    """Which step is being done; nothing for a stage that has no steps to count."""
    if stage in IN_FRAMES or not 1 < of <= MOST_STEPS:
        return ""
    return f"step {min(done + 1, of)} of {of}"


def byte_words(done: int, of: int) -> str:
    """How many bytes of how many."""
    return f"{sized(done)} of {sized(of)}"


def sized(count: int) -> str:
    """A number of bytes, for reading."""
    unit, factor = next(((unit, factor) for unit, factor in UNITS if count >= factor), ("bytes", 1.0))
    return f"{count} bytes" if factor == 1.0 else f"{count / factor:.1f} {unit}"


def left_words(elapsed_s: float, done: int, left: int) -> str:
    """How long ``left`` steps take if ``done`` took ``elapsed_s``; nothing before the first is done, or at the end."""
    if done <= 0 or left <= 0:
        return ""
    left_s = elapsed_s * left / done
    return f"{math.ceil(left_s)} s left" if left_s <= LONG_S else f"{math.ceil(left_s / 60)} min left"


def print_notes(notes: Iterable[str]) -> None:
    """Print each note once, on stderr."""
    for note in dict.fromkeys(notes):
        print(f"note: {one_line(note)}", file=sys.stderr)


def one_line(message: str) -> str:
    """A message as one line that neither breaks nor colours the terminal, whatever a file's name brought into it."""
    return "".join(c if c.isprintable() or 0xDC80 <= ord(c) <= 0xDCFF else _escaped(c) for c in message)


def _escaped(character: str) -> str:
    """A character that would, written out; a line break becomes a space."""
    return " " if character in "\r\n" else character.encode("unicode_escape").decode()
