"""Set Retake up: a `.venv` with the locked packages and the project itself, native libraries checked.

Runs on the standard library alone, under any Python 3.8 or newer, and looks for one that Retake can use. With the
argument ``tests``, what only the tests need is looked for too. Safe to call before every command: a stamp in
`.venv/.retake` says what is installed, and when nothing changed nothing is done and no network is touched. A set-up
that was cut off leaves a mark there and is done anew from nothing. One that failed in good order (no network, say)
goes on where it was, and so does one that finds a `.venv` made by hand. pip's own settings (its environment
variables and configuration) hold as always.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
OLDEST = (3, 11)
NEWEST_TRIED = (3, 14)
INPUTS = ("packaging/requirements.lock", "packaging/torch.txt", "packaging/bootstrap.py", "pyproject.toml")

# Debian package -> Python that fails where it is missing. Before: tried by the Python that `.venv` is made
# with. After: tried in `.venv`, for libraries that many wheels carry inside.
NATIVE_BEFORE = {"python{version}-venv": "import venv, ensurepip; ensurepip.version()"}
LOAD = "import ctypes; ctypes.CDLL({!r})"
NATIVE_AFTER = {
    "libsndfile1": "import soundfile",
    "libportaudio2": "import sounddevice",
    # What Qt's own packages load from the system to open a window.
    **{
        package: LOAD.format(library)
        for package, library in (
            ("libgl1", "libGL.so.1"),
            ("libegl1", "libEGL.so.1"),
            ("libglib2.0-0", "libglib-2.0.so.0"),
            ("libfontconfig1", "libfontconfig.so.1"),
            ("libdbus-1-3", "libdbus-1.so.3"),
            ("libx11-xcb1", "libX11-xcb.so.1"),
            ("libxkbcommon-x11-0", "libxkbcommon-x11.so.0"),
            ("libxcb-cursor0", "libxcb-cursor.so.0"),
            ("libxcb-icccm4", "libxcb-icccm.so.4"),
            ("libxcb-keysyms1", "libxcb-keysyms.so.1"),
            ("libxcb-randr0", "libxcb-randr.so.0"),
            ("libxcb-shape0", "libxcb-shape.so.0"),
        )
    },
}
# The tests open real windows, on a screen of their own, and play to a sound server of their own.
FOUND = "import shutil, sys; sys.exit(shutil.which({!r}) is None)"
NATIVE_FOR_TESTS = {
    "xvfb": FOUND.format("Xvfb"),
    "pulseaudio": FOUND.format("pulseaudio"),
    "pulseaudio-utils": FOUND.format("pactl"),
    "libasound2-plugins": "import glob, sys; sys.exit(not glob.glob('/usr/lib/*/alsa-lib/*_pcm_pulse.so'))",
}


class SetupError(Exception):
    """The set-up can't go on; the message says what to do."""


def say(text: str) -> None:
    print("set-up: " + text, flush=True)


