"""Pictures of a comparison as PNG, drawn without a display and without pyplot's global state.

Waveforms are min/max envelopes: no peak is lost however long the recording. Spectrograms are calibrated:
a full-scale sine reads 0 dBFS. Original, result and difference share one scale per row; the spectrogram's
difference is that of the difference signal, the mel's is the change of level on a diverging scale. Matplotlib
loads with the first picture.
"""

from __future__ import annotations

import io
import logging
import math
import warnings
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from engine.errors import InputError
from engine.filterbank import hz_to_mel
from engine.metrics import DB_PER_NEPER, MEL_BANDS, MEL_FLOOR, MEL_HIGH_HZ, Samples, mel_pair

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.image import AxesImage

Picture = npt.NDArray[np.float64]

# It tells of font caches and read-only homes, which concern nobody here.
logging.getLogger("matplotlib").setLevel(logging.ERROR)

DPI, WIDTH_PX = 140, 1400
WEBP_QUALITY = 85
COLUMNS = 900  # of a spectrogram, or of a waveform's envelope
N_FFT, HOP = 2048, 512
RANGE_DB = 90.0
MEL_RANGE_DB = 80.0
SILENCE_DB = -60.0  # a quieter recording isn't drawn as if it were loud
MEL_DIFFERENCE_DB = 24.0
DRAWN_CHANNELS = 2
MINUS = "\N{MINUS SIGN}"
TITLES = ("Original", "Result", f"Result {MINUS} original")
INK, MUTED, RULE, BLUE, GREEN = "#1f2328", "#59636e", "#d1d9e0", "#2b5f9e", "#2f7d59"
LEVELS, DIVERGING = "magma", "RdBu_r"
STYLE: dict[Any, Any] = {  # Matplotlib types its keys by name
    "font.family": "DejaVu Sans",
    "font.size": 8.0,
    "axes.titlesize": 9.0,
    "axes.titleweight": "bold",
    "axes.labelsize": 8.0,
    "axes.edgecolor": MUTED,
    "axes.linewidth": 0.6,
    "axes.labelcolor": INK,
    "text.color": INK,
    "xtick.color": MUTED,
    "ytick.color": MUTED,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "xtick.major.width": 0.6,
    "ytick.major.width": 0.6,
    "xtick.labelsize": 7.5,
    "ytick.labelsize": 7.5,
}


def comparison_figure(
    reference: Samples,
    result: Samples,
    rate: int,
    title: str,
    *,
    start_s: float = 0.0,
    marks_s: Sequence[float] = (),
    form: str = "png",
) -> bytes:
    """Picture, 1400 px wide: waveform, spectrogram and mel (rows) of original, result and difference (columns).

    Args:
        reference, result: float32 ``(channels, frames)`` of one shape, up to about a minute.
        rate: in Hz.
        title: printed over the picture.
        start_s: the time that the axis begins with.
        marks_s: times of dashed lines, such as a region's edges; those outside or at an end aren't drawn.
        form: ``png``, or ``webp``, which is a sixth as large and not quite exact.

    Raises:
        InputError: shapes differ or hold nothing.
    """
    if reference.ndim != 2 or reference.shape != result.shape or not reference.size:
        raise InputError(
            f"reference has shape {reference.shape}, result {result.shape}; "
            "accepted: (channels, frames), the same for both, at least one frame"
        )
    from matplotlib import rc_context

    signals = [np.nan_to_num(reference), np.nan_to_num(result), np.nan_to_num(result - reference)]
    with rc_context(STYLE):
        figure = new_figure(6.9)
        figure.text(0.06, 0.975, plain(title), ha="left", va="top", fontsize=11, fontweight="bold")
        figure.text(0.06, 0.944, _caption(reference, rate), ha="left", va="top", color=MUTED)
        grid = figure.add_gridspec(
            3, 9,
            width_ratios=(1, 0.06, 1, 0.03, 0.035, 0.24, 1, 0.03, 0.035), height_ratios=(0.75, 1, 1),
            left=0.06, right=0.938, top=0.868, bottom=0.072, wspace=0, hspace=0.2,
        )  # fmt: skip
        axes = [[figure.add_subplot(grid[row, column]) for column in (0, 2, 6)] for row in range(3)]
        bars = [[figure.add_subplot(grid[row, column]) for column in (4, 8)] for row in (1, 2)]
        _draw_waveforms(axes[0], signals)
        _draw_spectrograms(axes[1], bars[0], signals, rate)
        _draw_mels(axes[2], bars[1], signals[0], signals[1], rate)
        length_s = reference.shape[1] / rate
        _share_axes(axes, start_s, length_s)
        _draw_marks(axes, [(mark_s - start_s) / length_s for mark_s in marks_s])
        return as_image(figure, form)


