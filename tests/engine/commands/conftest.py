"""What the tests of the commands share: the program called in-process, a small model, recordings on disk."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

PROGRESS = re.compile(
    r"(loading|checking|reading|analysing|finding the noise|looking for clipping|declipping|encoding|decoding"
    r"|taking again|interpolating|rendering|measuring|comparing|writing|drawing|reporting)"
    r"( \d+%)?(, step \d+ of \d+)?(, \d+ (s|min) left)?"
)


@dataclass(frozen=True)
class Run:
    """What one call of the program came to."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """What was printed, which must be one line of strict JSON."""
        (line,) = self.out.splitlines()

        def refuse(constant: str) -> None:
            raise AssertionError(f"{constant} is no JSON")

        return json.loads(line, parse_constant=refuse)

    @property
    def said(self) -> list[str]:
        """The lines on stderr that are not progress."""
        return [line for line in self.err.splitlines() if not PROGRESS.fullmatch(line)]

    def refused(self, *words: str, code: int = 2) -> None:
        """Assert one line of complaint with these words, nothing on stdout, and the exit code."""
        assert self.code == code, self.err
        assert self.out == ""
        assert len(self.said) == 1, self.err
        assert self.said[0].startswith("retake: ")
        assert "Traceback" not in self.err and "failed:" not in self.err
        assert [word for word in words if word not in self.said[0]] == [], self.said[0]

    def done(self) -> Run:
        """Assert that it went well."""
        assert self.code == 0, self.err
        return self


@pytest.fixture
def retake(capsys: pytest.CaptureFixture[str]) -> Callable[..., Run]:
    """A function that runs the program in this process."""
    from engine.cli import main

    def run(*arguments: object) -> Run:
        capsys.readouterr()
        code = main([str(argument) for argument in arguments])
        return Run(code, *capsys.readouterr())

    return run


@pytest.fixture(scope="session")
def whole_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small model in diffusers' layout, with random weights; not to be written to."""
    import torch
    from diffusers.models.autoencoders.autoencoder_kl import AutoencoderKL

    folder = tmp_path_factory.mktemp("models") / "small"
    torch.manual_seed(0)
    vae = AutoencoderKL(
        in_channels=1,
        out_channels=1,
        down_block_types=("DownEncoderBlock2D",) * 3,
        up_block_types=("UpDecoderBlock2D",) * 3,
        block_out_channels=(8, 8, 16),
        layers_per_block=1,
        latent_channels=8,
        norm_num_groups=4,
        mid_block_add_attention=False,
    )
    vae.save_pretrained(folder / "vae")
    return folder


@pytest.fixture
def own_model(whole_model: Path, tmp_path: Path) -> Path:
    """A copy of the small model, to be damaged."""
    return Path(shutil.copytree(whole_model, tmp_path / "own-model"))


@pytest.fixture
def restore(retake: Callable[..., Run], whole_model: Path) -> Callable[..., Run]:
    """A function that runs ``retake restore`` with the small model, and the quickest method where none is named."""

    def run(*arguments: object) -> Run:
        method = () if any(str(argument).startswith("--method") for argument in arguments) else ("--method", "vae")
        return retake("restore", *arguments, *method, "--model", whole_model, "--device", "cpu")

    return run


@pytest.fixture
def recording(tmp_path: Path) -> Callable[..., Path]:
    """A function that writes noise, or given (channels, frames), into a folder of its own; returns the file."""

    def write(
        name: str = "in.wav",
        sound: np.ndarray | None = None,
        *,
        frames: int = 4000,
        rate: int = 16000,
        channels: int = 1,
        subtype: str | None = "PCM_16",
        seed: int = 0,
    ) -> Path:
        folder = tmp_path / "in"
        folder.mkdir(exist_ok=True)
        if sound is None:
            sound = 0.1 * np.random.default_rng(seed).standard_normal((channels, frames))
        soundfile.write(folder / name, sound.T, rate, subtype=subtype)
        return folder / name

    return write


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """An output that is not there yet, in an empty folder."""
    folder = tmp_path / "out"
    folder.mkdir()
    return folder / "out.wav"
