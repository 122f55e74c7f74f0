import json
import subprocess
import sys
import tracemalloc
import types
from dataclasses import asdict

import librosa
import numpy as np
import pyloudnorm
import pytest
import soxr

from engine.errors import InputError
from engine.metrics import (
    Comparison,
    Measures,
    Survey,
    compare,
    compare_streams,
    mel_pair,
    summary_line,
    table,
)

RATE = 44100
KEYS = [
    "snr_db", "si_sdr_db", "mse", "mae", "correlation", "mel_db", "lsd_db", "mrstft", "band_retention",
    "lufs_reference", "lufs_result", "true_peak_dbtp", "pesq", "stoi",
]  # fmt: skip


def noise(
    *, channels: int = 1, seconds: float = 2.0, rate: int = RATE, level: float = 0.1, seed: int = 0
) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return (level * rng.standard_normal((channels, round(seconds * rate)))).astype(np.float32)


def sine(
    hz: float, *, dbfs: float, seconds: float, rate: int, channels: int = 1, phase: float = 0.0
) -> np.ndarray:
    time = np.arange(round(seconds * rate)) / rate
    wave = 10 ** (dbfs / 20) * np.sin(2 * np.pi * hz * time + phase)
    return np.tile(wave, (channels, 1)).astype(np.float32)


def programme(channels: int, seconds: float, rate: int) -> np.ndarray:
    """Noise and tones whose level moves over 60 dB, so that both gates close on something."""
    sound = noise(channels=channels, seconds=seconds, rate=rate, level=0.2, seed=5)
    sound += sine(440, dbfs=-12, seconds=seconds, rate=rate)
    envelope = 10 ** (-1.5 + 1.5 * np.sin(2 * np.pi * 0.3 * np.arange(sound.shape[1]) / rate))
    return (sound * envelope).astype(np.float32)


def numbers(measures: Measures) -> list[float | None]:
    flat = asdict(measures)
    flat |= flat.pop("band_retention")
    return list(flat.values())


# Samples


@pytest.mark.parametrize("snr_db", [-10.0, 0.0, 20.0, 60.0])
def test_noise_of_a_known_level_gives_its_snr_and_si_sdr(snr_db):
    reference = sine(1000, dbfs=-6, seconds=1, rate=RATE)
    error = sine(3000, dbfs=-6 - snr_db, seconds=1, rate=RATE)  # orthogonal over whole periods
    measures = compare(reference, reference + error, RATE)
    assert measures.snr_db == pytest.approx(snr_db, abs=1e-3)
    assert measures.si_sdr_db == pytest.approx(snr_db, abs=1e-3)


def test_error_measures_equal_their_definitions():
    reference, result = noise(channels=2, seed=1), noise(channels=2, seed=2)
    wide = reference.astype(np.float64), result.astype(np.float64)
    measures = compare(reference, result, RATE)
    assert measures.mse == pytest.approx(np.mean((wide[0] - wide[1]) ** 2), rel=1e-9)
    assert measures.mae == pytest.approx(np.mean(np.abs(wide[0] - wide[1])), rel=1e-9)
    assert measures.correlation == pytest.approx(
        np.corrcoef(wide[0].ravel(), wide[1].ravel())[0, 1], abs=1e-9
    )


def test_si_sdr_forgives_gain_and_offset_but_not_noise():
    reference, error = noise(seed=1), noise(seed=2, level=0.01)
    plain = compare(reference, reference + error, RATE).si_sdr_db
    turned_down = compare(reference, 0.25 * (reference + error) + np.float32(0.125), RATE).si_sdr_db
    assert turned_down == pytest.approx(plain, abs=1e-3)
    assert plain == pytest.approx(20, abs=0.2)


@pytest.mark.parametrize("gain", [0.5, -2.0, 0.7])
def test_si_sdr_of_a_mere_gain_is_undefined(gain):
    reference = noise()
    measures = compare(reference, reference * np.float32(gain), RATE)
    assert measures.si_sdr_db is None
    assert measures.correlation == pytest.approx(np.sign(gain))
    assert measures.snr_db == pytest.approx(-20 * np.log10(abs(gain - 1)), abs=1e-3)


