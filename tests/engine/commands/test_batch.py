"""``retake batch``: in this process with real worker processes, and killed for real."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile

from tests.engine.commands.conftest import Run

BROKEN = ("cut.wav", "empty.wav", "text.wav", "nan.wav")


@pytest.fixture(scope="module")
def recordings(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twelve recordings in folders, four more that are broken."""
    folder = tmp_path_factory.mktemp("recordings")
    for number in range(12):
        path = folder / ("" if number < 6 else "later") / f"{number:02}.{('wav', 'flac')[number % 2]}"
        path.parent.mkdir(exist_ok=True)
        sound = 0.1 * np.random.default_rng(number).standard_normal((8000 + 500 * number, 1 + number % 2))
        soundfile.write(path, sound, 16000, subtype="PCM_16")
    whole = (folder / "00.wav").read_bytes()
    (folder / "cut.wav").write_bytes(whole[:3000])
    (folder / "empty.wav").touch()
    (folder / "text.wav").write_text("no sound at all")
    soundfile.write(folder / "nan.wav", np.full((4000, 1), np.nan), 16000, subtype="FLOAT")
    return folder


@pytest.fixture
def batch(retake: Callable[..., Run], whole_model: Path) -> Callable[..., Run]:
    """A function that runs ``retake batch`` with the small model and the quickest method."""

    def run(*arguments: object) -> Run:
        how = () if {"--evaluate", "--preset", "--method"} & {*map(str, arguments)} else ("--method", "vae")
        workers = () if "--workers" in arguments else ("--workers", 1)  # each takes seconds to start
        return retake("batch", *arguments, *how, *workers, "--model", whole_model, "--device", "cpu")

    return run


