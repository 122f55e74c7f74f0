"""A project's first page: it names the program and says where each table begins; nothing else is there.

The tables of every project are made in the same order, so that those of two projects begin at the same places: where
one's first page is damaged, that of a new one serves to read the rest (SQLite's file format, 1.3 and 2.6).
"""

from __future__ import annotations

from pathlib import Path

from desktop.document.store import create_project

MAGIC = b"SQLite format 3\0"
PAGE_BYTES = 4096  # SQLite's own choice since version 3.12
BEGINNING_BYTES = 64 * PAGE_BYTES
OF_OURS = b"source_mtime_ns"  # the name of a fact; facts are what is written first
# Header fields that belong to the file, not to the program: its pages, and what may be trusted of its free ones.
PAGES_AT, CHANGES_AT, VALID_FOR_AT, NUMBER_BYTES = 28, 24, 92, 4


def begins_as_database(path: Path) -> bool:
    """Whether a file begins as every SQLite database does.

    Raises:
        OSError: it can't be read.
    """
    with path.open("rb") as file:
        return file.read(len(MAGIC)) == MAGIC


def is_ours_beyond(path: Path) -> bool:
    """Whether what follows the first page is a project's.

    Raises:
        OSError: it can't be read.
    """
    with path.open("rb") as file:
        return OF_OURS in file.read(BEGINNING_BYTES)[PAGE_BYTES:]


def replace_first_page(path: Path) -> None:
    """Write a new project's first page over that of a damaged one, which must be a copy.

    Raises:
        OSError: it can't be written.
        RetakeError: the new project can't be made.
    """
    other = path.with_name(f"{path.name}-new")
    create_project(other, {})
    page = bytearray(other.read_bytes()[:PAGE_BYTES])
    other.unlink()
    page[PAGES_AT : PAGES_AT + NUMBER_BYTES] = (path.stat().st_size // PAGE_BYTES).to_bytes(NUMBER_BYTES, "big")
    page[CHANGES_AT : CHANGES_AT + NUMBER_BYTES] = page[VALID_FOR_AT : VALID_FOR_AT + NUMBER_BYTES]
    with path.open("r+b") as file:
        file.write(page)
