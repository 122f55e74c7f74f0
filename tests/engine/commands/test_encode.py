"""``retake encode`` and ``retake decode``: there and back, what they tell, and how they refuse."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

FAST = ("--steps", 3, "--kbps", 3, "--device", "cpu")


@pytest.fixture(scope="session")
def coding_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small model with a UNet; random weights."""
    import torch

    from engine.training.save import save_unet, save_vae
    from engine.training.unet import UnetRecipe, build_unet
    from engine.training.vae import SPEC, build_vae

    folder = tmp_path_factory.mktemp("coding")
    torch.manual_seed(0)
    save_vae(build_vae((8, 8, 16)), SPEC, folder)
    save_unet(build_unet(UnetRecipe(channels=(32, 32), attention=(False, True))), folder)
    return folder


@pytest.fixture
def encode(retake, coding_model):
    """A function that runs ``retake encode`` with the small model."""
    return lambda *arguments: retake("encode", *FAST, "--model", coding_model, *arguments)


@pytest.fixture
def decode(retake, coding_model):
    """A function that runs ``retake decode`` with the small model."""
    return lambda *arguments: retake("decode", *arguments, "--model", coding_model, "--device", "cpu")


@pytest.fixture
def coded(encode, recording, tmp_path) -> Path:
    """A file of half a second in stereo."""
    path = tmp_path / "coded.ddcm"
    encode(recording(frames=22050, rate=44100, channels=2), "-o", path, "--kbps", 4).done()
    return path


def test_there_and_back_gives_a_sound_of_the_same_size(coded, decode, out):
    done = decode(coded, "-o", out, "--json").done()
    info = soundfile.info(out)
    assert (info.samplerate, info.channels, info.frames) == (44100, 2, 22050)
    row = done.json
    assert (row["rate"], row["channels"], row["length_s"], row["steps"]) == (44100, 2, 0.5, 3)
    assert row["bytes"] == coded.stat().st_size and row["renderer"] == "griffinlim"
    assert done.said == ["note: a .ddcm file holds one channel; all 2 channels of the recording are given that"]
    sound = soundfile.read(out)[0]
    assert np.isfinite(sound).all() and sound.std() > 0


def test_encoding_tells_the_size_the_rate_and_the_ceiling(encode, recording, tmp_path):
    path = tmp_path / "a.ddcm"
    row = encode(recording(frames=32000), "-o", path, "--kbps", 2, "--json").done().json
    assert row["bytes"] == path.stat().st_size == pytest.approx(500, abs=3)
    assert row["kbps"] == pytest.approx(2, rel=0.02)
    assert row["mel_db"] > 0 and row["vae_mel_db"] > 0
    assert (row["variant"], row["codewords"], row["steps"], row["seed"]) == ("turbo", 4096, 3, 0)


def test_a_person_is_told_the_same(encode, recording, tmp_path):
    path = tmp_path / "a.ddcm"
    said = encode(recording(), "-o", path).done().out
    assert f"{path}: 0.250 s in" in said and "kbps (turbo, 3 steps)" in said and "that of the VAE alone" in said


def test_the_same_seed_gives_the_same_bytes_both_ways(encode, decode, recording, tmp_path):
    paths = [tmp_path / name for name in ("a.ddcm", "b.ddcm", "a.wav", "b.wav")]
    source = recording()
    for coded, out in ((paths[0], paths[2]), (paths[1], paths[3])):
        encode(source, "-o", coded, "--seed", 5).done()
        decode(coded, "-o", out, "--seed", 6).done()
    assert paths[0].read_bytes() == paths[1].read_bytes()
    assert paths[2].read_bytes() == paths[3].read_bytes()


def test_the_published_variant_is_there(encode, decode, recording, out, tmp_path):
    path = tmp_path / "a.ddcm"
    encode(recording(), "-o", path, "--set", "variant=published", "--set", "coefficient_bits=3").done()
    assert decode(path, "-o", out, "--json").done().json["variant"] == "published"


# Refusals


def test_outputs_that_are_there_are_kept_unless_forced(encode, decode, coded, recording, out):
    before = coded.read_bytes()
    encode(recording(), "-o", coded).refused("exists already", "--force")
    assert coded.read_bytes() == before
    encode(recording(), "-o", coded, "--force").done()
    out.write_bytes(b"mine")
    decode(coded, "-o", out).refused("exists already", "--force")
    assert out.read_bytes() == b"mine"
    decode(coded, "-o", out, "--force").done()


def test_an_output_of_another_name_is_refused(encode, recording, out):
    encode(recording(), "-o", out).refused(str(out), "a name ending in .ddcm")


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--kbps", 0.1), ("kbps is 0.1", "0.5 to 32")),
        (("--kbps", 99), ("kbps is 99", "0.5 to 32")),
        (("--kbps", 0.5), ("kbps is 0.5", "for 0.250 s", "accepted is 2.13 to 6.41")),
        (("--set", "codewords=3000"), ("codewords is 3000", "power of two")),
        (("--set", "atoms=99"), ("atoms is 99", "accepted is 0 to")),
        (("--set", "variant=soft"), ("variant is 'soft'", "turbo, published")),
        (("--set", "variant=fast"), ("variant is 'fast'", "turbo")),
        (("--set", "kind=whales"), ("kind is 'whales'", "speech")),
        (("--seed", -1), ("seed is -1",)),
    ],
)
def test_values_out_of_range_are_refused_and_nothing_is_written(encode, recording, tmp_path, options, words):
    path = tmp_path / "a.ddcm"
    encode(recording(), "-o", path, *options).refused(*words)
    assert not path.exists()


def test_another_model_is_refused_by_its_hash(retake, coded, out):
    from engine.ddcm.recordings import hash_of
    from engine.model.folder import check_model

    written = coded.read_bytes()[8:16].hex()
    bundled = hash_of(check_model("bundled")).hex()
    retake("decode", coded, "-o", out).refused(written, bundled, "--model")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda data: data[:-1], ("truncated",)),
        (lambda data: data[:30], ("truncated", "30 bytes")),
        (lambda data: data[:100] + bytes([data[100] ^ 4]) + data[101:], ("damaged", "checksum")),
        (lambda data: data[:4] + b"\x09" + data[5:], ("version 9", "up to version 1")),
        (lambda data: b"RIFF" + data[4:], ("no .ddcm file",)),
        (lambda data: b"", ("empty",)),
    ],
)
def test_a_spoilt_file_is_refused_in_one_line_and_nothing_is_written(decode, coded, out, change, words):
    coded.write_bytes(change(coded.read_bytes()))
    decode(coded, "-o", out).refused(str(coded), *words)
    assert not out.exists()


def test_a_file_that_is_missing_and_steps_that_are_not_the_files_are_refused(decode, coded, out, tmp_path):
    decode(tmp_path / "none.ddcm", "-o", out).refused("no such file")
    decode(coded, "-o", out, "--steps", 20).refused("steps is 20", "encoded with 3")


def test_a_model_without_a_unet_is_refused(retake, whole_model, recording, tmp_path):
    retake("encode", recording(), "-o", tmp_path / "a.ddcm", "--model", whole_model).refused("encode needs a unet")
