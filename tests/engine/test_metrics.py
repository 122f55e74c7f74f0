"""Every measure together: streams, edges, and the form of the answer."""

from __future__ import annotations

import dataclasses
import json
import subprocess
import sys
import tracemalloc
from dataclasses import asdict

import numpy as np
import pytest

from engine.errors import InputError
from engine.metrics import Comparison, Measures, Survey, compare, compare_streams, summary_line, table
from tests.engine.signals import RATE, noise, programme

KEYS = [
    "snr_db", "si_sdr_db", "mse", "mae", "correlation", "mel_db", "lsd_db", "mrstft", "band_retention",
    "lufs_reference", "lufs_result", "true_peak_dbtp", "pesq", "stoi",
]  # fmt: skip


def numbers(measures: Measures) -> list[float | None]:
    flat = asdict(measures)
    flat |= flat.pop("band_retention")
    return list(flat.values())


def test_odd_blocks_equal_one_shot():
    reference, result = programme(2, 2.1, RATE), programme(2, 2.1, RATE)
    result = result + noise(channels=2, seconds=2.1, level=0.01, seed=9)
    survey = Survey(RATE, 2)
    for start in range(0, reference.shape[1], 7919):
        survey.update(reference[:, start : start + 7919])
    comparison = Comparison(RATE, 2, survey.levels())
    sizes, start = [1, 17, 4801, 30011, 0, 65536, 3], 0
    while start < reference.shape[1]:
        size = sizes[0]
        sizes.append(sizes.pop(0))
        comparison.update(reference[:, start : start + size], result[:, start : start + size])
        start += size
    assert numbers(comparison.measures()) == numbers(compare(reference, result, RATE))


def test_memory_doesnt_grow_with_the_recording(monkeypatch):
    monkeypatch.setattr("engine.measuring.streams.BLOCK_SAMPLES", 1 << 15)  # a few seconds are many blocks
    block = noise(channels=2, seconds=1, rate=8000)

    def read(start_frame: int, end_frame: int) -> np.ndarray:
        return np.resize(block, (2, end_frame - start_frame))

    def peak_bytes(seconds: int) -> int:
        tracemalloc.start()
        compare_streams(read, read, seconds * 8000, 8000, 2, speech=False)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return peak

    compare_streams(read, read, 8000, 8000, 2)  # what is imported and cached once doesn't count
    assert peak_bytes(24) < 1.05 * peak_bytes(6)


@pytest.mark.parametrize("frames", [0, 1, 2, 159, 160, 432, 433, 1024, 1025, 5000])
@pytest.mark.parametrize("channels", [1, 2])
def test_short_recordings_are_measured_as_far_as_they_go(frames, channels):
    reference = noise(channels=channels, seconds=frames / RATE)
    measures = compare(reference, reference * np.float32(0.5), RATE)
    assert (measures.mse is None) == (frames == 0)
    assert (measures.mel_db is None) == (frames * 16000 / RATE < 159.5)
    json.dumps(measures.as_json(), allow_nan=False)


def test_silence_has_no_levels_and_no_nan():
    silence = np.zeros((2, RATE), np.float32)
    measures = compare(silence, silence, RATE)
    assert measures.mse == 0
    assert measures.mel_db == 0
    for name in ("snr_db", "si_sdr_db", "correlation", "lsd_db", "mrstft", "lufs_result", "true_peak_dbtp"):
        assert getattr(measures, name) is None


def test_a_flipped_result_is_as_near_as_it_can_be_but_for_its_sign():
    """SI-SDR forgives any gain, -1 too: what is left of the error is nothing, and it is undefined like an infinite
    one. What looks at levels alone sees no difference; SNR and correlation do."""
    reference = noise(channels=2, seconds=1)
    measures = compare(reference, -reference, RATE)
    assert (measures.correlation, measures.si_sdr_db) == (-1, None)
    assert measures.snr_db == pytest.approx(-20 * np.log10(2), abs=1e-6)
    assert measures.mel_db == pytest.approx(0, abs=0.01)  # the reference's mean is taken off of both
    assert (measures.lsd_db, measures.mrstft) == (0, 0)
    assert measures.lufs_result == measures.lufs_reference
    assert not summary_line(measures).startswith("identical")


