"""Parts of a recording, other rates and levels: what is written is what was there."""

from __future__ import annotations

import math
import struct
from pathlib import Path

import numpy as np
import pytest
import soundfile

from engine.audio import Patch, open_clip
from engine.errors import Cancelled, InputError, OutputError
from engine.export import Written
from engine.normalising import Normalising, gain_for
from engine.progress import Control
from engine.recording.riff import TIME_REFERENCE
from engine.rendition import Rendition, write_rendition
from tests.engine.recordings import (
    FORMATS,
    FRAMES,
    RATE,
    START,
    STOP,
    leftovers,
    native,
    noise,
    patch,
    read_chunks,
    source,
    with_chunks,
)

LOSSLESS = [(c, s) for c, s in FORMATS if s not in ("VORBIS", "OPUS", "MPEG_LAYER_III", "IMA_ADPCM")]


def written(path: Path, target: Path, patches: list[Patch], rendition: Rendition, **how: object) -> Written:
    with open_clip(path) as clip:
        return write_rendition(clip, patches, target, rendition, **how)


@pytest.mark.parametrize(("container", "subtype"), LOSSLESS)
def test_a_part_keeps_every_bit_outside_its_patches(tmp_path: Path, container: str, subtype: str) -> None:
    path = source(tmp_path, container, subtype)
    target = tmp_path / f"part{path.suffix}"
    written(path, target, [patch()], Rendition(700, 2400))
    part, whole = native(target), native(path)[700:2400]
    outside = np.r_[0 : START - 700, STOP - 700 : 1700]
    np.testing.assert_array_equal(part[outside], whole[outside])
    assert (part[START - 700 : STOP - 700] != whole[START - 700 : STOP - 700]).mean() > 0.9
    with open_clip(target) as clip:
        assert (clip.container, clip.subtype, clip.rate) == (container, subtype, RATE)


def test_the_whole_is_written_with_all_its_chunks_and_bytes(tmp_path: Path) -> None:
    path = source(tmp_path)
    with_chunks(path)
    written(path, tmp_path / "out.wav", [], Rendition(0, FRAMES))
    assert (tmp_path / "out.wav").read_bytes() == path.read_bytes()


def test_a_part_keeps_chunks_that_stay_true_and_mends_the_time_of_its_first_sample(tmp_path: Path) -> None:
    path = source(tmp_path)
    with_chunks(path)
    written(path, tmp_path / "part.wav", [], Rendition(1200, 2400))
    kept = dict(read_chunks(tmp_path / "part.wav"))
    assert kept.keys() & {b"bext", b"LIST", b"iXML", b"cue ", b"odd!"} == {b"bext", b"LIST"}
    before = dict(read_chunks(path))[b"bext"]
    assert struct.unpack_from("<Q", kept[b"bext"], TIME_REFERENCE) == (1200,)
    assert kept[b"bext"][:TIME_REFERENCE] == before[:TIME_REFERENCE]
    assert kept[b"bext"][TIME_REFERENCE + 8 :] == before[TIME_REFERENCE + 8 :]


