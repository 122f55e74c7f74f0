from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from engine.training import __main__ as command_line
from engine.training.data import Corpus
from engine.training.pack import read_pack, write_pack
from engine.training.pieces import split
from engine.training.vae import VaeRecipe

HEAVY = {"soundfile", "soxr", "mido", "matplotlib", "scipy"}


def run(monkeypatch: pytest.MonkeyPatch, *words: object) -> int:
    monkeypatch.setattr(sys, "argv", ["engine.training", *map(str, words)])
    return command_line.main()


def test_a_pack_is_made_from_recordings(
    tmp_path: Path, small_corpus: Corpus, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    out, audio = tmp_path / "corpus.pack", tmp_path / "audio"
    words = ("--made-minutes", 0, "--runs", tmp_path / "runs", "--audio", audio)
    assert run(monkeypatch, "pack", *words, "--out", out) == 0
    assert "4 sounds: 0.4 minutes of recordings, 0.0 of made sounds" in capsys.readouterr().out
    assert read_pack(out).entries == small_corpus.entries


def test_a_vae_is_trained_on_a_pack(tmp_path: Path, small_corpus: Corpus, monkeypatch: pytest.MonkeyPatch) -> None:
    recipe = VaeRecipe(shapes=((1, 32),), shares=(1.0,), channels=(8, 8, 16))
    monkeypatch.setattr("engine.training.vae.VaeRecipe", lambda: recipe)
    write_pack(small_corpus, tmp_path / "corpus.pack")
    words = ("--corpus", tmp_path / "corpus.pack", "--device", "cpu", "--steps", 10, "--runs", tmp_path / "runs")
    assert run(monkeypatch, "vae", *words, "--pieces", tmp_path / "pieces") == 0
    assert (tmp_path / "runs" / "model" / "vae" / "config.json").exists()
    assert run(monkeypatch, "join", tmp_path / "pieces", "-o", tmp_path / "joined") == 0
    assert (tmp_path / "joined" / "model" / "mel.json").exists()


@pytest.mark.parametrize(
    "words, message",
    [
        (("vae", "--corpus", "a.pack", "--audio", "b"), "--corpus and --audio were given; accepted is one of them"),
        (("vae", "--corpus", "a.pack"), "a.pack is no whole pack of a corpus"),
        (("vae", "--from", "nowhere"), "model is 'nowhere'"),
        (("join", "nowhere", "-o", "out"), "is no manifest of pieces"),
    ],
)
def test_what_is_refused_is_told_in_one_line(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str], words: tuple, message: str
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(monkeypatch, *words) == 2
    told = capsys.readouterr().err
    assert message in told
    assert told.count("\n") == 1


def test_joining_needs_a_new_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("content")
    split(tmp_path, [tmp_path / "file"], tmp_path / "pieces")
    assert run(monkeypatch, "join", tmp_path / "pieces", "-o", tmp_path) == 2
    assert "exists already" in capsys.readouterr().err


def in_a_fresh_interpreter(root: Path, code: str) -> str:
    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_what_training_imports_loads_no_audio_library(root: Path) -> None:
    modules = ", ".join(f"engine.training.{name}" for name in ("loop", "crops", "losses", "pack", "pieces", "recipe"))
    code = f"import sys, {modules}, engine.training.__main__; print(*{HEAVY} & sys.modules.keys())"
    assert in_a_fresh_interpreter(root, code).split() == []


def test_training_runs_where_no_audio_library_is_installed(root: Path) -> None:
    """diffusers and transformers load some of these where they are there, and have to do without."""
    code = f"""
import sys
for name in {sorted(HEAVY)}:
    sys.modules[name] = None
import engine.training.vae, engine.training.save, engine.training.recipe, engine.training.__main__
import engine.model.load
from diffusers.pipelines.audioldm2.modeling_audioldm2 import AudioLDM2UNet2DConditionModel
from transformers.models.speecht5.modeling_speecht5 import SpeechT5HifiGan
print(AudioLDM2UNet2DConditionModel.__name__, SpeechT5HifiGan.__name__)
"""
    assert in_a_fresh_interpreter(root, code).split() == ["AudioLDM2UNet2DConditionModel", "SpeechT5HifiGan"]
