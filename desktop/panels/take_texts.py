"""A take as a person reads it: what made it, and the measures that mean something for it."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from desktop.document.rows import TakeRow
from desktop.panels.field_text import Editor
from desktop.panels.setting_texts import field_texts, stage_label
from desktop.translating import QT_TRANSLATE_NOOP
from desktop.worker.messages import TakeResult
from engine.measuring.meaning import meaningless, waveform_means_nothing
from engine.measuring.measure_texts import MEASURE_TEXTS, MeasureText
from engine.model.licence import is_non_commercial
from engine.region import Region, renderer_of
from engine.settings import METHOD_SETTINGS

translate = QCoreApplication.translate

# What is there is the truth for these; elsewhere it is the damage, and being near to it is no merit.
TRUE_RECORDING = ("reconstruct",)
# What the engine calls its measures, marked for translation; a test holds them equal.
MEASURE_NAMES = (
    QT_TRANSLATE_NOOP("Takes", "SNR"),
    QT_TRANSLATE_NOOP("Takes", "SI-SDR"),
    QT_TRANSLATE_NOOP("Takes", "Mean squared error"),
    QT_TRANSLATE_NOOP("Takes", "Mean absolute error"),
    QT_TRANSLATE_NOOP("Takes", "Correlation"),
    QT_TRANSLATE_NOOP("Takes", "Mel error"),
    QT_TRANSLATE_NOOP("Takes", "Log-spectral distance"),
    QT_TRANSLATE_NOOP("Takes", "Multi-resolution STFT"),
    QT_TRANSLATE_NOOP("Takes", "Energy below 500 Hz"),
    QT_TRANSLATE_NOOP("Takes", "Energy 500 to 4000 Hz"),
    QT_TRANSLATE_NOOP("Takes", "Energy above 4000 Hz"),
    QT_TRANSLATE_NOOP("Takes", "Loudness, reference"),
    QT_TRANSLATE_NOOP("Takes", "Loudness, result"),
    QT_TRANSLATE_NOOP("Takes", "True peak, result"),
    QT_TRANSLATE_NOOP("Takes", "PESQ"),
    QT_TRANSLATE_NOOP("Takes", "STOI"),
)

MEASURE_MEANINGS = (
    QT_TRANSLATE_NOOP("Takes", "reference against sample-by-sample error; higher is closer"),
    QT_TRANSLATE_NOOP("Takes", "the same with a change of gain forgiven; higher is closer"),
    QT_TRANSLATE_NOOP("Takes", "of the samples; 0 is identical"),
    QT_TRANSLATE_NOOP("Takes", "of the samples; 1 is the same waveform"),
    QT_TRANSLATE_NOOP("Takes", "mean difference of 64 mel bands up to 8 kHz; lower is closer"),
    QT_TRANSLATE_NOOP("Takes", "over the whole band; lower is closer"),
    QT_TRANSLATE_NOOP("Takes", "spectral convergence + log magnitude; lower is closer"),
    QT_TRANSLATE_NOOP("Takes", "of the reference's; 100 is all of it"),
    QT_TRANSLATE_NOOP("Takes", "integrated, ITU-R BS.1770-5"),
    QT_TRANSLATE_NOOP("Takes", "above 0 a converter may clip"),
    QT_TRANSLATE_NOOP("Takes", "speech quality, wide band, 1 to 4.6"),
    QT_TRANSLATE_NOOP("Takes", "speech intelligibility, up to 1"),
)


def recipe(take: TakeRow) -> str:
    """Task, method and seed: ``Fill a gap · Guided · seed 3``."""
    task = stage_label("task", str(take.settings.get("task", "")))
    method = stage_label("method", str(take.settings.get("method", "")))
    return translate("Takes", "{task} · {method} · seed {seed}").format(
        task=task, method=method, seed=take.settings.get("seed", 0)
    )


def words_of(take: TakeRow) -> list[tuple[str, str]]:
    """What the model was told in words: label and words, as far as this version knows the method."""
    made_for = METHOD_SETTINGS.get(str(take.settings.get("method")))
    values = take.settings.get("method_settings")
    if made_for is None or not isinstance(values, dict):
        return []
    texts = field_texts(made_for).items()
    said = [(text.label, values.get(name)) for name, text in texts if text.editor in (Editor.WORDS, Editor.SPOKEN)]
    return [(label, str(words)) for label, words in said if words]


def origin(take: TakeRow) -> str:
    """What a take may not be used for, and what the model was told: ``non-commercial · “a piano”``; mostly empty."""
    parts = [translate("Takes", "non-commercial")] if is_non_commercial(take.licence) else []
    parts += [translate("Takes", "“{words}”").format(words=words) for _, words in words_of(take)[:1]]
    return " · ".join(parts)


def notes_beside_licence(made: TakeRow | TakeResult) -> list[str]:
    """What the engine had to say of a take, without what its licence says: that stands by every take anyway."""
    known = is_non_commercial(made.licence)
    return [note for note in made.notes if not (known and made.licence in note)]


def duration(seconds: float) -> str:
    """How long a take took."""
    return translate("Takes", "{seconds} s").format(seconds=f"{seconds:.1f}" if seconds < 100 else f"{seconds:.0f}")


def loudness_change(take: TakeRow) -> float | None:
    """In LU, of the region's sound; None where either has no loudness."""
    before, after = take.measures.get("lufs_reference"), take.measures.get("lufs_result")
    return None if before is None or after is None else after - before


