"""Damage that was done on purpose is found where it was done, and sound recordings are left alone."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from engine.audio import open_clip
from engine.errors import Cancelled
from engine.findings import MOST_LISTED, Finding, find_damage
from engine.progress import Control
from engine.settings import TASK_SETTINGS

RATE = 48000
DEMOS = ("speech-p286-011.wav", "music-loop-mika.flac", "environment-3-142593-a.ogg")


@dataclass
class Held:
    """A recording in memory that notes how much of it is read at once."""

    sound: np.ndarray
    rate: int = RATE
    longest_read: int = 0

    @property
    def channels(self) -> int:
        return len(self.sound)

    @property
    def frames(self) -> int:
        return self.sound.shape[1]

    def read(self, start: int, stop: int) -> np.ndarray:
        assert 0 <= start <= stop <= self.frames
        self.longest_read = max(self.longest_read, stop - start)
        return self.sound[:, start:stop].copy()


def demo(folder: Path, name: str) -> Held:
    with open_clip(folder / name) as clip:
        return Held(clip.read(0, clip.frames), clip.rate)


def tone_in_noise(length_s: float = 2.0, channels: int = 1, rate: int = RATE, seed: int = 0) -> np.ndarray:
    """A tone of 220 Hz at -12 dBFS in pink-like noise, which fills the band."""
    times = np.arange(round(length_s * rate)) / rate
    noise = np.random.default_rng(seed).standard_normal((channels, len(times)))
    return (0.25 * np.sin(2 * np.pi * 220 * times) + 0.01 * noise).astype(np.float32)


def found(sound: Held | np.ndarray, kind: str, subtype: str = "FLOAT") -> list[Finding]:
    recording = sound if isinstance(sound, Held) else Held(np.atleast_2d(sound).astype(np.float32))
    return [finding for finding in find_damage(recording, subtype=subtype).found if finding.kind == kind]


def places(findings: list[Finding]) -> list[tuple[int, int]]:
    return [(finding.region.start_frame, finding.region.end_frame) for finding in findings]


def loud_places(recording: Held, count: int = 6) -> list[int]:
    """Frames, evenly spread, around which there is sound."""
    around = round(0.02 * recording.rate)
    frames = np.linspace(0.2 * recording.rate, recording.frames - 0.2 * recording.rate, 40).astype(int)
    loud = [f for f in frames if recording.sound[:, f - around : f + around].std() > 5e-3]
    return [int(f) for f in loud[:: max(1, len(loud) // count)][:count]]


@pytest.mark.parametrize("name", DEMOS)
def test_an_undamaged_recording_has_next_to_nothing(demo_folder: Path, name: str) -> None:
    with open_clip(demo_folder / name) as clip:
        findings = find_damage(clip, subtype=clip.subtype)
    kinds = [finding.kind for finding in findings.found]
    assert findings.more == {}
    assert kinds.count("click") <= 1
    assert {"gap", "clipped", "hum"} & set(kinds) == set()


@pytest.mark.parametrize("length_ms", [1.5, 10, 80])
@pytest.mark.parametrize("name", DEMOS)
def test_dropouts_in_recordings_are_found_to_the_frame(demo_folder: Path, name: str, length_ms: float) -> None:
    recording = demo(demo_folder, name)
    length = round(length_ms / 1000 * recording.rate)
    cut = [(frame, frame + length) for frame in loud_places(recording)]
    for start, stop in cut:
        recording.sound[:, start:stop] = 0
    gaps = found(recording, "gap")
    assert len(gaps) == len(cut) >= 3
    np.testing.assert_allclose(places(gaps), cut, atol=2)  # a sample beside may be zero too
    assert all(gap.task == "fill" and gap.unit == "ms" for gap in gaps)
    assert [gap.severity for gap in gaps] == pytest.approx([length_ms] * len(gaps), abs=0.1)


def test_a_value_that_sticks_is_a_gap() -> None:
    sound = tone_in_noise()
    sound[0, 30000:30960] = sound[0, 29999]
    (gap,) = found(sound, "gap")
    assert abs(gap.region.start_frame - 30000) <= 1 and gap.region.end_frame == 30960
    assert gap.text == "dropout of 20 ms"


def test_a_dropout_that_dither_went_over_is_found() -> None:
    sound = tone_in_noise()
    sound[0, 30000:30960] = 0
    rng = np.random.default_rng(0)
    sound = np.round(sound * 2**15 + rng.random(sound.shape) - rng.random(sound.shape)) / 2**15
    assert len(found(sound, "gap", "PCM_16")) == 1


def test_lead_in_fades_rests_and_lead_out_are_no_gaps() -> None:
    sound = tone_in_noise()[0]
    sound[:5000] = 0
    sound[-5000:] = 0
    sound[20000:40000] *= np.linspace(1, 0, 20000, dtype=np.float32) ** 2
    sound[40000:52000] = 0  # silence after a fade, before an attack
    assert found(sound, "gap") == []


def test_a_gap_across_the_blocks_that_are_read_is_one() -> None:
    sound = tone_in_noise(8.0)
    sound[0, 50000:330000] = 0
    recording = Held(sound)
    (gap,) = found(recording, "gap")
    assert recording.longest_read < 280000
    assert places([gap]) == [(50000, 330000)]


def test_a_gap_names_the_channels_that_it_is_in() -> None:
    sound = tone_in_noise(channels=3)
    sound[1, 30000:31000] = 0
    sound[[0, 2], 60000:61000] = 0
    assert [gap.channels for gap in found(sound, "gap")] == [(1,), (0, 2)]


def test_clipped_stretches_are_grouped_and_counted() -> None:
    sound = tone_in_noise()
    sound[:, 30000:40000] *= 5
    sound[:, 70000:75000] *= 5
    clipped = np.clip(sound, -0.7, 0.7)
    stretches = found(clipped, "clipped")
    assert len(stretches) == 2
    assert stretches[0].region.start_frame >= 30000 - 480 and stretches[0].region.end_frame <= 40000 + 480
    assert sum(stretch.severity for stretch in stretches) == np.count_nonzero(np.abs(clipped) >= np.float32(0.7))
    assert stretches[0].task == "declip"
    assert stretches[0].text == f"{stretches[0].severity:.0f} samples clipped at -3.1 dBFS"
    assert found(clipped, "gap") == []


def test_clipping_below_the_peak_of_the_recording_is_found() -> None:
    """A click at full scale, or a part that was made softer afterwards, doesn't hide it."""
    clipped = np.clip(5 * tone_in_noise(70.0), -0.7, 0.7)
    clipped[:, : 35 * RATE] *= 0.3
    clipped[:, 50 * RATE] = 1.0
    levels = {round(stretch.level or 0, 1) for stretch in found(clipped, "clipped")}
    assert levels == {-3.1, -13.6}