def stages_figure(rows: Sequence[tuple[str, float | None, float | None]]) -> bytes:
    """PNG of what each stage costs: a bar for the mel error and one for the SI-SDR.

    Args:
        rows: (name of the stage, mel error in dB, SI-SDR in dB), the first on top; None where there is none.
    """
    from matplotlib import rc_context

    names = [plain(name) for name, _, _ in rows]
    with rc_context(STYLE):
        figure = new_figure(1.05 + 0.34 * max(1, len(rows)))
        left, right = figure.subplots(1, 2, sharey=True)
        _draw_bars(left, [row[1] for row in rows], "Mel error (dB), lower is better", BLUE)
        _draw_bars(right, [row[2] for row in rows], "SI-SDR (dB), higher is better", GREEN)
        left.set_yticks(range(len(names)), names, fontsize=8.5)
        left.set_ylim(len(names) - 0.4, -0.6)
        figure.tight_layout(w_pad=3)
        return as_image(figure)


def new_figure(height_in: float) -> Figure:
    """An empty figure of the pictures' width."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(WIDTH_PX / DPI, height_in), dpi=DPI, facecolor="white")
    FigureCanvasAgg(figure)
    return figure


def as_image(figure: Figure, form: str = "png") -> bytes:
    """A figure's bytes as PNG or WebP."""
    buffer = io.BytesIO()
    with warnings.catch_warnings():
        # The font that Matplotlib brings lacks some scripts; a name in one of them is drawn as boxes.
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")
        if form == "webp":
            figure.savefig(buffer, format=form, pil_kwargs={"quality": WEBP_QUALITY})
        else:
            # No version and no date: the same sound gives the same bytes.
            figure.savefig(buffer, format=form, metadata={"Software": None})
    return buffer.getvalue()


def _caption(reference: Samples, rate: int) -> str:
    channels, frames = reference.shape
    names = {1: "mono", 2: "stereo, left above right"}
    layout = names.get(channels, f"{channels} channels, waveforms of the first {DRAWN_CHANNELS}")
    together = "" if channels == 1 else ", spectra over all channels"
    length = f"{frames / rate:.2f} s" if frames >= rate / 10 else f"{1000 * frames / rate:.3g} ms"
    return f"{length} at {rate / 1000:g} kHz, {layout}{together}"


def plain(text: str) -> str:
    """Text that Matplotlib doesn't take for mathematics, without what no font can draw."""
    return text.encode("utf-8", "replace").decode().replace("$", r"\$")


def _draw_waveforms(axes: Sequence[Axes], signals: Sequence[Samples]) -> None:
    lanes = min(len(signals[0]), DRAWN_CHANNELS)
    limit = max(float(np.abs(signal[:lanes]).max()) for signal in signals) or 1.0
    tick = _tick_below(0.9 * limit)
    centres = [-2.2 * lane for lane in range(lanes)]
    for axis, signal, colour in zip(axes, signals, (BLUE, BLUE, INK), strict=True):
        for centre, channel in zip(centres, signal, strict=False):
            _draw_envelope(axis, channel / limit, centre, colour)
        places = [centre + step * tick / limit for centre in centres for step in (1, 0, -1)]
        axis.set_yticks(places, [_number(step * tick) for _ in centres for step in (1, 0, -1)])
        axis.set_ylim(centres[-1] - 1.1, 1.1)
        axis.spines[["top", "right"]].set_visible(False)
        _note(axis, _level_text(signal))
    axes[0].set_ylabel("Amplitude")


def _draw_envelope(axis: Axes, channel: Samples, centre: float, colour: str) -> None:
    low, high = _envelope(channel)
    axis.axhline(centre, color=RULE, linewidth=0.6, zorder=0)
    # The edge gives silence the height of a hair: a line, not nothing.
    places = np.linspace(0, 1, len(low))
    axis.fill_between(places, low + centre, high + centre, color=colour, linewidth=0.5)


