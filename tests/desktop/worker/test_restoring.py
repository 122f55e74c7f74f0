"""One job without a process: what lies under it, what is refused, and what happens when memory runs out."""

from __future__ import annotations

import os
import sys
import types
from pathlib import Path

import numpy as np
import pytest

from desktop.worker.messages import Job, Overlay
from desktop.worker.restoring import Engine, overlaid
from engine.audio import Patch, open_clip
from engine.errors import RecordingError
from engine.jobs import restore
from engine.model.load import load_model
from engine.model.resident import Resident
from engine.progress import Control
from engine.region import Region
from engine.settings import RestoreSettings

PLAIN = RestoreSettings(method="vae", device="cpu")


@pytest.fixture(scope="module")
def engine() -> Engine:
    return Engine()


@pytest.fixture
def stored(monkeypatch: pytest.MonkeyPatch) -> dict[int, Patch]:
    """Takes as the document's store would give them."""
    patches: dict[int, Patch] = {}
    store = types.ModuleType("desktop.document.store")
    store.read_patch = lambda project, take_id: patches[take_id]  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "desktop.document", types.ModuleType("desktop.document"))
    monkeypatch.setitem(sys.modules, "desktop.document.store", store)
    return patches


def test_the_later_take_of_an_overlay_lies_above_the_earlier(music: Path, stored: dict[int, Patch]) -> None:
    stored[4] = Patch(100, np.full((2, 100), 0.25, np.float32))
    stored[9] = Patch(150, np.full((2, 100), 0.5, np.float32))
    with open_clip(music) as clip:
        heard = overlaid(clip, Overlay(Path("p"), (4, 9))).read(0, 300)
        recorded = clip.read(0, 300)
    np.testing.assert_array_equal(heard[:, :100], recorded[:, :100])
    assert (heard[:, 100:150] == 0.25).all()
    assert (heard[:, 150:250] == 0.5).all()
    np.testing.assert_array_equal(heard[:, 250:], recorded[:, 250:])


def test_a_job_hears_the_overlay_in_place_of_the_source(engine: Engine, music: Path, stored: dict[int, Patch]) -> None:
    with open_clip(music) as clip:
        stored[1] = Patch(0, np.float32(0.1) * clip.read(0, clip.frames))
    region = Region(40000, 60000, 0.0, 22050.0)
    plain, _ = engine.restored(Job(1, music, region, PLAIN), Control())
    over, measures = engine.restored(Job(2, music, region, PLAIN, Overlay(Path("p"), (1,))), Control())
    ratio = np.linalg.norm(over.patch.samples) / np.linalg.norm(plain.patch.samples)
    assert ratio == pytest.approx(0.1, rel=0.05)
    assert measures["si_sdr_db"] > 0  # against what was heard there, not against the source


def test_a_note_of_the_recording_comes_through_an_overlay(
    engine: Engine, tmp_path: Path, music: Path, stored: dict[int, Patch]
) -> None:
    with open_clip(music) as clip:
        cut = tmp_path / "cut.flac"
        cut.write_bytes(music.read_bytes()[: music.stat().st_size // 2])
        stored[1] = Patch(0, np.zeros((clip.channels, 10), np.float32))
    job = Job(1, cut, Region(30000, 50000, 0.0, 22050.0), PLAIN, Overlay(Path("p"), (1,)), allow_truncated=True)
    take, _ = engine.restored(job, Control())
    assert any("truncated" in note for note in take.notes)


def test_a_loaded_model_is_kept_and_only_what_is_needed_is_handed_out() -> None:
    resident = Resident()
    whole = resident.model("bundled", "cpu", ("vae", "unet"))
    assert resident.has("bundled", "cpu", ("vae",))
    narrow = resident.model("bundled", "cpu", ("vae",))
    assert narrow.vae is whole.vae
    assert narrow.unet is None
    assert narrow.hash == load_model("bundled", "cpu", ("vae",)).hash != whole.hash
    resident.forget()
    assert not resident.has("bundled", "cpu", ("vae",))


def test_a_model_whose_files_changed_is_loaded_anew(tmp_path: Path) -> None:
    import shutil

    from engine.model.folder import find_model

    folder = tmp_path / "model"
    shutil.copytree(find_model("bundled"), folder)
    resident = Resident()
    before = resident.model(str(folder), "cpu", ("vae",))
    assert resident.model(str(folder), "cpu", ("vae",)).vae is before.vae
    config = folder / "vae" / "config.json"
    config.write_text(config.read_text() + "\n")
    after = resident.model(str(folder), "cpu", ("vae",))
    assert after.vae is not before.vae
    assert after.hash != before.hash


def test_warming_up_changes_no_result(music: Path) -> None:
    region = Region(40000, 60000, 0.0, 22050.0)
    warm = Engine()
    assert warm.warm_up("bundled", "cpu") == "cpu"
    take, _ = warm.restored(Job(1, music, region, PLAIN), Control())
    with open_clip(music) as clip:
        plain = restore(clip, region, PLAIN, load_model("bundled", "cpu", ("vae",)))
    assert take.patch.samples.tobytes() == plain.patch.samples.tobytes()
    assert take.model_hash == plain.model_hash


def test_a_recording_that_was_written_to_since_it_was_shown_is_refused(
    engine: Engine, tmp_path: Path, music: Path
) -> None:
    region = Region(40000, 60000, 0.0, 22050.0)
    path = tmp_path / music.name
    path.write_bytes(music.read_bytes())
    with open_clip(path) as clip:
        job = Job(1, path, region, PLAIN, stamp=clip.stamp)
    engine.restored(job, Control())
    os.utime(path, ns=(0, 0))
    with pytest.raises(RecordingError, match="was changed since it was opened"):
        engine.restored(job, Control())
