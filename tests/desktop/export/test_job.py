"""Exports of real documents, compared sample by sample with what they are made from."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile

from desktop.document import actions
from desktop.document.document import Document
from desktop.export.job import Exported, ExportThread, export
from desktop.export.plan import planned
from desktop.export.settings import ExportSettings
from desktop.export.source import source_of
from engine.errors import Cancelled, DiskFullError, InputError, OutputError, RecordingError
from engine.normalising import Normalising
from engine.progress import Control
from tests.desktop.export.conftest import FRAMES, RATE, region
from tests.engine.recordings import native, read_chunks

Open = Callable[..., Document]
AddTake = Callable[..., int]


def exported(document: Document, place: Path, settings: ExportSettings | None = None, **how: object) -> Exported:
    settings = settings or ExportSettings()
    source = source_of(document)
    return export(source, settings, planned(source, settings, place), **how)


def test_the_whole_keeps_every_byte_outside_the_takes(open_document: Open, add_take: AddTake, folder: Path) -> None:
    document = open_document(chunks=True)
    add_take(document, actions.add_region(document, region(1000, 2000)))
    exported(document, folder / "out.wav")
    out, whole = native(folder / "out.wav"), native(document.source)
    np.testing.assert_array_equal(out[:1000], whole[:1000])
    np.testing.assert_array_equal(out[2000:], whole[2000:])
    assert abs(out[1000:2000] / 2**31 - 0.25).max() <= 2 * 2**-23  # 24 bits, dithered
    assert len(np.unique(out[1000:2000])) > 1
    others = [chunk for chunk in read_chunks(folder / "out.wav") if chunk[0] != b"data"]
    assert others == [chunk for chunk in read_chunks(document.source) if chunk[0] != b"data"]
    assert b"bext" in dict(others)


def test_takes_lie_as_their_layers_do(open_document: Open, add_take: AddTake, folder: Path) -> None:
    document = open_document(subtype="FLOAT")
    add_take(document, actions.add_region(document, region(1000, 3000)), 0.1)
    add_take(document, actions.add_region(document, region(2000, 4000)), 0.2)
    exported(document, folder / "out.wav")
    out = native(folder / "out.wav")
    np.testing.assert_array_equal(out, document.read(0, FRAMES).T)
    assert (out[2500] == np.float32(0.2)).all()


def test_without_dither_a_take_is_rounded_to_the_nearest(open_document: Open, add_take: AddTake, folder: Path) -> None:
    document = open_document(subtype="PCM_16")
    add_take(document, actions.add_region(document, region(1000, 2000)), 0.3)
    exported(document, folder / "out.wav", ExportSettings(dither=False))
    assert np.unique(native(folder / "out.wav")[1000:2000]).tolist() == [round(0.3 * 2**15)]


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("flac.flac", {"subtype": "PCM_24"}),
        ("float.wav", {"subtype": "FLOAT"}),
        ("double.wav", {"subtype": "DOUBLE"}),
        ("many.wav", {"channels": 32, "frames": 5000}),
        ("short.wav", {"frames": 336}),
        ("one.wav", {"frames": 1}),
        ("fast.wav", {"rate": 192000}),
        ("slow.aiff", {"rate": 8000, "subtype": "PCM_16"}),
    ],
)
def test_all_kinds_of_recordings_come_out_bit_for_bit(open_document: Open, folder: Path, name: str, kind: dict) -> None:
    document = open_document(name, **kind)
    exported(document, folder / name)
    np.testing.assert_array_equal(native(folder / name), native(document.source))
    with soundfile.SoundFile(folder / name) as out, soundfile.SoundFile(document.source) as before:
        assert (out.samplerate, out.subtype, out.format) == (before.samplerate, before.subtype, before.format)


def test_a_selection_is_written_alone(open_document: Open, folder: Path) -> None:
    document = open_document()
    document.selection = region(500, 700)
    exported(document, folder / "part.wav", ExportSettings("selection"))
    np.testing.assert_array_equal(native(folder / "part.wav"), native(document.source)[500:700])
    document.selection = None
    with pytest.raises(InputError, match="nothing is selected"):
        exported(document, folder / "part.wav", ExportSettings("selection"))


def test_each_region_becomes_a_file_of_its_name(open_document: Open, add_take: AddTake, folder: Path) -> None:
    document = open_document()
    late = actions.add_region(document, region(9000, 9500), "cough")
    actions.add_region(document, region(100, 300), "a/b: hiss?")
    actions.add_region(document, region(200, 400), "Cough")
    add_take(document, late)
    done = exported(document, folder, ExportSettings("regions", pattern="{number} {region}"))
    names = ["01 a_b_ hiss_.wav", "02 Cough.wav", "03 cough.wav"]
    assert [file.name for file in done.files] == names == sorted(file.name for file in folder.iterdir())
    np.testing.assert_array_equal(native(folder / names[0]), native(document.source)[100:300])
    assert abs(native(folder / names[2]) / 2**31 - 0.25).max() <= 2 * 2**-23


def test_names_that_come_again_get_a_number(open_document: Open, folder: Path) -> None:
    document = open_document()
    for start in (0, 100, 200):
        actions.add_region(document, region(start, start + 50), "hum" if start else "HUM")
    exported(document, folder, ExportSettings("regions", pattern="{region}"))
    assert len({file.name.lower() for file in folder.iterdir()}) == 3


def test_a_batch_of_takes_holds_each_take(open_document: Open, add_take: AddTake, folder: Path) -> None:
    document = open_document(subtype="FLOAT")
    place = actions.add_region(document, region(1000, 2000), "click")
    takes = [add_take(document, place, value, use=False) for value in (0.1, 0.2, 0.3)]
    settings = ExportSettings("takes", tuple(takes[1:]), pattern="{region} {take}")
    done = exported(document, folder, settings)
    assert [file.name for file in done.files] == ["click Take 2.wav", "click Take 3.wav"]
    for file, value in zip(done.files, (0.2, 0.3), strict=True):
        np.testing.assert_array_equal(native(file), np.full((1000, 2), value, np.float32))
    with pytest.raises(InputError, match="no takes are chosen"):
        exported(document, folder, ExportSettings("takes"))


def test_another_format_rate_and_level(open_document: Open, folder: Path) -> None:
    document = open_document()
    settings = ExportSettings(
        container="FLAC", subtype="PCM_16", rate=44100, normalising=Normalising("peak", -6.0), dither=False
    )
    done = exported(document, folder / "out.flac", settings)
    sound, rate = soundfile.read(folder / "out.flac")
    assert (rate, len(sound)) == (44100, 44100)
    assert 20 * np.log10(np.abs(sound).max()) == pytest.approx(-6.0, abs=0.01)
    assert "resampled from 48000 to 44100 Hz" in done.notes


def test_the_list_of_takes_says_how_each_was_made(open_document: Open, add_take: AddTake, folder: Path) -> None:
    document = open_document()
    place = actions.add_region(document, region(1000, 2000), "cough")
    used = add_take(document, place)
    add_take(document, place, 0.4, use=False)
    done = exported(document, folder / "out.wav", ExportSettings(listing=True))
    assert done.listing == folder / "out.wav.takes.txt"
    text = done.listing.read_text()
    for part in (
        str(document.source),
        f"{document.source.stat().st_size} bytes, {FRAMES} frames (1.000 s)",
        "WAV PCM_24, 48000 Hz, 2 channels",
        "SHA-256: ",
        f"takes laid in: {used}\n",
        "Take 1 of cough",
        "task: reconstruct, method: guided, renderer: gain, seed: 0",
        "model: retake-mini 0123, licence: MIT",
        "lsd_db 3.25, pesq undefined",
        "Retake 0.1.0, libsndfile",
    ):
        assert part in text
    assert "Take 2" not in text


def test_what_is_there_is_overwritten_only_where_that_is_allowed(open_document: Open, folder: Path) -> None:
    document = open_document()
    (folder / "out.wav").write_text("precious")
    with pytest.raises(OutputError, match="exists already"):
        exported(document, folder / "out.wav")
    assert (folder / "out.wav").read_text() == "precious"
    exported(document, folder / "out.wav", overwrite=frozenset([folder / "out.wav"]))
    assert len(native(folder / "out.wav")) == FRAMES


def test_the_recording_itself_is_never_overwritten(open_document: Open) -> None:
    document = open_document()
    before = document.source.read_bytes()
    with pytest.raises(OutputError, match="never overwritten"):
        exported(document, document.source, overwrite=frozenset([document.source]))
    assert document.source.read_bytes() == before


def test_a_file_in_the_way_of_the_last_one_is_told_before_the_first_is_written(
    open_document: Open, folder: Path
) -> None:
    document = open_document()
    for start in (0, 100):
        actions.add_region(document, region(start, start + 50))
    (folder / "Region 2.wav").touch()
    with pytest.raises(OutputError, match=r"Region 2\.wav: exists already"):
        exported(document, folder, ExportSettings("regions", pattern="{region}"))
    assert [file.name for file in folder.iterdir()] == ["Region 2.wav"]


@pytest.mark.parametrize("settings", [ExportSettings(), ExportSettings(rate=44100), ExportSettings(container="FLAC")])
def test_a_cancelled_export_leaves_nothing(open_document: Open, folder: Path, settings: ExportSettings) -> None:
    document = open_document(frames=4 * FRAMES)
    looks: list[None] = []

    def cancelled() -> bool:
        looks.append(None)
        return len(looks) > 1

    with pytest.raises(Cancelled):
        exported(document, folder / "out.x", settings, control=Control(cancelled=cancelled))
    assert list(folder.iterdir()) == []


def test_a_source_that_was_changed_or_removed_is_told(open_document: Open, folder: Path) -> None:
    document = open_document()
    content = document.source.read_bytes()
    document.source.write_bytes(content + b"\0")
    with pytest.raises(RecordingError, match="was changed since it was opened"):
        exported(document, folder / "out.wav")
    document.source.unlink()
    with pytest.raises(RecordingError, match=str(document.source)):
        exported(document, folder / "out.wav")
    assert list(folder.iterdir()) == []
    document.source.write_bytes(content)


def test_a_missing_or_unwritable_folder_is_told(open_document: Open, folder: Path) -> None:
    document = open_document()
    with pytest.raises(OutputError, match="there is no directory"):
        exported(document, folder / "missing" / "out.wav")
    if os.geteuid() != 0:  # root may write everywhere
        folder.chmod(0o500)
        with pytest.raises(OutputError, match="not writable"):
            exported(document, folder / "out.wav")


LIMITED = """
import resource, signal, sys
from pathlib import Path
from desktop.document.opening import new_document
from desktop.export.job import export
from desktop.export.plan import planned
from desktop.export.settings import ExportSettings
from desktop.export.source import source_of
from engine.errors import DiskFullError
source, folder = map(Path, sys.argv[1:])
document = new_document(source)
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, resource.RLIM_INFINITY))
for settings in (ExportSettings(), ExportSettings(container="FLAC"), ExportSettings(rate=44100)):
    try:
        export(source_of(document), settings, planned(source_of(document), settings, folder / "out.x"))
    except DiskFullError as error:
        print(error)
