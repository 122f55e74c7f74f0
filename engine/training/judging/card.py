"""The measured part of a model's card: what must hold, what was measured, and whether it holds.

Everything between the two marker lines is replaced, and nothing else is touched.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from engine.errors import InputError
from engine.saving import written_whole
from engine.training.judging.lines import Column, Line, at_least, at_most, within
from engine.training.judging.medians import KIND_NAMES
from engine.training.judging.restorations import LINES as RESTORED_LINES

BEGIN, END = "<!-- measured -->", "<!-- /measured -->"


def _gap_lines(gap_ms: int) -> list[Line]:
    def key(name: str) -> str:
        return f"{name}_{gap_ms}"

    title = f"gaps of {gap_ms} ms"
    return [
        Line(f"{title}: mel error of linear interpolation, dB", "gaps", key("interpolation_db")),
        Line(
            f"{title}: of the mean of 8 samples, dB",
            "gaps",
            key("mean_db"),
            wanted="< interpolation",
            holds=lambda column: column[key("mean_db")] < column[key("interpolation_db")],
        ),
        Line(f"{title}: of one sample, dB", "gaps", key("one_db")),
        Line(
            f"{title}: level of one sample off by, dB",
            "gaps",
            key("level_db"),
            wanted="≤ 2",
            holds=at_most(key("level_db"), 2),
        ),
        Line(
            f"{title}: texture of one sample",
            "gaps",
            key("texture"),
            wanted="0.8 to 1.25",
            holds=within(key("texture"), 0.8, 1.25),
        ),
        Line(f"{title}: texture of linear interpolation", "gaps", key("texture_interpolation")),
    ]


def _flat_as_real(column: Column) -> bool:
    return column["flatness_low"] <= column["flatness"] <= column["flatness_high"]


def _vocoder_wins(name: str) -> Callable[[Column], bool]:
    better = {"pesq": 1, "mrstft": -1}[name]
    return lambda column: better * (column[f"{name}_vocoder"] - column[f"{name}_griffinlim"]) > 0


LINES = (
    Line("round trip: SI-SDR, dB", "round_trip", "si_sdr_db", ".2f", "≥ 27", at_least("si_sdr_db", 27)),
    Line("round trip: correlation", "round_trip", "correlation", ".4f", "≥ 0.999", at_least("correlation", 0.999)),
    Line("round trip: mel error, dB", "round_trip", "mel_db", ".2f", "≤ 0.65", at_most("mel_db", 0.65)),
    Line(
        "round trip: energy kept above 4 kHz, %",
        "round_trip",
        "high_kept",
        ".1f",
        "97 to 103",
        within("high_kept", 97, 103),
    ),
    Line("round trip: change of loudness, LU", "round_trip", "loudness_lu", "+.2f"),
    Line(
        "at -50 dBFS beside a click: SI-SDR, dB",
        "round_trip",
        "quiet_si_sdr_db",
        ".2f",
        "≥ 24",
        at_least("quiet_si_sdr_db", 24),
    ),
    Line("at -50 dBFS beside a click: correlation", "round_trip", "quiet_correlation", ".4f"),
    Line("at -50 dBFS beside a click: mel error, dB", "round_trip", "quiet_mel_db", ".2f"),
    Line("everything trusted: mel error of the plain round trip, dB", "sampling", "round_trip_db"),
    Line("everything trusted: of a sample, dB", "sampling", "sample_db"),
    Line(
        "everything trusted: sample less round trip, the model free everywhere, dB",
        "sampling",
        "excess_db",
        wanted="≤ 0.3",
        holds=at_most("excess_db", 0.3),
    ),
    Line("everything trusted: the same, trusted cells held as the sampler does, dB", "sampling", "held_excess_db"),
    *_gap_lines(240),
    *_gap_lines(480),
    Line(
        "generation: Fréchet distance over that of real halves",
        "generation",
        "frechet_ratio",
        ".2f",
        "≤ 2",
        at_most("frechet_ratio", 2),
        KIND_NAMES,
    ),
    Line("generation: the ratio's 95 % interval from", "generation", "frechet_low"),
    Line("generation: to", "generation", "frechet_high"),
    Line(
        "generation: loudness, LUFS",
        "generation",
        "lufs",
        ".1f",
        "-40 to -12",
        at_least("lufs_inside", 0.5),
        KIND_NAMES,
    ),
    Line("generation: share within that", "generation", "lufs_inside"),
    Line("generation: spectral flatness", "generation", "flatness", ".4f", "as real", _flat_as_real, KIND_NAMES),
    Line("generation: flatness of the real, 5th percentile", "generation", "flatness_low", ".4f"),
    Line("generation: 95th percentile", "generation", "flatness_high", ".4f"),
    Line("generation: share within that", "generation", "flatness_inside"),
    Line("generation: clipped samples", "generation", "clipped", ".0f", "0", at_most("clipped", 0), KIND_NAMES),
    Line(
        "vocoder: PESQ of copy synthesis",
        "vocoding",
        "pesq_vocoder",
        ".2f",
        "≥ 3.2",
        at_least("pesq_vocoder", 3.2),
        ("speech",),
    ),
    Line(
        "fast Griffin-Lim, 100 iterations: PESQ",
        "vocoding",
        "pesq_griffinlim",
        ".2f",
        "< vocoder",
        _vocoder_wins("pesq"),
        ("speech",),
    ),
    Line("vocoder: multi-resolution STFT distance", "vocoding", "mrstft_vocoder", ".3f"),
    Line(
        "fast Griffin-Lim, 100 iterations: the same",
        "vocoding",
        "mrstft_griffinlim",
        ".3f",
        "> vocoder",
        _vocoder_wins("mrstft"),
        ("music",),
    ),
    Line("vocoder: mel error, dB", "vocoding", "mel_db_vocoder"),
    Line("fast Griffin-Lim, 100 iterations: the same", "vocoding", "mel_db_griffinlim"),
    Line("vocoder: time for 10 s, s", "vocoding", "seconds_vocoder"),
    Line(
        "fast Griffin-Lim, 100 iterations: time for 10 s, s",
        "vocoding",
        "seconds_griffinlim",
        wanted="≥ 5 times the vocoder's",
        holds=lambda column: column["seconds_griffinlim"] >= 5 * column["seconds_vocoder"],
    ),
    Line("CPU, 2 cores: one UNet step at 10 s, s", "speed", "unet_step_s", ".3f", "≤ 0.1", at_most("unet_step_s", 0.1)),
    Line("CPU, 2 cores: VAE there and back, 10 s, s", "speed", "vae_s", ".3f", "≤ 0.5", at_most("vae_s", 0.5)),
    Line("CPU, 2 cores: vocoder, 10 s, s", "speed", "vocoder_s", ".3f", "≤ 1", at_most("vocoder_s", 1)),
    Line("weights, MB", "size", "megabytes", ".1f", "≤ 60", at_most("megabytes", 60)),
    Line("files other than safetensors that hold weights", "size", "pickles", ".0f", "0", at_most("pickles", 0)),
    *RESTORED_LINES,
)


def update_card(path: Path, result: Mapping[str, Any]) -> None:
    """Write `measured` between the card's marker lines; on any failure the card is as it was.

    Raises:
        InputError: the card can't be read, or hasn't each marker line once, in order.
        OutputError: it can't be written.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"card {path} can't be read: {error}") from error
    lines = text.splitlines()
    at = [index for index, line in enumerate(lines) if line.strip() in (BEGIN, END)]
    if [lines[index].strip() for index in at] != [BEGIN, END]:
        raise InputError(f"card {path} must hold the lines {BEGIN} and {END} once each, in this order")
    new = [*lines[: at[0] + 1], measured(result).rstrip("\n"), *lines[at[1] :]]
    with written_whole(path, force=True) as part:
        part.write(("\n".join(new) + "\n").encode())


