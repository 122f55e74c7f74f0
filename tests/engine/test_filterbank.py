import librosa
import numpy as np
import pytest

from engine.errors import InputError
from engine.filterbank import hz_to_mel, mel_edges_hz, mel_filterbank, mel_to_hz


@pytest.mark.parametrize(
    ("rate", "n_fft", "bands", "low_hz", "high_hz"),
    [
        (16000, 1024, 64, 0, 8000),
        (48000, 2048, 128, 20, 24000),
        (44100, 1024, 80, 0, 11025),
        (8000, 256, 20, 0, 4000),
    ],
)
def test_filterbank_equals_librosas_slaney_bank(rate, n_fft, bands, low_hz, high_hz):
    expected = librosa.filters.mel(
        sr=rate, n_fft=n_fft, n_mels=bands, fmin=low_hz, fmax=high_hz, htk=False, norm="slaney"
    )
    ours = mel_filterbank(rate, n_fft, bands, low_hz, high_hz)
    assert ours.dtype == np.float32
    np.testing.assert_allclose(ours, expected, atol=1e-6)


def test_mels_and_hertz_are_each_others_inverse():
    hz = np.linspace(0, 24000, 1001)
    np.testing.assert_allclose(mel_to_hz(hz_to_mel(hz)), hz, rtol=1e-12, atol=1e-9)


def test_one_kilohertz_is_fifteen_mels():
    assert hz_to_mel(1000) == pytest.approx(15)


def test_edges_span_the_range():
    edges_hz = mel_edges_hz(64, 0, 8000)
    assert len(edges_hz) == 66
    assert edges_hz[[0, -1]] == pytest.approx([0, 8000])


@pytest.mark.parametrize(("low_hz", "high_hz"), [(0, 9000), (-1, 8000), (4000, 4000)])
def test_a_range_outside_nyquist_is_refused_with_its_limits(low_hz, high_hz):
    with pytest.raises(InputError, match=r"accepted: rising, within 0 to 8000 Hz"):
        mel_filterbank(16000, 1024, 64, low_hz, high_hz)


def test_no_band_is_refused():
    with pytest.raises(InputError, match="0 bands"):
        mel_filterbank(16000, 1024, 0, 0, 8000)