def _tick_below(limit: float) -> float:
    """Greatest of 1, 2 and 5 times a power of ten that is at most `limit`."""
    power = 10.0 ** math.floor(math.log10(limit))
    return power * max(step for step in (1, 2, 5) if step * power <= limit * 1.000001)


def _number(value: float) -> str:
    return f"{value:.3g}".replace("-", MINUS)


def _note(axis: Axes, text: str) -> None:
    axis.text(1, 1.025, text, transform=axis.transAxes, ha="right", va="bottom", color=MUTED, fontsize=7.5)


def _envelope(channel: Samples) -> tuple[Picture, Picture]:
    """Least and greatest sample of each of at most `COLUMNS` stretches, two at least."""
    count = max(2, min(COLUMNS, len(channel)))
    edges = np.linspace(0, len(channel), count + 1)
    starts = np.minimum(edges[:-1].astype(int), len(channel) - 1)
    low = np.minimum.reduceat(channel, starts).astype(np.float64)
    high = np.maximum.reduceat(channel, starts).astype(np.float64)
    return low, high


def _level_text(signal: Samples) -> str:
    rms = float(np.sqrt(np.mean(np.square(signal, dtype=np.float64))))
    return f"{20 * math.log10(rms):.1f} dBFS rms".replace("-", MINUS) if rms > 0 else "silence"


def _draw_spectrograms(axes: Sequence[Axes], bars: Sequence[Axes], signals: Sequence[Samples], rate: int) -> None:
    levels_db = [_spectrogram_db(signal) for signal in signals]
    loud_db = max(float(np.percentile(level_db, 99.9)) for level_db in levels_db[:2])
    top = 10.0 * math.ceil(max(loud_db, SILENCE_DB) / 10.0)
    for axis, level_db in zip(axes, levels_db, strict=True):
        image = _draw_image(axis, level_db, rate / 2000, LEVELS, top - RANGE_DB, top)
    axes[0].set_ylabel("Frequency (kHz)")
    _note(axes[2], "spectrum of the difference signal")
    for bar in bars:
        _draw_bar(bar, image, "dBFS")


def _draw_mels(axes: Sequence[Axes], bars: Sequence[Axes], reference: Samples, result: Samples, rate: int) -> None:
    pair = np.stack(mel_pair(reference, result, rate))
    if not pair.shape[1]:
        pair = np.full((2, 1, MEL_BANDS), math.log(MEL_FLOOR))
    floor_db = DB_PER_NEPER * math.log(MEL_FLOOR)
    levels_db = DB_PER_NEPER * _pool(pair)
    peak_db = max(float(levels_db[0].max()), floor_db + 40)
    for axis, level_db in zip(axes, levels_db, strict=False):
        bottom = max(-MEL_RANGE_DB, floor_db - peak_db)
        image = _draw_image(axis, level_db - peak_db, MEL_BANDS, LEVELS, bottom, 0)
    difference_db = DB_PER_NEPER * _pool(pair[1] - pair[0])
    span = MEL_DIFFERENCE_DB
    change = _draw_image(axes[2], difference_db, MEL_BANDS, DIVERGING, -span, span)
    places = (200, 500, 1000, 2000, 4000, 8000)
    for axis in axes:
        heights = MEL_BANDS * hz_to_mel(places) / hz_to_mel(MEL_HIGH_HZ)
        axis.set_yticks(heights, [f"{place / 1000:g}" for place in places])
    axes[0].set_ylabel(f"{MEL_BANDS} mel bands (kHz)")
    _note(axes[2], "change of level")
    _draw_bar(bars[0], image, "dB re the original's peak")
    _draw_bar(bars[1], change, f"dB, result {MINUS} original")