def main(root: Path = ROOT, for_tests: bool = False) -> int:
    state = root / ".venv" / ".retake"
    try:
        if not is_current(root):
            state.mkdir(parents=True, exist_ok=True)
            with sole_owner(state / "lock") as lock:
                if not is_current(root):
                    set_up(root, lock)
        if for_tests:
            require_native(NATIVE_FOR_TESTS, str(root / ".venv" / "bin" / "python"))
    except SetupError as error:
        print("set-up: " + str(error), file=sys.stderr)
        return 1
    except OSError as error:
        print("set-up: {} can't be set up: {}".format(root / ".venv", error), file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("set-up: stopped; the next run starts it again", file=sys.stderr)
        return 130
    return 0


def set_up(root: Path, lock: int) -> None:
    """Bring `.venv` to what the lock file says; steps hold `lock` too, so that an orphan still blocks."""
    started_s = time.monotonic()
    venv, unfinished = root / ".venv", root / ".venv" / ".retake" / "unfinished"
    if unfinished.exists():
        say("the last set-up did not finish; starting again")
        clear(venv)
    chosen = None
    if not python_version(venv / "bin" / "python"):
        chosen = find_python()
        require_native(NATIVE_BEFORE, chosen)

    unfinished.touch()
    (venv / ".retake" / "stamp").unlink(missing_ok=True)
    if chosen:
        say("making .venv with Python {}".format(python_version(chosen)))
        clear(venv)
        run([chosen, "-m", "venv", venv], venv, lock)
    try:
        install(root, lock)
        require_native(NATIVE_AFTER, str(venv / "bin" / "python"))
    except SetupError:
        if not half_installed(venv):
            unfinished.unlink()
        raise

    write_stamp(root)
    unfinished.unlink()
    say("done in {:.0f} s".format(time.monotonic() - started_s))


def install(root: Path, lock: int) -> None:
    """Locked packages by hash, then torch as the machine gets it, then the project as it lies here."""
    packaging, venv = root / "packaging", root / ".venv"
    pip = [venv / "bin" / "python", "-m", "pip", "install", "--no-input", "--disable-pip-version-check"]
    # Modules are compiled when first used: torch and transformers hold thousands that never are.
    pip += ["--no-compile", "--progress-bar", "off"]
    say("installing the locked packages")
    run([*pip, "--no-deps", "--require-hashes", "-r", packaging / "requirements.lock"], venv, lock)
    say("installing torch (a large download where it comes with CUDA)")
    run([*pip, "-r", packaging / "torch.txt"], venv, lock)
    run([*pip, "--no-deps", "--no-build-isolation", "--editable", root], venv, lock)


def run(command: list, venv: Path, lock: int) -> None:
    """Run one step quietly; its words go to `.venv/.retake/log`, the last of them are shown when it fails."""
    log = venv / ".retake" / "log"
    with log.open("w") as out:
        code = subprocess.call([str(c) for c in command], stdout=out, stderr=out, pass_fds=(lock,))
    if code:
        last = log.read_text(errors="replace").strip().splitlines()[-15:]
        raise SetupError("failed; the last lines of {}:\n  {}".format(log, "\n  ".join(last)))


# --- Python ---------------------------------------------------------------------------------------


def find_python() -> str:
    """The Python that runs this if it will do, else the newest tried one on the path, else a newer one."""
    tried = ["python3.{}".format(minor) for minor in range(NEWEST_TRIED[1], OLDEST[1] - 1, -1)]
    found = {}
    for name in [sys.executable, *tried, "python3"]:
        path = shutil.which(name) if name else None
        version = python_version(path) if path else None
        if version and minor_of(version) >= OLDEST:
            found.setdefault(path, version)
    for path, version in found.items():
        if minor_of(version) <= NEWEST_TRIED:
            return path
    for path, version in found.items():
        say("Python {} is newer than any that Retake was tried with; trying it".format(version))
        return path
    message = "Python {} is too old; Retake needs {}.{} or newer (looked for {} and python3)"
    raise SetupError(message.format(sys.version.split()[0], *OLDEST, ", ".join(tried)))


def python_version(python: str | Path) -> str | None:
    """Ask an interpreter for its version, such as ``3.11.2``; None where it doesn't run."""
    ask = "import sys; print('%d.%d.%d' % sys.version_info[:3])"
    try:
        done = subprocess.run(
            [str(python), "-I", "-S", "-c", ask],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            check=True,
        )
    except (OSError, subprocess.CalledProcessError):
        return None
    return done.stdout.decode().strip()


def minor_of(version: str) -> tuple:
    return tuple(int(part) for part in version.split(".")[:2])


# --- native libraries ------------------------------------------------------------------------------


def require_native(packages: dict, python: str) -> None:
    """Install what is missing where we may, else say the one line that does."""
    missing = missing_native(packages, python)
    if not missing:
        return
    install = ["apt-get", "install", "-y", "--no-install-recommends", *missing]
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        line = "missing: {}. Run this, then try again:\n  sudo {}"
        raise SetupError(line.format(", ".join(missing), " ".join(install)))
    say("installing {} with apt-get".format(", ".join(missing)))
    apt_get(install)
    still = missing_native(packages, python)
    if still:
        raise SetupError("{} is installed, but {} doesn't find it".format(", ".join(still), python))


def missing_native(packages: dict, python: str) -> list:
    """The Debian packages whose probe fails under `python`."""
    minor = "{}.{}".format(*minor_of(python_version(python) or "3.0"))
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    return [
        package.format(version=minor)
        for package, probe in packages.items()
        if subprocess.call([python, "-I", "-c", probe], **quiet) != 0
    ]


def apt_get(install: list) -> None:
    """Install with the package lists as they are; fetch the lists only where that fails."""
    env = dict(os.environ, DEBIAN_FRONTEND="noninteractive")
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    if subprocess.call(install, env=env, **quiet) == 0:
        return
    subprocess.call(["apt-get", "update"], env=env, **quiet)
    done = subprocess.run(install, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if done.returncode:
        last = done.stdout.decode(errors="replace").strip().splitlines()[-8:]
        raise SetupError("apt-get failed ({}):\n  {}".format(" ".join(install), "\n  ".join(last)))


# --- state in .venv --------------------------------------------------------------------------------


def is_current(root: Path) -> bool:
    """Whether a finished set-up made `.venv` from exactly these inputs, here, and its Python still runs."""
    state = root / ".venv" / ".retake"
    if (state / "unfinished").exists() or not (state / "stamp").exists():
        return False
    return (state / "stamp").read_text() == stamp(root)


def stamp(root: Path) -> str:
    """What `.venv` depends on, the place included: its scripts name it, so a moved tree breaks them."""
    digest = hashlib.sha256()
    for name in INPUTS:
        digest.update(hashlib.sha256((root / name).read_bytes()).digest())
    return "{} {} {}\n".format(digest.hexdigest(), python_version(root / ".venv" / "bin" / "python"), root)


def write_stamp(root: Path) -> None:
    path = root / ".venv" / ".retake" / "stamp"
    part = path.with_suffix(".part")
    part.write_text(stamp(root))
    part.replace(path)


def half_installed(venv: Path) -> bool:
    """Whether a package was cut off; pip would take it for whole. It writes RECORD last."""
    found = venv.glob("lib/python*/site-packages/*.dist-info")
    return any(not (info / "RECORD").exists() for info in found)


def clear(venv: Path) -> None:
    """Empty `.venv`, all but our own state: the lock is held and the mark must outlive a second cut."""
    for entry in venv.iterdir():
        if entry.name == ".retake":
            continue
        if entry.is_dir() and not entry.is_symlink():
            shutil.rmtree(str(entry))
        else:
            entry.unlink()


@contextlib.contextmanager
def sole_owner(path: Path):
    """Hold the lock at `path`; while another set-up holds it, say so and wait. Gives its file descriptor."""
    with path.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            say("another set-up is at work here; waiting for it")
            fcntl.flock(file, fcntl.LOCK_EX)
        yield file.fileno()


if __name__ == "__main__":
    sys.exit(main(for_tests=sys.argv[1:] == ["tests"]))
