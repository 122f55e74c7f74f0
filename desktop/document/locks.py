"""Whether a living process has a project open: a locked file beside it, which the system unlocks when its owner dies.

A lock that names its owner by number would outlive it: where programs run in containers, the next one has the same.
Limits: POSIX; where the file system knows no locks, nothing is said and nothing is held.
"""

from __future__ import annotations

import errno
import fcntl
import os
import time
from contextlib import suppress
from pathlib import Path

from desktop.translating import translate
from engine.errors import InputError
from engine.saving import explain

UNSUPPORTED = (errno.ENOLCK, errno.ENOTSUP, errno.EINVAL, errno.ENOSYS)
RETRY_S = 0.05


class ProjectLock:
    """A project's lock, held until `close`.

    Attributes:
        project: the project file.

    Raises:
        InputError: it is open elsewhere, in another process or in this one.
        OutputError: its folder can't be written.
    """

    def __init__(self, project: Path) -> None:
        self.project = project
        self._path = lock_path(project)
        self._fd = self._locked(project)
        while not self._is_in_place():  # the owner before removed it after it was opened here
            os.close(self._fd)
            self._fd = self._locked(project)

    def close(self) -> None:
        """Let go; may be called twice."""
        if self._fd >= 0:
            with suppress(OSError):
                self._path.unlink()
            os.close(self._fd)
        self._fd = -1

    def _locked(self, project: Path) -> int:
        """The file, opened and locked."""
        try:
            fd = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
        except OSError as error:
            raise explain(error, project) from error
        if not (taken(fd) or taken(fd, after_s=RETRY_S)):  # once more: it may have been looked at just then
            os.close(fd)
            raise open_elsewhere(project)
        return fd

    def _is_in_place(self) -> bool:
        try:
            return os.path.samestat(os.fstat(self._fd), self._path.stat())
        except FileNotFoundError:
            return False


def taken(fd: int, after_s: float = 0.0) -> bool:
    """Whether a file could be locked, or knows no locks."""
    time.sleep(after_s)
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        return error.errno in UNSUPPORTED
    return True


def lock_path(project: Path) -> Path:
    """The hidden file beside a project that is locked."""
    return project.with_name(f".{project.name}.lock")


def check_closed(project: Path) -> None:
    """Refuse a project that is open, before its bytes are looked at.

    Within a process, closing any handle of a file lets go of all locks that SQLite holds on it.

    Raises:
        InputError: it is open.
    """
    if is_open(project):
        raise open_elsewhere(project)


def open_elsewhere(project: Path) -> InputError:
    """The error that tells of it."""
    return InputError(
        translate("Project", "{path}: is open in another window; close it there first").format(path=project)
    )


def is_open(project: Path) -> bool:
    """Whether a living process has a project open; two that ask at once are not in each other's way."""
    try:
        fd = os.open(lock_path(project), os.O_RDWR | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        fcntl.flock(fd, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError as error:
        return error.errno not in UNSUPPORTED
    finally:
        os.close(fd)
    return False