def hashes(folder: Path) -> dict[str, str]:
    """Of all results by name."""
    files = [path for path in folder.rglob("*") if path.suffix in (".wav", ".flac", ".aiff")]
    return {path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def left_over(folder: Path) -> list[Path]:
    """What is hidden below a folder."""
    return list(folder.rglob(".*"))


@pytest.fixture(scope="module")
def done_once(tmp_path_factory: pytest.TempPathFactory, recordings: Path, whole_model: Path) -> Path:
    """The folder of a batch that one worker did undisturbed; not to be written to."""
    out = tmp_path_factory.mktemp("done") / "out"
    done = subprocess.run(command(recordings, out, whole_model), check=False, capture_output=True, text=True)
    assert done.returncode == 1, done.stderr
    return out


@pytest.fixture
def finished(done_once: Path, tmp_path: Path) -> Path:
    """A copy of it."""
    return Path(shutil.copytree(done_once, tmp_path / "out"))


@pytest.fixture(scope="module")
def expected(done_once: Path) -> dict[str, str]:
    """Its results."""
    return hashes(done_once)


# For a process and its workers, as Python's own start finds it: no folder of that name can be made.
FULL = """
import errno, os
made = os.mkdir
def mkdir(path, *given, **named):
    if os.path.basename(path) == "full":
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), path)
    made(path, *given, **named)
os.mkdir = mkdir
"""


def command(source: Path, out: Path, model: Path | str, *more: object) -> list[str]:
    words = ["batch", source, "-o", out, "--method", "vae", "--model", model, "--device", "cpu", "--workers", 1, *more]
    code = "import sys; from engine.cli import main; sys.exit(main())"
    return [sys.executable, "-c", code, *(str(word) for word in words)]


def test_all_but_the_broken_ones_are_restored_and_those_are_named(
    batch: Callable[..., Run], recordings: Path, tmp_path: Path, expected: dict[str, str]
) -> None:
    done = batch(recordings, "-o", tmp_path / "out", "--workers", 2, "--json")
    assert done.code == 1
    assert hashes(tmp_path / "out") == expected and len(expected) == 12
    told = done.json
    assert (told["done"], told["failed"], told["threads"]) == (12, 4, 1)
    failures = {outcome["name"]: outcome["error"] for outcome in told["outcomes"] if not outcome["facts"]}
    assert sorted(failures) == sorted(BROKEN)
    for name, words in (("cut", "truncated"), ("empty", "is empty"), ("nan", "NaN"), ("text", "text.wav")):
        assert words in failures[f"{name}.wav"]
        assert f"failed: {name}.wav: " in done.err
    assert not left_over(tmp_path / "out")
    assert told["reports"] == [str(tmp_path / "out" / f"report.{kind}") for kind in ("html", "json", "csv", "png")]
    page = (tmp_path / "out" / "report.html").read_text()
    assert all(name in page for name in (*expected, *BROKEN))


@pytest.mark.skipif(os.name == "nt", reason="names there are text")
def test_a_name_that_is_no_text_is_restored_and_reported(
    batch: Callable[..., Run], recordings: Path, tmp_path: Path
) -> None:
    source = tmp_path / os.fsdecode(b"caf\xe9 <b>.wav")
    source.write_bytes((recordings / "00.wav").read_bytes())
    batch(source, "-o", tmp_path / "out").done()
    batch(source, "-o", tmp_path / "out", "--resume").done()
    assert (tmp_path / "out" / source.name).exists()
    assert "&lt;b&gt;.wav" in (tmp_path / "out" / "report.html").read_text(encoding="utf-8")


def test_a_result_is_what_restore_gives(
    batch: Callable[..., Run], restore: Callable[..., Run], recordings: Path, tmp_path: Path
) -> None:
    name = "03.flac"
    batch(recordings / name, "-o", tmp_path / "out", "--start", 0.1, "--end", 0.3).done()
    import torch

    torch.set_num_threads(1)
    restore(recordings / name, "-o", tmp_path / name, "--start", 0.1, "--end", 0.3).done()
    assert (tmp_path / "out" / name).read_bytes() == (tmp_path / name).read_bytes()


def test_killed_and_resumed_it_gives_the_same(
    recordings: Path, tmp_path: Path, whole_model: Path, expected: dict[str, str]
) -> None:
    kill_and_resume(recordings, tmp_path / "out", whole_model, 2)
    assert hashes(tmp_path / "out") == expected
    assert not left_over(tmp_path / "out")


def kill_and_resume(source: Path, out: Path, model: Path | str, most: int, *more: object) -> None:
    """Kill a batch ``most`` times, each time after something was written down, then let it come to its end."""
    kills, size = 0, 0
    while kills < most:
        resume = ["--resume"] if journal_bytes(out) else []
        process = subprocess.Popen(
            command(source, out, model, *resume, *more), stderr=subprocess.PIPE, start_new_session=True
        )
        while process.poll() is None and journal_bytes(out) <= size:
            time.sleep(0.002)
        assert process.poll() is None, "it is done before it could be killed"
        # Now the one that writes the journal alone, now its workers too.
        (os.killpg if kills % 2 else os.kill)(process.pid, signal.SIGKILL)
        process.communicate()
        kills, size = kills + 1, journal_bytes(out)
    done = subprocess.run(command(source, out, model, "--resume", *more), check=False, capture_output=True, text=True)
    assert done.returncode == 1, done.stderr


def journal_bytes(out: Path) -> int:
    path = out / "batch.jsonl"
    return path.stat().st_size if path.exists() else 0


def test_resuming_does_only_what_is_missing(
    batch: Callable[..., Run], recordings: Path, finished: Path, expected: dict[str, str]
) -> None:
    (finished / "02.wav").unlink()
    (finished / "later" / "07.flac").write_bytes(b"changed")
    before = {path: path.stat().st_mtime_ns for path in finished.rglob("*.*") if path.suffix in (".wav", ".flac")}
    done = batch(recordings, "-o", finished, "--resume", "--workers", 1)
    assert done.code == 1 and "10 of 16 are there already" in done.err
    changed = {path.name for path, changed in before.items() if path.stat().st_mtime_ns != changed}
    assert changed == {"07.flac"}
    assert hashes(finished) == expected


def test_other_settings_can_not_be_resumed_but_begun_anew(
    batch: Callable[..., Run], recordings: Path, finished: Path, expected: dict[str, str]
) -> None:
    source = recordings / "00.wav"
    batch(source, "-o", finished).refused("--resume goes on")
    batch(source, "-o", finished, "--resume", "--seed", 5).refused("seed 0, now it is 5")
    batch(source, "-o", finished, "--resume", "--threads", 2).refused("threads 1, now it is 2")
    batch(source, "-o", finished, "--force", "--method", "enhance").done()
    assert hashes(finished)["00.wav"] != expected["00.wav"]


def test_a_foreign_file_is_never_overwritten_unasked(
    batch: Callable[..., Run], recordings: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "00.wav").write_bytes(b"precious")
    for resume in ((), ("--resume",)):
        done = batch(recordings / "00.wav", "-o", out, *resume)
        assert done.code == 1 and "00.wav: exists already; --force overwrites it" in done.err
        assert (out / "00.wav").read_bytes() == b"precious"
    batch(recordings / "00.wav", "-o", out, "--force").done()
    assert (out / "00.wav").read_bytes() != b"precious"


def test_a_batch_into_its_own_folder_overwrites_no_recording(batch: Callable[..., Run], recordings: Path) -> None:
    before = hashes(recordings)
    batch(recordings / "00.wav", "-o", recordings, "--force").refused("00.wav is an input")
    batch(recordings / "later", recordings / "00.wav", "-o", recordings, "--force").refused("is an input")
    assert hashes(recordings) == before and not (recordings / "batch.jsonl").exists()


def test_stopped_by_ctrl_c_it_tells_how_to_go_on(recordings: Path, tmp_path: Path, whole_model: Path) -> None:
    out = tmp_path / "out"
    process = subprocess.Popen(
        command(recordings, out, whole_model), stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    while journal_bytes(out) == 0 or '"ended"' not in (out / "batch.jsonl").read_text():
        time.sleep(0.01)
        assert process.poll() is None
    os.killpg(process.pid, signal.SIGINT)
    _, err = process.communicate(timeout=30)
    assert process.returncode == 130, err
    assert "the same command with --resume goes on" in err and "Traceback" not in err
    assert not left_over(out)


def test_a_worker_that_is_killed_costs_nothing(
    recordings: Path, tmp_path: Path, whole_model: Path, expected: dict[str, str]
) -> None:
    out = tmp_path / "out"
    process = subprocess.Popen(command(recordings, out, whole_model), stderr=subprocess.PIPE, text=True)
    while '"ended"' not in ((out / "batch.jsonl").read_text() if (out / "batch.jsonl").exists() else ""):
        time.sleep(0.01)
        assert process.poll() is None
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    assert len(children) == 1
    os.kill(int(children[0]), signal.SIGKILL)
    _, err = process.communicate(timeout=120)
    assert process.returncode == 1 and err.count("failed:") == len(BROKEN), err
    assert hashes(out) == expected


def test_a_full_disk_ends_the_batch_and_a_name_that_sounds_like_one_does_not(
    recordings: Path, tmp_path: Path, whole_model: Path, expected: dict[str, str]
) -> None:
    source, out, found = tmp_path / "in", tmp_path / "out", tmp_path / "found"
    for name in ("00.wav", "full/01.flac", "late/05.flac"):
        (source / name).parent.mkdir(parents=True, exist_ok=True)
        (source / name).write_bytes((recordings / Path(name).name).read_bytes())
    (source / "00: no space: left.wav").write_text("no sound at all")
    found.mkdir()
    (found / "sitecustomize.py").write_text(FULL)  # which the workers have too
    given = command(source, out, whole_model, "--no-report")
    done = subprocess.run(
        given, check=False, capture_output=True, text=True, env={**os.environ, "PYTHONPATH": f"{found}:{Path.cwd()}"}
    )
    assert done.returncode == 1 and "01.flac: no space: No space left on device" in done.stderr, done.stderr
    assert "the batch stops here, 1 of 4 are done; --resume goes on" in done.stderr and "failed: " not in done.stderr
    assert list(hashes(out)) == ["00.wav"] and not left_over(out)
    done = subprocess.run([*given, "--resume"], check=False, capture_output=True, text=True)
    assert done.returncode == 1 and done.stderr.count("failed: ") == 1, done.stderr
    assert {Path(name).name: value for name, value in hashes(out).items()} == {
        name: expected[name] for name in ("00.wav", "01.flac", "05.flac")
    }


def test_a_recording_whose_result_is_too_large_a_file_fails_alone(
    recordings: Path, tmp_path: Path, whole_model: Path, expected: dict[str, str]
) -> None:
    source, out = tmp_path / "in", tmp_path / "out"
    source.mkdir()
    for name in ("00.wav", "01.flac", "02.wav"):
        (source / name).write_bytes((recordings / name).read_bytes())
    (source / "01.flac").rename(source / "00-large.flac")  # so that it comes first
    given = command(source, out, whole_model, "--no-report")
    # A limit on the size of files, which the others and the journal keep below.
    limit = (source / "02.wav").stat().st_size + 1000
    given[2] = f"import resource; resource.setrlimit(resource.RLIMIT_FSIZE, ({limit}, {limit})); {given[2]}"
    done = subprocess.run(given, check=False, capture_output=True, text=True)
    assert done.returncode == 1 and done.stderr.count("failed: ") == 1, done.stderr
    assert "00-large.flac: no space: File too large; nothing was written" in done.stderr
    assert hashes(out) == {name: expected[name] for name in ("00.wav", "02.wav")} and not left_over(out)


def test_variants_are_compared(batch: Callable[..., Run], recordings: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    sources = (recordings / "00.wav", recordings / "later" / "07.flac")
    told = (
        batch(*sources, "-o", out, "--evaluate", "--grid", "method=vae,enhance", "--workers", 1, "--json").done().json
    )
    assert (told["done"], told["failed"]) == (4, 0)
    assert (out / "vae" / "00.wav").exists() and (out / "enhance" / "07.flac").exists()
    assert (out / "vae" / "00.wav").read_bytes() != (out / "enhance" / "00.wav").read_bytes()
    assert {outcome["facts"]["method"] for outcome in told["outcomes"]} == {"vae", "enhance"}
    frechet = json.loads((out / "report.json").read_text())["frechet"]
    assert list(frechet) == ["vae", "enhance"]
    assert all(each["recordings"] == 2 and each["seconds"] > 0 for each in frechet.values())
    assert len((out / "report.csv").read_text().splitlines()) == 5


@pytest.mark.thorough
def test_a_preset_says_how(batch: Callable[..., Run], recordings: Path, tmp_path: Path) -> None:
    told = batch(
        recordings / "00.wav", "-o", tmp_path / "out", "--preset", "mend-clipping", "--method", "vae", "--json"
    )
    (outcome,) = told.done().json["outcomes"]
    assert (outcome["facts"]["task"], outcome["facts"]["method"]) == ("declip", "vae")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["nowhere.wav"], ["'nowhere.wav'", "no such file or folder"]),
        (["{}", "--workers", "0"], ["workers is 0", "1 to 1024"]),
        (["{}", "--threads", "0"], ["threads is 0"]),
        (["{}", "--report", "x.html"], ["--report x.html", "writes", "report.html by itself"]),
        (["{}", "--subtype", "PCM24"], ["subtype is 'PCM24'", "did you mean PCM_24?"]),
        (["{}", "--grid", "method=vae"], ["--evaluate"]),
        (["{}", "--force", "--resume"], ["one of them"]),
        (["{}", "--method", "partial"], ["needs a unet"]),
        (["{}", "--preset", "none"], ["preset is 'none'", "fill-a-gap"]),
        (["{}", "--rate", "16000"], ["accepted with task extend"]),
        (["{}", "--evaluate", "--grid", "method=vae,vea"], ["did you mean vae"]),
    ],
)
def test_what_can_not_be_is_refused_before_anything_is_written(
    retake: Callable[..., Run], recordings: Path, whole_model: Path, tmp_path: Path, arguments, words
) -> None:
    given = [argument.format(recordings) for argument in arguments]
    retake("batch", *given, "-o", tmp_path / "out", "--model", whole_model, "--device", "cpu").refused(*words)
    assert not (tmp_path / "out").exists()


