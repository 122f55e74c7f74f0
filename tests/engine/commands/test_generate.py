"""``retake generate``: what it writes and tells, and how it refuses."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile

from tests.engine.commands.outputs import left_in

JSON_KEYS = [
    "output",
    "rate",
    "channels",
    "length_s",
    "kind",
    "prompt",
    "negative_prompt",
    "transcription",
    "sampler",
    "renderer",
    "model",
    "seed",
    "steps",
    "guidance",
    "device",
    "seconds",
    "lufs",
    "true_peak_dbtp",
]


@pytest.fixture
def generate(retake, tiny_folder: Path) -> Callable:
    """A function that runs ``retake generate`` with the small model, briefly."""
    brief = ["--steps", 2, "--seconds", 0.5, "--model", tiny_folder, "--device", "cpu"]
    return lambda *arguments: retake("generate", *brief, *arguments)


# What is written and told


def test_the_sound_has_its_length_and_the_models_rate(generate, out) -> None:
    generate("-o", out, "--seconds", 0.7301).done()
    info = soundfile.info(out)
    assert (info.frames, info.samplerate, info.channels, info.subtype) == (11682, 16000, 1, "PCM_24")
    assert left_in(out) == ["out.wav"]


def test_json_tells_all_that_the_sound_follows_from(generate, out, tiny_folder) -> None:
    row = generate("-o", out, "--kind", "speech", "--seed", 4, "--guidance", 2.5, "--json").done().json
    assert list(row) == JSON_KEYS
    assert (row["kind"], row["seed"], row["steps"], row["guidance"]) == ("speech", 4, 2, 2.5)
    assert (row["rate"], row["channels"], row["length_s"]) == (16000, 1, 0.5)
    assert (row["renderer"], row["model"], row["device"]) == ("griffinlim", str(tiny_folder), "cpu")


def test_it_tells_a_person_what_was_made(generate, out) -> None:
    done = generate("-o", out).done()
    assert f"{out}: 0.500 s of any made (2 steps, griffinlim)" in done.out
    assert done.said == []
    assert "taking again, step 1 of 2" in done.err


def test_the_same_seed_gives_the_same_bytes_and_another_one_others(generate, out) -> None:
    first, again, other = out, out.with_name("again.wav"), out.with_name("other.wav")
    for path, seed in ((first, 1), (again, 1), (other, 2)):
        generate("-o", path, "--seed", seed).done()
    assert first.read_bytes() == again.read_bytes()
    assert first.read_bytes() != other.read_bytes()


@pytest.mark.parametrize("kind", ["speech", "music", "environment"])
def test_the_model_that_ships_makes_sound_that_can_be_heard_and_never_clips(retake, out, kind: str) -> None:
    row = retake(
        "generate", "--seconds", 1, "--kind", kind, "--steps", 6, "-o", out, "--device", "cpu", "--json"
    ).done()
    sound = soundfile.read(out)[0]
    assert 0.05 < np.abs(sound).max() <= 0.501
    assert -50 < row.json["lufs"] < -8
    assert row.json["true_peak_dbtp"] < -3
    assert abs(sound.mean()) < 1e-3


def test_another_extension_and_sample_type_can_be_chosen(generate, out) -> None:
    generate("-o", out.with_suffix(".flac"), "--subtype", "PCM_16").done()
    assert soundfile.info(out.with_suffix(".flac")).subtype == "PCM_16"


def test_an_existing_output_is_only_overwritten_when_asked(generate, out) -> None:
    out.write_bytes(b"old")
    generate("-o", out).refused("exists already", "--force")
    assert out.read_bytes() == b"old"
    generate("-o", out, "--force").done()
    assert soundfile.info(out).frames == 8000


# What is refused


def test_a_prompt_is_refused_with_the_kinds_that_the_model_knows(generate, out) -> None:
    done = generate("-o", out, "--prompt", "rain on a roof")
    done.refused("'rain on a roof'", "no text encoder", "any, music, speech, environment")
    assert left_in(out) == []


def test_a_model_without_a_unet_is_refused(retake, whole_model, out) -> None:
    done = retake("generate", "--seconds", 1, "-o", out, "--model", whole_model)
    done.refused("generate needs a unet", "it has vae")


def test_a_model_without_kinds_is_refused(retake, tiny_folder, out, tmp_path) -> None:
    folder = Path(shutil.copytree(tiny_folder, tmp_path / "kindless"))
    (folder / "conditioning.json").unlink()
    retake("generate", "--seconds", 1, "-o", out, "--model", folder).refused(
        "neither conditioning.json nor a text encoder"
    )


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--seconds", "0"], ["seconds is 0", "0.01 to 3600"]),
        (["--seconds", "-3"], ["seconds is -3"]),
        (["--seconds", "1e6"], ["seconds is 1e+06", "3600"]),
        (["--seconds", "nan"], ["'nan' is no finite number"]),
        (["--kind", "musik"], ["'musik'", "did you mean music?"]),
        (["--kind", "speech", "--prompt", "x"], ["--prompt: not allowed with argument --kind"]),
        (["--steps", "0"], ["steps is 0", "1 to 1000"]),
        (["--guidance", "-1"], ["guidance is -1", "0 to 20"]),
        (["--seed", "-1"], ["seed is -1"]),
        (["--device", "gpu"], ["'gpu'", "auto, cpu, cuda, mps"]),
        (["--subtype", "PCM_99"], ["PCM_99", "PCM_16"]),
    ],
)
def test_what_is_not_accepted_is_refused_with_what_is(generate, out, arguments, words) -> None:
    generate("-o", out, *arguments).refused(*words)
    assert left_in(out) == []


def test_an_output_without_a_known_extension_is_refused(generate, out) -> None:
    generate("-o", out.with_suffix(".xyz")).refused("'.xyz'", ".wav")


def test_the_length_has_to_be_told(retake, out) -> None:
    retake("generate", "-o", out).refused("--seconds")