def test_clipping_is_that_of_the_task_declip() -> None:
    """The same thresholds, though read in blocks."""
    from engine.clipping import find_clipping
    from engine.findings.clipped import Peaks, find_thresholds

    sound = np.clip(5 * tone_in_noise(channels=2), -0.6, 0.8).astype(np.float32)
    peaks, frames = Peaks(2), 7000
    for start in range(0, sound.shape[1], frames):
        peaks.push(sound[:, start : start + frames], start)
    clipping = find_thresholds(Held(sound), peaks.blocks, peaks.by_block(), 2**-23, Control())
    whole = find_clipping(sound, "FLOAT", Control())
    np.testing.assert_array_equal(clipping.upper, whole.upper)
    np.testing.assert_array_equal(clipping.lower, whole.lower)


@pytest.mark.parametrize("name", DEMOS)
def test_clicks_in_recordings_are_found_and_little_else(demo_folder: Path, name: str) -> None:
    recording = demo(demo_folder, name)
    frames = loud_places(recording)
    for frame in frames:
        recording.sound[:, frame] += 0.4
    clicks = found(recording, "click")
    hit = [f for f in frames if any(c.region.start_frame <= f < c.region.end_frame for c in clicks)]
    assert len(hit) >= 0.8 * len(frames)
    assert len(clicks) - len(hit) <= 2
    assert max(click.region.frames for click in clicks) <= 0.005 * recording.rate


def test_strokes_and_the_pulses_of_a_voice_are_no_clicks() -> None:
    rng = np.random.default_rng(0)
    decay = np.exp(-np.arange(4800) / 480)
    sound = 0.003 * rng.standard_normal(4 * RATE)
    for start in range(4000, 3 * RATE, 12000):
        sound[start : start + 4800] += 0.5 * decay * rng.standard_normal(4800)
    voice = np.zeros(RATE)
    voice[::400] = 0.5  # 120 Hz
    assert found(np.concatenate([sound, voice]), "click") == []


def test_the_edges_of_gaps_and_of_clipping_are_no_clicks() -> None:
    sound = tone_in_noise()
    sound[0, 30000:31000] = 0
    assert found(sound, "click") == []


