"""The visible band on each scale."""

from __future__ import annotations

import numpy as np
import pytest

from desktop.views.frequency_scale import SCALES, FrequencyAxis, Scale


@pytest.mark.parametrize("scale", SCALES)
def test_a_place_and_its_frequency_lead_back_to_each_other(scale: Scale) -> None:
    axis = FrequencyAxis(24000.0, scale)
    axis.show(100.0, 9000.0)
    for y in (1.0, 57.0, 250.0, 399.0):
        assert axis.y_at(axis.hz_at(y, 400), 400) == pytest.approx(y, abs=1e-6)


@pytest.mark.parametrize("scale", SCALES)
def test_zooming_keeps_the_frequency_under_the_pointer(scale: Scale) -> None:
    axis = FrequencyAxis(24000.0, scale)
    hz = axis.hz_at(150, 400)
    axis.zoom(3, hz)
    assert axis.hz_at(150, 400) == pytest.approx(hz, rel=1e-9)


@pytest.mark.parametrize("scale", SCALES)
def test_the_whole_band_is_whole_again_after_zooming_in_and_out(scale: Scale) -> None:
    axis = FrequencyAxis(22050.0, scale)
    axis.zoom(4, 1234.0)
    axis.zoom(1e-3, 1234.0)
    assert (axis.low_hz, axis.high_hz) == (0.0, 22050.0)
    assert (axis.hz_at(400, 400), axis.hz_at(0, 400)) == (0.0, 22050.0)


@pytest.mark.parametrize("scale", SCALES)
def test_the_borders_of_the_rows_rise_from_the_bottom_of_the_band_to_its_top(scale: Scale) -> None:
    axis = FrequencyAxis(24000.0, scale)
    axis.show(200.0, 6000.0)
    edges = axis.edges_hz(300)
    assert edges.shape == (301,)
    assert np.all(np.diff(edges) > 0)
    assert edges[[0, -1]] == pytest.approx([200.0, 6000.0])


def test_mel_is_slaneys() -> None:
    # Slaney: 1 kHz is 15 mel and 6.4 kHz 42, straight below 1 kHz and logarithmic above.
    axis = FrequencyAxis(6400.0, "mel")
    assert axis.y_at(1000.0, 42) == pytest.approx(42 - 15)
    assert axis.y_at(500.0, 42) == pytest.approx(42 - 7.5)
    assert axis.hz_at(42 - 15 - 13.5, 42) == pytest.approx(1000 * np.sqrt(6.4))


def test_octaves_are_equally_far_apart_on_the_logarithmic_scale() -> None:
    axis = FrequencyAxis(24000.0, "log")
    places = [axis.y_at(hz, 500) for hz in (100, 200, 400, 800)]
    assert np.diff(places) == pytest.approx(np.diff(places)[0])
    assert axis.y_at(0.0, 500) == 500


def test_panning_stops_at_the_ends_and_keeps_the_height() -> None:
    axis = FrequencyAxis(24000.0, "linear")
    axis.show(1000.0, 3000.0)
    axis.pan(0.5)
    assert (axis.low_hz, axis.high_hz) == pytest.approx((2000.0, 4000.0))
    axis.pan(100)
    assert (axis.low_hz, axis.high_hz) == pytest.approx((22000.0, 24000.0))


def test_an_unknown_scale_is_refused() -> None:
    with pytest.raises(ValueError, match="bark"):
        FrequencyAxis(8000.0).set_scale("bark")  # type: ignore[arg-type]
