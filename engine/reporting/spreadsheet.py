"""Tables for spreadsheets and programs: CSV as RFC 4180 has it, in UTF-8, numbers with a dot."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

Cell = str | float | int | None
STARTS_A_FORMULA = ("=", "+", "-", "@")


def csv_text(head: Sequence[str], rows: Iterable[Sequence[Cell]]) -> str:
    """A line a row; None is an empty cell, words that a spreadsheet would run as a formula begin with an apostrophe."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer)
    writer.writerow(head)
    for row in rows:
        writer.writerow([harmless(cell) if isinstance(cell, str) else cell for cell in row])
    return buffer.getvalue()


def harmless(words: str) -> str:
    """The words, with an apostrophe before what a spreadsheet would take for a formula."""
    formula = words.lstrip().startswith(STARTS_A_FORMULA) or words.startswith(("\t", "\r", "\n"))
    return f"'{words}" if formula else words
