"""Files that appear whole or not at all, and only where they may."""

from __future__ import annotations

import errno
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from engine import saving
from engine.errors import Cancelled, DiskFullError, OutputError
from engine.export import check_target
from engine.saving import sweep_parts, written_whole
from tests.engine.recordings import FRAMES, leftovers, native, patch, repair, source


def test_an_existing_output_is_refused_without_force(tmp_path):
    path = source(tmp_path)
    (tmp_path / "out.wav").write_bytes(b"precious")
    with pytest.raises(OutputError, match="exists already; --force overwrites it"):
        repair(path, tmp_path / "out.wav", [patch()])
    assert (tmp_path / "out.wav").read_bytes() == b"precious"
    repair(path, tmp_path / "out.wav", [patch()], force=True)
    assert native(tmp_path / "out.wav").shape == (FRAMES, 2)


@pytest.mark.parametrize("link", [os.symlink, os.link, None])
def test_the_input_is_never_overwritten_by_whatever_name(tmp_path, link):
    path = source(tmp_path)
    raw = path.read_bytes()
    target = path
    if link:
        target = tmp_path / "alias.wav"
        link(path, target)
    with pytest.raises(OutputError, match="is the input"):
        check_target(target, sources=[path], force=True)
    with pytest.raises(OutputError, match="is the input"):
        repair(path, target, [patch()], force=True)
    assert path.read_bytes() == raw


def test_a_missing_directory_is_refused(tmp_path):
    with pytest.raises(OutputError, match="there is no directory"):
        check_target(tmp_path / "no" / "out.wav", sources=[], force=False)


def test_a_directory_as_output_is_refused(tmp_path):
    (tmp_path / "out.wav").mkdir()
    with pytest.raises(OutputError, match="is a directory"):
        check_target(tmp_path / "out.wav", sources=[], force=True)


def test_an_unwritable_directory_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(os, "access", lambda *_: False)  # root may write everywhere
    with pytest.raises(OutputError, match="is not writable"):
        check_target(tmp_path / "out.wav", sources=[], force=False)


def test_a_device_as_output_is_refused(tmp_path):
    os.mkfifo(tmp_path / "out.wav")
    with pytest.raises(OutputError, match="not a regular file"):
        check_target(tmp_path / "out.wav", sources=[], force=True)


def test_a_name_that_is_too_long_is_refused(tmp_path):
    with pytest.raises(OutputError, match="too long"):
        check_target(tmp_path / ("x" * 300 + ".wav"), sources=[], force=False)


def test_an_output_that_is_a_link_stays_one(tmp_path):
    (tmp_path / "real.wav").write_bytes(b"old")
    (tmp_path / "out.wav").symlink_to(tmp_path / "real.wav")
    repair(source(tmp_path), tmp_path / "out.wav", [patch()], force=True)
    assert (tmp_path / "out.wav").is_symlink()
    assert native(tmp_path / "real.wav").shape == (FRAMES, 2)


def test_the_output_gets_the_usual_permissions(tmp_path):
    repair(source(tmp_path), tmp_path / "out.wav", [patch()])
    (tmp_path / "plain").touch()
    assert (tmp_path / "out.wav").stat().st_mode == (tmp_path / "plain").stat().st_mode


@pytest.mark.parametrize("suffix", ["wav", "flac", "aiff"])
@pytest.mark.parametrize("how", [KeyboardInterrupt, Cancelled, MemoryError])
def test_nothing_is_left_when_writing_is_interrupted(tmp_path, suffix, how):
    path = source(tmp_path)

    def stop() -> bool:
        if how is Cancelled:
            return True
        raise how

    with pytest.raises(how):
        repair(path, tmp_path / f"out.{suffix}", [patch()], cancelled=stop)
    assert [p.name for p in tmp_path.iterdir()] == [path.name]


def test_an_existing_output_survives_a_failure(tmp_path):
    path = source(tmp_path)
    (tmp_path / "out.wav").write_bytes(b"precious")
    with pytest.raises(Cancelled, match="nothing was written"):
        repair(path, tmp_path / "out.wav", [patch()], force=True, cancelled=lambda: True)
    assert (tmp_path / "out.wav").read_bytes() == b"precious"
    assert leftovers(tmp_path) == []


LIMITED = """
import resource, sys
resource.setrlimit(resource.RLIMIT_FSIZE, (20000, 20000))
from engine.audio import open_clip
from engine.errors import DiskFullError
from engine.export import write_patched
for target in sys.argv[2:]:
    try:
        with open_clip(sys.argv[1]) as clip:
            write_patched(clip, [], target)
    except DiskFullError as error:
        print(error)
"""


def test_a_full_disk_is_said_and_nothing_is_left(tmp_path, root):
    path = source(tmp_path, frames=60_000)
    targets = [str(tmp_path / f"out.{suffix}") for suffix in ("wav", "flac", "aiff", "ogg", "mp3", "caf")]
    command = [sys.executable, "-c", LIMITED, str(path), *targets]
    done = subprocess.run(command, capture_output=True, text=True, cwd=root, timeout=60, check=False)
    assert done.stderr == ""
    for target, line in zip(targets, done.stdout.splitlines(), strict=True):
        assert line.startswith(f"{target}: ")
        assert "no space: File too large; nothing was written" in line
    assert [p.name for p in tmp_path.iterdir()] == [path.name]


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EDQUOT])
def test_a_full_disk_or_quota_is_a_disk_full_error(tmp_path, monkeypatch, code):
    path = source(tmp_path)

    def refuse(*_: object) -> int:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(saving.os, "write", refuse)
    monkeypatch.setattr(saving.os, "copy_file_range", refuse)
    for suffix in ("wav", "flac"):
        with pytest.raises(DiskFullError, match="no space"):
            repair(path, tmp_path / f"out.{suffix}", [patch()])
    monkeypatch.undo()
    assert [p.name for p in tmp_path.iterdir()] == [path.name]


def test_too_little_space_is_refused_before_writing_with_both_figures(tmp_path, monkeypatch):
    path = source(tmp_path)
    usage = shutil.disk_usage(tmp_path)._replace(free=1000)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage)
    with pytest.raises(DiskFullError, match=f"{path.stat().st_size} bytes are needed, 1000 are free"):
        repair(path, tmp_path / "out.wav", [patch()])


def left_behind(folder: Path) -> Path:
    """A part file as one that was killed leaves it."""
    path = folder / ".retake-0123456789ab.part"
    path.write_bytes(b"half")
    return path


def test_what_the_killed_left_is_swept_and_what_is_being_written_is_not(tmp_path):
    path = left_behind(tmp_path)
    with written_whole(tmp_path / "out.wav", force=False) as part:
        sweep_parts(tmp_path)
        assert part.path.exists() and not path.exists()
        part.write(b"whole")
    assert (tmp_path / "out.wav").read_bytes() == b"whole"


def test_where_nothing_can_be_locked_nothing_is_swept(tmp_path, monkeypatch):
    """Another process may be writing it: a file system without locks can't tell."""

    def flock(fd: int, how: int) -> None:
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    monkeypatch.setattr("fcntl.flock", flock)
    path = left_behind(tmp_path)
    with written_whole(tmp_path / "out.wav", force=False) as part:
        sweep_parts(tmp_path)
        assert part.path.exists() and path.exists()
