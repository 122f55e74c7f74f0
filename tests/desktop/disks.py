"""A disk that is full for one project file."""

from __future__ import annotations

from desktop.document.document import Document


def fill_disk(document: Document) -> None:
    """Let the project file grow no further, as on a full disk."""
    pages = document.store._connection.execute("PRAGMA page_count").fetchone()[0]
    document.store._connection.execute(f"PRAGMA max_page_count = {pages}")


def free_disk(document: Document) -> None:
    """Let it grow again."""
    document.store._connection.execute("PRAGMA max_page_count = 1000000")


def protect(document: Document) -> None:
    """Let nothing be written to the project file, however little; a full disk still takes what fits a page."""
    document.store._connection.execute("PRAGMA query_only = 1")
