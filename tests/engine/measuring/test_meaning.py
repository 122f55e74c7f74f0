import pytest

from engine.measuring.meaning import meaningless, waveform_means_nothing
from engine.metrics import MEASURE_TEXTS
from engine.settings import RENDERER_SETTINGS


def test_where_phase_is_invented_samples_are_not_compared():
    assert {name for name in RENDERER_SETTINGS if waveform_means_nothing(name)} == {"griffinlim", "vocoder"}
    assert meaningless("griffinlim") == meaningless("vocoder") == {"snr_db", "si_sdr_db", "mse", "mae", "correlation"}


@pytest.mark.parametrize("renderer", ["gain", ""])
def test_where_it_is_kept_every_measure_says_something(renderer):
    assert meaningless(renderer) == frozenset()


def test_only_measures_that_are_shown_are_named():
    assert meaningless("vocoder") <= {text.key for text in MEASURE_TEXTS}