def test_a_constant_has_levels_but_no_correlation():
    steady = np.full((1, RATE), 0.5, np.float32)
    measures = compare(steady, steady + noise(seconds=1, level=0.01), RATE)
    assert (measures.correlation, measures.si_sdr_db) == (None, None)
    assert measures.snr_db == pytest.approx(20 * np.log10(50), abs=0.1)
    assert measures.mse == pytest.approx(1e-4, rel=0.05)
    moved = compare(noise(seconds=1), noise(seconds=1) + np.float32(0.25), RATE)
    assert moved.correlation == pytest.approx(1, abs=1e-6)
    assert moved.si_sdr_db > 100 or moved.si_sdr_db is None
    assert moved.mae == pytest.approx(0.25, abs=1e-6)


def test_one_sample_has_an_error_and_a_peak():
    measures = compare(np.full((1, 1), 0.5, np.float32), np.full((1, 1), 0.25, np.float32), RATE)
    assert (measures.mse, measures.mae) == (0.0625, 0.25)
    assert measures.snr_db == pytest.approx(6.02, abs=0.01)
    assert (measures.correlation, measures.si_sdr_db, measures.mel_db, measures.lufs_result) == (None,) * 4
    assert measures.true_peak_dbtp == pytest.approx(20 * np.log10(0.25), abs=0.01)


def test_a_silent_result_has_lost_everything():
    reference = noise(seconds=1)
    measures = compare(reference, np.zeros_like(reference), RATE)
    assert (measures.snr_db, measures.band_retention.mid) == (0, 0)
    assert (measures.si_sdr_db, measures.correlation, measures.lufs_result, measures.true_peak_dbtp) == (None,) * 4


@pytest.mark.filterwarnings("ignore:invalid value encountered:RuntimeWarning")
@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_json_never_holds_nan_or_infinity(bad):
    reference, result = noise(), noise()
    result[0, 1000] = bad
    for measures in (compare(reference, result, RATE), compare(result, reference, RATE)):
        json.dumps(measures.as_json(), allow_nan=False)
        assert measures.mse is None


def test_json_has_the_contracts_keys_in_order():
    measures = compare(noise(), noise(seed=1), RATE).as_json()
    assert list(measures) == KEYS
    assert list(measures["band_retention"]) == ["low", "mid", "high"]


@pytest.mark.parametrize("channels", [3, 32])
def test_many_channels_are_measured(channels):
    reference = noise(channels=channels, seconds=0.5)
    measures = compare(reference, reference * np.float32(0.5), RATE)
    assert measures.snr_db == pytest.approx(6.02, abs=0.01)


def test_shapes_that_differ_are_refused_with_both():
    with pytest.raises(InputError, match=r"\(1, 88200\).*\(2, 88200\)"):
        compare(noise(), noise(channels=2), RATE)


def test_table_and_summary_say_every_undefined_value():
    measures = dataclasses.replace(compare(noise(), noise(seed=1), RATE), pesq=None)
    lines = table(measures).splitlines()
    assert len(lines) == len(KEYS) + 2  # band_retention is three
    assert any(line.startswith("PESQ") and "n/a" in line for line in lines)
    assert "\n" not in summary_line(measures)
    assert (table(measures) + summary_line(measures)).isascii()


def test_importing_metrics_loads_neither_torch_nor_scipy():
    code = """if True:
        import sys, engine.metrics
        print([name for name in ("torch", "scipy", "pyloudnorm", "matplotlib") if name in sys.modules])
    """
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert loaded.stdout.strip() == "[]"
