"""Measures as a person reads them: their names, units and meanings, in a line or a table. Plain ASCII."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from engine.measuring.measures import Measures


@dataclass(frozen=True)
class MeasureText:
    """How one measure is shown: key (``band_retention.low`` for a part), name, unit, format and meaning."""

    key: str
    label: str
    unit: str
    form: str
    meaning: str


NO_MEANING = "(means nothing here)"
MEASURE_TEXTS = (
    MeasureText("snr_db", "SNR", "dB", "z.2f", "reference against sample-by-sample error; higher is closer"),
    MeasureText("si_sdr_db", "SI-SDR", "dB", "z.2f", "the same with a change of gain forgiven; higher is closer"),
    MeasureText("mse", "Mean squared error", "", ".3g", "of the samples; 0 is identical"),
    MeasureText("mae", "Mean absolute error", "", ".3g", "of the samples; 0 is identical"),
    MeasureText("correlation", "Correlation", "", "z.5f", "of the samples; 1 is the same waveform"),
    MeasureText("mel_db", "Mel error", "dB", "z.2f", "mean difference of 64 mel bands up to 8 kHz; lower is closer"),
    MeasureText("lsd_db", "Log-spectral distance", "dB", "z.2f", "over the whole band; lower is closer"),
    MeasureText("mrstft", "Multi-resolution STFT", "", "z.3f", "spectral convergence + log magnitude; lower is closer"),
    MeasureText("band_retention.low", "Energy below 500 Hz", "%", "z.1f", "of the reference's; 100 is all of it"),
    MeasureText("band_retention.mid", "Energy 500 to 4000 Hz", "%", "z.1f", "of the reference's; 100 is all of it"),
    MeasureText("band_retention.high", "Energy above 4000 Hz", "%", "z.1f", "of the reference's; 100 is all of it"),
    MeasureText("lufs_reference", "Loudness, reference", "LUFS", "z.2f", "integrated, ITU-R BS.1770-5"),
    MeasureText("lufs_result", "Loudness, result", "LUFS", "z.2f", "integrated, ITU-R BS.1770-5"),
    MeasureText("true_peak_dbtp", "True peak, result", "dBTP", "z.2f", "above 0 a converter may clip"),
    MeasureText("pesq", "PESQ", "MOS-LQO", "z.2f", "speech quality, wide band, 1 to 4.6"),
    MeasureText("stoi", "STOI", "", "z.3f", "speech intelligibility, up to 1"),
)


def measure_value(measures: Measures, key: str) -> float | None:
    """One number by the key of a `MeasureText`."""
    value: object = measures
    for name in key.split("."):
        value = getattr(value, name)
    assert value is None or isinstance(value, float)
    return value


def format_measure(measures: Measures, text: MeasureText) -> str:
    """The number as it is shown, without its unit; "n/a" where it is undefined. Plain ASCII."""
    value = measure_value(measures, text.key)
    return "n/a" if value is None else format(value, text.form)


def summary_line(measures: Measures, meaningless: Collection[str] = ()) -> str:
    """The measures in one line for a person, without those whose keys are ``meaningless``."""
    if measures.mse == 0:
        return "identical, sample for sample"
    text = {row.key: format_measure(measures, row) for row in MEASURE_TEXTS}
    kept = "/".join(text[f"band_retention.{band}"] for band in ("low", "mid", "high"))
    waveform = {"si_sdr_db": f"SI-SDR {text['si_sdr_db']} dB, ", "correlation": f"correlation {text['correlation']}, "}
    return (
        "".join(said for key, said in waveform.items() if key not in meaningless) + f"mel error {text['mel_db']} dB, "
        f"energy kept {kept} %, loudness {text['lufs_reference']} -> {text['lufs_result']} LUFS, "
        f"true peak {text['true_peak_dbtp']} dBTP"
    )


def table(measures: Measures, meaningless: Collection[str] = ()) -> str:
    """Every measure in aligned lines: name, value, unit, meaning, or that it means nothing."""
    rows = [
        (row.label, format_measure(measures, row), row.unit, NO_MEANING if row.key in meaningless else row.meaning)
        for row in MEASURE_TEXTS
    ]
    label, value, unit = (max(len(row[column]) for row in rows) for column in range(3))
    return "\n".join(f"{a:<{label}}  {b:>{value}} {c:<{unit}}  {d}" for a, b, c, d in rows)