def test_a_tiny_error_is_still_measured():
    reference = noise(seconds=1).astype(np.float32)
    result = reference.copy()
    result[0, 100] += np.float32(2**-23)
    measures = compare(reference, result, RATE)
    assert measures.snr_db == pytest.approx(
        10 * np.log10(np.sum(reference.astype(float) ** 2) / 2**-46), abs=0.01
    )
    assert measures.si_sdr_db == pytest.approx(measures.snr_db, abs=0.01)


def test_identical_signals_have_no_ratio_but_no_error_either():
    measures = compare(noise(channels=2), noise(channels=2), RATE)
    assert (measures.snr_db, measures.si_sdr_db) == (None, None)
    assert (measures.mse, measures.mae, measures.correlation) == (0, 0, 1)
    assert (measures.mel_db, measures.lsd_db, measures.mrstft) == (0, 0, 0)
    assert summary_line(measures).startswith("identical")


# Spectra


@pytest.mark.parametrize("rate", [16000, 44100])
def test_mel_equals_librosas_with_power_one(rate):
    reference, result = noise(rate=rate, seed=1) + np.float32(0.05), noise(rate=rate, seed=2)

    def expected(sound: np.ndarray) -> np.ndarray:
        def at_16k(x: np.ndarray) -> np.ndarray:
            return x if rate == 16000 else soxr.resample(x, rate, 16000, quality="VHQ")

        mean = at_16k(reference[0]).mean()
        gain = 0.5 / np.abs(at_16k(reference[0]) - mean).max()
        padded = np.pad(gain * (at_16k(sound[0]) - mean), 432, mode="reflect")
        mel = librosa.feature.melspectrogram(
            y=padded.astype(np.float64), sr=16000, n_fft=1024, hop_length=160, center=False, power=1,
            n_mels=64, fmin=0, fmax=8000, htk=False, norm="slaney", dtype=np.float64,
        )  # fmt: skip
        return np.log(np.maximum(mel, 1e-5)).T

    ours = mel_pair(reference, result, rate)
    np.testing.assert_allclose(ours[0], expected(reference), atol=2e-4)
    np.testing.assert_allclose(ours[1], expected(result), atol=2e-4)
    difference_db = 20 / np.log(10) * np.abs(expected(reference) - expected(result)).mean()
    assert compare(reference, result, rate).mel_db == pytest.approx(difference_db, abs=1e-3)


def test_mel_of_opposite_channels_is_not_cancelled():
    left = noise()
    mel, _ = mel_pair(np.concatenate([left, -left]), np.concatenate([left, -left]), RATE)
    mono, _ = mel_pair(left, left, RATE)
    np.testing.assert_allclose(mel, mono, atol=1e-5)


def test_gain_of_six_decibels_is_six_decibels_of_mel_and_spectrum():
    reference = noise(level=0.2)
    measures = compare(reference, 2 * reference, RATE)
    assert measures.mel_db == pytest.approx(6.02, abs=0.01)
    assert measures.lsd_db == pytest.approx(6.02, abs=0.01)
    assert list(asdict(measures.band_retention).values()) == pytest.approx([400, 400, 400])


def test_lsd_equals_its_definition():
    reference, result = noise(seed=1), noise(seed=2, level=0.05)
    power = [
        np.abs(librosa.stft(x[0].astype(np.float64), n_fft=2048, hop_length=512, pad_mode="reflect")) ** 2
        for x in (reference, result)
    ]
    level_db = [10 * np.log10(np.maximum(p, power[0].max() * 1e-8)) for p in power]
    expected = np.sqrt(((level_db[0] - level_db[1]) ** 2).mean(axis=0)).mean()
    assert compare(reference, result, RATE).lsd_db == pytest.approx(expected, abs=1e-3)


def test_what_lies_80_db_below_the_peak_doesnt_count_in_lsd():
    reference = sine(1000, dbfs=0, seconds=1, rate=RATE) * np.hanning(RATE).astype(np.float32)
    quiet = noise(seconds=1, level=1e-6)
    assert compare(reference, reference + quiet, RATE).lsd_db < 0.01