def test_the_journal_is_json_lines_that_a_program_can_read(done_once: Path) -> None:
    lines = [json.loads(line) for line in (done_once / "batch.jsonl").read_text().splitlines()]
    assert lines[0]["batch"]["orders"][""]["settings"]["method"] == "vae"
    ended = [line["ended"] for line in lines if "ended" in line]
    assert len(ended) == 16
    assert all(outcome["facts"]["measures"]["mel_db"] > 0 for outcome in ended if outcome["facts"])


def test_reports_that_are_not_of_the_batch_are_left_alone(
    batch: Callable[..., Run], recordings: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "report.csv").write_text("precious")
    batch(recordings / "00.wav", "-o", out).refused("report.csv: exists already", "--no-report")
    assert (out / "report.csv").read_text() == "precious" and not (out / "00.wav").exists()


def test_a_moved_batch_is_resumed_by_the_names_that_it_has_now(
    batch: Callable[..., Run], recordings: Path, finished: Path, expected: dict[str, str]
) -> None:
    moved = finished.rename(finished.with_name("moved"))
    for name in BROKEN:
        assert not (moved / name).exists()
    told = batch(recordings, "-o", moved, "--resume", "--json", "--workers", 1).json
    done = [outcome for outcome in told["outcomes"] if outcome["facts"]]
    assert len(done) == 12
    for outcome in done:
        assert outcome["output"] == outcome["facts"]["output"] == str(moved / outcome["name"])