def measured(result: Mapping[str, Any]) -> str:
    """The section as Markdown: which weights and recordings, and the table."""
    counts = result["recordings"]
    kinds = ", ".join(f"{counts[kind]} {kind}" for kind in counts)
    renderer = result["parts"].get("round_trip", {}).get("renderer", "gain")
    lines = [
        f"Written by `python -m engine.training evaluate`. Model hash `{result['model_hash']}`, computed on "
        f"{result['device']} in {result['dtype']}. Medians over {sum(counts.values())} recordings ({kinds}) that have "
        f"no part in training; round trips with the renderer `{renderer}`.",
    ]
    if "gaps" in result["parts"]:
        lines.append(
            f"Sampling takes {result['steps']} steps, guidance {result['guidance']:g}; gaps start from the classical "
            f"guess at noise level {result['parts']['gaps']['start']:g}."
        )
    lines += ["", f"| what | wanted | {' | '.join(KIND_NAMES)} | all | holds |", "|---" * (len(KIND_NAMES) + 4) + "|"]
    return "\n".join([*lines, *rows_of(result["parts"])]) + "\n"


def rows_of(parts: Mapping[str, Any]) -> list[str]:
    """The table's lines for the parts that were measured; what must hold also where its figure is missing."""
    rows = []
    for line in LINES:
        columns = parts.get(line.part, {}).get("medians", {})
        figures = [columns.get(name, {}).get(line.key) for name in (*KIND_NAMES, "all")]
        wanted_too = line.holds is not None and line.part in parts
        if wanted_too or any(figure is not None for figure in figures):
            cells = ["" if figure is None else format(figure, line.form) for figure in figures]
            rows.append(f"| {line.what} | {line.wanted} | {' | '.join(cells)} | {verdict(line, columns)} |")
    return rows


def verdict(line: Line, columns: Mapping[str, Mapping[str, float | None]]) -> str:
    """``yes`` or ``no``, with the kinds that fail where kinds are judged; ``n/a`` where a figure is missing."""
    if line.holds is None:
        return ""
    failed = []
    for name in line.judged:
        defined = {key: value for key, value in columns.get(name, {}).items() if value is not None}
        try:
            if not line.holds(defined):
                failed.append(name)
        except KeyError:
            return "n/a"
    if not failed:
        return "yes"
    return "no" if line.judged == ("all",) else f"no: {', '.join(failed)}"