document.close()
"""


def test_a_disk_that_is_full_leaves_nothing_and_says_so(open_document: Open, folder: Path, root: Path) -> None:
    document = open_document()
    command = [sys.executable, "-c", LIMITED, str(document.source), str(folder)]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    assert done.stdout.count("no space") == 3, done.stderr
    assert list(folder.iterdir()) == []


def test_too_little_room_is_told_before_anything_is_written(
    open_document: Open, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    document = open_document()
    usage = type("Usage", (), {"free": 1000})
    monkeypatch.setattr("engine.saving.shutil.disk_usage", lambda path: usage)
    with pytest.raises(DiskFullError, match="1000 are free"):
        exported(document, folder / "out.wav")
    assert list(folder.iterdir()) == []


def test_a_thread_exports_while_the_document_is_edited(
    qtbot, open_document: Open, add_take: AddTake, folder: Path
) -> None:
    document = open_document(subtype="FLOAT", frames=10 * FRAMES)
    place = actions.add_region(document, region(1000, 2000))
    add_take(document, place)
    source, settings = source_of(document), ExportSettings(rate=44100)
    expected = document.read(0, document.frames)
    thread = ExportThread(source, settings, planned(source, settings, folder / "out.wav"))
    parts: list[int] = []
    thread.progressed.connect(lambda stage, done, of: parts.append(done))
    with qtbot.waitSignal(thread.exported, timeout=20000):
        thread.start()
        actions.remove_regions(document, [place])
    thread.wait()
    assert parts == sorted(parts) and len(parts) > 3
    import soxr

    sound = soundfile.read(folder / "out.wav")[0]
    np.testing.assert_allclose(sound, soxr.resample(expected.T, RATE, 44100, quality="VHQ"), atol=1e-5)


def test_a_thread_that_is_cancelled_says_so(qtbot, open_document: Open, folder: Path) -> None:
    document = open_document(frames=60 * FRAMES)
    source, settings = source_of(document), ExportSettings(rate=44100)
    thread = ExportThread(source, settings, planned(source, settings, folder / "out.wav"))
    thread.progressed.connect(lambda stage, done, of: thread.cancel())
    with qtbot.waitSignal(thread.cancelled, timeout=20000):
        thread.start()
    thread.wait()
    assert list(folder.iterdir()) == []
