"""Times as they are typed and read back: samples, seconds, or hours, minutes and seconds."""

from __future__ import annotations

import math
import re
from typing import Literal, get_args

TimeUnit = Literal["clock", "seconds", "samples"]
TIME_UNITS: tuple[TimeUnit, ...] = get_args(TimeUnit)
SECONDS = re.compile(r"(?:(?:(\d+):)?(\d+):)?(\d*[.,]?\d*)\s*s?")


def time_text(frames: int, rate: int, unit: TimeUnit) -> str:
    """A place or a length as text: ``90000``, ``1.8750``, ``1:02:03.500``; the last digit is rounded."""
    if unit == "samples":
        return str(frames)
    if unit == "seconds":
        return f"{frames / rate:.4f}"
    thousandths = round(frames / rate * 1000)
    minutes, rest = divmod(thousandths, 60_000)
    hours, minutes = divmod(minutes, 60)
    tail = f"{rest // 1000:02d}.{rest % 1000:03d}"
    return f"{hours}:{minutes:02d}:{tail}" if hours else f"{minutes}:{tail}"


def parsed_time(text: str, rate: int, unit: TimeUnit) -> int:
    """The frame that a text means. A colon means minutes in every unit; a plain number is in the unit.

    Raises:
        ValueError: it is no time.
    """
    text = text.strip()
    if unit == "samples" and ":" not in text:
        digits = text.replace(" ", "")
        if not digits.isdecimal():
            raise ValueError(f"{text!r} is no number of samples")
        return int(digits)
    found = SECONDS.fullmatch(text)
    number = found and found[3].replace(",", ".")
    if not found or not number or number == ".":
        raise ValueError(f"{text!r} is no time")
    seconds = int(found[1] or 0) * 3600 + int(found[2] or 0) * 60 + float(number)
    if not math.isfinite(seconds):
        raise ValueError(f"{text!r} is no time")
    return round(seconds * rate)


def parsed_hz(text: str) -> float:
    """The frequency that a text means: ``440``, ``12.5k``, ``8 kHz``.

    Raises:
        ValueError: it is none.
    """
    bare = text.strip().lower().removesuffix("hz").strip().replace(",", ".")
    factor = 1000.0 if bare.endswith("k") else 1.0
    hz = float(bare.removesuffix("k").strip()) * factor
    if not math.isfinite(hz):
        raise ValueError(f"{text!r} is no frequency")
    return hz


def hz_text(hz: float) -> str:
    """A frequency in whole hertz where it is one, else with what it has after the point."""
    return f"{hz:.0f}" if hz == round(hz) else f"{hz:.2f}".rstrip("0").rstrip(".")
