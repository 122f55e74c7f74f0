"""Findings in words, in the user's language."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QLocale

from engine.findings import Finding

translate = QCoreApplication.translate


def kind_name(kind: str) -> str:
    """A kind of damage."""
    names = {
        "gap": translate("Findings", "Gap"),
        "clipped": translate("Findings", "Clipping"),
        "click": translate("Findings", "Click"),
        "band limit": translate("Findings", "Band limit"),
        "hum": translate("Findings", "Hum"),
    }
    return names[kind]


def finding_text(finding: Finding) -> str:
    """What was found: ``dropout of 23 ms``."""
    number, amount = QLocale(), finding.severity
    if finding.kind == "gap":
        return translate("Findings", "dropout of {length}").format(length=length_text(amount))
    if finding.kind == "clipped" and finding.level is not None:
        count = number.toString(round(amount))
        level = number.toString(round(finding.level, 1) + 0.0, "f", 1)
        one = translate("Findings", "1 sample clipped at {level} dBFS")
        text = one if round(amount) == 1 else translate("Findings", "{count} samples clipped at {level} dBFS")
        return text.format(count=count, level=level)
    if finding.kind == "click":
        return translate("Findings", "click standing out by {above} dB").format(above=round(amount))
    if finding.kind == "band limit":
        cutoff = number.toString(amount / 1000, "f", 1)
        return translate("Findings", "hardly anything above {cutoff} kHz").format(cutoff=cutoff)
    if finding.kind == "hum" and finding.level is not None:
        text = translate("Findings", "hum of {mains} Hz, {above} dB above what is beside it")
        return text.format(mains=round(finding.level), above=round(amount))
    return finding.text


def length_text(length_ms: float) -> str:
    """``2.5 ms``, ``23 ms``, ``1.4 s``."""
    number = QLocale()
    if length_ms >= 1000:
        return f"{number.toString(length_ms / 1000, 'f', 1)} s"
    return f"{number.toString(length_ms, 'f', 1 if length_ms < 10 else 0)} ms"


def place_text(seconds: float) -> str:
    """``1:02:03.456``, ``02:03.456``."""
    millis = round(seconds * 1000)
    hours, minutes, rest = millis // 3_600_000, millis // 60_000 % 60, millis % 60_000
    head = f"{hours}:" if hours else ""
    return f"{head}{minutes:02}:{rest // 1000:02}.{rest % 1000:03}"