def test_mrstft_equals_its_definition():
    reference, result = noise(seed=1), noise(seed=2, level=0.05)
    losses = []
    for n_fft, hop, window in ((1024, 120, 600), (2048, 240, 1200), (512, 50, 240)):
        a, b = (
            np.abs(
                librosa.stft(
                    x[0].astype(np.float64),
                    n_fft=n_fft,
                    hop_length=hop,
                    win_length=window,
                    pad_mode="reflect",
                )
            )
            for x in (reference, result)
        )
        losses.append(np.linalg.norm(a - b) / np.linalg.norm(a) + np.abs(np.log(a) - np.log(b)).mean())
    assert compare(reference, result, RATE).mrstft == pytest.approx(np.mean(losses), rel=2e-3)


def test_energy_is_counted_in_its_band():
    low, mid, high = (sine(hz, dbfs=-12, seconds=2, rate=RATE) for hz in (100, 1000, 9000))
    kept = compare(low + mid + high, low + np.float32(0.5) * mid, RATE).band_retention
    assert kept.low == pytest.approx(100, abs=0.05)
    assert kept.mid == pytest.approx(25, abs=0.05)
    assert kept.high == pytest.approx(0, abs=0.05)


def test_a_band_where_the_reference_is_empty_has_no_retention():
    fade = np.hanning(2 * RATE).astype(np.float32)
    reference = fade * sine(1000, dbfs=-12, seconds=2, rate=RATE)
    kept = compare(reference, reference + noise(level=0.01), RATE).band_retention
    assert kept.mid == pytest.approx(100, abs=1)
    assert kept.high is None


def test_a_recording_at_8_khz_has_no_high_band():
    sound = noise(rate=8000)
    assert compare(sound, sound, 8000).band_retention.high is None


# Loudness and peak


@pytest.mark.parametrize(
    ("channels", "seconds", "rate"),
    [
        (1, 0.4, 48000),
        (1, 2.594, 44100),
        (2, 6.5, 48000),
        (2, 5.07, 44100),
        (1, 3.33, 16000),
        (2, 3, 96000),
        (1, 2.36, 11025),
    ],
)
def test_loudness_equals_pyloudnorm_within_a_hundredth(channels, seconds, rate):
    sound = programme(channels, seconds, rate)
    expected = pyloudnorm.Meter(rate).integrated_loudness(sound.T.astype(np.float64))
    measures = compare(sound, sound * np.float32(0.5), rate)
    assert measures.lufs_reference == pytest.approx(expected, abs=0.01)
    half = pyloudnorm.Meter(rate).integrated_loudness(0.5 * sound.T.astype(np.float64))
    assert measures.lufs_result == pytest.approx(half, abs=0.01)


@pytest.mark.parametrize(
    ("sections", "lufs"),
    [
        ([(-23, 20)], -23.0),  # EBU Tech 3341, case 1
        ([(-33, 20)], -33.0),  # case 2
        ([(-36, 10), (-23, 60), (-36, 10)], -23.0),  # case 3
        ([(-72, 10), (-36, 10), (-23, 60), (-36, 10), (-72, 10)], -23.0),  # case 4
        ([(-26, 20), (-20, 20.1), (-26, 20)], -23.0),  # case 5
    ],
)
def test_loudness_of_the_vectors_of_ebu_tech_3341(sections, lufs):
    rate = 48000
    sound = np.concatenate(
        [sine(1000, dbfs=level, seconds=seconds, rate=rate, channels=2) for level, seconds in sections],
        axis=1,
    )
    assert loudness(sound, rate) == pytest.approx(lufs, abs=0.1)


def loudness(sound: np.ndarray, rate: int) -> float | None:
    """Without the costly measures, on long vectors."""
    from engine.metrics import _Loudness

    meter = _Loudness(rate, len(sound))
    for start in range(0, sound.shape[1], 65537):
        block = sound[:, start : start + 65537]
        meter.push(np.concatenate([block, block]))
    return meter.integrated()[0]


def test_every_channel_beyond_stereo_has_weight_one():
    sound = noise(channels=6, seconds=1)
    stereo = np.stack([sound[0], np.zeros_like(sound[0])])
    each = [loudness(np.stack([channel, np.zeros_like(channel)]), RATE) for channel in sound]
    expected = 10 * np.log10(sum(10 ** (value / 10) for value in each))
    assert loudness(sound, RATE) == pytest.approx(expected, abs=0.01)
    assert loudness(stereo, RATE) == pytest.approx(loudness(sound[:1], RATE), abs=1e-6)


def test_loudness_needs_400_ms():
    short = noise(seconds=0.39)
    assert compare(short, short, RATE).lufs_result is None