def _spectrogram_db(signal: Samples) -> Picture:
    """Level ``(at most COLUMNS, F)``, power averaged over channels; 0 dB is a full-scale sine."""
    from scipy.fft import rfft

    padded = np.pad(signal, ((0, 0), (N_FFT // 2, N_FFT // 2)))
    frames = np.lib.stride_tricks.sliding_window_view(padded, N_FFT, axis=1)[:, ::HOP]
    window = np.hanning(N_FFT + 1)[:-1].astype(np.float32)
    scale = 2.0 / float(window.sum())
    # One channel and one stretch of frames at a time: a minute of 32 channels at 192 kHz is 20 GB of frames.
    power = np.zeros((frames.shape[1], N_FFT // 2 + 1), np.float32)
    for channel in frames:
        for start in range(0, len(channel), 1024):
            stretch = slice(start, start + 1024)
            power[stretch] += np.abs(scale * rfft(channel[stretch] * window, axis=-1)) ** 2
    level_db: Picture = 10 * np.log10(np.maximum(_pool(power / len(signal)), 1e-20))
    return level_db


def _pool(picture: npt.NDArray[np.floating]) -> Picture:
    """Means along time, the last axis but one, down to at most `COLUMNS`."""
    frames = picture.shape[-2]
    if frames <= COLUMNS:
        return picture.astype(np.float64)
    edges = np.linspace(0, frames, COLUMNS + 1).astype(int)
    sums = np.add.reduceat(picture, edges[:-1], axis=-2, dtype=np.float64)
    return np.asarray(sums / np.diff(edges)[:, None])


def _draw_image(axis: Axes, picture: Picture, height: float, colours: str, low: float, high: float) -> AxesImage:
    # (T, F) -> (F, T), low frequencies at the bottom
    return axis.imshow(
        picture.T, origin="lower", aspect="auto", extent=(0, 1, 0, height), cmap=colours, vmin=low, vmax=high,
        interpolation="antialiased", interpolation_stage="data",
    )  # fmt: skip


def _draw_bar(axis: Axes, image: AxesImage, label: str) -> None:
    from matplotlib.ticker import MaxNLocator

    figure = axis.get_figure(root=True)
    assert figure is not None
    bar = figure.colorbar(image, cax=axis, ticks=MaxNLocator(6, steps=(1, 2, 5, 10)))
    bar.set_label(label, labelpad=4)
    bar.outline.set_visible(False)


def _draw_marks(axes: Sequence[Sequence[Axes]], places: Sequence[float]) -> None:
    """Dashed lines, light over the dark pictures."""
    for place in places:
        if not 0 < place < 1:
            continue
        for row, colours in zip(axes, ((INK,) * 3, ("white",) * 3, ("white", "white", INK)), strict=True):
            for axis, colour in zip(row, colours, strict=True):
                axis.axvline(place, color=colour, linewidth=0.9, linestyle=(0, (4, 3)))


def _share_axes(axes: Sequence[Sequence[Axes]], start_s: float, length_s: float) -> None:
    """Time below, names above, numbers at the left only: every column and row has one scale."""
    from matplotlib.ticker import MaxNLocator

    unit, factor = ("s", 1.0) if length_s >= 0.2 else ("ms", 1000.0)
    start, length = start_s * factor, length_s * factor
    near = MaxNLocator(5, steps=(1, 2, 5, 10)).tick_values(start, start + length)
    ticks = [tick for tick in near if start <= tick <= start + length]
    for row in axes:
        for axis in row:
            axis.set_xlim(0, 1)
            axis.set_xticks([(tick - start) / length for tick in ticks], [])
        for axis in row[1:]:
            axis.tick_params(axis="y", labelleft=False, length=0)
    for axis in (*axes[0], *axes[1]):
        axis.tick_params(axis="x", length=0)
    for axis, name in zip(axes[0], TITLES, strict=True):
        axis.set_title(name, loc="left", pad=5)
    for axis in axes[-1]:
        axis.set_xticklabels([f"{tick:.10g}" for tick in ticks])
        axis.set_xlabel(f"Time ({unit})")


def _draw_bars(axis: Axes, values: Sequence[float | None], label: str, colour: str) -> None:
    known = [value if value is not None and math.isfinite(value) else None for value in values]
    axis.barh(range(len(known)), [value or 0.0 for value in known], color=colour, height=0.62)
    longest = max((abs(value) for value in known if value is not None), default=0.0) or 1.0
    for place, value in enumerate(known):
        text = "n/a" if value is None else f"{value:.2f}".replace("-", MINUS)
        end = max(value or 0.0, 0.0) + 0.015 * longest
        axis.text(end, place, text, va="center", color=MUTED if value is None else INK)
    lowest = min((value for value in known if value is not None), default=0.0)
    axis.set_xlim(min(0.0, 1.05 * lowest), 1.15 * longest)
    axis.axvline(0, color=MUTED, linewidth=0.6)
    axis.set_title(label, loc="left")
    axis.tick_params(axis="y", length=0)
    axis.spines[["top", "right", "left"]].set_visible(False)
