"""The parts that judge methods and tasks on damaged recordings, and their lines in the model's card."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

from engine.model.load import Model
from engine.training.judging.lines import Column, Line, at_least, at_most, within

SHORT_GAPS_MS, LONG_GAPS_MS = (50, 100), (250, 500)


def judged(
    part: str, model: Model, recordings: Sequence[Path], *, seed: int, report: Callable[[str], None]
) -> dict[str, Any]:
    """What ``judged`` of the module called ``part`` measures on ``recordings``; its errors are the module's."""
    judge: Callable[..., dict[str, Any]] = import_module(f"engine.training.judging.{part}").judged
    return judge(model, recordings, seed=seed, report=report)


def _less_than(key: str, other: str, share: float = 1.0) -> Callable[[Column], bool]:
    return lambda column: column[key] < share * column[other]


def _fill_lines(gap_ms: int) -> list[Line]:
    def key(name: str) -> str:
        return f"{name}_{gap_ms}"

    title, by_takes = f"fill {gap_ms} ms", gap_ms in LONG_GAPS_MS
    beats = _less_than(key("lsd_db"), key("lsd_extrapolation_db")) if gap_ms >= 100 else None
    wanted = "< extrapolation" if beats else ""
    as_rough = within(key("texture"), 0.8, 1.25)
    lines = [
        Line(f"{title}: log-spectral distance, dB", "fill", key("lsd_db"), ".1f", wanted, beats),
        Line(f"{title}: of autoregressive extrapolation, dB", "fill", key("lsd_extrapolation_db"), ".1f"),
        Line(f"{title}: level off by, dB", "fill", key("level_db"), wanted="≤ 2", holds=at_most(key("level_db"), 2)),
        Line(f"{title}: texture", "fill", key("texture"), wanted="0.8 to 1.25", holds=as_rough),
        Line(f"{title}: mel error of one take, dB", "fill", key("one_db")),
    ]
    if by_takes:
        nearer = _less_than(key("mean_db"), key("interpolation_db"))
        lines.append(Line(f"{title}: of the mean of 8, dB", "fill", key("mean_db"), ".2f", "< interpolation", nearer))
    return [*lines, Line(f"{title}: of linear interpolation, dB", "fill", key("interpolation_db"))]


def _denoise_lines(noise: str, gain: float | None) -> list[Line]:
    def key(name: str) -> str:
        return f"{name}_{noise}"

    title, least = f"denoise, {noise} noise at 10 dB", at_least(key("above_wiener"), 0.5)
    enough = None if gain is None else at_least(key("gain_take"), gain)
    return [
        Line(f"{title}: SI-SDR gained, dB", "denoise", key("gain_take"), ".2f", f"≥ {gain}" if gain else "", enough),
        Line(f"{title}: above the Wiener filter, dB", "denoise", key("above_wiener"), "+.2f", "≥ 0.5", least),
        Line(f"{title}: above the Wiener filter tuned to SI-SDR, dB", "denoise", key("above_tuned"), "+.2f"),
        Line(f"{title}: SI-SDR with the true mel, dB", "denoise", key("si_sdr_oracle")),
    ]


