"""Round numbers for rulers, as many as fit without touching each other."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal, get_args

from desktop.views.frequency_scale import FrequencyAxis
from desktop.views.level_axis import LevelAxis

TimeUnit = Literal["clock", "seconds", "samples"]
TIME_UNITS: tuple[TimeUnit, ...] = get_args(TimeUnit)
LevelUnit = Literal["dBFS", "linear"]
LEVEL_UNITS: tuple[LevelUnit, ...] = get_args(LevelUnit)

CLOCK_STEPS_S = (10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 36000, 86400)
MINUS = "\N{MINUS SIGN}"
# The roundest first: they are placed first.
LEVELS_DB = (12, 6, 0, -6, -12, -24, -48, -72, -96, -18, -36, -60, -84, -3, -9, -15, -30, -42, -54, -66, -78, -90)


@dataclass(frozen=True)
class Tick:
    """A mark on a ruler: where (frame, Hz or amplitude) and what stands beside it; nothing at a small one."""

    at: float
    label: str = ""


def decimal_steps(smallest: float) -> Iterator[float]:
    """1, 2, 5, 10, 20 ... times a power of ten, from ``smallest`` on."""
    exponent = math.floor(math.log10(smallest) + 1e-9)
    while True:
        for mantissa in (1, 2, 5):
            step = mantissa * 10.0**exponent
            if step >= smallest * (1 - 1e-9):
                yield step
        exponent += 1


def time_steps(unit: TimeUnit, rate: int) -> Iterator[float]:
    """Distances of ticks, rising: in frames for samples, else in seconds."""
    if unit == "samples":
        yield from decimal_steps(1.0)
        return
    for step in decimal_steps(10.0 ** math.floor(math.log10(1 / rate))):
        if unit == "clock" and step >= 10:
            break
        yield step
    yield from CLOCK_STEPS_S


def time_text(frame: float, rate: int, unit: TimeUnit, decimals: int) -> str:
    """A time as text, ``decimals`` digits after the second's point: ``90000``, ``1.875``, ``1:02:03.500``."""
    if unit == "samples":
        return f"{round(frame)}"
    seconds = round(frame / rate, decimals)
    if unit == "seconds":
        return f"{seconds:.{decimals}f}"
    minutes, rest = divmod(seconds, 60)
    hours, minutes = divmod(int(minutes), 60)
    width = 2 if decimals == 0 else 3 + decimals
    tail = f"{rest:0{width}.{decimals}f}"
    return f"{hours}:{minutes:02d}:{tail}" if hours else f"{minutes}:{tail}"


def time_ticks(
    start: float, stop: float, rate: int, unit: TimeUnit, width: float, measure: Callable[[str], float], gap: float
) -> list[Tick]:
    """Ticks from ``start`` to ``stop`` (frames) on ``width`` pixels; ``measure`` gives a label's width.

    The labels stand right of their ticks, at least ``gap`` pixels apart.
    """
    per_unit = 1.0 if unit == "samples" else float(rate)
    pixels = width / (stop - start) * per_unit
    smaller: list[float] = []
    for step in time_steps(unit, rate):
        decimals = max(0, -math.floor(math.log10(step) + 1e-9)) if unit != "samples" else 0
        longest = max(measure(time_text(at, rate, unit, decimals)) for at in (start, stop))
        if step * pixels >= longest + gap or step * per_unit > 2 * (stop - start):
            break
        smaller.append(step)
    small = _minor_step(step, smaller, pixels, gap / 2)
    first, last = math.ceil(start / per_unit / small - 1e-9), math.floor(stop / per_unit / small + 1e-9)
    each = round(step / small)
    ticks = [Tick(k * small * per_unit) for k in range(first, last + 1) if k % each]
    first, last = math.ceil(start / per_unit / step - 1e-9), math.floor(stop / per_unit / step + 1e-9)
    large = [k * step * per_unit for k in range(first, last + 1)]
    return ticks + [Tick(at, time_text(at, rate, unit, decimals)) for at in large]


def frequency_text(hz: float) -> str:
    """A frequency as short as it gets: ``50``, ``1k``, ``12.5k``."""
    if hz < 1000:
        return f"{hz:g}"
    return f"{hz / 1000:.6g}k"


def frequency_ticks(axis: FrequencyAxis, height: float, gap: float) -> list[Tick]:
    """Ticks on ``height`` pixels, their labels' middles at least ``gap`` pixels apart; rounder numbers come first."""
    if axis.scale == "linear":
        span = axis.high_hz - axis.low_hz
        loose = 1.5 if height >= 10 * gap else 1.0  # a tall ruler of close labels is hard to read
        step = next(step for step in decimal_steps(0.1) if step / span * height >= loose * gap)
        first, last = math.ceil(axis.low_hz / step - 1e-9), math.floor(axis.high_hz / step + 1e-9)
        candidates = [k * step for k in range(first, last + 1)]
    else:
        candidates = _round_frequencies(axis.low_hz, axis.high_hz)
    placed: list[tuple[float, float]] = []
    for hz in candidates:
        y = axis.y_at(hz, height)
        if gap / 2 <= y <= height - gap / 2 and all(abs(y - other) >= gap for _, other in placed):
            placed.append((hz, y))
    return [Tick(hz, frequency_text(hz)) for hz, _ in placed]


def level_ticks(axis: LevelAxis, unit: LevelUnit, height: float, gap: float) -> list[Tick]:
    """Ticks of a waveform's lane of ``height`` pixels, above and below its middle."""
    values = _levels_db(axis) if unit == "dBFS" else _levels_linear(axis, height, gap)
    placed, ticks = [height / 2], []
    for value, label in values:
        y = axis.y_at(value, height)
        if y >= gap / 2 and all(abs(y - other) >= gap for other in placed):
            ticks += [Tick(value, label), Tick(-value, label)]
            placed.append(y)
    zero = f"{MINUS}∞" if unit == "dBFS" else "0"
    return [*ticks, Tick(0.0, zero)] if height >= gap else []


def _levels_db(axis: LevelAxis) -> list[tuple[float, str]]:
    return [(10 ** (db / 20), f"{db}".replace("-", MINUS)) for db in LEVELS_DB if 10 ** (db / 20) <= axis.top]


def _levels_linear(axis: LevelAxis, height: float, gap: float) -> list[tuple[float, str]]:
    step = next(step for step in decimal_steps(1e-6) if step / axis.top * height / 2 >= gap)
    return [(k * step, f"{k * step:.6g}") for k in range(math.floor(axis.top / step + 1e-9), 0, -1)]


def _minor_step(step: float, smaller: list[float], pixels: float, least: float) -> float:
    """The smallest round step that divides ``step`` and leaves ``least`` pixels between ticks."""
    for other in smaller:
        parts = step / other
        if abs(parts - round(parts)) < 1e-6 and other * pixels >= least:
            return other
    return step


def _round_frequencies(low_hz: float, high_hz: float) -> list[float]:
    """Frequencies of a band, the roundest first: 1, 2, 5 times powers of ten, then multiples of smaller steps."""
    found: dict[float, None] = {}
    for exponent in range(5, 0, -1):
        for mantissa in (1, 5, 2):
            found[mantissa * 10.0**exponent] = None
    for exponent in range(5, -2, -1):
        for mantissa in (5, 2, 1):
            step = mantissa * 10.0**exponent
            first, last = math.ceil(low_hz / step), math.floor(high_hz / step)
            if last - first <= 100:
                found |= dict.fromkeys(k * step for k in range(first, last + 1))
    return [hz for hz in found if low_hz <= hz <= high_hz]
