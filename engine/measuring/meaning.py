"""Which measures mean nothing for a result, because the phase of its waveform was made up.

A renderer that makes sound of a mel alone has to find or invent the phase: what is heard may be as near as can be,
while the samples have nothing to do with the reference's. Measures that compare them sample by sample then tell of
chance: SI-SDR of the renderer `griffinlim` is -8 to -47 dB over 19 recordings, at a mel error of 1.1 to 2.5 dB.
Measures of spectrum, level and speech keep their meaning.
"""

from __future__ import annotations

from engine.measuring.measures import Measures

WAVEFORM_MEASURES = ("snr_db", "si_sdr_db", "mse", "mae", "correlation")
WAVEFORM_NAMES = "SNR, SI-SDR, squared and absolute error and correlation"
OWN_PHASE = ("gain",)  # renderers that shape the recording itself
# Of 4 s each of 19 recordings through the VAE, the renderer `gain` left a correlation of 0.998 or more, `griffinlim`
# one of 0.34 at most, either sign, at a mel error of up to 2.5 dB. A polarity flipped as a whole leaves -1.
NEAR_MEL_DB = 3.0
FAR_CORRELATION = 0.6


def waveform_means_nothing(renderer: str) -> bool:
    """Whether a renderer makes up the phase, so that no measure of samples says anything of its result.

    An empty name is of a result that no renderer made, or of which that isn't known.
    """
    return renderer != "" and renderer not in OWN_PHASE


def meaningless(renderer: str) -> frozenset[str]:
    """Keys of the measures (`engine.metrics.Measures`) that mean nothing for the result of a renderer."""
    return frozenset(WAVEFORM_MEASURES) if waveform_means_nothing(renderer) else frozenset()


def phase_differs(measures: Measures) -> bool:
    """Whether the figures themselves show another phase: the spectrum is near, the waveform isn't."""
    if measures.mel_db is None or measures.correlation is None:
        return False
    return measures.mel_db < NEAR_MEL_DB and abs(measures.correlation) < FAR_CORRELATION


def sentence_for(renderer: str) -> str:
    """What is to be said of the result of a renderer; empty where every measure means something."""
    if not waveform_means_nothing(renderer):
        return ""
    return f"{WAVEFORM_NAMES} mean nothing here: the renderer {renderer} makes up the phase"


def meaning_of(measures: Measures, renderer: str | None = None) -> tuple[frozenset[str], str]:
    """The keys that mean nothing for a result, and a sentence that says so; both empty where all mean something.

    Args:
        measures: of the result.
        renderer: that made it; None where that isn't known. What the figures themselves show is said either way.
    """
    if renderer is not None and waveform_means_nothing(renderer):
        return meaningless(renderer), sentence_for(renderer)
    if not phase_differs(measures):
        return frozenset(), ""
    return (
        frozenset(WAVEFORM_MEASURES),
        f"{WAVEFORM_NAMES} mean nothing here: the spectrum is near (mel error {measures.mel_db:.2f} dB), the waveform "
        f"isn't (correlation {measures.correlation:z.2f}); its phase was made up, or it is shifted in time",
    )
