"""Container and subtype of an output."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from engine.errors import OutputError
from engine.export import write_samples
from engine.recording.formats import Format, Shape, choose_format, fit_length
from tests.engine.recordings import RATE, native, noise, patch, repair, source


@pytest.mark.parametrize(
    ("old", "suffix", "expected"),
    [
        (("WAV", "FLOAT"), "flac", ("FLAC", "PCM_24")),
        (("WAV", "PCM_32"), "flac", ("FLAC", "PCM_24")),
        (("WAV", "PCM_U8"), "flac", ("FLAC", "PCM_S8")),
        (("WAV", "PCM_24"), "aiff", ("AIFF", "PCM_24")),
        (("WAVEX", "PCM_24"), "WAV", ("WAVEX", "PCM_24")),
        (("RF64", "PCM_16"), "wav", ("RF64", "PCM_16")),
        (("AIFF", "PCM_S8"), "wav", ("WAV", "PCM_U8")),
        (("FLAC", "PCM_24"), "wav", ("WAV", "PCM_24")),
        (("CAF", "ALAC_24"), "wav", ("WAV", "PCM_24")),
        (("CAF", "ALAC_20"), "caf", ("CAF", "PCM_24")),
        (("MP3", "MPEG_LAYER_III"), "wav", ("WAV", "FLOAT")),
        (("OGG", "VORBIS"), "flac", ("FLAC", "PCM_24")),
        (("WAV", "IMA_ADPCM"), "wav", ("WAV", "PCM_16")),
        (("WAV", "PCM_24"), "mp3", ("MP3", "MPEG_LAYER_III")),
        (("OGG", "OPUS"), "ogg", ("OGG", "VORBIS")),
        (("WAV", "PCM_16"), "opus", ("OGG", "OPUS")),
    ],
)
def test_the_extension_decides_and_the_depth_is_kept_where_it_fits(old, suffix, expected):
    shape = Shape(48000, 2, 100)
    choice = choose_format(Path(f"x.{suffix}"), shape, Format(*old), container=None, subtype=None)
    assert (choice.container, choice.subtype) == expected


def test_a_loss_of_bits_is_said(tmp_path):
    notes = repair(source(tmp_path, "WAV", "FLOAT"), tmp_path / "out.flac", []).notes
    assert notes == ("FLOAT is written as PCM_24: all samples are rounded with dither",)


@pytest.mark.parametrize(
    ("suffix", "rate", "channels", "words"),
    [
        ("opus", 44100, 2, "can't hold 44100 Hz; accepted are 8000, 12000"),
        ("mp3", 96000, 2, "can't hold 96000 Hz; accepted are 8000"),
        ("mp3", 44100, 6, "holds 1 to 2 channels, there are 6"),
        ("flac", 44100, 32, "holds 1 to 8 channels, there are 32"),
    ],
)
def test_what_a_container_cannot_hold_is_refused_with_what_it_can(tmp_path, suffix, rate, channels, words):
    with pytest.raises(OutputError, match=words):
        write_samples(noise(100, channels).T.astype(np.float32), rate, tmp_path / f"out.{suffix}")
    assert list(tmp_path.iterdir()) == []


def test_a_subtype_that_the_container_does_not_know_is_refused_with_those_it_does(tmp_path):
    with pytest.raises(OutputError, match="FLAC doesn't hold FLOAT; accepted are PCM_S8, PCM_16, PCM_24"):
        write_samples(patch().samples, RATE, tmp_path / "out.flac", subtype="FLOAT")


def test_an_unknown_container_is_refused_with_those_that_are_known(tmp_path):
    with pytest.raises(OutputError, match=r"container 'M4A' is unknown; accepted are WAV .* MP3"):
        write_samples(patch().samples, RATE, tmp_path / "out.m4a", container="m4a")


def test_a_container_named_outright_needs_no_extension(tmp_path):
    written = write_samples(patch().samples, RATE, tmp_path / "out", container="flac", subtype="pcm_16")
    assert (written.container, written.subtype) == ("FLAC", "PCM_16")
    assert native(tmp_path / "out").dtype == np.int16


def test_more_than_4_gib_become_rf64_by_the_frame_count():
    small, large = (Shape(192000, 32, frames) for frames in (40_000_000, 50_000_000))
    wav = Format("WAV", "PCM_24")
    assert fit_length(wav, Path("x.wav"), small) == wav
    assert fit_length(wav, Path("x.wav"), large).container == "RF64"
    assert "RF64" in fit_length(wav, Path("x.wav"), large).notes[0]
    with pytest.raises(OutputError, match="AIFF holds 4 GiB"):
        fit_length(Format("AIFF", "PCM_24"), Path("x.aiff"), large)