def test_a_band_limit_is_one_finding_with_a_task_where_there_is_one() -> None:
    rng = np.random.default_rng(0)
    spectrum = np.fft.rfft(rng.standard_normal(4 * RATE))
    hz = np.fft.rfftfreq(4 * RATE, 1 / RATE)
    for cutoff_hz, task in ((3400, "extend"), (16000, None)):
        limited = np.fft.irfft(np.where(hz < cutoff_hz, spectrum, 0))
        (limit,) = found(0.2 * limited / limited.std(), "band limit")
        assert limit.severity == pytest.approx(cutoff_hz, abs=80)  # half of what it is smoothed over
        assert limit.task == task
        assert (limit.region.start_frame, limit.region.end_frame, limit.region.high_hz) == (0, 4 * RATE, RATE / 2)
    assert found(0.2 * rng.standard_normal(4 * RATE), "band limit") == []


@pytest.mark.parametrize("mains_hz", [50, 60])
def test_hum_under_speech_is_found(demo_folder: Path, mains_hz: int) -> None:
    speech = demo(demo_folder, "speech-p286-011.wav")
    speech.sound = np.tile(speech.sound, 4)
    times = np.arange(speech.frames) / speech.rate
    assert found(speech, "hum") == []
    for harmonic in (1, 2, 3, 5):
        speech.sound += (0.01 / harmonic * np.sin(2 * np.pi * mains_hz * harmonic * times)).astype(np.float32)
    (hum,) = found(speech, "hum")
    assert hum.level == mains_hz and hum.task == "denoise"


def test_too_many_of_a_kind_are_counted_and_the_worst_listed() -> None:
    sound = tone_in_noise(40.0)
    starts = range(1000, 40 * RATE - 1000, 4800)
    for index, start in enumerate(starts):
        sound[0, start : start + 60 + index] = 0
    findings = find_damage(Held(sound), subtype="FLOAT")
    gaps = [finding for finding in findings.found if finding.kind == "gap"]
    assert len(gaps) == MOST_LISTED
    assert findings.more["gap"] == len(starts) - MOST_LISTED
    assert min(gap.severity for gap in gaps) > 1000 * (len(starts) - MOST_LISTED) / RATE


@pytest.mark.parametrize(("frames", "rate", "channels"), [(1, 48000, 1), (56, 8000, 2), (20000, 192000, 32)])
def test_odd_sizes_are_looked_through(frames: int, rate: int, channels: int) -> None:
    sound = np.random.default_rng(0).uniform(-0.5, 0.5, (channels, frames)).astype(np.float32)
    assert find_damage(Held(sound, rate), subtype="FLOAT").found == ()
    assert find_damage(Held(np.zeros_like(sound), rate), subtype="FLOAT").found == ()


def test_a_search_is_cancelled_within_a_block() -> None:
    steps: list[int] = []
    control = Control(report=lambda stage, done, of: steps.append(done), cancelled=lambda: len(steps) >= 3)
    with pytest.raises(Cancelled):
        find_damage(Held(tone_in_noise(20.0)), control)
    assert len(steps) == 3


def test_every_task_that_is_suggested_is_one() -> None:
    sound = tone_in_noise()
    sound[0, 30000:31000] = 0
    sound[0, 60000] += 0.9
    assert {finding.task for finding in find_damage(Held(sound)).found} <= set(TASK_SETTINGS)


def test_looking_for_damage_loads_neither_torch_nor_scipy(run_python) -> None:
    done = run_python("import engine.findings, sys; print({'torch', 'scipy', 'PySide6'} & sys.modules.keys())")
    assert done.stdout.strip() == "set()", done.stderr


def test_a_minute_is_looked_through_in_two_seconds() -> None:
    """Of the thread's own time, so that a busy machine doesn't count."""
    recording = Held(tone_in_noise(60.0, channels=2))
    began = time.thread_time()
    find_damage(recording)
    assert time.thread_time() - began < 2.0


def test_hum_that_is_out_of_phase_between_the_channels_is_found() -> None:
    sound = 0.1 * tone_in_noise(16.0, channels=2)
    times = np.arange(sound.shape[1]) / RATE
    for harmonic in (1, 2, 3):
        hum = (0.01 / harmonic * np.sin(2 * np.pi * 50 * harmonic * times)).astype(np.float32)
        sound += np.stack([hum, -hum])
    (finding,) = found(sound, "hum")
    assert finding.level == 50


def test_hum_in_the_quieter_channel_is_found() -> None:
    sound = tone_in_noise(16.0, channels=2)
    times = np.arange(sound.shape[1]) / RATE
    sound[1] *= 0.01
    for harmonic in (1, 2, 3):
        sound[1] += (0.02 / harmonic * np.sin(2 * np.pi * 60 * harmonic * times)).astype(np.float32)
    (finding,) = found(sound, "hum")
    assert finding.level == 60


def test_in_a_recording_without_frames_nothing_is_found() -> None:
    findings = find_damage(Held(np.zeros((2, 0), np.float32)))
    assert (findings.found, findings.more) == ((), {})