def key_measures(take: TakeRow, frames: int, rate: int) -> str:
    """The few measures that say something of this take; empty where none does.

    ``frames`` and ``rate`` are the recording's, here as below: they tell whether a take was interpolated.
    """
    parts = []
    mel_db, si_sdr_db = take.measures.get("mel_db"), take.measures.get("si_sdr_db")
    true = take.settings.get("task") in TRUE_RECORDING
    if true and mel_db is not None:
        parts.append(translate("Takes", "mel {value} dB").format(value=f"{mel_db:.2f}"))
    renderer = renderer_of(Region(*take.region), frames, rate, take.settings)
    if true and not waveform_means_nothing(renderer) and si_sdr_db is not None:
        parts.append(translate("Takes", "SI-SDR {value} dB").format(value=f"{si_sdr_db:.1f}"))
    change = loudness_change(take)
    if take.settings.get("task") != "fill" and change is not None:
        parts.append(translate("Takes", "{value} LU").format(value=f"{change:+z.1f}"))
    return " · ".join(parts)


def all_about(take: TakeRow, frames: int, rate: int) -> str:
    """Everything that is known of a take, line by line, for a tooltip."""
    lines = [
        take.name + (translate("Takes", " (quick)") if take.quick else ""),
        recipe(take),
        translate("Takes", "Made in {time} on {device}").format(time=duration(take.seconds), device=take.device),
        *(f"{label}: {words}" for label, words in words_of(take)),
        translate("Takes", "Model {model}, licence {licence}").format(model=take.model_name, licence=take.licence),
        *([translate("Takes", "For non-commercial use only")] if is_non_commercial(take.licence) else []),
        *notes_beside_licence(take),
    ]
    nothing = meaningless(renderer_of(Region(*take.region), frames, rate, take.settings))
    shown = [text for text in MEASURE_TEXTS if text.key not in nothing]
    known = [
        line
        for line in (measure_line(take, text.key, measure_name(text), text.unit, text.form) for text in shown)
        if line
    ]
    if known:
        lines += ["", translate("Takes", "Against what was heard there before:"), *known]
    if known and nothing:
        lines.append(translate("Takes", "Left out: the waveform's own, which mean nothing where the phase is made up."))
    return "\n".join(lines)


def measure_line(take: TakeRow, key: str, label: str, unit: str, form: str) -> str:
    """One measure; empty where it is undefined."""
    value = take.measures.get(key)
    return "" if value is None else f"{label}: {format(value, form)} {unit}".rstrip()


def measure_name(text: MeasureText) -> str:
    """What a measure is called, in the language of the window."""
    return translate("Takes", text.label)


def measure_meaning(text: MeasureText) -> str:
    """What a measure means, in the language of the window."""
    return translate("Takes", text.meaning)


def spoken(take: TakeRow, frames: int, rate: int, in_use: bool) -> str:
    """A take for a screen reader."""
    parts = [take.name]
    if in_use:
        parts.append(translate("Takes", "in use"))
    if take.starred:
        parts.append(translate("Takes", "starred"))
    if take.quick:
        parts.append(translate("Takes", "quick"))
    return ", ".join(filter(None, [*parts, recipe(take), origin(take), key_measures(take, frames, rate)]))
