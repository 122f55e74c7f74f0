"""One picture of how the main measures of a set are distributed: a strip of points and a box by variant.

The box holds the middle half, the line in it is the median. One scale a measure for all variants, one for the three
bands. Far outliers are drawn as triangles at the edge, so that they don't press the rest together, and are counted.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from engine.plots import BLUE, GREEN, INK, MUTED, RULE, STYLE, as_image, new_figure, plain
from engine.reporting.set_measures import MAIN_MEASURES, Row, SetMeasure
from engine.reporting.statistics import by_variant, quantile, spread, values_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

COLUMNS = 4
FAR = 4.0  # times the middle half's width outside it
GOLDEN = 0.5 * (math.sqrt(5) - 1)  # multiples of it, modulo 1, spread points without clumps
LONGEST_NAME, LONGEST_TITLE = 22, 100


def distributions_figure(rows: Sequence[Row], title: str) -> bytes:
    """PNG, 1400 px wide; a panel a measure, a line a variant, a title above."""
    from matplotlib import rc_context

    variants = by_variant(rows) or {"": []}
    lines = -(-len(MAIN_MEASURES) // COLUMNS)
    panel_in = 0.55 + 0.34 * max(2, len(variants))
    with rc_context(STYLE):
        figure = new_figure(0.75 + lines * (panel_in + 0.62))
        left = 0.025 if list(variants) == [""] else 0.135
        height_in = figure.get_size_inches()[1]
        done = sum(row.outcome.is_done for row in rows)
        heading = plain(f"{shortened(title)}: {done} of {len(rows)} done")
        figure.text(0.025, 1 - 0.08 / height_in, heading, va="top", fontsize=10, fontweight="bold")
        axes = figure.subplots(
            lines, COLUMNS, squeeze=False,
            gridspec_kw={
                "left": left, "right": 0.985, "top": 1 - 0.62 / height_in, "bottom": 0.46 / height_in,
                "wspace": 0.12, "hspace": 0.72 / panel_in,
            },
        )  # fmt: skip
        band_limits = limits(
            [value for measure in MAIN_MEASURES if is_band(measure) for value in values_of(rows, measure.key)]
        )
        for place, (axis, measure) in enumerate(zip(axes.flat, MAIN_MEASURES, strict=True)):
            within = band_limits if is_band(measure) else limits(values_of(rows, measure.key))
            draw_panel(axis, variants, measure, within)
            names = [plain(shortened(variant, LONGEST_NAME)) for variant in variants]
            axis.set_yticks(range(len(variants)), names if place % COLUMNS == 0 else [""] * len(variants))
        return as_image(figure)


def is_band(measure: SetMeasure) -> bool:
    """Whether it shares its scale with the other bands."""
    return measure.key.startswith("band_retention.")


def limits(values: Sequence[float]) -> tuple[float, float] | None:
    """What an axis must reach over: all finite values but far outliers; None where there is no value."""
    ranked = sorted(value for value in values if math.isfinite(value))
    if not ranked:
        return None
    lower, upper = quantile(ranked, 0.25), quantile(ranked, 0.75)
    reach = FAR * (upper - lower)
    low, high = max(ranked[0], lower - reach), min(ranked[-1], upper + reach)
    room = 0.06 * (high - low) or 0.02 * abs(high) or 1.0
    return low - room, high + room


def draw_panel(
    axis: Axes, variants: Mapping[str, Sequence[Row]], measure: SetMeasure, within: tuple[float, float] | None
) -> None:
    """Title, scale, and a line a variant."""
    from matplotlib.ticker import MaxNLocator

    axis.set_title(plain(measure.heading), loc="left", pad=5)
    axis.set_ylim(len(variants) - 0.4, -0.6)
    axis.spines[["top", "right", "left"]].set_visible(False)
    axis.tick_params(axis="y", length=0)
    if within is None:
        rows = [row for of in variants.values() for row in of]
        axis.text(0.5, 0.5, why_none(rows, measure), transform=axis.transAxes, ha="center", va="center", color=MUTED)
        axis.set_xticks([])
        return
    axis.set_xlabel(measure.hint, color=MUTED)
    axis.set_xlim(*within)
    axis.xaxis.set_major_locator(MaxNLocator(4, steps=(1, 2, 5, 10)))
    axis.ticklabel_format(axis="x", useOffset=False, style="plain")
    axis.grid(axis="x", color=RULE, linewidth=0.5)
    axis.set_axisbelow(True)
    if measure.aim is not None and within[0] < measure.aim < within[1]:
        axis.axvline(measure.aim, color=GREEN, linewidth=1.0, zorder=1)
    outside = 0
    for height, of in enumerate(variants.values()):
        values = values_of(of, measure.key)
        if values:
            outside += draw_line(axis, height, values, within)
        else:
            axis.text(
                0.02, height, why_none(of, measure), transform=axis.get_yaxis_transform(), va="center", color=MUTED
            )
    if outside:
        axis.text(
            1, 1.02, f"{outside} beyond", transform=axis.transAxes, ha="right", va="bottom", color=MUTED, fontsize=7
        )


def why_none(rows: Sequence[Row], measure: SetMeasure) -> str:
    """Why there is nothing to draw."""
    return "says nothing: phase is invented" if any(measure.key in row.hidden for row in rows) else "no values"


def draw_line(axis: Axes, height: float, values: Sequence[float], within: tuple[float, float]) -> int:
    """Points and box of one variant; returns how many lie beyond the axis."""
    low, high = within
    inside = [value for value in values if low <= value <= high]
    heights = [height + 0.6 * ((place * GOLDEN) % 1 - 0.5) for place in range(len(inside))]
    alpha = max(0.15, min(0.8, 12 / math.sqrt(1 + 10 * len(inside))))
    axis.scatter(inside, heights, s=7, color=BLUE, alpha=alpha, linewidths=0)
    for beyond, edge, marker in (
        ([value for value in values if value < low], low, "<"),
        ([value for value in values if value > high], high, ">"),
    ):
        if beyond:
            axis.scatter([edge], [height], s=26, color=INK, marker=marker, linewidths=0, clip_on=False, zorder=4)
    middle = spread(values)
    if middle.median is not None and middle.lower_quartile is not None and middle.upper_quartile is not None:
        first, last = max(low, middle.lower_quartile), min(high, middle.upper_quartile)
        axis.barh(
            height, last - first, left=first, height=0.72, facecolor="none", edgecolor=INK, linewidth=0.9, zorder=3
        )
        median = min(high, max(low, middle.median))
        axis.plot([median] * 2, [height - 0.36, height + 0.36], color=INK, linewidth=2.2, zorder=3)
    return len(values) - len(inside)


def shortened(name: str, longest: int = LONGEST_TITLE) -> str:
    """A name, cut where it would run out of the picture."""
    return name if len(name) <= longest else f"{name[: longest - 1]}\N{HORIZONTAL ELLIPSIS}"