@pytest.mark.parametrize("rate", [44100, 96000, 192000, 8000])
def test_another_rate_is_the_same_sound(tmp_path: Path, rate: int) -> None:
    """A tone within both bands comes back as the tone at the new rate."""
    times = np.arange(RATE) / RATE
    soundfile.write(tmp_path / "tone.wav", 0.5 * np.sin(2 * np.pi * 1000 * times), RATE, subtype="FLOAT")
    done = written(tmp_path / "tone.wav", tmp_path / "out.wav", [], Rendition(0, RATE, rate))
    assert done.notes == (f"resampled from 48000 to {rate} Hz",)
    with open_clip(tmp_path / "out.wav") as clip:
        assert (clip.rate, clip.frames, clip.subtype) == (rate, rate, "FLOAT")
        sound = clip.read(0, clip.frames)[0]
    inner = slice(rate // 10, -rate // 10)
    np.testing.assert_allclose(sound[inner], 0.5 * np.sin(2 * np.pi * 1000 * np.arange(rate) / rate)[inner], atol=2e-5)


def test_a_resampled_part_has_the_length_that_was_promised(tmp_path: Path) -> None:
    path = source(tmp_path, frames=336)  # 7 ms
    for rate in (8000, 11025, 44100, 192000):
        rendition = Rendition(1, 336, rate)
        done = written(path, tmp_path / "out.wav", [], rendition, force=True)
        assert done.frames == rendition.frames_at(RATE) == math.ceil(335 * rate / RATE)


def test_a_gain_is_applied_and_told(tmp_path: Path) -> None:
    path = source(tmp_path, subtype="DOUBLE", level=0.4)
    done = written(path, tmp_path / "out.wav", [patch(level=0.4)], Rendition(0, FRAMES, gain_db=6.0))
    assert done.notes == ("level changed by +6.00 dB",)
    louder, before = native(tmp_path / "out.wav"), native(path)
    np.testing.assert_allclose(louder[:START], 10**0.3 * before[:START], rtol=1e-12)


@pytest.mark.parametrize(("seed", "power"), [(0, 1 / 4), (None, 1 / 12)])
def test_dither_is_laid_on_rounding_only_where_it_is_wanted(tmp_path: Path, seed: int | None, power: float) -> None:
    """An undithered error has 1/12 LSB squared; triangular dither adds 1/6."""
    path = source(tmp_path, subtype="FLOAT", frames=20000)
    done = written(path, tmp_path / "out.wav", [], Rendition(0, 20000, dither_seed=seed), subtype="PCM_16")
    error = native(tmp_path / "out.wav") - 2**15 * native(path).astype(float)
    assert np.mean(error**2) == pytest.approx(power, rel=0.05)
    assert done.notes[0].endswith("with dither") is (seed is not None)


def test_without_dither_a_patch_is_rounded_to_the_nearest(tmp_path: Path) -> None:
    path = source(tmp_path, subtype="PCM_16")
    laid = patch(level=0.5)
    written(path, tmp_path / "out.wav", [laid], Rendition(0, FRAMES, dither_seed=None))
    np.testing.assert_array_equal(native(tmp_path / "out.wav")[START:STOP], np.rint(2**15 * laid.samples.T))


def test_thirty_two_channels_keep_their_order(tmp_path: Path) -> None:
    path = source(tmp_path, channels=32)
    written(path, tmp_path / "part.wav", [], Rendition(100, 200))
    np.testing.assert_array_equal(native(tmp_path / "part.wav"), native(path)[100:200])


def test_flac_metadata_comes_along_but_for_the_cue_sheet(tmp_path: Path) -> None:
    with soundfile.SoundFile(tmp_path / "in.flac", "w", RATE, 2, "PCM_24") as file:
        file.title = "Interview"
        file.write(noise())
    written(tmp_path / "in.flac", tmp_path / "out.flac", [], Rendition(5, 500))
    with open_clip(tmp_path / "out.flac") as clip:
        assert clip.tags["title"] == "Interview"
    np.testing.assert_array_equal(native(tmp_path / "out.flac"), native(tmp_path / "in.flac")[5:500])


@pytest.mark.parametrize("rendition", [Rendition(0, FRAMES), Rendition(5, 2000), Rendition(0, FRAMES, 44100)])
def test_a_cancelled_output_leaves_nothing(tmp_path: Path, rendition: Rendition) -> None:
    path = source(tmp_path)
    with pytest.raises(Cancelled):
        written(path, tmp_path / "out.flac", [], rendition, control=Control(cancelled=lambda: True))
    assert [p.name for p in tmp_path.iterdir()] == [path.name]
    assert leftovers(tmp_path) == []


def test_impossible_parts_and_rates_are_refused(tmp_path: Path) -> None:
    path = source(tmp_path)
    with pytest.raises(InputError, match="holds 3000"):
        written(path, tmp_path / "out.wav", [], Rendition(0, FRAMES + 1))
    with pytest.raises(InputError, match="nothing to write"):
        Rendition(5, 5)
    with pytest.raises(InputError, match="accepted is 1000 to 192000 Hz"):
        Rendition(0, 5, 12)
    with pytest.raises(OutputError, match="OPUS can't hold 44100 Hz"):
        written(path, tmp_path / "out.opus", [], Rendition(0, FRAMES, 44100))


def gain(path: Path, wanted: Normalising, rendition: Rendition) -> tuple[float, tuple[str, ...]]:
    with open_clip(path) as clip:
        return gain_for(clip, [], rendition, wanted, Control())


def test_a_peak_is_reached_to_the_hundredth_of_a_decibel(tmp_path: Path) -> None:
    path = source(tmp_path, level=0.3)
    for rate in (None, 44100):
        gain_db, notes = gain(path, Normalising("peak", -3.0), Rendition(0, FRAMES, rate))
        written(path, tmp_path / "out.wav", [], Rendition(0, FRAMES, rate, gain_db), force=True)
        with open_clip(tmp_path / "out.wav") as clip:
            peak = float(np.abs(clip.read(0, clip.frames)).max())
        assert 20 * math.log10(peak) == pytest.approx(-3.0, abs=0.01)
        assert notes == ()


def test_a_loudness_is_reached_and_held_back_where_it_would_clip(tmp_path: Path) -> None:
    import pyloudnorm

    sound = noise(3 * RATE, level=0.05)
    sound[RATE] = 0.5
    soundfile.write(path := tmp_path / "in.wav", sound, RATE, subtype="FLOAT")
    gain_db, notes = gain(path, Normalising("loudness", -23.0), Rendition(0, 3 * RATE))
    sound = soundfile.read(path)[0] * 10 ** (gain_db / 20)
    assert pyloudnorm.Meter(RATE, filter_class="DeMan").integrated_loudness(sound) == pytest.approx(-23.0, abs=0.01)
    assert notes == ()
    gain_db, notes = gain(path, Normalising("loudness", 0.0), Rendition(0, 3 * RATE))
    assert gain_db == pytest.approx(20 * math.log10(1 / 0.5), abs=0.01)
    assert "held back" in notes[0]


def test_silence_and_what_is_too_short_keep_their_level(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "silence.wav", np.zeros((RATE, 1)), RATE)
    assert gain(tmp_path / "silence.wav", Normalising("peak"), Rendition(0, RATE))[0] == 0.0
    gain_db, notes = gain(source(tmp_path, frames=336), Normalising("loudness", -23.0), Rendition(0, 336))
    assert gain_db == 0.0 and "too short" in notes[0]


def test_levels_above_full_scale_are_refused() -> None:
    with pytest.raises(InputError, match="accepted is -60 to 0"):
        Normalising("peak", 3.0)
    with pytest.raises(InputError, match="accepted are off, peak, loudness"):
        Normalising("rms", -3.0)  # type: ignore[arg-type]
