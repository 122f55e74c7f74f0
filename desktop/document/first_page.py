"""A project's first page: it names the program and says where each table begins; nothing else is there.

The tables of every project are made in the same order, so that those of two projects begin at the same pages: where
one's first page is damaged, that of a new one serves to read the rest (SQLite's file format, 1.3 and 2.6).
"""

from __future__ import annotations

from pathlib import Path

from desktop.document.store import APPLICATION_ID, PAGE_BYTES, create_project

MAGIC = b"SQLite format 3\0"
# Fields of its header, in bytes.
PAGES, VERSION, PROGRAM = slice(28, 32), slice(60, 64), slice(68, 72)
OURS = APPLICATION_ID.to_bytes(4, "big")
# The third page holds the facts, which are written first, the fourth the index of their names.
FACTS, OF_OURS = slice(2 * PAGE_BYTES, 4 * PAGE_BYTES), b"source_mtime_ns"


def begins_as_database(path: Path) -> bool:
    """Whether a file begins as every SQLite database does.

    Raises:
        OSError: it can't be read.
    """
    with path.open("rb") as file:
        return file.read(len(MAGIC)) == MAGIC


def is_ours(path: Path) -> bool:
    """Whether a file is a project, by what its first page says or, where that is damaged, by what follows.

    Raises:
        OSError: it can't be read.
    """
    with path.open("rb") as file:
        head = file.read(FACTS.stop)
    return head[PROGRAM] == OURS or OF_OURS in head[FACTS]


def version_of(path: Path) -> int:
    """A project's version, as far as its first page tells it; else 0.

    Raises:
        OSError: it can't be read.
    """
    with path.open("rb") as file:
        head = file.read(PAGE_BYTES)
    return int.from_bytes(head[VERSION], "big") if head[PROGRAM] == OURS else 0


def replace_first_page(path: Path) -> None:
    """Write a new project's first page over that of another one, which must be a copy.

    Raises:
        OSError: it can't be written.
        RetakeError: the new project can't be made.
    """
    other = path.with_name(f"{path.name}-new")
    create_project(other, {})
    page = bytearray(other.read_bytes()[:PAGE_BYTES])
    other.unlink()
    page[PAGES] = bytes(4)  # as many as the file holds
    with path.open("r+b") as file:
        file.write(page)
