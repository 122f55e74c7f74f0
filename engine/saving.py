"""Files that appear whole or not at all: written under a hidden name beside the target, then renamed."""

from __future__ import annotations

import errno
import io
import os
import secrets
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from engine.errors import DiskFullError, OutputError

try:
    import fcntl
except ImportError:  # Windows, where a file that is open can't be removed by another process anyway
    fcntl = None  # type: ignore[assignment]

NOTHING_WRITTEN = "; nothing was written"
PART_NAMES = ".retake-*.part"
FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


class PartFile(io.RawIOBase):
    """The file under its temporary name, open for reading and writing.

    libsndfile writes through it and loses the reason of a failure, so the first one is kept.

    Attributes:
        path: the temporary name.
        failure: the first error of the operating system, or None.
    """

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.path = path
        self.failure: OSError | None = None
        self._fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_CLOEXEC", 0), 0o666)
        hold(self._fd)  # goes with the process, however it ends

    def readable(self) -> bool:
        return True

    def writable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def fileno(self) -> int:
        return self._fd

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        return os.lseek(self._fd, offset, whence)

    def tell(self) -> int:
        return os.lseek(self._fd, 0, os.SEEK_CUR)

    def read(self, size: int = -1) -> bytes:
        return os.read(self._fd, size)

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        return os.readv(self._fd, [buffer])

    def write(self, data: bytes) -> int:  # type: ignore[override]
        """Write all of ``data``; what could not be written is told by `raise_failure`, not raised here."""
        view, written = memoryview(data), 0
        try:
            while written < len(view):
                written += os.write(self._fd, view[written:])
        except OSError as error:  # raised in libsndfile's callback, it would be printed and lost
            self.failure = self.failure or error
        return written

    def truncate(self, size: int | None = None) -> int:
        size = self.tell() if size is None else size
        os.ftruncate(self._fd, size)
        return size

    def raise_failure(self) -> None:
        """Raise the first error that `write` met."""
        if self.failure:
            raise self.failure

    def close(self) -> None:
        if not self.closed:
            os.close(self._fd)
        super().close()


@contextmanager
def written_whole(
    target: Path, *, force: bool, needed_bytes: int = 0, check: Callable[[Path], None] | None = None
) -> Iterator[PartFile]:
    """Give a temporary file to write; afterwards sync it, ``check`` it, and rename it to ``target``.

    On any exception, Ctrl-C included, the temporary file is removed and ``target`` is as it was.

    Raises:
        DiskFullError: disk, quota or file size limit are used up, or ``needed_bytes`` exceed what is free.
        OutputError: it can't be written for another reason, or ``target`` came to exist without ``force``.
    """
    target = Path(os.path.realpath(target))
    check_space(target, needed_bytes)
    path = target.with_name(f".retake-{secrets.token_hex(6)}.part")
    try:
        part = PartFile(path)
        try:
            yield part
            part.raise_failure()
            os.fsync(part.fileno())
            if check:
                check(path)
            put_in_place(path, target, force)
        finally:
            part.close()
            with suppress(FileNotFoundError):
                path.unlink()
        sync_directory(target.parent)
    except OSError as error:
        raise explain(error, target) from error


def hold(fd: int) -> bool | None:
    """Lock an open file for this process; False where another one holds it, None where the file system can't tell."""
    if fcntl is not None:
        with suppress(OSError):
            try:
                fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return False
            return True
    return None


def sweep_parts(folder: Path) -> None:
    """Remove what processes that were killed left half-written in a folder, where it can be told that they were."""
    for path in folder.glob(PART_NAMES):
        with suppress(OSError):
            fd = os.open(path, os.O_RDWR)
            try:
                if hold(fd):
                    path.unlink()
            finally:
                os.close(fd)


def put_in_place(path: Path, target: Path, force: bool) -> None:
    """Give a finished file its name; without ``force`` the name must be free, also if another process is as quick.

    Raises:
        OutputError: the name is taken.
    """
    if force:
        path.replace(target)
        return
    try:
        target.hardlink_to(path)
    except FileExistsError:
        raise OutputError(exists_message(target)) from None
    except OSError:  # a file system without links; two steps are all that is left
        if target.exists():
            raise OutputError(exists_message(target)) from None
        path.replace(target)


def check_space(target: Path, needed_bytes: int) -> None:
    """Refuse before writing what can't fit.

    Raises:
        DiskFullError: with both figures.
    """
    try:
        free = shutil.disk_usage(target.parent).free
    except OSError as error:
        raise explain(error, target) from error
    if needed_bytes > free:
        raise DiskFullError(f"{target}: no space: {needed_bytes} bytes are needed, {free} are free{NOTHING_WRITTEN}")


def explain(error: OSError, target: Path) -> DiskFullError | OutputError:
    """The error to show for one of the operating system."""
    reason = error.strerror or str(error)
    if error.errno in FULL:
        return DiskFullError(f"{target}: no space: {reason}{NOTHING_WRITTEN}")
    return OutputError(f"{target}: can't be written: {reason}")


def sync_directory(folder: Path) -> None:
    """Make a rename last through a loss of power, where the file system knows how."""
    with suppress(OSError):
        fd = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(fd)
        finally:
            os.close(fd)


def exists_message(target: Path) -> str:
    """What to say of an output that is there already."""
    return f"{target}: exists already; --force overwrites it"


def check_place(target: Path, sources: Sequence[Path], force: bool) -> None:
    """Refuse a target that can't or must not be written.

    Raises:
        OutputError: its directory is missing or not writable; it is a directory, one of ``sources`` (also
            through a link), or exists and ``force`` is off.
    """
    try:
        if target.is_dir():
            raise OutputError(f"{target}: is a directory; a file name is expected")
        for source in sources:
            if target.exists() and source.exists() and target.samefile(source):
                raise OutputError(f"{target}: is the input {source}; an input is never overwritten")
        if target.exists() and not target.is_file():
            raise OutputError(f"{target}: is not a regular file")
        if target.exists() and not force:
            raise OutputError(exists_message(target))
    except OSError as error:
        raise explain(error, target) from error
    folder = Path(os.path.realpath(target)).parent
    if not folder.is_dir():
        raise OutputError(f"{target}: there is no directory {folder}")
    if not os.access(folder, os.W_OK | os.X_OK):
        raise OutputError(f"{target}: the directory {folder} is not writable")