@pytest.mark.parametrize("rate", [44100, 48000, 96000, 192000])
def test_true_peak_finds_what_lies_between_the_samples(rate):
    # fs/4 at 45 degrees: every sample is at -3 dB, the wave reaches 0 dBTP between them.
    hz = rate / 4 if rate < 192000 else rate / 8
    sound = (
        sine(hz, dbfs=0, seconds=0.2, rate=rate, phase=np.pi / 4)
        * np.hanning(round(0.2 * rate)).astype(np.float32) ** 0.1
    )
    measures = compare(sound, sound, rate)
    if rate == 44100:
        assert 20 * np.log10(np.abs(sound).max()) == pytest.approx(-3.01, abs=0.01)
    tolerance_db = 0.1 if rate < 96000 else 0.7  # the worst of 2x and 1x at these frequencies
    assert measures.true_peak_dbtp == pytest.approx(0, abs=tolerance_db)


def test_true_peak_is_the_results_and_never_below_its_samples():
    reference = noise(level=0.01)
    result = reference.copy()
    result[0, 5000] = 0.5
    assert compare(reference, result, RATE).true_peak_dbtp >= 20 * np.log10(0.5)


# Speech


def test_speech_measures_come_from_the_packages_at_16_khz(monkeypatch):
    calls = []

    def score(name, value):
        def inner(*arguments):
            calls.append((name, *(a if np.isscalar(a) else a.shape for a in arguments)))
            return value

        return inner

    fake_packages(monkeypatch, pesq=score("pesq", 3.5), stoi=score("stoi", np.float64(0.9)))
    sound = noise(channels=2, seconds=1)
    measures = compare(sound, sound, RATE)
    assert (measures.pesq, measures.stoi) == (3.5, 0.9)
    assert calls == [("pesq", 16000, (16000,), (16000,), "wb"), ("stoi", (16000,), (16000,), 16000)]


def test_a_package_that_refuses_gives_no_score(monkeypatch):
    def refuse(*_arguments):
        raise RuntimeError("No utterances detected")

    fake_packages(monkeypatch, pesq=refuse, stoi=refuse)
    measures = compare(noise(), noise(), RATE)
    assert (measures.pesq, measures.stoi) == (None, None)


def test_silence_is_no_speech(monkeypatch):
    fake_packages(monkeypatch, pesq=lambda *_: 1.0, stoi=lambda *_: 0.0)
    silence = np.zeros((1, 8000), np.float32)
    measures = compare(silence, noise(seconds=1, rate=8000), 8000)
    assert (measures.pesq, measures.stoi) == (None, None)


@pytest.mark.parametrize("seconds", [0.4, 61])
def test_speech_is_not_scored_below_half_a_second_nor_above_a_minute(monkeypatch, seconds):
    fake_packages(monkeypatch, pesq=lambda *_: 1.0, stoi=lambda *_: 1.0)
    sound = noise(seconds=seconds, rate=8000)
    assert compare(sound, sound, 8000).pesq is None


def fake_packages(monkeypatch, *, pesq, stoi):
    import importlib.machinery

    for name, function, value in (("pesq", "pesq", pesq), ("pystoi", "stoi", stoi)):
        module = types.ModuleType(name)
        module.__spec__ = importlib.machinery.ModuleSpec(name, None)
        setattr(module, function, value)
        monkeypatch.setitem(sys.modules, name, module)


# Streams, edges, form


def test_odd_blocks_equal_one_shot():
    reference, result = programme(2, 3.7, RATE), programme(2, 3.7, RATE)
    result = result + noise(channels=2, seconds=3.7, level=0.01, seed=9)
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


def test_memory_doesnt_grow_with_the_recording():
    def peak_bytes(seconds: int) -> int:
        block = noise(channels=2, seconds=1, rate=8000)

        def read(start_frame: int, end_frame: int) -> np.ndarray:
            return np.resize(block, (2, end_frame - start_frame))

        tracemalloc.start()
        compare_streams(read, read, seconds * 8000, 8000, 2)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return peak

    peak_bytes(1)  # what is imported and cached once doesn't count
    assert peak_bytes(64) < 1.05 * peak_bytes(16)


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
    measures = compare(noise(), noise(seed=1), RATE)
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
