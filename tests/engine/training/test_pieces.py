from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from engine.errors import InputError, OutputError, RecordingError
from engine.training.pieces import MANIFEST, join, split

PIECE_BYTES = 1000


@pytest.fixture
def model(tmp_path: Path) -> Path:
    folder = tmp_path / "model"
    rng = np.random.default_rng(0)
    for name, size in (("vae/weights.safetensors", 2500), ("unet/config.json", 40), ("mel.json", 0)):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(rng.bytes(size))
    return folder


def files_of(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def contents(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files_of(folder)}


def test_pieces_are_flat_small_and_joined_to_the_same_files(tmp_path: Path, model: Path) -> None:
    written = split(model, files_of(model), tmp_path / "out", piece_bytes=PIECE_BYTES)
    assert sorted(written) == sorted((tmp_path / "out").iterdir())
    assert [path.stat().st_size for path in written[:-1]] == [1000, 1000, 540]
    joined = join(tmp_path / "out", tmp_path / "joined")
    assert sorted(joined) == sorted(files_of(tmp_path / "joined"))
    assert contents(tmp_path / "joined") == contents(model)


def test_what_is_written_again_leaves_no_piece_of_the_last_time(tmp_path: Path, model: Path) -> None:
    split(model, files_of(model), tmp_path / "out", piece_bytes=PIECE_BYTES)
    (model / "vae" / "weights.safetensors").write_bytes(b"shorter")
    written = split(model, files_of(model), tmp_path / "out", piece_bytes=PIECE_BYTES)
    assert sorted(written) == sorted((tmp_path / "out").iterdir())
    join(tmp_path / "out", tmp_path / "joined")
    assert contents(tmp_path / "joined") == contents(model)


def test_more_than_seven_pieces_are_refused(tmp_path: Path, model: Path) -> None:
    with pytest.raises(InputError, match=r"3 files below .* hold 2540 bytes; accepted are 1 to 2100"):
        split(model, files_of(model), tmp_path / "out", piece_bytes=300)


def test_a_damaged_piece_is_named(tmp_path: Path, model: Path) -> None:
    second = split(model, files_of(model), tmp_path / "out", piece_bytes=PIECE_BYTES)[1]
    second.write_bytes(second.read_bytes()[:-1])
    with pytest.raises(RecordingError, match=rf"{second.name} is damaged: its SHA-256 is \w+, the manifest says"):
        join(tmp_path / "out", tmp_path / "joined")
    assert not (tmp_path / "joined").exists()


def test_a_missing_piece_is_named(tmp_path: Path, model: Path) -> None:
    first = split(model, files_of(model), tmp_path / "out", piece_bytes=PIECE_BYTES)[0]
    first.unlink()
    with pytest.raises(RecordingError, match=rf"{first.name} can't be read: No such file"):
        join(tmp_path / "out", tmp_path / "joined")


@pytest.mark.parametrize("text", ["", "[]", '{"format": "retake pieces 1"}', '{"format": "zip"}'])
def test_what_is_no_manifest_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / MANIFEST).write_text(text)
    with pytest.raises(RecordingError, match=r"manifest\.json (is no manifest|has the format 'zip')"):
        join(tmp_path, tmp_path / "joined")


@pytest.mark.parametrize("name", ["../outside", "/outside"])
def test_a_manifest_that_leads_out_of_its_folder_is_refused(tmp_path: Path, model: Path, name: str) -> None:
    split(model, files_of(model), tmp_path / "out", piece_bytes=PIECE_BYTES)
    manifest = json.loads((tmp_path / "out" / MANIFEST).read_text())
    manifest["files"][0]["path"] = name
    (tmp_path / "out" / MANIFEST).write_text(json.dumps(manifest))
    with pytest.raises(RecordingError, match="accepted are paths below its folder"):
        join(tmp_path / "out", tmp_path / "joined")


def test_a_folder_that_exists_is_left_alone(tmp_path: Path, model: Path) -> None:
    split(model, files_of(model), tmp_path / "out", piece_bytes=PIECE_BYTES)
    before = contents(model)
    with pytest.raises(OutputError, match="exists already"):
        join(tmp_path / "out", model)
    assert contents(model) == before