LINES = (
    Line(
        "guided, 50 steps: squared mel error against vae, %",
        "guided",
        "guided_mel_mse_change",
        "+.1f",
        "≤ -27",
        at_most("guided_mel_mse_change", -27),
    ),
    Line(
        "guided, 50 steps: squared waveform error, %",
        "guided",
        "guided_mse_change",
        "+.1f",
        "≤ -27",
        at_most("guided_mse_change", -27),
    ),
    Line(
        "guided, 50 steps: least change of SI-SDR, dB",
        "guided",
        "guided_worst_si_sdr_change_db",
        "+.2f",
        "≥ 0",
        at_least("guided_worst_si_sdr_change_db", 0),
    ),
    Line("guided as published, 50 steps: squared mel error, %", "guided", "published_mel_mse_change", "+.1f"),
    Line(
        "enhance adaptive: energy above 4 kHz, %",
        "enhance",
        "adaptive_high_kept",
        ".1f",
        "95 to 105",
        within("adaptive_high_kept", 95, 105),
    ),
    Line("enhance frequency 1.5, as published: energy above 4 kHz, %", "enhance", "frequency_high_kept", ".1f"),
    Line("enhance adaptive: change of SNR, dB", "enhance", "adaptive_snr_change_db", "+.2f"),
    Line("enhance frequency 1.5: change of SNR, dB", "enhance", "frequency_snr_change_db", "+.2f"),
    Line(
        "enhance adaptive: mel error less that of vae, dB",
        "enhance",
        "mel_change_db",
        "+.3f",
        "≤ 0",
        at_most("mel_change_db", 0),
    ),
    Line(
        "low-passed at 6 kHz, enhance adaptive: error of the energy above 4 kHz, %",
        "enhance",
        "low_adaptive_high_error",
        ".1f",
        "≤ half of vae's",
        lambda column: column["low_adaptive_high_error"] <= 0.5 * column["low_vae_high_error"],
    ),
    Line("low-passed at 6 kHz, vae: the same, %", "enhance", "low_vae_high_error", ".1f"),
    Line("ddcm at 8 kbit/s: mel error above vae's, dB", "ddcm", "excess_db", ".2f", "≤ 1.5", at_most("excess_db", 1.5)),
    Line(
        "ddcm: file off the rate asked for, %",
        "ddcm",
        "rate_off_percent",
        ".2f",
        "≤ 2",
        at_most("rate_off_percent", 2),
    ),
    Line("ddcm: encoding 10 s, s", "ddcm", "encode_s", ".1f", "≤ 6", at_most("encode_s", 6)),
    Line("ddcm: decoding 10 s, s", "ddcm", "decode_s", ".1f", "≤ 6", at_most("decode_s", 6)),
    *(line for gap_ms in (*SHORT_GAPS_MS, *LONG_GAPS_MS) for line in _fill_lines(gap_ms)),
    Line(
        "extend from 4 kHz: level off, a third octave, dB", "extend", "level_db", ".2f", "≤ 3", at_most("level_db", 3)
    ),
    Line(
        "extend: log-spectral distance 4.5 to 7.8 kHz, dB",
        "extend",
        "lsd_db",
        ".1f",
        "< noise, ≤ half of empty",
        lambda column: column["lsd_db"] < min(column["lsd_noise_db"], 0.5 * column["lsd_empty_db"]),
    ),
    Line("extend: of shaped noise, dB", "extend", "lsd_noise_db", ".1f"),
    Line("extend: of leaving it empty, dB", "extend", "lsd_empty_db", ".1f"),
    Line(
        "extend: SI-SDR below 3.6 kHz against the input, dB",
        "extend",
        "kept_si_sdr_db",
        ".1f",
        "≥ 40",
        at_least("kept_si_sdr_db", 40),
    ),
    *_denoise_lines("white", 5.5),
    *_denoise_lines("pink", 4.5),
    *_denoise_lines("recorded", None),
    Line(
        "denoise: PESQ",
        "denoise",
        "pesq_take",
        wanted="> Wiener filter",
        holds=lambda column: column["pesq_take"] > column["pesq_wiener"],
        judged=("speech",),
    ),
    Line("denoise: PESQ of the Wiener filter", "denoise", "pesq_wiener"),
    Line("declip at 7 dB: SI-SDR gained, dB", "declip", "gain_model", ".2f", "≥ 6", at_least("gain_model", 6)),
    Line("declip: gained without the model, dB", "declip", "gain_classical"),
    Line(
        "declip: share of recordings with unclipped samples exact",
        "declip",
        "unclipped_exact",
        ".2f",
        "1",
        at_least("unclipped_exact", 1),
    ),
    Line(
        "every method: the same seed gives the same samples",
        "styles",
        "same_seed_same_samples",
        ".0f",
        "1",
        at_least("same_seed_same_samples", 1),
    ),
    Line(
        "every method: steps after a stop", "styles", "steps_after_cancel", ".0f", "0", at_most("steps_after_cancel", 0)
    ),
)
