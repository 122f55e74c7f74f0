"""The command line as a whole: usage, exit codes, streams, and what signals and a full disk do to a real process."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import signal
import struct
import subprocess
import sys
import termios
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pytest
import soundfile

from engine.cli import COMMANDS, main
from engine.commands.console import Progress, step_words

LONG_S = 120.0  # of sound: seconds of work for the small job below
PATIENCE_S = 600.0  # for a machine that is busy with something else
STOP_LIMIT_S = 5.0
BUSY_STOP_LIMIT_S = 60.0


def script() -> Path:
    path = Path(sys.executable).parent / "retake"
    if not path.exists():
        pytest.skip("retake is not installed beside this Python; `make setup` does that")
    return path


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    """Exit code, stdout and stderr of a call in this process."""
    capsys.readouterr()
    return main(list(arguments)), *capsys.readouterr()


# Usage


def test_without_arguments_and_editor_it_says_what_lists_the_commands(capsys):
    code, out, err = run(capsys)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert "without the editor" in err and "retake --help" in err


@pytest.mark.parametrize("arguments", [[], ["some.wav"], ["nosuch.flac", "restore"]])
def test_an_editor_is_given_the_files(arguments):
    given = []
    assert main(arguments, editor=lambda files: given.append(list(files)) or 7) == 7
    assert given == [arguments]


def test_a_command_is_not_given_to_the_editor(capsys):
    assert main(["models", "list"], editor=lambda files: 7) == 0
    assert "bundled" in capsys.readouterr().out


@pytest.mark.parametrize("name", ["some.wav", "nosuch.flac", "plainfile"])
def test_a_recording_alone_is_told_what_repairs_it(capsys, tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    Path("some.wav").touch()
    Path("plainfile").touch()
    code, out, err = run(capsys, name)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert "without the editor" in err and f"retake restore {name} -o OUT" in err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["restor"], ["'restor'", "did you mean restore?", "bottleneck"]),
        (["Restore"], ["did you mean restore?"]),
        (["edit"], ["'edit'", "demo, restore, compare"]),
        (["x" * 5000], ["command is"]),
        (["--vresion"], ["--vresion", "did you mean --version?"]),
        (["--vers"], ["--vers"]),
        (["--"], ["'--'"]),
        (["-x"], ["-x"]),
        (["restore"], ["IN", "-o", "retake restore --help"]),
        (["restore", "a.wav", "-o"], ["-o", "expected one argument"]),
        (["restore", "a.wav", "b.wav", "-o", "c.wav"], ["'b.wav'", "retake restore --help"]),
        (["restore", "a.wav", "-o", "c.wav", "--rendrer=gain"], ["--rendrer", "did you mean --renderer?"]),
        (["compare", "a.wav"], ["RESULT"]),
        (["demo", "--json=1"], ["--json"]),
    ],
)
def test_bad_usage_is_one_line_and_exit_code_2(capsys, arguments, words):
    code, out, err = run(capsys, *arguments)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert err.startswith("retake: ")
    assert [word for word in words if word not in err] == []


def test_the_version_is_that_of_the_package(capsys):
    assert run(capsys, "--version") == (0, f"retake {version('retake')}\n", "")


def test_it_runs_as_a_module_too():
    done = subprocess.run([sys.executable, "-m", "engine", "--version"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, f"retake {version('retake')}\n", "")


@pytest.mark.parametrize("command", [[], *([name] for name in COMMANDS)], ids=lambda c: c[0] if c else "retake")
def test_help_is_complete_and_fits_the_screen(capsys, command, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    with pytest.raises(SystemExit) as stop:
        main([*command, "--help"])
    out, err = capsys.readouterr()
    assert stop.value.code in (0, None) and err == ""
    assert out.startswith(f"usage: {' '.join(['retake', *command])} ")
    assert max(len(line) for line in out.splitlines()) <= 110
    for line in out.splitlines():
        assert not re.fullmatch(r"  -{1,2}[a-z-]+( [A-Z]+)?", line) or len(line) > 20, f"no help for {line}"


def test_every_command_is_in_the_help(capsys):
    with pytest.raises(SystemExit):
        main(["--help"])
    out = capsys.readouterr().out
    assert [name for name in COMMANDS if f"    {name}" not in out] == []


def test_every_setting_is_in_the_help_of_restore(capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "200")
    with pytest.raises(SystemExit):
        main(["restore", "--help"])
    out = " ".join(capsys.readouterr().out.split())
    for setting in ("fade_ms=10", "context_s=1.28", "gain: boost_db=24", "griffinlim: iterations=32 momentum=0.99"):
        assert setting in out


# Progress


class Terminal:
    """A stream that takes itself for a terminal and keeps what is drawn."""

    def __init__(self) -> None:
        self.text = ""

    def isatty(self) -> bool:
        return True

    def write(self, text: str) -> int:
        self.text += text
        return len(text)

    def flush(self) -> None:
        pass


def test_plain_progress_says_each_stage_once_and_then_only_now_and_then(capsys):
    with Progress() as progress:
        for done in range(10_000):
            progress.report("rendering", done, 10_000)
        progress.report("writing", 0, 1)
    assert capsys.readouterr().err.splitlines() == ["rendering", "writing"]


def test_plain_progress_goes_on_after_a_while(capsys, monkeypatch):
    now = iter([0.0, 3.0, 6.0, 7.0, 12.0])
    monkeypatch.setattr(time, "monotonic", lambda: next(now))
    progress = Progress()
    for done in range(5):
        progress.report("rendering", done, 4)
    assert capsys.readouterr().err.splitlines() == ["rendering", "rendering 50%, 6 s left", "rendering 100%"]


def clock_of(monkeypatch: pytest.MonkeyPatch, *seconds: float) -> None:
    """Let the clock show these, one a look."""
    now = iter(seconds)
    monkeypatch.setattr(time, "monotonic", lambda: next(now))


def test_progress_tells_step_of_and_seconds_left(capsys, monkeypatch):
    clock_of(monkeypatch, 100, 110, 120, 130, 140, 145.5)
    progress = Progress()
    for done in range(4):
        progress.report("taking again", done, 4)
    progress.report("decoding", 0, 2)
    progress.report("decoding", 1, 2)
    assert capsys.readouterr().err.splitlines() == [
        "taking again, step 1 of 4",
        "taking again 25%, step 2 of 4, 30 s left",
        "taking again 50%, step 3 of 4, 20 s left",
        "taking again 75%, step 4 of 4, 10 s left",
        "decoding, step 1 of 2",
        "decoding 50%, step 2 of 2, 6 s left",
    ]


def test_seconds_left_count_from_where_the_stage_began(capsys, monkeypatch):
    """A stage may begin in its middle, and begin again, as in a second job."""
    clock_of(monkeypatch, 0, 8, 20, 30)
    progress = Progress()
    for done in (6, 8, 0, 1):
        progress.report("taking again", done, 10)
    assert capsys.readouterr().err.splitlines() == [
        "taking again 60%, step 7 of 10",
        "taking again 80%, step 9 of 10, 8 s left",
        "taking again, step 1 of 10",
        "taking again 10%, step 2 of 10, 90 s left",
    ]


def test_what_is_counted_in_frames_has_no_steps_but_an_end(capsys, monkeypatch):
    clock_of(monkeypatch, 0, 6)
    progress = Progress()
    for done in (0, 150):
        progress.report("rendering", done, 600)
    assert capsys.readouterr().err.splitlines() == ["rendering", "rendering 25%, 18 s left"]


@pytest.mark.parametrize("stage", ["rendering", "rendering above the model's band"])
def test_few_hops_are_no_steps(stage):
    assert step_words(stage, 0, 30) == ""
    assert step_words("taking again", 0, 30) == "step 1 of 30"


def test_on_a_terminal_a_bar_is_drawn_in_one_line_and_taken_away(monkeypatch):
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "80")
    with Progress() as progress:
        progress.report("loading", 0, 1)
        progress.report("rendering", 1, 2)
        clock_of(monkeypatch, 20, 30)
        progress.report("taking again", 0, 2)
        progress.report("taking again", 1, 2)
    assert "\n" not in terminal.text
    assert "rendering      [##############..............]  50%" in terminal.text
    assert "taking again   [##############..............]  50%  step 2 of 2, 10 s left" in terminal.text
    assert terminal.text.endswith("\r\x1b[K")


def test_bytes_are_counted_as_such_and_the_bar_makes_room_for_them(monkeypatch):
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "80")
    progress = Progress(in_bytes=True)
    clock_of(monkeypatch, 20, 30)
    progress.report("unet/diffusion_pytorch_model.safetensors", 0, 4_000_000_000)
    progress.report("unet/diffusion_pytorch_model.safetensors", 1_500_000, 4_000_000_000)
    last = terminal.text.rpartition("\x1b[K")[2]
    assert last == "unet/diffusion_pytorch_model.safetensors [.....]   0%  1.5 MB of 4.0 GB, 445 min left"[:79]


def test_the_bar_does_not_wrap_on_a_narrow_terminal(monkeypatch):
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "20")
    Progress().report("rendering", 1, 2)
    assert len(terminal.text.removeprefix("\r\x1b[K")) < 20


def test_a_dumb_terminal_gets_plain_lines(monkeypatch):
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setenv("TERM", "dumb")
    Progress().report("rendering", 1, 2)
    assert terminal.text == "rendering 50%\n"


# Real processes


class Watched:
    """A process whose stderr is read as it comes."""

    def __init__(self, command: list[object]) -> None:
        words = [str(word) for word in command]
        self.process = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.lines: list[str] = []
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stderr
        for line in self.process.stderr:
            self.lines.append(line.rstrip("\n"))

    def wait_for(self, stage: str) -> None:
        """Wait until a stage begins."""
        until = time.monotonic() + PATIENCE_S
        while not any(line.startswith(stage) for line in self.lines):
            assert self.process.poll() is None and time.monotonic() < until, self.lines
            time.sleep(0.005)

    def end(self, limit_s: float = PATIENCE_S) -> tuple[int, list[str]]:
        """Exit code, and the lines on stderr that are no progress."""
        code = self.process.wait(limit_s)
        self._reader.join(limit_s)
        assert self.process.stdout
        self.process.stdout.close()
        progress = re.compile(r"[a-z ]+( \d+%)?(, step \d+ of \d+)?(, \d+ s left)?")
        return code, [line for line in self.lines if line.startswith("retake") or not progress.fullmatch(line)]

    def close(self) -> None:
        """Leave nothing running."""
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self._reader.join(PATIENCE_S)
        for stream in (self.process.stdout, self.process.stderr):
            if stream:
                stream.close()


@pytest.fixture
def started() -> Iterator[Callable[..., Watched]]:
    """A function that starts the installed program."""
    running: list[Watched] = []

    def start(*arguments: object, before: Sequence[object] = ()) -> Watched:
        running.append(Watched([*before, script(), *arguments]))
        return running[-1]

    yield start
    for watched in running:
        watched.close()


@pytest.fixture(scope="module")
def long_recording(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("long") / "long.wav"
    sound = 0.1 * np.random.default_rng(0).standard_normal(round(LONG_S * 8000))
    soundfile.write(path, sound, 8000, subtype="PCM_16")
    return path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "out"
    made.mkdir()
    return made


@pytest.mark.parametrize(
    ("stage", "number", "code", "word"),
    [
        ("loading", signal.SIGINT, 130, "stopped"),
        ("taking again", signal.SIGINT, 130, "stopped"),
        ("rendering", signal.SIGTERM, 143, "terminated"),
    ],
)
def test_a_signal_stops_a_job_soon_and_leaves_nothing(started, long_recording, folder, stage, number, code, word):
    # Each stage is long, and soon reached.
    rendering = ["--end", "5", "--method", "vae", "--renderer", "griffinlim", "--set", "iterations=1000"]
    how = rendering if stage == "rendering" else []
    job = started("restore", long_recording, "-o", folder / "out.flac", "--device", "cpu", *how)
    job.wait_for(stage)
    time.sleep(0.3 if stage == "loading" else 0)
    sent_s = time.monotonic()
    job.process.send_signal(number)
    assert job.end() == (code, [f"retake: {word}; nothing was written"])
    busy = os.getloadavg()[0] > (os.cpu_count() or 1)
    assert time.monotonic() - sent_s < (BUSY_STOP_LIMIT_S if busy else STOP_LIMIT_S)
    assert list(folder.iterdir()) == []


def test_killed_while_writing_no_file_has_the_name_of_the_output(started, long_recording, folder):
    """A hidden part may stay: nobody can clear up after that."""
    job = started("restore", long_recording, "-o", folder / "out.flac", "--end", "0.5", "--device", "cpu")
    job.wait_for("writing")
    job.process.kill()
    assert job.end()[0] == -signal.SIGKILL
    assert not (folder / "out.flac").exists() or soundfile.info(folder / "out.flac").frames == LONG_S * 8000
    assert [path.name for path in folder.iterdir() if not path.name.startswith((".retake-", "out.flac"))] == []


def test_a_full_disk_is_exit_code_1_and_leaves_nothing(started, long_recording, folder):
    """Full is what the system says past a limit for files: 200 kB, in blocks of 512 bytes."""
    out = folder / "out.flac"
    limited = ["/bin/sh", "-c", 'ulimit -f 400 && exec "$@"', "sh"]
    job = started("restore", long_recording, "-o", out, "--end", "0.5", "--device", "cpu", before=limited)
    code, said = job.end()
    assert (code, len(said)) == (1, 1)
    assert "no space" in said[0] and str(out) in said[0]
    assert list(folder.iterdir()) == []


def test_on_a_terminal_the_screen_is_clean_at_the_end(long_recording, folder):
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    command = [script(), "restore", long_recording, "-o", folder / "out.wav", "--end", "0.5", "--device", "cpu"]
    environment = {**os.environ, "TERM": "xterm"}
    with subprocess.Popen(
        [str(part) for part in command],
        stdout=subprocess.PIPE,
        stderr=theirs,
        stdin=subprocess.DEVNULL,
        env=environment,
    ) as process:
        os.close(theirs)
        drawn = b""
        while True:
            try:
                piece = os.read(ours, 4096)
            except OSError:  # the other side is closed
                break
            if not piece:
                break
            drawn += piece
        assert process.stdout
        out = process.stdout.read().decode()
    os.close(ours)
    assert process.returncode == 0, drawn
    text = drawn.decode()
    assert "loading" in text and "[" in text
    assert "\n" not in text and text.endswith("\r\x1b[K")
    assert "taken again" in out


def shell(command: str, **names: object) -> subprocess.CompletedProcess[str]:
    variables = {name: str(value) for name, value in names.items()}
    environment = {**os.environ, "RETAKE": str(script()), **variables}
    return subprocess.run(
        ["/bin/sh", "-c", command], env=environment, capture_output=True, text=True, timeout=PATIENCE_S, check=False
    )


def test_exit_codes_reach_the_shell():
    assert shell("$RETAKE --version").returncode == 0
    assert shell("$RETAKE restor").returncode == 2


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
def test_a_full_stdout_is_one_line_and_exit_code_1():
    done = shell("$RETAKE models > /dev/full")
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)


def test_a_reader_that_goes_away_is_not_worth_a_word():
    done = shell("{ sleep 1; $RETAKE models; echo $? >&2; } | true")
    assert done.stderr == "1\n"


@pytest.mark.parametrize("closed", [">&-", "2>&-", "<&-", "<&- >&- 2>&-"])
def test_closed_streams_do_no_harm(closed):
    assert shell(f"$RETAKE models {closed}").returncode == 0
    assert shell(f"$RETAKE restore none.wav -o out.wav {closed}").returncode == 2


def test_names_that_are_no_text_do_no_harm(tmp_path):
    path = os.fsencode(tmp_path) + b"/odd\xff\xc3.wav"
    Path(os.fsdecode(path)).write_bytes(b"")
    for locale in ("C", "C.UTF-8", "POSIX"):
        done = subprocess.run(
            [script(), b"restore", path, b"-o", b"x.wav"],
            env={**os.environ, "LC_ALL": locale},
            capture_output=True,
            check=False,
        )
        assert (done.returncode, done.stderr.count(b"\n")) == (2, 1)
        assert b"is empty" in done.stderr
