"""Original and result to be heard in a page: 16-bit FLAC as data URIs, both at one gain, so that they compare."""

from __future__ import annotations

import base64
import io

import numpy as np

from engine.metrics import Samples
from engine.reporting.page import text

FLAC_CHANNELS = 8


def players(reference: Samples, result: Samples, rate: int, name: str) -> str:
    """Two players side by side.

    Args:
        reference, result: float32 ``(channels, frames)`` of one shape.
        name: of the recording, for those who don't see the page; escaped here.
    """
    gain = shared_gain(reference, result)
    figures = "".join(
        f"<figure><figcaption>{label}</figcaption>"
        f'<audio controls preload="metadata" aria-label="{label} of {text(name)}" '
        f'src="data:audio/flac;base64,{_flac(sound * gain, rate)}"></audio></figure>'
        for label, sound in (("Original", reference), ("Result", result))
    )
    return f'<div class="players">{figures}</div>'


def player_notes(reference: Samples, result: Samples) -> list[str]:
    """What must be said of what the players play."""
    notes, gain = [], shared_gain(reference, result)
    if len(reference) > FLAC_CHANNELS:
        notes.append(f"The players hold channels 1 and 2 of {len(reference)}.")
    if gain < 1:
        notes.append(f"Both players are turned down by {-20 * np.log10(gain):.1f} dB, so that neither clips.")
    return notes


def shared_gain(reference: Samples, result: Samples) -> float:
    """What both are multiplied by, so that neither clips."""
    peak = max(float(np.abs(np.nan_to_num(sound)).max(initial=0.0)) for sound in (reference, result))
    return 1.0 / max(1.0, peak)


def _flac(sound: Samples, rate: int) -> str:
    """Base64 of 16-bit FLAC."""
    import soundfile

    drawn = sound if len(sound) <= FLAC_CHANNELS else sound[:2]
    # (C, n) -> (n, C)
    whole = np.clip(np.round(np.nan_to_num(drawn.T) * 32768.0), -32768, 32767).astype(np.int16)
    buffer = io.BytesIO()
    soundfile.write(buffer, whole, rate, format="FLAC", subtype="PCM_16")
    return base64.b64encode(buffer.getvalue()).decode("ascii")
