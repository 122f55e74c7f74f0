"""Which measures say nothing of a result, by how it was made heard. Free of torch."""

from __future__ import annotations

WAVEFORM_MEASURES = frozenset({"snr_db", "si_sdr_db", "mse", "mae", "correlation"})
INVENTED_PHASE = frozenset({"griffinlim", "vocoder"})


def waveform_means_nothing(renderer: str) -> bool:
    """Whether a renderer makes the phase up, so that samples can't be compared one by one."""
    return renderer in INVENTED_PHASE


def meaningless(renderer: str) -> frozenset[str]:
    """Keys of `engine.metrics.MEASURE_TEXTS` that say nothing of what this renderer made."""
    return WAVEFORM_MEASURES if waveform_means_nothing(renderer) else frozenset()
