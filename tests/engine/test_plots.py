import io

import numpy as np
import pytest
from PIL import Image

from engine.errors import InputError
from engine.plots import COLUMNS, _envelope, _spectrogram_db, comparison_figure, stages_figure

RATE = 44100
TITLE = 'costs $5 and $6, <b>&"quoted", 録音, a\\b_c^d'


def sound(channels: int, frames: int, seed: int = 0) -> np.ndarray:
    return (0.1 * np.random.default_rng(seed).standard_normal((channels, frames))).astype(np.float32)


@pytest.fixture(scope="session")
def drawing() -> bytes:
    """A drawing to look at, made once."""
    return comparison_figure(sound(1, 3000), sound(1, 3000, 1), RATE, TITLE)


def opened(png: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(png))
    image.load()
    return image


@pytest.mark.parametrize(("channels", "frames"), [(2, 9000), (32, 3000), (1, 1), (2, 100)])
def test_any_channels_and_length_are_drawn_1400_px_wide(channels, frames):
    image = opened(comparison_figure(sound(channels, frames), sound(channels, frames, 1), RATE, "a title"))
    assert image.width == 1400
    assert np.asarray(image.convert("L")).std() > 10


def test_silence_is_drawn():
    silence = np.zeros((2, 9000), np.float32)
    assert opened(comparison_figure(silence, silence, RATE, "silence")).width == 1400


def test_samples_that_arent_finite_are_drawn():
    broken = sound(1, 9000)
    broken[0, 5] = np.nan
    assert opened(comparison_figure(sound(1, 9000), broken, RATE, "broken")).width == 1400


def test_any_title_is_drawn_as_it_is(drawing):
    image = opened(drawing)
    assert image.width == 1400
    assert np.asarray(image.convert("L")).std() > 10


def test_the_same_sound_gives_the_same_bytes(drawing):
    assert comparison_figure(sound(1, 3000), sound(1, 3000, 1), RATE, TITLE) == drawing


def test_shapes_that_differ_are_refused():
    with pytest.raises(InputError, match=r"\(1, 10\).*\(1, 11\)"):
        comparison_figure(sound(1, 10), sound(1, 11), RATE, "")


def test_an_envelope_keeps_a_single_frames_peak():
    quiet = np.zeros(10**6, np.float32)
    quiet[777_777] = 0.9
    quiet[222_222] = -0.8
    low, high = _envelope(quiet)
    assert len(low) == COLUMNS
    assert (low.min(), high.max()) == pytest.approx((-0.8, 0.9))


def test_a_full_scale_sine_reads_0_dbfs():
    bin_hz = RATE / 2048
    wave = np.sin(2 * np.pi * 100 * bin_hz * np.arange(RATE) / RATE)[None].astype(np.float32)
    assert _spectrogram_db(wave)[10:-10].max() == pytest.approx(0, abs=0.01)


def test_stages_are_drawn_with_values_that_are_missing():
    rows = [
        ("VAE round trip", 0.86, 23.9),
        ("griffinlim", 2.0, -12.0),
        ("vocoder", None, None),
        ("x", float("nan"), 0.0),
    ]
    assert opened(stages_figure(rows)).width == 1400


def test_no_stages_are_drawn_too():
    assert opened(stages_figure([])).width == 1400


def test_marks_are_drawn_where_the_region_ends_and_nowhere_outside():
    quiet = np.zeros((1, RATE), np.float32)
    plain = opened(comparison_figure(quiet, quiet, RATE, "")).convert("L")
    marked = opened(comparison_figure(quiet, quiet, RATE, "", start_s=10.0, marks_s=(10.5,))).convert("L")
    outside = opened(comparison_figure(quiet, quiet, RATE, "", marks_s=(0.0, 1.0, 5.0))).convert("L")
    assert np.array_equal(np.asarray(plain), np.asarray(outside))
    spectrogram = np.abs(np.asarray(marked, float) - np.asarray(plain, float))[380:600]
    columns = np.flatnonzero(spectrogram.max(axis=0) > 100)
    assert len(columns) and len(columns) <= 3 * 3  # one line of at most three pixels in each of three pictures


def test_time_begins_where_it_is_said_to():
    here = comparison_figure(sound(1, 3000), sound(1, 3000, 1), RATE, TITLE, start_s=12.5)
    assert here != comparison_figure(sound(1, 3000), sound(1, 3000, 1), RATE, TITLE)


def test_a_smaller_form_of_a_picture_shows_the_same(drawing):
    small = comparison_figure(sound(1, 3000), sound(1, 3000, 1), RATE, TITLE, form="webp")
    image, exact = opened(small), opened(drawing)
    assert image.format == "WEBP" and len(small) < len(drawing) / 2
    assert np.abs(np.asarray(image.convert("L"), float) - np.asarray(exact.convert("L"), float)).mean() < 3