@pytest.mark.thorough
def test_two_hundred_recordings_ten_of_them_broken_five_kills(tmp_path: Path, demo_folder: Path) -> None:
    """Real and made ones by the bundled model; what five kills and a resumption give is what one run gives."""
    source = tmp_path / "in"
    write_two_hundred(source, demo_folder)
    whole, killed = tmp_path / "whole", tmp_path / "killed"
    done = subprocess.run(
        command(source, whole, "bundled", "--workers", 2), check=False, capture_output=True, text=True
    )
    assert done.returncode == 1, done.stderr
    assert len(hashes(whole)) == 190
    assert sum(line.startswith("failed: broken/") for line in done.stderr.splitlines()) == 10
    assert all(f"broken/{number}.wav" in (whole / "report.html").read_text() for number in range(10))
    kill_and_resume(source, killed, "bundled", 5, "--workers", 2)
    assert hashes(killed) == hashes(whole)
    assert not left_over(killed)


def write_two_hundred(folder: Path, demo_folder: Path) -> None:
    """120 pieces of real recordings, 70 made sounds in many formats, 10 broken files."""
    (folder / "broken").mkdir(parents=True)
    real = sorted(path for path in demo_folder.iterdir() if path.suffix in (".wav", ".flac", ".ogg"))
    for number in range(120):
        with soundfile.SoundFile(real[number % len(real)]) as file:
            frames = file.samplerate * (1 + number % 3) // 2
            file.seek((number * 7919) % (file.frames - frames))
            piece, rate = file.read(frames), file.samplerate
        path = folder / real[number % len(real)].stem / f"{number:03}.wav"
        path.parent.mkdir(exist_ok=True)
        soundfile.write(path, piece, rate, subtype=("PCM_16", "PCM_24", "FLOAT")[number % 3])
    rng = np.random.default_rng(0)
    for number in range(70):
        rate, channels = (8000, 16000, 44100, 96000)[number % 4], 1 + number % 2
        times = np.arange(rate // 2)[:, None] / rate
        sound = 0.2 * np.sin(2 * np.pi * (100 + 40 * number) * times) + 0.02 * rng.standard_normal(
            (rate // 2, channels)
        )
        suffix = ("wav", "flac", "aiff")[number % 3]
        soundfile.write(folder / f"made-{number:02}.{suffix}", sound, rate, subtype="PCM_24")
    whole = (folder / "made-00.wav").read_bytes()
    for number in range(10):
        nan = number in (8, 9)
        content = (b"", b"RIFF", whole[: 40 + 100 * number], bytes(1000), b"text" * 99)[number % 5]
        path = folder / "broken" / f"{number}.wav"
        path.write_bytes(content)
        if nan:
            soundfile.write(path, np.full(9000, np.nan), 16000, subtype="FLOAT")
